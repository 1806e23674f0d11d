"""The camera is killed while packages are installed, upgraded and removed."""

import contextlib
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
from camera_crash_packages import MEMBERS, PACKAGES
from interpreters import ROOT
from virtual_camera import PASSWORD, USER

MOMENTS = 200


def test_killed_at_random_moments():
    # In memory where that can be had: what counts is what a killed process leaves, not the disk.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        script = ROOT / "host_tests/camera_crash.py"
        result = subprocess.run(
            [sys.executable, script, Path(folder), str(MOMENTS), "1"], capture_output=True, text=True, timeout=600
        )
        assert result.returncode == 0, result.stderr
    killed = int(re.search(r"(\d+) killed", result.stdout)[1])
    assert killed > MOMENTS / 2, result.stdout
    # Upgrades were cut off both before they counted and after.
    for done in (True, False):
        assert f"('upgrade', {done})" in result.stdout, result.stdout


def test_camera_killed_during_uploads(tmp_path):
    """The whole camera, killed while it takes a package over HTTP."""
    generator = random.Random(3)
    state, installed = tmp_path / "camera", None
    for turn in range(6):
        with camera(state) as http:
            # Only after the last upload is it sure what there is.
            listed = http.get("axis-cgi/applications/list.cgi").text
            found = re.findall(r' Version="1\.0\.(\d)"', listed)
            assert found in possible(installed, turn), listed
            if found:
                installed = int(found[0])
                for name, data in MEMBERS[installed].items():
                    assert (state / "root/usr/local/packages/sample_app" / name).read_bytes() == data
            form = {"file": ("sample.eap", PACKAGES[1 - turn % 2])}
            seconds = generator.uniform(0.005, 0.4)
            try:
                http.post("axis-cgi/applications/upload.cgi", files=form, timeout=httpx.Timeout(10, read=seconds))
            except httpx.ReadTimeout:
                pass  # killed in the middle


def possible(installed, turn):
    """The versions that there can be: what was there before the last upload, and what that brought."""
    before = [] if installed is None else [str(installed)]
    return [before, [str(turn % 2)]] if turn else [before]


@contextlib.contextmanager
def camera(state):
    """A camera in a process of its own, as a client for it; killed at the end."""
    command = [sys.executable, "-m", "mpycam", "camera", "run", "--state", state, "--port", "0", "--profile", "11.11"]
    command += ["--account", f"{USER}:{PASSWORD}"]
    with subprocess.Popen([*map(str, command)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            process.stdout.readline()
            url = process.stdout.readline().strip()
            with httpx.Client(base_url=url, auth=httpx.DigestAuth(USER, PASSWORD), timeout=30) as client:
                yield client
        finally:
            process.kill()
