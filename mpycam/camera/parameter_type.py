"""The types of parameters, as apps write them in param.conf."""

import re
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

CONTROLS = ("hidden", "nosync", "readonly", "const", "internal", "writeonly")
# What a parameter without a maxlen takes.
MOST_CHARACTERS = 2048
HIDDEN_PASSWORD = "******"


@dataclass(frozen=True)
class ParameterType:
    """What may be written into a parameter.

    `kind` is string, int, bool, enum or password; `controls` are the words before it; `ranges` are pairs
    of the lowest and highest value of an int; `entries` are the values of a bool or enum, each with its label.
    """

    kind: str = "string"
    controls: frozenset = frozenset()
    longest: int = MOST_CHARACTERS
    ranges: tuple = ()
    entries: tuple = ()

    @property
    def read_only(self):
        """Whether param.cgi may not write it."""
        return bool(self.controls & {"readonly", "const", "internal"})

    def takes(self, value):
        """Whether `value` may be written."""
        # What cannot be shown in a line of text or in XML.
        if len(value) > self.longest or not all(c.isprintable() or c == "\t" for c in value):
            return False
        if self.kind == "int":
            return re.fullmatch(r"[+-]?\d{1,18}", value, re.ASCII) is not None and (
                not self.ranges or any(low <= int(value) <= high for low, high in self.ranges)
            )
        return not self.entries or any(value == entry for entry, _ in self.entries)

    def shown(self, value):
        """What a list shows of the value."""
        return HIDDEN_PASSWORD if self.kind == "password" or "writeonly" in self.controls else value

    def xml(self):
        """The type element of listdefinitions."""
        attributes = "".join(f' {name}="true"' for name in ("readonly", "hidden", "const") if name in self.controls)
        if self.kind in ("bool", "enum"):
            lines = [f"<entry value={quoteattr(value)} niceValue={quoteattr(label)}/>" for value, label in self.entries]
            inside = f"<{self.kind}>" + "".join(lines) + f"</{self.kind}>"
        else:
            limits = f' maxlen="{self.longest}"' if self.longest != MOST_CHARACTERS else ""
            if self.ranges:
                limits = f' min="{self.ranges[0][0]}" max="{self.ranges[-1][1]}"' + limits
            inside = f"<{self.kind}{limits}/>"
        return f"<type{attributes}>{inside}</type>"


def parse(text):
    """Return the ParameterType that a type string such as "hidden:int:min=0;max=9" describes.

    What is not understood is a string: so the camera takes old packages.
    """
    *controls, kind, rest = _split(text)
    controls = frozenset(controls)
    if kind in ("bool", "enum"):
        entries = tuple(_entry(each) for each in rest.split(",") if each)
        if kind == "bool" and not entries:
            entries = (("no", "no"), ("yes", "yes"))
        return ParameterType(kind, controls, entries=entries)
    options = dict(option.split("=", 1) for option in rest.split(";") if "=" in option)
    longest = _number(options.get("maxlen"), MOST_CHARACTERS)
    if kind == "int":
        low, high = _number(options.get("min"), None), _number(options.get("max"), None)
        ranges = ((-(10**18) if low is None else low, 10**18 if high is None else high),)
        if "range" in options:
            ranges = tuple(_range(each) for each in options["range"].split(","))
        return ParameterType(
            kind, controls, longest, () if (low, high) == (None, None) and "range" not in options else ranges
        )
    return ParameterType("password" if kind == "password" else "string", controls, longest)


def _split(text):
    parts = []
    word, colon, rest = text.partition(":")
    while word.strip() in CONTROLS:
        parts.append(word.strip())
        word, colon, rest = rest.partition(":")
    return [*parts, word.strip().lower(), rest]


def _entry(text):
    value, bar, label = text.partition("|")
    return value.strip(), label.strip() if bar else value.strip()


def _number(text, default):
    return int(text) if text and re.fullmatch(r"\s*-?\d{1,18}\s*", text, re.ASCII) else default


def _range(text):
    low, minus, high = text.strip().partition("-")
    return _number(low, 0), _number(high if minus else low, 0)
