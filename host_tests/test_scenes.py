"""The renderer of door scenes: same seeds, same pictures; geometry; truth."""

import doctest
import io
import json

import numpy as np
import pytest
from PIL import Image

import mpycam.scenes
from mpycam.scenes import (
    CLOSED_BELOW,
    OPEN_ABOVE,
    Day,
    Installation,
    Person,
    Story,
    clip,
    door_region,
    render,
    write_clip,
)
from mpycam.scenes.geometry import Camera
from mpycam.scenes.installation import LEAF_THICKNESS, doorway_corners
from mpycam.scenes.leaf import Leaf
from mpycam.scenes.light import lighting
from mpycam.scenes.scene import Scene

SIZE = (160, 90)


def installation_like(**wanted):
    """The first small installation whose door or kind is as wanted."""
    for seed in range(200):
        installation = Installation.random(seed, SIZE)
        if all(
            getattr(installation.door, name, getattr(installation, name, None)) == value
            for name, value in wanted.items()
        ):
            return installation
    raise AssertionError(f"no installation with {wanted}")


def test_same_seeds_give_the_same_picture():
    person = Person(3, 0.3, -1.0, 1.0)
    first = render(Installation.random(5, SIZE), Day.random(2), 14.0, 30, (person,), seed=9)
    Scene(Installation.random(6, SIZE), Day.random(2))
    again = render(Installation.random(5, SIZE), Day.random(2), 14.0, 30, (person,), seed=9)
    assert first.shape == (90, 160, 3) and first.dtype == np.uint8
    np.testing.assert_array_equal(first, again)
    other = render(Installation.random(5, SIZE), Day.random(2), 14.0, 30, (person,), seed=10)
    assert (first != other).any()


def test_the_day_moves_things_and_light():
    installation = Installation.random(4, SIZE)
    one, two = (Scene(installation, Day.random(seed)) for seed in (1, 2))
    assert (one.seen.colour != two.seen.colour).any()
    np.testing.assert_array_equal(one.doorway.high, two.doorway.high)


@pytest.mark.parametrize("distortion", [0.0, 0.12])
def test_rays_and_projection_are_inverse(distortion):
    camera = Camera.aimed((0.3, -3.0, 2.2), (0.4, 0.0, 1.0), 0.02, 70.0, distortion, 64, 48)
    rays = camera.rays()
    points = np.array(camera.position) + rays * 2.5
    pixels, depth = camera.project(points)
    np.testing.assert_allclose(depth, 2.5, rtol=1e-5)
    columns, rows = np.meshgrid(np.arange(64) + 0.5, np.arange(48) + 0.5)
    np.testing.assert_allclose(pixels, np.stack([columns, rows], -1), atol=0.02)


@pytest.mark.parametrize("hinge", ["left", "right"])
@pytest.mark.parametrize("swing", ["in", "out"])
def test_closed_leaf_fills_the_frame(hinge, swing):
    door = installation_like(hinge=hinge, swing=swing).door
    outer, inner = door.faces(0.0)
    face = outer if swing == "out" else inner
    plane = 0.0 if swing == "out" else door.wall
    frame = doorway_corners(door) + (0, plane, 0)
    if hinge == "right":
        frame = frame[[1, 0, 3, 2]]
    np.testing.assert_allclose(face, frame, atol=1e-12)
    for angle in (0.0, 33.0, 90.0, 110.0):
        outer, inner = door.faces(angle)
        np.testing.assert_allclose(np.linalg.norm(outer - inner, axis=1), LEAF_THICKNESS)
        np.testing.assert_allclose(np.linalg.norm(face[0] - (outer if swing == "out" else inner)[0]), 0, atol=1e-12)
        np.testing.assert_allclose(np.linalg.norm(outer[1] - outer[0]), door.width)
    # Inwards is away from the camera.
    assert np.sign(door.faces(60.0)[0][1, 1]) == (1 if swing == "in" else -1)


@pytest.mark.parametrize("swing", ["in", "out"])
def test_open_door_shows_the_room_behind(swing):
    installation = installation_like(swing=swing)
    scene = Scene(installation, Day.random(1))
    camera, door = installation.camera, installation.door
    hours = 14.0
    bare = scene.light(hours, 0.0)
    opened = scene.light(hours, 95.0)
    # Look through the middle of the doorway on the latch's side: the still scene there lies behind the wall.
    x = door.width * (0.7 if door.hinge == "left" else 0.3)
    (column, row), _ = camera.project(np.array([x, 0.0, 1.0]))
    column, row = int(column), int(row)
    assert scene.seen.point[row, column, 1] > door.wall
    assert not np.allclose(bare[row, column], opened[row, column], rtol=0.02)
    # With the leaf nearly closed the leaf hides it, as seen along the same ray.
    leaf = Leaf(installation, 0.0)
    assert leaf.passes(np.array([[[x, 2.0, 1.0]]], np.float32), np.array([x, -2.0, 1.0]))[0, 0] < 0.05
    leaf = Leaf(installation, 95.0)
    assert leaf.passes(np.array([[[x, 2.0, 1.0]]], np.float32), np.array([x, -2.0, 1.0]))[0, 0] > 0.9


def test_region_contains_the_door_with_a_margin():
    for seed in range(25):
        installation = Installation.random(seed)
        x, y, w, h = door_region(installation)
        assert x >= 0 and y >= 0 and x + w <= 640 and y + h <= 360
        pixels, _ = installation.camera.project(doorway_corners(installation.door))
        assert (pixels > (x, y)).all() and (pixels < (x + w, y + h)).all()
        assert h > 0.36 * 360


def test_a_person_before_the_door_hides_it_and_one_behind_it_does_not_show():
    installation = installation_like(swing="in", kind="hall")
    region = door_region(installation)
    scene = Scene(installation, Day.random(1))
    middle = installation.door.width / 2
    empty = scene.light(14.0, 0.0)
    before = scene.light(14.0, 0.0, (Person(4, middle, -0.8, 1.6),))
    behind = scene.light(14.0, 0.0, (Person(4, middle, 0.9, 1.6),))
    x, y, w, h = region
    window = slice(y, y + h), slice(x, x + w)
    changed = np.abs(before - empty)[window].max(-1) > 0.05 * empty[window].mean()
    assert changed.mean() > 0.08
    cover = installation.leaf_textures[0][1]
    if (cover == 1).all():
        assert np.abs(behind - empty)[window].mean() < 0.01 * empty[window].mean()


def test_night_is_infrared_and_gray():
    installation = installation_like(kind="hall")
    day = Day.random(1)
    assert lighting(installation, day, 3.0).infrared
    assert not lighting(installation, day, 12.5).infrared
    night = render(installation, day, 3.0, 20)
    np.testing.assert_array_equal(night[..., 0], night[..., 2])
    noon = render(installation, day, 12.5, 20)
    assert (noon[..., 0] != noon[..., 2]).any()


def test_exposure_keeps_pictures_readable():
    for seed in (1, 3, 4):
        installation, day = Installation.random(seed, SIZE), Day.random(seed)
        for hours in (3.0, 9.0, 13.0, 21.0):
            picture = render(installation, day, hours, 0)
            assert 35 < picture.mean() < 215, (seed, hours, picture.mean())


def test_story_moves_the_leaf_smoothly_and_people_through_the_door():
    installation = Installation.random(6, SIZE)
    story = Story(installation, 60, seed=1)
    times = np.arange(0, 60, 0.05)
    angles = np.array([story.angle(time) for time in times])
    assert angles.min() >= -1e-9 and 20 < angles.max() <= 110
    assert np.abs(np.diff(angles)).max() < 15
    openings = np.diff((angles > OPEN_ABOVE).astype(int))
    assert (openings == 1).sum() >= 2 and (openings == -1).sum() >= 2
    crossings = 0
    for walk in story.walks:
        sides = {person.y > installation.door.wall for time in times if (person := walk.at(time))}
        crossings += len(sides) == 2
    assert crossings >= 1
    # Nobody walks through a closed leaf.
    for time, angle in zip(times, angles, strict=True):
        for person in story.people(time):
            if -0.1 < person.y < installation.door.wall + 0.1 and 0 < person.x < installation.door.width:
                assert angle > 30


def test_clip_and_its_truth(tmp_path):
    installation, day = Installation.random(6, SIZE), Day.random(3)
    path = tmp_path / "clip.mjpeg"
    truth = json.loads(write_clip(path, installation, day, seconds=24, fps=4, seed=1).read_text())
    assert truth["size"] == list(SIZE) and truth["region"] == list(door_region(installation))
    frames = path.read_bytes().split(b"\xff\xd8\xff")[1:]
    assert len(frames) == len(truth["frames"]) == 96
    for number, (frame, entry) in enumerate(zip(frames, truth["frames"], strict=True)):
        image = Image.open(io.BytesIO(b"\xff\xd8\xff" + frame))
        image.load()
        assert image.size == SIZE
        assert entry["frame"] == number and entry["time"] == number / 4
        assert entry["open"] == (entry["angle"] > OPEN_ABOVE)
        assert entry["ambiguous"] == (CLOSED_BELOW < entry["angle"] <= OPEN_ABOVE)
    assert {entry["open"] for entry in truth["frames"]} == {False, True}
    again = list(clip(installation, day, 24, 4, 1))
    assert [entry for _, entry in again] == truth["frames"]


def test_window_and_reduced_camera_see_the_same_scene():
    installation, day = installation_like(kind="hall"), Day.random(1)
    whole = Scene(installation, day).light(14.0, 50.0)
    part = Scene(installation, day, camera=installation.camera.windowed(32, 16, 60, 48)).light(14.0, 50.0)
    # Shadows are worked out on a coarse grid that starts at the window's edge.
    difference = np.abs(part - whole[16:64, 32:92]) / whole.mean()
    assert np.median(difference) < 0.002 and difference.mean() < 0.02
    small = Scene(installation, day, camera=installation.camera.reduced(2)).light(14.0, 50.0)
    mean = whole.reshape(45, 2, 80, 2, -1).mean((1, 3))
    assert np.abs(small - mean).mean() < 0.05 * mean.mean()


def test_example_in_the_documentation():
    assert doctest.testmod(mpycam.scenes) == (0, 2)
