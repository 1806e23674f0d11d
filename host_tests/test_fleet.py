"""`mpycam fleet` against virtual cameras, five of which fail in a way of their own."""

import asyncio
import json

import pytest
from camera_fleet import KEPT, VALUE, VirtualFleet, app

from mpycam import cli

HEALTHY = [f"camera-{number:02}" for number in range(1, 8)]
# Name: the options of its Camera.
CAMERAS = {
    **dict.fromkeys(HEALTHY, {}),
    "camera-02": {"profile": "10.12"},
    "camera-03": {"profile": "12.x"},
    "camera-04": {"profile": "12.10"},
    "unsigned": {"profile": "12.x"},
    "full": {},
    "cut-off": {},
    "aarch64": {"architecture": "aarch64"},
    "crashing": {},
}
FAILING = [name for name in CAMERAS if name not in HEALTHY]
CAREFUL = ["--health", "1.5", "--frames", "--stop-at", "60", "--parallel", "6"]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    with VirtualFleet(tmp_path_factory.mktemp("fleet"), CAMERAS) as fleet:
        fleet.inventory()
        for name in ("camera-03", "camera-04"):
            fleet.call(fleet[name].applications.set_switch, "AllowUnsigned", True)
        for version in ("1.0.0", "2.0.0"):
            (fleet.folder / f"counter_{version}.eap").write_bytes(app(version))
        yield fleet


def run(fleet, action, *arguments):
    """Run `mpycam fleet` and return (status, its report)."""
    report = fleet.folder / "report.json"
    report.unlink(missing_ok=True)
    inventory = ["--inventory", str(fleet.folder / "fleet.toml")]
    status = cli.main(["fleet", action, *inventory, *map(str, arguments), "--report", str(report)])
    return status, json.loads(report.read_text())


def package(fleet, version):
    return fleet.folder / f"counter_{version}.eap"


def of(report, name):
    return next(camera for camera in report["cameras"] if camera["camera"] == name)


def test_a_first_installation_says_why_it_fails_where_it_does(fleet):
    """Version 1: only the package's architecture and the camera that wants a signature are in the way."""
    status, report = run(fleet, "rollout", package(fleet, "1.0.0"), *CAREFUL)
    assert status == 1 and report["counts"] == {"done": 10, "failed": 2}
    assert "aarch64" in of(report, "aarch64")["reason"] and "armv7hf" in of(report, "aarch64")["reason"]
    assert of(report, "unsigned")["number"] == 2 and "signature" in of(report, "unsigned")["reason"]
    for name in CAMERAS:
        assert fleet.installed(name) == (None if name in ("unsigned", "aarch64") else ("1.0.0", "Running"))


def test_five_fail_each_in_its_way_and_the_others_are_done(fleet):
    for name, camera in fleet.cameras.items():
        if fleet.installed(name):
            (fleet.local_data(name) / "learned").write_text(KEPT)
            fleet.call(camera.parameters.set, {"Counter.Level": VALUE})
    (fleet.local_data("crashing") / "broken").touch()
    fleet.call(fleet["full"].faults.start, "flash_full")
    fleet.call(fleet["cut-off"].faults.start, "break")
    status, report = run(fleet, "rollout", package(fleet, "2.0.0"), *CAREFUL)
    assert status == 1 and report["counts"] == {"done": 7, "failed": 5}
    assert {name: of(report, name)["number"] for name in FAILING} == {
        "unsigned": 2, "full": 3, "cut-off": None, "aarch64": None, "crashing": None
    }  # fmt: skip
    assert of(report, "cut-off")["kind"] == "broken" and "lost in the middle" in of(report, "cut-off")["reason"]
    assert "no such model" in of(report, "crashing")["reason"] and "1.0.0 is back" in of(report, "crashing")["reason"]
    for name in CAMERAS:
        expected = ("2.0.0", "Running") if name in HEALTHY else ("1.0.0", "Running")
        assert fleet.installed(name) == (None if name in ("unsigned", "aarch64") else expected), name
        assert (of(report, name)["after"] or "") == (fleet.installed(name) or ("",))[0]
        assert fleet.leftovers(name) == []


def test_upgrades_and_ways_back_keep_parameters_and_data(fleet):
    for name, camera in fleet.cameras.items():
        if fleet.installed(name):
            assert (fleet.local_data(name) / "learned").read_text() == KEPT
            assert fleet.call(camera.parameters.get, "Counter.Level") == VALUE


def test_a_second_run_changes_only_what_is_left(fleet):
    before = {name: fleet.cameras[name].applications.get("counter").record for name in HEALTHY}
    fleet.call(fleet["full"].faults.end_all)
    fleet.call(fleet["cut-off"].faults.end_all)
    (fleet.local_data("crashing") / "broken").unlink()
    planned = run(fleet, "rollout", package(fleet, "2.0.0"), *CAREFUL, "--dry-run")[1]
    assert planned["counts"] == {"planned": 4, "unchanged": 7, "failed": 1}
    assert fleet.installed("full") == ("1.0.0", "Running")
    status, report = run(fleet, "rollout", package(fleet, "2.0.0"), *CAREFUL, "--allow-unsigned")
    assert status == 1 and report["counts"] == {"done": 4, "unchanged": 7, "failed": 1}
    assert all(fleet.cameras[name].applications.get("counter").record is record for name, record in before.items())
    for name in ("full", "cut-off", "crashing", "unsigned"):
        assert fleet.installed(name) == ("2.0.0", "Running")


def test_a_package_for_the_other_architecture_completes_it(fleet, tmp_path):
    (tmp_path / "other.eap").write_bytes(app("2.0.0", "aarch64"))
    status, report = run(fleet, "rollout", package(fleet, "2.0.0"), tmp_path / "other.eap", *CAREFUL)
    assert status == 0 and report["counts"] == {"done": 1, "unchanged": 11}


def test_rollback_goes_to_the_version_before(fleet):
    status, report = run(fleet, "rollback", "counter", "--parallel", "6")
    assert status == 1 and report["counts"] == {"done": 10, "failed": 2}
    assert "nothing is known" in of(report, "aarch64")["reason"] + of(report, "unsigned")["reason"]
    for name in (*HEALTHY, "full", "crashing"):
        assert fleet.installed(name) == ("1.0.0", "Running")
        assert (fleet.local_data(name) / "learned").read_text() == KEPT
        assert fleet.call(fleet[name].parameters.get, "Counter.Level") == VALUE


def test_a_downgrade_to_a_named_package_is_an_installation(fleet):
    status, report = run(fleet, "rollback", "counter", package(fleet, "1.0.0"), "--camera", "unsigned")
    assert (status, report["counts"]) == (0, {"done": 1})
    assert fleet.installed("unsigned") == ("1.0.0", "Running")


def command(fleet, capsys, action, *arguments):
    """Run `mpycam fleet` and return (status, what it prints)."""
    status = cli.main(["fleet", action, "--inventory", str(fleet.folder / "fleet.toml"), *arguments])
    return status, capsys.readouterr().out


def test_status_shows_every_camera(fleet, capsys):
    status, said = command(fleet, capsys, "status", "--camera", "camera-0*", "--camera", "aarch64")
    assert status == 0 and len(said.splitlines()) == 9
    line = next(line for line in said.splitlines() if line.startswith("aarch64"))
    assert line.split()[-3:] == ["counter", "2.0.0", "Running"] and "allowed" in line
    found = json.loads(command(fleet, capsys, "status", "--json", "--camera", "unsigned")[1])
    assert found[0]["os"].startswith("12.") and found[0]["apps"] == {"counter": "1.0.0 Running"}


def test_parameters_are_set_where_they_differ(fleet, capsys):
    names = ["--camera", "camera-01", "--camera", "camera-02", "--camera", "aarch64", "--app", "counter"]
    assert command(fleet, capsys, "params", "get", *names)[1].splitlines()[1:] == [
        "Level      7      camera-01 camera-02",
        "Level      3      aarch64",
    ]
    assert command(fleet, capsys, "params", "set", "Level=7", *names, "--dry-run")[1] == "1 planned, 2 unchanged\n"
    assert command(fleet, capsys, "params", "set", "Level=7", *names) == (0, "1 done, 2 unchanged\n")
    assert command(fleet, capsys, "params", "get", "Level", *names)[1].splitlines()[1:] == ["Level      7      all"]
    status, said = command(fleet, capsys, "params", "set", "Levle=7", *names)
    assert status == 1 and said.count("there is no such parameter") == 3


def test_logs_come_with_their_camera(fleet, capsys):
    status, said = command(fleet, capsys, "logs", "counter", "--lines", "2", "--camera", "camera-0[12]")
    assert status == 0 and sorted({line.split()[0] for line in said.splitlines()}) == ["camera-01", "camera-02"]
    assert len(said.splitlines()) == 4 and '"frames"' in said


def test_one_camera_that_is_off_does_not_keep_the_others(fleet, capsys, tmp_path):
    text = (fleet.folder / "fleet.toml").read_text() + '[cameras.off]\nhost = "http://127.0.0.1:9"\n'
    (fleet.folder / "more.toml").write_text(text)
    selected = ["--camera", "*0[12]", "--camera", "off"]
    status = cli.main(["fleet", "status", "--inventory", str(fleet.folder / "more.toml"), *selected])
    said = capsys.readouterr().out
    assert status == 1 and "off: http://127.0.0.1:9 cannot be reached" in said and "camera-02" in said


def test_the_followed_logs_of_all_cameras_are_one_stream(fleet):
    from mpycam.fleet import operations
    from mpycam.fleet.inventory import Inventory

    entries = Inventory(fleet.folder / "fleet.toml").select(["camera-01", "camera-02"])
    heard = []

    async def listen():
        task = asyncio.create_task(operations.follow(entries, "counter", 0, lambda *said: heard.append(said), 0.1))
        while {camera for camera, _ in heard} != {"camera-01", "camera-02"}:
            await asyncio.sleep(0.05)
        task.cancel()

    asyncio.run(asyncio.wait_for(listen(), 60))
    assert all('"frames"' in line for _, line in heard)
