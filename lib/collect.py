"""Frames that are worth labelling, kept in a folder for training.

A frame is looked at when the network is uncertain about it, when what it read
lasted for an implausibly short time, when the picture moved, and now and then.
It is kept when it differs from those that were kept before in its gradients or
its colours. `index.csv` in the folder is what `mpycam train` reads; a label is
the network's own where it was certain, else "unknown": to be given by a person.
"""

import os

import ujpeg
from json_lines import utc
from ulab import numpy as np

HEADER = "path,label,time,split,door,reading,confidence,reason\n"
COMPARED = 48  # with so many frames kept before
# Sums of differences of histograms that each have the sum 1.
DIFFERENT = {"uncertain": 0.1, "brief": 0.1, "motion": 0.2, "time": 0.15}
CERTAIN = 0.8
MOVED = 8  # gray levels, on average
CELLS = 4


def gradients(picture):
    """The strengths of four directions of edges in 4x4 cells of a gray picture, as shares of the whole."""
    gray = np.array(picture, dtype=np.int16)
    across = gray[1:-1, 2:] - gray[1:-1, :-2]
    down = gray[2:, 1:-1] - gray[:-2, 1:-1]
    strength = abs(across) + abs(down)
    steep, flat = abs(across) > 2 * abs(down), abs(down) > 2 * abs(across)
    rest = (1 - steep) * (1 - flat)
    rising = (across > 0) == (down > 0)
    height, width = strength.shape
    sums = []
    for kind in (steep, flat, rest * rising, rest * (1 - rising)):
        edges = strength * kind
        for row in range(CELLS):
            for column in range(CELLS):
                top, left = row * height // CELLS, column * width // CELLS
                bottom, right = (row + 1) * height // CELLS, (column + 1) * width // CELLS
                sums.append(float(np.sum(edges[top:bottom, left:right])))
    return np.array(sums) / max(1, sum(sums))


def colours(frame):
    """Histograms of a JPEG frame's red, green and blue, of eight bins each; the sum is 1."""
    image = np.array(ujpeg.decode(frame, format="rgb", scale=8), dtype=np.uint8)
    bins = [np.bincount(image[:, :, channel].flatten() // 32, minlength=8) for channel in range(3)]
    return np.concatenate(bins) / (3 * image.shape[0] * image.shape[1])


class Collector:
    """Keeps frames as 20261121104914250.jpg and so on, of at most `budget` bytes: the oldest make room."""

    def __init__(self, folder, budget, pause=60, interval=3600, brief=2):
        """Open the folder, which is made where it is missing. Raises OSError.

        Seconds: `pause` between two frames that are compared, a tenth of it for what is uncertain or brief;
        `interval` after which any frame is; what lasts less than `brief` is implausible.
        """
        self._folder = folder
        self._budget = budget
        self._pause = pause
        self._interval = interval
        self._brief = brief
        self._doors = {}  # {name: [reading, since, first frame, picture, confidence]}
        self._before = {}  # {door: (moment, picture)} for motion
        self._known = []  # (door, features) of the frames kept last
        self._last = None
        try:
            os.mkdir(folder)
        except OSError:
            pass  # it is there, or else what follows fails
        names = sorted([name for name in os.listdir(folder) if name.endswith(".jpg")])
        self._sizes = [(name, os.stat(folder + "/" + name)[6]) for name in names]
        try:
            self._rewrite()
        except OSError:
            pass  # a full disk: the old index stays

    def add(self, door, frame, picture, reading, confidence, moment):
        """Look at a frame: the gray picture of a door in it, what the network reads, and how surely.

        `moment` is in seconds since 1970. Returns the reason if the frame was kept, else None.
        """
        state = self._doors.get(door)
        if state and state[0] == reading and moment >= state[1]:
            if confidence < CERTAIN:
                return self._try("uncertain", door, frame, picture, reading, confidence, moment)
            return self._look(door, frame, picture, reading, confidence, moment)
        kept = None
        if state and 0 <= moment - state[1] < self._brief and state[2]:
            kept = self._try("brief", door, state[2], state[3], state[0], state[4], state[1])
        # The first frame of what may prove brief; that a state begins is not implausible by itself.
        first = bytes(frame) if state else None
        self._doors[door] = [reading, moment, first, np.array(picture, dtype=np.uint8), confidence]
        return kept

    def _look(self, door, frame, picture, reading, confidence, moment):
        """See once a second whether something moved, or it is time."""
        since, before = self._before.get(door, (None, None))
        if since is not None and 0 <= moment - since < 1:
            return None
        now = np.array(picture, dtype=np.int16)
        self._before[door] = (moment, now)
        if before is not None and np.mean(abs(now - before)) > MOVED:
            return self._try("motion", door, frame, picture, reading, confidence, moment)
        if self._last is None or not 0 <= moment - self._last < self._interval:
            return self._try("time", door, frame, picture, reading, confidence, moment)
        return None

    def _try(self, reason, door, frame, picture, reading, confidence, moment):
        """Keep a frame unless the last one was just now or it is like one that is known."""
        pause = self._pause / 10 if reason in ("uncertain", "brief") else self._pause
        if self._last is not None and 0 <= moment - self._last < pause:
            return None
        self._last = moment
        try:
            features = np.concatenate((gradients(picture), colours(frame)))
            for known, other in self._known:
                if known == door and np.sum(abs(features - other)) < DIFFERENT[reason]:
                    return None
            self._keep(reason, door, frame, reading, confidence, moment)
        except (OSError, ValueError, MemoryError):
            return None  # a full disk, a frame that is damaged: training needs none in particular
        self._known = self._known[1 - COMPARED :] + [(door, features)]
        return reason

    def _keep(self, reason, door, frame, reading, confidence, moment):
        excess = sum([size for _, size in self._sizes]) + len(frame) - self._budget
        if excess > 0 and self._sizes:
            # Several at once: the index is written anew for it.
            excess += self._budget // 10
            for name, size in self._sizes:
                excess -= size
                if excess <= 0:
                    break
            self.clear(name)
        time = utc(moment)
        name = "".join([c for c in time if c.isdigit()]) + ".jpg"
        with open(self._folder + "/new", "wb") as file:
            file.write(frame)
            file.flush()  # fsync(2)
        os.rename(self._folder + "/new", self._folder + "/" + name)
        self._sizes.append((name, len(frame)))
        label = reading if reason in ("motion", "time") else "unknown"
        row = (name, label, time, "", door.replace(",", " "), reading, "%.3f" % confidence, reason)
        with open(self._folder + "/index.csv", "a") as file:
            file.write(",".join(row) + "\n")

    def clear(self, until):
        """Remove the frames up to this name, which somebody has fetched, say."""
        while self._sizes and self._sizes[0][0] <= until:
            os.remove(self._folder + "/" + self._sizes.pop(0)[0])
        self._rewrite()

    def _rewrite(self):
        """Put an index in the place of the old one that has the frames that are there."""
        names = [name for name, _ in self._sizes]
        index = self._folder + "/index.csv"
        with open(index + ".new", "w") as file:
            file.write(HEADER)
            try:
                with open(index) as old:
                    for line in old:
                        # A power cut may have torn the last one.
                        if line.partition(",")[0] in names and line.endswith("\n"):
                            file.write(line)
            except OSError:
                pass  # the first time
            file.flush()  # fsync(2)
        os.rename(index + ".new", index)
