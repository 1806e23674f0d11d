"""mpycam.training.samples and splits: what is read, and what teaches and what judges."""

import csv

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("torch")
from mpycam.errors import MpycamError  # noqa: E402
from mpycam.training.samples import load  # noqa: E402
from mpycam.training.splits import find_sessions, split  # noqa: E402


def silent(line):
    pass


def picture(level, size=(64, 48)):
    return Image.new("RGB", size, (level, level, level))


@pytest.fixture
def folder(tmp_path):
    """40 pictures of "closed", brightness 0 to 39, and 20 of "open", brightness 100 to 119."""
    for name, count, first in (("closed", 40, 0), ("open", 20, 100)):
        (tmp_path / name).mkdir()
        for index in range(count):
            picture(first + index).save(tmp_path / name / f"{name}{index}.png")
    return tmp_path


def test_folder_of_classes_in_natural_order(folder):
    samples = load(folder, say=silent)
    assert samples.classes == ("closed", "open")
    assert samples.images.shape == (60, 48, 64, 3)
    closed = samples.images[samples.labels == 0][:, 0, 0, 0]
    assert closed.tolist() == list(range(40))  # closed2 before closed10


def test_index_file_with_times_and_splits(folder):
    rows = [
        {"filename": f"closed/closed{i}.png", "state": "closed", "timestamp": f"2026-01-01T10:00:{i:02}", "split": "train"}
        for i in range(20)
    ]
    rows += [
        {"filename": f"open/open{i}.png", "state": "open", "timestamp": f"2026-01-01T10:00:{i + 30:02}", "split": "val"}
        for i in range(10)
    ]
    rows.append({"filename": "open/open11.png", "state": "ignore", "timestamp": "2026-01-01T11:00:00", "split": ""})
    with open(folder / "index.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    samples = load(folder / "index.csv", say=silent)
    assert len(samples) == 30 and samples.one_clock
    assert np.all(np.diff(samples.times) > 0)
    assert set(samples.splits[samples.labels == 1]) == {"validation"}


def test_crop_is_averaged(folder):
    half = np.zeros((48, 64, 3), np.uint8)
    half[:, 32:] = 200
    for path in folder.glob("*/*.png"):
        Image.fromarray(half).save(path)
    assert np.all(load(folder, crop=(0.5, 0, 0.5, 1), say=silent).images == 200)
    assert np.all(load(folder, crop=(0, 0, 0.5, 1), say=silent).images == 0)


def test_video_with_labels(tmp_path):
    av = pytest.importorskip("av")
    with av.open(str(tmp_path / "clip.mkv"), "w") as container:
        stream = container.add_stream("ffv1", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "bgr0"
        for index in range(10):
            frame = av.VideoFrame.from_image(picture(index * 20))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    (tmp_path / "labels.csv").write_text("frame,label\n" + "".join(f"{i},{'ab'[i % 2]}\n" for i in range(2, 8)))
    samples = load(tmp_path / "clip.mkv", tmp_path / "labels.csv", say=silent)
    assert samples.images[:, 0, 0, 0].tolist() == [40, 60, 80, 100, 120, 140]
    (tmp_path / "labels.csv").write_text("frame,label\n1,a\n50,b\n")
    with pytest.raises(MpycamError, match="no frame 50"):
        load(tmp_path / "clip.mkv", tmp_path / "labels.csv", say=silent)


def test_what_is_missing_is_named(tmp_path, folder):
    with pytest.raises(MpycamError, match="no folder"):
        load(tmp_path / "nothing", say=silent)
    (tmp_path / "empty").mkdir()
    with pytest.raises(MpycamError, match="no pictures"):
        load(tmp_path / "empty", say=silent)
    picture(1).save(tmp_path / "empty" / "1.png")
    with pytest.raises(MpycamError, match="1 pictures lie in it, but none in a folder; expected a folder for each class"):
        load(tmp_path / "empty", say=silent)
    (tmp_path / "bad.csv").write_text("path,colour\na,b\n")
    with pytest.raises(MpycamError, match="no column label; it has path, colour"):
        load(tmp_path / "bad.csv", say=silent)
    (folder / "open" / "open3.png").write_bytes(b"no picture")
    with pytest.raises(MpycamError, match="open3.png"):
        load(folder, say=silent)


def renamed(folder, name):
    """The folder with its pictures called `name(index)`, the two classes taking turns in time."""
    for label, offset in (("closed", 0), ("open", 1)):
        for index, path in enumerate(sorted((folder / label).iterdir())):
            path.rename(path.with_name(name(2 * index + offset) + path.suffix))
    return folder


@pytest.mark.parametrize(
    "name",
    [
        lambda i: f"cam{i % 3}_2026-03-{1 + i // 24:02}_{i % 24:02}-00-00",
        lambda i: f"202603{1 + i // 24:02}T{i % 24:02}0000",
        lambda i: f"frame_{i:05}",
    ],
)
def test_times_come_from_names(folder, name):
    samples = load(renamed(folder, name), say=silent)
    assert samples.one_clock
    assert samples.labels[:10].tolist() == [0, 1] * 5


def test_times_come_from_exif(folder):
    for offset, label in enumerate(("closed", "open")):
        for index, path in enumerate(sorted((folder / label).iterdir())):
            exif = Image.Exif()
            exif.get_ifd(0x8769)[36867] = f"2026:03:01 10:{index:02}:{10 * offset:02}"
            with Image.open(path) as image:
                image.save(path.with_name(f"{'xyz'[index % 3]}{index * 37 % 41}.jpg"), exif=exif)
            path.unlink()
    said = []
    samples = load(folder, say=said.append)
    assert "EXIF" in said[1]
    assert samples.one_clock and samples.labels[:10].tolist() == [0, 1] * 5


def test_names_without_order_tell_no_time(folder):
    """Hexadecimal digests have digits, too."""
    import hashlib

    samples = load(renamed(folder, lambda i: hashlib.sha256(bytes([i])).hexdigest()), say=silent)
    assert not samples.one_clock


def test_folders_of_splits(folder):
    for part, first in (("train", 0), ("val", 12), ("test", 16)):
        for label in ("closed", "open"):
            (folder / part / label).mkdir(parents=True)
            for index in range(first, first + 4):
                (folder / label / f"{label}{index}.png").rename(folder / part / label / f"{index}.png")
    for label in ("closed", "open"):
        for path in (folder / label).iterdir():
            path.unlink()
        (folder / label).rmdir()
    samples = load(folder, say=silent)
    assert samples.classes == ("closed", "open") and len(samples) == 24
    assert set(samples.splits) == {"train", "validation", "test"}


def test_pictures_of_another_shape_are_told(folder):
    picture(3, (48, 64)).save(folder / "open" / "open3.png")
    said = []
    load(folder, say=said.append)
    assert said[0].startswith("warning: 1 pictures have not the shape of most, 64x48")


def test_splits_follow_time_and_leave_neighbours_out(folder):
    samples = load(folder, say=silent)
    splits, _ = split(samples)
    for label in (0, 1):
        order = [splits[i] for i in np.flatnonzero(samples.labels == label)]
        named = [name for name in order if name]
        assert named == sorted(named, key=("train", "validation", "test").index)
        assert {"train", "validation", "test"} <= set(order)


def sessions_of(samples, per_session):
    """The same samples as `per_session` pictures of closed, then of open, and so on, far apart in time."""
    closed, opened = np.flatnonzero(samples.labels == 0), np.flatnonzero(samples.labels == 1)
    order, times = [], []
    for number in range(10):
        part = [*closed[number * 4 : number * 4 + 4], *opened[number * 2 : number * 2 + 2]]
        order += part
        times += [number * per_session + i for i in range(len(part))]
    samples = samples.select(np.array(order))
    samples.times, samples.one_clock = np.array(times, float), True
    return samples


@pytest.mark.parametrize("pause", [3600, 6])
def test_sessions_stay_whole(folder, pause):
    """Divided by long pauses, or, without any, by the return of the commonest state."""
    samples = sessions_of(load(folder, say=silent), pause)
    sessions = find_sessions(samples)
    assert len(set(sessions)) == 10
    splits, _ = split(samples)
    for number in set(sessions):
        assert len(set(splits[sessions == number])) == 1
    assert splits[0] == "train" and splits[-1] == "test"


def test_neighbours_in_test_are_warned_of(folder):
    samples = load(folder, say=silent)
    _, warnings = split(samples, at_random=True)
    assert len(warnings) == 1 and "neighbouring" in warnings[0]


def test_too_few_pictures_are_refused(folder):
    for path in sorted((folder / "open").iterdir())[2:]:
        path.unlink()
    with pytest.raises(MpycamError, match="no picture of 'open' is left for"):
        split(load(folder, say=silent))
