"""Colours and named sets of them.

The classes and their values are those of Backpack (its version 0.3), with one
deviation: HTML's maroon and teal have the values that the standard gives them.
"""

import hashlib


class Color:
    """Red, green and blue from 0 to 255, and an opacity from 0 to 1. Treat it as a constant."""

    def __init__(self, r, g, b, alpha=1.0):
        self.r = r
        self.g = g
        self.b = b
        self.alpha = alpha

    @classmethod
    def from_hex(cls, value):
        """The color of "#rrggbb", "rrggbb" or 0xrrggbb; ValueError for anything else."""
        number = value
        if isinstance(value, str):
            digits = value[1:] if value.startswith("#") else value
            number = int(digits, 16) if len(digits) == 6 and digits[0] not in "+-" else -1
        if not isinstance(number, int) or not 0 <= number <= 0xFFFFFF:
            raise ValueError("need a color like #12abef, have %s" % (value,))
        return cls(number >> 16, number >> 8 & 255, number & 255)

    @classmethod
    def from_value(cls, value):
        """The color of a Color, of a text or number as from_hex() takes it, of (r, g, b), (r, g, b, alpha) or
        {"r": ..., "g": ..., "b": ..., "alpha" or "a": ...}; alpha is a float. ValueError for anything else.
        """
        if isinstance(value, Color):
            return value
        if isinstance(value, (str, int)):
            return cls.from_hex(value)
        parts = value
        if isinstance(value, dict):
            parts = [value.get(name) for name in "rgb"] + [float(value.get("alpha", value.get("a", 1.0)))]
        parts = tuple(parts)
        if (
            len(parts) not in (3, 4)
            or not all([isinstance(part, int) and 0 <= part <= 255 for part in parts[:3]])
            or not all([isinstance(part, float) and 0 <= part <= 1 for part in parts[3:]])
        ):
            raise ValueError("need three ints to 255 and perhaps a float to 1 as a color, have %s" % (value,))
        return cls(*parts)

    @classmethod
    def from_id(cls, identifier, salt="salt"):
        """A color that is the same for the same identifier everywhere: from the MD5 of salt and identifier.

        >>> Color.from_id(7)
        Color(r=254, g=198, b=43, alpha=1.0)
        """
        return cls(*hashlib.md5((salt + str(identifier)).encode()).digest()[:3])

    def brightness(self, factor):
        """This color with its parts times `factor`, at most 255."""
        r, g, b = [min(255, int(part * factor)) for part in (self.r, self.g, self.b)]
        return Color(r, g, b, self.alpha)

    def with_alpha(self, alpha):
        """This color with another opacity."""
        return Color(self.r, self.g, self.b, alpha)

    def __eq__(self, other):
        return isinstance(other, Color) and tuple(self) == tuple(other)

    def __hash__(self):
        return hash(tuple(self))

    def __iter__(self):
        return iter((self.r, self.g, self.b, self.alpha))

    def __repr__(self):
        return "Color(r=%s, g=%s, b=%s, alpha=%s)" % tuple(self)


class ColorMap:
    """A set of colors: the attributes of a subclass that its NAMES tell, in their order."""

    NAMES = ""

    @classmethod
    def as_list(cls):
        """The colors."""
        return [getattr(cls, name) for name in cls.NAMES.split()]

    @classmethod
    def from_name(cls, name):
        """The color of that name, or None."""
        return getattr(cls, name.upper()) if name.upper() in cls.NAMES.split() else None

    @classmethod
    def color_from_id(cls, identifier):
        """One of the colors for an int, which begin anew behind the last one."""
        colors = cls.as_list()
        return colors[identifier % len(colors)]


class HTMLColors(ColorMap):
    """The sixteen colors of HTML 3.2."""

    NAMES = "WHITE SILVER GRAY BLACK RED MAROON YELLOW OLIVE LIME GREEN AQUA TEAL BLUE NAVY FUCHSIA PURPLE"

    WHITE = Color(255, 255, 255)
    SILVER = Color(192, 192, 192)
    GRAY = Color(128, 128, 128)
    BLACK = Color(0, 0, 0)
    RED = Color(255, 0, 0)
    MAROON = Color(128, 0, 0)
    YELLOW = Color(255, 255, 0)
    OLIVE = Color(128, 128, 0)
    LIME = Color(0, 255, 0)
    GREEN = Color(0, 128, 0)
    AQUA = Color(0, 255, 255)
    TEAL = Color(0, 128, 128)
    BLUE = Color(0, 0, 255)
    NAVY = Color(0, 0, 128)
    FUCHSIA = Color(255, 0, 255)
    PURPLE = Color(128, 0, 128)
