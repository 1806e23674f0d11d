"""Clips of a door with the truth for every frame."""

import json
from pathlib import Path

import numpy as np

from mpycam.scenes import sensor
from mpycam.scenes.installation import door_region, is_ambiguous, is_open
from mpycam.scenes.scene import Scene, develop
from mpycam.scenes.story import Story

EXPOSURE_SECONDS = 0.6  # time constant of automatic exposure and white balance


def clip(installation, day, seconds, fps, seed, hours=None):
    """Yield (picture, truth) for each frame of a clip.

    `picture` is (H, W, 3) uint8; `truth` holds the frame number, its time in
    seconds from the start, the leaf's angle in degrees, whether the door is
    open, and whether the angle lies in the ambiguous band. The clip starts at
    `hours` of the day; without it so that the front lamp goes on in the evening
    a little after its middle.
    """
    if hours is None:
        hours = day.lamp_hours[-1][0] - 0.55 * seconds / 3600
    scene = Scene(installation, day, hours)
    story = Story(installation, seconds, seed)
    rng = np.random.default_rng([installation.seed, day.seed, seed, 61])
    adaption = 1 - np.exp(-1 / (fps * EXPOSURE_SECONDS))
    gain = None
    for frame in range(round(seconds * fps)):
        time = frame / fps
        angle, people = story.angle(time), story.people(time)
        light = scene.light(hours + time / 3600, angle, people)
        metered = np.log(sensor.metered_gain(light))
        gain = metered if gain is None else gain + adaption * (metered - gain)
        truth = {
            "frame": frame,
            "time": round(time, 3),
            "angle": round(angle, 2),
            "open": is_open(angle),
            "ambiguous": is_ambiguous(angle),
            "people": len(people),
        }
        yield develop(scene, light, rng, float(np.exp(gain))), truth


def write_clip(path, installation, day, seconds=60, fps=10, seed=0, hours=None, quality=75):
    """Write a clip as concatenated JPEGs, and the truth beside it as JSON; return the truth's path.

    The JSON object holds `fps`, `size` [width, height], `region` [x, y, width,
    height] around the door, and `frames`, one truth per frame as `clip` gives it.
    """
    path = Path(path)
    truths = []
    with path.open("wb") as file:
        for picture, truth in clip(installation, day, seconds, fps, seed, hours):
            file.write(sensor.jpeg(picture, quality))
            truths.append(truth)
    camera = installation.camera
    truth_path = path.with_suffix(".json")
    head = {
        "fps": fps,
        "size": [camera.width, camera.height],
        "region": list(door_region(installation)),
        "frames": truths,
    }
    truth_path.write_text(json.dumps(head, indent=1) + "\n")
    return truth_path
