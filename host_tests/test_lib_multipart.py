"""lib/multipart.py, lib/buffered_reader.py and lib/frame_buffer.py: MJPEG over HTTP as cameras really send it."""

import hashlib
import random

from camera_python import evaluate, run
from camera_server import part

LIMIT = 9000

SCRIPT = """
from buffered_reader import BufferedReader
from frame_buffer import FrameBuffer
from multipart import MultipartReader, boundary_of
async def split(path, content_type, most):
    with open(path, "rb") as file:
        turn = 0
        async def readinto(view):
            nonlocal turn
            turn += 1
            return file.readinto(view[:1 + turn * 7919 % most])
        parts = MultipartReader(BufferedReader(readinto, 1024), boundary_of(content_type))
        buffer = FrameBuffer(LIMIT)
        frames, end = [], "end"
        try:
            while await parts.read(buffer):
                frames.append(sha(buffer.frame())[:16])
        except EOFError as error:
            end = str(error)
        return frames, parts.damaged, end
for case in cases():
    print(json.dumps(asyncio.run(split(*case))))
""".replace("LIMIT", str(LIMIT))


def names(frames):
    return [hashlib.sha256(frame).hexdigest()[:16] for frame in frames]


def split(interpreter, folder, streams):
    """(names of frames, damaged, end) of each (content type, bytes), in pieces of three sizes."""
    cases = []
    for index, (content_type, data) in enumerate(streams):
        path = folder / f"{index}.bin"
        path.write_bytes(data)
        cases += [(str(path), content_type, most) for most in (3, 100, 100000)]
    answers = evaluate(interpreter, folder, SCRIPT, cases)
    for index in range(0, len(answers), 3):
        assert answers[index] == answers[index + 1] == answers[index + 2]
    return answers[::3]


def frames_of(seed, count=5):
    """Frames with line ends and dashes in them."""
    rng = random.Random(seed)
    return [
        b"\xff\xd8" + bytes(rng.choices(b"\r\n-abc\xff", k=rng.randrange(3000))) + b"\xff\xd9" for _ in range(count)
    ]


def test_forms_that_cameras_use(interpreter, tmp_path):
    frames = frames_of(1)
    mixed = "multipart/x-mixed-replace; "

    def body(boundary="myboundary", length=True, before=b"", after=b""):
        return before + b"".join(part(frame, boundary, length) for frame in frames) + after

    bare = b"".join(part(frame, length=False)[:-2] + b"\n" for frame in frames)
    tight = b"".join(part(frame)[:-2] for frame in frames)
    texts = b"".join(part(frame) + b"--myboundary\r\nContent-Type: text/plain\r\n\r\n3 fps\r\n" for frame in frames)
    tail = b"--myboundary\r\n"
    streams = [
        (mixed + "boundary=myboundary", body()),
        (mixed + "boundary=myboundary", body(after=b"--myboundary--\r\nignored --myboundary\r\n")),
        (mixed + 'boundary="myboundary"', body(before=b"\r\n")),
        (mixed + "boundary=--myboundary", body()),
        (mixed + "boundary=--myboundary", body("--myboundary")),
        (mixed + 'charset=x; Boundary="a=b; c"; x=y', body("a=b; c")),
        ("multipart/x-mixed-replace", body("whatever", before=b"preamble\r\n")),
        (mixed + "boundary=myboundary", body(length=False, after=tail)),
        (mixed + "boundary=myboundary", body(length=False, after=b"--myboundary--\r\n")),
        (mixed + "boundary=--myboundary", body(length=False, after=tail)),
        (mixed + "boundary=myboundary", bare + tail),
        (mixed + "boundary=myboundary", tight.replace(b"--myboundary", b"\r\n--myboundary")),
        (mixed + "boundary=myboundary", texts),
        (mixed + "boundary=myboundary", body().replace(b"Content-Type: image/jpeg\r\n", b"")),
        (mixed + "boundary=myboundary", body().replace(b"image/jpeg", b"IMAGE/JPEG; q=1")),
    ]
    for (content_type, data), (found, damaged, _) in zip(streams, split(interpreter, tmp_path, streams), strict=True):
        assert (found, damaged) == (names(frames), 0), (content_type, data[:80])


def test_damage_costs_only_its_own_part(interpreter, tmp_path):
    frames = frames_of(2)
    good = [part(frame) for frame in frames]
    kind = "multipart/x-mixed-replace; boundary=myboundary"

    def with_length(length):
        return good[2].replace(b"Content-Length: %d" % len(frames[2]), b"Content-Length: " + length)

    noise = b"".join(good[:2]) + random.Random(3).randbytes(5000).replace(b"\n", b"") + b"\r\n" + b"".join(good[3:])
    streams = [
        (kind, b"".join([*good[:2], with_length(b"x"), *good[3:]])),
        (kind, b"".join([*good[:2], with_length(b"123456789012345678901234567890"), *good[3:]])),
        (kind, b"".join([*good[:2], part(bytes(LIMIT + 1)), *good[3:]])),
        (kind, b"".join([*good[:2], part(bytes(LIMIT + 1), length=False), *good[3:]])),
        (kind, b"".join([*good[:2], b"--myboundary\r\nno colon\r\n\r\n", *good[3:]])),
        (kind, b"".join([*good[:2], b"--myboundary\r\n" + b"a: b\r\n" * 20 + b"\r\n", *good[3:]])),
        (kind, b"".join([*good[:2], b"--myboundary\r\na: " + b"b" * 5000 + b"\r\n\r\n", *good[3:]])),
        (kind, noise),
    ]
    expected = names(frames[:2] + frames[3:])
    answers = split(interpreter, tmp_path, streams)
    # Doubled header lines are one field in a dictionary, so the sixth is an empty part.
    assert [(found, damaged) for found, damaged, _ in answers[:5]] == [(expected, 1)] * 5
    assert answers[6][:2] == [expected, 1]
    assert answers[7][:2] == [expected, 0]
    # A length that is too short gives a cut frame, one that is too long swallows the next boundary.
    short, long = split(interpreter, tmp_path, [
        (kind, b"".join([*good[:2], with_length(b"2"), *good[3:]])),
        (kind, b"".join([*good[:2], with_length(b"%d" % (len(frames[2]) + 20)), *good[3:]])),
    ])  # fmt: skip
    assert short[0] == names([*frames[:2], frames[2][:2], *frames[3:]])
    assert long[0][:2] == expected[:2]
    assert long[0][-1] == expected[-1]


def test_end_inside_of_a_part(interpreter, tmp_path):
    frames = frames_of(4, 2)
    data = part(frames[0]) + part(frames[1])[:-40]
    kind = "multipart/x-mixed-replace; boundary=myboundary"
    bare = b"".join(part(frame, length=False)[:-2] + b"\n" for frame in frames)
    streams = [(kind, data), (kind, bare), (kind, part(frames[0]) + b"--myboundary\r\nContent-"), (kind, b"")]
    assert split(interpreter, tmp_path, streams) == [
        [names(frames[:1]), 0, "the stream ended inside of a part"],
        [names(frames[:1]), 0, "the stream ended inside of a part"],
        [names(frames[:1]), 0, "the stream ended inside of a part's header"],
        [[], 0, "end"],
    ]


def test_frame_buffer(interpreter):
    printed = run(interpreter, """
from frame_buffer import FrameBuffer
buffer = FrameBuffer(100)
expected = b""
for turn in range(7):
    buffer.append(memoryview(bytes([turn] * turn)))
    expected += bytes([turn] * turn)
    assert bytes(buffer.frame()) == expected
try:
    buffer.extend(80)
except ValueError as error:
    print(error)
assert bytes(buffer.frame()) == expected
buffer.extend(79)
print(len(buffer.frame()))
buffer.clear()
print(len(buffer.frame()))
""")  # fmt: skip
    assert printed.splitlines() == ["need a frame of at most 100 bytes, have at least 101", "100", "0"]
