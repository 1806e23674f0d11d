"""mpycam info, install, start, stop, remove, logs, params and camera add, list, remove, as they are typed."""

import json
import os
import stat

import httpx
import pytest
from camera_packages import script_app
from interpreters import ROOT
from virtual_camera import PASSWORD, USER, running_camera

from mpycam.cli import main
from mpycam.device.store import Store, Stored
from mpycam.errors import MpycamError


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A user with no cameras and no keyring, whose cameras have the password of the virtual ones."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("MPYCAM_PASSWORD", PASSWORD)
    monkeypatch.delenv("MPYCAM_CAMERA", raising=False)
    return tmp_path


@pytest.fixture(scope="module", params=["9.80", "10.12", "11.11", "12.x"])
def camera(request, tmp_path_factory):
    with running_camera(tmp_path_factory.mktemp("camera"), request.param) as camera:
        yield camera


@pytest.fixture
def typed(capsys):
    """A function that runs a command line and returns its output; it must succeed."""

    def run(*words, status=0):
        assert main([str(word) for word in words]) == status, capsys.readouterr().err
        output = capsys.readouterr()
        return output.err if status else output.out

    return run


def test_a_camera_is_kept_and_used(home, camera, typed, tmp_path, monkeypatch):
    said = typed("camera", "add", "yard", camera.url(secure=True).rstrip("/"))
    assert "no other one is accepted" in said
    file = home / "config/mpycam/cameras.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text())["yard"]["password"] == PASSWORD
    monkeypatch.delenv("MPYCAM_PASSWORD")  # it is kept

    assert typed("camera", "list") == f"yard {camera.url(secure=True).rstrip('/')} {USER} pinned\n"
    said = typed("info")  # the only one
    assert f"AXIS OS       {camera.camera.profile.version}" in said
    assert "0 apps" in said
    refused = camera.camera.profile.allow_unsigned is False
    assert ("the switch: `mpycam install --allow-unsigned`" in said) is refused
    assert json.loads(typed("info", "--json", "--camera", "yard"))["build"] == "armv7hf"

    package = tmp_path / "one.eap"
    if camera.camera.profile.elf_checked:
        package.write_bytes(script_app())
        assert "error 10, it failed for a reason that the camera keeps to its log; `mpycam logs`" in typed(
            "install", package, status=1
        )
        assert "ELF" in typed("logs")
        return
    package.write_bytes(script_app())
    if refused:
        assert "error 2, no valid signature; allow unsigned packages with" in typed("install", package, status=1)
    assert typed("install", package, "--allow-unsigned", "--start") == "sample_app 1.2.3 installed\n"
    assert "sample_app 1.2.3 Running, unsigned" in typed("info")
    package.write_bytes(script_app(version="1.2.4"))
    assert typed("install", package) == "sample_app 1.2.4 installed, was 1.2.3\n"
    assert "error 6, it runs already" in typed("start", "sample_app", status=1)
    typed("stop", "sample_app")
    assert "started" in typed("logs", "sample_app")
    typed("remove", "sample_app")
    assert "error 4, no such app" in typed("stop", "sample_app", status=1)

    typed("camera", "remove", "yard")
    assert "which camera?" in typed("info", status=1)


def test_folder_is_built_for_the_camera(home, camera, typed, tmp_path, monkeypatch):
    address = camera.url().rstrip("/")
    app = tmp_path / "app"
    app.mkdir()
    setup = {"appName": "greeter", "vendor": "V", "version": "1.0.0", "embeddedSdkVersion": "2.0", "runMode": "never",
             "runOptions": "-m greet"}  # fmt: skip
    items = [{"name": "Level", "default": "3", "type": "int:min=0;max=9"}]
    manifest = {
        "schemaVersion": "1.3.1", "acapPackageConf": {"setup": setup, "configuration": {"paramConfig": items}},
    }  # fmt: skip
    (app / "manifest.json").write_text(json.dumps(manifest))
    (app / "greet.py").write_text("print('hello')\n")
    (app / "LICENSE").write_text("MIT\n")
    monkeypatch.chdir(tmp_path)
    assert "make firmware ARCH=armv7hf" in typed("install", app, "-c", address, status=1)
    monkeypatch.chdir(ROOT)
    assert typed("install", app, "-c", address, "--allow-unsigned") == "greeter 1.0.0 installed\n"
    assert typed("params", "get", "-c", address, "--app", "greeter") == "Level=3\n"
    typed("params", "set", "-c", address, "--app", "greeter", "Level=5")
    assert typed("params", "get", "-c", address, "Greeter.Level") == "Greeter.Level=5\n"
    assert "params get" in typed("params", "set", "-c", address, "Greeter.Level=99", status=1)
    assert "expected NAME=VALUE" in typed("params", "set", "-c", address, "Level", status=1)
    assert "no parameters" in typed("params", "get", "-c", address, "Nothing", status=1)


def test_certificate_that_is_expected(home, camera, typed):
    address = camera.url(secure=True).rstrip("/")
    assert "shows a certificate with the SHA-256" in typed(
        "camera", "add", "a", address, "--fingerprint", "00", status=1
    )
    said = typed("camera", "add", "a", address)
    typed("camera", "add", "a", address, "--fingerprint", said.split()[2].upper())


def test_camera_without_tls_is_kept_with_http(home, camera, typed):
    url = httpx.URL(camera.url())
    # Nobody speaks TLS at this port, so it is HTTP.
    typed("camera", "add", "plain", f"127.0.0.1:{url.port}")
    assert Store().get("plain").address == f"http://127.0.0.1:{url.port}"


def test_store(tmp_path):
    store = Store(tmp_path / "folder" / "cameras.json", use_keyring=False)
    with pytest.raises(MpycamError, match="camera add yard HOST"):
        store.get("yard")
    store.add(Stored("yard", "https://192.0.2.7"), "secret", "other")
    store.add(Stored("gate", "http://192.0.2.8", ssh_port=22), "")
    assert store.names() == ["gate", "yard"]
    assert store.get("gate").ssh_port == 22
    assert (store.password("yard"), store.password("yard", "ssh_password"), store.password("gate")) == (
        "secret",
        "other",
        "",
    )
    assert os.listdir(tmp_path / "folder") and all(
        stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in [store.path]
    )
    with pytest.raises(MpycamError, match="no name for a camera"):
        store.add(Stored("a b", "x"), "")
    store.remove("yard")
    assert Store(store.path, use_keyring=False).names() == ["gate"]
    store.path.write_text("{")
    with pytest.raises(MpycamError, match="mend it"):
        store.names()


def test_keyring_keeps_the_passwords(tmp_path, monkeypatch):
    keyring = pytest.importorskip("keyring")

    class Ring(keyring.backend.KeyringBackend):
        priority = 5
        kept = {}

        def get_password(self, service, name):
            return self.kept.get((service, name))

        def set_password(self, service, name, password):
            self.kept[service, name] = password

        def delete_password(self, service, name):
            if (service, name) not in self.kept:
                raise keyring.errors.PasswordDeleteError
            del self.kept[service, name]

    monkeypatch.setattr(keyring, "get_keyring", Ring)
    for name in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(keyring, name, getattr(Ring(), name))
    store = Store(tmp_path / "cameras.json")
    store.add(Stored("yard", "https://192.0.2.7"), "secret")
    assert "secret" not in store.path.read_text()
    assert store.password("yard") == "secret"
    store.remove("yard")
    assert Ring.kept == {}
