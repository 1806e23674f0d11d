"""Digital filters along one dimension."""

from ulab import numpy as _np
from ulab import scipy as _spy


def _vector(x):
    if isinstance(x, _np.ndarray):
        if x.dtype == _np.complex:
            raise NotImplementedError("not implemented for complex dtype")
    else:
        x = _np.array(x)
    if x.ndim != 1:
        raise ValueError("the signal must have 1 dimension, not %d" % x.ndim)
    return _np.array(x)


def _run(b, a, state, values):
    # Filters the values in place and gives the next state.
    longer = _np.zeros(len(b))
    longer[:-1] = state
    if len(values):
        _spy._filter(b, a, longer, values)
    return longer[:-1]


def sosfilt(sos, x, *, zi=None):
    sections = _np.array(sos)
    if sections.ndim != 2 or sections.shape[1] != 6:
        raise ValueError("sos array must be of shape (n_sections, 6)")
    if not _np.all(sections[:, 3] == 1):
        raise ValueError("sos[:, 3] should be all ones")
    y = _vector(x)
    if zi is None:
        state = _np.zeros((len(sections), 2))
    else:
        if not isinstance(zi, _np.ndarray):
            raise TypeError("zi must be an ndarray")
        if zi.shape != (len(sections), 2):
            raise ValueError("zi must be of shape (n_sections, 2)")
        state = _np.array(zi)
    for i in range(len(sections)):
        state[i] = _run(sections[i, :3].copy(), sections[i, 3:].copy(), state[i], y)
    return y if zi is None else (y, state)


def lfilter(b, a, x, *, zi=None):
    b, a = _vector(b), _vector(a)
    order = max(len(a), len(b)) - 1
    if not len(a) or not a[0]:
        raise ValueError("a[0] must not be 0")
    padded = _np.zeros((2, order + 1))
    padded[0, : len(b)] = b / a[0]
    padded[1, : len(a)] = a / a[0]
    state = _np.zeros(order) if zi is None else _vector(zi)
    if len(state) != order:
        raise ValueError("zi must have %d items, not %d" % (order, len(state)))
    y = _vector(x)
    state = _run(padded[0].copy(), padded[1].copy(), state, y)
    return y if zi is None else (y, state)


def butter(order, cutoff, btype="low", output="ba"):
    if not 0 < cutoff < 1 or order < 1:
        raise ValueError("cutoff must be between 0 and 1, and order positive")
    if btype not in ("low", "lowpass", "high", "highpass") or output not in ("ba", "sos"):
        raise ValueError("btype must be low or high, and output ba or sos")
    k = _np.tan(_np.pi * cutoff / 2)
    # The sign of z at the frequency that is blocked; what passes is 1, or k to the power of the zeros.
    sign, gain = (1, k) if btype[0] == "l" else (-1, 1)
    sections = []
    if order % 2:
        scale = gain / (1 + k)
        sections.append([scale, sign * scale, 0, 1, (k - 1) / (k + 1), 0])
    for i in range(order // 2):
        damping = 2 * k * _np.cos(_np.pi * (2 * i + 1 + order % 2) / (2 * order))
        norm = 1 + damping + k * k
        scale = gain * gain / norm
        sections.append([scale, 2 * sign * scale, scale, 1, 2 * (k * k - 1) / norm, (1 - damping + k * k) / norm])
    if output == "sos":
        return _np.array(sections)
    b = a = _np.ones(1)
    for section in sections:
        b, a = _np.convolve(b, _np.array(section[:3])), _np.convolve(a, _np.array(section[3:]))
    return b[: order + 1], a[: order + 1]
