"""Boxes, lines, filled polygons and text on pictures in arrays, in whole vector operations.

Coordinates are pixels; what lies outside of the picture is cut off. Colors are
those of `colors`, with their opacity: color * alpha + picture * (1 - alpha).
"""

import font
from ulab import numpy as np

# More than the rounding errors of a line's points, less than what tells two of them apart.
HAIR = 1e-6
# Rows that are mixed with a color at a time, so that a large area needs little memory.
BAND = 16


class Canvas:
    """Draws on a uint8 array, gray (height, width) or red-green-blue (height, width, 3).

    Its items must lie one behind the other, as in whole rows of a picture: ValueError if they do not.
    """

    def __init__(self, image):
        shape = image.shape
        depth = shape[2] if len(shape) == 3 else 1
        if len(shape) not in (2, 3) or len(shape) == 3 and depth != 3 or image.itemsize != 1:
            raise ValueError("need a uint8 array (H, W) or (H, W, 3), have the shape %s" % (shape,))
        if image.strides[0] != shape[1] * depth or image.strides[-1] != 1:
            raise ValueError("need an array of whole rows, have strides %s" % (image.strides,))
        self.height, self.width = shape[:2]
        self._image = image
        self._depth = depth
        # Long rows of bytes are what ulab is fast with.
        self._rows = image.reshape((self.height, self.width * depth))

    def _ink(self, color, count):
        """The bytes of `count` pixels of a color."""
        pixel = bytes((color.r, color.g, color.b))
        if self._depth == 1:
            # Luma as in JPEG files.
            pixel = bytes(((color.r * 299 + color.g * 587 + color.b * 114 + 500) // 1000,))
        return np.frombuffer(pixel * count, dtype=np.uint8)

    def _under(self, color, pixels):
        """What the pixels in an array whose rows are bytes of pixels become under a color."""
        ink = self._ink(color, pixels.shape[-1] // self._depth)
        if color.alpha >= 1:
            return ink
        mixed = np.array(pixels, dtype=np.float32)
        mixed *= 1 - color.alpha
        mixed += np.array(ink, dtype=np.float32) * color.alpha
        return np.array(mixed, dtype=np.uint8)

    def box(self, left, top, right, bottom, color):
        """Fill the columns from `left` to before `right` of the rows from `top` to before `bottom`."""
        left, top = max(0, left), max(0, top)
        right, bottom = min(self.width, right), min(self.height, bottom)
        if left >= right or color.alpha <= 0:
            return
        band = BAND if color.alpha < 1 else self.height
        for row in range(top, bottom, band):
            view = self._rows[row : min(bottom, row + band), left * self._depth : right * self._depth]
            view[:] = self._under(color, view)

    def rectangle(self, left, top, right, bottom, color, thickness=1):
        """The outline of a rectangle through two corners, its lines as line() draws them."""
        left, right = min(left, right), max(left, right)
        top, bottom = min(top, bottom), max(top, bottom)
        before = thickness // 2
        # No pixel is colored twice, which would show where the color lets the picture through.
        outer = left - before, top - before, right - before + thickness, bottom - before + thickness
        inner = outer[0] + thickness, outer[1] + thickness, outer[2] - thickness, outer[3] - thickness
        if inner[0] >= inner[2] or inner[1] >= inner[3]:
            self.box(*outer, color)
            return
        self.box(outer[0], outer[1], outer[2], inner[1], color)
        self.box(outer[0], inner[3], outer[2], outer[3], color)
        self.box(outer[0], inner[1], inner[0], inner[3], color)
        self.box(inner[2], inner[1], outer[2], inner[3], color)

    def line(self, x0, y0, x1, y1, color, thickness=1):
        """A line with both its ends. A thick one has `thickness` pixels in each column, or in each row if steeper."""
        before = thickness // 2
        if y0 == y1:
            self.box(min(x0, x1), y0 - before, max(x0, x1) + 1, y0 - before + thickness, color)
        elif x0 == x1:
            self.box(x0 - before, min(y0, y1), x0 - before + thickness, max(y0, y1) + 1, color)
        elif abs(x1 - x0) >= abs(y1 - y0):
            for columns, rows in _steps(x0, y0, x1, y1, self.width, self.height, before, thickness):
                self._color(self._image, (rows, columns), color)
        else:
            for rows, columns in _steps(y0, x0, y1, x1, self.height, self.width, before, thickness):
                self._color(self._image, (rows, columns), color)

    def _color(self, image, index, color):
        """Color the pixels of an image that an index picks."""
        if color.alpha >= 1:
            image[index] = self._ink(color, 1)
        elif color.alpha > 0:
            pixels = image[index]
            if len(pixels):
                image[index] = self._under(color, pixels.reshape((pixels.size,))).reshape(pixels.shape)

    def polygon(self, points, color):
        """Fill the closed polygon through (x, y) points: the pixels that lie inside by the even-odd rule."""
        left, right = self._limits([x for x, _ in points], self.width)
        top, bottom = self._limits([y for _, y in points], self.height)
        if left >= right or top >= bottom or color.alpha <= 0:
            return
        crossings = _crossings(points, left, right, top, bottom)
        depth = self._depth
        for start in range(top, bottom, BAND):
            view = self._rows[start : min(bottom, start + BAND), left * depth : right * depth]
            under = np.zeros(view.shape, dtype=np.uint8)
            under[:] = self._under(color, view)
            for row in range(len(view)):
                xs = crossings[start - top + row]
                xs.sort()
                while xs:
                    end = (xs.pop() - left) * depth
                    begin = (xs.pop() - left) * depth
                    view[row, begin:end] = under[row, begin:end]

    @staticmethod
    def _limits(values, limit):
        return max(0, int(min(values))), min(limit, int(max(values)) + 1)

    def text(self, x, y, text, color, scale=1, shadow=None):
        """Write a line of text from `x` on the baseline `y`, `scale` pixels for each of the font's.

        shadow: the color of a copy below it, one of the font's pixels to the right and down.
        """
        step = font.WIDTH * scale
        first = max(0, -x // step)
        text = text[first : max(0, (self.width - x) // step + 1)]
        if not text:
            return
        ink = font.bitmap(text, scale)
        x += first * step
        y -= font.ASCENT * scale
        if shadow:
            self._stamp(x + scale, y + scale, ink, shadow)
        self._stamp(x, y, ink, color)

    def _stamp(self, left, top, ink, color):
        """Color what is True in a bool array whose corner is at (left, top)."""
        right, bottom = min(self.width, left + ink.shape[1]), min(self.height, top + ink.shape[0])
        skip_left, skip_top = max(0, -left), max(0, -top)
        left, top = left + skip_left, top + skip_top
        if left < right and top < bottom:
            ink = ink[skip_top : skip_top + bottom - top, skip_left : skip_left + right - left]
            self._color(self._image[top:bottom, left:right], ink, color)


def _steps(a0, b0, a1, b1, a_limit, b_limit, before, thickness):
    """The pixels of a line in steps of one along `a`: a pair of index arrays for each pixel of thickness."""
    if a0 > a1:
        a0, b0, a1, b1 = a1, b1, a0, b0
    first, last = max(0, a0), min(a_limit - 1, a1)
    if first > last:
        return
    slope = (b1 - b0) / (a1 - a0)
    a = np.arange(first, last + 1)
    # Halves go up.
    middle = a * slope + (b0 - a0 * slope + HAIR)
    for offset in range(-before, thickness - before):
        b = middle + offset
        visible = (b > -0.5) & (b < b_limit - 0.5)
        if np.all(visible):
            yield a, np.array(b, dtype=np.int16)
        else:
            yield a[visible], np.array(b[visible], dtype=np.int16)


def _crossings(points, left, right, top, bottom):
    """For each row the columns, within [left, right], from which on a pixel lies right of an edge."""
    crossings = [[] for _ in range(top, bottom)]
    x0, y0 = points[-1]
    for x1, y1 in points:
        first, last = max(top, _up(min(y0, y1))), min(bottom, _up(max(y0, y1)))
        if first < last:
            slope = (x1 - x0) / (y1 - y0)
            columns = np.ceil(np.arange(first, last) * slope + (x0 - y0 * slope - HAIR))
            columns = np.array(np.clip(columns, left, right), dtype=np.int16)
            for row, column in enumerate(columns.tolist(), first - top):
                crossings[row].append(column)
        x0, y0 = x1, y1
    return crossings


def _up(number):
    """A number rounded up to a whole one."""
    return -int(-number // 1)
