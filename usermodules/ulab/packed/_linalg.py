"""The functions of ulab.numpy.linalg that are written in Python."""

from ulab import numpy as _np
from ulab.numpy import linalg as _linalg

_EPSILON = 2.3e-16


def eigh(a):
    values, vectors = _linalg._eigh(a)
    order = _np.argsort(values)
    return values[order], vectors[:, order]


def eigvalsh(a):
    return eigh(a)[0]


def eigvals(a):
    return _linalg.eig(a)[0]


def _rotate(z, k, x, y):
    # The similarity of Givens' rotation that makes (x, y) in rows k and k + 1 (r, 0);
    # below the matrix lie the vectors of all rotations so far.
    n = z.shape[1]
    cosine = abs(x) / _linalg.norm([abs(x), abs(y)])
    sine = y / x * cosine if x else 1 + 0j
    conjugate = complex(sine.real, -sine.imag)
    for pair, to_first, to_second in (z[:n][k : k + 2], conjugate, sine), (z.T[k : k + 2], sine, conjugate):
        first = pair[0] * cosine + pair[1] * to_first
        pair[1] = pair[1] * cosine - pair[0] * to_second
        pair[0] = first


def _schur(a):
    # A complex triangle above the unitary vectors, by the QR algorithm with implicit shifts.
    n = len(a)
    z = _np.concatenate((_np.array(a, dtype=_np.complex), _np.eye(n, dtype=_np.complex)))
    for column in range(n - 2):
        for k in range(n - 2, column, -1):
            if z[k + 1, column]:
                _rotate(z, k, z[k, column], z[k + 1, column])
    last = n - 1
    steps = 0
    while last > 0:
        first = last
        while first > 0:
            size = abs(z[first, first]) + abs(z[first - 1, first - 1])
            if abs(z[first, first - 1]) <= _EPSILON * size:
                z[first, first - 1] = 0
                break
            first -= 1
        if first == last:
            last -= 1
            continue
        steps += 1
        if steps > 30 * n:
            raise ValueError("iterations did not converge")
        beside = z[last, last - 1]
        half = (z[last - 1, last - 1] - z[last, last]) / 2
        root = (half * half + z[last - 1, last] * beside) ** 0.5
        shift = z[last, last] + half
        shift += root if abs(half + root) < abs(half - root) else -root
        if steps % 10 == 0:
            shift += abs(beside)
        x, y = z[first, first] - shift, z[first + 1, first]
        for k in range(first, last):
            if k > first:
                x, y = z[k, k - 1], z[k + 1, k - 1]
            if y:
                _rotate(z, k, x, y)
    return z


def _eig(a):
    n = len(a)
    z = _schur(a)
    values = z[:n].flatten()[:: n + 1]
    size = _np.max(abs(values))
    small = _EPSILON * (size or 1)
    vectors = []
    for k in range(n):
        y = _np.zeros(n, dtype=_np.complex)
        y[k] = 1
        for i in range(k - 1, -1, -1):
            gap = values[k] - values[i]
            y[i] = _np.sum(z[i] * y) / (gap if abs(gap) > small else small)
        y = _np.sum(z[n:] * y, axis=1)
        greatest = y[_np.argmax(abs(y))]
        vectors.append(y * (abs(greatest) / greatest / _norm(y)))
    vectors = _np.array(vectors, dtype=_np.complex).T.copy()
    if _np.max(abs(values.imag)) <= 1e4 * small:
        return values.real, vectors.real
    return values, vectors


def svd(a, full_matrices=True, compute_uv=True):
    wide = a.shape[0] <= a.shape[1]
    v, s, w = _linalg._svd(a if wide else a.T)
    if not compute_uv:
        return s
    # Where a singular value is 0, any vectors do that complete the others.
    rank = _np.sum(s > 0)
    if full_matrices or rank < len(s):
        q = _linalg.qr(w[:rank].T, "complete")[0].T
        w = _np.concatenate((w[:rank], q[rank : None if full_matrices else len(s)]))
    return (v.T, s, w) if wide else (w.T, s, v)


def _inverse(a, rcond):
    # The parts of the pseudo-inverse, and its rank.
    u, s, v = svd(a, False)
    small = s <= rcond * s[0]
    inverse = (small == 0) / (s + small)
    return u.T, inverse, v.T, s, len(s) - _np.sum(small)


def pinv(a, rcond=1e-15):
    u, inverse, v, _, _ = _inverse(a, rcond)
    return _np.dot(v * inverse, u)


def lstsq(a, b, rcond=None):
    rows, columns = a.shape
    if b.shape[0] != rows:
        raise ValueError("the right side needs %d rows, not %d" % (rows, b.shape[0]))
    u, inverse, v, s, rank = _inverse(a, _EPSILON * max(rows, columns) if rcond is None else rcond)
    x = _np.dot(v * inverse, _np.dot(u, b))
    if rank == columns < rows:
        squares = (b - _np.dot(a, x)) ** 2
        residuals = _np.sum(squares, axis=0, keepdims=squares.ndim == 1)
    else:
        residuals = _np.zeros(0)
    return x, residuals, rank, s


def matrix_rank(a, tol=None):
    if a.ndim == 1:
        return int(_np.any(a))
    s = svd(a, compute_uv=False)
    return _np.sum(s > (max(a.shape) * _EPSILON * _np.max(s) if tol is None else tol))


def cond(a, p=None):
    if p is None or p == 2:
        s = svd(a, compute_uv=False)
        return s[0] / s[-1] if s[-1] else _np.inf
    return _norm(a, ord=p) * _norm(_linalg.inv(a), ord=p)


def matrix_power(a, n):
    if n < 0:
        a, n = _linalg.inv(a), -n
    result = _np.eye(len(a), dtype=a.dtype)
    if a.shape != result.shape:
        raise ValueError("input must be square matrix")
    while n:
        if n & 1:
            result = _np.dot(result, a)
        a = _np.dot(a, a)
        n >>= 1
    return result


def _norm(a, axis=None, *, ord=None, keepdims=False):
    if not isinstance(a, _np.ndarray):
        a = _np.array(a)
    size = abs(a * 1.0)
    if isinstance(axis, tuple) and a.ndim == 2:
        axis = None
    if ord not in (None, "fro") and axis is None and a.ndim == 2:
        if ord in (2, -2, "nuc"):
            s = svd(a, compute_uv=False)
            return _np.sum(s) if ord == "nuc" else s[0 if ord > 0 else -1]
        size = _np.sum(size, axis=int(abs(ord) != 1))
        return _np.max(size) if ord > 0 else _np.min(size)
    keepdims = keepdims or a.ndim == 1 and axis is not None
    if ord == _np.inf:
        return _np.max(size, axis=axis, keepdims=keepdims)
    if ord == -_np.inf:
        return _np.min(size, axis=axis, keepdims=keepdims)
    if ord == 0:
        return _np.sum((size != 0) * 1.0, axis=axis, keepdims=keepdims)
    if ord in (None, "fro"):
        ord = 2
    return _np.sum(size**ord, axis=axis, keepdims=keepdims) ** (1 / ord)
