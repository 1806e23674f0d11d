"""A second build, in another folder and from nothing but the sources, gives the same bytes."""

import datetime
import os
import re
import shutil
import subprocess

import pytest
from interpreters import ARCHES, ROOT

SOURCES = ["manifest.py", "mpycam/__init__.py", "usermodules", "variant"]


CAMERA_ARCHES = [arch for arch in ARCHES if arch in ("armv7hf", "aarch64")]


def binary(folder, arch):
    """The bytes of a build, or None where there is none."""
    path = folder / arch / "micropython"
    return path.read_bytes() if path.is_file() else None


def built_on_this_machine(arch):
    """Whether dist/ holds the build of this machine's cross compilers and not that of the toolchain image."""
    made = binary(ROOT / "build" / arch, "micropython")
    return made is not None and made == binary(ROOT / "dist", arch)


@pytest.mark.parametrize("arch", CAMERA_ARCHES)
def test_camera_build_is_reproducible(arch, tmp_path):
    """The interpreter and the C modules are built again, under another path."""
    if built_on_this_machine(arch):
        build_again_here(arch, tmp_path / "a-folder-with-another-and-longer-name")
        return
    result = subprocess.run(["make", "compare-firmware", f"ARCH={arch}"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-4000:]
    assert f"dist/{arch}/micropython: OK" in result.stdout


def build_again_here(arch, folder):
    """Build everything from its sources in `folder` and compare; the C library and libjpeg too."""
    for name in SOURCES:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, target)
    (folder / "build").mkdir()
    for shared in ("build/sources", "build/mpy-cross"):
        (folder / shared).symlink_to((ROOT / shared).resolve())
    if (ROOT / "micropython" / "py").exists():
        (folder / "micropython").symlink_to(ROOT / "micropython")

    # A copy knows no commit, so it is told the date of the first build.
    header = (ROOT / "build" / arch / "micropython" / "genhdr" / "mpversion.h").read_text()
    [day] = re.findall(r'MICROPY_BUILD_DATE "(.*)"', header)
    epoch = datetime.datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp()
    result = subprocess.run(
        ["make", "-j2", "-f", "variant/firmware.mk", "firmware-native", f"ARCH={arch}"],
        cwd=folder,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(int(epoch)), "LC_ALL": "C", "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr[-4000:]
    first = (ROOT / "dist" / arch / "micropython").read_bytes()
    assert (folder / "dist" / arch / "micropython").read_bytes() == first
