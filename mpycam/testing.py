"""A virtual camera for pytest.

    from mpycam.testing import camera

    def test_the_app_starts(camera):
        assert camera.install("dist/my_app_1_0_0_armv7hf.eap") in camera.apps()

docs/testing.md describes it.
"""

import asyncio
import io
import json
import os
import queue
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mpycam.device.errors import ERRORS

USER, PASSWORD = "root", "pass"
START_SECONDS, STOP_SECONDS, ANSWER_SECONDS = 30, 30, 120


class CameraError(Exception):
    """The camera refuses; the text says what it answered."""


@dataclass(frozen=True)
class Event:
    """An event of the camera; all values are strings. `time` is in seconds since 1970, by the camera's clock."""

    topic: str
    time: float
    source: dict
    key: dict
    data: dict


class Events:
    """The camera's events since this was made: an iterator that waits up to `timeout` seconds for the next one."""

    def __init__(self, timeout):
        self._timeout, self._queue = timeout, queue.Queue()

    def __iter__(self):
        return self

    def __next__(self):
        """Wait for the next event and return it; raises TimeoutError."""
        return self._next(time.monotonic() + self._timeout, "an event")

    def find(self, topic="", **data):
        """Wait for an event whose topic has `topic` in it and whose data has these values, and return it.

        Other events before it are dropped; raises TimeoutError.
        """
        end = time.monotonic() + self._timeout
        wanted = f"an event with {topic!r} and {data}"
        while True:
            event = self._next(end, wanted)
            if topic in event.topic and data.items() <= event.data.items():
                return event

    def _next(self, end, wanted):
        try:
            event = self._queue.get(timeout=max(0, end - time.monotonic()))
        except queue.Empty:
            raise TimeoutError(f"need {wanted} within {self._timeout} s, have none") from None
        if isinstance(event, Exception):
            raise event
        return event


class Fault:
    """A fault that is on; in a with statement it ends with it."""

    def __init__(self, camera, name):
        self._camera, self._name = camera, name

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        """End it, if it has not ended."""
        self._camera.request("DELETE", f"/simulator/faults/{self._name}")


class Door:
    """The door of the live scene."""

    def __init__(self, camera):
        self._camera = camera

    @property
    def state(self):
        """What is true now, with the keys open, angle (degrees), moving, people, hours and region.

        The region is where the door is: [x, y, width, height] in parts of the picture.
        """
        return json.loads(self._camera.request("GET", "/simulator/door"))

    def open(self):
        """Open it, and wait until it stands still."""
        self._move(open=True)

    def close(self):
        """Close it, and wait until it stands still."""
        self._move(open=False)

    def turn(self, angle):
        """Turn it to an angle in degrees, 0 closed, and wait until it stands still."""
        self._move(angle=angle)

    def light(self, hours):
        """Give the scene the light of a time of day, 0 to 24."""
        self._camera.request("POST", "/simulator/door", json={"hours": hours})

    def let_people_come(self):
        """Let people come and go, and use the door, until it is moved by hand."""
        self._camera.request("POST", "/simulator/door", json={"people": True})

    def _move(self, **wanted):
        self._camera.request("POST", "/simulator/door", json=wanted)
        while self.state["moving"]:
            time.sleep(0.05)


class VirtualCamera:
    """A virtual camera in a process of its own; use it in a with statement.

    `folder` is its state, `arch`, `profile`, `source` and `fps` are those of `mpycam camera run`.
    It has an administrator USER with PASSWORD.
    """

    def __init__(self, folder, arch="armv7hf", profile=None, source="scene", fps=10):
        command = [sys.executable, "-m", "mpycam", "camera", "run", "--port", 0, "--state", folder, "--arch", arch,
                   "--source", source, "--fps", fps, "--account", f"{USER}:{PASSWORD}"]  # fmt: skip
        self._command = [str(part) for part in command + (["--profile", profile] if profile else [])]
        self.folder = Path(folder)
        self.door = Door(self)
        # Without a slash at the end.
        self.url = None

    def __enter__(self):
        from aiohttp import ClientSession, ClientTimeout, DigestAuthMiddleware

        search = os.pathsep.join([str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH", "")])
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self._said = open(self.folder.with_suffix(".err"), "w+")
        environment = {**os.environ, "PYTHONPATH": search}
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=self._said, text=True, env=environment
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._listeners = []
        try:
            self.url = self._address()

            async def session():
                login = DigestAuthMiddleware(USER, PASSWORD)
                return ClientSession(self.url, middlewares=[login], timeout=ClientTimeout(ANSWER_SECONDS))

            self._session = self._wait(session())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.url:
            for listener in self._listeners:
                self._loop.call_soon_threadsafe(listener.cancel)
            self._wait(self._session.close())
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._said.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # Apps

    def install(self, eap, start=True):
        """Install the package in a file, signed or not, and start it; return the app's name. Raises CameraError."""
        from aiohttp import FormData

        from mpycam.eap.package import inspect

        # Versions of AXIS OS that have no such switch refuse this.
        switch = "action=set&name=AllowUnsigned&value=true"
        self.request("POST", f"/axis-cgi/applications/config.cgi?{switch}", refusable=True)
        form = FormData()
        form.add_field("packfil", Path(eap).read_bytes(), filename=Path(eap).name)
        self._answer(f"install {eap}", self.request("POST", "/axis-cgi/applications/upload.cgi", data=form))
        name = inspect(eap).app_name
        if start and self.apps()[name] != "Running":
            self.start(name)
        return name

    def start(self, name):
        """Start an app."""
        self._control("start", name)

    def stop(self, name):
        """Stop an app."""
        self._control("stop", name)

    def remove(self, name):
        """Remove an app."""
        self._control("remove", name)

    def apps(self):
        """The installed apps: name to status, "Running", "Stopped" or "Idle"."""
        reply = ElementTree.fromstring(self.request("GET", "/axis-cgi/applications/list.cgi"))
        return {app.get("Name"): app.get("Status") for app in reply.iter("application")}

    def log(self, app=None):
        """The lines of an app's log, or of the system's, oldest first."""
        query = f"?appname={app}" if app else ""
        text = self.request("GET", f"/axis-cgi/admin/systemlog.cgi{query}").decode()
        return [line for line in text.splitlines() if line and not line.startswith("-----")]

    def localdata(self, name):
        """The folder in which an app keeps what outlasts an upgrade, such as its configuration."""
        return self.folder / "root/usr/local/packages" / name / "localdata"

    # Pictures, events and faults

    def show(self, frames, fps=10):
        """Let the camera see other pictures, `fps` a second, again and again.

        `frames` is a folder of JPEG files, an MJPEG file, or any number of JPEG files as bytes, (H, W, 3) or (H, W)
        uint8 arrays, or Pillow images.
        """
        self.request("POST", f"/simulator/frames?fps={fps}", data=b"".join(_jpeg_files(frames)))

    def show_source(self):
        """Let the camera see again what it was started with."""
        self.request("DELETE", "/simulator/frames")

    def events(self, topic="//.", timeout=60):
        """Return Events from now on, of the topics that a filter of the camera's selects, or all."""
        events = Events(timeout)
        ready = threading.Event()
        task = asyncio.run_coroutine_threadsafe(self._listen(topic, events._queue, ready), self._loop)
        self._listeners.append(task)
        while not ready.wait(0.05):
            if task.done():
                task.result()
        return events

    def fail(self, name, count=None, seconds=None, value=None):
        """Let a fault begin: "drop", "stall", "freeze", "corrupt", "unauthorized", "unavailable", "break", "slow",
        "flash_full", "clock" or "reboot", which returns when the camera is up again.

        It lasts `count` times, or `seconds`, or until the Fault that is returned is ended.
        """
        wanted = {"name": name, "count": count, "seconds": seconds, "value": value}
        wanted = {key: given for key, given in wanted.items() if given is not None}
        boot = self._boot() if name == "reboot" else None
        self.request("POST", "/simulator/faults", json=wanted)
        end = time.monotonic() + ANSWER_SECONDS
        while boot and self._boot() in (boot, None):
            if time.monotonic() > end:
                raise CameraError(f"the camera is not back after {ANSWER_SECONDS} s")
            time.sleep(0.05)
        return Fault(self, name)

    # Requests

    def request(self, method, path, refusable=False, **options):
        """Send a request as the administrator and return the body of the answer.

        Raises CameraError for an answer that is none of 2xx, unless it is `refusable`.
        `options` are those of aiohttp's ClientSession.request().
        """

        async def send():
            headers = {"X-Simulator": "testing"}
            async with self._session.request(method, path, headers=headers, **options) as answer:
                body = await answer.read()
            if not answer.ok and not refusable:
                raise CameraError(f"{method} {path}: {answer.status} {body.decode(errors='replace').strip()}")
            return body

        return self._wait(send())

    def _wait(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(ANSWER_SECONDS)

    def _address(self):
        """The URL that the camera prints when it is up."""
        timer = threading.Timer(START_SECONDS, self._process.kill)
        timer.start()
        try:
            for line in self._process.stdout:
                if re.fullmatch(r"http://\S+/\n", line):
                    return line.strip().rstrip("/")
        finally:
            timer.cancel()
        self._process.wait()
        self._said.seek(0)
        raise CameraError(f"the camera did not start: {self._said.read().strip()}")

    def _boot(self):
        """The identity of this boot, None while the camera is away."""
        from aiohttp import ClientConnectionError

        question = {"apiVersion": "1.1", "method": "systemready", "params": {"timeout": 5}}
        try:
            return json.loads(self.request("POST", "/axis-cgi/systemready.cgi", json=question))["data"]["bootid"]
        except ClientConnectionError:
            return None

    def _control(self, action, name):
        body = self.request("POST", f"/axis-cgi/applications/control.cgi?action={action}&package={name}")
        self._answer(f"{action} {name}", body)

    def _answer(self, what, body):
        answer = body.decode().strip()
        if answer != "OK":
            number = re.match(r"Error: ?(\d+)", answer)
            meaning = ERRORS.get(int(number[1])) if number else None
            raise CameraError(f"{what}: {answer}{f' ({meaning.text})' if meaning else ''}")

    async def _listen(self, topic, events, ready):
        async with self._session.get("/axis-cgi/wssession.cgi") as answer:
            token = (await answer.text()).strip()
        query = {"sources": "events", "wssession": token}
        async with self._session.ws_connect("/vapix/ws-data-stream", params=query) as socket:
            wanted = {"eventFilterList": [{"topicFilter": topic}]}
            await socket.send_json({"apiVersion": "1.0", "method": "events:configure", "params": wanted})
            async for message in socket:
                message = json.loads(message.data)
                if message.get("method") == "events:notify":
                    told = message["params"]["notification"]
                    parts = [told["message"].get(part, {}) for part in ("source", "key", "data")]
                    events.put(Event(told["topic"], told["timestamp"] / 1000, *parts))
                elif "error" in message:
                    raise CameraError(f"events: {message['error']}")
                else:
                    ready.set()
        events.put(CameraError("events: the camera closed the connection"))


def _jpeg_files(frames):
    """The JPEG files in whatever show() takes."""
    if isinstance(frames, str | os.PathLike):
        path = Path(frames)
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        return [file.read_bytes() for file in files if file == path or file.suffix.lower() in (".jpg", ".jpeg")]
    return [_jpeg_file(frame) for frame in frames]


def _jpeg_file(frame):
    if isinstance(frame, bytes):
        return frame
    from PIL import Image

    file = io.BytesIO()
    picture = frame if isinstance(frame, Image.Image) else Image.fromarray(frame)
    picture.convert("RGB").save(file, "JPEG", quality=90)
    return file.getvalue()


@pytest.fixture
def camera(tmp_path, request):
    """A VirtualCamera as it comes from the factory, with its first account.

    A fixture `camera_options` of the tests' own may give arguments of VirtualCamera, as a dictionary.
    """
    try:
        options = request.getfixturevalue("camera_options")
    except pytest.FixtureLookupError:
        options = {}
    with VirtualCamera(tmp_path / "camera", **options) as camera:
        yield camera
