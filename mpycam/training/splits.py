"""Which pictures teach, which choose, and which judge: later times and whole sessions, never neighbours."""

import numpy as np

from mpycam.errors import MpycamError

SHARES = (0.65, 0.15, 0.2)  # train, validation, test
NAMES = ("train", "validation", "test")
THUMBNAIL = 12


def split(samples, at_random=False, seed=0):
    """Return (splits, warnings): for each sample "train", "validation", "test", or "" for one left out.

    Splits that the samples bring along are kept. Otherwise whole sessions go to test from the end of time
    backwards, where that leaves every class in every split; else each class's pictures are cut in order of time,
    and neighbours at the cuts left out. A warning tells of pictures in test that look like ones in train.
    """
    if np.any(samples.splits != ""):
        splits = samples.splits.copy()
        if "validation" not in splits:
            train = np.flatnonzero(splits == "train")
            inner = _by_time(samples.select(train), (0.8, 0.2, 0.0))
            splits[train] = inner
    elif at_random:
        splits = _at_random(samples, seed)
    else:
        splits = _by_session(samples)
        if splits is None:
            splits = _by_time(samples, SHARES)
    _require_classes(samples, splits)
    return splits, _leakage(samples, splits)


def _require_classes(samples, splits):
    for name in NAMES:
        for index, label in enumerate(samples.classes):
            if not np.any((splits == name) & (samples.labels == index)):
                raise MpycamError(
                    f"no picture of {label!r} is left for {name}: label more of them, at more than one time of day"
                )


def find_sessions(samples):
    """A number per sample: the given sessions, or stretches between long pauses, or between changes of state."""
    if np.all(samples.sessions != ""):
        return np.unique(samples.sessions, return_inverse=True)[1]
    if not samples.one_clock:
        return np.zeros(len(samples), int)
    pauses = np.diff(samples.times)
    usual = np.median(pauses) if len(pauses) else 0.0
    starts = pauses > max(10 * usual, 1e-9)
    if np.sum(starts) < 5:
        # A session ends when the commonest state comes back.
        common = samples.labels == np.argmax(np.bincount(samples.labels))
        starts = starts | (common[1:] & ~common[:-1])
    return np.concatenate([[0], np.cumsum(starts)])


def _by_session(samples):
    sessions = find_sessions(samples)
    numbers = np.unique(sessions)
    # In order of time, the latest first.
    numbers = sorted(numbers, key=lambda number: -np.median(samples.times[sessions == number]))
    splits = np.full(len(samples), "train", dtype="<U10")
    position = 0
    for name, share in (("test", SHARES[2]), ("validation", SHARES[1])):
        while position < len(numbers) and not _is_served(samples, splits == name, share):
            splits[sessions == numbers[position]] = name
            position += 1
    served = [_is_served(samples, splits == name, share / 2) for name, share in zip(NAMES, (0.8, 0, 0), strict=True)]
    return splits if all(served) else None


def _is_served(samples, mask, share):
    counts = np.bincount(samples.labels[mask], minlength=len(samples.classes))
    return mask.mean() >= share and counts.min() >= max(1, 0.25 * share * np.bincount(samples.labels).min())


def _by_time(samples, shares):
    splits = np.full(len(samples), "", dtype="<U10")
    for label in range(len(samples.classes)):
        order = np.flatnonzero(samples.labels == label)
        count = len(order)
        gap = min(5, count // 50)
        cuts = np.round(np.cumsum(shares) * count).astype(int)
        start = 0
        for name, stop in zip(NAMES, cuts, strict=True):
            splits[order[start + (gap if start else 0) : stop]] = name
            start = stop
    return splits


def _at_random(samples, seed):
    generator = np.random.default_rng(seed)
    splits = np.full(len(samples), "", dtype="<U10")
    for label in range(len(samples.classes)):
        order = generator.permutation(np.flatnonzero(samples.labels == label))
        for name, part in zip(NAMES, np.split(order, np.round(np.cumsum(SHARES[:2]) * len(order)).astype(int)), strict=True):
            splits[part] = name
    return splits


def _leakage(samples, splits):
    """Test pictures nearer to a training picture than neighbours in time usually are to each other."""
    images = samples.images
    rows = np.linspace(0, images.shape[1], THUMBNAIL + 1).astype(int)[:-1]
    columns = np.linspace(0, images.shape[2], THUMBNAIL + 1).astype(int)[:-1]
    small = np.add.reduceat(np.add.reduceat(images.mean(3), rows, 1), columns, 2)
    small = small.reshape(len(samples), -1) / (images.shape[1] * images.shape[2] / THUMBNAIL**2)
    train, test = small[splits == "train"], small[splits == "test"]
    neighbours = np.abs(np.diff(train, axis=0)).mean(1)
    near = np.median(neighbours)
    distance = np.array([np.abs(train - picture).mean(1).min() for picture in test])
    share = float(np.mean(distance <= near))
    if share < 0.5:
        return []
    return [
        f"{share:.0%} of the test pictures look like training pictures as neighbouring frames do: "
        "the figures may be too good; record at other times of day, or name sessions"
    ]
