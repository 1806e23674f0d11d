"""A rollout's order, its limits and its memory, with cameras that only say what they would do."""

import asyncio
import json
from types import SimpleNamespace

import pytest
from camera_fleet import app

from mpycam.errors import MpycamError
from mpycam.fleet import crew, journal
from mpycam.fleet.journal import Journal
from mpycam.fleet.packages import Archive, Package, Release
from mpycam.fleet.results import as_text
from mpycam.fleet.rollout import Options, Rollout, split


class PowerCut(BaseException):
    """The machine with the fleet's command goes off."""


class FakeDevice:
    """A camera that takes packages; `breaks` is what install() raises, if anything."""

    def __init__(self, breaks=None, version=None, status="Running"):
        self.breaks, self.version, self.status, self.installs, self.removed = breaks, version, status, [], 0

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        pass

    async def info(self):
        return SimpleNamespace(build="armv7hf", architecture="armv7hf", model="fake", unsigned=True)

    async def apps(self):
        return {"counter": SimpleNamespace(version=self.version, status=self.status)} if self.version else {}

    async def install(self, data, file_name, progress=None):
        await asyncio.sleep(0)
        package = Package.read(self.folder / file_name)
        self.installs.append(package.version)
        if isinstance(self.breaks, PowerCut):
            # The package arrived, but nobody was there to hear it.
            self.version = package.version
        if self.breaks:
            raise self.breaks
        self.status = "Stopped" if self.version is None else self.status
        self.version = package.version

    async def start(self, name):
        self.status = "Running"

    async def remove(self, name):
        self.version, self.removed = None, self.removed + 1


@pytest.fixture
def release(tmp_path):
    for version in ("1.0.0", "2.0.0"):
        (tmp_path / f"counter_{version}.eap").write_bytes(app(version))
    FakeDevice.folder = tmp_path
    return lambda version: Release([Package.read(tmp_path / f"counter_{version}.eap")])


def entries_of(devices, tags=()):
    return [
        SimpleNamespace(name=name, tags=("canary",) if name in tags else (), device=lambda device=device: device)
        for name, device in devices.items()
    ]


def run(folder, entries, release, **options):
    async def work():
        with Journal(folder / "state").opened() as notes:
            return await Rollout(Archive(folder / "packages"), notes, Options(**options)).bring(entries, release)

    results = asyncio.run(work())
    return {result.camera: result for result in results}


def test_at_most_so_many_are_worked_on_at_a_time():
    at_work, most, order = 0, 0, []

    async def work(number):
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        order.append(number)
        await asyncio.sleep(0.001 * (number % 3))
        at_work -= 1
        return number

    assert sorted(asyncio.run(crew.each(range(30), work, 4))) == list(range(30))
    assert most == 4 and order == list(range(30))


def test_canaries_go_first():
    entries = entries_of(dict.fromkeys("abcd"), tags=["c"])
    assert [[entry.name for entry in part] for part in split(entries, 1)] == [["c"], ["a", "b", "d"]]
    assert [[entry.name for entry in part] for part in split(entries, 0)] == [[], ["a", "b", "c", "d"]]
    assert [[entry.name for entry in part] for part in split(entries[:2], 1)] == [["a"], ["b"]]
    assert [[entry.name for entry in part] for part in split(entries[:1], 1)] == [[], ["a"]]


def test_a_canary_that_fails_keeps_all_others_as_they_are(tmp_path, release):
    devices = {"a": FakeDevice(version="1.0.0"), "b": FakeDevice(MpycamError("full"), "1.0.0"), "c": FakeDevice()}
    results = run(tmp_path, entries_of(devices, tags=["b"]), release("2.0.0"), canaries=1)
    assert [results[name].result for name in "abc"] == ["left", "failed", "left"]
    assert results["c"].reason == "not begun: 1 of the 1 cameras that went first failed"
    assert devices["a"].installs == devices["c"].installs == []


def test_too_many_failures_end_it(tmp_path, release):
    devices = {str(number): FakeDevice(MpycamError("full") if number in (1, 2, 3) else None) for number in range(10)}
    results = run(tmp_path, entries_of(devices), release("1.0.0"), most_failures=0.2, parallel=1)
    assert [results[str(number)].result for number in range(10)] == ["done"] + ["failed"] * 3 + ["left"] * 6
    assert as_text(list(results.values())).splitlines()[0] == "1 done, 3 failed, 6 left"
    assert results["9"].reason == "not begun: 3 failures, at most 2 of 10 were allowed"


def test_an_error_that_nobody_thought_of_stays_with_its_camera(tmp_path, release):
    devices = {"a": FakeDevice(ZeroDivisionError("what")), "b": FakeDevice()}
    results = run(tmp_path, entries_of(devices), release("1.0.0"))
    assert (results["a"].reason, results["b"].result) == ("what", "done")


@pytest.mark.parametrize("version", [None, "1.0.0"])
def test_a_run_that_was_cut_off_goes_on_where_it_was(tmp_path, release, version):
    """The package was on the camera already, but not looked at: it is not sent again, and what was before is known."""
    devices = {"a": FakeDevice(version=version), "b": FakeDevice(PowerCut(), version), "c": FakeDevice(version=version)}
    entries = entries_of(devices)
    with pytest.raises(PowerCut):
        run(tmp_path, entries, release("2.0.0"), parallel=1)
    lines = [json.loads(line) for line in (tmp_path / "state/journal.jsonl").read_text().splitlines()]
    assert [(line["camera"], line["step"]) for line in lines] == [("a", "begun"), ("a", "done"), ("b", "begun")]
    devices["b"].breaks = None
    results = run(tmp_path, entries, release("2.0.0"), parallel=1)
    assert [results[name].result for name in "abc"] == ["unchanged", "done", "done"]
    assert [device.installs for device in devices.values()] == [["2.0.0"], ["2.0.0"], ["2.0.0"]]
    assert results["b"].before == version


def test_one_that_failed_and_stayed_is_looked_at_again(tmp_path, release, monkeypatch):
    """Where there is no way back the new version stays; that it is there does not make it good."""
    from mpycam.fleet import health

    async def sick(device, app, check):
        raise health.Unhealthy("it is sick")

    entries = entries_of({"a": FakeDevice(version="0.9.0")})
    check = {"check": health.Check(1)}
    with monkeypatch.context() as patched:
        patched.setattr(health, "watch", sick)
        for _ in range(2):
            result = run(tmp_path, entries, release("2.0.0"), **check)["a"]
            assert (result.result, result.before, result.after) == ("failed", "0.9.0", "2.0.0")
            assert "it is sick; 0.9.0 was not installed from here, so 2.0.0 stays" in result.reason

    async def well(device, app, check):
        pass

    monkeypatch.setattr(health, "watch", well)
    assert run(tmp_path, entries, release("2.0.0"), **check)["a"].result == "done"
    assert run(tmp_path, entries, release("2.0.0"), **check)["a"].result == "unchanged"


def go_back(folder, entries):
    async def work():
        with Journal(folder / "state").opened() as notes:
            return await Rollout(Archive(folder / "packages"), notes, Options()).go_back(entries, "counter")

    (result,) = asyncio.run(work())
    return result


def test_going_back_once_more_goes_no_further(tmp_path, release):
    (tmp_path / "counter_3.0.0.eap").write_bytes(app("3.0.0"))
    device = FakeDevice()
    entries = entries_of({"a": device})
    for version in ("1.0.0", "2.0.0", "3.0.0"):
        run(tmp_path, entries, release(version))
    FakeDevice.folder = tmp_path / "packages"
    assert (go_back(tmp_path, entries).result, device.version) == ("done", "2.0.0")
    assert (go_back(tmp_path, entries).result, device.version) == ("unchanged", "2.0.0")
    device.version = "1.5.0"
    assert "1.5.0 is there, which was not installed from here" in go_back(tmp_path, entries).reason


def test_half_a_line_in_the_journal_is_no_harm(tmp_path, release):
    devices = {"a": FakeDevice(), "b": FakeDevice()}
    run(tmp_path, entries_of(devices), release("1.0.0"))
    path = tmp_path / "state/journal.jsonl"
    text = path.read_text()
    for cut in range(len(text) - 150, len(text)):
        path.write_text(text[:cut])
        assert run(tmp_path, entries_of(devices), release("1.0.0"))["a"].result in ("unchanged", "done")


def test_the_same_version_with_another_content_is_installed(tmp_path, release):
    devices = {"a": FakeDevice()}
    run(tmp_path, entries_of(devices), release("1.0.0"))
    (tmp_path / "counter_1.0.0.eap").write_bytes(app("1.0.0", interval=0.2))
    assert run(tmp_path, entries_of(devices), release("1.0.0"))["a"].result == "done"
    assert run(tmp_path, entries_of(devices), release("1.0.0"))["a"].result == "unchanged"
    assert run(tmp_path, entries_of(devices), release("1.0.0"), again=True)["a"].result == "done"
    assert devices["a"].installs == ["1.0.0"] * 3


def test_one_that_was_stopped_stays_so(tmp_path, release):
    devices = {"a": FakeDevice(version="1.0.0", status="Stopped"), "b": FakeDevice()}
    run(tmp_path, entries_of(devices), release("2.0.0"))
    assert (devices["a"].status, devices["b"].status) == ("Stopped", "Running")


def test_two_runs_at_a_time_are_refused(tmp_path):
    with Journal(tmp_path).opened(), pytest.raises(MpycamError, match="another run"), Journal(tmp_path).opened():
        pass


def test_packages_of_different_versions_are_no_release(tmp_path, release):
    packages = [*release("1.0.0").packages, *release("2.0.0").packages]
    with pytest.raises(MpycamError, match="counter_2.0.0.eap is counter 2.0.0, expected counter 1.0.0"):
        Release(packages)
    with pytest.raises(MpycamError, match="are both for armv7hf"):
        Release([packages[0], Package.read(tmp_path / "counter_1.0.0.eap")])


def test_the_history_ends_with_what_is_there(tmp_path):
    with Journal(tmp_path).opened() as notes:
        for version, sha256, before in (("1.1", "a", "1.0"), ("1.2", "b", "1.1")):
            notes.write("hall", "app", journal.BEGUN, version=version, sha256=sha256, before=before, status="Running")
            notes.write("hall", "app", journal.DONE)
        standing = notes.standing("hall", "app")
        assert standing.history == [("1.0", None), ("1.1", "a"), ("1.2", "b")]
        notes.write("hall", "app", journal.BEGUN, version="1.1", sha256="a", before="1.2", status="Running")
        notes.write("hall", "app", journal.DONE, back=True)
        assert standing.history == [("1.0", None), ("1.1", "a")]
        # Somebody installed another one by hand.
        notes.write("hall", "app", journal.BEGUN, version="2.0", sha256="c", before="1.9", status="Running")
        assert standing.history[-1] == ("1.9", None)
