"""A stream socket for asyncio: reads through one buffer, sends whole messages without copying them."""

import asyncio
import errno
import select
import socket

from buffered_reader import BufferedReader


def connect(host, port, buffer_size=8192):
    """A Connection to a host and port. It may still be under way: what is first sent waits for it. Raises OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(host.strip("[]"), port, 0, socket.SOCK_STREAM)[0]
    return Connection(socket.socket(family, kind, protocol), address, buffer_size)


class Connection:
    """`reader` is a BufferedReader of what the other side sends; `peer` the socket address of one who connected."""

    peer = b""

    def __init__(self, sock, address=None, buffer_size=8192):
        """Connect a socket to an address as getaddrinfo() gives it, None for one that is connected. Raises OSError."""
        self._socket = sock
        try:
            sock.setblocking(False)
            if address:
                sock.connect(address)
        except OSError as error:
            if error.errno != errno.EINPROGRESS:
                sock.close()
                raise
        self._stream = asyncio.StreamReader(sock)
        self.reader = BufferedReader(self._readinto, buffer_size)

    async def _readinto(self, view):
        while True:
            count = await self._stream.readinto(view)
            if count is not None:
                return count

    async def send(self, *pieces):
        """Send all bytes of all pieces; when this returns, they may be written over."""
        for piece in pieces:
            sent = self._socket.write(piece) or 0
            if sent < len(piece):
                # What asyncio would copy if it were told to write it.
                self._stream.out_buf = memoryview(piece)[sent:]
                await self._stream.drain()
        # With nothing left to send it lets the other tasks run.
        await self._stream.drain()

    async def exactly(self, count):
        """The next `count` bytes as a bytearray, or None if the other side ends before."""
        data = bytearray(count)
        view = memoryview(data)
        position = 0
        while position < count:
            got = await self.reader.readinto(view[position:])
            if got == 0:
                return None
            position += got
        return data

    def idle(self):
        """Whether the other side has neither closed it nor said anything unasked."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return not poll.poll(0)

    def close(self):
        """Close the socket."""
        self._socket.close()
