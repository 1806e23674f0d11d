"""Installing on a camera over ssh, against a real OpenSSH server on this machine."""

import asyncio
import getpass
import os
import pty
import re
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from interpreters import ROOT
from terminal import read_until
from mpycam.cli import main
from mpycam.deploy import Camera
from mpycam.developer.ssh import connection, ssh_workplace
from mpycam.errors import MpycamError

SERVER = shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin")

SERVER_CONFIG = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
SetEnv PATH={folder}/bin:/usr/bin:/bin
"""

CLIENT_CONFIG = """
Host camera stranger interrupted
    HostName 127.0.0.1
    Port {port}
    User {user}
    UserKnownHostsFile {folder}/known_hosts
    StrictHostKeyChecking yes
    IdentitiesOnly yes
    BatchMode yes
Host camera interrupted
    IdentityFile {folder}/user_key
Host interrupted
    ProxyCommand {python} {folder}/interrupt.py {port} {folder}/target
Host stranger
    IdentityFile {folder}/other_key
Host nobody
    HostName nobody.invalid
"""

# Passes a connection on, and breaks it as soon as a part of a file has arrived.
INTERRUPT = """
import os, pathlib, select, socket, sys
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
target = pathlib.Path(sys.argv[2])
left = 150000
while left > 0 or not any(path.stat().st_size for path in target.glob(".micropython.*")):
    ready = select.select([connection] + [0] * (left > 0), [], [], 0.01)[0]
    if connection in ready:
        os.write(1, connection.recv(65536))
    if 0 in ready:
        data = os.read(0, min(left, 4096))
        connection.sendall(data)
        left -= len(data)
"""


@dataclass
class Server:
    """A running server and the files around it."""

    folder: Path
    options: list

    def camera(self, host="camera"):
        return Camera(host, self.options)

    def command_line(self, verb, *arguments, host="camera"):
        """Arguments of the mpycam command, options before the name as ssh wants them."""
        return [verb, f"--ssh-options={' '.join(self.options)}", *map(str, arguments), host]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    assert SERVER, "needs the Debian package openssh-server"
    folder = tmp_path_factory.mktemp("ssh")
    for key in ("host_key", "user_key", "other_key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / key], check=True)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    (folder / "bin").mkdir()
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {(folder / 'host_key.pub').read_text()}")
    (folder / "interrupt.py").write_text(INTERRUPT)
    values = {"folder": folder, "port": port, "user": getpass.getuser(), "python": sys.executable}
    (folder / "sshd_config").write_text(SERVER_CONFIG.format(**values))
    (folder / "ssh_config").write_text(CLIENT_CONFIG.format(**values))
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # the server insists, and its service would have made it

    process = subprocess.Popen([SERVER, "-D", "-E", folder / "log", "-f", folder / "sshd_config"])
    try:
        wait_for_port(port, process, folder / "log")
        yield Server(folder, ["-F", str(folder / "ssh_config")])
    finally:
        process.terminate()
        process.wait(10)


def wait_for_port(port, process, log):
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
    raise AssertionError(f"no server: {log.read_text()}")


@pytest.fixture
def firmware():
    path = ROOT / "dist" / "host" / "micropython"
    assert path.is_file(), "build it with: make firmware ARCH=host"
    return path


@pytest.fixture
def uname(server):
    """A function that makes the camera's processor a certain one."""
    script = server.folder / "bin" / "uname"

    def pretend(machine):
        script.write_text(f"#!/bin/sh\necho {machine}\n")
        script.chmod(0o755)

    yield pretend
    script.unlink()


def test_install_copies_a_file_that_runs(server, firmware, tmp_path):
    version = server.camera().install(firmware, str(tmp_path))
    installed = tmp_path / "micropython"
    assert installed.read_bytes() == firmware.read_bytes()
    assert installed.stat().st_mode & 0o777 == 0o755
    assert "MicroPython v1.25.0" in version
    assert os.listdir(tmp_path) == ["micropython"]


def test_install_replaces_a_running_interpreter(server, firmware, tmp_path):
    installed = tmp_path / "micropython"
    shutil.copy(firmware, installed)
    before = installed.stat().st_ino
    with subprocess.Popen([installed, "-c", "input()"], stdin=subprocess.PIPE) as running:
        server.camera().install(firmware, str(tmp_path))
        assert running.poll() is None
        running.communicate(b"\n")
    assert running.returncode == 0
    assert installed.stat().st_ino != before


def test_install_takes_a_folder_with_a_strange_name(server, firmware, tmp_path):
    folder = tmp_path / "it's a $HOME"
    folder.mkdir()
    server.camera().install(firmware, str(folder))
    assert (folder / "micropython").is_file()


def test_interrupted_copy_leaves_the_old_file(server, firmware):
    target = server.folder / "target"
    target.mkdir()
    (target / "micropython").write_text("old")
    with pytest.raises(MpycamError, match="ssh to interrupted failed"):
        server.camera("interrupted").install(firmware, str(target))
    for _ in range(100):  # the server notices on its own time
        if os.listdir(target) == ["micropython"]:
            break
        time.sleep(0.1)
    assert os.listdir(target) == ["micropython"]
    assert (target / "micropython").read_text() == "old"


def test_file_that_does_not_run_leaves_the_old_one(server, tmp_path):
    (tmp_path / "micropython").write_text("old")
    firmware = tmp_path / "elsewhere"
    firmware.write_bytes(b"\x7fELF" + bytes(1000))
    with pytest.raises(MpycamError, match="does not run there .*[Ee]xec format.*another processor"):
        server.camera().install(firmware, str(tmp_path))
    assert sorted(os.listdir(tmp_path)) == ["elsewhere", "micropython"]
    assert (tmp_path / "micropython").read_text() == "old"


def test_missing_folder_is_told(server, firmware, tmp_path):
    with pytest.raises(MpycamError, match=f"camera:{tmp_path}/none: .*cd"):
        server.camera().install(firmware, f"{tmp_path}/none")


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("nobody", "resolve hostname nobody.invalid"),
        ("stranger", "Permission denied"),
        ("-oProxyCommand=false", "hostname"),
    ],
)
@pytest.mark.parametrize("verb", ["install-mpy", "camera-arch"])
def test_unreachable_camera_is_told(server, verb, host, reason, capsys):
    # After "--", since one of the names looks like an option.
    assert main(server.command_line(verb, "--", host=host)) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"mpycam: ssh to {host} failed: ")
    assert reason in error


@pytest.mark.parametrize(("machine", "arch"), [("armv7l", "armv7hf"), ("armv8l", "armv7hf"), ("aarch64", "aarch64")])
def test_architecture_is_asked(server, uname, machine, arch, capsys):
    uname(machine)
    assert main(server.command_line("camera-arch")) == 0
    assert capsys.readouterr().out == f"{arch}\n"


def test_unknown_architecture_is_told(server, uname, capsys):
    uname("mips")
    assert main(server.command_line("install-mpy")) == 1
    assert "processor of type 'mips', there are builds for armv7l," in capsys.readouterr().err


def test_binary_that_was_not_built_is_told(server, uname, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    uname("armv7l")
    assert main(server.command_line("install-mpy")) == 1
    assert "make firmware ARCH=armv7hf" in capsys.readouterr().err


def test_repl_over_ssh(server, firmware, tmp_path):
    """The REPL, on a terminal, evaluates what is typed and edits the line."""
    server.camera().install(firmware, str(tmp_path))
    terminal, inner = pty.openpty()
    command = [sys.executable, "-m", "mpycam", *server.command_line("run-mpy", "--folder", tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=inner, stdout=inner, stderr=inner) as process:
        os.close(inner)
        read_until(terminal, b">>> ")
        os.write(terminal, b"6*8\x7f7\r")  # a backspace: the line editor needs a terminal at the other end too
        assert b"42" in read_until(terminal, b"\r\n42\r\n>>> ")
        os.write(terminal, b"\x04")
        assert process.wait(30) == 0
    os.close(terminal)


def test_run_passes_arguments_and_status(server, firmware, tmp_path):
    server.camera().install(firmware, str(tmp_path))
    command = [sys.executable, "-m", "mpycam", *server.command_line("run-mpy", "--folder", tmp_path)]
    command += ["-c", "import sys; print('it\\'s', sys.argv); sys.exit(7)", "two words"]
    result = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert result.stdout == "it's ['-c', 'two words']\n"
    assert result.returncode == 7


def test_run_where_nothing_is_installed(server, tmp_path, capfd):
    assert main(server.command_line("run-mpy", "--folder", tmp_path)) == 1
    assert "put it there with install-mpy" in capfd.readouterr().err


def test_places_have_names(server, capsys):
    """The names that DEPLOY_TO takes stand for folders of cameras; this machine has only one of them."""
    arguments = server.command_line("install-mpy", "--arch", "host", "--folder", "sd_card")
    assert main(arguments) == 1
    assert "camera:/var/spool/storage/SD_DISK: " in capsys.readouterr().err


def test_programs_run_over_a_real_server(server, firmware, tmp_path):
    """What `mpycam run` does by ssh, with OpenSSH at the other end: its own shell, exit statuses and end of input."""
    key = (server.folder / "host_key.pub").read_text()
    options = {"client_keys": [str(server.folder / "user_key")]}
    (port,) = re.findall(r"^Port (\d+)", (server.folder / "sshd_config").read_text(), re.MULTILINE)

    async def work():
        user = getpass.getuser()
        async with connection("127.0.0.1", int(port), user, key=key, options=options.items()) as client:
            for _ in range(2):  # the second time everything is there
                async with ssh_workplace(client, "camera", lambda build: firmware, str(tmp_path)) as place:
                    await place.put({"it.py": b"import sys\nprint(sys.stdin.read())\nsys.exit(3)"})
                    await place.start(["it.py"])
                    await place.write(b"typed")
                    await place.write(b"")
                    said = b""
                    while isinstance(value := await place.output(), bytes):
                        said += value
                    assert (said, value) == (b"typed\n", 3)
            (home,) = tmp_path.glob("mpycam-*")
            assert home.stat().st_mode & 0o077 == 0
            home.rename(tmp_path / "elsewhere")
            home.symlink_to(tmp_path / "elsewhere")
            with pytest.raises(MpycamError, match="somebody else's.*DEPLOY_TO"):
                async with ssh_workplace(client, "camera", lambda build: firmware, str(tmp_path)):
                    pass
        other = (server.folder / "other_key.pub").read_text()
        with pytest.raises(MpycamError, match="its ssh key is not the one that is known"):
            async with connection("127.0.0.1", int(port), user, key=other, options=options.items()):
                pass
        options["client_keys"] = [str(server.folder / "other_key")]
        with pytest.raises(MpycamError, match="does not let .* in by ssh"):
            async with connection("127.0.0.1", int(port), user, key=key, options=options.items()):
                pass

    asyncio.run(work())
