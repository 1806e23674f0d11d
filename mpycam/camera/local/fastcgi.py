"""FastCGI: a request to the Unix socket of an app, by the FastCGI specification, version 1."""

import asyncio
import re
import struct

from aiohttp import web

from mpycam.camera.keys import CALLER
from mpycam.camera.running.confined import socket_inside

HEADER = struct.Struct(">BBHHBx")
VERSION, REQUEST = 1, 1
BEGIN, END, PARAMETERS, INPUT, OUTPUT, ERRORS = 1, 3, 4, 5, 6, 7
RESPONDER = struct.pack(">HB5x", 1, 0)
LONGEST = 65535

CONNECT_SECONDS, ANSWER_SECONDS = 5, 60
MOST_HEAD_BYTES = 64 * 1024


class FastCgiError(Exception):
    """The app's answer is no FastCGI, or no CGI response."""


async def forward(request, camera, application, place):
    """Answer with what the app answers at its socket, FCGI_SOCKET_NAME."""
    script = f"/local/{application.record.name}/{place}"
    return await exchange(request, camera, application.fastcgi_socket, script)


async def exchange(request, camera, inside, script):
    """Send a request for the CGI `script` to the Unix socket `inside` the camera: 503 where nobody listens."""
    try:
        with socket_inside(*camera.applications.sandbox.confinement(inside)) as path:
            reader, writer = await asyncio.wait_for(asyncio.open_unix_connection(path), CONNECT_SECONDS)
    except (OSError, TimeoutError):
        raise web.HTTPServiceUnavailable() from None
    sending = asyncio.ensure_future(_send(request, writer, script))
    try:
        return await _receive(request, reader)
    except FastCgiError:
        raise web.HTTPBadGateway() from None
    except TimeoutError:
        raise web.HTTPGatewayTimeout() from None
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        writer.close()


async def _send(request, writer, script):
    parameters = b"".join(_pair(name, value) for name, value in _parameters(request, script).items())
    writer.write(record(BEGIN, RESPONDER) + stream(PARAMETERS, parameters) + record(PARAMETERS, b""))
    async for piece in request.content.iter_chunked(LONGEST):
        writer.write(record(INPUT, piece))
        await writer.drain()
    writer.write(record(INPUT, b""))
    await writer.drain()


def record(kind, content):
    """Return one record of the protocol."""
    return HEADER.pack(VERSION, kind, REQUEST, len(content), 0) + content


def stream(kind, data):
    """Return data as the records that hold it, without the empty one at the end."""
    pieces = (data[start : start + LONGEST] for start in range(0, len(data), LONGEST))
    return b"".join(record(kind, piece) for piece in pieces)


def _pair(name, value):
    name, value = name.encode(), value.encode("utf-8", "surrogateescape")
    lengths = b"".join(
        struct.pack(">B", size) if size < 128 else struct.pack(">I", size | 1 << 31) for size in (len(name), len(value))
    )
    return lengths + name + value


def _parameters(request, script):
    """The request as CGI has it (RFC 3875)."""
    caller = request[CALLER]
    host, _, port = request.host.partition(":")
    parameters = {
        "GATEWAY_INTERFACE": "CGI/1.1",
        "SERVER_PROTOCOL": f"HTTP/{request.version.major}.{request.version.minor}",
        "SERVER_SOFTWARE": "mpycam",
        "SERVER_NAME": host,
        "SERVER_PORT": port or ("443" if request.secure else "80"),
        "REQUEST_METHOD": request.method,
        "REQUEST_URI": request.raw_path,
        "QUERY_STRING": request.raw_path.partition("?")[2],
        "SCRIPT_NAME": script,
        "PATH_INFO": request.path.removeprefix(script),
        "REMOTE_ADDR": request.remote or "",
        "CONTENT_TYPE": request.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": request.headers.get("Content-Length", ""),
    }
    if caller.account:
        parameters["REMOTE_USER"] = caller.account.name
    if request.secure:
        parameters["HTTPS"] = "on"
    for name, value in request.headers.items():
        if name.lower() not in ("authorization", "content-type", "content-length", "proxy"):
            parameters["HTTP_" + name.upper().replace("-", "_")] = value
    return parameters


async def _receive(request, reader):
    """Read the answer and send it on as it comes."""
    head, response = b"", None
    async for piece in _output(reader):
        if response is not None:
            await response.write(piece)
            continue
        head += piece
        end = re.search(rb"\r?\n\r?\n", head)
        if end:
            response = _response(head[: end.start()])
            await response.prepare(request)
            if request.method != "HEAD":
                await response.write(head[end.end() :])
        elif len(head) > MOST_HEAD_BYTES:
            raise FastCgiError("the head of the response does not end")
    if response is None:
        raise FastCgiError("the response has no head")
    await response.write_eof()
    return response


async def _output(reader):
    """Yield what the app writes to its standard output, until it says that it is done."""
    try:
        while True:
            header = await asyncio.wait_for(reader.readexactly(HEADER.size), ANSWER_SECONDS)
            version, kind, _, length, padding = HEADER.unpack(header)
            if version != VERSION:
                raise FastCgiError(f"FastCGI of version {version}, expected {VERSION}")
            content = await asyncio.wait_for(reader.readexactly(length + padding), ANSWER_SECONDS)
            if kind == END:
                return
            if kind == OUTPUT and length:
                yield content[:length]
    except (asyncio.IncompleteReadError, OSError):
        raise FastCgiError("the app closed the connection in the middle") from None


def _response(head):
    """Return the response that a CGI's head describes."""
    status, reason, headers = 200, None, []
    for line in head.decode("utf-8", "replace").splitlines():
        name, colon, value = line.partition(":")
        name, value = name.strip(), value.strip()
        if not colon or not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name) or not value.isprintable():
            raise FastCgiError("the head of the response is no list of headers")
        if name.lower() == "status":
            match = re.match(r"([1-5]\d\d)(?: (.*))?$", value)
            if not match:
                raise FastCgiError("the status is no number")
            status, reason = int(match[1]), match[2]
        elif name.lower() not in ("connection", "transfer-encoding", "keep-alive"):
            headers.append((name, value))
    if status == 200 and any(name.lower() == "location" for name, _ in headers):
        status = 302
    response = web.StreamResponse(status=status, reason=reason)
    response.headers.extend(headers)
    return response
