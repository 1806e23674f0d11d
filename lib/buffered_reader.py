"""Lines and bytes out of an asynchronous source of bytes, through one buffer of fixed size."""


class BufferedReader:
    """Reads from `readinto`, a coroutine function that fills a buffer and returns the count, 0 at the end."""

    def __init__(self, readinto, size=8192):
        self._readinto = readinto
        self._buffer = bytearray(size)
        self._view = memoryview(self._buffer)
        self._start = 0
        self._end = 0

    async def _fill(self):
        """Read more behind what is there; False at the end of the source."""
        if self._start == self._end:
            self._start = self._end = 0
        elif self._end == len(self._buffer):
            count = self._end - self._start
            self._view[:count] = self._view[self._start : self._end]
            self._start, self._end = 0, count
        count = await self._readinto(self._view[self._end :])
        self._end += count
        return count > 0

    async def line(self):
        """The next line without its end, or None at the end of the source.

        Raises ValueError when it is longer than the buffer; reading may go on behind its dropped part.
        """
        searched = 0
        while True:
            newline = self._buffer.find(b"\n", self._start + searched, self._end)
            if newline >= 0:
                line = bytes(self._view[self._start : newline])
                self._start = newline + 1
                return line[:-1] if line.endswith(b"\r") else line
            searched = self._end - self._start
            if searched == len(self._buffer):
                self._start = self._end
                raise ValueError("need a line of at most %d bytes, have a longer one" % searched)
            if not await self._fill():
                return None

    async def readinto(self, view):
        """Put at least one byte into the memoryview; return the count, 0 at the end of the source."""
        if self._start == self._end:
            return await self._readinto(view)
        count = min(len(view), self._end - self._start)
        view[:count] = self._view[self._start : self._start + count]
        self._start += count
        return count

    async def read_until(self, delimiter, buffer):
        """Append to the FrameBuffer what comes before `delimiter`, which is skipped.

        Raises EOFError when the source ends first.
        """
        while True:
            found = self._buffer.find(delimiter, self._start, self._end)
            if found >= 0:
                buffer.append(self._view[self._start : found])
                self._start = found + len(delimiter)
                return
            # The delimiter may have begun in the last bytes.
            safe = max(self._start, self._end - len(delimiter) + 1)
            buffer.append(self._view[self._start : safe])
            self._start = safe
            if not await self._fill():
                raise EOFError("the stream ended inside of a part")
