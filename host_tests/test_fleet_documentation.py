"""docs/fleet.md: its inventory is one, its commands do what it says, its tables are complete."""

import dataclasses
import json
import re
import shlex

import pytest
from broker import Broker
from camera_fleet import PASSWORD, VirtualFleet, app
from interpreters import ROOT

from mpycam import cli
from mpycam.device import Store, Stored
from mpycam.fleet import board, inventory, prometheus
from mpycam.fleet.results import Result

PAGE = (ROOT / "docs/fleet.md").read_text()


def rows(heading):
    """The first table below a heading, without its head, as lists of cells."""
    table = PAGE.partition(f"# {heading}\n")[2].partition("\n|")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]


def words(cell):
    return re.findall("`(.*?)`", cell)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    """The three cameras of the page, with an older version of the app."""
    names = {"hall": {"announced": True}, "gate-north": {}, "gate-south": {"architecture": "aarch64"}}
    with VirtualFleet(tmp_path_factory.mktemp("fleet"), names) as fleet:
        for version in ("0.9.0", "1.0.0", "2.0.0"):
            for architecture in ("armv7hf", "aarch64"):
                name = f"counter_{version.replace('.', '_')}_{architecture}.eap"
                (fleet.folder / name).write_bytes(app(version, architecture))
        yield fleet


def test_its_commands_run(fleet, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(fleet.folder)
    monkeypatch.setenv("CAMERA_PASSWORD", PASSWORD)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (text,) = re.findall(r"^```toml\n(.*?)^```", PAGE, re.S | re.M)
    text = text.replace("https://192.0.2.7", fleet["hall"].server.secure_url.rstrip("/"))
    text = text.replace("http://192.0.2.8", fleet["gate-north"].server.url)
    (fleet.folder / "fleet.toml").write_text(text)
    (fleet.folder / "gates.password").write_text(PASSWORD)
    (fleet.folder / "gates.password").chmod(0o600)
    (fleet.folder / "hall.pem").write_bytes((fleet.folder / "hall/tls/certificate.pem").read_bytes())
    Store().add(Stored("south", fleet["gate-south"].server.url), PASSWORD)
    assert cli.main(["fleet", "install", *map(str, fleet.folder.glob("counter_0*.eap"))]) == 0
    said = {}
    with Broker(tmp_path, "allow_anonymous true") as broker:
        for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.S | re.M):
            for command in block.splitlines():
                capsys.readouterr()
                line = command.replace("1883", str(broker.port))
                assert cli.main(shlex.split(line)[1:]) == 0, command
                said[command] = capsys.readouterr().out
    told = [said[command] for command in said if " rollout " in command or " rollback " in command]
    assert told == ["3 planned\n", "3 done\n", "3 done\n", "3 done\n"]
    assert json.loads((fleet.folder / "report.json").read_text())["version"] == "2.0.0"
    assert all(fleet.installed(name) == ("1.0.0", "Running") for name in fleet.cameras)
    assert [fleet.call(fleet[name].parameters.get, "Counter.Level") for name in fleet.cameras] == ["3", "7", "7"]


def test_every_key_of_the_inventory_is_described():
    assert {word for row in rows("The inventory") for word in words(row[0])} == set(inventory.OF_A_CAMERA)


def test_every_key_of_the_report_is_described():
    told = {word.removeprefix("cameras[].") for row in rows("What comes out") for word in words(row[0])}
    assert told - {"version", "counts"} == {field.name for field in dataclasses.fields(Result)}


def test_every_metric_is_described():
    seen = board.Board("mpycam")
    seen.take("mpycam/x/statistics", b'{"frames": 1, "damaged": 0, "fps": 5}')
    seen.take("mpycam/x/door/main", b'{"state": "open", "openings": 1}')
    metrics = set(re.findall(r"^# TYPE (\S+)", prometheus.as_text(seen), re.M))
    assert {word for row in rows("Watching") for word in words(row[0])} == metrics
