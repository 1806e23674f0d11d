"""A FastCGI responder for asyncio: handlers of `http_server` for cameras that have no reverse proxy.

    server = FastCgiServer(handler)
    await server.start(os.getenv("FCGI_SOCKET_NAME"))

By the FastCGI specification, version 1; one request at a time in each connection.
"""

import asyncio
import os
import socket
import struct

from http_message import HEAD_BYTES, HttpError, Message
from http_server import IDLE_SECONDS, LINGER_SECONDS, Listener, Refused, Request, discard, respond

VERSION = 1
BEGIN, END, PARAMETERS, INPUT, OUTPUT, GET_VALUES, VALUES, UNKNOWN = 1, 3, 4, 5, 6, 9, 10, 11
RESPONDER = 1
# A flag of BEGIN: the connection stays for another request.
KEEP = 1
# How a request ended.
COMPLETE, NOT_MULTIPLEXED, UNKNOWN_ROLE = 0, 1, 3
HEADER = ">BBHHBB"
LONGEST = 65535
# Nobody reads it: the connection is closed.
BROKEN = "need records as FastCGI has them, have others or the end"


class FastCgiServer(Listener):
    """Serves FastCGI at a Unix socket."""

    async def start(self, path):
        """Listen at a path where any user may connect: the camera's web server is another one. Raises OSError."""
        try:
            os.unlink(path)
        except OSError:
            pass  # nobody has listened there
        await self.listen(struct.pack("H", socket.AF_UNIX) + path.encode() + b"\0", socket.AF_UNIX)
        if os.system("chmod 777 '%s'" % path.replace("'", "'\\''")):
            self.close()
            raise OSError("the web server cannot be let in at " + path)

    async def _serve(self, connection):
        persistent = True
        while persistent:
            channel = Channel(connection)
            try:
                request = await asyncio.wait_for(channel.request(), IDLE_SECONDS)
            except Refused as error:
                await Request("", "/", channel).answer(error.status, str(error).encode())
                await channel.finish()
                return True
            if not request or not await respond(self._handler, request):
                return False
            # What is left of the body, though it be only its end, is not to be in the way of the next request.
            await asyncio.wait_for(discard(channel), LINGER_SECONDS)
            await channel.finish()
            persistent = channel.persistent
        return False


class Channel(Message):
    """One request as it comes in records over a connection, and the way back for its answer."""

    def __init__(self, connection):
        super().__init__(connection.reader)
        self._connection = connection
        self._left = self._padding = 0
        self._id = 0
        self._input_ended = False
        # Whether another request may follow.
        self.persistent = False

    async def request(self):
        """Read records up to the body: a Request, or None when the web server has gone. Raises Refused and OSError."""
        while self._id == 0:
            record = await self._record()
            if not record:
                return None
            kind, number, length = record
            content = await self._content(length, 1024)
            if kind == BEGIN and number and length == 8:
                role, flags = struct.unpack(">HB", content)
                if role == RESPONDER:
                    self._id, self.persistent = number, bool(flags & KEEP)
                else:
                    await self._send(END, number, struct.pack(">IBxxx", 0, UNKNOWN_ROLE))
            elif number == 0:
                await self._manage(kind)
        try:
            values = dict(pairs(await self._parameters()))
            for name, value in values.items():
                # HTTP_X_NAME is a field of the request, and so are CONTENT_TYPE and CONTENT_LENGTH.
                if name.startswith(("HTTP_", "CONTENT_")):
                    self.fields.append((name.replace("HTTP_", "").lower().replace("_", "-"), value))
            return Request(values.get("REQUEST_METHOD", ""), values.get("REQUEST_URI", ""), self)
        except ValueError as error:
            raise Refused(400, str(error))

    async def _record(self):
        """The next record's kind, request and length, or None at the end of the connection."""
        if self._padding:
            await self._content(0, 0)
        header = await self._connection.exactly(8)
        if header is None:
            return None
        version, kind, number, length, self._padding, _ = struct.unpack(HEADER, header)
        if version != VERSION:
            raise HttpError(BROKEN)
        return kind, number, length

    async def _content(self, length, limit):
        """The content of a record of at most `limit` bytes."""
        if length > limit:
            raise HttpError(BROKEN)
        data = await self._connection.exactly(length + self._padding)
        self._padding = 0
        if data is None:
            raise HttpError(BROKEN)
        return data[:length]

    async def _parameters(self):
        data = bytearray()
        while True:
            length = await self._next(PARAMETERS)
            if not length:
                return data
            data += await self._content(length, HEAD_BYTES - len(data))

    async def _next(self, wanted):
        """The length of this request's next record, which must be of the kind that is wanted."""
        while True:
            record = await self._record()
            if not record:
                raise HttpError(BROKEN)
            kind, number, length = record
            if number == self._id:
                if kind == wanted:
                    return length
                raise HttpError(BROKEN)
            await self._content(length, LONGEST)
            if number == 0:
                await self._manage(kind)
            elif kind == BEGIN:
                await self._send(END, number, struct.pack(">IBxxx", 0, NOT_MULTIPLEXED))

    async def _manage(self, kind):
        """Answer a question about this program itself; its values are left out, as the specification allows."""
        if kind == GET_VALUES:
            await self._send(VALUES, 0, b"")
        else:
            await self._send(UNKNOWN, 0, struct.pack(">B7x", kind))

    async def readinto(self, view):
        """Put some bytes of the body into the memoryview; return the count, 0 at the end of the body."""
        while not self._left and not self._input_ended:
            self._left = await self._next(INPUT)
            self._input_ended = not self._left
        count = 0
        if self._left:
            count = await self._reader.readinto(view[: self._left])
            if count == 0:
                raise HttpError(BROKEN)
            self._left -= count
        return count

    async def begin(self, status, fields, length):
        """Send the head of an answer."""
        lines = ["Status: %d" % status] + fields
        if length is not None:
            lines.append("Content-Length: %d" % length)
        await self.send("\r\n".join(lines + ["", ""]).encode())

    async def send(self, *pieces):
        """Send bytes of the body."""
        for piece in pieces:
            view = memoryview(piece)
            while len(view):
                await self._send(OUTPUT, self._id, view[:LONGEST])
                view = view[LONGEST:]

    async def finish(self):
        """Tell that the answer is complete."""
        await self._send(OUTPUT, self._id, b"")
        await self._send(END, self._id, struct.pack(">IBxxx", 0, COMPLETE))

    async def _send(self, kind, number, content):
        header = struct.pack(HEADER, VERSION, kind, number, len(content), 0, 0)
        await self._connection.send(header, content)


def pairs(data):
    """The (name, value) pairs of a parameter stream. Raises ValueError."""
    found = []
    position = 0
    while position < len(data):
        name_length, position = _length(data, position)
        value_length, position = _length(data, position)
        middle, end = position + name_length, position + name_length + value_length
        if end > len(data):
            raise ValueError("need %d bytes of parameters, have %d" % (end, len(data)))
        found.append((_text(data[position:middle]), _text(data[middle:end])))
        position = end
    return found


def _length(data, position):
    """A length of one byte, or of four if its first bit is set, and the position behind it."""
    if position < len(data) and data[position] < 128:
        return data[position], position + 1
    if position + 4 > len(data):
        raise ValueError("need the length of a parameter, have the end")
    return struct.unpack_from(">I", data, position)[0] & 0x7FFFFFFF, position + 4


def _text(data):
    return "".join([chr(byte) for byte in data])
