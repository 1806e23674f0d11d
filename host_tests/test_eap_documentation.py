"""docs/packaging.md: every command in it runs, in a folder with nothing but what it names."""

import os
import re
import subprocess
import sys

from eap_samples import write_firmware
from interpreters import ROOT

TEXT = (ROOT / "docs" / "packaging.md").read_text()


def test_commands(tmp_path):
    (tmp_path / "dist/armv7hf").mkdir(parents=True)
    write_firmware(tmp_path / "dist/armv7hf/micropython")
    (tmp_path / "lib").mkdir()
    (tmp_path / "LICENSE").write_text("MIT\n")
    blocks = re.findall(r"^```sh\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    script = f'set -eu\nmpycam() {{ "{sys.executable}" -m mpycam "$@"; }}\n' + "".join(blocks)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run(["sh", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "dist/hello_1_0_0_armv7hf.eap: hello 1.0.0" in result.stdout and "greet.mpy" in result.stdout
    assert len(blocks) == 2 and result.stdout.count("sha256 ") == 4


def test_options_are_those_of_the_command():
    help_text = subprocess.run(
        [sys.executable, "-m", "mpycam", "eap", "build", "--help"], cwd=ROOT, capture_output=True, text=True
    ).stdout
    told = set(re.findall(r"^\| `(--[a-z-]+)", TEXT, re.MULTILINE))
    assert told == set(re.findall(r"--[a-z-]+", help_text)) - {"--help", "--output"}
