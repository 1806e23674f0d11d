"""lib/recorder.py: clips with what was before and after, within a budget, on disks that fail."""

import json
import os
import random
import signal
import subprocess
import time

from avi_files import check_structure, numbers
from camera_python import MODULE_PATH, PRELUDE, run

# Ten frames a second by the source's clock, given faster: the recorder is told that this time really passed.
RECORD = """
import os, time, ujpeg
import recorder
from recorder import Recorder
from ulab import numpy as np
image = np.zeros((48, 64), dtype=np.uint8)
def picture(number, size=0, image=image):
    return ujpeg.encode(image, comment=b"frame %d;" % number + bytes(size))
class Clock:
    ms = 0
    def ticks_ms(self): return self.ms & 0x3FFFFFFF
    def __getattr__(self, name): return getattr(time, name)
recorder.time = clock = Clock()
said = []
START = 1700000000
def make(**options):
    global rec, task
    options.setdefault("budget", 1 << 24)
    rec = Recorder(options.pop("folder", sys.argv[1]), report=lambda *words: said.append(words), **options)
    task = asyncio.create_task(rec.run())
async def feed(first, last, jump=0, keep=(), size=0):
    for number in range(first, last):
        clock.ms += 100
        rec.add(picture(number, size), START + number / 10 + jump)
        if number in keep:
            rec.keep("open")
        for _ in range(6):
            await asyncio.sleep_ms(0)
async def end():
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass
"""


def record(interpreter, folder, main, *arguments):
    """Run a test's main(); return what it printed as JSON and the clips, by name."""
    script = RECORD + "async def main():\n" + main + "\n    await end()\nasyncio.run(main())\n"
    lines = [json.loads(line) for line in run(interpreter, script, folder, *arguments).splitlines()]
    return lines, {path.name: path.read_bytes() for path in sorted(folder.glob("*")) if path.is_file()}


def frames_of(data):
    check_structure(data)
    return [number for number, _ in numbers(data)]


def test_before_and_after(interpreter, tmp_path):
    """From 2 s before what happened to 3 s after the last that happened within the clip; then another clip."""
    folder = tmp_path / "clips"
    main = """
    make(before=2, after=3)
    await feed(0, 140, keep=(30, 50, 100, 101))
    print(json.dumps([said, rec.clips, rec.dropped]))
    rec.keep("a/b door!")
    await feed(140, 150)
"""
    (((said, clips, dropped),), files) = record(interpreter, folder, main)
    moments = ["1-20231114T221321Z-open", "2-20231114T221328Z-open", "3-20231114T221333Z-a_b_door_"]
    names = [f"00000{moment}.avi" for moment in moments]
    assert list(files) == names
    assert said == [["clip", name] for name in names[:2]]
    assert clips == [[name, len(files[name])] for name in names[:2]]
    assert dropped == 0
    assert [frames_of(data) for data in files.values()] == [
        [*range(10, 81)], [*range(81, 132)], [*range(132, 150)]
    ]  # fmt: skip
    assert numbers(files[names[0]])[-1] == (80, 7.0)


def test_long_and_changing(interpreter, tmp_path):
    """A clip that lasts is cut without a gap; a clip has frames of one size; what is no picture is left out."""
    folder = tmp_path / "clips"
    main = """
    make(before=1, after=100, longest=3)
    await feed(0, 60, keep=(10,))
    rec.add(b"no picture", START + 6)
    other = np.zeros((96, 128), dtype=np.uint8)
    for number in range(60, 70):
        clock.ms += 100
        rec.add(picture(number, 0, other), START + number / 10)
        await asyncio.sleep_ms(1)
    print(rec.dropped)
"""
    lines, files = record(interpreter, folder, main)
    assert lines == [1]
    assert [frames_of(data) for data in files.values()] == [[*range(30)], [*range(30, 60)], [*range(60, 70)]]
    assert [int.from_bytes(data[64:68], "little") for data in files.values()] == [64, 64, 128]


def test_clock_is_set(interpreter, tmp_path):
    """The camera's clock jumps by years, forward and back: frames keep their distances, clips their order."""
    folder = tmp_path / "clips"
    main = """
    make(before=2.05, after=2.05)
    await feed(0, 30, jump=-1e9)
    await feed(30, 45, keep=(30,))
    await feed(45, 60, jump=-3600, keep=(45,))
    await feed(60, 90, jump=1e6)
    await feed(90, 150, jump=-1e9, keep=(120,))
"""
    _, files = record(interpreter, folder, main)
    assert [name[:15] for name in files] == ["000001-20231114", "000002-19920307"]
    first, second = files.values()
    assert numbers(first) == [(number, round(number / 10 - 1, 3)) for number in range(10, 66)]
    assert frames_of(second) == [*range(100, 141)]


def test_memory_is_bounded(interpreter, tmp_path):
    """The ring takes what it is given, frames too large are dropped, and nothing grows in a thousand frames."""
    folder = tmp_path / "clips"
    main = """
    make(before=60, after=1, memory=20000)
    await feed(0, 100, keep=(50,), size=1000)
    await feed(100, 101, size=20000)
    print(rec.dropped, len(rec._ring.frames))
    await feed(0, 100)
    gc.collect()
    used = gc.mem_alloc()
    for turn in range(5):
        await feed(turn * 200, turn * 200 + 200, size=turn * 50)
    await feed(0, 100)
    gc.collect()
    print(gc.mem_alloc() - used < 2000)
"""
    script = RECORD + "async def main():\n" + main + "\n    await end()\nasyncio.run(main())\n"
    lines = run(interpreter, script, folder).splitlines()
    dropped, held = map(int, lines[0].split())
    assert (dropped, lines[1]) == (1, "True")
    (clip,) = folder.iterdir()
    found = frames_of(clip.read_bytes())
    assert found == [*range(found[0], 61)]
    assert 10 <= held <= 20
    assert 50 - held <= found[0] <= 50


def test_budget(interpreter, tmp_path):
    """The oldest clips go, by their numbers and not by their dates; other files stay."""
    folder = tmp_path / "clips"
    folder.mkdir()
    (folder / "000001-20991231T000000Z-x.avi").write_bytes(b"not ours" * 100)
    (folder / "notes.txt").write_text("mine")
    (folder / "holiday.avi").write_text("mine")
    main = """
    make(before=1, after=1, budget=60000)
    for turn in range(8):
        await feed(turn * 40, turn * 40 + 40, keep=(turn * 40 + 15,), size=600)
        print(json.dumps(sum([size for _, size in rec.clips])))
"""
    sizes, files = record(interpreter, folder, main)
    clips = [name for name in files if name[:6].isdigit()]
    assert all(size <= 60000 for size in sizes)
    assert sizes[-1] > 30000
    assert [int(name[:6]) for name in clips] == [*range(10 - len(clips), 10)]
    assert {"notes.txt", "holiday.avi"} <= set(files)
    assert [frames_of(files[name])[0] for name in clips] == [40 * (int(name[:6]) - 2) + 5 for name in clips]


DISK = """
class File:
    def __init__(self, path, mode):
        if state.get("gone"):
            raise OSError(2)
        self.file = open(path, mode)
    def write(self, data):
        time.sleep_ms(state.get("slow", 0))
        if state.get("gone"):
            raise OSError(5)
        room = state.get("room", 1 << 30)
        part = memoryview(data)[:room]
        self.file.write(part)
        state["room"] = room - len(part)
        if len(part) < len(data):
            raise OSError(28)
    def __getattr__(self, name): return getattr(self.file, name)
    def __enter__(self): return self
    def __exit__(self, *_): self.file.close()
class Os:
    def mkdir(self, path):
        if state.get("gone"):
            raise OSError(2)
        os.mkdir(path)
    def stat(self, path):
        if state.get("gone"):
            raise OSError(2)
        return os.stat(path)
    def remove(self, path):
        state["room"] = state.get("room", 0) + os.stat(path)[6]
        os.remove(path)
    def __getattr__(self, name): return getattr(os, name)
state = {}
recorder.open, recorder.os, recorder.RETRY = File, Os(), 0.05
"""


def test_disk_is_gone(interpreter, tmp_path):
    """A card that is pulled in the middle of a clip and put in again costs frames, and is told of once."""
    folder = tmp_path / "clips"
    main = """
    make(before=1, after=3)
    await feed(0, 20, keep=(10,))
    state["gone"] = True
    await feed(20, 25)
    await asyncio.sleep_ms(200)
    await feed(25, 30)
    print(json.dumps(said))
    state["gone"] = False
    await asyncio.sleep_ms(120)
    await feed(30, 60)
    print(json.dumps(said))
"""
    script = RECORD + DISK + "async def main():\n" + main + "\n    await end()\nasyncio.run(main())\n"
    before, after = [json.loads(line) for line in run(interpreter, script, folder).splitlines()]
    assert before == [["lost", "[Errno 5] EIO"]]
    assert [words[0] for words in after] == ["lost", "back", "clip"]
    first, second = [frames_of(path.read_bytes()) for path in sorted(folder.iterdir())]
    assert first == [*range(20)]
    assert second == [*range(20, 41)]  # they had waited in memory


def test_disk_is_full(interpreter, tmp_path):
    """The oldest clips make room; without any the clip waits for room, and nothing that is there is broken."""
    folder = tmp_path / "clips"
    main = """
    make(before=1, after=1)
    state["room"] = 1 << 30
    await feed(0, 40, keep=(15,), size=600)
    state["room"] = 5000
    await feed(40, 80, keep=(55,), size=600)
    print(json.dumps([said, [name[:6] for name, _ in rec.clips]]))
    os.remove(sys.argv[1] + "/" + rec.clips.pop()[0])
    state["room"] = 1000
    await feed(80, 100, keep=(95,), size=600)
    await asyncio.sleep_ms(100)
    print(json.dumps(said))
    state["room"] = 1 << 30
    await asyncio.sleep_ms(200)
    await feed(100, 120)
    print(json.dumps(said))
"""
    script = RECORD + DISK + "async def main():\n" + main + "\n    await end()\nasyncio.run(main())\n"
    (said, clips), lost, back = [json.loads(line) for line in run(interpreter, script, folder).splitlines()]
    assert [words[0] for words in said] == ["clip", "clip"]
    assert clips == ["000002"]
    assert lost[2:] == [["lost", "28"]]
    assert [words[0] for words in back[3:]] == ["back", "clip"]
    found = [frames_of(path.read_bytes()) for path in sorted(folder.iterdir())]
    assert sum(found, []) == [*range(85, 106)]


def test_slow_disk(host, tmp_path):
    """Frames that come while the disk is busy wait in memory; what it never takes is counted."""
    folder = tmp_path / "clips"
    main = """
    make(before=1, after=5, memory=9000)
    await feed(0, 5, size=600)
    rec.keep()
    for number in range(5, 100, 5):
        state["slow"] = 2 if number < 60 else 0
        for burst in range(5):
            clock.ms += 10
            rec.add(picture(number + burst, 600), START + 0.5 + number / 100)
        await asyncio.sleep_ms(2)
    await asyncio.sleep_ms(50)
    print(json.dumps([said, rec.dropped]))
"""
    script = RECORD + DISK + "async def main():\n" + main + "\n    await end()\nasyncio.run(main())\n"
    said, dropped = json.loads(run(host, script, folder))
    assert said == []
    (clip,) = folder.iterdir()
    found = frames_of(clip.read_bytes())
    assert (found[-1], found) == (99, sorted(found))
    assert found[0] + len(found) + dropped == 100  # the first ones had left the memory before
    assert dropped > 0


def test_nothing_there(host, tmp_path):
    """The folder is made, but not the disk."""
    main = """
    recorder.RETRY = 0.05
    make(folder=sys.argv[1] + "/disk/clips")
    await asyncio.sleep_ms(200)
    print(json.dumps(said))
    os.mkdir(sys.argv[1] + "/disk")
    await asyncio.sleep_ms(200)
    print(json.dumps([said, os.listdir(sys.argv[1] + "/disk")]))
"""
    lines, _ = record(host, tmp_path, main)
    assert lines == [[["lost", "[Errno 2] ENOENT"]], [[["lost", "[Errno 2] ENOENT"], ["back", ""]], ["clips"]]]


def test_killed_at_any_moment(host, tmp_path):
    """Each clip that a kill leaves is whole after the next start, and nothing but the last frame is missing."""
    folder = tmp_path / "clips"
    script = tmp_path / "script.py"
    main = """
    make(before=1, after=1000, longest=2)
    rec.keep("x")
    first = int(sys.argv[2])
    await asyncio.sleep_ms(20)
    print("ready")
    for number in range(first, first + 100000):
        await feed(number, number + 1, size=number * 37 % 900)
        print(number)
"""
    script.write_text(PRELUDE + RECORD + "async def main():\n" + main + "\nasyncio.run(main())\n")
    chooser, given = random.Random(3), []
    environment = {**os.environ, "MICROPYPATH": MODULE_PATH}
    for turn in range(12):
        command = [*host.command, "-X", "heapsize=8M", script, folder, str(turn * 10000)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert process.stdout.readline() == "ready\n"
        time.sleep(chooser.random() * 0.1)
        process.send_signal(signal.SIGKILL)
        given += [int(line) for line in process.communicate()[0].split("\n")[:-1]]
    main = """
    make()
    await asyncio.sleep_ms(50)
    print(json.dumps(said))
"""
    lines, files = record(host, folder, main)
    assert lines == [[]]
    found = sorted(number for data in files.values() for number in frames_of(data))
    assert len(found) == len(set(found))
    # What waited in memory for the disk is lost: the frame that run() had no turn for yet.
    assert len(set(given) - set(found)) <= 12
    assert len(given) > 100
