"""Roots and minima of functions of one variable, and least squares."""


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
            break
    return float(x)
