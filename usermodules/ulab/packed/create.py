"""Functions that make arrays from few numbers or from any iterable."""

from ulab import numpy as _np


def _truncated(a, dtype):
    # Conversion would round.
    return a.astype(dtype) if chr(dtype) in "?fdc" else _np.floor(a).astype(dtype)


def logspace(start, stop, num=50, *, base=10.0, endpoint=True, dtype=_np.float):
    return _truncated(base ** _np.linspace(start, stop, num, endpoint=endpoint), dtype)


def geomspace(start, stop, num=50, *, endpoint=True, dtype=_np.float):
    if start == 0 or stop == 0:
        raise ValueError("a geometric sequence has no 0")
    result = start * (stop / start) ** _np.linspace(0, 1, num, endpoint=endpoint)
    if endpoint:
        result[-1] = stop
    return _truncated(result, dtype)


def identity(n, *, dtype=_np.float):
    return _np.eye(n, dtype=dtype)


def full_like(a, fill_value, *, dtype=None, shape=None):
    a = atleast_1d(a)
    return _np.full(a.shape if shape is None else shape, fill_value, dtype=_np._dtype(a) if dtype is None else dtype)


def zeros_like(a, *, dtype=None, shape=None):
    return full_like(a, 0, dtype=dtype, shape=shape)


empty_like = zeros_like


def ones_like(a, *, dtype=None, shape=None):
    return full_like(a, 1, dtype=dtype, shape=shape)


def fromiter(iterable, dtype=_np.float, count=-1):
    if count < 0:
        return _np.array(list(iterable), dtype=dtype)
    result = _np.empty(count, dtype=dtype)
    iterator = iter(iterable)
    for i in range(count):
        try:
            result[i] = next(iterator)
        except StopIteration:
            raise ValueError("iterator too short: expected %d items, got %d" % (count, i))
    return result


def indices(dimensions, *, dtype=_np.int16):
    result = _np.empty((len(dimensions),) + tuple(dimensions), dtype=dtype)
    for axis, size in enumerate(dimensions):
        result[axis] = _np.arange(size).reshape((size,) + (1,) * (len(dimensions) - axis - 1))
    return result


def fromfunction(function, shape, *, dtype=_np.float):
    return function(*indices((shape,) if isinstance(shape, int) else shape, dtype=dtype))
