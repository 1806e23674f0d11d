"""Live pictures for any number of viewers, each as fast as it takes them, and nothing done while nobody looks.

A Channel has the viewers. Frames go straight into it, as they came, or through a
Spyglass, which has the states and the warm-up of Backpack's SkyLine (its version
0.3) and lets a driver draw annotations:

    raw, live = Channel(), Channel()
    spyglass = Spyglass(live, JpegAnnotationDriver())
    spyglass.start_streaming(5, 640, 360)
    ...
    raw.write(frame, seconds)
    spyglass.put(frame, annotations, seconds)

    async def handler(request):  # of an HttpServer
        channel = raw if request.path.endswith("/raw") else live
        if channel.full:
            raise Refused(503, "need fewer viewers")
        await request.begin(CONTENT_TYPE)
        await channel.stream(request.send)

Beside Channel anything may be a Spyglass's sink that has

    wanted                      whether a frame would be of use to anybody
    open(fps, width, height)    raises OSError or ValueError where that fails
    write(frame, seconds)       takes a JPEG file that is good during the call; returns whether it will be sent
    close()
"""

import asyncio
import time

import ujpeg
from timepiece import Ticker, clock, since
from ulab import numpy as np

CONTENT_TYPE = "multipart/x-mixed-replace; boundary=frame"
# After so long without a new frame a viewer is sent the last one again, which shows whether it is still there.
SILENCE_SECONDS = 15
# Buffers grow by so many bytes, so that most frames fit into the one before.
GRANULE = 16384


class Frame:
    """A JPEG file in a buffer that the viewers share: `data`, its time `seconds`, and `ticks_ms` when it came."""

    def __init__(self):
        self.users = 0
        self.seconds = 0.0
        self.ticks_ms = 0
        self.scan = None  # what a viewer made of it, for the others
        self.data = self._view = memoryview(b"")

    def fill(self, data, seconds):
        """Copy the file. MemoryError: the frame is then empty."""
        count = len(data)
        if count > len(self._view):
            self.data = self._view = memoryview(b"")  # the old memory first
            self._view = memoryview(np.zeros((count + GRANULE - 1) // GRANULE * GRANULE, dtype=np.uint8))
        self._view[:count] = data
        self.data = self._view[:count]
        self.scan = None
        self.seconds = seconds
        self.ticks_ms = time.ticks_ms()


class Channel:
    """Hands the newest frame to each viewer when it is ready for it; for `most` of them at a time.

    Memory: at most two frames more than there are viewers that are being sent one.
    """

    def __init__(self, most=8):
        self.most = most
        self.viewers = 0
        self.fps = None
        self.newest = None
        self._frames = []
        self._changed = asyncio.Event()

    @property
    def wanted(self):
        """Whether somebody looks."""
        return self.viewers > 0

    @property
    def full(self):
        """Whether no more viewers are taken."""
        return self.viewers >= self.most

    def open(self, fps, width, height):
        """Begin a stream, whose frames may have any size."""
        self.fps = fps

    def write(self, frame, seconds=None):
        """Take the bytes of a JPEG file, of a time in seconds since 1970; return whether somebody looks."""
        if not self.viewers:
            return False
        for place in self._frames:
            if place.users == 0 and place is not self.newest:
                break
        else:
            place = Frame()
            self._frames.append(place)
        try:
            place.fill(frame, time.time() if seconds is None else seconds)
        except MemoryError:
            self._frames.remove(place)
            return False
        self.newest = place
        self._wake()
        return True

    def close(self):
        """End the viewers' streams."""
        self.newest = None
        self._wake()

    def _wake(self):
        self._changed.set()
        self._changed.clear()

    def look(self):
        """A new Viewer. Raises OSError when there are too many."""
        if self.full:
            raise OSError("need at most %d viewers, have one more" % self.most)
        return Viewer(self)

    async def wait(self, seen):
        """The newest frame as soon as there is another one than `seen`; None when the stream ends."""
        if self.newest is seen or self.newest is None:
            await self._changed.wait()
        return self.newest

    def leave(self):
        """A viewer has gone."""
        self.viewers -= 1
        if not self.viewers:
            self.newest = None
            self._frames.clear()

    async def stream(self, send):
        """Send frames as the parts of a multipart body; `send` is a coroutine function.

        Returns when the channel closes or has had no frame for long. Raises OSError when there are too many viewers.
        """
        viewer = self.look()
        try:
            await send(b"--frame\r\n")
            while await viewer.next(SILENCE_SECONDS):
                frame = viewer.frame
                head = "Content-Type: image/jpeg\r\nContent-Length: %d\r\nX-Timestamp: %.3f\r\n\r\n"
                # With the next part's boundary behind it no browser waits for the next frame to show this one.
                await send((head % (len(frame.data), frame.seconds)).encode(), frame.data, b"\r\n--frame\r\n")
        finally:
            viewer.close()


class Viewer:
    """One who looks at a Channel; `frame` is good until next() or close()."""

    def __init__(self, channel):
        channel.viewers += 1
        self.frame = None
        self._channel = channel

    def _release(self):
        if self.frame:
            self.frame.users -= 1
        self.frame = None

    async def next(self, seconds=None):
        """Wait for a frame that this viewer has not had; return whether there is one: not when the stream ends.

        After `seconds` the last one will do.
        """
        seen = self.frame
        self._release()
        try:
            self.frame = await asyncio.wait_for(self._channel.wait(seen), seconds)
        except asyncio.TimeoutError:
            self.frame = self._channel.newest
        if self.frame:
            self.frame.users += 1
        return self.frame is not None

    def close(self):
        """Look no more."""
        self._release()
        self._channel.leave()


class Spyglass:
    """Puts frames with annotations into a sink.

    driver: makes a JPEG file with annotations of a frame, as JpegAnnotationDriver does.
    report: is called with a text when the sink fails, and once a minute while frames are put in spite of that.

    A stream has a rate and a size. Where start_streaming() is not told them, nor was before, they are measured:
    the first 100 frames are not sent.
    """

    USE_LAST_VALUE = -999
    FPS_METER_WARMUP_FRAMES = 100
    REPORT_SECONDS = 60

    STOPPED, START_WARMUP, WARMUP, STREAMING, ERROR = 0, 1, 2, 3, -1

    def __init__(self, sink, driver, report=lambda text: None):
        self.state = self.STOPPED
        self._sink = sink
        self._driver = driver
        self._report = report
        self._reported = None
        self._values = [None, None, None]
        self._ticker = Ticker(self.FPS_METER_WARMUP_FRAMES)
        self._left = 0

    def start_streaming(self, fps=USE_LAST_VALUE, width=USE_LAST_VALUE, height=USE_LAST_VALUE):
        """Begin a stream, after the one before if there is one; None has a value measured."""
        self.stop_streaming()
        given = fps, width, height
        self._values = [old if new == self.USE_LAST_VALUE else new for new, old in zip(given, self._values)]
        self.state = self.START_WARMUP
        if None not in self._values:
            self._open()

    def stop_streaming(self):
        """End the stream."""
        if self.state == self.STREAMING:
            self._sink.close()
        self.state = self.STOPPED

    def put(self, frame, annotations=(), seconds=None):
        """Take the bytes of a JPEG file, or a picture's array, which is drawn on; return whether it will be sent.

        seconds: the frame's time since 1970, by default now. ValueError: what cannot be decoded.
        """
        if self.state == self.START_WARMUP:
            self._ticker.reset()
            self._left = self.FPS_METER_WARMUP_FRAMES
            self.state = self.WARMUP
        elif self.state == self.WARMUP:
            self._ticker.tick()
            self._left -= 1
            if self._left <= 0:
                measured = (int(self._ticker.freq() + 0.5),) + _size(frame)
                self._values = [new if old is None else old for new, old in zip(measured, self._values)]
                self._open()
        elif self.state == self.ERROR and since(self._reported) >= self.REPORT_SECONDS:
            self._failed("the stream is not sent, it failed before")
        if self.state != self.STREAMING or not self._sink.wanted:
            return False
        self._driver.size = self._values[1:]
        try:
            return self._sink.write(self._driver.render(annotations, frame), seconds)
        except MemoryError:
            pass  # there may be more for the next one
        except OSError as error:
            self._sink.close()
            self._failed(str(error))
        return False

    def _open(self):
        try:
            self._sink.open(*self._values)
            self.state = self.STREAMING
        except (OSError, ValueError) as error:
            self._failed(str(error))

    def _failed(self, reason):
        self.state = self.ERROR
        self._reported = clock()
        self._report(reason)


def _size(frame):
    """Width and height of a JPEG file or of a picture's array."""
    if hasattr(frame, "shape"):
        return frame.shape[1], frame.shape[0]
    header = ujpeg.info(frame, length=False)
    return header.width, header.height
