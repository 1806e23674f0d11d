"""The discrete Fourier transform of arrays along one axis, of any length.

All is computed in float64, and the results are complex, float64 where real:
there is no complex type of single precision. Powers of two take a workspace of
up to 28 bytes an item of one line, other lengths of up to 250.
"""

from typing import Any

from . import ndarray

def fft(a: ndarray, /, n: int | None = None, axis: int = -1, norm: str | None = None) -> ndarray:
    """The complex spectrum of real or complex items, of `n` of them: cut, or filled up with zeros.

    `norm` tells which of fft and ifft divides by n: "backward" (None), "forward", or both by its root: "ortho".
    Raises NotImplementedError for anything but an array, ValueError for no items.

    >>> np.fft.fft(np.array([1, 2, 3, 4]))
    array([10.0+0.0j, -2.0+2.0j, -2.0+0.0j, -2.0-2.0j], dtype=complex)
    """

def ifft(a: ndarray, /, n: int | None = None, axis: int = -1, norm: str | None = None) -> ndarray:
    """The inverse of fft(), divided by the number of items."""

def rfft(a: ndarray, n: int | None = None, axis: int = -1, norm: str | None = None) -> ndarray:
    """The first n // 2 + 1 items of the spectrum of real items; TypeError for complex ones."""

def irfft(a: ndarray, n: int | None = None, axis: int = -1, norm: str | None = None) -> ndarray:
    """The n real items of such a spectrum; n is 2 * (m - 1) for m items unless given."""

def fftfreq(n: int, d: float = 1.0) -> ndarray:
    """The frequency of each item of a spectrum, for samples at a distance of d.

    >>> np.fft.fftfreq(4)
    array([0.0, 0.25, -0.5, -0.25], dtype=float64)
    """

def rfftfreq(n: int, d: float = 1.0) -> ndarray:
    """The frequency of each item of rfft().

    >>> np.fft.rfftfreq(4)
    array([0.0, 0.25, 0.5], dtype=float64)
    """

def fftshift(a: ndarray, axes: Any = None) -> ndarray:
    """A copy with frequency 0 in the middle, along all axes or some."""

def ifftshift(a: ndarray, axes: Any = None) -> ndarray:
    """The inverse of fftshift()."""
