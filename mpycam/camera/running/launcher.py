"""Starts one program inside the camera and ends everything that it leaves.

A program of its own, run as `python -I -S launcher.py PLAN` with a plan in
JSON, so that nothing of the camera's process is in it. Two processes stay: the
outer one belongs to the camera's machine and dies with the camera; the inner
one is the first process in a PID namespace, so that its end is the end of
every process the program started. Where the plan is without namespaces, one
process does what it can of both.

Everything is imported at the start: inside, Python's library is out of sight.
"""

import ctypes
import fcntl
import json
import os
import resource
import select
import signal
import struct
import sys
import termios

# From <sched.h>, <sys/mount.h> and <sys/prctl.h>.
NEW_MOUNTS, NEW_IPC, NEW_USER, NEW_PROCESSES, NEW_NETWORK = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
NO_SUID, BIND, RECURSIVE, PRIVATE, DETACH = 2, 4096, 16384, 1 << 18, 2
SET_READ_ONLY, SET_NO_SUID, AT_RECURSIVE = 1, 2, 0x8000
DEATH_SIGNAL, NO_NEW_PRIVILEGES, SUBREAPER = 1, 38, 36
CLONE = {"x86_64": 56, "aarch64": 220, "armv7l": 120}
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "armv7l": 218}
MOUNT_SETATTR = 442  # everywhere, Linux 5.12

# What the camera's root has of this machine, where it is there. Folders are
# bound, links copied.
SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib32", "/usr/lib64",
          "/usr/libexec", "/usr/arm-linux-gnueabihf", "/usr/aarch64-linux-gnu", "/usr/share/zoneinfo")  # fmt: skip
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")

# As systemd says that a program could not be executed.
CANNOT_EXECUTE = 203

# Ends every process of the program at once.
KILL_ALL = signal.SIGUSR1

# Without letting go of the interpreter, which must not be in the middle of it when clone(2) makes another.
libc = ctypes.PyDLL(None, use_errno=True)


def check(result, what):
    """Raise OSError when a call of the C library failed."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(source, target, kind=None, flags=0, data=None):
    """mount(2)."""
    values = [None if value is None else os.fsencode(value) for value in (source, target, kind, data)]
    check(libc.mount(values[0], values[1], values[2], ctypes.c_ulong(flags), values[3]), f"mount {target}")


def bind(source, target, read_only=False):
    """Make a folder or a file appear in another place."""
    mount(source, target, flags=BIND | RECURSIVE)
    if read_only:
        attributes = struct.pack("QQQQ", SET_READ_ONLY | SET_NO_SUID, 0, 0, 0)
        check(
            libc.syscall(MOUNT_SETATTR, -1, os.fsencode(target), AT_RECURSIVE, attributes, len(attributes)),
            f"make {target} read-only",
        )


def die_with_parent(number=signal.SIGKILL):
    """Get a signal when the parent dies."""
    libc.prctl(DEATH_SIGNAL, number, 0, 0, 0)


def start_inner(plan):
    """Return 0 in a new process in namespaces of its own, and the process's number in this one."""
    flags = NEW_MOUNTS | NEW_PROCESSES | NEW_IPC | NEW_USER * plan["user_namespace"]
    mapped, tell = os.pipe()
    # With clone(2) itself, since after unshare(2) nobody would be left who may say which users there are inside.
    inner = libc.syscall(CLONE[os.uname().machine], flags | signal.SIGCHLD, 0, 0, 0, 0)
    if inner < 0:
        check(inner, "clone")
    if inner == 0:
        os.close(tell)
        die_with_parent()
        if not os.read(mapped, 1):
            os._exit(1)  # the parent died before that
        os.close(mapped)
        mount(None, "/", flags=RECURSIVE | PRIVATE)
        return 0
    os.close(mapped)
    if plan["user_namespace"]:
        if os.geteuid() == 0:
            users = groups = "0 0 4294967295"
        else:
            users, groups = f"{os.geteuid()} {os.geteuid()} 1", f"{os.getegid()} {os.getegid()} 1"
            write(f"/proc/{inner}/setgroups", "deny")
        write(f"/proc/{inner}/uid_map", users)
        write(f"/proc/{inner}/gid_map", groups)
    os.write(tell, b"1")
    os.close(tell)
    return inner


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def build_root(plan):
    """Make the camera's root folder the root of this process, with what it needs of the machine."""
    os.umask(0o022)
    root = plan["root"]
    bind(root, root)
    for path in SYSTEM:
        inside = root + path
        if os.path.islink(path):
            if not os.path.lexists(inside):
                os.symlink(os.readlink(path), inside)
        elif os.path.isdir(path):
            os.makedirs(inside, exist_ok=True)
            bind(path, inside, read_only=True)
    os.makedirs(root + "/dev", exist_ok=True)
    mount("tmpfs", root + "/dev", "tmpfs", NO_SUID, "mode=755,size=64k")
    for name in DEVICES:
        if os.path.exists("/dev/" + name):
            write(f"{root}/dev/{name}", "")
            bind("/dev/" + name, f"{root}/dev/{name}")
    for name, target in (("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        os.symlink(target, f"{root}/dev/{name}")
    for source, inside in plan["bound"]:
        target = root + inside
        os.makedirs(target, exist_ok=True)
        bind(source, target)
    os.makedirs(root + "/proc", exist_ok=True)
    # Before this machine's /proc is out of sight: a user namespace gets one only where there is one to be seen.
    mount("proc", root + "/proc", "proc", NO_SUID)
    os.chdir(root)
    check(libc.syscall(PIVOT_ROOT[os.uname().machine], b".", b"."), "pivot_root")
    check(libc.umount2(b".", DETACH), "umount")
    os.chdir("/")
    if plan["translation"]:
        # So that programs for the camera's processor run whoever starts them, also from a shell of this machine.
        mount("binfmt_misc", "/proc/sys/fs/binfmt_misc", "binfmt_misc")
        with open("/proc/sys/fs/binfmt_misc/register", "wb", buffering=0) as file:
            file.write(plan["translation"].encode())


def become(plan):
    """Be the app's user, where the rest of the machine is out of sight and root may choose."""
    if plan["isolated"] and os.geteuid() == 0:
        os.setgroups(plan["groups"])
        os.setgid(plan["group"])
        os.setuid(plan["user"])


def execute(plan, folder, status):
    """Become the program; does not return."""
    try:
        os.setsid()
        if plan["terminal"]:
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        if plan["cgroup"] is not None:
            os.write(plan["cgroup"], b"0")
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        for number in (signal.SIGPIPE, signal.SIGINT, signal.SIGTERM, signal.SIGHUP, KILL_ALL):
            signal.signal(number, signal.SIG_DFL)
        become(plan)
        libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        os.umask(0o022)
        os.chdir(folder)
        os.execve(plan["command"][0], plan["command"], plan["environment"])
    except OSError as error:
        text = f"{plan['program']}: {error.strerror}"
        os.write(status, text.encode())
        os.write(2, text.encode() + b"\n")
    except BaseException as error:
        os.write(status, repr(error).encode())
    os._exit(CANNOT_EXECUTE)


def descendants():
    """The numbers of this process's descendants."""
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    parents[int(name)] = int(file.read().rpartition(b")")[2].split()[1])
            except OSError:
                continue
    found, new = set(), {os.getpid()}
    while new:
        new = {child for child, parent in parents.items() if parent in new} - found
        found |= new
    return found


def tell_all(number, isolated):
    """Send a signal to every process of the program."""
    if isolated:
        try:
            os.kill(-1, number)
        except ProcessLookupError:
            pass
        return
    for process in descendants():
        try:
            os.kill(process, number)
        except ProcessLookupError:
            pass


def supervise(plan, folder, status, isolated):
    """Run the program as the first process of its namespace, or as the ancestor of all that it starts."""
    signal.signal(signal.SIGTERM, lambda *_: tell_all(signal.SIGTERM, isolated))
    signal.signal(signal.SIGHUP, lambda *_: tell_all(signal.SIGHUP, isolated))
    signal.signal(KILL_ALL, lambda *_: tell_all(signal.SIGKILL, isolated))
    program = os.fork()
    if program == 0:
        execute(plan, folder, status)
    os.close(status)
    if plan["cgroup"] is not None:
        os.close(plan["cgroup"])
    # A reader of the program's output shall see its end when the program's processes are gone.
    null = os.open("/dev/null", os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    while True:
        process, result = os.wait()
        if process == program:
            break
    if not isolated:
        for _ in range(100):
            tell_all(signal.SIGKILL, isolated)
            try:
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            except ChildProcessError:
                break
            select.select([], [], [], 0.01)
    code = os.waitstatus_to_exitcode(result)
    os._exit(code if code >= 0 else 128 - code)


def main():
    plan = json.loads(sys.argv[1])
    # Without namespaces the death of this process would not be that of the others.
    die_with_parent(signal.SIGKILL if plan["isolated"] else KILL_ALL)
    if os.getppid() != plan["camera"]:
        return
    status = plan["status"]
    os.set_inheritable(status, False)
    if plan["cgroup"] is not None:
        os.set_inheritable(plan["cgroup"], False)
    if plan["network"] is not None:
        check(libc.setns(plan["network"], NEW_NETWORK), "setns")
        os.close(plan["network"])
    if not plan["isolated"]:
        libc.prctl(SUBREAPER, 1, 0, 0, 0)
        supervise(plan, plan["folder"], status, isolated=False)
    inner = start_inner(plan)
    if inner == 0:
        build_root(plan)
        supervise(plan, plan["folder"], status, isolated=True)
    os.close(status)
    for number in (signal.SIGTERM, signal.SIGHUP, KILL_ALL):
        signal.signal(number, lambda number, _: os.kill(inner, number))
    null = os.open("/dev/null", os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(inner, 0)[1]) % 256)


if __name__ == "__main__":
    main()
