"""lib/motion.py beside the same steps in NumPy, and components beside a flood fill."""

import base64

import numpy as np
from camera_python import evaluate, run

COMPONENTS = """
from motion import components, dilate
from ulab import numpy as np
for shape, data in cases():
    mask = np.frombuffer(binascii.a2b_base64(data), dtype=np.uint8).reshape(tuple(shape)) != 0
    wide = dilate(mask)
    print(json.dumps([components(mask), binascii.b2a_base64(bytes(wide)).decode()]))
"""


def encode(array):
    return base64.b64encode(np.ascontiguousarray(array).astype(np.uint8).tobytes()).decode()


def drawn(rows):
    """A mask from rows of dots and crosses."""
    return np.array([[c == "#" for c in row] for row in rows.split()])


def flood(mask):
    """The parts of a mask, found pixel by pixel: boxes and areas, in the order of their first pixels."""
    height, width = mask.shape
    seen = np.zeros_like(mask)
    found = []
    for y, x in np.argwhere(mask):
        if seen[y, x]:
            continue
        part = np.zeros((height + 1, width + 1), dtype=int)
        waiting = [(y, x)]
        seen[y, x] = True
        while waiting:
            b, a = waiting.pop()
            part[b, a] = 1
            for d in range(max(0, b - 1), min(height, b + 2)):
                for c in range(max(0, a - 1), min(width, a + 2)):
                    if mask[d, c] and not seen[d, c]:
                        seen[d, c] = True
                        waiting.append((d, c))
        rows, columns = np.nonzero(part)
        # Squares of four middles that are all inside, and the halves of those with three.
        corners = part[:-1, :-1] + part[1:, :-1] + part[:-1, 1:] + part[1:, 1:]
        area = (corners == 4).sum() + (corners == 3).sum() / 2
        found.append([area, columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
    return sorted([float(number) for number in part] for part in found)


def test_components(interpreter, tmp_path):
    generator = np.random.default_rng(1)
    masks = [
        np.zeros((4, 5), bool), np.ones((4, 5), bool), np.ones((1, 1), bool), np.eye(7, dtype=bool),
        np.eye(7, dtype=bool)[::-1], np.indices((6, 9)).sum(axis=0) % 2 == 0,
        drawn("#.#.#.# #.#.#.# ####### ....... #.....# .#...#. ..###.."),
        # A spiral, whose ends are one part only at the very end.
        drawn("####### ......# #####.# #...#.# #.###.# #.....# #######"),
    ]  # fmt: skip
    masks += [
        generator.random(shape) < share
        for shape in ((9, 13), (30, 41), (1, 50), (50, 1))
        for share in (0.1, 0.4, 0.6, 0.8)
    ]
    answers = evaluate(interpreter, tmp_path, COMPONENTS, [[mask.shape, encode(mask)] for mask in masks])
    for mask, (parts, wide) in zip(masks, answers, strict=True):
        assert sorted(parts) == flood(mask)
        padded = np.pad(mask, 1)
        height, width = mask.shape
        expected = sum(padded[y : y + height, x : x + width] for y in range(3) for x in range(3)) > 0
        assert np.array_equal(np.frombuffer(base64.b64decode(wide), bool).reshape(mask.shape), expected)


def test_contour_areas_are_those_of_opencv(host, tmp_path):
    # Printed by OpenCV 4 for these shapes' contours.
    shapes = (
        (0, "#"), (4, "### ### ###"), (12, "#### #### #### #### ####"), (2, ".#. ### .#."),
        (8, "..#.. .###. ##### .###. ..#.."), (7.5, "#### #### ##.. ##.. ##.. ##.."), (5, "##.. ###. .### ..##"),
        (2, "#..# #### #..#"),
    )  # fmt: skip
    masks = [drawn(rows) for _, rows in shapes]
    answers = evaluate(host, tmp_path, COMPONENTS, [[mask.shape, encode(mask)] for mask in masks])
    assert [parts[0][0] for parts, _ in answers] == [area for area, _ in shapes]


DETECT = """
from motion import *
from ulab import numpy as np
options, shape, frames = cases()
if options.get("mask"):
    options["mask"] = np.frombuffer(binascii.a2b_base64(options["mask"]), dtype=np.uint8).reshape(tuple(shape)) != 0
detector = MotionDetector(**options)
for frame in frames:
    gray = np.frombuffer(binascii.a2b_base64(frame), dtype=np.uint8).reshape(tuple(shape))
    height, width = shape
    found = detector.detect(gray)
    boxes = [[box.left * width, box.top * height, box.right * width, box.bottom * height] for box in found]
    print(json.dumps([boxes, detector.fraction, detector.calibrating]))
"""


class Reference:
    """Frigate's steps in NumPy, with the deviations that the docstring of lib/motion.py names."""

    def __init__(self, contrast=True, mask=None):
        self.levels = [(0, 255)] * 50 if contrast else None
        self.mask = mask
        self.background = None
        self.calibrating, self.moving = True, 0

    def blur(self, frame):
        weights = np.exp([-0.5, 0, -0.5])
        weights /= weights.sum()
        padded = np.pad(frame, 1, mode="symmetric")
        across = sum(w * padded[:, i : i + frame.shape[1]] for i, w in enumerate(weights))
        return sum(w * across[i : i + frame.shape[0]] for i, w in enumerate(weights))

    def detect(self, gray):
        frame = gray.astype(float)
        if self.levels:
            low, high = (np.sort(gray.flatten())[int(np.ceil(gray.size * share)) - 1] for share in (0.04, 0.96))
            if low < high:
                self.levels = self.levels[1:] + [(low, high)]
            low, high = np.sum(self.levels, axis=0) // 50
            frame = (np.clip(frame, low, high) - low) / (high - low) * 255
        if self.mask is not None:
            frame[self.mask] = 0
        frame = self.blur(frame)
        if self.background is None:
            self.background = frame
            return [], 0, True
        difference = frame - self.background
        padded = np.pad(np.abs(difference) > 30, 1)
        height, width = gray.shape
        wide = sum(padded[y : y + height, x : x + width] for y in range(3) for x in range(3)) > 0
        parts = flood(wide)
        boxes = [part[1:] for part in parts if part[0] > 10]
        fraction = sum(part[0] for part in parts) / gray.size
        if fraction < 0.05 and len(boxes) <= 4:
            self.calibrating = False
        if fraction > 0.8:
            self.calibrating = True
        self.moving = self.moving + 1 if boxes else 0
        if not boxes or self.moving >= 10:
            self.background = self.background + (0.2 if self.calibrating else 0.01) * difference
        return boxes, fraction, self.calibrating


def scene(height, width, count, seed=0):
    """Frames with noise: a walking figure, a small flicker, then lightning that stays."""
    generator = np.random.default_rng(seed)
    wall = 90 + 60 * np.sin(np.arange(width) / 9)[None, :] + 20 * np.cos(np.arange(height) / 7)[:, None]
    for number in range(count):
        frame = wall + generator.normal(0, 3, (height, width))
        if 6 <= number < 20:
            left = (number - 6) * width // 16
            frame[height // 4 : height * 3 // 4, left : left + width // 8] = 240
        if number % 5 == 0:
            frame[1:3, 1:3] += 90
        if number >= 30:
            frame += 140 * (np.add.outer(np.arange(height) // 3, np.arange(width) // 3) % 2) - 70
        yield np.clip(frame, 0, 255).astype(np.uint8)


def test_the_gate_is_that_of_the_reference(interpreter, tmp_path):
    for height, width, options in ((50, 89, {}), (37, 48, {"contrast": False}), (48, 64, {"mask": True})):
        frames = list(scene(height, width, 60, seed=height))
        given = dict(options)
        if "mask" in options:
            options["mask"] = np.arange(height * width).reshape(height, width) % width > width // 2
            given["mask"] = encode(options["mask"])
        reference = Reference(**options)
        answers = evaluate(interpreter, tmp_path, DETECT, [given, [height, width], [encode(frame) for frame in frames]])
        moved, largest = 0, 0
        for frame, (boxes, fraction, calibrating) in zip(frames, answers, strict=True):
            expected = reference.detect(frame)
            assert np.allclose(sorted(boxes), sorted(expected[0]), atol=1e-6)
            assert abs(fraction - expected[1]) < 1e-9 and calibrating == expected[2]
            moved += bool(boxes)
            largest = max(largest, fraction)
        assert 12 < moved < 50
        assert answers[5][0] == [] and len(answers[10][0]) == 1
        if "mask" not in options:
            assert largest > 0.8 and answers[-1][0] == []


def test_sizes(interpreter):
    printed = run(interpreter, """
from motion import *
from ulab import numpy as np
print(working_size(640, 360), working_size(1920, 1080), working_size(480, 640, 50), working_size(1, 4000))
detector = MotionDetector()
black = np.zeros((4, 5), dtype=np.uint8)
print(detector.detect(black), detector.detect(black), detector.calibrating)
print(detector.detect(np.full((4, 5), 255, dtype=np.uint8)), detector.fraction)
print(MotionDetector().detect(np.full((1, 1), 9, dtype=np.uint8)))
try:
    detector.detect(np.zeros((5, 5), dtype=np.uint8))
except ValueError as error:
    print("ValueError")
""")  # fmt: skip
    lines = printed.splitlines()
    assert lines[0] == "(177, 100) (177, 100) (37, 50) (1, 100)"
    assert lines[1] == "[] [] False"
    assert lines[2].startswith("[Rectangle(pt1=Point(x=0.0, y=0.0), pt2=Point(x=1.0, y=1.0))] 0.6")
    assert lines[3:] == ["[]", "ValueError"]


def test_memory_does_not_grow(interpreter):
    printed = run(interpreter, """
import ulab
from motion import *
from ulab import numpy as np
detector = MotionDetector()
frames = [np.array([(i * 7 * k) % 256 for i in range(30 * 40)], dtype=np.uint8).reshape((30, 40)) for k in (1, 1, 3)]
used = []
for number in range(60):
    detector.detect(frames[number % 3])
    if number in (20, 59):
        used.append((ulab.memory().used, gc.mem_alloc() // 2048))
print(used[0][0] == used[1][0], abs(used[1][1] - used[0][1]) < 4)
""")  # fmt: skip
    assert printed == "True True\n"
