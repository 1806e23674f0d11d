"""The virtual camera's sources of pictures, and what is made of them."""

import asyncio
import io
import threading

import av
import numpy as np
import pytest
from jpegs import photo, save
from PIL import Image, ImageOps

from mpycam.camera.frames import BadRequest, Format, Frames, open_source
from mpycam.camera.frames.door_scene import ANGLE_STEP, OPEN_ANGLE, STILL_PICTURES, SWING_SECONDS, DoorScene
from mpycam.camera.frames.jpeg_files import JpegFiles, split
from mpycam.errors import MpycamError


def decoded(data):
    return Image.open(io.BytesIO(data)).convert("RGB")


def difference(one, other):
    return np.abs(np.asarray(one, int) - np.asarray(other, int)).mean()


# Splitting


def test_split_finds_images_between_anything():
    with_thumbnail = save(photo((64, 48)), "4:2:0", exif=b"Exif\0\0" + save(photo((16, 16)), "4:2:0"))
    pictures = [
        with_thumbnail,
        save(photo((40, 30), 1), "4:4:4", restart_marker_blocks=1),
        save(photo((33, 17), 2), "4:2:0", progressive=True),
    ]
    data = b"--myboundary\r\n" + b"\r\n\xff\xd8\r\n".join(pictures) + b"\xff"
    assert [data[found] for found in split(data)] == pictures


def test_split_leaves_out_what_is_not_whole():
    whole, other = save(photo((64, 48)), "4:2:0"), save(photo((64, 48), 1), "4:2:0")
    assert split(b"") == [] == split(b"\xff\xd8\xff")
    for length in range(len(whole)):
        data = whole[:length] + other
        found = [data[each] for each in split(data)]
        # A cut inside of a segment swallows the next image's first bytes with it, and nothing beyond that image.
        assert len(found) <= 1 and (not found or data.endswith(found[0])), length
    assert [other[each] for each in split(other + whole[:-1])] == [other]


def test_split_agrees_with_pillow_on_random_joins():
    random = np.random.default_rng(3)
    pictures = [save(photo((8 * n, 16), n), "4:2:0", quality=30 + n) for n in range(1, 12)]
    for _ in range(50):
        chosen = [pictures[n] for n in random.integers(0, len(pictures), 5)]
        fill = [bytes(random.integers(0, 255, random.integers(0, 20), np.uint8)) for _ in chosen]
        data = b"".join(a + b for a, b in zip(fill, chosen, strict=True))
        found = [data[each] for each in split(data)]
        assert [decoded(each).size for each in found] == [decoded(each).size for each in chosen]


# Formats


def test_format_is_read_from_a_url():
    assert Format.parse({}) == Format(None, None, 0)
    assert Format.parse({"resolution": "640x360", "compression": "0", "rotation": "90", "camera": "1"}) == Format(
        (640, 360), 0, 90
    )


@pytest.mark.parametrize(
    "query",
    [
        {"resolution": "641x360"}, {"resolution": "x"}, {"resolution": ""}, {"resolution": "-640x360"},
        {"resolution": "99999x99999"}, {"resolution": "640x360 "}, {"resolution": "６４０x360"}, {"compression": "101"},
        {"compression": "-1"}, {"compression": "x"}, {"compression": ""}, {"compression": "²"}, {"rotation": "45"},
        {"rotation": "360"}, {"camera": "2"}, {"camera": "quad"}, {"camera": ""},
    ],
)  # fmt: skip
def test_format_refuses(query):
    with pytest.raises(BadRequest, match=next(iter(query))):
        Format.parse(query)


@pytest.mark.parametrize("rotation, turn", [(0, 0), (90, 3), (180, 2), (270, 1)])
def test_rotation_is_clockwise_and_comes_after_the_resolution(rotation, turn):
    picture = photo((320, 240))
    wanted = Format((320, 240), 5, rotation)
    got = decoded(wanted.encode(picture))
    assert got.size == wanted.size((999, 1)) == ((240, 320) if rotation % 180 else (320, 240))
    assert difference(got, np.rot90(np.asarray(picture), turn)) < 6


@pytest.mark.parametrize("resolution", [(1280, 720), (640, 480), (320, 240), (160, 90)])
def test_scaling_crops_the_middle_and_keeps_squares_square(resolution):
    picture = photo((641, 362))
    got = decoded(Format(resolution, 0).encode(picture))
    assert got.size == resolution
    wanted = ImageOps.fit(picture, resolution, Image.Resampling.BICUBIC)
    assert difference(got.convert("L"), wanted.convert("L")) < 4


def test_compression_orders_sizes():
    picture = photo((320, 240))
    sizes = [len(Format(compression=value).encode(picture)) for value in range(0, 101, 10)]
    assert sizes == sorted(sizes, reverse=True) and sizes[0] > 4 * sizes[-1]
    assert len(Format().encode(picture)) == sizes[3]


# Sources


@pytest.fixture
def folder(tmp_path):
    """Three pictures and other files."""
    for number in range(3):
        (tmp_path / f"{number}.{'jpg' if number else 'JPEG'}").write_bytes(save(photo((320, 240), number), "4:2:0"))
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


def test_a_folder_and_an_mjpeg_file_show_their_files_in_turn(folder):
    files = [(folder / name).read_bytes() for name in ("0.JPEG", "1.jpg", "2.jpg")]
    (folder / "all.mjpeg").write_bytes(b"".join(files))
    for source in (open_source(str(folder), 5), open_source(str(folder / "all.mjpeg"), 5)):
        assert source.size == (320, 240) and source.fps == 5
        keys = [source.key(seconds) for seconds in (0, 0.19, 0.21, 0.41, 0.61)]
        assert [source.jpeg(key) for key in keys] == [files[n] for n in (0, 0, 1, 2, 0)]
        assert difference(source.picture(1), decoded(files[1])) == 0


@pytest.mark.parametrize("name", ["nothing", "empty.mjpeg", "none", "bad.jpg", "scene:x", "scene:1:2:3", "bad.mp4"])
def test_what_cannot_be_a_source_is_refused(tmp_path, name):
    (tmp_path / "empty.mjpeg").write_bytes(b"")
    (tmp_path / "bad.jpg").write_bytes(b"\xff\xd8\xff\xd9 is no picture")
    (tmp_path / "bad.mp4").write_bytes(b"no video")
    (tmp_path / "none").mkdir()
    with pytest.raises(MpycamError, match=name.partition(":")[0]):
        open_source(name if name.startswith("scene") else str(tmp_path / name))


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    """Ten pictures, each brighter than the one before, 5 a second."""
    path = tmp_path_factory.mktemp("video") / "steps.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for number in range(10):
            picture = np.full((96, 160, 3), 20 + 20 * number, np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path


def test_a_video_is_played_again_and_again(video):
    source = open_source(str(video))
    assert source.size == (160, 96) and source.fps == 5 and source.jpeg(0) is None
    for number in (0, 1, 3, 9, 10, 12, 21, 29):
        level = np.asarray(source.picture(source.key(number / 5 + 0.01))).mean()
        assert abs(level - (20 + 20 * (number % 10))) < 8, number
    # One that has passed is answered with the last one; after a long time without viewers the film goes on.
    assert abs(np.asarray(source.picture(3)).mean() - 200) < 8
    assert abs(np.asarray(source.picture(29 + 50_000_000)).mean() - (20 + 20 * (39 % 10))) < 8


def test_a_video_is_played_past_what_is_damaged(video, tmp_path):
    data = bytearray(video.read_bytes())
    start = data.index(b"mdat") + 200
    data[start : start + 300] = bytes(300)
    (tmp_path / "damaged.mp4").write_bytes(data)
    source = open_source(str(tmp_path / "damaged.mp4"))
    assert {source.picture(number).size for number in range(0, 40, 3)} == {(160, 96)}


def test_a_real_video(shared_data):
    path = next((shared_data / "person_at_entrance").glob("*.mp4"))
    source = open_source(str(path))
    picture = source.picture(source.key(1))
    assert picture.size == source.size and np.asarray(picture).std() > 10


# The door


def test_the_door_swings_smoothly_and_can_be_turned_around():
    scene = DoorScene()
    scene.move(OPEN_ANGLE, 1.0)
    angles = [scene.angle(1 + n * SWING_SECONDS / 20) for n in range(21)]
    steps = np.diff(angles)
    assert angles[0] == 0 and angles[-1] == OPEN_ANGLE and (steps > 0).all() and steps.max() < 0.1 * OPEN_ANGLE
    halfway = scene.angle(1.7)
    scene.move(0, 1.7)
    assert scene.angle(1.7) == halfway and scene.angle(1.8) < halfway + 0.1 and scene.angle(10) == 0
    assert scene.state(1.7)["open"] and scene.state(1.7)["moving"] and not scene.state(10)["open"]


def test_a_door_at_rest_needs_few_pictures_and_a_swing_those_of_its_angles():
    scene = DoorScene()
    assert len({scene.key(n / 10) for n in range(1000)}) == STILL_PICTURES
    scene.move(OPEN_ANGLE, 200)
    keys = [scene.key(200 + n / 10) for n in range(16)]
    assert len(set(keys)) > 8 and {key[0] for key in keys} <= set(range(OPEN_ANGLE // ANGLE_STEP + 1))


def test_people_come_and_go_until_the_door_is_used_by_hand():
    scene = DoorScene()
    scene.let_people_come(5.0, seed=3)
    states = [scene.state(5 + n / 4) for n in range(240)]
    assert {state["open"] for state in states} == {True, False} and all(state["people"] for state in states)
    assert len({scene.key(5 + n / 10) for n in range(300)}) > 100
    scene.move(0, 300)
    assert not scene.state(310)["people"] and not scene.state(310)["open"]


def test_the_scene_shows_the_door():
    scene = DoorScene()
    closed, again = scene.picture((0, 14.0, 0, None)), scene.picture((0, 14.0, 1, None))
    opened = scene.picture((40, 14.0, 0, None))
    assert closed.size == scene.size
    assert 0 < difference(closed, again) < 5 < difference(closed, opened)
    assert scene.picture((0, 14.0, 0, None)) is closed
    night = scene.picture((0, 23.5, 0, None))
    assert difference(night.convert("L").convert("RGB"), night) == 0  # infrared has no colours


# Viewers


class Counting(JpegFiles):
    """A source that tells how often a picture was made, and in which threads."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.made, self.threads = 0, set()

    def picture(self, key):
        self.made += 1
        self.threads.add(threading.get_ident())
        return super().picture(key)


def test_many_viewers_cost_one_encoding_each_format():
    files = [save(photo((320, 240), n), "4:2:0") for n in range(2)]
    source = Counting(2, files.__getitem__, 0.001, "two")
    frames = Frames(source)

    async def look():
        formats = [Format((640, 480)), Format((160, 120)), Format(rotation=90)]
        await frames.start()
        got = await asyncio.gather(*(frames.jpeg(each) for each in formats * 20))
        later = [await frames.jpeg(each) for each in formats]
        own = await frames.jpeg(Format())
        await frames.stop()
        return got, later, own

    got, later, own = asyncio.run(look())
    assert source.made == 3 and len(source.threads) == 1
    assert own == files[0] and got == later * 20
    assert [decoded(each).size for each in later] == [(640, 480), (160, 120), (240, 320)]


def test_a_viewer_that_leaves_takes_nothing_from_the_others():
    async def look():
        frames = Frames(Counting(1, [save(photo((320, 240)), "4:2:0")].__getitem__, 1, "one"))
        await frames.start()
        leaving = asyncio.ensure_future(frames.jpeg(Format((640, 480))))
        staying = asyncio.ensure_future(frames.jpeg(Format((640, 480))))
        await asyncio.sleep(0)
        leaving.cancel()
        picture = await staying
        await frames.stop()
        return picture, frames.source.made

    picture, made = asyncio.run(look())
    assert decoded(picture).size == (640, 480) and made == 1


def test_the_cache_is_bounded(monkeypatch):
    monkeypatch.setattr("mpycam.camera.frames.frames.CACHE_BYTES", 20_000)
    source = Counting(1, [save(photo((320, 240)), "4:2:0")].__getitem__, 1, "one")

    async def look():
        frames = Frames(source)
        await frames.start()
        for compression in range(101):
            await frames.jpeg(Format(None, compression))
        await frames.stop()
        return frames

    frames = asyncio.run(look())
    assert source.made == 101
    assert sum(len(each) for each in frames._cache.values()) == frames._cached_bytes <= 20_000


def test_a_damaged_file_stays_as_it_is():
    whole = save(photo((320, 240)), "4:2:0")
    bad = whole[: len(whole) // 2]

    async def look():
        frames = Frames(JpegFiles(1, [bad].__getitem__, 1, "bad"))
        await frames.start()
        got = await frames.jpeg(Format()), await frames.jpeg(Format((160, 120)))
        await frames.stop()
        return got

    assert asyncio.run(look()) == (bad, bad)


def test_a_held_picture_stands_still():
    async def look():
        frames = Frames(JpegFiles(200, [save(photo((16, 16), n), "4:2:0") for n in range(200)].__getitem__, 1000, "n"))
        await frames.start()
        frames.hold(True)
        held = {await _after(frames, 0.003) for _ in range(5)}
        frames.hold(False)
        moving = {await _after(frames, 0.003) for _ in range(5)}
        frames.hold(True)
        frames.show(JpegFiles(1, [b"".join([save(photo((8, 8)), "4:2:0")])].__getitem__, 1, "new"))
        shown = await frames.jpeg(Format())
        await frames.stop()
        return held, moving, shown

    async def _after(frames, seconds):
        await asyncio.sleep(seconds)
        return await frames.jpeg(Format())

    held, moving, shown = asyncio.run(look())
    assert len(held) == 1 and len(moving) > 1 and decoded(shown).size == (8, 8)
