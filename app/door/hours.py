"""Hours of the week as a text: "mo-fr 22:00-06:00, sa su"."""

DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")


class Hours:
    """Windows with commas between them: days, then times; all days or the whole day where one is left out.

    A window over midnight belongs to the day on which it begins.

    >>> Hours("mo-fr 22:00-06:00").hold(5, 5 * 60)
    True
    """

    def __init__(self, text):
        """Raises ValueError for what is no such text; an empty one has no window."""
        self._windows = [_window(part.split()) for part in text.lower().split(",")] if text.strip() else []

    def __bool__(self):
        return bool(self._windows)

    def hold(self, weekday, minute):
        """Whether a moment is in a window: weekday from 0 for Monday, minute of that day."""
        for days, begin, end in self._windows:
            if begin < end:
                if weekday in days and begin <= minute < end:
                    return True
            elif weekday in days and minute >= begin or (weekday - 1) % 7 in days and minute < end:
                return True
        return False


def _window(words):
    days = []
    begin, end = 0, 1440
    for place, word in enumerate(words):
        first, dash, last = word.partition("-")
        if ":" in word and place == len(words) - 1:
            begin, end = _minute(first), _minute(last)
        elif first in DAYS and (not dash or last in DAYS):
            first = DAYS.index(first)
            last = DAYS.index(last) if dash else first
            days += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
        else:
            raise ValueError(word)
    if not words or begin == end:
        raise ValueError("an empty window")
    return days or range(7), begin, end


def _minute(text):
    hours, colon, minutes = text.partition(":")
    value = int(hours) * 60 + int(minutes)
    if not 0 <= int(minutes) < 60 or not 0 <= value <= 1440:
        raise ValueError(text)
    return value
