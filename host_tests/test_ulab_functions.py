"""Creation, reduction, order, products and the Fourier transform against NumPy."""

import itertools

import numpy as np
from ulab_cases import DTYPES, INTEGERS, REALS, Cases, cast, values

SHAPES = ((1,), (17,), (131,), (5, 7), (1, 6), (3, 4, 5), (2, 3, 2, 3))


def test_creation(interpreter, tmp_path):
    cases = Cases()
    for dtype in DTYPES:
        for shape in ("3", "(2, 3)", "[2, 3]", "(0, 2)", "(1, 2, 3, 4)"):
            for function in ("zeros", "ones", "empty"):
                oracle = np.zeros if function == "empty" else getattr(np, function)
                cases.expect(f"np.{function}({shape}, dtype=np.{dtype})", oracle(eval(shape), DTYPES[dtype]))
            cases.expect(f"np.full({shape}, 3, dtype=np.{dtype})", np.full(eval(shape), 3, DTYPES[dtype]))
        for arguments in (
            "4",
            "3, M=5",
            "4, M=2, k=-1",
            "3, M=5, k=1",
            "3, k=7",
            "3, k=-7",
            "0",
            f"3, k={2**31}",
            f"3, k={-(2**31)}",
        ):
            if "2147" not in arguments:
                cases.expect(
                    f"np.eye({arguments}, dtype=np.{dtype})",
                    eval(f"np.eye({arguments}, dtype=d)", {"np": np, "d": DTYPES[dtype]}),
                )
        cases.expect(f"np.array([[1, 0], [3, 4]], dtype=np.{dtype})", np.array([[1, 0], [3, 4]]).astype(DTYPES[dtype]))
    cases.check("np.zeros(3)")
    cases.expect("np.array([1, 2])", np.array([1.0, 2.0]))
    cases.expect("np.array(a)", np.array([1.0, 2.0]), a=np.array([1, 2], np.uint8))
    cases.expect("np.asarray(a)", np.array([1, 2], np.uint8), a=np.array([1, 2], np.uint8))
    cases.expect(
        "np.asarray(a) is a, np.asarray(a, dtype=np.uint8) is a, np.asarray(3)",
        (True, True, 3),
        a=np.array([1], np.uint8),
    )
    for text, result in (
        ("(1, 2)", [1, 2]),
        ("range(3)", [0, 1, 2]),
        ("b'ab'", [97, 98]),
        ("bytearray(b'ab')", [97, 98]),
        ("[]", []),
        ("[[], []]", [[], []]),
        ("(x * x for x in range(4))", [0, 1, 4, 9]),
        ("[[[[1]], [[2]]]]", [[[[1]], [[2]]]]),
        ("[True, 2.5]", [1, 2.5]),
        ("[np.ones(2), np.zeros(2)]", [[1, 1], [0, 0]]),
        ("[[1, 2], np.ones(2)]", [[1, 2], [1, 1]]),
        ("memoryview(b'ab')", [97, 98]),
    ):
        cases.expect(f"np.array({text})", np.array(result, float))
    cases.expect("np.array([2**40 + 1, -1, 300], dtype=np.uint8)", np.array([1, 255, 44], np.uint8))
    cases.expect("np.array([0.5, 0, 2**80], dtype=np.bool)", np.array([True, False, True]))
    for text in (
        "[[1, 2], [3]]",
        "[[1], [2, 3]]",
        "[1, [2]]",
        "[[1], 2]",
        "[[[[[1]]]]]",
        "[np.ones(2), np.ones(3)]",
        "[[1, 2], np.ones((1, 2))]",
    ):
        cases.expect(f"np.array({text})", ("TypeError", "ValueError"))
    for text in (
        "3",
        "None",
        "'abc'",
        "['a']",
        "[None]",
        "[1j]",
        "[1], 2",
        "[1], dtype='x'",
        "[1], dtype=0",
        "[1.5], dtype=np.uint8",
    ):
        cases.expect(f"np.array({text})", "TypeError")
    for shape, error in (
        ("-1", "ValueError"),
        ("(2, -1)", "ValueError"),
        ("(1, 1, 1, 1, 1)", "TypeError"),
        ("'x'", "TypeError"),
        ("()", "TypeError"),
        ("2**62", "ValueError"),
        ("(2**31, 2**31, 2**31)", ("ValueError", "OverflowError")),
        ("(2**20, 2**20)", ("MemoryError", "ValueError")),
        ("(0, 2**31, 2**31, 2**31)", ("ValueError", "OverflowError")),
        ("None", "TypeError"),
    ):
        if shape == "2**62":
            error = ("ValueError", "OverflowError")
        cases.expect(f"np.zeros({shape})", error)
        cases.expect(f"np.full({shape}, 1)", error)
    for arguments in (
        "5",
        "2, 9",
        "9, 2, -2",
        "0, 1, 0.1",
        "5, 5",
        "5, 2",
        "-3, 3, 2",
        "1.5, 4",
        "0, -1, -0.25",
        "32768",
        "3, 3.5",
    ):
        expected = eval(f"np.arange({arguments})")
        if expected.dtype.kind == "i":
            expected = expected.astype(np.int16)
        cases.expect(f"np.arange({arguments})", expected, ulps=2)
        cases.expect(f"np.arange({arguments}, dtype=np.uint8)", cast(expected.astype(float), "uint8"))
    cases.expect("np.arange(40000)", np.arange(40000.0))
    cases.expect("np.arange(0, 5, 0)", "ZeroDivisionError")
    for arguments in ("float('inf')", "float('nan')", "0, 1, 1e-300"):
        cases.expect(f"np.arange({arguments})", ("ValueError", "MemoryError"))
    for arguments in ("0, 1", "0, 10, 11", "-3, 7, num=4", "5, 1, 9", "0, 1, 5, endpoint=False", "1e30, 1e300, 7"):
        cases.check(f"np.linspace({arguments})", ulps=4)
    cases.check("np.linspace(0, 10, 5, retstep=True)")
    cases.expect("np.linspace(0, 9, 5, dtype=np.int16)", np.array([0, 2, 4, 6, 9], np.int16))
    cases.expect("np.linspace(0, 1, 1)", "ValueError")
    cases.run(interpreter, tmp_path)


def test_reductions(interpreter, tmp_path):
    cases = Cases()
    for dtype, shape in itertools.product(REALS, SHAPES):
        array = values(dtype, shape, 1)
        if dtype.startswith("float"):
            array = np.nan_to_num(array, posinf=50, neginf=-7, nan=3)
            array[np.abs(array) > 1e20] = 5
        for axis in (None, *range(-len(shape), len(shape))):
            for keepdims in (False, True):
                arguments = f"axis={axis}, keepdims={keepdims}"
                options = {"axis": axis, "keepdims": keepdims}
                scalar = not keepdims and (axis is None or len(shape) == 1)
                wide = array.astype(float)
                real = np.float32 if dtype == "float32" else float
                # A number that was summed in float32 is a float64 all the same.
                single = 2**29 if dtype == "float32" and scalar else 1
                for function in ("mean", "std"):
                    result = getattr(np, function)(wide, **options)
                    result = float(result) if scalar else result.astype(real)
                    cases.expect(f"np.{function}(a, {arguments})", result, ulps=512 * single, a=array)
                total = np.sum(wide if dtype.startswith("float") else array.astype(np.int64), **options)
                if scalar:
                    total = total.item()
                elif not dtype.startswith("float"):
                    total = total.astype(DTYPES["uint8" if dtype == "bool" else dtype])
                else:
                    total = total.astype(real)
                # Cancellation: relative to the sum of sizes, not to the result.
                cases.expect(
                    f"a.sum({arguments})" if not dtype.startswith("float") else f"abs(a).sum({arguments})",
                    total if not dtype.startswith("float") else sized(np.sum(np.abs(wide), **options), scalar, real),
                    ulps=64 * single,
                    a=array,
                )
                for function in ("max", "min"):
                    result = getattr(np, function)(array, **options)
                    result = (int(result) if dtype in INTEGERS else float(result)) if scalar else result
                    cases.expect(f"np.{function}(a, {arguments})", result, a=array)
                for function in ("argmax", "argmin"):
                    result = getattr(np, function)(array, **options)
                    cases.expect(
                        f"np.{function}(a, {arguments})", int(result) if scalar else result.astype(np.int16), a=array
                    )
                for function in ("all", "any"):
                    result = getattr(np, function)(array, **options)
                    # As upstream: along the only axis an array of one item.
                    result = result if axis is None else np.atleast_1d(result)
                    cases.expect(f"np.{function}(a, {arguments})", result, a=array)
        cases.check("np.sum(a[::-2])", ulps=64, a=np.abs(array.astype(float)))
    nans = np.array([[1.0, np.nan, 3.0], [-np.inf, 2.0, np.inf]])
    for function in ("max", "min", "argmax", "argmin", "sum", "mean", "any", "all"):
        with np.errstate(all="ignore"):
            whole, result = getattr(np, function)(nans), getattr(np, function)(nans, axis=1)
        cases.expect(f"np.{function}(a)", whole.item(), a=nans)
        cases.expect(f"np.{function}(a, axis=1)", result.astype(np.int16) if "arg" in function else result, a=nans)
    for function in ("max", "min", "argmax", "argmin"):
        cases.expect(f"np.{function}(a)", "ValueError", a=np.zeros(0))
        cases.expect(f"np.{function}(a, axis=1)", "ValueError", a=np.zeros((3, 0)))
        cases.expect(f"np.{function}(a)", "NotImplementedError", a=np.zeros(3, complex))
    cases.expect("np.max(a, axis=0)", np.zeros(0), a=np.zeros((3, 0)))
    cases.expect("np.sum(a, axis=1)", np.zeros(3), a=np.zeros((3, 0)))
    cases.expect("np.mean(a)", float("nan"), a=np.zeros(0))
    cases.expect("np.std(a, ddof=1)", float(np.std([1.0, 2, 4], ddof=1)), ulps=8, a=np.array([1.0, 2, 4]))
    cases.expect("np.sum([1, 2, 3]), np.max([1, 5, 2]), np.min((4, 3)), np.mean(range(5))", (6.0, 5, 3, 2.0))
    cases.expect("np.all([1, 0]), np.any([0, 1]), np.all([]), np.any([])", (False, True, True, False))
    cases.expect("np.sum(a)", 70000 * 65535, a=np.full(70000, 65535, np.uint16))
    cases.expect("np.argmax(a, axis=1)", np.array([40000], np.uint16), a=(np.arange(50000) == 40000).reshape(1, -1))
    cases.expect("np.sum(3)", "TypeError")
    cases.expect("np.sum(a, axis=(0, '1'))", "TypeError", a=np.zeros((2, 2)))
    for axis in (2, -3):
        cases.expect(f"np.sum(a, axis={axis})", "ValueError", a=np.zeros((2, 2)))
    cases.run(interpreter, tmp_path)


def sized(total, scalar, real):
    return float(total) if scalar else total.astype(real)


def test_order(interpreter, tmp_path):
    cases = Cases()
    for dtype, shape in itertools.product(REALS[1:], (*SHAPES, (0,), (3, 0), (1000,))):
        array = values(dtype, shape, 2)
        cases.expect("np.sort(a)", np.sort(array, axis=None), a=array)
        cases.expect("np.median(a)", float(np.median(array.astype(float))), a=array) if array.size else None
        for axis in range(-len(shape), len(shape)):
            cases.check(f"np.sort(a, axis={axis})", a=array)
            cases.check("a", f"a.sort(axis={axis})", a=array)
            cases.expect(
                f"np.argsort(a, axis={axis})", np.argsort(array, axis=axis, kind="stable").astype(np.uint16), a=array
            )
            if len(shape) > 1 and array.size:
                result = np.median(array.astype(float), axis=axis)
                cases.expect(
                    f"np.median(a, axis={axis})", result.astype(np.float32 if dtype == "float32" else float), a=array
                )
    for size in (1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 257):
        array = np.random.default_rng(size).integers(0, 9, size).astype(np.int16)
        cases.expect("np.argsort(a, axis=0)", np.argsort(array, kind="stable").astype(np.uint16), a=array)
        cases.check("a", "a[::-1].sort()", a=array)
    cases.expect("np.median(a)", float("nan"), a=np.zeros(0))
    cases.expect("np.sort(a)", "NotImplementedError", a=np.zeros(2, complex))
    cases.expect("np.sort([1])", "TypeError")
    cases.expect("np.sort(a, axis=1)", "ValueError", a=np.zeros(2))
    cases.expect("np.argsort(a, axis=0)", np.arange(70000, dtype=np.uint32), a=np.zeros(70000, np.uint8))
    cases.run(interpreter, tmp_path)


def test_arrangement(interpreter, tmp_path):
    cases = Cases()
    for dtype, shape in itertools.product(("uint8", "float32", "complex"), (*SHAPES, (0,), (3, 0))):
        array = np.nan_to_num(values(dtype, shape, 3), posinf=1, neginf=2)
        cases.expect("np.flip(a)", np.flip(array).flatten(), a=array)
        for shift in (0, 1, -1, 3, -400, 1000):
            cases.check(f"np.roll(a, {shift})", a=array)
        for axis in range(-len(shape), len(shape)):
            cases.check(f"np.flip(a, axis={axis})", a=array)
            cases.check(f"np.roll(a, -2, axis={axis})", a=array)
            cases.check(f"np.concatenate((a, a[::-1], a), axis={axis})", a=array)
            for n in (1, 2):
                if n <= shape[axis]:
                    cases.check(f"np.diff(a, n={n}, axis={axis})", a=array)
    cases.check("np.concatenate((a, b), axis=1)", a=np.ones((2, 3)), b=np.zeros((2, 5)))
    for arrays, error in (
        ("(a, b)", "ValueError"),
        ("a", "TypeError"),
        ("(a, 1)", "ValueError"),
        ("()", "ValueError"),
        ("(a, a[0])", "ValueError"),
    ):
        cases.expect(f"np.concatenate({arrays})", error, a=np.ones((2, 3)), b=np.zeros((2, 5)))
    cases.expect("np.diff(a, n=4)", "ValueError", a=np.zeros(3))
    cases.expect("np.where(a, 1, 2)", np.array([1, 2, 1], np.uint8), a=np.array([True, False, True]))
    cases.expect(
        "np.where(a, b, 0.5)",
        np.array([[1, 0.5], [3, 0.5]]),
        a=np.array([True, False]),
        b=np.array([[1, 2], [3, 4]], np.uint8),
    )
    cases.run(interpreter, tmp_path)


def test_products(interpreter, tmp_path):
    cases = Cases()
    for left, right in itertools.product(("float64", "float32", "uint8", "int16", "uint16"), repeat=2):
        real = np.float32 if "float32" in (left, right) and "float64" not in (left, right) else float
        a, b = (
            np.random.default_rng(seed).integers(0, 50, (6, 9)).astype(DTYPES[dtype])
            for seed, dtype in ((1, left), (2, right))
        )
        for first, second in (
            ("a", "b.T"),
            ("a.T", "b"),
            ("a[0]", "b.T"),
            ("a", "b[0]"),
            ("a[::2, ::-1]", "b[:, ::-1].T"),
            ("a[:0]", "b.T"),
            ("a[:, :0]", "b.T[:0]"),
        ):
            result = eval(f"{first} @ {second}", {"a": a.astype(float), "b": b.astype(float)}).astype(real)
            cases.expect(f"np.dot({first}, {second})", result, a=a, b=b)
            cases.expect(f"{first} @ {second}", result, a=a, b=b)
        cases.expect("a[1] @ b[2]", float(a[1].astype(float) @ b[2].astype(float)), a=a, b=b)
    cases.expect("a @ a", "ValueError", a=np.zeros((2, 3)))
    cases.run(interpreter, tmp_path)


def test_fourier_transform(interpreter, tmp_path):
    cases = Cases()
    random = np.random.default_rng(4)
    for size in (1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 32, 37, 64, 100, 256, 1000, 1024):
        c = random.normal(size=size) + 1j * random.normal(size=size)
        for function in ("fft", "ifft"):
            for expression, array in (
                (f"np.fft.{function}(a)", c),
                (f"np.fft.{function}(a)", c.real.copy()),
                (f"np.fft.{function}(a[::-1])", c),
            ):
                result = eval(expression, {"np": np, "a": array})
                # Absolute error relative to the greatest component.
                scale = float(np.abs(result).max())
                cases.expect(f"{expression} / {scale!r} + (3 + 3j)", result / scale + (3 + 3j), ulps=64, a=array)
        cases.expect("np.fft.ifft(np.fft.fft(a)) + (7 + 7j)", c + (7 + 7j), ulps=64, a=c)
    cases.check("np.fft.fft(a)", a=np.array([1, 2, 3, 4, 1, 2, 3, 4], np.uint8))
    cases.expect("np.fft.fft([1, 2])", "NotImplementedError")
    cases.expect("np.fft.fft(a)", "ValueError", a=np.zeros(0))
    cases.run(interpreter, tmp_path)
