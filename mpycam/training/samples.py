"""Labelled pictures of one scene, from a folder per class, an index file, or a video with a label file."""

import csv
import re
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
from PIL import Image

from mpycam.errors import MpycamError
from mpycam.training.pictures import Files, Frames, Pictures

PICTURES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".ppm", ".pgm"}
VIDEOS = {".mp4", ".avi", ".mkv", ".mov", ".mjpeg", ".mjpg", ".webm"}
# Of what training keeps of each whole picture; networks see less, or a part of it.
PIXELS = 96 * 128
IGNORED_LABELS = {"", "ignore", "unknown"}
SPLITS = {"train": "train", "training": "train", "val": "validation", "valid": "validation",
          "validation": "validation", "test": "test", "testing": "test"}  # fmt: skip
DATE_AND_TIME = re.compile(r"((?:19|20)\d\d)\D?(\d\d)\D?(\d\d)\D{0,3}(\d\d)\D?(\d\d)(?:\D?(\d\d))?(?:\D?(\d{1,6}))?")
EXIF, EXIF_CHANGED, EXIF_TAKEN = 0x8769, 306, 36867  # tags of EXIF 2.3
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
    pictures: Pictures | None = None  # to read them again
    rows: np.ndarray | None = None  # (n,) their numbers in `pictures`

    def __len__(self):
        return len(self.labels)

    def select(self, chosen):
        """The samples that a mask or an array of indices chooses."""
        arrays = ("images", "labels", "times", "sessions", "splits", "names", "rows")
        known = {name: getattr(self, name) for name in arrays}
        return replace(self, **{name: array[chosen] for name, array in known.items() if array is not None})


def load(source, labels=None, crop=None, say=print, read=True):
    """Labelled pictures, read at a size for training unless `read` is False: then `images` is None.

    source: a folder with a subfolder of pictures per class, perhaps in folders train, validation and test; a CSV
    file with the columns path and label and perhaps time, session and split; or a video, to which `labels` names a
    CSV file with frame and label and perhaps the same others. A folder in a class's folder is a session. Labels
    "ignore", "unknown" and none leave a picture out.
    crop: (x, y, width, height) of the part that counts, as fractions of the picture.
    Raises MpycamError where something is missing, or there are fewer than two classes.
    """
    source = Path(source)
    if source.is_dir():
        rows = _folder_rows(source)
    elif source.suffix.lower() == ".csv":
        rows = _index_rows(source)
    elif source.suffix.lower() in VIDEOS:
        if labels is None:
            raise MpycamError(f"{source} is a video: name its labels with --labels, a CSV file with frame and label")
        rows = _table(Path(labels), ("frame", "label"))
    else:
        raise MpycamError(f"{source} is no folder, no .csv file and no video")
    rows = [row for row in rows if row["label"].lower() not in IGNORED_LABELS]
    classes = tuple(sorted({row["label"] for row in rows}))
    if len(classes) < 2:
        raise MpycamError(f"{source}: need at least two classes, found {len(classes)}: {', '.join(classes) or 'none'}")
    counts = {name: sum(row["label"] == name for row in rows) for name in classes}
    if "path" in rows[0]:
        pictures = Files([row["path"] for row in rows], crop)
    else:
        pictures = Frames(source, [int(row["frame"]) for row in rows], crop)
    if pictures.unlike:
        say(f"warning: {pictures.unlike} pictures have not the shape of most, {pictures.size[0]}x{pictures.size[1]}: "
            "are they of another camera?")  # fmt: skip
    numbers, size = np.arange(len(rows)), kept_size(pictures.size)
    times, one_clock, clock = _times(rows)
    samples = Samples(
        images=pictures.read(numbers, (size, None))[0] if read else None,
        labels=np.array([classes.index(row["label"]) for row in rows], np.int64),
        classes=classes,
        times=times,
        sessions=np.array([row.get("session", "") for row in rows]),
        splits=np.array([_split_name(row.get("split", "")) for row in rows]),
        names=np.array([row["name"] for row in rows]),
        one_clock=one_clock,
        pictures=pictures,
        rows=numbers,
    )
    samples = samples.select(np.lexsort((samples.labels, samples.times)))
    listed = ", ".join(f"{count} {name}" for name, count in counts.items())
    say(f"{source}: {len(samples)} pictures ({listed})" + (f", kept at {size[0]}x{size[1]}" if read else ""))
    if clock:
        say(f"  in order of time by {clock}")
    return samples


def _folders(folder):
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def _folder_rows(folder):
    places = [(place, "") for place in _folders(folder)]
    if len(places) > 1 and all(place.name.lower() in SPLITS for place, _ in places):
        places = [(inner, place.name) for place, _ in places for inner in _folders(place)]
    rows = []
    for place, split in places:
        for path in sorted(place.rglob("*"), key=_natural_key):
            if path.suffix.lower() in PICTURES:
                inner = path.parent.relative_to(place)
                session = "" if inner == Path(".") else str(inner)
                name = str(path.relative_to(folder))
                rows.append({"path": path, "label": place.name, "session": session, "split": split, "name": name})
    if not rows:
        loose = sum(path.suffix.lower() in PICTURES for path in folder.iterdir())
        found = f"{loose} pictures lie in it, but none in a folder" if loose else "no pictures"
        raise MpycamError(
            f"{folder}: {found}; expected a folder for each class, say {folder.name}/open and {folder.name}/closed, "
            f"with {', '.join(sorted(PICTURES))}"
        )
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
    if text and text.lower() not in SPLITS:
        raise MpycamError(f"split {text!r} is not one of train, validation, test")
    return SPLITS.get(text.lower(), "")


def _times(rows):
    """(times, whether they are comparable between classes, what they are taken from)."""
    texts = [row.get("time") or row.get("frame") or "" for row in rows]
    if all(texts):
        return np.array([_seconds(text) for text in texts]), True, ""
    stems = [Path(row["name"]).stem for row in rows]
    dates = [_date_and_time(stem) for stem in stems]
    if None not in dates:
        return np.array(dates), True, "the dates in their names"
    # Numbers in names that are alike but for them: a counter. One that starts again in each class tells less.
    numbers = [re.findall(r"\d+", stem) for stem in stems]
    patterns = {re.sub(r"\d+", "", stem) for stem in stems}
    is_counted = all(numbers) and len(patterns) <= 2 * len({row["label"] for row in rows})
    if is_counted:
        counts = np.array([float(found[-1]) for found in numbers])
        if len(set(counts)) > 0.9 * len(counts):
            return counts, True, "the numbers in their names"
    if "path" in rows[0]:
        taken = [_taken(row["path"]) for row in rows]
        if None not in taken:
            return np.array(taken), True, "their EXIF data"
        changed = np.array([row["path"].stat().st_mtime for row in rows])
        # Files that were copied all at once tell nothing.
        if not is_counted and np.ptp(changed) > 1800 and len(set(changed)) > 0.5 * len(changed):
            return changed, True, "the files' times"
    position, seen = [], {}
    for row in rows:
        seen[row["label"]] = seen.get(row["label"], -1) + 1
        position.append(float(seen[row["label"]]))
    return np.array(position), False, "the order of their names"


def _date_and_time(text):
    """Seconds from a date and time in a name, or None."""
    found = DATE_AND_TIME.search(text)
    if found is None:
        return None
    *date, second, fraction = found.groups()
    try:
        return datetime(*map(int, date), int(second or 0)).timestamp() + float("0." + (fraction or "0"))
    except ValueError:
        return None


def _taken(path):
    """Seconds of when a picture was taken, as its EXIF data say, or None."""
    try:
        with Image.open(path) as image:
            tags = image.getexif()
            text = tags.get_ifd(EXIF).get(EXIF_TAKEN) or tags.get(EXIF_CHANGED)
            return datetime.strptime(text, "%Y:%m:%d %H:%M:%S").timestamp() if text else None
    except (OSError, ValueError):
        return None


def _seconds(text):
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise MpycamError(f"time {text!r} is neither a number of seconds nor a date and time") from None


def kept_size(size):
    """(width, height) of about PIXELS with the proportions of `size`, in multiples of 16."""
    scale = min(1.0, (PIXELS / (size[0] * size[1])) ** 0.5)
    return tuple(max(32, round(side * scale / 16) * 16) for side in size)
