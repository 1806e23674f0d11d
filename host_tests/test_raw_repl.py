"""The raw REPL in every build, and mpremote from PyPI through the terminal that `mpycam repl --pty` opens."""

import asyncio
import os
import subprocess
import sys

import pytest
from interpreters import ARCHES, ROOT
from terminal import read_until

from mpycam.developer.local import local_workplace
from mpycam.developer.terminal import pseudo_terminal

SECONDS = 60
EMULATED = [arch for arch in ARCHES if arch in ("host", "armv7hf", "aarch64")]
BANNER = b"raw REPL; CTRL-B to exit\r\n>"


class Raw:
    """An interpreter on pipes, driven byte by byte."""

    def __init__(self, interpreter):
        self._process = subprocess.Popen(
            [*interpreter.command, "-X", "heapsize=2M", "-i"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, bufsize=0, env=interpreter.environment(),
        )  # fmt: skip
        self.until(b">>> ")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def type(self, data):
        self._process.stdin.write(data)

    def until(self, ending):
        data = b""
        while not data.endswith(ending):
            byte = self._process.stdout.read(1)
            assert byte, f"expected {ending}, have {data}"
            data += byte
        return data

    def enter(self):
        self.type(b"\r\x03\r\x01")
        self.until(BANNER)

    def run(self, code):
        """Run code in raw mode and return (output, error)."""
        self.type(code + b"\x04")
        assert self.until(b"OK") == b"OK"
        output, error = self.until(b"\x04")[:-1], self.until(b"\x04")[:-1]
        self.until(b">")
        return output, error

    def end(self):
        """Close its input and return (the rest of its output, status)."""
        self._process.stdin.close()
        rest = self._process.stdout.read()
        return rest, self._process.wait(SECONDS)


@pytest.fixture
def raw(interpreter):
    with Raw(interpreter) as raw:
        yield raw


def test_protocol(raw):
    raw.enter()
    assert raw.run(b"print(6*7)") == (b"42\n", b"")
    assert raw.run(b"x = 5\nprint('a\\nb')") == (b"a\nb\n", b"")
    output, error = raw.run(b"1/0")
    assert output == b""
    assert error.endswith(b"ZeroDivisionError: divide by zero\n")
    assert raw.run(b"print(x)")[0] == b"5\n"
    # A program reads what is typed, whatever bytes they are, once Ctrl-C counts as one of them.
    raw.type(
        b"import sys, micropython\nmicropython.kbd_intr(-1)\n"
        b"print(sys.stdin.buffer.read(6))\nmicropython.kbd_intr(3)\x04"
    )
    raw.until(b"OK")
    raw.type(bytes((3, 1, 4, 10, 13, 255)))
    assert raw.until(b"\x04") == b"b'\\x03\\x01\\x04\\n\\r\\xff'\n\x04"
    raw.until(b"\x04>")
    # Raw paste.
    raw.type(b"\x05A\x01")
    window = raw.until(b"\x01")  # the answer
    window = raw._process.stdout.read(3)
    size = int.from_bytes(window[:2], "little")
    assert size >= 128 and window[2] == 1
    program = b"y = '" + b"z" * (3 * size) + b"'\nprint(len(y))\n"
    left, position = 2 * size, 0
    while position < len(program):
        if left == 0:
            assert raw._process.stdout.read(1) == b"\x01"
            left += size
        part = program[position : position + left]
        raw.type(part)
        left -= len(part)
        position += len(part)
    raw.type(b"\x04")
    said = raw.until(b">")
    assert said.strip(b"\x01") == b"\x04%d\n\x04\x04>" % (3 * size)


def test_reset_forgets_programs(raw):
    raw.enter()
    raw.run(b"import json, os\nx = 1\nclass FS:\n def mount(s, a, b): pass\n def umount(s): pass\nos.mount(FS(), '/m')")
    raw.type(b"\x04")
    assert raw.until(BANNER) == b"OK\r\nMPY: soft reboot\r\n" + BANNER
    assert raw.run(b"import sys, os\nprint(sorted(k for k in globals() if k[0] != '_'), 'json' in sys.modules)") == (
        b"['os', 'sys'] False\n", b"",
    )  # fmt: skip
    assert b"OSError" not in raw.run(b"os.stat('/')\nos.listdir('.')")[1]
    assert b"OSError" in raw.run(b"os.stat('/m/x')")[1]
    raw.type(b"raise SystemExit\x04")
    assert raw.until(BANNER) == b"OK\x04\x04MPY: soft reboot\r\n" + BANNER
    raw.type(b"\x02")
    raw.until(b">>> ")
    raw.type(b"print('friendly')\r")
    assert b"\nfriendly" in raw.until(b">>> ")
    assert raw.end()[1] == 0


@pytest.mark.parametrize(
    "program", [b"while True: pass", b"import time\ntime.sleep(3600)", b"import sys\nsys.stdin.read(1)"]
)
def test_interrupt(raw, program):
    raw.enter()
    raw.type(b"print('started')\n" + program + b"\x04")
    raw.until(b"started\n")
    raw.type(b"\x03")
    assert raw.until(b"\x04>").endswith(b"KeyboardInterrupt: \n\x04>")
    assert raw.run(b"print('again')") == (b"again\n", b"")


@pytest.mark.parametrize(
    "typed", [b"", b"print(", b"for i in range(3):\r", b"\x05for", b"\x01print(1)", b"\x01\x05A\x01x = "]
)
def test_end_of_input_ends_it(raw, typed):
    raw.type(b"print('alive')\r")
    raw.until(b"\nalive")
    raw.type(typed)
    _, status = raw.end()
    assert status == 0


def test_terminal_is_as_it_was(interpreter):
    import pty
    import termios

    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    with subprocess.Popen(
        [*interpreter.command, "-X", "heapsize=2M"],
        stdin=slave, stdout=slave, stderr=slave, env=interpreter.environment(),
        start_new_session=True,
    ) as process:  # fmt: skip
        read_until(master, b">>> ", SECONDS)
        os.write(master, b"\x01")
        assert BANNER in read_until(master, BANNER, SECONDS)  # no \r\r\n: nothing is added to line ends
        os.write(master, b"print(1)\x04")
        assert b"OK1\n\x04" in read_until(master, b"\x04>", SECONDS)
        os.write(master, b"\x02")
        read_until(master, b">>> ", SECONDS)
        os.write(master, b"\x04")
        assert process.wait(SECONDS) == 0
    assert termios.tcgetattr(slave) == before
    os.close(slave)
    os.close(master)


# mpremote


def mpremote_session(workplace, folder):
    """Run what mpremote can do behind a pseudo terminal; return the outputs by name."""

    async def work():
        async with workplace as place, pseudo_terminal(place, "4M") as (path, _):

            async def call(*words, folder=folder):
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "mpremote", "connect", path, *words, cwd=folder,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                )  # fmt: skip
                output, _ = await asyncio.wait_for(process.communicate(), SECONDS)
                return process.returncode, output.decode().replace("\r\n", "\n")

            (folder / "script.py").write_text("import sys\nprint('ran', __name__, 2**65)\n")
            (folder / "here.py").write_text("def where():\n    return 'on this machine'\n")
            (folder / "data.bin").write_bytes(bytes(range(256)) * 20)
            (folder / "pkg").mkdir()
            (folder / "pkg/thing.py").write_text("T = 'thing'\n")
            (folder / "pkg/package.json").write_text('{"urls": [["thing.py", "thing.py"]], "version": "1"}')

            assert await call("run", "script.py") == (0, "ran __main__ 36893488147419103232\n")
            assert await call("exec", "x = 1; print(x + 1)") == (0, "2\n")
            assert await call("eval", "3 * 7") == (0, "21\n")
            await call("exec", "x = 1")
            assert await call("resume", "exec", "print(x)") == (0, "1\n")
            assert "NameError" in (await call("exec", "print(x)"))[1]  # every other command begins afresh
            status, said = await call("exec", "1/0")
            assert status == 1
            assert "ZeroDivisionError" in said
            status, said = await call("fs", "cp", "data.bin", ":copy.bin")
            assert status == 0, said
            status, said = await call("fs", "ls")
            assert "copy.bin" in said
            (folder / "back.bin").unlink(missing_ok=True)
            status, said = await call("fs", "cp", ":copy.bin", "back.bin")
            assert status == 0, said
            assert (folder / "back.bin").read_bytes() == (folder / "data.bin").read_bytes()
            program = "import here; print(here.where()); print(len(open('data.bin', 'rb').read()))"
            status, said = await call("mount", ".", "exec", program)
            assert (status, said.splitlines()[-2:]) == (0, ["on this machine", "5120"])
            status, said = await call("mip", "install", "--target", "lib", "pkg/package.json")
            assert (status, said.splitlines()[-1]) == (0, "Done")
            assert await call("exec", "import sys; sys.path.append('lib'); import thing; print(thing.T)") == (
                0,
                "thing\n",
            )
            await call("exec", "--no-follow", "while True: pass")
            assert await call("exec", "print('after')") == (0, "after\n")
            assert (await call("fs", "rm", ":copy.bin"))[0] == 0

    asyncio.run(work())


@pytest.mark.parametrize("arch", EMULATED)
def test_mpremote_here(arch, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    mpremote_session(local_workplace(arch), tmp_path)


@pytest.mark.parametrize("profile", ["10.12", "12.x"])
def test_mpremote_on_a_camera(profile, tmp_path, monkeypatch):
    """By ssh where root may log in, by the wrapper where there is none."""
    monkeypatch.chdir(ROOT)
    from mpycam.developer.testing import virtual_workplace

    mpremote_session(virtual_workplace(profile), tmp_path)
