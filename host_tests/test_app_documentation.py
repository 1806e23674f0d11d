"""docs/door_state.md says what the app does."""

import json
import re

import numpy as np
import pytest
from camera_python import run
from camera_server import CameraServer, answer, part, stream_head
from door_app import Running, brightness_model, environment, picture, watch
from interpreters import ROOT
from test_app_door import CLIP
from test_app_view import jpeg, patches

TEXT = (ROOT / "docs" / "door_state.md").read_text()
LINES = [json.loads(line) for block in re.findall(r"```json\n(.*?)```", TEXT, re.S) for line in block.splitlines()]


def test_table_of_the_configuration(host):
    printed = run(host, """
from door.settings import FIELDS
for field in FIELDS:
    print(json.dumps([field.name, field.default, field.expected()]))
""")  # fmt: skip
    fields = [json.loads(line) for line in printed.splitlines()]
    rows = re.findall(r"^\| `(\w+)` \| `(.+?)` \| (.+?) \| .+ \|$", TEXT, re.M)
    assert [[name, json.loads(default), expected] for name, default, expected in rows] == fields


def test_example_of_a_clip(host, tmp_path):
    brightness_model(tmp_path / "brightness.unn")
    (tmp_path / "clip.mjpeg").write_bytes(b"".join(map(picture, CLIP)))
    (tmp_path / "app").symlink_to(ROOT / "app")
    (tmp_path / "lib").symlink_to(ROOT / "lib")
    command = ["-X", "heapsize=4M", "-m", "door", "--source", "clip.mjpeg", "--model", "brightness.unn"]
    result = host.start(command, cwd=tmp_path, env={"MICROPYPATH": ".frozen:lib:app"})
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(found) == 6
    for said, line in zip(LINES, found, strict=False):
        assert list(said) == list(line)
        for measured in {"fps", "milliseconds", "heap"} & set(line):
            shown, value = said.pop(measured), line.pop(measured)
            assert list(shown) == list(value) if measured == "milliseconds" else value > 0
        assert said == line


def test_other_lines_have_the_keys_that_are_shown(host, tmp_path):
    model = brightness_model(tmp_path / "brightness.unn")
    (tmp_path / "one.jpg").write_bytes(picture(40))
    found = watch(host, "--model", model, "--source", tmp_path / "one.jpg", "--every_frame", "true")

    def told(event):
        return sum(line["event"] == event for line in found)

    def respond(request, connection):
        if "virtualinput" in request.target:
            said = b"<Success>" if told("output") else b"<ErrorDescription>busy"
            answer(connection, said, kind="text/xml")
        else:
            stream_head(connection)
            connection.sendall(part(picture(40)) * 5)

    options = ["--user", "u", "--password", "p", "--retry_first", 0.05, "--minimum_duration", 0]
    with CameraServer(respond) as server:
        options += ["--source", server.url(), "--camera", server.url("").rstrip("/"), "--page_port", 0]
        with Running(host, "--model", model, *options) as app:
            while told("source") < 2 or told("output") < 2:
                found.append(app.line())
    room, hand = patches(1), np.full((90, 160), 200, np.uint8)
    (tmp_path / "clip.mjpeg").write_bytes(b"".join(map(jpeg, [room] * 9 + [hand] * 9 + [room] * 9)) + picture(10) * 9)
    options = ["--view_interval", 0.2, "--open_threshold", 0, "--close_threshold", 0, "--left_open_after", 0.4]
    found += watch(host, "--model", model, "--source", tmp_path / "clip.mjpeg", *options)
    doors = [{"name": f"door {place}", "region": [0, 0, 0.5, 0.5]} for place in range(16)]
    (tmp_path / "doors.json").write_text(json.dumps({"doors": doors}))
    found += watch(host, "--config", tmp_path / "doors.json", "--model", model, "--source", tmp_path / "one.jpg")
    forms = {(line["event"], *line) for line in found}
    for line in LINES[6:]:
        assert (line["event"], *line) in forms, line
    kinds = [line["event"] for line in LINES[6:]]
    assert kinds == [
        "settings", "source", "source", "frame", "alarm", "alarm", "view", "door", "view", "output", "output"
    ]  # fmt: skip


@pytest.mark.parametrize("config", ['{"treshold": 1}', '{"fps": "5"}'])
def test_refusals_are_as_shown(host, tmp_path, config):
    (tmp_path / "c.json").write_text(config)
    result = host.start(["-m", "door", "--config", tmp_path / "c.json"], env=environment())
    assert result.returncode == 2
    assert "    " + result.stderr in TEXT


def test_commands_and_topics_are_named(host):
    printed = run(host, """
import binascii
from door import upload, watch
print(json.dumps([sorted(watch.COMMANDS), sorted(upload.COMMANDS), list(upload.KEPT)]))
""")  # fmt: skip
    commands, by_mqtt, kept = json.loads(printed)
    main = (ROOT / "app/door/__main__.py").read_text()
    aliases = re.findall(r'^    "(\w+)": \(', main, re.M)
    rows = {name for row in re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", TEXT, re.M) for name in re.findall(r"\w+", row)}
    assert {*by_mqtt, *aliases, "start", "stop", "restart"} <= rows
    assert set(commands) <= {*by_mqtt, "streaming"}
    topics = set(re.findall(r'self\._publish\("/(\w+)', (ROOT / "app/door/upload.py").read_text()))
    topics |= set(re.search(r'events=\(([^)]*)\)', main)[1].replace('"', "").split(", "))
    for topic in topics | {"event", "command", "answer"}:
        assert f"`P/{topic}" in TEXT, topic
    assert kept == ["door", "alarm", "view"]
