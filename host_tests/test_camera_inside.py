"""What apps see of the virtual camera from inside: the bus, the accounts that it hands out, the network, each other."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from broker import free_port
from camera_packages import FOREVER, ROOT, script_app
from eap_samples import member
from test_camera_applications import Client, alive, processes, wait
from test_camera_local import SERVER, micropython_app
from virtual_camera import PASSWORD, USER, running_camera

from mpycam.camera.running.memory import NAME, _parent
from mpycam.camera.running.sandbox import PREFIX
from mpycam.eap.builder import build

GDBUS = (
    "gdbus call --system --dest com.axis.HTTPConf1 --object-path /com/axis/HTTPConf1/{path} "
    "--method com.axis.HTTPConf1.{method} {name} 2>&1\n"
)
NEW = {"path": "VAPIXServiceAccounts1", "method": "VAPIXServiceAccounts1.GetCredentials"}

# Asks the camera, at the address inside, with an account given as user:password.
ASK = """
import socket, binascii, sys
def ask(account, path):
    stream = socket.socket()
    stream.connect(socket.getaddrinfo("127.0.0.12", 80)[0][-1])
    token = binascii.b2a_base64(account.encode()).strip().decode()
    stream.write("GET %s HTTP/1.0\\r\\nHost: 127.0.0.12\\r\\nAuthorization: Basic %s\\r\\n\\r\\n" % (path, token))
    status = stream.readline().decode().split()[1]
    print("answer", status)
    stream.close()
while True:
    try:
        with open("localdata/account") as file:
            account = file.read().strip()
        if account:
            break
    except OSError:
        pass
ask(account, "/axis-cgi/applications/list.cgi")
ask("a0-door:wrong", "/axis-cgi/applications/list.cgi")
ask("root:pass", "/axis-cgi/applications/list.cgi")
print("asked")
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with running_camera(tmp_path_factory.mktemp("camera"), "12.x", "host") as running:
        client = Client(running)
        client.camera.applications.set_switch("AllowUnsigned", True)
        yield client


@pytest.fixture(autouse=True)
def cleared(client):
    yield
    client.clear()


def printed(client, body, **options):
    """What a script prints that runs as an app."""
    client.camera.logs._lines.clear()
    assert client.upload(script_app(body, **options)) == "OK"
    assert client.control("start") == "OK"
    wait(lambda: client.log()[-1:] and client.log()[-1].startswith("ended with status"), client.log)
    return client.log()[:-1]


def test_credentials_over_the_bus(client):
    first, second, other, bad, unknown = printed(
        client,
        GDBUS.format(name="door", **NEW) * 2 + GDBUS.format(name="two", **NEW) + GDBUS.format(name="'a b'", **NEW)
        + GDBUS.format(name="door", path="VAPIXServiceAccounts1", method="VAPIXServiceAccounts1.Nothing"),
    )  # fmt: skip
    assert first == second and first.startswith("('a0-door:") and first.endswith("',)") and len(first) == 45
    assert other.startswith("('a0-two:")
    assert "Error.Failed" in bad and "UnknownMethod" in unknown


def test_earlier_name_of_the_method(client):
    (text,) = printed(client, GDBUS.format(name="door", path="Auth", method="Auth1.GetVapixServiceAccountCredentials"))
    assert text.startswith("('id:a0-door, pass:")


def test_apps_cannot_take_the_cameras_name(client):
    call = "gdbus call --system --dest org.freedesktop.DBus --object-path /org/freedesktop/DBus "
    body = call + "--method org.freedesktop.DBus.RequestName com.axis.HTTPConf1 4 2>&1\n"
    (text,) = printed(client, body)
    assert "AccessDenied" in text


def test_asking_the_camera_with_an_account(client):
    account = client.running.call(client.camera.service_accounts.credentials, "door")
    assert client.upload(micropython_app(ASK, "")) == "OK"
    assert client.control("start") == "OK"
    (client.folder() / "localdata/account").write_text(account)
    client.wait_for("asked")
    assert [line for line in client.log() if line.startswith("answer")] == ["answer 200", "answer 401", "answer 401"]


def test_two_cameras_side_by_side(client, tmp_path):
    """The second has 127.0.0.12:80, and its apps' ports, in a network of its own."""
    port = free_port()
    rule = {"apiPath": "api", "target": f"http://localhost:{port}", "access": "admin"}
    serving = micropython_app(SERVER, str(port), configuration={"reverseProxy": [rule]})
    with running_camera(tmp_path, "11.11", "host") as running:
        other = Client(running)
        # Not both have this machine's, and neither where yet another camera runs.
        assert client.camera.applications.network or other.camera.applications.network
        for each in (client, other):
            assert each.upload(serving) == "OK"
            assert each.control("start") == "OK"
            each.wait_for("listening")
            assert each.http.get("local/sample_app/api").text.startswith("GET /local/sample_app/api HTTP/1.1\n")
            each.clear()
            account = each.running.call(each.camera.service_accounts.credentials, "door")
            assert each.upload(micropython_app(ASK, "")) == "OK"
            assert each.control("start") == "OK"
            (each.folder() / "localdata/account").write_text(account)
            each.wait_for("asked")
            assert [line for line in each.log() if "answer" in line] == ["answer 200", "answer 401", "answer 401"]


def test_nothing_is_left_of_a_killed_camera(tmp_path):
    """Killed with -9, the camera takes every process with it, and its next start clears the rest away."""
    command = [sys.executable, "-m", "mpycam", "camera", "run", "--state", str(tmp_path), "--port", "0"]
    arguments = [*command, "--profile", "11.11", "--account", f"{USER}:{PASSWORD}"]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            process.stdout.readline()
            url = process.stdout.readline().strip()
            http = httpx.Client(base_url=url, auth=httpx.DigestAuth(USER, PASSWORD), timeout=30)
            body = "setsid sleep 4321 &\n" + FOREVER
            data = script_app(body, "left_over", setup={"runMode": "respawn"})
            assert http.post("axis-cgi/applications/upload.cgi", files={"f": ("a", data)}).text == "OK\n"
            assert http.get("axis-cgi/applications/control.cgi?action=start&package=left_over").text == "OK\n"
            wait(lambda: [line for line in processes() if line == "sleep 4321"], processes)
            folders = [path for path in Path("/tmp").glob(f"{PREFIX}*") if in_use(path, "left_over")]
            assert folders
        finally:
            process.kill()
    wait(lambda: not [line for line in processes() if line == "sleep 4321" or "left_over" in line], processes)
    with running_camera(tmp_path, setup=False) as running:
        client = Client(running)
        assert client.status("left_over") == "Running"
        groups = _parent()
        if groups is not None:
            assert not list(groups.glob(f"{NAME}{process.pid}-*"))
    assert not alive(process.pid)
    assert not [path for path in folders if path.exists()]


def in_use(folder, text):
    return any(f"{folder}/tmp" in line and text in line for line in processes())


def test_door_app(tmp_path, client):
    """The real package for ARM: installed, started in the emulator, upgraded with its data, and removed."""
    firmware = ROOT / "dist/armv7hf/micropython"
    assert firmware.is_file(), "build it with: make firmware ARCH=armv7hf"
    data = build(ROOT / "app", firmware, output=tmp_path, library=ROOT / "lib").path.read_bytes()
    with running_camera(tmp_path / "camera", "12.x", "armv7hf") as running:
        arm = Client(running)
        assert arm.upload(data) == "Error: 2"
        arm.camera.applications.set_switch("AllowUnsigned", True)
        assert arm.upload(data) == "OK"
        shipped = json.loads((arm.folder("door_state") / "door_state.json").read_text())
        local = arm.folder("door_state") / "localdata/door_state.json"
        local.write_text(json.dumps({**shipped, "statistics_interval": 1}))
        assert arm.control("start", "door_state") == "OK"
        # With the account that it got over the bus, and pictures of the camera's scene.
        wait(lambda: statistics(arm).get("frames", 0) > 0, lambda: arm.log("door_state")[-3:])
        assert arm.status("door_state") == "Running", "\n".join(arm.log("door_state")[-4:])
        running_number = arm.camera.applications.get("door_state")._process.pid
        assert arm.upload(data) == "OK"
        wait(lambda: not alive(running_number))
        assert arm.status("door_state") == "Running" and json.loads(local.read_text())["statistics_interval"] == 1
        wait(lambda: str(arm.log("door_state")).count('{"event": "start"') == 2, lambda: arm.log("door_state"))
        assert "end" in [line["event"] for line in told(arm)]
        running_number = arm.camera.applications.get("door_state")._process.pid
        assert arm.control("remove", "door_state") == "OK"
        assert not arm.folder("door_state").exists() and arm.listed() == {}
        assert not alive(running_number)


def told(client):
    """The app's lines, but for the first: a camera's log cuts lines at 1,024 bytes, and that one has all settings."""
    return [json.loads(line) for line in client.log("door_state") if line.startswith("{") and line.endswith("}")]


def statistics(client):
    lines = [line for line in told(client) if line["event"] == "statistics"]
    return lines[-1] if lines else {}


def test_start_is_quick(tmp_path):
    started = time.process_time()
    with running_camera(tmp_path) as running:
        assert running.camera.applications.sandbox.isolated is not None
    assert time.process_time() - started < 2
    assert os.path.isdir(tmp_path)


def test_links_in_a_package_are_followed_inside(client):
    files = [member("data/x", b"inside"), member("here", type=b"2", linkname="data/x")]
    assert printed(client, "cat here\necho\n", files=files) == ["inside"]
