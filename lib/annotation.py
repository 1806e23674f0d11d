"""What is to be drawn over a picture: labels, rectangles, lines and so on, and the base of those who draw it.

Points are in fractions of the picture, (0, 0) at the top left and (1, 1) at the
bottom right. The classes, their fields and their order in a driver are those of
Backpack's `annotation` (its version 0.3), with these deviations:

- A timestamp is seconds since 1970 or a tuple of time.localtime().
- The members of the enumerations are ints.

Treat annotations as constants: drivers may keep them.
"""

import time

from geometry import Point

# Pixels between a label and the point that it is anchored to.
PADDING = 2


class Annotation:
    """The base of all annotations; `fields` names what they have. `color` is a Color, or None for the driver's."""

    fields: tuple[str, ...] = ()

    def _values(self):
        return tuple([getattr(self, name) for name in self.fields])

    def __eq__(self, other):
        return type(self) is type(other) and self._values() == other._values()

    def __hash__(self):
        return hash(self._values())

    def __repr__(self):
        pairs = ["%s=%s" % (name, repr(value)) for name, value in zip(self.fields, self._values())]
        return "%s(%s)" % (type(self).__name__, ", ".join(pairs))


class LabelAnnotation(Annotation):
    """A line of text; the anchors tell which of its points is at `point`."""

    class HorizontalAnchor:
        """Which point of the text's width."""

        LEFT, CENTER, RIGHT = 1, 2, 3

    class VerticalAnchor:
        """Which point of the text's height."""

        TOP, CENTER, BASELINE, BOTTOM = 1, 2, 3, 4

    fields = ("point", "text", "color", "horizontal_anchor", "vertical_anchor", "size")

    def __init__(
        self,
        point,
        text,
        color=None,
        horizontal_anchor=HorizontalAnchor.LEFT,
        vertical_anchor=VerticalAnchor.BOTTOM,
        size=1.0,
    ):
        self.point = point
        self.text = text
        self.color = color
        self.horizontal_anchor = horizontal_anchor
        self.vertical_anchor = vertical_anchor
        self.size = size

    def origin(self, x, y, width, height, descent):
        """Where the baseline of the text begins if `point` is at (x, y), in the units of its size, which is given."""
        horizontal, vertical = self.HorizontalAnchor, self.VerticalAnchor
        # As in Backpack, the default anchors mean the very point.
        if (self.horizontal_anchor, self.vertical_anchor) == (horizontal.LEFT, vertical.BOTTOM):
            return x, y
        shift_x = {
            horizontal.LEFT: PADDING,
            horizontal.CENTER: -width // 2,
            horizontal.RIGHT: -(width + PADDING),
        }[self.horizontal_anchor]
        shift_y = {
            vertical.TOP: height + PADDING,
            vertical.CENTER: height // 2,
            vertical.BASELINE: descent,
            vertical.BOTTOM: -PADDING,
        }[self.vertical_anchor]
        return x + shift_x, y + shift_y


class TimestampAnnotation(LabelAnnotation):
    """A moment as a label, by default the present one in local time."""

    def __init__(self, timestamp=None, point=None):
        if timestamp is None:
            timestamp = time.time()
        if isinstance(timestamp, (int, float)):
            timestamp = time.localtime(int(timestamp))
        text = "%04d-%02d-%02d %02d:%02d:%02d" % tuple(timestamp[:6])
        super().__init__(point or Point(0.02, 0.04), text)


class RectAnnotation(Annotation):
    """The outline of a Rectangle."""

    fields = ("rect", "color")

    def __init__(self, rect, color=None):
        self.rect = rect
        self.color = color


class LineAnnotation(Annotation):
    """A Line of so many pixels."""

    fields = ("line", "color", "thickness")

    def __init__(self, line, color=None, thickness=1):
        self.line = line
        self.color = color
        self.thickness = thickness


class MarkerAnnotation(Annotation):
    """A small sign at a point."""

    class Style:
        """The signs."""

        CROSS, TILTED_CROSS, STAR, DIAMOND, SQUARE, TRIANGLE_UP, TRIANGLE_DOWN = 1, 2, 3, 4, 5, 6, 7

    fields = ("point", "style", "color")

    def __init__(self, point, style=Style.CROSS, color=None):
        self.point = point
        self.style = style
        self.color = color


class PolyLineAnnotation(Annotation):
    """A PolyLine, filled first if `fill_color` tells so."""

    fields = ("polyline", "thickness", "color", "fill_color")

    def __init__(self, polyline, thickness=1, color=None, fill_color=None):
        self.polyline = polyline
        self.thickness = thickness
        self.color = color
        self.fill_color = fill_color


class BoundingBoxAnnotation(Annotation):
    """A Rectangle around something, with a label above its top left corner and one below the bottom left."""

    fields = ("rectangle", "top_label", "bottom_label", "color")

    def __init__(self, rectangle, top_label=None, bottom_label=None, color=None):
        self.rectangle = rectangle
        self.top_label = top_label
        self.bottom_label = bottom_label
        self.color = color


# The strokes of a marker: (x, y) pairs in halves of its size, from one to the next; None lifts the pen.
_PLUS = ((-1, 0), (1, 0), None, (0, -1), (0, 1))
_TIMES = ((-1, -1), (1, 1), None, (-1, 1), (1, -1))
MARKER_STROKES = {
    MarkerAnnotation.Style.CROSS: _PLUS,
    MarkerAnnotation.Style.TILTED_CROSS: _TIMES,
    MarkerAnnotation.Style.STAR: _PLUS + (None,) + _TIMES,
    MarkerAnnotation.Style.DIAMOND: ((0, -1), (1, 0), (0, 1), (-1, 0), (0, -1)),
    MarkerAnnotation.Style.SQUARE: ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)),
    MarkerAnnotation.Style.TRIANGLE_UP: ((0, -1), (1, 1), (-1, 1), (0, -1)),
    MarkerAnnotation.Style.TRIANGLE_DOWN: ((0, 1), (1, -1), (-1, -1), (0, 1)),
}


class AnnotationDriverBase:
    """Hands annotations, in their order, to the methods that a subclass has for them.

    `context` is what a driver draws on.
    """

    def render(self, annotations, context):
        """Draw the annotations and return the context; ValueError for what is no annotation."""
        for annotation in annotations:
            self._method(annotation)(annotation, context)
        return context

    def _method(self, annotation):
        for kind, method in (
            (LabelAnnotation, self.add_label),
            (RectAnnotation, self.add_rect),
            (MarkerAnnotation, self.add_marker),
            (LineAnnotation, self.add_line),
            (PolyLineAnnotation, self.add_polyline),
            (BoundingBoxAnnotation, self.add_bounding_box),
        ):
            if isinstance(annotation, kind):
                return method
        raise ValueError("need an annotation, have %s" % (annotation,))

    def add_label(self, anno, context):
        """Draw a LabelAnnotation."""
        raise NotImplementedError

    def add_rect(self, anno, context):
        """Draw a RectAnnotation."""
        raise NotImplementedError

    def add_marker(self, anno, context):
        """Draw a MarkerAnnotation."""
        raise NotImplementedError

    def add_line(self, anno, context):
        """Draw a LineAnnotation."""
        raise NotImplementedError

    def add_polyline(self, anno, context):
        """Draw a PolyLineAnnotation."""
        raise NotImplementedError

    def add_bounding_box(self, anno, context):
        """Draw a BoundingBoxAnnotation: a rectangle and its labels."""
        rectangle, color = anno.rectangle, anno.color
        left, vertical = LabelAnnotation.HorizontalAnchor.LEFT, LabelAnnotation.VerticalAnchor
        self.add_rect(RectAnnotation(rectangle, color), context)
        if anno.top_label:
            self.add_label(LabelAnnotation(rectangle.pt_min, anno.top_label, color, left, vertical.BOTTOM), context)
        if anno.bottom_label:
            corner = Point(rectangle.left, rectangle.bottom)
            self.add_label(LabelAnnotation(corner, anno.bottom_label, color, left, vertical.TOP), context)
