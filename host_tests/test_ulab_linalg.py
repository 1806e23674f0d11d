"""ulab.numpy.linalg against NumPy, over sizes, shapes, dtypes and condition numbers."""

import numpy as np
import pytest
from ulab_values import Raised, evaluate

EPSILON = np.finfo(float).eps
SIZES = (1, 2, 3, 4, 7, 16, 25)
SHAPES = ((1, 1), (3, 1), (1, 3), (4, 4), (5, 3), (3, 5), (12, 2), (2, 12), (9, 8), (30, 4))


def conditioned(rows, columns, condition, seed):
    """A matrix with singular values from 1 down to 1 / condition."""
    random = np.random.default_rng(seed)
    n = min(rows, columns)
    u = np.linalg.qr(random.normal(size=(rows, n)))[0]
    v = np.linalg.qr(random.normal(size=(columns, n)))[0]
    return u * np.geomspace(1, 1 / condition, n) @ v.T


def check(interpreter, folder, cases):
    """Evaluate [(expression, arrays, judge)]; a judge returns an error and its limit, or asserts by itself."""
    values = evaluate(interpreter, folder, [(expression, arrays) for expression, arrays, _ in cases])
    wrong = []
    for (expression, arrays, judge), value in zip(cases, values, strict=True):
        shapes = {key: array.shape for key, array in arrays.items()}
        if isinstance(value, Raised):
            wrong.append(f"{expression} {shapes}: {value}")
            continue
        error, limit = judge(value)
        if not error <= limit:
            wrong.append(f"{expression} {shapes}: error {error}, limit {limit}, {value}")
    assert not wrong, f"{len(wrong)} of {len(cases)} are wrong\n" + "\n".join(wrong[:20])


def near(expected, limit):
    """A judge that compares with a known result, relative to its greatest item."""

    def judge(value):
        value, wanted = np.asarray(value), np.asarray(expected)
        if value.shape != wanted.shape:
            return np.inf, value.shape
        scale = np.max(np.abs(wanted), initial=0) or 1
        return np.max(np.abs(value - wanted), initial=0) / scale, limit

    return judge


def small(limit):
    """A judge of a difference to something of size 1."""
    return lambda value: (np.max(np.abs(value)), limit)


@pytest.mark.parametrize("condition", [1, 1e4, 1e8])
def test_square(interpreter, tmp_path, condition):
    cases = []
    for n in SIZES:
        a = conditioned(n, n, condition, n)
        loss = 100 * n * EPSILON * condition
        b, c = np.arange(1.0, n + 1), np.arange(n * 3.0).reshape(n, 3) - 4
        cases += [
            ("np.linalg.inv(a)", {"a": a}, near(np.linalg.inv(a), loss)),
            ("np.linalg.det(a)", {"a": a}, near(np.linalg.det(a), loss)),
            ("np.linalg.slogdet(a)", {"a": a}, near(np.array([*np.linalg.slogdet(a)]), loss)),
            ("np.linalg.solve(a, b)", {"a": a, "b": b}, near(np.linalg.solve(a, b), loss)),
            ("np.linalg.solve(a, b)", {"a": a, "b": c}, near(np.linalg.solve(a, c), loss)),
            ("np.linalg.inv(a.T)", {"a": a}, near(np.linalg.inv(a.T), loss)),
            ("np.linalg.cond(a)", {"a": a}, near(condition if n > 1 else 1, loss)),
            ("np.linalg.matrix_power(a, 3) - b", {"a": a, "b": np.linalg.matrix_power(a, 3)}, small(1e-14)),
            ("np.linalg.matrix_power(a, -2)", {"a": a}, near(np.linalg.matrix_power(a, -2), loss)),
            ("np.linalg.matrix_power(a, 0)", {"a": a}, near(np.eye(n), 0)),
        ]
        # With the smallest residual that rounding allows, whatever the condition.
        cases.append(
            (
                "np.dot(a, np.linalg.solve(a, b)) - b, np.linalg.solve(a, b)",
                {"a": a, "b": b},
                lambda value, n=n: (np.abs(value[0]).max(), 100 * n * EPSILON * np.abs(value[1]).max()),
            )
        )
    check(interpreter, tmp_path, cases)


@pytest.mark.parametrize("condition", [1, 1e4, 1e8])
def test_symmetric(interpreter, tmp_path, condition):
    cases = []
    for n in SIZES:
        root = conditioned(n, n, condition**0.5, n)
        a = root @ root.T
        a = (a + a.T) / 2
        b = a - np.eye(n) * np.trace(a) / n
        cases.append(("np.linalg.cholesky(a)", {"a": a}, near(np.linalg.cholesky(a), 100 * n * EPSILON * condition)))
        for matrix in (a, b, np.zeros((n, n)), np.eye(n), np.diag(np.arange(n) - 1.0), np.ones((n, n))):
            def judge(value, matrix=matrix, n=n, ordered=False):
                values, vectors = value
                if ordered and (np.diff(values) < 0).any():
                    return np.inf, "the order"
                error = max(
                    np.abs(matrix @ vectors - vectors * values).max(),
                    np.abs(vectors.T @ vectors - np.eye(n)).max(),
                    np.abs(np.sort(values) - np.linalg.eigvalsh(matrix)).max(),
                )
                return error, 50 * n * EPSILON * max(1, np.abs(matrix).max())

            cases.append(("np.linalg.eig(a)", {"a": matrix}, judge))
            cases.append(("np.linalg.eigh(a)", {"a": matrix}, lambda value, judge=judge: judge(value, ordered=True)))
            triangle = np.tril(matrix) + np.triu(np.full((n, n), 7.0), 1)
            cases.append(("np.linalg.eigvalsh(a)", {"a": triangle}, near(np.linalg.eigvalsh(matrix), 50 * n * EPSILON)))
    check(interpreter, tmp_path, cases)


def general_matrices():
    random = np.random.default_rng(5)
    yield from (random.normal(size=(n, n)) for n in (2, 3, 4, 6, 11))
    yield np.array([[0.0, 1], [-1, 0]])
    yield np.array([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]])
    yield np.roll(np.eye(6), 1, axis=0)
    yield np.array([[1.0, 2], [3, 4]])
    yield np.array([[1e-8, 1.0], [0, 1e8]])
    yield np.triu(np.arange(1.0, 26).reshape(5, 5))
    yield np.array([[0.0, 1], [0, 0]])
    yield np.array([[4.0, 1, 0], [0, 4, 1], [0, 0, 4]])
    # The companion matrix of (x - 1)(x - 2)(x - 3)(x - 4).
    yield np.vstack([[10.0, -35, 50, -24], np.eye(4)[:3]])


def test_general_eigenvalues(interpreter, tmp_path):
    cases = []
    for a in general_matrices():
        defective = np.linalg.cond(np.linalg.eig(a)[1]) > 1e6
        expected = np.linalg.eigvals(a)

        def judge(value, a=a, expected=expected, defective=defective):
            values, vectors = value
            assert values.dtype == vectors.dtype
            if not defective and values.dtype != expected.dtype:
                return np.inf, expected.dtype
            size = np.linalg.norm(a)
            # The eigenvalues in any order.
            distance = np.abs(values[:, None] - expected)
            return max(
                np.abs(a @ vectors - vectors * values).max() / size,
                np.abs(np.linalg.norm(vectors, axis=0) - 1).max(),
                distance.min(axis=0).max() / size * (1e-10 if defective else 1),
                distance.min(axis=1).max() / size * (1e-10 if defective else 1),
            ), 1e-13

        cases.append(("np.linalg.eig(a)", {"a": a}, judge))
        cases.append(("(np.linalg.eigvals(a), np.linalg.eig(a)[1])", {"a": a}, judge))
    check(interpreter, tmp_path, cases)


def rectangular():
    for shape in SHAPES:
        for condition in (1, 1e4, 1e8):
            yield conditioned(*shape, condition, sum(shape))
        yield np.zeros(shape)
        yield np.ones(shape)
        yield np.arange(float(shape[0] * shape[1])).reshape(shape) % 5


def test_qr(interpreter, tmp_path):
    cases = []
    for a in rectangular():
        for mode in ("reduced", "complete"):
            q, r = np.linalg.qr(a, mode)

            def judge(value, a=a, q=q, r=r):
                if value[0].shape != q.shape or value[1].shape != r.shape:
                    return np.inf, (q.shape, r.shape)
                assert (np.tril(value[1], -1) == 0).all()
                error = max(
                    np.abs(value[0] @ value[1] - a).max(), np.abs(value[0].T @ value[0] - np.eye(q.shape[1])).max()
                )
                return error, 30 * max(a.shape) * EPSILON * max(1, np.abs(a).max())

            cases.append((f"np.linalg.qr(a, mode='{mode}')", {"a": a}, judge))
        cases.append(("abs(np.linalg.qr(a, 'r')) - abs(np.linalg.qr(a)[1])", {"a": a}, lambda value: (abs(value).max(), 0)))
    # The signs are those of LAPACK.
    a = conditioned(6, 4, 10, 1)
    cases.append(("np.linalg.qr(a)[0]", {"a": a}, near(np.linalg.qr(a)[0], 1e-13)))
    check(interpreter, tmp_path, cases)


def test_svd(interpreter, tmp_path):
    cases = []
    for a in rectangular():
        for full in (True, False):
            u, s, v = np.linalg.svd(a, full)

            def judge(value, a=a, u=u, s=s, v=v):
                if [part.shape for part in value] != [part.shape for part in (u, s, v)]:
                    return np.inf, (u.shape, s.shape, v.shape)
                n = len(s)
                error = max(
                    np.abs(value[1] - s).max(),
                    np.abs(value[0][:, :n] * value[1] @ value[2][:n] - a).max(),
                    np.abs(value[0].T @ value[0] - np.eye(u.shape[1])).max(),
                    np.abs(value[2] @ value[2].T - np.eye(v.shape[0])).max(),
                )
                return error, 30 * max(a.shape) * EPSILON * max(1, np.abs(a).max())

            cases.append((f"np.linalg.svd(a, full_matrices={full})", {"a": a}, judge))
        s = np.linalg.svd(a, compute_uv=False)
        cases.append(("np.linalg.svd(a, compute_uv=False)", {"a": a}, near(s, 1e-13)))
        cases.append(("np.linalg.matrix_rank(a)", {"a": a}, near(np.linalg.matrix_rank(a), 0)))
        cases.append(("np.linalg.matrix_rank(a, tol=0.5)", {"a": a}, near(np.linalg.matrix_rank(a, tol=0.5), 0)))
        loss = 1e-13 * (s[0] / s[s > 1e-12].min() if s[0] else 1)
        cases.append(("np.linalg.pinv(a)", {"a": a}, near(np.linalg.pinv(a, 1e-12), loss)))
        rows = a.shape[0]
        for b in (np.arange(1.0, rows + 1), np.arange(2.0 * rows).reshape(rows, 2) - 3):
            x, residuals, rank, _ = np.linalg.lstsq(a, b, rcond=1e-12)
            same = "np.linalg.lstsq(a, b, rcond=1e-12)"
            cases.append((f"{same}[0]", {"a": a, "b": b}, near(x, loss)))
            cases.append((f"{same}[1]", {"a": a, "b": b}, near(residuals, loss)))
            cases.append((f"{same}[2]", {"a": a, "b": b}, near(rank, 0)))
            cases.append((f"{same}[3]", {"a": a, "b": b}, near(s, 1e-13)))
    check(interpreter, tmp_path, cases)


def test_norm(interpreter, tmp_path):
    random = np.random.default_rng(3)
    cases = []
    for shape in ((5,), (3, 4), (2, 3, 4)):
        a = random.normal(size=shape)
        for dtype in (float, np.float32, np.int8, np.uint8, complex):
            b = (a * 50).astype(np.int8).astype(dtype)
            limit = 1e-6 if dtype == np.float32 else 1e-14
            cases.append(("np.linalg.norm(a)", {"a": b}, near(np.linalg.norm(b.astype(complex)), limit)))
        for axis in range(len(shape)):
            # One axis gives an array of one item.
            expected = np.linalg.norm(a, axis=axis, keepdims=len(shape) == 1)
            cases.append((f"np.linalg.norm(a, axis={axis})", {"a": a}, near(expected, 1e-14)))
            cases.append((f"np.linalg.norm(a, {axis})", {"a": a}, near(expected, 1e-14)))
            expected = np.linalg.norm(a, axis=axis, keepdims=True)
            cases.append((f"np.linalg.norm(a, axis={axis}, keepdims=True)", {"a": a}, near(expected, 1e-14)))
            for order in ("1", "2", "3", "0", "-1", "np.inf", "-np.inf"):
                expected = np.linalg.norm(a, ord=eval(order), axis=axis, keepdims=len(shape) == 1)
                cases.append((f"np.linalg.norm(a, ord={order}, axis={axis})", {"a": a}, near(expected, 1e-13)))
    a, v = random.normal(size=(3, 5)), random.normal(size=6)
    for order in ("None", "'fro'", "'nuc'", "1", "-1", "2", "-2", "np.inf", "-np.inf"):
        expected = np.linalg.norm(a, ord=eval(order))
        cases.append((f"np.linalg.norm(a, ord={order})", {"a": a}, near(expected, 1e-14)))
        cases.append((f"np.linalg.norm(a, ord={order}, axis=(0, 1))", {"a": a}, near(expected, 1e-14)))
        if "'" not in order:
            cases.append((f"np.linalg.norm(v, ord={order})", {"v": v}, near(np.linalg.norm(v, ord=eval(order)), 1e-14)))
    cases += [
        ("np.linalg.norm([3, 4])", {}, near(5, 0)),
        ("np.linalg.norm((3, -4), ord=1)", {}, near(7, 0)),
        ("np.linalg.norm(range(4))", {}, near(14**0.5, 1e-15)),
        ("np.linalg.norm(a)", {"a": np.zeros(0)}, near(0, 0)),
    ]
    check(interpreter, tmp_path, cases)


def test_dtypes(interpreter, tmp_path):
    a = np.array([[4, 1], [1, 3]])
    cases = []
    for dtype in ("uint8", "int16", "int32", "float32"):
        b = a.astype(dtype)
        wanted = np.float32 if dtype == "float32" else np.float64
        for expression, expected in (
            ("np.linalg.inv(a)", np.linalg.inv(a)),
            ("np.linalg.cholesky(a)", np.linalg.cholesky(a)),
            ("np.linalg.solve(a, a)", np.eye(2)),
            ("np.linalg.qr(a)[1]", np.linalg.qr(a)[1]),
            ("np.linalg.svd(a)[1]", np.linalg.svd(a)[1]),
            ("np.linalg.eigh(a)[0]", np.linalg.eigh(a)[0]),
            ("np.linalg.pinv(a)", np.linalg.inv(a)),
        ):
            def judge(value, expected=expected, wanted=wanted):
                assert value.dtype == wanted
                return near(expected, 1e-6 if wanted == np.float32 else 1e-14)(value)

            cases.append((expression, {"a": b}, judge))
    check(interpreter, tmp_path, cases)


def test_singular(interpreter, tmp_path):
    """What is singular but for rounding errors is refused, what only looks it is not."""
    singular = [np.zeros((1, 1)), np.array([[1.0, 2], [2, 4]]), np.arange(1.0, 10).reshape(3, 3), np.ones((5, 5))]
    regular = [
        np.diag([1.0, 1e-20, 1e20]),
        np.array([[1e20, 1e20], [1.0, 2.0]]),
        np.array([[1.0, 1e-20], [1.0, 2e-20]]),
        np.array([[0.0, 1], [1, 0]]),
        np.vander(np.linspace(0.01, 0.1, 6)),
    ]
    cases = [(f"np.linalg.{name}", {"a": a}) for a in singular for name in ("inv(a)", "solve(a, a[0])")]
    for value in evaluate(interpreter, tmp_path, cases):
        assert value == Raised("ValueError", "input matrix is singular")
    values = evaluate(interpreter, tmp_path, [("np.linalg.det(a), np.linalg.slogdet(a)[0]", {"a": a}) for a in singular])
    assert values == [(0.0, 0.0)] * len(singular)
    for a, value in zip(regular, evaluate(interpreter, tmp_path, [("np.linalg.inv(a)", {"a": a}) for a in regular])):
        assert np.allclose(value @ a, np.eye(len(a)), atol=1e-7)


def test_errors(interpreter, tmp_path):
    square, wide, cube = np.eye(2), np.ones((2, 3)), np.ones((2, 2, 2))
    cases = [
        (f"np.linalg.{function}(a)", {"a": a}, "ValueError")
        for a in (wide, cube, np.ones(3))
        for function in ("inv", "det", "cholesky", "eig", "eigh", "slogdet")
    ]
    cases += [(f"np.linalg.{function}(a)", {"a": cube}, "ValueError") for function in ("qr", "svd", "pinv")]
    cases += [
        (f"np.linalg.{function}([[1, 2], [3, 4]])", {}, "TypeError")
        for function in ("inv", "det", "cholesky", "eig", "eigh", "slogdet", "qr")
    ]
    cases += [
        (f"np.linalg.{function}(a)", {"a": square * 1j}, "NotImplementedError")
        for function in ("inv", "det", "cholesky", "eig", "eigh", "slogdet", "qr", "svd")
    ]
    cases += [
        ("np.linalg.cholesky(a)", {"a": np.array([[1.0, 2], [3, 4]])}, "ValueError"),
        ("np.linalg.cholesky(a)", {"a": np.array([[1.0, 2], [2, 1]])}, "ValueError"),
        ("np.linalg.cholesky(a)", {"a": np.array([[np.nan, 0], [0, 1]])}, "ValueError"),
        ("np.linalg.qr(a, 'raw')", {"a": square}, "ValueError"),
        ("np.linalg.qr(a, mode=1)", {"a": square}, "TypeError"),
        ("np.linalg.solve(a, b)", {"a": square, "b": np.ones(3)}, "ValueError"),
        ("np.linalg.solve(a, b)", {"a": wide, "b": np.ones(3)}, "ValueError"),
        ("np.linalg.solve(a, b)", {"a": square, "b": cube}, "ValueError"),
        ("np.linalg.solve(a, 3)", {"a": square}, "TypeError"),
        ("np.linalg.lstsq(a, b)", {"a": wide, "b": np.ones(3)}, "ValueError"),
        ("np.linalg.matrix_power(a, 2)", {"a": wide}, "ValueError"),
        ("np.linalg.norm('abc')", {}, "TypeError"),
        ("np.linalg.norm(None)", {}, "TypeError"),
        ("np.linalg.norm(a, axis=2)", {"a": square}, "ValueError"),
    ]
    values = evaluate(interpreter, tmp_path, [(expression, arrays) for expression, arrays, _ in cases])
    for (expression, arrays, expected), value in zip(cases, values, strict=True):
        assert isinstance(value, Raised), f"{expression}: {value}"
        assert value.name == expected, f"{expression} {arrays}: {value}"


def test_empty_and_not_finite(interpreter, tmp_path):
    empty, nan = np.zeros((0, 0)), np.array([[np.nan, 1], [1, 2]])
    values = evaluate(
        interpreter,
        tmp_path,
        [("np.linalg.det(a)", {"a": empty}), ("np.linalg.inv(a).shape", {"a": empty})]
        + [(f"np.linalg.{name}", {"a": nan}) for name in ("det(a)", "inv(a)", "solve(a, a)", "norm(a)")],
    )
    assert values[:2] == [1.0, (0, 0)]
    assert all(np.isnan(value).any() for value in values[2:])
    for call in ("eig(a)", "eigh(a)", "svd(a)"):
        # Anything but an endless loop.
        for a in (nan, np.array([[np.inf, 1], [2, 3]]), np.full((3, 3), np.nan), np.array([[1e200, 1], [1, 1e-200]])):
            evaluate(interpreter, tmp_path, [(f"np.linalg.{call}", {"a": a})])
