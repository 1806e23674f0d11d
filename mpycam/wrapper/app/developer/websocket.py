"""The server's side of a WebSocket (RFC 6455) that carries a stream of bytes."""

import binascii
import hashlib

KEY = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
BINARY, CLOSE, PING, PONG = 2, 8, 9, 10
MOST_CONTROL = 125


def accepted(key):
    """The value of Sec-WebSocket-Accept for a Sec-WebSocket-Key.

    >>> accepted("dGhlIHNhbXBsZSBub25jZQ==")
    's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
    """
    return binascii.b2a_base64(hashlib.sha1(key.encode() + KEY).digest()).decode().strip()


class WebSocket:
    """A connection after its handshake; where messages begin and end does not count, only their bytes."""

    def __init__(self, connection):
        self._connection = connection
        # Bytes of the present message that are left, its mask, and how many were unmasked.
        self._left = 0
        self._mask, self._done = b"", 0

    async def read(self, count):
        """The next `count` bytes as a bytearray. Raises EOFError when the other side closes."""
        result = bytearray(count)
        view = memoryview(result)
        position = 0
        while position < count:
            while self._left == 0:
                await self._next()
            size = min(self._left, count - position)
            part = view[position : position + size]
            part[:] = await self._exactly(size)
            mask, done = self._mask, self._done
            for index in range(size):
                part[index] ^= mask[(done + index) & 3]
            self._done += size
            self._left -= size
            position += size
        return result

    async def send(self, *pieces):
        """Send pieces as one message."""
        await self._send(BINARY, *pieces)

    async def _send(self, kind, *pieces):
        length = sum(len(piece) for piece in pieces)
        if length < 126:
            head = bytes((0x80 | kind, length))
        else:
            head = bytes((0x80 | kind, 126 if length < 65536 else 127)) + length.to_bytes(
                2 if length < 65536 else 8, "big"
            )
        await self._connection.send(b"".join((head,) + pieces))

    async def _next(self):
        """Read heads up to that of a message with something in it."""
        first, second = await self._exactly(2)
        length = second & 127
        if length > MOST_CONTROL:
            length = int.from_bytes(await self._exactly(2 if length == 126 else 8), "big")
        if not second & 128:
            raise EOFError("a client masks what it sends")
        self._mask, self._done = bytes(await self._exactly(4)), 0
        kind = first & 15
        if kind < CLOSE:
            self._left = length
            return
        data = await self._exactly(min(length, MOST_CONTROL))
        if kind == CLOSE:
            await self._send(CLOSE)
            raise EOFError
        if kind == PING:
            await self._send(PONG, bytes(byte ^ self._mask[index & 3] for index, byte in enumerate(data)))

    async def _exactly(self, count):
        data = await self._connection.exactly(count)
        if data is None:
            raise EOFError
        return data
