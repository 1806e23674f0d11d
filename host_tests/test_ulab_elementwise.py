"""Operators and functions of each item against NumPy."""

import itertools
import operator

import numpy as np
import pytest
from ulab_cases import DTYPES, INTEGERS, REALS, Cases, cast, promoted, values

ARITHMETIC = ("+", "-", "*", "/", "//", "%", "**")
COMPARISON = ("==", "!=", "<", "<=", ">", ">=")
BITWISE = ("&", "|", "^")
FUNCTIONS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
}


def integer_arithmetic(operation, a, b):
    """Without any wrapping."""
    a, b = a.astype(np.int64), b.astype(np.int64)
    with np.errstate(all="ignore"):
        return np.fmod(a, b) if operation == "%" else FUNCTIONS[operation](a, b)


def expected_arithmetic(operation, a, b, dtype):
    """What ulab's rules give: computed wide, then cut to the dtype of the result."""
    wide = np.int64 if dtype in INTEGERS else DTYPES[dtype]
    if dtype == "float32" and operation in ("//", "%", "**"):
        wide = np.float64
    a, b = a.astype(wide), b.astype(wide)
    with np.errstate(all="ignore"):
        if operation == "%":
            result = np.fmod(a, b)
        elif operation == "//":
            result = np.floor_divide(a, b)
        else:
            result = FUNCTIONS[operation](a, b)
    return cast(result, dtype)


@pytest.fixture(scope="module")
def operators():
    cases = Cases()
    for left, right in itertools.product(REALS, REALS):
        a, b = values(left, (37,), 1), values(right, (37,), 2)
        for operation in ARITHMETIC:
            dtype = promoted(operation, left, right)
            ulps = 4 if operation == "**" else 0
            cases.expect(f"a {operation} b", expected_arithmetic(operation, a, b, dtype), ulps=ulps, a=a, b=b)
        for operation in COMPARISON:
            wide = FUNCTIONS[operation](a.astype(float), b.astype(float))
            cases.expect(f"a {operation} b", wide, a=a, b=b)
        for operation in BITWISE:
            dtype = promoted(operation, left, right)
            if left.startswith("float") or right.startswith("float") or dtype is None:
                cases.expect(f"a {operation} b", "TypeError", a=a, b=b)
            else:
                wide = np.bool_ if dtype == "bool" else np.int64
                cases.expect(
                    f"a {operation} b", cast(FUNCTIONS[operation](a.astype(wide), b.astype(wide)), dtype), a=a, b=b
                )
        for function in ("maximum", "minimum"):
            dtype = promoted("maximum", left, right)
            wide = (
                a.astype(DTYPES[dtype] if "float" in dtype else np.int64),
                b.astype(DTYPES[dtype] if "float" in dtype else np.int64),
            )
            cases.expect(f"np.{function}(a, b)", cast(getattr(np, function)(*wide), dtype), a=a, b=b)
        dtype = promoted("where", left, right)
        chosen = np.where(np.arange(37) % 3 == 0, a.astype(float), b.astype(float))
        cases.expect("np.where(c, a, b)", cast(chosen, dtype), a=a, b=b, c=np.arange(37) % 3 == 0)
    return cases


def test_operators_of_all_dtypes(operators, interpreter, tmp_path):
    operators.run(interpreter, tmp_path)


def test_complex(interpreter, tmp_path):
    cases = Cases()
    c = (np.arange(12) - 5.5) * (1 - 0.5j) + np.arange(12)[::-1] * 0.25j
    for dtype in ("uint8", "int16", "float32", "float64", "complex"):
        b = (np.arange(12) + 1).astype(DTYPES[dtype])
        for operation in ("+", "-", "*", "/"):
            cases.check(f"c {operation} b", ulps=4, c=c, b=b)
            cases.check(f"b {operation} c", ulps=4, c=c, b=b)
        cases.check("c == b", c=c, b=b)
        cases.check("b != c", c=c, b=b)
        cases.check("c ** b", ulps=64, c=c, b=b)
        cases.check("a", "a = c.copy(); a *= b", ulps=4, c=c, b=b)
        cases.expect("b < c", "NotImplementedError", c=c, b=b)
        cases.expect("c // b", "NotImplementedError", c=c, b=b)
    cases.check("c * (1+2j)", ulps=4, c=c)
    cases.check("2.5 - c", ulps=4, c=c)
    cases.check("-c", c=c)
    cases.check("abs(c)", ulps=4, c=c)
    cases.check("np.exp(c)", ulps=64, c=c)
    cases.check("np.sqrt(c)", ulps=16, c=c)
    cases.check("c[::-2] + c[1::2]", c=c)
    cases.check("c[c == c[3]]", c=c)
    cases.expect("np.tan(c)", "NotImplementedError", c=c)
    cases.expect("b", "TypeError", "b[:] = c", b=np.zeros(12), c=c)
    cases.expect("b", "TypeError", "b += c", b=np.zeros(12), c=c)
    cases.run(interpreter, tmp_path)


SHAPES = [
    ("a", "b", (3, 4), (3, 4)),
    ("a", "b", (3, 4), (4,)),
    ("a", "b", (3, 1), (4,)),
    ("a", "b", (1,), (2, 3, 4)),
    ("a", "b", (2, 1, 4), (3, 1)),
    ("a", "b", (2, 3, 2, 3), (3, 1, 3)),
    ("a", "b", (0, 3), (1, 3)),
    ("a", "b", (0,), (1,)),
    ("a[::2]", "b[::-2]", (131,), (131,)),
    ("a[:, ::-1]", "b.T", (5, 7), (7, 5)),
    ("a[1:, 1]", "b[::2, 0, :]", (5, 7), (4, 3, 4)),
    ("a[::-1, None, ...]", "b", (5, 7), (3, 1)),
    ("a.T", "b.T", (70, 3), (70, 3)),
    ("a[:, 0, None]", "b", (5, 7), (66,)),
    ("a[3:3]", "b", (9,), (1,)),
    ("a.transpose((2, 0, 1))", "b", (3, 4, 5), (3, 1)),
]


def test_shapes_and_strides(interpreter, tmp_path):
    cases = Cases()
    kinds = (("uint8", "uint8"), ("float32", "float32"), ("float64", "int16"), ("int16", "float32"))
    for (left, right), (a, b, a_shape, b_shape) in itertools.product(kinds, SHAPES):
        arrays = {"a": values(left, a_shape, 3), "b": values(right, b_shape, 4)}
        with np.errstate(all="ignore"):
            result = eval(f"{a} + {b}", dict(arrays)).astype(DTYPES[promoted("+", left, right)])
        cases.expect(f"{a} + {b}", result, **arrays)
        cases.check(f"{a} < {b}", **arrays)
    for a_shape, b_shape in (((3,), (4,)), ((2, 3), (2,)), ((2, 3, 4), (2, 4)), ((0,), (3,))):
        arrays = {"a": np.zeros(a_shape), "b": np.zeros(b_shape)}
        cases.expect("a + b", "ValueError", **arrays)
        cases.expect("a == b", "ValueError", **arrays)
        cases.expect("np.where(a, a, b)", "ValueError", **arrays)
        cases.expect("a", "ValueError", "a += b", **arrays)
    cases.run(interpreter, tmp_path)


def test_numbers_as_operands(interpreter, tmp_path):
    """A number has the smallest dtype that holds it; those rules are upstream's."""
    cases = Cases()
    table = [
        ("uint8", "a + 1", "uint8"),
        ("uint8", "a + 300", "uint16"),
        ("uint8", "a + -1", "int16"),
        ("int8", "a + 1", "int8"),
        ("int8", "1 + a", "int16"),
        ("int16", "a + 300", "int16"),
        ("int16", "300 + a", "float64"),
        ("uint8", "a * 1.5", "float64"),
        ("float32", "a * 1.5", "float32"),
        ("float32", "a - 70000", "float32"),
        ("float32", "1 / a", "float32"),
        ("uint16", "a - 32768", "uint16"),
        ("uint8", "a + 2**31", "float64"),
        ("uint8", "a + 2**62", "float64"),
        ("uint8", "7 // a", "uint8"),
        ("uint8", "7 - a", "uint8"),
        ("int16", "40000 - a", "float64"),
        ("int8", "a * True", "int16"),
        ("float64", "a + 1", "float64"),
        ("uint16", "a / 2", "float64"),
        ("uint8", "2 ** a", "float64"),
        ("float32", "a * True", "float32"),
        ("int32", "a + 1", "int32"),
        ("int32", "70000 - a", "int32"),
        ("int32", "a * -2147483648", "int32"),
        ("int32", "a + 2**31", "float64"),
        ("int32", "a * 0.5", "float64"),
        ("int32", "a / 2", "float64"),
        ("uint32", "a - 4294967295", "uint32"),
        ("uint32", "1 - a", "uint32"),
        ("uint32", "a + -1", "float64"),
        ("uint32", "a * 2**40", "float64"),
        ("uint32", "a & 65536", "uint32"),
        ("int32", "-70000 | a", "int32"),
    ]
    for dtype, expression, result in table:
        a = np.array([0, 1, 2, 3, 100, 127], DTYPES[dtype])
        wide = a.astype(DTYPES[result] if "float" in result else np.int64)
        with np.errstate(all="ignore"):
            expected = eval(expression, {"a": wide})
            if "//" in expression:
                expected[0] = 0
        cases.expect(expression, cast(expected, result), a=a)
    cases.expect("a == 0.1", np.array([True]), a=np.array([0.1], np.float32))
    cases.expect("a == 200", np.array([False]), a=np.array([-56], np.int8))
    cases.expect("a + [1, 2]", np.array([2.0, 4.0]), a=np.array([1, 2], np.uint8))
    cases.expect("[1, 2] - a", np.array([0.0, 0.0]), a=np.array([1, 2], np.uint8))
    cases.expect("a + range(2)", np.array([1.0, 3.0]), a=np.array([1, 2], np.uint8))
    for expression in ("a + None", "a + 'x'", "a + {}.get", "a << 1", "a < None"):
        cases.expect(expression, "TypeError", a=np.zeros(2))
    cases.check("2 in a, 5 in a, 2.5 in a, a[0] in a", a=np.array([1, 2, 3], np.int8))
    cases.expect("a == None", False, a=np.zeros(2))
    cases.expect("a != 'text'", True, a=np.zeros(2))
    cases.run(interpreter, tmp_path)


def test_integers_of_32_bits(interpreter, tmp_path):
    cases = Cases()
    a = np.array([-(2**31), 2**31 - 1, -1, 0, 1, -70000], np.int32)
    b = np.array([2**32 - 1, 2**31, 0, 1, 70000, 7], np.uint32)
    for array in (a, b):
        cases.expect("a", array.astype(float), "a = np.array(a.tolist())", a=array)
        cases.expect("a", array, "a = np.array(a.tolist(), dtype=a.dtype)", a=array)
        cases.expect("a[0], a[1], a[-1]", tuple(array.tolist()[i] for i in (0, 1, -1)), a=array)
        cases.expect("a.itemsize, a.nbytes if hasattr(a, 'nbytes') else 24", (4, 24), a=array)
        cases.check("a.max(), a.min(), a.argmax(), a.argmin()", a=array)
        cases.expect("a.sum(), a.mean()", (int(array.sum(dtype=np.int64)), float(array.mean())), a=array)
        cases.expect("np.sort(a)", np.sort(array), a=array)
        cases.expect("np.where(c, a, 5)", np.where(array > 3, array, array.dtype.type(5)), a=array, c=array > 3)
        for dtype in DTYPES:
            cases.expect("b", cast(array, dtype), f"b = np.array(a, dtype=np.{dtype})", a=array)
            source = values(dtype, (23,), 11) if dtype != "complex" else None
            if source is not None:
                target = array.dtype.name
                cases.expect("b", cast(source, target), f"b = np.array(a, dtype=np.{target})", a=source)
    floats = np.array([4294967295.4, 4294967295.5, -0.5, 2147483647.5, -2147483648.5, 2.0**40 + 3, np.nan, 2.5])
    for dtype in ("int32", "uint32"):
        cases.expect("b", cast(floats, dtype), f"b = np.array(a, dtype=np.{dtype})", a=floats)
        cases.expect("b", cast(floats, dtype), f"b = np.zeros(8, dtype=np.{dtype}); b[:] = a", a=floats)
    cases.expect("b", np.array([2**32 - 1, 2**31, 3], np.uint32), "b[:] = [-1, 2**31, 2**32 + 3]",
                 b=np.zeros(3, np.uint32))
    # A processor would trap, or the result needs more than 32 bits.
    cases.expect("a // -1, a % -1", (np.array([-(2**31), 1 - 2**31], np.int32), np.zeros(2, np.int32)), a=a[:2].copy())
    cases.expect("a // c, a % c", (np.zeros(6, np.int32),) * 2, a=a, c=np.zeros(6, np.int32))
    cases.expect("a // c, a % c", (np.zeros(6, np.uint32),) * 2, a=b, c=np.zeros(6, np.uint32))
    cases.expect("a & b", "TypeError", a=a, b=b)
    cases.run(interpreter, tmp_path)
    shown = interpreter.run(
        "from ulab import numpy as np\n"
        "print(np.array([-1, 2**31 - 1], dtype=np.int32), np.array([2**32 - 1], dtype=np.uint32), np.int32, np.uint32)"
    )
    assert shown == "array([-1, 2147483647], dtype=int32) array([4294967295], dtype=uint32) 105 73\n"


def test_in_place(interpreter, tmp_path):
    cases = Cases()
    for left, right in itertools.product(REALS[1:], REALS):
        a, b = values(left, (29,), 5), values(right, (29,), 6)
        integer = left in INTEGERS
        fits = not integer or right in INTEGERS
        for operation in ("+", "-", "*", "%"):
            statement = f"c = a; a {operation}= b; assert c is a"
            if not fits:
                cases.expect("a", "TypeError", statement, a=a, b=b)
                continue
            wide = np.promote_types(DTYPES[left], DTYPES[right]).name
            result = integer_arithmetic(operation, a, b) if integer else expected_arithmetic(operation, a, b, wide)
            cases.expect("a", cast(result, left), statement, a=a, b=b)
        if integer:
            cases.expect("a", "TypeError", "a /= b", a=a, b=b)
            cases.expect("a", "TypeError", "a **= b", a=a, b=b)
    a = values("float64", (6, 7), 7)
    cases.check("a", "a += a[0]", a=a)
    cases.check("a", "a[:] = a[::-1]", a=a)
    cases.check("a", "a[:, 1:] -= a[:, :-1]", a=a)
    cases.check("a", "a[1:] = a[:-1]", a=a)
    cases.check("a", "a *= a.T", a=a[:6, :6].copy())
    cases.check("a", "a /= 3", a=a)
    cases.expect("a", "ValueError", "a += np.zeros((2, 6, 7))", a=a)
    cases.expect("c", a, "c = a; a //= 2", a=a)  # not in place: another array
    cases.run(interpreter, tmp_path)


UNIVERSAL = {
    "acos": "arccos",
    "acosh": "arccosh",
    "asin": "arcsin",
    "asinh": "arcsinh",
    "atan": "arctan",
    "atanh": "arctanh",
    "ceil": "ceil",
    "cos": "cos",
    "cosh": "cosh",
    "degrees": "degrees",
    "exp": "exp",
    "expm1": "expm1",
    "floor": "floor",
    "log": "log",
    "log10": "log10",
    "log2": "log2",
    "radians": "radians",
    "sin": "sin",
    "sinc": "sinc",
    "sinh": "sinh",
    "sqrt": "sqrt",
    "tan": "tan",
    "tanh": "tanh",
}


def test_universal_functions(interpreter, tmp_path):
    cases = Cases()
    for name, oracle in UNIVERSAL.items():
        function = getattr(np, oracle)
        for dtype in REALS[1:]:
            a = np.array([0, 1, 2, 3, 100, 0.25, -0.5, -1, np.inf, np.nan], float)
            a = (a if dtype.startswith("float") else np.arange(12)).astype(DTYPES[dtype]).reshape(2, -1)
            with np.errstate(all="ignore"):
                result = function(a.astype(float)).astype(np.float32 if dtype == "float32" else float)
            cases.expect(f"np.{name}(a)", result, ulps=8, a=a)
            cases.expect(f"np.{name}(a[::-1, ::2])", result[::-1, ::2].copy(), ulps=8, a=a)
        with np.errstate(all="ignore"):
            cases.expect(f"np.{name}(0.75)", float(function(0.75)), ulps=8)
            cases.expect(f"np.{name}([0, 1])", function(np.array([0.0, 1.0])), ulps=8)
        cases.expect(
            "out",
            function(np.array([0.25, 0.5, 0.75])),
            f"out = np.zeros(3); np.{name}(a, out=out)",
            ulps=8,
            a=np.array([0.25, 0.5, 0.75]),
        ) if name != "acosh" else None
    a = np.array([1.0, np.nan, np.inf, -np.inf, 0.0, -0.0])
    for name in ("isnan", "isinf", "isfinite"):
        for dtype in ("float32", "float64"):
            cases.check(f"np.{name}(a)", a=a.astype(DTYPES[dtype]))
        cases.check(f"np.{name}(a)", a=np.arange(3, dtype=np.int16))
        cases.expect(f"np.{name}(1.5)", name == "isfinite")
    cases.check("np.arctan2(a, b)", ulps=4, a=a, b=a[::-1].copy())
    cases.check("np.clip(a, -1, 1.5)", a=values("float64", (4, 5), 8))
    for dtype in DTYPES:
        a = values(dtype, (17,), 9) if dtype != "complex" else np.arange(5) - 2j
        if dtype != "bool":
            cases.check("-a", a=a)
        cases.expect("+a", a, a=a)
        cases.check("abs(a)", ulps=4, a=a)
        cases.check("~a", a=a) if dtype in INTEGERS else cases.expect("~a", "ValueError", a=a)
    cases.expect("np.sqrt(a, out=b)", "ValueError", a=np.zeros(3), b=np.zeros(4))
    cases.expect("np.sqrt(a, out=b)", "ValueError", a=np.zeros(3), b=np.zeros(3, np.uint8))
    cases.expect("np.sqrt(a, out=a)", np.array([2.0, 3.0]), a=np.array([4.0, 9.0]))
    cases.expect("np.sqrt(a[:-1], out=a[1:])", np.array([2.0, 3.0]), a=np.array([4.0, 9.0, 1.0]))
    cases.expect("np.sqrt('x')", "TypeError")
    cases.run(interpreter, tmp_path)
