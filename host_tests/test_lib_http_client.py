"""lib/http_client.py against a server that does what HTTP allows, and what it forbids."""

import hashlib
import random
import socket
import time

import pytest
from camera_python import evaluate, run
from camera_server import BasicGuard, CameraServer, answer, guarded, part

BODY = bytes(range(256)) * 300


def raw(*pieces):
    """A behaviour that sends these bytes piece by piece and closes."""

    def respond(request, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(0.002)

    return respond


def chunked(sizes, extension=b""):
    """BODY in chunks of these sizes in turn."""
    result, position, index = b"", 0, 0
    while position < len(BODY):
        chunk = BODY[position : position + sizes[index % len(sizes)]]
        result += b"%X" % len(chunk) + extension + b"\r\n" + chunk + b"\r\n"
        position += len(chunk)
        index += 1
    return result + b"0\r\n"


HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
GOOD = {
    "/length": lambda request, connection: answer(connection, BODY),
    "/close": raw(b"HTTP/1.0 200 OK\r\nServer: x\r\n\r\n" + BODY),
    "/bare-newlines": raw(b"HTTP/1.1 200 OK\nContent-Length: %d\n\n" % len(BODY), BODY),
    "/chunked": raw(HEAD + chunked([1, 5000, 17]) + b"\r\n"),
    "/chunked-trailer": raw(HEAD, chunked([70000], b"; name=value"), b"Expires: 0\r\n", b"\r\n"),
    "/bytewise": raw(*[bytes([b]) for b in b"HTTP/1.1 200 OK\r\nContent-Length: 76800\r\n\r\n"], BODY),
    "/continue": raw(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                     b"HTTP/1.1 200 OK\r\nContent-Length: 76800\r\n\r\n" + BODY),
    "/found": lambda request, connection: answer(connection, b"", "302 Found", fields=["Location: /length"]),
    "/relative/to": lambda request, connection: answer(connection, b"", "307 Go", fields=["Location: ../close"]),
    "/relative/../close": raw(b"HTTP/1.0 200\r\n\r\n" + BODY),
    "/absent-reason": raw(b"HTTP/1.1 200\r\nContent-Length: 76800\r\n\r\n" + BODY),
}  # fmt: skip
BAD = {
    "/missing": (raw(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), "need status 200, have 404 Not Found"),
    "/loop": (lambda r, c: answer(c, b"", "301 Moved", fields=["Location: /loop"]), "need at most 5 redirects"),
    "/nowhere": (raw(b"HTTP/1.1 302 Found\r\n\r\n"), "need status 200, have 302 Found"),
    "/to-https": (lambda r, c: answer(c, b"", "301 Moved", fields=["Location: https://x/"]), "begins with http://"),
    "/not-http": (raw(b"ICY 200 OK\r\n\r\n"), "need an HTTP/1 status line, have ICY 200 OK"),
    "/http2": (raw(b"HTTP/2 200\r\n\r\n"), "need an HTTP/1 status line"),
    "/bad-status": (raw(b"HTTP/1.1 2OO OK\r\n\r\n"), "need an HTTP/1 status line"),
    "/nothing": (raw(), "closed the connection, need a status line"),
    "/half-head": (raw(b"HTTP/1.1 200 OK\r\nContent-Le"), "closed the connection, need header fields"),
    "/long-line": (raw(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 9000 + b"\r\n\r\n"), "need a line of at most 8192 bytes"),
    "/endless-line": (raw(b"HTTP/1.1 200 OK\r\nX: ", *[b"a" * 4096] * 50), "need a line of at most 8192 bytes"),
    "/many-fields": (raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 70 + b"\r\n"), "need at most 64 header fields"),
    "/no-colon": (raw(b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n"), "need a header field 'name: value', have nonsense"),
    "/folded": (raw(b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n"), "need a header field"),
    "/negative": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"), "need a number as Content-Length, have -5"),
    "/short": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), "7 bytes short"),
    "/bad-chunk": (raw(HEAD + b"xyz\r\n"), "need a chunk size, have xyz"),
    "/negative-chunk": (raw(HEAD + b"-1\r\n"), "need a chunk size, have -1"),
    "/cut-chunk": (raw(HEAD + b"5\r\nab"), "3 bytes short"),
    "/cut-trailer": (raw(HEAD + b"1\r\na\r\n0\r\n"), "need header fields"),
    "/basic-only-digest": (raw(b"HTTP/1.1 401 No\r\nWWW-Authenticate: NTLM\r\n\r\n"), "server offers ntlm"),
}  # fmt: skip

FETCH = """
from http_client import HttpClient
async def fetch(url):
    client = HttpClient("u", "p", 20)
    response = None
    try:
        response = await client.get(url)
        buffer, data = bytearray(3000), hashlib.sha256()
        size = 0
        while True:
            n = await response.readinto(memoryview(buffer))
            if n == 0:
                break
            data.update(buffer[:n])
            size += n
        return [size, binascii.hexlify(data.digest()).decode()]
    except (OSError, ValueError, asyncio.TimeoutError) as error:
        return [type(error).__name__, str(error)]
    finally:
        if response:
            response.close()
async def main():
    for url in cases():
        print(json.dumps(await fetch(url)))
asyncio.run(main())
"""


def test_bodies_and_errors(interpreter, tmp_path):
    behaviours = GOOD | {path: respond for path, (respond, _) in BAD.items()}
    with CameraServer(lambda request, connection: behaviours[request.target](request, connection)) as server:
        answers = evaluate(interpreter, tmp_path, FETCH, [server.url(path) for path in behaviours])
    found = dict(zip(behaviours, answers, strict=True))
    expected = [len(BODY), hashlib.sha256(BODY).hexdigest()]
    assert {path: found[path] for path in GOOD} == dict.fromkeys(GOOD, expected)
    for path, (_, text) in BAD.items():
        assert isinstance(found[path][0], str), path
        assert text in found[path][1], path


def test_nothing_listens(interpreter, tmp_path):
    with CameraServer(None) as server:
        url = server.url()
    assert evaluate(interpreter, tmp_path, FETCH, [url]) == [["OSError", "[Errno 111] ECONNREFUSED"]]


def test_bad_urls(host, tmp_path):
    urls = ["https://h/", "rtsp://u:secret@h/", "http://", "http://h:x/", "http://:80/", "http://h/a b", "http://h/ü"]
    answers = evaluate(host, tmp_path, FETCH, urls)
    assert [kind for kind, _ in answers] == ["ValueError"] * len(urls)
    assert "secret" not in str(answers)


def test_parts_of_urls(host, tmp_path):
    script = """
from http_client import Url, redacted
for text, location in cases():
    url = Url(text)
    print(json.dumps([url.user, url.password, url.host, url.port, url.target, url.join(location), redacted(text)]))
"""
    cases = [
        ("http://h", "/x"),
        ("http://h?a=b", "x"),
        ("HTTP://u%40v:p%3a%2f@h:81/a/b?c=/d#e", "x?y=/z"),
        ("http://a:b:c@[::1]:8080/", "//k/l"),
        ("http://[fe80::1]/x", "http://k/l"),
        ("http://u@h/?u=a@b", "/?u=http://x"),
    ]
    assert evaluate(host, tmp_path, script, cases) == [
        [None, None, "h", 80, "/", "http://h/x", "http://h"],
        [None, None, "h", 80, "/?a=b", "http://h/x", "http://h?a=b"],
        ["u@v", "p:/", "h", 81, "/a/b?c=/d", "http://h:81/a/x?y=/z", "HTTP://h:81/a/b?c=/d#e"],
        ["a", "b:c", "[::1]", 8080, "/", "http://k/l", "http://[::1]:8080/"],
        [None, None, "[fe80::1]", 80, "/x", "http://k/l", "http://[fe80::1]/x"],
        ["u", "", "h", 80, "/?u=a@b", "http://h/?u=http://x", "http://h/?u=a@b"],
    ]


def test_credentials_go_to_no_other_server(host, tmp_path):
    guard = BasicGuard("u", "p")
    with CameraServer(guarded(guard, lambda request, connection: answer(connection, b"no"))) as other:

        def respond(request, connection):
            answer(connection, b"", "302 Found", fields=[f"Location: {other.url('/stolen')}"])

        with CameraServer(guarded(guard, respond)) as server:
            answers = evaluate(host, tmp_path, FETCH, [server.url(), server.url("/", "u:p")])
            assert server.requests[-1].fields["authorization"].startswith("Basic ")
        assert answers == [["AuthenticationError", "the server wants a user and a password"]] * 2
        assert not any("authorization" in request.fields for request in other.requests)


@pytest.mark.parametrize("silent", ["before the status", "inside of the header"])
def test_silent_server(host, silent):
    def respond(request, connection):
        if silent != "before the status":
            connection.sendall(b"HTTP/1.1 200 OK\r\nX: y")
        connection.recv(1)

    with CameraServer(respond) as server:
        printed = run(host, """
from http_client import HttpClient
async def main():
    try:
        await HttpClient("", "", 0.2).get(sys.argv[1])
    except asyncio.TimeoutError:
        print("timeout")
asyncio.run(main())
""", server.url())  # fmt: skip
    assert printed == "timeout\n"


def test_connections_are_closed(host, tmp_path):
    """Every file descriptor comes back, whichever way a request ends."""
    paths = ["/length", "/short", "/missing", "/loop", "/long-line", "/nothing", "/bad-chunk"]
    behaviours = GOOD | {path: respond for path, (respond, _) in BAD.items()}
    script = FETCH.replace("asyncio.run(main())", """
import os
asyncio.run(main())
before = len(os.listdir("/proc/self/fd"))
for _ in range(5):
    asyncio.run(main())
print(json.dumps(len(os.listdir("/proc/self/fd")) - before))
""")  # fmt: skip
    with CameraServer(lambda request, connection: behaviours[request.target](request, connection)) as server:
        answers = evaluate(host, tmp_path, script, [server.url(path) for path in paths])
    assert answers[-1] == 0


FUZZ = """
from buffered_reader import BufferedReader
from frame_buffer import FrameBuffer
from http_client import Response
from multipart import MultipartReader, boundary_of
async def take(data):
    position = 0
    async def readinto(view):
        nonlocal position
        count = min(len(view), len(data) - position, 50)
        view[:count] = memoryview(data)[position : position + count]
        position += count
        return count
    response = Response(BufferedReader(readinto, 512), None)
    try:
        await response._read_head()
        parts = MultipartReader(BufferedReader(response.readinto, 256), boundary_of(response.value("content-type")))
        buffer = FrameBuffer(600)
        count = 0
        while await parts.read(buffer):
            count += 1
        return count
    except (OSError, EOFError, ValueError):
        return -1
for text in cases():
    print(asyncio.run(take(binascii.unhexlify(text))))
"""


def test_damaged_answers_raise_what_is_promised(interpreter, tmp_path):
    """Whatever comes over the wire ends, in frames or in one of the exceptions that a source retries after."""
    rng = random.Random(9)
    parts = (
        b"".join(part(bytes(rng.randrange(200)), length=index % 2 == 0) for index in range(5)) + b"--myboundary--\r\n"
    )
    kind = b"Content-Type: multipart/x-mixed-replace; boundary=myboundary\r\n"
    whole = b"HTTP/1.1 200 OK\r\n" + kind + b"\r\n" + parts
    pieces = b"".join(b"%x\r\n" % len(p) + p + b"\r\n" for p in (parts[:99], parts[99:300], parts[300:]))
    chunked = b"HTTP/1.1 200 OK\r\n" + kind + b"Transfer-Encoding: chunked\r\n\r\n" + pieces + b"0\r\n\r\n"
    cases = [whole, chunked]
    for _ in range(400):
        data = bytearray(rng.choice(cases[:2]))
        for _ in range(rng.randrange(1, 6)):
            position = rng.randrange(len(data))
            if rng.random() < 0.5:
                data[position] = rng.choice([0, 10, 13, 32, 34, 45, 58, 59, 255, rng.randrange(256)])
            else:
                data[position : position + rng.randrange(40)] = rng.choice([b"", b"\r\n", b"--", b"99", b"-1", b"\xff"])
        cases.append(bytes(data))
    answers = evaluate(interpreter, tmp_path, FUZZ, [case.hex() for case in cases])
    assert answers[:2] == [5, 5]
    assert len(answers) == len(cases)
    assert {-1, 0, 1, 2, 3, 4, 5} <= set(answers)
