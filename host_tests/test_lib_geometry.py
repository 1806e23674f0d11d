"""lib/geometry.py: golden answers of Backpack's geometry, and Matplotlib's paths for what lies inside."""

import json
import random

import pytest
from camera_python import evaluate, run
from matplotlib.path import Path

CROSSINGS = [
    ((5, -1), (5, 1), 1), ((5, 1), (5, -1), -1), ((2, 0), (7, 0), 0), ((5, -5), (5, 0), 1), ((5, 5), (5, 0), 0),
    ((5, 0), (5, -5), -1), ((5, 0), (5, 5), 0), ((0, -5), (0, 5), 1), ((0, 5), (0, -5), 0), ((10, -5), (10, 5), 0),
    ((11, -5), (11, 5), 0), ((-1, -1), (11, -1), 0),
]  # fmt: skip


def test_crossings(interpreter, tmp_path):
    script = """
from geometry import Line, Point
line = Line.from_value([[0, 0], {"x": 10, "y": 0}])
for start, end, _ in cases():
    print(line.intersects(Line(Point(start[0], start[1]), Point(end[0], end[1]))))
"""
    assert evaluate(interpreter, tmp_path, script, CROSSINGS) == [side for _, _, side in CROSSINGS]


INSIDE = """
from geometry import Point, PolyLine
for points, asked in cases():
    line = PolyLine.from_value(points)
    print(json.dumps([line.has_inside(Point.from_value(point)) for point in asked]))
"""


def test_inside_on_the_edges_of_a_square(interpreter, tmp_path):
    square = [[0, 0], [1, 0], [1, 1], [0, 1]]
    golden = {(0, 0): False, (0.5, 0): False, (0, 0.5): True, (1, 0.5): True, (0.5, 1): True, (1, 1): True,
              (0.5, 0.5): True, (1.5, 0.5): False, (-1, 0.5): False}  # fmt: skip
    assert evaluate(interpreter, tmp_path, INSIDE, [[square, list(golden)]]) == [list(golden.values())]


def test_inside_of_any_polygon(host, tmp_path):
    rng = random.Random(3)
    cases = [
        [[[rng.random(), rng.random()] for _ in range(rng.randrange(3, 9))], [[rng.random(), rng.random()] for _ in range(50)]]
        for _ in range(40)
    ]
    found = evaluate(host, tmp_path, INSIDE, cases)
    seen = set()
    for (polygon, points), answers in zip(cases, found, strict=True):
        # Even-odd, as the ray counts; Matplotlib's own rule is that too.
        expected = Path([*polygon, polygon[0]], closed=True).contains_points(points)
        assert answers == list(expected)
        seen |= set(answers)
    assert seen == {True, False}


def test_shapes(interpreter):
    printed = run(interpreter, """
from geometry import Line, Point, PolyLine, Rectangle
def show(*values): print(json.dumps(values))
p = Point(3, 4)
show((p + Point(1, 2))[0], (p - Point(1, 2))[1], (p / 2).x, p.distance(Point(0, 0)), p == Point(3.0, 4), repr(p))
r = Rectangle(Point(5, 1), Point(2, 7))
show(r.tlbr, r.tlhw, r.size, r.area, r.aspect_ratio, [r.center.x, r.center.y], [r.base.x, r.base.y], r[0].x)
show(Rectangle.from_tlbr(r.tlbr).tlhw == r.tlhw == Rectangle.from_tlhw(r.tlhw).tlhw, Rectangle.from_value([[5, 1], [2, 7]]) == r)
show([r.has_inside(Point(x, y)) for x, y in ((2, 1), (5, 7), (3, 3), (1.9, 3), (3, 7.1))])
square = PolyLine([Point(0, 0), Point(2, 0), Point(2, 2), Point(0, 2)])
bow = PolyLine([Point(0, 0), Point(2, 2), Point(2, 0), Point(0, 2)])
dent = PolyLine([Point(0, 0), Point(4, 0), Point(4, 4), Point(2, 1), Point(0, 4)])
show(*[[s.is_convex, s.self_intersects, len(s.lines), len(s)] for s in (square, bow, dent)])
show(PolyLine(square.points, closed=False).is_convex, len(PolyLine(square.points, False).lines), square.boundingbox.tlbr)
show(square[1].x, square == PolyLine.from_value([[0, 0], [2, 0], [2, 2], [0, 2]]), len({square, bow, square}))
for bad in (
    lambda: p + 1, lambda: p - (1, 2), lambda: Point.from_value([1]), lambda: Point.from_value(["a", "b"]),
    lambda: PolyLine([p]), lambda: PolyLine([p, p], False).has_inside(p), lambda: Line.from_value(3),
    lambda: Rectangle.from_value([1, 2, 3]),
):
    try:
        bad()
    except (TypeError, ValueError) as error:
        show(type(error).__name__, str(error)[:16])
""")  # fmt: skip
    lines = [json.loads(line) for line in printed.splitlines()]
    assert lines[0] == [4, 2, 1.5, 5, True, "Point(x=3, y=4)"]
    assert lines[1] == [[1, 2, 7, 5], [1, 2, 6, 3], [3, 6], 18, 0.5, [3.5, 4], [3.5, 7], 5]
    assert lines[2] == [True, True]
    assert lines[3] == [[True, True, True, False, False]]
    assert lines[4] == [[True, False, 4, 4], [False, True, 4, 4], [False, False, 5, 5]]
    assert lines[5] == [False, 3, [0, 0, 2, 2]]
    assert lines[6] == [2, True, 2]
    kinds = ["TypeError"] * 2 + ["ValueError"] * 6
    assert [kind for kind, _ in lines[7:]] == kinds
    assert all(text.startswith("need ") for _, text in lines[7:])


@pytest.mark.parametrize("form", [{"points": [[0, 0], [1, 1]], "closed": False}, [[0, 0], {"x": 1, "y": 1}]])
def test_forms_of_a_polyline(host, tmp_path, form):
    script = """
from geometry import PolyLine
for form in cases():
    line = PolyLine.from_value(form)
    print(json.dumps([len(line), line.closed, line[1].y]))
"""
    assert evaluate(host, tmp_path, script, [form]) == [[2, isinstance(form, list), 1]]
