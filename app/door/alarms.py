"""Alarms of one door: it stands open for too long, or opens when it should not."""

import time

from door.hours import Hours
from door.state import CLOSED, UNKNOWN

LEFT_OPEN, FORCED = "left_open", "forced"


class Alarms:
    """`kind` is that of the alarm that is on, or None. One alarm at a time: forced comes before left open."""

    def __init__(self, left_open_after, left_open_hours, forced_hours):
        """Seconds, 0 for never, and Hours as text: without hours left open always counts, and forced never."""
        self.kind = None
        # A hair less, so that 2.8 - 1.2 is 1.6 seconds in any rounding.
        self._after = left_open_after and left_open_after - 1e-6
        self._left_open_hours = Hours(left_open_hours)
        self._forced_hours = Hours(forced_hours)
        # What the door was when it was last seen; until then an opening may be an old one.
        self._known = None
        self._opened = None

    def changed(self, state, now):
        """Take a new state of the door at a time in seconds; return whether `kind` changed."""
        before = self.kind
        if state == UNKNOWN:
            return False  # what it does unseen is told when it is seen again
        if state == CLOSED:
            self.kind = self._opened = None
        elif self._opened is None:
            self._opened = now
            if self._known == CLOSED and _holds(self._forced_hours, now):
                self.kind = FORCED
        self._known = state
        return self.kind != before

    def passed(self, now):
        """Time goes by; return whether `kind` changed."""
        if self._opened is None or self.kind or not self._after:
            return False
        # A clock that was set back begins the time anew.
        self._opened = min(self._opened, now)
        if now - self._opened < self._after or (self._left_open_hours and not _holds(self._left_open_hours, now)):
            return False
        self.kind = LEFT_OPEN
        return True


def _holds(hours, now):
    moment = time.localtime(int(now))
    return hours.hold(moment[6], moment[3] * 60 + moment[4])
