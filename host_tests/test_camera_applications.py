"""Applications of the virtual camera over HTTP: uploading, listing, controlling, configuring, and how they run."""

import asyncio
import re
import subprocess
import threading
import time
from pathlib import Path

import httpx
import pytest
from camera_packages import FOREVER, old_app, script_app
from eap_samples import elf, member, trailer
from virtual_camera import PASSWORD, USER, running_camera

from mpycam.camera.role import Role

APPLICATIONS = "axis-cgi/applications/"


class Client:
    """Requests about applications as an administrator sends them."""

    def __init__(self, running):
        self.running, self.camera = running, running.camera
        self.http = httpx.Client(base_url=running.url(), auth=httpx.DigestAuth(USER, PASSWORD), timeout=60)

    def get(self, path, **query):
        return self.http.get(APPLICATIONS + path, params=query).text.strip()

    def upload(self, data, field="packfil", name="sample.eap"):
        return self.http.post(APPLICATIONS + "upload.cgi", files={field: (name, data)}).text.strip()

    def control(self, action, name="sample_app"):
        return self.get("control.cgi", action=action, package=name)

    def listed(self):
        """The attributes of each application by its name."""
        text = self.get("list.cgi")
        assert text.startswith('<reply result="ok">') and text.endswith("</reply>")
        found = [dict(re.findall(r'(\w+)="([^"]*)"', line)) for line in text.splitlines() if "<application" in line]
        return {attributes["Name"]: attributes for attributes in found}

    def status(self, name="sample_app"):
        return self.listed()[name]["Status"]

    def log(self, name="sample_app"):
        """What the app printed, without the time and its number."""
        return [line.partition("]: ")[2] for line in self.camera.logs.read(name)]

    def wait_for(self, text, name="sample_app", count=1):
        wait(lambda: self.log(name).count(text) >= count, lambda: self.log(name))

    def folder(self, name="sample_app"):
        return self.camera.storage.folder / "root/usr/local/packages" / name

    def clear(self):
        """Remove every application."""
        for name in self.listed():
            assert self.control("remove", name) == "OK"


def wait(condition, told=lambda: "", seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, told()
        time.sleep(0.02)


@pytest.fixture(scope="module")
def only_camera(tmp_path_factory):
    with running_camera(tmp_path_factory.mktemp("camera"), "11.11", "armv7hf") as running:
        yield Client(running)


@pytest.fixture
def client(only_camera):
    yield only_camera
    only_camera.clear()
    only_camera.camera.logs._lines.clear()


def test_upload_with_any_field(client):
    for field in ("packfil", "file", "package"):
        assert client.upload(script_app(), field) == "OK"
    assert list(client.listed()) == ["sample_app"]
    assert client.upload(script_app(), name="") == "Error: 3"
    assert client.http.post(APPLICATIONS + "upload.cgi", data={"file": "x"}).text == "Error: 1\n"
    assert client.http.post(APPLICATIONS + "upload.cgi", files={"a": (None, b"x")}).text == "Error: 3\n"
    assert client.http.get(APPLICATIONS + "upload.cgi").status_code == 405
    head = b"--x\r\nContent-Disposition: form-data; name=a; filename=b\r\n\r\n"
    for body in (b"", b"--x", b"--x\r\n\r\n", head, head + b"x", b"\0" * 100):
        answer = client.http.post(
            APPLICATIONS + "upload.cgi", content=body, headers={"Content-Type": "multipart/form-data; boundary=x"}
        )
        assert answer.status_code == 200 and re.fullmatch(r"Error: (1|3)\n", answer.text), body


def test_refused_packages_leave_nothing(client):
    before = sorted(str(path) for path in client.camera.storage.folder.rglob("*") if "log" not in path.parts)
    for data, number in (
        (b"x", 1), (script_app()[:300], 1), (script_app(files=[member("../x")]), 1),
        (script_app(setup={"vendor": None}), 29), (script_app(files=[member("big", bytes(40 << 20))]), 3),
        (script_app(setup={"user": {"username": "root", "group": "root"}}), 13),
        (old_app(APPTYPE="aarch64"), 5), (script_app() + trailer()[:-1], 1),
    ):  # fmt: skip
        assert client.upload(data) == f"Error: {number}"
    assert sorted(str(path) for path in client.camera.storage.folder.rglob("*") if "log" not in path.parts) == before
    assert client.listed() == {}


def test_case_clash(client):
    assert client.upload(script_app()) == "OK"
    assert client.upload(script_app(name="Sample_app")) == "Error: 14"


def test_full_flash(client):
    client.camera.faults._on.clear()
    free = client.camera.applications.free
    size = free // 2
    assert client.upload(script_app(files=[member("big", bytes(size))])) == "OK"
    # An upgrade needs room for both.
    assert client.upload(script_app(files=[member("big", bytes(size + 100000))])) == "Error: 3"
    assert client.upload(script_app(files=[member("big", b"")])) == "OK"
    assert client.camera.applications.free > free - (1 << 20)


def test_another_upload_in_progress(client):
    gate = []

    async def never(most):
        gate.append(1)
        while len(gate) < 2:
            await asyncio.sleep(0.01)
        return b""

    def upload():
        with pytest.raises(Exception, match="gzip"):
            client.running.call(client.camera.applications.upload, never)

    thread = threading.Thread(target=upload)
    thread.start()
    wait(lambda: gate)
    assert client.upload(script_app()) == "Error: 12"
    gate.append(2)
    thread.join()
    assert client.upload(script_app()) == "OK"


def test_list(client):
    page = {"settingPage": "index.html"}
    setup = {"friendlyName": "A <good> 'app' & more", "vendorUrl": "https://example.com/a", "appId": "123"}
    data = script_app(setup=setup, configuration=page, files=[member("html/index.html")])
    assert client.upload(data + trailer()) == "OK"
    assert client.listed()["sample_app"] == {
        "Name": "sample_app", "NiceName": "A &lt;good&gt; 'app' &amp; more", "Vendor": "Sample &amp; Co.",
        "Version": "1.2.3", "ApplicationID": "123", "License": "None", "Status": "Stopped",
        "ConfigurationPage": "local/sample_app/index.html",
        "VendorHomePage": "&lt;a href=&quot;https://example.com/a&quot; target=&quot;_blank&quot;&gt;"
        "example.com/a&lt;/a&gt;",
        "LicenseName": "Available", "SignatureStatus": "Signed",
    }  # fmt: skip
    assert client.upload(script_app(name="other", setup={"runMode": "once"}, copyProtection={"method": "axis"})) == "OK"
    assert list(client.listed()) == ["other", "sample_app"]
    other = client.listed()["other"]
    assert other["SignatureStatus"] == "Unsigned" and other["License"] == "Missing"
    key = {"licenseKey": ("key.xml", b"<key/>")}
    path = APPLICATIONS + "license.cgi?action=uploadlicensekey&package=other"
    assert client.http.post(path, files=key).text == "OK\n"
    assert client.listed()["other"]["License"] == "Valid"
    assert client.get("license.cgi", action="removelicensekey", package="other") == "OK"
    assert client.listed()["other"]["License"] == "Missing"
    assert client.get("license.cgi", action="removelicensekey", package="none") == "Error: 4"
    assert client.get("license.cgi", action="removelicensekey", package="sample_app") == "Error: 10"
    assert 'name="acap4-native"' in client.get("info.cgi")


def test_control(client):
    assert client.control("start") == "Error: 4"
    assert client.control("start", "") == "Error: 1"
    assert client.upload(script_app()) == "OK"
    assert client.control("stop") == client.control("restart") == "Error: 7"
    assert client.control("start") == "OK" and client.status() == "Running"
    assert client.control("start") == "Error: 6"
    client.wait_for("started")
    assert client.control("restart") == "OK"
    client.wait_for("started", count=2)
    assert client.control("stop") == "OK" and client.status() == "Stopped"
    assert client.log().count("ending") == 2
    assert client.control("dance") == "Error: 10"
    page = client.http.get(APPLICATIONS + "control.cgi?action=start&package=sample_app&returnpage=/a.html?x%26\"")
    assert page.headers["Content-Type"].startswith("text/html") and "URL=/a.html?x&amp;&quot;" in page.text
    away = client.http.get(APPLICATIONS + "control.cgi?action=stop&package=sample_app&returnpage=https://example.com/")
    assert "example.com" not in away.text
    form = client.http.post(APPLICATIONS + "control.cgi", data={"action": "remove", "package": "sample_app"})
    assert form.text == "OK\n" and client.listed() == {}


def test_roles(client):
    client.running.call(client.camera.accounts.add, "guest", "pass", Role.OPERATOR)
    try:
        guest = httpx.Client(base_url=client.running.url(), auth=httpx.DigestAuth("guest", "pass"))
        for path in ("list", "control", "config", "license", "info"):
            assert guest.get(f"{APPLICATIONS}{path}.cgi").status_code == 401
        assert guest.post(f"{APPLICATIONS}upload.cgi").status_code == 401
    finally:
        client.running.call(client.camera.accounts.remove, "guest")


def test_environment(client):
    body = "pwd; id -un; id -gn; id -Gn; echo $0 $*; echo $G_SLICE; echo ${FCGI_SOCKET_NAME##*/}\n"
    body += "cat html/x; uname -m\n"
    groups = {"linux": {"user": {"groups": ["storage", "video"]}}}
    setup = {"runOptions": "-x 3"}
    assert client.upload(script_app(body, setup=setup, files=[member("html/x", b"file\n")], resources=groups)) == "OK"
    assert client.control("start") == "OK"
    client.wait_for("ended with status 0")
    folder = "/usr/local/packages/sample_app"
    assert client.log()[:-1] == [
        folder, "acap-sample_app", "addon", "addon video storage", f"{folder}/sample_app -x 3", "always-malloc",
        "sample_app.sock", "file", "armv7l",
    ]  # fmt: skip
    assert client.status() == "Stopped"


def test_what_an_app_can_reach(client):
    body = """
        for f in package.conf localdata /tmp; do [ -w $f ] && echo can write $f; done
        for f in / /usr/bin /usr/local/packages /usr/local/packages/other /etc/passwd /proc/1; do
            [ -w $f ] && echo can write $f; done
        ls /home /srv /root/.ssh /sys 2>/dev/null; ls /proc | grep -c '^[0-9]'; echo x > /dev/null && echo done
    """
    assert client.upload(script_app(name="other")) == client.upload(script_app(body)) == "OK"
    assert client.control("start") == "OK"
    client.wait_for("ended with status 0")
    # Itself, its first process, and what it starts.
    writable = ["can write package.conf", "can write localdata", "can write /tmp"]
    assert client.log() == [*writable, "4", "done", "ended with status 0"]


def test_stopping(client):
    children = """
        trap '' TERM
        (trap '' TERM; sleep 1000) &
        setsid sh -c 'trap "" TERM; sleep 1000' &
        echo started
        wait
        while :; do sleep 1; done
    """
    assert client.upload(script_app(children)) == "OK"
    assert client.control("start") == "OK"
    client.wait_for("started")
    application = client.camera.applications.get("sample_app")
    process = application._process.pid
    started = time.monotonic()
    client.running.call(application.stop, 0.5)
    assert 0.5 <= time.monotonic() - started < 10
    assert any("did not end within 0.5 s" in line for line in client.log())
    wait(lambda: not alive(process))
    wait(lambda: not [line for line in processes() if "sleep 1000" in line], processes)


def processes():
    return subprocess.run(["ps", "-ww", "-eo", "args"], capture_output=True, text=True).stdout.splitlines()


def alive(process):
    return Path(f"/proc/{process}").exists()


def test_respawn(client):
    assert client.upload(script_app("echo started\nexit 3\n", setup={"runMode": "respawn"})) == "OK"
    assert client.control("start") == "OK"
    client.wait_for("ended with status 3", count=2)
    assert client.status() in ("Idle", "Running")
    assert client.control("stop") == "OK" and client.status() == "Stopped"
    count = client.log().count("started")
    time.sleep(1.5)
    assert client.log().count("started") == count


def test_signal_is_told(client):
    assert client.upload(script_app("kill -SEGV $$\n")) == "OK"
    assert client.control("start") == "OK"
    client.wait_for("killed by signal 11")


@pytest.mark.parametrize("grouped", [True, False])
def test_memory_limit(client, grouped, monkeypatch):
    if not grouped:
        monkeypatch.setattr("mpycam.camera.running.memory._parent", lambda: None)
    applications = client.camera.applications
    monkeypatch.setattr(applications, "_memory", 40_000_000)
    body = "echo started\ndd if=/dev/zero of=/dev/null bs=200M count=100000 2>/dev/null\necho survived\n"
    assert client.upload(script_app(body)) == "OK"
    assert client.control("start") == "OK"
    wait(lambda: any("killed: more than 38 MB" in line for line in client.log()), client.log)
    client.control("stop")


def test_long_lines(client):
    body = "head -c 100000 /dev/zero | tr '\\0' x\necho\nprintf 'no end'\n"
    assert client.upload(script_app(body)) == "OK"
    assert client.control("start") == "OK"
    client.wait_for("no end")
    assert all(len(line) <= 1024 for line in client.log())


def test_what_cannot_start(client):
    for program in (b"\x7fELF" + bytes(100), elf(machine=62, bits=64), b"#!/bin/nothing\n"):
        data = old_app(program=program, APPNAME="broken")
        assert client.upload(data) in ("OK", "Error: 29")
    assert client.control("start", "broken") == "Error: 10"
    assert client.status("broken") == "Stopped"
    assert client.log("broken")


def test_post_install_and_upgrade(client):
    script = "pwd; id -un; echo $(cat version) >> localdata/installed\n"

    def package(version):
        files = [member("version", version.encode()), member("post.sh", script.encode()), member(f"only-{version}")]
        installation = {"postInstallScript": "post.sh"}
        return script_app(FOREVER, version=version, setup={"runMode": "once"}, files=files, installation=installation)

    assert client.upload(package("1.0.0")) == "OK"
    assert client.log() == ["/usr/local/packages/sample_app", "acap-sample_app"]
    assert client.status() == "Stopped"
    assert client.control("start") == "OK"
    client.wait_for("started")
    (client.folder() / "own").write_text("mine")
    (client.folder() / "link").symlink_to("localdata/installed")
    assert client.upload(package("2.0.0")) == "OK"
    assert client.status() == "Running" and client.listed()["sample_app"]["Version"] == "2.0.0"
    client.wait_for("started", count=2)
    assert client.log().count("ending") == 1
    folder = client.folder()
    assert (folder / "localdata/installed").read_text() == "1.0.0\n2.0.0\n"
    assert (folder / "link").read_text() == "1.0.0\n2.0.0\n" and (folder / "own").read_text() == "mine"
    assert (folder / "only-2.0.0").exists() and not (folder / "only-1.0.0").exists()
    assert (folder / "own").stat().st_uid == folder.stat().st_uid


def test_failed_upgrade_leaves_the_old_version_running(client):
    assert client.upload(script_app(FOREVER)) == "OK"
    assert client.control("start") == "OK"
    assert client.upload(script_app(FOREVER, version="2.0.0", files=[member("../x")])) == "Error: 1"
    assert client.status() == "Running" and client.listed()["sample_app"]["Version"] == "1.2.3"


def test_parameters(client):
    def package(*names):
        conf = [{"name": name, "default": "3", "type": "int:min=0;max=9"} for name in names]
        return script_app(configuration={"paramConfig": conf})

    parameters = client.camera.parameters
    assert client.upload(package("Level", "Old")) == "OK"
    client.running.call(parameters.set, {"Sample_app.Level": "7"})
    assert client.upload(package("Level", "New")) == "OK"
    assert parameters.application("Sample_app") == {"Level": "7", "New": "3"}
    client.clear()
    assert parameters.application("Sample_app") == {}


def test_configuration_of_switches(client):
    def config(**query):
        answer = client.http.get(APPLICATIONS + "config.cgi", params=query)
        return answer.status_code, " ".join(answer.text.split())

    ok = '<reply result="ok"> <param name="AllowUnsigned" value="{}" /> </reply>'
    failed = '<reply result="error"> <error type="1" message="Error: gdbus call failed" /> </reply>'
    assert config(action="get", name="AllowUnsigned") == (200, ok.format("true"))
    assert config(action="set", name="AllowUnsigned", value="false") == (200, ok.format("false"))
    assert client.upload(script_app()) == "Error: 2"
    assert client.upload(script_app() + trailer()) == "OK"
    assert config(action="set", name="AllowUnsigned", value="true") == (200, ok.format("true"))
    maybe = {"action": "set", "name": "AllowUnsigned", "value": "maybe"}
    for query in (maybe, {"action": "get", "name": "Nothing"}, {}):
        assert config(**query) == (200, failed)
    root = script_app("id -un\n", setup={"user": {"username": "root", "group": "root"}})
    assert client.upload(root) == "Error: 13"
    assert config(action="set", name="AllowRoot", value="true")[0] == 200
    client.clear()
    assert client.upload(root) == "OK"
    assert client.control("start") == "OK"
    client.wait_for("root")
    config(action="set", name="AllowRoot", value="false")


def test_restart_of_the_camera(tmp_path):
    kept = tmp_path / "camera"
    with running_camera(kept, "10.12", "armv7hf") as running:
        client = Client(running)
        for mode in ("respawn", "once", "never", "stopped"):
            name = f"app_{mode}"
            data = script_app(FOREVER, name, setup={"runMode": mode.replace("stopped", "respawn")})
            assert client.upload(data) == "OK"
            if mode != "stopped":
                assert client.control("start", name) == "OK"
        # As many as this version of AXIS OS runs.
        for number in range(5):
            assert client.upload(script_app(FOREVER, f"more_{number}")) == "OK"
            assert client.control("start", f"more_{number}") == "OK"
        assert client.control("start", "app_stopped") == "Error: 9"
    assert not [line for line in processes() if "packages/app_" in line]
    with running_camera(kept, setup=False) as running:
        client = Client(running)
        running_now = {name for name, attributes in client.listed().items() if attributes["Status"] == "Running"}
        assert running_now == {"app_respawn", "app_once"}
        client.running.call(client.camera.reboot)
        assert {name for name, each in client.listed().items() if each["Status"] == "Running"} == running_now
        client.running.call(client.camera.factory_default)
        client.running.call(client.camera.accounts.add, USER, PASSWORD, Role.ADMIN)
        assert client.listed() == {}
