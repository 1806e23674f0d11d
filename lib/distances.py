"""How far a detection is from a tracked object: functions of (detection, object) for the tracker.

Each takes two things with `flat`, a list of coordinates, point after point, of
`dimensions` each; most of them go by names as in Norfair.
"""


def iou(detection, tracked):
    """1 less the intersection over the union of two boxes, which are two points each: left top and right bottom."""
    left, top, right, bottom = detection.flat
    other_left, other_top, other_right, other_bottom = tracked.flat
    width = min(right, other_right) - max(left, other_left)
    height = min(bottom, other_bottom) - max(top, other_top)
    if width <= 0 or height <= 0:
        return 1.0
    common = width * height
    both = (right - left) * (bottom - top) + (other_right - other_left) * (other_bottom - other_top)
    return 1.0 - common / (both - common)


def frobenius(detection, tracked):
    """The root of the sum of all squared differences."""
    other = tracked.flat
    return sum([(a - other[i]) ** 2 for i, a in enumerate(detection.flat)]) ** 0.5


euclidean = frobenius


def mean_euclidean(detection, tracked):
    """The mean distance from point to point."""
    a, b, step = detection.flat, tracked.flat, detection.dimensions
    total = 0.0
    for start in range(0, len(a), step):
        total += sum([(a[i] - b[i]) ** 2 for i in range(start, start + step)]) ** 0.5
    return total / (len(a) // step)


def mean_manhattan(detection, tracked):
    """The mean over the points of the sum of the differences' amounts."""
    other = tracked.flat
    return sum([abs(a - other[i]) for i, a in enumerate(detection.flat)]) / (len(other) // detection.dimensions)


def cityblock(detection, tracked):
    """The sum of the differences' amounts."""
    other = tracked.flat
    return sum([abs(a - other[i]) for i, a in enumerate(detection.flat)])


def sqeuclidean(detection, tracked):
    """The sum of all squared differences."""
    other = tracked.flat
    return sum([(a - other[i]) ** 2 for i, a in enumerate(detection.flat)])


def chebyshev(detection, tracked):
    """The greatest difference."""
    other = tracked.flat
    return max([abs(a - other[i]) for i, a in enumerate(detection.flat)])


NAMES = {
    "iou": iou,
    "iou_opt": iou,
    "frobenius": frobenius,
    "euclidean": euclidean,
    "mean_euclidean": mean_euclidean,
    "mean_manhattan": mean_manhattan,
    "cityblock": cityblock,
    "sqeuclidean": sqeuclidean,
    "chebyshev": chebyshev,
}


def by_name(name):
    """The function of a name; ValueError with all names for another."""
    if name not in NAMES:
        raise ValueError("need a distance of %s, have '%s'" % (", ".join(sorted(NAMES)), name))
    return NAMES[name]


def create_keypoints_voting_distance(keypoint_distance_threshold, detection_threshold):
    """1 / (1 + points nearer than a threshold), where the scores of both sides are above the other threshold."""

    def distance(detection, tracked):
        a, b, step = detection.flat, tracked.flat, detection.dimensions
        mine, others = detection.scores, tracked.last_detection.scores
        matches = 0
        for point in range(len(a) // step):
            if mine[point] > detection_threshold and others[point] > detection_threshold:
                squares = [(a[i] - b[i]) ** 2 for i in range(point * step, point * step + step)]
                matches += sum(squares) ** 0.5 < keypoint_distance_threshold
        return 1 / (1 + matches)

    return distance


def create_normalized_mean_euclidean_distance(height, width):
    """The mean distance from point to point of a picture whose sides are taken as 1."""

    def distance(detection, tracked):
        a, b = detection.flat, tracked.flat
        total = 0.0
        for i in range(0, len(a), 2):
            total += (((a[i] - b[i]) / width) ** 2 + ((a[i + 1] - b[i + 1]) / height) ** 2) ** 0.5
        return total / (len(a) // 2)

    return distance
