"""The memory that an app may take."""

import errno
import itertools
import os
from pathlib import Path

# What the emulator needs beside the app's memory: its own code and data, and the
# translations of what it runs.
EMULATOR_BYTES = 48 << 20

NAME = "mpycam-"
# Several cameras in one process may each have an app of the same name.
_numbers = itertools.count()


class MemoryLimit:
    """A limit for one app: by a control group where one can be made, else by looking at it now and then.

    `procs` is the open file by which a process joins the group, None where there is none.
    """

    def __init__(self, name, limit):
        self.limit = limit
        self.procs = None
        self._group = None
        parent = _parent()
        if parent is None:
            return
        group = parent / f"{NAME}{os.getpid()}-{next(_numbers)}-{name}"
        try:
            group.mkdir(exist_ok=True)
            self._group = group
            _write_limit(group, limit)
            self.procs = os.open(group / "cgroup.procs", os.O_WRONLY)
        except OSError:
            self.close()

    @property
    def exceeded(self):
        """Whether the kernel has killed a process because of the limit."""
        if self._group is None:
            return False
        for name in ("memory.events", "memory.oom_control"):
            try:
                lines = (self._group / name).read_text().splitlines()
            except OSError:
                continue
            return any(line.startswith("oom_kill ") and line != "oom_kill 0" for line in lines)
        return False

    def close(self):
        """Remove the group; its processes have ended."""
        if self.procs is not None:
            os.close(self.procs)
            self.procs = None
        if self._group is not None:
            _remove(self._group)
            self._group = None


def used_bytes(process):
    """The memory that a process and its descendants take, shared pages by their share."""
    total, waiting = 0, [process]
    while waiting:
        number = waiting.pop()
        try:
            for line in Path(f"/proc/{number}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) << 10
            for task in os.listdir(f"/proc/{number}/task"):
                waiting += Path(f"/proc/{number}/task/{task}/children").read_text().split()
        except OSError:
            continue  # it ended meanwhile
    return total


def remove_abandoned_groups():
    """Remove the groups of cameras that were killed."""
    parent = _parent()
    for group in parent.glob(f"{NAME}*-*") if parent else ():
        process = group.name[len(NAME) :].split("-")[0]
        if not os.path.exists(f"/proc/{process}"):
            _remove(group)


def _parent():
    """The folder in which groups can be made, or None."""
    try:
        memberships = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return None
    for membership in memberships:
        _, controllers, path = membership.split(":", 2)
        if "memory" in controllers.split(","):
            return _writable(Path("/sys/fs/cgroup/memory" + path))
        if controllers == "" and os.path.exists("/sys/fs/cgroup/cgroup.controllers"):
            parent = Path("/sys/fs/cgroup" + path)
            # A group with processes cannot give its children controllers.
            try:
                given = (parent / "cgroup.subtree_control").read_text().split()
            except OSError:
                return None
            return _writable(parent) if "memory" in given else None
    return None


def _writable(folder):
    return folder if os.access(folder, os.W_OK) else None


def _write_limit(group, limit):
    if (group / "memory.max").exists():
        (group / "memory.max").write_text(str(limit))
        swap = group / "memory.swap.max"
        if swap.exists():
            swap.write_text("0")
        return
    (group / "memory.limit_in_bytes").write_text(str(limit))
    swap = group / "memory.memsw.limit_in_bytes"
    if swap.exists():
        swap.write_text(str(limit))


def _remove(group):
    try:
        group.rmdir()
    except OSError as error:
        if error.errno not in (errno.EBUSY, errno.ENOENT):
            raise
