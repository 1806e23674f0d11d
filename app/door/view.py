"""Whether the camera sees what it is to see: not dark, not covered, not turned away, in focus.

Every measure is taken on a gray picture of the whole frame of SIZE pixels and
held against the same of a reference picture. The edges are what is compared, by
direction more than by strength, because they stay where they are when the light
changes. The limits come from rendered scenes: 12 installations on two days each,
at 14 hours of the day, with people and doors as they move, 1,008 pictures
against a reference of 11 o'clock (host_tests/test_app_view.py renders some).
"""

import gc

import ujpeg
from door.state import GOOD
from ulab import numpy as np

DARK, BLOCKED, MOVED, BLURRED = "dark", "blocked", "moved", "blurred"
SIZE = WIDTH, HEIGHT = 80, 45
# So many looks in a row must agree before a state changes: who walks by is gone by then.
AGREE = 3
# Gray levels below which nothing is seen any more; ordinary nights under infrared light have 130.
DARK_MEAN = 24
# Gradients of so many gray levels count half.
SOFT = 6
# A tile of the picture has edges from this mean strength on (0 to 1). The lens is covered when half of the
# tiles that had edges have none: at most 12 % have none on ordinary days, at least 67 % of a view covered to 70 %.
TILE_EDGES, COVERED = 0.15, 0.5
TILE_WIDTH, TILE_HEIGHT = 13, 8
# Correlation of the edges with the reference's: at least 0.23 on ordinary days, at most 0.19 where the
# picture is displaced by more than REACH. From SURE on their places need no search, and above ALIKE they are where
# they were.
LOST, SURE, ALIKE, REACH = 0.18, 0.5, 0.9, 6
# A displacement of so many pixels is told, where the edges fit there (ordinary days: at most 1; 3 % of the width: 2).
SHIFT, FIT, BETTER = 2, 0.3, 0.1
# Of a camera that is turned about its axis the left side is up and the right side down, or the other way: strips of
# the picture are displaced like that, the outer ones by so many pixels, and the edges fit better there by so much, as
# they do on no ordinary day (3 degrees: 1.6 pixels).
STRIPS, STRIP_WIDTH, TURNS, TURNED = 6, 11, (-3, -2, -1, 1, 2, 3), 0.02
# Second derivatives by first ones, beside the reference's.
SHARPNESS = 0.6


class _Look:
    """What is measured of one picture."""

    def __init__(self, picture):
        gray = np.array(picture, dtype=np.float32)
        self.mean = float(np.mean(gray))
        across = gray[1:-1, 2:] - gray[1:-1, :-2]
        down = gray[2:, 1:-1] - gray[:-2, 1:-1]
        strength = np.sqrt(across * across + down * down) + SOFT
        self.edges = np.zeros((2, HEIGHT - 2, WIDTH - 2), dtype=np.float32)
        self.edges[0], self.edges[1] = across / strength, down / strength
        edges = np.sum(self.edges * self.edges, axis=0)
        self.tiles = [
            float(np.mean(edges[top : top + TILE_HEIGHT, left : left + TILE_WIDTH]))
            for top in range(0, HEIGHT - TILE_HEIGHT, TILE_HEIGHT)
            for left in range(0, WIDTH - TILE_WIDTH, TILE_WIDTH)
        ]
        around = gray[:-2, 1:-1] + gray[2:, 1:-1] + gray[1:-1, :-2] + gray[1:-1, 2:]
        second = 4 * gray[1:-1, 1:-1] - around
        self.sharpness = float(np.mean(abs(second))) / (float(np.mean(strength)) - SOFT + 1)

    def displaced(self, right=0, down=0, first=REACH, last=WIDTH - 2 - REACH):
        """The edges in the columns from `first` to `last` and all rows but those within REACH, displaced so far."""
        return self.edges[:, REACH + down : HEIGHT - 2 - REACH + down, first + right : last + right]

    def turned(self, pixels):
        """The edges with the rightmost strip displaced down by so many pixels, the leftmost up, and those between."""
        strips = []
        for strip in range(STRIPS):
            first = REACH + strip * STRIP_WIDTH
            down = (2 * pixels * (2 * strip + 1 - STRIPS) + STRIPS - 1) // (2 * STRIPS - 2)
            strips.append(self.displaced(0, down, first, first + STRIP_WIDTH))
        return np.concatenate(strips, axis=2)


def correlation(mine, its):
    """That of edges with those of another picture."""
    squares = float(np.sum(mine * mine)) * float(np.sum(its * its))
    return float(np.sum(mine * its)) / (squares + 1e-9) ** 0.5


def compare(reference, look):
    """The state of the view by one look and the reference, both _Look; the latter may be None."""
    if look.mean < DARK_MEAN:
        return DARK
    if reference is None:
        return GOOD
    had = [place for place, tile in enumerate(reference.tiles) if tile >= TILE_EDGES]
    if sum([look.tiles[place] < TILE_EDGES for place in had]) > COVERED * len(had):
        return BLOCKED
    if look.sharpness < SHARPNESS * reference.sharpness:
        return BLURRED
    if len(had) < 2:
        return GOOD
    edges = reference.displaced()
    here = correlation(edges, look.displaced())
    if here > ALIKE:
        return GOOD
    turned = max([correlation(edges, look.turned(pixels)) for pixels in TURNS])
    if turned >= max(FIT, here + TURNED):
        return MOVED
    if here < SURE:
        best, shift = 0, 0
        for down in range(-REACH, REACH + 1):
            for right in range(-REACH, REACH + 1):
                best, shift = max(
                    (best, shift), (correlation(edges, look.displaced(right, down)), max(abs(right), abs(down)))
                )
            gc.collect()  # the arrays of a whole search would be megabytes
        if best < LOST or shift >= SHIFT and best >= FIT and best > here + BETTER:
            return MOVED
    return GOOD


class View:
    """The view over many looks; `state` is what AGREE of them in a row said."""

    def __init__(self, path):
        """`path` is where the reference is kept, as JPEG, or None; if there is none, the first steady view becomes it."""
        self.state = GOOD
        self._path = path
        self._seen, self._times = GOOD, 0
        self._reference = None
        try:
            if path:
                self._reference = _Look(ujpeg.decode(path, format="gray", size=SIZE))
        except (OSError, ValueError):
            pass  # there is none yet

    def look(self, picture):
        """Take a gray picture of SIZE; return whether the state changed. OSError: the reference cannot be kept."""
        look = _Look(picture)
        seen = compare(self._reference, look)
        self._times = self._times + 1 if seen == self._seen else 1
        self._seen = seen
        if self._times < AGREE:
            return False
        if self._reference is None and seen == GOOD and max(look.tiles) >= TILE_EDGES:
            self._reference = look
            if self._path:
                ujpeg.encode_to_file(picture, self._path, quality=95)
        changed, self.state = seen != self.state, seen
        return changed

    def forget(self):
        """Take the next steady view as the reference."""
        self._reference = None
        self._times = 0
