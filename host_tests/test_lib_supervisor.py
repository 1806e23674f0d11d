"""lib/supervisor.py and lib/process_link.py: processes that crash, hang, flood, and ignore the end."""

import json
import os
import signal
import time

import pytest
from supervised_app import App, child, questions

IDLE = child("main", "idle", final=[0, 2])


def test_events_are_printed_and_passed_on(interpreter, tmp_path):
    """As they are, to those who asked; those who keep them acknowledge them; the end of the source ends all."""
    with App(
        interpreter, tmp_path,
        child("watch", "source", 20, 2, final=[0]),
        child("all", "all", events="*"),
        child("kept", "kept", keep=["door"], last=True),
        child("other", "other", events=["window"]),
    ) as app:  # fmt: skip
        events, status = app.events()
    assert status == 0
    assert events == [{"event": "door", "number": number} for number in range(20)]
    for role in ("all", "kept"):
        *told, end = app.told(role)
        assert [json.loads(line.removeprefix("event ")) for line in told] == events
        assert end == "ends"
    assert app.told("other") == ["ends"]


def test_commands_and_answers(interpreter, tmp_path):
    asked = [
        ["main", "echo", {"a": [1, "ü\n", None], "b": {}}],
        ["main", "echo", {}],
        ["main", "fail", {"what": "way"}],
        ["main", "fail", {}],
        ["main", "nothing", {}],
        ["main", "long", {"length": 32000}],
        ["main", "long", {"length": 33000}],
        ["nobody", "echo", {}],
        ["supervisor", "nothing", {}],
        ["supervisor", "stop", {"process": "x"}],
        ["supervisor", "save_file", {"b": 2}],
        ["supervisor", "status_request", {}],
    ]
    with App(
        interpreter, tmp_path, child("asker", "ask", questions(tmp_path, *asked), final=[0]), IDLE,
        aliases={"save_file": ["main", "echo", {"a": 1}], "status_request": ["supervisor", "status", {}]},
    ) as app:  # fmt: skip
        events, status = app.events()
    assert status == 0, app.errors.read_text()
    answers = [event["answer"] for event in events]
    *answers, state = answers
    assert answers == [
        {"a": [1, "ü\n", None], "b": {}},
        {},
        {"refused": "no way"},
        {"refused": "what"},
        {"refused": "need one of die, echo, fail, long, have nothing"},
        {"text": "x" * 32000},
        {"refused": "need a message of at most 32512 bytes, have 33033"},
        {"refused": "need one of asker, main, have nobody"},
        {"refused": "need one of status, start, stop, restart, save_file, status_request, have nothing"},
        {"refused": "need one of asker, main, have x"},
        {"a": 1, "b": 2},
    ]
    assert state["processes"]["main"]["state"] == "running"
    assert state["processes"]["main"]["beat"]["role"] == "idle"
    assert state["processes"]["asker"]["resident"] > 100_000
    assert 100_000 < state["supervisor"]["proportional"] <= state["supervisor"]["resident"]


def test_crashes(interpreter, tmp_path):
    """Started again after delays that double; the others stay; a status says what the app ends with."""
    with App(interpreter, tmp_path, IDLE, child("crash", "crash", 3, retry=0.1)) as app:
        lost = [app.event(event="process", state="lost") for _ in range(3)]
        assert [event["delay"] for event in lost] == [0.1, 0.2, 0.4]
        assert {event["reason"] for event in lost} == {"exit status 3"}
        app.event(event="process", state="back")
        app.terminate()
        events, status = app.events()
        assert status == 0
        assert app.told("idle") == ["ends"]
    with App(interpreter, tmp_path, IDLE, child("crash", "crash", 2, final=[0, 2])) as app:
        assert app.events() == ([], 2)
    # Whoever is ended by others, with SIGTERM, ends with 0 and is needed as before.
    with App(interpreter, tmp_path, child("ended", "crash", 0, retry=0.1), IDLE) as app:
        assert app.event(event="process", state="lost")["reason"] == "exit status 0"
        app.event(event="process", state="back")
        app.process.send_signal(signal.SIGINT)
        assert app.events()[1] == 0
        assert app.told("idle") == ["ends"]


def test_killed_with_9(interpreter, tmp_path):
    """What was not acknowledged comes again after a restart: nothing is lost in three of them."""
    # No more than the supervisor keeps while a process starts.
    pause = 500 if interpreter.arch == "valgrind" else 20
    with App(
        interpreter, tmp_path, child("watch", "source", 1_000_000, pause),
        child("kept", "kept", keep=["door"], retry=0.05, last=True), interval=0.05,
    ) as app:  # fmt: skip
        numbers = []

        def processes():
            while (event := app.event())["event"] != "processes":
                if event["event"] == "door":
                    numbers.append(event["number"])
            return event["processes"]

        for kill in range(3):
            while (kept := processes()["kept"])["starts"] <= kill or not kept["beat"]:
                pass
            for _ in range(5):
                processes()
            os.kill(kept["pid"], 9)
        # One that has not yet begun to read when all shall end gets no more than the seconds of the end.
        while (kept := processes()["kept"])["starts"] < 4 or not kept["beat"]:
            pass
        app.terminate()
        events, status = app.events()
    assert status == 0
    numbers += [event["number"] for event in events if event["event"] == "door"]
    assert numbers == list(range(len(numbers)))
    assert {event["reason"] for event in events if event.get("state") == "lost"} <= {"signal 9"}
    seen = {json.loads(line.removeprefix("event "))["number"] for line in app.told("kept") if line != "ends"}
    assert sorted(seen) == numbers


@pytest.mark.parametrize("how", ["plainly", "stubbornly"])
def test_hanging_process(interpreter, tmp_path, how):
    """One that does not beat is ended, by SIGTERM or else by SIGKILL, and started again."""
    timeout = 30 if interpreter.arch == "valgrind" else 3
    hanging = child("hang", "hang", how, timeout=timeout, retry=0.1, final=[0])
    with App(interpreter, tmp_path, IDLE, hanging) as app:
        lost = app.event(event="process", state="lost")
        assert lost["reason"] == f"no beat for {timeout} s"
        app.event(event="process", state="back")
        app.terminate()
        assert app.events()[1] == 0


def test_flood_of_nonsense(interpreter, tmp_path):
    """Neither harms the others nor fills the log."""
    asked = [["main", "echo", {"a": number}] for number in range(30)]
    with App(
        interpreter, tmp_path, IDLE, child("flood", "flood"), child("asker", "ask", questions(tmp_path, *asked), final=[0])
    ) as app:
        events, status = app.events()
    assert status == 0
    assert [event["answer"]["a"] for event in events if event["event"] == "answer"] == list(range(30))
    lines = app.errors.read_text().splitlines()
    assert 10 < sum(line.startswith("flood: ") for line in lines) <= 60


def test_ends_in_order_whatever_they_do(interpreter, tmp_path):
    """The deaf are killed, the last ones end last, all within 10 seconds."""
    with App(
        interpreter, tmp_path, IDLE, child("deaf", "deaf"), child("slow", "slow"),
        child("last", "deaf", last=True), child("hang", "hang", "stubbornly"), interval=0.2,
    ) as app:  # fmt: skip
        while any(process["beat"] is None for process in app.event(event="processes")["processes"].values()):
            pass
        began = time.monotonic()
        app.terminate()
        _, status = app.events()
        took = time.monotonic() - began
    assert status == 0
    assert took < 10
    lines = app.errors.read_text().splitlines()
    assert lines.count("deaf deaf to SIGTERM") >= 2
    # The second deaf one is the last that is told to end.
    last = len(lines) - 1 - lines[::-1].index("deaf ends")
    assert lines.count("deaf ends") == 2
    assert max(lines.index("idle ends"), lines.index("slow ends")) < last


def test_commands_to_processes(interpreter, tmp_path):
    """restart, stop, start; an answer that never comes."""
    asked = [
        ["supervisor", "restart", {"process": "main"}],
        ["supervisor", "stop", {"process": "other"}],
        ["main", "die", {"status": 1, "timeout": 2}],
    ]
    with App(
        interpreter, tmp_path, child("asker", "ask", questions(tmp_path, *asked), "stay"), child("other", "other"),
        child("main", "idle", retry=0.1), interval=0.1,
    ) as app:  # fmt: skip
        answers = [app.event(event="answer")["answer"] for _ in range(3)]
        assert answers[:2] == [{}, {}]
        assert answers[2]["refused"]
        while True:
            processes = app.event(event="processes")["processes"]
            if processes["other"]["state"] == "ended" and processes["main"]["starts"] >= 2:
                break
        assert "ends" in app.told("other")
        app.terminate()
        assert app.events()[1] == 0


def test_no_file_and_no_process_is_left(interpreter, tmp_path):
    """After a hundred restarts the supervisor has as many files open as after ten."""
    with App(
        interpreter, tmp_path, IDLE,
        *[child(f"orphan{number}", "orphan", retry=0.01, steady=0) for number in range(4)], interval=0.1,
    ) as app:  # fmt: skip
        def files(starts):
            while app.event(event="processes")["processes"]["orphan0"]["starts"] < starts:
                pass
            return len(os.listdir(f"/proc/{app.process.pid}/fd"))

        before = files(3)
        assert files(10) <= before + 8
        app.terminate()
        assert app.events()[1] == 0
