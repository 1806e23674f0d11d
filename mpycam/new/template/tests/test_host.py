"""The app on this machine, with pictures from a file."""

import json
import os
import subprocess

from conftest import ROOT, picture

ENVIRONMENT = {**os.environ, "MICROPYPATH": f".frozen:{ROOT}/app:{ROOT}/lib"}


def run(*arguments):
    """What the app's interpreter prints."""
    command = [ROOT / "dist/host/micropython", "-X", "heapsize=2M", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=ENVIRONMENT).stdout


def test_the_light_goes_on_and_off(tmp_path):
    clip = tmp_path / "clip.mjpeg"
    clip.write_bytes(b"".join(picture(gray) for gray in (20, 20, 200, 80, 200, 20)))
    lines = [json.loads(line) for line in run("-m", "main", clip).splitlines()]
    assert [line["on"] for line in lines if line["event"] == "light"] == [False, True, False]
    assert lines[-1] == {"event": "end", "frames": 6, "damaged": 0}


def test_flicker_at_the_threshold_changes_nothing():
    script = "from light import Light\nlight = Light(80)\nprint([light.update(gray) for gray in (200, 81, 79, 81, 72)])"
    assert run("-c", script).strip() == "[True, False, False, False, True]"
