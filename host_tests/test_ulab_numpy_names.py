"""The functions of ulab.numpy that arrange, create, count and compute, against NumPy."""

import numpy as np
from ulab_cases import DTYPES, INTEGERS, REALS, Cases, values

SHAPES = ((7,), (1,), (3, 4), (2, 3, 5))
SOME = ("bool", "uint8", "int16", "uint32", "float32", "float64", "complex")


class Oracle(Cases):
    """Cases whose expected result is NumPy's, in ulab's dtype where that is another."""

    def compare(self, expression, dtype=None, ulps=0, **arrays):
        names = {"np": np, **{key: array.copy() for key, array in arrays.items()}}
        with np.errstate(all="ignore"):
            self.expect(expression, recast(eval(expression, names), dtype), ulps=ulps, **arrays)

    def fails(self, expression, error, **arrays):
        self.expect(expression, error, **arrays)


def recast(result, dtype):
    if isinstance(result, (tuple, list)):
        kinds = dtype if isinstance(dtype, tuple) else (dtype,) * len(result)
        return [recast(part, kind) for part, kind in zip(result, kinds, strict=True)]
    if isinstance(result, np.generic):
        result = result.item()
    if isinstance(result, np.ndarray):
        if result.ndim == 0:
            return result.item()
        return result if dtype is None else result.astype(DTYPES[dtype])
    return result


def finite(dtype, shape, seed=1):
    """Items without nan, infinities and huge ones."""
    array = values(dtype, shape, seed)
    if array.dtype.kind in "fc":
        array = np.where(np.abs(array) < 1e4, array, 3)
    return np.nan_to_num(array).astype(DTYPES[dtype])


def strided(array):
    """The same items with gaps between them, and from the end."""
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::-2] = array
    return wide


def test_joining_and_splitting(interpreter, tmp_path):
    cases = Oracle()
    for dtype in SOME:
        for shape in SHAPES:
            a, b = finite(dtype, shape, 2), finite(dtype, shape, 3)
            for axis in range(-len(shape), len(shape)):
                if dtype != "bool":
                    cases.compare(f"np.concatenate([a, b], axis={axis})", a=a, b=b)
                cases.compare(f"np.append(a, b, axis={axis})", a=a, b=b)
                cases.compare(f"np.array_split(a, 3, axis={axis})", a=a)
                cases.compare(f"np.array_split(a, [1, 2], axis={axis})", a=a)
                cases.compare(f"np.repeat(a, 3, axis={axis})", a=a)
                cases.compare(f"np.insert(a, 1, a[:1] if {axis} == 0 else 1, axis={axis})", a=a)
                cases.compare(f"np.delete(a, 0, axis={axis})", a=a)
                cases.compare(f"np.take(a, [0, -1, 0], axis={axis})", a=a)
                cases.compare(f"np.take(a, 0, axis={axis})", a=a)
                cases.compare(f"np.take(a, [5, -3, 1], axis={axis}, mode='wrap')", a=a)
                cases.compare(f"np.take(a, [5, -3, 1], axis={axis}, mode='clip')", a=a)
                cases.compare(f"np.roll(a, 2, axis={axis})", a=a)
            if len(shape) < 4:
                for axis in range(-len(shape) - 1, len(shape) + 1):
                    cases.compare(f"np.stack((a, b), axis={axis})", a=a, b=b)
                    cases.compare(f"np.expand_dims(a, {axis})", a=a)
            for function in ("vstack", "hstack", "dstack", "column_stack"):
                cases.compare(f"np.{function}([a, b, a])", a=a, b=b)
            cases.compare("np.append(a, b)", a=a, b=b)
            cases.compare("np.repeat(a, 2)", a=a)
            cases.compare("np.tile(a, 3)", a=a)
            cases.compare("np.tile(a, (2, 1, 2))", a=a)
            cases.compare("np.tile(a, (0, 2))", a=a)
            cases.compare("np.delete(a, [0, -1])", a=a)
            cases.compare("np.take(a, [0, -1])", a=a)
            cases.compare("np.insert(a, [0, 1, 1], [1, 0, 1])", a=a)
    whole = np.arange(24.0).reshape(4, 6)
    for expression in (
        "np.split(a, 2)",
        "np.split(a, 3, axis=1)",
        "np.split(a, [1, 3], axis=1)",
        "np.hsplit(a, 3)",
        "np.vsplit(a, 2)",
        "np.dsplit(a.reshape((2, 3, 4)), 2)",
        "np.repeat(a, [0, 1, 2, 3], axis=0)",
        "np.compress([True, False, True, True], a, axis=0)",
        "np.delete(a, [0, 2, 2], axis=1)",
        "np.delete(a, [], axis=1)",
    ):
        cases.compare(expression, a=whole)
    cases.expect("np.concatenate((a, a))", np.array([1, 0, 1, 0], np.uint8), a=np.array([True, False]))
    for left in DTYPES:
        for right in DTYPES:
            a, b = finite(left, (3,)), finite(right, (2,))
            joined = np.concatenate((a, b))
            dtype = "float64" if joined.dtype == np.int64 else "uint8" if joined.dtype == bool else None
            cases.compare("np.concatenate((a, b))", dtype, a=a, b=b)
    for expression, error in (
        ("np.stack([])", "ValueError"),
        ("np.stack([a, a[1:]])", "ValueError"),
        ("np.vstack([a, a[:, 1:]])", "ValueError"),
        ("np.split(a, 5)", "ValueError"),
        ("np.array_split(a, 0)", "ValueError"),
        ("np.take(a, [24])", "ValueError"),
        ("np.take(a, [-25])", "ValueError"),
        ("np.take(a, 0, axis=2)", "ValueError"),
        ("np.take(3, [0])", "TypeError"),
        ("np.take(a, [0], mode='x')", "ValueError"),
        ("np.take(a, [0], out=np.zeros(2))", "ValueError"),
        ("np.compress([True], a)", "ValueError"),
        ("np.delete(a, 24)", "ValueError"),
        ("np.delete(a, [4], axis=0)", "ValueError"),
        ("np.expand_dims(a, 3)", "ValueError"),
        ("np.concatenate(a)", "TypeError"),
    ):
        cases.fails(expression, error, a=whole)
    cases.compare("np.take(a, [1, 2], out=b)", a=whole, b=np.zeros(2))
    cases.run(interpreter, tmp_path)


def test_axes_and_views(interpreter, tmp_path):
    cases = Oracle()
    for dtype in ("bool", "int16", "complex"):
        a = finite(dtype, (2, 3, 1, 4))
        for expression in (
            "np.transpose(a)",
            "np.transpose(a, (2, 0, 3, 1))",
            "np.swapaxes(a, 0, -1)",
            "np.moveaxis(a, 0, -1)",
            "np.moveaxis(a, (0, 1), (-1, 0))",
            "np.rollaxis(a, 3)",
            "np.rollaxis(a, 1, 4)",
            "np.squeeze(a)",
            "np.squeeze(a, 2)",
            "np.ravel(a)",
            "np.reshape(a, (6, 4))",
            "np.fliplr(a)",
            "np.flipud(a)",
            "np.flip(a, axis=(0, 3))",
            "np.roll(a, (1, 2), axis=(0, 3))",
            "np.roll(a, 1, axis=(1, 3))",
            "np.broadcast_to(a, (2, 3, 5, 4))",
            "np.diagonal(a)",
            "np.diagonal(a, 1, 1, 3)",
            "np.diagonal(a, -1, 1, 3)",
            "np.diagonal(a, 9)",
            "np.copy(a)",
        ):
            cases.compare(expression, a=a)
        b = finite(dtype, (3, 5))
        for k in range(-3, 6):
            cases.compare(f"np.rot90(b, {k})", b=b)
            cases.compare(f"np.diag(b, k={k})", b=b)
            cases.compare(f"np.diag(b[0], k={k})", b=b)
            cases.compare(f"np.tril(b, {k})", b=b)
            cases.compare(f"np.triu(b, {k})", b=b)
            cases.compare(f"np.tri(3, 5, {k})")
        for mode in ("constant", "edge", "reflect", "symmetric", "wrap"):
            for width in ("2", "(1, 3)", "((0, 2), (9, 1))"):
                cases.compare(f"np.pad(b, {width}, '{mode}')", b=b)
                cases.compare(f"np.pad(b[:1, :1], {width}, '{mode}')", b=b)
        cases.compare("np.atleast_1d(b)", b=b)
        cases.compare("np.atleast_2d(b[0])", b=b)
        cases.compare("np.atleast_3d(b[0])", b=b)
        cases.compare("np.atleast_3d(b)", b=b)
    b = np.arange(15.0).reshape(3, 5)
    cases.compare("np.pad(b, 2, 'constant', constant_values=7)", b=b)
    cases.compare("np.pad(b, ((1, 2), (2, 1)), constant_values=((1, 2), (3, 4)))", b=b)
    cases.compare("np.trace(b[:, :3])", b=b)
    cases.compare("np.meshgrid(b[0], b[:, 0])", b=b)
    cases.compare("np.meshgrid(b[0], b[:, 0], indexing='ij')", b=b)
    cases.compare("np.meshgrid(b[0], b[:, 0], b[0, :2])", b=b)
    cases.compare("np.meshgrid(b[0])", b=b)
    cases.expect("np.meshgrid()", [])
    cases.compare("b[np.ix_(c, c[:2])]", b=b, c=np.array([2, 0, 1], np.uint8))
    cases.compare("np.broadcast_arrays(b, b[0], 3.0)", b=b)
    cases.expect("np.broadcast_shapes((3, 1), 4, (2, 1, 1))", [2, 3, 4])
    for expression, error in (
        ("np.broadcast_to(b, (2, 5))", "ValueError"),
        ("np.broadcast_to(b, 15)", "ValueError"),
        ("np.broadcast_shapes((3, 2), (3,))", "ValueError"),
        ("np.moveaxis(b, 2, 0)", "ValueError"),
        ("np.moveaxis(b, (0, 1), 0)", "ValueError"),
        ("np.squeeze(b, 0)", "ValueError"),
        ("np.rot90(b, 1, (0, 0))", "ValueError"),
        ("np.diag(b[None])", "ValueError"),
        ("np.pad(b, -1)", "ValueError"),
        ("np.pad(b, 1, 'mean')", "ValueError"),
        ("np.pad(b[:0], 1, 'edge')", "ValueError"),
        ("np.flip(b, axis=(0, 0))", "ValueError"),
        ("np.meshgrid(b)", "ValueError"),
        ("np.meshgrid([1, 2])", "TypeError"),
        ("np.meshgrid(b[0], indexing=1)", "TypeError"),
        ("np.meshgrid(b[0], indexing='yx')", "ValueError"),
        ("np.meshgrid(b[0], b[0], b[0], b[0], b[0])", "ValueError"),
    ):
        cases.fails(expression, error, b=b)
    cases.run(interpreter, tmp_path)


def test_creation_like(interpreter, tmp_path):
    cases = Oracle()
    for dtype in DTYPES:
        a = finite(dtype, (2, 3))
        cases.compare("np.zeros_like(a)", a=a)
        cases.compare("np.ones_like(a)", a=a)
        cases.compare("np.full_like(a, 1)", a=a)
        cases.expect("np.empty_like(a).shape", [2, 3], a=a)
        cases.compare("np.zeros_like(a, shape=(4,))", a=a)
        cases.expect(f"np.fromiter((x for x in range(3)), np.{dtype})", np.arange(3).astype(DTYPES[dtype]))
        cases.expect(f"np.identity(3, dtype=np.{dtype})", np.identity(3, DTYPES[dtype]))
    for dtype in ("uint8", "int16", "float32", "float64"):
        for arguments in ("0, 2", "0, 2, 7", "0, 1, 5, base=2.0", "0.5, 2, 6, endpoint=False"):
            expected = eval(f"np.logspace({arguments})").astype(DTYPES[dtype])
            ulps = 0 if dtype in INTEGERS else 8
            cases.expect(f"np.logspace({arguments}, dtype=np.{dtype})", expected, ulps=ulps)
    cases.compare("np.geomspace(1, 1000, 4)", ulps=8)
    cases.compare("np.geomspace(2.5, 0.1, 9, endpoint=False)", ulps=8)
    cases.compare("np.fromfunction(lambda i, j: i * 10 + j, (3, 4))")
    cases.compare("np.indices((2, 3))", "int16")
    cases.expect("np.fromiter(range(9), np.float, count=4)", np.arange(4.0))
    cases.fails("np.fromiter(range(3), np.float, count=4)", "ValueError")
    cases.fails("np.logspace(0, 1, 1)", "ValueError")
    cases.fails("np.geomspace(0, 1)", "ValueError")
    cases.run(interpreter, tmp_path)


def test_counting(interpreter, tmp_path):
    cases = Oracle()
    for dtype in DTYPES:
        for shape in (*SHAPES, (0,), (2, 0)):
            a = values(dtype, shape, 5)
            if a.dtype.kind != "b":
                a[np.arange(a.size).reshape(shape) % 3 == 0] = 0
            cases.compare("np.nonzero(a)", "uint16", a=a)
            cases.compare("np.flatnonzero(a)", "uint16", a=a)
            cases.compare("np.count_nonzero(a)", a=a)
            cases.compare("np.argwhere(a)", "uint16", a=a)
            for axis in range(len(shape)):
                if len(shape) > 1:
                    cases.compare(f"np.count_nonzero(a, axis={axis})", "uint32", a=a)
    for dtype in REALS:
        table = np.sort(finite(dtype, (40,)))
        wanted = np.concatenate((finite(dtype, (50,), 9), table[:9]))
        for side in ("left", "right"):
            cases.compare(f"np.searchsorted(a, v, '{side}')", "uint16", a=table, v=wanted)
            cases.compare(f"np.searchsorted(a, v.reshape((59, 1)), side='{side}')", "uint16", a=table, v=wanted)
        cases.compare("np.searchsorted(a[::-1][::-1], 1)", a=table)
        cases.compare("np.digitize(v, a)", "uint16", a=table, v=wanted)
        cases.compare("np.digitize(v, a[::-1], right=True)", "uint16", a=table, v=wanted)
        for shape in (*SHAPES, (0,), (300,)):
            a = finite(dtype, shape, 8)
            if dtype == "float64":
                a = np.round(a / 50)
            index = "uint16"
            cases.compare("np.unique(a)", a=a)
            cases.compare(
                "[x.flatten() for x in np.unique(a, True, True, True)]", (None, index, index, index), a=a
            )
            cases.compare("np.isin(a, a.flatten()[:3])", a=a)
            cases.compare("np.isin(a, a.flatten()[:0], invert=True)", a=a)
    a, b = np.array([3, 1, 4, 1, 5], np.uint8), np.array([1, 5, 9, 2], np.uint8)
    for function in ("intersect1d", "union1d", "setdiff1d", "setxor1d"):
        cases.compare(f"np.{function}(a, b)", a=a, b=b)
    nans = np.array([2, np.nan, 1, np.nan, 2])
    cases.compare("np.unique(a)", a=nans)
    cases.compare("np.searchsorted(np.sort(a), a)", "uint16", a=nans)
    for dtype in ("uint8", "uint16", "uint32"):
        a = finite(dtype, (500,)) % 70
        w = np.random.default_rng(1).normal(size=600)
        cases.compare("np.bincount(a)", "uint16", a=a)
        cases.compare("np.bincount(a[::-3], minlength=90)", "uint16", a=a)
        cases.compare("np.bincount(a[:0])", "uint16", a=a)
        cases.compare("np.bincount(a[:0], minlength=3)", "uint16", a=a)
        cases.expect("np.bincount(a, weights=w)", np.bincount(a, weights=w[:500]), ulps=4, a=a, w=w)
        cases.fails("np.bincount(a, weights=w[:5])", "ValueError", a=a, w=w)
        cases.fails("np.bincount(a.reshape((5, 100)))", "ValueError", a=a)
        cases.fails("np.bincount(a, minlength=-1)", "ValueError", a=a)
        cases.fails("np.bincount(a, weights=w * 1j)", "TypeError", a=a, w=w)
    for dtype in ("int8", "int16", "float32", "complex"):
        cases.fails("np.bincount(a)", "TypeError", a=np.ones(3, DTYPES[dtype]))
    cases.fails("np.bincount(a)", "ValueError", a=np.array([1, -1], np.int32))
    cases.fails("np.bincount([1, 2])", "TypeError")
    cases.expect(
        "np.bincount(np.zeros(70000, dtype=np.uint8))", np.array([70000], np.uint32)
    )
    many = np.ones(70000, np.uint8)
    cases.expect("np.nonzero(np.ones(70000))[0]", np.arange(70000, dtype=np.uint32))
    cases.expect("np.count_nonzero(a)", 70000, a=many)
    for dtype in ("uint8", "int16", "float32", "float64"):
        a = finite(dtype, (900,))
        for arguments in (
            "a",
            "a, 7",
            "a, bins=5, range=(0, 100)",
            "a, [0, 1, 50, 100]",
            "a[::2].reshape((45, 10)), 256, (0, 256)",
        ):
            counts, edges = eval(f"np.histogram({arguments})", {"np": np, "a": a.astype(float)})
            cases.expect(f"np.histogram({arguments})", [counts.astype(np.uint16), edges.astype(float)], ulps=4, a=a)
        w = np.random.default_rng(1).normal(size=900)
    cases.compare("np.histogram(a, weights=w)", "float64", ulps=100, a=a, w=w)
    cases.compare("np.histogram(a, density=True)", "float64", ulps=8, a=a)
    cases.compare("np.histogram(a)", ("uint16", "float64"), a=np.zeros(0))
    cases.compare("np.histogram(a)", ("uint16", "float64"), a=np.full(3, 2.5))
    cases.compare("np.histogram(a, range=(0, 3))", ("uint16", "float64"), a=nans)
    cases.fails("np.histogram(a, 0)", "ValueError", a=nans)
    cases.fails("np.histogram(a, [3, 1])", "ValueError", a=nans)
    cases.fails("np.histogram(a, range=(3, 1))", "ValueError", a=nans)
    cases.fails("np.searchsorted([1, 2], 1, side='middle')", "ValueError")
    cases.fails("np.searchsorted(np.zeros((2, 2)), 1)", "ValueError")
    cases.fails("np.searchsorted([1, 2], 1j)", "NotImplementedError")
    cases.compare("np.sort_complex(a)", a=np.array([1 + 2j, 1 - 1j, 0 + 5j, -3]))
    cases.expect("np.sort_complex(a)", np.array([1, 2, 3], complex), a=np.array([3, 1, 2], np.int8))
    for expression, result in (
        ("np.size(a)", 12), ("np.size(a, axis=1)", 4), ("np.size([1, 2])", 2), ("np.size(3)", 1),
        ("np.ndim(a)", 2), ("np.ndim(3)", 0), ("np.shape(a)", [3, 4]), ("np.shape([1, 2])", [2]),
    ):
        cases.expect(expression, result, a=np.zeros((3, 4)))
    cases.run(interpreter, tmp_path)


def test_reductions_over_axes(interpreter, tmp_path):
    cases = Oracle()
    axes = ("None", "0", "1", "-1", "(0,)", "(0, 1)", "(0, -1)", "(1, 2)", "(2, 0, 1)")
    for dtype in DTYPES:
        for shape in ((3, 4, 5), (20, 3, 40), (1, 30, 17)):
            a = finite(dtype, shape)
            for axis in axes:
                for keep in (False, True):
                    arguments = f"axis={axis}, keepdims={keep}"
                    every = axis in ("None", "(2, 0, 1)") and not keep
                    kind = "uint8" if dtype == "bool" else dtype
                    # The sum of all float32 items is a float64 number.
                    wide = a.astype(float) if dtype == "float32" and every else a
                    total = recast(np.sum(wide, **eval(f"dict({arguments})")), None if every else kind)
                    ulps = 2000 * (2**24 if dtype == "float32" else 1)
                    cases.expect(f"np.sum(a, {arguments})", total, ulps=ulps, a=a)
                    if dtype in ("bool", "uint8"):
                        cases.compare(f"np.mean(a, {arguments})", ulps=4, a=a)
                    for function in ("all", "any"):
                        cases.compare(f"np.{function}(a, {arguments})", a=a)
                    if dtype == "complex":
                        continue
                    for function in ("var", "std"):
                        spread = recast(getattr(np, function)(wide, **eval(f"dict({arguments})")), None)
                        cases.expect(f"np.{function}(a, {arguments})", spread, ulps=4000, a=a)
                    for function in ("max", "min"):
                        value = int if dtype == "bool" and every else None
                        if value is None:
                            cases.compare(f"np.{function}(a, {arguments})", a=a)
    for dtype in REALS:
        a = finite(dtype, (6, 20))
        if dtype in ("int32", "uint32"):
            a = (a % 1000).astype(DTYPES[dtype])
        kind = dtype if dtype.startswith("float") else "float64"
        for axis in (0, 1):
            cases.compare(f"np.prod(a[:3, :3], axis={axis})", kind, ulps=64, a=a)
            cases.compare(f"np.cumsum(a, axis={axis})", kind, ulps=4000 if dtype != "float32" else 1e5, a=a)
            cases.compare(f"np.cumprod(a[:3, :3], axis={axis})", kind, ulps=64, a=a)
            cases.compare(f"np.ptp(a, axis={axis})", a=a) if dtype != "bool" else None
        cases.compare("np.cumsum(a)", kind, ulps=4000 if dtype != "float32" else 1e6, a=a)
        cases.compare("np.cumsum(a.T)", kind, ulps=4000 if dtype != "float32" else 1e6, a=a)
        if dtype in ("bool", "uint8", "int8", "uint16", "int16"):
            cases.expect("np.prod(a[0, :3])", int(np.prod(a[0, :3].astype(object))), a=a)
            cases.expect("np.sum(a, axis=0, dtype=np.float)", a.sum(0).astype(float), a=a)
            cases.expect("np.sum(a, dtype=np.uint8)", int(a.sum()) % 256, a=a)
    a = finite("complex", (3, 4))
    cases.compare("np.cumsum(a, axis=1)", ulps=64, a=a)
    cases.compare("np.cumprod(a[:, :2], axis=0)", ulps=64, a=a)
    cases.compare("np.prod(a[0])", ulps=64, a=a)
    cases.compare("np.mean(a, axis=0)", ulps=64, a=a)
    for function in ("max", "var", "std", "argmin"):
        cases.fails(f"np.{function}(a)", "NotImplementedError", a=a)
    a = np.arange(12.0).reshape(3, 4)
    for function in ("sum", "mean", "max", "std", "prod", "argmax", "any", "cumsum"):
        cases.fails(f"np.{function}(a, axis=2)", "ValueError", a=a)
        cases.fails(f"np.{function}(a, axis='x')", "TypeError", a=a)
        cases.fails(f"np.{function}(a, axis=0, out=np.zeros(3))", "ValueError", a=a)
        cases.fails(f"np.{function}(a, wrong=0)", "TypeError", a=a)
    cases.fails("np.sum(a, axis=(0, 0))", "ValueError", a=a)
    cases.fails("np.argmax(a, axis=(0, 1))", "TypeError", a=a)
    cases.fails("np.sum(a * 1j, axis=0, dtype=np.float)", "TypeError", a=a)
    cases.fails("np.max(a[:, :0], axis=1)", "ValueError", a=a)
    cases.compare("np.max(a[:0], axis=1)", a=a)
    cases.compare("np.sum(a[:0], axis=0)", a=a)
    cases.compare("np.sum(a, axis=0, out=b)", a=a, b=np.zeros(4))
    cases.compare("np.cumsum(a, out=b)", a=a, b=np.zeros(12))
    cases.compare("np.var(a, ddof=1, axis=0)", a=a)
    cases.expect("np.all(a[0], axis=0)", np.array([False]), a=a)
    with_nan = a.copy()
    with_nan[1, 2] = np.nan
    for shape in ("a", "np.tile(a, (1, 8))", "np.tile(a, (8, 1))"):
        for function in ("max", "min", "sum", "mean"):
            cases.compare(f"np.{function}({shape}, axis=0)", a=with_nan)
            cases.compare(f"np.{function}({shape}, axis=1)", a=with_nan)
    cases.run(interpreter, tmp_path)


def test_statistics(interpreter, tmp_path):
    cases = Oracle()
    for dtype in ("uint8", "int16", "float64"):
        a = finite(dtype, (7, 6), 4)
        for axis in ("None", "0", "1"):
            for keep in (False, True):
                for q in ("30", "[0, 12.5, 50, 99, 100]"):
                    arguments = f"np.percentile(a, {q}, axis={axis}, keepdims={keep})"
                    cases.compare(arguments, "float64", ulps=16, a=a)
            cases.compare(f"np.quantile(a, 0.7, axis={axis})", "float64", ulps=16, a=a)
            for keep in (False, True):
                cases.compare(f"np.median(a, axis={axis}, keepdims={keep})", a=a)
            cases.compare(f"np.average(a, axis={axis})", ulps=8, a=a)
        cases.compare("np.percentile(a.reshape((7, 2, 3)), 40, axis=(0, 2))", "float64", ulps=16, a=a)
        for axes in ("(0, 2)", "(2, 1)", "(0, 1, 2)", "(1,)"):
            cases.compare(f"np.median(a.reshape((7, 2, 3)), {axes})", a=a)
            cases.compare(f"np.median(a.reshape((7, 2, 3)), {axes}, keepdims=True)", a=a)
        cases.compare("np.average(a * 1.0, weights=w)", ulps=64, a=a, w=np.arange(42.0).reshape(7, 6))
        cases.compare("np.average(a * 1.0, axis=1, weights=w)", ulps=64, a=a, w=np.arange(6.0))
    for dtype in ("float32", "float64"):
        a = finite(dtype, (5, 6), 4)
        a[::2, 1] = a[3, 2:5] = np.nan
        for axis in ("None", "0", "1"):
            for keep in (False, True):
                for function in ("nansum", "nanmean", "nanstd", "nanvar", "nanmin", "nanmax", "nanprod"):
                    ulps = 64 if dtype == "float64" else 1e11 if axis == "None" else 1000
                    cases.compare(f"np.{function}(a, axis={axis}, keepdims={keep})", ulps=ulps, a=a)
            for function in ("nanargmax", "nanargmin"):
                cases.compare(f"np.{function}(a, axis={axis})", "int16", a=a)
            cases.compare(f"np.nanmedian(a, axis={axis})", "float64", ulps=1e9, a=a)
            cases.compare(f"np.nanpercentile(a, 20, axis={axis})", "float64", ulps=1e9, a=a)
    cases.compare("np.nanmax(a, axis=0)", a=np.array([1, np.nan, 2]))
    cases.compare("np.nanmin(a, axis=0)", a=np.array([np.nan, np.nan]))
    cases.compare("np.percentile(a, 50)", a=np.array([1, np.nan, 2]))
    cases.fails("np.percentile(a, 101)", "ValueError", a=np.ones(3))
    cases.fails("np.percentile(a, 50)", "ValueError", a=np.ones(0))
    cases.fails("np.nanargmax(a)", "ValueError", a=np.full(3, np.nan))
    cases.compare("np.nansum(a)", a=np.array([1, 2], np.int8))
    cases.run(interpreter, tmp_path)


def test_computing(interpreter, tmp_path):
    cases = Oracle()
    x = np.sort(np.random.default_rng(2).normal(size=30))
    y = np.cos(x)
    cases.expect("np.trapz(y, x)", float(np.trapezoid(y, x)), ulps=64, x=x, y=y)
    cases.expect("np.trapz(y[::3], dx=0.5)", float(np.trapezoid(y[::3], dx=0.5)), ulps=64, y=y)
    cases.expect("np.trapz(a)", 400.0, a=np.array([200, 200, 200], np.uint8))
    for p in ("[1, -2, 0.5]", "[3]", "[]", "a"):
        a = np.array([2, 1, -1], np.int8)
        cases.compare(f"np.polyval({p}, x)", "float64", ulps=64, a=a, x=x.reshape(5, 6))
        cases.expect(f"np.polyval({p}, 3)", float(np.polyval(eval(p), 3.0)), a=a)
    for degree in range(6):
        for scale, offset in ((1, 0), (1e-3, 0.01), (100, 300)):
            points, line = x * scale + offset, np.polyval([0.3, -1, 2], x) + 0.01 * y
            fitted = np.polyval(np.polyfit(points, line, degree), points)
            cases.expect(
                f"np.max(abs(np.polyval(np.polyfit(x, y, {degree}), x) - f)) < 1e-5", True, x=points, y=line, f=fitted
            )
        cases.compare(f"np.polyfit(x, y, {degree})", ulps=1e8, x=x, y=y)
        cases.expect(f"np.polyfit(y, {degree})", np.polyfit(np.arange(9.0), y[:9], degree), ulps=1e8, y=y[:9])
    cases.fails("np.polyfit([1, 2], [1, 2], 2)", "ValueError")
    cases.fails("np.polyfit([1, 1, 1], [1, 2, 3], 1)", "ValueError")
    cases.fails("np.polyfit([1, 2], [1, 2, 3], 1)", "ValueError")
    for n in (1, 2, 5, 12, 100):
        for m in (1, 2, 3, 12):
            a, v = finite("float64", (n,), 3) / 100, finite("float64", (m,), 4) / 100
            for mode in ("full", "same", "valid"):
                for w in ("v", "v * 1j"):
                    cases.compare(f"abs(np.convolve(a, {w}, '{mode}') - b) < 1e-9", a=a, v=v,
                                  b=np.convolve(a, eval(w), mode))
                    cases.compare(f"abs(np.correlate(a, {w}, '{mode}') - b) < 1e-9", a=a, v=v,
                                  b=np.correlate(a, eval(w), mode))
    cases.expect("np.convolve(a, a)", np.array([40000.0, 40000, 10000]), a=np.array([200, 100], np.uint8))
    cases.expect("np.max(abs(np.convolve(a, a, mode='same') - b)) < 1e-12", True, a=x, b=np.convolve(x, x, "same"))
    cases.fails("np.convolve(a, a, mode='half')", "ValueError", a=x)
    cases.fails("np.convolve(a, [1])", "TypeError", a=x)
    cases.fails("np.convolve(a, a[:0])", "TypeError", a=x)
    cases.fails("np.convolve(a, a.reshape((5, 6)))", "TypeError", a=x)
    for left in REALS[1:]:
        a = finite(left, (3,))
        cases.compare("np.cross(a, a)", a=a)
    cases.compare("np.cross(a, b)", a=np.array([1.0, 2, 3]), b=np.array([4, -5, 6.5]))
    for f in (x, x.reshape(5, 6)):
        for axis in range(f.ndim):
            cases.compare(f"np.gradient(f, 0.5, axis={axis})", ulps=16, f=f)
            cases.compare(f"np.gradient(f, np.arange({f.shape[axis]}) ** 2.0, axis={axis})", ulps=64, f=f)
    cases.compare("np.kron(a, b)", a=np.arange(3.0), b=np.arange(2.0))
    cases.compare("np.kron(a, b)", a=np.arange(6.0).reshape(2, 3), b=np.arange(4.0).reshape(2, 2))
    cases.compare("np.kron(a, b)", a=np.arange(2.0), b=np.arange(4.0).reshape(2, 2))
    for dtype in ("float32", "float64", "int8"):
        cases.compare("np.nan_to_num(a)", a=values(dtype, (20,), 3))
    cases.compare("np.nan_to_num(a, nan=1, posinf=2, neginf=3)", a=values("float64", (20,), 3))
    turning = np.cumsum(np.random.default_rng(3).normal(0, 2, (4, 30)), axis=1)
    wrapped = (turning + np.pi) % (2 * np.pi) - np.pi
    for axis in (0, 1):
        unwrapped = np.unwrap(wrapped, axis=axis)
        cases.expect(f"np.max(abs(np.unwrap(p, axis={axis}) - u)) < 1e-9", True, p=wrapped, u=unwrapped)
    cases.compare("np.ediff1d(a)", a=np.arange(6.0).reshape(2, 3) ** 2)
    points, heights = np.array([0, 1, 2.5, 4]), np.array([1, 3, 2, 8.0])
    for dtype in ("uint8", "int16", "float64"):
        cases.compare("np.interp(a, x, y)", ulps=4, a=finite(dtype, (70,)), x=points, y=heights)
    square = heights.reshape(2, 2)
    cases.expect("np.interp(a, x, y)", np.interp(heights, points, heights), a=square, x=points, y=heights)
    cases.compare("np.interp(a, x, y, left=-5, right=9)", a=np.arange(-2, 7, 0.25), x=points, y=heights)
    cases.expect("np.interp(2, x, y)", np.interp([2], points, heights), x=points, y=heights)
    cases.compare("np.interp(a, x[::2], y[::-2])", a=np.array([0.5, np.nan, np.inf, -np.inf]), x=points, y=heights)
    cases.expect("np.interp([3, 1, 2], [5, 1, 3], [1, 2, 3]).shape", [3])
    cases.fails("np.interp(1, x, y[1:])", "ValueError", x=points, y=heights)
    cases.fails("np.interp(1, [1], [2])", "ValueError")
    cases.fails("np.interp(1j, [1, 2], [2, 3])", "NotImplementedError")
    for subscripts, shapes in (
        ("ij,jk->ik", ((2, 3), (3, 4))), ("ij,jk", ((2, 3), (3, 4))), ("ii", ((3, 3),)), ("ii->i", ((3, 3),)),
        ("ij->ji", ((2, 3),)), ("i,i", ((4,), (4,))), ("i,j->ij", ((2,), (3,))),
        ("abc,abd->cd", ((2, 3, 2), (2, 3, 3))),
    ):
        arrays = dict(zip("abc", (finite("float64", shape) for shape in shapes), strict=False))
        cases.compare(f"np.einsum('{subscripts}', {', '.join(arrays)})", ulps=1e4, **arrays)
    a = np.arange(12.0).reshape(3, 4)
    cases.compare("np.apply_along_axis(np.sum, 0, a)", a=a)
    cases.compare("np.apply_along_axis(lambda row: row[::-1], 1, a)", a=a)
    cases.compare("np.apply_along_axis(lambda row: row[:2], 0, a)", a=a)
    cases.compare("np.select([a < 3, a < 6], [a, -a], 9)", a=a)
    cases.compare("np.choose(i, [a, a * 2, a * 3])", a=a, i=np.array([0, 2, 1, 0], np.uint8))
    z = finite("complex", (2, 3))
    for function in ("real", "imag", "conjugate", "conj", "isreal", "iscomplex"):
        cases.compare(f"np.{function}(z)", z=z)
    cases.compare("np.imag(a)", a=a)
    cases.expect("np.iscomplexobj(z), np.isrealobj(z), np.isscalar(3), np.isscalar(z)", [True, False, True, False], z=z)
    cases.fails("np.real(3)", "NotImplementedError")
    small = np.array([[1, 2], [3, 4]], np.uint8)
    cases.expect("np.vectorize(lambda x: x * x)(a)", np.array([[1.0, 4], [9, 16]]), a=small)
    cases.expect("np.vectorize(lambda x: x + 300, otypes=np.uint8)([1, 2])", np.array([45, 46], np.uint8))
    cases.expect("np.vectorize(lambda x: x)(3)", np.array([3.0]))
    cases.fails("np.vectorize(3)", "TypeError")
    cases.fails("np.vectorize(abs, otypes='x')", "ValueError")
    cases.fails("np.vectorize(abs)('abc')", "ValueError")
    cases.run(interpreter, tmp_path)
