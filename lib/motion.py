"""Where something moves: a cheap first stage before a network, and a reason to keep a frame.

The steps and their defaults are those of Frigate's improved motion detector, on pictures of 100 rows as there:
contrast, blur, difference to a background that follows slowly, threshold, dilation, connected parts. Deviations:

- The first frame is the background.
- The levels of the contrast are whole; after that all is in single precision.
- Holes do not count into the area of a part.
- The whole picture is asked for, in the working size: `ujpeg.decode(frame, format="gray", size=working_size(w, h))`.
"""

from collections import deque

from geometry import Point, Rectangle
from ulab import numpy as np

ROWS = 100
# A Gaussian of sigma 1, cut off behind the neighbours.
SIDE, MIDDLE = 0.27406862, 0.45186276
CONTRAST_FRAMES = 50
CALIBRATED_FRACTION, CALIBRATED_BOXES = 0.05, 4
PERSISTENT_FRAMES = 10


def working_size(width, height, rows=ROWS):
    """(width, height) of the small picture for one of another size.

    >>> working_size(1920, 1080)
    (177, 100)
    """
    return max(1, rows * width // height), rows


class MotionDetector:
    """Compares each gray picture with the background so far.

    threshold: levels of gray by which a pixel has to differ; contour_area: pixels that a part has to exceed;
    frame_alpha: share of a frame in the background, delta_alpha: while it is calibrating; lightning_threshold: the
    share of changed pixels above which it calibrates anew; contrast: whether contrast is stretched first;
    mask: a bool array, True where nothing is looked at.

    `fraction` is the share of the last picture that moved, `calibrating` whether the background is still being found.
    """

    def __init__(
        self,
        threshold=30,
        contour_area=10,
        frame_alpha=0.01,
        delta_alpha=0.2,
        lightning_threshold=0.8,
        contrast=True,
        mask=None,
    ):
        self.calibrating = True
        self.fraction = 0.0
        self._threshold = threshold
        self._contour_area = contour_area
        self._frame_alpha = frame_alpha
        self._delta_alpha = delta_alpha
        self._lightning_threshold = lightning_threshold
        # The darkest and brightest levels of the last frames, and their sums; Frigate, too, begins with the widest.
        self._levels = deque([(0, 255)] * CONTRAST_FRAMES, CONTRAST_FRAMES) if contrast else None
        self._sums = [0, 255 * CONTRAST_FRAMES]
        self._keep = None if mask is None else np.array(mask == 0, dtype=np.float32)
        self._background = None
        self._moving = 0

    def detect(self, gray):
        """The Rectangles, in fractions of the picture, around what moves in a uint8 array (height, width).

        ValueError: another size than before, or than the mask's.
        """
        frame = self._prepared(gray)
        if self._background is None:
            self._background = frame
            return []
        difference = frame - self._background
        changed = abs(difference) > self._threshold
        height, width = gray.shape
        boxes = []
        total = 0
        if np.any(changed):
            for area, left, top, right, bottom in components(dilate(changed)):
                total += area
                if area > self._contour_area:
                    boxes.append(Rectangle(Point(left / width, top / height), Point(right / width, bottom / height)))
        self.fraction = total / (width * height)
        if self.fraction < CALIBRATED_FRACTION and len(boxes) <= CALIBRATED_BOXES:
            self.calibrating = False
        elif self.fraction > self._lightning_threshold:
            self.calibrating = True
        self._moving = self._moving + 1 if boxes else 0
        # What moves gets into the background only if it stays.
        if not boxes or self._moving >= PERSISTENT_FRAMES:
            difference *= self._delta_alpha if self.calibrating else self._frame_alpha
            self._background += difference
        return boxes

    def _prepared(self, gray):
        low, high = 0, 255
        if self._levels:
            low, high = self._contrast(gray)
            gray = np.maximum(np.minimum(gray, high), low)
        frame = np.array(gray, dtype=np.float32)
        frame -= low
        frame *= 255 / (high - low)
        if self._keep is not None:
            frame *= self._keep
        return blur(frame)

    def _contrast(self, gray):
        """The levels that become black and white."""
        counts = np.cumsum(np.bincount(gray.flatten(), minlength=256))
        levels = [int(np.searchsorted(counts, gray.size * share)) for share in (0.04, 0.96)]
        if levels[0] < levels[1]:
            old = self._levels.popleft()
            self._levels.append(levels)
            self._sums = [total + new - past for total, new, past in zip(self._sums, levels, old)]
        return [total // CONTRAST_FRAMES for total in self._sums]


def blur(image):
    """A float array (height, width), each item mixed with the ones around it; beyond the edge they repeat."""
    height, width = image.shape
    # Long runs of items are what ulab is fast with, so rows follow each other here, and their ends are mended.
    flat = image.reshape((height * width,))
    sides = flat * SIDE
    across = flat * MIDDLE
    _add(across[1:], sides[:-1])
    _add(across[:-1], sides[1:])
    across, sides = across.reshape(image.shape), sides.reshape(image.shape)
    _add(across[:, 0], sides[:, 0])
    _add(across[:, -1], sides[:, -1])
    _add(across[1:, 0], -sides[:-1, -1])
    _add(across[:-1, -1], -sides[1:, 0])
    sides = across * SIDE
    across *= MIDDLE
    _add(across[1:], sides[:-1])
    _add(across[:-1], sides[1:])
    _add(across[0], sides[0])
    _add(across[-1], sides[-1])
    return across


def _add(place, items):
    """Add to the items that a view shows."""
    place += items


def dilate(mask):
    """A bool array (height, width) in which the eight neighbours of what is True are, too."""
    wide = mask.copy()
    wide[:, 1:] |= mask[:, :-1]
    wide[:, :-1] |= mask[:, 1:]
    result = wide.copy()
    result[1:] |= wide[:-1]
    result[:-1] |= wide[1:]
    return result


def components(mask):
    """The parts of a bool array (height, width) that hang together, by corners too.

    A list of (area, left, top, right, bottom) in pixels, right and bottom behind the last ones. The area is that of
    the polygon through the middles of the outermost pixels, as OpenCV's contourArea() has it, without holes.
    """
    height, width = mask.shape
    padded = np.zeros(height * (width + 1) + 1, dtype=np.bool)
    padded[1:].reshape((height, width + 1))[:, :-1] = mask
    # Where runs begin and end, by turns.
    changes = np.nonzero(padded[1:] != padded[:-1])[0].tolist()
    parts: list[list] = []  # twice the area, then the sides
    merged: list[int] = []  # for each part the one that it went into, itself for one that is left
    above: list[tuple] = []  # (begin, end, part) of the runs of the row above
    row: list[tuple] = []
    y = position = left = 0  # the row, and where it begins among the changes
    for index in range(0, len(changes), 2):
        begin = changes[index] - left
        if begin > width:
            skipped = begin // (width + 1)
            y += skipped
            left += skipped * (width + 1)
            begin = changes[index] - left
            above = row if skipped == 1 else []
            row = []
            position = 0
        end = changes[index + 1] - left
        number = -1
        area = 0
        while position < len(above) and above[position][1] < begin:
            position += 1
        other = position
        while other < len(above):
            other_begin, other_end, touched = above[other]
            if other_begin > end:
                break
            overlap = (end if end < other_end else other_end) - (begin if begin > other_begin else other_begin)
            if overlap > 0:
                area += 2 * overlap - 2 + (begin != other_begin) + (end != other_end)
            while merged[touched] != touched:
                touched = merged[touched]
            if number < 0:
                number = touched
            elif number != touched:
                _extend(parts[number], *parts[touched])
                merged[touched] = number
            other += 1
        if number < 0:
            number = len(parts)
            parts.append([area, begin, y, end, y + 1])
            merged.append(number)
        else:
            _extend(parts[number], area, begin, y, end, y + 1)
        row.append((begin, end, number))
    return [(part[0] / 2,) + tuple(part[1:]) for number, part in enumerate(parts) if merged[number] == number]


def _extend(part, area, left, top, right, bottom):
    part[0] += area
    if left < part[1]:
        part[1] = left
    if top < part[2]:
        part[2] = top
    if right > part[3]:
        part[3] = right
    if bottom > part[4]:
        part[4] = bottom
