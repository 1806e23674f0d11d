"""JPEG frames from a camera, over HTTP, see lib/frames.py."""

import asyncio
import time

from buffered_reader import BufferedReader
from frame_buffer import FrameBuffer
from http_client import HttpError, Url
from multipart import MultipartReader, boundary_of

# So many frames in a row make a source good again, and the back-off begins anew.
STEADY = 10


class UrlFrames:
    """Frames of a camera, connected again whenever it is lost."""

    live = True

    def __init__(self, url, client, interval, timeout, frame_limit, backoff, report):
        Url(url)  # a wrong one is refused at once
        self.number = -1
        self.damaged = 0
        self.timestamp = None  # what the sender of a stream said about the last frame, in bytes
        self._url = url
        self._client = client
        self._interval = interval
        self._timeout = timeout
        self._backoff = backoff
        self._report = report
        self._buffer = FrameBuffer(frame_limit)
        self._response = None
        self._parts = None
        self._asked = None
        self._lost = False
        self._good = 0

    def __aiter__(self):
        return self

    async def __anext__(self):
        while True:
            try:
                await self._wait_for_turn()
                await asyncio.wait_for(self._next(), self._timeout)
                break
            except (OSError, EOFError, ValueError, asyncio.TimeoutError) as error:
                self.close()
                self._good = 0
                if not self._lost:
                    self._lost = True
                    self._report("lost", reason_of(error, self._timeout))
            await asyncio.sleep(self._backoff.next())
        self.number += 1
        self._good += 1
        if self._lost:
            self._lost = False
            self._report("back", "")
        if self._good == STEADY:
            self._backoff.reset()
        return self._buffer.frame(), time.time()

    async def _wait_for_turn(self):
        """Keep the interval between two requests for single pictures."""
        if self._parts is None and self._asked is not None and not self._lost:
            passed = time.ticks_diff(time.ticks_ms(), self._asked)
            await asyncio.sleep_ms(int(self._interval * 1000) - passed)

    async def _next(self):
        """Put the next frame into the buffer."""
        if self._parts is None:
            self._asked = time.ticks_ms()
            self._response = await self._client.get(self._url)
            content_type = self._response.value("content-type")
            kind = content_type.partition(";")[0].strip().lower()
            if kind in ("image/jpeg", "image/jpg"):
                await self._picture(self._response)
                return
            if not kind.startswith("multipart/"):
                raise HttpError("need image/jpeg or multipart/x-mixed-replace, have '%s'" % kind)
            self._parts = MultipartReader(BufferedReader(self._response.readinto), boundary_of(content_type))
        damaged = self._parts.damaged
        whole = await self._parts.read(self._buffer)
        damaged = self._parts.damaged - damaged
        self.damaged += damaged
        self.number += damaged
        if not whole:
            raise EOFError("the stream ended")
        self.timestamp = self._parts.timestamp

    async def _picture(self, response):
        """Read the body as one picture."""
        self._buffer.clear()
        while True:
            view = self._buffer.extend(max(1, min(4096, self._buffer.limit - self._buffer.length)))
            count = await response.readinto(view)
            self._buffer.length -= len(view) - count
            if count == 0:
                break
        self.close()

    def close(self):
        """Close the connection."""
        if self._response is not None:
            self._response.close()
        self._response = self._parts = None


def reason_of(error, timeout):
    """Why a source was lost, in words."""
    if isinstance(error, asyncio.TimeoutError):
        return "no frame within %s s" % timeout
    return str(error)
