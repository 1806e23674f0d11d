"""A broker of Debian's mosquitto for a test, and what a raw MQTT client needs."""

import contextlib
import shutil
import socket
import subprocess
import time


def free_port():
    """A port of loopback that nothing listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Broker:
    """mosquitto on loopback, which a test can stop and start again on the same port.

    `lines` are its settings beside the listener; without any it takes everybody and keeps what it has.
    """

    def __init__(self, folder, *lines, port=None):
        self.port = port or free_port()
        self._folder = folder
        self._configuration = folder / "mosquitto.conf"
        lines = lines or (
            "allow_anonymous true", "persistence true", f"persistence_location {folder}/", "autosave_interval 1"
        )  # fmt: skip
        # As root it would else become a user who cannot read the test's folder.
        self._configuration.write_text("\n".join([f"listener {self.port} 127.0.0.1", *lines, "user root", ""]))
        self._process = None

    def start(self):
        """Start it and wait until it listens."""
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        with open(self._folder / "mosquitto.log", "ab") as log:
            self._process = subprocess.Popen([program, "-c", self._configuration], stdout=log, stderr=log)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return self
            time.sleep(0.05)
        raise TimeoutError("mosquitto does not listen")

    def stop(self, kill=False):
        """End it, or kill it as a power cut does."""
        self._process.kill() if kill else self._process.terminate()
        self._process.wait(20)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self._process.poll() is None:
            self.stop()
