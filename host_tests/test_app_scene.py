"""The door app with its own model on a rendered door, through every way that frames can come."""

import json

import pytest
from camera_server import CameraServer, DigestGuard, guarded, part, stream_head
from door_app import Running, watch

from mpycam.scenes import Day, Installation, write_clip

FPS = 5


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """A clip with a door that opens and closes once: its path, the region in fractions, the true changes."""
    path = tmp_path_factory.mktemp("scene") / "door.mjpeg"
    truth = json.loads(
        write_clip(path, Installation.random(6), Day.random(1001), seconds=13, fps=FPS, seed=4).read_text()
    )
    width, height = truth["size"]
    region = [value / size for value, size in zip(truth["region"], (width, height) * 2, strict=True)]
    changes, state = [], None
    for frame in truth["frames"]:
        if frame["open"] != state:
            state = frame["open"]
            changes.append(("open" if state else "closed", frame["time"]))
    return path, json.dumps(region), changes


def assert_true(lines, changes):
    """Each change is told once, at most two seconds after it."""
    told = [(line["state"], line["frame"] / FPS) for line in lines if line["event"] == "door"]
    assert [state for state, _ in told] == [state for state, _ in changes]
    for (_, said), (_, happened) in zip(told, changes, strict=True):
        assert -0.4 <= said - happened <= 2


def test_openings_are_found(interpreter, host, scene):
    path, region, changes = scene
    assert [state for state, _ in changes] == ["closed", "open", "closed"]
    options = ["--source", path, "--region", region, "--fps", FPS, "--every_frame", "true"]
    lines = watch(interpreter, *options)
    assert_true(lines, changes)
    assert lines[-1]["damaged"] == 0
    # Decoder and network compute the same on every CPU.
    same = [line for line in lines if line["event"] in ("frame", "door")]
    assert same == [line for line in watch(host, *options) if line["event"] in ("frame", "door")]


def test_openings_are_found_over_http(interpreter, scene):
    path, region, changes = scene
    frames = [b"\xff\xd8" + data for data in path.read_bytes().split(b"\xff\xd8")[1:]]

    def respond(request, connection):
        stream_head(connection)
        # The camera's own pace, three times as fast.
        for frame in frames:
            connection.sendall(part(frame))
            connection.settimeout(1 / FPS / 3)
            try:
                connection.recv(1)
            except TimeoutError:
                continue
            return
        connection.settimeout(None)
        connection.recv(1)

    with CameraServer(guarded(DigestGuard("viewer", "secret"), respond)) as server:
        options = ["--source", server.url("/", "viewer:secret"), "--region", region, "--minimum_duration", 0.5 / 3]
        with Running(interpreter, *options) as app:
            lines = [app.until("door") for _ in changes] + app.terminate()
    assert_true(lines, changes)
