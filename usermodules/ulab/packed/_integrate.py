"""Integrals of functions of one variable."""

from ulab import numpy as _np
from ulab import scipy as _spy

_EPS = 1e-14


def _check(f, steps, name):
    if not callable(f):
        raise TypeError("first argument must be a function")
    if steps < 1:
        raise ValueError("%s must be positive, not %d" % (name, steps))


def _adapt(f, a, b, depth, eps, scale):
    value, error = _spy._quadrature(f, a, b)
    scale = max(abs(value), scale)
    if depth <= 1 or error <= eps * scale:
        return value, error
    middle = (a + b) / 2
    left, left_error = _adapt(f, a, middle, depth - 1, eps, scale)
    right, right_error = _adapt(f, middle, b, depth - 1, eps, scale)
    return left + right, left_error + right_error


def quad(f, a, b, *, order=5, eps=_EPS):
    _check(f, order, "order")
    if _np.isinf(a) or _np.isinf(b):
        return tanhsinh(f, a, b, levels=max(order, 6), eps=eps)
    return _adapt(f, a, b, order, eps, 0)


def _trapezoids(f, a, b, steps):
    # The sums of 1, 2, 4 ... intervals. More than 2 ** 16 would not be for a camera.
    width = b - a
    total = (f(a) + f(b)) * width / 2
    count = 1
    yield total
    for _ in range(min(steps, 16)):
        middles = 0
        for i in range(count):
            middles += f(a + (i + 1 / 2) * width)
        total = (total + middles * width) / 2
        width /= 2
        count *= 2
        yield total


def romberg(f, a, b, *, steps=100, eps=_EPS):
    _check(f, steps, "steps")
    row = []
    for total in _trapezoids(f, a, b, steps):
        last = row[-1] if row else None
        power = 1
        for i in range(len(row)):
            power *= 4
            row[i], total = total, total + (total - row[i]) / (power - 1)
        row.append(total)
        if len(row) > 4 and abs(total - last) <= eps * abs(total):
            break
    return float(total)


def simpson(f, a, b, *, steps=100, eps=_EPS):
    _check(f, steps, "steps")
    coarse = before = None
    for total in _trapezoids(f, a, b, max(steps, 2)):
        if coarse is not None:
            value = total + (total - coarse) / 3
            if before is not None and abs(value - before) <= eps * abs(value):
                break
            before = value
        coarse = total
    return float(value)


def tanhsinh(f, a, b, *, levels=6, eps=_EPS):
    _check(f, levels, "levels")
    if a == b:
        return 0.0, 0.0
    if a > b:
        value, error = tanhsinh(f, b, a, levels=levels, eps=eps)
        return -value, error
    if _np.isinf(a) and not _np.isinf(b):
        return tanhsinh(lambda x: f(-x), -b, -a, levels=levels, eps=eps)

    def term(t):
        # The integrand of a variable from which both ends are infinitely far.
        u = _np.pi / 2 * _np.sinh(t)
        slope = _np.pi / 2 * _np.cosh(t)
        if _np.isinf(a):
            x = _np.sinh(u)
            slope *= _np.cosh(u)
        elif _np.isinf(b):
            x = a + _np.exp(u)
            slope *= _np.exp(u)
        else:
            # The distance to the nearer end, without cancellation.
            near = (b - a) / (1 + _np.exp(2 * abs(u)))
            x = a + near if u < 0 else b - near
            slope *= 2 * near * (1 - near / (b - a))
        if slope == 0 or x == a or x == b:
            return 0
        y = f(x) * slope
        return y if _np.isfinite(y) else 0

    step = 1
    total = term(0)
    before = error = 0
    for level in range(levels + 1):
        for sign in -1, 1:
            small = 0
            t = step
            while t < 6 and small < 3:
                part = term(sign * t)
                total += part
                small = small + 1 if abs(part) <= 1e-17 * abs(total) else 0
                t += step if level == 0 else 2 * step
        value = total * step
        error = abs(value - before)
        if level > 1 and error <= eps * abs(value):
            break
        before = value
        step /= 2
    return float(value), float(error)
