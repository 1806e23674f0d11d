"""How long training takes: an estimate from what has been trained, and fewer steps where that would be too long."""

import time

LEAST = 0.2  # of the usual steps


def work_of(visits, levels, multiply_adds):
    """Milliseconds that visits of pictures of so many levels take a network on one core of a desktop computer.

    Changing a picture as light and noise would takes longer than a small network; both have been measured.
    """
    return visits * (0.5 + 65e-6 * levels + 0.33e-6 * multiply_adds)


class Pace:
    """How fast this machine is, in seconds for a unit of work; `limit` is when a run shall have ended, in seconds."""

    def __init__(self, limit, clock=time.monotonic):
        self.limit, self.clock = limit, clock
        self.started = clock()
        self.seconds, self.work = 0.0, 0.0

    @property
    def elapsed(self):
        """Seconds since the start."""
        return self.clock() - self.started

    def measure(self, seconds, work):
        """Learn from work that took so many seconds."""
        self.seconds += seconds
        self.work += work

    def seconds_for(self, work):
        """How long that will take."""
        return work * self.seconds / self.work if self.work else 0.0

    def share(self, work):
        """The part of the work, at most 1, that ends within the limit; never less than LEAST."""
        needed = self.seconds_for(work)
        return min(1.0, max(LEAST, (self.limit - self.elapsed) / needed)) if needed else 1.0
