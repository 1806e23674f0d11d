"""Special functions of real numbers, arrays and sequences, with out= and dtype= as NumPy's universal functions."""

from typing import Any

def erf(x: Any, /, *, out: Any = None, dtype: int | None = None) -> Any:
    """The error function.

    >>> from ulab import scipy as spy
    >>> spy.special.erf(0)
    0.0
    """

def erfc(x: Any, /, *, out: Any = None, dtype: int | None = None) -> Any:
    """1 - erf(x), accurate also where that is small.

    >>> from ulab import scipy as spy
    >>> spy.special.erfc(0)
    1.0
    """

def gamma(x: Any, /, *, out: Any = None, dtype: int | None = None) -> Any:
    """The gamma function; nan at the negative integers, inf at 0.

    >>> from ulab import scipy as spy
    >>> spy.special.gamma([1, 5])
    array([1.0, 24.0], dtype=float64)
    """

def gammaln(x: Any, /, *, out: Any = None, dtype: int | None = None) -> Any:
    """The logarithm of the absolute value of gamma(x), with an absolute error below 1e-14 near 1 and 2.

    >>> from ulab import scipy as spy
    >>> spy.special.gammaln(2)
    0.0
    """
