"""Kills the installer of a virtual camera again and again, and looks at what is left.

Run as `python camera_crash.py FOLDER COUNT SEED`. Each time a child process
installs, upgrades or removes a package in the state folder and is killed with
SIGKILL: before the n-th file operation, or after a random time. This process
then starts the installer anew on the same folder.
"""

import asyncio
import os
import random
import signal
import sys
import time
from pathlib import Path
from types import SimpleNamespace

sys.path[:0] = [str(Path(__file__).resolve().parent.parent), str(Path(__file__).resolve().parent)]

from camera_crash_packages import MEMBERS, PACKAGES, PARAMETERS

from mpycam.camera.packages import installer
from mpycam.camera.parameters import Parameters
from mpycam.camera.profile import PROFILES
from mpycam.camera.storage import Storage
from mpycam.errors import MpycamError

FILE_EVENTS = {
    "open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.chown",
    "os.listdir", "os.scandir", "fcntl.flock",
}  # fmt: skip


class Unisolated:
    """A sandbox that runs scripts in their real folder, since this is about files."""

    isolated, privileged, network = False, False, None

    def __init__(self, root, architecture, log):
        self.root, self.memory, self.architecture = root, root, architecture

    async def open(self):
        pass

    def close(self):
        pass

    def describe_users(self, records):
        pass

    def path(self, inside):
        return f"{self.root}{inside}"

    async def run(self, command, folder, *arguments, **streams):
        streams = {name: value for name, value in streams.items() if name in ("stdout", "stderr")}
        return await asyncio.create_subprocess_exec(*command, cwd=self.path(folder), **streams)


class NoBus:
    def __init__(self, camera, folder):
        pass

    async def start(self):
        pass

    stop = start


installer.Sandbox, installer.Bus = Unisolated, NoBus


def camera(folder):
    """What of a camera the installer needs."""
    storage = unlocked(folder)
    return SimpleNamespace(
        storage=storage, parameters=Parameters(storage, {}), profile=PROFILES["11.11"],
        logs=SimpleNamespace(write=lambda *_: None), identity=SimpleNamespace(architecture="armv7hf"),
        server=SimpleNamespace(in_camera_address=("127.0.0.12", 80)),
        faults=SimpleNamespace(active=lambda name: False),
    )  # fmt: skip


def unlocked(folder):
    """Return the Storage; a script that was being started when the camera was killed has the lock a moment longer."""
    for _ in range(500):
        try:
            return Storage(folder)
        except MpycamError:
            time.sleep(0.01)
    return Storage(folder)


async def work(folder, action):
    """Start the installer and do one thing: `action` is the number of a version, or "remove"."""
    on = camera(folder)
    applications = installer.Applications(on)
    await applications.start()
    if action == "remove":
        await applications.control("remove", "sample_app")
    else:

        async def receive(most):
            return PACKAGES[action]

        await applications.upload(receive)
    await applications.stop()
    on.storage.close()


def doomed(folder, action, operations):
    """Do it in a child that is killed before its n-th file operation, if it gets there; return its number."""
    child = os.fork()
    if child:
        return child
    left = [operations]

    def count(event, arguments):
        if event in FILE_EVENTS:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    if operations is not None:
        sys.addaudithook(count)
    try:
        asyncio.run(work(folder, action))
    finally:
        os._exit(0)


def operations_of(folder, action):
    """How many file operations an action takes."""
    counted = [0]

    def count(event, arguments):
        counted[0] += event in FILE_EVENTS

    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        sys.addaudithook(count)
        asyncio.run(work(folder, action))
        os.write(write, str(counted[0]).encode())
        os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with open(read) as pipe:
        return int(pipe.read())


async def look(folder, made):
    """Start anew, check that everything is whole, and return the version that is installed, None without one."""
    on = camera(folder)
    applications = installer.Applications(on)
    await applications.start()
    installed = list(applications)
    packages = folder / "root/usr/local/packages"
    found = sorted(path.name for path in packages.iterdir())
    if not installed:
        assert found == [".new", ".old"], found
        assert on.parameters.application_groups() == []
        number = None
    else:
        record = installed[0].record
        number = int(record.version[-1])
        place = packages / "sample_app"
        assert found == [".new", ".old", "sample_app"], found
        assert record.finished
        for name, data in MEMBERS[number].items():
            assert (place / name).read_bytes() == data, name
        assert os.access(place / "sample_app", os.X_OK)
        other = f"html/only-{1 - number}.html"
        assert not (place / other).exists(), other
        assert (place / "localdata/installed").read_text() == f"1.0.{number}\n"
        for name, text in made.items():
            assert (place / name).read_text() == text, name
        assert set(on.parameters.application("Sample_app")) == PARAMETERS[number]
        if made:
            assert on.parameters.application("Sample_app")["Level"] == "7"
    assert not list((packages / ".new").iterdir()) and not list((packages / ".old").iterdir())
    await applications.stop()
    on.storage.close()
    return number


def use(folder):
    """Be the app and its owner: make files, and set a parameter."""
    place = folder / "root/usr/local/packages/sample_app"
    made = {"localdata/data.json": "{}" * 2000, "localdata/deep/er": "kept", "own": "kept too", "html/own.html": "kept"}
    for name, text in made.items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(text)
    os.makedirs(folder, exist_ok=True)
    storage = unlocked(folder)
    Parameters(storage, {}).set({"Sample_app.Level": "7"})
    storage.close()
    return made


def main(folder, count, seed):
    generator = random.Random(seed)
    counts, seconds, killed = {}, {}, 0
    for action, name in ((0, "install"), (1, "upgrade"), ("remove", "remove")):
        started = time.monotonic()
        counts[name] = operations_of(folder, action)
        seconds[name] = time.monotonic() - started
    installed, made = None, {}
    ends = {}
    for turn in range(count):
        if installed is None:
            name, action = "install", generator.randrange(2)
        elif generator.random() < 0.1:
            name, action = "remove", "remove"
        else:
            name, action = "upgrade", 1 - installed
        if turn % 2:
            child = doomed(folder, action, generator.randint(1, counts[name]))
        else:
            child = doomed(folder, action, None)
            time.sleep(generator.uniform(0, seconds[name]))
            os.kill(child, signal.SIGKILL)
        killed += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        before, installed = installed, asyncio.run(look(folder, made))
        possible = {"install": (None, action), "upgrade": (before, action), "remove": (before, None)}[name]
        assert installed in possible, (name, action, before, installed)
        ends[name, installed == possible[1]] = ends.get((name, installed == possible[1]), 0) + 1
        made = {} if installed is None else made or use(folder)
    print(f"{count} times, {killed} killed, file operations {counts}, (action, done): {ends}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
