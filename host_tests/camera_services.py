"""Servers written for the camera, run in any of the builds."""

import contextlib
import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from broker import free_port
from camera_python import MODULE_PATH, PRELUDE

SECONDS = 120


class Service:
    """A process; `port` is what its script finds in sys.argv[1], `output()` what it has printed until it ended."""

    def __init__(self, process, port, path):
        self.process, self.port, self._path = process, port, path

    def url(self, target="/"):
        """An absolute URL."""
        return f"http://127.0.0.1:{self.port}{target}"

    def connect(self):
        """A connected socket."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)

    def descriptors(self):
        """How many file descriptors it has."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def errors(self):
        """What it has written to its standard error so far."""
        return self._path.read_text()


@contextlib.contextmanager
def service(interpreter, script, *arguments, heap="4M"):
    """Run a script that listens on port sys.argv[1] of loopback until its standard input ends."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        path, errors = Path(folder) / "script.py", Path(folder) / "errors"
        path.write_text(PRELUDE + script)
        with open(errors, "w") as file:
            process = subprocess.Popen(
                [*interpreter.command, "-X", f"heapsize={heap}", path, str(port), *map(str, arguments)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=file, text=True,
                env={**interpreter.environment(), "MICROPYPATH": MODULE_PATH},
            )  # fmt: skip
        running = Service(process, port, errors)
        try:
            line = process.stdout.readline()
            assert line == "ready\n", line + running.errors()
            yield running
            process.stdin.close()
            process.wait(SECONDS)
            assert process.returncode == 0, running.errors()
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def until(holds, seconds=SECONDS):
    """Wait until `holds()` returns something true, and return it."""
    end = time.monotonic() + seconds
    while not (result := holds()):
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.02)
    return result
