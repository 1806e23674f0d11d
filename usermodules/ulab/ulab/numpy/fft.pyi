"""The discrete Fourier transform of arrays of one axis and any length."""

from . import ndarray

def fft(a: ndarray, /) -> ndarray:
    """The complex spectrum of real or complex items. Raises TypeError for more axes, ValueError for no items."""

def ifft(a: ndarray, /) -> ndarray:
    """The inverse of fft(), divided by the number of items."""
