"""An RTSP 1.0 server (RFC 2326) for the frames of a Channel, which go out as RTP/JPEG: over UDP, or in the RTSP
connection itself.

    server = RtspServer(user="viewer", password="...")
    server.add_stream("live", channel)
    await server.start("0.0.0.0", 8554)      # rtsp://viewer:...@camera:8554/live

What RTP/JPEG does not take (see rtp_jpeg) is encoded anew.
"""

import asyncio
import binascii
import os
import socket
import struct
import time

import ujpeg
from authentication import digest_response, parse_challenges
from connection import Connection
from http_message import HttpError, Message
from http_server import Listener
from rtp_jpeg import LARGEST, Scan
from timepiece import clock, since

METHODS = "OPTIONS", "DESCRIBE", "SETUP", "PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER"
PUBLIC = "Public: " + ", ".join(METHODS)
DESCRIPTION = """v=0\r
o=- 1 1 IN IP4 0.0.0.0\r
s=%s\r
c=IN IP4 0.0.0.0\r
t=0 0\r
a=control:*\r
a=range:npt=now-\r
m=video 0 RTP/AVP 26\r
a=control:track1\r
"""
REALM = "mpycam"
JPEG = 26  # the payload type
# Bytes of a packet: of one that crosses networks, and of one inside of the connection.
UDP_BYTES, TCP_BYTES = 1400, 8192
UDP_PORTS = range(6970, 7100, 2)
# So many packets are sent at once; then the network and the other side have some milliseconds.
BURST, PAUSE_MS = 8, 2
REPORT_SECONDS = 5
PATIENCE_SECONDS = 20
SESSION_SECONDS = 60
UNIX_TO_NTP = 2208988800


class Refusal(Exception):
    """A status, and the fields of the answer to a request."""

    def __init__(self, status, *fields):
        super().__init__(status)
        self.status = status
        self.fields = fields


class Session:
    """One client's view of a stream.

    send: a coroutine function that takes (RTCP or not, four bytes and a packet); close: for a session of datagrams,
    is called at its end; abort: for one inside of a connection, is called when that cannot be used any more.
    """

    def __init__(self, channel, path, packet_bytes, send, close=None, abort=None):
        self.id = binascii.hexlify(os.urandom(8)).decode()
        self.path = path
        self.datagrams = close is not None
        self.playing = False
        self.ssrc, self.sequence, self.timestamp = struct.unpack(">IHI", os.urandom(6) + b"\0\0" + os.urandom(2))
        self._channel = channel
        self._send = send
        self._close = close
        self._abort = abort
        self._packet = memoryview(bytearray(4 + packet_bytes))
        self._packets = self._bytes = 0
        self._ticks_ms = None
        self._reported = None
        self._task = None
        self._waiting = False
        self.touch()

    def touch(self):
        """The client has shown that it is there."""
        self._touched = clock()

    @property
    def expired(self):
        """Whether nothing was heard of the client for too long; inside of a connection that tells it."""
        return self.datagrams and since(self._touched) > SESSION_SECONDS

    def play(self):
        """Send frames from now on. Raises OSError when there are too many viewers."""
        self.playing = True
        if self._task is None:
            self._task = asyncio.create_task(self._run(self._channel.look()))

    def pause(self):
        """Send no packet more."""
        self.playing = False
        self._ticks_ms = None
        self.timestamp = (self.timestamp + 9000) & 0xFFFFFFFF
        # In the middle of a packet it must not be stopped.
        if self._waiting and self._task is not None:
            self._task.cancel()

    def close(self):
        """End it."""
        self.pause()
        if self._close:
            self._close()

    async def _run(self, viewer):
        try:
            while self.playing:
                self._waiting = True
                there = await viewer.next()
                self._waiting = False
                if not there:
                    await self._control(struct.pack(">BBHI", 0x81, 203, 1, self.ssrc))
                    break
                await asyncio.wait_for(self._frame(viewer.frame), PATIENCE_SECONDS)
        except (OSError, asyncio.TimeoutError):
            # The client is gone, perhaps in the middle of a packet.
            self.playing = False
            if self._abort:
                self._abort()
        finally:
            self._waiting = False
            self._task = None
            viewer.close()

    async def _frame(self, frame):
        scan = frame.scan
        if scan is None:
            scan = frame.scan = scan_of(frame.data)
        if not scan:
            return
        if self._ticks_ms is not None:
            passed = time.ticks_diff(frame.ticks_ms, self._ticks_ms)
            self.timestamp = (self.timestamp + passed * 90) & 0xFFFFFFFF
        self._ticks_ms = frame.ticks_ms
        if self._reported is None or since(self._reported) >= REPORT_SECONDS:
            self._reported = clock()
            await self._control(self._report(frame.seconds))
        packet = self._packet
        for header, piece, last in scan.packets(len(packet) - 16):
            start = 16 + len(header)
            end = start + len(piece)
            struct.pack_into(
                ">BBHII", packet, 4, 0x80, JPEG | (128 if last else 0), self.sequence, self.timestamp, self.ssrc
            )  # fmt: skip
            packet[16:start] = header
            packet[start:end] = piece
            if not self.playing:
                return
            await self._send(0, packet[:end])
            self.sequence = (self.sequence + 1) & 0xFFFF
            self._packets += 1
            self._bytes += end - 16
            if self.datagrams and self._packets % BURST == 0:
                await asyncio.sleep_ms(PAUSE_MS)

    def _report(self, seconds):
        """A sender report and the description of the source that has to follow it (RFC 3550)."""
        moment = seconds + UNIX_TO_NTP
        counts = self._packets & 0xFFFFFFFF, self._bytes & 0xFFFFFFFF
        time_stamps = int(moment) & 0xFFFFFFFF, int(moment % 1 * 4294967296), self.timestamp
        return struct.pack(
            ">BBHIIIIII", 0x80, 200, 6, self.ssrc, time_stamps[0], time_stamps[1], time_stamps[2], counts[0], counts[1]
        ) + struct.pack(">BBHIBB6sH", 0x81, 202, 4, self.ssrc, 1, 6, b"mpycam", 0)  # fmt: skip

    async def _control(self, packet):
        await self._send(1, memoryview(bytearray(b"\0\0\0\0" + packet)))


def scan_of(data):
    """The Scan of a JPEG file, which is encoded anew if it must; False if it cannot be decoded."""
    try:
        return Scan(data)
    except ValueError:
        pass
    try:
        header = ujpeg.info(data, length=False)
        width, height = header.width, header.height
        shrink = max(width, height, LARGEST) / LARGEST
        image = ujpeg.decode(data, format="rgb", size=(int(width / shrink), int(height / shrink)))
        assert not isinstance(image, tuple)
        return Scan(ujpeg.encode(image, quality=header.quality or 75))
    except (ValueError, MemoryError):
        return False


class RtspServer(Listener):
    """Serves streams; with a user only after Digest authentication. At most `most` connections at a time."""

    def __init__(self, user="", password="", most=8):
        super().__init__(None, most)
        self.sessions: dict[str, Session] = {}
        self._streams = {}
        self._account = user, password
        self._nonce = binascii.hexlify(os.urandom(16)).decode()
        self._reaper = None

    def add_stream(self, path, channel):
        """Serve a Channel under a path, which has no slash at either end."""
        self._streams[path] = channel

    def remove_stream(self, path):
        """Serve it no more, and end its sessions."""
        self._streams.pop(path, None)
        for session in list(self.sessions.values()):
            if session.path == path:
                self.end(session)

    async def start(self, host, port):
        """Listen. Raises OSError."""
        await self.listen(socket.getaddrinfo(host, port)[0][-1], socket.AF_INET)
        self._reaper = asyncio.create_task(self._reap())

    def close(self):
        """Listen no more, and end all sessions."""
        super().close()
        if self._reaper:
            self._reaper.cancel()
        for session in list(self.sessions.values()):
            self.end(session)

    def end(self, session):
        """End a session."""
        session.close()
        self.sessions.pop(session.id, None)

    async def _reap(self):
        while True:
            await asyncio.sleep(SESSION_SECONDS / 6)
            for session in list(self.sessions.values()):
                if session.expired:
                    self.end(session)

    async def _serve(self, connection):
        client = Client(self, connection)
        try:
            await client.run()
        finally:
            client.close()

    def channel(self, url):
        """Path and Channel for a URL."""
        path = url.split("://", 1)[-1].partition("/")[2].partition("?")[0].strip("/")
        if path.endswith("/track1"):
            path = path[:-7]
        if path not in self._streams:
            raise Refusal(404)
        return path, self._streams[path]

    def authorise(self, request):
        """Raise Refusal unless a request comes from the account."""
        user, password = self._account
        if not user:
            return
        for scheme, given in parse_challenges(request.value("authorization")):
            value = given.get
            if (scheme, value("username"), value("nonce"), value("realm")) == ("digest", user, self._nonce, REALM):
                right = digest_response("MD5", user, password, REALM, self._nonce, request.method, value("uri", ""))
                if value("response") == right:
                    return
        raise Refusal(401, 'WWW-Authenticate: Digest realm="%s", nonce="%s"' % (REALM, self._nonce))


class Request(Message):
    """A request with its method, url and version, body and fields, and its Session if it names one."""

    session = None

    def __init__(self, reader):
        super().__init__(reader)
        self._left = 0

    async def receive(self, line):
        """Read what follows the first line. Raises OSError and ValueError when it is none of RTSP."""
        self.method, self.url, self.version = "".join([chr(byte) for byte in line]).split(" ")
        if not self.version.startswith("RTSP/"):
            raise HttpError("need a request like 'OPTIONS * RTSP/1.0'")
        self.fields = await self._read_fields()
        self._expect_body()
        self.body = await self.read(4096)


class Client:
    """One connection of a client, and the sessions inside of it."""

    def __init__(self, server, connection):
        self._server = server
        self._connection = connection
        self._lock = asyncio.Lock()
        self._inside = []
        self._task = asyncio.current_task()

    def close(self):
        """End the sessions that go through the connection."""
        for session in self._inside:
            self._server.end(session)

    async def _send(self, *pieces):
        async with self._lock:
            await asyncio.wait_for(self._connection.send(*pieces), PATIENCE_SECONDS)

    async def run(self):
        """Answer requests until the client goes away. Raises OSError and asyncio.TimeoutError."""
        reader = self._connection.reader
        first = memoryview(bytearray(1))
        while True:
            alive = [session for session in self._inside if session.playing]
            if not await asyncio.wait_for(reader.readinto(first), None if alive else SESSION_SECONDS):
                return
            if first[0] == 0x24:  # "$": an RTCP packet
                head = await self._connection.exactly(3)
                if head is None or await self._connection.exactly(head[1] << 8 | head[2]) is None:
                    return
                continue
            try:
                line = await reader.line()
                if line is None:
                    return
                if first[0] > 32:
                    await asyncio.wait_for(self._answer(bytes(first) + line), PATIENCE_SECONDS)
            except (HttpError, ValueError):
                await self._respond(Request(reader), 400)
                return

    async def _answer(self, line):
        request = Request(self._connection.reader)
        await request.receive(line)
        try:
            self._check(request)
            fields, content = getattr(self, "_" + request.method.lower())(request)
        except Refusal as refusal:
            await self._respond(request, refusal.status, refusal.fields)
            return
        await self._respond(request, 200, fields, content)
        if request.method == "PLAY" and request.session:
            try:
                request.session.play()
            except OSError:
                pass  # no frames; a viewer more than there may be

    def _check(self, request):
        """Find the session of a request. Raises Refusal."""
        if not request.value("cseq").isdigit():
            raise Refusal(400)
        if request.version != "RTSP/1.0":
            raise Refusal(505)
        if request.value("require"):
            raise Refusal(551, "Unsupported: " + request.value("require"))
        if request.method not in METHODS:
            raise Refusal(501, PUBLIC)
        if request.method != "OPTIONS":
            self._server.authorise(request)
        session = None
        given = request.value("session").partition(";")[0].strip()
        if given:
            session = request.session = self._server.sessions.get(given)
            if session is None:
                raise Refusal(454)
            session.touch()
        if request.method in ("PLAY", "PAUSE", "TEARDOWN"):
            if session is None:
                raise Refusal(454)
            if self._server.channel(request.url)[0] != session.path:
                raise Refusal(455)

    async def _respond(self, request, status, fields=(), content=b""):
        lines = ["RTSP/1.0 %d %s" % (status, "OK" if status == 200 else "Refused")] + list(fields)
        if request.value("cseq"):
            lines.append("CSeq: " + request.value("cseq"))
        if request.session:
            lines.append("Session: %s;timeout=%d" % (request.session.id, SESSION_SECONDS))
        if content:
            lines.append("Content-Length: %d" % len(content))
        await self._send("\r\n".join(lines + ["", ""]).encode() + content)

    def _options(self, request):
        return [PUBLIC], b""

    def _describe(self, request):
        path, channel = self._server.channel(request.url)
        content = DESCRIPTION % path
        if channel.fps:
            content += "a=framerate:%g\r\n" % channel.fps
        return ["Content-Type: application/sdp", "Content-Base: " + request.url.rstrip("/") + "/"], content.encode()

    def _setup(self, request):
        path, channel = self._server.channel(request.url)
        if request.session:
            raise Refusal(455)
        if channel.full or len(self._server.sessions) >= 4 * channel.most:
            raise Refusal(453)
        for offer in request.value("transport").split(","):
            protocol, *options = [part.strip() for part in offer.split(";")]
            names = {}
            for option in options:
                name, _, value = option.partition("=")
                names[name.lower()] = value
            if "multicast" in names or names.get("mode", "play").strip('"').lower() != "play":
                continue
            made = None
            if protocol.upper() == "RTP/AVP/TCP":
                made = self._setup_inside(channel, path, names.get("interleaved", "0-1"))
            elif protocol.upper() in ("RTP/AVP", "RTP/AVP/UDP"):
                made = self._setup_datagrams(channel, path, names.get("client_port", ""))
            if made:
                session, transport = made
                self._server.sessions[session.id] = request.session = session
                return ["Transport: %s;ssrc=%08X" % (transport, session.ssrc)], b""
        raise Refusal(461)

    def _setup_inside(self, channel, path, numbers):
        pair = _pair(numbers, 255)
        if not pair:
            return None

        async def send(control, packet):
            struct.pack_into(">BBH", packet, 0, 0x24, pair[control], len(packet) - 4)
            async with self._lock:
                if session.playing or control:
                    await self._connection.send(packet)

        session = Session(channel, path, TCP_BYTES, send, abort=self._task.cancel)
        self._inside.append(session)
        return session, "RTP/AVP/TCP;unicast;interleaved=%d-%d" % pair

    def _setup_datagrams(self, channel, path, numbers):
        ports = _pair(numbers, 65535)
        if not ports:
            return None
        bound = _datagram_sockets()
        try:
            pair = [
                Connection(sock, _with_port(self._connection.peer, port), 512) for sock, port in zip(bound[1], ports)
            ]
        except OSError:
            for sock in bound[1]:
                sock.close()
            raise Refusal(461)

        async def send(control, packet):
            await pair[control].send(packet[4:])

        async def listen():
            view = memoryview(bytearray(512))
            while True:
                try:
                    await pair[1].reader.readinto(view)
                    session.touch()
                except OSError:
                    await asyncio.sleep(1)  # nobody there, for now

        listener = asyncio.create_task(listen())

        def close():
            listener.cancel()
            for end in pair:
                end.close()

        session = Session(channel, path, UDP_BYTES, send, close)
        own = "server_port=%d-%d" % (bound[0], bound[0] + 1)
        return session, "RTP/AVP;unicast;client_port=%d-%d;%s" % (ports[0], ports[1], own)

    def _play(self, request):
        session = request.session
        if session.playing:
            return [], b""
        if self._server.channel(request.url)[1].full:
            raise Refusal(453)
        base = request.url[: request.url.rfind(session.path) + len(session.path)]
        info = "RTP-Info: url=%s/track1;seq=%d;rtptime=%d" % (base, session.sequence, session.timestamp)
        return ["Range: npt=now-", info], b""

    def _pause(self, request):
        request.session.pause()
        return [], b""

    def _teardown(self, request):
        self._server.end(request.session)
        return [], b""

    def _get_parameter(self, request):
        if request.body.strip():
            raise Refusal(451)
        return [], b""


def _pair(text, largest):
    """Two numbers "a-b", the second one by default the next; None for anything else."""
    first, separator, second = text.partition("-")
    if not first.isdigit() or separator and not second.isdigit() or len(text) > 11:
        return None
    pair = int(first), int(second) if separator else int(first) + 1
    return pair if 0 <= pair[0] <= largest and 0 <= pair[1] <= largest else None


def _datagram_sockets():
    """An even port and the sockets of it and of the next one."""
    for port in UDP_PORTS:
        pair = []
        try:
            for number in (port, port + 1):
                pair.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                pair[-1].bind(socket.getaddrinfo("0.0.0.0", number)[0][-1])
            return port, pair
        except OSError:
            for sock in pair:
                sock.close()
    raise Refusal(453)


def _with_port(address, port):
    """A socket address with another port."""
    changed = bytearray(address)
    struct.pack_into(">H", changed, 2, port)
    return changed
