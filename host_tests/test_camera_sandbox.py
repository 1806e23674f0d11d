"""The ways in which the virtual camera runs programs: as root, as anybody, and without namespaces."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile

import pytest
from interpreters import ROOT
from test_camera_applications import processes, wait

from mpycam.camera.running.memory import MemoryLimit
from mpycam.camera.running.sandbox import CannotExecute, Sandbox

STRANGER = 12345

# Runs what it is told in a sandbox, as somebody who is not root.
AS_STRANGER = """
import asyncio, concurrent.futures.thread, os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from mpycam.camera.running.sandbox import Sandbox
os.setgroups([])
os.setgid({stranger})
os.setuid({stranger})
sys.executable = "/usr/bin/python3"

async def main():
    sandbox = Sandbox(Path(sys.argv[2]), "armv7hf", lambda level, text: print(level, text, flush=True))
    await sandbox.open()
    print("isolated", sandbox.isolated, flush=True)
    process = await sandbox.run(["/bin/sh", "-c", sys.argv[3]], "/tmp", 52100, 52001, [52002],
                                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    print((await process.communicate())[0].decode(), await process.wait(), flush=True)
    sandbox.close()

asyncio.run(main())
""".format(stranger=STRANGER)


def in_sandbox(folder, work, architecture="armv7hf", isolated=None):
    """Run `await work(sandbox)` with an open Sandbox and return what it returns and what was logged."""
    logged = []

    async def main():
        sandbox = Sandbox(folder, architecture, lambda level, text: logged.append(f"{level} {text}"))
        await sandbox.open()
        if isolated is not None:
            sandbox.isolated = isolated
        try:
            return await work(sandbox)
        finally:
            sandbox.close()

    return asyncio.run(main()), logged


async def output(sandbox, command, folder="/tmp", **options):
    pipe = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.STDOUT}
    process = await sandbox.run(["/bin/sh", "-c", command], folder, 52100, 52001, [52002], **options, **pipe)
    text = (await process.communicate())[0].decode()
    return text, process.returncode


def test_status_and_environment(tmp_path):
    async def work(sandbox):
        return await output(sandbox, "echo $A; env | wc -l; exit 5", environment={"A": "b"})

    (text, status), _ = in_sandbox(tmp_path, work)
    assert status == 5 and text.split()[0] == "b" and int(text.split()[1]) < 6


@pytest.mark.parametrize("isolated", [None, False])
def test_every_process_ends(tmp_path, isolated):
    marks = "sleep 7654"

    async def work(sandbox):
        script = f"(setsid {marks} &); (trap '' TERM; setsid {marks}) & {marks} & sleep 0.2; exit 4"
        process = await sandbox.run(["/bin/sh", "-c", script], "/tmp", 52100, 52001)
        return await process.wait()

    status, _ = in_sandbox(tmp_path, work, isolated=isolated)
    assert status == 4
    wait(lambda: marks not in processes(), processes)


@pytest.mark.parametrize("isolated", [None, False])
def test_processes_end_with_the_camera(tmp_path, isolated):
    """A child of this process runs the sandbox and is killed."""
    mark = f"sleep 8{int(isolated is None)}76"
    child = os.fork()
    if child == 0:

        async def work(sandbox):
            process = await sandbox.run(["/bin/sh", "-c", f"{mark} & setsid {mark}"], "/tmp", 52100, 52001)
            await process.wait()

        try:
            in_sandbox(tmp_path, work, isolated=isolated)
        finally:
            os._exit(0)
    wait(lambda: processes().count(mark) == 2, processes)
    os.kill(child, 9)
    os.waitpid(child, 0)
    wait(lambda: mark not in processes(), processes)


def test_what_cannot_be_executed(tmp_path):
    async def work(sandbox):
        told = []
        for command in (["/bin/none"], ["/etc/passwd"], ["/tmp"]):
            try:
                await sandbox.run(command, "/tmp", 52100, 52001)
            except CannotExecute as error:
                told.append(str(error))
        return told

    told, _ = in_sandbox(tmp_path, work)
    assert told == ["none: No such file or directory", "passwd: Permission denied", "tmp: Permission denied"]


def test_a_machine_without_namespaces(tmp_path, monkeypatch):
    """The camera says so, and programs run in their real folder."""
    launcher = (ROOT / "mpycam/camera/running/launcher.py").read_text()
    # As the system call answers where it is not allowed.
    call = "libc.syscall(CLONE[os.uname().machine], flags | signal.SIGCHLD, 0, 0, 0, 0)"
    assert call in launcher
    (tmp_path / "launcher.py").write_text(launcher.replace(call, "-1; ctypes.set_errno(1)"))
    monkeypatch.setattr("mpycam.camera.running.sandbox.LAUNCHER", tmp_path / "launcher.py")
    (tmp_path / "root").mkdir()

    async def work(sandbox):
        assert sandbox.isolated is False
        (tmp_path / "root/app").mkdir()
        return await output(sandbox, "pwd; id -u", "/app")

    (text, status), logged = in_sandbox(tmp_path / "root", work)
    assert status == 0 and text.split() == [f"{tmp_path}/root/app", str(os.geteuid())]
    assert any("no namespaces on this machine" in line and "Operation not permitted" in line for line in logged)


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("/usr/bin/python3"), reason="needs root and Debian's python3")
def test_as_somebody_who_is_not_root():
    script = "id -u; id -G; touch /usr/bin/x 2>/dev/null || echo read-only; ls /home 2>/dev/null; "
    script += "ls /proc | grep -c '^[0-9]'"
    with tempfile.TemporaryDirectory() as root:  # pytest's own folders are for their owner only
        os.chown(root, STRANGER, STRANGER)
        command = [sys.executable, "-c", AS_STRANGER, str(ROOT), root, script]
        result = subprocess.run(command, capture_output=True, text=True, cwd="/")
    assert result.returncode == 0, result.stderr
    if "isolated False" in result.stdout:
        pytest.skip("this kernel gives user namespaces to root alone")
    lines = result.stdout.splitlines()
    lines = lines[lines.index("isolated True") + 1 :]
    assert lines[:3] == [str(STRANGER), str(STRANGER), "read-only"] and int(lines[3]) < 8, result.stdout


def test_a_start_that_is_given_up_leaves_no_process(tmp_path):
    """An app that is told to stop just while the camera starts it again."""

    async def work(sandbox):
        given_up = 0
        for seconds in (0, 0.01, 0.02, 0.04, 0.08, 0.16):
            starting = asyncio.ensure_future(sandbox.run(["/bin/sleep", "86399"], "/tmp", 52100, 52001))
            await asyncio.sleep(seconds)
            starting.cancel()
            await asyncio.wait([starting])
            given_up += starting.cancelled()
            if not starting.cancelled():
                starting.result().kill()
                await starting.result().wait()
        return given_up

    assert in_sandbox(tmp_path, work)[0] > 0
    wait(lambda: not [line for line in processes() if "86399" in line])


def test_apps_of_one_name_on_two_cameras_have_a_limit_each():
    first, second = MemoryLimit("app", 1 << 30), MemoryLimit("app", 1 << 30)
    try:
        if first.procs is None:
            pytest.skip("no control groups can be made here")
        assert not os.path.samestat(os.fstat(first.procs), os.fstat(second.procs))
    finally:
        first.close()
        second.close()
