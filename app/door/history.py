"""How often and for how long doors were open, day by day, and their last changes."""

import json
import os
import time

from door.state import CLOSED, UNKNOWN

DAYS, CHANGES = 31, 200
# Seconds between two writes to the camera's flash: at most 6 an hour, and a power cut loses no more than that.
WRITE_INTERVAL = 600
# A longer step of the clock is no time that passed: the clock was set.
LONGEST_STEP = 300


class History:
    """`days` is {date: {door: [openings, seconds open]}}, and `changes` a list of [time, door, state], oldest first."""

    def __init__(self, path=None):
        """Go on with what the file at `path` has; without one nothing is kept."""
        self.days = {}
        self.changes = []
        self._path = path
        self._last = {}  # the last state of each door
        self._known = {}  # the last one that was seen
        self._written = time.ticks_ms()
        self._time = None
        self._news = False
        if path:
            try:
                with open(path) as file:
                    kept = json.load(file)
                self.days, self.changes = kept["days"], kept["changes"]
                for _, door, state in self.changes:
                    self._last[door] = state
                    if state != UNKNOWN:
                        self._known[door] = state
            except (OSError, ValueError, KeyError, TypeError):
                pass  # the first time, or a file that is none: begin anew

    def changed(self, door, state, now):
        """A door has a new state at a time in seconds."""
        if self._last.get(door) == state:
            return  # found as it was left by the app's last run
        self._last[door] = state
        self.changes = self.changes[1 - CHANGES :] + [[int(now * 1000) / 1000, door, state]]
        if state != UNKNOWN:
            if state != CLOSED and self._known.get(door) == CLOSED:
                self._count(door, now)[0] += 1
            self._known[door] = state
        self._news = True

    def passed(self, states, now):
        """Time goes by; `states` is {door: state}."""
        step = now - self._time if self._time is not None else 0
        self._time = now
        if 0 < step < LONGEST_STEP:
            for door, state in states.items():
                if state not in (CLOSED, UNKNOWN):
                    self._count(door, now)[1] += step
                    self._news = True

    @property
    def due(self):
        """Whether it is time to write."""
        return self._news and time.ticks_diff(time.ticks_ms(), self._written) >= WRITE_INTERVAL * 1000

    def today(self, door, now):
        """[openings, seconds open] of a door on the day of a time in seconds, by the camera's time zone."""
        return self.days.get(_date(now), {}).get(door, [0, 0])

    def _count(self, door, now):
        date = _date(now)
        day = self.days.setdefault(date, {})
        while len(self.days) > DAYS:
            del self.days[min([other for other in self.days if other != date])]
        return day.setdefault(door, [0, 0])

    def write(self):
        """Write the file, if there is anything new; the old one stays whole until the new one is."""
        self._written = time.ticks_ms()
        if not self._path or not self._news:
            return
        self._news = False
        with open(self._path + ".new", "w") as file:
            json.dump({"days": self.days, "changes": self.changes}, file)
            file.flush()
        os.rename(self._path + ".new", self._path)


def _date(now):
    return "%04d-%02d-%02d" % time.localtime(int(now))[:3]
