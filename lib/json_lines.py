"""One JSON object a line: the form in which an app tells what happened."""

import json
import sys
import time


def line(pairs):
    """The text of a JSON object with the keys in the order of `pairs`, floats to three decimals.

    Values are None, bool, int, float, str, or a list or tuple of such; a tuple
    of (name, value) pairs wrapped in `Nested` becomes an object. A dictionary
    becomes one, too, with its floats as they are.

    >>> line((("event", "door"), ("confidence", 0.98765)))
    '{"event": "door", "confidence": 0.988}'
    """
    return "{" + ", ".join([json.dumps(name) + ": " + _value(value) for name, value in pairs]) + "}"


class Nested:
    """(name, value) pairs that become an object inside of the line."""

    def __init__(self, pairs):
        self.pairs = pairs


def _value(value):
    if isinstance(value, Nested):
        return line(value.pairs)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join([_value(item) for item in value]) + "]"
    if isinstance(value, float):
        if value - value != 0:
            return "null"  # JSON has neither infinity nor NaN
        text = ("%.3f" % value).rstrip("0").rstrip(".")
        return "0" if text == "-0" else text
    return json.dumps(value)


def write(*pairs):
    """Print the line on stdout at once: a log reader waits for it."""
    sys.stdout.write(line(pairs) + "\n")
    sys.stdout.flush()


def utc(seconds):
    """Seconds since 1970 as ISO 8601 in UTC with milliseconds.

    >>> utc(1700000000.25)
    '2023-11-14T22:13:20.250Z'
    """
    milliseconds = int(seconds * 1000 + 0.5)
    year, month, day, hour, minute, second = time.gmtime(milliseconds // 1000)[:6]
    return "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ" % (
        year, month, day, hour, minute, second, milliseconds % 1000
    )  # fmt: skip
