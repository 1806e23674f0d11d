"""Where in the picture of a fixed camera the classes differ: small ridge classifiers on windows all over it.

Every window of several sizes gets a linear classifier of its own on a few numbers that say how the window looks,
whatever the light; how much of the truth it tells about other times (in cross-validation) is the window's score.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from mpycam.training.splits import find_sessions

PIXELS = 320 * 180  # of a picture that is looked at
LOOKED_AT = 600  # pictures at most
CELL = 4  # pixels
FIELDS = 4  # of a window along each side
SCALES = (1, 2, 3, 4, 6)  # cells of a field along each side
FOLDS = 5
MAP = 96  # places of the map of evidence along each side
RIDGE = 0.1  # of the variance of a feature
# Nothing is proposed below this score and this over the root of the pictures' number: what tells may be anywhere.
LEAST, BY_CHANCE = 0.4, 1.0
NEARLY = 0.97
LEVELS = (0.8, 0.4)  # of the best place's score, that the places of the first and second proposal reach
MARGIN = 0.35  # of a proposal's side, around it
NARROWEST = 0.15  # side of a proposal, of the picture's
LARGEST = 0.5  # proposal, of the picture's area
ALIKE = 0.6  # of the area of two proposals together is in both


@dataclass
class Evidence:
    """How much windows tell: of each its box (x, y, width, height) in fractions of the picture, and its score."""

    boxes: np.ndarray  # (windows, 4)
    scores: np.ndarray  # (windows,): part of the variance between the classes that is explained; 1 is all
    count: int  # pictures that were looked at

    @property
    def best(self):
        """The index of the smallest window that tells nearly as much as any."""
        areas = self.boxes[:, 2] * self.boxes[:, 3]
        good = self.scores >= NEARLY * self.scores.max()
        return int(np.lexsort((-self.scores, np.where(good, areas, np.inf).round(6)))[0])

    def map(self, height, width):
        """The mean score at each place, (height, width), of windows no larger than the best: larger ones see more
        than what tells."""
        total, count = np.zeros((2, height, width), np.float32)
        areas = self.boxes[:, 2] * self.boxes[:, 3]
        for (x, y, w, h), score, area in zip(self.boxes, self.scores, areas, strict=True):
            if area <= 1.01 * areas[self.best]:
                part = np.s_[int(y * height) : int(np.ceil((y + h) * height)), int(x * width) : int(np.ceil((x + w) * width))]
                total[part] += max(0.0, score)
                count[part] += 1
        return total / np.maximum(count, 1)


def propose(found):
    """Up to two boxes (x, y, width, height), in fractions of the picture, around where the Evidence is best."""
    if found.scores.max() < LEAST + BY_CHANCE / found.count**0.5:
        return []
    x, y, width, height = found.boxes[found.best]
    values = found.map(MAP, MAP)
    inside = np.zeros((MAP, MAP), bool)
    inside[int(y * MAP) : int((y + height) * MAP), int(x * MAP) : int((x + width) * MAP)] = True
    boxes = []
    for level in LEVELS:
        rows, columns = np.nonzero(_connected(inside | (values >= level * values[inside].max()), inside))
        sides = [_widened(side.min() / MAP, (side.max() + 1) / MAP) for side in (columns, rows)]
        box = (sides[0][0], sides[1][0], sides[0][1], sides[1][1])
        if box[2] * box[3] <= LARGEST and all(_overlap(box, other) < ALIKE for other in boxes):
            boxes.append(box)
    return boxes


def _connected(mask, found):
    """The part of a mask (rows, columns) that hangs together with the part `found` of it."""
    while True:
        grown = found.copy()
        grown[1:] |= found[:-1]
        grown[:-1] |= found[1:]
        grown[:, 1:] |= found[:, :-1]
        grown[:, :-1] |= found[:, 1:]
        grown &= mask
        if np.array_equal(grown, found):
            return found
        found = grown


def _widened(low, high):
    """(start, length) of a stretch of 0 to 1 with a margin around it."""
    length = min(1.0, max(NARROWEST, (high - low) * (1 + 2 * MARGIN)))
    return float(np.clip((low + high - length) / 2, 0, 1 - length)), float(length)


def _overlap(one, other):
    """The part of the area of two boxes together that is in both."""
    across, down = (
        max(0.0, min(one[axis] + one[axis + 2], other[axis] + other[axis + 2]) - max(one[axis], other[axis]))
        for axis in range(2)
    )
    both = across * down
    return both / (one[2] * one[3] + other[2] * other[3] - both)


def folds(samples):
    """A fold (n,) of each sample, so that what lies near in time is in one: sessions where there are enough."""
    sessions = find_sessions(samples)
    numbers, counts = np.unique(sessions, return_counts=True)
    if len(numbers) >= FOLDS:
        ordered = sorted(numbers, key=lambda number: np.median(samples.times[sessions == number]))
        ends = np.cumsum([counts[numbers == number][0] for number in ordered])
        fold_of = dict(zip(ordered, (ends - 1) * FOLDS // ends[-1], strict=True))
        found = np.array([fold_of[number] for number in sessions])
        if all(_teaches(samples.labels[found != fold], len(samples.classes)) for fold in range(FOLDS)):
            return found
    found = np.zeros(len(samples), int)
    for label in range(len(samples.classes)):
        members = np.flatnonzero(samples.labels == label)
        found[members] = np.arange(len(members)) * FOLDS // len(members)
    return found


def _teaches(labels, classes):
    return np.bincount(labels, minlength=classes).min() > 0


def some(labels):
    """Indices of at most LOOKED_AT samples, spread over each class."""
    each = LOOKED_AT // len(np.unique(labels))
    chosen = [members[np.linspace(0, len(members) - 1, min(each, len(members))).astype(int)]
              for members in (np.flatnonzero(labels == label) for label in np.unique(labels))]  # fmt: skip
    return np.sort(np.concatenate(chosen))


def look_size(size):
    """(width, height) at which pictures of `size` (width, height) are looked at."""
    scale = min(1.0, (PIXELS / (size[0] * size[1])) ** 0.5)
    return tuple(max(FIELDS, round(side * scale / CELL)) * CELL for side in size)


def evidence(images, labels, fold):
    """The Evidence of pictures (n, height, width, 3) uint8 with labels and folds (n,)."""
    cells = _cells(images)
    targets, weights = _targets(torch.from_numpy(labels))
    fold = torch.from_numpy(fold)
    boxes, scores = [], []
    for scale in SCALES:
        fields = functional.avg_pool2d(cells, scale) if scale > 1 else cells
        rows, columns = fields.shape[2:]
        places = [(row, column) for row in _starts(rows) for column in _starts(columns)]
        step = scale * CELL
        for row, column in places:
            features = _features(fields[:, :, row : row + FIELDS, column : column + FIELDS])
            scores.append(_score(features, targets, weights, fold))
            boxes.append((column * step, row * step, FIELDS * step, FIELDS * step))
    height, width = images.shape[1:3]
    return Evidence(np.array(boxes) / (width, height, width, height), np.array(scores), len(images))


def _starts(count):
    return sorted({*range(0, count - FIELDS + 1, FIELDS // 2), count - FIELDS}) if count >= FIELDS else []


def _cells(images):
    """Means over cells (n, channels, rows, columns): luma, its gradients' sizes, colour, luma against the picture's."""
    parts = []
    for some in torch.from_numpy(images).split(64):
        levels = some.permute(0, 3, 1, 2).float()
        luma = levels.mean(1, keepdim=True)
        across = functional.pad((luma[..., 1:] - luma[..., :-1]).abs(), (0, 1))
        down = functional.pad((luma[..., 1:, :] - luma[..., :-1, :]).abs(), (0, 0, 0, 1))
        red, blue = levels[:, :1] - levels[:, 1:2], levels[:, 2:] - levels[:, 1:2]
        parts.append(functional.avg_pool2d(torch.cat([luma, across, down, red, blue], 1), CELL))
    cells = torch.cat(parts)
    overall = cells[:, :1].mean((2, 3), keepdim=True)
    return torch.cat([cells, torch.log((cells[:, :1] + 8) / (overall + 8))], 1)


def _features(fields):
    """Numbers (n, features) of how a window (n, channels, FIELDS, FIELDS) looks, each of mean 0 and variance 1."""
    luma = fields[:, :1]
    mean = luma.mean((2, 3), keepdim=True)
    shape = (luma - mean) / (luma.std((2, 3), keepdim=True) + 4)
    unusual = (shape - shape.median(0, keepdim=True).values).abs()
    edges = torch.log1p(8 * fields[:, 1:3] / (mean + 16))
    colour = fields[:, 3:5] / (mean + 16)
    features = torch.cat([shape, unusual, edges, colour, fields[:, 5:]], 1).flatten(1)
    features = features - features.mean(0)
    return features / (features.std(0) + 1e-3)


def _targets(labels):
    """(one-hot truths (n, classes) with a mean of 0, weights (n,) with a sum of 1), classes counting equally."""
    counts = torch.bincount(labels)
    weights = (1 / counts.float() / len(counts))[labels]
    return functional.one_hot(labels).float() - 1 / len(counts), weights


def _score(features, targets, weights, fold):
    """The part of the targets' variance that ridge regression tells of folds that it was not taught."""
    features = torch.cat([features, torch.ones(len(features), 1)], 1)
    weighted = features * weights[:, None]
    ridge = RIDGE * torch.eye(features.shape[1])
    ridge[-1, -1] = 1e-6
    error = 0.0
    for number in fold.unique():
        out = fold == number
        left = ~out
        share = weights[left].sum()
        matrix = weighted[left].T @ features[left] / share + ridge
        answer = torch.linalg.solve(matrix, weighted[left].T @ targets[left] / share)
        error += (weights[out, None] * (features[out] @ answer - targets[out]) ** 2).sum()
    return float(1 - error / (weights[:, None] * targets**2).sum())
