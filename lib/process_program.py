"""A program that runs beside this one, with asyncio streams to and from it.

    program = Program(["/bin/cat"])
    await program.write(b"hello\\n")
    line = await program.reader.line()
    program.stdin.close()
    status = await program.wait()
    program.close()
"""

import asyncio

import process
from buffered_reader import BufferedReader


class Program:
    """`reader` is a BufferedReader of what it prints, `stdin` the file that it reads, `pid` its number."""

    def __init__(self, arguments, line=8192):
        """Start it: `arguments` begin with its path, `line` is for the reader. Raises OSError."""
        self.pid, self.stdin, self._stdout = process.spawn(arguments)
        process.nonblocking(self.stdin.fileno())
        process.nonblocking(self._stdout.fileno())
        self._writer = asyncio.StreamWriter(self.stdin)
        self._stream = asyncio.StreamReader(self._stdout)
        self.reader = BufferedReader(self._readinto, line)
        self._status = None

    async def _readinto(self, view):
        while True:
            count = await self._stream.readinto(view)
            if count is not None:
                return count

    async def write(self, data=b""):
        """Write `data`, and before that what an earlier call could not. Raises OSError when it reads no more."""
        self._writer.write(data)
        await self._writer.drain()

    def poll(self):
        """None while it runs, then its exit status or the negative number of the signal that ended it."""
        if self._status is None:
            self._status = process.poll(self.pid)
        return self._status

    async def wait(self):
        """What poll() returns when it has ended."""
        while self.poll() is None:
            await asyncio.sleep_ms(20)
        return self._status

    def kill(self, signal=process.SIGKILL):
        """Send a signal to it and to all that it started."""
        try:
            process.kill(-self.pid, signal)
        except OSError:
            pass  # nothing of it is left

    def close(self):
        """Close the pipes; nobody may be waiting for them any more."""
        self.stdin.close()
        self._stdout.close()
