"""lib/http_server.py with ordinary clients, and with clients that do what HTTP forbids."""

import contextlib
import random
import socket
import subprocess
import threading
import time

import httpx
import pytest
import requests
from camera_services import SECONDS, service, until

MOST = 24
SERVER = """
import http_server
from http_server import HttpServer, Refused
streams = 0
async def handler(request):
    global streams
    if request.path == "/hello":
        answer = [request.method, request.path, request.query, request.value("x-name")]
        await request.answer(200, json.dumps(answer).encode(), "application/json", ("X-Own: yes",))
    elif request.path == "/echo":
        await request.answer(200, await request.read(100000), "application/octet-stream")
    elif request.path == "/count":
        view, total = memoryview(bytearray(1000)), 0
        while True:
            count = await request.readinto(view)
            if not count:
                break
            total += count
        await request.answer(200, str(total).encode())
    elif request.path == "/unread":
        await request.answer(200, b"not read")
    elif request.path == "/empty":
        await request.answer(204)
    elif request.path == "/events":
        await request.begin("text/event-stream", ("Cache-Control: no-store",))
        for number in range(3):
            await request.send(b"data: ", str(number).encode(), b"\\n\\n")
            await asyncio.sleep_ms(10)
    elif request.path == "/endless":
        streams += 1
        try:
            await request.begin("application/octet-stream")
            frame = bytes(50000)
            while True:
                await request.send(frame, b"end")
        finally:
            streams -= 1
    elif request.path == "/state":
        gc.collect()
        await request.answer(200, json.dumps([streams, gc.mem_alloc()]).encode())
    elif request.path == "/defect":
        raise KeyError("a defect")
    elif request.path == "/late-defect":
        await request.begin("text/plain")
        await request.send(b"half")
        raise KeyError("late")
    elif request.path == "/nothing":
        pass
    elif request.path == "/busy":
        raise Refused(409, "it is busy: \\u00fc")
    else:
        raise Refused(404, "no " + request.path)

async def main():
    for setting in sys.argv[2:]:
        name, _, value = setting.partition("=")
        setattr(http_server, name, float(value))
    server = HttpServer(handler, 24)
    await server.start("127.0.0.1", int(sys.argv[1]))
    print("ready")
    await asyncio.StreamReader(sys.stdin.buffer).read(1)
    server.close()
asyncio.run(main())
"""


@pytest.fixture(scope="module")
def server(interpreter):
    """One server for all tests that leave it as it was."""
    with service(interpreter, SERVER) as running:
        yield running


def exchange(running, data, pieces=1):
    """Send bytes over a connection of their own, in so many pieces; return all that comes until it is closed."""
    with running.connect() as connection, contextlib.suppress(ConnectionError):
        size = len(data) // pieces + 1
        for start in range(0, len(data), size):
            connection.sendall(data[start : start + size])
        return rest(connection)
    return b""


def rest(connection):
    answer = b""
    with contextlib.suppress(ConnectionError):
        while piece := connection.recv(65536):
            answer += piece
    return answer


def get(target, *fields, version="1.1"):
    lines = [f"GET {target} HTTP/{version}", "Host: h", *fields, "", ""]
    return "\r\n".join(lines).encode("latin-1")


LAST = "Connection: close"


def test_clients_of_all_kinds(server):
    with httpx.Client(base_url=server.url(), timeout=SECONDS) as client:
        for _ in range(3):
            answer = client.get("/hello?a=b%20c&d=e+f&a=%C3%BC&=x&g", headers={"X-Name": "w w"})
            assert answer.json() == ["GET", "/hello", {"a": "ü", "d": "e f", "g": ""}, "w w"]
            assert (answer.headers["content-type"], answer.headers["x-own"]) == ("application/json", "yes")
        assert client.get("/h%65llo").json()[1] == "/hello"
        assert client.post("/echo", content=bytes(range(256)) * 300).content == bytes(range(256)) * 300
        assert client.post("/echo", content=(b"%d" % n for n in range(2000))).text == "".join(map(str, range(2000)))
        assert client.put("/count", content=bytes(3_000_000)).text == "3000000"
        assert (client.head("/hello").content, client.head("/hello").status_code) == (b"", 200)
        assert client.head("/events").headers["content-type"] == "text/event-stream"
        assert client.get("/events").text == "data: 0\n\ndata: 1\n\ndata: 2\n\n"
        assert (client.get("/empty").status_code, client.get("/empty").content) == (204, b"")
        refusal = client.get("/busy")
        assert (refusal.status_code, refusal.text) == (409, "it is busy: ü")
        assert client.get("/absent").text == "no /absent"
        assert client.get("/nothing").status_code == 500
        assert client.post("/echo", content=bytes(100001)).status_code == 413
        assert client.post("/echo", content=(bytes(1000) for _ in range(101))).status_code == 413
    with requests.Session() as session:
        assert session.get(server.url("/hello"), timeout=SECONDS).json()[0] == "GET"
        assert session.post(server.url("/echo"), data=b"abc", timeout=SECONDS).content == b"abc"
    command = ["curl", "-s", "-i", "--max-time", str(SECONDS)]
    sent = subprocess.run(
        [*command, "-H", "Expect: 100-continue", "-d", "x" * 2000, server.url("/echo")], capture_output=True, text=True
    )
    assert sent.stdout.startswith("HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK") and sent.stdout.endswith("x" * 2000)
    old = subprocess.run([*command, "--http1.0", server.url("/hello")], capture_output=True, text=True).stdout
    assert "Connection: close" in old and old.endswith('["GET", "/hello", {}, ""]')


def test_a_defect_of_the_handler_is_an_answer_and_a_line_in_the_log(server):
    with httpx.Client(base_url=server.url(), timeout=SECONDS) as client:
        assert client.get("/defect").status_code == 500
        assert "KeyError: a defect" in server.errors()
        assert exchange(server, get("/late-defect")).endswith(b"half")
        assert client.get("/hello").status_code == 200


def test_requests_one_after_the_other_in_one_connection(server):
    post = b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
    chunked = b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nde\r\n0\r\nT: t\r\n\r\n"
    everything = get("/hello") + post + b"\r\n" + chunked + get("/hello", LAST)
    for pieces in (1, 7, len(everything)):
        answer = exchange(server, everything, pieces)
        assert answer.count(b"HTTP/1.1 200 OK") == 4
        assert b"\r\n\r\nabcHTTP" in answer and b"\r\n\r\ndeHTTP" in answer


def test_a_body_that_nobody_reads_is_no_request(server):
    inner = get("/hello")
    head = b"POST /unread HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % len(inner)
    with server.connect() as connection:
        connection.sendall(head + inner)
        connection.shutdown(socket.SHUT_WR)
        answer = rest(connection)
    assert answer.count(b"HTTP/1.1") == 1 and b"Connection: close" in answer


BAD = {
    b"\r\n\r\n\r\n": 400,
    b"GET\r\n\r\n": 400,
    b"GET /\r\n\r\n": 400,
    b"GET  / HTTP/1.1\r\nHost: h\r\n\r\n": 400,
    b"GET / HTTP/1.1 \r\nHost: h\r\n\r\n": 400,
    b"G\0T / HTTP/1.1\r\nHost: h\r\n\r\n": 400,
    b"GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n": 400,
    b"GET /\xff HTTP/1.1\r\nHost: h\r\n\r\n": 400,
    b"GET /%ff HTTP/1.1\r\nHost: h\r\n\r\n": 400,
    b"GET /?%c3=1 HTTP/1.1\r\nHost: h\r\n\r\n": 400,
    b"GET hello HTTP/1.1\r\nHost: h\r\n\r\n": 400,
    b"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n": 400,
    b"CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n": 400,
    b"GET / HTTP/2.0\r\nHost: h\r\n\r\n": 505,
    b"GET / http/1.1\r\nHost: h\r\n\r\n": 505,
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n": 505,
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n": 400,
    b"GET /hello HTTP/1.1\r\n\r\n": 400,
    b"GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n": 400,
    b"GET /hello HTTP/1.1\r\nHost: h\r\nnonsense\r\n\r\n": 400,
    b"GET /hello HTTP/1.1\r\nHost: h\r\nX : y\r\n\r\n": 400,
    b"GET /hello HTTP/1.1\r\nHost: h\r\nX: y\r\n folded\r\n\r\n": 400,
    b"GET /hello HTTP/1.1\r\n Host: h\r\n\r\n": 400,
    b"GET /hello HTTP/1.1\r\nHost: h\r\n" + b"X: y\r\n" * 70 + b"\r\n": 431,
    b"GET /hello HTTP/1.1\r\nHost: h\r\nX: " + b"y" * 5000 + b"\r\n\r\n": 431,
    b"GET /hello HTTP/1.1\r\nHost: h\r\n" + (b"X: " + b"y" * 3000 + b"\r\n") * 6 + b"\r\n": 431,
    b"GET /" + b"x" * 5000 + b" HTTP/1.1\r\n\r\n": 431,
    b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n": 400,
    b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\nx": 400,
    b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 1\r\n\r\nx": 400,
    b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy": 400,
    b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: " + b"9" * 40 + b"\r\n\r\n": 400,
    b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 999999999999\r\n\r\n": 413,
    b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n": 400,
    b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n": 501,
    b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n": 400,
    b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\nab\r\n0\r\n\r\n": 400,
    b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\nab\r\n0\r\n\r\n": 400,
    b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1_0\r\n" + b"a" * 16 + b"\r\n0\r\n\r\n": 400,
    b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n0\r\n\r\n": 400,
    b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n" + b"a" * 150000: 413,
    b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 5000: 400,
}  # fmt: skip


def test_malformed_requests_are_refused_and_the_connection_closed(server):
    found = {}
    for request in BAD:
        with server.connect() as connection:
            with contextlib.suppress(ConnectionError):
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
            answer = rest(connection)
        assert answer.count(b"HTTP/1.1 ") == 1, (request[:200], answer)
        assert b"\r\nConnection: close\r\n" in answer
        found[request] = int(answer.split()[1])
    assert found == BAD


def test_whatever_comes_the_server_goes_on(server):
    """Damaged requests end in an answer or in a closed connection, and leave no memory taken."""
    rng = random.Random(11)
    whole = [
        get("/hello?a=b", "X-Name: y", LAST),
        b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\nConnection: close\r\n\r\nabcdefghijkl",
        b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        b"5\r\nabcde\r\n0\r\n\r\n",
    ]
    statuses = set()
    before = httpx.get(server.url("/state"), timeout=SECONDS).json()
    for _ in range(300):
        data = bytearray(rng.choice(whole))
        for _ in range(rng.randrange(1, 6)):
            position = rng.randrange(len(data))
            if rng.random() < 0.5:
                data[position] = rng.choice([0, 9, 10, 13, 32, 37, 47, 58, 255, rng.randrange(256)])
            else:
                pieces = [b"", b"\r\n", b"\r\n\r\n", b"99", b"\xff", b": "]
                data[position : position + rng.randrange(30)] = rng.choice(pieces)
        with server.connect() as connection, contextlib.suppress(ConnectionError):
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            answer = rest(connection)
            assert answer == b"" or answer.startswith(b"HTTP/1.1 "), answer
            statuses.add(answer[9:12])
    assert {b"200", b"400", b""} <= statuses and b"500" not in statuses
    after = httpx.get(server.url("/state"), timeout=SECONDS).json()
    assert after[1] < before[1] + 20000


def test_slow_readers_slow_down_nobody_else(server):
    """Each takes little of an endless stream; memory does not grow, and the streams end with their clients."""
    before = httpx.get(server.url("/state"), timeout=SECONDS).json()
    connections = [server.connect() for _ in range(8)]
    for connection in connections:
        connection.sendall(get("/endless"))
    state = until(lambda: (state := httpx.get(server.url("/state"), timeout=SECONDS).json())[0] == 8 and state)
    assert state[1] < before[1] + 8 * 70000
    # One of them reads on, and gets far more than the system's buffers hold.
    taken = 0
    while taken < 3_000_000:
        taken += len(connections[0].recv(65536))
    for connection in connections:
        connection.close()
    until(lambda: httpx.get(server.url("/state"), timeout=SECONDS).json()[0] == 0)


def test_hundreds_of_connections(server):
    before = server.descriptors()
    connections = [server.connect() for _ in range(300)]
    answers = []

    def ask(connection):
        with connection, contextlib.suppress(ConnectionError):
            connection.sendall(get("/hello", LAST))
            answers.append(rest(connection)[9:12])

    threads = [threading.Thread(target=ask, args=[connection]) for connection in connections]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(b"200") >= MOST // 2
    assert set(answers) <= {b"200", b"503", b""}
    until(lambda: server.descriptors() <= before)
    assert httpx.get(server.url("/hello"), timeout=SECONDS).status_code == 200


def test_who_says_nothing_or_takes_nothing_is_left(interpreter):
    settings = ("IDLE_SECONDS=0.4", "PATIENCE_SECONDS=0.4", "BODY_SECONDS=0.4")
    with service(interpreter, SERVER, *settings) as running:
        before = running.descriptors()
        silent = [running.connect() for _ in range(4)]
        silent[1].sendall(b"GET /hel")
        silent[2].sendall(get("/hello"))
        silent[3].sendall(get("/endless"))
        body = running.connect()
        body.sendall(b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab")
        assert rest(silent[0]) == rest(silent[1]) == b""
        assert rest(silent[2]).count(b"HTTP/1.1 200") == 1
        assert rest(body).startswith(b"HTTP/1.1 408")
        until(lambda: running.descriptors() <= before + 1)
        # One byte at a time is not the head of a request in time.
        slow = running.connect()
        with contextlib.suppress(ConnectionError):
            for byte in get("/hello") * 3:
                slow.sendall(bytes([byte]))
                time.sleep(0.05)
        assert b"200" not in rest(slow)
        for connection in [*silent, body, slow]:
            connection.close()


def test_a_port_that_is_taken(host):
    with pytest.raises(AssertionError, match="EADDRINUSE"), service(host, SERVER) as running, service(
        host, SERVER.replace("int(sys.argv[1])", str(running.port))
    ):
        pass
