"""The interpreters that tests run scripts in: every build, each in its own way."""

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# How each build is started. `valgrind` is the debug build under valgrind, which
# fails on lost memory and on reads and writes outside of it.
COMMANDS = {
    "host": ["{dist}/host/micropython"],
    "host-debug": ["{dist}/host-debug/micropython"],
    "host-asan": ["{dist}/host-asan/micropython"],
    "armv7hf": ["qemu-arm-static", "{dist}/armv7hf/micropython"],
    "aarch64": ["qemu-aarch64-static", "{dist}/aarch64/micropython"],
    "valgrind": [
        "valgrind", "--quiet", "--error-exitcode=99", "--undef-value-errors=no",
        "--leak-check=full", "--show-leak-kinds=definite,indirect",
        "--errors-for-leak-kinds=definite,indirect", "{dist}/host-debug/micropython",
    ],
}  # fmt: skip

# Narrowed while developing: MPYCAM_ARCHES=host pytest ...
ARCHES = os.environ.get("MPYCAM_ARCHES", "host,host-asan,armv7hf,aarch64").split(",")


class ScriptFailed(AssertionError):
    """A script ended with an error; the text holds all that it printed."""


@dataclass(frozen=True)
class Interpreter:
    """One build of MicroPython."""

    arch: str

    @property
    def command(self):
        """The command line that starts it, without arguments."""
        return [part.format(dist=ROOT / "dist") for part in COMMANDS[self.arch]]

    @staticmethod
    def environment():
        """The environment to start it in: a conservative heap is not for LeakSanitizer."""
        return {**os.environ, "ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1"}

    def start(self, arguments, **options):
        """Run with `arguments` and return the CompletedProcess, whatever its exit status."""
        environment = {**self.environment(), **options.pop("env", {})}
        options.setdefault("timeout", 600)
        return subprocess.run(
            [*self.command, *map(str, arguments)], capture_output=True, text=True, env=environment, **options
        )

    def run(self, script, *arguments, heap="8M", **options):
        """Run the text of a script, which must exit with 0, and return what it printed.

        It goes through a file in a temporary folder, because an error inside
        code given with -c carries no line number.
        """
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "script.py"
            path.write_text(script)
            result = self.start(["-X", f"heapsize={heap}", path, *arguments], **options)
        if result.returncode != 0:
            raise ScriptFailed(
                f"{self.arch}: exit status {result.returncode}\n{result.stdout[-4000:]}\n{result.stderr[-4000:]}"
            )
        return result.stdout
