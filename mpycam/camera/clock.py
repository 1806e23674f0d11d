"""The camera's clock, which can be wrong as real ones are."""

import time
from datetime import UTC, datetime


class Clock:
    """The host's clock plus `offset` seconds."""

    def __init__(self):
        self.offset = 0.0
        self._started = time.monotonic()

    def time(self):
        """Seconds since 1970."""
        return time.time() + self.offset

    def now(self):
        """The time as a datetime in UTC."""
        return datetime.fromtimestamp(self.time(), UTC)

    def uptime(self):
        """Seconds since the camera booted, whatever was done to its time."""
        return time.monotonic() - self._started

    def boot(self):
        """Begin to count the uptime again."""
        self._started = time.monotonic()
