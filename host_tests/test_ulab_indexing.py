"""Indexing, assignment, shapes and iteration against NumPy."""

import itertools

import numpy as np
from ulab_cases import DTYPES, Cases, cast, values

ARRAYS = {"v": (11,), "m": (5, 7), "c": (3, 4, 5), "q": (2, 3, 2, 3), "one": (1,), "e": (0,), "n": (3, 0)}
INDICES = {
    "v": [
        "0",
        "-1",
        "3:8",
        "::2",
        "::-1",
        "8:2:-3",
        "-3:",
        ":100",
        "100:",
        "-100:3",
        "5:5",
        "7:3",
        "::100",
        "::-100",
        "None",
        "...",
        "2:9:2",
        "..., 2",
        "None, ::3",
        "9:0:-4",
        f"::{2**31 - 1}",
        f"{1 - 2**31}:{2**31 - 1}:7",
        f"::{1 - 2**31}",
    ],
    "m": [
        "0",
        "-1",
        "1, 2",
        "-1, -1",
        "1:3",
        "::-1",
        ":, 2",
        "2, :",
        "::2, ::3",
        "::-1, ::-1",
        "1:1",
        ":, 3:3",
        "..., 1",
        "1, ...",
        "None",
        ":, None",
        "1, None, 2:",
        "..., None",
        "4:0:-2, 1:6:2",
        "..., ::-1",
        "None, None, None, 0",
    ],
    "c": [
        "1",
        "1, 2",
        "1, 2, 3",
        "::-1, 1",
        ":, :, 0",
        "..., 2",
        "2, ..., 1",
        "1, ...",
        ":, ::-2, 1:4",
        "None, 1",
        "0, :, None",
    ],
    "q": ["1", "1, 2, 1", "1, 2, 1, 2", "..., 0, 1", "::-1, ::2, ::-1, ::2", "1, ..., 0"],
    "one": ["0", "-1", "::2", "None, None, None", "1:"],
    "e": [":", "::-1", "None", "0:5"],
    "n": ["1", ":, 0:0", "::-2", "None"],
}
BAD = {
    "v": ["11", "-12", "0, 0", "1.0", "'x'", "True", "(0.5,)", "{}", "[0, 1.5]"],
    "m": ["5", "0, 7", "0, 0, 0"],
    "q": ["0, 0, 0, 0, 0"],
    "e": ["0", "-1"],
}


def test_views_and_items(interpreter, tmp_path):
    cases = Cases()
    for key, indices in INDICES.items():
        for dtype in ("uint8", "int16", "float64", "complex"):
            array = values(dtype, ARRAYS[key], 1)
            if dtype == "complex":
                array = np.nan_to_num(array, posinf=7, neginf=-7)
            for index in indices:
                cases.check(f"a[{index}]", a=array)
    for key, indices in BAD.items():
        for index in indices:
            cases.expect(f"a[{index}]", "IndexError", a=np.zeros(ARRAYS[key]))
            cases.expect("a", "IndexError", f"a[{index}] = 1", a=np.zeros(ARRAYS[key]))
    cases.expect("a[2**70]", "OverflowError", a=np.zeros(3))
    cases.expect("a[::0]", "ValueError", a=np.zeros(3))
    cases.expect("a", "ValueError", "del a[0]", a=np.zeros(3))
    cases.run(interpreter, tmp_path)


def test_assignment(interpreter, tmp_path):
    cases = Cases()
    for key, indices in INDICES.items():
        for index in indices:
            for dtype in ("uint8", "float32"):
                array = values(dtype, ARRAYS[key], 2)
                cases.check("a", f"a[{index}] = 7", a=array)
                cases.check("a", f"b = a.copy(); a[{index}] = b[{index}]", a=array)
    for target in DTYPES:
        zeros = np.zeros(5, DTYPES[target])
        for value in (
            "1.7",
            "-1.7",
            "300.5",
            "-0.5",
            "1e10",
            "float('inf')",
            "float('nan')",
            "1e300",
            "2**40 + 3",
            "-1",
            "300",
            "True",
        ):
            number = eval(value)
            if target == "bool":
                expected = number != 0
            elif isinstance(number, int) and target not in ("float32", "float64", "complex"):
                bits = np.iinfo(DTYPES[target]).bits
                expected = np.array(number % 2**bits, np.int64).astype(DTYPES[target])
            else:
                expected = cast(np.array(number, float), target)
            array = zeros.copy()
            array[1:4] = expected
            cases.expect("a", array, f"a[1:4] = {value}", a=zeros)
        for source in DTYPES:
            given = (
                np.array([0, 1, 1.5, 2.5, -3.5, 100, 300, 70000, -1]).astype(DTYPES[source])
                if source != "uint16"
                else np.arange(9, dtype=np.uint16) * 8191
            )
            array = np.zeros((2, 9), DTYPES[target])
            if source == "complex" and target not in ("complex",):
                cases.expect("a", "TypeError", "a[:] = b", a=array, b=given)
                if target != "bool":
                    cases.expect("b.astype(np." + target + ")", "TypeError", b=given)
                continue
            result = cast(given, target)
            cases.expect("a", np.stack([result, result]), "a[:] = b", a=array, b=given)
            cases.expect(f"b.astype(np.{target})", result, b=given)
            cases.expect(f"np.array(b[::-1], dtype=np.{target})", result[::-1].copy(), b=given)
    cases.check("a", "a[1] = [1, 2, 3]", a=np.zeros((2, 3)))
    cases.check("a", "a[:, 0] = range(2)", a=np.zeros((2, 3)))
    cases.check("a", "a[:] = np.ones((1, 1, 3))", a=np.zeros((2, 3)))
    for value in ("[1, 2]", "np.zeros((3, 2))", "np.zeros((2, 1, 3))", "[[1, 2, 3]] * 3"):
        cases.expect("a", "ValueError", f"a[:] = {value}", a=np.zeros((2, 3)))
    for value in ("None", "'text'", "1j", "[None]", "{}.get"):
        cases.expect("a", "TypeError", f"a[0] = {value}", a=np.zeros((2, 3)))
    cases.run(interpreter, tmp_path)


def test_bool_arrays_as_indices(interpreter, tmp_path):
    cases = Cases()
    for dtype, shape in itertools.product(("uint8", "float64", "complex"), ((13,), (4, 5), (3, 2, 4), (0,), (70, 3))):
        array = np.nan_to_num(values(dtype, shape, 3), posinf=1, neginf=2)
        for axes in range(1, len(shape) + 1):
            mask = values("bool", shape[:axes], axes)
            cases.check("a[m]", a=array, m=mask)
            cases.check("a", "a[m] = 3", a=array, m=mask)
            cases.check("a", "a[m] = a[m][::-1]", a=array, m=mask)
            cases.check("a", "a[m] = b", a=array, m=mask, b=array[mask][::-1].copy())
    a = values("int16", (6, 8), 4)
    cases.check("a[a > 0]", a=a)
    cases.check("a[::2, ::-1][a[::2, ::-1] > 0]", a=a)
    cases.check("a", "b = a[:, ::-2]; b[b < 0] = 0", a=a)
    cases.check("a", "a.T[a.T > 0] = -1", a=a)
    cases.check("a", "a[np.array([True, False] * 3, dtype=np.bool)] = np.arange(8)", a=a)
    for mask in ((5,), (6, 7), (6, 8, 1), (0,)):
        cases.expect("a[m]", "IndexError", a=a, m=np.zeros(mask, bool))
    cases.expect("a", "ValueError", "a[a > 0] = [1, 2]", a=a)
    cases.expect("a", "TypeError", "a[a > 0] = 1j", a=a)
    cases.run(interpreter, tmp_path)


def test_shapes(interpreter, tmp_path):
    cases = Cases()
    for key, shape in ARRAYS.items():
        array = values("uint16", shape, 5)
        for expression in (
            "a.shape",
            "a.ndim",
            "a.size",
            "a.itemsize",
            "a.T",
            "a.copy()",
            "a.flatten()",
            "a.T.flatten()",
            "a.flatten(order='F')",
            "a.tolist()",
            "len(a)",
            "[x for x in a]",
            "a.reshape(-1)" if key != "n" else "a",
        ):
            cases.check(expression, a=array)
        if array.size > 1:
            cases.check("a.strides, a.T.strides, a[::-1].strides", a=array)
    a = values("float32", (4, 6), 6)
    for shape in ("24", "(24,)", "(2, 12)", "(2, -1)", "(-1, 3)", "(2, 2, 2, 3)", "(1, 24, 1)"):
        cases.check(f"a.reshape({shape})", a=a)
        cases.check(f"a.T.reshape({shape})", a=a)
        cases.check("a", f"a.shape = {shape}", a=a)
    cases.check("a.reshape(3, 8)", a=a)
    cases.check("b", "b = a.reshape((8, 3)); a[0] = 5", a=a)
    for shape in ("(5, 5)", "(-1, 5)", "(-1, -1)", "(-2, 12)", "(2**20, 2**20)", "(0, -1)"):
        cases.expect(f"a.reshape({shape})", "ValueError", a=a)
        cases.expect("a", "ValueError", f"a.shape = {shape}", a=a)
    cases.expect("a.reshape((1, 1, 1, 4, 6))", "TypeError", a=a)
    cases.expect("a", "ValueError", "b = a.T; b.shape = 24", a=a)
    cases.expect("a", "AttributeError", "a.size = 3", a=a)
    q = values("int8", ARRAYS["q"], 7)
    for axes in itertools.permutations(range(4)):
        cases.check(f"a.transpose({axes})", a=q)
    cases.check("a.transpose()", a=q)
    for axes in ("(0, 1)", "(0, 0, 1, 2)", "(0, 1, 2, 4)", "(0, 1, 2, 3, 3)"):
        cases.expect(f"a.transpose({axes})", "ValueError", a=q)
    cases.run(interpreter, tmp_path)
