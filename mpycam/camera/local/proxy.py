"""The reverse proxy: what an app's own web server answers, behind the camera's accounts.

The path is passed on unchanged, as cameras do. The Authorization header stays
here: the password is none of the app's business.
"""

import asyncio
import contextlib
import socket

import aiohttp
from aiohttp import web
from yarl import URL

from mpycam.camera.local import fastcgi
from mpycam.camera.running.confined import socket_inside

CONNECT_SECONDS = 5
# These belong to one connection (RFC 9110, section 7.6.1), or are the client library's to write.
OWN_HEADERS = {
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
    "transfer-encoding", "upgrade", "authorization", "host", "content-length", "sec-websocket-key",
    "sec-websocket-version", "sec-websocket-extensions", "sec-websocket-protocol", "sec-websocket-accept",
}  # fmt: skip


async def forward(request, camera, application, rule):
    """Answer with what the rule's target answers: 503 where nothing listens there."""
    if rule.kind == "fcgi":
        script = f"/local/{application.record.name}/{rule.path}"
        return await fastcgi.exchange(request, camera, _socket_path(rule), script)
    with contextlib.ExitStack() as stack:
        if "://" in rule.target:
            host, connector = URL(rule.target).authority, _to_port(camera)
        else:
            place = camera.applications.sandbox.confinement(_socket_path(rule))
            try:
                path = stack.enter_context(socket_inside(*place))
            except OSError:
                raise web.HTTPServiceUnavailable() from None
            host, connector = "localhost", aiohttp.UnixConnector(path, force_close=True)
        async with aiohttp.ClientSession(
            connector=connector, timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
            auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        ) as session:  # fmt: skip
            address = URL(f"http://{host}{request.raw_path}", encoded=True)
            try:
                if request.headers.get("Upgrade", "").lower() == "websocket":
                    return await _websocket(request, session, address)
                return await _http(request, session, address)
            except (aiohttp.ClientConnectorError, aiohttp.ServerTimeoutError):
                raise web.HTTPServiceUnavailable() from None
            except aiohttp.ClientError:
                raise web.HTTPBadGateway() from None


def _socket_path(rule):
    return rule.target.removeprefix("unix:")


def _to_port(camera):
    """Return the connector that leads to a TCP port at which an app listens."""
    network = camera.applications.network
    if network is None:
        return aiohttp.TCPConnector(force_close=True)
    return aiohttp.TCPConnector(
        force_close=True, resolver=_Loopback(), socket_factory=lambda address: network.socket(address[0])
    )


class _Loopback(aiohttp.abc.AbstractResolver):
    """In a network of its own, an app's names are all its own."""

    async def resolve(self, host, port=0, family=socket.AF_INET):
        return [
            {"hostname": host, "host": "127.0.0.1", "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}
        ]

    async def close(self):
        pass


def _headers(headers, also_left_out=()):
    """Return the headers that go on, as pairs."""
    named = {name.strip().lower() for name in headers.get("Connection", "").split(",")}
    left_out = OWN_HEADERS | named | set(also_left_out)
    return [(name, value) for name, value in headers.items() if name.lower() not in left_out]


def _request_headers(request):
    return [
        *_headers(request.headers, {"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"}),
        ("X-Forwarded-For", request.remote or ""),
        ("X-Forwarded-Host", request.host),
        ("X-Forwarded-Proto", request.scheme),
    ]


async def _http(request, session, address):
    headers = _request_headers(request)
    if "Content-Length" in request.headers:
        headers.append(("Content-Length", request.headers["Content-Length"]))
    body = request.content if request.body_exists else None
    async with session.request(request.method, address, headers=headers, data=body, allow_redirects=False) as answer:
        response = web.StreamResponse(status=answer.status, reason=answer.reason)
        response.headers.extend(_headers(answer.headers))
        if "Content-Length" in answer.headers:
            response.headers["Content-Length"] = answer.headers["Content-Length"]
        await response.prepare(request)
        if request.method != "HEAD":
            async for piece in answer.content.iter_any():
                await response.write(piece)
        await response.write_eof()
        return response


async def _websocket(request, session, address):
    wanted = [text.strip() for text in request.headers.get("Sec-WebSocket-Protocol", "").split(",") if text.strip()]
    try:
        inner = await session.ws_connect(
            address, headers=_request_headers(request), protocols=wanted, max_msg_size=0, autoping=False
        )
    except aiohttp.WSServerHandshakeError as error:
        return web.Response(status=error.status if error.status >= 400 else 502)
    protocols = (inner.protocol,) if inner.protocol else ()
    outer = web.WebSocketResponse(protocols=protocols, max_msg_size=0, autoping=False)
    await outer.prepare(request)
    pumps = {asyncio.ensure_future(_pump(outer, inner)), asyncio.ensure_future(_pump(inner, outer))}
    try:
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        await inner.close()
        await outer.close()
    return outer


async def _pump(source, target):
    """Pass messages on until the source closes, and its reason too."""
    async for message in source:
        if message.type is aiohttp.WSMsgType.TEXT:
            await target.send_str(message.data)
        elif message.type is aiohttp.WSMsgType.BINARY:
            await target.send_bytes(message.data)
        elif message.type is aiohttp.WSMsgType.PING:
            await target.ping(message.data)
        elif message.type is aiohttp.WSMsgType.PONG:
            await target.pong(message.data)
    code = source.close_code
    await target.close(code=code if code and code not in (1005, 1006) else 1000)
