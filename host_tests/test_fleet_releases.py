"""`mpycam fleet` against the releases of AXIS OS from 9.80 on, with an app in Python: in, upwards, back, out."""

import json

import pytest
from camera_fleet import VirtualFleet
from interpreters import ROOT

from mpycam import cli
from mpycam.eap import build

RELEASES = ("9.80", "10.12", "11.11", "12.x")
MAIN = """
import time
frames = 0
while True:
    frames += 1
    print('{{"event": "statistics", "frames": %d}}' % frames)
    time.sleep({pause})
"""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    cameras = {release: {"profile": release} for release in RELEASES}
    with VirtualFleet(tmp_path_factory.mktemp("releases"), cameras) as fleet:
        fleet.call(fleet["12.x"].applications.set_switch, "AllowUnsigned", True)
        yield fleet


def package(folder, version):
    """The path of a package of an app that reports frames."""
    app = folder / f"app-{version}"
    app.mkdir()
    setup = {
        "appName": "counter", "vendor": "V", "version": version, "embeddedSdkVersion": "2.0", "runMode": "respawn",
        "runOptions": "-X heapsize=1M -m main",
    }  # fmt: skip
    (app / "manifest.json").write_text(json.dumps({"schemaVersion": "1.3.1", "acapPackageConf": {"setup": setup}}))
    (app / "LICENSE").write_text("MIT\n")
    (app / "main.py").write_text(MAIN.format(pause=0.2))
    return build(app, ROOT / "dist/armv7hf/micropython", output=folder).path


def installed(fleet, name):
    """(version, status) on a camera; 9.80 writes 1.0.0 as 1.0-0."""
    version, status = fleet.installed(name)
    return version.replace("-", "."), status


def test_an_app_goes_in_upwards_and_back_on_every_release(fleet, tmp_path):
    inventory = fleet.inventory()

    def run(action, *words):
        return cli.main(["fleet", action, "--inventory", str(inventory), *map(str, words)])

    watched = ["--health", "3", "--frames"]
    for version in ("1.0.0", "2.0.0"):
        assert run("rollout", package(tmp_path, version), *watched) == 0
        assert {name: installed(fleet, name) for name in RELEASES} == dict.fromkeys(RELEASES, (version, "Running"))
    assert run("rollback", "counter") == 0
    for name in RELEASES:
        assert installed(fleet, name) == ("1.0.0", "Running")
        assert fleet.leftovers(name) == []
