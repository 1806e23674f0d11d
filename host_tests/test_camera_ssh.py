"""ssh to the virtual camera, with OpenSSH's own programs and our installer of interpreters."""

import asyncio
import subprocess

import asyncssh
import httpx
import pytest
from camera_packages import FOREVER, ROOT, script_app
from test_camera_applications import Client, processes, wait
from virtual_camera import PASSWORD, USER, running_camera

from mpycam.deploy import Camera as Deployed

USERS = "config/rest/ssh/v1/users"


class Door:
    """A camera with ssh, and OpenSSH's configuration for it: root's key is accepted."""

    def __init__(self, running, folder):
        self.running, self.camera, self.folder = running, running.camera, folder
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "key"], check=True)
        self.options = [
            "-F", "none", "-i", str(folder / "key"), "-o", f"UserKnownHostsFile={folder}/known_hosts",
            "-o", "StrictHostKeyChecking=accept-new", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR",
        ]  # fmt: skip

    @property
    def port(self):
        return self.camera.ssh.port

    def allow(self, home):
        """Put the key into the file of a home inside the camera."""
        keys = self.camera.storage.folder / "root" / home / ".ssh/authorized_keys"
        keys.parent.mkdir(parents=True, exist_ok=True)
        keys.write_bytes(b"# a comment\n" + (self.folder / "key.pub").read_bytes())

    def ssh(self, command, user="root", data=b"", extra=()):
        full = ["ssh", *self.options, "-p", str(self.port), *extra, f"{user}@127.0.0.1", command]
        return subprocess.run(full, input=data, capture_output=True, timeout=60)


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ssh")
    with running_camera(folder / "camera", "10.12", "armv7hf", ssh_port=0) as running:
        door = Door(running, folder)
        door.allow("root")
        yield door


def test_commands(door):
    result = door.ssh("id -un; pwd; uname -m; cat; echo oops >&2; exit 7", data=b"typed")
    assert (result.returncode, result.stdout, result.stderr) == (7, b"root\n/root\narmv7l\ntyped", b"oops\n")
    big = bytes(range(256)) * 20000
    assert door.ssh("cat", data=big).stdout == big
    assert door.ssh("nothing").returncode == 127
    assert door.ssh("kill -9 $$").returncode == 137
    assert b"rw" not in door.ssh("touch /usr/bin/x").stdout and door.ssh("touch /usr/bin/x").returncode == 1


def test_password(door):
    async def log_in(user, password):
        async with asyncssh.connect(
            "127.0.0.1", door.port, username=user, password=password, known_hosts=None, client_keys=None
        ) as connection:
            return (await connection.run("id -u")).stdout

    assert asyncio.run(log_in("root", PASSWORD)) == "0\n"
    for user, password in (("root", "wrong"), ("root", ""), ("nobody", PASSWORD), ("sdk", PASSWORD)):
        with pytest.raises(asyncssh.PermissionDenied):
            asyncio.run(log_in(user, password))


def test_terminal(door):
    result = door.ssh("test -t 0 && stty size; cat; exit 3", extra=["-tt"], data=b"typed\n\x04")
    assert result.returncode == 3
    assert result.stdout.split().count(b"typed") == 2  # once as an echo, once from cat
    assert b"0 0" in result.stdout


def test_scp_and_sftp(door, tmp_path):
    data = bytes(range(256)) * 1000
    (tmp_path / "data").write_bytes(data)
    options = [*door.options, "-P", str(door.port)]
    for protocol in ([], ["-O"]):
        copy = ["scp", *protocol, *options]
        subprocess.run([*copy, tmp_path / "data", "root@127.0.0.1:/tmp/copy"], check=True, timeout=60)
        assert door.ssh("cat /tmp/copy; rm /tmp/copy").stdout == data
        door.ssh("cat > /root/there", data=data)
        subprocess.run([*copy, "root@127.0.0.1:/root/there", tmp_path / "back"], check=True, timeout=60)
        assert (tmp_path / "back").read_bytes() == data
    batch = f"put {tmp_path}/data /usr/local/packages/data\nmkdir /usr/local/packages/sub\nls -l /usr/local/packages\n"
    result = subprocess.run(
        ["sftp", "-b", "-", *options, "root@127.0.0.1"], input=batch.encode(), capture_output=True, timeout=60
    )
    assert result.returncode == 0 and b"data" in result.stdout and b"sub" in result.stdout
    assert (door.camera.storage.folder / "root/usr/local/packages/data").read_bytes() == data
    door.ssh("rm -r /usr/local/packages/data /usr/local/packages/sub")


def test_interpreter_is_installed_as_on_a_camera(door):
    firmware = ROOT / "dist/armv7hf/micropython"
    assert firmware.is_file(), "build it with: make firmware ARCH=armv7hf"
    deployed = Deployed("root@127.0.0.1", [*door.options, "-p", str(door.port)])
    assert deployed.arch() == "armv7hf"
    if not door.camera.applications.sandbox._kernel_translation:
        pytest.skip("this kernel runs no ARM programs from a shell")
    assert "MicroPython v1.25.0" in deployed.install(firmware, "/tmp")
    assert door.ssh("/tmp/micropython -c 'print(6*7)'").stdout == b"42\n"


def test_interrupted_command_is_ended(door):
    process = subprocess.Popen(
        ["ssh", *door.options, "-p", str(door.port), "root@127.0.0.1", "sleep 9876"], stdin=subprocess.DEVNULL
    )
    wait(lambda: "sleep 9876" in processes(), processes)
    process.kill()
    process.wait()
    wait(lambda: "sleep 9876" not in processes(), processes)


def test_users_of_later_versions(tmp_path):
    with running_camera(tmp_path / "camera", "12.x", "armv7hf", ssh_port=0) as running:
        door, client = Door(running, tmp_path), Client(running)
        door.allow("root")
        assert door.ssh("true").returncode == 255
        client.camera.applications.set_switch("AllowUnsigned", True)
        assert client.upload(script_app(FOREVER)) == "OK"
        http = httpx.Client(base_url=running.url(), auth=httpx.DigestAuth(USER, PASSWORD), timeout=30)

        def post(**data):
            return http.post(USERS, json={"data": data}).status_code

        assert post(username="acap-sample_app", password="secret") == 200
        assert post(username="acap-sample_app", password="secret") == 409
        for wrong in ({"username": "root", "password": "s"}, {"username": "x y", "password": "s"}, {"username": "x"}):
            assert post(**wrong) == 400
        assert http.post(USERS, content=b"{").status_code == 400
        assert http.get(USERS).json()["data"] == [{"username": "acap-sample_app"}]
        door.allow("usr/local/packages/sample_app")
        script = "id -un; pwd; echo x > localdata/made && ls -l localdata/made | cut -d' ' -f3"
        told = door.ssh(script, "acap-sample_app").stdout.decode().split()
        assert told == ["acap-sample_app", "/usr/local/packages/sample_app", "acap-sample_app"]
        assert http.patch(f"{USERS}/acap-sample_app", json={"data": {"password": "other"}}).status_code == 200
        assert http.delete(f"{USERS}/acap-sample_app").status_code == 200
        assert http.delete(f"{USERS}/acap-sample_app").status_code == 404
        assert door.ssh("true", "acap-sample_app").returncode == 255
        running.call(running.camera.parameters.set, {"Network.SSH.Enabled": "no"})
        wait(lambda: running.camera.ssh._server is None)
        assert door.ssh("true").returncode == 255
