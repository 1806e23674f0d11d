"""JPEG frames from a file, a folder or a camera, all behind one interface.

`open_source` gives an asynchronous iterator of (frame, time): a memoryview of
the JPEG bytes, good until the next frame is asked for, and its time in
seconds. Beside that every source has

    number   the number of the frame last given, from 0; frames that were damaged beyond recognition count
    damaged  how many those were
    live     whether times are seconds since 1970, else seconds from the beginning of the file
    close()
"""

import asyncio
import os
import time

import ujpeg
from backoff import Backoff
from buffered_reader import BufferedReader
from frame_buffer import FrameBuffer
from http_client import HttpClient, HttpError, Url
from multipart import MultipartReader, boundary_of

FILE_TYPE, FOLDER = 0xF000, 0x4000  # bits of st_mode
# So many frames in a row make a source good again, and the back-off begins anew.
STEADY = 10


def open_source(
    source,
    user="",
    password="",
    fps=5,
    pace=False,
    interval=1,
    timeout=10,
    retry_first=1,
    retry_longest=60,
    frame_limit=1 << 20,
    report=lambda state, reason: None,
    client=None,
):
    """The source for a URL or a path.

    A URL that answers with multipart/x-mixed-replace is read as a stream, one
    that answers with image/jpeg is asked again every `interval` seconds.
    `report("lost", reason)` and `report("back", "")` are called once each time
    that happens. A path is a folder of .jpg files, read in the order of their
    names, or one file of one or more JPEG images; they have `fps` frames a
    second, and with `pace` are given at that rate, else as fast as they are
    taken. A `client` with a method get(url), as Vapix has, comes before the account. Raises ValueError for a path that cannot be read and for a URL of
    another scheme.
    """
    if "://" in source:
        client = client or HttpClient(user, password, timeout)
        return UrlFrames(source, client, interval, timeout, frame_limit, Backoff(retry_first, retry_longest), report)
    return FileFrames(source, fps, pace, frame_limit)


def files_of(path):
    """The path itself or, of a folder, the JPEG files in it, sorted by name."""
    try:
        mode = os.stat(path)[0]
    except OSError as error:
        raise ValueError("%s: cannot be read, %s" % (path, error))
    if mode & FILE_TYPE != FOLDER:
        return [path]
    names = [name for name in os.listdir(path) if name.lower().endswith((".jpg", ".jpeg"))]
    if not names:
        raise ValueError("need .jpg files in the folder %s, have none" % path)
    return [path + "/" + name for name in sorted(names)]


class FileFrames:
    """Frames of files, at times that follow from their numbers alone."""

    live = False

    def __init__(self, path, fps, pace, frame_limit):
        self.number = -1
        self.damaged = 0
        self._files = files_of(path)
        self._fps = fps
        self._pace = pace
        self._frames = None
        self._buffer = bytearray(frame_limit)
        self._started = time.ticks_ms()

    def __aiter__(self):
        return self

    async def __anext__(self):
        while True:
            if self._frames is None:
                if not self._files:
                    raise StopAsyncIteration
                self._frames = ujpeg.frames(self._files.pop(0), buffer=self._buffer)
            damaged = self._frames.damaged
            frame = next(self._frames, None)
            damaged = self._frames.damaged - damaged
            self.damaged += damaged
            self.number += damaged
            if frame is not None:
                break
            self.close()
        self.number += 1
        seconds = self.number / self._fps
        wait = int(seconds * 1000) - time.ticks_diff(time.ticks_ms(), self._started) if self._pace else 0
        await asyncio.sleep_ms(wait)
        return frame, seconds

    def close(self):
        """Give up the file that is being read."""
        self._frames = None


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
