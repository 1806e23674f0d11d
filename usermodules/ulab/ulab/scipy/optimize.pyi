"""Roots and minima of functions, and least squares."""

from collections.abc import Callable
from typing import Any

from ..numpy import ndarray

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

def fmin(
    f: Callable[..., float], x0: Any, *, xatol: float = 2.4e-7, fatol: float = 2.4e-7, maxiter: int = 200
) -> float | ndarray:
    """Where f is least near x0, by the simplex method of Nelder and Mead.

    f takes a float where x0 is a number, else an array of as many items. Ends
    when the simplex is within xatol and its values within fatol, or after maxiter steps.

    >>> from ulab import scipy as spy
    >>> print("%.3f" % spy.optimize.fmin(lambda x: (x - 1) ** 2, 0.0))
    1.000
    """

def curve_fit(
    f: Callable[..., ndarray], xdata: Any, ydata: Any, p0: Any, *, sigma: Any = None, maxiter: int = 100
) -> tuple[ndarray, ndarray]:
    """The parameters that bring f(xdata, *parameters) nearest to ydata, and their covariance.

    By the method of Levenberg and Marquardt from p0, which is needed; sigma are
    the relative deviations of ydata.

    >>> from ulab import scipy as spy
    >>> x = np.array([0, 1, 2])
    >>> p, covariance = spy.optimize.curve_fit(lambda x, a, b: a * x + b, x, 2 * x + 1, [0, 0])
    >>> print("%.3f %.3f" % (p[0], p[1]))
    2.000 1.000
    """
