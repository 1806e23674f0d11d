"""Roots and minima, and least squares."""

from ulab import numpy as _np


def _check(f, maxiter):
    if not callable(f):
        raise TypeError("first argument must be a function")
    if maxiter < 1:
        raise ValueError("maxiter must be positive, not %d" % maxiter)


def bisect(f, a, b, *, xtol=2.4e-7, maxiter=100):
    _check(f, maxiter)
    at_a = f(a)
    if at_a * f(b) > 0:
        raise ValueError("the function has the same sign at the ends of the interval")
    step = b - a
    for _ in range(maxiter):
        step /= 2
        if f(a + step) * at_a > 0:
            a += step
        if abs(step) < xtol:
            break
    return float(a)


def newton(f, x0, *, tol=2.4e-7, rtol=0.0, maxiter=50):
    _check(f, maxiter)
    x, at_x = x0, f(x0)
    step = 1e-4 * x + (-1e-4 if x < 0 else 1e-4)
    for _ in range(maxiter):
        x += step
        before, at_x = at_x, f(x)
        if at_x == before:
            break
        step *= at_x / (before - at_x)
        if abs(step) <= tol + rtol * abs(x):
            x += step
            break
    return float(x)


def fmin(f, x0, *, xatol=2.4e-7, fatol=2.4e-7, maxiter=200):
    _check(f, maxiter)
    scalar = isinstance(x0, (int, float))
    start = _np.array([x0] if scalar else x0)

    def corner(x):
        return f(x[0] if scalar else x), x

    simplex = [corner(start)]
    for i in range(len(start)):
        x = start.copy()
        x[i] += x[i] / 20 or 1 / 4000
        simplex.append(corner(x))
    for _ in range(maxiter):
        simplex.sort(key=lambda pair: pair[0])
        best, worst = simplex[0], simplex[-1]
        width = max(_np.max(abs(x - best[1])) for _, x in simplex)
        if width <= xatol and worst[0] - best[0] <= fatol:
            break
        middle = sum(x for _, x in simplex[:-1]) / len(start)
        away = middle - worst[1]
        new = corner(middle + away)
        if new[0] < best[0]:
            further = corner(middle + 2 * away)
            new = further if further[0] < new[0] else new
        elif not new[0] < simplex[-2][0]:
            new = corner(middle + away / 2 if new[0] < worst[0] else middle - away / 2)
            if not new[0] < worst[0]:
                simplex = [best] + [corner((x + best[1]) / 2) for _, x in simplex[1:]]
                continue
        simplex[-1] = new
    best = min(simplex, key=lambda pair: pair[0])[1]
    return float(best[0]) if scalar else best


def curve_fit(f, xdata, ydata, p0, *, sigma=None, maxiter=100):
    _check(f, maxiter)
    p = _np.array(p0)
    weight = 1 if sigma is None else 1 / _np.array(sigma)
    ydata = _np.array(ydata)

    def residuals(p):
        return (ydata - f(xdata, *p.tolist())) * weight

    # The method of Levenberg and Marquardt with Jacobians from differences.
    damping = 1e-3
    rest = residuals(p)
    for _ in range(maxiter):
        columns = []
        for i in range(len(p)):
            step = 1e-7 * (abs(p[i]) or 1)
            q = p.copy()
            q[i] += step
            columns.append((rest - residuals(q)) / step)
        jacobian = _np.array(columns)
        normal = _np.dot(jacobian, jacobian.T)
        scale = _np.diag(normal)
        gradient = _np.dot(jacobian, rest)
        change = None
        while damping < 1e12:
            change = _np.linalg.solve(normal + _np.diag(scale * damping + 1e-300), gradient)
            better = residuals(p + change)
            if _np.sum(better * better) <= _np.sum(rest * rest):
                damping /= 10
                break
            damping *= 10
        else:
            break
        p, rest = p + change, better
        if _np.max(abs(change)) <= 1e-10 * (_np.max(abs(p)) + 1e-10):
            break
    covariance = _np.linalg.pinv(normal)
    if len(rest) > len(p):
        covariance *= _np.sum(rest * rest) / (len(rest) - len(p))
    return p, covariance
