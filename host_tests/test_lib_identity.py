"""lib/identity.py: what the app and the device are, with and without a camera that tells."""

import json
import re
import time

import pytest
from camera_packages import script_app
from camera_python import run
from camera_server import CameraServer, answer
from eap_samples import manifest
from virtual_camera import PASSWORD, USER, running_camera

from mpycam.eap import package_conf

FETCH = """
from identity import *
from vapix import Vapix
# An hour of waiting in no time: the waits are told.
waits = []
async def sleep(seconds):
    waits.append(seconds)
asyncio.sleep = sleep
async def main():
    camera = Vapix("door", "root", "pass", sys.argv[1], timeout=5)
    try:
        identity = await IdentityFetcher(camera, sys.argv[2]).get_data(**json.loads(sys.argv[3]))
        print(json.dumps(identity.__dict__))
    except IdentityError as error:
        print(json.dumps(str(error)))
    print(json.dumps(waits))
asyncio.run(main())
"""


def package(folder, version="1.2.3"):
    described = manifest("1.5.0", {"appName": "door_state", "friendlyName": "Door state", "version": version})
    (folder / "manifest.json").write_text(json.dumps(described))
    (folder / "package.conf").write_text(package_conf.serialise(package_conf.values(described, "all", [])))
    return folder


def fetch(interpreter, url, folder, **options):
    answered, waits = map(json.loads, run(interpreter, FETCH, url.rstrip("/"), folder, json.dumps(options)).splitlines())
    return answered, waits


def test_of_a_camera(interpreter, tmp_path):
    began = time.time()
    folder = package(tmp_path)
    with running_camera(tmp_path / "camera", "12.x", "host") as running:
        assert (USER, PASSWORD) == ("root", "pass")
        identity, waits = fetch(interpreter, running.url(""), folder)
        assert waits == []
    assert identity["application_name"] == "door_state"
    assert identity["application_title"] == "Door state"
    assert identity["application_version"] == "1.2.3"
    assert identity["application_user"] == "root"
    assert identity["application_status"] == "RUNNING"
    assert re.fullmatch("[0-9A-F]{12}", identity["device_id"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", identity["device_firmware"])
    assert identity["device_architecture"] and identity["device_soc"] and identity["device_model"]
    assert identity["device_name"].startswith("AXIS")
    created = time.strptime(identity["application_created_time"][:19], "%Y-%m-%dT%H:%M:%S")
    assert began - 86400 < time.mktime(created) < began + 86400


def test_retries(host, tmp_path):
    """The waits double up to the longest, and attempts are counted."""
    answers = []

    def respond(request, connection):
        status, body = answers.pop(0) if len(answers) > 1 else answers[0]
        answer(connection, json.dumps(body).encode(), status, kind="application/json")

    busy = ("503 Service Unavailable", {})
    good = ("200 OK", {"data": {"propertyList": {"SerialNumber": "ACCC8E000001"}}})
    with CameraServer(respond) as server:
        answers[:] = [busy] * 8 + [good]
        identity, waits = fetch(host, server.url(""), tmp_path)
        assert waits == [5, 10, 20, 40, 80, 160, 300, 300]
        assert identity["device_id"] == "ACCC8E000001"
        assert identity["device_soc"] is None
        answers[:] = [busy]
        text, waits = fetch(host, server.url(""), tmp_path, retry_freq=1, max_retry_freq=3, max_retry_num=4)
        assert text == "no answer after 5 attempts: need status 200, have 503 Service Unavailable"
        assert waits == [1, 2, 3, 3]
        text, waits = fetch(host, server.url(""), tmp_path, retry_freq=None)
        assert (text, waits) == ("no answer after 1 attempts: need status 200, have 503 Service Unavailable", [])
        for refusal in (("404 Not Found", {}), ("401 Unauthorized", {}), ("200 OK", {"error": {"code": 2001}}), ("200 OK", [])):
            answers[:] = [refusal]
            text, waits = fetch(host, server.url(""), tmp_path)
            assert text.startswith("the camera does not tell: ")
            assert waits == []
    text, waits = fetch(host, server.url(""), tmp_path, max_retry_num=1)
    assert text.startswith("no answer after 2 attempts: [Errno 111] ECONNREFUSED")


LOCAL = """
from identity import *
def show(identity):
    print(json.dumps([identity.__dict__, identity.unknown()]))
show(IdentityFetcher(folder=sys.argv[1]).local())
show(Identity.for_test_environment("door"))
print(Identity.for_test_environment("door"))
async def main():
    try:
        await IdentityFetcher().get_data()
    except IdentityError as error:
        print(error)
asyncio.run(main())
"""


@pytest.mark.parametrize("files", ["both", "conf", "none", "broken"])
def test_without_a_camera(host, tmp_path, files):
    """What the app knows of itself, and what is unknown."""
    package(tmp_path, "2.0.1")
    if files == "broken":
        (tmp_path / "manifest.json").write_text("{}")
    elif files != "both":
        (tmp_path / "manifest.json").unlink()
    if files == "none":
        (tmp_path / "package.conf").unlink()
    first, second, text, refusal = run(host, LOCAL, tmp_path).splitlines()
    known, unknown = json.loads(first)
    device = ["device_architecture", "device_firmware", "device_id", "device_model", "device_name", "device_soc"]
    if files == "none":
        application = ["created_time", "name", "title", "version"]
        assert unknown == [f"application_{name}" for name in application] + device
    else:
        assert unknown == device
        assert known["application_name"] == "door_state"
        assert known["application_title"] == "Door state"
        assert known["application_version"] == "2.0.1"
    assert known["application_status"] == "NOT_AVAILABLE"
    test, _ = json.loads(second)
    assert (test["device_id"], test["device_name"]) == ("emulator", "test_utility_emulator")
    assert (test["application_name"], test["application_status"]) == ("door", "TEST_UTILITY")
    pairs = re.findall(r"(\w+)=", text)
    assert text.startswith("<Identity application_created_time=None ") and text.endswith(">")
    assert pairs == sorted(test)
    assert refusal == "need a camera, have none"


def test_package_as_it_is_built(host, tmp_path):
    """An unpacked package tells the same."""
    import io
    import tarfile

    data = script_app(name="sample_app", version="3.2.1")
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        archive.extractall(tmp_path, filter="data")
    known, _ = json.loads(run(host, LOCAL, tmp_path).splitlines()[0])
    assert (known["application_name"], known["application_version"]) == ("sample_app", "3.2.1")
