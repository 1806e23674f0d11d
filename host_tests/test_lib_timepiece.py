"""lib/timepiece.py under a clock that the test turns: golden values printed by Backpack itself."""

import json

import pytest
from camera_python import run

CLOCK = """
import timepiece
from timepiece import *
PERIOD = 1 << 30
class Time:
    "Stands in for the module time; `now` is in seconds."
    now = 1000.0
    set = 0
    def time(self): return self.now + self.set
    def ticks_ms(self): return int(self.now * 1000 + 0.5) % PERIOD
    def ticks_us(self): return int(self.now * 1000000 + 0.5) % PERIOD
    def ticks_diff(self, a, b): return (a - b + PERIOD // 2) % PERIOD - PERIOD // 2
fake = timepiece.time = Time()
def advance(seconds): fake.now += seconds
"""

GOLDEN_TREE = """\
<StopWatch name=root intervals=[22.5000] min=22.5000 mean=22.5000 max=22.5000 children=[
    <StopWatch name=a intervals=[1.5000] min=1.5000 mean=1.5000 max=1.5000 children=[
        <StopWatch name=b intervals=[0.5000] min=0.5000 mean=0.5000 max=0.5000>
    ]>,{blank}
    <StopWatch name=c intervals=[0.0000, 1.0000, 2.0000, 3.0000, 4.0000, ...] min=0.0000 mean=3.0000 max=6.0000>
]>
""".format(blank=" ")


def test_stop_watch_tree(interpreter):
    printed = run(interpreter, CLOCK + """
with StopWatch("root") as root:
    with root.child("a") as a:
        advance(1)
        with a.child("b"):
            advance(0.5)
    for i in range(7):
        with root.child("c"):
            advance(i)
print(root)
""")  # fmt: skip
    assert printed == GOLDEN_TREE


def answers(interpreter, script):
    return [json.loads(line) for line in run(interpreter, CLOCK + script).splitlines()]


def test_schedules(interpreter):
    script = """
def show(*values): print(json.dumps(values))
fired = []
schedule = IntervalSchedule(10, lambda: fired.append(1) or len(fired))
start, due = fake.now, []
for at in (0, 5, 10, 11, 31, 40, 41):
    fake.now = start + at
    due.append([schedule.tick()[0], schedule._next / 1000])
show(*due)
ordinal = OrdinalSchedule(3, Callback(lambda a, b=0: a + b, (1,), {"b": 2}))
show(*[ordinal.tick() for _ in range(7)])
show(*[OrdinalSchedule(0, print).tick()[0] for _ in range(3)])
at = AtSchedule(fake.now + 5, lambda: "x")
told = [at.tick()]
for step in (5, 0.001, 10):
    advance(step)
    told.append(at.tick())
at.at = fake.now - 1
told += [at.tick(), at.tick()]
at.at = None
show(*told, at.tick())
clock = AlarmClock([AtSchedule(fake.now - 1, lambda: fired.append("at")), OrdinalSchedule(1, lambda: fired.append("n"))])
fired.clear()
show(clock.tick(), clock.tick(), fired, len(clock.schedules))
for make in (lambda: OrdinalSchedule(-1, print), lambda: IntervalSchedule(0, print)):
    try:
        make()
    except ValueError as error:
        show(str(error))
"""
    golden, ordinal, never, at, alarms, *errors = answers(interpreter, script)
    assert golden == [[True, 10], [False, 10], [True, 20], [False, 20], [True, 40], [True, 50], [False, 50]]
    no = [False, None]
    assert ordinal == [no, no, [True, 3], no, no, [True, 3], no]
    assert never == [False] * 3
    assert at == [no, no, [True, "x"], no, [True, "x"], no, no]
    assert alarms == [None, None, ["at", "n", "n"], 1]
    assert errors == [["need an ordinal of at least 0, have -1"], ["need an interval of more than 0 s, have 0"]]


def test_interval_over_months_and_clock_jumps(interpreter):
    # The camera's tick counters start anew every 12 days, and its clock is set when it finds a time server.
    script = """
fired = 0
def count():
    global fired
    fired += 1
schedule = IntervalSchedule(3600, count)
for hour in range(24 * 40 + 1):
    schedule.tick()
    fake.set = 1e9 if hour % 7 else -1e6
    advance(3600)
print(fired)
"""
    assert answers(interpreter, script) == [24 * 40 + 1]


def test_timers(interpreter):
    script = """
def show(*values): print(json.dumps(values))
ticker = Ticker(3)
print(json.dumps(repr(ticker)))
show(ticker.min(), ticker.max(), ticker.mean(), ticker.sum(), ticker.len(), ticker.freq())
for step in (0, 1, 2, 3, 4):
    advance(step)
    ticker.tick()
show(ticker.min(), ticker.max(), ticker.mean(), ticker.sum(), ticker.len(), ticker.freq())
ticker.reset()
advance(9)
ticker.tick()
show(ticker.len())
advance(700)
ticker.tick()
show(*list(ticker.intervals))
watch = StopWatch("a", 4)
child = watch.child("b").child("c")
show(watch.child("b") is child.parent, child.full_name(), child.level, [w.name for w in child.parents()])
with watch:
    try:
        with watch:
            pass
    except RuntimeError as error:
        show(str(error))
@watch.measure
def fails(x):
    advance(x)
    return 1 / (x - 2)
show(fails(3))
try:
    fails(2)
except ZeroDivisionError:
    show(*list(watch.intervals))
"""
    found = answers(interpreter, script)
    assert found[0] == "<Ticker>"
    assert found[1] == [0, 0, 0, 0, 0, 0]
    assert found[2] == [2, 4, 3, 9, 3, pytest.approx(1 / 3)]
    assert found[3:5] == [[0], [700]]
    assert found[5] == [True, "a.b.c", 2, ["b", "a"]]
    assert found[6:] == [["need a watch that stands still, 'a' runs"], [1], [0, 3, 2]]


def test_tachometers(interpreter):
    script = """
def show(*values): print(json.dumps(values))
def stats(moment, timer): return [moment, timer.len(), timer.sum()]
meter = Tachometer(stats, 10)
show(meter.tick())
for _ in range(9):
    advance(1)
    assert meter.tick() == (False, None)
advance(1)
show(meter.tick(), meter.ticker.len())
watch = StopWatchTachometer(stats, 2)
@watch.measure
def work(x):
    advance(x)
    return x
show(work(1), work(0.5), watch.stopwatch.len(), watch.stopwatch.name)
with watch:
    advance(2)
show(watch.stopwatch.len())
done = []
async def main():
    async def later(value): done.append(value)
    schedule = OrdinalSchedule(1, Callback(later, (5,), executor=Tasks()))
    show(schedule.tick())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    show(done)
asyncio.run(main())
"""
    first, report, works, left, submitted, done = answers(interpreter, script)
    assert first == [[False, None]]
    assert report == [[True, [1010, 10, 10]], 0]
    assert works == [1, 0.5, 1, "tachometer"]
    assert left == [0]
    assert (submitted, done) == ([[True, None]], [[5]])
