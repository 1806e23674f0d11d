"""The camera is killed while packages are installed, upgraded and removed."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from interpreters import ROOT

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
