"""lib/frames.py: frames of files and of a camera that comes and goes."""

import hashlib
import json
import time

import pytest
from camera_python import run
from camera_server import BasicGuard, CameraServer, DigestGuard, answer, guarded, part, stream_head

FRAMES = [b"\xff\xd8\xff\xe0\0\4" + b"%02d" % i + bytes(i * 700) + b"\xff\xd9" for i in range(12)]
NAMES = [hashlib.sha256(frame).hexdigest()[:12] for frame in FRAMES]

SCRIPT = """
import time
from frames import open_source
async def main(source, count, options):
    source = open_source(source, report=lambda state, reason: print(json.dumps([state, reason])), **options)
    began = time.ticks_ms()
    async for frame, seconds in source:
        moment = time.time() - seconds if source.live else seconds
        print(json.dumps([sha(frame)[:12], source.number, moment, time.ticks_diff(time.ticks_ms(), began)]))
        count -= 1
        if count == 0:
            source.close()
            break
    print(json.dumps(["damaged", source.damaged]))
with open(sys.argv[1]) as file:
    asyncio.run(main(*json.load(file)))
"""


def collect(interpreter, folder, source, count=0, **options):
    """What the source gives and reports, as lists."""
    path = folder / "collect.json"
    path.write_text(json.dumps([str(source), count, {"retry_first": 0.05, "retry_longest": 0.2, **options}]))
    return [json.loads(line) for line in run(interpreter, SCRIPT, path).splitlines()]


def test_files_and_folders(interpreter, tmp_path):
    picture = b"\xff\xd8\xff\xe0\0\2\xff\xda\0\2abc\xff\xd9"
    cut = picture[:-3]
    (tmp_path / "clip.mjpeg").write_bytes(picture + cut + picture + cut)
    found = collect(interpreter, tmp_path, tmp_path / "clip.mjpeg", fps=4)
    name = hashlib.sha256(picture).hexdigest()[:12]
    # The cut picture is number 1, so the whole one behind it keeps its time.
    assert [entry[:3] for entry in found] == [[name, 0, 0], [name, 2, 0.5], ["damaged", 2]]
    folder = tmp_path / "folder"
    folder.mkdir()
    for letter in "cab":
        (folder / f"{letter}.JPG").write_bytes(picture[:-2] + letter.encode() + b"\xff\xd9")
    (folder / "a.txt").write_text("not a picture")
    (folder / "bb.jpeg").write_bytes(cut)
    found = collect(interpreter, tmp_path, folder, fps=10)
    names = [hashlib.sha256(picture[:-2] + letter + b"\xff\xd9").hexdigest()[:12] for letter in (b"a", b"b", b"c")]
    assert [entry[:3] for entry in found] == [
        [names[0], 0, 0],
        [names[1], 1, 0.1],
        [names[2], 3, pytest.approx(0.3)],
        ["damaged", 1],
    ]


def test_pace_of_files(host, tmp_path):
    (tmp_path / "clip.mjpeg").write_bytes(b"\xff\xd8\xff\xd9" * 6)
    found = collect(host, tmp_path, tmp_path / "clip.mjpeg", fps=20, pace=True)
    assert len(found) == 7
    for _, number, seconds, milliseconds in found[:-1]:
        assert seconds == pytest.approx(number / 20)
        assert milliseconds >= number * 50 - 5


def test_stream_with_and_without_length(interpreter, tmp_path):
    def respond(request, connection):
        stream_head(connection)
        for index, frame in enumerate(FRAMES):
            connection.sendall(part(frame, length=index % 2 == 0))
        connection.sendall(b"--myboundary\r\n")
        connection.recv(1)

    with CameraServer(guarded([DigestGuard("u", "p"), BasicGuard("u", "p")], respond)) as server:
        found = collect(interpreter, tmp_path, server.url("/axis-cgi/mjpg/video.cgi?fps=5"), 12, user="u", password="p")
    assert [entry[:2] for entry in found] == [[name, i] for i, name in enumerate(NAMES)] + [["damaged", 0]]
    assert all(abs(entry[2]) < 5 for entry in found[:-1])


def test_stream_in_chunks(interpreter, tmp_path):
    """A proxy cuts the stream into chunks anywhere, also inside of boundaries."""

    def respond(request, connection):
        kind = b"Content-Type: multipart/x-mixed-replace;boundary=myboundary\r\n"
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + kind + b"\r\n")
        data = b"".join(part(frame, length=index % 2 == 0) for index, frame in enumerate(FRAMES))
        position = size = 0
        while position < len(data):
            size = size % 1000 + 37
            piece = data[position : position + size]
            connection.sendall(b"%x\r\n" % len(piece) + piece + b"\r\n")
            position += size
        connection.sendall(b"0\r\n\r\n")

    with CameraServer(respond) as server:
        found = collect(interpreter, tmp_path, server.url(), 11)
    assert [entry[:2] for entry in found] == [[name, i] for i, name in enumerate(NAMES[:11])] + [["damaged", 0]]


def test_snapshots_are_polled(interpreter, tmp_path):
    served = []

    def respond(request, connection):
        answer(connection, FRAMES[len(served) % 12], kind="image/jpeg; x=y")
        served.append(time.monotonic())

    guard = DigestGuard("u", "p")
    with CameraServer(guarded(guard, respond)) as server:
        found = collect(interpreter, tmp_path, server.url("/image.cgi", "u:p"), 4, interval=0.2)
    assert [entry[:2] for entry in found] == [[NAMES[i], i] for i in range(4)] + [["damaged", 0]]
    assert all(later - sooner > 0.19 for sooner, later in zip(served[1:], served[2:], strict=False))
    # One nonce for all, counted up.
    assert [count for _, count in guard.accepted] == [1, 2, 3, 4]


def test_lost_and_back_are_said_once(interpreter, tmp_path):
    def respond(request, connection):
        turn = len(server.requests)
        if turn == 1:
            stream_head(connection)
            connection.sendall(part(FRAMES[0]) + part(FRAMES[1])[:-300])
        elif turn == 2:
            answer(connection, b"", "503 Service Unavailable", "text/html")
        elif turn == 3:
            connection.sendall(b"nonsense\r\n\r\n")
        elif turn == 4:
            answer(connection, b"<html>", kind="text/html")
        else:
            stream_head(connection)
            connection.sendall(part(FRAMES[2]) + part(FRAMES[3]) + b"--myboundary--\r\n")

    with CameraServer(respond) as server:
        found = collect(interpreter, tmp_path, server.url(), 4)
    assert [entry[:2] for entry in found] == [
        [NAMES[0], 0],
        ["lost", "the stream ended inside of a part"],
        ["back", ""],
        [NAMES[2], 1],
        [NAMES[3], 2],
        ["lost", "the stream ended"],
        ["back", ""],
        [NAMES[2], 3],
        ["damaged", 0],
    ]


REASONS = {
    "need image/jpeg or multipart/x-mixed-replace, have 'text/html'": lambda r, c: answer(c, b"x", kind="text/html"),
    "need status 200, have 404 Not Found": lambda r, c: answer(c, b"", "404 Not Found"),
    "the server wants a user and a password": guarded(BasicGuard("u", "p"), answer),
    "no frame within 0.3 s": lambda r, c: c.recv(1),
    "need a frame of at most 4096 bytes, have at least 4097": lambda r, c: answer(c, bytes(5000)),
}


@pytest.mark.parametrize("reason", REASONS)
def test_reason_and_growing_delays(host, tmp_path, reason):
    moments = []

    def respond(request, connection):
        moments.append(time.monotonic())
        if len(moments) > 4:
            answer(connection, FRAMES[0])
        else:
            REASONS[reason](request, connection)

    with CameraServer(respond) as server:
        found = collect(host, tmp_path, server.url(), 1, retry_first=0.1, timeout=0.3, frame_limit=4096)
    assert [entry[:2] for entry in found] == [["lost", reason], ["back", ""], [NAMES[0], 0], ["damaged", 0]]
    delays = [later - sooner for sooner, later in zip(moments, moments[1:], strict=False)]
    for delay, least in zip(delays, [0.1, 0.2, 0.2, 0.2], strict=True):
        assert delay > least - 0.01


def test_delays_begin_anew_only_after_steady_frames(host):
    printed = run(host, """
from backoff import Backoff
delays = Backoff(1, 60)
print([delays.next() for _ in range(8)])
delays.reset()
print([delays.next() for _ in range(3)])
print(Backoff(100, 60).next(), [Backoff(0.5, 0.5).next() for _ in range(2)])
""")  # fmt: skip
    assert printed.splitlines() == ["[1, 2, 4, 8, 16, 32, 60, 60]", "[1, 2, 4]", "60 [0.5, 0.5]"]
    # A camera that sends one frame and hangs up is not good yet, one that sends ten is.
    printed = run(host, """
from backoff import Backoff
from url_frames import STEADY, UrlFrames
class Flapping(UrlFrames):
    async def _next(self):
        self._parts = True
        self.turn += 1
        if self.turn > self.good:
            self.turn = 0
            self._parts = None
            raise OSError("gone")
    def close(self):
        pass
class Recorded(Backoff):
    def next(self):
        delays.append(super().next())
        return 0.001
async def main(good):
    source = Flapping("http://camera", None, 0, 1, 4096, Recorded(1, 60), lambda state, reason: None)
    source.turn, source.good = 0, good
    for _ in range(good * 5):
        await source.__anext__()
for good in (1, STEADY - 1, STEADY):
    delays = []
    asyncio.run(main(good))
    print(delays)
""")  # fmt: skip
    assert printed.splitlines() == ["[1, 2, 4, 8]", "[1, 2, 4, 8]", "[1, 1, 1, 1]"]


def test_memory_does_not_grow(interpreter):
    def respond(request, connection):
        stream_head(connection)
        for index in range(1200):
            connection.sendall(part(FRAMES[index % 12], length=index % 3 > 0))
        connection.recv(1)

    with CameraServer(respond) as server:
        printed = run(interpreter, """
from frames import open_source
async def main():
    source = open_source(sys.argv[1], frame_limit=16384)
    async for frame, seconds in source:
        frame = None
        if source.number in (100, 1100):
            gc.collect()
            print(gc.mem_alloc())
        if source.number == 1100:
            break
asyncio.run(main())
""", server.url(), heap="200k")  # fmt: skip
    first, last = map(int, printed.split())
    assert last <= first + 64


def test_sources_that_cannot_be_opened(host, tmp_path):
    (tmp_path / "empty").mkdir()
    printed = run(host, """
from frames import open_source
for source in sys.argv[1:]:
    try:
        open_source(source)
        print("opened")
    except ValueError as error:
        print(error)
""", tmp_path / "absent", tmp_path / "empty", "rtsp://h/", "https://h/")  # fmt: skip
    assert printed.splitlines() == [
        f"{tmp_path}/absent: cannot be read, [Errno 2] ENOENT",
        f"need .jpg files in the folder {tmp_path}/empty, have none",
        "need a URL that begins with http://, have rtsp://h/",
        "need a URL that begins with http://, have https://h/",
    ]
