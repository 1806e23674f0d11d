"""What a program sees of the camera, and starting one there."""

import asyncio
import fcntl
import json
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from mpycam.camera.running import users
from mpycam.camera.running.confined import open_inside
from mpycam.eap import elf

LAUNCHER = Path(__file__).with_name("launcher.py")
PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
SOCKETS = "/run/fcgi"

# For each architecture that packages name: the emulator's name, and where
# Debian keeps the libraries of dynamically linked programs.
EMULATORS = {"armv7hf": ("arm", "/usr/arm-linux-gnueabihf"), "aarch64": ("aarch64", "/usr/aarch64-linux-gnu")}


# What `uname -m` says on a camera.
MACHINES = {"armv7hf": "armv7l", "aarch64": "aarch64"}
UNAME = """#!/bin/sh
case "$*" in
-m) echo {machine} ;;
*) exec /usr/bin/uname "$@" ;;
esac
"""

# How the kernel knows programs for each processor: the first bytes of an ELF
# file and which of their bits count (binfmt_misc).
_ANY_EXECUTABLE = r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"
MAGIC = {
    "armv7hf": r"\x7fELF\x01\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x28\x00:" + _ANY_EXECUTABLE,
    "aarch64": r"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:" + _ANY_EXECUTABLE,
}

# Folders for what is in RAM, each locked by the camera that it belongs to.
PREFIX = "mpycam-camera-"


class CannotExecute(Exception):
    """The program did not start; the text is the kernel's reason."""


class Sandbox:
    """The camera's file system as programs see it, on top of the folder `root`.

    Where namespaces are allowed, `root` becomes their root, with this
    machine's system folders in it read-only, and a program sees its own
    processes only. Elsewhere it runs in its folder at the folder's real path.
    """

    def __init__(self, root, architecture, log):
        self.root, self.architecture, self._log = root, architecture, log
        # What is in RAM on a camera; short names, since those of sockets have 108 bytes.
        self.memory = self._lock = None
        self.isolated = self._user_namespace = self._kernel_translation = None
        # Whether programs get users of their own.
        self.privileged = os.geteuid() == 0
        # A file descriptor of the network namespace of apps, None for this machine's network.
        self.network = None

    async def open(self):
        """Prepare the root, and find out what this machine allows."""
        remove_abandoned_folders()
        self.memory, self._lock = _new_folder()
        self.memory.chmod(0o755)
        for name in ("tmp", "dbus", "fcgi"):
            (self.memory / name).mkdir()
        for name in ("tmp", "fcgi"):
            (self.memory / name).chmod(0o1777)
        for name in ("etc", "root", "usr/local", "var/spool/storage"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        self.describe_users([])
        (self.root / "etc/hosts").write_text("127.0.0.1 localhost\n")
        if os.path.exists("/etc/resolv.conf"):
            shutil.copyfile("/etc/resolv.conf", self.root / "etc/resolv.conf")
        for folder in (self.root, *self.root.glob("*"), self.root / "usr/local"):
            folder.chmod(0o755)  # whatever the umask was, since apps have users of their own
        self._add_commands()
        await self._find_ways()

    def _add_commands(self):
        """Add what a camera's shell has otherwise than this machine's."""
        machine = MACHINES.get(self.architecture)
        if machine is None:
            return
        script = self.root / "usr/local/bin/uname"
        script.parent.mkdir(exist_ok=True)
        script.write_text(UNAME.format(machine=machine))
        script.chmod(0o755)
        name, libraries = EMULATORS[self.architecture]
        prefix = self.root / "etc/qemu-binfmt" / name
        prefix.parent.mkdir(exist_ok=True)
        if not prefix.is_symlink():
            prefix.symlink_to(libraries)

    async def _find_ways(self):
        """Find out which namespaces this machine allows, by trying."""
        translation = self._translation()
        ways = [(True, not self.privileged, "")]
        if translation:
            ways.insert(0, (True, True, translation))
        for self.isolated, self._user_namespace, self._kernel_translation in ways:
            try:
                process = await self.run(["/bin/true"], "/", 0, 0, stderr=asyncio.subprocess.PIPE)
            except CannotExecute as error:
                reason = str(error)
                continue
            reason = (await process.communicate())[1].decode(errors="replace").strip().rpartition("\n")[2]
            if process.returncode == 0:
                break
        else:
            self.isolated, self._user_namespace, self._kernel_translation = False, False, ""
            self._log("WARNING", f"no namespaces on this machine ({reason}): apps run in their real folders")
        if translation and not self._kernel_translation:
            self._log("INFO", "programs for the camera's processor run as an app, not from a shell (docs/camera.md)")

    def _translation(self):
        """What to tell the kernel so that it runs programs for the camera's processor; "" when it does so already."""
        if self.architecture not in EMULATORS:
            return ""
        name = EMULATORS[self.architecture][0]
        if os.path.exists(f"/proc/sys/fs/binfmt_misc/qemu-{name}"):
            return ""
        emulator = shutil.which(f"qemu-{name}-static")
        return f":qemu-{name}:M::{MAGIC[self.architecture]}:{emulator}:F" if emulator else ""

    def close(self):
        """Forget what was in RAM."""
        shutil.rmtree(self.memory, ignore_errors=True)
        os.close(self._lock)

    def describe_users(self, records):
        """Write the files that give the users' numbers names."""
        for name, text in (("passwd", users.passwd(records)), ("group", users.group(records))):
            path = self.root / "etc" / name
            partial = path.with_name(f".{name}")
            partial.write_text(text)
            partial.chmod(0o644)
            os.replace(partial, path)

    def path(self, inside):
        """The path by which a program finds what it would find at `inside` on a camera."""
        if self.isolated:
            return inside
        for place, source in self._bound():
            if inside == place or inside.startswith(place + "/"):
                return source + inside[len(place) :]
        return f"{self.root}{inside}"

    def confinement(self, inside):
        """(folder, path in it) of what a program finds at `inside`, for open_inside()."""
        for place, source in self._bound():
            if inside.startswith(place + "/"):
                return source, inside[len(place) + 1 :]
        return self.root, inside

    def _bound(self):
        return [("/tmp", f"{self.memory}/tmp"), ("/run/dbus", f"{self.memory}/dbus"), (SOCKETS, f"{self.memory}/fcgi")]

    def forget_socket(self, name):
        """Remove the FastCGI socket that an app left, which would keep it from binding a new one."""
        (self.memory / "fcgi" / f"{name}.sock").unlink(missing_ok=True)

    def command(self, path, arguments):
        """The command that runs the program at the camera's `path`: through an emulator where it has to be.

        A program for a processor that neither this machine nor the camera has
        is given to the kernel, which says what it thinks of it.
        """
        program = self.path(path)
        try:
            with open(open_inside(*self.confinement(path)), "rb") as file:
                header = elf.read(file.read())
        except (OSError, elf.ElfError):
            return [program, *arguments]
        if header.architecture not in EMULATORS or self.architecture not in (header.architecture, "host"):
            if self.architecture != "host" and header.architecture not in EMULATORS:
                raise CannotExecute(f"{os.path.basename(path)}: Exec format error")
            return [program, *arguments]
        name, libraries = EMULATORS[header.architecture]
        emulator = shutil.which(f"qemu-{name}-static") or shutil.which(f"qemu-{name}")
        if emulator is None:
            raise CannotExecute(f"needs qemu-{name}-static or qemu-{name} (Debian: qemu-user-static)")
        return [emulator, "-L", libraries, "-0", program, program, *arguments]

    async def run(
        self, command, folder, user, group, groups=(), environment=None, cgroup=None, terminal=False, **streams
    ):
        """Start a command and return its asyncio Process, or raise CannotExecute.

        `folder` is the camera's path of the working directory. The process is
        the launcher's: SIGTERM to it reaches all that the program started, and
        its end is theirs. `cgroup` is an open cgroup.procs file, `streams` are
        stdin, stdout and stderr as for asyncio.create_subprocess_exec.
        """
        if not self.privileged:
            # There is one user, the same inside: the bus compares what both sides say.
            user, group, groups = os.geteuid(), os.getegid(), ()
        read, write = os.pipe()
        with ExitStack() as stack:
            stack.callback(os.close, read)
            writer = stack.enter_context(ExitStack())
            writer.callback(os.close, write)
            inherited = [write, *(number for number in (cgroup, self.network) if number is not None)]
            plan = {
                "camera": os.getpid(),
                "status": write,
                "cgroup": cgroup,
                "network": self.network,
                "isolated": self.isolated,
                "user_namespace": self._user_namespace,
                "translation": self._kernel_translation,
                "terminal": terminal,
                "root": str(self.root),
                "bound": [[source, place] for place, source in self._bound()],
                "folder": self.path(folder),
                "program": os.path.basename(command[0]),
                "command": list(command),
                "environment": {"PATH": PATH, **(environment or {})},
                "user": user,
                "group": group,
                "groups": list(groups),
            }
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-S", str(LAUNCHER), json.dumps(plan),
                pass_fds=inherited, start_new_session=not terminal, env={},
                **{"stdin": asyncio.subprocess.DEVNULL, **streams},
            )  # fmt: skip
            writer.close()
            # The program's exec closes the pipe; what is written before that is why there was none.
            reading = asyncio.ensure_future(asyncio.to_thread(os.read, read, 4096))
            try:
                reason = (await asyncio.shield(reading)).decode(errors="replace")
            except asyncio.CancelledError:
                # Nobody would know of the process; its end is that of the pipe.
                process.kill()
                await asyncio.wait([reading])
                await process.wait()
                raise
        if reason:
            await process.wait()
            raise CannotExecute(reason)
        return process


def _new_folder():
    """Return a new folder and the descriptor that locks it."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        try:
            lock = _lock(folder)
        except OSError:
            continue  # before it was locked, another camera took it for an abandoned one
        if folder.exists():
            return folder, lock
        os.close(lock)


def remove_abandoned_folders():
    """Remove what cameras that were killed had in RAM."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            lock = _lock(folder)
        except OSError:
            continue  # it is in use, or somebody else's
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _lock(folder):
    """Lock a folder until the returned descriptor is closed; raises OSError when somebody else has."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_uid != os.geteuid():
            raise PermissionError(f"{folder} is somebody else's")
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
