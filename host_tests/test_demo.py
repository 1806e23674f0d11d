"""The demo's bookkeeping, and the demo itself from clip to picture."""

import json
import shutil

import numpy as np
import pytest
from interpreters import ROOT
from PIL import Image

import mpycam.demo
from mpycam.cli import main
from mpycam.demo import Change, changes_of, match, render_clip, summary
from mpycam.errors import MpycamError
from mpycam.timeline import pick_frames, spans


def test_changes_begin_with_the_first_state():
    assert changes_of([0, 1, 2, 3], [False, True, True, False]) == [
        Change(0, "closed"), Change(1, "open"), Change(3, "closed"),
    ]  # fmt: skip
    assert changes_of([], []) == []


def test_match_finds_missed_and_false():
    truth = [Change(0, "closed"), Change(10, "open"), Change(20, "closed")]
    said = [Change(0.5, "closed"), Change(11, "open"), Change(13, "open"), Change(30, "closed")]
    assert match(truth, said) == [
        (truth[0], said[0]), (truth[1], said[1]), (None, said[2]), (truth[2], None), (None, said[3]),
    ]  # fmt: skip


def test_a_report_of_the_other_state_is_false():
    pairs = match([Change(5, "open")], [Change(5.5, "closed")])
    assert pairs == [(Change(5, "open"), None), (None, Change(5.5, "closed"))]


def test_summary_counts():
    pairs = [(Change(1, "open"), Change(1.5, "open")), (Change(9, "closed"), None), (None, Change(20, "open"))]
    assert summary(pairs, {"frames": 100}, 1.25) == (
        "1 of 2 changes found, 1 false, 0.50 s after the door on average; 100 frames, 1.2 ms a frame"
    )


@pytest.mark.parametrize(
    "flags, expected",
    [([], []), ([0, 0], []), ([1, 1], [(0, 2)]), ([0, 1, 0], [(1, 2)]), ([1, 0, 1], [(0, 1), (2, 3)])],
)
def test_spans(flags, expected):
    assert spans(np.arange(len(flags)), flags) == expected


def test_picked_frames_are_distinct_and_inside():
    times = np.arange(0, 60, 0.1)
    picked = pick_frames(times, [3.0, 20.0, 59.9])
    assert picked == sorted(set(picked)) and len(picked) == 7 and picked[-1] < len(times)
    assert 35 in picked and 205 in picked


@pytest.fixture(scope="module")
def clip_folder(tmp_path_factory):
    """A folder with the demo's clip: to render it takes half a minute."""
    folder = tmp_path_factory.mktemp("demo")
    render_clip(folder / "door.mjpeg")
    return folder


@pytest.fixture
def folder(clip_folder, tmp_path):
    """A folder of the test's own, with the clip."""
    shutil.copytree(clip_folder, tmp_path, dirs_exist_ok=True)
    return tmp_path


def run_demo(folder):
    return main(["demo", "--firmware", str(ROOT / "dist/host/micropython"), "--output", str(folder)])


def test_demo_finds_every_change(folder, capsys):
    """The README's command: all changes, nothing false, a picture."""
    assert run_demo(folder) == 0
    told = capsys.readouterr().out
    assert ", 0 false" in told and "missed" not in told
    with Image.open(folder / "timeline.png") as picture:
        assert picture.size == (1400, 500)
        assert len(np.unique(np.asarray(picture).reshape(-1, 4), axis=0)) > 1000
    truth = json.loads((folder / "door.json").read_text())
    assert {frame["open"] for frame in truth["frames"]} == {True, False}


def test_demo_renders_the_clip_only_where_it_is_missing(tmp_path, monkeypatch):
    made = []

    def render(path):
        made.append(path)
        raise MpycamError("rendered")

    monkeypatch.setattr(mpycam.demo, "render_clip", render)
    assert run_demo(tmp_path) == 1
    (tmp_path / "door.mjpeg").write_bytes(b"")
    (tmp_path / "door.json").write_text('{"size": [1, 1], "region": [0, 0, 1, 1], "fps": 1, "frames": []}')
    assert run_demo(tmp_path) == 1
    assert made == [tmp_path / "door.mjpeg"]


def test_demo_fails_when_the_truth_disagrees(folder):
    """The exit status is an answer, not a decoration."""
    path = folder / "door.json"
    truth = json.loads(path.read_text())
    for frame in truth["frames"]:
        frame["open"] = not frame["open"]
    path.write_text(json.dumps(truth))
    assert run_demo(folder) == 1


def test_demo_names_a_missing_interpreter(folder, capsys):
    assert main(["demo", "--firmware", str(folder / "none"), "--output", str(folder)]) == 1
    assert "none" in capsys.readouterr().err
