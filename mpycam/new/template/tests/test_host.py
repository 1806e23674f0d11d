"""The app on this machine, with pictures from a file."""

import json
import os
import subprocess

from conftest import ROOT, picture

ENVIRONMENT = {**os.environ, "MICROPYPATH": f".frozen:{ROOT}/app:{ROOT}/lib"}


def test_the_light_goes_on_and_off(tmp_path):
    clip = tmp_path / "clip.mjpeg"
    clip.write_bytes(b"".join(picture(gray) for gray in (20, 20, 200, 80, 200, 20)))
    command = [ROOT / "dist/host/micropython", "-X", "heapsize=2M", "-m", "main", clip]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, env=ENVIRONMENT).stdout
    lines = [json.loads(line) for line in printed.splitlines()]
    assert [line["on"] for line in lines if line["event"] == "light"] == [False, True, False]
    assert lines[-1] == {"event": "end", "frames": 6, "damaged": 0}
