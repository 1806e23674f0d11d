"""Functions of two operands and of one with a constant, into new and given arrays, against NumPy."""

import itertools

import numpy as np
from ulab_cases import DTYPES, INTEGERS, REALS, Cases, cast, promoted, values

# Names and the operation whose dtypes they have.
ARITHMETIC = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "true_divide": "/",
    "floor_divide": "//",
    "fmod": "%",
    "mod": "%",
    "remainder": "%",
    "power": "**",
    "maximum": "maximum",
    "minimum": "maximum",
    "fmax": "maximum",
    "fmin": "maximum",
    "arctan2": "/",
    "hypot": "/",
    "copysign": "/",
}
COMPARISON = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
LOGICAL = ("logical_and", "logical_or", "logical_xor")
ULPS = {"power": 4, "arctan2": 4, "hypot": 4}
SINGLE_IN_DOUBLE = ("floor_divide", "fmod", "mod", "remainder", "power", "arctan2", "hypot", "copysign", "fmax", "fmin")


def wide_result(name, a, b, dtype):
    """The function in a type in which nothing wraps, cut to the dtype of the result."""
    wide = np.int64 if dtype in INTEGERS else DTYPES[dtype]
    if dtype == "float32" and name in SINGLE_IN_DOUBLE:
        wide = np.float64
    with np.errstate(all="ignore"):
        return cast(getattr(np, name)(a.astype(wide), b.astype(wide)), dtype)


def test_all_dtypes(interpreter, tmp_path):
    cases = Cases()
    for left, right in itertools.product(REALS, REALS):
        a, b = values(left, (37,), 1), values(right, (37,), 2)
        for name, operation in ARITHMETIC.items():
            dtype = promoted(operation, left, right)
            cases.expect(f"np.{name}(a, b)", wide_result(name, a, b, dtype), ulps=ULPS.get(name, 0), a=a, b=b)
        for name in COMPARISON:
            cases.expect(f"np.{name}(a, b)", getattr(np, name)(a.astype(float), b.astype(float)), a=a, b=b)
        for name in LOGICAL:
            cases.check(f"np.{name}(a, b)", a=a, b=b)
    cases.run(interpreter, tmp_path)


def test_one_operand(interpreter, tmp_path):
    cases = Cases()
    for dtype in REALS:
        a = values(dtype, (41,), 3)
        bits = np.uint8 if dtype == "bool" else DTYPES[dtype]
        cases.check("np.logical_not(a)", a=a)
        cases.expect("np.absolute(a)", np.abs(a), a=a)
        cases.expect("np.square(a)", cast(np.square(a.astype(bits)), "uint8" if dtype == "bool" else dtype), a=a)
        if dtype == "bool":
            cases.check("np.invert(a)", a=a)
            continue
        cases.check("np.negative(a)", a=a)
        cases.check("np.sign(a)", a=a)
        cases.check("np.negative(a[::-2], out=a[::2])", a=a)
        real = np.float32 if dtype == "float32" else np.float64
        with np.errstate(all="ignore"):
            cases.expect("np.reciprocal(a)", real(1) / a.astype(real), a=a)
        if dtype in INTEGERS:
            cases.check("np.invert(a)", a=a)
            cases.check("np.bitwise_not(a, out=a)", a=a)
        else:
            cases.expect("np.invert(a)", ("TypeError", "ValueError"), a=a)
    c = np.array([3 + 4j, -1j, 0])
    cases.check("np.abs(c), np.absolute(c[::-1])", ulps=4, c=c)
    cases.check("np.abs(c, out=a), a", ulps=4, c=c, a=np.zeros(3))
    cases.check("np.negative(c)", c=c)
    cases.expect("np.abs(-128), np.negative(3), np.invert(5)", (128, -3, -6))
    cases.expect("np.invert(True), np.square(300)", (False, 90000))
    cases.expect("np.logical_not(0), np.sign(-2.5), np.abs(3-4j)", (True, -1.0, 5.0))
    cases.expect("np.square([1, 2])", np.array([1.0, 4.0]))
    cases.run(interpreter, tmp_path)


def test_bits(interpreter, tmp_path):
    cases = Cases()
    counts = np.array([0, 1, 3, 7, 8, 15, 16, 31, 32, 33, 100, 127], np.int8)
    for dtype in INTEGERS[1:]:
        a = values(dtype, (12,), 5)
        for name in ("bitwise_and", "bitwise_or", "bitwise_xor"):
            cases.check(f"np.{name}(a, b)", a=a, b=values(dtype, (12,), 6))
        for name in ("left_shift", "right_shift"):
            count = counts.astype(DTYPES[dtype])
            cases.check(f"np.{name}(a, b)", a=a, b=count)
            if np.dtype(DTYPES[dtype]).kind == "i":
                cases.check(f"np.{name}(a, b)", a=a, b=-1 - count)
    cases.expect("np.bitwise_and(a, a)", "ValueError", a=np.zeros(2))
    cases.expect("np.left_shift(a, 1)", "TypeError", a=np.zeros(2))
    cases.run(interpreter, tmp_path)


def test_integers_that_processors_trap_at(interpreter, tmp_path):
    cases = Cases()
    for dtype in INTEGERS[1:]:
        limits = np.iinfo(DTYPES[dtype])
        a = np.array([limits.min, limits.max, 1, 0, 7, limits.min], DTYPES[dtype])
        for divisor in (0, -1 if limits.min < 0 else limits.max, limits.max, limits.min):
            b = np.full(6, divisor, DTYPES[dtype])
            for name in ("floor_divide", "remainder", "fmod"):
                cases.check(f"np.{name}(a, b)", a=a, b=b)
            cases.check("a // b", a=a, b=b)
    cases.run(interpreter, tmp_path)


def test_remainders_of_floats(interpreter, tmp_path):
    cases = Cases()
    special = np.array([0.0, -0.0, 1.0, -1.0, 2.5, -2.5, 1e300, 5e-324, np.inf, -np.inf, np.nan])
    a, b = (side.ravel() for side in np.meshgrid(special, special))
    for name in ("remainder", "fmod", "floor_divide", "copysign", "fmax", "fmin", "maximum", "minimum"):
        cases.check(f"np.{name}(a, b)", a=a.copy(), b=b.copy())
    cases.check("np.signbit(np.remainder(a, b))", a=np.array([6.0, -6.0, 0.0, -0.0]), b=np.array([3.0, 3.0, -3.0, 3.0]))
    cases.run(interpreter, tmp_path)


def test_out(interpreter, tmp_path):
    """The output's dtype does not take part in the computation; the result is cut to its own dtype first."""
    cases = Cases()
    ranks = {"b": 0, "u": 1, "i": 2, "f": 3, "c": 4}
    for left, out in itertools.product(("bool", "uint8", "int8", "int16", "uint32", "float32", "float64"), DTYPES):
        a, b = values(left, (35,), 7), values(left, (35,), 8)
        if left.startswith("float"):
            a, b = (np.nan_to_num(side, nan=1, posinf=2, neginf=3) % 1000 for side in (a, b))
        result = "uint8" if left == "bool" else left
        fits = ranks[np.dtype(DTYPES[result]).kind] <= ranks[np.dtype(DTYPES[out]).kind]
        statement = "r = np.add(a, b, out=o); assert r is o"
        expected = wide_result("add", a, b, result).astype(DTYPES[out]) if fits else "TypeError"
        cases.expect("o", expected, statement, a=a, b=b, o=np.zeros(35, DTYPES[out]))
        cases.expect("o", np.less(a, b).astype(DTYPES[out]), "np.less(a, b, o)", a=a, b=b, o=np.zeros(35, DTYPES[out]))
    a = values("float64", (6, 7), 9)
    for expression in (
        "np.add(a[:-1], a[1:], out=a[1:])",
        "np.subtract(a, a[::-1], out=a)",
        "np.multiply(a, a[0], out=a)",
        "np.maximum(a[:, 1:], a[:, :-1], out=a[:, :-1])",
        "np.add(a, a, out=a)",
        "np.add(a[:6, :6], a[:6, :6].T, out=a[:6, :6])",
        "np.less(a, 0.5, out=a)",
        "np.add(1, 2.5, out=a)",
        "np.add(a[0], 1, out=a)",
        "np.clip(a, a[::-1], None, out=a)",
        "np.clip(a, -1, a[::-1], out=a[::-1])",
    ):
        cases.check("a", expression, a=a)
    cases.check("o", "np.add(a, b, out=o[::2])", a=np.arange(5.0), b=np.ones(5), o=np.zeros(10))
    for expression, error in (
        ("np.add(a, a, out=np.zeros(2))", "ValueError"),
        ("np.add(a, a, out=np.zeros((1, 2)))", "ValueError"),
        ("np.add(a, a, out=[0.0] * 3)", "TypeError"),
        ("np.add(a, a, out=np.zeros(3, dtype=np.uint8))", "TypeError"),
        ("np.add(a, a, out=np.frombuffer(b'123', dtype=np.uint8))", ("TypeError", "ValueError")),
        ("np.add(a)", "TypeError"),
        ("np.add(a, None)", "TypeError"),
        ("np.square('x')", "TypeError"),
        ("np.negative(a, a, a)", "TypeError"),
        ("np.add(a, a, where=a)", "TypeError"),
    ):
        cases.expect(expression, error, a=np.zeros(3))
    cases.run(interpreter, tmp_path)


def test_clip(interpreter, tmp_path):
    cases = Cases()
    for dtype in REALS[1:]:
        a = values(dtype, (5, 9), 10)
        for low, high in ((1, 100), (None, 7), (2, None), (100, 1)):
            bounds = [np.asarray(bound, a.dtype) if bound is not None else None for bound in (low, high)]
            cases.expect(f"np.clip(a, {low}, {high})", np.clip(a, *bounds), a=a)
            cases.expect("o", np.clip(a, *bounds), f"np.clip(a, {low}, {high}, out=o)", a=a, o=np.zeros_like(a))
    a = values("float32", (33,), 11)
    cases.expect("np.clip(a, a_min=0.25, a_max=0.75)", np.clip(a, np.float32(0.25), np.float32(0.75)), a=a)
    cases.check("np.clip(a, b, c)", a=np.arange(9.0), b=np.arange(9.0)[::-1].copy(), c=np.full(9, 5.0))
    cases.expect("np.clip(5, 1, 3)", 3)
    cases.run(interpreter, tmp_path)


def test_where_takes_one_argument(interpreter, tmp_path):
    cases = Cases()
    for dtype in REALS:
        flags = values(dtype, (19,), 12)
        for left, right in (("uint8", "uint8"), ("float32", "float32"), ("float64", "float64"), ("int16", "uint8")):
            a, b = values(left, (19,), 13), values(right, (19,), 14)
            result = np.where(flags != 0, a, b).astype(DTYPES[promoted("where", left, right)])
            cases.expect("np.where(c, a, b)", result, a=a, b=b, c=flags)
            cases.expect("np.where(c[::-1], a[::-1], b[::-1])", result[::-1].copy(), a=a, b=b, c=flags)
    a = np.array([1 + 1j, 2, 3j])
    cases.check("np.where(c, a, 0)", a=a, c=np.array([True, False, True]))
    cases.expect("np.where(c)[0].tolist() == [0, 2]", True, c=np.array([1, 0, 5], np.uint8))
    cases.expect("np.where(c, c)", "TypeError", c=np.zeros(2))
    cases.run(interpreter, tmp_path)


def test_closeness(interpreter, tmp_path):
    cases = Cases()
    a = np.array([1.0, 1.0, np.nan, np.inf, np.inf, 1e-9, 100.0, -np.inf])
    b = np.array([1.0 + 1e-9, 1.1, np.nan, np.inf, 1.0, 0.0, 100.001, np.inf])
    for options in ("", ", rtol=0.2", ", atol=1", ", equal_nan=True", ", 0, 0"):
        cases.check(f"np.isclose(a, b{options})", a=a, b=b)
        cases.check(f"np.isclose(b, a{options})", a=a, b=b)
        cases.expect(f"np.allclose(a, b{options}), np.allclose(a, a{options})",
                     tuple(bool(np.allclose(a, side, **eval(f"(lambda x=0, y=0, **k: k)({options[2:]})")))
                           for side in (b, a)) if "0, 0" not in options else (False, False), a=a, b=b)
    cases.check("np.isclose(a, 3)", a=np.array([3, 200], np.uint8))
    cases.expect("np.isclose(1.0, 1.0), np.isclose(1, 2), np.allclose([1, 2], [1, 2])", (True, False, True))
    cases.check("np.array_equal(a, b), np.array_equal(a, a), np.array_equal(a, a, equal_nan=True)", a=a, b=b)
    cases.expect("np.array_equal([1, 2], [1, 2]), np.array_equal([1, 2], [1, 2, 3]), np.array_equal(1, 1)",
                 (True, False, True))
    cases.run(interpreter, tmp_path)


def test_sums(interpreter, tmp_path):
    """Integers exactly, floats at least as well as NumPy's pairwise summing."""
    random = np.random.default_rng(15)
    cases = Cases()
    for dtype, count in itertools.product(INTEGERS[1:], (1, 15, 255, 256, 257, 5000)):
        limits = np.iinfo(DTYPES[dtype])
        for array in (np.full(count, limits.max, DTYPES[dtype]), np.full(count, limits.min, DTYPES[dtype]),
                      random.integers(limits.min, limits.max, count, endpoint=True).astype(DTYPES[dtype])):
            cases.expect("np.sum(a), np.sum(a[::-1]), np.sum(a[::2])",
                         tuple(int(part.astype(np.int64).sum()) for part in (array, array[::-1], array[::2])), a=array)
    # What cancels makes lost digits visible: 1e16 + 1 - 1e16, in different blocks.
    big = np.zeros(1000)
    big[[3, 500, 997]] = 1e16, 1.0, -1e16
    cases.expect("np.sum(a)", 1.0, a=big)
    cases.expect("np.sum(a)", float("inf"), a=np.concatenate([np.full(300, 1e308), [np.inf]]))
    cases.expect("np.isnan(np.sum(a))", True, a=np.concatenate([np.full(300, -np.inf), [np.inf]]))
    single = random.random(200_000).astype(np.float32)
    exact = float(single.astype(float).sum())
    error = abs(float(single.sum()) - exact) / exact
    cases.expect(f"abs(np.sum(a) / {exact!r} - 1) <= {max(error, 2.0**-24)!r}", True, a=single)
    cases.run(interpreter, tmp_path)
