"""One buffer that every frame goes through, so that the heap is not churned by frames."""


class FrameBuffer:
    """Bytes of a frame, at most `limit`; the memory grows when needed and is used again."""

    def __init__(self, limit, size=32768):
        self.limit = limit
        self.length = 0
        self._bytes = bytearray(min(size, limit))

    def clear(self):
        """Forget the frame, keep the memory."""
        self.length = 0

    def extend(self, count):
        """Make the frame `count` bytes longer; return a memoryview of the new bytes.

        Raises ValueError when the frame would be longer than the limit.
        """
        length = self.length + count
        if length > self.limit:
            raise ValueError("need a frame of at most %d bytes, have at least %d" % (self.limit, length))
        if length > len(self._bytes):
            grown = bytearray(min(self.limit, max(length, 2 * len(self._bytes))))
            grown[: self.length] = memoryview(self._bytes)[: self.length]
            self._bytes = grown
        start, self.length = self.length, length
        return memoryview(self._bytes)[start:length]

    def append(self, view):
        """Add a copy of the bytes of a memoryview."""
        self.extend(len(view))[:] = view

    def frame(self):
        """A memoryview of the frame, good until the next clear()."""
        return memoryview(self._bytes)[: self.length]
