"""What Norfair itself answers in a number of scenes: python host_tests/norfair_traces.py > host_tests/norfair_traces.json

Norfair wants an older NumPy than this project, so it runs in an environment of
its own (norfair==2.2.0), and its answers are kept in the JSON file.
"""

import json
import random
import sys

SCENES = [
    {"name": "boxes", "distance": "iou", "threshold": 0.7},
    {"name": "boxes at once", "distance": "iou", "threshold": 0.8, "hit_counter_max": 3, "initialization_delay": 0},
    {"name": "every third frame", "distance": "iou", "threshold": 0.9, "period": 3},
    {"name": "centres", "distance": "euclidean", "threshold": 30, "points": 1},
    {"name": "keypoints", "distance": "mean_euclidean", "threshold": 25, "points": 5, "hit_counter_max": 6},
    {"name": "labels", "distance": "mean_manhattan", "threshold": 60, "labels": ["car", "person", None]},
    {"name": "again", "distance": "euclidean", "threshold": 30, "points": 1, "hit_counter_max": 4, "again": True},
    {"name": "scores", "distance": "frobenius", "threshold": 40, "scores": True, "hit_counter_max": 8},
]
FRAMES = 60


def frames(scene):
    """The detections of each frame as (points, label, score): things that move, cross, hide and are seen late."""
    rng = random.Random(scene["name"])
    things = []
    for index in range(4):
        place = [rng.uniform(0, 300), rng.uniform(0, 200)]
        speed = [rng.uniform(-4, 4), rng.uniform(-4, 4)]
        things.append((place, speed, rng.uniform(20, 60), rng.choice(scene.get("labels", [None])), 5 * index))
    result = []
    for frame in range(FRAMES):
        seen = []
        for place, speed, size, label, first in things:
            place[0] += speed[0]
            place[1] += speed[1]
            hidden = rng.random() < 0.25 or (frame // 12) % 3 == 1 and size < 40
            points = []
            for point in range(scene.get("points", 2)):
                points.append([round(place[i] + size * point + rng.gauss(0, 1), 3) for i in (0, 1)])
            score = rng.choice([0.9, 0.6, 0.1]) if scene.get("scores") else None
            if frame >= first and not hidden and frame % scene.get("period", 1) == 0:
                seen.append([points, label, score])
        result.append(seen)
    return result


def options(scene):
    """The tracker's parameters by name."""
    given = {name: scene[name] for name in ("hit_counter_max", "initialization_delay") if name in scene}
    given |= {"distance_function": scene["distance"], "distance_threshold": scene["threshold"]}
    if scene.get("again"):
        given |= {"reid_distance_threshold": 60, "reid_hit_counter_max": 10}
    if scene.get("scores"):
        given |= {"detection_threshold": 0.5}
    return given


def main():
    """Print the answers as JSON: for each scene and frame (id, age, hit counter, distance, estimate) of each object."""
    import norfair
    import numpy as np

    answers = {}
    for scene in SCENES:
        given = options(scene)
        if scene.get("again"):
            given["reid_distance_function"] = lambda new, old: float(np.linalg.norm(new.estimate - old.estimate))
        tracker = norfair.Tracker(**given)
        trace = []
        for seen in frames(scene):
            detections = []
            for points, label, score in seen:
                scores = None if score is None else np.full(len(points), score)
                detections.append(norfair.Detection(np.array(points), scores=scores, label=label))
            tracker.update(detections or None, period=scene.get("period", 1))
            trace.append(
                [
                    [
                        thing.id,
                        thing.age,
                        thing.hit_counter,
                        None if thing.last_distance is None else round(float(thing.last_distance), 6),
                        [round(float(x), 5) for x in thing.estimate.flatten()],
                        [d.age for d in thing.past_detections],
                    ]
                    for thing in tracker.get_active_objects()
                ]
            )
        answers[scene["name"]] = trace
    json.dump(answers, sys.stdout, separators=(",", ":"))
    print()


if __name__ == "__main__":
    main()
