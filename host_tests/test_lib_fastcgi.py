"""lib/fastcgi.py with the virtual camera's records, and with records that FastCGI forbids."""

import contextlib
import random
import socket
import struct
import subprocess

import pytest
from camera_python import MODULE_PATH, PRELUDE
from camera_services import SECONDS, until
from test_lib_http_server import SERVER

from mpycam.camera.local.fastcgi import BEGIN, END, HEADER, INPUT, OUTPUT, PARAMETERS, record

ABORT, GET_VALUES, VALUES, UNKNOWN = 2, 9, 10, 11
RESPONDER, AUTHORIZER, KEEP = 1, 2, 1

SCRIPT = SERVER.replace("import http_server\n", "import http_server\nfrom fastcgi import FastCgiServer\n").replace(
    "HttpServer(handler, 24)\n    await server.start(\"127.0.0.1\", int(sys.argv[1]))",
    "FastCgiServer(handler, 24)\n    await server.start(sys.argv[1])",
)  # fmt: skip
assert "FastCgiServer(handler" in SCRIPT


class Responder:
    """The server's process, and its socket."""

    def __init__(self, process, path, errors):
        self.process, self.path, self.errors = process, path, errors

    def connect(self):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(SECONDS)
        connection.connect(str(self.path))
        return connection


@pytest.fixture(scope="module")
def responder(interpreter, tmp_path_factory):
    folder = tmp_path_factory.mktemp("it's a folder")
    script, path, errors = folder / "script.py", folder / "socket", folder / "errors"
    script.write_text(PRELUDE + SCRIPT)
    # As another process left it.
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with open(errors, "w") as file:
        process = subprocess.Popen(
            [*interpreter.command, "-X", "heapsize=4M", script, path, "IDLE_SECONDS=2"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=file, env={**interpreter.environment(), "MICROPYPATH": MODULE_PATH},
        )  # fmt: skip
    try:
        assert process.stdout.readline() == b"ready\n", errors.read_text()
        yield Responder(process, path, errors)
        process.stdin.close()
        assert process.wait(SECONDS) == 0, errors.read_text()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def begin(number=1, role=RESPONDER, flags=0):
    return numbered(BEGIN, struct.pack(">HB5x", role, flags), number)


def numbered(kind, content, number=1, padding=0):
    return HEADER.pack(1, kind, number, len(content), padding) + content + bytes(padding)


def parameters(method, target, length=None, **more):
    values = {"REQUEST_METHOD": method, "REQUEST_URI": target, **more}
    if length is not None:
        values["CONTENT_LENGTH"] = str(length)
    data = b""
    for name, value in values.items():
        name, value = name.encode(), value.encode("latin-1")
        for size in (len(name), len(value)):
            data += bytes([size]) if size < 128 else struct.pack(">I", size | 1 << 31)
        data += name + value
    return data


def request(method="GET", target="/hello", body=b"", number=1, flags=0, padding=0, **more):
    """A whole request, its streams cut into records of no particular size."""
    data = parameters(method, target, len(body), **more)
    result = begin(number, flags=flags)
    for kind, whole, size in ((PARAMETERS, data, 37), (INPUT, body, 1000)):
        for start in range(0, len(whole), size):
            result += numbered(kind, whole[start : start + size], number, padding)
        result += numbered(kind, b"", number, padding)
    return result


def received(connection, exactly):
    data = b""
    while len(data) < exactly:
        try:
            piece = connection.recv(exactly - len(data))
        except ConnectionResetError:
            return None
        if not piece:
            return None
        data += piece
    return data


def answer(connection):
    """The next answer: (request, head, body, status of the end); None when the connection ends before."""
    output = b""
    while True:
        header = received(connection, HEADER.size)
        if header is None:
            return None
        version, kind, number, length, padding = HEADER.unpack(header)
        content = received(connection, length + padding)[:length]
        assert version == 1
        if kind == END:
            head, _, body = output.partition(b"\r\n\r\n")
            return number, head.decode(), body, struct.unpack(">IB3x", content)
        if kind in (VALUES, UNKNOWN):
            return kind, content
        assert kind == OUTPUT
        output += content


def ask(responder, data):
    with responder.connect() as connection:
        connection.sendall(data)
        return answer(connection)


def test_requests(responder):
    assert oct(responder.path.stat().st_mode & 0o777) == "0o777"
    number, head, body, end = ask(responder, request(target="/hello?a=b%20c", HTTP_X_NAME="w" * 300))
    assert (number, end) == (1, (0, 0))
    assert head.startswith("Status: 200\r\nContent-Type: application/json") and "X-Own: yes" in head
    assert body == b'["GET", "/hello", {"a": "b c"}, "%s"]' % (b"w" * 300)
    body = bytes(range(256)) * 300
    assert ask(responder, request("POST", "/echo", body, number=0x1234, padding=7))[:3:2] == (0x1234, body)
    assert ask(responder, request("PUT", "/count", bytes(300000)))[2] == b"300000"
    assert ask(responder, request("POST", "/echo", bytes(100001)))[1].startswith("Status: 413")
    assert ask(responder, request("POST", "/unread", bytes(200000)))[2] == b"not read"
    head, body = ask(responder, request("HEAD", "/hello"))[1:3]
    assert "Content-Length: 26" in head and body == b""
    head, body = ask(responder, request("HEAD", "/events"))[1:3]
    assert "text/event-stream" in head and body == b""
    assert ask(responder, request(target="/events"))[2] == b"data: 0\n\ndata: 1\n\ndata: 2\n\n"
    assert ask(responder, request(target="/absent"))[1].startswith("Status: 404\r\n")
    assert ask(responder, request(target="/defect"))[1].startswith("Status: 500")
    assert ask(responder, request(target="/%ff"))[1].startswith("Status: 400")
    assert ask(responder, request(target="/late-defect")) is None
    assert "KeyError: late" in responder.errors.read_text()


def test_one_connection_for_many_requests(responder):
    with responder.connect() as connection:
        for number in (1, 2, 300):
            connection.sendall(request("POST", "/echo", b"abc", number=number, flags=KEEP))
            assert answer(connection)[:3:2] == (number, b"abc")
        connection.sendall(request(flags=KEEP) + request(number=2, flags=KEEP) + request(number=3))
        assert [answer(connection)[0] for _ in range(3)] == [1, 2, 3]
        assert connection.recv(1) == b""


def test_what_else_the_protocol_has(responder):
    with responder.connect() as connection:
        connection.sendall(numbered(GET_VALUES, b"\x0f\0FCGI_MPXS_CONNS\x0e\0FCGI_MAX_CONNS", 0))
        assert answer(connection) == (VALUES, b"")
        connection.sendall(numbered(99, b"x", 0))
        assert answer(connection) == (UNKNOWN, b"\x63" + bytes(7))
        connection.sendall(begin(5, AUTHORIZER))
        assert answer(connection) == (5, "", b"", (0, 3))
        # Another request between this one's records is turned away, and this one goes on.
        whole = request("POST", "/echo", b"abc")
        connection.sendall(whole[:16] + begin(2) + numbered(GET_VALUES, b"", 0) + whole[16:])
        assert answer(connection) == (2, "", b"", (0, 1))
        assert answer(connection) == (VALUES, b"")
        assert answer(connection)[2] == b"abc"


BAD = {
    "another version": b"\x02" + request()[1:],
    "no request": record(INPUT, b"abc"),
    "too long a record": HEADER.pack(1, BEGIN, 1, 65535, 255) + bytes(65535 + 255),
    "a stream that is not this one's": begin() + record(INPUT, b"abc"),
    "aborted": begin() + numbered(ABORT, b""),
    "cut": request()[:60],
    "endless parameters": begin() + record(PARAMETERS, bytes(60000)) * 2,
    "many parameters": begin() + record(PARAMETERS, b"\x01\x01ab" * 4000) * 3,
}  # fmt: skip
REFUSED = {
    "a length that is cut": begin() + record(PARAMETERS, b"\x80\0") + record(PARAMETERS, b""),
    "a value that is cut": begin() + record(PARAMETERS, b"\x01\x7fab") + record(PARAMETERS, b""),
    "a huge length": begin() + record(PARAMETERS, b"\xff\xff\xff\xff\xff\xff\xff\xffab") + record(PARAMETERS, b""),
}


def test_malformed_requests(responder):
    for name, data in BAD.items():
        with responder.connect() as connection, contextlib.suppress(ConnectionError):
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            assert answer(connection) is None, name
    for name, data in REFUSED.items():
        assert ask(responder, data)[1].startswith("Status: 400"), name
    assert ask(responder, request())[1].startswith("Status: 200")


def test_whatever_comes_the_server_goes_on(responder):
    rng = random.Random(12)
    whole = request("POST", "/echo", b"abcdefgh" * 20, HTTP_X_NAME="y", padding=3)
    answered = 0
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(rng.randrange(1, 4)):
            data[rng.randrange(len(data))] = rng.choice([0, 1, 2, 5, 128, 255, rng.randrange(256)])
        with responder.connect() as connection, contextlib.suppress(ConnectionError):
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            answered += answer(connection) is not None
    assert 0 < answered < 300
    until(lambda: ask(responder, request())[1].startswith("Status: 200"))
