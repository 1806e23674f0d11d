"""How long to wait before the next attempt: twice as long each time, up to a limit."""


class Backoff:
    """Delays in seconds: `first`, twice that, and so on, never more than `longest`.

    >>> delays = Backoff(1, 60)
    >>> [delays.next() for _ in range(8)]
    [1, 2, 4, 8, 16, 32, 60, 60]
    """

    def __init__(self, first=1, longest=60):
        self.first = first
        self.longest = longest
        self._delay = first

    def next(self):
        """The delay before the next attempt."""
        delay = min(self._delay, self.longest)
        self._delay = min(delay * 2, self.longest)
        return delay

    def reset(self):
        """Begin again with the first delay; call it when the attempt proved good."""
        self._delay = self.first
