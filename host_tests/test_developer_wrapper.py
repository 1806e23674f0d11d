"""The developer wrapper's server, on this machine: handshake, frames of every kind, clients that break the rules."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import time

import pytest
from interpreters import ROOT

SECONDS = 20
PATH = "/local/mpycam_developer/session"
HANDSHAKE = (
    f"GET {PATH}%s HTTP/1.1\r\nHost: camera\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@pytest.fixture
def port(host, tmp_path):
    """The port of a wrapper that runs here."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    search = f".frozen:{ROOT}/mpycam/wrapper/app:{ROOT}/lib"
    with subprocess.Popen(
        [*host.command, "-m", "developer", str(port)], cwd=tmp_path, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "MICROPYPATH": search},
    ) as process:  # fmt: skip
        try:
            assert "sessions at 127.0.0.1" in process.stdout.readline()
            yield port
            assert process.poll() is None
        finally:
            process.terminate()


def session(port, work, query=""):
    """Run `await work(websocket)` with aiohttp's WebSocket."""
    import aiohttp

    async def run():
        async with aiohttp.ClientSession() as client:
            async with client.ws_connect(f"http://127.0.0.1:{port}{PATH}{query}", max_msg_size=0) as websocket:
                return await asyncio.wait_for(work(websocket), SECONDS)

    return asyncio.run(run())


def frame(kind, data=b""):
    return kind + len(data).to_bytes(4, "big") + data


async def frames(websocket, count):
    """The next frames as (kind, data)."""
    result = []
    data = b""
    while len(result) < count:
        data += await websocket.receive_bytes()
        while len(data) >= 5 and len(data) >= 5 + (size := int.from_bytes(data[1:5], "big")):
            result.append((data[:1], data[5 : 5 + size]))
            data = data[5 + size :]
    return result


def test_files_and_a_program(port, tmp_path):
    async def work(websocket):
        ((kind, hello),) = await frames(websocket, 1)
        assert kind == b"H"
        assert json.loads(hello)["folder"] == f"{tmp_path}/localdata/mine"
        # A frame in many messages, and many frames in one.
        for byte in frame(b"P", b"a.py\0print('x' * 70000)"):
            await websocket.send_bytes(bytes((byte,)))
        await websocket.send_bytes(frame(b"P", b"b/c.txt\0" + bytes(200000)) + frame(b"S", b'["a.py"]'))
        said = b""
        while not said.endswith(b"x\n"):
            for kind, data in await frames(websocket, 1):
                assert kind in b"YO"
                said += data if kind == b"O" else b""
        assert said == b"x" * 70000 + b"\n"
        assert await frames(websocket, 1) == [(b"E", b"0")]

    session(port, work, "?folder=mine")
    assert (tmp_path / "localdata/mine/b/c.txt").stat().st_size == 200000


def test_ping_and_close(port):
    async def work(websocket):
        await frames(websocket, 1)
        await websocket.ping(b"are you there")
        await websocket.send_bytes(frame(b"D", b"nothing"))
        ((kind, text),) = await frames(websocket, 1)
        assert (kind, b"ENOENT" in text) == (b"X", True)
        await websocket.close()
        assert websocket.close_code == 1000 or websocket.closed

    session(port, work)


def test_program_ends_with_its_session(port, tmp_path):
    (tmp_path / "localdata/programs").mkdir(parents=True)
    (tmp_path / "localdata/programs/run.py").write_text(
        "import time\ntry:\n while True:\n  print('on'); time.sleep(0.05)\nfinally:\n open('ended', 'w').close()\n"
    )

    async def work(websocket):
        await frames(websocket, 1)
        await websocket.send_bytes(frame(b"S", b'["run.py"]'))
        await frames(websocket, 2)

    session(port, work)
    ended = tmp_path / "localdata/programs/ended"
    for _ in range(200):
        if ended.exists():
            break
        time.sleep(0.05)
    assert ended.exists()


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        ("GET /other HTTP/1.1\r\nHost: x\r\n\r\n", b"404"),
        (f"GET {PATH} HTTP/1.1\r\nHost: x\r\n\r\n", b"404"),
        (HANDSHAKE % "?folder=..", b"400"),
        (HANDSHAKE % "?folder=a/b", b"400"),
        ("nonsense\r\n\r\n", b"400"),
    ],
)
def test_refused_request(port, request_text, status):
    with socket.create_connection(("127.0.0.1", port), SECONDS) as client:
        client.sendall(request_text.encode())
        assert client.recv(100).startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize(
    "data",
    [
        b"\x82\x03abc",  # not masked
        b"\x82\xff" + b"\xff" * 8 + b"mask",  # longer than there is memory
        b"\x82\x85mask" + bytes(a ^ b for a, b in zip(b"P\xff\xff\xff\xff", b"maskm", strict=True)),
        b"\x88\x80mask",
        b"\x82",
        b"",
    ],
)
def test_client_that_breaks_the_rules(port, data):
    """It is left alone, and others are served."""
    with socket.create_connection(("127.0.0.1", port), SECONDS) as client:
        client.sendall((HANDSHAKE % "").encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(1000)
        assert head.startswith(b"HTTP/1.1 101 ")
        assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in head
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            while client.recv(1000):
                pass

    async def work(websocket):
        assert (await frames(websocket, 1))[0][0] == b"H"

    session(port, work)
