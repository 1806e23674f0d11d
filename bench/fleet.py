#!/usr/bin/env python3
"""Fifty virtual cameras and a rollout of which five fail; then a thousand publishing cameras and one monitor."""

import asyncio
import contextlib
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "host_tests")]

from broker import Broker  # noqa: E402
from camera_fleet import VirtualFleet  # noqa: E402
from mqtt_cameras import PublishingCamera  # noqa: E402

from mpycam import cli  # noqa: E402
from mpycam.eap import build  # noqa: E402
from mpycam.fleet import monitor  # noqa: E402
from mpycam.fleet.board import Board  # noqa: E402

HEALTHY, PUBLISHING, ROUNDS, CUT = 45, 1000, 20, 100
FAILING = {
    "unsigned": {"profile": "12.x"}, "full": {}, "cut-off": {}, "aarch64": {"architecture": "aarch64"}, "crashing": {}
}  # fmt: skip
PROGRAM = """
import json, os, time
VERSION = "{version}"
if VERSION != "1.0.0" and "broken" in os.listdir("localdata"):
    raise OSError("no such model")
frames = 0
while True:
    frames += 1
    print(json.dumps({{"event": "statistics", "frames": frames}}))
    time.sleep(0.5)
"""


def package(folder, version):
    """Build the app with the interpreter for ARMv7 cameras."""
    app = folder / f"app-{version}"
    app.mkdir()
    (app / "LICENSE").write_text("MIT\n")
    (app / "count.py").write_text(PROGRAM.format(version=version))
    setup = {
        "appName": "counter", "vendor": "mpycam", "version": version, "embeddedSdkVersion": "3.0", "runMode": "respawn",
        "runOptions": "-X heapsize=200k -m count",
    }  # fmt: skip
    level = {"name": "Level", "default": "3", "type": "int:min=0;max=9"}
    parts = {"setup": setup, "configuration": {"paramConfig": [level]}}
    described = {"schemaVersion": "1.3.1", "acapPackageConf": parts}
    (app / "manifest.json").write_text(json.dumps(described))
    return build(app, ROOT / "dist/armv7hf/micropython", "armv7hf", folder).path


def memory(process="self"):
    """What a process has of its own, in MB; memory that several share counts in parts."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0  # it has ended meanwhile
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0) / 1000


def children():
    """The numbers of all processes below this one."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = dict(map(int, line.split()) for line in listed.splitlines())
    return [number for number in parents if os.getpid() in _ancestors(number, parents)]


def _ancestors(number, parents):
    while number := parents.get(number, 0):
        yield number


def rollout(fleet, *arguments):
    """Run `mpycam fleet rollout` and return (seconds, report)."""
    began, said = time.monotonic(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        cli.main(["fleet", "rollout", "--inventory", str(fleet.folder / "fleet.toml"), "--json", *map(str, arguments)])
    return time.monotonic() - began, json.loads(said.getvalue())


def told(what, seconds, report):
    counts = ", ".join(f"{count} {kind}" for kind, count in report["counts"].items())
    print(f"{what}: {counts} in {seconds:.1f} s", flush=True)


def measure_rollout(folder):
    """Fifty cameras, 45 of them done and 5 explained."""
    first, second = package(folder, "1.0.0"), package(folder, "2.0.0")
    names = [f"camera-{number:02}" for number in range(1, HEALTHY + 1)]
    before, began = memory(), time.monotonic()
    with VirtualFleet(folder, {**dict.fromkeys(names, {}), **FAILING}) as fleet:
        fleet.inventory()
        count, seconds = len(fleet.cameras), time.monotonic() - began
        print(f"{count} virtual cameras in one process: {1000 * seconds / count:.0f} ms and "
              f"{(memory() - before) / count:.2f} MB each, and its D-Bus daemon "
              f"{sum(map(memory, children())) / count:.1f} MB")  # fmt: skip
        told(f"1.0.0, {first.stat().st_size} bytes", *rollout(fleet, first, "--health", 3, "--frames", "--stop-at", 50))
        print(f"with the app running: {sum(map(memory, children())) / count:.1f} MB of processes for each camera")
        (fleet.local_data("crashing") / "broken").touch()
        fleet.call(fleet["full"].faults.start, "flash_full")
        fleet.call(fleet["cut-off"].faults.start, "break")
        seconds, report = rollout(fleet, second, "--health", 3, "--frames")
        told("2.0.0", seconds, report)
        for camera in report["cameras"]:
            if camera["result"] != "done":
                print(f"  {camera['camera']}: {camera['reason']}")
        assert report["counts"] == {"done": HEALTHY, "failed": len(FAILING)}
        assert all(fleet.installed(name) == ("2.0.0", "Running") for name in names)
        half = [name for name in fleet.cameras if fleet.leftovers(name)]
        old = sum(fleet.installed(name) == ("1.0.0", "Running") for name in FAILING)
        print(f"half-installed: {len(half)}; of the failing, {old} run 1.0.0 as before, the others never had the app")
        fleet.call(fleet["full"].faults.end_all)
        fleet.call(fleet["cut-off"].faults.end_all)
        told("again, with space and a network that holds", *rollout(fleet, second, "--health", 3, "--frames"))


async def measure_monitor(broker):
    """A thousand connections that publish as fast as each message is acknowledged."""
    board = Board("mpycam")
    listening = asyncio.create_task(monitor.listen(monitor.Broker.of(f"127.0.0.1:{broker.port}"), board))
    before = memory()
    publishing = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "publish", str(broker.port),
        stdout=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.PIPE,
    )  # fmt: skip

    async def said():
        return json.loads(await publishing.stdout.readline())

    assert (await said()) == "connected"
    while sum(camera.online and bool(camera.doors) for camera in board) < PUBLISHING:
        await asyncio.sleep(0.01)
    arrived, began = board.messages, time.monotonic()
    publishing.stdin.write(b"go\n")
    sent = await said()
    published = time.monotonic() - began
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(60):
            while board.messages - arrived < sent:
                await asyncio.sleep(0.01)
    seconds = time.monotonic() - began
    got = board.messages - arrived
    whole = sum(camera.events == ROUNDS and camera.statistics.get("frames") == ROUNDS for camera in board)
    print(f"{PUBLISHING} cameras on one mosquitto: {sent} messages published in {published:.1f} s "
          f"({sent / published:.0f} a second), {got} taken in {seconds:.1f} s ({got / seconds:.0f} a second), "
          f"lost {sent - got}; {whole} cameras with all {ROUNDS} events")  # fmt: skip
    print(f"memory: monitor {memory() - before:.1f} MB more for {len(board.cameras)} cameras, "
          f"mosquitto {memory(broker._process.pid):.1f} MB")  # fmt: skip
    began = time.monotonic()
    publishing.stdin.write(b"cut\n")
    while sum(not camera.online for camera in board) < CUT:
        await asyncio.sleep(0.01)
    print(f"{CUT} cameras lose power: known after {1000 * (time.monotonic() - began):.0f} ms")
    publishing.stdin.close()
    await publishing.wait()
    listening.cancel()
    assert got == sent and whole == PUBLISHING


async def publish(port):
    """The thousand cameras, in a process of their own."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    cameras = [PublishingCamera(port, f"ACCC8E{number:06X}") for number in range(PUBLISHING)]
    for start in range(0, PUBLISHING, 50):
        await asyncio.gather(*(camera.connect() for camera in cameras[start : start + 50]))
    print(json.dumps("connected"), flush=True)
    await reader.readline()

    async def work(camera):
        for number in range(1, ROUNDS + 1):
            await camera.event()
            await camera.statistics(number)

    before = sum(camera.published for camera in cameras)
    await asyncio.gather(*map(work, cameras))
    print(json.dumps(sum(camera.published for camera in cameras) - before), flush=True)
    await reader.readline()
    for camera in cameras[:CUT]:
        camera.cut()
    await reader.read()


def main():
    # A connection each, at the broker and here.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 65536), most))
    if sys.argv[1:2] == ["publish"]:
        asyncio.run(publish(int(sys.argv[2])))
        return
    folder = Path(tempfile.mkdtemp(prefix="mpycam-fleet-"))
    try:
        (folder / "broker").mkdir()
        settings = ("allow_anonymous true", "max_queued_messages 0", "max_connections -1")
        with Broker(folder / "broker", *settings) as broker:
            asyncio.run(measure_monitor(broker))
        measure_rollout(folder)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
