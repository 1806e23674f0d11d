"""The functions of ulab.numpy.fft that are written in Python."""

from ulab import numpy as _np
from ulab.numpy import fft as _fft


def rfft(a, n=None, axis=-1, norm=None):
    if a.dtype == _np.complex:
        raise TypeError("rfft needs real items")
    spectrum = _np.swapaxes(_fft.fft(a, n, axis, norm), axis, -1)
    return _np.swapaxes(spectrum[..., : spectrum.shape[-1] // 2 + 1], axis, -1).copy()


def irfft(a, n=None, axis=-1, norm=None):
    n = 2 * (a.shape[axis] - 1) if n is None else n
    if n < 1:
        raise ValueError("irfft needs at least one item")
    half = n // 2 + 1
    given = _np.swapaxes(a, axis, -1)[..., :half]
    whole = _np.zeros(given.shape[:-1] + (n,), dtype=_np.complex)
    whole[..., : given.shape[-1]] = given
    if n > half:
        whole[..., half:] = _np.conjugate(whole[..., n - half : 0 : -1])
    return _np.swapaxes(_np.real(_fft.ifft(whole, None, -1, norm)), axis, -1).copy()


def fftfreq(n, d=1.0):
    indices = _np.arange(n, dtype=_np.float)
    indices[(n + 1) // 2 :] -= n
    return indices / (n * d)


def rfftfreq(n, d=1.0):
    return _np.arange(n // 2 + 1, dtype=_np.float) / (n * d)


def _shift(a, axes, side):
    for axis in range(a.ndim) if axes is None else (axes,) if isinstance(axes, int) else axes:
        a = _np.roll(a, side * (a.shape[axis] // 2), axis=axis)
    return a


def fftshift(a, axes=None):
    return _shift(a, axes, 1)


def ifftshift(a, axes=None):
    return _shift(a, axes, -1)
