"""Follows detections from frame to frame: Norfair's tracker (its version 2.2), with its numbers and its defaults.

    tracker = Tracker(distance_function="iou", distance_threshold=0.7)
    for boxes in frames:
        for person in tracker.update([Detection(box) for box in boxes]):
            print(person.id, person.estimate)

Deviations: a point that is seen for the first time is placed where it is seen
also when others of the same detection have low scores (Norfair mixes up the
coordinates there). A distance function of one's own gets the detection and the
object; `flat` of both is a plain list of coordinates, which is quicker here
than `points` and `estimate`, which are arrays. SciPy's distances are there by
the names in distances.py only.
"""

from ulab import numpy as np

import distances
from kalman import KalmanFactory

_last_global_id = 0


def _next_global_id():
    global _last_global_id
    _last_global_id += 1
    return _last_global_id


class Detection:
    """What was seen in one frame: a point or several, such as two corners of a box.

    `points` is an array or nested lists of shape (points, 2 or 3), or one
    point; `scores` a number for all points or one for each. `data`, `label`
    and `embedding` are carried along; different labels never match.
    """

    def __init__(self, points, scores=None, data=None, label=None, embedding=None):
        rows = points.tolist() if hasattr(points, "tolist") else list(points)
        if rows and not isinstance(rows[0], (list, tuple)):
            rows = [rows]
        if not rows or not all([len(row) == len(rows[0]) for row in rows]) or len(rows[0]) not in (2, 3):
            raise ValueError("need points of 2 or 3 coordinates, have %s" % (points,))
        self.dimensions = len(rows[0])
        try:
            self.flat = [float(number) for row in rows for number in row]
        except TypeError:
            raise ValueError("need points in at most 2 dimensions, have %s" % (points,))
        count = len(rows)
        if scores is not None:
            scores = [scores] * count if isinstance(scores, (int, float)) else list(scores)
            if len(scores) != count:
                raise ValueError("need %d scores, have %d" % (count, len(scores)))
        self.scores = scores
        self.data = data
        self.label = label
        self.embedding = embedding
        self.age = None

    @property
    def points(self):
        """The points as an array of shape (points, 2 or 3)."""
        return np.array(self.flat).reshape((len(self.flat) // self.dimensions, self.dimensions))


class TrackedObject:
    """Something that is followed; the tracker gives the same one in every frame."""

    def __init__(self, tracker, detection, period):
        self._tracker = tracker
        self.dimensions = detection.dimensions
        self.label = detection.label
        self.age = 0
        self.hit_counter = period
        self.reid_hit_counter = None
        self.initial_period = period
        self.is_initializing = True
        self.id = self.global_id = None
        tracker._initializing += 1
        self.initializing_id = tracker._initializing
        self.last_detection = detection
        self.last_distance = self.current_min_distance = None
        self.past_detections = []
        self._filter = tracker._filters.create(detection.flat)
        count = len(detection.flat) // detection.dimensions
        seen = tracker._seen(detection) or [True] * count
        self.detected_at_least_once_points = seen
        self.point_hit_counter = [1 if point else 0 for point in seen]
        self._remember(detection)
        self._initialize_if_due()

    @property
    def flat(self):
        """The estimated coordinates, point after point, in a list."""
        return self._filter.position

    @property
    def estimate(self):
        """The estimated points, as an array of shape (points, 2 or 3)."""
        return self._array(self._filter.position)

    @property
    def estimate_velocity(self):
        """The estimated velocities in the same shape, per frame."""
        return self._array(self._filter.velocity)

    def _array(self, flat):
        return np.array(flat).reshape((len(flat) // self.dimensions, self.dimensions))

    @property
    def live_points(self):
        """Which points were seen lately."""
        return [counter > 0 for counter in self.point_hit_counter]

    @property
    def hit_counter_is_positive(self):
        """Whether it is still followed."""
        return self.hit_counter >= 0

    def _initialize_if_due(self):
        if self.is_initializing and self.hit_counter > self._tracker.initialization_delay:
            self.is_initializing = False
            self._tracker.total_object_count += 1
            self.id = self._tracker.total_object_count
            self.global_id = _next_global_id()

    def _step(self):
        """Go on by one frame in which it was not yet seen."""
        if self.reid_hit_counter is not None:
            self.reid_hit_counter -= 1
        elif self.hit_counter <= 0:
            self.reid_hit_counter = self._tracker.reid_hit_counter_max
        self.hit_counter -= 1
        self.point_hit_counter = [counter - 1 for counter in self.point_hit_counter]
        self.age += 1
        self._filter.predict()

    def hit(self, detection, period=1):
        """Take a detection that is this object."""
        self._remember(detection)
        self.last_detection = detection
        self.hit_counter = min(self.hit_counter + 2 * period, self._tracker.hit_counter_max)
        self._initialize_if_due()
        seen = self._tracker._seen(detection)
        most = max(self._tracker.pointwise_hit_counter_max, period)
        counters = self.point_hit_counter
        for point in range(len(counters)):
            more = 2 * period if seen is None or seen[point] else 0
            counters[point] = max(0, min(counters[point] + more, most))
        if seen is None and all(self.detected_at_least_once_points):
            self._filter.update(detection.flat)
            return
        seen = seen or [True] * len(counters)
        first = [now and not before for now, before in zip(seen, self.detected_at_least_once_points)]
        coordinates = range(len(detection.flat))
        self._filter.update(detection.flat, [seen[i // self.dimensions] for i in coordinates])
        for i in coordinates:
            if first[i // self.dimensions]:
                self._filter.place(i, detection.flat[i])
        self.detected_at_least_once_points = [a or b for a, b in zip(seen, self.detected_at_least_once_points)]

    def merge(self, other):
        """Go on as `other`, which turned out to be the same: with its place, under the own identity."""
        self.reid_hit_counter = None
        self.hit_counter = self.initial_period * 2
        self.point_hit_counter = other.point_hit_counter
        self.last_distance = other.last_distance
        self.current_min_distance = other.current_min_distance
        self.last_detection = other.last_detection
        self.detected_at_least_once_points = other.detected_at_least_once_points
        self._filter = other._filter
        for detection in other.past_detections:
            self._remember(detection)

    def _remember(self, detection):
        """Keep some detections, spread over the object's life."""
        most = self._tracker.past_detections_length
        if not most:
            return
        if len(self.past_detections) >= most:
            if self.age < self.past_detections[0].age * most:
                return
            self.past_detections.pop(0)
        detection.age = self.age
        self.past_detections.append(detection)

    def __repr__(self):
        place = ", ".join(["%.1f" % number for number in self.flat])
        return "<TrackedObject id=%s hit_counter=%d age=%d estimate=[%s]>" % (self.id, self.hit_counter, self.age, place)


class Tracker:
    """Keeps the objects.

    `distance_function` is a name of distances.py or a function of (detection,
    object); only what is nearer than `distance_threshold` matches. The other
    parameters are Norfair's: an object is given out when it was seen in more
    than `initialization_delay` frames, and for `hit_counter_max` frames at
    most after it was last seen. With `reid_distance_function`, one of (new
    object, lost object), a newcomer can turn out to be one that was lost up to
    `reid_hit_counter_max` frames ago.
    """

    def __init__(
        self,
        distance_function,
        distance_threshold,
        hit_counter_max=15,
        initialization_delay=None,
        pointwise_hit_counter_max=4,
        detection_threshold=0,
        filter_factory=None,
        past_detections_length=4,
        reid_distance_function=None,
        reid_distance_threshold=0,
        reid_hit_counter_max=None,
    ):
        if initialization_delay is None:
            initialization_delay = hit_counter_max // 2
        if not 0 <= initialization_delay < hit_counter_max:
            raise ValueError(
                "need an initialization_delay from 0 to %d, have %s" % (hit_counter_max - 1, initialization_delay)
            )
        if past_detections_length < 0:
            raise ValueError("need a past_detections_length of at least 0, have %s" % past_detections_length)
        self.distance_threshold = distance_threshold
        self.hit_counter_max = hit_counter_max
        self.initialization_delay = initialization_delay
        self.pointwise_hit_counter_max = pointwise_hit_counter_max
        self.detection_threshold = detection_threshold
        self.past_detections_length = past_detections_length
        self.reid_distance_threshold = reid_distance_threshold
        self.reid_hit_counter_max = reid_hit_counter_max
        self.tracked_objects = []
        self.total_object_count = 0
        self._distance = _function(distance_function)
        self._reid_distance = None if reid_distance_function is None else _function(reid_distance_function)
        self._filters = filter_factory or KalmanFactory()
        self._initializing = 0

    def _seen(self, detection):
        """Which points of a detection count as seen; None stands for all."""
        if detection.scores is None:
            return None
        return [score > self.detection_threshold for score in detection.scores]

    @property
    def current_object_count(self):
        """How many objects are followed now."""
        return len(self.get_active_objects())

    def get_active_objects(self):
        """The objects that are followed now, those that begin to be left out."""
        return [o for o in self.tracked_objects if not o.is_initializing and o.hit_counter >= 0]

    def update(self, detections=None, period=1):
        """Go on by one frame with its detections; return the objects that are followed.

        `period` is the number of frames since the last one with detections.
        """
        if self.reid_hit_counter_max is None:
            self.tracked_objects = [o for o in self.tracked_objects if o.hit_counter >= 0]
        else:
            self.tracked_objects = [
                o for o in self.tracked_objects if o.reid_hit_counter is None or o.reid_hit_counter >= 0
            ]
        alive = [o for o in self.tracked_objects if o.hit_counter >= 0]
        dead = [o for o in self.tracked_objects if o.hit_counter < 0]
        for tracked in self.tracked_objects:
            tracked._step()
        left = list(detections or ())
        initialized = [o for o in alive if not o.is_initializing]
        beginners = [o for o in alive if o.is_initializing]
        hit = lambda tracked, detection: tracked.hit(detection, period)  # noqa: E731
        left, _, missed = _match(self._distance, self.distance_threshold, left, initialized, hit)
        left, newcomers, _ = _match(self._distance, self.distance_threshold, left, beginners, hit)
        if self._reid_distance:
            _match(self._reid_distance, self.reid_distance_threshold, newcomers, missed + dead, self._merge)
        for detection in left:
            self.tracked_objects.append(TrackedObject(self, detection, period))
        return self.get_active_objects()

    def _merge(self, tracked, newcomer):
        tracked.merge(newcomer)
        self.tracked_objects.remove(newcomer)


def _function(distance):
    if isinstance(distance, str):
        return distances.by_name(distance)
    if not callable(distance):
        raise ValueError("need a distance's name or a function, have %s" % (distance,))
    return distance


def _match(distance, threshold, candidates, objects, take):
    """Give each object the candidate that is nearest, the nearest pair of all first, each at most once.

    Returns the candidates that are left, the objects that got one, and those
    that did not. Greedy instead of optimal as a whole: the pair that is most
    certain is never broken up for the sake of others.
    """
    pairs = []
    for tracked in objects:
        best = None
        for candidate in candidates:
            if candidate.label != tracked.label:
                continue
            value = distance(candidate, tracked)
            if value != value:
                raise ValueError("need a distance, have NaN for %s" % (tracked,))
            if value < threshold:
                pairs.append((value, len(pairs), candidate, tracked))
                if best is None or value < best:
                    best = value
        tracked.current_min_distance = best
    pairs.sort()
    taken, matched = [], []
    for value, _, candidate, tracked in pairs:
        if candidate not in taken and tracked not in matched:
            taken.append(candidate)
            matched.append(tracked)
            take(tracked, candidate)
            if not isinstance(candidate, TrackedObject):
                tracked.last_distance = value
    return (
        [candidate for candidate in candidates if candidate not in taken],
        matched,
        [tracked for tracked in objects if tracked not in matched],
    )
