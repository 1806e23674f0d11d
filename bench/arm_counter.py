"""Counts the instructions that a script takes in an ARMv7 build, under qemu-arm.

A count is the same on every machine. What the start and the preparation take is
in it: measure differences.
"""

import argparse
import contextlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


class CounterMissing(Exception):
    """What to install or to name."""


def find_counter(given, folder):
    """The plugin, compiled into `folder` where its source is given."""
    if shutil.which("qemu-arm") is None:
        raise CounterMissing("qemu-arm is missing: install the Debian package qemu-user (the static one loads no plugins)")
    if given.is_dir() and (given / "insn_count.so").is_file():
        return given / "insn_count.so"
    if given.is_dir() and (given / "insn_count.c").is_file():
        plugin = Path(folder) / "insn_count.so"
        subprocess.run(["gcc", "-shared", "-fPIC", "-O2", given / "insn_count.c", "-o", plugin], check=True)
        return plugin
    if given.is_file():
        return given
    raise CounterMissing(f"no instruction counter at {given}: name a folder with insn_count.c, or a plugin, as COUNTER=...")


def count(plugin, micropython, script, folder, *arguments):
    """Instructions of one run of a script, or the text of its error."""
    path = Path(folder) / "script.py"
    path.write_text(script)
    command = ["qemu-arm", "-cpu", "cortex-a15", "-plugin", plugin, micropython, "-X", "heapsize=8M", path, *arguments]
    result = subprocess.run([*map(str, command)], capture_output=True, text=True)
    if result.returncode != 0:
        return (result.stderr or result.stdout).strip().splitlines()[-1]
    return int(re.search(r"insns (\d+)", result.stderr)[1])


def per_run(plugin, micropython, script, runs, folder, *arguments):
    """Instructions of one of `runs` runs, or the text of an error.

    `script` makes the text of a script from a number of runs; what it takes for
    none of them is subtracted.
    """
    counts = []
    for number in (0, runs):
        counts.append(count(plugin, micropython, script(number), folder, *arguments))
        if isinstance(counts[-1], str):
            return counts[-1]
    return (counts[1] - counts[0]) / runs


def command_line(description, names=True):
    """The parser that all benchmarks begin with; with `names` it takes parts of operations' names, see wanted()."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("micropython", type=Path)
    parser.add_argument("counter", type=Path)
    if names:
        parser.add_argument("names", nargs="*", help="only operations with one of these in their names")
    return parser


def wanted(name, parts):
    """Whether an operation is one of those asked for: all, where nothing is."""
    return not parts or any(part in name for part in parts)


@contextlib.contextmanager
def open_counter(given):
    """Yield the plugin and a folder for scripts that is gone afterwards; ends the program where no plugin is."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            plugin = find_counter(given, folder)
        except CounterMissing as missing:
            sys.exit(str(missing))
        yield plugin, Path(folder)
