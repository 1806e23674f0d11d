"""app/door/settings.py and parameters.py: one list of fields for everything, and the camera's parameters."""

import json
import re
import urllib.parse

import pytest
from camera_python import run
from camera_server import CameraServer, answer, part, stream_head
from door_app import Running, brightness_model, packaged, picture
from interpreters import ROOT


def test_documents_are_those_of_the_fields(host):
    printed = run(host, """
from config_documents import parameters, table
from door.settings import FIELDS
print(json.dumps(parameters(FIELDS)))
print(table(FIELDS))
""")  # fmt: skip
    listed, table = printed.split("\n", 1)
    assert table in (ROOT / "docs" / "door_state.md").read_text()
    manifest = json.loads((ROOT / "app" / "manifest.json").read_text())
    assert manifest["acapPackageConf"]["configuration"]["paramConfig"] == json.loads(listed)


def test_form_and_passwords(host):
    form, secret = map(json.loads, run(host, """
from config import Password
from door import settings
print(json.dumps(settings.form()))
print(json.dumps([field.name for field in settings.FIELDS if isinstance(field, Password)]))
""").splitlines())  # fmt: skip
    assert secret == ["password", "mqtt_password", "webhook_key", "rtsp_password"]
    assert all(field["help"] for field in form)
    (doors,) = [field for field in form if field["type"] == "groups"]
    assert [field["name"] for field in doors["fields"]][:3] == ["name", "region", "model"]


def test_defaults_are_right(host):
    printed = run(host, """
from door.settings import DOOR, FIELDS
print(all([field.check(field.default) == field.default for field in FIELDS + DOOR]))
""")  # fmt: skip
    assert printed == "True\n"


def test_first_lines_fit_into_a_log(interpreter, tmp_path):
    """All that is not as by default is told, without secrets, and a camera's log cuts none of it."""
    home = packaged(tmp_path / "home")
    brightness_model(home / "localdata" / ("m" * 150))
    (home / "one.jpg").write_bytes(picture(40))
    doors = [
        {"name": "ö" * 30 + str(place), "region": [0, 0, 0.5, 0.25], "forced_hours": "mo-fr 22:00-06:00, sa"}
        for place in range(16)
    ]
    values = {
        "source": "one.jpg", "password": "secret", "mqtt_prefix": "\x01" * 500, "camera": "c" * 1000, "doors": doors,
        "model": "localdata/" + "m" * 150, "every_frame": True, "mqtt_port": 1883,
    }  # fmt: skip
    own = "x" * 100 + "/own.json"
    (home / own).parent.mkdir()
    (home / own).write_text(json.dumps(values))
    lines = []
    with Running(interpreter, "--config", own, folder=home) as app:
        while not lines or lines[-1]["event"] in ("start", "settings"):
            lines.append(app.line())
        app.terminate()
    start, *others, _ = lines
    assert start["event"] == "start" and start["config"] == own
    assert others and all(list(line) == ["event", "time", "settings"] for line in others)
    assert all(len(json.dumps(line, ensure_ascii=False).encode()) < 1000 for line in [start, *others])
    told = {}
    for line in [start, *others]:
        assert not told.keys() & line["settings"].keys()
        told |= line["settings"]
    assert told == {
        "source": "one.jpg", "password": "***", "mqtt_prefix": "\x01" * 40 + "...", "camera": "c" * 40 + "...",
        "model": values["model"], "every_frame": True,
        **{f"doors[{place}].{key}": value for place, door in enumerate(doors) for key, value in door.items()},
    }  # fmt: skip


WRITE = """
from door import settings
for path, values in zip(sys.argv[1::2], map(json.loads, sys.argv[2::2])):
    try:
        settings.write(path or settings.default_path(), values)
        print("written")
    except (OSError, ValueError) as error:
        print(error)
"""


def test_written_where_it_survives(host, tmp_path):
    """The package's own file stays as it is; what is wrong is not written."""
    home = packaged(tmp_path / "home")
    own = home / "own.json"
    arguments = ["", '{"fps": 7}', own, '{"fps": 8}', own, '{"fps": 0}', own, '{"close_threshold": 0.9}']
    printed = host.run("import json, sys\n" + WRITE, *arguments, cwd=home, env={"MICROPYPATH": ".frozen:.:lib"})
    assert printed.splitlines() == [
        "written",
        "written",
        "fps: need a number from 0.01 to 1000, have 0",
        "close_threshold: need at most open_threshold, which is 0.6, have 0.9",
    ]
    assert json.loads((home / "localdata" / "door_state.json").read_text()) == {"fps": 7}
    assert json.loads(own.read_text()) == {"fps": 8}


@pytest.fixture
def camera():
    """A camera's stream and its parameters, which a test changes."""
    parameters = {"virtual_input": "0", "statistics_interval": "5"}

    def respond(request, connection):
        path, _, query = request.target.partition("?")
        if path.endswith("param.cgi"):
            group = urllib.parse.parse_qs(query)["group"][0]
            lines = [f"root.Door_state.{name}={text}" for name, text in parameters.items()]
            known = group == "Door_state"
            text = "\n".join(lines) if known else f"# Error: Error -1 getting param in group '{group}'"
            answer(connection, text.encode(), kind="text/plain")
        else:
            stream_head(connection)
            for _ in range(2000):
                connection.sendall(part(picture(40)))
                respond.pause.wait(0.02)

    import threading

    respond.pause = threading.Event()
    with CameraServer(respond) as server:
        yield server, parameters
        respond.pause.set()


def test_parameters_become_settings(interpreter, tmp_path, camera):
    """What an installer set before the first start, and between two; a wrong one is told."""
    server, parameters = camera
    home = packaged(tmp_path / "home")
    brightness_model(home / "brightness.unn")
    values = {
        "source": server.url("/stream"), "camera": server.url("").rstrip("/"), "user": "u", "password": "p",
        "model": "brightness.unn", "page_port": 0, "live_port": 0, "time_zone": "UTC", "virtual_input": 0,
    }  # fmt: skip
    path = home / "localdata" / "door_state.json"
    path.write_text(json.dumps(values))
    parameters.update(virtual_input="0", mqtt_port="1884")
    with Running(interpreter, folder=home) as app:
        assert "mqtt_port" not in app.until("start")["settings"]
        assert app.until("end")["reason"] == "terminated"
        settings = app.until("start")["settings"]
        assert settings["mqtt_port"] == 1884 and "mqtt_prefix" not in settings
        app.terminate()
    assert json.loads(path.read_text()) == {**values, "mqtt_port": 1884}
    parameters.update(mqtt_port="none", mqtt_prefix="shop")
    with Running(interpreter, folder=home) as app:
        app.until("end")
        settings = app.until("start")["settings"]
        assert (settings["mqtt_port"], settings["mqtt_prefix"]) == (1884, "shop")
        app.process.terminate()
        _, errors = app.process.communicate(timeout=60)
    assert re.search("parameter: mqtt_port: need a whole number from 1 to 65535, have none", errors)


def test_rtsp_is_open_to_the_network_and_needs_a_password(host):
    printed = run(host, """
from door import settings
print(settings.check({"rtsp_port": 8554, "rtsp_password": "secret"})["rtsp_port"])
try:
    settings.check({"rtsp_port": 8554})
except ValueError as error:
    print(error)
""")  # fmt: skip
    assert printed.splitlines() == ["8554", "rtsp_password: need one for rtsp_port, have none"]
