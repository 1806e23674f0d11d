"""lib/mjpeg.py against a plain reference that has all the bytes at once."""

import hashlib
import io
import random

from camera_python import evaluate
from PIL import Image

LIMIT = 20000


def picture(rng, size=None, thumbnail=False, **options):
    """A JPEG of noise, so that its scan data has stuffed bytes; with an EXIF thumbnail on request."""
    width, height = size or (rng.randrange(8, 60), rng.randrange(8, 60))
    image = Image.frombytes("RGB", (width, height), rng.randbytes(width * height * 3))
    exif = b"Exif\0\0" + picture(rng, (8, 8)) if thumbnail else b""
    file = io.BytesIO()
    image.save(file, "JPEG", exif=exif, **options)
    return file.getvalue()


def measure(data, start):
    """(length, None) of the image at `start`, or (None, where to search on)."""
    at = start + 2
    while True:
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        marker = data[at : at + 2]
        if marker == b"\xff\xd9" and at + 2 - start <= LIMIT:
            return at + 2 - start, None
        if len(marker) < 2 or marker[0] != 0xFF or marker[1] < 0xC0 or 0xD0 <= marker[1] <= 0xD9:
            return None, start + 2
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if len(data[at + 2 : at + 4]) < 2 or length < 2 or at + 2 + length > min(len(data), start + LIMIT):
            return None, start + 2
        at += 2 + length
        if marker[1] != 0xDA:
            continue
        # The end of the scan: a marker that is neither stuffing nor a restart nor a fill byte.
        while at < len(data) - 1 and not (data[at] == 0xFF and data[at + 1] not in (0, 0xFF, *range(0xD0, 0xD8))):
            at += 1
        if at >= len(data) - 1 or at + 2 - start > LIMIT:
            end = min(len(data), start + LIMIT)
            return None, end - (data[end - 1] == 0xFF and (end == len(data) or at + 1 >= end))
        if data[at + 1] == 0xD8:
            return None, at


def split(data):
    """The whole images, and how many were given up."""
    frames, damaged, at = [], 0, 0
    while (at := data.find(b"\xff\xd8\xff", at)) >= 0:
        length, onward = measure(data, at)
        if length is None:
            damaged += 1
            at = onward
        else:
            frames.append(data[at : at + length])
            at += length
    return [hashlib.sha256(frame).hexdigest()[:16] for frame in frames], damaged


SCRIPT = """
from mjpeg import MjpegSplitter
splitter = MjpegSplitter(LIMIT)
for path, most in cases():
    with open(path, "rb") as file:
        turn = 0
        def readinto(view):
            global turn
            turn += 1
            return file.readinto(view[:1 + turn * 7919 % most])
        damaged = splitter.damaged
        splitter.begin(readinto)
        frames = []
        while True:
            frame = splitter.next()
            if frame is None:
                break
            frames.append(sha(frame)[:16])
    print(json.dumps([frames, splitter.damaged - damaged]))
""".replace("LIMIT", str(LIMIT))


def compare(interpreter, folder, streams):
    """Split each stream in small and in large pieces, and compare with the reference."""
    cases = []
    for index, data in enumerate(streams):
        path = folder / f"{index}.mjpeg"
        path.write_bytes(data)
        cases.append([str(path), [7, 300, 40000][index % 3]])
    answers = evaluate(interpreter, folder, SCRIPT, cases)
    for data, (frames, damaged) in zip(streams, answers, strict=True):
        assert (frames, damaged) == split(data)
    return answers


def test_whole_streams(interpreter, tmp_path):
    rng = random.Random(1)
    plain = [picture(rng, quality=rng.choice([20, 75, 95])) for _ in range(6)]
    progressive = [picture(rng, progressive=True) for _ in range(3)]
    restarts = [picture(rng, restart_marker_blocks=2) for _ in range(3)]
    thumbnails = [picture(rng, thumbnail=True) for _ in range(3)]
    filled = [data.replace(b"\xff\xdb", b"\xff\xff\xff\xff\xdb", 1) for data in plain]
    streams = [
        b"".join(plain),
        b"".join(progressive + thumbnails + restarts + filled),
        plain[0],
        b"garbage \xff\xd8 between\xff".join(plain),
        b"",
        b"\xff\xd8\xff",
        b"\xff" * 1000,
    ]
    answers = compare(interpreter, tmp_path, streams)
    assert [len(frames) for frames, _ in answers] == [6, 15, 1, 6, 0, 0, 0]
    assert answers[1][0] == [hashlib.sha256(p).hexdigest()[:16] for p in progressive + thumbnails + restarts + filled]
    assert [damaged for _, damaged in answers] == [0, 0, 0, 0, 0, 1, 0]


def test_cut_frames_do_not_take_others_along(interpreter, tmp_path):
    """A camera drops the rest of a frame and goes on with the next: that one must be whole."""
    rng = random.Random(2)
    frames = [picture(rng) for _ in range(5)]
    names = [hashlib.sha256(frame).hexdigest()[:16] for frame in frames]
    streams = []
    for _ in range(30):
        # Somewhere in the scan, behind the last header's length.
        cut = rng.randrange(frames[2].index(b"\xff\xda") + 14, len(frames[2]) - 2)
        streams.append(b"".join([*frames[:2], frames[2][:cut], *frames[3:]]))
    for found, damaged in compare(interpreter, tmp_path, streams):
        assert (found, damaged) == (names[:2] + names[3:], 1)


def test_random_damage(interpreter, tmp_path):
    rng = random.Random(3)
    streams = []
    for _ in range(60):
        data = bytearray(b"".join(picture(rng, thumbnail=rng.random() < 0.3) for _ in range(5)))
        for _ in range(rng.randrange(1, 12)):
            position = rng.randrange(len(data))
            kind = rng.randrange(4)
            if kind == 0:
                data[position] ^= 1 << rng.randrange(8)
            elif kind == 1:
                data[position] = 0xFF
            elif kind == 2:
                del data[position : position + rng.randrange(500)]
            else:
                data[position:position] = rng.randbytes(rng.randrange(100)) + rng.choice([b"", b"\xff\xd8\xff\xe0"])
        streams.append(bytes(data))
    compare(interpreter, tmp_path, streams)


def test_too_long_frames_are_given_up(interpreter, tmp_path):
    rng = random.Random(4)
    small = picture(rng, (30, 30))
    large = picture(rng, (200, 200), quality=95)
    assert len(small) < LIMIT < len(large)
    # An image that never ends, and one whose segment claims to be longer than the limit.
    endless = small[:-2] + bytes(3 * LIMIT)
    claims = b"\xff\xd8\xff\xe1\xff\xff" + bytes(100)
    exact = small[:-2] + b"\xff\xfe" + (LIMIT - len(small) - 2).to_bytes(2, "big") + bytes(LIMIT - len(small) - 4)
    streams = [small + large + small, small + endless + small, claims + small + claims, exact + b"\xff\xd9" + small]
    assert len(exact) == LIMIT - 2
    answers = compare(interpreter, tmp_path, streams)
    assert [(len(frames), damaged) for frames, damaged in answers] == [(2, 1), (2, 1), (1, 2), (2, 0)]
