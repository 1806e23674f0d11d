"""A configuration file in JSON, each key checked, with errors that say what was expected."""

import json


class ConfigError(ValueError):
    """The text names the key, what it holds and what was expected."""


class Field:
    """A key with its default. A subclass checks a value and describes what it expects."""

    expected = "anything"

    def __init__(self, name, default):
        self.name = name
        self.default = default

    def accepts(self, value):
        """Whether `value`, as it came out of JSON, is allowed."""
        return True

    def parse(self, text):
        """The value of a text from the command line."""
        try:
            return json.loads(text)
        except ValueError:
            raise ConfigError("%s: need %s, have %s" % (self.name, self.expected, text))

    def check(self, value):
        """Return `value`, or raise ConfigError."""
        if not self.accepts(value):
            raise ConfigError("%s: need %s, have %s" % (self.name, self.expected, json.dumps(value)))
        return value


class Number(Field):
    """A number from `low` to `high`, both included; with `whole` an integer."""

    def __init__(self, name, default, low, high, whole=False):
        super().__init__(name, default)
        self.low = low
        self.high = high
        self.whole = whole
        self.expected = "%s from %s to %s" % ("a whole number" if whole else "a number", low, high)

    def accepts(self, value):
        types = int if self.whole else (int, float)
        # In Python a bool is an int, in JSON it is not. A comparison with NaN is False.
        return isinstance(value, types) and not isinstance(value, bool) and self.low <= value <= self.high


class Flag(Field):
    """true or false."""

    expected = "true or false"

    def accepts(self, value):
        return isinstance(value, bool)


class Text(Field):
    """A text, which may be empty only if its default is."""

    def __init__(self, name, default):
        super().__init__(name, default)
        self.expected = "a text" if default == "" else "a text that is not empty"

    def accepts(self, value):
        return isinstance(value, str) and (value != "" or self.default == "")

    def parse(self, text):
        return text


class Region(Field):
    """A part of a picture: [x, y, width, height] in fractions of its width and height."""

    expected = "[x, y, width, height] in fractions from 0 to 1 inside of the picture"

    def accepts(self, value):
        if not isinstance(value, list) or len(value) != 4:
            return False
        for part in value:
            if isinstance(part, bool) or not isinstance(part, (int, float)) or not 0 <= part <= 1:
                return False
        x, y, width, height = value
        # A hair more than 1 lets 0.7 + 0.3 through in any rounding.
        return width > 0 and height > 0 and x + width <= 1.000001 and y + height <= 1.000001


def distance(a, b):
    """How many insertions, deletions, replacements and swaps of neighbours make `a` into `b`.

    The optimal string alignment distance: each place is edited at most once.
    """
    before = None
    above = list(range(len(b) + 1))
    for i in range(1, len(a) + 1):
        row = [i]
        for j in range(1, len(b) + 1):
            different = a[i - 1] != b[j - 1]
            best = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + different)
            if before and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, above = above, row
    return above[len(b)]


def _farness(name, candidate):
    """How far a name is from a candidate, or else from one of its words."""
    return min([distance(name, candidate)] + [distance(name, word) + 1 for word in candidate.split("_")])


def unknown(kind, name, names):
    """The ConfigError for a name that is none of `names`: it tells the nearest, and all if even that is far."""
    nearest = min(names, key=lambda candidate: _farness(name, candidate))
    text = "unknown %s '%s', did you mean '%s'?" % (kind, name, nearest)
    if _farness(name, nearest) > max(1, len(name) // 3):
        text += " There are " + ", ".join(sorted(names))
    return ConfigError(text)


def check(fields, values):
    """A dictionary with the value of every field: from the dictionary `values`, else its default."""
    names = [field.name for field in fields]
    for name in values:
        if name not in names:
            raise unknown("key", name, names)
    return {field.name: field.check(values.get(field.name, field.default)) for field in fields}


def read(path):
    """The JSON object in a file as a dictionary, not yet checked."""
    try:
        with open(path) as file:
            text = file.read().strip()
        # The interpreter's parser would take an object without its end, as a power cut leaves it.
        if not text.startswith("{") or not text.endswith("}"):
            raise ValueError("need a JSON object from { to }")
        values = json.loads(text)
    except OSError as error:
        raise ConfigError("%s: cannot be read, %s" % (path, error))
    except ValueError as error:
        raise ConfigError("%s: %s" % (path, error))
    return values
