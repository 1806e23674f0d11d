"""From probabilities to door states: a Schmitt trigger, then a minimum duration."""

UNKNOWN, OPEN, AJAR, CLOSED = "unknown", "open", "ajar", "closed"
# Of the view: nothing hinders the camera from seeing the doors.
GOOD = "good"


class DoorState:
    """The state of one door.

    A probability of `open_threshold` or more speaks for open, one of
    `close_threshold` or less for closed, and one between for what the one
    before spoke for. Of a model that knows ajar, that probability speaks for
    it by the same threshold, and closed is where both together are small. The
    state changes when all probabilities of at least `minimum_duration` seconds
    speak for the other one, so that flicker makes no change; until the first
    such time it is "unknown".
    """

    def __init__(self, open_threshold, close_threshold, minimum_duration):
        self.state = UNKNOWN
        self._open_threshold = open_threshold
        self._close_threshold = close_threshold
        # A hair less, so that 2.3 - 1.8 is half a second in any rounding.
        self._minimum_duration = minimum_duration - 1e-6
        self.forget()

    def forget(self):
        """Begin the minimum duration anew, because the view was interrupted; the state stays."""
        self._tendency = None
        self._since = 0.0

    def lose(self):
        """Nothing can be seen any more: be unknown; return whether the state changed."""
        self.forget()
        changed = self.state != UNKNOWN
        self.state = UNKNOWN
        return changed

    def update(self, probability, time, ajar=0.0):
        """Take the probabilities of "open" and "ajar" at a time in seconds; return whether the state changed."""
        tendency = self._tendency
        if probability >= self._open_threshold:
            tendency = OPEN
        elif ajar >= self._open_threshold:
            tendency = AJAR
        elif probability + ajar <= self._close_threshold:
            tendency = CLOSED
        # A clock that was set back begins the duration anew.
        if tendency != self._tendency or time < self._since:
            self._tendency = tendency
            self._since = time
        if tendency is None or tendency == self.state or time - self._since < self._minimum_duration:
            return False
        self.state = tendency
        return True
