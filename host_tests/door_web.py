"""door.web in any of the builds, with a supervisor that tells what a test wants."""

import contextlib
import json
import os
import subprocess
import threading
import time
from pathlib import Path

import httpx
from broker import free_port
from camera_python import MODULE_PATH
from camera_services import SECONDS, until
from interpreters import ROOT

RELOAD = 3


class DoorWeb:
    """The process, begun anew whenever it wants that; `commands` is what it asked of the others.

    `answers` is {(to, name): answer or function of the arguments}.
    """

    def __init__(self, interpreter, folder, environment):
        self.folder, self.port = folder, free_port()
        self.commands, self.answers, self.beats, self.restarts = [], {}, 0, 0
        self._command = [
            *interpreter.command, "-X", "heapsize=1500k", "-m", "door.web", "--page_port", str(self.port),
        ]  # fmt: skip
        self._environment = {
            **os.environ, **interpreter.environment(), "SUPERVISED": "1", "MICROPYPATH": f"{folder}:{MODULE_PATH}",
            **environment,
        }  # fmt: skip
        self.http = httpx.Client(base_url=self.url(), timeout=SECONDS, headers={"X-Requested-With": "page"})
        self._lock = threading.Lock()
        self._start()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _start(self):
        with open(self.folder / "errors", "a") as errors:
            self.process = subprocess.Popen(
                self._command, cwd=self.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                text=True, env=self._environment,
            )  # fmt: skip

    def url(self, target=""):
        """An absolute URL of the API."""
        return f"http://127.0.0.1:{self.port}/local/door_state/api/{target}"

    def up(self):
        """Wait until it answers."""
        while True:
            with contextlib.suppress(httpx.TransportError):
                return httpx.get(self.url("logs"), timeout=SECONDS)
            assert self._thread.is_alive(), (self.folder / "errors").read_text()
            time.sleep(0.02)

    def change(self, method, target, **options):
        """Send a change that is taken, wait until it has begun anew, and return the answer."""
        before = self.restarts
        answer = self.http.request(method, target, **options)
        assert answer.status_code == 200, answer.text
        until(lambda: self.restarts == before + 1)
        self.up()
        return answer

    def tell(self, **message):
        """Send a line to it."""
        with self._lock:
            self.process.stdin.write(json.dumps(message) + "\n")
            self.process.stdin.flush()

    def configuration(self):
        """The configuration as it is in the file."""
        return json.loads((self.folder / "localdata/door_state.json").read_text())

    def _serve(self):
        while True:
            for line in self.process.stdout:
                message = json.loads(line)
                if "command" not in message:
                    self.beats += 1
                    continue
                number, to, name = message.pop("id"), message.pop("to"), message.pop("command")
                self.commands.append((to, name, message))
                answer = self.answers.get((to, name), {"error": f"{to} does not run"})
                self.tell(answer=number, **(answer(message) if callable(answer) else answer))
            if self.process.wait() != RELOAD:
                return
            self._start()
            self.restarts += 1

    def close(self):
        """End it as a supervisor does."""
        self.http.close()
        self.process.stdin.close()
        self._thread.join(SECONDS)
        assert self.process.returncode == 0, (self.folder / "errors").read_text()


@contextlib.contextmanager
def door_web(interpreter, folder, configuration=None, environment=None):
    """Run it with a package of its own in `folder`, whose model is the app's."""
    folder = Path(folder)
    (folder / "localdata").mkdir()
    for name in ("door", "door.unn"):
        (folder / name).symlink_to(ROOT / "app" / name)
    (folder / "localdata/door_state.json").write_text(json.dumps(configuration or {}))
    running = DoorWeb(interpreter, folder, environment or {})
    try:
        running.up()
        yield running
        running.close()
    finally:
        running.process.kill()
