"""Functions that compute with whole arrays."""

from ulab import numpy as _np


def _array(a):
    if not isinstance(a, _np.ndarray):
        raise TypeError("expected an ndarray, not %s" % type(a).__name__)
    return a


def _real(a):
    a = atleast_1d(a)
    if a.dtype == _np.complex:
        raise NotImplementedError("not implemented for complex dtype")
    return a


def isclose(a, b, rtol=1e-5, atol=1e-8, equal_nan=False):
    a = _np.multiply(a, 1.0)
    b = _np.multiply(b, 1.0)
    close = _np.logical_and(abs(a - b) <= atol + rtol * abs(b), _np.isfinite(b))
    close = _np.logical_or(close, _np.equal(a, b))
    if equal_nan:
        close = _np.logical_or(close, _np.logical_and(_np.isnan(a), _np.isnan(b)))
    return close


def allclose(a, b, rtol=1e-5, atol=1e-8, equal_nan=False):
    return _np.all(isclose(a, b, rtol, atol, equal_nan))


def array_equal(a, b, equal_nan=False):
    if _np.shape(a) != _np.shape(b):
        return False
    same = _np.equal(a, b)
    if equal_nan:
        same = _np.logical_or(same, _np.logical_and(_np.not_equal(a, a), _np.not_equal(b, b)))
    return _np.all(same)


def real(a):
    if not isinstance(a, _np.ndarray):
        raise NotImplementedError("function is implemented for ndarrays only")
    return a.real


def imag(a):
    if not isinstance(a, _np.ndarray):
        raise NotImplementedError("function is implemented for ndarrays only")
    return a.imag


def conjugate(a):
    if isinstance(a, (int, float)):
        return a
    if isinstance(a, complex):
        return complex(a.real, -a.imag)
    a = _array(a).copy()
    if a.dtype == _np.complex:
        _np.frombuffer(a)[1::2] *= -1
    return a


conj = conjugate


def isreal(a):
    a = atleast_1d(a)
    return a.imag == 0


def iscomplex(a):
    return isreal(a) == 0


def iscomplexobj(a):
    return isinstance(a, complex) or isinstance(a, _np.ndarray) and a.dtype == _np.complex


def isrealobj(a):
    return not iscomplexobj(a)


def isscalar(a):
    return isinstance(a, (int, float, complex, str, bytes))


def cross(a, b):
    a, b = _array(a), _array(b)
    if iscomplexobj(a) or iscomplexobj(b):
        raise NotImplementedError("not implemented for complex dtype")
    if a.shape != (3,) or b.shape != (3,):
        raise ValueError("cross is defined for 1D arrays of length 3")
    # The dtype of where() holds both.
    a, b = _np.where(1, a, b), _np.where(0, a, b)
    return _np.roll(a, -1) * _np.roll(b, 1) - _np.roll(a, 1) * _np.roll(b, -1)


def trapz(y, x=None, dx=1.0):
    y = _real(y)
    if y.ndim != 1:
        raise ValueError("trapz is defined for 1D iterables")
    if x is not None:
        x = _real(x)
        if x.shape != y.shape:
            raise ValueError("need %d x, have %d" % (len(y), len(x)))
    if len(y) < 2:
        return 0.0
    if x is None:
        return (_np.sum(y) - (y[0] + y[-1]) / 2) * dx
    x = x * 1.0
    return _np.dot(x[1:] - x[:-1], y[1:] * 0.5 + y[:-1] * 0.5)


trapezoid = trapz


def polyval(p, x):
    p = _real(p).tolist()
    if isinstance(x, (int, float)):
        y = 0.0
        for c in p:
            y = y * x + c
        return y
    x = _real(x)
    y = _np.full(x.shape, p[0] if p else 0)
    for c in p[1:]:
        y *= x
        y += c
    return y


def polyfit(*args):
    if not 2 <= len(args) <= 3:
        raise TypeError("polyfit takes ([x,] y, deg)")
    y = _real(args[-2]) * 1.0
    x = _real(args[0]) * 1.0 if len(args) == 3 else _np.arange(len(y), dtype=_np.float)
    degree = args[-1]
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError("need vectors of one length, have %s and %s" % (x.shape, y.shape))
    if degree < 0 or degree >= len(x):
        raise ValueError("degree %d is not in 0 to %d" % (degree, len(x) - 1))
    # Orthogonal polynomials at the points, by their recurrence: well-conditioned
    # where the powers are not. Each comes with its coefficients.
    centre = (_np.max(x) + _np.min(x)) / 2
    width = (_np.max(x) - _np.min(x)) / 2 or 1.0
    x = (x - centre) / width
    result = _np.zeros(degree + 1)
    base, before = _np.ones(len(x)), None
    powers, powers_before = _np.zeros(degree + 1), None
    powers[-1] = 1
    norm = float(len(x))
    for i in range(degree + 1):
        share = _np.dot(base, y) / norm
        result += powers * share
        y -= base * share
        if i == degree:
            break
        middle = _np.dot(base * x, base) / norm
        base_next = base * (x - middle)
        powers_next = _np.roll(powers, -1) - powers * middle
        if i:
            base_next -= before * ratio
            powers_next -= powers_before * ratio
        ratio = norm
        norm = _np.dot(base_next, base_next)
        if norm <= 1e-28 * ratio:
            raise ValueError("singular: need %d different x" % (degree + 1))
        ratio = norm / ratio
        base, before, powers, powers_before = base_next, base, powers_next, powers
    # From the polynomial in (x - centre) / width to that in x.
    shifted = _np.zeros(degree + 1)
    for c in result:
        shifted = (_np.roll(shifted, -1) - shifted * centre) / width
        shifted[-1] += c
    return shifted


def correlate(a, v, mode="valid"):
    a, v = atleast_1d(a), atleast_1d(v)
    if mode == "same" and len(v) > len(a):
        # The odd item is at the other end than in a convolution.
        return _np.convolve(a, conjugate(v)[::-1])[len(a) // 2 :][: len(v)]
    return _np.convolve(a, conjugate(v)[::-1], mode)


def gradient(f, dx=1.0, axis=-1):
    f = moveaxis(_real(f) * 1.0, axis, 0)
    if len(f) < 2:
        raise ValueError("need 2 items or more along the axis")
    result = _np.empty(f.shape)
    if isinstance(dx, (int, float)):
        result[1:-1] = (f[2:] - f[:-2]) / (2.0 * dx)
        result[0] = (f[1] - f[0]) / dx
        result[-1] = (f[-1] - f[-2]) / dx
    else:
        steps = _np.diff(_np.array(dx)).reshape((-1,) + (1,) * (f.ndim - 1))
        slopes = (f[1:] - f[:-1]) / steps
        low, high = steps[:-1], steps[1:]
        result[1:-1] = (slopes[:-1] * high + slopes[1:] * low) / (low + high)
        result[0] = slopes[0]
        result[-1] = slopes[-1]
    return moveaxis(result, 0, axis)


def ediff1d(a):
    a = ravel(a)
    return a[1:] - a[:-1]


def kron(a, b):
    a, b = atleast_1d(a), atleast_1d(b)
    ndim = max(a.ndim, b.ndim)
    a = a.reshape((1,) * (ndim - a.ndim) + a.shape)
    b = b.reshape((1,) * (ndim - b.ndim) + b.shape)
    for axis in range(ndim):
        times = b.shape[axis]
        a = repeat(a, times, axis)
        b = tile(b, [a.shape[i] // times if i == axis else 1 for i in range(ndim)])
    return a * b


def nan_to_num(a, nan=0.0, posinf=None, neginf=None):
    a = _np.array(a) if not isinstance(a, _np.ndarray) else a.copy()
    digits, exponent = (24, 104) if a.dtype == _np.float32 else (53, 971)
    largest = (2.0**digits - 1) * 2.0**exponent
    if chr(a.dtype) in "fd":
        a[_np.isnan(a)] = nan
        a[a == _np.inf] = largest if posinf is None else posinf
        a[a == -_np.inf] = -largest if neginf is None else neginf
    return a


def unwrap(p, discont=None, axis=-1, period=6.283185307179586):
    p = moveaxis(_np.array(p), axis, 0)
    if len(p):
        steps = p[1:] - p[:-1]
        half = period / 2
        jumps = steps + half
        jumps -= _np.floor(jumps / period) * period
        jumps -= half
        jumps[(jumps == -half) & (steps > 0)] = half
        change = jumps - steps
        change[_np.abs(steps) < (half if discont is None else discont)] = 0
        p[1:] += _np.cumsum(change, 0)
    return moveaxis(p, 0, axis)


def vectorize(f, *, otypes=None):
    if not callable(f):
        raise TypeError("first argument must be a callable")
    otypes = _np.float if otypes is None else otypes
    if not isinstance(otypes, int) or chr(otypes) not in "BbHhIifd":
        raise ValueError("wrong output type")

    def vectorized(x):
        if isinstance(x, (int, float)):
            x = (x,)
        if not isinstance(x, _np.ndarray):
            if not isinstance(x, (list, tuple, range)):
                raise ValueError("wrong input type")
            return _np.array([f(item) for item in x], dtype=otypes)
        result = _np.empty(x.size, dtype=otypes)
        for i, item in enumerate(x.flat):
            result[i] = f(item)
        return result.reshape(x.shape)

    return vectorized


def apply_along_axis(function, axis, a, *args):
    rows = moveaxis(_np.asarray(a), axis, -1)
    shape = rows.shape[:-1]
    rows = rows.reshape((-1, rows.shape[-1]))
    results = [function(row, *args) for row in rows]
    if not isinstance(results[0], _np.ndarray):
        return _np.array(results).reshape(shape) if shape else results[0]
    result = stack(results).reshape(shape + results[0].shape)
    return moveaxis(result, len(shape), axis) if results[0].ndim == 1 and shape else result


def select(conditions, choices, default=0):
    result = default
    for condition, choice in zip(reversed(conditions), reversed(choices)):
        result = _np.where(condition, choice, result)
    return result


def choose(a, choices):
    return select([atleast_1d(a) == i for i in range(len(choices))], choices)


def einsum(subscripts, *operands):
    subscripts = subscripts.replace(" ", "")
    if "->" in subscripts:
        inputs, output = subscripts.split("->")
    else:
        inputs = subscripts
        output = "".join([c for c in sorted(set(inputs)) if inputs.count(c) == 1 and c != ","])
    inputs = inputs.split(",")
    labels = output + "".join([c for c in sorted(set("".join(inputs))) if c not in output])
    if len(inputs) != len(operands) or len(labels) > 4:
        raise ValueError("need %d operands and no more than 4 labels, have %d and %d" % (
            len(inputs), len(operands), len(labels)))
    product = 1
    for names, a in zip(inputs, operands):
        if len(names) != a.ndim:
            raise ValueError("'%s' does not fit an array of %d dimensions" % (names, a.ndim))
        for c in names:
            while names.count(c) > 1:
                first = names.index(c)
                second = names.index(c, first + 1)
                a = diagonal(a, 0, first, second)
                names = names.replace(c, "") + c
        kept = [c for c in labels if c in names]
        a = a.transpose(tuple([names.index(c) for c in kept]))
        product = a[tuple([_ALL if c in names else None for c in labels])] * product
    if len(labels) > len(output):
        product = _np.sum(product, tuple(range(len(output), len(labels))))
    return product
