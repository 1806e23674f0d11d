"""JPEG images one behind the other, without anything between that would tell where one ends."""

SOI, EOI, SOS = 0xD8, 0xD9, 0xDA


class _Damage(Exception):
    """The image is not whole; `args[0]` is where the search goes on, counted from its beginning."""


class MjpegSplitter:
    """Splits streams at the markers of their images (ISO/IEC 10918-1, annex B).

    An image is followed from SOI through its segments and scans to EOI, so that
    thumbnails inside of segments are not taken for images. Where this fails,
    the image counts as damaged and the next SOI is searched: behind the scan
    data that was read, or behind the SOI if damage is in the segments, whose
    lengths cannot be trusted then. No image may be longer than `limit` bytes;
    so much memory is taken once, for all streams.
    """

    def __init__(self, limit):
        self._limit = limit
        self._buffer = bytearray(limit)
        self._view = memoryview(self._buffer)
        # Images given up so far.
        self.damaged = 0
        self.begin(None)

    def begin(self, readinto):
        """Begin with a stream: `readinto(view)` fills a memoryview and returns the count, 0 at the end."""
        self._readinto = readinto
        self._start = 0
        self._end = 0

    def next(self):
        """A memoryview of the next whole image, good until the next call, or None at the end."""
        while self._find_start():
            try:
                length = self._measure()
            except _Damage as damage:
                self.damaged += 1
                self._start += damage.args[0]
                continue
            frame = self._view[self._start : self._start + length]
            self._start += length
            return frame
        return None

    def _fill(self):
        """Read more behind what is there; False at the end of the stream or when the limit is reached."""
        if self._end == self._limit:
            if self._start == 0:
                return False
            count = self._end - self._start
            self._view[:count] = self._view[self._start : self._end]
            self._start, self._end = 0, count
        count = self._readinto(self._view[self._end :])
        self._end += count
        return count > 0

    def _find_start(self):
        """Go to the next SOI that a marker follows."""
        while True:
            found = self._buffer.find(b"\xff\xd8\xff", self._start, self._end)
            if found >= 0:
                self._start = found
                return True
            self._start = max(self._start, self._end - 2)
            if not self._fill():
                return False

    def _has(self, count):
        """Whether the first `count` bytes of the image can be had."""
        while self._end - self._start < count:
            if count > self._limit or not self._fill():
                return False
        return True

    def _measure(self):
        """The length of the image at the start of the buffer."""
        position = 2
        while True:
            if not self._has(position + 2):
                raise _Damage(2)
            marker = self._buffer[self._start + position + 1]
            if self._buffer[self._start + position] != 0xFF:
                raise _Damage(2)
            if marker == 0xFF:  # a fill byte
                position += 1
                continue
            if marker == EOI:
                return position + 2
            if marker < 0xC0 or 0xD0 <= marker <= SOI or not self._has(position + 4):
                raise _Damage(2)
            high, low = self._buffer[self._start + position + 2], self._buffer[self._start + position + 3]
            if high * 256 + low < 2:
                raise _Damage(2)
            position += 2 + high * 256 + low
            if not self._has(position):
                raise _Damage(2)
            if marker == SOS:
                position = self._skip_scan(position)

    def _skip_scan(self, position):
        """The position of the marker that ends the entropy-coded data at `position`."""
        while True:
            found = self._buffer.find(b"\xff", self._start + position, self._end)
            position = (self._end if found < 0 else found) - self._start
            if not self._has(position + 2):
                # As far as it was read, it is scan data without an SOI.
                raise _Damage(self._end - self._start - (found >= 0))
            marker = self._buffer[self._start + position + 1]
            if found < 0:
                continue
            if marker == 0 or 0xD0 <= marker <= 0xD7:  # a stuffed byte or a restart marker
                position += 2
            elif marker == 0xFF:
                position += 1
            elif marker == SOI:  # the image was cut and the next one begins
                raise _Damage(position)
            else:
                return position
