"""/local/<app>/ of the virtual camera: files, the reverse proxy and FastCGI, served by MicroPython programs as apps."""

import asyncio
import os

import aiohttp
import httpx
import pytest
from broker import free_port
from camera_packages import FOREVER, ROOT, old_app, script_app
from eap_samples import member
from test_camera_applications import Client, wait
from virtual_camera import running_camera

from mpycam.camera.local.fastcgi import record
from mpycam.camera.local.routes import leads_to
from mpycam.camera.role import Role

# A web server that tells what it was asked, at a TCP port or a Unix socket.
SERVER = """
import os, socket, struct, sys, binascii, hashlib

def address(where):
    if where[0] == "/":
        return socket.AF_UNIX, struct.pack("H", 1) + where.encode() + b"\\0"
    return socket.AF_INET, socket.getaddrinfo("127.0.0.1", int(where))[0][-1]

family, place = address(sys.argv[1])
listener = socket.socket(family, socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(place)
listener.listen(5)
print("listening")

def read_exactly(stream, count):
    data = b""
    while len(data) < count:
        piece = stream.read(count - len(data))
        if not piece:
            break
        data += piece
    return data

def echo(stream, headers):
    key = headers["sec-websocket-key"].encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = binascii.b2a_base64(hashlib.sha1(key).digest()).strip()
    stream.write(b"HTTP/1.1 101 Switching\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
                 b"Sec-WebSocket-Protocol: two\\r\\nSec-WebSocket-Accept: " + accept + b"\\r\\n\\r\\n")
    while True:
        head = read_exactly(stream, 2)
        if len(head) < 2 or head[0] & 15 == 8:
            return
        length = head[1] & 127
        if length == 126:
            length = struct.unpack(">H", read_exactly(stream, 2))[0]
        mask = read_exactly(stream, 4)
        data = bytes([byte ^ mask[n % 4] for n, byte in enumerate(read_exactly(stream, length))])
        if data == b"bye":
            stream.write(b"\\x88\\x02" + struct.pack(">H", 4001))
            return
        if len(data) < 126:
            stream.write(bytes([head[0], len(data)]) + data)
        else:
            stream.write(bytes([head[0], 126]) + struct.pack(">H", len(data)) + data)

while True:
    connection, _ = listener.accept()
    stream = connection
    first = stream.readline().decode().strip()
    headers = {}
    while True:
        line = stream.readline().decode().strip()
        if not line:
            break
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    if headers.get("upgrade", "").lower() == "websocket":
        echo(stream, headers)
    else:
        body = read_exactly(stream, int(headers.get("content-length", 0)))
        text = "\\n".join([first, str(len(body)), headers.get("authorization", "none"), headers.get("cookie", "none")])
        status = "302 Found\\r\\nLocation: /elsewhere" if "redirect" in first else "200 OK"
        head = "HTTP/1.1 %s\\r\\nContent-Type: text/x-told\\r\\nSet-Cookie: a=b\\r\\nContent-Length: %d\\r\\n\\r\\n"
        stream.write(head % (status, len(text)) + text)
    stream.close()
"""

FASTCGI = """
import os, socket, struct
path = os.getenv("FCGI_SOCKET_NAME")
listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
listener.bind(struct.pack("H", 1) + path.encode() + b"\\0")
os.system("chmod 777 " + path)
listener.listen(5)
print("listening")

def pairs(data):
    found, position = {}, 0
    while position < len(data):
        sizes = []
        for _ in range(2):
            size = data[position]
            position += 1
            if size & 128:
                size = (size & 127) << 24 | data[position] << 16 | data[position + 1] << 8 | data[position + 2]
                position += 3
            sizes.append(size)
        name = data[position:position + sizes[0]].decode()
        position += sizes[0]
        found[name] = data[position:position + sizes[1]].decode()
        position += sizes[1]
    return found

def record(kind, content):
    return struct.pack(">BBHHBB", 1, kind, 1, len(content), 0, 0) + content

while True:
    stream, _ = listener.accept()
    parameters, body = b"", 0
    while True:
        _, kind, _, length, padding, _ = struct.unpack(">BBHHBB", stream.read(8))
        content = stream.read(length) if length else b""
        stream.read(padding) if padding else None
        if kind == 4:
            parameters += content
        elif kind == 5:
            body += length
            if not length:
                break
    told = pairs(parameters)
    if "crash" in told["QUERY_STRING"]:
        stream.close()
        continue
    names = ("REQUEST_METHOD", "REQUEST_URI", "QUERY_STRING", "SCRIPT_NAME", "PATH_INFO", "CONTENT_TYPE", "REMOTE_USER")
    text = "\\n".join([told.get(name, "-") for name in names] + [str(body), str("HTTP_AUTHORIZATION" in told)])
    head = "Status: 404 Gone\\r\\n" if "gone" in told["QUERY_STRING"] else ""
    answer = (head + "Content-Type: text/x-cgi\\r\\n\\r\\n" + text).encode()
    for start in range(0, len(answer), 50):
        stream.write(record(6, answer[start:start + 50]))
    stream.write(record(6, b"") + record(3, bytes(8)))
    stream.close()
"""


def micropython_app(source, options, **described):
    """A package whose program is the interpreter of this machine and runs a file."""
    program = (ROOT / "dist/host/micropython").read_bytes()
    setup = {"runOptions": f"main.py {options}".strip()}
    files = [member("main.py", source.encode()), *described.pop("files", ())]
    return script_app(program, setup=setup, files=files, schema="1.7.3", **described)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with running_camera(tmp_path_factory.mktemp("camera"), "11.11", "host") as running:
        for name, role in (("watcher", Role.VIEWER), ("operator", Role.OPERATOR)):
            running.call(running.camera.accounts.add, name, "pass", role)
        yield Client(running)


@pytest.fixture(autouse=True)
def cleared(client):
    yield
    client.clear()


def as_user(client, name=None):
    auth = httpx.DigestAuth(name, "pass") if name else None
    return httpx.Client(base_url=client.running.url(), auth=auth, timeout=60)


def start(client, data):
    assert client.upload(data) == "OK"
    assert client.control("start") == "OK"
    client.wait_for("listening")


def test_files(client):
    files = [
        member("html", type=b"5", mode=0o755), member("html/index.html", b"<p>hello"), member("html/a b.css", b"x"),
        member("html/status.json", type=b"2", linkname="../localdata/status.json"), member("secret", b"no"),
        member("html/sub/index.html", b"sub"),
    ]  # fmt: skip
    assert client.upload(script_app(files=files)) == "OK"
    get = client.http.get
    assert get("local/sample_app/").text == get("local/sample_app/index.html").text == "<p>hello"
    assert get("local/sample_app/index.html").headers["Content-Type"] == "text/html"
    assert get("local/sample_app/a%20b.css").headers["Content-Type"] == "text/css"
    assert get("local/sample_app").headers["Location"] == "/local/sample_app/"
    assert get("local/sample_app/sub").headers["Location"] == "/local/sample_app/sub/"
    assert get("local/sample_app/sub/").text == "sub"
    assert get("local/sample_app/status.json").status_code == 404
    (client.folder() / "localdata/status.json").write_text("{}")
    assert get("local/sample_app/status.json").text == "{}"
    head = client.http.head("local/sample_app/index.html")
    assert head.headers["Content-Length"] == "8" and head.content == b""
    modified = {"If-Modified-Since": head.headers["Last-Modified"]}
    assert get("local/sample_app/index.html", headers=modified).status_code == 304
    for path in ("../secret", "%2e%2e/secret", "..%2fsecret", "secret", "none", "index.html/x", "%00", "a" * 5000):
        assert get(f"local/sample_app/{path}").status_code in (404, 400), path
    assert get("local/none/").status_code == 404
    assert client.http.post("local/sample_app/index.html").status_code == 405


def test_links_lead_nowhere_outside(client, tmp_path):
    (tmp_path / "host").write_text("of the host")
    assert client.upload(script_app(files=[member("html/index.html", b"x")])) == "OK"
    html = client.folder() / "html"
    (html / "absolute").symlink_to(tmp_path / "host")
    (html / "climbing").symlink_to("../" * 30 + str(tmp_path / "host")[1:])
    (html / "proc").symlink_to("/proc/self/environ")
    (html / "passwd").symlink_to("/etc/passwd")  # that of the camera is the app's to see
    (html / "folder").symlink_to("/")
    os.mkfifo(html / "pipe")
    for name in ("absolute", "climbing", "proc", "pipe", "folder/proc/self/environ"):
        assert client.http.get(f"local/sample_app/{name}").status_code == 404, name
    assert "acap-sample_app" in client.http.get("local/sample_app/passwd").text


def test_access(client):
    def statuses(path):
        return [as_user(client, name).get(path).status_code for name in (None, "watcher", "operator")]

    page = [member("html/index.html", b"x")]
    assert client.upload(script_app(files=page)) == "OK"
    assert statuses("local/sample_app/index.html") == [401, 401, 401]
    assert statuses("local/none/index.html") == [401, 401, 401]
    for access, expected in (("operator", [401, 401, 200]), ("viewer", [401, 200, 200])):
        configuration = {"httpConfig": [{"type": "directory", "access": access}]}
        assert client.upload(script_app(files=page, configuration=configuration)) == "OK"
        assert statuses("local/sample_app/index.html") == expected
    rules = [
        {"apiPath": f"for-{access}", "target": "http://127.0.0.1:9", "access": access}
        for access in ("admin", "operator", "viewer", "anonymous")
    ]
    assert client.upload(script_app(files=page, schema="1.7.3", configuration={"reverseProxy": rules})) == "OK"
    # Where nobody listens, those who may pass get 503.
    assert statuses("local/sample_app/for-admin") == [401, 401, 401]
    assert statuses("local/sample_app/for-operator") == [401, 401, 503]
    assert statuses("local/sample_app/for-viewer/x") == [401, 503, 503]
    assert statuses("local/sample_app/for-anonymous") == [503, 503, 503]
    assert client.http.get("local/sample_app/for-admin").status_code == 503


@pytest.mark.parametrize("unix", [False, True])
def test_proxy(client, unix):
    where = "/tmp/server.sock" if unix else str(free_port())
    rule = {"apiPath": "api", "access": "viewer"}
    rule.update({"apiType": "http", "target": where} if unix else {"target": f"http://localhost:{where}"})
    start(client, micropython_app(SERVER, where, configuration={"reverseProxy": [rule]}))
    viewer = as_user(client, "watcher")
    answer = viewer.get("local/sample_app/api/a%2Fb%20c?x=%26y")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/x-told"
    assert answer.text == "GET /local/sample_app/api/a%2Fb%20c?x=%26y HTTP/1.1\n0\nnone\nnone"
    assert answer.headers["Set-Cookie"] == "a=b"
    answer = viewer.post("local/sample_app/api", content=b"x" * 100000, headers={"Cookie": "c=d"})
    assert answer.text.startswith("POST /local/sample_app/api HTTP/1.1\n100000\nnone\n") and "c=d" in answer.text
    answer = viewer.put("local/sample_app/api/redirect", content=b"")
    assert answer.status_code == 302 and answer.headers["Location"] == "/elsewhere"
    assert viewer.get("local/sample_app/apis").status_code == 401  # of the files, not the rule
    echoed = asyncio.run(echo(client, "local/sample_app/api/ws"))
    assert echoed == ["two", "hello", b"\x00\x01" * 1000, 4001]


async def echo(client, path):
    """What an echoing WebSocket says: its protocol, two messages, and the code of its end."""
    middleware = aiohttp.DigestAuthMiddleware("watcher", "pass")
    async with aiohttp.ClientSession(middlewares=(middleware,)) as session:
        socket_ = await session.ws_connect(client.running.url(path), protocols=("one", "two"))
        await socket_.send_str("hello")
        first = (await socket_.receive(30)).data
        await socket_.send_bytes(b"\x00\x01" * 1000)
        second = (await socket_.receive(30)).data
        await socket_.send_str("bye")
        await socket_.receive(30)
        return [socket_.protocol, first, second, socket_.close_code]


def test_proxy_rules_need_tidy_modes(client):
    rule = {"apiPath": "api", "target": "http://localhost:9", "access": "admin"}
    data = script_app(FOREVER, files=[member("open", b"", 0o666)], configuration={"reverseProxy": [rule]})
    assert client.upload(data) == "OK"
    assert client.http.get("local/sample_app/api").status_code == 404


def test_rules_are_regular_expressions():
    assert leads_to("api", "api") and leads_to("api", "api/x") and not leads_to("api", "apix")
    assert leads_to("v[12]/.*", "v2/x/y") and leads_to("v.+", "v1/x") and not leads_to("v[12]", "v3")
    assert leads_to("a(b", "a(b/x") and not leads_to("a(b", "ab")


def test_fastcgi(client):
    configuration = {"httpConfig": [{"type": "fastCgi", "name": "run.cgi", "access": "viewer"}]}
    assert client.upload(micropython_app(FASTCGI, "", configuration=configuration)) == "OK"
    viewer = as_user(client, "watcher")
    assert viewer.get("local/sample_app/run.cgi").status_code == 503
    assert client.control("start") == "OK"
    client.wait_for("listening")
    assert as_user(client).get("local/sample_app/run.cgi").status_code == 401
    path, kind = "local/sample_app/run.cgi/more?a=b%20c", {"Content-Type": "text/a"}
    answer = viewer.post(path, content=b"x" * 200000, headers=kind)
    assert answer.headers["Content-Type"] == "text/x-cgi" and answer.status_code == 200
    assert answer.text.splitlines() == [
        "POST", "/local/sample_app/run.cgi/more?a=b%20c", "a=b%20c", "/local/sample_app/run.cgi", "/more", "text/a",
        "watcher", "200000", "False",
    ]  # fmt: skip
    gone = viewer.get("local/sample_app/run.cgi?gone", headers={"X-Long": "y" * 4000})
    assert gone.status_code == 404 and gone.text.startswith("GET\n")
    assert viewer.get("local/sample_app/run.cgi?crash").status_code == 502
    assert client.control("restart") == "OK"
    wait(lambda: viewer.get("local/sample_app/run.cgi").status_code == 200)


def test_fastcgi_records():
    assert record(5, b"abc") == b"\x01\x05\x00\x01\x00\x03\x00\x00abc"


def test_settings_page_before_manifests(tmp_path):
    data = old_app(program=(ROOT / "dist/host/micropython").read_bytes(), SETTINGSPAGEFILE="setup.html")
    with running_camera(tmp_path, "9.80", "host") as running:
        client = Client(running)
        assert client.upload(data) == "OK"
        assert client.listed()["old_app"]["ConfigurationPage"] == "local/old_app/setup.html"
        assert client.http.get("local/old_app/setup.html").text == "<p>old</p>"
        assert client.http.get("local/old_app/package.conf").status_code == 404
