"""Indices that are arrays, lists, or several of them mixed with slices, against NumPy."""

import random

import numpy as np
import pytest
from ulab_cases import Cases, values

INDEX_DTYPES = ("uint8", "int8", "uint16", "int16", "int32", "uint32")
SEED = 20250117


class Drawn:
    """An index drawn at random: its text and the arrays that it names."""

    def __init__(self, choose, shape):
        self.choose = choose
        self.arrays = {}
        self.common = tuple(choose.choice((1, 2, 3)) for _ in range(choose.choice((1, 1, 1, 2))))
        parts, axis = [], 0
        while axis < len(shape) and choose.random() < 0.85:
            kind = choose.choice(("int", "slice", "slice", "array", "array", "list", "mask", "None"))
            if kind == "None":
                parts.append("None")
                continue
            parts.append(getattr(self, f"draw_{kind}")(shape, axis))
            axis += self.used
        if axis < len(shape) and choose.random() < 0.4:
            parts.insert(choose.randrange(len(parts) + 1), "...")
        self.text = ", ".join(parts) + ("," if len(parts) == 1 else "") if parts else "..."

    def draw_int(self, shape, axis):
        self.used = 1
        return str(self.choose.randrange(-shape[axis], shape[axis])) if shape[axis] else ":"

    def draw_slice(self, shape, axis):
        self.used = 1
        bounds = [self.choose.choice(("", str(self.choose.randrange(-6, 7)))) for _ in range(2)]
        return ":".join((*bounds, self.choose.choice(("1", "2", "-1", "-2"))))

    def draw_array(self, shape, axis):
        self.used = 1
        size = shape[axis]
        dtype = self.choose.choice(INDEX_DTYPES)
        # Sizes that broadcast to the common shape of this index.
        own = self.common[self.choose.randrange(len(self.common)) :]
        own = tuple(1 if self.choose.random() < 0.3 else n for n in own)
        if size == 0:
            own = (0,)
        low = 0 if dtype.startswith("u") else -size
        name = f"i{len(self.arrays)}"
        count = int(np.prod(own))
        items = [self.choose.randrange(low, size) for _ in range(count)] if size else []
        self.arrays[name] = np.array(items, dtype).reshape(own)
        return self.choose.choice((name, name, f"{name}[::-1]"))

    def draw_list(self, shape, axis):
        self.used = 1
        size = shape[axis]
        count = self.common[-1]
        return str([self.choose.randrange(-size, size) for _ in range(count)]) if size else "[]"

    def draw_mask(self, shape, axis):
        self.used = self.choose.randrange(1, len(shape) - axis + 1)
        mask_shape = shape[axis : axis + self.used]
        name = f"m{len(self.arrays)}"
        flags = [self.choose.random() < 0.4 for _ in range(int(np.prod(mask_shape)))]
        self.arrays[name] = np.array(flags, bool).reshape(mask_shape)
        return name


def draw(choose):
    """A shape and an index whose result NumPy can make with up to 4 dimensions."""
    while True:
        shape = tuple(choose.choice((1, 2, 3, 4, 5)) for _ in range(choose.randrange(1, 5)))
        if choose.random() < 0.05:
            shape = (*shape[:-1], 0)
        index = Drawn(choose, shape)
        try:
            result = eval(f"a[{index.text}]", {"a": np.zeros(shape), **index.arrays})
        except IndexError:
            continue
        if result.ndim <= 4:
            return shape, index, result


@pytest.mark.parametrize("batch", range(2))
def test_drawn_indices(interpreter, tmp_path, batch):
    choose = random.Random(SEED + batch)
    cases = Cases()
    for number in range(400):
        shape, index, result = draw(choose)
        dtype = choose.choice(("uint8", "int16", "int32", "float32", "float64", "complex"))
        array = values(dtype, shape, number)
        layout = choose.choice(("a", "a", "a.T", "a[::-1]"))
        if layout == "a.T":
            array = np.ascontiguousarray(array.T)
        cases.check(f"b[{index.text}]", f"b = {layout}", a=array, **index.arrays)
        cases.check("a", f"b = {layout}; b[{index.text}] = 9", a=array, **index.arrays)
        if result.ndim > 0:
            # The last of several values for one item counts, and values may be broadcast.
            source = values(dtype, result.shape, number)
            if choose.random() < 0.3:
                source = source[:1]
            cases.check("a", f"b = {layout}; b[{index.text}] = v", a=array, v=source, **index.arrays)
    cases.run(interpreter, tmp_path)


def test_lists(interpreter, tmp_path):
    cases = Cases()
    a = values("int16", (6, 5), 1)
    for index in (
        "[0, 2, -1]", "[[0, 1], [2, 3]]", "[]", "[[]]", "range(3)", "(1, 2), ", "[True, False] * 3",
        "[1], [2]", "[[0], [1]], [2, 3]", "range(4, -1, -2), ::-1", ":, [True, False, True, False, False]",
        "[0, 1], [True, False, True, False, False]", "(0, 1), ", "[0, 1], ..., [1, 2]", "[0, 1], None, [1, 2]",
        "0, ..., [1, 2]", "..., 0, [1, 2]", "0, None, [1, 2]", "None, 0, [1, 2]", "[0, 1], [1, 2], None",
    ):  # fmt: skip
        cases.check(f"a[{index}]", a=a)
        cases.check("a", f"a[{index}] = 3", a=a)
    for index in ("[6]", "[-7]", "[0, 2**40]", "[-2**70]", "np.array([6], dtype=np.uint8)", ":, [5]", "[0, 1, 2], [0, 1]",
                  "[1.0]", "[0, 1.5]", "np.array([0.0])", "np.array([0], dtype=np.complex)", "['0']", "'0'", "1.0", "{}",
                  "[[0], [1.5]]", "[None]", "0, 0, [0]", "..., ...", "[True, False]", "True", "np.ones((5, 6)) > 0"):  # fmt: skip
        cases.expect(f"a[{index}]", ("IndexError", "TypeError"), a=a)
        cases.expect("a", ("IndexError", "TypeError"), f"a[{index}] = 0", a=a)
    for index in ("[[0, 1], [2]]", "[[[[[0]]]]]"):
        cases.expect(f"a[{index}]", "ValueError", a=a)
    q = values("uint8", (2, 3, 2, 3), 2)
    for index in ("[[0, 1]]", "None", "None, None, [1]", "[[[0]]], 0", "..., [[1, 2]]", "q > 3, None, None, None, None"):
        cases.expect(f"q[{index}]", ("ValueError",), q=q)
        cases.expect("q", ("ValueError",), f"q[{index}] = 0", q=q)
    cases.check("q[None, 0, [0, 1]]", q=q)
    cases.check("q[None, [0], 1, 0, [[0, 1], [1, 2]]]", q=q)
    cases.run(interpreter, tmp_path)


def test_repeated_and_overlapping(interpreter, tmp_path):
    cases = Cases()
    a = values("float64", (9,), 5)
    m = values("int16", (4, 5), 6)
    cases.check("a", "a[[0, 0, 1]] = [5, 6, 7]", a=a)
    cases.check("a", "a[[0, 0, 1]] += 1", a=a)
    cases.check("a", "a[i] -= v", a=a, i=np.array([3, 3, 4], np.uint8), v=np.array([1.0, 2.0, 4.0]))
    cases.check("a", "a[a > 0] *= 2", a=a)
    cases.check("a", "a[range(9)] = a[::-1]", a=a)
    cases.check("a", "a[1:] = a[:-1]", a=a)
    cases.check("a", "a[[8, 7, 6]] = a[[0, 1, 2]]", a=a)
    cases.check("m", "m[[0, 1]] = m[[1, 0]]", m=m)
    cases.check("m", "m[[0, 1]] = m[2:]", m=m)
    cases.check("m", "m[:, [0, 4]] = m[:, [4, 0]]", m=m)
    cases.check("m", "m[[0, 1, 2, 3]] = m[0]", m=m)
    cases.check("i", "i[i] = 5", i=np.array([2, 0, 1], np.int16))
    cases.check("i", "i[i] = i", i=np.array([2, 0, 1], np.int16))
    cases.check("m", "m[m > 0] = m[m > 0][::-1]", m=m)
    # Floats are cut off, as by NumPy and by upstream's bool indices.
    cases.check("m", "m[[0, 1]] = 1.7", m=m)
    cases.check("m", "m[m > 0] = -1.7", m=m)
    cases.check("m", "m[m > 0] = v", m=m, v=np.linspace(-3, 3, int((m > 0).sum())))
    for index in ("[0, 1]", "m > 0", "[0], [1]"):
        cases.expect("m", "TypeError", f"m[{index}] = 1j", m=m)
        cases.expect("m", "TypeError", f"m[{index}] = None", m=m)
        cases.expect("m", "ValueError", f"m[{index}] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]", m=m)
        cases.check("m", f"m[{index}] = -1", m=m)
    cases.run(interpreter, tmp_path)


REENTRANT = """
from ulab import numpy as np

class Odd:
    # A sequence or number of which reading runs the given code.
    def __init__(self, code, items=(0, 1)):
        self.code, self.items = code, items
    def __len__(self):
        self.code()
        return len(self.items)
    def __getitem__(self, i):
        self.code()
        return self.items[i]
    def __int__(self):
        self.code()
        return 1

def resize():
    global buffer
    buffer += bytes(5000)

def flatten():
    a.shape = (24,)
    m.shape = (2, 2, 2, 3)

def attempt(code):
    global buffer, b, a, m
    for action in (resize, flatten):
        buffer = bytearray(24)
        b = np.frombuffer(buffer, dtype=np.uint8).reshape((4, 6))
        a = np.array(range(24), dtype=np.int16).reshape((4, 6))
        m = a.reshape((4, 6)) > 3
        for array in (a, b):
            try:
                code(array, Odd(action))
            except (ValueError, TypeError, IndexError):
                pass

def assign(array, index, value):
    array[index] = value

attempt(lambda array, odd: array[odd])
attempt(lambda array, odd: array[[odd]])
attempt(lambda array, odd: array[odd:])
attempt(lambda array, odd: array[::odd, odd])
attempt(lambda array, odd: array[m, odd:])
attempt(lambda array, odd: array[odd:, [0, 1]])
attempt(lambda array, odd: array[1, odd])
attempt(lambda array, odd: assign(array, odd, 1))
attempt(lambda array, odd: assign(array, 0, odd))
attempt(lambda array, odd: assign(array, m, odd))
attempt(lambda array, odd: assign(array, slice(odd, None), 5))
attempt(lambda array, odd: assign(array, slice(None, odd), odd))
attempt(lambda array, odd: np.array([array, odd]))
attempt(lambda array, odd: array + odd)
attempt(lambda array, odd: odd + array)
attempt(lambda array, odd: array.reshape(odd))
attempt(lambda array, odd: array.transpose(odd))
attempt(lambda array, odd: np.array([odd, array]))
attempt(lambda array, odd: odd in array)
loop = []
loop.append(loop)
for index in (loop, (loop,), [loop, 1]):
    try:
        a[index]
        print("no error")
    except (ValueError, RuntimeError, IndexError):
        pass
print("done")
"""


def test_indices_that_run_code(interpreter):
    assert interpreter.run(REENTRANT) == "done\n"


MEMORY = """
import gc, ulab
from ulab import numpy as np
a = np.arange(60).reshape((3, 4, 5))
m = a > 20
idx = np.array([2, 0, 1, 1], dtype=np.uint8)
rows = np.array(range(1000), dtype=np.uint16).reshape((1000, 1)) % 3
wide = np.zeros((1000, 1000, 1), dtype=np.uint8)
far = np.zeros((1, 1, 1000, 1000), dtype=np.uint8)

def statements():
    a[idx], a[m], a[[0, 1], ..., idx[:2]], a[:, [[0, 1], [2, 3]]]
    a[m] = 1.5
    a[idx] = a[2 - idx]
    a[[0, 0]] += 1
    a[None, 1, :, [True, False, True, False, True]]
    for index, value in (([0, 9], 1), ((idx, idx, idx, idx), 1), (m[1:], 1), ("x", 1), (1.5, 1), ([0, None], 1),
                         (idx, [1, 2]), (m, [1, 2]), (m, None), (idx, 1j), ([[0], [1, 2]], 1), ((rows, rows.T, 9), 1)):
        for write in (False, True):
            try:
                if write:
                    a[index] = value
                else:
                    a[index]
            except (IndexError, ValueError, TypeError):
                pass

def used():
    gc.collect()
    return ulab.memory().used

statements()
before = used()
for _ in range(20):
    statements()
assert used() == before, (used(), before)
# What cannot be had is refused before anything is written.
b = np.zeros((3, 3), dtype=np.uint8)
tall = np.zeros((65536, 1), dtype=np.uint8)
for index in ((wide, far), (tall, tall.T)):
    for write in (False, True):
        try:
            if write:
                b[index] = 1
            else:
                b[index]
            print("no error")
        except (MemoryError, ValueError, IndexError):
            pass
assert b.sum() == 0
limit = ulab.memory().limit
ulab.memory(limit=ulab.memory().used + 3000)
try:
    np.zeros(100)[[0] * 2000]
    print("no error")
except MemoryError:
    pass
ulab.memory(limit=limit)
print("done")
"""


def test_memory(interpreter):
    assert interpreter.run(MEMORY) == "done\n"
