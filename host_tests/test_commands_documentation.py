"""The examples of docs/commands.md, run one after the other against a virtual camera."""

import os
import re
import shutil
import subprocess
import sys

from interpreters import ROOT
from virtual_camera import PASSWORD, running_camera

from mpycam.device.errors import ERRORS

PAGE = (ROOT / "docs/commands.md").read_text()
SECONDS = 300


def test_examples(tmp_path):
    for name in ("app", "lib", "dist"):
        (tmp_path / name).symlink_to(ROOT / name)
    programs = tmp_path / "bin"
    programs.mkdir()
    script = programs / "mpycam"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mpycam "$@"\n')
    script.chmod(0o755)
    (programs / "python").symlink_to(shutil.which(sys.executable))
    environment = {
        **os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT),
        "XDG_CONFIG_HOME": str(tmp_path / "config"), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }  # fmt: skip
    environment.pop("MPYCAM_CAMERA", None)
    shells, (python,) = (
        re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL),
        re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL),
    )
    assert len(shells) == 4
    with running_camera(tmp_path / "camera", "12.x") as camera:
        text = "set -e\n" + "".join(shells).replace("http://127.0.0.1:8080", camera.url().rstrip("/"))
        assert PASSWORD in text
        result = subprocess.run(
            ["sh", "-c", text], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=SECONDS
        )
        assert result.returncode == 0, result.stdout + result.stderr
        for said in (
            "yard http://127.0.0.1:", "AXIS OS       12.", "door_state 0.", "Network.SSH.Enabled=no",
            "hello from linux ['blink.py', 'one', 'two']", "\n42\n", "1180591620717411303424",
            "virtual: 2 tests, 0 failed",
        ):  # fmt: skip
            assert said in result.stdout, result.stdout
        environment["MPYCAM_PASSWORD"] = PASSWORD
        result = subprocess.run(
            [sys.executable, "-c", python],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        assert result.stdout.startswith("AXIS P3245-LVE\n4 start no_such_app on 127.0.0.1: error 4, no such app")


def test_every_error_is_listed():
    for number, meaning in ERRORS.items():
        assert f"| {number} | {meaning.text} | {meaning.remedy} |" in PAGE
