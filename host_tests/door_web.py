"""door.web in any of the builds, with a supervisor that tells what a test wants."""

import contextlib
import json
import os
import subprocess
import threading
from pathlib import Path

import httpx
from camera_python import MODULE_PATH
from camera_services import SECONDS, free_port
from interpreters import ROOT

SCRIPT = """
import asyncio, sys
from door import settings
from door.web import Web
asyncio.run(Web(*settings.load(sys.argv[1:])).run())
"""


class DoorWeb:
    """The process; `commands` is what it asked of the others, `answers` is {(to, name): answer or function}."""

    def __init__(self, process, port, folder):
        self.process, self.port, self.folder = process, port, folder
        self.commands, self.answers, self.beats = [], {("supervisor", "restart"): {}}, 0
        threading.Thread(target=self._serve, daemon=True).start()

    def url(self, target=""):
        """An absolute URL of the API."""
        return f"http://127.0.0.1:{self.port}/local/door_state/api/{target}"

    def client(self):
        """A client that asks as the page does."""
        return httpx.Client(base_url=self.url(), timeout=SECONDS, headers={"X-Requested-With": "page"})

    def tell(self, **message):
        """Send a line to it."""
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def configuration(self):
        """The configuration as it is in the file."""
        return json.loads((self.folder / "localdata/door_state.json").read_text())

    def _serve(self):
        for line in self.process.stdout:
            message = json.loads(line)
            if "command" not in message:
                self.beats += 1
                continue
            number, to, name = message.pop("id"), message.pop("to"), message.pop("command")
            self.commands.append((to, name, message))
            answer = self.answers.get((to, name), {"error": f"{to} does not run"})
            self.tell(answer=number, **(answer(message) if callable(answer) else answer))


@contextlib.contextmanager
def door_web(interpreter, folder, configuration=None, environment=None):
    """Run it with a package of its own in `folder`, whose html/ and models are the app's."""
    folder = Path(folder)
    (folder / "localdata").mkdir()
    for name in ("door", "door.unn", "html"):
        (folder / name).symlink_to(ROOT / "app" / name)
    (folder / "localdata/door_state.json").write_text(json.dumps(configuration or {}))
    (folder / "script.py").write_text(SCRIPT)
    port = free_port()
    process = subprocess.Popen(
        [*interpreter.command, "-X", "heapsize=1500k", folder / "script.py", "--page_port", str(port)],
        cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open(folder / "errors", "w"), text=True,
        env={**os.environ, **interpreter.environment(), "SUPERVISED": "1", **(environment or {}),
             "MICROPYPATH": f"{folder}:{MODULE_PATH}"},
    )  # fmt: skip
    running = DoorWeb(process, port, folder)
    try:
        for _ in range(600):
            with contextlib.suppress(httpx.TransportError):
                httpx.get(running.url("logs"), timeout=SECONDS)
                break
            assert process.poll() is None, (folder / "errors").read_text()
        yield running
        process.stdin.close()
        assert process.wait(SECONDS) == 0, (folder / "errors").read_text()
    finally:
        process.kill()
        process.wait()
