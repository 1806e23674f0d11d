"""The client of a camera, against virtual cameras of every version, and against one that fails."""

import asyncio
import socket
import threading

import httpx
import pytest
from camera_packages import script_app
from camera_server import BasicGuard, CameraServer, DigestGuard, answer, guarded
from virtual_camera import PASSWORD, USER, running_camera

from mpycam.device import Device, DeviceError, trust
from mpycam.device.errors import BROKEN, ERRORS, LOGIN, REFUSED, TIMEOUT, UNREACHABLE
from mpycam.device.login import Login

PROFILES = ["10.12", "11.11", "12.x", "12.10"]


def on(url, work, password=PASSWORD, **options):
    """Run `await work(device)` with the Device at an address."""

    async def run():
        async with Device(url.rstrip("/"), USER, password, **options) as device:
            return await work(device)

    return asyncio.run(run())


def error_of(url, work, **options):
    with pytest.raises(DeviceError) as caught:
        on(url, work, **options)
    return caught.value


@pytest.fixture(scope="module", params=PROFILES)
def running(request, tmp_path_factory):
    with running_camera(tmp_path_factory.mktemp("camera"), request.param) as camera:
        yield camera


@pytest.fixture(scope="module")
def twelve(tmp_path_factory):
    with running_camera(tmp_path_factory.mktemp("camera"), "12.x") as camera:
        yield camera


def test_what_it_is(running):
    information = on(running.url(), lambda device: device.info())
    profile = running.camera.profile
    assert (information.model, information.firmware) == ("AXIS P3245-LVE", profile.version)
    assert (information.architecture, information.build, information.soc) == ("armv7hf", "armv7hf", "Axis Artpec-7")
    assert information.serial == running.camera.identity.serial_number
    assert information.sdk == profile.embedded_development
    assert information.unsigned is profile.allow_unsigned
    assert information.root_apps is profile.allow_root
    assert information.takes_unsigned is (profile.allow_unsigned is not False)
    assert information.ssh is False
    assert information.ssh_as_app is (profile.name != "10.12")
    assert [disk.name for disk in information.storage] == ["SD_DISK", "NetworkShare"]


def test_life_of_an_app(running):
    async def work(device):
        if (await device.info()).unsigned is False:
            await device.allow_unsigned()
        told = []
        installed = await device.install(script_app(), "one.eap", lambda *numbers: told.append(numbers))
        assert (installed.app, installed.version, installed.before) == ("sample_app", "1.2.3", None)
        size = len(script_app())
        assert told[-1] == (size, size)
        assert (await device.apps())["sample_app"].status == "Stopped"
        await device.start("sample_app")
        lines = device.follow("sample_app", known=[])
        assert "sample_app[" in await anext(lines)
        await lines.aclose()
        upgraded = await device.install(script_app(version="1.3.0"), "two.eap")
        assert (upgraded.version, upgraded.before) == ("1.3.0", "1.2.3")
        assert (await device.apps())["sample_app"].status == "Running"
        await device.restart("sample_app")
        await device.stop("sample_app")
        await device.remove("sample_app")
        assert await device.apps() == {}

    on(running.url(), work)


def test_parameters(running):
    items = [{"name": "Level", "default": "3", "type": "int:min=0;max=9"}]
    package = script_app(name="level_app", configuration={"paramConfig": items})

    async def work(device):
        await device.allow_unsigned() if (await device.info()).unsigned is False else None
        await device.install(package, "level.eap")
        group = await device.app_group("level_app")
        assert await device.parameters(group, "Network.SSH") == {"Level_app.Level": "3", "Network.SSH.Enabled": "no"}
        await device.set_parameters({f"{group}.Level": 7})
        assert await device.parameters(f"root.{group}.Level") == {"Level_app.Level": "7"}
        with pytest.raises(DeviceError, match="Level_app.Level.*12.*params get") as caught:
            await device.set_parameters({f"{group}.Level": 12})
        assert caught.value.kind == REFUSED
        assert await device.app_group("no_app") is None

    on(running.url(), work)


REFUSALS = [
    (b"no package", 1, "eap inspect"),
    (script_app(setup={"architecture": "aarch64"}), 5, "architecture"),
    (script_app(setup={"user": {"username": "root", "group": "root"}}), 13, "setup.user"),
    (script_app(installation={"postInstallScript": "missing.sh"}), 29, "eap inspect"),
]


@pytest.mark.parametrize(("data", "number", "remedy"), REFUSALS, ids=[str(each[1]) for each in REFUSALS])
def test_refused_package(twelve, data, number, remedy):
    on(twelve.url(), lambda device: device.allow_unsigned())
    error = error_of(twelve.url(), lambda device: device.install(data, "it.eap"))
    assert (error.kind, error.number) == (REFUSED, number)
    assert f"error {number}, {ERRORS[number].text}; " in str(error)
    assert remedy in str(error)


def test_unsigned_package_is_refused_until_the_switch_is_set(twelve):
    on(twelve.url(), lambda device: device.allow_unsigned(False))
    error = error_of(twelve.url(), lambda device: device.install(script_app(), "it.eap"))
    assert error.number == 2
    assert "--allow-unsigned" in str(error)
    on(twelve.url(), lambda device: device.allow_unsigned())
    on(twelve.url(), lambda device: device.install(script_app(), "it.eap"))


def test_switch_that_is_not_there(tmp_path):
    with running_camera(tmp_path, "10.12") as camera:
        error = error_of(camera.url(), lambda device: device.allow_unsigned())
        assert "no switch" in str(error)


@pytest.mark.parametrize(("verb", "number"), [("start", 4), ("stop", 4), ("remove", 4), ("restart", 4)])
def test_app_that_is_not_there(twelve, verb, number):
    error = error_of(twelve.url(), lambda device: getattr(device, verb)("nothing"))
    assert (error.kind, error.number) == (REFUSED, number)


def test_full_flash(twelve):
    on(twelve.url(), lambda device: device.allow_unsigned())
    twelve.call(twelve.camera.faults.start, "flash_full")
    error = error_of(twelve.url(), lambda device: device.install(script_app(name="big_app"), "it.eap"))
    twelve.call(twelve.camera.faults.end, "flash_full")
    assert error.number == 3


def test_busy_camera_is_asked_again(twelve):
    twelve.call(twelve.camera.faults.start, "unavailable", count=2)
    assert on(twelve.url(), lambda device: device.info()).model


def test_wrong_password_and_missing_account(twelve, tmp_path):
    error = error_of(twelve.url(), lambda device: device.apps(), password="wrong")
    assert error.kind == LOGIN
    assert "does not let 'root' in" in str(error)
    with running_camera(tmp_path, "12.x", setup=False) as camera:
        error = error_of(camera.url(), lambda device: device.info())
        assert error.kind == LOGIN
        assert "no account yet" in str(error)


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    error = error_of(f"http://127.0.0.1:{port}", lambda device: device.request("GET", "/", retry=False))
    assert error.kind == UNREACHABLE
    assert f"127.0.0.1:{port} cannot be reached" in str(error)


@pytest.mark.parametrize("address", ["ftp://camera", "http://root:pass@camera", "https://", "http://camera/path"])
def test_bad_address(address):
    with pytest.raises(DeviceError):
        Device(address, USER, PASSWORD)


def test_pinned_certificate(twelve, tmp_path):
    url = twelve.url(secure=True)
    address = httpx.URL(url)
    certificate = asyncio.run(trust.fetch(address.host, address.port))
    assert on(url, lambda device: device.apps(), certificate=certificate) is not None
    error = error_of(url, lambda device: device.request("GET", "/", retry=False))
    assert error.kind == UNREACHABLE
    assert "camera add" in str(error)
    with running_camera(tmp_path, "12.x") as other:
        url = other.url(secure=True)
        error = error_of(url, lambda device: device.request("GET", "/", retry=False), certificate=certificate)
        assert "certificate that is not trusted" in str(error)


def package_server(steps):
    """A server that behaves as a camera for list.cgi and does each of `steps` to an upload in turn."""
    installed = {}

    def respond(request, connection):
        if "upload.cgi" in request.target:
            steps.pop(0)(request, connection, installed)
        else:
            apps = "".join(
                f'<application Name="{name}" Version="{v}" Status="Stopped"/>' for name, v in installed.items()
            )
            answer(connection, f'<reply result="ok">{apps}</reply>'.encode(), kind="text/xml")

    return CameraServer(respond), installed


def cut(request, connection, installed):
    connection.shutdown(socket.SHUT_RDWR)


def read_all(request, connection):
    """Read a form to its end."""
    data = request.rest
    while not data.endswith(b"--\r\n"):
        piece = connection.recv(1 << 16)
        assert piece, "the form has no end"
        data += piece


def cut_when_done(request, connection, installed):
    read_all(request, connection)
    installed["sample_app"] = "1.2.3"
    connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("step", "before", "text"),
    [
        (cut, {}, "nothing of sample_app is installed; try again"),
        (cut, {"sample_app": "1.0.0"}, "sample_app is there with version 1.0.0, it was 1.0.0"),
        (cut_when_done, {}, "sample_app 1.2.3 is there nevertheless"),
    ],
)
def test_upload_that_breaks_off_is_looked_into(step, before, text):
    server, installed = package_server([step])
    installed.update(before)
    with server:
        error = error_of(server.url(""), lambda device: device.install(script_app(), "it.eap"))
    assert error.kind == BROKEN
    assert text in str(error)
    assert sum("upload.cgi" in request.target for request in server.requests) == 1


def test_upload_that_is_not_answered():
    done = threading.Event()
    server, _ = package_server([lambda *_: done.wait(30)])

    async def work(device):
        device_seconds = 0.5
        from mpycam.device import client

        before, client.INSTALL_SECONDS = client.INSTALL_SECONDS, device_seconds
        try:
            await device.install(script_app(), "it.eap")
        finally:
            client.INSTALL_SECONDS = before

    with server:
        error = error_of(server.url(""), work)
        done.set()
    assert error.kind == TIMEOUT
    assert "nothing of sample_app" in str(error)


def lie(request, connection, installed):
    read_all(request, connection)
    answer(connection, b"OK\n", kind="text/plain")


def test_camera_that_says_ok_and_has_nothing():
    server, _ = package_server([lie])
    with server:
        error = error_of(server.url(""), lambda device: device.install(script_app(), "it.eap"))
    assert "says OK, but lists nothing instead of 1.2.3" in str(error)


@pytest.mark.parametrize(
    "guard", [DigestGuard(USER, PASSWORD), DigestGuard(USER, PASSWORD, uses=1), BasicGuard(USER, PASSWORD)]
)
def test_scheme_that_the_camera_asks_for(guard):
    reply = b'<reply result="ok"></reply>'
    with CameraServer(guarded(guard, lambda request, connection: answer(connection, reply, kind="text/xml"))) as server:

        async def work(device):
            return [await device.apps() for _ in range(3)]

        assert on(server.url(""), work) == [{}, {}, {}]


def test_password_is_not_sent_in_clear_text_over_a_network():
    sent = []

    def camera(request):
        sent.append(request.headers.get("authorization"))
        return httpx.Response(401, headers={"WWW-Authenticate": 'Basic realm="AXIS"'})

    with httpx.Client(transport=httpx.MockTransport(camera), auth=Login(USER, PASSWORD)) as client:
        with pytest.raises(DeviceError, match="clear text.*use https://"):
            client.get("http://192.0.2.7/")
        client.get("https://192.0.2.7/")
    assert sent[:2] == [None, None]
    assert sent[2].startswith("Basic ")


def test_log_that_loses_its_oldest_lines():
    from mpycam.device.client import _new_lines

    assert _new_lines([], ["a"]) == ["a"]
    assert _new_lines(["a", "b"], ["a", "b"]) == []
    assert _new_lines(["a", "b"], ["a", "b", "c"]) == ["c"]
    assert _new_lines(["a", "b", "c"], ["c", "d"]) == ["d"]
    assert _new_lines(["a", "b"], ["x", "y"]) == ["x", "y"]
    assert _new_lines(["a", "a"], ["a", "a", "a"]) == ["a"]
