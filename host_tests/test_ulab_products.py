"""Products of vectors and matrices against NumPy."""

import itertools
import json

import numpy as np
import pytest
from ulab_cases import DTYPES, REALS, Cases


def matrix(dtype, shape, seed):
    """Items of which the products are not exact, from all of the range of small integers."""
    random = np.random.default_rng(seed)
    if dtype in ("float32", "float64"):
        return random.normal(0, 1, shape).astype(dtype)
    if dtype == "complex":
        return random.normal(0, 1, shape) + 1j * random.normal(0, 1, shape)
    return random.integers(0, 2 if dtype == "bool" else 100, shape).astype(DTYPES[dtype])


def result_dtype(*dtypes):
    """float32 with float32 and integers of at most 16 bits, else float64, unless complex."""
    if "complex" in dtypes:
        return "complex128"
    small = all(dtype not in ("float64", "int32", "uint32") for dtype in dtypes)
    return "float32" if small and "float32" in dtypes else "float64"


def check(cases, expression, product, left, right, terms):
    """Compare with the product in float64, within the rounding of so many sums."""
    dtype = result_dtype(str(left.dtype).removesuffix("128"), str(right.dtype).removesuffix("128"))
    wide = complex if dtype == "complex128" else float
    expected = product(left.astype(wide), right.astype(wide))
    size = np.abs(product(np.abs(left).astype(float), np.abs(right).astype(float)))
    bound = size * np.finfo(dtype).eps * (terms + 4)
    cases.append((expression, left, right, np.asarray(expected), np.asarray(bound), dtype))


SCRIPT = """
import sys, json, binascii
from ulab import numpy as np
for line in open(sys.argv[1]):
    expression, left, right = json.loads(line)
    names = {"np": np}
    for name, (dtype, shape, items) in (("a", left), ("b", right)):
        names[name] = np.frombuffer(bytearray(binascii.unhexlify(items)), dtype=getattr(np, dtype)).reshape(tuple(shape))
    got = eval(expression, names)
    if not isinstance(got, np.ndarray):
        got = np.array([got], dtype=np.complex if isinstance(got, complex) else np.float)
        shape = ()
    else:
        shape = got.shape
    dtype = repr(got.flatten()[:0]).split("dtype=")[1][:-1]
    print(json.dumps([dtype, shape, binascii.hexlify(got.flatten().tobytes()).decode()]))
"""


def run(interpreter, folder, cases):
    """Evaluate all cases in one run."""
    path = folder / "cases"
    spelled = []
    for expression, left, right, *_ in cases:
        arrays = [
            (
                "complex" if array.dtype.kind == "c" else array.dtype.name,
                array.shape,
                np.ascontiguousarray(array).tobytes().hex(),
            )
            for array in (left, right)
        ]
        spelled.append(json.dumps([expression, *arrays]))
    path.write_text("\n".join(spelled) + "\n")
    answers = interpreter.run(SCRIPT, path).splitlines()
    assert len(answers) == len(cases)
    wrong = []
    for (expression, left, right, expected, bound, dtype), answer in zip(cases, answers, strict=True):
        name, shape, items = json.loads(answer)
        what = f"{expression} of {left.dtype}{left.shape} and {right.dtype}{right.shape}"
        name = "complex128" if name == "complex" else name
        if tuple(shape) != expected.shape or (shape and name != dtype):
            wrong.append(f"{what}: {name}{tuple(shape)}, not {dtype}{expected.shape}")
            continue
        got = np.frombuffer(bytes.fromhex(items), name).reshape(expected.shape)
        if not np.all(np.abs(got - expected) <= bound):
            wrong.append(f"{what}: off by {np.max(np.abs(got - expected))}, {np.max(bound)} allowed")
    assert not wrong, "\n".join(wrong[:20])


def test_shapes(interpreter, tmp_path):
    cases = []
    sizes = (0, 1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17)
    for number, (rows, inner, columns) in enumerate(itertools.product(sizes, repeat=3)):
        if number % 3 and 0 not in (rows, inner, columns):
            continue
        for dtype in ("float32", "float64"):
            a, b = matrix(dtype, (rows, inner), number), matrix(dtype, (inner, columns), number + 1)
            check(cases, "a @ b", np.matmul, a, b, inner)
    for rows, inner, columns in ((3, 255, 9), (5, 256, 3), (2, 257, 10), (4, 600, 4), (64, 64, 64), (1, 1000, 1)):
        for dtype in ("float32", "float64"):
            a, b = matrix(dtype, (rows, inner), 5), matrix(dtype, (inner, columns), 6)
            check(cases, "np.dot(a, b)", np.dot, a, b, inner)
    run(interpreter, tmp_path, cases)


def test_dtypes(interpreter, tmp_path):
    cases = []
    for left, right in itertools.product((*REALS, "complex"), repeat=2):
        a, b = matrix(left, (5, 6), 1), matrix(right, (6, 7), 2)
        check(cases, "a @ b", np.matmul, a, b, 6)
        check(cases, "np.dot(a[0], b[:, 1])", lambda a, b: np.dot(a[0], b[:, 1]), a, b, 6)
    run(interpreter, tmp_path, cases)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex"])
def test_views(interpreter, tmp_path, dtype):
    cases = []
    a, b = matrix(dtype, (12, 14), 1), matrix(dtype, (14, 12), 2)
    views = ["a[::2, ::-1]", "b.T[:, ::-1]", "a[3:9, :]", "a[::-1]", "b.T", "a[:, 5:6].T.reshape((1, 12))[:, ::-1]"]
    others = ["b[:, ::3]", "a.T", "b[::-1, ::-1]", "a.T[:, 2:5]", "b[:, 3]", "a[4, ::-1]"]
    for left, right in itertools.product(views, others):
        try:
            expected = eval(f"({left}) @ ({right})")
        except ValueError:
            continue
        assert expected.size
        check(cases, f"({left}) @ ({right})", lambda a, b, text=f"({left}) @ ({right})": eval(text), a, b, 14)
    assert len(cases) > 20
    run(interpreter, tmp_path, cases)


def test_dimensions(interpreter, tmp_path):
    cases = []
    for shapes in (
        ((2, 3, 4), (4,)), ((4,), (2, 4, 3)), ((2, 3, 4), (4, 5)), ((2, 3, 4), (2, 4, 5)), ((3, 4), (2, 4, 5)),
        ((2, 1, 3, 4), (3, 4, 2)), ((2, 3, 3, 4), (4, 2)), ((1, 3, 4), (5, 4, 2)), ((0, 3, 4), (4, 2)),
        ((4,), (4,)), ((3, 4), (4,)), ((4,), (4, 3)), ((2, 2, 3, 4), (4,)), ((4,), (2, 2, 4, 3)),
    ):  # fmt: skip
        for dtype in ("float32", "float64", "complex", "uint8"):
            a, b = (matrix(dtype, shape, seed) for seed, shape in enumerate(shapes))
            check(cases, "a @ b", np.matmul, a, b, 4)
            check(cases, "np.matmul(a, b)", np.matmul, a, b, 4)
            if a.ndim + b.ndim - 2 <= 4:
                check(cases, "np.dot(a, b)", np.dot, a, b, 4)
    for shapes in (((3,), (3,)), ((2, 3), (4, 3)), ((2, 3), (3,)), ((3,), (2, 2, 3)), ((2, 2, 3), (4, 3)),
                   ((2, 3), (2, 4, 3)), ((1, 5), (1, 5))):  # fmt: skip
        for dtype in ("float32", "float64", "complex"):
            a, b = (matrix(dtype, shape, seed) for seed, shape in enumerate(shapes))
            check(cases, "np.inner(a, b)", np.inner, a, b, 5)
            if a.ndim == b.ndim == 2:
                check(cases, "np.vdot(a, a)", lambda a, b: np.vdot(a, a), a, b, 20)
    a, b = matrix("float64", (3, 4, 5), 1), matrix("float64", (4, 3, 2), 2)
    for axes in ("([0, 1], [1, 0])", "((1,), (0,))", "([1, 0], [0, 1])", "(0, 1)", "((-2,), (-3,))"):
        check(cases, f"np.tensordot(a, b, {axes})", lambda a, b, axes=axes: np.tensordot(a, b, eval(axes)), a, b, 12)
    check(cases, "np.tensordot(a, b.T.copy().reshape((4, 5, 1)))",
          lambda a, b: np.tensordot(a, b.T.reshape((4, 5, 1))[: , :, :]), a, matrix("float64", (4, 1, 5), 3), 20)  # fmt: skip
    check(cases, "np.tensordot(a, a, 3)", lambda a, b: np.tensordot(a, a, 3), a, b, 60)
    run(interpreter, tmp_path, cases)


def test_arguments(interpreter, tmp_path):
    cases = Cases()
    a, b = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    cases.expect("o", a @ b, "o = np.zeros((2, 4)); np.dot(a, b, out=o)", a=a, b=b)
    cases.expect("o", a @ b, "o = np.zeros((4, 2)).T; np.matmul(a, b, out=o)", a=a, b=b)
    cases.expect("b", a[:, :2] @ b[:2, :3], "np.matmul(a[:, :2], b[:2, :3], out=b[:2, :3]); b = b[:2, :3]", a=a, b=b)
    cases.expect("o", (a @ b).astype("f4"), "o = np.zeros((2, 4), dtype=np.float32); np.dot(a, b, out=o)", a=a, b=b)
    cases.expect("np.dot(a, b, out=np.zeros((2, 3)))", "ValueError", a=a, b=b)
    cases.expect("np.dot(a, [1, 2, 3])", a @ [1, 2, 3], a=a)
    cases.expect("np.dot([1, 2, 3], [4, 5, 6])", 32.0)
    cases.expect("np.dot(2, b)", 2 * b, b=b)
    cases.expect("np.inner(b, 2)", 2 * b, b=b)
    cases.expect("np.outer([1, 2.5], b)", np.outer([1, 2.5], b), b=b)
    cases.expect("np.outer(u, u)", np.outer(u := np.arange(4, dtype="u1"), u), u=u)
    for text in ("np.dot(a, a)", "a @ b[:2]", "np.inner(a, b)", "a @ 2", "np.matmul(2, a)", "np.tensordot(a, b, ((0,), (0,)))",
                 "np.dot(np.zeros((2, 2, 2, 2)), np.zeros((2, 2, 2)))",
                 "np.matmul(np.zeros((2, 2, 2)), np.zeros((3, 2, 2)))"):  # fmt: skip
        cases.expect(text, ("ValueError", "TypeError"), a=a, b=b)
    cases.expect("np.dot(a, 'x')", "TypeError", a=a)
    cases.run(interpreter, tmp_path)


def test_extremes(interpreter, tmp_path):
    cases = Cases()
    for dtype in ("float32", "float64"):
        a = np.eye(5, dtype=dtype)
        for value in (np.inf, -np.inf, np.nan):
            a = a.copy()
            a[2, 3] = value
            # Only the row and the column of it are touched.
            expected = np.ones((5, 9), dtype)
            expected[2] = value
            b = np.ones((5, 9), dtype)
            cases.expect("a @ b", expected, a=a, b=b)
    cases.run(interpreter, tmp_path)


def test_same_bits(interpreter, host):
    """All processors add in the same order; what NEON flushes does not occur."""
    script = """
from ulab import numpy as np
import hashlib
for dtype in (np.float32, np.float64):
    a = np.sin(np.arange(61 * 301, dtype=dtype)).reshape((61, 301)) if dtype == np.float32 else (
        np.sqrt(np.arange(61 * 301, dtype=dtype)) % 1).reshape((61, 301))
    for product in (a @ a.T, a[0] @ a[1:].T, a @ a[3], np.array([np.dot(a[0], a[1])])):
        print(hashlib.sha256(product.tobytes()).digest().hex())
"""
    assert interpreter.run(script) == host.run(script)
