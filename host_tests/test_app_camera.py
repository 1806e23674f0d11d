"""The app's package in the virtual camera under an emulator: every output, and the view, on the live door scene."""

import ctypes
import json
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from broker import Broker, free_port
from interpreters import ARCHES, ROOT
from test_app_upload import Listener

from mpycam.eap import build
from mpycam.testing import VirtualCamera

NEW_NETWORK = 0x40000000
CAMERA_ARCHES = [arch for arch in ARCHES if arch in ("armv7hf", "aarch64")]


def package(folder, arch):
    return build(ROOT / "app", ROOT / "dist" / arch / "micropython", arch, folder, library=ROOT / "lib").path


def processes_of(camera, name):
    """The numbers of the app's processes, the one that the camera started first."""
    marker = f"packages/{name}/{name}".encode()
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            command = Path("/proc", entry, "cmdline").read_bytes()
            root = os.readlink(f"/proc/{entry}/root")
        except OSError:
            continue
        if marker in command and (str(camera.folder) in root or str(camera.folder).encode() in command):
            found.append(int(entry))
    return sorted(found)


class Inside:
    """The network that the camera's apps have: a thread in it, whose sockets go there and nowhere else."""

    def __init__(self, process):
        self._process = process
        self.own = os.readlink(f"/proc/{process}/ns/net") != os.readlink("/proc/self/ns/net")
        self._thread = ThreadPoolExecutor(1, initializer=self._enter)

    def _enter(self):
        if self.own:
            with open(f"/proc/{self._process}/ns/net") as network:
                if ctypes.CDLL(None, use_errno=True).setns(network.fileno(), NEW_NETWORK):
                    raise OSError(ctypes.get_errno(), "setns")

    def do(self, action, *arguments):
        return self._thread.submit(action, *arguments).result(60)


class InsideBroker(Broker):
    """mosquitto in the apps' network."""

    def __init__(self, inside, folder, port):
        super().__init__(folder, port=port)
        self._inside = inside

    def start(self):
        # A child has the network of the thread that starts it.
        return self._inside.do(super().start)


@pytest.mark.parametrize("arch", CAMERA_ARCHES)
def test_all_outputs(tmp_path, arch):
    if shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin") is None:
        pytest.skip("needs mosquitto")
    port = free_port()
    with VirtualCamera(tmp_path / "camera", arch=arch, fps=5) as camera:
        name = camera.install(package(tmp_path, arch), start=False)
        settings = {
            "region": camera.door.state["region"], "minimum_duration": 0.3, "view_interval": 0.5, "left_open_after": 2,
            "mqtt_host": "127.0.0.1", "mqtt_port": port, "mqtt_device": "cam", "mqtt_prefix": "doors",
            "statistics_interval": 2, "timeout": 30, "retry_first": 0.2, "retry_longest": 1, "page_port": 0, "live_port": 0,
        }  # fmt: skip
        written = camera.localdata(name) / "door_state.json"
        written.write_text(json.dumps(settings))
        written.chmod(0o644)
        events = camera.events(timeout=60)
        camera.start(name)
        deadline = time.monotonic() + 60
        while not (found := processes_of(camera, name)) and time.monotonic() < deadline:
            time.sleep(0.2)
        inside = Inside(found[0])
        try:
            inside.do(os.getpid)
        except OSError as error:
            pytest.skip(f"the apps' network cannot be entered: {error}")
        with InsideBroker(inside, tmp_path, port) as broker, inside.do(Listener, broker) as listener:
            listener.until("doors/cam/door/door", state="closed")
            camera.door.open()
            events.find("VirtualInput", active="1")
            listener.until("doors/cam/door/door", state="open")
            listener.until("doors/cam/event", event="alarm", kind="left_open", state="on")
            camera.door.close()
            events.find("VirtualInput", active="0")
            listener.until("doors/cam/door/door", state="closed")
            # Somebody covers the lens, and takes the hand away again.
            camera.show([np.full((360, 640, 3), 150, np.uint8)])
            listener.until("doors/cam/view", state="blocked")
            listener.until("doors/cam/door/door", state="unknown")
            camera.show_source()
            listener.until("doors/cam/view", state="good")
            listener.until("doors/cam/door/door", state="closed")
            memory = listener.ask(command="processes")
            assert set(memory["processes"]) == {"watch", "upload"}
            camera.stop(name)
            assert listener.until("doors/cam/status") == "offline"
        known = [value for topic, value, _ in listener.heard if topic == "doors/cam/device"][0]
        assert known["serial"] and known["firmware"]
        log = "\n".join(camera.log(name))
        assert '"event": "end"' in log and "Traceback" not in log
        assert (camera.localdata(name) / "history.json").exists() and (camera.localdata(name) / "reference.jpg").exists()
