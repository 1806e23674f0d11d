"""Many doors in one view, their hours, alarms, counts and configuration."""

import json

import pytest
from camera_python import evaluate
from door_app import brightness_model, picture, refused, watch

DARK, BRIGHT = 40, 220


def test_doors_share_a_view(interpreter, tmp_path):
    """Each has its own region, thresholds and states; what it leaves out comes from outside."""
    model = brightness_model(tmp_path / "brightness.unn")
    slow = brightness_model(tmp_path / "other.unn")
    left, right = (0, 0, 80, 90), (80, 0, 80, 90)
    frames = [picture(DARK, region=left, around=DARK)] * 5
    frames += [picture(BRIGHT, region=left, around=DARK)] * 5 + [picture(DARK, region=right, around=BRIGHT)] * 5
    frames += [picture(BRIGHT)] * 10
    (tmp_path / "clip.mjpeg").write_bytes(b"".join(frames))
    config = {
        "source": str(tmp_path / "clip.mjpeg"), "model": str(model), "minimum_duration": 0.2, "every_frame": True,
        "doors": [
            {"name": "left", "region": [0, 0, 0.5, 1], "left_open_after": 1.6},
            {"name": "right", "region": [0.5, 0, 0.5, 1], "model": str(slow), "minimum_duration": 1},
            {"region": [0.5, 0, 0.5, 1]},
        ],
    }  # fmt: skip
    (tmp_path / "config.json").write_text(json.dumps(config))
    lines = watch(interpreter, "--config", tmp_path / "config.json")
    told = [(line["door"], line["frame"], line["state"]) for line in lines if line["event"] == "door"]
    assert told == [
        ("left", 1, "closed"), ("door 3", 1, "closed"), ("right", 5, "closed"), ("left", 6, "open"),
        ("door 3", 16, "open"), ("right", 20, "open"),
    ]  # fmt: skip
    alarms = [(line["door"], line["frame"], line["kind"], line["state"]) for line in lines if line["event"] == "alarm"]
    assert alarms == [("left", 14, "left_open", "on")]
    assert [line["door"] for line in lines if line["event"] == "frame"][:3] == ["left", "right", "door 3"]
    assert lines[-2]["doors"] == {"left": "open", "right": "open", "door 3": "open"}
    assert lines[-1]["changes"] == 6
    assert [line["openings"] for line in lines if line["event"] == "door"] == [0, 0, 0, 1, 1, 1]


def test_one_decode_for_one_region_and_size(host, tmp_path):
    script = """
import ujpeg
from door.network import Pictures
for name in cases():
    with open(name, "rb") as file:
        frame = file.read()
    pictures = Pictures()
    pictures.take(frame)
    same = [pictures.get([0, 0, 0.5, 1], (16, 12)) for _ in range(3)]
    other = pictures.get([0, 0, 0.5, 1], (8, 6))
    pictures.take(frame)
    again = pictures.get([0, 0, 0.5, 1], (16, 12))
    print(json.dumps([all([one is same[0] for one in same]), other is same[0], again is same[0], list(again.shape)]))
"""
    (tmp_path / "one.jpg").write_bytes(picture(99))
    assert evaluate(host, tmp_path, script, [str(tmp_path / "one.jpg")]) == [[True, False, True, [12, 16]]]


def test_wrong_doors_are_refused(host, tmp_path):
    def said(doors, **values):
        path = tmp_path / "config.json"
        path.write_text(json.dumps({"doors": doors, **values}))
        return refused(host, "--config", path, "--source", tmp_path)

    assert said([{"nam": "a"}]) == "door_state: doors[0]: unknown key 'nam', did you mean 'name'?"
    assert said([{}, {"region": [0, 0, 2, 1]}]).startswith("door_state: doors[1]: region: need [x, y, width, height]")
    assert said([{"name": "a"}, {"name": "a"}]) == 'door_state: doors[1]: name: need another one than before, have "a"'
    assert said([{"name": "a/b"}]).startswith("door_state: doors[0]: name: need a text of 1 to 32 characters without")
    assert said([7]) == "door_state: doors[0]: need an object, have 7"
    assert said({}) == "door_state: doors: need a list of at most 16 objects, have {}"
    assert said([{"close_threshold": 0.9}]) == (
        "door_state: doors[0]: close_threshold: need at most open_threshold, which is 0.6, have 0.9"
    )
    assert said([{"forced_hours": "25:00-26:00"}]).startswith("door_state: doors[0]: forced_hours: need hours such as")


def test_virtual_inputs_do_not_collide(host, tmp_path):
    script = """
from door import settings
for doors in cases():
    print(json.dumps([[door["name"], door["virtual_input"]] for door in settings.doors_of(settings.check(doors))]))
"""
    cases = [{}, {"doors": [{}, {"name": "b"}]}, {"virtual_input": 64, "doors": [{}, {}]},
             {"virtual_input": 0, "doors": [{}, {"virtual_input": 9}]}]  # fmt: skip
    assert evaluate(host, tmp_path, script, cases) == [
        [["door", 1]], [["door 1", 1], ["b", 2]], [["door 1", 64], ["door 2", 1]], [["door 1", 0], ["door 2", 9]],
    ]  # fmt: skip


def week(text):
    """The minutes of the week in which the hours hold, by enumeration."""
    days = ["mo", "tu", "we", "th", "fr", "sa", "su"]
    found = set()
    for part in filter(str.strip, text.split(",")):
        words = part.split()
        times = words.pop() if ":" in words[-1] else "00:00-24:00"
        begin, end = (int(moment[:2]) * 60 + int(moment[3:]) for moment in times.split("-"))
        chosen = [day for day in days if not words]
        for word in words:
            first, _, last = word.partition("-")
            index = days.index(first)
            chosen.append(first)
            while last and chosen[-1] != last:
                index = (index + 1) % 7
                chosen.append(days[index])
        for day in chosen:
            length = (end - begin) if end > begin else end - begin + 1440
            start = days.index(day) * 1440 + begin
            found |= {minute % 10080 for minute in range(start, start + length)}
    return found


def test_hours(interpreter, tmp_path):
    script = """
from door.hours import Hours
for text in cases():
    hours = Hours(text)
    print(json.dumps([minute for minute in range(0, 10080, 15) if hours.hold(minute // 1440, minute % 1440)]))
"""
    texts = ["", "mo", "08:00-18:30", "mo-fr 22:00-06:00, sa su", "fr-mo", "su 23:45-00:15", "mo we 00:00-24:00, tu 12:00-12:15"]
    for text, minutes in zip(texts, evaluate(interpreter, tmp_path, script, texts), strict=True):
        assert minutes == sorted(minute for minute in week(text) if minute % 15 == 0), text


@pytest.mark.parametrize("text", ["noon", "mo-xx", "mo,", "8-18", "08:00", "08:60-09:00", "08:00-08:00", "08:00-09:00 mo", 7])
def test_hours_that_are_none(host, tmp_path, text):
    script = """
from door.settings import Week
for value in cases():
    print(json.dumps(Week("hours", "").accepts(value)))
"""
    assert evaluate(host, tmp_path, script, [text]) == [False]


def test_alarms(interpreter, tmp_path):
    """A list of (time, state or None for nothing new) gives the alarm after each; 1970 began on a Thursday."""
    script = """
from door.alarms import Alarms
for arguments, moments in cases():
    alarms, seen = Alarms(*arguments), []
    for now, state in moments:
        before = alarms.kind
        changed = alarms.changed(state, now) if state else alarms.passed(now)
        assert changed == (alarms.kind != before)
        seen.append(alarms.kind)
    print(json.dumps(seen))
"""
    minute = 60
    cases = [
        ([100, "", ""], [[0, "open"], [99, None], [100, None], [101, None], [102, "closed"], [300, None]]),
        ([100, "", ""], [[0, "open"], [50, "unknown"], [100, None], [120, "open"], [130, "ajar"], [140, "closed"]]),
        ([0, "", ""], [[0, "open"], [1e6, None]]),
        ([60, "th 01:00-02:00", ""], [[0, "open"], [59 * minute, None], [60 * minute, None], [61 * minute, "closed"]]),
        ([0, "", "th 00:00-01:00"], [[0, "open"], [1, "closed"], [2, "open"], [3, "closed"], [3600, "open"]]),
        ([9, "", "th"], [[0, "closed"], [1, "unknown"], [2, "open"], [60, None], [61, "closed"]]),
        ([100, "", ""], [[1000, "open"], [50, None], [149, None], [150, None]]),
    ]
    lo, fo = "left_open", "forced"
    assert evaluate(interpreter, tmp_path, script, cases) == [
        [None, None, lo, lo, None, None],
        [None, None, lo, lo, lo, None],
        [None, None],
        [None, None, lo, None],
        [None, None, fo, None, None],
        [None, None, fo, fo, None],
        [None, None, None, lo],
    ]


def test_history(interpreter, tmp_path):
    script = """
from door.history import CHANGES, DAYS, History
for path in cases():
    history = History(path)
    now = 1700000000.0
    def spend(seconds, state, step=1.0):
        global now
        if state:
            history.changed("a", state, now)
        for _ in range(int(seconds / step)):
            history.passed({"a": last}, now)
            now += step
    last = "closed"; spend(10, "closed")
    last = "open"; spend(30, "open")
    last = "unknown"; spend(5, "unknown")
    last = "ajar"; spend(20, "ajar")
    last = "closed"; spend(5, "closed")
    last = "open"; spend(10, "open")
    now += 1e6  # the clock was set: no time that passed
    spend(3, None)
    history.write()
    kept = History(path)
    kept.changed("a", "open", now)  # as it was left
    kept.changed("a", "closed", now + 1)
    kept.changed("a", "open", now + 2)
    days = sorted(kept.days)
    counts = [kept.days[day]["a"] for day in days]
    for number in range(CHANGES * 2):
        kept.changed("b", ("open", "closed")[number % 2], now + number * 86400)
    assert kept.today("b", 0) == [0, 0] and "1970-01-01" not in kept.days  # looking counts nothing
    print(json.dumps([counts, len(kept.changes), len(kept.days), DAYS, len(history.changes), kept.due]))
"""
    (answer,) = evaluate(interpreter, tmp_path, script, [str(tmp_path / "history.json")])
    counts, changes, days, most, told, due = answer
    # Each look counts the time since the one before for the state that it finds.
    assert [openings for openings, _ in counts] == [2, 1]
    assert counts[0][1] == pytest.approx(60, abs=3)
    assert counts[1][1] == pytest.approx(2, abs=1)
    assert (changes, days, told, due) == (200, most, 6, False)
    assert not (tmp_path / "history.json.new").exists()
