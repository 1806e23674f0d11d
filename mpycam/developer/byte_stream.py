"""The way to an agent and back: the standard input and output of what runs it."""

PIECE = 1 << 16


class ByteStream:
    """`process` has asyncio's streams `stdin` and `stdout`; close() is each kind's own."""

    def __init__(self, process):
        self._process = process

    async def receive(self):
        """The next bytes, none at the end."""
        return await self._process.stdout.read(PIECE)

    async def send(self, data):
        """Send bytes."""
        self._process.stdin.write(data)
        await self._process.stdin.drain()
