"""lib/avi.py: what a power cut leaves at any byte plays, and is finished later."""

import io
import json
import random
import shutil
import subprocess
from datetime import UTC, datetime

import av
import pytest
from avi_files import check_structure, chunks, decoded, numbers
from camera_python import run

TIMES = [0, 0.02, 0.21, 0.4, 0.41, 1.5, 1.7, 1.91, 2.1]  # rounded to ticks, and at least one after the other
SHOWN = [0, 0.02, 0.22, 0.4, 0.42, 1.5, 1.7, 1.92, 2.1]

WRITE = """
import os, ujpeg
from avi import AviWriter, finish, is_finished
from ulab import numpy as np
def picture(number, pad=0):
    image = np.full((48, 64), number * 20 % 256, dtype=np.uint8)
    return ujpeg.encode(image, comment=b"frame %d;" % number + bytes(pad))
def record(path, times):
    with open(path, "wb") as file:
        writer = AviWriter(file, 64, 48, 1700000000.9)
        for number, seconds in enumerate(times):
            writer.add(picture(number, number), seconds)
    assert os.stat(path)[6] == writer.size
"""
FINISH = """
found = []
for path in sys.argv[1:]:
    with open(path, "r+b") as file:
        whole = is_finished(file)
        found.append([whole, finish(file) if not whole else None])
    with open(path, "rb") as file:
        found[-1].append(is_finished(file))
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def cut_file(host, tmp_path_factory):
    """A file as it is before it is finished."""
    path = tmp_path_factory.mktemp("avi") / "cut.avi"
    run(host, WRITE + "record(sys.argv[1], json.loads(sys.argv[2]))", path, json.dumps(TIMES))
    return path.read_bytes()


@pytest.fixture(scope="module")
def cuts(cut_file):
    """Where files are cut: around every border of a chunk, and anywhere."""
    borders = {place for chunk in chunks(cut_file) if chunk.size for place in (chunk.begin, chunk.end)}
    places = {place + offset for place in borders for offset in range(-10, 11)}
    places |= set(random.Random(1).sample(range(512, len(cut_file)), 150))
    return sorted(place for place in places if 512 <= place <= len(cut_file))


def whole_frames(data, cut):
    """How many frames are whole in the first bytes of the file."""
    return sum(chunk.size > 0 and chunk.end <= cut for chunk in chunks(data))


def finished(interpreter, folder, files):
    """Write the files and have them finished; return what is told of each and what is in it then."""
    paths = []
    for number, data in enumerate(files):
        paths.append(folder / f"{number}.avi")
        paths[-1].write_bytes(data)
    told = json.loads(run(interpreter, WRITE + FINISH, *paths))
    return [(*tellings, path.read_bytes()) for tellings, path in zip(told, paths, strict=True)]


def test_frames_have_their_times(interpreter, tmp_path):
    path = tmp_path / "clip.avi"
    run(interpreter, WRITE + "record(sys.argv[1], json.loads(sys.argv[2]))", path, json.dumps(TIMES))
    ((whole, frames, then, data),) = finished(interpreter, tmp_path, [path.read_bytes()])
    assert (whole, frames, then) == (False, len(TIMES), True)
    check_structure(data)
    assert numbers(data) == list(enumerate(SHOWN))
    assert decoded(data) == len(TIMES)
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.codec_context.name) == (64, 48, "mjpeg")
        assert float(stream.duration * stream.time_base) == 2.12
        assert datetime.fromisoformat(container.metadata["creation_time"]) == datetime(2023, 11, 14, 22, 13, 20)
        # By the index to a frame near the end.
        container.seek(int(1.92 / stream.time_base), stream=stream)
        frame = next(container.decode(video=0))
        assert float(frame.pts * frame.time_base) in (1.7, 1.92)
    assert datetime.fromtimestamp(1700000000, UTC).hour == 22


def test_cut_files_play(cut_file, cuts):
    """Unfinished and cut at any byte, a file opens without error and gives every whole frame."""
    for cut in cuts:
        whole = whole_frames(cut_file, cut)
        if not whole:
            continue
        # The marker that ends a picture is not needed to see it.
        nearly = any(chunk.size and chunk.end - 2 <= cut < chunk.end for chunk in chunks(cut_file))
        assert decoded(cut_file[:cut]) - whole in (0, nearly), cut


def test_ffprobe_plays_cut_files(cut_file, cuts, tmp_path):
    """The program that people have says the same."""
    program = shutil.which("ffprobe")
    assert program, "need ffprobe, of the package ffmpeg"
    for cut in cuts[40::60]:
        path = tmp_path / "cut.avi"
        path.write_bytes(cut_file[:cut])
        command = [program, "-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0"]
        found = subprocess.run([*command, path], capture_output=True, text=True, timeout=60)
        assert int(found.stdout.strip().rstrip(",")) in (whole_frames(cut_file, cut), whole_frames(cut_file, cut) + 1)


def test_cut_files_are_finished(interpreter, tmp_path, cut_file, cuts):
    chosen = cuts[::4] + [len(cut_file)]
    tails = [b"", b"\0" * 700]  # some file systems have the length on the disk before the data
    files = [cut_file[:cut] + tails[cut % 2] for cut in chosen]
    for cut, (whole, frames, then, data) in zip(chosen, finished(interpreter, tmp_path, files), strict=True):
        expected = whole_frames(cut_file, cut)
        assert (whole, frames) == (False, expected), cut
        if not expected:
            assert data == files[chosen.index(cut)]
            continue
        assert then
        check_structure(data)
        assert numbers(data) == list(enumerate(SHOWN))[:expected]
        assert decoded(data) == expected


def test_finished_files_cut(host, tmp_path, cut_file):
    """A power cut while the index is written, or later, on a disk that then lacks the last sectors."""
    ((_, _, _, good),) = finished(host, tmp_path, [cut_file])
    index = good.rindex(b"idx1")
    places = [*range(index - 3, index + 30, 3), len(good) - 1, *range(600, index, 700)]
    headless = cut_file[:512] + good[512:]
    for source in (good, headless):
        files = [source[:place] for place in places]
        for place, (whole, frames, then, data) in zip(places, finished(host, tmp_path, files), strict=True):
            assert (whole, frames, then) == (False, whole_frames(cut_file, place), frames > 0)
            if frames:
                check_structure(data)
                assert numbers(data) == list(enumerate(SHOWN))[:frames]
        assert decoded(headless[: index + 20]) == len(TIMES)


def test_files_that_are_none(host, tmp_path):
    files = [b"", b"RIFF", b"RIFF\0\0\0\0AVI LIST", b"text" * 300, b"RIFF\4\0\0\0AVI " + bytes(1000)]
    script = WRITE + """
for path in sys.argv[1:]:
    with open(path, "r+b") as file:
        try:
            print(is_finished(file), finish(file))
        except ValueError as error:
            print(error)
"""
    paths = [tmp_path / str(number) for number in range(len(files))]
    for path, data in zip(paths, files, strict=True):
        path.write_bytes(data)
    lines = run(host, script, *paths).splitlines()
    assert lines == ["False 0"] * 3 + ["need a file of AviWriter's"] * 2
    assert [path.read_bytes() for path in paths] == files
