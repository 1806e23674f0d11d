"""`mpycam fleet rollout` killed, interrupted, and drawn on a terminal."""

import io
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from camera_fleet import VirtualFleet, app
from interpreters import ROOT

from mpycam.fleet import progress

NAMES = ["a", "b", "c", "d"]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    with VirtualFleet(tmp_path_factory.mktemp("fleet"), {name: {} for name in NAMES}) as fleet:
        fleet.inventory()
        for version in ("1.0.0", "2.0.0", "3.0.0"):
            (fleet.folder / f"counter_{version}.eap").write_bytes(app(version))
        yield fleet


def start(fleet, version, *more):
    """Start a rollout, one camera after the other, as a process."""
    command = [sys.executable, "-m", "mpycam", "fleet", "rollout", "--inventory", fleet.folder / "fleet.toml", "--json",
               "--health", 1, "--parallel", 1, *more, fleet.folder / f"counter_{version}.eap"]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


def until(process, words):
    """Wait for a line of progress."""
    while (line := process.stderr.readline().strip()) != words:
        assert line, f"it ended before {words!r}"


def counts(process):
    output, errors = process.communicate(timeout=120)
    assert process.returncode in (0, 1), errors
    return json.loads(output)["counts"]


@pytest.mark.parametrize("moment", ["b  uploading", "b  watching", "c  asking"])
def test_killed_at_any_moment_the_same_command_completes_it(fleet, moment):
    version = {"b  uploading": "1.0.0", "b  watching": "2.0.0", "c  asking": "3.0.0"}[moment]
    process = start(fleet, version)
    until(process, moment)
    process.kill()
    process.communicate()
    again = counts(start(fleet, version))
    unchanged = 2 if moment == "c  asking" else 1
    assert again == {"done": 4 - unchanged, "unchanged": unchanged}
    assert [fleet.installed(name) for name in NAMES] == [(version, "Running")] * 4
    assert not any(fleet.leftovers(name) for name in NAMES)


def test_an_interrupt_lets_what_has_begun_end(fleet):
    process = start(fleet, "1.0.0")
    until(process, "b  watching")
    process.send_signal(signal.SIGINT)
    assert counts(process) == {"done": 2, "left": 2}
    assert [fleet.installed(name)[0] for name in NAMES] == ["1.0.0", "1.0.0", "3.0.0", "3.0.0"]


def test_a_second_interrupt_ends_it_at_once(fleet):
    process = start(fleet, "1.0.0", "--health", "60")
    until(process, "c  watching")
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1 and "the same command goes on from here" in errors
    assert counts(start(fleet, "1.0.0")) == {"done": 2, "unchanged": 2}


class Terminal(io.StringIO):
    """What is written to a terminal."""

    def isatty(self):
        return True


def test_a_terminal_gets_a_table_that_is_drawn_again(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setattr(progress, "DRAW_SECONDS", 0)
    terminal = Terminal()
    shown = progress.progress(["hall", "gate-north"], terminal)
    shown.told("hall", "uploading", 0.42)
    shown.told("hall", "done")
    shown.told("gate-north", "failed: " + "x" * 100)
    last = terminal.getvalue().split("\r")[-1].replace("\x1b[K", "").splitlines()
    assert last[0] == "hall        done" and last[1].startswith("gate-north  failed: xxx") and len(last[1]) == 39
    assert last[2] == "1 of 2 done"
    assert "hall        uploading [####......]  42%" in terminal.getvalue()
    assert terminal.getvalue().count("\x1b[3A") == 2


def test_a_table_higher_than_the_terminal_shows_what_is_not_done(monkeypatch):
    monkeypatch.setenv("LINES", "6")
    monkeypatch.setattr(progress, "DRAW_SECONDS", 0)
    terminal = Terminal()
    shown = progress.progress([f"camera-{number}" for number in range(20)], terminal)
    for number in range(10):
        shown.told(f"camera-{number}", "done")
    shown.close()
    last = terminal.getvalue().split("\r")[-1].replace("\x1b[K", "").splitlines()
    assert [line.split()[0] for line in last[:4]] == [f"camera-{number}" for number in range(10, 14)]
    assert last[4] == "10 of 20 done" and len(last) == 6
