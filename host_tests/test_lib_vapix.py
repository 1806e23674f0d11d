"""lib/service_account.py and lib/vapix.py: accounts from a real bus, and a camera that counts who asks."""

import json
import os
import stat
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from camera_python import run
from camera_server import BasicGuard, CameraServer, answer, guarded
from dbus_fast import DBusError
from dbus_fast.service import ServiceInterface
from dbus_fast.service import dbus_method as method
from message_bus import message_bus, service

SERVICE = "com.axis.HTTPConf1"


class Accounts(ServiceInterface):
    """Hands out accounts as AXIS OS 11.8 does; each call another password."""

    def __init__(self, form="a0-{}:secret{}", refusal=""):
        super().__init__(SERVICE + ".VAPIXServiceAccounts1")
        self.form, self.refusal, self.calls = form, refusal, 0

    @method()
    def GetCredentials(self, name: "s") -> "s":  # noqa: F821, N802
        if self.refusal:
            raise DBusError("org.freedesktop.DBus.Error.AccessDenied", self.refusal)
        self.calls += 1
        return self.form.format(name, self.calls)


class OldAccounts(ServiceInterface):
    """The same under the names of AXIS OS 11.6."""

    def __init__(self):
        super().__init__(SERVICE + ".Auth1")

    @method()
    def GetVapixServiceAccountCredentials(self, name: "s") -> "s":  # noqa: F821, N802
        return f"id:a0-{name}, pass:old"


NEW_PATH, OLD_PATH = "/com/axis/HTTPConf1/VAPIXServiceAccounts1", "/com/axis/HTTPConf1/Auth"

ACCOUNT = """
import service_account
async def main():
    try:
        print(json.dumps(await service_account.fetch(sys.argv[1], sys.argv[2])))
    except (OSError, ValueError) as error:
        print(json.dumps(str(error)))
asyncio.run(main())
"""


def fetch(interpreter, address, name="door", **options):
    return json.loads(run(interpreter, ACCOUNT, name, address, **options))


def test_account_of_either_generation(interpreter, tmp_path):
    with message_bus(tmp_path) as address:
        with service(address, SERVICE, {NEW_PATH: Accounts()}):
            assert fetch(interpreter, address) == ["a0-door", "secret1"]
        with service(address, SERVICE, {OLD_PATH: OldAccounts()}):
            assert fetch(interpreter, address) == ["a0-door", "old"]
        with service(address, SERVICE, {NEW_PATH: Accounts(refusal="not in the manifest")}):
            assert "AccessDenied: not in the manifest" in fetch(interpreter, address)
        with service(address, SERVICE, {NEW_PATH: Accounts("nonsense")}):
            assert fetch(interpreter, address) == "need user:password from the camera, have 8 characters of another form"
        assert "ServiceUnknown" in fetch(interpreter, address)


def test_names(host, tmp_path):
    for name in ("", "a b", "x'; reboot; '", "ä"):
        assert fetch(host, "unix:path=/nowhere", name) == f"need a name of letters, digits and _, have '{name}'"


def test_gdbus_where_no_bus_speaks_with_us(host, tmp_path):
    """A stand-in for the camera's gdbus, which knows the old names only."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "gdbus"
    program.write_text(
        "#!/bin/sh\n"
        'echo "$@" >> "$CALLS"\n'
        'case "$*" in *Auth1.GetVapix*) echo "(\'id:a0-door, pass:p\',)";; *) exit 1;; esac\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "CALLS": str(tmp_path / "calls")}
    before = set(os.listdir("/tmp"))
    assert fetch(host, f"unix:path={tmp_path}/none", env=environment) == ["a0-door", "p"]
    first, second = (tmp_path / "calls").read_text().splitlines()
    assert first.endswith(f"--object-path {NEW_PATH} --method {SERVICE}.VAPIXServiceAccounts1.GetCredentials door")
    assert second.endswith(".GetVapixServiceAccountCredentials door")
    program.write_text("#!/bin/sh\nexit 1\n")
    assert "gdbus has none either" in fetch(host, f"unix:path={tmp_path}/none", env=environment)
    left = {name for name in set(os.listdir("/tmp")) - before if len(name) == 32}
    assert not left


class Camera:
    """Answers VAPIX with one Basic account, the one that it was last told of."""

    def __init__(self):
        self.guard = BasicGuard("a0-door", "secret1")
        self.server = CameraServer(lambda request, connection: guarded(self.guard, self.respond)(request, connection))

    def respond(self, request, connection):
        path, _, query = request.target.partition("?")
        if path == "/axis-cgi/param.cgi" and "action=list" in query:
            if query.endswith("group=Nothing"):
                answer(connection, b"# Error: Error -1 getting param in group 'Nothing'\n", kind="text/plain")
            else:
                answer(connection, "root.A.B=x=y\r\nroot.A.C=\r\nroot.A.D=Tür\r\n".encode(), kind="text/plain")
        elif path == "/axis-cgi/param.cgi":
            answer(connection, b"OK\r\n" if "root.A.B=a%20%26%3D%C3%BC" in query else b"# Error: x", kind="text/plain")
        elif path.startswith("/axis-cgi/virtualinput/"):
            port = int(query.rpartition("=")[2])
            said = "<Success><ActivateSuccess/></Success>"
            if port > 32:
                said = "<Error><GeneralError><ErrorDescription>\n Port 33 \n</ErrorDescription></GeneralError></Error>"
            answer(connection, f"<VirtualInputResponse>{said}</VirtualInputResponse>".encode(), kind="text/xml")
        elif path == "/axis-cgi/jpg/image.cgi":
            answer(connection, b"\xff\xd8" + query.encode())
        else:
            answer(connection, b"", "404 Not Found")


SCRIPT = """
from vapix import Vapix
async def attempt(call):
    try:
        answer = await call
        return await answer.read(100) if hasattr(answer, "read") else answer
    except (OSError, ValueError) as error:
        return str(error)
async def main():
    camera = Vapix("door", camera=sys.argv[1], bus=sys.argv[2])
    for call in (
        camera.parameters("root.A"),
        camera.parameters("Nothing"),
        camera.set_parameters({"root.A.B": "a &=ü"}),
        camera.set_parameters({"root.A.C": 1}),
        camera.virtual_input(3, True),
        camera.virtual_input(3, False),
        camera.virtual_input(33, True),
        camera.text("/nowhere"),
    ):
        print(json.dumps(await attempt(call)))
    print(await attempt(camera.snapshot("resolution=640x360")))
    print(json.dumps(await attempt(camera.parameters("root.A"))))
    camera.close()
asyncio.run(main())
"""


def test_requests(interpreter, tmp_path):
    camera = Camera()
    with message_bus(tmp_path) as address, camera.server as server:
        accounts = Accounts()
        with service(address, SERVICE, {NEW_PATH: accounts}):
            lines = run(interpreter, SCRIPT, server.url("").rstrip("/"), address).splitlines()
            assert accounts.calls == 1
    parameters = {"root.A.B": "x=y", "root.A.C": "", "root.A.D": "Tür"}
    assert [json.loads(line) for line in lines[:8]] == [
        parameters,
        "the camera says # Error: Error -1 getting param in group 'Nothing'",
        None,
        "the camera says # Error: x",
        None,
        None,
        "the camera says Port 33",
        "need status 200, have 404 Not Found",
    ]
    assert lines[8] == r"b'\xff\xd8resolution=640x360'"
    assert json.loads(lines[9]) == parameters
    targets = [request.target for request in server.requests]
    assert "/axis-cgi/virtualinput/activate.cgi?schemaversion=1&port=3" in targets
    assert "/axis-cgi/virtualinput/deactivate.cgi?schemaversion=1&port=3" in targets


VANISHED = """
from vapix import Vapix
async def main():
    camera = Vapix("door", camera=sys.argv[1], bus=sys.argv[2])
    for _ in range(3):
        try:
            print(len(await camera.parameters("root.A")))
        except OSError as error:
            print(error)
asyncio.run(main())
"""


def test_account_that_vanished_is_asked_for_again(interpreter, tmp_path):
    """The camera starts anew after each answer; after the second one it also forgets what it hands out."""
    camera = Camera()
    passwords = ["secret2", "nobody's"]

    def respond(request, connection):
        camera.respond(request, connection)
        camera.guard = BasicGuard("a0-door", passwords.pop(0))

    accounts = Accounts()
    with message_bus(tmp_path) as address, camera.server as server:
        server.respond = lambda request, connection: guarded(camera.guard, respond)(request, connection)
        with service(address, SERVICE, {NEW_PATH: accounts}):
            lines = run(interpreter, VANISHED, server.url("").rstrip("/"), address).splitlines()
    assert lines == ["3", "3", "the server refuses user and password"]
    assert accounts.calls == 3


@pytest.mark.parametrize("user", ["viewer", ""])
def test_configured_account_comes_first(host, tmp_path, user):
    camera = Camera()
    camera.guard = BasicGuard("viewer", "p")
    script = f"""
from vapix import Vapix
async def main():
    camera = Vapix("door", "{user}", "p", sys.argv[1], "unix:path=/nowhere")
    try:
        print(len(await camera.parameters("root.A")))
    except OSError as error:
        print(error)
asyncio.run(main())
"""
    with camera.server as server:
        said = run(host, script, server.url("").rstrip("/"))
    assert said.startswith("3" if user else "the camera hands out no account")


class KeptHandler(BaseHTTPRequestHandler):
    """A server that leaves connections open."""

    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        self.server.connections += 1

    def log_message(self, *_):
        pass

    def _say(self, body, status=200):
        self.send_response(status)
        if self.path == "/bye":
            self.send_header("Connection", "close")
        if self.path == "/chunked":
            self.send_header("Transfer-Encoding", "chunked")
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):  # noqa: N802
        self._say(b"x" * (3000 if self.path in ("/long", "/unread") else 10))

    def do_POST(self):  # noqa: N802
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._say(b"POST " + body, 410 if self.path == "/gone" else 200)


@pytest.fixture
def kept_server():
    with ThreadingHTTPServer(("127.0.0.1", 0), KeptHandler) as server:
        server.daemon_threads = True
        server.connections = 0
        server.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join(10)


POST = """
from http_client import HttpClient, HttpError
async def main():
    client = HttpClient("u", "p", keep=True)
    for path in ("/echo", "/gone", "/echo"):
        try:
            response = await client.post(sys.argv[1] + path, b'{"a": 1}')
            print((await response.read(1000)).decode())
            response.close()
        except HttpError as error:
            print(error)
    try:
        await (await client.get(sys.argv[1] + "/long")).read(99)
    except HttpError as error:
        print(error)
    client.close()
asyncio.run(main())
"""


def test_post_and_kept_connections(interpreter, tmp_path, kept_server):
    assert run(interpreter, POST, kept_server.url).splitlines() == [
        'POST {"a": 1}',
        "need status 200, have 410 Gone",
        'POST {"a": 1}',
        "need a body of at most 99 bytes, have more",
    ]


GETS = """
from http_client import HttpClient
async def main():
    client = HttpClient("", "", keep=sys.argv[2] == "keep")
    for path in ("/length", "/chunked", "/length", "/bye", "/length", "/unread", "/length"):
        response = await client.get(sys.argv[1] + path)
        if path != "/unread":
            await response.read(1000)
        response.close()
    client.close()
asyncio.run(main())
"""


def test_connections_are_kept_while_they_can_be(interpreter, tmp_path, kept_server):
    run(interpreter, GETS, kept_server.url, "keep")
    # Anew after the server's farewell, and after a body that nobody read.
    assert kept_server.connections == 3
    run(interpreter, GETS, kept_server.url, "close")
    assert kept_server.connections == 3 + 7
