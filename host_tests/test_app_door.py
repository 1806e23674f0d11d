"""The whole door app: command line, output lines, cameras, the end."""

import json
import time

import pytest
from camera_python import evaluate
from camera_server import BasicGuard, CameraServer, DigestGuard, answer, guarded, part, stream_head
from door_app import Running, brightness_model, picture, probability, refused, watch
from interpreters import ROOT

DARK, GRAY, BRIGHT = 40, 128, 220
CLIP = [DARK] * 10 + [BRIGHT] * 10 + [DARK] * 2 + [BRIGHT] * 10 + [GRAY] * 5 + [DARK] * 10


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return brightness_model(tmp_path_factory.mktemp("model") / "brightness.unn")


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.mjpeg"
    path.write_bytes(b"".join(map(picture, CLIP)))
    return path


@pytest.fixture
def door(model):
    """Options that every run here needs."""
    return ["--model", model, "--timeout", 30, "--retry_first", 0.05]


def test_lines_of_a_clip(interpreter, door, clip):
    lines = watch(interpreter, *door, "--source", clip, "--every-frame", "true")
    start, *middle, statistics, end = lines
    kinds = [line["event"] for line in lines if line["event"] != "frame"]
    assert kinds == ["start", "door", "door", "door", "statistics", "end"]
    assert (start["time"], start["door_state"], start["micropython"]) == (0, "0.1.0", "1.25.0")
    assert start["settings"] == {
        "source": str(clip), "model": str(door[1]), "every_frame": True, "timeout": 30, "retry_first": 0.05
    }  # fmt: skip
    frames = [line for line in middle if line["event"] == "frame"]
    assert [line["frame"] for line in frames] == list(range(len(CLIP)))
    for gray, line in zip(CLIP, frames, strict=True):
        assert line["time"] == pytest.approx(line["frame"] / 5, abs=0.001)
        assert line["probability"] == pytest.approx(probability(gray), abs=0.02)
    # Half a second at 5 frames a second is over at the third frame behind the first.
    changes = [line for line in middle if line["event"] == "door"]
    assert [(line["frame"], line["time"], line["state"]) for line in changes] == [
        (3, 0.6, "closed"),
        (13, 2.6, "open"),
        (40, 8, "closed"),
    ]
    assert all(line["confidence"] == pytest.approx(probability(BRIGHT), abs=0.05) for line in changes)
    assert (statistics["frames"], statistics["doors"]) == (len(CLIP), {"door": "closed"})
    assert end == {
        "event": "end", "time": 9.2, "reason": "end of source", "frames": len(CLIP), "damaged": 0, "changes": 3
    }  # fmt: skip


def test_damaged_frames_are_counted_and_skipped(interpreter, door, tmp_path):
    whole = picture(BRIGHT)
    scan = whole.index(b"\xff\xda") + 14
    empty = whole[:scan] + b"\xff\xd9"
    cut = whole[: scan + 4]
    path = tmp_path / "damaged.mjpeg"
    path.write_bytes(whole + empty + whole + cut + whole * 3 + b"rubbish" + whole)
    lines = watch(interpreter, *door, "--source", path, "--every_frame", "true")
    assert [line["frame"] for line in lines if line["event"] == "frame"] == [0, 2, 4, 5, 6, 7]
    assert [line["state"] for line in lines if line["event"] == "door"] == ["open"]
    assert (lines[-1]["frames"], lines[-1]["damaged"]) == (7, 2)


def test_region(interpreter, door, tmp_path):
    # Two resolutions of one view: bright in the region and dark around it, then the other way round.
    folder = tmp_path / "frames"
    folder.mkdir()
    sizes = [(160, 90), (320, 180), (1280, 720)]
    for index, (width, height) in enumerate(sizes):
        region = (width // 2, height // 5, width // 4, height * 3 // 5)
        for name, inside, outside in (("a", BRIGHT, DARK), ("b", DARK, BRIGHT)):
            (folder / f"{index}{name}.jpg").write_bytes(picture(inside, (width, height), region, outside))
    options = [*door, "--source", folder, "--every_frame", "true", "--region", "[0.5, 0.2, 0.25, 0.6]"]
    found = [line["probability"] for line in watch(interpreter, *options) if line["event"] == "frame"]
    assert found == [pytest.approx(probability(gray), abs=0.02) for gray in (BRIGHT, DARK)] * 3


def test_regions_in_pixels(host, tmp_path):
    cases = []
    for width, height in ((1, 1), (16, 9), (640, 360), (1917, 1081)):
        for region in ([0, 0, 1, 1], [0.999, 0.999, 0.001, 0.001], [0, 0.5, 0.001, 0.5], [0.3, 0.1, 0.7, 0.9]):
            cases.append([region, width, height])
    script = """
from door.network import pixels
for region, width, height in cases():
    print(json.dumps(pixels(region, width, height)))
"""
    for (region, width, height), (x, y, w, h) in zip(cases, evaluate(host, tmp_path, script, cases), strict=True):
        assert x >= 0 and y >= 0 and w >= 1 and h >= 1 and x + w <= width and y + h <= height
        assert abs(x - region[0] * width) <= 1 and abs(x + w - (region[0] + region[2]) * width) <= 1
        assert abs(y - region[1] * height) <= 1 and abs(y + h - (region[1] + region[3]) * height) <= 1


def camera(grays, length=True):
    """A camera that streams these grays, then waits."""

    def respond(request, connection):
        stream_head(connection)
        for gray in grays:
            connection.sendall(part(picture(gray), length=length))
        connection.sendall(b"--myboundary\r\n")
        connection.recv(1)

    return respond


@pytest.mark.parametrize("guard", [DigestGuard("viewer", "pa ss"), BasicGuard("viewer", "pa ss")])
def test_camera(interpreter, door, tmp_path, guard):
    path = tmp_path / "door.json"
    with CameraServer(guarded(guard, camera([DARK] * 5 + [BRIGHT] * 5))) as server:
        values = {"source": server.url("/mjpg"), "user": "viewer", "password": "pa ss", "minimum_duration": 0}
        path.write_text(json.dumps(values))
        with Running(interpreter, "--config", path, *door) as app:
            start = app.line()
            closed, opened = app.line(), app.line()
            assert app.terminate()[-1]["reason"] == "terminated"
    assert (start["event"], start["config"]) == ("start", str(path))
    assert start["settings"]["password"] == "***"
    assert (closed["state"], closed["frame"], opened["state"], opened["frame"]) == ("closed", 0, "open", 5)
    assert opened["time"] > start["time"] > "2026"
    assert opened["time"].endswith("Z")


def test_lost_camera_is_said_once(interpreter, door):
    def respond(request, connection):
        if len(server.requests) == 2:
            answer(connection, b"", "503 Busy", "text/html")
        elif len(server.requests) == 3:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Ty")
        elif len(server.requests) == 4:
            camera([BRIGHT] * 3)(request, connection)
        else:
            stream_head(connection)
            connection.sendall(part(picture(DARK)) * 3 + part(picture(DARK))[:300])

    with CameraServer(respond) as server:
        with Running(interpreter, "--source", server.url("/", "u:secret"), "--minimum_duration", 0, *door) as app:
            lines = [app.line() for _ in range(5)]
            lines += app.terminate()
    assert "secret" not in str(lines)
    told = [{name: line[name] for name in ("event", "state", "reason") if name in line} for line in lines]
    assert told == [
        {"event": "start"},
        {"event": "door", "state": "closed"},
        {"event": "source", "state": "lost", "reason": "the stream ended inside of a part"},
        {"event": "source", "state": "back"},
        {"event": "door", "state": "open"},
        {"event": "statistics"},
        {"event": "end", "reason": "terminated"},
    ]


def test_interruption_begins_the_minimum_duration_anew(host, door):
    # Two frames of an open door with the loss of the camera between them are no open door.
    def respond(request, connection):
        stream_head(connection)
        connection.sendall(part(picture(BRIGHT)))

    with CameraServer(respond) as server:
        options = ["--source", server.url(), "--minimum_duration", 0.01, "--retry_longest", 0.05]
        with Running(host, *options, "--every_frame", "true", *door) as app:
            app.line()
            lines = [app.line() for _ in range(12)]
            app.terminate()
    assert {line["event"] for line in lines} == {"source", "frame"}
    assert {line["state"] for line in lines if line["event"] == "frame"} == {"unknown"}


def test_statistics(interpreter, door):
    with CameraServer(camera([DARK] * 7)) as server:
        options = ["--source", server.url(), "--statistics_interval", 1, "--minimum_duration", 0]
        with Running(interpreter, *options, *door) as app:
            first, second = app.until("statistics"), app.until("statistics")
            app.terminate()
    assert first["frames"] == second["frames"] == 7
    assert (first["damaged"], first["changes"], first["doors"]) == (0, 1, {"door": "closed"})
    assert first["fps"] > 0
    stages = first["milliseconds"]
    assert list(stages) == ["read", "decode", "network", "total"]
    assert stages["total"] == pytest.approx(stages["read"] + stages["decode"] + stages["network"], abs=0.01)
    assert second["fps"] == 0
    assert set(second["milliseconds"].values()) == {None}


# Sources that keep the app waiting in each of the ways that it can wait, and the line after which it does.
WAITS = {
    "for an answer": (lambda request, connection: connection.recv(1), "start"),
    "for the rest of a header": (lambda r, c: (c.sendall(b"HTTP/1.1 200 OK\r\nX: "), c.recv(1)), "start"),
    "for a frame": (camera([DARK]), "door"),
    "for the rest of a frame": (
        lambda r, c: (stream_head(c), c.sendall(part(picture(DARK)) + part(picture(DARK))[:200]), c.recv(1)), "door"),
    "for the next attempt": (lambda request, connection: answer(connection, b"", "404 Not Found"), "source"),
    "for the next snapshot": (lambda request, connection: answer(connection, picture(DARK)), "door"),
    "for nothing": (camera([DARK, BRIGHT] * 10000), "door"),
}  # fmt: skip


@pytest.mark.parametrize("wait", WAITS)
def test_sigterm_ends_the_app_while_it_waits(interpreter, model, wait):
    respond, event = WAITS[wait]
    with CameraServer(respond) as server:
        options = ["--model", model, "--source", server.url(), "--minimum_duration", 0]
        options += ["--timeout", 120, "--retry_first", 600, "--retry_longest", 600, "--interval", 300]
        with Running(interpreter, *options) as app:
            app.until(event)
            end = app.terminate()[-1]
    assert (end["event"], end["reason"]) == ("end", "terminated")


def test_sigterm_ends_a_paced_file(interpreter, door, clip):
    with Running(interpreter, *door, "--source", clip, "--pace", "true", "--fps", 0.01, "--minimum_duration", 0) as app:
        app.until("door")
        assert app.terminate()[-1]["reason"] == "terminated"


def test_memory_over_a_thousand_frames(interpreter, model):
    with CameraServer(camera([DARK] * 300 + [BRIGHT] * 1000)) as server:
        options = ["--source", server.url(), "--model", model, "--statistics_interval", 1, "--minimum_duration", 0]
        options += ["--view_interval", 0]  # the first look at the view loads what that needs, once
        with Running(interpreter, *options) as app:
            heaps = []
            while not heaps or heaps[-1][0] < 1300:
                line = app.until("statistics")
                if line["frames"] > 20:
                    heaps.append((line["frames"], line["heap"]))
            heaps.append((1300, app.until("statistics")["heap"]))
            app.terminate()
    # A few tasks and texts more or less, where a frame alone has kilobytes.
    assert max(heap for _, heap in heaps) - min(heap for _, heap in heaps) < 2000, heaps


def test_frames_up_to_the_largest_limit(interpreter, model, tmp_path):
    """Growing frames of unknown length are what scatters a heap most; 4 MB have to do."""

    def padded(size):
        comments = b"\xff\xfe\xff\xff" + bytes(65533)
        return frame[:2] + comments * ((size - len(frame)) // len(comments)) + frame[2:]

    frame = picture(DARK)
    frames = [padded(size) for size in (70_000, 300_000, 900_000, 1_100_000, 1_500_000, 2_097_152)]

    def respond(request, connection):
        stream_head(connection)
        for data in frames:
            connection.sendall(part(data, length=False))
        connection.sendall(b"--myboundary\r\n")
        connection.recv(1)

    options = ["--model", model, "--frame_limit", 2_097_152, "--every_frame", "true"]
    with CameraServer(respond) as server, Running(interpreter, "--source", server.url(), *options) as app:
        assert [app.until("frame")["frame"] for _ in frames] == list(range(6))
        app.terminate()
    (tmp_path / "clip.mjpeg").write_bytes(b"".join(frames))
    lines = watch(interpreter, "--source", tmp_path / "clip.mjpeg", *options)
    assert (lines[-1]["frames"], lines[-1]["damaged"]) == (6, 0)


def test_refusals(host, door, clip, tmp_path, model):
    def config(text):
        path = tmp_path / "refused.json"
        path.write_text(text)
        return refused(host, "--config", path, *door)

    assert config('{"treshold": 1}') == "door_state: unknown key 'treshold', did you mean 'open_threshold'?"
    said = config('{"colour": 1}')
    assert said.startswith("door_state: unknown key 'colour', did you mean 'doors'? There are camera, close_threshold, ")
    assert config('{"open_treshold": 1}') == "door_state: unknown key 'open_treshold', did you mean 'open_threshold'?"
    assert config('{"fps": "5"}') == 'door_state: fps: need a number from 0.01 to 1000, have "5"'
    assert config('{"close_threshold": 0.7}') == (
        "door_state: close_threshold: need at most open_threshold, which is 0.6, have 0.7"
    )
    assert config('{"source": "rtsp://camera/"}') == (
        "door_state: need a URL that begins with http://, have rtsp://camera/"
    )
    assert config("{").endswith("refused.json: need a JSON object from { to }")
    assert refused(host, "--config", "nowhere.json") == "door_state: nowhere.json: cannot be read, [Errno 2] ENOENT"
    assert refused(host, "--sorce", "x") == "door_state: unknown option 'sorce', did you mean 'source'?"
    assert refused(host, "--source") == "door_state: option --source: need a value, have none"
    assert refused(host, "clip") == "door_state: need an option that begins with --, have 'clip'"
    assert refused(host, "--fps", "fast") == "door_state: fps: need a number from 0.01 to 1000, have fast"
    assert refused(host, "--retry_first", "100") == (
        "door_state: retry_first: need at most retry_longest, which is 60, have 100"
    )
    assert refused(host, *door, "--source", tmp_path / "no.mjpeg") == (
        f"door_state: {tmp_path}/no.mjpeg: cannot be read, [Errno 2] ENOENT"
    )
    assert refused(host, "--model", "no.unn", "--source", clip) == ("door_state: [Errno 2] ENOENT: can't open no.unn")
    wrong = brightness_model(tmp_path / "cat.unn", ("cat", "dog"))
    assert refused(host, "--model", wrong, "--source", clip) == (
        f"door_state: {wrong}: need a model of a gray picture with the labels closed and open, "
        "or ajar too, have input (12, 16), labels ('cat', 'dog')"
    )


def test_files_of_the_package():
    manifest = json.loads((ROOT / "app/manifest.json").read_text())["acapPackageConf"]["setup"]
    assert f'__version__ = "{manifest["version"]}"' in (ROOT / "app/door/__init__.py").read_text()
    assert manifest["runOptions"] == "-X heapsize=4M -m door"


@pytest.mark.parametrize("fails", [False, True])
def test_virtual_input_follows_the_door(interpreter, door, fails):
    """The camera's own input: after the picture's account, and again after a refusal."""
    refused = []

    def respond(request, connection):
        if request.target.startswith("/axis-cgi/virtualinput/"):
            said = b"<VirtualInputResponse><Success></Success></VirtualInputResponse>"
            if fails and not refused:
                refused.append(request.target)
                said = b"<VirtualInputResponse><Error><ErrorDescription>busy</ErrorDescription></Error></VirtualInputResponse>"
            answer(connection, said, kind="text/xml")
        else:
            camera([DARK] * 3 + [BRIGHT] * 3)(request, connection)

    guard = BasicGuard("viewer", "p")
    with CameraServer(guarded(guard, respond)) as server:
        options = ["--source", server.url("/mjpg"), "--camera", server.url("").rstrip("/"), "--page_port", 0, "--user", "viewer", "--password", "p"]
        options += ["--minimum_duration", 0, "--virtual_input", 7]
        with Running(interpreter, *options, *door) as app:
            lines = [app.line() for _ in range(5 if fails else 3)]
            deadline = time.monotonic() + 20
            asked = []
            while not (asked and "/activate" in asked[-1]) and time.monotonic() < deadline:
                asked = [r.target for r in server.requests if "virtualinput" in r.target and "authorization" in r.fields]
                time.sleep(0.05)
            app.terminate()
    assert asked[-1] == "/axis-cgi/virtualinput/activate.cgi?schemaversion=1&port=7"
    told = [(line["state"], line.get("reason")) for line in lines if line["event"] == "output"]
    assert told == ([("lost", "the camera says busy"), ("back", None)] if fails else [])


def test_other_sources_have_no_virtual_input(host, door):
    """A camera elsewhere is not the one that the app runs in."""
    with CameraServer(camera([DARK])) as server:
        with Running(host, "--source", server.url("/mjpg"), "--minimum_duration", 0, *door) as app:
            app.until("door")
            app.terminate()
        assert [request.target for request in server.requests] == ["/mjpg"]
