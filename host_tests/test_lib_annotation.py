"""lib/colors.py, lib/annotation.py and the SVG driver; golden values are Backpack's own."""

import json
import xml.etree.ElementTree as ElementTree

from camera_python import evaluate, run

GOLDEN_COLORS = {
    "0": [21, 73, 4],
    "1": [85, 243, 18],
    "2": [209, 37, 168],
    "7": [254, 198, 43],
    "42": [17, 127, 15],
}
HTML = {
    "white": 0xFFFFFF, "silver": 0xC0C0C0, "gray": 0x808080, "black": 0, "red": 0xFF0000, "maroon": 0x800000,
    "yellow": 0xFFFF00, "olive": 0x808000, "lime": 0x00FF00, "green": 0x008000, "aqua": 0x00FFFF, "teal": 0x008080,
    "blue": 0x0000FF, "navy": 0x000080, "fuchsia": 0xFF00FF, "purple": 0x800080,
}  # fmt: skip


def answers(interpreter, script):
    return [json.loads(line) for line in run(interpreter, script).splitlines()]


def test_colors_of_identifiers(interpreter):
    script = """
from colors import *
for identifier in (0, 1, 2, 7, 42):
    print(json.dumps([str(identifier), list(Color.from_id(identifier))]))
print(json.dumps(list(Color.from_id(0, "x"))))
print(json.dumps(list(Color.from_id("door 1")) == list(Color.from_id("door 1", "salt"))))
"""
    *golden, salted, text = answers(interpreter, script)
    assert {name: color[:3] for name, color in golden} == GOLDEN_COLORS
    assert salted == [229, 14, 183, 1.0]
    assert text is True


def test_html_colors(interpreter):
    script = """
from colors import *
for name in HTMLColors.NAMES.split():
    color = HTMLColors.from_name(name.lower())
    print(json.dumps([name.lower(), list(color), getattr(HTMLColors, name) == color]))
print(json.dumps([HTMLColors.from_name("mauve") or HTMLColors.from_name("NAMES"),
    HTMLColors.as_list()[15] == HTMLColors.PURPLE,
    HTMLColors.color_from_id(17) == HTMLColors.SILVER, HTMLColors.color_from_id(-1) == HTMLColors.PURPLE]))
"""
    *entries, rest = answers(interpreter, script)
    assert [name for name, _, _ in entries] == list(HTML)
    for name, color, same in entries:
        assert color == [HTML[name] >> 16, HTML[name] >> 8 & 255, HTML[name] & 255, 1.0] and same
    assert rest == [None, True, True, True]


def test_values_of_colors(interpreter, tmp_path):
    script = """
from colors import *
print(json.dumps(repr(Color.from_value(Color(1, 2, 3, 0.5)))))
print(json.dumps([list(Color(200, 100, 3).brightness(1.5)), list(Color(1, 2, 3).with_alpha(0.25))]))
print(json.dumps([Color(1, 2, 3) == Color(1, 2, 3), Color(1, 2, 3) == Color(1, 2, 3, 0.5), Color(1, 2, 3) == 5,
    len({Color(1, 2, 3), Color(1, 2, 3), Color(1, 2, 4)})]))
for value in cases():
    try:
        print(json.dumps(list(Color.from_value(value))))
    except ValueError as error:
        print(json.dumps(str(error)))
"""
    good = [
        ("#ff8001", [255, 128, 1, 1.0]), ("FF8001", [255, 128, 1, 1.0]), (0x123456, [18, 52, 86, 1.0]),
        ([1, 2, 3], [1, 2, 3, 1.0]), ([1, 2, 3, 0.5], [1, 2, 3, 0.5]),
        ({"r": 1, "g": 2, "b": 3}, [1, 2, 3, 1.0]), ({"r": 1, "g": 2, "b": 3, "a": 0.5}, [1, 2, 3, 0.5]),
        ({"r": 1, "g": 2, "b": 3, "alpha": 0.5}, [1, 2, 3, 0.5]),
    ]  # fmt: skip
    bad = [
        "#ff800", "#ff80011", "red", "-12345", 0x1000000, -1, [1, 2], [1, 2, 3, 4], [1, 2, 256], [1.0, 2, 3],
        [1, 2, 3, 1.5], [1, 2, 3, 0.5, 0.5], {"r": 1, "g": 2},
    ]  # fmt: skip
    shown, made, compared, *found = evaluate(interpreter, tmp_path, script, [value for value, _ in good] + bad)
    assert shown == "Color(r=1, g=2, b=3, alpha=0.5)"
    assert made == [[255, 150, 4, 1.0], [1, 2, 3, 0.25]]
    assert compared == [True, False, False, 2]
    assert found[: len(good)] == [expected for _, expected in good]
    assert all(isinstance(text, str) for text in found[len(good) :])
    assert found[len(good)] == "need a color like #12abef, have #ff800"
    assert found[-1].startswith("need three ints to 255 and perhaps a float to 1 as a color, have ")


ONE_OF_EACH = """
from annotation import *
from colors import Color, HTMLColors
from geometry import Line, Point, PolyLine, Rectangle
H, V = LabelAnnotation.HorizontalAnchor, LabelAnnotation.VerticalAnchor
box = Rectangle(Point(0.1, 0.2), Point(0.5, 0.8))
one_of_each = [
    TimestampAnnotation((2026, 11, 21, 10, 5, 9, 0, 0)),
    LabelAnnotation(Point(0.5, 0.5), "text"),
    RectAnnotation(box),
    LineAnnotation(Line(Point(0, 0), Point(1, 1))),
    MarkerAnnotation(Point(0.25, 0.75)),
    PolyLineAnnotation(PolyLine([Point(0, 0), Point(1, 0), Point(1, 1)])),
    BoundingBoxAnnotation(box, "top", "bottom", HTMLColors.RED),
]
"""


def test_annotations_have_backpacks_fields_and_defaults(interpreter):
    script = ONE_OF_EACH + """
for annotation in one_of_each:
    fields = [[name, repr(getattr(annotation, name))] for name in annotation.fields]
    print(json.dumps([type(annotation).__name__] + fields))
print(json.dumps([one_of_each[2] == RectAnnotation(box), one_of_each[2] == RectAnnotation(box, HTMLColors.RED),
    one_of_each[1] == one_of_each[0], len(set(one_of_each + one_of_each))]))
print(json.dumps(repr(RectAnnotation(box))))
"""  # fmt: skip
    *each, compared, shown = answers(interpreter, script)
    found = {name: dict(fields) for name, *fields in each}
    assert found["LabelAnnotation"] == {
        "point": "Point(x=0.5, y=0.5)", "text": "'text'", "color": "None", "horizontal_anchor": "1",
        "vertical_anchor": "4", "size": "1.0",
    }  # fmt: skip
    assert found["TimestampAnnotation"]["text"] == "'2026-11-21 10:05:09'"
    assert found["TimestampAnnotation"]["point"] == "Point(x=0.02, y=0.04)"
    assert list(found["RectAnnotation"]) == ["rect", "color"]
    assert (
        list(found["LineAnnotation"]) == ["line", "color", "thickness"] and found["LineAnnotation"]["thickness"] == "1"
    )
    assert list(found["MarkerAnnotation"]) == ["point", "style", "color"] and found["MarkerAnnotation"]["style"] == "1"
    assert list(found["PolyLineAnnotation"]) == ["polyline", "thickness", "color", "fill_color"]
    assert list(found["BoundingBoxAnnotation"]) == ["rectangle", "top_label", "bottom_label", "color"]
    assert compared == [True, False, False, 7]
    assert shown == "RectAnnotation(rect=Rectangle(pt1=Point(x=0.1, y=0.2), pt2=Point(x=0.5, y=0.8)), color=None)"


def test_timestamp_is_local_time(interpreter):
    script = """
from annotation import TimestampAnnotation
import time
print(json.dumps(TimestampAnnotation(1763719509).text))
before = time.time()
text = TimestampAnnotation().text
print(json.dumps(text in [TimestampAnnotation(before + i).text for i in range(120)]))
"""
    told = [json.loads(line) for line in run(interpreter, script, env={"TZ": "XYZ-3"}).splitlines()]
    assert told == ["2025-11-21 13:05:09", True]


def test_a_driver_gets_each_annotation_in_its_method_and_in_order(interpreter):
    script = ONE_OF_EACH + """
class Recorder(AnnotationDriverBase):
    def add_label(self, anno, context):
        context.append(["label", anno.text, repr(anno.point), anno.vertical_anchor, repr(anno.color)])
    def add_rect(self, anno, context): context.append(["rect", repr(anno.color)])
    def add_line(self, anno, context): context.append(["line"])
    def add_marker(self, anno, context): context.append(["marker"])
    def add_polyline(self, anno, context): context.append(["polyline"])
print(json.dumps(Recorder().render(one_of_each, [])))
print(json.dumps(Recorder().render([BoundingBoxAnnotation(box)], [])))
try:
    Recorder().render([box], [])
except ValueError as error:
    print(json.dumps(str(error)))
try:
    AnnotationDriverBase().render(one_of_each, [])
except NotImplementedError:
    print(json.dumps("not implemented"))
"""  # fmt: skip
    calls, plain, refused, base = answers(interpreter, script)
    red = "Color(r=255, g=0, b=0, alpha=1.0)"
    assert calls == [
        ["label", "2026-11-21 10:05:09", "Point(x=0.02, y=0.04)", 4, "None"],
        ["label", "text", "Point(x=0.5, y=0.5)", 4, "None"],
        ["rect", "None"], ["line"], ["marker"], ["polyline"],
        ["rect", red],
        ["label", "top", "Point(x=0.1, y=0.2)", 4, red],
        ["label", "bottom", "Point(x=0.1, y=0.8)", 1, red],
    ]  # fmt: skip
    assert plain == [["rect", "None"]]
    assert refused.startswith("need an annotation, have Rectangle(")
    assert base == "not implemented"


def test_svg(interpreter):
    script = ONE_OF_EACH + """
from annotation_svg import SvgAnnotationDriver
driver = SvgAnnotationDriver(640, 360)
print(json.dumps(driver.document(one_of_each)))
filled = PolyLineAnnotation(PolyLine([Point(0, 0), Point(1, 0), Point(0.5, 0.5)], closed=False), 3,
    HTMLColors.LIME, HTMLColors.RED.with_alpha(0.25))
right = LabelAnnotation(Point(0.5, 0.5), '<"&">', HTMLColors.AQUA, H.RIGHT, V.TOP, 2.0)
markers = [MarkerAnnotation(Point(0.5, 0.5), style) for style in range(1, 8)]
print(json.dumps(driver.document([filled, right] + markers)))
"""  # fmt: skip
    first, second = map(ElementTree.fromstring, answers(interpreter, script))
    assert first.attrib == {"viewBox": "0 0 640 360"}
    names = [element.tag.removeprefix("{http://www.w3.org/2000/svg}") for element in first]
    assert names == ["text", "text", "rect", "path", "path", "path", "rect", "text", "text"]
    box = first[6].attrib
    assert [float(box[name]) for name in ("x", "y", "width", "height")] == [64, 72, 256, 216]
    assert box["stroke"] == "#ff0000" and box["fill"] == "none"
    assert first[5].attrib["d"] == "M0 0L640 0L640 360L0 0"
    filled, label, *markers = second
    assert filled.attrib == {
        "d": "M0 0L640 0L320 180", "fill": "#ff0000", "fill-opacity": "0.25", "fill-rule": "evenodd",
        "stroke-width": "3", "stroke": "#00ff00",
    }  # fmt: skip
    assert label.text == '<"&">' and label.attrib["text-anchor"] == "end" and label.attrib["font-size"] == "22"
    assert float(label.attrib["x"]) == 318 and float(label.attrib["y"]) > 180
    assert [marker.attrib["d"].count("M") for marker in markers] == [2, 2, 4, 1, 1, 1, 1]
