"""Roots of functions of one variable."""

from collections.abc import Callable

def bisect(f: Callable[[float], float], a: float, b: float, *, xtol: float = 2.4e-7, maxiter: int = 100) -> float:
    """A root between a and b by halving the interval until it is shorter than xtol, at most maxiter times.

    Raises ValueError where f has the same sign at both ends, or maxiter is below 1.

    >>> from ulab import scipy as spy
    >>> print("%.5f" % spy.optimize.bisect(lambda x: x * x - 2, 0, 2))
    1.41421
    """

def newton(
    f: Callable[[float], float], x0: float, *, tol: float = 2.4e-7, rtol: float = 0.0, maxiter: int = 50
) -> float:
    """A root near x0 by the secant method, until a step is within tol + rtol * abs(x), at most maxiter steps.

    Raises ValueError where maxiter is below 1.

    >>> from ulab import scipy as spy
    >>> print("%.5f" % spy.optimize.newton(lambda x: x * x - 2, 1))
    1.41421
    """
