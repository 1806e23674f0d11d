"""Events over WebSocket: /vapix/ws-data-stream, and /axis-cgi/wssession.cgi for clients without HTTP authentication."""

import asyncio
import json
import secrets

from aiohttp import WSMsgType, web

from mpycam.camera.content_filter import ContentFilter, ContentFilterError
from mpycam.camera.keys import CALLER
from mpycam.camera.role import Role
from mpycam.camera.router import GET_POST
from mpycam.camera.topics import TopicError, TopicFilter
from mpycam.camera.vapix import answers
from mpycam.camera.vapix.json_api import NEW_CODES, ApiError, parse, value

VERSION = "1.0"
SESSION_SECONDS = 15
MOST_SESSIONS = 1000
MOST_REQUEST_BYTES = 64 * 1024
MOST_FILTERS = 100
# A client that takes nothing for so long is gone.
SEND_SECONDS = 30
HEARTBEAT_SECONDS = 30


def add_routes(router):
    """Add the CGI and the WebSocket."""
    router.add(GET_POST, "/axis-cgi/wssession.cgi", Role.VIEWER, _wssession)
    router.add(("GET",), "/vapix/ws-data-stream", Role.ANONYMOUS, _stream)


class Sessions:
    """The tokens that wssession.cgi gives out, in RAM."""

    def __init__(self, clock):
        self._clock = clock
        self._tokens = {}

    def open(self, role):
        """Return a token for somebody with this role."""
        now = self._clock.uptime()
        self._tokens = {token: entry for token, entry in self._tokens.items() if entry[1] > now}
        if len(self._tokens) >= MOST_SESSIONS:
            del self._tokens[next(iter(self._tokens))]
        token = str(10**18 + secrets.randbelow(9 * 10**18))
        self._tokens[token] = (role, now + SESSION_SECONDS)
        return token

    def role(self, token):
        """The role that a token stands for."""
        role, until = self._tokens.get(token, (Role.ANONYMOUS, 0))
        return role if until > self._clock.uptime() else Role.ANONYMOUS


async def _wssession(request, camera):
    return answers.text(camera.sessions.open(request[CALLER].role))


async def _stream(request, camera):
    if camera.sessions.role(request.query.get("wssession", "")) < Role.VIEWER:
        camera.authentication.require(request, Role.VIEWER)
    if request.query.get("sources") != "events":
        return answers.text("Error: need sources=events\n", 400)
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=MOST_REQUEST_BYTES)
    if not socket.can_prepare(request).ok:
        return answers.text("Error: this is for WebSockets\n", 400)
    await socket.prepare(request)
    with camera.events.subscribe() as subscription:
        client = _Client(socket, camera.events)
        sender = asyncio.get_running_loop().create_task(client.forward(subscription))
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    await client.answer(message.data)
        finally:
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)
    return socket


class _Client:
    """One connection with its filters: each is a subscription of its own."""

    def __init__(self, socket, events):
        self._socket, self._events = socket, events
        self._filters = []

    async def answer(self, text):
        """Answer a request; a new configuration is followed by the states as they are."""
        answer = {"apiVersion": VERSION}
        states = []
        try:
            envelope = parse(text, NEW_CODES)
            version = value(envelope, "apiVersion", str, NEW_CODES, required=True, where="request")
            answer["apiVersion"] = version
            context = value(envelope, "context", str, NEW_CODES, where="request")
            if context is not None:
                answer["context"] = context
            method = value(envelope, "method", str, NEW_CODES, required=True, where="request")
            answer["method"] = method
            if version != VERSION:
                raise ApiError(NEW_CODES.version, "API version not supported")
            if method != "events:configure":
                raise ApiError(NEW_CODES.method, "Method not supported")
            params = value(envelope, "params", dict, NEW_CODES, required=True, where="request")
            self._filters = _filters(params)
            answer["data"] = {}
            states = self._events.states()
        except ApiError as error:
            answer["error"] = {"code": error.code, "message": error.message}
        await self._send(answer)
        for event in states:
            await self._notify(event)

    async def forward(self, subscription):
        """Send the events that the filters select, until the connection ends."""
        try:
            while True:
                await self._notify(await subscription.get())
        except (ConnectionError, TimeoutError):
            await self._socket.close()

    async def _notify(self, event):
        message = {"source": event.source, "key": event.key, "data": event.data}
        notification = {"timestamp": event.timestamp, "topic": event.topic, "message": message}
        for topic, content in self._filters:
            if (topic is None or topic.matches(event.topic)) and (content is None or content.matches(event)):
                await self._send(
                    {"apiVersion": VERSION, "method": "events:notify", "params": {"notification": notification}}
                )

    async def _send(self, value):
        async with asyncio.timeout(SEND_SECONDS):
            await self._socket.send_str(json.dumps(value))


def _filters(params):
    filters = []
    for entry in value(params, "eventFilterList", list, NEW_CODES, required=True)[: MOST_FILTERS + 1]:
        if not isinstance(entry, dict) or not {"topicFilter", "contentFilter"} & entry.keys():
            raise ApiError(NEW_CODES.missing, "Required parameter missing: topicFilter or contentFilter")
        topic = value(entry, "topicFilter", str, NEW_CODES)
        content = value(entry, "contentFilter", str, NEW_CODES)
        try:
            filters.append(
                (None if topic is None else TopicFilter(topic), None if content is None else ContentFilter(content))
            )
        except (TopicError, ContentFilterError) as error:
            raise ApiError(NEW_CODES.invalid, f"Invalid parameter value specified: {error}") from None
    if len(filters) > MOST_FILTERS:
        raise ApiError(NEW_CODES.invalid, f"Invalid parameter value specified: more than {MOST_FILTERS} filters")
    return filters
