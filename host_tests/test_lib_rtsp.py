"""lib/rtp_jpeg.py and lib/rtsp.py: packets put together again by the RFC's rules, and ffmpeg as a client."""

import base64
import contextlib
import hashlib
import io
import json
import random
import re
import shutil
import socket
import struct
import subprocess
import threading

import numpy as np
import pytest
from camera_python import LISTEN, MODULE_PATH, PRELUDE, evaluate
from PIL import Image


def jpeg(width=64, height=48, mode="RGB", **options):
    """A JPEG file by Pillow."""
    generator = np.random.default_rng(width * height)
    small = generator.integers(0, 256, (max(1, height // 8), max(1, width // 8), 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(small).resize((width, height), Image.Resampling.BILINEAR).convert(mode).save(
        buffer, "JPEG", **options
    )
    return buffer.getvalue()


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


HEADER_TABLES = jpeg(8, 8)


def rebuild(payloads):
    """The JPEG file that RTP/JPEG payloads stand for (RFC 2435, 3.1, 4.2 and appendix B), written from the RFC."""
    data = b""
    for payload in payloads:
        specific, offset, kind, quality, width, height = (
            payload[0], int.from_bytes(payload[1:4]), payload[4], payload[5], payload[6] * 8, payload[7] * 8
        )  # fmt: skip
        rest = payload[8:]
        assert specific == 0 and quality == 255
        restart = 0
        if kind >= 64:
            restart, count = struct.unpack(">HH", rest[:4])
            assert count == 0xFFFF
            rest = rest[4:]
        if offset == 0:
            reserved, precision, length = struct.unpack(">BBH", rest[:4])
            assert (reserved, precision, length) == (0, 0, 128)
            tables, rest = rest[4:132], rest[132:]
        assert offset == len(data)
        data += rest
    factors = {0: 0x21, 1: 0x22}[kind & 63]
    head = b"\xff\xd8"
    for index in range(2):
        head += b"\xff\xdb\0\x43" + bytes([index]) + tables[64 * index : 64 * index + 64]
    if restart:
        head += b"\xff\xdd\0\4" + struct.pack(">H", restart)
    head += (
        b"\xff\xc0\0\x11\x08" + struct.pack(">HH", height, width) + bytes([3, 0, factors, 0, 1, 0x11, 1, 2, 0x11, 1])
    )
    # Pillow writes the standard's Huffman tables.
    position = 2
    while HEADER_TABLES[position + 1] != 0xDA:
        length = 2 + int.from_bytes(HEADER_TABLES[position + 2 : position + 4])
        if HEADER_TABLES[position + 1] == 0xC4:
            head += HEADER_TABLES[position : position + length]
        position += length
    return head + b"\xff\xda\0\x0c\3\0\0\1\x11\2\x11\0\x3f\0" + data + b"\xff\xd9"


PACKETS = """
from rtp_jpeg import Scan
for name, limit in cases():
    with open(name, "rb") as file:
        frame = file.read()
    try:
        packets = list(Scan(frame).packets(limit))
        assert [last for _, _, last in packets] == [False] * (len(packets) - 1) + [True]
        assert all([len(header) + len(piece) <= limit for header, piece, _ in packets])
        print(json.dumps([binascii.hexlify(header + bytes(piece)).decode() for header, piece, _ in packets]))
    except ValueError as error:
        print(json.dumps(str(error)))
"""


def packets(interpreter, folder, files, limit=300):
    names = []
    for number, data in enumerate(files):
        names.append(str(folder / f"{number}.jpg"))
        (folder / f"{number}.jpg").write_bytes(data)
    return evaluate(interpreter, folder, PACKETS, [[name, limit] for name in names])


FIT = [
    jpeg(), jpeg(640, 360, quality=90), jpeg(17, 9), jpeg(1, 1), jpeg(100, 75, subsampling="4:2:2"), jpeg(2040, 24),
    jpeg(24, 2040), jpeg(96, 64, restart_marker_blocks=4), jpeg(160, 120, restart_marker_rows=1, subsampling="4:2:2"),
    jpeg(comment=b"x" * 60000), jpeg() + b"\0\0padding", jpeg(quality=1),
]  # fmt: skip


def test_packets_make_the_same_picture(interpreter, tmp_path):
    for data, payloads in zip(FIT, packets(interpreter, tmp_path, FIT), strict=True):
        assert isinstance(payloads, list), payloads
        rebuilt = pixels(rebuild([bytes.fromhex(payload) for payload in payloads]))
        wanted = pixels(data)
        # Only multiples of eight can be told.
        assert [-(-size // 8) * 8 for size in wanted.shape[:2]] == list(rebuilt.shape[:2])
        assert np.array_equal(rebuilt[: wanted.shape[0], : wanted.shape[1]], wanted)


UNFIT = {
    "need a baseline JPEG file, have a progressive one": jpeg(progressive=True),
    "need the standard's Huffman tables, have others": jpeg(optimize=True),
    "need three components, have 1": jpeg(mode="L"),
    "need three components, have 4": jpeg(mode="CMYK"),
    "need 4:2:0 or 4:2:2, have the sampling factors 11, 11, 11": jpeg(subsampling="4:4:4"),
    "need at most 2040x2040 pixels, have 2041x16": jpeg(2041, 16),
    "need at most 2040x2040 pixels, have 16x2048": jpeg(16, 2048),
    "need the marker of a segment at byte 2": b"\xff\xd8" + b"\0" * 20,
    "need one scan of three components, and their tables before it": jpeg()[:2] + jpeg()[jpeg().index(b"\xff\xc0") :],
}


def test_files_that_do_not_fit_are_refused_by_name(interpreter, tmp_path):
    assert packets(interpreter, tmp_path, UNFIT.values()) == list(UNFIT)


def test_damaged_headers_are_refused(interpreter, tmp_path):
    whole = jpeg()
    generator = random.Random(5)
    start = whole.index(b"\xff\xda") + 14
    broken = [whole[:length] for length in range(0, start, 7)]
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(generator.randint(1, 4)):
            damaged[generator.randrange(2, start)] = generator.randrange(256)
        broken.append(bytes(damaged))
    answers = packets(interpreter, tmp_path, broken)
    assert all(isinstance(answer, str) for answer in answers[: start // 7])
    assert sum(isinstance(answer, str) for answer in answers) > len(broken) // 2
    # What is taken nevertheless follows the form.
    for answer in answers:
        if isinstance(answer, list):
            rebuild([bytes.fromhex(payload) for payload in answer])


SERVER = PRELUDE + LISTEN + """
import rtsp
from spyglass import Channel
options = json.loads(sys.argv[2])
for name, value in options["constants"].items():
    setattr(rtsp, name, value)
with open(sys.argv[1]) as file:
    frames = [binascii.a2b_base64(frame) for frame in json.load(file)]

async def main():
    channel, quiet = Channel(4), Channel()
    channel.open(12.5, 64, 48)
    server = rtsp.RtspServer(*options["account"], most=6)
    server.add_stream("live", channel)
    server.add_stream("door/quiet", quiet)
    await listen(server)
    number = 0
    while True:
        channel.write(frames[number % len(frames)], 1700000000.25 + number / 8)
        number += 1
        await asyncio.sleep_ms(20)
        if number % 10 == 0:
            print(json.dumps([channel.viewers, len(server.sessions)]))
try:
    asyncio.run(main())
except (KeyboardInterrupt, SystemExit):
    pass
"""  # fmt: skip


class Server:
    """The server's process, and what it tells about itself."""

    def __init__(self, process):
        self.process = process
        self.port = json.loads(process.stdout.readline() or process.stderr.read())
        self.state = None
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.state = json.loads(line)

    def url(self, path="live", account=""):
        return f"rtsp://{account}127.0.0.1:{self.port}/{path}"

    def wait(self, state):
        """Wait until there are so many viewers and sessions."""
        for _ in range(600):
            if self.state == state:
                return
            threading.Event().wait(0.05)
        raise AssertionError(f"have {self.state}, need {state}")


@contextlib.contextmanager
def serving(interpreter, folder, frames, account=(), **constants):
    (folder / "frames.json").write_text(json.dumps([base64.b64encode(frame).decode() for frame in frames]))
    (folder / "server.py").write_text(SERVER)
    options = json.dumps({"account": account, "constants": constants})
    command = [*interpreter.command, "-X", "heapsize=4M", folder / "server.py", folder / "frames.json", options]
    environment = {**interpreter.environment(), "MICROPYPATH": MODULE_PATH}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        watchdog = threading.Timer(120, process.kill)
        watchdog.start()
        try:
            yield Server(process)
            assert process.poll() is None
        finally:
            watchdog.cancel()
            process.terminate()
            errors = process.stderr.read()
            process.wait(timeout=20)
        assert "Traceback" not in errors, errors


class Client:
    """An RTSP client that keeps to nothing of its own accord."""

    def __init__(self, server):
        self.server = server
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        self.file = self.socket.makefile("rb")
        self.sequence = 0
        self.interleaved = []

    def close(self):
        self.file.close()
        self.socket.close()

    def send(self, method, path="live", *fields, version="RTSP/1.0"):
        self.sequence += 1
        url = path if path == "*" else self.server.url(path)
        lines = [f"{method} {url} {version}", f"CSeq: {self.sequence}", *fields, "", ""]
        self.socket.sendall("\r\n".join(lines).encode())

    def packet(self):
        """A packet inside of the connection: channel and bytes."""
        assert self.file.read(1) == b"$"
        channel, length = struct.unpack(">BH", self.file.read(3))
        return channel, self.file.read(length)

    def answer(self):
        """Status, fields and body of the next answer; packets before it are kept."""
        while (first := self.file.peek(1)[:1]) == b"$":
            self.interleaved.append(self.packet())
        assert first, "the server closed the connection"
        status = int(self.file.readline().split()[1])
        fields = {}
        while line := self.file.readline().strip():
            name, value = line.decode().split(": ", 1)
            fields[name] = value
        return status, fields, self.file.read(int(fields.get("Content-Length", 0)))

    def ask(self, *arguments, **options):
        self.send(*arguments, **options)
        status, fields, body = self.answer()
        assert fields.get("CSeq", "") in ("", str(self.sequence))
        return status, fields, body

    def setup(self, transport, path="live/track1", *fields):
        status, fields, _ = self.ask("SETUP", path, "Transport: " + transport, *fields)
        assert status == 200
        return fields["Session"].split(";")[0], fields["Transport"]


def rtp(packet):
    """Marker, sequence number, timestamp, source and payload of an RTP packet."""
    first, second, sequence, timestamp, source = struct.unpack(">BBHII", packet[:12])
    assert first == 0x80 and second & 127 == 26
    return second >> 7, sequence, timestamp, source, packet[12:]


FRAMES = [jpeg(64, 48, quality=60 + 5 * index) for index in range(4)] + [jpeg(640, 360)]
TCP = "RTP/AVP/TCP;unicast;interleaved=0-1"


def test_a_session_inside_of_the_connection(interpreter, tmp_path):
    with serving(interpreter, tmp_path, FRAMES) as server:
        client = Client(server)
        status, fields, _ = client.ask("OPTIONS", "*")
        assert status == 200
        assert fields["Public"] == "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER"
        status, fields, body = client.ask("DESCRIBE", "live", "Accept: application/sdp")
        assert status == 200 and fields["Content-Type"] == "application/sdp"
        assert fields["Content-Base"] == server.url() + "/"
        lines = body.decode().split("\r\n")
        assert "m=video 0 RTP/AVP 26" in lines and "a=control:track1" in lines and "a=framerate:12.5" in lines
        session, transport = client.setup("RTP/AVP/TCP;unicast;interleaved=6-9")
        assert transport.startswith("RTP/AVP/TCP;unicast;interleaved=6-9;ssrc=")
        status, fields, _ = client.ask("PLAY", "live", f"Session: {session}", "Range: npt=0.000-")
        assert status == 200 and fields["Session"] == session + ";timeout=60"
        info = re.fullmatch(r"url=(.*);seq=(\d+);rtptime=(\d+)", fields["RTP-Info"])
        assert info[1] == server.url() + "/track1"
        source = int(transport.split("ssrc=")[1], 16)
        channel, report = client.packet()
        assert channel == 9
        # A sender report and a description: RFC 3550, 6.4.1 and 6.5.
        head, kind, length, sender, seconds, fraction, stamp, sent, octets = struct.unpack(">BBHIIIIII", report[:28])
        assert (head, kind, length, sender) == (0x80, 200, 6, source)
        moment = seconds - 2208988800 + fraction / 2**32
        assert 1700000000 <= moment < 1700000100 and moment * 8 % 1 == 0
        assert (sent, octets, stamp) == (0, 0, int(info[3]))
        assert report[28:] == struct.pack(">BBHIBB", 0x81, 202, 4, source, 1, 6) + b"mpycam\0\0"
        expected, wanted, payloads, times, seen = int(info[2]), list(map(pixels, FRAMES)), [], [], set()
        while len(times) < 8:
            channel, packet = client.packet()
            assert channel == 6 and len(packet) <= 8192
            marker, sequence, timestamp, found, payload = rtp(packet)
            assert (sequence, found) == (expected, source)
            expected = (expected + 1) & 0xFFFF
            payloads.append(payload)
            if marker:
                picture = pixels(rebuild(payloads))
                match = [
                    i for i, want in enumerate(wanted) if want.shape == picture.shape and np.array_equal(want, picture)
                ]
                assert len(match) == 1
                seen.add(match[0])
                times.append(timestamp)
                payloads = []
        assert times[0] == int(info[3]) and len(seen) > 1
        steps = [(later - sooner) & 0xFFFFFFFF for sooner, later in zip(times, times[1:], strict=False)]
        # 20 ms and the time that the server took, at 90 kHz.
        assert all(20 * 90 - 200 <= step < 90000 * 20 for step in steps)
        # RTCP of the client and requests between packets.
        client.socket.sendall(b"$\x09\x00\x08" + struct.pack(">BBHI", 0x80, 201, 1, 7))
        assert client.ask("GET_PARAMETER", "live", f"Session: {session}")[0] == 200
        assert client.ask("PAUSE", "live", f"Session: {session}")[0] == 200
        count = len(client.interleaved)
        assert client.ask("OPTIONS", "live")[0] == 200 and len(client.interleaved) == count
        server.wait([0, 1])
        assert client.ask("PLAY", "live", f"Session: {session}")[0] == 200
        client.packet()
        assert client.ask("TEARDOWN", "live", f"Session: {session}")[0] == 200
        assert client.ask("PLAY", "live", f"Session: {session}")[0] == 454
        server.wait([0, 0])
        # One that hangs up.
        session, _ = client.setup(TCP)
        assert client.ask("PLAY", "live", f"Session: {session}")[0] == 200
        client.close()
        server.wait([0, 0])


def udp_pair():
    while True:
        first = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        first.bind(("127.0.0.1", 0))
        second = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            second.bind(("127.0.0.1", first.getsockname()[1] + 1))
        except OSError:
            first.close()
            second.close()
            continue
        for end in (first, second):
            end.settimeout(30)
        return first, second


def test_a_session_in_datagrams_lives_as_long_as_the_client_is_heard(interpreter, tmp_path):
    with serving(interpreter, tmp_path, FRAMES, SESSION_SECONDS=3) as server:
        client = Client(server)
        data, control = udp_pair()
        port = data.getsockname()[1]
        session, transport = client.setup(f"RTP/AVP;unicast;client_port={port}-{port + 1}")
        ports = re.search(r"client_port=(\d+)-(\d+);server_port=(\d+)-(\d+)", transport)
        assert (int(ports[1]), int(ports[2])) == (port, port + 1)
        assert int(ports[3]) % 2 == 0 and int(ports[4]) == int(ports[3]) + 1
        assert client.ask("PLAY", "live", f"Session: {session}")[0] == 200
        payloads, good = [], 0
        wanted = list(map(pixels, FRAMES))
        while good < 6:
            packet, (_, sender) = data.recvfrom(65536)
            assert sender == int(ports[3]) and len(packet) <= 1400
            marker, *_, payload = rtp(packet)
            payloads.append(payload)
            if marker:
                picture = pixels(rebuild(payloads))
                assert any(want.shape == picture.shape and np.array_equal(want, picture) for want in wanted)
                good += 1
                payloads = []
        assert control.recv(65536)[1] == 200
        # The connection may end; receiver reports keep the session.
        client.close()
        for _ in range(10):
            control.sendto(struct.pack(">BBHI", 0x80, 201, 1, 7), ("127.0.0.1", int(ports[4])))
            threading.Event().wait(0.5)
        assert server.state == [1, 1]
        server.wait([0, 0])
        for end in (data, control):
            end.close()
        # One whose port nobody listens at.
        client = Client(server)
        data, control = udp_pair()
        session, _ = client.setup(f"RTP/AVP/UDP;unicast;client_port={data.getsockname()[1]}")
        data.close()
        control.close()
        assert client.ask("PLAY", "live", f"Session: {session}")[0] == 200
        server.wait([0, 1])
        client.close()


def test_requests_that_are_refused(interpreter, tmp_path):
    with serving(interpreter, tmp_path, FRAMES) as server:
        client = Client(server)

        def status(*arguments, **options):
            return client.ask(*arguments, **options)[0]

        assert status("DESCRIBE", "nothing") == 404
        assert status("DESCRIBE", "door/quiet/") == 200
        assert status("SETUP", "nothing/track1", "Transport: " + TCP) == 404
        for transport in (
            "", "RTP/SAVP;unicast;client_port=5000-5001", "RTP/AVP;multicast;client_port=5000-5001", "RTP/AVP;unicast",
            "RTP/AVP;unicast;client_port=x", "RTP/AVP;unicast;client_port=5000-66000", "RTP/AVP/TCP;interleaved=0-256",
            "RTP/AVP/TCP;mode=record;interleaved=0-1", ";;;=,,", "RTP/AVP;unicast;client_port=99999999999999999999",
        ):  # fmt: skip
            assert status("SETUP", "live", "Transport: " + transport) == 461, transport
        for method in ("PLAY", "PAUSE", "TEARDOWN"):
            assert status(method, "live") == 454
            assert status(method, "live", "Session: 12345678") == 454
        assert status("ANNOUNCE", "live") == 501
        assert status("__INIT__", "live") == 501
        assert status("OPTIONS", "*", version="RTSP/2.0") == 505
        assert client.ask("OPTIONS", "*", "Require: funky-feature")[:2] == (
            551, {"CSeq": str(client.sequence), "Unsupported": "funky-feature"},
        )  # fmt: skip
        assert status("GET_PARAMETER", "live") == 200
        client.send("GET_PARAMETER", "live", "Content-Length: 7")
        client.socket.sendall(b"jitter\n")
        assert client.answer()[0] == 451
        # The first transport that will do is taken; a second SETUP is not.
        session, transport = client.setup("RTP/AVP;multicast, RTP/AVP/TCP;unicast")
        assert "interleaved=0-1" in transport
        assert status("SETUP", "live", "Transport: " + TCP, f"Session: {session}") == 455
        assert status("PLAY", "door/quiet", f"Session: {session}") == 455
        assert status("PAUSE", "live", f"Session: {session};timeout=60") == 200
        client.close()
        for garbage in (
            b"GET / HTTP/1.1\r\n\r\n", b"OPTIONS\r\n\r\n", b"A" * 9000 + b"\r\n\r\n",
            b"OPTIONS * RTSP/1.0\r\nno colon\r\n\r\n",
            b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n" + b"X: y\r\n" * 100 + b"\r\n",
            b"GET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: -5\r\n\r\n",
            b"GET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 99999\r\n\r\n" + b"x" * 5000,
        ):  # fmt: skip
            client = Client(server)
            client.socket.sendall(garbage)
            assert client.answer()[0] == 400, garbage
            with contextlib.suppress(ConnectionResetError):
                assert client.file.read() == b""
            client.close()
        client = Client(server)
        for nameless in (b"\r\n\r\nOPTIONS * RTSP/1.0\r\nX: y\r\n\r\n", b"\xff\xfe\x00 * RTSP/1.0\r\n\r\n"):
            client.socket.sendall(nameless)
            assert client.answer()[0] == 400
        assert client.ask("OPTIONS", "*")[0] == 200
        client.socket.sendall(b"$\x00\xff\xff" + bytes(100))
        client.close()
        server.wait([0, 0])


def test_damaged_requests_leave_nothing_behind(interpreter, tmp_path):
    generator = random.Random(11)
    with serving(interpreter, tmp_path, FRAMES, SESSION_SECONDS=2) as server:
        url = server.url()
        requests = [
            f"DESCRIBE {url} RTSP/1.0\r\nCSeq: 2\r\n\r\n",
            f"SETUP {url}/track1 RTSP/1.0\r\nCSeq: 3\r\nTransport: {TCP}\r\n\r\n",
            f"SETUP {url} RTSP/1.0\r\nCSeq: 3\r\nTransport: RTP/AVP;unicast;client_port=49152-49153\r\n\r\n",
            f"PLAY {url} RTSP/1.0\r\nCSeq: 4\r\nSession: %s\r\n\r\n",
            f"PAUSE {url} RTSP/1.0\r\nCSeq: 5\r\nSession: %s\r\n\r\n",
            f"TEARDOWN {url} RTSP/1.0\r\nCSeq: 6\r\nSession: %s\r\n\r\n",
            f"GET_PARAMETER {url} RTSP/1.0\r\nCSeq: 7\r\nContent-Length: 3\r\n\r\nabc",
            "$\0\0\x08abcdefgh",
        ]
        for _ in range(40):
            connection = socket.create_connection(("127.0.0.1", server.port), timeout=0.05)
            session = "none"
            for _ in range(generator.randint(1, 7)):
                message = bytearray(generator.choice(requests).replace("%s", session).encode())
                for _ in range(generator.choice((0, 0, 1, 3))):
                    place = generator.randrange(len(message))
                    replacement = generator.randbytes(generator.randint(0, 20))
                    message[place : place + generator.randint(0, 20)] = replacement
                    message = message or bytearray(b"x")
                with contextlib.suppress(OSError):
                    connection.sendall(message)
                    found = re.search(rb"Session: (\w+)", connection.recv(65536))
                    session = found[1].decode() if found else session
            connection.close()
        server.wait([0, 0])
        client = Client(server)
        session, _ = client.setup(TCP)
        assert client.ask("PLAY", "live", f"Session: {session}")[0] == 200
        client.packet()
        client.close()


def test_more_clients_than_there_is_room_for(interpreter, tmp_path):
    with serving(interpreter, tmp_path, FRAMES) as server:
        clients = [Client(server) for _ in range(4)]
        for client in clients:
            session, _ = client.setup(TCP)
            assert client.ask("PLAY", "live", f"Session: {session}")[0] == 200
        for client in clients:
            assert client.packet()[0] in (0, 1)
        server.wait([4, 4])
        another = Client(server)
        assert another.ask("SETUP", "live", "Transport: " + TCP)[0] == 453
        # One that stops reading does not hold up the others.
        clients[0].socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for _ in range(200):
            clients[1].packet()
        clients[2].close()
        server.wait([3, 3])
        session, _ = another.setup(TCP)
        assert another.ask("PLAY", "live", f"Session: {session}")[0] == 200
        another.packet()
        for client in (another, clients[0], clients[1], clients[3]):
            client.close()
        server.wait([0, 0])


def test_a_client_that_takes_nothing_is_left(interpreter, tmp_path):
    with serving(interpreter, tmp_path, FRAMES[-1:], PATIENCE_SECONDS=1) as server:
        client = Client(server)
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        session, _ = client.setup(TCP)
        assert client.ask("PLAY", "live", f"Session: {session}")[0] == 200
        server.wait([1, 1])
        server.wait([0, 0])
        with contextlib.suppress(ConnectionResetError):
            while client.file.read(65536):
                pass
        client.close()


def test_digest_authentication(interpreter, tmp_path):
    with serving(interpreter, tmp_path, FRAMES, account=("viewer", 'pass"word')) as server:
        client = Client(server)
        assert client.ask("OPTIONS", "live")[0] == 200
        status, fields, _ = client.ask("DESCRIBE", "live")
        assert status == 401
        nonce = re.fullmatch(r'Digest realm="mpycam", nonce="([0-9a-f]{32})"', fields["WWW-Authenticate"])[1]

        def authorization(password, user="viewer", method="DESCRIBE"):
            def md5(text):
                return hashlib.md5(text.encode()).hexdigest()

            url = server.url()
            response = md5(f"{md5(f'{user}:mpycam:{password}')}:{nonce}:{md5(f'{method}:{url}')}")
            return (
                f'Authorization: Digest username="{user}", realm="mpycam", nonce="{nonce}", uri="{url}", '
                f'response="{response}"'
            )

        assert client.ask("DESCRIBE", "live", authorization('pass"word'))[0] == 200
        for wrong in (
            authorization("password"), authorization('pass"word', user="root"),
            authorization('pass"word', method="PLAY"),
            "Authorization: Basic dmlld2VyOnBhc3N3b3Jk", "Authorization: Digest", "Authorization: ,,=\"\\",
        ):  # fmt: skip
            assert client.ask("DESCRIBE", "live", wrong)[0] == 401, wrong
        assert client.ask("SETUP", "live", "Transport: " + TCP)[0] == 401
        client.close()


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs the Debian package ffmpeg")
def test_ffmpeg_plays_it(interpreter, tmp_path):
    # The second cannot be sent as it is: it comes all the same, encoded anew.
    frames = [jpeg(640, 360, quality=80), jpeg(640, 360, quality=90, progressive=True)]
    with serving(interpreter, tmp_path, frames, account=("viewer", "secret")) as server:
        for transport in ("udp", "tcp"):
            url = server.url("live", "viewer:secret@")
            command = ["ffmpeg", "-v", "warning", "-rtsp_transport", transport, "-i", url, "-frames:v", "6"]
            command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
            result = subprocess.run(command, capture_output=True, timeout=100)
            assert result.returncode == 0, result.stderr.decode()
            found = np.frombuffer(result.stdout, dtype=np.uint8).reshape(-1, 360, 640, 3)
            assert len(found) == 6
            for picture in found:
                assert np.abs(picture.astype(int) - pixels(frames[0])).mean() < 7
            command = ["ffprobe", "-v", "error", "-rtsp_transport", transport]
            command += ["-show_entries", "stream=codec_name,width,height", "-of", "csv=p=0", url]
            result = subprocess.run(command, capture_output=True, text=True, timeout=100)
            assert result.stdout.strip() == "mjpeg,640,360", result.stderr
        server.wait([0, 0])
