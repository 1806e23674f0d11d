"""The functions of ulab.numpy that are written in Python."""

from ulab import numpy as _np


def trace(a):
    if not isinstance(a, _np.ndarray):
        raise TypeError("expected an ndarray, not %s" % type(a).__name__)
    if len(a.shape) != 2 or a.shape[0] != a.shape[1]:
        raise ValueError("input must be square matrix, not of shape %s" % (a.shape,))
    return _np.sum(a.flatten()[:: len(a) + 1])


def around(a, decimals=0, out=None):
    scale = 10.0 ** abs(decimals)
    if not decimals:
        return _np._round_half_away(a, out=out)
    a = _np.asarray(a)
    rounded = _np._round_half_away(a * scale if decimals > 0 else a / scale, out=out)
    if decimals > 0:
        rounded /= scale
    else:
        rounded *= scale
    return rounded


round = around
