"""Functions that put items in other places and shapes."""

from ulab import numpy as _np


class _Slices:
    """The slice that stands between the brackets, as a value."""

    def __getitem__(self, index):
        return index


_slices = _Slices()
_ALL = _slices[:]


def _arrays(arrays):
    return [_np.asarray(array) for array in arrays]


def _axis(axis, ndim):
    if not -ndim <= axis < ndim:
        raise ValueError("axis is out of bounds")
    return axis % ndim


def _axes(axes, ndim):
    return [_axis(axis, ndim) for axis in (axes if isinstance(axes, (tuple, list)) else (axes,))]


def _part(a, axis, index):
    return a[(_ALL,) * axis + (index,)]


def _flat_or_axis(a, axis):
    if axis is None:
        return ravel(a), 0
    a = _np.asarray(a)
    return a, _axis(axis, a.ndim)


def reshape(a, shape):
    return _np.asarray(a).reshape(shape)


def ravel(a):
    a = _atleast_1d(a)
    return a if a.ndim == 1 else a.reshape(-1)


def transpose(a, axes=None):
    return _np.asarray(a).transpose(axes)


def swapaxes(a, axis1, axis2):
    axes = list(range(a.ndim))
    axes[axis1], axes[axis2] = axes[axis2], axes[axis1]
    return a.transpose(tuple(axes))


def moveaxis(a, source, destination):
    source = _axes(source, a.ndim)
    destination = _axes(destination, a.ndim)
    if len(source) != len(destination):
        raise ValueError("source and destination must have the same length")
    order = [axis for axis in range(a.ndim) if axis not in source]
    for place, axis in sorted(zip(destination, source)):
        order.insert(place, axis)
    return a.transpose(tuple(order))


def rollaxis(a, axis, start=0):
    axis = _axis(axis, a.ndim)
    if start < 0:
        start += a.ndim
    return moveaxis(a, axis, start - (start > axis))


def expand_dims(a, axis):
    a = _np.asarray(a)
    axes = _axes(axis, a.ndim + (len(axis) if isinstance(axis, (tuple, list)) else 1))
    return a[tuple([None if i in axes else _ALL for i in range(a.ndim + len(axes))])]


def squeeze(a, axis=None):
    a = _np.asarray(a)
    axes = [i for i in range(a.ndim) if a.shape[i] == 1] if axis is None else _axes(axis, a.ndim)
    for i in axes:
        if a.shape[i] != 1:
            raise ValueError("cannot squeeze an axis of %d items" % a.shape[i])
    if len(axes) == a.ndim:
        return a.reshape(1)
    return a[tuple([0 if i in axes else _ALL for i in range(a.ndim)])]


def _atleast_1d(a):
    a = _np.asarray(a)
    if isinstance(a, _np.ndarray):
        return a
    return _np.array([a], dtype=_np.complex if isinstance(a, complex) else _np.float)


def atleast_1d(*arrays):
    result = [_atleast_1d(a) for a in arrays]
    return result[0] if len(result) == 1 else result


def atleast_2d(*arrays):
    result = []
    for a in arrays:
        a = _atleast_1d(a)
        result.append(a[None] if a.ndim == 1 else a)
    return result[0] if len(result) == 1 else result


def atleast_3d(*arrays):
    result = []
    for a in arrays:
        a = atleast_2d(a)
        result.append(a[:, :, None] if a.ndim == 2 else a)
    return result[0] if len(result) == 1 else result


def stack(arrays, axis=0):
    return _np._join([expand_dims(a, axis) for a in _arrays(arrays)], axis)


def vstack(arrays):
    return _np._join([atleast_2d(a) for a in arrays])


def hstack(arrays):
    arrays = [_atleast_1d(a) for a in arrays]
    return _np._join(arrays, min(1, arrays[0].ndim - 1) if arrays else 0)


def dstack(arrays):
    return _np._join([atleast_3d(a) for a in arrays], 2)


def column_stack(arrays):
    return _np._join([a[:, None] if a.ndim == 1 else a for a in map(_atleast_1d, arrays)], 1)


def append(a, values, axis=None):
    if axis is None:
        return _np._join([ravel(a), ravel(values)])
    return _np._join([_np.asarray(a), _np.asarray(values)], axis)


def take(a, indices, axis=None, out=None, mode=None):
    if not isinstance(a, _np.ndarray):
        raise TypeError("expected an ndarray, not %s" % type(a).__name__)
    a, axis = _flat_or_axis(a, axis)
    size = a.shape[axis]
    if mode == "wrap" or mode == "clip":
        if isinstance(indices, int):
            indices = indices % size if mode == "wrap" else min(max(indices, 0), size - 1)
        else:
            indices = _np.array(indices)
            if mode == "clip":
                indices = _np.clip(indices, 0, size - 1)
            elif size:
                indices -= _np.floor(indices / size) * size
            indices = indices.astype(_np.int32)
    elif mode not in (None, "raise"):
        raise ValueError("mode must be 'raise', 'wrap' or 'clip'")
    if not isinstance(indices, (int, _np.ndarray)):
        indices = list(indices)
        if not indices:
            indices = _slices[:0]
    try:
        result = _part(a, axis, indices)
    except IndexError:
        raise ValueError("index out of range for %d items" % size)
    if out is None:
        return result
    if not isinstance(out, _np.ndarray):
        raise TypeError("out must be an ndarray")
    if out.dtype != result.dtype or out.shape != result.shape:
        raise ValueError("out must have the dtype and shape of the result, %s" % (result.shape,))
    out[:] = result
    return out


def compress(condition, a, axis=None):
    if not isinstance(a, _np.ndarray):
        raise TypeError("expected an ndarray, not %s" % type(a).__name__)
    a, axis = _flat_or_axis(a, axis)
    if len(condition) != a.shape[axis]:
        raise ValueError("wrong length of condition array: need %d, have %d" % (a.shape[axis], len(condition)))
    return _part(a, axis, _np.array(condition, dtype=_np.bool))


def delete(a, indices, axis=None):
    if not isinstance(a, _np.ndarray):
        raise TypeError("expected an ndarray, not %s" % type(a).__name__)
    a, axis = _flat_or_axis(a, axis)
    keep = _np.ones(a.shape[axis], dtype=_np.bool)
    if isinstance(indices, slice):
        keep[indices] = False
    else:
        for i in (indices,) if isinstance(indices, int) else indices:
            try:
                keep[i] = False
            except IndexError:
                raise ValueError("index %d is out of bounds for %d items" % (i, len(keep)))
    return _part(a, axis, keep)


def insert(a, indices, values, axis=None):
    a, axis = _flat_or_axis(a, axis)
    size = a.shape[axis]
    single = isinstance(indices, int)
    places = [indices] if single else list(indices)
    for i in places:
        if not -size <= i <= size:
            raise IndexError("index %d is out of bounds for %d items" % (i, size))
    places = [i + size if i < 0 else i for i in places]
    values = _atleast_1d(values)
    if single:
        if axis == 0 or values.ndim == a.ndim:
            added = values.shape[axis] if values.ndim == a.ndim else 1
        else:
            added = 1
        places = _times(places, added)
    order = sorted(range(len(places)), key=lambda i: (places[i], i))  # which alone is not stable
    new = list(places)
    for rank, i in enumerate(order):
        new[i] += rank
    shape = list(a.shape)
    shape[axis] += len(new)
    result = _np.full(tuple(shape), 0, dtype=_np._dtype(a))
    old = _np.ones(shape[axis], dtype=_np.bool)
    old[new] = False
    result[(_ALL,) * axis + (old,)] = a
    result[(_ALL,) * axis + (new,)] = values
    return result


def array_split(a, sections, axis=0):
    a = _np.asarray(a)
    axis = _axis(axis, a.ndim)
    size = a.shape[axis]
    if isinstance(sections, int):
        if sections <= 0:
            raise ValueError("number of sections must be larger than 0")
        each, more = divmod(size, sections)
        ends = [i * each + min(i, more) for i in range(1, sections)]
    else:
        ends = [int(i) for i in sections]
    return [_part(a, axis, _slices[start:end]) for start, end in zip([0] + ends, ends + [size])]


def split(a, sections, axis=0):
    a = _np.asarray(a)
    if isinstance(sections, int) and sections > 0 and a.shape[axis] % sections:
        raise ValueError("%d items cannot be split into %d equal parts" % (a.shape[axis], sections))
    return array_split(a, sections, axis)


def hsplit(a, sections):
    return split(a, sections, min(1, a.ndim - 1))


def vsplit(a, sections):
    return split(a, sections)


def dsplit(a, sections):
    return split(a, sections, 2)


def _times(items, count):
    # The interpreter does not check what it multiplies.
    if count > 2**28:
        raise ValueError("array is too big")
    return items * count


def tile(a, repeats):
    a = _atleast_1d(a)
    repeats = (repeats,) if isinstance(repeats, int) else tuple(repeats)
    if len(repeats) > a.ndim:
        a = a.reshape((1,) * (len(repeats) - a.ndim) + a.shape)
    repeats = (1,) * (a.ndim - len(repeats)) + repeats
    for axis, count in enumerate(repeats):
        a = _np._join(_times([a], count), axis) if count else _part(a, axis, _slices[:0])
    return a.copy()


def repeat(a, repeats, axis=None):
    a, axis = _flat_or_axis(a, axis)
    size = a.shape[axis]
    if isinstance(repeats, int):
        if a.ndim < 4:
            wide = list(a.shape)
            wide.insert(axis + 1, repeats)
            shape = list(a.shape)
            shape[axis] *= repeats
            return _np.broadcast_to(expand_dims(a, axis + 1), tuple(wide)).copy().reshape(tuple(shape))
        repeats = (repeats,)
    if len(repeats) == 1:
        repeats = _times(list(repeats), size)
    if len(repeats) != size:
        raise ValueError("need %d repeats, have %d" % (size, len(repeats)))
    return take(a, [i for i, count in enumerate(repeats) for _ in range(count)], axis=axis)


def _pairs(value, ndim):
    value = _np.asarray(value)
    if not isinstance(value, _np.ndarray):
        return [(value, value)] * ndim
    value = _np.broadcast_to(value, (ndim, 2)).tolist()
    return value


def pad(a, width, mode="constant", constant_values=0):
    a = _np.asarray(a)
    widths = _pairs(width, a.ndim)
    constants = _pairs(constant_values, a.ndim)
    for axis in range(a.ndim):
        size = a.shape[axis]
        before, after = [int(n) for n in widths[axis]]
        if before < 0 or after < 0:
            raise ValueError("widths must not be negative")
        if mode == "constant":
            parts = [a]
            for place, count in ((0, before), (2, after)):
                shape = list(a.shape)
                shape[axis] = count
                edge = _np.empty(tuple(shape), dtype=_np._dtype(a))
                edge[:] = constants[axis][place // 2]
                parts.insert(place, edge)
            a = _np._join(parts, axis)
            continue
        places = range(-before, size + after)
        if not size and before + after:
            raise ValueError("cannot extend an empty axis")
        if mode == "edge":
            places = [min(max(i, 0), size - 1) for i in places]
        elif mode == "wrap":
            places = [i % size for i in places]
        elif mode == "reflect":
            period = max(1, 2 * size - 2)
            places = [min(i % period, -i % period) for i in places]
        elif mode == "symmetric":
            period = 2 * size
            places = [min(i % period, (-1 - i) % period) for i in places]
        else:
            raise ValueError("mode '%s' is not constant, edge, reflect, symmetric or wrap" % mode)
        a = take(a, places, axis=axis)
    return a


def broadcast_shapes(*shapes):
    result = []
    for shape in shapes:
        shape = (shape,) if isinstance(shape, int) else shape
        result[:0] = [1] * (len(shape) - len(result))
        for back in range(-len(shape), 0):
            if shape[back] != 1:
                if result[back] not in (1, shape[back]):
                    raise ValueError("shapes %s cannot be broadcast together" % (shapes,))
                result[back] = shape[back]
    return tuple(result)


def broadcast_arrays(*arrays):
    arrays = [_atleast_1d(a) for a in arrays]
    shape = broadcast_shapes(*[a.shape for a in arrays])
    return tuple([_np.broadcast_to(a, shape) for a in arrays])


def fliplr(a):
    return _np.flip(a, axis=1)


def flipud(a):
    return _np.flip(a, axis=0)


def rot90(a, k=1, axes=(0, 1)):
    k %= 4
    first, second = _axes(axes, a.ndim)
    if first == second:
        raise ValueError("axes must be different")
    if k > 1:
        a = _np.flip(a, axis=first)
    if k in (1, 2):
        a = _np.flip(a, axis=second)
    return swapaxes(a, first, second) if k % 2 else a


def diagonal(a, offset=0, axis1=0, axis2=1):
    a = moveaxis(a, (axis1, axis2), (-2, -1))
    size = min(a.shape[-2] + min(offset, 0), a.shape[-1] - max(offset, 0))
    if size <= 0:
        return _np.zeros(a.shape[:-2] + (0,), dtype=_np._dtype(a))
    rows = _np.arange(-min(offset, 0), size - min(offset, 0), dtype=_np.uint32)
    columns = _np.arange(max(offset, 0), size + max(offset, 0), dtype=_np.uint32)
    return a[..., rows, columns]


def diag(x, k=0):
    x = _np.asarray(x)
    if x.ndim == 2:
        return diagonal(x, k)
    if x.ndim != 1:
        raise ValueError("input must be 1- or 2-d")
    size = len(x) + abs(k)
    result = _np.zeros((size, size), dtype=_np._dtype(x))
    start = k if k >= 0 else -k * size
    result.reshape(-1)[start : start + len(x) * size : size + 1] = x
    return result


def trace(a):
    if not isinstance(a, _np.ndarray):
        raise TypeError("expected an ndarray, not %s" % type(a).__name__)
    if a.ndim != 2 or a.shape[0] != a.shape[1]:
        raise ValueError("input must be square matrix, not of shape %s" % (a.shape,))
    return _np.sum(diagonal(a))


def _masked(a, mask):
    a = atleast_2d(a).copy()
    a[_np.broadcast_to(mask, a.shape)] = 0
    return a


def tri(n, m=None, k=0, *, dtype=_np.float):
    m = n if m is None else m
    return (_np.arange(n)[:, None] >= _np.arange(-k, m - k)).astype(dtype)


def tril(a, k=0):
    a = atleast_2d(a)
    return _masked(a, _np.arange(a.shape[-2])[:, None] < _np.arange(-k, a.shape[-1] - k))


def triu(a, k=0):
    a = atleast_2d(a)
    return _masked(a, _np.arange(a.shape[-2])[:, None] > _np.arange(-k, a.shape[-1] - k))


def meshgrid(*arrays, indexing="xy"):
    if not isinstance(indexing, str):
        raise TypeError("indexing must be a string")
    if indexing not in ("xy", "ij"):
        raise ValueError("indexing must be 'xy' or 'ij'")
    ndim = len(arrays)
    if ndim > 4:
        raise ValueError("too many arrays: %d, 4 are possible" % ndim)
    for a in arrays:
        if not isinstance(a, _np.ndarray):
            raise TypeError("expected an ndarray, not %s" % type(a).__name__)
        if a.ndim != 1:
            raise ValueError("arrays must be 1-d")
    places = list(range(ndim))
    if indexing == "xy" and ndim > 1:
        places[:2] = 1, 0
    shape = tuple([len(arrays[i]) for i in places])
    return tuple([
        _np.broadcast_to(a[tuple([_ALL if i == place else None for i in range(ndim)])], shape).copy()
        for a, place in zip(arrays, places)
    ])


def ix_(*arrays):
    ndim = len(arrays)
    return tuple([
        _atleast_1d(a)[tuple([_ALL if i == place else None for i in range(ndim)])] for place, a in enumerate(arrays)
    ])


def copy(a):
    return _np.array(a, dtype=_np._dtype(a)) if isinstance(a, _np.ndarray) else _atleast_1d(a)


def copyto(to, values, where=True):
    if where is True:
        to[:] = values
        return
    where = _np.broadcast_to(_np.array(where, dtype=_np.bool), to.shape)
    to[where] = _np.broadcast_to(values, to.shape)[where] if isinstance(values, _np.ndarray) else values
