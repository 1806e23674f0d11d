"""Labelled crops of door scenes, split by day, made by the same steps as in a camera: picture, JPEG, gray, crop."""

import io
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
from PIL import Image

from mpycam.scenes import sensor
from mpycam.scenes.installation import CLOSED_BELOW, OPEN_ABOVE, Installation, door_region, is_ambiguous, is_open
from mpycam.scenes.light import Day
from mpycam.scenes.people import Person
from mpycam.scenes.scene import Scene, develop
from mpycam.scenes.story import Story

INPUT_SIZE = (64, 48)  # width, height of the crop that the committed network sees
INSTALLATIONS = (0, 2, 3, 4, 6, 7, 9, 12)  # seeds of the installations that the committed model knows

# Seeds of the first days of each split. "as used" and "test" show doors as people use them, who also come close to the
# camera; the others show small openings and people before the door, more often than they happen.
FIRST_DAYS = {"train": 10000, "as used": 50000, "validation": 20000, "test": 30000, "hard test": 40000}
AS_USED = ("as used", "test")
TEACHING = ("train", "as used")
TIMES_A_DAY = 6
STORY_SECONDS = 90
OVERVIEW = 8  # how many times smaller the picture is that exposure is metered on


@dataclass(frozen=True, eq=False)
class Crops:
    """`images` (n, height, width) uint8, `is_open` (n,) bool, and where each comes from: `installation` and `day` seeds,
    `hours`, `angle` in degrees and number of `people`, each (n,)."""

    images: np.ndarray
    is_open: np.ndarray
    installation: np.ndarray
    day: np.ndarray
    hours: np.ndarray
    angle: np.ndarray
    people: np.ndarray

    @classmethod
    def joined(cls, parts):
        """All crops of several Crops."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__dataclass_fields__))


def crop(jpeg, region, size=INPUT_SIZE):
    """The network's input (height, width) uint8 from a JPEG: gray, each pixel the mean of its part of `region`.

    `region` is (x, y, width, height) in pixels, fractions too; `size` is (width, height). Like `ujpeg.decode` with
    `roi` and `size`, it decodes at the smallest scale that leaves the region as large as the input.
    """
    x, y, w, h = region
    columns, rows = size
    scale = max((scale for scale in (2, 4, 8) if w // scale >= columns and h // scale >= rows), default=1)
    image = Image.open(io.BytesIO(jpeg))
    image.draft("L", (image.width // scale, image.height // scale))  # the luma as it is in the file
    gray = np.asarray(image.convert("L"), np.float32)
    across = _shares(x / scale, w / scale, columns, gray.shape[1])
    down = _shares(y / scale, h / scale, rows, gray.shape[0])
    return np.floor(down @ gray @ across.T + 0.5).astype(np.uint8)


def _shares(start, length, parts, size):
    """Weights (parts, size) of pixels in the means over equal parts of [start, start + length), kept inside."""
    edges = np.clip(start + length * np.arange(parts + 1) / parts, 0, size)
    pixels = np.arange(size)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    overlap = np.maximum(overlap, 0)
    overlap[np.arange(parts), np.minimum(edges[:-1].astype(int), size - 1)] += 1e-6  # a part outside repeats the border
    return (overlap / overlap.sum(1, keepdims=True)).astype(np.float32)


def draw_angle(rng):
    """A leaf's angle: closed as often as open, small openings more often than doors show them; never ambiguous."""
    if rng.random() < 0.5:
        return 0.0 if rng.random() < 0.7 else rng.uniform(0, CLOSED_BELOW)
    low, high = ((OPEN_ABOVE, 20.0), (20.0, 60.0), (60.0, 110.0))[rng.choice(3, p=(0.25, 0.3, 0.45))]
    return rng.uniform(np.nextafter(low, high), high)


def draw_people(installation, angle, rng):
    """Nobody, or one or two people before, in or behind the door."""
    door = installation.door
    people = []
    for _ in range(rng.choice(3, p=(0.5, 0.4, 0.1))):
        places = ["passing", "passing", "standing"]
        if angle > 45:
            places += ["doorway", "behind"]
        place = rng.choice(places)
        x, y = rng.uniform(-1.0, door.width + 1.0), -rng.uniform(1.1, 2.2)
        heading = rng.choice([0.0, np.pi]) + rng.normal(0, 0.4)
        if place != "passing":
            x = door.width / 2 + rng.normal(0, 0.15)
            heading = rng.choice([-0.5, 0.5]) * np.pi + rng.normal(0, 0.3)
        if place == "standing":
            y = -rng.uniform(1.15, 1.5) if door.swing == "out" else -rng.uniform(0.4, 1.0)
        elif place == "doorway":
            y = rng.uniform(-0.3, door.wall + 0.4)
        elif place == "behind":
            y = rng.uniform(door.wall + 1.1, installation.back_depth - 0.3)
        stride = 0.0 if place == "standing" else 1.0
        people.append(Person(int(rng.integers(1 << 30)), x, y, heading, rng.uniform(0, 2 * np.pi), stride))
    return tuple(people)


def story_moment(installation, story, rng):
    """Angle and people at a random moment of a Story; never an ambiguous one."""
    while True:
        time = rng.uniform(0, STORY_SECONDS)
        if not is_ambiguous(angle := story.angle(time)):
            return angle, story.people(time)


def day_crops(installation_seed, day_seed, count, misplaced, as_used=False, size=INPUT_SIZE):
    """`count` Crops of `size` (width, height) of an installation on a day, at several times spread over its 24 hours.

    `as_used` takes the moments from stories; otherwise angles and people are drawn.
    `misplaced` is the deviation of the crop region's edges as a part of its size:
    nobody marks a region the same way twice.
    """
    installation, day = Installation.random(installation_seed), Day.random(day_seed)
    rng = np.random.default_rng([installation_seed, day_seed, 71])
    clock = rng.uniform(0, 12)
    camera, region = installation.camera, np.array(door_region(installation), float)
    # Only what a misplaced region may touch is drawn in full, in whole blocks of the JPEG; exposure sees it all, small.
    x, y = (np.maximum(region[:2] - 0.08 * region[2:], 0) // 16 * 16).astype(int)
    w, h = np.minimum(np.ceil(1.16 * region[2:] / 16) * 16 + 16, (camera.width - x, camera.height - y)).astype(int)
    scene = Scene(installation, day, clock, camera.windowed(int(x), int(y), int(w), int(h)))
    overview = Scene(installation, day, clock, camera.reduced(OVERVIEW))
    region[:2] -= x, y
    times = (np.arange(TIMES_A_DAY) + rng.uniform(0, 1, TIMES_A_DAY)) * 24 / TIMES_A_DAY
    stories = [Story(installation, STORY_SECONDS, day_seed * TIMES_A_DAY + number) for number in range(TIMES_A_DAY)]
    rows = []
    for number in range(count):
        hours = times[number * TIMES_A_DAY // count]
        if as_used:
            angle, people = story_moment(installation, stories[number * TIMES_A_DAY // count], rng)
        else:
            angle = draw_angle(rng)
            people = draw_people(installation, angle, rng)
        light = scene.light(hours, angle, people)
        # Exposure has not always settled when somebody comes or a lamp goes on.
        overall = overview.light(hours, angle, people)
        gain = sensor.metered_gain(overall, bias=np.exp(rng.normal(0, 0.25)), step=1)
        picture = develop(scene, light, rng, gain, sensor.white_balance(overall, step=1))
        jpeg = sensor.jpeg(picture, rng.integers(60, 86))
        edges = region + misplaced * rng.normal(0, 1, 4) * np.tile(region[2:], 2)
        rows.append((crop(jpeg, edges, size), hours, angle, len(people)))
    images, hours, angles, people = zip(*rows, strict=True)
    angles = np.array(angles)
    seeds = np.full(count, installation_seed), np.full(count, day_seed)
    return Crops(np.array(images), is_open(angles), *seeds, np.array(hours), angles, np.array(people))


def split_crops(split, installations, days, count, size=INPUT_SIZE, workers=None, progress=None, folder=None):
    """Crops of `size` (width, height) of `days` days of each installation in a split, one of FIRST_DAYS; `count` a day.

    Days of different splits never meet. `progress(done, all)` is called after each day. Days are kept in `folder`, if
    there is one, and taken from there.
    """
    jobs = [(split, installation, day, count, size, folder) for installation in installations for day in range(days)]
    parts = []
    # Fresh processes: a fork of one that runs PyTorch's threads may hang.
    with ProcessPoolExecutor(workers or os.cpu_count(), get_context("spawn")) as pool:
        for part in pool.map(_split_day, *zip(*jobs, strict=True)):
            parts.append(part)
            if progress:
                progress(len(parts), len(jobs))
    return Crops.joined(parts)


def _split_day(split, installation, day, count, size, folder):
    """Crops of one day of an installation in a split, kept in `folder`."""
    if folder is not None:
        name = f"{split} {installation} {day} {count} {size[0]}x{size[1]}"
        kept = folder / f"{name.replace(' ', '_')}.npz"
        if kept.exists():
            with np.load(kept) as arrays:
                return Crops(**arrays)
    misplaced = 0.02 if split in TEACHING else 0.01
    day_seed = FIRST_DAYS[split] + 100 * installation + day
    crops = day_crops(installation, day_seed, count, misplaced, split in AS_USED, size)
    if folder is not None:
        unfinished = kept.with_suffix(".new.npz")
        np.savez(unfinished, **vars(crops))
        unfinished.replace(kept)
    return crops
