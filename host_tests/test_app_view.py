"""The view watcher: faults are seen once, ordinary days are no fault."""

import base64
import io
import json

import numpy as np
import pytest
from camera_python import evaluate
from door_app import brightness_model, watch
from PIL import Image, ImageFilter

from mpycam.scenes import Day, Installation, Story
from mpycam.scenes.scene import Scene, develop

SIZE = 320, 180


def jpeg(pixels):
    file = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).convert("RGB").save(file, "JPEG", quality=80)
    return file.getvalue()


def blurred(pixels, radius):
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(radius)))


def moved(pixels, part):
    """The camera turned to the right by a part of the width."""
    step = round(part * pixels.shape[1])
    return np.pad(pixels[:, step:], ((0, 0), (0, step), (0, 0)), "edge")


def turned(pixels, degrees):
    """The camera turned about its axis."""
    height, width, _ = pixels.shape
    wider = np.pad(pixels, ((height, height), (width, width), (0, 0)), "edge")
    return np.asarray(Image.fromarray(wider).rotate(degrees, Image.BICUBIC))[height:-height, width:-width]


@pytest.fixture(scope="module")
def days():
    """Per installation a list of pictures of two days and nights, the first of 11 o'clock: the reference."""
    found = []
    for seed in (3, 8):
        installation = Installation.random(seed, SIZE)
        rng = np.random.default_rng(seed)
        story = Story(installation, 600, seed)
        pictures = []
        for day in (Day.random(1000 + seed), Day.random(2000 + seed)):
            for hours in (11, 3, 7, 15, 19.5, 22):
                scene = Scene(installation, day, hours)
                for second in (0, rng.uniform(0, 600)):
                    people = story.people(second) if second else ()
                    light = scene.light(hours, story.angle(second), people)
                    pictures.append(develop(scene, light, rng))
        found.append(pictures)
    return found


SCRIPT = """
import binascii, ujpeg
from door.view import SIZE, _Look, compare
def look(text):
    return _Look(ujpeg.decode(binascii.a2b_base64(text), format="gray", size=SIZE))
for reference, *others in cases():
    reference = look(reference)
    print(json.dumps([compare(reference, look(other)) for other in others]))
"""


def answers(interpreter, tmp_path, cases):
    texts = [[base64.b64encode(jpeg(picture)).decode() for picture in pictures] for pictures in cases]
    return evaluate(interpreter, tmp_path, SCRIPT, texts)


def test_ordinary_days_are_good(interpreter, tmp_path, days):
    assert {state for states in answers(interpreter, tmp_path, days) for state in states} == {"good"}


def test_faults_are_seen(interpreter, tmp_path, days):
    rng = np.random.default_rng(5)
    faults = [
        ("dark", lambda picture: picture * 0.03 + rng.normal(4, 2, picture.shape)),
        ("blocked", lambda picture: np.full(picture.shape, 120) + rng.normal(0, 2, picture.shape)),
        ("moved", lambda picture: moved(picture, 0.06)),
        ("moved", lambda picture: turned(picture, 3)),
        ("moved", lambda picture: turned(picture, -3)),
        ("blurred", lambda picture: blurred(picture, 10)),
        ("blurred", lambda picture: blurred(picture, 4)),
    ]
    for state, damage in faults:
        cases = [[pictures[0], *(damage(picture) for picture in pictures[1::5])] for pictures in days]
        said = [one for states in answers(interpreter, tmp_path, cases) for one in states]
        assert said.count(state) >= len(said) - 1, (state, said)


def patches(seed):
    """A picture full of edges."""
    coarse = np.random.default_rng(seed).integers(40, 216, (9, 16), np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((160, 90), Image.NEAREST))


def test_said_once_and_once_when_it_is_back(interpreter, tmp_path):
    """Doors are unknown meanwhile, and a fault of one look is none."""
    model = brightness_model(tmp_path / "model.unn")
    room, hand, other = patches(1), np.full((90, 160), 200, np.uint8), patches(2)
    frames = [room] * 10 + [hand] * 2 + [room] * 10 + [hand] * 10 + [room] * 10 + [other] * 10
    (tmp_path / "clip.mjpeg").write_bytes(b"".join(map(jpeg, frames)))
    options = ["--source", tmp_path / "clip.mjpeg", "--model", model, "--view_interval", 0.2]
    doors = [{"name": name, "region": region} for name, region in (("a", [0, 0, 0.5, 1]), ("b", [0.5, 0, 0.5, 1]))]
    lines = watch(interpreter, *options, "--doors", json.dumps(doors), "--open_threshold", 0.5, "--close_threshold", 0.5)
    told = [(line["event"], line["state"]) for line in lines if line["event"] in ("view", "door")]
    assert told[0][0] == told[1][0] == "door"
    seen = [state for event, state in told[:2]]
    gone = [("door", "unknown")] * 2
    assert told[2:] == [("view", "blocked"), *gone, ("view", "good"), *(("door", state) for state in seen), ("view", "moved"), *gone]
    reasons = [line["reason"] for line in lines if line.get("state") == "unknown"]
    assert reasons == ["blocked", "blocked", "moved", "moved"]


def test_reference_is_kept(host, tmp_path):
    script = """
import ujpeg
from door.view import SIZE, View
for path, room, other in cases():
    rooms = [ujpeg.decode(name, format="gray", size=SIZE) for name in (room, other)]
    view = View(path)
    first = [view.look(rooms[0]) for _ in range(4)]
    again = View(path)
    states = []
    for _ in range(4):
        states.append((again.look(rooms[1]), again.state))
    again.forget()
    for _ in range(4):
        states.append((again.look(rooms[1]), again.state))
    print(json.dumps([first, states]))
"""
    for name, seed in (("room", 1), ("other", 2)):
        (tmp_path / f"{name}.jpg").write_bytes(jpeg(patches(seed)))
    paths = [str(tmp_path / f"{name}.jpg") for name in ("reference", "room", "other")]
    ((first, second),) = evaluate(host, tmp_path, script, [paths])
    assert first == [False] * 4
    assert [state for _, state in second[:4]] == ["good", "good", "moved", "moved"]
    assert [changed for changed, _ in second[:4]] == [False, False, True, False]
    assert [state for _, state in second[4:8]] == ["moved", "moved", "good", "good"]
