"""The frames as they are watched, over HTTP on loopback: as they came, or with the doors drawn into them.

A path that ends in /raw is the camera's own JPEG files as MJPEG, any other the
annotated ones; /picture is a single one, raw with ?raw=1. By RTSP the streams
"live" and "raw", to the whole network and so for one account only.
"""

import asyncio

from door.state import CLOSED, UNKNOWN
from http_server import HttpServer, Refused
from spyglass import CONTENT_TYPE, Channel, Spyglass

FRESH = ("Cache-Control: no-store",)
PICTURE_SECONDS = 10
RTSP_USER = "viewer"
# Of the font's, so that labels can be read in a page that shows the picture smaller than it is.
LABEL_SIZE = 1.6
# Wider pictures are drawn at half their size.
WIDEST = 1000


class Live:
    """Takes each frame, which costs nothing while nobody looks; `on` is whether viewers are let in."""

    def __init__(self):
        self.on = True
        self._raw = Channel()
        self._drawn = Channel()
        self._spyglass = None
        self._size = None
        self._rtsp = None

    async def start(self, port):
        """Serve on a port of loopback. Raises OSError where it is taken."""
        await HttpServer(self.answer).start("127.0.0.1", port)

    async def start_rtsp(self, port, password):
        """Serve by RTSP, too. Raises OSError where the port is taken."""
        from rtsp import RtspServer

        self._rtsp = RtspServer(RTSP_USER, password)
        self.switch(self.on)
        await self._rtsp.start("0.0.0.0", port)

    def switch(self, on):
        """Let viewers in, or send those who are there away, too."""
        self.on = on
        for path, channel in (("raw", self._raw), ("live", self._drawn)):
            if not on:
                channel.close()
            if self._rtsp and on:
                self._rtsp.add_stream(path, channel)
            elif self._rtsp:
                self._rtsp.remove_stream(path)

    def put(self, frame, seconds, size, doors):
        """Take a JPEG file, its time, its (width, height), and (name, region, state, probability) of each door."""
        self._raw.write(frame, seconds)
        if self._drawn.wanted:
            if self._size != size:
                self._begin(size)
            self._spyglass.put(frame, _annotations(doors), seconds)

    def _begin(self, size):
        from annotation_image import JpegAnnotationDriver

        self._size = size
        self._spyglass = self._spyglass or Spyglass(self._drawn, JpegAnnotationDriver())
        half = 1 + (size[0] > WIDEST)
        # The rate is only told to sinks that need one.
        self._spyglass.start_streaming(1, (size[0] + half - 1) // half, (size[1] + half - 1) // half)

    async def answer(self, request):
        """Answer one viewer."""
        channel = self._raw if request.path.endswith("/raw") or "raw" in request.query else self._drawn
        if not self.on or channel.full:
            raise Refused(503, "need fewer viewers" if self.on else "live pictures are switched off")
        if not request.path.endswith("/picture"):
            await request.begin(CONTENT_TYPE, FRESH)
            await channel.stream(request.send)
            return
        viewer = channel.look()
        try:
            if not await asyncio.wait_for(viewer.next(), PICTURE_SECONDS):
                raise Refused(503, "there is no picture now")
            await request.answer(200, viewer.frame.data, "image/jpeg", FRESH)
        except asyncio.TimeoutError:
            raise Refused(503, "no picture within %d s" % PICTURE_SECONDS)
        finally:
            viewer.close()


def _annotations(doors):
    from annotation import LabelAnnotation, RectAnnotation
    from colors import HTMLColors
    from geometry import Point, Rectangle

    drawn: list = []
    for name, region, state, probability in doors:
        color = HTMLColors.LIME if state == CLOSED else HTMLColors.YELLOW if state == UNKNOWN else HTMLColors.RED
        left, top, width, height = region
        drawn.append(RectAnnotation(Rectangle(Point(left, top), Point(left + width, top + height)), color))
        text = "%s %s %d%%" % (name, state, probability * 100)
        # Above the door, or inside where there is no room.
        place = Point(left, top - 0.01 if top > 0.06 else top + 0.05)
        drawn.append(LabelAnnotation(place, text, color, size=LABEL_SIZE))
    return drawn
