"""lib/collect.py: frames worth labelling, few of them, within their bytes; and mpycam collect, which fetches them."""

import csv
import json
import os
from pathlib import Path

import pytest
from camera_python import run
from local_server import LocalServer, QuietHandler
from PIL import Image

from mpycam.cli import main
from mpycam.training import samples

COLLECT = """
import os, ujpeg
import collect
from collect import Collector
from ulab import numpy as np
random = np.random.Generator(1)
def scene(kind, noise=3):
    image = np.full((96, 160, 3), 50 + kind * 9, dtype=np.uint8)
    image[20:70, 40 + kind * 4:90] = 200 - kind * 20
    return image + np.array(random.random((96, 160, 3)) * noise, dtype=np.uint8)
def show(collector, kind, reading, confidence, moment, door="door"):
    image = scene(kind)
    frame = ujpeg.encode(image)
    return collector.add(door, memoryview(frame), image[::2, ::2, 1], reading, confidence, moment)
folder = sys.argv[1]
START = 1700000000
"""


def rows_of(folder):
    with open(Path(folder) / "index.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_what_is_kept(interpreter, tmp_path):
    """One frame of a scene that stays, the other state, a short flicker, doubt; nothing twice."""
    folder = tmp_path / "collect"
    script = COLLECT + """
collector = Collector(folder, 1 << 20, pause=10, interval=60)
kept = []
for second in range(600):
    kind, reading, confidence = 0, "closed", 0.97
    if 200 <= second < 300:
        kind, reading = 3, "open"
    elif second == 400:
        kind, reading = 6, "open"
    elif second in (450, 451, 460, 480):
        kind, confidence = {460: 3, 480: 5}.get(second, 4), 0.6
    reason = show(collector, kind, reading, confidence, START + second)
    if reason:
        kept.append([second, reason])
print(json.dumps(kept))
"""
    kept = json.loads(run(interpreter, script, folder))
    assert kept == [[1, "time"], [201, "motion"], [401, "brief"], [450, "uncertain"], [480, "uncertain"]]
    rows = rows_of(folder)
    assert [row["reason"] for row in rows] == [reason for _, reason in kept]
    assert [row["label"] for row in rows] == ["closed", "open", "unknown", "unknown", "unknown"]
    assert [row["reading"] for row in rows] == ["closed", "open", "open", "closed", "closed"]
    assert rows[2]["time"] == "2023-11-14T22:20:00.000Z"  # when it was, not when it proved short
    assert rows[2]["path"] == "20231114222000000.jpg"
    assert sorted(row["path"] for row in rows) == sorted(path.name for path in folder.glob("*.jpg"))
    for row in rows:
        with Image.open(folder / row["path"]) as image:
            image.load()
            assert image.size == (160, 96)


def test_training_reads_the_index(host, tmp_path):
    script = COLLECT + """
collector = Collector(folder, 1 << 20, pause=1, interval=60)
for second in range(300):
    kind = second // 30
    show(collector, kind, ("closed", "open")[kind % 2], 0.97, START + second)
"""
    run(host, script, tmp_path / "collect")
    said = []
    found = samples.load(tmp_path / "collect" / "index.csv", say=said.append)
    assert found.classes == ("closed", "open")
    assert len(found) >= 8
    assert found.one_clock
    assert list(found.times) == sorted(found.times)


def test_budget_and_restart(interpreter, tmp_path):
    """The oldest go, the index has what is there, also after a restart and a torn line; clear() removes the rest."""
    folder = tmp_path / "collect"
    script = COLLECT + """
def names():
    with open(folder + "/index.csv") as file:
        return [line.partition(",")[0] for line in file][1:]
def files():
    return sorted([name for name in os.listdir(folder) if name != "index.csv"])
collect.DIFFERENT = {"uncertain": 0, "brief": 0, "motion": 0, "time": 0}
collector = Collector(folder, 60000, pause=1, interval=1)
for second in range(60):
    show(collector, second % 8, "closed", 0.97, START + 2 * second)
    assert sum([os.stat(folder + "/" + name)[6] for name in files()]) <= 60000
    assert names() == files()
first = files()
with open(folder + "/index.csv", "a") as file:
    file.write("20231114T2213")
os.remove(folder + "/" + first[0])
collector = Collector(folder, 60000, pause=1, interval=1)
assert names() == files() == first[1:]
show(collector, 3, "closed", 0.97, START + 1000)
show(collector, 3, "closed", 0.97, START + 1001)
assert names() == files() and len(files()) > 3
collector.clear(files()[2])
assert names() == files() and len(files()) < len(first)
left = len(files())
gc.collect()
used = gc.mem_alloc()
for second in range(100):
    show(collector, second % 8, "closed", 0.97, START + 2000 + 2 * second)
gc.collect()
print(gc.mem_alloc() - used < 60000)
collector.clear("9")
print(len(first) > 8, left, names(), files())
"""
    lines = run(interpreter, script, folder).splitlines()
    assert lines[0] == "True"
    assert lines[1].startswith("True ")
    assert lines[1].endswith(" [] []")


def test_nothing_stops_it(host, tmp_path):
    """No JPEG, a clock that is set back, a folder that is gone."""
    folder = tmp_path / "collect"
    script = COLLECT + """
collector = Collector(folder, 1 << 20, pause=1, interval=1)
image = scene(0)
for moment in (5, 4, 3, 1000, 900):
    assert collector.add("a", b"no picture", image[:, :, 0], "open", 0.9, START + moment) is None
assert [show(collector, 0, "open", 0.9, START + moment) for moment in (800, 801)] == [None, "time"]
os.system("rm -rf " + folder)
assert show(collector, 5, "open", 0.9, START + 900) is None
try:
    Collector(folder + "/no/folder", 1000)
except OSError as error:
    print(error)
"""
    assert run(host, script, folder) == "[Errno 2] ENOENT\n"


class Camera(LocalServer):
    """What the app answers behind the camera's page; `broken` is how many pictures come cut."""

    def __init__(self, folder):
        self.broken, self.asked, self.cleared = 0, [], []
        outer = self

        class Handler(QuietHandler):
            def do_GET(self):
                name = self.path.removeprefix("/local/door_state/api/collect").lstrip("/") or "index.csv"
                outer.asked.append(name)
                if not (folder / name).exists():
                    self.send_error(404)
                    return
                data = (folder / name).read_bytes()
                if outer.broken and name.endswith(".jpg"):
                    outer.broken -= 1
                    data = data[: len(data) // 2]
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                outer.cleared.append((self.path, body))
                self.send_response(204)
                self.end_headers()

        super().__init__(Handler)


@pytest.fixture
def collected(host, tmp_path):
    folder = tmp_path / "collect"
    script = COLLECT + """
collector = Collector(folder, 1 << 20, pause=1, interval=1)
for second in range(12):
    for moment in (10 * second, 10 * second + 2):
        door, reading = ("door", "back/door")[second % 4 > 1], ("closed", "open")[second % 2]
        show(collector, second, reading, 0.97, START + moment, door)
"""
    run(host, script, folder)
    return folder


def test_pull_resumes_and_verifies(collected, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MPYCAM_PASSWORD", "secret")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    here = tmp_path / "here"
    names = [row["path"] for row in rows_of(collected)]
    assert len(names) > 5
    with Camera(collected) as camera:

        def typed(*words):
            status = main(["collect", *map(str, words), "--camera", camera.address])
            return status, "".join(capsys.readouterr())

        assert typed("list") == (0, (collected / "index.csv").read_text())
        camera.broken = 2
        status, said = typed("pull", here)
        assert status == 1
        assert f"2 came damaged, {names[0]} first: pull again" in said
        assert not list(here.glob("*.part"))
        (here / names[3]).unlink()
        camera.asked.clear()
        assert typed("pull", here) == (0, f"3 of {len(names)} frames fetched to {here}\n")
        assert camera.asked == ["index.csv", names[0], names[1], names[3]]
        assert {name: (here / name).read_bytes() for name in names} == {n: (collected / n).read_bytes() for n in names}

        # A person's label stays.
        index = here / "door.csv"
        index.write_text(index.read_text().replace(",closed,", ",ajar,", 1))
        assert typed("pull", here)[0] == 0
        assert index.read_text().count(",ajar,") == 1
        found = {file.name: [row["path"] for row in csv.DictReader(file.open())] for file in here.glob("*.csv")}
        assert sorted(found) == ["back_door.csv", "door.csv"]
        assert sorted(found["door.csv"] + found["back_door.csv"]) == sorted(names)

        (here / names[4]).unlink()
        assert typed("clear", here)[0] == 0
        assert typed("clear")[0] == 0
        path = "/local/door_state/api/collect/clear"
        assert camera.cleared == [(path, {"until": names[3]}), (path, {"until": names[-1]})]
        (collected / "index.csv").write_text("path,door\n../../etc/passwd,x\n")
        status, said = typed("pull", here)
        assert (status, "have '../../etc/passwd'" in said) == (1, True)
        os.remove(collected / "index.csv")
        status, said = typed("list")
        assert (status, "is its setting collect_bytes above 0?" in said) == (1, True)
