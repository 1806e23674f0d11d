"""An MQTT 3.1.1 client for asyncio (OASIS standard of October 2014): QoS 0 to 2, will, retained messages, offline queue.

    client = MqttClient("broker", client_id="door-1", will=Will("door-1/status", b"offline", retain=True))
    client.subscribe("door-1/command", 1, on_command)
    client.publish("door-1/status", b"online", qos=1, retain=True)
    await client.run()

run() connects, and connects again whenever the connection is lost. Messages of
QoS 1 and 2 wait in memory until the broker has them, those of QoS 0 until they
are sent; publish() can be called at any time. No TLS.
"""

import asyncio
import struct
import time

from backoff import Backoff
from connection import connect

CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP = 1, 2, 3, 4, 5, 6, 7
SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT = 8, 9, 10, 11, 12, 13, 14
REFUSALS = ("", "this version of MQTT", "the client id", "for now", "user or password", "this client's access")
# As many messages of QoS 1 and 2 are under way at a time; small brokers take 20.
WINDOW = 20
# A connection that lasted so long was a good one.
STEADY_MS = 10000


class MqttError(OSError):
    """The broker does not keep to MQTT, or refuses."""


class QueueFull(OSError):
    """The message does not fit into the queue of what waits for the broker."""


class Will:
    """What the broker publishes when the client is gone without a farewell."""

    def __init__(self, topic, payload, qos=0, retain=False):
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.retain = retain


class Message:
    """A message on its way. `done` is an asyncio.Event, set when it is sent (QoS 0) or when the broker has it."""

    def __init__(self, topic, payload, qos, retain):
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.retain = retain
        self.done = asyncio.Event()
        self.identifier = 0
        self.sent = False
        self.released = False

    @property
    def size(self):
        """Bytes that count for the queue."""
        return len(self.topic) + len(self.payload) + 64


def matches(topic_filter, topic):
    """Whether a topic is one of those that a filter with + and # names (section 4.7).

    >>> matches("a/+/#", "a/b"), matches("+", "a/b"), matches("#", "$SYS/x")
    (True, False, False)
    """
    levels, names = topic_filter.split("/"), topic.split("/")
    if names[0].startswith("$") and levels[0] in ("+", "#"):
        return False
    for index, level in enumerate(levels):
        if level == "#":
            return True
        if index >= len(names) or level not in ("+", names[index]):
            return False
    return len(levels) == len(names)


def _text(text):
    data = text.encode() if isinstance(text, str) else text
    if len(data) > 65535:
        raise ValueError("need a text of at most 65535 bytes, have %d" % len(data))
    return struct.pack(">H", len(data)) + data


def _packet(kind, flags, body):
    length = len(body)
    head = bytearray([kind << 4 | flags])
    while True:
        length, digit = length >> 7, length & 0x7F
        head.append(digit | 0x80 if length else digit)
        if not length:
            return bytes(head) + body


def _check_topic(topic):
    if not topic or "+" in topic or "#" in topic or "\0" in topic:
        raise ValueError("need a topic without + and #, have '%s'" % topic)


class MqttClient:
    """One connection to a broker, kept up by run()."""

    def __init__(
        self,
        host,
        port=1883,
        client_id="",
        user=None,
        password=None,
        keepalive=60,
        clean_session=True,
        will=None,
        queue_limit=65536,
        packet_limit=65536,
        timeout=10,
        retry_first=1,
        retry_longest=60,
        report=lambda state, reason: None,
    ):
        """`queue_limit` bounds what waits, and `packet_limit` what comes, in bytes; times in seconds.

        With clean_session=False the broker keeps subscriptions and messages for
        `client_id` while the client is away. `report("connected", "")` and
        `report("lost", reason)` are called once each time.
        """
        if not clean_session and not client_id:
            raise ValueError("need a client id for a session that is kept")
        if not 0 <= keepalive <= 65535:
            raise ValueError("need a keepalive from 0 to 65535 s, have %s" % keepalive)
        self.connected = False
        self._address = host, port
        self._client_id = client_id
        self._user = user
        self._password = password
        self._keepalive = keepalive
        self._clean_session = clean_session
        self._will = will
        self._queue_limit = queue_limit
        self._packet_limit = packet_limit
        self._timeout = timeout
        self._backoff = Backoff(retry_first, retry_longest)
        self._report = report
        self._connection = None
        self._sending = asyncio.Lock()
        self._queue = []  # messages that wait for their turn
        self._under_way = []  # messages of QoS 1 and 2, in the order in which they were sent
        self._queued = 0  # bytes of both
        self._wake = asyncio.Event()
        self._subscriptions = {}
        self._requests = []  # SUBSCRIBE and UNSUBSCRIBE that are to be sent: (kind, filter, QoS)
        self._asked = {}  # those that wait for their answer, by identifier
        self._received = set()  # identifiers of QoS 2 that came and are not released
        self._identifier = 0
        self._heard = self._said = 0  # ticks_ms() of the last packets
        self._ended = asyncio.Event()
        self._error = None
        self._stopping = False

    def publish(self, topic, payload=b"", qos=0, retain=False):
        """Queue a message (payload bytes or text) and return it as Message.

        When the queue is full older messages of QoS 0 make room; QueueFull if that is not enough.
        """
        _check_topic(topic)
        if qos not in (0, 1, 2):
            raise ValueError("need a QoS of 0, 1 or 2, have %s" % qos)
        message = Message(topic, payload.encode() if isinstance(payload, str) else payload, qos, retain)
        position = 0
        while self._queued + message.size > self._queue_limit and position < len(self._queue):
            if self._queue[position].qos:
                position += 1
            else:
                self._queued -= self._queue.pop(position).size
        if self._queued + message.size > self._queue_limit:
            raise QueueFull(
                "need %d bytes for a message, have %d of %d left"
                % (message.size, self._queue_limit - self._queued, self._queue_limit)
            )
        self._queued += message.size
        self._queue.append(message)
        self._wake.set()
        return message

    def subscribe(self, topic_filter, qos, callback):
        """Have `callback(topic, payload, retained)` called for what comes; asked for again after each loss."""
        self._subscriptions[topic_filter] = (qos, callback)
        self._requests.append((SUBSCRIBE, topic_filter, qos))
        self._wake.set()

    def unsubscribe(self, topic_filter):
        """End a subscription."""
        if self._subscriptions.pop(topic_filter, None):
            self._requests.append((UNSUBSCRIBE, topic_filter, 0))
            self._wake.set()

    async def run(self):
        """Be connected until stop(). The broker's refusals are reported and tried again like any other loss."""
        lost = False
        while not self._stopping:
            tasks = []
            try:
                await asyncio.wait_for(self._connect(), self._timeout)
                self.connected, lost = True, False
                began = time.ticks_ms()
                self._report("connected", "")
                self._ended.clear()
                tasks = [asyncio.create_task(self._guarded(work())) for work in (self._read, self._write)]
                await self._ended.wait()
                raise self._error
            except (OSError, ValueError, asyncio.TimeoutError) as error:
                if not lost and not self._stopping:
                    self._report("lost", str(error) or "no answer within %s s" % self._timeout)
                # A broker that takes the client and drops it at once is not asked the more often for that.
                if self.connected and time.ticks_diff(time.ticks_ms(), began) > STEADY_MS:
                    self._backoff.reset()
                lost = True
            finally:
                self.connected = False
                for task in tasks:
                    task.cancel()
                self._close()
            if not self._stopping:
                await asyncio.sleep(self._backoff.next())

    async def stop(self):
        """Say farewell to the broker, so that it keeps the will to itself, and end run()."""
        self._stopping = True
        if self.connected:
            try:
                await asyncio.wait_for(self._send(_packet(DISCONNECT, 0, b"")), self._timeout)
            except (OSError, asyncio.TimeoutError):
                pass  # it is gone already
        self._error = MqttError("stopped")
        self._ended.set()

    def _close(self):
        if self._connection:
            self._connection.close()
        self._connection = None

    async def _guarded(self, work):
        """Do one half of the connection's work; what it raises ends the connection."""
        try:
            await work
        except (OSError, ValueError, asyncio.TimeoutError) as error:
            self._error = error
            self._ended.set()

    async def _send(self, packet):
        async with self._sending:
            await self._connection.send(packet)
        self._said = time.ticks_ms()

    async def _connect(self):
        """CONNECT and CONNACK (sections 3.1 and 3.2), and what a lost connection left over."""
        self._sending = asyncio.Lock()
        self._connection = connect(*self._address)
        flags = 2 if self._clean_session else 0
        body = _text("MQTT") + b"\x04\0" + struct.pack(">H", self._keepalive) + _text(self._client_id)
        will = self._will
        if will:
            flags |= 4 | will.qos << 3 | (32 if will.retain else 0)
            body += _text(will.topic) + _text(will.payload)
        for flag, value in ((128, self._user), (64, self._password)):
            if value is not None:
                flags |= flag
                body += _text(value)
        await self._send(_packet(CONNECT, 0, body[:7] + bytes([flags]) + body[8:]))
        kind, _, answer = await self._receive()
        if kind != CONNACK or len(answer) != 2:
            raise MqttError("need CONNACK of 2 bytes, have packet %d of %d" % (kind, len(answer)))
        if answer[1]:
            raise MqttError("the broker refuses " + (REFUSALS[answer[1]] if answer[1] < 6 else "for now"))
        if not answer[0] & 1:
            self._received.clear()
            asked = {topic_filter: (SUBSCRIBE, topic_filter, qos) for topic_filter, (qos, _) in self._subscriptions.items()}
            self._requests = list(asked.values())
        else:
            self._requests += [request for request in self._asked.values() if request not in self._requests]
        self._asked.clear()
        for message in self._under_way:
            message.sent = False
        self._wake.set()

    async def _receive(self):
        """The next packet: its kind, its flags, and what follows its length."""
        head = await self._exactly(1)
        length = shift = 0
        while True:
            digit = (await self._exactly(1))[0]
            length |= (digit & 0x7F) << shift
            shift += 7
            if not digit & 0x80:
                break
            if shift > 21:
                raise MqttError("need a length of at most 4 bytes, have more")
        if length > self._packet_limit:
            raise MqttError("need a packet of at most %d bytes, have %d" % (self._packet_limit, length))
        body = await self._exactly(length)
        self._heard = time.ticks_ms()
        return head[0] >> 4, head[0] & 15, body

    async def _exactly(self, count):
        data = await self._connection.exactly(count)
        if data is None:
            raise MqttError("the broker closed the connection")
        return data

    async def _write(self):
        """Send what is to be sent, and a ping when that was nothing for long."""
        while True:
            self._wake.clear()
            while self._requests:
                await self._send_request(self._requests.pop(0))
            for message in list(self._under_way):
                if not message.sent:
                    await self._send_message(message, 8)
            while self._queue and (not self._queue[0].qos or len(self._under_way) < WINDOW):
                message = self._queue.pop(0)
                if message.qos:
                    message.identifier = self._next_identifier()
                    self._under_way.append(message)
                await self._send_message(message, 0)
                if not message.qos:
                    self._done(message)
            await self._wait_or_ping()

    async def _wait_or_ping(self):
        """Wait for work, for half of the keepalive at most; then the broker must answer a ping in time."""
        if not self._keepalive:
            await self._wake.wait()
            return
        try:
            await asyncio.wait_for(self._wake.wait(), self._keepalive / 2)
            if time.ticks_diff(time.ticks_ms(), self._said) < self._keepalive * 500:
                return
        except asyncio.TimeoutError:
            pass  # nothing to do: time for a ping
        asked = time.ticks_ms()
        await self._send(_packet(PINGREQ, 0, b""))
        for _ in range(20):
            await asyncio.sleep(self._timeout / 20)
            if time.ticks_diff(self._heard, asked) >= 0:
                return
        raise MqttError("the broker does not answer a ping within %s s" % self._timeout)

    async def _send_request(self, request):
        kind, topic_filter, qos = request
        identifier = self._next_identifier()
        self._asked[identifier] = request
        body = struct.pack(">H", identifier) + _text(topic_filter)
        await self._send(_packet(kind, 2, body + bytes([qos]) if kind == SUBSCRIBE else body))

    async def _send_message(self, message, again):
        """PUBLISH, with the flag for a message that is sent again, or PUBREL where the broker has it already."""
        message.sent = True
        if message.released:
            await self._send(_packet(PUBREL, 2, struct.pack(">H", message.identifier)))
            return
        identifier = struct.pack(">H", message.identifier) if message.qos else b""
        flags = message.qos << 1 | (1 if message.retain else 0) | again
        await self._send(_packet(PUBLISH, flags, _text(message.topic) + identifier + message.payload))

    def _next_identifier(self):
        used = [message.identifier for message in self._under_way]
        while True:
            self._identifier = self._identifier % 65535 + 1
            if self._identifier not in used and self._identifier not in self._asked:
                return self._identifier

    def _done(self, message):
        self._queued -= message.size
        message.done.set()
        self._wake.set()

    async def _read(self):
        """Take packet after packet."""
        while True:
            kind, flags, body = await self._receive()
            if kind == PUBLISH:
                await self._take(flags, body)
            elif kind == PINGRESP:
                continue
            elif len(body) < 2 or kind not in (PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK):
                raise MqttError("need an answer, have packet %d of %d bytes" % (kind, len(body)))
            else:
                await self._answered(kind, body[0] << 8 | body[1], body)

    async def _answered(self, kind, identifier, body):
        """The broker's word on a message or a request of ours, or on one of QoS 2 of its own."""
        mine = [message for message in self._under_way if message.identifier == identifier]
        if kind == PUBREL:
            self._received.discard(identifier)
            await self._send(_packet(PUBCOMP, 0, struct.pack(">H", identifier)))
        elif kind == PUBREC:
            for message in mine:
                message.released = True
            await self._send(_packet(PUBREL, 2, struct.pack(">H", identifier)))
        elif kind in (PUBACK, PUBCOMP):
            for message in mine:
                self._under_way.remove(message)
                self._done(message)
        else:
            request = self._asked.pop(identifier, None)
            if request and kind == SUBACK and body[-1] == 0x80:
                self._report("refused", "the broker refuses the subscription to " + request[1])

    async def _take(self, flags, body):
        """A message from the broker (section 3.3)."""
        qos = flags >> 1 & 3
        length = body[0] << 8 | body[1] if len(body) >= 2 else 65535
        start = 2 + length + (2 if qos else 0)
        if qos == 3 or start > len(body):
            raise MqttError("need a PUBLISH packet, have one of %d bytes with QoS %d" % (len(body), qos))
        try:
            topic = bytes(body[2 : 2 + length]).decode()
        except UnicodeError:
            raise MqttError("need a topic in UTF-8")
        identifier = body[start - 2] << 8 | body[start - 1] if qos else 0
        if identifier not in self._received:
            self._deliver(topic, bytes(body[start:]), bool(flags & 1))
        if qos == 2:
            self._received.add(identifier)
        if qos:
            await self._send(_packet(PUBACK if qos == 1 else PUBREC, 0, struct.pack(">H", identifier)))

    def _deliver(self, topic, payload, retained):
        for topic_filter, (_, callback) in list(self._subscriptions.items()):
            if matches(topic_filter, topic):
                try:
                    callback(topic, payload, retained)
                except Exception as error:
                    # A fault of the callback's is no fault of the connection's.
                    context = {"message": "callback of " + topic_filter, "exception": error, "future": None}
                    asyncio.get_event_loop().call_exception_handler(context)
