"""The type checker agrees with lib/, app/ and the template of `mpycam new`, and completes the C modules."""

import subprocess
import sys

import pytest
from interpreters import ROOT

from mpycam.errors import MpycamError
from mpycam.new import kit
from mpycam.new.app import TEMPLATE


@pytest.fixture(scope="module")
def workplace(tmp_path_factory):
    """A folder laid out as the template is, with this checkout's lib/ and app/ in it."""
    folder = tmp_path_factory.mktemp("types")
    kit.write_stubs(ROOT, folder / "stubs")
    (folder / "pyproject.toml").write_text((TEMPLATE / "pyproject.toml").read_text())
    for name in ("lib", "app"):
        (folder / name).symlink_to(ROOT / name)
    return folder


def check(workplace, *files):
    """What mypy says of files; it asks nobody and nothing outside of this machine."""
    command = [sys.executable, "-m", "mypy", "--no-error-summary", *map(str, files)]
    return subprocess.run(command, cwd=workplace, capture_output=True, text=True).stdout


@pytest.mark.parametrize("folder", ["lib", "app"])
def test_what_runs_in_the_camera_passes(workplace, folder):
    # Each on its own: app/ has its settings, lib/ its modules, and both could have one of the same name.
    assert check(workplace, *sorted((ROOT / folder).glob("*.py")), *_packages(ROOT / folder)) == ""


def _packages(folder):
    return sorted(path.parent for path in folder.glob("*/__init__.py"))


KNOWN = {
    "np.zeros((2, 2), dtype=np.uint8).shape": "tuple[int, ...]",
    'ujpeg.info("a.jpg").subsampling': "str",
    'unn.load("a.unn").labels': "tuple[str, ...]",
    "time.ticks_diff(time.ticks_ms(), 5)": "int",
    "asyncio.StreamReader(None).readinto": "def (buf:",
    "hashlib.sha256(b'').digest()": "bytes",
}
MISTAKES = {
    "np.zeroes(3)": 'has no attribute "zeroes"',
    'ujpeg.decode("a.jpg", scale=3)': "incompatible type",
    'ujpeg.decode("a.jpg", fromat="gray")': "fromat",
    "time.sleep_seconds(1)": 'has no attribute "sleep_seconds"',
    "from subprocess import run": "subprocess",
}


def test_types_are_known_and_mistakes_found(workplace, tmp_path):
    script = tmp_path / "script.py"
    lines = [*(f"reveal_type({line})" for line in KNOWN), *MISTAKES]
    script.write_text("\n".join(["import asyncio, hashlib, time, ujpeg, unn", "from ulab import numpy as np", *lines]))
    said = check(workplace, script).splitlines()
    for number, told in enumerate([*KNOWN.values(), *MISTAKES.values()], 3):
        answers = [line for line in said if f"script.py:{number}:" in line]
        assert any(told in line for line in answers), (lines[number - 3], answers)
        assert any("error" in line for line in answers) == (number >= 3 + len(KNOWN)), answers


def test_stubs_replace_nothing_but_stubs(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(MpycamError, match="holds something else"):
        kit.write_stubs(ROOT, tmp_path)
    assert (tmp_path / "letter.txt").read_text() == "dear"
