"""The last frames of a stream, in memory that is taken once."""


class FrameRing:
    """Frames with their times, oldest first; a new one takes the place of the oldest where there is no room.

    `frames` is a list of (number, seconds, view): numbers count on, views are good until the frame makes room.
    """

    def __init__(self, size):
        self.frames = []
        self._view = memoryview(bytearray(size))
        self._place = 0  # where the next frame begins
        self._places = []  # (begin, end) of the frames
        self._number = 0

    def add(self, frame, seconds):
        """Take a copy of a frame; ValueError when it is larger than the ring."""
        length = len(frame)
        if length > len(self._view):
            raise ValueError("need a frame of at most %d bytes, have %d" % (len(self._view), length))
        if self._place + length > len(self._view):
            # What lies behind the place is older than what lies at the beginning.
            self._forget(self._place, len(self._view))
            self._place = 0
        end = self._place + length
        self._forget(self._place, end)
        view = self._view[self._place : end]
        view[:] = frame
        self.frames.append((self._number, seconds, view))
        self._places.append((self._place, end))
        self._number += 1
        self._place = end

    def _forget(self, begin, end):
        """Forget the oldest frames for as long as they lie in this part."""
        while self._places and self._places[0][0] < end and self._places[0][1] > begin:
            self._places.pop(0)
            self.frames.pop(0)
