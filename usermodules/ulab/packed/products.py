"""Products over the dot of C."""

from ulab import numpy as _np


def outer(a, b, out=None):
    product = _np.asarray(a).reshape((-1, 1)) * _np.asarray(b).flatten()
    if out is None:
        return product
    out[:] = product
    return out


def vdot(a, b):
    return _np.dot(_np.conjugate(a).flatten(), b.flatten())


def tensordot(a, b, axes=2):
    if isinstance(axes, int):
        axes = range(a.ndim - axes, a.ndim), range(axes)
    first, second = ((axis,) if isinstance(axis, int) else axis for axis in axes)
    first = [axis % a.ndim for axis in first]
    second = [axis % b.ndim for axis in second]
    if [a.shape[axis] for axis in first] != [b.shape[axis] for axis in second]:
        raise ValueError("axes do not match")
    kept_a = [axis for axis in range(a.ndim) if axis not in first]
    kept_b = [axis for axis in range(b.ndim) if axis not in second]
    shape = tuple([a.shape[axis] for axis in kept_a] + [b.shape[axis] for axis in kept_b])
    rows = 1
    for axis in kept_a:
        rows *= a.shape[axis]
    inner = 1
    for axis in first:
        inner *= a.shape[axis]
    a = a.transpose(kept_a + first).reshape((rows, inner))
    b = b.transpose(second + kept_b).reshape((inner, -1))
    product = _np.dot(a, b)
    return product.reshape(shape) if shape else product[0, 0]
