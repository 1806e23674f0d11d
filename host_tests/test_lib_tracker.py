"""lib/tracker.py against traces of Norfair itself."""

import json

import pytest
from camera_python import evaluate, run
from interpreters import ROOT
from norfair_traces import SCENES, frames, options

TRACES = json.loads((ROOT / "host_tests" / "norfair_traces.json").read_text())

TRACE = """
from tracker import Detection, Tracker
import distances
for given, period, again, scene in cases():
    if again:
        given["reid_distance_function"] = distances.euclidean
    tracker = Tracker(**given)
    trace = []
    for seen in scene:
        tracker.update([Detection(points, score, label=label) for points, label, score in seen], period)
        trace.append([
            [o.id, o.age, o.hit_counter, o.last_distance, o.flat, [d.age for d in o.past_detections]]
            for o in tracker.get_active_objects()
        ])
    print(json.dumps(trace))
"""


def test_traces_are_norfairs(interpreter, tmp_path):
    cases = [[options(scene), scene.get("period", 1), scene.get("again", False), frames(scene)] for scene in SCENES]
    for scene, trace in zip(SCENES, evaluate(interpreter, tmp_path, TRACE, cases), strict=True):
        expected = TRACES[scene["name"]]
        assert sum(map(len, expected)) > 20, scene["name"]
        for number, (found, wanted) in enumerate(zip(trace, expected, strict=True)):
            where = (scene["name"], number)
            assert [thing[:3] for thing in found] == [thing[:3] for thing in wanted], where
            for ours, theirs in zip(found, wanted, strict=True):
                assert ours[3] == (theirs[3] if theirs[3] is None else pytest.approx(theirs[3], abs=2e-5)), where
                assert ours[4] == pytest.approx(theirs[4], abs=2e-4), where
                assert ours[5] == theirs[5], where


def test_golden_point(interpreter):
    printed = run(interpreter, """
from tracker import Detection, Tracker
tracker = Tracker("euclidean", 10, hit_counter_max=5, initialization_delay=2)
for i in range(13):
    active = tracker.update([Detection([2 * i, 1])] if i < 6 else None)
    o = tracker.tracked_objects[0] if tracker.tracked_objects else None
    print(json.dumps([len(active), o and [o.flat[0], o.estimate_velocity[0][0], o.hit_counter, o.live_points[0]]]))
""")  # fmt: skip
    lines = [json.loads(line) for line in printed.splitlines()]
    assert [count for count, _ in lines] == [0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0]
    assert lines[-1][1] is None
    things = [thing for _, thing in lines[:-1]]
    x = [0, 1.470199, 2.885468, 4.750139, 6.91938, 9.170235, 10.818054, 12.465872]
    v = [0, 0.13245, 0.494304, 0.975973, 1.37842, 1.647818, 1.647818, 1.647818]
    assert [thing[0] for thing in things[:8]] == pytest.approx(x, abs=1e-6)
    assert [thing[1] for thing in things[:8]] == pytest.approx(v, abs=1e-6)
    assert [thing[2] for thing in things] == [1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 0, -1]
    assert [thing[3] for thing in things] == [True] * 9 + [False] * 3


def test_points_that_are_seen_late(interpreter):
    """The intent of Norfair, where its own mask mixes up the coordinates."""
    printed = run(interpreter, """
from tracker import Detection, Tracker
tracker = Tracker("euclidean", 1000, hit_counter_max=5, initialization_delay=0)
for scores in ((0.9, 0.1, 0.9), (0.9, 0.1, 0.9), (0.9, 0.9, 0.1)):
    thing, = tracker.update([Detection([[10, 20], [30, 40], [50, 60]], scores)])
print(json.dumps([thing.detected_at_least_once_points, thing.flat[2:4], thing.estimate_velocity.tolist()[1]]))
tracker.update()
print(json.dumps(thing.live_points))
""")  # fmt: skip
    (seen, place, velocity), live = [json.loads(line) for line in printed.splitlines()]
    assert (seen, place, velocity) == ([True, True, True], [30, 40], [0, 0])
    assert live == [True, True, True]


def test_distances(interpreter, tmp_path):
    cases = [
        ("iou", [[0, 0], [2, 2]], [[1, 1], [3, 3]], 1 - 1 / 7), ("iou", [[0, 0], [2, 2]], [[2, 0], [4, 2]], 1),
        ("iou", [[0, 0], [2, 2]], [[0, 0], [2, 2]], 0), ("frobenius", [[0, 0], [3, 4]], [[0, 0], [0, 0]], 5),
        ("mean_euclidean", [[0, 0], [3, 4]], [[0, 2], [0, 0]], 3.5), ("mean_manhattan", [[1, 1], [3, 4]], [[0, 0], [0, 0]], 4.5),
        ("cityblock", [[1, 1], [3, 4]], [[0, 0], [0, 0]], 9), ("sqeuclidean", [[3, 4]], [[0, 0]], 25),
        ("chebyshev", [[3, 4, 9]], [[0, 0, 1]], 8),
    ]  # fmt: skip
    script = """
import distances
from tracker import Detection
for name, a, b, _ in cases():
    print(distances.by_name(name)(Detection(a), Detection(b)))
"""
    found = evaluate(interpreter, tmp_path, script, cases)
    assert found == pytest.approx([expected for *_, expected in cases], abs=1e-12)


def test_keypoint_votes_and_normalised_distance(host):
    printed = run(host, """
import distances
from tracker import Detection, Tracker
vote = distances.create_keypoints_voting_distance(2, 0.5)
tracker = Tracker(vote, 0.5, initialization_delay=0)
tracker.update([Detection([[0, 0], [10, 10], [20, 20]], [0.9, 0.9, 0.4])])
thing, = tracker.get_active_objects()
near = Detection([[1, 0], [10, 13], [20, 20]], [0.9, 0.9, 0.9])
print(vote(near, thing))
near.scores[0] = 0.2
print(vote(near, thing))
print(distances.create_normalized_mean_euclidean_distance(100, 200)(Detection([[20, 30]]), Detection([[0, 0]])))
""")  # fmt: skip
    found = [float(line) for line in printed.splitlines()]
    assert found == pytest.approx([0.5, 1, (0.1**2 + 0.3**2) ** 0.5])


def test_what_is_refused(host):
    printed = run(host, """
from ulab import numpy as np
from tracker import Detection, Tracker
tracker = Tracker(lambda detection, tracked: float("nan"), 1, initialization_delay=0)
tracker.update([Detection([1, 2])])
for bad in (
    lambda: Detection([1, 2, 3, 4]), lambda: Detection([[[1, 2]]]), lambda: Detection([]), lambda: Detection([[1, 2], [1, 2, 3]]),
    lambda: Detection([1, 2], [1, 2]), lambda: Tracker("iou", 1, hit_counter_max=5, initialization_delay=5),
    lambda: Tracker("far", 1), lambda: Tracker(3, 1), lambda: Tracker("iou", 1, past_detections_length=-1),
    lambda: tracker.update([Detection([1, 2])]),
):
    try:
        bad()
        print("taken")
    except ValueError as error:
        print(error)
print(Detection(np.array([[1, 2], [3, 4]], dtype=np.uint8)).points.tolist())
print(len(Tracker("iou", 1).update()))
""")  # fmt: skip
    *refusals, points, none = printed.splitlines()
    assert len(refusals) == 10 and all(line.startswith("need ") for line in refusals)
    assert (points, none) == ("[[1.0, 2.0], [3.0, 4.0]]", "0")
