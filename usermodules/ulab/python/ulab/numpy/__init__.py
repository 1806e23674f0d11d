"""The functions of ulab.numpy that are written in Python."""

from ulab import numpy as _np


def trace(a):
    if not isinstance(a, _np.ndarray):
        raise TypeError("expected an ndarray, not %s" % type(a).__name__)
    if len(a.shape) != 2 or a.shape[0] != a.shape[1]:
        raise ValueError("input must be square matrix, not of shape %s" % (a.shape,))
    return _np.sum(a.flatten()[:: len(a) + 1])
