"""The toolchain image: its stages, the scripts around it, and what came out of it.

The scripts run with stand-ins for docker, podman and apt that write down how
they were called. The image itself is built by `make firmware`, before the tests.
"""

import hashlib
import os
import re
import struct
import subprocess
import tarfile

import pytest
from interpreters import ROOT

CONTAINER = ROOT / "docker" / "container"
MACHINES = {"armv7hf": 40, "aarch64": 183}  # e_machine in the ELF header


@pytest.fixture
def stand_in(tmp_path):
    """A function that puts a command of our own, a shell script, first in the path."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def add(name, script):
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    return add


def engine(name, works=True, runs=True):
    """A stand-in for a container engine that knows no image and can pull none."""
    return f"""
case "$1 $2" in
info*) exit {0 if works else 1} ;;
--version*) echo "{name} version 9" ;;
"run --rm") case "$*" in *" true") exit {0 if runs else 1} ;; esac; echo "$@" ;;
"image inspect") [ "$3" = here ] ;;
"pull "*) [ "$2" = pullable ] ;;
*) echo "$@" ;;
esac"""


def run(*command, stand_ins, **variables):
    environment = {key: value for key, value in os.environ.items() if key != "CONTAINER"}
    environment["PATH"] = f"{stand_ins}:{os.environ['PATH']}"
    result = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, cwd=ROOT, env={**environment, **variables},
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return result.returncode, result.stdout.strip(), result.stderr.strip()


@pytest.mark.parametrize(
    ("docker", "podman", "expected"),
    [(True, True, "docker"), (False, True, "podman"), (True, False, "docker")],
)
def test_first_engine_that_works_is_taken(stand_in, tmp_path, docker, podman, expected):
    stand_in("docker", engine("Docker", works=docker))
    stand_in("podman", engine("podman", works=podman))
    assert run(CONTAINER, "engine", stand_ins=tmp_path / "bin") == (0, expected, "")


def test_no_engine_is_told(stand_in, tmp_path):
    stand_in("docker", engine("Docker", works=False))
    stand_in("podman", engine("podman", works=False))
    status, _, error = run(CONTAINER, "engine", stand_ins=tmp_path / "bin")
    assert (status, error) == (1, "container: neither docker nor podman works here")


def test_variable_overrides_the_engine(stand_in, tmp_path):
    stand_in("docker", engine("Docker"))
    other = stand_in("other", engine("podman"))
    status, output, _ = run(CONTAINER, "build", "--tag", "x", ".", stand_ins=tmp_path / "bin", CONTAINER=str(other))
    assert (status, output) == (0, "build --isolation=chroot --network=host --tag x .")
    status, _, error = run(CONTAINER, "build", ".", stand_ins=tmp_path / "bin", CONTAINER="none")
    assert (status, error) == (1, "container: CONTAINER=none is not a container engine")


def test_docker_builds_without_podman_options(stand_in, tmp_path):
    stand_in("docker", engine("Docker"))
    assert run(CONTAINER, "build", ".", stand_ins=tmp_path / "bin") == (0, "build --network=host .", "")


@pytest.mark.parametrize(
    ("name", "runs", "limits"),
    [
        ("Docker", True, ""),
        ("podman", True, ""),
        ("podman", False, "--runtime=runc --ulimit nofile=4096:4096 --ulimit nproc=4096:4096 "),
    ],
)
def test_shell_runs_even_where_crun_does_not(stand_in, tmp_path, name, runs, limits):
    stand_in("docker", engine(name, runs=runs))
    status, output, _ = run(CONTAINER, "shell", "image", "--volume", "a:b", stand_ins=tmp_path / "bin")
    assert (status, output) == (0, f"run {limits}--rm --interactive --network=host --volume a:b image bash")


@pytest.mark.parametrize("name", ["here", "pullable"])
def test_base_image_that_can_be_had_is_taken(stand_in, tmp_path, name):
    stand_in("docker", engine("Docker"))
    assert run(ROOT / "docker" / "make-base-image", name, stand_ins=tmp_path / "bin") == (0, name, "")


def test_base_image_needs_a_mirror_where_no_registry_is(stand_in, tmp_path):
    stand_in("docker", engine("Docker"))
    stand_in("apt-get", "exit 0")
    status, _, error = run(ROOT / "docker" / "make-base-image", "nowhere", stand_ins=tmp_path / "bin")
    assert status == 1
    assert error == "make-base-image: no registry has nowhere, and apt knows no Debian mirror"


def make_archive(folder):
    (folder / "tree").mkdir()
    (folder / "tree" / "README").write_text("musl")
    with tarfile.open(folder / "musl_1.2.5.orig.tar.gz", "w:gz") as archive:
        archive.add(folder / "tree", "musl-1.2.5")
    return folder / "musl_1.2.5.orig.tar.gz"


@pytest.mark.parametrize("good", [True, False])
def test_source_is_unpacked_only_with_its_checksum(stand_in, tmp_path, good):
    archive = make_archive(tmp_path)
    checksum = hashlib.sha256(archive.read_bytes()).hexdigest() if good else "0" * 64
    script = tmp_path / "fetch-source"
    script.write_text((ROOT / "docker" / "fetch-source").read_text())
    (tmp_path / "sources.lock").write_text(f"musl 1.2.5 trixie {checksum}\n")
    stand_in("apt-get", f"""case "$*" in indextargets*) echo mirror ;; *" source "*) cp {archive} . ;; esac""")

    status, _, error = run("sh", script, "musl", tmp_path / "out" / "musl", stand_ins=tmp_path / "bin")
    if good:
        assert status == 0, error
        assert (tmp_path / "out" / "musl" / "README").read_text() == "musl"
    else:
        assert status == 1
        assert f"has sha256 {hashlib.sha256(archive.read_bytes()).hexdigest()}, expected {checksum}" in error
        assert not (tmp_path / "out" / "musl").exists()


def test_unknown_source_is_told(tmp_path):
    status, _, error = run(ROOT / "docker" / "fetch-source", "zlib", tmp_path / "zlib", stand_ins=tmp_path)
    assert (status, error) == (1, f"fetch-source: zlib is not in {ROOT}/docker/sources.lock")


def dockerfile_stages():
    """The instructions of each stage, by its name, continuation lines joined."""
    text = re.sub(r"\\\n|^\s*#.*\n", "", (ROOT / "docker" / "Dockerfile").read_text(), flags=re.M)
    parts = re.split(r"^FROM (\S+) AS (\S+)\n", text, flags=re.M)
    return {name: (base, body.splitlines()) for base, name, body in zip(parts[1::3], parts[2::3], parts[3::3])}


def test_stages():
    stages = dockerfile_stages()
    assert [(name, base) for name, (base, _) in stages.items()] == [
        ("base", "${BASE}"), ("sdk", "base"), ("export", "scratch"),
    ]  # fmt: skip
    # The base holds how third-party code is fetched and configured, and nothing of ours that is compiled.
    copied = [line for line in stages["base"][1] if line.startswith("COPY")]
    for source in " ".join(line.removeprefix("COPY ").rpartition(" ")[0] for line in copied).split():
        path = ROOT / source
        assert path.exists()
        assert not list(path.glob("**/*.c")) and path.suffix != ".c"
    assert not [line for line in stages["base"][1] if "firmware-native" in line]


def test_no_registry_or_mirror_is_named():
    for path in [*(ROOT / "docker").iterdir(), ROOT / ".dockerignore"]:
        assert not re.findall(r"[\w-]+\.(?:org|com|io|net|dev)\b|://", path.read_text()), path


def make(*arguments, **variables):
    status, output, error = run("make", "--dry-run", *arguments, stand_ins="/nonexistent", **variables)
    assert status == 0, error
    return output


def test_make_chooses_where_to_build():
    image = make("firmware", "ARCH=aarch64")
    assert "--build-arg ARCHES=aarch64 --target export --output dist" in image
    assert "ports/unix" not in image
    for output in (make("firmware", "ARCH=host"), make("firmware", "ARCH=armv7hf", "CONTAINER=none")):
        assert "ports/unix" in output
        assert "docker/container" not in output


def test_make_builds_the_package_from_the_firmware():
    output = make("eap", "ARCH=armv7hf")
    assert output.index("--output dist .") < output.index("mpycam eap build app/")
    assert "--firmware dist/armv7hf/micropython" in output


def test_make_asks_which_camera():
    status, _, error = run("make", "run-mpy", stand_ins="/nonexistent")
    assert status != 0
    assert "which camera? add CAM=host" in error


@pytest.mark.parametrize("arch", MACHINES)
def test_camera_binary_is_static(arch):
    """No interpreter, no dynamic section: nothing of the camera's own is needed."""
    data = (ROOT / "dist" / arch / "micropython").read_bytes()
    assert data[:4] == b"\x7fELF"
    wide = data[4] == 2
    kind, machine = struct.unpack_from("<HH", data, 16)
    assert (kind, machine) == (2, MACHINES[arch])  # ET_EXEC
    offset = struct.unpack_from("<Q" if wide else "<I", data, 32 if wide else 28)[0]
    size, count = struct.unpack_from("<HH", data, 54 if wide else 42)
    types = {struct.unpack_from("<I", data, offset + i * size)[0] for i in range(count)}
    assert 1 in types  # PT_LOAD
    assert not types & {2, 3}  # PT_DYNAMIC, PT_INTERP


@pytest.mark.parametrize("arch", MACHINES)
def test_exported_binary_is_the_one_in_the_image(arch, tmp_path):
    def container(*arguments):
        return run(CONTAINER, *arguments, stand_ins="/nonexistent", CONTAINER=os.environ.get("CONTAINER", ""))

    status, created, _ = container("create", f"mpycam-sdk:{arch}", "true")
    if status != 0:
        pytest.skip("the binaries were not built in the image")
    try:
        status, _, error = container("cp", f"{created}:/mpycam/dist/{arch}/micropython", tmp_path / "micropython")
        assert status == 0, error
    finally:
        container("rm", created)
    assert (tmp_path / "micropython").read_bytes() == (ROOT / "dist" / arch / "micropython").read_bytes()
