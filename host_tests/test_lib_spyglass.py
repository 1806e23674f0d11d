"""lib/spyglass.py: states, viewers of all paces, and real programs that look."""

import contextlib
import http.client
import io
import json
import re
import shutil
import subprocess
import threading

import numpy as np
import pytest
from camera_python import LISTEN, MODULE_PATH, PRELUDE, run
from PIL import Image

SINK = """
import spyglass, timepiece
from spyglass import *
class Time:
    now = 0.0
    def time(self): return self.now
    def ticks_ms(self): return int(self.now * 1000 + 0.5)
    def ticks_us(self): return int(self.now * 1000000 + 0.5)
    def ticks_diff(self, a, b): return a - b
clock = timepiece.time = Time()
class Driver:
    size = None
    rendered = 0
    def render(self, annotations, frame):
        self.rendered += 1
        return b"%s %s %s" % (frame, str(annotations).encode(), str(self.size).encode())
class Sink:
    wanted = True
    fails = None
    def __init__(self): self.calls = []
    def open(self, *values):
        self.calls.append(["open"] + list(values))
        if self.fails == "open": raise OSError("no way out")
    def write(self, frame, seconds):
        self.calls.append(["write", frame.decode(), seconds])
        if self.fails == "write": raise OSError("broken off")
        return self.fails != "full"
    def close(self): self.calls.append(["close"])
sink, driver, told = Sink(), Driver(), []
glass = Spyglass(sink, driver, told.append)
spyglass._size = lambda frame: (640, 360)
def show(*values): print(json.dumps(values))
def calls():
    taken, sink.calls = sink.calls, []
    return taken
"""


def answers(interpreter, script):
    return [json.loads(line) for line in run(interpreter, SINK + script).splitlines()]


def test_states_and_warm_up(interpreter):
    script = """
show(glass.state, glass.put(b"x"), driver.rendered)
glass.start_streaming()
show(glass.state, calls())
told_sent = []
for _ in range(104):
    told_sent.append(glass.put(b"x", [1], 5.5))
    clock.now += 0.2
    if len(told_sent) in (1, 2, 100):
        show(glass.state)
show(told_sent.index(True), told_sent.count(True), glass.state, driver.rendered)
show(calls()[:2])
glass.stop_streaming()
show(glass.state, calls(), glass.put(b"x"))
# The last session's values, then some given ones and some measured.
glass.start_streaming()
show(glass.state, calls(), glass.put(b"y"))
glass.start_streaming(width=320, height=None)
show(glass.state, [call[0] for call in calls()])
for _ in range(101):
    clock.now += 0.2
    glass.put(b"z")
show(glass.state, calls()[0])
glass.start_streaming(25)
show(glass.state, calls())
"""
    found = answers(interpreter, script)
    assert found == [
        [0, False, 0],
        [1, []],
        [2], [2], [2],
        [100, 4, 3, 4],
        [[["open", 5, 640, 360], ["write", "x [1] [640, 360]", 5.5]]],
        [0, [["close"]], False],
        [3, [["open", 5, 640, 360]], True],
        [1, ["write", "close"]],
        [3, ["open", 5, 320, 360]],
        [3, [["close"], ["open", 25, 320, 360]]],
    ]  # fmt: skip


def test_nothing_is_rendered_while_nobody_looks_and_failures_are_told_rarely(interpreter):
    script = """
sink.wanted = False
glass.start_streaming(5, 640, 360)
show(glass.put(b"x"), driver.rendered)
sink.wanted = True
show(glass.put(b"x"), driver.rendered)
sink.fails = "full"
show(glass.put(b"x"), glass.state)
sink.fails = "write"
show(glass.put(b"x"), glass.state, told, calls()[-1])
for _ in range(100):
    clock.now += 1
    assert not glass.put(b"x")
show(told[1:], calls())
sink.fails = "open"
glass.start_streaming()
show(glass.state, told[2:])
sink.fails = None
glass.start_streaming()
show(glass.state, glass.put(b"x"))
"""
    assert answers(interpreter, script) == [
        [False, 0],
        [True, 1],
        [False, 3],
        [False, -1, ["broken off"], ["close"]],
        [["the stream is not sent, it failed before"], []],
        [-1, ["no way out"]],
        [3, True],
    ]


def test_each_viewer_gets_the_newest_frame_at_its_own_pace(interpreter):
    script = """
async def look(channel, delay, got):
    async def send(*pieces):
        data = b"".join([bytes(piece) for piece in pieces])
        if b"X-Timestamp" in data:
            await asyncio.sleep_ms(delay)
            # Sent after the wait: a viewer's frame must not be written over meanwhile.
            seconds = data.split(b"X-Timestamp: ")[1].split(b"\\r\\n")[0]
            got.append([float(seconds), bytes(pieces[1]).decode()])
    await channel.stream(send)
async def main():
    channel = Channel(3)
    show(channel.wanted, channel.write(b"nobody", 0), channel.newest is None)
    fast, slow, leaving = [], [], []
    tasks = [asyncio.create_task(look(channel, *rest)) for rest in ((0, fast), (90, slow), (0, leaving))]
    await asyncio.sleep_ms(0)
    show(channel.full, channel.viewers)
    try:
        await channel.stream(None)
    except OSError as error:
        show(str(error))
    for i in range(20):
        show(channel.write(b"frame %d" % i, i))
        await asyncio.sleep_ms(10)
        if i == 5:
            tasks[2].cancel()
    await asyncio.sleep_ms(300)
    show(channel.viewers, len(channel._frames) <= 5)
    channel.close()
    await asyncio.gather(tasks[0], tasks[1])
    show(channel.viewers, len(channel._frames), channel.newest is None)
    for got in (fast, slow, leaving):
        show(*got)
asyncio.run(main())
"""
    nobody, full, refused, *writes, left, ended, fast, slow, leaving = answers(interpreter, script)
    assert nobody == [False, False, True]
    assert full == [True, 3]
    assert refused == ["need at most 3 viewers, have one more"]
    assert writes == [[True]] * 20
    assert left == [2, True] and ended == [0, 0, True]
    assert all(text == f"frame {seconds:.0f}" for got in (fast, slow, leaving) for seconds, text in got)
    times = [[seconds for seconds, _ in got] for got in (fast, slow, leaving)]
    assert all(got == sorted(set(got)) for got in times)
    assert times[0] == list(range(20))
    # The slow one skipped, and came to the last one all the same.
    assert len(times[1]) < 15 and times[1][-1] == 19
    assert len(times[2]) <= 6


def test_a_viewer_without_new_frames_gets_the_last_one_again(interpreter):
    script = """
spyglass.SILENCE_SECONDS = 0.05
async def look(channel, sent):
    async def send(*pieces):
        sent.append(bytes(pieces[1]).decode() if len(pieces) > 1 else "")
    await channel.stream(send)
async def main():
    channel = Channel()
    sent = []
    # No frame at all: the stream ends.
    await look(channel, sent)
    show(sent, channel.viewers)
    task = asyncio.create_task(look(channel, sent))
    await asyncio.sleep_ms(10)
    channel.write(b"one", 1)
    await asyncio.sleep_ms(180)
    channel.write(b"two", 1)
    await asyncio.sleep_ms(20)
    channel.close()
    await task
    show(sent[1], sorted(set(sent[2:-1])), len(sent) > 4, sent[-1], channel.viewers)
asyncio.run(main())
"""
    assert answers(interpreter, script) == [[[""], 0], ["", ["one"], True, "two", 0]]


def test_no_memory_for_a_picture_loses_the_picture_only(interpreter):
    script = """
def render(annotations, frame):
    raise MemoryError
driver.render = render
glass.start_streaming(5, 640, 360)
show(glass.put(b"x"), glass.state, told)
"""
    assert answers(interpreter, script) == [[False, 3, []]]


def test_no_memory_for_a_frame_loses_the_frame_only(interpreter):
    printed = run(interpreter, """
import ulab
from spyglass import *
channel = Channel()
viewer = channel.look()
print(channel.write(bytes(20000)), len(channel.newest.data))
print(ulab.memory(limit=ulab.memory().used + 30000) is not None)
print(channel.write(bytes(60000)), len(channel.newest.data))
print(channel.write(bytes(900)), len(channel.newest.data))
viewer.close()
before = ulab.memory().used
for size in range(1, 3000):
    viewer = channel.look()
    channel.write(bytes(size))
    viewer.close()
print(ulab.memory().used <= before + 3 * 16384)
""")  # fmt: skip
    assert printed.split() == "True 20000 True False 20000 True 900 True".split()


SERVER = PRELUDE + LISTEN + """
import ujpeg
from annotation import *
from annotation_image import JpegAnnotationDriver
from colors import HTMLColors
from geometry import Point, Rectangle
from http_server import HttpServer, Refused
from spyglass import *
from ulab import numpy as np

with open(sys.argv[1], "rb") as file:
    frames = [bytes(frame) for frame in ujpeg.frames(file.read())]

async def main():
    raw, live = Channel(3), Channel(3)
    driver = JpegAnnotationDriver()
    spyglass = Spyglass(live, driver)
    spyglass.start_streaming(20, 160, 120)

    async def handler(request):
        channel = raw if request.path == "/raw" else live
        if channel.full:
            raise Refused(503, "need fewer viewers")
        await request.begin(CONTENT_TYPE, ["Cache-Control: no-store"])
        await channel.stream(request.send)

    server = HttpServer(handler)
    await listen(server)
    box = Rectangle(Point(0.25, 0.25), Point(0.75, 0.75))
    annotations = [BoundingBoxAnnotation(box, "door", None, HTMLColors.LIME), TimestampAnnotation()]
    number = 0
    while True:
        frame = frames[number % len(frames)]
        raw.write(frame, 1000 + number / 4)
        spyglass.put(frame, annotations, 1000 + number / 4)
        number += 1
        await asyncio.sleep_ms(20)
try:
    asyncio.run(main())
except (KeyboardInterrupt, SystemExit):
    pass
"""  # fmt: skip


def pictures(count=6):
    """JPEG files of 160x120, each of another brightness."""
    files = []
    for number in range(count):
        buffer = io.BytesIO()
        Image.fromarray(np.full((120, 160, 3), 40 + 30 * number, dtype=np.uint8)).save(buffer, "JPEG", quality=80)
        files.append(buffer.getvalue())
    return files


@contextlib.contextmanager
def serving(interpreter, folder, script=SERVER):
    """A program that serves `pictures()`; gives what it printed first."""
    (folder / "frames.mjpeg").write_bytes(b"".join(pictures()))
    (folder / "server.py").write_text(script)
    command = [*interpreter.command, "-X", "heapsize=4M", folder / "server.py", folder / "frames.mjpeg"]
    environment = {**interpreter.environment(), "MICROPYPATH": MODULE_PATH}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        watchdog = threading.Timer(120, process.kill)
        watchdog.start()
        try:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            yield json.loads(line)
            assert process.poll() is None, process.stderr.read()
        finally:
            watchdog.cancel()
            process.terminate()
            process.wait(timeout=20)


def parts(response, count):
    """The first parts of a multipart body: their fields and contents."""
    found = []
    assert response.readline() == b"--frame\r\n"
    for _ in range(count):
        fields = {}
        while (line := response.readline()) != b"\r\n":
            name, value = line.decode().split(": ")
            fields[name] = value.strip()
        body = response.read(int(fields["Content-Length"]))
        assert response.read(11) == b"\r\n--frame\r\n"
        found.append((fields, body))
    return found


def test_viewers_over_http(interpreter, tmp_path):
    with serving(interpreter, tmp_path) as port:
        connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=30) for _ in range(4)]
        responses = []
        for connection in connections:
            connection.request("GET", "/raw")
            responses.append(connection.getresponse())
        assert [response.status for response in responses] == [200, 200, 200, 503]
        assert responses[0].getheader("Content-Type") == "multipart/x-mixed-replace; boundary=frame"
        files = pictures()
        for response in responses[:3]:
            for fields, body in parts(response, 5):
                # Just as they came, and with the time at which they did.
                number = round((float(fields["X-Timestamp"]) - 1000) * 4)
                assert body == files[number % len(files)] and fields["Content-Type"] == "image/jpeg"
        for connection in connections:
            connection.close()
        # Places become free.
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/live")
        for _, body in parts(connection.getresponse(), 3):
            picture = np.asarray(Image.open(io.BytesIO(body))).astype(int)
            assert picture.shape == (120, 160, 3)
            # The rectangle's lines have lime's luma.
            assert abs(picture[30, 50:110].mean(axis=0) @ [0.299, 0.587, 0.114] - 150) < 25
        connection.close()


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="needs the Debian package ffmpeg")
def test_ffmpeg_reads_the_stream(host, tmp_path):
    with serving(host, tmp_path) as port:
        for name in ("raw", "live"):
            command = ["ffmpeg", "-v", "error", "-f", "mpjpeg", "-i", f"http://127.0.0.1:{port}/{name}"]
            result = subprocess.run(
                [*command, "-frames:v", "7", "-f", "framecrc", "-"], capture_output=True, text=True, timeout=60
            )
            assert result.returncode == 0, result.stderr
            assert result.stderr == ""
            assert len(re.findall(r"^0,.*\b28800\b", result.stdout, re.M)) == 7 or result.stdout.count("\n0,") >= 6


def test_the_projects_own_client_reads_the_stream(interpreter, host, tmp_path):
    with serving(host, tmp_path) as port:
        printed = run(interpreter, """
from frames import open_source
async def main():
    source = open_source(sys.argv[1])
    async for frame, seconds in source:
        print(len(frame), source.damaged)
        if source.number == 4:
            break
asyncio.run(main())
""", f"http://127.0.0.1:{port}/raw")  # fmt: skip
    lengths = {len(file) for file in pictures()}
    assert len(printed.splitlines()) == 5
    assert all(int(line.split()[0]) in lengths and line.endswith(" 0") for line in printed.splitlines())
