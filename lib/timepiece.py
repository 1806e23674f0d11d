"""Timers, schedules and meters that the caller ticks, once a frame for example: no thread and no loop of their own.

The classes, their defaults and their texts are those of Backpack's `timepiece`
(its version 0.3), with these deviations:

- Moments are seconds since 1970 as time.time() tells them, spans are seconds; there is no datetime here.
- Ticker.reset() forgets the last tick too, so that no gap is taken for an interval.
- StopWatch.measure() returns what the function returns, and stops when it raises.
- A watch that runs already is not started once more: RuntimeError.
- TickerTachometer.tick() gives (True, value) when it reported and (False, None) otherwise, not a tuple in a tuple.
- An executor is anything with submit(function, *args, **kwargs); `Tasks` is one for asyncio.
- A plain function serves where a Callback does.
"""

import asyncio
import time
from collections import deque

# ticks_us() repeats after 18 minutes and ticks_ms() after 12 days; spans are told apart within half of that.
LONG_MS = 500000


def clock():
    """The present moment of a clock that is never set, for since()."""
    return time.ticks_ms(), time.ticks_us()


def since(moment):
    """Seconds since a moment of clock(): to the microsecond up to 500 s, then to the millisecond, up to six days."""
    milliseconds = time.ticks_diff(time.ticks_ms(), moment[0])
    if milliseconds > LONG_MS:
        return milliseconds / 1000
    return time.ticks_diff(time.ticks_us(), moment[1]) / 1000000


class Tasks:
    """Executor that runs what is submitted as a task of asyncio's loop, coroutine functions too."""

    def submit(self, function, *args, **kwargs):
        """Have `function` called soon."""
        asyncio.create_task(self._run(function, args, kwargs))

    async def _run(self, function, args, kwargs):
        result = function(*args, **kwargs)
        if hasattr(result, "send"):
            await result


class Callback:
    """A function with its arguments; a call returns its value, or None when it is handed to an executor."""

    def __init__(self, cb, cbargs=None, cbkwargs=None, executor=None):
        self.cb = cb
        self.cbargs = cbargs or ()
        self.cbkwargs = cbkwargs or {}
        self.executor = executor

    def __call__(self):
        if self.executor is None:
            return self.cb(*self.cbargs, **self.cbkwargs)
        self.executor.submit(self.cb, *self.cbargs, **self.cbkwargs)


class BaseTimer:
    """The last `max_intervals` intervals, in seconds, and their statistics: 0.0 when there are none."""

    MAX_REPR_INTERVALS = 5

    def __init__(self, max_intervals=10):
        self.intervals = deque((), max_intervals)

    def min(self):
        """The shortest interval."""
        return min(self.intervals) if self.intervals else 0.0

    def max(self):
        """The longest interval."""
        return max(self.intervals) if self.intervals else 0.0

    def sum(self):
        """All intervals together."""
        return sum(self.intervals, 0.0)

    def mean(self):
        """The mean interval."""
        return self.sum() / len(self.intervals) if self.intervals else 0.0

    def len(self):
        """How many intervals there are."""
        return len(self.intervals)

    def freq(self):
        """Intervals a second by the mean."""
        mean = self.mean()
        return 1 / mean if mean else 0.0

    def reset(self):
        """Forget the intervals."""
        while self.intervals:
            self.intervals.popleft()

    def _details(self):
        if not self.intervals:
            return []
        shown = ["%.4f" % interval for interval in list(self.intervals)[: self.MAX_REPR_INTERVALS]]
        if len(self.intervals) > self.MAX_REPR_INTERVALS:
            shown.append("...")
        return [
            "intervals=[%s]" % ", ".join(shown),
            "min=%.4f" % self.min(),
            "mean=%.4f" % self.mean(),
            "max=%.4f" % self.max(),
        ]

    def __repr__(self):
        return "<%s>" % " ".join([type(self).__name__] + self._details())


class Ticker(BaseTimer):
    """The time between ticks."""

    def __init__(self, max_intervals=10):
        super().__init__(max_intervals)
        self._last = None

    def tick(self):
        """Take the time since the last tick; the first one has none."""
        if self._last is not None:
            self.intervals.append(since(self._last))
        self._last = clock()

    def reset(self):
        """Forget the intervals and the last tick."""
        super().reset()
        self._last = None


class StopWatch(BaseTimer):
    """The time that with blocks take, in a tree of named watches.

        with StopWatch("frame") as watch:
            with watch.child("decode"):
                ...
    """

    def __init__(self, name, max_intervals=10):
        super().__init__(max_intervals)
        self.name = name
        self.parent = None
        self.children = {}
        self._max_intervals = max_intervals
        self._order = []
        self._started = None

    def __enter__(self):
        if self._started is not None:
            raise RuntimeError("need a watch that stands still, '%s' runs" % self.full_name())
        self._started = clock()
        return self

    def __exit__(self, *_):
        self.intervals.append(since(self._started))
        self._started = None

    def child(self, name, max_intervals=None):
        """The child of that name, made at the first time, by default with as many intervals as this one."""
        if name not in self.children:
            watch = type(self)(name, max_intervals or self._max_intervals)
            watch.parent = self
            self.children[name] = watch
            self._order.append(watch)
        return self.children[name]

    def parents(self):
        """The watches above this one, the nearest first."""
        watch = self.parent
        while watch is not None:
            yield watch
            watch = watch.parent

    def full_name(self):
        """The names from the root down, with dots between them."""
        return ".".join([watch.name for watch in reversed([self] + list(self.parents()))])

    @property
    def level(self):
        """How many watches are above this one."""
        return len(list(self.parents()))

    def measure(self, fun):
        """Decorator: the function's calls are timed."""

        def measured(*args, **kwargs):
            with self:
                return fun(*args, **kwargs)

        return measured

    def __repr__(self):
        parts = [type(self).__name__, "name=" + self.name] + self._details()
        if self._order:
            indent = "    " * self.level
            children = (", \n" + indent + "    ").join([repr(child) for child in self._order])
            parts.append("children=[\n%s    %s\n%s]" % (indent, children, indent))
        return "<%s>" % " ".join(parts)


class Schedule:
    """Calls back at certain ticks."""

    def __init__(self, repeating, callback):
        self.repeating = repeating
        self.callback = callback

    def fire(self):
        """Call back; return what that returns."""
        return self.callback()

    def _due(self):
        """Whether this tick is one to call back at."""
        raise NotImplementedError

    def tick(self):
        """(True, what the callback returned) if it was called, else (False, None)."""
        return (True, self.fire()) if self._due() else (False, None)


class AtSchedule(Schedule):
    """Calls back once, at the first tick later than the moment `at` (None: never); a new `at` arms it again."""

    def __init__(self, at, callback):
        super().__init__(False, callback)
        self.at = at

    @property
    def at(self):
        """The moment, in seconds since 1970."""
        return self._at

    @at.setter
    def at(self, moment):
        self._at = moment
        self._fired = False

    def _due(self):
        if self._fired or self._at is None or time.time() <= self._at:
            return False
        self._fired = True
        return True


class IntervalSchedule(Schedule):
    """Calls back at the first tick and then every `interval` seconds; what was missed is skipped, the phase kept."""

    def __init__(self, interval, callback):
        super().__init__(True, callback)
        if interval <= 0:
            raise ValueError("need an interval of more than 0 s, have %s" % interval)
        self.interval = interval
        self._last = None
        # Milliseconds since the first tick, added up so that a clock that repeats is of no matter; nor is one that is set.
        self._passed = 0
        self._next = 0

    def _due(self):
        now = time.ticks_ms()
        if self._last is not None:
            self._passed += time.ticks_diff(now, self._last)
        self._last = now
        if self._passed < self._next:
            return False
        self._next = (self._passed / 1000 // self.interval + 1) * self.interval * 1000
        return True


class OrdinalSchedule(Schedule):
    """Calls back at every `ordinal`-th tick; 0 is never."""

    def __init__(self, ordinal, callback):
        super().__init__(True, callback)
        if ordinal < 0:
            raise ValueError("need an ordinal of at least 0, have %s" % ordinal)
        self.ordinal = ordinal
        self._count = 0

    def _due(self):
        self._count += 1
        if self._count != self.ordinal:
            return False
        self._count = 0
        return True


class AlarmClock:
    """Schedules that are ticked together; one that does not repeat is dropped when it has fired."""

    def __init__(self, schedules=None):
        self.schedules = list(schedules or ())

    def tick(self):
        """Tick every schedule."""
        for schedule in list(self.schedules):
            fired, _ = schedule.tick()
            if fired and not schedule.repeating:
                self.schedules.remove(schedule)


class BaseTachometer:
    """Hands a timer's statistics to `stats_callback(moment, timer)` every `stats_interval` seconds, and begins anew."""

    EXPECTED_MAX_FPS = 100

    def __init__(self, timer, stats_callback, stats_interval=60, executor=None):
        self.timer = timer
        self.stats_callback = stats_callback
        self.schedule = IntervalSchedule(stats_interval, Callback(self._report, executor=executor))

    @classmethod
    def _capacity(cls, stats_interval):
        return int(cls.EXPECTED_MAX_FPS * stats_interval)

    def _report(self):
        if not self.timer.len():
            return (False, None)
        value = self.stats_callback(time.time(), self.timer)
        self.timer.reset()
        return (True, value)

    def _tick(self):
        return self.schedule.tick()[1] or (False, None)


class TickerTachometer(BaseTachometer):
    """Statistics of the time between ticks."""

    def __init__(self, stats_callback, stats_interval=60, executor=None):
        super().__init__(Ticker(self._capacity(stats_interval)), stats_callback, stats_interval, executor)

    @property
    def ticker(self):
        """The timer."""
        return self.timer

    def tick(self):
        """Tick; (True, what `stats_callback` returned) if it was called, else (False, None)."""
        self.ticker.tick()
        return self._tick()


Tachometer = TickerTachometer


class StopWatchTachometer(BaseTachometer):
    """Statistics of the time that with blocks, or the calls of a function, take."""

    def __init__(self, stats_callback, stats_interval=60, executor=None):
        watch = StopWatch("tachometer", self._capacity(stats_interval))
        super().__init__(watch, stats_callback, stats_interval, executor)

    @property
    def stopwatch(self):
        """The timer."""
        return self.timer

    def __enter__(self):
        self.stopwatch.__enter__()
        return self

    def __exit__(self, *exception):
        self.stopwatch.__exit__(*exception)
        self._tick()

    def measure(self, fun):
        """Decorator: the function's calls are timed."""

        def measured(*args, **kwargs):
            with self:
                return fun(*args, **kwargs)

        return measured
