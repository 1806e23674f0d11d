"""Annotations as SVG, for a page that lays them over the picture: the camera draws and encodes nothing for it."""

from annotation import MARKER_STROKES, AnnotationDriverBase
from colors import HTMLColors

FONT_SIZE = 11  # of a picture with 360 rows
MARKER_RADIUS = 5


class SvgAnnotationDriver(AnnotationDriverBase):
    """Appends SVG elements, in the pixels of a picture of `width` and `height`, to a list: the context of render()."""

    DEFAULT_COLOR = HTMLColors.WHITE

    def __init__(self, width, height):
        self._width = width
        self._height = height
        self._unit = height / 360

    def document(self, annotations):
        """The annotations as a whole SVG document."""
        return '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d">%s</svg>' % (
            self._width, self._height, "".join(self.render(annotations, []))
        )  # fmt: skip

    def add_label(self, anno, context):
        """A text element."""
        size = FONT_SIZE * self._unit * anno.size
        # The browser knows the width, and takes its share of it from the anchor.
        x, y = anno.origin(*self._pixel(anno.point), 0, size * 0.7, size * 0.1)
        anchor = {1: "start", 2: "middle", 3: "end"}[anno.horizontal_anchor]
        paint = self._paint("fill", anno.color or self.DEFAULT_COLOR)
        context.append(
            '<text x="%g" y="%g" text-anchor="%s" font-family="monospace" font-size="%g" %s>%s</text>'
            % (x, y, anchor, size, paint, escape(anno.text))
        )

    def add_rect(self, anno, context):
        """A rect element."""
        left, top = self._pixel(anno.rect.pt_min)
        right, bottom = self._pixel(anno.rect.pt_max)
        context.append(
            '<rect x="%g" y="%g" width="%g" height="%g" %s/>'
            % (left, top, right - left, bottom - top, self._stroke(anno, 1))
        )

    def add_line(self, anno, context):
        """A path of one line."""
        self._path([self._pixel(point) for point in anno.line], self._stroke(anno, anno.thickness), context)

    def add_marker(self, anno, context):
        """A path of the sign's strokes."""
        x, y = self._pixel(anno.point)
        radius = MARKER_RADIUS * self._unit
        strokes = [stroke and (x + stroke[0] * radius, y + stroke[1] * radius) for stroke in MARKER_STROKES[anno.style]]
        self._path(strokes, self._stroke(anno, 1), context)

    def add_polyline(self, anno, context):
        """A path of its lines."""
        points = [self._pixel(point) for point in anno.polyline.points]
        if anno.polyline.closed:
            points.append(points[0])
        self._path(points, self._stroke(anno, anno.thickness, anno.fill_color), context)

    def _pixel(self, point):
        return point.x * self._width, point.y * self._height

    def _path(self, points, attributes, context):
        """Lines from point to point; None begins anew behind it."""
        data, command = "", "M"
        for point in points:
            if point:
                data += "%s%g %g" % (command, point[0], point[1])
            command = "L" if point else "M"
        context.append('<path d="%s" %s/>' % (data, attributes))

    def _stroke(self, anno, thickness, fill=None):
        fill = self._paint("fill", fill) + ' fill-rule="evenodd"' if fill else 'fill="none"'
        return '%s stroke-width="%g" %s' % (fill, thickness, self._paint("stroke", anno.color or self.DEFAULT_COLOR))

    @staticmethod
    def _paint(name, color):
        text = '%s="#%02x%02x%02x"' % (name, color.r, color.g, color.b)
        return text if color.alpha >= 1 else '%s %s-opacity="%g"' % (text, name, color.alpha)


def escape(text):
    """A text with what means something in XML written as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
