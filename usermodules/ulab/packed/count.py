"""Functions that order, count and summarise items."""

from ulab import numpy as _np


def _flat(a):
    return ravel(a)


def size(a, *, axis=None):
    if isinstance(a, _np.ndarray):
        if axis is None:
            return a.size
        if not -a.ndim <= axis < a.ndim:
            raise ValueError("axis is out of bounds")
        return a.shape[axis]
    if isinstance(a, (int, float, complex)):
        return 1
    return len(a)


def shape(a):
    a = _np.asarray(a)
    return a.shape if isinstance(a, _np.ndarray) else ()


def ndim(a):
    return len(shape(a))


def ptp(a, axis=None, keepdims=False):
    return _np.max(a, axis, keepdims) - _np.min(a, axis, keepdims)


def count_nonzero(a, axis=None, *, keepdims=False):
    return _np.sum(atleast_1d(a) != 0, axis, keepdims, dtype=_np.uint32)


def flatnonzero(a):
    return _np.nonzero(_flat(a))[0]


def argwhere(a):
    return stack(_np.nonzero(a), 1)


def average(a, axis=None, weights=None, *, keepdims=False):
    if weights is None:
        return _np.mean(a, axis, keepdims)
    a = _np.asarray(a)
    weights = _np.array(weights)
    if weights.shape != a.shape:
        if axis is None or weights.ndim != 1 or len(weights) != a.shape[axis]:
            raise ValueError("weights of shape %s do not fit %s" % (weights.shape, a.shape))
        weights = expand_dims(weights, tuple([i for i in range(a.ndim) if i != axis % a.ndim]))
    total = _np.sum(_np.broadcast_to(weights, a.shape), axis, keepdims)
    return _np.sum(a * weights, axis, keepdims) / total


def _reduced_first(a, axis):
    # The axes that go, as the first one.
    a = _np.asarray(a)
    if axis is None:
        return ravel(a)
    axes = axis if isinstance(axis, tuple) else (axis,)
    a = moveaxis(a, axes, tuple(range(len(axes))))
    return a.reshape((-1,) + a.shape[len(axes) :])


def quantile(a, q, axis=None, *, keepdims=False):
    if not isinstance(a, _np.ndarray):
        a = _np.array(a)
    rows = _np.sort(_reduced_first(a, axis), axis=0)
    if not len(rows):
        raise ValueError("no items")
    last = len(rows) - 1

    def at(q):
        if not 0 <= q <= 1:
            raise ValueError("a quantile is from 0 to 1, a percentile to 100")
        low = min(int(q * last), max(last - 1, 0))
        part = q * last - low
        low, high = rows[low] * 1.0, rows[min(low + 1, last)] * 1.0
        result = low + (high - low) * part if part < 0.5 else high - (high - low) * (1 - part)
        if isinstance(result, float):
            result = result if rows[-1] == rows[-1] else _np.nan
        else:
            result[_np.isnan(rows[-1])] = _np.nan
        if keepdims:
            axes = range(a.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
            axes = [i % a.ndim for i in axes]
            sizes = [1 if i in axes else n for i, n in enumerate(a.shape)]
            result = atleast_1d(result).reshape(tuple(sizes))
        return result

    if isinstance(q, (int, float)):
        return at(q)
    results = [at(x) for x in q]
    return _np.array(results) if isinstance(results[0], float) else stack(results)


def percentile(a, q, axis=None, *, keepdims=False):
    return quantile(a, q / 100 if isinstance(q, (int, float)) else [x / 100 for x in q], axis, keepdims=keepdims)


def _without_nan(a, value):
    a = _np.asarray(a)
    if chr(a.dtype) in "fd":
        a = a.copy()
        a[_np.isnan(a)] = value
    return a


def nansum(a, axis=None, *, keepdims=False):
    return _np.sum(_without_nan(a, 0), axis, keepdims)


def nanprod(a, axis=None, *, keepdims=False):
    return _np.prod(_without_nan(a, 1), axis, keepdims)


def nanmax(a, axis=None, *, keepdims=False):
    return _nan_extreme(_np.max, -_np.inf, a, axis, keepdims)


def nanmin(a, axis=None, *, keepdims=False):
    return _nan_extreme(_np.min, _np.inf, a, axis, keepdims)


def _nan_extreme(function, value, a, axis, keepdims):
    result = function(_without_nan(a, value), axis, keepdims)
    nothing = _np.all(_np.isnan(a), axis, keepdims)
    if not isinstance(result, _np.ndarray):
        return _np.nan if _np.any(nothing) else result
    if chr(result.dtype) in "fd":
        result[nothing] = _np.nan
    return result


def nanargmax(a, axis=None):
    return _nan_place(_np.argmax, -_np.inf, a, axis)


def nanargmin(a, axis=None):
    return _nan_place(_np.argmin, _np.inf, a, axis)


def _nan_place(function, value, a, axis):
    if _np.any(_np.all(_np.isnan(a), axis)):
        raise ValueError("all items are nan")
    return function(_without_nan(a, value), axis)


def _mean_of(total, numbers, axis, keepdims, less=0.0):
    count = count_nonzero(numbers, axis, keepdims=keepdims) - less
    if isinstance(total, float):
        return total / count if count else _np.nan
    return total / (count.astype(total.dtype) if total.dtype == _np.float32 else count)


def nanmean(a, axis=None, *, keepdims=False):
    return _mean_of(nansum(a, axis, keepdims=keepdims) * 1.0, _np.isnan(a) == 0, axis, keepdims)


def nanvar(a, axis=None, *, ddof=0, keepdims=False):
    a = _np.asarray(a)
    squares = _without_nan((a - nanmean(a, axis, keepdims=True)) ** 2, 0)
    return _mean_of(_np.sum(squares, axis, keepdims), _np.isnan(a) == 0, axis, keepdims, float(ddof))


def nanstd(a, axis=None, *, ddof=0, keepdims=False):
    return _np.sqrt(nanvar(a, axis, ddof=ddof, keepdims=keepdims))


def nanmedian(a, axis=None):
    return nanquantile(a, 0.5, axis)


def nanquantile(a, q, axis=None):
    def of_numbers(row):
        row = row[_np.isnan(row) == 0]
        return quantile(row, q) if len(row) else _np.nan

    a = _np.asarray(a)
    return of_numbers(ravel(a)) if axis is None else apply_along_axis(of_numbers, axis, a)


def nanpercentile(a, q, axis=None):
    return nanquantile(a, q / 100, axis)


def histogram(a, bins=10, range=None, weights=None, density=False):
    a = _flat(a)
    kind = None
    if weights is not None:
        weights = _flat(weights)
        if len(weights) != len(a):
            raise ValueError("need %d weights, have %d" % (len(a), len(weights)))
    elif a.dtype == _np.uint8 and len(a) > 256:
        # Each value counts as often as it is there.
        weights = _np.bincount(a)
        kind = weights.dtype
        a = _np.nonzero(weights)[0]
        weights = weights[a]
    if isinstance(bins, int):
        if bins < 1:
            raise ValueError("bins must be positive")
        low, high = range or ((_np.min(a), _np.max(a)) if len(a) else (0, 1))
        if low == high:
            low, high = low - 0.5, high + 0.5
        if not low < high < _np.inf or low == -_np.inf:
            raise ValueError("range must be finite and ascending")
        edges = _np.linspace(low, high, bins + 1)
    else:
        edges = _np.array(bins)
        if len(edges) < 2 or _np.any(edges[1:] < edges[:-1]):
            raise ValueError("edges must ascend")
    count = len(edges) - 1
    outside = (a < edges[0]) | (a > edges[-1]) | _np.isnan(a)
    if _np.any(outside):
        inside = outside == 0
        a = a[inside]
        if weights is not None:
            weights = weights[inside]
    # The last bin has its upper edge too.
    places = _np.minimum(_np.searchsorted(edges, a, "right"), count) - 1
    counts = _np.bincount(places, weights=weights, minlength=count)
    if kind is not None:
        counts = counts.astype(kind)
    if density:
        counts = counts / (_np.diff(edges) * _np.sum(counts))
    return counts, edges


def digitize(x, bins, right=False):
    bins = _np.array(bins)
    side = "left" if right else "right"
    if _np.all(bins[1:] >= bins[:-1]):
        return _np.searchsorted(bins, x, side)
    if not _np.all(bins[1:] <= bins[:-1]):
        raise ValueError("bins must ascend or descend")
    return len(bins) - _np.searchsorted(bins[::-1], x, side)


def _first_of_each(ordered):
    first = _np.ones(len(ordered), dtype=_np.bool)
    first[1:] = ordered[1:] != ordered[:-1]
    # nan is not equal to itself, but only the first counts.
    first[1:] &= _np.isnan(ordered[:-1]) == 0
    return first


def unique(a, return_index=False, return_inverse=False, return_counts=False):
    a = _flat(a)
    if not (return_index or return_inverse or return_counts):
        ordered = _np.sort(a)
        return ordered[_first_of_each(ordered)]
    order = _np.argsort(a, axis=0)
    ordered = a[order]
    first = _first_of_each(ordered)
    result = [ordered[first]]
    starts = _np.nonzero(first)[0]
    if return_index:
        result.append(order[starts])
    if return_inverse:
        inverse = _np.empty(len(a), dtype=order.dtype)
        inverse[order] = _np.cumsum(first, dtype=_np.uint32) - 1
        result.append(inverse)
    if return_counts:
        ends = append(starts[1:], _np.array([len(a)], dtype=starts.dtype)) if len(a) else starts
        result.append(ends - starts)
    return tuple(result)


def isin(a, values, *, invert=False):
    a = atleast_1d(a)
    values = _np.sort(_flat(values))
    if not len(values):
        return _np.full(a.shape, invert, dtype=_np.bool)
    places = _np.minimum(_np.searchsorted(values, a), len(values) - 1)
    return (values[places] == a) ^ invert


in1d = isin


def intersect1d(a, b):
    a = unique(a)
    return a[isin(a, b)]


def union1d(a, b):
    return unique(append(a, b))


def setdiff1d(a, b):
    a = unique(a)
    return a[isin(a, b, invert=True)]


def setxor1d(a, b):
    return union1d(setdiff1d(a, b), setdiff1d(b, a))


def sort_complex(a):
    if not isinstance(a, _np.ndarray) or a.ndim != 1:
        raise TypeError("expected an array of 1 dimension")
    a = _np.array(a, dtype=_np.complex)
    a = a[_np.argsort(a.imag, axis=0)]
    return a[_np.argsort(a.real, axis=0)]
