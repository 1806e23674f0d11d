"""Points, lines, rectangles and polylines in a plane; x grows to the right and y downwards, as in pictures.

The classes and their answers, on edges and corners too, are those of
Backpack's `geometry` (its version 0.3). Treat them as constants: drawings and
zones share them.
"""


def _pair(value, names):
    """The two values of a pair or of a dictionary with these names; None for anything else."""
    if isinstance(value, dict):
        return [value[name] for name in names] if all([name in value for name in names]) else None
    if isinstance(value, (list, tuple)) and len(value) == 2:
        return value
    return None


def is_point(value):
    """Whether a value has x and y."""
    return hasattr(value, "x") and hasattr(value, "y")


class Point:
    """A point; [0] and [1] are x and y."""

    def __init__(self, x, y):
        self.x = x
        self.y = y

    @classmethod
    def from_value(cls, value):
        """A Point of a Point, of two numbers or of {"x": ..., "y": ...}; ValueError for anything else."""
        if is_point(value):
            return value
        pair = _pair(value, ("x", "y"))
        if pair is None or not all([isinstance(number, (int, float)) for number in pair]):
            raise ValueError("need a point, two numbers or a dictionary with x and y, have %s" % (value,))
        return cls(pair[0], pair[1])

    @staticmethod
    def ccw(a, b, c):
        """Whether the way over three points turns counter-clockwise as seen with y upwards, or not at all."""
        return (b.x - a.x) * (c.y - a.y) >= (c.x - a.x) * (b.y - a.y)

    def distance(self, other):
        """How far another point is."""
        return ((self.x - other.x) ** 2 + (self.y - other.y) ** 2) ** 0.5

    def __add__(self, other):
        if not is_point(other):
            raise TypeError("need a point to add, have %s" % (other,))
        return Point(self.x + other.x, self.y + other.y)

    def __sub__(self, other):
        if not is_point(other):
            raise TypeError("need a point to subtract, have %s" % (other,))
        return Point(self.x - other.x, self.y - other.y)

    def __truediv__(self, divisor):
        return Point(self.x / divisor, self.y / divisor)

    def __getitem__(self, index):
        return (self.x, self.y)[index]

    def __eq__(self, other):
        return is_point(other) and self.x == other.x and self.y == other.y

    def __hash__(self):
        return hash((self.x, self.y))

    def __repr__(self):
        return "Point(x=%s, y=%s)" % (self.x, self.y)


class Line:
    """The line from pt1 to pt2."""

    # The side of the line, seen from pt1 to pt2 on the screen, on which what crosses it ends.
    LEFT, NONE, RIGHT = -1, 0, 1

    def __init__(self, pt1, pt2):
        self.pt1 = pt1
        self.pt2 = pt2

    @classmethod
    def from_value(cls, value):
        """A Line of a Line, of two points or of {"pt1": ..., "pt2": ...}."""
        if isinstance(value, Line):
            return value
        pair = _pair(value, ("pt1", "pt2"))
        if pair is None:
            raise ValueError("need a line, two points or a dictionary with pt1 and pt2, have %s" % (value,))
        return cls(Point.from_value(pair[0]), Point.from_value(pair[1]))

    def intersects(self, other):
        """RIGHT or LEFT if `other` crosses this line, after the side on which it ends; else NONE, which is false."""
        ccw = Point.ccw
        a, b, c, d = self.pt1, self.pt2, other.pt1, other.pt2
        if ccw(a, c, d) == ccw(b, c, d) or ccw(a, b, c) == ccw(a, b, d):
            return self.NONE
        return self.RIGHT if ccw(a, b, d) else self.LEFT

    def __getitem__(self, index):
        return (self.pt1, self.pt2)[index]

    def __eq__(self, other):
        return isinstance(other, Line) and self.pt1 == other.pt1 and self.pt2 == other.pt2

    def __hash__(self):
        return hash((self.pt1, self.pt2))

    def __repr__(self):
        return "Line(pt1=%s, pt2=%s)" % (self.pt1, self.pt2)


class Rectangle:
    """The rectangle with the corners pt1 and pt2, whichever they are; [0] and [1] are these."""

    def __init__(self, pt1, pt2):
        self.pt1 = pt1
        self.pt2 = pt2
        self.pt_min = Point(min(pt1.x, pt2.x), min(pt1.y, pt2.y))
        self.pt_max = Point(max(pt1.x, pt2.x), max(pt1.y, pt2.y))

    @classmethod
    def from_value(cls, value):
        """A Rectangle of a Rectangle, of two points or of {"pt1": ..., "pt2": ...}."""
        if isinstance(value, Rectangle):
            return value
        pair = _pair(value, ("pt1", "pt2"))
        if pair is None:
            raise ValueError("need a rectangle, two points or a dictionary with pt1 and pt2, have %s" % (value,))
        return cls(Point.from_value(pair[0]), Point.from_value(pair[1]))

    @classmethod
    def from_tlbr(cls, tlbr):
        """The rectangle of (top, left, bottom, right)."""
        top, left, bottom, right = tlbr
        return cls(Point(left, top), Point(right, bottom))

    @classmethod
    def from_tlhw(cls, tlhw):
        """The rectangle of (top, left, height, width)."""
        top, left, height, width = tlhw
        return cls(Point(left, top), Point(left + width, top + height))

    @property
    def top(self):
        """The smallest y."""
        return self.pt_min.y

    @property
    def left(self):
        """The smallest x."""
        return self.pt_min.x

    @property
    def bottom(self):
        """The greatest y."""
        return self.pt_max.y

    @property
    def right(self):
        """The greatest x."""
        return self.pt_max.x

    @property
    def width(self):
        """From left to right."""
        return self.right - self.left

    @property
    def height(self):
        """From top to bottom."""
        return self.bottom - self.top

    @property
    def size(self):
        """(width, height)."""
        return self.width, self.height

    @property
    def center(self):
        """The point in the middle."""
        return (self.pt_min + self.pt_max) / 2

    @property
    def base(self):
        """The middle of the bottom: where what stands in the rectangle stands."""
        return Point((self.left + self.right) / 2, self.bottom)

    @property
    def area(self):
        """Width times height."""
        return self.width * self.height

    @property
    def aspect_ratio(self):
        """Width over height."""
        return self.width / self.height

    @property
    def tlbr(self):
        """(top, left, bottom, right)."""
        return self.top, self.left, self.bottom, self.right

    @property
    def tlhw(self):
        """(top, left, height, width)."""
        return self.top, self.left, self.height, self.width

    def has_inside(self, point):
        """Whether a point lies in the rectangle or on its edge."""
        return self.left <= point.x <= self.right and self.top <= point.y <= self.bottom

    def __getitem__(self, index):
        return (self.pt1, self.pt2)[index]

    def __eq__(self, other):
        return isinstance(other, Rectangle) and self.pt1 == other.pt1 and self.pt2 == other.pt2

    def __hash__(self):
        return hash((self.pt1, self.pt2))

    def __repr__(self):
        return "Rectangle(pt1=%s, pt2=%s)" % (self.pt1, self.pt2)


class PolyLine:
    """Lines from point to point, and with `closed` back to the first; [i] is a point, len() how many there are."""

    def __init__(self, points, closed=True):
        self.points = tuple(points)
        self.closed = closed
        if len(self.points) < 2:
            raise ValueError("need at least 2 points, have %d" % len(self.points))

    @classmethod
    def from_value(cls, value):
        """A PolyLine of a PolyLine, of points, or of {"points": ..., "closed": ...}."""
        if isinstance(value, PolyLine):
            return value
        closed = True
        if isinstance(value, dict):
            value, closed = value["points"], value.get("closed", True)
        return cls([Point.from_value(point) for point in value], closed)

    @property
    def lines(self):
        """The lines, in a list."""
        ends = self.points[1:] + (self.points[:1] if self.closed else ())
        return [Line(start, end) for start, end in zip(self.points, ends)]

    @property
    def boundingbox(self):
        """The smallest Rectangle around all points."""
        xs = [point.x for point in self.points]
        ys = [point.y for point in self.points]
        return Rectangle(Point(min(xs), min(ys)), Point(max(xs), max(ys)))

    @property
    def self_intersects(self):
        """Whether two lines that are not neighbours cross."""
        lines = self.lines
        count = len(lines)
        for i in range(count):
            for j in range(i + 2, count):
                neighbours = self.closed and i == 0 and j == count - 1
                if not neighbours and lines[i].intersects(lines[j]):
                    return True
        return False

    @property
    def is_convex(self):
        """Whether a closed polyline turns to one side only and does not cross itself."""
        if not self.closed or len(self.points) < 3 or self.self_intersects:
            return False
        sides = set()
        count = len(self.points)
        for i in range(count):
            a, b, c = self.points[i], self.points[(i + 1) % count], self.points[(i + 2) % count]
            turn = (b.x - a.x) * (c.y - b.y) - (b.y - a.y) * (c.x - b.x)
            if turn:
                sides.add(turn > 0)
        return len(sides) <= 1

    def has_inside(self, point):
        """Whether a closed polyline has a point inside: a ray to it crosses the lines an odd number of times.

        The ray comes from just left of the top left corner of the bounding
        box, which decides for points that lie on a line.
        """
        if not self.closed:
            raise ValueError("need a closed polyline, have an open one")
        box = self.boundingbox
        if not box.has_inside(point):
            return False
        ray = Line(Point(box.left - 0.01, box.top), point)
        return sum([1 for line in self.lines if line.intersects(ray)]) % 2 == 1

    def __getitem__(self, index):
        return self.points[index]

    def __len__(self):
        return len(self.points)

    def __eq__(self, other):
        return isinstance(other, PolyLine) and self.points == other.points and self.closed == other.closed

    def __hash__(self):
        return hash((self.points, self.closed))

    def __repr__(self):
        return "PolyLine(points=%s, closed=%s)" % (list(self.points), self.closed)
