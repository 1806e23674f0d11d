"""mpycam run, watch, repl and test: on this machine, and on virtual cameras by ssh and through the wrapper."""

import asyncio
import json
import os
import queue
import subprocess
import sys
import threading
from xml.etree import ElementTree

import pytest
from interpreters import ARCHES, ROOT
from terminal import read_until
from virtual_camera import PASSWORD, USER, running_camera

from mpycam.cli import main
from mpycam.developer import shipping
from mpycam.developer.local import local_workplace
from mpycam.developer.options import deploy_folder
from mpycam.errors import MpycamError

SECONDS = 30
PROFILES = {"9.80": "ssh", "10.12": "ssh", "11.11": "wrapper", "12.x": "wrapper"}
SETUP = {"appName": "my_app", "vendor": "V", "version": "1.0.0", "embeddedSdkVersion": "2.0", "runMode": "never",
         "runOptions": "-X heapsize=2M -m main one"}  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """The checkout is the current folder; nothing is kept of the user's own cameras and passwords."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("MPYCAM_PASSWORD", PASSWORD)
    for name in ("MPYCAM_CAMERA", "DEPLOY_TO"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module", params=PROFILES)
def camera(request, tmp_path_factory):
    with running_camera(tmp_path_factory.mktemp("camera"), request.param, ssh_port=0) as camera:
        yield camera


@pytest.fixture
def kept(camera):
    """The camera, kept as "yard", with ssh or with the wrapper."""
    by_ssh = PROFILES[camera.camera.profile.name] == "ssh"
    ssh = ["--ssh", str(camera.camera.ssh.port)] if by_ssh else []
    assert main(["camera", "add", "yard", camera.url().rstrip("/"), *ssh]) == 0
    if not by_ssh and not any(app.record.name == "mpycam_developer" for app in camera.camera.applications):
        assert main(["wrapper", "install", "--allow-unsigned"]) == 0
    return camera


def command(*words, **options):
    """Run the command as a program and return the CompletedProcess."""
    options = {"stdin": subprocess.DEVNULL, **options} if "input" not in options else options
    return subprocess.run(
        [sys.executable, "-m", "mpycam", *map(str, words)], capture_output=True, text=True, timeout=SECONDS, **options
    )


SCRIPT = """
import sys, beside, geometry
print(beside.NAME, geometry.__name__, sys.argv)
for line in sys.stdin:
    print("read", line.strip())
sys.exit(3)
"""


def write_script(folder):
    (folder / "script.py").write_text(SCRIPT)
    (folder / "beside.py").write_text("NAME = 'beside'\n")
    return folder / "script.py"


SAID = "beside geometry ['script.py', 'a b', '--c']\nread one\nread two\n"


@pytest.mark.parametrize("arch", [arch for arch in ARCHES if arch in ("host", "armv7hf", "aarch64")])
def test_run_here(arch, tmp_path):
    result = command("run", "--on", arch, write_script(tmp_path), "a b", "--c", input="one\ntwo\n")
    assert (result.stdout, result.returncode) == (SAID, 3), result.stderr


def test_run_on_a_camera(kept, tmp_path):
    result = command("run", write_script(tmp_path), "a b", "--c", input="one\ntwo\n")
    assert (result.stdout, result.returncode) == (SAID, 3), result.stderr


def test_run_tells_what_is_wrong(tmp_path, capsys):
    assert main(["run", "--on", "host", str(tmp_path / "none.py")]) == 1
    assert "no such file" in capsys.readouterr().err
    (tmp_path / "bad.py").write_text("def x(:\n")
    assert main(["run", "--on", "host", str(tmp_path / "bad.py")]) == 1
    assert "bad.py" in capsys.readouterr().err
    result = command(
        "run", "--on", "host", tmp_path / "bad.py", cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert "dist/host/micropython is not there; build it with: make firmware ARCH=host" in result.stderr


def test_camera_without_the_wrapper(tmp_path, capsys):
    script = write_script(tmp_path)
    with running_camera(tmp_path / "camera", "12.x") as camera:
        address = camera.url().rstrip("/")
        assert main(["run", "-c", address, str(script)]) == 1
        assert "install it with `mpycam wrapper install`, or use ssh" in capsys.readouterr().err
        assert main(["run", "-c", address, "--via", "ssh", str(script)]) == 1
        assert "is not kept with ssh" in capsys.readouterr().err
        assert main(["wrapper", "install", "-c", address]) == 1
        assert "error 2, no valid signature; allow unsigned packages" in capsys.readouterr().err
    with running_camera(tmp_path / "old", "10.12") as camera:
        assert main(["wrapper", "install", "-c", camera.url().rstrip("/")]) == 1
        assert "no reverse proxy for the wrapper" in capsys.readouterr().err


def test_repl_of_what_is_piped_in(kept):
    result = command("repl", input="print(6 * 7)\rimport sys; sys.exit(5)\r")
    assert "\n42\n" in result.stdout
    assert result.returncode == 5, result.stderr


def test_repl_at_a_terminal(kept, tmp_path):
    import pty
    import termios

    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    with subprocess.Popen([sys.executable, "-m", "mpycam", "repl"], stdin=slave, stdout=slave, stderr=slave) as process:
        read_until(master, b">>> ")
        os.write(master, b"6*8\x7f7\r")
        assert b"42" in read_until(master, b"\r\n42\r\n>>> ")
        os.write(master, b"while True: print('on', end=' ')\r\r")
        read_until(master, b"on on")
        os.write(master, b"\x03")
        read_until(master, b"KeyboardInterrupt")
        os.write(master, b"\x1d")
        assert process.wait(SECONDS) == 0
    assert termios.tcgetattr(slave) == before
    os.close(master)
    os.close(slave)


def write_app(folder, program):
    folder.mkdir(exist_ok=True)
    manifest = {"schemaVersion": "1.3.1", "acapPackageConf": {"setup": SETUP}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "LICENSE").write_text("MIT\n")
    (folder / "main.py").write_text(program)


PROGRAM = """
import sys, time, helper, geometry
print("begins", helper.VERSION, sys.argv[1:], open("data.txt").read())
try:
    while True:
        time.sleep(60)
finally:
    print("ends")
"""


class Watching:
    """`mpycam watch` as a program, and its lines."""

    def __init__(self, *words):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mpycam", "watch", *map(str, words)], text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self._lines = queue.Queue()
        threading.Thread(target=lambda: [self._lines.put(line) for line in self._process.stdout], daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def until(self, text):
        """The lines up to one with a text in it."""
        lines = []
        while not lines or text not in lines[-1]:
            lines.append(self._lines.get(timeout=20))
        return lines

    def interrupt(self):
        """Type Ctrl-C and return the status."""
        self._process.send_signal(2)
        return self._process.wait(SECONDS)


def watch_it(folder, *words):
    app = folder / "app"
    write_app(app, PROGRAM)
    (app / "helper.py").write_text("VERSION = 1\n")
    (app / "data.txt").write_text("data")
    with Watching(*words, app) as watching:
        watching.until("begins 1 ['one'] data")
        (app / "helper.py").write_text("VERSION = 2\n")
        said = watching.until("begins 2 ['one'] data")
        assert "ends\n" in said  # in order, not killed
        assert any("helper.mpy: " in line and "bytes sent" in line for line in said)
        (app / "data.txt").write_text("other")
        assert any("data.txt: 5 bytes sent" in line for line in watching.until("begins 2 ['one'] other"))
        (app / "helper.py").write_text("VERSION = 3 3\n")
        watching.until("invalid syntax")
        watching.until("runs on as it was")
        (app / "helper.py").write_text("from more import VERSION\n")
        (app / "more.py").write_text("VERSION = 4\n")
        watching.until("begins 4")
        (app / "more.py").unlink()
        (app / "helper.py").write_text("VERSION = 5\n")
        watching.until("begins 5")
        (app / "main.py").write_text("1/0\n")
        watching.until("ZeroDivisionError")
        watching.until("ended with status 1")
        assert watching.interrupt() == 130


def test_watch_here(tmp_path):
    watch_it(tmp_path, "--on", "host")


def test_watch_on_a_camera(kept, tmp_path):
    watch_it(tmp_path)


def test_watch_goes_on_after_a_reboot(kept, tmp_path):
    app = tmp_path / "app"
    write_app(app, "import time\nprint('first')\nwhile True:\n    time.sleep(60)\n")
    with Watching(app) as watching:
        watching.until("first")
        kept.call(kept.camera.reboot, 2)
        watching.until("waiting for the camera")
        watching.until("the camera is back")
        watching.until("first")
        (app / "main.py").write_text("print('second')\n")
        watching.until("second")
        assert watching.interrupt() == 130


def test_watch_takes_the_place_of_the_installed_app(kept, tmp_path):
    app = tmp_path / "app"
    write_app(app, "import time\nprint('first')\nwhile True:\n    time.sleep(60)\n")
    assert main(["install", str(app), "--allow-unsigned", "--start"]) == 0
    (app / "main.py").write_text("import os, time\nprint('second', os.getcwd())\nwhile True:\n    time.sleep(60)\n")
    with Watching(app) as watching:
        watching.until("the installed my_app is stopped meanwhile")
        place = watching.until("second /")[-1].split()[-1]
        by_ssh = PROFILES[kept.camera.profile.name] == "ssh"
        assert place == (
            "/usr/local/packages/my_app" if by_ssh else "/usr/local/packages/mpycam_developer/localdata/my_app"
        )
        assert kept.camera.applications.get("my_app").status == "Stopped"
        assert watching.interrupt() == 130
    assert kept.camera.applications.get("my_app").status == "Running"
    assert main(["remove", "my_app"]) == 0


TESTS = """
import calc

def test_sum():
    assert calc.add(1, 2) == 3

async def test_later():
    import asyncio
    await asyncio.sleep_ms(1)
    print("later")

def test_wrong():
    print("before it")
    assert calc.add(1, 2) == 4, "have 3"
"""


def test_tests_everywhere(tmp_path, capsys):
    app = tmp_path / "app"
    write_app(app, "")
    (app / "tests").mkdir()
    (app / "calc.py").write_text("def add(a, b):\n    return a + b\n")
    (app / "tests/test_calc.py").write_text(TESTS)
    (app / "tests/test_end.py").write_text("import sys\ndef test_end():\n    sys.exit(4)\n")
    report = tmp_path / "report.xml"
    places = "host,armv7hf,virtual"
    assert main(["test", str(app), "--places", places, "--junit", str(report)]) == 1
    said = capsys.readouterr().out
    for place in places.split(","):
        assert f"{place} test_calc.test_sum ok" in said
        assert f"{place} test_calc.test_later ok" in said
        assert f"{place} test_calc.test_wrong FAILED" in said
        assert f"{place}: 4 tests, 2 failed" in said
    assert "    before it\n" in said
    assert "    AssertionError: have 3\n" in said
    assert "the interpreter ended with 4" in said
    suites = ElementTree.parse(report).getroot()
    assert [(suite.get("name"), suite.get("tests"), suite.get("failures")) for suite in suites] == [
        (place, "4", "2") for place in places.split(",")
    ]
    case = suites.find("testsuite/testcase[@name='test_wrong']")
    assert case.get("classname") == "host.test_calc"
    assert case.find("failure").get("message") == "AssertionError: have 3"
    assert case.find("system-out").text == "before it"
    assert main(["test", str(app), "-k", "sum"]) == 0
    assert main(["test", str(app), "--places", "moon"]) == 1
    assert main(["test", str(tmp_path)]) == 1


def test_tests_on_a_camera(kept, tmp_path, capsys):
    app = tmp_path / "app"
    write_app(app, "")
    (app / "tests").mkdir()
    (app / "tests/test_it.py").write_text("def test_it():\n    import os\n    assert os.getcwd() != '/'\n")
    assert main(["test", str(app), "--places", "camera"]) == 0
    assert "camera: 1 tests, 0 failed" in capsys.readouterr().out


def test_agent_refuses_and_goes_on():
    async def work():
        async with local_workplace("host") as place:
            with pytest.raises(MpycamError, match="need a name inside of the folder"):
                await place.put({"../outside": b""})
            with pytest.raises(MpycamError):
                await place.delete(["nothing"])
            await place.put({"a/b/c.py": b"print('deep')"})
            said = []
            assert await place.run(["a/b/c.py"], said.append) == 0
            assert b"".join(said) == b"deep\n"
            # One that does not end when it is told to is killed.
            await place.put(
                {"deaf.py": b"import time\nwhile 1:\n try:\n  print('up'); time.sleep(99)\n except SystemExit: pass"}
            )
            await place.start(["deaf.py"])
            assert (await place.output()).startswith(b"up")
            await place.end()
            while isinstance(value := await place.output(), bytes):
                pass
            assert value == -9
            # Large output and input pass unharmed.
            await place.put({"echo.py": b"import sys\nsys.stdout.write(sys.stdin.read())"})
            data = ("0123456789" * 10 + "\n") * 3000
            await place.start(["echo.py"])
            await place.write(data.encode())
            await place.write(b"")
            said = b""
            while isinstance(value := await place.output(), bytes):
                said += value
            assert (said.decode(), value) == (data, 0)

    asyncio.run(work())


def test_native_code_goes_to_the_right_processor(tmp_path):
    write_app(tmp_path / "app", "import micropython\n@micropython.native\ndef f(): return 1\n")
    with pytest.raises(MpycamError, match="native|arch"):
        shipping.Shipment(tmp_path / "app", None, "aarch64").read()
    assert "main.mpy" in shipping.Shipment(tmp_path / "app", None, "armv7hf").read()


def test_places_to_deploy_to():
    assert [deploy_folder(name) for name in ("tmp", "flash", "sd_card", "nfs", "/var/x")] == [
        "/tmp", "/usr/local/packages", "/var/spool/storage/SD_DISK", "/var/spool/storage/NetworkShare", "/var/x",
    ]  # fmt: skip
    with pytest.raises(MpycamError, match="'moon' is no place"):
        deploy_folder("moon")


def test_account_that_may_not(tmp_path, capsys, monkeypatch):
    """The wrapper is for administrators."""
    with running_camera(tmp_path / "camera", "12.x") as camera:
        address = camera.url().rstrip("/")
        assert main(["wrapper", "install", "-c", address, "--allow-unsigned"]) == 0
        from mpycam.camera.role import Role

        camera.call(camera.camera.accounts.add, "looker", "pass", Role.OPERATOR)
        import httpx

        path = "/local/mpycam_developer/session"
        headers = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "x",
        }
        answer = httpx.get(address + path, auth=httpx.DigestAuth("looker", "pass"), headers=headers)
        assert answer.status_code in (401, 403)
        answer = httpx.get(address + path, auth=httpx.DigestAuth(USER, PASSWORD))
        assert answer.status_code == 404  # no WebSocket
