"""Labelled pictures of one scene, from a folder per class, an index file, or a video with a label file."""

import csv
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from mpycam.errors import MpycamError

PICTURES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".ppm", ".pgm"}
VIDEOS = {".mp4", ".avi", ".mkv", ".mov", ".mjpeg", ".mjpg", ".webm"}
# Of what training keeps of each picture; networks see less.
PIXELS = 96 * 128
IGNORED_LABELS = {"", "ignore", "unknown"}
# The columns of index and label files, under the names that people give them.
COLUMNS = {
    "path": ("path", "file", "filename", "image"),
    "frame": ("frame",),
    "label": ("label", "class", "state"),
    "time": ("time", "t_s", "timestamp"),
    "session": ("session", "visit"),
    "split": ("split",),
}


@dataclass
class Samples:
    """Pictures with what is known about each; all arrays have one item a picture, in order of time."""

    images: np.ndarray  # (n, height, width, 3) uint8
    labels: np.ndarray  # (n,) int64, an index into classes
    classes: tuple
    times: np.ndarray  # (n,) float64: seconds, or positions where no time is known
    sessions: np.ndarray  # (n,) str, "" where unknown
    splits: np.ndarray  # (n,) str: train, validation, test, or "" where unknown
    names: np.ndarray  # (n,) str
    one_clock: bool  # times of different classes can be compared

    def __len__(self):
        return len(self.labels)

    def select(self, chosen):
        """The samples that a mask or an array of indices chooses."""
        arrays = ("images", "labels", "times", "sessions", "splits", "names")
        return replace(self, **{name: getattr(self, name)[chosen] for name in arrays})


def load(source, labels=None, crop=None, say=print):
    """Read labelled pictures.

    source: a folder with a subfolder of pictures per class; a CSV file with the columns path and label and
    perhaps time, session and split; or a video, to which `labels` names a CSV file with frame and label and
    perhaps the same others. A folder in a class's folder is a session. Labels "ignore", "unknown" and none leave
    a picture out.
    crop: (x, y, width, height) of the part that counts, as fractions of the picture.
    Raises MpycamError where something is missing or there are fewer than two classes.
    """
    source = Path(source)
    if source.is_dir():
        rows, read = _folder_rows(source), _picture
    elif source.suffix.lower() == ".csv":
        rows, read = _index_rows(source), _picture
    elif source.suffix.lower() in VIDEOS:
        if labels is None:
            raise MpycamError(f"{source} is a video: name its labels with --labels, a CSV file with frame and label")
        rows, read = _table(Path(labels), ("frame", "label")), None
    else:
        raise MpycamError(f"{source} is no folder, no .csv file and no video")
    rows = [row for row in rows if row["label"].lower() not in IGNORED_LABELS]
    classes = tuple(sorted({row["label"] for row in rows}))
    if len(classes) < 2:
        raise MpycamError(f"{source}: need at least two classes, found {len(classes)}: {', '.join(classes) or 'none'}")
    images = _video(source, rows, crop) if read is None else _pictures(rows, crop)
    times, one_clock = _times(rows)
    samples = Samples(
        images=images,
        labels=np.array([classes.index(row["label"]) for row in rows], np.int64),
        classes=classes,
        times=times,
        sessions=np.array([row.get("session", "") for row in rows]),
        splits=np.array([_split_name(row.get("split", "")) for row in rows]),
        names=np.array([row["name"] for row in rows]),
        one_clock=one_clock,
    )
    samples = samples.select(np.lexsort((samples.labels, samples.times)))
    counts = ", ".join(f"{np.sum(samples.labels == i)} {name}" for i, name in enumerate(classes))
    say(f"{source}: {len(samples)} pictures ({counts}), kept at {images.shape[2]}x{images.shape[1]}")
    return samples


def _folder_rows(folder):
    rows = []
    for place in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")):
        for path in sorted(place.rglob("*"), key=_natural_key):
            if path.suffix.lower() in PICTURES:
                inner = path.parent.relative_to(place)
                session = "" if inner == Path(".") else str(inner)
                name = str(path.relative_to(folder))
                rows.append({"path": path, "label": place.name, "session": session, "name": name})
    if not rows:
        raise MpycamError(f"{folder}: no pictures; expected one folder per class with {', '.join(sorted(PICTURES))}")
    return rows


def _index_rows(file):
    rows = _table(file, ("path", "label"))
    for row in rows:
        row["name"] = row["path"]
        row["path"] = file.parent / row["path"]
    return rows


def _table(file, needed):
    """The rows of a CSV file, with our names for its columns."""
    with open(file, newline="", encoding="utf-8-sig") as lines:
        table = list(csv.DictReader(lines))
    if not table:
        raise MpycamError(f"{file}: no rows")
    found = {ours: next((name for name in names if name in table[0]), None) for ours, names in COLUMNS.items()}
    for column in needed:
        if found[column] is None:
            raise MpycamError(f"{file}: no column {column}; it has {', '.join(table[0])}")
    rows = [{ours: (row[name] or "").strip() for ours, name in found.items() if name} for row in table]
    for row in rows:
        row["name"] = row.get("frame", "")
    return rows


def _natural_key(path):
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", str(path))]


def _split_name(text):
    names = {"": "", "train": "train", "training": "train", "val": "validation", "valid": "validation",
             "validation": "validation", "test": "test", "testing": "test"}  # fmt: skip
    if text.lower() not in names:
        raise MpycamError(f"split {text!r} is not one of train, validation, test")
    return names[text.lower()]


def _times(rows):
    """Times from the rows, or from numbers in the names; whether they are comparable between classes."""
    texts = [row.get("time") or row.get("frame") or "" for row in rows]
    if all(texts):
        return np.array([_seconds(text) for text in texts]), True
    # Of the digits in a name the last number counts, or the whole date and time.
    numbers = [re.findall(r"\d+", Path(row["name"]).stem) for row in rows]
    if all(numbers):
        keys = [float("".join(found)) if len("".join(found)) >= 12 else float(found[-1]) for found in numbers]
        if len(set(keys)) > 0.9 * len(keys):
            return np.array(keys), True
    position, seen = [], {}
    for row in rows:
        seen[row["label"]] = seen.get(row["label"], -1) + 1
        position.append(float(seen[row["label"]]))
    return np.array(position), False


def _seconds(text):
    try:
        return float(text)
    except ValueError:
        pass
    from datetime import datetime

    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise MpycamError(f"time {text!r} is neither a number of seconds nor a date and time") from None


def _pictures(rows, crop):
    with Image.open(rows[0]["path"]) as first:
        size = _kept_size(first.size, crop)
    with ThreadPoolExecutor() as pool:
        return np.stack(list(pool.map(lambda row: _picture(row["path"], crop, size), rows)))


def _kept_size(size, crop):
    """(width, height) of about PIXELS with the proportions of the crop, in multiples of 16."""
    width, height = size
    if crop is not None:
        width, height = width * crop[2], height * crop[3]
    scale = min(1.0, (PIXELS / (width * height)) ** 0.5)
    return tuple(max(32, round(side * scale / 16) * 16) for side in (width, height))


def _picture(path, crop, size):
    try:
        with Image.open(path) as image:
            if crop is None:
                # The decoder itself may scale down, as in the camera.
                image.draft("RGB", (size[0] * 2, size[1] * 2))
            return prepare(image, crop, size)
    except OSError as error:
        raise MpycamError(f"{path}: {error}") from None


def prepare(image, crop, size):
    """The part `crop` of a Pillow image, averaged to `size`, as an array (height, width, 3) uint8."""
    box = None
    if crop is not None:
        x, y, width, height = crop
        box = (x * image.width, y * image.height, (x + width) * image.width, (y + height) * image.height)
    return np.asarray(image.convert("RGB").resize(size, Image.Resampling.BOX, box))


def _video(file, rows, crop):
    import av

    wanted = {int(row["frame"]): index for index, row in enumerate(rows)}
    images = None
    with av.open(str(file)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number not in wanted:
                continue
            image = frame.to_image()
            if images is None:
                size = _kept_size(image.size, crop)
                images = np.empty((len(rows), size[1], size[0], 3), np.uint8)
            images[wanted.pop(number)] = prepare(image, crop, size)
    if wanted:
        raise MpycamError(f"{file}: has no frame {min(wanted)}, which the labels name")
    return images
