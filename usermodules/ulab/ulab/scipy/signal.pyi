"""Digital filters along one dimension."""

from typing import Any

from ..numpy import ndarray

def sosfilt(sos: Any, x: Any, *, zi: ndarray | None = None) -> ndarray | tuple[ndarray, ndarray]:
    """A signal through a cascade of second-order sections, rows of b0 b1 b2 1 a1 a2.

    With zi, the state of each section as rows of two, the result is a tuple with
    the state at the end; zi itself stays.

    Raises ValueError for other shapes or where column 3 is not 1, TypeError where
    zi is no array, NotImplementedError for a complex signal.

    >>> from ulab import scipy as spy
    >>> spy.signal.sosfilt([[1, 1, 0, 1, 0, 0]], [1, 2, 3])
    array([1.0, 3.0, 5.0], dtype=float64)
    """

def lfilter(b: Any, a: Any, x: Any, *, zi: ndarray | None = None) -> ndarray | tuple[ndarray, ndarray]:
    """A signal through the filter with numerator b and denominator a.

    With zi, a state of max(len(a), len(b)) - 1 items, the result is a tuple with
    the state at the end. Raises ValueError where a[0] is 0 or zi has another length.

    >>> from ulab import scipy as spy
    >>> spy.signal.lfilter([1], [1, -0.5], [4, 0, 0])
    array([4.0, 2.0, 1.0], dtype=float64)
    """

def butter(
    order: int, cutoff: float, btype: str = "low", output: str = "ba"
) -> ndarray | tuple[ndarray, ndarray]:
    """Butterworth's filter that passes what is below ("low") or above ("high") a part of half the sampling rate.

    As (b, a) for lfilter(), or with output "sos" as sections for sosfilt().
    Raises ValueError for a cutoff that is not between 0 and 1, or another type.

    >>> from ulab import scipy as spy
    >>> b, a = spy.signal.butter(2, 0.5)
    >>> print("%.4f %.4f" % (b[0], a[2]))
    0.2929 0.1716
    """
