"""lib/font.py, lib/drawing.py and the drivers for arrays and JPEG files, beside NumPy and Pillow."""

import base64
import io
import json
import math
import random

import numpy as np
import pytest
from camera_python import run
from interpreters import ROOT
from PIL import Image, ImageDraw

SCRIPT = """
from colors import Color
from drawing import Canvas
from ulab import numpy as np
for shape, seed, calls in cases():
    size = 1
    for length in shape:
        size *= length
    image = np.array([(i * i // 7 + i * seed) % 256 for i in range(size)], dtype=np.uint8).reshape(tuple(shape))
    canvas = Canvas(image)
    for name, color, *arguments in calls:
        color = Color(*color)
        if name == "polygon":
            canvas.polygon(arguments[0], color)
        elif name == "text":
            x, y, text, scale, shadow = arguments
            canvas.text(x, y, text, color, scale, Color(*shadow) if shadow else None)
        else:
            before, after = arguments[:4], arguments[4:]
            getattr(canvas, name)(*before, color, *after)
    print(json.dumps(binascii.b2a_base64(bytes(image)).decode()))
"""


def glyphs():
    """The font's drawing: for each character a bool array (8, 5)."""
    found = {}
    for band, text in enumerate((ROOT / "host_tests/font.txt").read_text().strip("\n").split("\n\n")):
        rows = [line.split(" ") for line in text.splitlines()]
        for index in range(len(rows[0])):
            found[chr(32 + 19 * band + index)] = np.array([[dot == "#" for dot in row[index]] for row in rows])
    return found


GLYPHS = glyphs()


class Reference:
    """Draws pixel by pixel, after the documentation of lib/drawing.py."""

    def __init__(self, shape, seed):
        index = np.arange(math.prod(shape), dtype=np.int64)
        self.image = ((index * index // 7 + index * seed) % 256).astype(np.uint8).reshape(shape)

    def mark(self, mask, color):
        r, g, b, alpha = color
        ink = [r, g, b] if self.image.ndim == 3 else (r * 299 + g * 587 + b * 114 + 500) // 1000
        # In single precision: a half may come out on either side of it.
        mixed = self.image * np.float32(1 - alpha) + np.array(ink, dtype=np.uint8) * np.float32(alpha)
        self.image[mask] = np.floor(mixed + 0.5).astype(np.uint8)[mask]

    def pixels(self, points, color):
        mask = np.zeros(self.image.shape[:2], dtype=bool)
        for x, y in points:
            if 0 <= x < mask.shape[1] and 0 <= y < mask.shape[0]:
                mask[y, x] = True
        self.mark(mask, color)

    def box(self, color, left, top, right, bottom):
        rows, columns = np.indices(self.image.shape[:2])
        self.mark((columns >= left) & (columns < right) & (rows >= top) & (rows < bottom), color)

    def rectangle(self, color, left, top, right, bottom, thickness=1):
        left, right, top, bottom = min(left, right), max(left, right), min(top, bottom), max(top, bottom)
        before = thickness // 2
        after = thickness - before - 1
        rows, columns = np.indices(self.image.shape[:2])
        near_x = (columns >= left - before) & (columns <= left + after) | (columns >= right - before) & (
            columns <= right + after
        )
        near_y = (rows >= top - before) & (rows <= top + after) | (rows >= bottom - before) & (rows <= bottom + after)
        outer = (
            (columns >= left - before) & (columns <= right + after) & (rows >= top - before) & (rows <= bottom + after)
        )
        self.mark(outer & (near_x | near_y), color)

    def line(self, color, x0, y0, x1, y1, thickness=1):
        steep = abs(y1 - y0) > abs(x1 - x0) or x0 == x1 and y0 != y1
        a0, b0, a1, b1 = (y0, x0, y1, x1) if steep else (x0, y0, x1, y1)
        limit = self.image.shape[0 if steep else 1]
        for offset in range(-(thickness // 2), thickness - thickness // 2):
            for a in range(max(0, min(a0, a1)), min(limit - 1, max(a0, a1)) + 1):
                # Exact: halves go up.
                b = b0 if a1 == a0 else math.floor((2 * (b0 * (a1 - a0) + (a - a0) * (b1 - b0)) / (a1 - a0) + 1) / 2)
                self.pixels([(b + offset, a) if steep else (a, b + offset)], color)

    def polygon(self, color, points):
        inside = np.zeros(self.image.shape[:2], dtype=bool)
        for y in range(self.image.shape[0]):
            for x in range(self.image.shape[1]):
                crossed = 0
                for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1], strict=True):
                    if (y0 <= y) != (y1 <= y):
                        # In whole numbers: x >= x0 + (y - y0) * (x1 - x0) / (y1 - y0).
                        side = (x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)
                        crossed += side * (1 if y1 > y0 else -1) >= 0
                inside[y, x] = crossed % 2
        self.mark(inside, color)

    def text(self, color, x, y, text, scale, shadow):
        for shift, paint in ((scale, shadow), (0, color)):
            for index, character in enumerate(text if paint else ""):
                glyph = GLYPHS[character if character in GLYPHS else "?"]
                ink = np.kron(glyph, np.ones((scale, scale), dtype=bool))
                rows, columns = np.nonzero(ink)
                left, top = x + shift + 6 * scale * index, y + shift - 7 * scale
                self.pixels(zip(columns + left, rows + top, strict=True), paint)


def drawn(interpreter, folder, pictures):
    path = folder / "cases.json"
    path.write_text(json.dumps(pictures))
    lines = run(interpreter, SCRIPT, path).splitlines()
    return [
        np.frombuffer(base64.b64decode(json.loads(line)), dtype=np.uint8).reshape(shape)
        for line, (shape, _, _) in zip(lines, pictures, strict=True)
    ]


def expected(shape, seed, calls):
    reference = Reference(shape, seed)
    for name, color, *arguments in calls:
        getattr(reference, name)(color, *arguments)
    return reference.image


def differences(one, other):
    return int(np.max(np.abs(one.astype(int) - other.astype(int)), initial=0))


RED, CLEAR, HALF, FAINT = [255, 10, 20, 1.0], [255, 0, 0, 0.0], [0, 255, 90, 0.5], [250, 40, 200, 0.3]


def random_calls(generator, height, width):
    def x():
        return generator.randint(-width, 2 * width)

    def y():
        return generator.randint(-height, 2 * height)

    color = generator.choice([RED, HALF, FAINT, CLEAR])
    return [
        ["box", color, x(), y(), x(), y()],
        ["rectangle", color, x(), y(), x(), y(), generator.randint(1, 4)],
        ["line", color, x(), y(), x(), y(), generator.randint(1, 4)],
        ["polygon", color, [[x(), y()] for _ in range(generator.randint(2, 6))]],
        ["text", color, x(), y(), "Wg~ 0\t\u00e9", generator.randint(1, 3), generator.choice([None, RED])],
    ]


def test_drawing_is_that_of_the_reference(interpreter, tmp_path):
    generator = random.Random(7)
    pictures = []
    for shape in ([1, 1], [1, 1, 3], [9, 14], [9, 14, 3], [23, 31], [17, 40, 3], [37, 18, 3]):
        for seed in range(5):
            for call in random_calls(generator, *shape[:2]):
                pictures.append((shape, seed, [call]))
    for found, picture in zip(drawn(interpreter, tmp_path, pictures), pictures, strict=True):
        assert differences(found, expected(*picture)) == 0, picture
    changed = sum(differences(expected(*picture), Reference(*picture[:2]).image) > 0 for picture in pictures)
    assert changed > len(pictures) // 4


CORNERS = [
    ["line", RED, 0, 0, 0, 0], ["line", HALF, 13, 8, 0, 0], ["line", RED, 0, 8, 13, 0, 2], ["line", RED, 3, 0, 3, 8],
    ["line", RED, 0, 3, 13, 3, 3], ["line", RED, -1000000, 4, 1000000, 5], ["line", RED, 5, -1000000, 6, 1000000, 2],
    ["line", RED, -5, -3, -1, -9], ["line", RED, 20, 0, 30, 9],
    ["rectangle", HALF, 2, 2, 2, 2], ["rectangle", HALF, 2, 2, 3, 6, 2], ["rectangle", HALF, 2, 2, 6, 3, 3],
    ["rectangle", FAINT, -1, -1, 14, 9], ["rectangle", RED, 3, 3, 4, 4, 9],
    ["box", RED, 0, 0, 14, 9], ["box", FAINT, -100, -100, 100, 100], ["box", RED, 5, 5, 5, 9], ["box", RED, 9, 5, 5, 9],
    ["polygon", RED, [[0, 0], [13, 0], [13, 8], [0, 8]]],
    ["polygon", FAINT, [[-90, -90], [90, -90], [90, 90], [-90, 90]]],
    # A star and a bow tie, by the even-odd rule.
    ["polygon", HALF, [[7, 0], [11, 8], [0, 3], [13, 3], [2, 8]]], ["polygon", RED, [[0, 0], [13, 8], [13, 0], [0, 8]]],
    ["polygon", RED, [[3, 3], [3, 3]]], ["polygon", RED, [[3, 3], [9, 3], [5, 3]]],
    ["text", RED, 2, 7, "A", 1, None], ["text", RED, 2, 7, "", 1, None], ["text", RED, -3, 8, "AB", 1, RED],
    ["text", HALF, 13, 7, "A", 1, FAINT], ["text", RED, 14, 7, "A", 1, None], ["text", RED, -12, 7, "AB", 1, None],
    ["text", RED, 0, -1, "g", 1, None], ["text", RED, 0, 16, "A", 1, None], ["text", RED, 0, 15, "A", 1, None],
    ["text", RED, -6000, 7, "A" * 1002, 1, None], ["text", RED, 0, 20, "AB", 3, HALF],
]  # fmt: skip


@pytest.mark.parametrize("shape", [[9, 14], [9, 14, 3]])
def test_corner_cases(interpreter, tmp_path, shape):
    pictures = [(shape, 1, [call]) for call in CORNERS]
    for found, picture in zip(drawn(interpreter, tmp_path, pictures), pictures, strict=True):
        assert differences(found, expected(*picture)) == 0, picture


def test_bands_of_a_large_area_meet(host, tmp_path):
    calls = [["box", HALF, 1, 1, 37, 69], ["polygon", FAINT, [[2, 3], [36, 20], [30, 68], [5, 50]]]]
    picture = ([70, 38, 3], 3, calls)
    assert differences(drawn(host, tmp_path, [picture])[0], expected(*picture)) == 0


def test_pillow_draws_the_same_but_for_edges(host, tmp_path):
    generator = random.Random(3)
    pictures, pillows = [], []
    for number in range(40):
        corners = [[generator.randint(-20, 120), generator.randint(-20, 100)] for _ in range(4)]
        image = Image.fromarray(Reference([80, 100], 1).image)
        draw = ImageDraw.Draw(image)
        if number % 2:
            call = ["polygon", [255, 255, 255, 1.0], corners]
            draw.polygon([tuple(corner) for corner in corners], fill=255)
        else:
            call = ["line", [255, 255, 255, 1.0], *corners[0], *corners[1]]
            draw.line([tuple(corners[0]), tuple(corners[1])], fill=255)
        pictures.append(([80, 100], 1, [call]))
        pillows.append(np.asarray(image))
    for found, pillow, picture in zip(drawn(host, tmp_path, pictures), pillows, pictures, strict=True):
        before = Reference([80, 100], 1).image
        wrong = (found != pillow) & (before != 255)
        # What differs touches a pixel that is drawn in the other picture, and one that is not.
        padded = np.pad((pillow == 255) & (before != 255), 1)
        touching = sum(padded[y : y + 80, x : x + 100].astype(int) for y in range(3) for x in range(3))
        assert np.all(touching[wrong] > 0), picture
        assert wrong.sum() <= 0.1 * (pillow != before).sum() + 200, picture
    exact = [(([40, 50, 3]), 2, [["rectangle", RED, x, 5, x + 20, 30], ["box", RED, 3, 3, 9, 9]]) for x in (-5, 10, 40)]
    for found, picture in zip(drawn(host, tmp_path, exact), exact, strict=True):
        image = Image.fromarray(Reference([40, 50, 3], 2).image)
        draw = ImageDraw.Draw(image)
        _, color, *corners = picture[2][0]
        draw.rectangle(corners, outline=tuple(color[:3]))
        draw.rectangle((3, 3, 8, 8), fill=tuple(color[:3]))
        assert differences(found, np.asarray(image)) == 0


def test_the_font_is_its_drawing(interpreter):
    script = """
import font
print(json.dumps([[list(map(int, row)) for row in font.bitmap(chr(code))] for code in range(32, 127)]))
print(json.dumps([bytes(font.bitmap(text)) == bytes(font.bitmap("?" * len(text)))
    for text in ("\\x7f", "\\x00\\x1f", "\\u00e9\\u20ac\\U0001f6aa", "\\x80")]))
try:
    font.bitmap("")
except ValueError as error:
    print(json.dumps(str(error)))
"""
    shown, replaced, refused = [json.loads(line) for line in run(interpreter, script).splitlines()]
    assert len(GLYPHS) == len(shown) == 95
    for character, bitmap in zip(GLYPHS, shown, strict=True):
        bitmap = np.array(bitmap)
        assert np.array_equal(bitmap[:, :5], GLYPHS[character]) and not bitmap[:, 5].any(), character
    # Every character is another one.
    assert len({bytes(glyph) for glyph in GLYPHS.values()}) == 95
    assert replaced == [True] * 4
    assert refused == "need a text, have an empty one"


def test_arrays_that_are_no_pictures(interpreter):
    printed = run(interpreter, """
from drawing import Canvas
from ulab import numpy as np
good = np.zeros((4, 6, 3), dtype=np.uint8)
for image in (good, good[1:3], good[:, :, 1], good[:, 1:], good[::2], good[::-1], good.reshape((4, 18))[:, :6],
        np.zeros(4, dtype=np.uint8), np.zeros((4, 6, 2), dtype=np.uint8), np.zeros((4, 6), dtype=np.int16)):
    try:
        Canvas(image)
        print("taken")
    except ValueError as error:
        print(error)
""")  # fmt: skip
    assert printed.splitlines() == [
        "taken",
        "taken",
        "need an array of whole rows, have strides (18, 3)",
        "need an array of whole rows, have strides (18, 3, 1)",
        "need an array of whole rows, have strides (36, 3, 1)",
        "need an array of whole rows, have strides (-18, 3, 1)",
        "need an array of whole rows, have strides (18, 1)",
        "need a uint8 array (H, W) or (H, W, 3), have the shape (4,)",
        "need a uint8 array (H, W) or (H, W, 3), have the shape (4, 6, 2)",
        "need a uint8 array (H, W) or (H, W, 3), have the shape (4, 6)",
    ]


DRIVER = """
import ujpeg
from annotation import *
from annotation_image import *
from colors import Color, HTMLColors
from geometry import Line, Point, PolyLine, Rectangle
from ulab import numpy as np
H, V = LabelAnnotation.HorizontalAnchor, LabelAnnotation.VerticalAnchor
def extent(annotation, shape=(100, 200), driver=ImageAnnotationDriver()):
    "Left, top, right and bottom of what an annotation makes other than black, and the number of its pixels."
    image = driver.render([annotation], np.zeros(shape, dtype=np.uint8))
    rows, columns = np.nonzero(image)
    print(json.dumps([int(np.min(columns)), int(np.min(rows)), int(np.max(columns)), int(np.max(rows)), len(rows)]))
"""


def test_positions_on_pictures(interpreter):
    printed = run(interpreter, DRIVER + """
middle = Point(0.5, 0.5)
for horizontal in (H.LEFT, H.CENTER, H.RIGHT):
    for vertical in (V.TOP, V.CENTER, V.BASELINE, V.BOTTOM):
        extent(LabelAnnotation(middle, "HH", None, horizontal, vertical))
extent(LabelAnnotation(middle, "HH", size=8.0))
extent(LabelAnnotation(middle, "HH"), (720, 200))
extent(RectAnnotation(Rectangle(Point(0.9, 0.8), Point(0.1, 0.2))))
extent(LineAnnotation(Line(Point(0, 0.5), Point(1, 0.5)), thickness=4))
for style in range(1, 8):
    extent(MarkerAnnotation(middle, style))
corners = [Point(0.1, 0.1), Point(0.2, 0.1), Point(0.2, 0.3)]
extent(PolyLineAnnotation(PolyLine(corners)))
extent(PolyLineAnnotation(PolyLine(corners, closed=False)))
extent(PolyLineAnnotation(PolyLine(corners, closed=False), fill_color=HTMLColors.WHITE))
extent(LabelAnnotation(middle, "H", HTMLColors.RED, H.CENTER))
""")  # fmt: skip
    rows = [json.loads(line) for line in printed.splitlines()]
    # Two H of 5 pixels, one apart: 11 x 7, 34 dots. The corner is (100, 50) with Backpack's shifts.
    lefts = {"left": 102, "center": 94, "right": 87}
    bottoms = {"top": 59, "center": 53, "baseline": 51, "bottom": 48}
    positions = [(left, bottom) for left in lefts.values() for bottom in bottoms.values()]
    positions[3] = (100, 50)  # the default: no shift
    for row, (left, bottom) in zip(rows, positions, strict=False):
        assert row == [left, bottom - 7, left + 10, bottom - 1, 34]
    assert rows[12] == [100, 36, 121, 49, 136]
    assert rows[13] == [100, 346, 121, 359, 136]
    assert rows[14] == [20, 20, 180, 80, 2 * 161 + 2 * 59]
    assert rows[15] == [0, 48, 199, 51, 800]
    plus, times, star, diamond, square, up, down = rows[16:23]
    assert [row[:4] for row in rows[16:23]] == [[95, 45, 105, 55]] * 7
    assert [plus[4], times[4], star[4], diamond[4], square[4]] == [21, 21, 41, 20, 40]
    assert up[4] == down[4]
    closed, opened, filled, colored = rows[23:]
    assert closed[:4] == opened[:4] == filled[:4] == [20, 10, 40, 30]
    assert opened[4] == 41 and closed[4] == 60 and filled[4] > 150
    assert colored[4] == 17


def test_a_file_is_not_resized_without_need(interpreter):
    printed = run(interpreter, DRIVER + """
import annotation_image
class Recorder:
    "Stands in for ujpeg; averaging costs twice as much as decoding and encoding."
    info, encode = ujpeg.info, ujpeg.encode
    class Decoder:
        def __init__(self):
            self.decoder = ujpeg.Decoder()
        def decode(self, data, format, scale, size):
            print(json.dumps([format, scale, size]))
            return self.decoder.decode(data, format=format, scale=scale, size=size)
annotation_image.ujpeg = Recorder
frame = ujpeg.encode(np.zeros((25, 40, 3), dtype=np.uint8))
box = [RectAnnotation(Rectangle(Point(0.25, 0.25), Point(0.75, 0.75)))]
for size in (None, (40, 25), [40, 25], (20, 13), (20, 12)):
    JpegAnnotationDriver(size=size).render(box, frame)
JpegAnnotationDriver(gray=True).render(box, frame)
""")  # fmt: skip
    assert [json.loads(line) for line in printed.splitlines()] == [
        ["rgb", 1, None], ["rgb", 1, None], ["rgb", 1, None], ["rgb", 2, None], ["rgb", 1, [20, 12]], ["gray", 1, None],
    ]  # fmt: skip


def test_jpeg_files(interpreter, tmp_path):
    gradient = np.indices((72, 96)).sum(axis=0).astype(np.uint8)
    picture = np.dstack([gradient, 255 - gradient, gradient // 2])
    Image.fromarray(picture).save(tmp_path / "frame.jpg", quality=70)
    printed = run(interpreter, DRIVER + """
with open(sys.argv[1], "rb") as file:
    frame = file.read()
box = [RectAnnotation(Rectangle(Point(0.25, 0.25), Point(0.75, 0.75)), HTMLColors.RED)]
def show(data):
    print(json.dumps([ujpeg.info(data).quality, binascii.b2a_base64(data).decode()]))
driver = JpegAnnotationDriver()
print(json.dumps(driver.render([], frame) is frame))
show(driver.render(box, frame))
show(driver.render(box, memoryview(frame)))
show(JpegAnnotationDriver(gray=True, quality=60).render(box, frame))
show(JpegAnnotationDriver(size=(48, 36)).render(box, frame))
show(JpegAnnotationDriver(size=(40, 50)).render([], frame))
array = ujpeg.decode(frame, format="rgb")
show(JpegAnnotationDriver().render([], array))
show(JpegAnnotationDriver(size=(30, 100)).render([], array))
try:
    driver.render(box, b"no picture")
except ValueError as error:
    print(json.dumps(str(error)))
show(driver.render(box, frame))
""", tmp_path / "frame.jpg")  # fmt: skip
    same, first, viewed, gray, half, other, whole, near, refused, again = [
        json.loads(line) for line in printed.splitlines()
    ]
    assert same and first == viewed == again
    assert refused.startswith("Not a JPEG file")
    assert [data[0] for data in (first, gray, half, other, whole)] == [70, 60, 70, 70, 85]
    images = [Image.open(io.BytesIO(base64.b64decode(data))) for _, data in (first, gray, half, other, whole, near)]
    assert [(image.size, image.mode) for image in images] == [
        ((96, 72), "RGB"), ((96, 72), "L"), ((48, 36), "RGB"), ((40, 50), "RGB"), ((96, 72), "RGB"), ((30, 100), "RGB")
    ]  # fmt: skip
    assert np.abs(np.asarray(images[4]).astype(int) - picture).mean() < 3
    nearest = picture[(np.arange(100) * 0.72).astype(int)][:, (np.arange(30) * 3.2).astype(int)]
    assert np.abs(np.asarray(images[5]).astype(int) - nearest).mean() < 4
    found = np.asarray(images[0]).astype(int)
    # Where nothing is drawn the picture is the one before.
    assert np.abs(found[:14, :20] - picture[:14, :20]).mean() < 3
    # The rectangle's upper side has red's luma; a line of one pixel has little color of its own in 4:2:0.
    assert abs(found[18, 30:60].mean(axis=0) @ [0.299, 0.587, 0.114] - 76) < 12
    assert abs(np.asarray(images[1])[18, 30:60].mean() - 76) < 6
