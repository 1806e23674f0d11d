"""`mpycam discover` finds the cameras that announce themselves, and only those; all of it on loopback."""

import json
import socket
import tomllib

import pytest
from camera_fleet import VirtualFleet
from zeroconf import ServiceInfo

from mpycam import cli
from mpycam.discover import Found, as_inventory, cameras_of
from mpycam.fleet.inventory import Inventory


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    cameras = {"one": {"announced": True}, "two": {"announced": True, "architecture": "aarch64"}, "silent": {}}
    with VirtualFleet(tmp_path_factory.mktemp("cameras"), cameras) as fleet:
        yield fleet


def found(capsys):
    assert cli.main(["discover", "--interface", "127.0.0.1", "--json"]) == 0
    return {camera["serial"]: camera for camera in json.loads(capsys.readouterr().out)}


def test_announced_cameras_are_found_where_they_are(fleet, capsys):
    cameras = found(capsys)
    for name, model in (("one", "AXIS P3245-LVE"), ("two", "AXIS P3265-LVE")):
        serial = fleet[name].identity.serial_number
        assert cameras[serial]["address"] + "/" == fleet[name].server.url
        assert cameras[serial]["name"] == f"{model} - {serial}"
    assert fleet["silent"].identity.serial_number not in cameras


def test_the_table_and_the_inventory(fleet, capsys, tmp_path):
    assert cli.main(["discover", "--interface", "127.0.0.1"]) == 0
    assert fleet["one"].server.url.rstrip("/") in capsys.readouterr().out
    assert cli.main(["discover", "--interface", "127.0.0.1", "--inventory"]) == 0
    (tmp_path / "fleet.toml").write_text(capsys.readouterr().out)
    (entry,) = Inventory(tmp_path / "fleet.toml").select([fleet["one"].identity.serial_number])
    assert entry.host + "/" == fleet["one"].server.url


def test_a_camera_that_goes_says_goodbye(tmp_path, capsys):
    with VirtualFleet(tmp_path, {"gone": {"announced": True}}) as fleet:
        serial = fleet["gone"].identity.serial_number
        assert serial in found(capsys)
    cli.main(["discover", "--interface", "127.0.0.1", "--json"])
    assert serial not in capsys.readouterr().out


def service(kind, name, address="192.0.2.7", port=80, **properties):
    kind = f"_{kind}._tcp.local."
    return ServiceInfo(kind, f"{name}.{kind}", port, properties=properties, addresses=[socket.inet_aton(address)])


def test_one_camera_is_one_whatever_it_announces():
    name = "AXIS P3245 - ACCC8E012345"
    services = [
        service("http", name), service("axis-video", name, macaddress="ACCC8E012345"),
        service("vapix-https", name, port=443), service("http", "Printer", "192.0.2.8"),
        service("axis-video", "camera without a number", "192.0.2.9", 8080),
    ]  # fmt: skip
    cameras = cameras_of(services)
    assert cameras == [
        Found(name, "ACCC8E012345", "https://192.0.2.7", True),
        Found("camera without a number", "", "http://192.0.2.9:8080", False),
    ]
    assert list(tomllib.loads(as_inventory(cameras))["cameras"]) == ["ACCC8E012345", "camera-without-a-number"]


def test_an_interface_that_there_is_not(capsys):
    assert cli.main(["discover", "--interface", "192.0.2.1"]) == 1
    assert "cannot listen at 192.0.2.1" in capsys.readouterr().err
