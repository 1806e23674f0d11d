"""Integrals of functions of one variable.

They raise TypeError for anything but a function, and ValueError for a number of
steps below 1. What the function raises goes through.
"""

from collections.abc import Callable

def quad(
    f: Callable[[float], float], a: float, b: float, *, order: int = 5, eps: float = 1e-14
) -> tuple[float, float]:
    """The integral from a to b and an estimate of its error, with Gauss's and Kronrod's 21 points.

    Intervals are halved until the error is within eps of the whole, at most
    order - 1 times. Infinite ends are left to tanhsinh().

    >>> from ulab import scipy as spy
    >>> value, error = spy.integrate.quad(lambda x: x * x, 0, 3)
    >>> print("%.6f" % value)
    9.000000
    """

def romberg(f: Callable[[float], float], a: float, b: float, *, steps: int = 100, eps: float = 1e-14) -> float:
    """The integral from a to b by Romberg's method: at most `steps`, and 16, halvings of the interval.

    >>> from ulab import scipy as spy
    >>> print("%.6f" % spy.integrate.romberg(lambda x: x * x, 0, 3))
    9.000000
    """

def simpson(f: Callable[[float], float], a: float, b: float, *, steps: int = 100, eps: float = 1e-14) -> float:
    """The integral from a to b by Simpson's rule: at most `steps`, and 16, halvings of the interval.

    >>> from ulab import scipy as spy
    >>> print("%.6f" % spy.integrate.simpson(lambda x: x * x, 0, 3))
    9.000000
    """

def tanhsinh(
    f: Callable[[float], float], a: float, b: float, *, levels: int = 6, eps: float = 1e-14
) -> tuple[float, float]:
    """The integral and an estimate of its error, also between infinite ends or where f is infinite at an end.

    By the double exponential method, in at most `levels` halvings of its step.

    >>> from ulab import scipy as spy
    >>> value, error = spy.integrate.tanhsinh(lambda x: x ** -0.5, 0, 1)
    >>> print("%.6f" % value)
    2.000000
    """
