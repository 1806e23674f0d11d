"""Random programs over arrays, drawn by hypothesis, and their meaning in NumPy.

A program is text that runs in the interpreter as it stands, so that a failing
one is printed and repeated. The same text makes the arrays in NumPy.
"""

import math

import numpy as np
from hypothesis import strategies as st
from ulab_cases import DTYPES

INTEGERS = ("uint8", "int8", "uint16", "int16", "int32", "uint32")
FLOATS = ("float32", "float64")
REALS = ("bool", *INTEGERS, *FLOATS)
ALL = (*REALS, "complex")

SIDES = st.sampled_from((2, 3, 4, 1, 5, 0, 7, 17))
LENGTHS = st.sampled_from((5, 1, 2, 3, 0, 8, 17, 33, 64, 65, 131, 300, 1025))
# The step of an axis, and what lies in front of its first item.
STEPS = st.sampled_from(((1, 0), (1, 0), (1, 1), (2, 0), (-1, 0), (-2, 1), (3, 2)))
MOST_ITEMS = 1300

SPECIAL_FLOATS = (0.0, -0.0, math.inf, -math.inf, math.nan, 1.0, -1.0, 0.5, 1.5, -2.5, 3e38, -1e30, 1e-30, 70000.0, -255.5)
WIDE_FLOATS = (1.7e308, -1e300, 5e-324, 1e-310, 2.0**53 + 2, 2.0**63)


def items(dtype, count, seed, kind):
    """Values of a kind: any, finite, small (-4 to 4), unit (0 to 1) or positive."""
    random = np.random.default_rng(seed)
    target = np.dtype(DTYPES[dtype])
    if target.kind == "b":
        return random.integers(0, 2, count).astype(bool)
    if target.kind in "ui":
        limits = np.iinfo(target)
        if kind in ("small", "unit"):
            low, high = (0, 1) if kind == "unit" else (max(limits.min, -4), 4)
            return random.integers(low, high, count, endpoint=True).astype(target)
        low = 1 if kind == "positive" else limits.min
        whole = random.integers(low, limits.max, count, endpoint=True)
        near = random.integers(max(low, -3), 9, count, endpoint=True)
        extreme = random.choice([low, limits.max, limits.max - 1, 1], count)
        return np.choose(random.integers(0, 3, count), [whole, near, extreme]).astype(target)
    if target.kind == "c":
        parts = [items("float64", count, seed + part, kind) for part in (1, 2)]
        return _complex(*parts)
    if kind == "unit":
        return random.random(count).astype(target)
    if kind == "positive":
        return np.exp(random.normal(0, 2, count)).astype(target)
    if kind == "small":
        return random.integers(-4, 4, count, endpoint=True).astype(target)
    values = np.choose(
        random.integers(0, 3, count),
        [random.normal(0, 100, count), random.integers(-9, 9, count, endpoint=True) * 0.5, random.normal(0, 1, count)],
    )
    if kind == "any":
        special = SPECIAL_FLOATS if dtype == "float32" else SPECIAL_FLOATS + WIDE_FLOATS
        values = np.where(random.random(count) < 0.3, random.choice(special, count), values)
    with np.errstate(all="ignore"):
        return values.astype(target)


def _complex(real, imaginary):
    """Without the products of 1j * nan."""
    result = np.empty(len(real), complex)
    result.real, result.imag = real, imaginary
    return result


class Program:
    """Draws arrays and options; collects the statements that make them and their values in NumPy."""

    def __init__(self, draw):
        self.draw = draw
        self.statements = []
        self.oracle_statements = []
        self.names = {}

    def pick(self, *options):
        """One of the options; hypothesis looks for failures with the first ones."""
        return self.draw(st.sampled_from(options))

    def whole(self, low, high):
        """An integer."""
        return self.draw(st.integers(low, high))

    def number(self, complex_too=False):
        """The text of a Python number."""
        texts = ["2", "0", "1", "(-1)", "255", "256", "(-129)", "65536", "0.5", "(-2.5)", "1e10", "float('nan')",
                 "float('inf')", "(-0.0)", "300", "127", "(-32768)", "2147483648", "(-70000)"]  # fmt: skip
        return self.pick(*texts, *(["1j", "(2.5-1j)"] if complex_too else []))

    def shape(self, low=1, high=4, most=MOST_ITEMS):
        """Sides of an array with so many axes."""
        ndim = self.whole(low, high)
        sides = [self.draw(LENGTHS if ndim == 1 else SIDES) for _ in range(ndim)]
        while math.prod(max(side, 1) for side in sides) > most:
            sides[sides.index(max(sides))] = 2
        return tuple(sides)

    def array(self, name, dtypes=REALS, shape=None, ndim=(1, 4), kind="any", dense=False):
        """A view of that name in the program, `name_base` being the array with all the items; its NumPy twin."""
        dtype = self.pick(*dtypes)
        shape = self.shape(*ndim) if shape is None else shape
        seed = self.whole(0, 2**32 - 1)
        layout = "dense" if dense else self.pick("dense", "strided", "transposed", "unaligned")
        steps = [(1, 0)] * len(shape)
        order = list(range(len(shape)))
        if layout in ("strided", "transposed"):
            steps = [self.draw(STEPS) for _ in shape]
            while math.prod(side * abs(step) for side, (step, _) in zip(shape, steps, strict=True)) > 4 * MOST_ITEMS:
                steps[max(range(len(steps)), key=lambda axis: abs(steps[axis][0]))] = (1, 0)
        if layout == "transposed":
            order = list(self.draw(st.permutations(order)))
        # Axis i of the base becomes axis order.index(i) of the view.
        base_shape = [0] * len(shape)
        slices, reverse = [""] * len(shape), [":"] * len(shape)
        for axis, (side, (step, start)) in enumerate(zip(shape, steps, strict=True)):
            length = start + (side - 1) * abs(step) + 1 if side else start
            base_shape[order[axis]] = length + (start if side else 0)
            slices[order[axis]] = f"{start}:{length}:{abs(step)}"
            reverse[axis] = "::-1" if step < 0 else ":"
        view = ""
        if any(part != (1, 0) for part in steps):
            view += f"[{', '.join(slices)}]"
        if order != sorted(order):
            view += f".transpose({tuple(order)})" if len(order) > 1 else ""
        if "::-1" in reverse:
            view += f"[{', '.join(reverse)}]"
        values = items(dtype, math.prod(base_shape), seed, kind)
        self._statement_of(name, dtype, base_shape, view, values, 3 if layout == "unaligned" else 0)
        base = values.reshape(base_shape)
        self.names[name + "_base"] = base
        self.names[name] = eval(f"base{view}", {"base": base})
        assert self.names[name].shape == tuple(shape)
        return self.names[name]

    def _statement_of(self, name, dtype, shape, view, values, offset):
        memory = bytes(offset) + values.tobytes()
        # An array of bool is made from bytes like any other.
        base = f"np.frombuffer(bytearray.fromhex('{memory.hex()}'), dtype=np.{dtype}, offset={offset})"
        if len(shape) > 1:
            base += f".reshape({tuple(shape)})"
        self.statements.append(f"{name}_base = {base}")
        self.statements.append(f"{name} = {name}_base{view}" if view else f"{name} = {name}_base")

    def axis(self, array, none=True, out_of_bounds=False):
        """The text of an axis of an array."""
        choices = [None] if none else []
        choices += range(array.ndim)
        choices += range(-array.ndim, 0)
        if out_of_bounds:
            choices.append(array.ndim)
        return self.pick(*choices)

    def axes(self, array):
        """None, an axis, or a tuple of different ones."""
        if self.pick(True, True, False):
            return self.axis(array)
        order = self.draw(st.permutations(range(array.ndim)))
        return tuple(axis - self.pick(0, array.ndim) for axis in order[: self.whole(0, array.ndim)])

    def broadcast_shape(self, shape):
        """A shape that broadcasts with another: some sides are 1, some leading ones missing."""
        start = self.whole(0, len(shape) - 1) if shape else 0
        return tuple(self.pick(side, side, 1) for side in shape[start:])

    def execute(self, statement, in_oracle=False):
        """Append a statement for the interpreter, and for the oracle too."""
        self.statements.append(statement)
        if in_oracle:
            self.oracle_statements.append(statement)
