"""The type checker agrees with lib/ and app/, and knows the C modules."""

import subprocess
import sys

import pytest
from interpreters import ROOT

from mpycam.errors import MpycamError
from mpycam.new import kit


@pytest.fixture(scope="module")
def workplace(tmp_path_factory):
    """A folder with this checkout's lib/, app/ and settings, and the stubs where `make types` writes them."""
    folder = tmp_path_factory.mktemp("types")
    kit.write_stubs(ROOT, folder / "build" / "stubs")
    for name in ("lib", "app", "pyproject.toml"):
        (folder / name).symlink_to(ROOT / name)
    return folder


def check(workplace, *files):
    """What mypy says of files, or of those in its settings; it asks nothing outside of this machine."""
    command = [sys.executable, "-m", "mypy", "--no-error-summary", *map(str, files)]
    return subprocess.run(command, cwd=workplace, capture_output=True, text=True).stdout


def test_what_runs_in_the_camera_passes(workplace):
    assert check(workplace) == ""


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
