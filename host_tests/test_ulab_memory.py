"""Array data outside the heap: counted, limited, given back, and never used after that."""

import pytest

COMMON = """
import gc, ulab
from ulab import numpy as np

def used():
    gc.collect()
    return ulab.memory().used

def raises(error, function, *args, **options):
    try:
        function(*args, **options)
    except error as caught:
        return str(caught)
    raise AssertionError("no {} from {}".format(error.__name__, function))
"""


def test_memory_comes_back(interpreter):
    interpreter.run(
        COMMON
        + """
def work(n):
    a = np.ones((n, 100))
    b = a[::2] + a[1::2]
    c = b.T.reshape(-1)
    return np.sort(c).sum() + np.fft.fft(c).shape[0] + len(a @ a.T) + np.median(a, axis=0)[0]

before = used()
for i in range(50):
    work(40)
after = used()
assert after - before < 200000, (before, after)
assert ulab.memory().peak >= 40 * 800

# Garbage does not add up to the limit, however fast it is made.
ulab.memory(limit=4 << 20)
for i in range(300):
    np.ones(20000)
assert ulab.memory().used < 1 << 20
"""
    )


def test_limit(interpreter):
    interpreter.run(
        COMMON
        + """
start = ulab.memory()
assert start.limit == 64 << 20
assert ulab.memory(limit=100000).limit == 100000
text = raises(MemoryError, np.zeros, 20000)
assert "160000 bytes" in text and "of 100000" in text, text
assert used() == start.used
raises(ValueError, ulab.memory, limit=-1)
raises(TypeError, ulab.memory, 5)

# Nothing is lost wherever memory runs out on the way.
a = np.ones((20, 30))
m = np.array([True, False] * 10, dtype=np.bool)
steps = [
    lambda: a + a, lambda: a - [1.0] * 30, lambda: a[m], lambda: a[::2, ::3].copy(), lambda: np.sort(a),
    lambda: np.argsort(a, axis=0), lambda: np.median(a), lambda: np.median(a, axis=1), lambda: a @ a.T,
    lambda: a.astype(np.uint8) @ a.T, lambda: np.fft.fft(a[0]),
    lambda: np.concatenate((a, a)), lambda: np.roll(a, 3), lambda: np.flip(a), lambda: np.diff(a, n=3),
    lambda: np.where(a, 1, a),
    lambda: np.clip(a, 0, 0.5), lambda: np.sum(a, axis=0), lambda: np.std(a, axis=1, keepdims=True),
    lambda: np.sqrt(a), lambda: -a, lambda: abs(a),
    lambda: a == a, lambda: 5 in a, lambda: np.array([[1.0] * 30] * 20), lambda: a.flatten(order="F"),
    lambda: np.linspace(0, 1, 700),
]
def put(): a[1:] = a[:-1]
def add(): a[1:] += a[:-1]
def mask(): a[m] = 5
def rows(): a[:] = [[1.0] * 30] * 20
steps += [put, add, mask, rows]
gc.collect()
base = ulab.memory().used
for step in steps:
    failed = 0
    for room in range(0, 26000, 1300):
        ulab.memory(limit=base + room)
        try:
            step()
        except MemoryError:
            failed += 1
    assert failed, step
    ulab.memory(limit=1 << 20)
assert used() <= base + 12000, (used(), base)
step()
"""
    )


def test_views_keep_their_memory(interpreter):
    interpreter.run(
        COMMON
        + """
def view():
    a = np.arange(3000).reshape((30, 100))
    return a[10:20][2:].T[5][::-1], a.reshape(-1)[-1:], iter(a)

kept, last, rows = view()
for i in range(60):
    gc.collect()
    np.zeros(3000, dtype=np.uint8)
assert kept.tolist() == [x * 100 + 5 for x in range(19, 11, -1)], kept
assert last[0] == 2999 and next(rows)[99] == 99

a = np.ones(1000)
b = a[500:]
a.__del__()
assert a[0] == 1 and b[499] == 1
"""
    )


def test_memoryviews_keep_their_memory(interpreter):
    """A memoryview holds nothing but an address."""
    interpreter.run(
        COMMON
        + """
def export(n, start, stop):
    return memoryview(np.full(n, n % 251, dtype=np.uint8))[start:stop]

def churn():
    for i in range(20):
        gc.collect()
        for size in (100, 1000, 5000):
            np.full(size, 255, dtype=np.uint8)

ulab.memory(limit=2 << 20)
base = used()
kept = [export(n, n // 2, n) for n in range(1000, 1040)]
views = [np.frombuffer(memoryview(np.full(n, 7, dtype=np.uint8))[10:], dtype=np.uint8)[5:] for n in range(100, 120)]
whole = [memoryview(memoryview(np.arange(n, dtype=np.uint16))) for n in range(50, 60)]
empty = memoryview(np.zeros(0, dtype=np.uint8))
end = export(1000, 1000, 1000)
churn()
ulab.memory()
for n, piece in zip(range(1000, 1040), kept):
    assert len(piece) == n - n // 2 and set(piece) == {n % 251}, n
for n, piece in zip(range(100, 120), views):
    assert len(piece) == n - 15 and (piece == 7).all()
for n, piece in zip(range(50, 60), whole):
    assert list(piece) == list(range(n))
assert len(empty) == len(end) == 0

# Writing through them, and dropping every second one.
for piece in kept[::2]:
    piece[:] = bytes(len(piece))
kept = kept[1::2]
views = whole = None
churn()
for n, piece in zip(range(1001, 1040, 2), kept):
    assert set(piece) == {n % 251}, n
held = used() - base
assert held < 20 * 1100 + 20000, held

# Arrays whose bytes were written to files and sockets are given back as well.
kept = piece = None
import io
for i in range(2000):
    bytes(np.zeros(1000, dtype=np.uint8))
    io.BytesIO().write(np.zeros(1000, dtype=np.uint8))
assert used() - base < 100000, used() - base

# Of a view of an array, and of an array of another module's memory.
def inner():
    return memoryview(np.arange(500, dtype=np.uint8)[100:200])
piece = inner()
churn()
assert list(piece) == list(range(100, 200))
"""
    )


def test_buffers_of_others(interpreter):
    interpreter.run(
        COMMON
        + """
import array
data = bytearray(range(16))
a = np.frombuffer(data, dtype=np.uint16)
assert a[1] == 0x302 and a.shape == (8,)
a[1] = 0xffff
assert data[2] == 255
odd = np.frombuffer(data, dtype=np.float, offset=3, count=1)
odd[0] = 1.5
assert odd[0] == 1.5 and (odd + odd)[0] == 3 and np.sqrt(odd + 0.75)[0] == 1.5 and (odd @ odd) == 2.25
assert len(np.frombuffer(b"")) == 0
for options in ({"offset": 17}, {"offset": -1}, {"count": 3}, {"offset": 1}, {"offset": 8, "count": 2}):
    raises(ValueError, np.frombuffer, data, **options)
for wrong in (5, [1], None):
    raises(TypeError, np.frombuffer, wrong)

# Read-only memory stays as it is, through any view.
text = b"constant"
c = np.frombuffer(text, dtype=np.uint8)
for view in (c, c[2:], c.reshape((2, 4)).T, np.frombuffer(c, dtype=np.uint8), np.frombuffer(memoryview(text),
            dtype=np.uint8)):
    def write(): view[0] = 1
    raises(ValueError, write)
    def add(array): array += 1
    raises(ValueError, add, view)
    raises(ValueError, view.sort)
def write(): memoryview(c)[0] = 1
raises(TypeError, write)
assert text == b"constant"

# A bytearray that grows moves away from under its views.
class Grow:
    def __init__(self, data, value): self.data, self.value = data, value
    def __int__(self): self.data.extend(bytes(100000)); return self.value
    def __len__(self): return 4
    def __iter__(self): self.data.extend(bytes(100000)); return iter([1, 2, 3, 4])
    def write(self, text): self.data.extend(bytes(100000))

def fresh():
    data = bytearray(range(4))
    pad.append(bytearray(64))
    return data, np.frombuffer(data, dtype=np.uint8)

pad = []
data, a = fresh()
b = a[1:]
data.extend(bytes(100000))
for use in (lambda: a[0], lambda: a + 1, lambda: b.sum(), lambda: repr(b), lambda: [x for x in b],
            lambda: bytes(a), lambda: a.copy(), lambda: np.sort(a),
            lambda: a.tolist(), lambda: 1 in a, lambda: a[:] == a, lambda: np.array(a),
            lambda: np.concatenate((a, a)), lambda: a.reshape((2, 2)) + 0):
    raises(ValueError, use)

def assign(): a[:] = Grow(data, 0)
def assign_slice(): a[:Grow(data, 3)] = 1
for use in (assign, assign_slice, lambda: a + Grow(data, 0), lambda: np.where(a, Grow(data, 0), 1),
            lambda: a.__class__([1])[:0] + a[Grow(data, 0):]):
    data, a = fresh()
    raises((ValueError, TypeError), use)
"""
    )


def test_threads(interpreter):
    if interpreter.arch == "valgrind":
        pytest.skip(
            "the interpreter's collector reads other threads' stacks below their pointer, which valgrind reports"
        )
    interpreter.run(
        COMMON
        + """
import _thread, time
done = []

def work(seed):
    for i in range(60):
        a = np.full(2000, seed)
        m = memoryview(a)
        assert (a + a[::-1]).sum() == 4000 * seed and m[7] == seed
    done.append(seed)

for seed in range(3):
    _thread.start_new_thread(work, (seed,))
while len(done) < 3:
    time.sleep_ms(5)
"""
    )
