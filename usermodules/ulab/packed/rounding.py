"""Rounding to decimal places."""

from ulab import numpy as _np


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
