"""The door app out of its package, started as a camera starts it."""

import json
import subprocess

import pytest
from door_app import brightness_model, picture
from interpreters import ARCHES, COMMANDS, ROOT

from mpycam.eap import build, inspect

EMULATORS = {arch: COMMANDS[arch][0] for arch in ("armv7hf", "aarch64")}


@pytest.mark.parametrize("arch", [arch for arch in ARCHES if arch in EMULATORS])
def test_package_runs(tmp_path, arch):
    made = build(ROOT / "app", ROOT / "dist" / arch / "micropython", arch, tmp_path, library=ROOT / "lib")
    camera = tmp_path / "camera"
    camera.mkdir()
    subprocess.run(["tar", "xzf", made.path, "-C", camera], check=True)
    assert not list(camera.rglob("*.py"))
    options = inspect(made.path).package_conf["APPOPTS"].split()
    command = [EMULATORS[arch], "./door_state", *options]

    def start():
        return subprocess.run(command, cwd=camera, env={"PATH": "/usr/bin"}, capture_output=True, text=True, timeout=60)

    # What an owner changed lies in localdata/ and comes before the package's own file.
    (camera / "localdata").mkdir()
    brightness_model(camera / "localdata" / "own.unn")
    (camera / "clip.mjpeg").write_bytes(picture(220) * 5 + picture(40) * 5)
    values = {"source": "clip.mjpeg", "model": "localdata/own.unn", "minimum_duration": 0}
    (camera / "localdata" / "door_state.json").write_text(json.dumps(values))
    result = start()
    assert (result.returncode, result.stderr) == (0, "")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert lines[0]["config"] == "localdata/door_state.json"
    assert [(line["frame"], line["state"]) for line in lines if line["event"] == "door"] == [(0, "open"), (5, "closed")]

    # Without that file the package's own configuration and model serve.
    (camera / "localdata" / "door_state.json").unlink()
    command += ["--source", "clip.mjpeg"]
    result = start()
    assert (result.returncode, result.stderr) == (0, "")
    first, *_, last = [json.loads(line) for line in result.stdout.splitlines()]
    assert (first["config"], last["frames"], last["damaged"]) == ("door_state.json", 10, 0)
