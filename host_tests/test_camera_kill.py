"""The state folder is the camera: killed at any moment it starts again with the old or the new of everything."""

import json
import os
import random
import signal
import subprocess
import sys
import threading

import httpx
import pytest
from interpreters import ROOT
from virtual_camera import PASSWORD, USER

from mpycam.camera import storage
from mpycam.camera.storage import Storage

KILLS = int(os.environ.get("MPYCAM_KILLS", "6"))
SECONDS = 60
FPS = "Image.I0.Stream.FPS"


class Process:
    """`mpycam camera run` in a process of its own."""

    def __init__(self, folder):
        command = [sys.executable, "-m", "mpycam", "camera", "run", "--state", folder, "--port", "0"]
        self._process = subprocess.Popen(
            [*command, "--account", f"{USER}:{PASSWORD}"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.url = next((line.strip() for line in self._process.stdout if line.startswith("http://127.0.0.1")), None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self.kill()

    def kill(self):
        """End it without a warning, and whatever it started with it."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process.stdout.close()

    def stop(self):
        """Switch it off; returns the exit status."""
        self._process.terminate()
        status = self._process.wait(SECONDS)
        self._process.stdout.close()
        return status


def change(client, number):
    """Change parameters, accounts, MQTT and a group, all to something with `number` in it, and yield after each."""
    fps, name = number % 60, f"user{number}"
    yield "parameter", client.get(f"axis-cgi/param.cgi?action=update&{FPS}={fps}").text == "OK"
    account = {"action": "add", "user": name, "pwd": "x", "grp": "users", "sgrp": "viewer"}
    yield "account", f"Created account {name}." in client.post("axis-cgi/pwdgrp.cgi", data=account).text
    body = {"apiVersion": "1.0", "method": "configureClient", "params": {"server": {"host": f"broker{number}"}}}
    yield "broker", client.post("axis-cgi/mqtt/client.cgi", json=body).json().get("data") == {}
    removed = {"action": "remove", "user": name}
    yield "removed", f"Removed account {name}." in client.post("axis-cgi/pwdgrp.cgi", data=removed).text


def test_killed_at_random_moments(tmp_path):
    generator = random.Random(1)
    done = {"parameter": None, "account": None, "broker": None, "removed": None}
    number = 0
    for _ in range(KILLS):
        with Process(tmp_path) as process, login(process) as client:
            check(client, done, number)
            killer = threading.Timer(generator.uniform(0, 0.6), process.kill)
            killer.start()
            try:
                while True:
                    number += 1
                    for what, well in change(client, number):
                        assert well, (what, number)
                        done[what] = number
            except httpx.TransportError:
                killer.join()
    with Process(tmp_path) as process, login(process) as client:
        check(client, done, number)
        assert process.stop() == 0
    assert number > KILLS


def login(process):
    """A client of the camera in a process."""
    return httpx.Client(base_url=process.url, auth=httpx.DigestAuth(USER, PASSWORD), timeout=SECONDS)


def check(client, done, number):
    """What was acknowledged is there, or what was asked for since and may have been done before the camera died."""

    def possible(what):
        return range(done[what] or 0, number + 1)

    value = client.get(f"axis-cgi/param.cgi?action=list&group={FPS}").text.strip().partition("=")[2]
    assert int(value) in {each % 60 for each in possible("parameter")}
    status = client.post("axis-cgi/mqtt/client.cgi", json={"apiVersion": "1.0", "method": "getClientStatus"}).json()
    host = status["data"]["config"]["server"]["host"]
    assert host in {f"broker{each}" for each in possible("broker") if each} | ({""} if not done["broker"] else set())
    users = set(client.get("axis-cgi/pwdgrp.cgi?action=get").text.split('digusers="')[1].split('"')[0].split(","))
    assert {USER} <= users <= {USER} | {f"user{each}" for each in possible("removed")}
    # An account whose removal nobody had come to: the broker comes before it.
    if (done["account"] or 0) > (done["broker"] or 0):
        assert f"user{done['account']}" in users
    for left in users - {USER}:
        client.post("axis-cgi/pwdgrp.cgi", data={"action": "remove", "user": left})
    done["account"] = None


class Died(Exception):
    """Stands for the end of the process."""


@pytest.mark.parametrize("call", ["write", "fsync", "replace", "folder"])
def test_dying_within_a_write(tmp_path, monkeypatch, call):
    kept = Storage(tmp_path)
    kept.write("x.json", {"old": 1})

    def die(*_):
        raise Died

    target = {
        "fsync": (os, "fsync"),
        "replace": (os, "replace"),
        "folder": (storage, "sync_folder"),
        "write": (os, "open"),
    }
    with monkeypatch.context() as patch, pytest.raises(Died):
        patch.setattr(*target[call], die)
        kept.write("x.json", {"new": 2})
    kept.close()
    again = Storage(tmp_path)
    assert again.read("x.json") == ({"new": 2} if call == "folder" else {"old": 1})
    again.write("x.json", {"new": 3})
    assert json.loads((tmp_path / "x.json").read_text()) == {"new": 3}
    again.close()


def test_dying_within_a_factory_default(tmp_path, monkeypatch):
    kept = Storage(tmp_path)
    for name in ("camera.json", "a.json", "b.json", "log/c.json", "d.json"):
        kept.write(name, name)
    left = 2
    unlink = storage.Path.unlink

    def die_later(path):
        nonlocal left
        left -= 1
        if left < 0:
            raise Died
        unlink(path)

    with monkeypatch.context() as patch, pytest.raises(Died):
        patch.setattr(storage.Path, "unlink", die_later)
        kept.erase(keep=["camera.json"])
    kept.close()
    again = Storage(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["camera.json", "lock"]
    assert again.read("camera.json") == "camera.json"
    again.close()


def test_a_process_that_is_asked_to_stops_cleanly(tmp_path):
    with Process(tmp_path) as process:
        assert process.url and httpx.get(process.url).status_code < 500
        assert process.stop() == 0
