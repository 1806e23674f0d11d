"""Annotations drawn on pictures: on arrays, and on JPEG files, which are decoded and encoded for it.

Positions, anchors and paddings are those of Backpack's driver for OpenCV (its
version 0.3), with these deviations: the font is the bitmap font of `font`,
magnified by whole numbers, and a CROSS is a cross there, too.
"""

import font
import ujpeg
from annotation import MARKER_STROKES, AnnotationDriverBase
from colors import HTMLColors
from drawing import Canvas
from ulab import numpy as np

# A picture of so many rows has text of the font's own size.
ROWS_OF_SCALE_1 = 360
MARKER_RADIUS = 5


class ImageAnnotationDriver(AnnotationDriverBase):
    """Draws on uint8 arrays, gray (height, width) or red-green-blue (height, width, 3): the contexts of render().

    shadow: whether texts have a black one, to be read on any picture.
    """

    DEFAULT_COLOR = HTMLColors.WHITE
    SHADOW_COLOR = HTMLColors.BLACK

    def __init__(self, shadow=False):
        self._shadow = self.SHADOW_COLOR if shadow else None

    def render(self, annotations, context):
        """Draw the annotations on an array and return it."""
        super().render(annotations, Canvas(context))
        return context

    def add_label(self, anno, context):
        """Write a text."""
        scale = _scale(context, anno.size)
        width, height, descent = font.WIDTH * len(anno.text) - 1, font.ASCENT, font.HEIGHT - font.ASCENT
        x, y = anno.origin(*_pixel(anno.point, context), width * scale, height * scale, descent * scale)
        context.text(x, y, anno.text, self._color(anno), scale, self._shadow)

    def add_rect(self, anno, context):
        """Draw a rectangle of one pixel's width."""
        left, top = _pixel(anno.rect.pt_min, context)
        right, bottom = _pixel(anno.rect.pt_max, context)
        context.rectangle(left, top, right, bottom, self._color(anno))

    def add_line(self, anno, context):
        """Draw a line."""
        self._draw([_pixel(point, context) for point in anno.line], context, self._color(anno), anno.thickness)

    def add_marker(self, anno, context):
        """Draw a sign."""
        x, y = _pixel(anno.point, context)
        radius = MARKER_RADIUS * _scale(context, 1)
        strokes = [stroke and (x + stroke[0] * radius, y + stroke[1] * radius) for stroke in MARKER_STROKES[anno.style]]
        self._draw(strokes, context, self._color(anno), 1)

    def add_polyline(self, anno, context):
        """Fill a polyline if it has a color for that, and draw its lines."""
        points = [_pixel(point, context) for point in anno.polyline.points]
        if anno.fill_color:
            context.polygon(points, anno.fill_color)
        if anno.polyline.closed:
            points.append(points[0])
        self._draw(points, context, self._color(anno), anno.thickness)

    def _color(self, anno):
        return anno.color or self.DEFAULT_COLOR

    def _draw(self, points, canvas, color, thickness):
        """Lines from point to point; None begins anew behind it."""
        before = None
        for point in points:
            if before and point:
                canvas.line(*before, *point, color, thickness)
            before = point


def _scale(canvas, size):
    return max(1, int(canvas.height / ROWS_OF_SCALE_1 * size + 0.5))


def _pixel(point, canvas):
    return int(point.x * canvas.width), int(point.y * canvas.height)


class JpegAnnotationDriver(ImageAnnotationDriver):
    """Makes JPEG files with annotations of such without, or of arrays: the contexts of render().

    size: (width, height) of the result, by default that of the picture; quality: by default that of the file.
    What costs time is the decoding and the encoding: gray takes two thirds of color, and half the width and height
    a half. With nothing to draw and nothing to change a file itself comes back.
    """

    def __init__(self, gray=False, size=None, quality=None, shadow=True):
        super().__init__(shadow)
        self.size = size
        self._gray = gray
        self._quality = quality
        self._decoder = ujpeg.Decoder()

    def render(self, annotations, context):
        """The bytes of a JPEG file with the annotations; ValueError where one cannot be decoded."""
        quality = self._quality
        if hasattr(context, "shape"):
            image = _resized(context, self.size)
        else:
            header = ujpeg.info(context, length=False)
            quality = quality or header.quality
            whole = header.width, header.height
            size = tuple(self.size or whole)
            if size == whole and not annotations and not self._gray and quality == header.quality:
                return context
            # `size` averages, even where nothing is to be done, or the decoder could do it by itself.
            half = size == ((header.width + 1) // 2, (header.height + 1) // 2)
            image = self._decoder.decode(
                context,
                format="gray" if self._gray else "rgb",
                scale=2 if half else 1,
                size=None if half or size == whole else size,
            )
        return ujpeg.encode(super().render(annotations, image), quality=quality or 85)


def _resized(image, size):
    """An array of the nearest pixels, or the array itself."""
    if size is None or tuple(size) == (image.shape[1], image.shape[0]):
        return image
    columns, rows = [
        np.array(np.floor(np.arange(count) * (length / count)), dtype=np.uint16)
        for count, length in zip(size, (image.shape[1], image.shape[0]))
    ]
    return np.take(np.take(image, rows, axis=0), columns, axis=1)
