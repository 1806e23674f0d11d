"""A queue of messages in a file, which a restart, a kill or a power cut does not empty.

The file has a line for every message and for every place that a reader has
come to, each behind its CRC-32, so that what a power cut tore is known and
passed over. A message is written and synchronised before put() returns; a place
is written without that, so that after a power cut, but not after a kill, a
reader may get again what it had last. A message then needs a name of its own by
which the receiver knows it.
"""

import asyncio
import binascii
import errno
import os


class QueueFull(Exception):
    """The reader that is farthest behind leaves no room for the message."""


def _line(kind, text):
    body = kind + text
    return b"%08x%s\n" % (binascii.crc32(body), body)


def _place(name, place):
    return _line(b"-", b"%s %d" % (name.encode(), place))


def _body(line):
    """What a line holds, or None of one that is torn or damaged."""
    body = line[8:-1] if line.endswith(b"\n") else line[8:]
    return body if line[:8] == b"%08x" % binascii.crc32(body) else None


class DurableQueue:
    """Messages for one or more readers, each of which takes them at its own pace, in order.

    `limit` is how many bytes the messages that some reader has not done may take; the file has about twice that.
    A reader that the file knows nothing of begins with the next message.
    """

    def __init__(self, path, readers, limit=262144):
        """Open the file, or make it; the folder must be there. Raises OSError."""
        self._path = path
        self._limit = limit
        self._places = dict.fromkeys(readers)  # where in the file each reader goes on
        self._taken = {}  # and where once it has done the message that it looked at
        self._wakes = {name: asyncio.Event() for name in readers}
        try:
            self._file = open(path, "r+b")
        except OSError as error:
            if error.errno != errno.ENOENT:
                raise
            self._replace([])
        self._end = 0
        self._first = b""  # what has to be written before anything else; at the start the disk may be full
        self._load()

    def _load(self):
        line = b"\n"
        for line in self._file:
            body = _body(line)
            if body and body[:1] == b"-":
                name, _, place = body[1:].decode().partition(" ")
                if name in self._places:
                    self._places[name] = int(place)
            self._end += len(line)
        if not line.endswith(b"\n"):
            self._first = b"\n"  # the torn line ends here
        for name, place in self._places.items():
            if place is None:
                self._places[name] = self._end
                self._first += _place(name, self._end)

    def _write(self, data):
        # What a full disk left of an earlier attempt is written over.
        self._file.seek(self._end)
        self._file.write(self._first + data)
        self._end += len(self._first) + len(data)
        self._first = b""

    def _replace(self, lines):
        """Put a new file in the place of the old one, at no moment without either."""
        beside = self._path + ".new"
        with open(beside, "wb") as file:
            for line in lines:
                file.write(line)
            file.flush()  # here that is fsync(2)
        os.rename(beside, self._path)
        with open(self._path.rpartition("/")[0] or ".") as folder:
            folder.flush()
        self._file = open(self._path, "r+b")

    def _shorten(self):
        """Drop from the file what every reader has done."""
        first = min(self._places.values())
        self._places = {name: place - first for name, place in self._places.items()}
        self._taken = {name: place - first for name, place in self._taken.items()}
        old = self._file

        def lines():
            old.seek(first)
            for line in old:
                body = _body(line)
                # A line that is dropped leaves a gap, so that the places stay right.
                yield line if body and body[:1] == b"+" else b" " * (len(line) - 1) + b"\n"
            for name, place in self._places.items():
                yield _place(name, place)

        self._replace(lines())
        old.close()
        self._end = self._file.seek(0, 2)

    def put(self, message):
        """Add a message, bytes or text without a line feed; when this returns, it is on the disk.

        Raises QueueFull, ValueError, and OSError where the disk does not take it.
        """
        if isinstance(message, str):
            message = message.encode()
        if b"\n" in message:
            raise ValueError("need a message without a line feed")
        line = _line(b"+", message)
        waiting = self._end - min(self._places.values())
        if waiting + len(line) > self._limit:
            left = self._limit - waiting
            raise QueueFull("need %d bytes for a message, have %d of %d" % (len(line), left, self._limit))
        if self._end + len(line) > 2 * self._limit:
            self._shorten()
        before = self._end, self._first
        try:
            self._write(line)
            self._file.flush()
        except OSError:
            self._end, self._first = before
            raise
        for wake in self._wakes.values():
            wake.set()

    def peek(self, name):
        """The first message that this reader has not done, or None."""
        place = self._places[name]
        self._file.seek(place)
        while place < self._end:
            line = self._file.readline()
            place += len(line)
            body = _body(line)
            if body and body[:1] == b"+":
                self._taken[name] = place
                return body[1:]
        self._places[name] = place
        return None

    async def next(self, name):
        """The first message that this reader has not done, when there is one; the same until done()."""
        while True:
            message = self.peek(name)
            if message is not None:
                return message
            self._wakes[name].clear()
            await self._wakes[name].wait()

    def done(self, name):
        """Tell that this reader needs the message that it got no more."""
        self._places[name] = self._taken.pop(name)
        try:
            self._write(_place(name, self._places[name]))
        except OSError:
            pass  # a full disk: after a restart the message comes once more

    def waiting(self, name):
        """Bytes of what this reader has not done, places of readers included."""
        return self._end - self._places[name]

    def close(self):
        """Close the file."""
        self._file.close()
