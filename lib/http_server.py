"""An HTTP/1.1 server for asyncio: kept connections, all that comes in bounded, answers that may never end.

    async def handler(request):
        if request.path != "/hello":
            raise Refused(404, "need /hello, have " + request.path)
        await request.answer(200, b"Hello")

    server = HttpServer(handler)
    await server.start("127.0.0.1", 2001)

Meant for loopback, behind a camera's proxy: no TLS.
"""

import asyncio
import socket
import sys
from asyncio.stream import Server

from connection import Connection
from http_message import HttpError, Message, unquote

TEXT = "text/plain; charset=utf-8"
# The longest line of a request's head; a browser's cookies are one.
LINE_BYTES = 4096
# What the system may hold of an answer that is not fetched: a slow viewer is not to see what was long ago.
SEND_BUFFER = 65536
SO_SNDBUF = 7
# Until the next request has come, and until the client has sent or taken some bytes more.
IDLE_SECONDS, PATIENCE_SECONDS = 15, 20
# A small body is to come within this.
BODY_SECONDS = 60
# A body that nobody read is taken for so long: closing earlier would cost the client the answer.
LINGER_SECONDS = 2


class Refused(Exception):
    """A handler's answer to a request that it does not take: `status`, and a text for the one who asked."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


class Complete(Exception):
    """It was asked for by HEAD: the head was all."""


class Request:
    """A request, and the way to answer it. `query` has the last value of each name."""

    def __init__(self, method, target, channel):
        """`channel` is a Message with begin(status, fields, length) and send(*pieces).

        Raises ValueError for a target that is no UTF-8.
        """
        self.method = method
        path, _, query = target.partition("?")
        self.path = unquote(path)
        self.query: dict[str, str] = {}
        for pair in query.split("&"):
            name, _, value = pair.replace("+", " ").partition("=")
            if name:
                self.query[unquote(name)] = unquote(value)
        # The status of the answer as soon as it has begun.
        self.status = 0
        self._channel = channel

    def value(self, name):
        """The value of a header field, its name in lower case, else the empty text."""
        return self._channel.value(name)

    async def readinto(self, view):
        """Put some bytes of the body into the memoryview; return the count, 0 at the end of the body."""
        return await self._incoming(self._channel.readinto(view), PATIENCE_SECONDS)

    async def read(self, limit):
        """The rest of the body, at most `limit` bytes."""
        length = self._channel.value("content-length")
        if length.isdigit() and int(length) > limit:
            raise Refused(413, "need a body of at most %d bytes, have %s" % (limit, length))
        return await self._incoming(self._channel.read(limit), BODY_SECONDS)

    async def _incoming(self, reading, seconds):
        try:
            return await asyncio.wait_for(reading, seconds)
        except ValueError as error:
            raise Refused(400, str(error))  # a chunk's line longer than the buffer
        except HttpError as error:
            raise Refused(413 if "at most" in str(error) else 400, str(error))
        except asyncio.TimeoutError:
            raise Refused(408, "need the rest of the request within %d s" % seconds)

    async def answer(self, status, body=b"", kind=TEXT, fields=()):
        """Answer with all of it; `fields` are lines such as "Cache-Control: no-store"."""
        await self._begin(status, kind, fields, len(body))
        if body and self.method != "HEAD":
            await self.send(body)

    async def begin(self, kind, fields=(), length=None):
        """Begin an answer of `length` bytes, or a stream, which ends when the handler returns."""
        await self._begin(200, kind, fields, length)
        if self.method == "HEAD":
            raise Complete()

    async def _begin(self, status, kind, fields, length):
        self.status = status
        lines = ["Content-Type: " + kind, "X-Content-Type-Options: nosniff"] + list(fields)
        await self._outgoing(self._channel.begin(status, lines, length))

    async def send(self, *pieces):
        """Send bytes of a stream; return when the system has taken all, so a slow client slows down its own stream.

        Raises OSError or asyncio.TimeoutError when the client is gone or takes nothing any more.
        """
        await self._outgoing(self._channel.send(*pieces))

    async def _outgoing(self, sending):
        await asyncio.wait_for(sending, PATIENCE_SECONDS)


async def respond(handler, request):
    """Let the handler answer a request; what it raises becomes the answer. Return whether the answer is complete."""
    status, text = 500, "the request was not answered"
    try:
        await handler(request)
        if request.status:
            return True
    except Complete:
        return True
    except Exception as error:
        if request.status and isinstance(error, (OSError, asyncio.TimeoutError)):
            return False  # the client is gone
        if isinstance(error, Refused):
            status, text = error.status, str(error)
        else:
            sys.print_exception(error, sys.stderr)
            text = "the request failed, the log tells why"
        if request.status:
            return False
    await request.answer(status, text.encode())
    return True


class Listener:
    """Takes connections; each is served in a task of its own by a subclass's `_serve(connection)`.

    It returns whether the client may not have sent all yet. With `most`
    connections open another one is closed at once, after `_full(socket)`.
    """

    def __init__(self, handler, most=24):
        """`handler` is a coroutine function that takes a Request."""
        self._handler = handler
        self._most = most
        self._server = None
        self._tasks = []

    async def listen(self, address, family):
        """Listen at a socket address of a family. Raises OSError."""
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(self._most)
            listener.setblocking(False)
        except OSError:
            listener.close()
            raise
        self._server = Server()
        self._server.task = asyncio.create_task(self._server._serve(listener, self._connected, None))
        await asyncio.sleep_ms(0)

    def close(self):
        """Listen no more, and end what is going on."""
        if self._server:
            self._server.close()
        self._server = None
        for task in self._tasks:
            task.cancel()

    async def _serve(self, connection):
        raise NotImplementedError

    async def _connected(self, stream, _):
        if len(self._tasks) >= self._most:
            self._full(stream.s)
            stream.s.close()
            return
        task = asyncio.current_task()
        self._tasks.append(task)
        try:
            stream.s.setsockopt(socket.SOL_SOCKET, SO_SNDBUF, SEND_BUFFER)
            connection = Connection(stream.s, None, LINE_BYTES)
            connection.peer = stream.get_extra_info("peername")
            if await self._serve(connection):
                await asyncio.wait_for(discard(connection.reader), LINGER_SECONDS)
        except (OSError, EOFError, asyncio.TimeoutError):
            pass  # the client is gone, or as good as
        finally:
            self._tasks.remove(task)
            stream.s.close()

    def _full(self, sock):
        pass


async def discard(reader):
    """Read on until the client closes the connection: before, it may not have read the answer."""
    view = memoryview(bytearray(1024))
    while await reader.readinto(view):
        pass


class HttpServer(Listener):
    """Serves HTTP at a TCP port."""

    async def start(self, host, port):
        """Listen. Raises OSError."""
        await self.listen(socket.getaddrinfo(host, port)[0][-1], socket.AF_INET)

    def _full(self, sock):
        sock.write(head(503, ["Connection: close", "Retry-After: 5"], 0))

    async def _serve(self, connection):
        persistent = True
        while persistent:
            channel = Channel(connection)
            try:
                request = await asyncio.wait_for(channel.request(), IDLE_SECONDS)
            except Refused as error:
                await Request("", "", channel).answer(error.status, str(error).encode())
                return True
            persistent = request and await respond(self._handler, request) and channel.persistent
        return not channel.ended()


def head(status, fields, length):
    """The bytes of the head of an answer."""
    # Words for the others would only be read by people, who have the answer's text.
    lines = ["HTTP/1.1 %d %s" % (status, "OK" if status == 200 else "")] + fields
    if length is not None and status not in (204, 304):
        lines.append("Content-Length: %d" % length)
    return "\r\n".join(lines + ["", ""]).encode()


def parts(line):
    """Method, target and version of a request line. Raises Refused."""
    words = "".join([chr(byte) for byte in line]).split(" ")
    if len(words) != 3 or not words[0].isalpha() or [True for byte in line if not 32 <= byte < 127]:
        raise Refused(400, "need a request line 'GET /path HTTP/1.1', have another one")
    method, target, version = words
    if version not in ("HTTP/1.1", "HTTP/1.0"):
        raise Refused(505, "need HTTP/1.1, have " + version[:20])
    if target.lower().startswith("http://"):
        target = "/" + target[7:].partition("/")[2]
    if not target.startswith("/"):
        raise Refused(400, "need a target that begins with /, have " + target[:40])
    return method, target, version


class Channel(Message):
    """One request as it comes over a connection, and the way back for its answer."""

    tolerant = False

    def __init__(self, connection):
        super().__init__(connection.reader)
        self._connection = connection
        self._left = 0
        self._continue = False
        # Whether another request may follow.
        self.persistent = False

    async def request(self):
        """Read the head: a Request, or None when the client has gone. Raises Refused and OSError."""
        try:
            line = await self._reader.line()
            if line == b"":
                # Some clients send an empty line more behind a body.
                line = await self._reader.line()
            if line is None:
                return None
            method, target, version = parts(line)
            self.fields = await self._read_fields()
            self._check(version)
            return Request(method, target, self)
        except (HttpError, ValueError) as error:
            # ValueError: a line longer than the buffer, or a target that is no UTF-8, of which its text says nothing.
            self.persistent = False
            raise Refused(431 if "at most" in str(error) else 400, str(error) or "need UTF-8 in the target")

    def _check(self, version):
        hosts, codings, lengths = [
            self.values(name) for name in ("host", "transfer-encoding", "content-length")
        ]  # fmt: skip
        if len(hosts) != 1 and version == "HTTP/1.1":
            raise Refused(400, "need one Host field, have %d" % len(hosts))
        # Where proxy and server see different ends of a body, the rest of it would be a request that nobody checked.
        if len(codings) + len(lengths) > 1:
            raise Refused(400, "need one Transfer-Encoding or Content-Length, have more")
        if codings and codings[0].lower() != "chunked":
            raise Refused(501, "need a body that is chunked, have " + codings[0][:40])
        self._expect_body()
        wished = [name.strip() for name in self.value("connection").lower().split(",")]
        self.persistent = version == "HTTP/1.1" and "close" not in wished
        self._continue = self.value("expect").lower() == "100-continue"

    async def readinto(self, view):
        """Put some bytes of the body into the memoryview; return the count, 0 at the end of the body."""
        if self._continue:
            self._continue = False
            await self._connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return await super().readinto(view)

    async def begin(self, status, fields, length):
        """Send the head of an answer; without a `length` the end of the connection is that of the body."""
        # What is left of a body would be taken for the next request.
        self.persistent = self.persistent and length is not None and self.ended()
        if not self.persistent:
            fields.append("Connection: close")
        await self._connection.send(head(status, fields, length))

    async def send(self, *pieces):
        """Send bytes of the body."""
        await self._connection.send(*pieces)
