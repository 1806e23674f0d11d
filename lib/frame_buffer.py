"""One buffer that every frame goes through."""


class FrameBuffer:
    """Bytes of a frame, at most `limit`.

    The memory is taken once: a heap that other objects have scattered over has
    no room later for a buffer that has to grow.
    """

    def __init__(self, limit):
        self.limit = limit
        self.length = 0
        self._view = memoryview(bytearray(limit))

    def clear(self):
        """Forget the frame."""
        self.length = 0

    def extend(self, count):
        """Make the frame `count` bytes longer; return a memoryview of the new bytes.

        Raises ValueError when the frame would be longer than the limit.
        """
        start, end = self.length, self.length + count
        if end > self.limit:
            raise ValueError("need a frame of at most %d bytes, have at least %d" % (self.limit, end))
        self.length = end
        return self._view[start:end]

    def append(self, view):
        """Add a copy of the bytes of a memoryview."""
        self.extend(len(view))[:] = view

    def frame(self):
        """A memoryview of the frame, good until the next clear()."""
        return self._view[: self.length]
