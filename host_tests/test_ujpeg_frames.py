"""ujpeg.frames against a plain reference that has all the bytes at once."""

import hashlib
import io
import json
import random

from jpegs import photo, save
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


def measure(data, start, end):
    """(length, None) of the image at `start`, which is over before `end`, or (None, where to search on)."""
    at = start + 2
    in_scan = False
    while True:
        if in_scan:
            at = data.find(b"\xff", at, end)
            if at < 0:
                return None, end - 1
        elif at < end and data[at] != 0xFF:
            return None, at - 1
        while at < end and data[at] == 0xFF:
            at += 1
        if at >= end:
            return None, end - 1
        marker = data[at]
        if marker == 0xD9:
            return at + 1 - start, None
        if marker == 0xD8 or (marker == 0 and not in_scan):
            return None, at - 1
        at += 1
        if marker < 2 or 0xD0 <= marker <= 0xD7:
            continue
        length = int.from_bytes(data[at : at + 2], "big")
        if at + 2 > end:
            return None, end - 1
        if length < 2:
            return None, at
        segment, at = at + 2, at + length
        in_scan = marker == 0xDA and at <= end
        if at > end:
            return None, min(segment, end - 1)
        if not in_scan and at < end and data[at] != 0xFF:
            # The length is wrong, or what came behind it was lost: the next image may have begun in the segment.
            return None, segment if at > segment else at - 1
        if not in_scan and at == end:
            return None, segment if at > segment else end - 1


def split(data, limit):
    """The whole images, and how many were given up."""
    frames, damaged, at = [], 0, 0
    while (at := data.find(b"\xff\xd8\xff", at)) >= 0:
        length, onward = measure(data, at, min(len(data), at + limit))
        if length is None:
            damaged += 1
            at = onward
        else:
            frames.append(data[at : at + length])
            at += length
    return [hashlib.sha256(frame).hexdigest()[:16] for frame in frames], damaged


SCRIPT = f"""
import binascii, hashlib, json, sys, ujpeg

class Pieces:
    def __init__(self, file, most):
        self.file, self.most, self.turn = file, most, 0
    def readinto(self, view):
        self.turn += 1
        return self.file.readinto(memoryview(view)[:1 + self.turn * 7919 % self.most])

def names(frames):
    return [binascii.hexlify(hashlib.sha256(frame).digest()).decode()[:16] for frame in frames]

with open(sys.argv[1]) as file:
    cases = json.load(file)
buffer = bytearray({LIMIT})
for path, most in cases:
    with open(path, "rb") as file:
        frames = ujpeg.frames(Pieces(file, most), buffer=buffer)
        print(json.dumps([names(frames), frames.damaged]))
    frames = ujpeg.frames(path, buffer=buffer)
    print(json.dumps([names(frames), frames.damaged]))
    frames = ujpeg.frames(open(path, "rb").read())
    print(json.dumps([names(frames), frames.damaged]))
"""


def compare(interpreter, folder, streams):
    """Split each stream in pieces, as a file and as bytes, and compare with the reference."""
    cases = []
    for index, data in enumerate(streams):
        path = folder / f"{index}.mjpeg"
        path.write_bytes(data)
        cases.append([str(path), [7, 300, 40000][index % 3]])
    (folder / "cases.json").write_text(json.dumps(cases))
    lines = interpreter.run(SCRIPT, folder / "cases.json").splitlines()
    answers = [tuple(json.loads(line)) for line in lines]
    assert len(answers) == 3 * len(streams)
    for number, data in enumerate(streams):
        bounded = split(data, LIMIT)
        assert answers[3 * number : 3 * number + 3] == [bounded, bounded, split(data, len(data))], number
    return answers[::3]


def test_whole_streams(interpreter, tmp_path):
    rng = random.Random(1)
    plain = [picture(rng, quality=rng.choice([20, 75, 95])) for _ in range(6)]
    progressive = [picture(rng, progressive=True) for _ in range(3)]
    restarts = [picture(rng, restart_marker_blocks=2) for _ in range(3)]
    thumbnails = [picture(rng, thumbnail=True) for _ in range(3)]
    filled = [data.replace(b"\xff\xdb", b"\xff\xff\xff\xff\xdb", 1) for data in plain]
    head = b"\r\n--boundary\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
    streams = [
        b"".join(plain),
        b"".join(progressive + thumbnails + restarts + filled),
        plain[0],
        b"garbage \xff\xd8 between\xff".join(plain),
        b"".join(head % len(data) + data for data in plain) + b"\r\n--boundary--\r\n",
        b"",
        b"\xff\xd8\xff",
        b"\xff" * 1000,
        bytes(3 * LIMIT),
    ]
    answers = compare(interpreter, tmp_path, streams)
    assert [len(frames) for frames, _ in answers] == [6, 15, 1, 6, 6, 0, 0, 0, 0]
    assert answers[1][0] == [hashlib.sha256(p).hexdigest()[:16] for p in progressive + thumbnails + restarts + filled]
    assert answers[4] == answers[0]
    assert [damaged for _, damaged in answers] == [0, 0, 0, 0, 0, 0, 1, 0, 0]


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


def test_wrong_lengths_do_not_take_others_along(interpreter, tmp_path):
    """Whatever the length of a segment says, images that begin inside of it or behind it are found."""
    rng = random.Random(5)
    frames = [picture(rng, quality=40) for _ in range(5)]
    names = [hashlib.sha256(frame).hexdigest()[:16] for frame in frames]
    streams = []
    for _ in range(30):
        cut = bytearray(frames[2])
        table = cut.index(b"\xff\xc4") + 2
        cut[table : table + 2] = rng.choice([0, 1, 2, 600, 1500, 4000, 19000, 65535]).to_bytes(2, "big")
        streams.append(b"".join([*frames[:2], cut, *frames[3:]]))
    for found, damaged in compare(interpreter, tmp_path, streams):
        assert [name for name in found if name in names] == names[:2] + names[3:], (found, damaged)


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
    exact = small[:-2] + b"\xff\xfe" + (LIMIT - len(small) - 2).to_bytes(2, "big") + bytes(LIMIT - len(small) - 2)
    exact = exact[: LIMIT - 2] + b"\xff\xd9"
    streams = [small + large + small, small + endless + small, claims + small + claims, exact + small]
    answers = compare(interpreter, tmp_path, streams)
    assert [(len(frames), damaged) for frames, damaged in answers] == [(2, 1), (2, 1), (1, 2), (2, 0)]


def test_views_sources_and_errors(interpreter, tmp_path):
    (tmp_path / "a.jpg").write_bytes(save(photo((160, 120)), "4:2:0"))
    output = interpreter.run(
        """
import gc, io, sys, ujpeg, ulab
from ulab import numpy as np
data = open(sys.argv[1], "rb").read()

# Of bytes the frames are views, of a stream all lie in the one buffer.
source = bytearray(data + b"  " + data)
first, second = ujpeg.frames(source)
source[7:9] = b"??"
assert bytes(second) == data and bytes(first) == bytes(source[:len(data)]) != data
buffer = bytearray(2 * len(data))
frames = ujpeg.frames(io.BytesIO(data * 5), buffer=buffer)
assert iter(frames) is frames
for number, frame in enumerate(frames):
    assert frame == data and buffer.find(data) >= 0
    frame[5:9] = b"mine"
    assert buffer.find(b"mine") >= 0
assert number == 4 and next(frames, None) is None and frames.damaged == 0
assert [bytes(frame) for frame in ujpeg.frames(np.frombuffer(data + data, dtype=np.uint8))] == [data] * 2
assert [bytes(frame) for frame in ujpeg.frames(memoryview(b"..." + data)[2:])] == [data]
# They outlive everything else.
frame = next(ujpeg.frames(data[:100] * 50 + data))
gc.collect()
scattered = [bytes(100) for i in range(1000)]
assert frame == data

# A stream that has nothing at the moment, or fails, can be read on.
class Stream:
    def __init__(self, answers):
        self.answers = answers
    def readinto(self, view):
        answer = self.answers.pop(0)
        if isinstance(answer, bytes):
            view[:len(answer)] = answer
            return len(answer)
        if isinstance(answer, Exception):
            raise answer
        return answer

frames = ujpeg.frames(Stream([data[:500], None, data[500:900], ValueError("own"), 1 << 21, data[900:] + b"x", 0]))
for i in range(3):
    try:
        next(frames)
    except (OSError, ValueError) as error:
        print(error)
assert next(frames) == data and next(frames, None) is None and next(frames, None) is None

class Nested:
    def readinto(self, view):
        if self.file.tell() < 3000:
            next(self.frames, None)
        return self.file.readinto(view)
nested = Nested()
nested.file = io.BytesIO(data)
nested.frames = ujpeg.frames(nested, buffer=bytearray(1000))
try:
    next(nested.frames)
except RuntimeError as error:
    print("RuntimeError")

frames = ujpeg.frames(source)
next(frames)
source[:] = b""
try:
    next(frames)
except ValueError as error:
    print(error)
for arguments in ((), (3,), (data, bytearray(10))):
    try:
        ujpeg.frames(*arguments)
        print("no error")
    except TypeError:
        pass
try:
    next(ujpeg.frames(io.BytesIO(data), buffer=bytes(100)))
except TypeError as error:
    print(error)
try:
    ujpeg.frames("/no/such/file")
except OSError as error:
    print(error.errno)

# A frame costs no more memory than its view, and a Decoder nothing.
decoder = ujpeg.Decoder()
picture = np.zeros((96, 96), dtype=np.uint8)
decoder.decode(data, format="gray", size=(96, 96), out=picture)
frames = ujpeg.frames(io.BytesIO(data * 20))
next(frames)
gc.collect()
gc.disable()
used, before = ulab.memory().used, gc.mem_alloc()
for frame in frames:
    decoder.decode(frame, format="gray", size=(96, 96), out=picture)
grown = gc.mem_alloc() - before
print(grown <= 19 * 3 * 32, ulab.memory().used - used)
""",
        tmp_path / "a.jpg",
    ).splitlines()
    assert output == [
        "[Errno 11] EAGAIN",
        "own",
        "[Errno 22] EINVAL",
        "RuntimeError",
        "the buffer was cut",
        "object with buffer protocol required",
        "2",
        "True 0",
    ]
