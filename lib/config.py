"""What can be configured, from one list of fields: defaults, checks, files, command line, form.

    FIELDS = (
        Number("fps", 5, 0.01, 1000, help="frames a second of a file"),
        Flag("pace", False, help="give a file's frames at that rate"),
        Groups("doors", [], (Text("name", "door"), Region("region", [0, 0, 1, 1]))),
    )
    settings = check(FIELDS, read("settings.json"))

lib/config_parameters.py keeps to the camera's parameters of the same names, and
lib/config_documents.py writes the manifest's part and the documentation's table.
"""

import json
import os

# What is told instead of a password.
HIDDEN = "***"


class ConfigError(ValueError):
    """The text names the key, what it holds and what was expected."""


class Field:
    """A key with its default. A subclass checks a value and describes what it expects.

    With `parameter` the app's manifest has a parameter of this name.
    """

    type = "any"

    def __init__(self, name, default, help="", unit="", parameter=False):
        self.name = name
        self.default = default
        self.help = help
        self.unit = unit
        self.parameter = parameter

    def expected(self):
        """What is expected, in words."""
        return "anything"

    def accepts(self, value):
        """Whether `value`, as it came out of JSON, is allowed."""
        return True

    def parse(self, text):
        """The value of a text from the command line or from a parameter, not yet checked."""
        try:
            return json.loads(text)
        except ValueError:
            raise ConfigError("%s: need %s, have %s" % (self.name, self.expected(), text))

    def text(self, value):
        """What parse() makes into the value."""
        return json.dumps(value)

    def check(self, value):
        """Return `value`, or raise ConfigError."""
        if not self.accepts(value):
            raise ConfigError("%s: need %s, have %s" % (self.name, self.expected(), json.dumps(value)))
        return value

    def describe(self):
        """What a form needs to know, as a dictionary for JSON."""
        described = {name: getattr(self, name) for name in ("name", "type", "default", "help", "unit")}
        described["expected"] = self.expected()
        return described


class Number(Field):
    """A number from `low` to `high`, both included; with `whole` an integer."""

    type = "number"

    def __init__(self, name, default, low, high, whole=False, **options):
        super().__init__(name, default, **options)
        self.low = low
        self.high = high
        self.whole = whole

    def expected(self):
        return "%s from %s to %s" % ("a whole number" if self.whole else "a number", self.low, self.high)

    def accepts(self, value):
        types = int if self.whole else (int, float)
        # In Python a bool is an int, in JSON it is not. A comparison with NaN is False.
        return isinstance(value, types) and not isinstance(value, bool) and self.low <= value <= self.high

    def describe(self):
        described = super().describe()
        described.update({"low": self.low, "high": self.high, "whole": self.whole})
        return described


class Flag(Field):
    """true or false; as a parameter yes or no."""

    type = "flag"

    def expected(self):
        return "true or false"

    def accepts(self, value):
        return isinstance(value, bool)

    def parse(self, text):
        return text == "yes" if text in ("yes", "no") else super().parse(text)

    def text(self, value):
        return "yes" if value else "no"


class Text(Field):
    """A text, which may be empty only if its default is."""

    type = "text"

    def expected(self):
        return "a text" if self.default == "" else "a text that is not empty"

    def accepts(self, value):
        return isinstance(value, str) and (value != "" or self.default == "")

    def parse(self, text):
        return text

    def text(self, value):
        return value


class Password(Text):
    """A text that is not told to anybody."""

    type = "password"


class Choice(Text):
    """One of `choices`, a tuple of texts or of (text, label)."""

    type = "choice"

    def __init__(self, name, default, choices, **options):
        self.choices = [(choice, choice) if isinstance(choice, str) else choice for choice in choices]
        super().__init__(name, default, **options)

    def expected(self):
        return "one of " + ", ".join([choice for choice, _ in self.choices])

    def accepts(self, value):
        return value in [choice for choice, _ in self.choices]

    def describe(self):
        described = super().describe()
        described["choices"] = self.choices
        return described


class Region(Field):
    """A part of a picture: [x, y, width, height] in fractions of its width and height."""

    type = "region"

    def expected(self):
        return "[x, y, width, height] in fractions from 0 to 1 inside of the picture"

    def accepts(self, value):
        if not isinstance(value, list) or len(value) != 4:
            return False
        for part in value:
            if isinstance(part, bool) or not isinstance(part, (int, float)) or not 0 <= part <= 1:
                return False
        x, y, width, height = value
        # A hair more than 1 lets 0.7 + 0.3 through in any rounding.
        return width > 0 and height > 0 and x + width <= 1.000001 and y + height <= 1.000001


class Groups(Field):
    """A list of at most `most` objects, each with some of the keys of `fields`."""

    type = "groups"

    def __init__(self, name, default, fields, most=16, **options):
        super().__init__(name, default, **options)
        self.fields = fields
        self.most = most

    def expected(self):
        return "a list of at most %d objects" % self.most

    def accepts(self, value):
        return isinstance(value, list) and len(value) <= self.most

    def check(self, value):
        for place, group in enumerate(super().check(value)):
            try:
                if not isinstance(group, dict):
                    raise ConfigError("need an object, have " + json.dumps(group))
                check(self.fields, group)
            except ConfigError as error:
                raise ConfigError("%s[%d]: %s" % (self.name, place, error))
        return value

    def describe(self):
        described = super().describe()
        described.update({"fields": form(self.fields), "most": self.most})
        return described


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
    """A dictionary with the value of every field: from the dictionary `values`, which is checked, else its default."""
    checked = {}
    for field in fields:
        name = field.name
        checked[name] = field.check(values[name]) if name in values else field.default
    for name in values:
        if name not in checked:
            raise unknown("key", name, [field.name for field in fields])
    return checked


def changed(fields, values):
    """[(name, value)] of those that are not the defaults, with HIDDEN in the place of passwords."""
    shown = concealed(fields, values)
    return [(field.name, shown[field.name]) for field in fields if values[field.name] != field.default]


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


def write(path, values):
    """Write a JSON object to a file that only its owner may read; a power cut leaves the old or the new one."""
    temporary = path + ".new"
    with open(temporary, "w") as file:
        os.system("chmod 600 '%s'" % temporary)
        file.write(json.dumps(values))
        file.flush()
        # MicroPython's flush() does that, and there is no fsync().
        if hasattr(os, "fsync"):
            os.fsync(file.fileno())
    os.rename(temporary, path)


def concealed(fields, values):
    """The values with HIDDEN in the place of passwords."""
    secret = [field.name for field in fields if isinstance(field, Password)]
    return {name: HIDDEN if value and name in secret else value for name, value in values.items()}


def restored(fields, values, before):
    """The values with passwords from `before` in the place of HIDDEN."""
    secret = [field.name for field in fields if isinstance(field, Password)]
    return {name: before[name] if value == HIDDEN and name in secret else value for name, value in values.items()}


def form(fields):
    """What a page needs for a form, as a list for JSON."""
    return [field.describe() for field in fields]


def options(fields, arguments, more=()):
    """The command line `--name value ...` as {name: text}, with the names of the fields and `more`."""
    names = [field.name for field in fields] + list(more)
    found = {}
    arguments = list(arguments)
    while arguments:
        option = arguments.pop(0)
        name = option[2:].replace("-", "_")
        if not option.startswith("--"):
            raise ConfigError("need an option that begins with --, have '%s'" % option)
        if name not in names:
            raise unknown("option", name, names)
        if not arguments:
            raise ConfigError("option --%s: need a value, have none" % name)
        found[name] = arguments.pop(0)
    return found


def usage(fields):
    """The lines of a usage text."""
    return "\n".join(["  --%-20s %s (%s)" % (field.name, field.expected(), json.dumps(field.default)) for field in fields])
