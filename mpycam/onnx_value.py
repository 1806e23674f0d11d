"""Views of tensors: what the values of an ONNX graph are while it is imported.

An ONNX value has its channels before rows and columns, a tensor of unn behind
them. A value is therefore a tensor and, for each dimension of the value, how
many items lie between neighbours. Transpose, Reshape, Slice, Expand and the
like only change the view.
"""

from dataclasses import dataclass

import numpy as np

from mpycam.unn_file import Tensor


@dataclass
class Value:
    """A view of a tensor: ONNX's shape, the items between neighbours along each dimension, the first item.

    single: nothing else reads the tensor, so that its layer may be changed.
    pads: zeros around it, (top, left, bottom, right), which a window may take over.
    flat_of: the value whose items it has in ONNX's order, where no view has them:
    a dense layer orders its weights accordingly, for others they are moved.
    whole_numbers: where ONNX has whole numbers and the tensor what they stand for,
    the (scale, zero point as of int8, whether they are uint8); None for real numbers.
    """

    tensor: Tensor
    shape: tuple
    strides: tuple
    start: int = 0
    single: bool = True
    pads: tuple = (0, 0, 0, 0)
    flat_of: "Value | None" = None
    whole_numbers: tuple | None = None

    @property
    def items(self):
        return count_items(self.shape)

    @property
    def padded_shape(self):
        """The shape with the zeros around it."""
        if not any(self.pads):
            return self.shape
        top, left, bottom, right = self.pads
        return (*self.shape[:2], self.shape[2] + top + bottom, self.shape[3] + left + right)

    @property
    def covers(self):
        """Whether it has each item of its tensor once, in any order."""
        if self.flat_of is not None or self.start or any(self.pads):
            return False
        expected = 1
        for stride, count in sorted(zip(self.strides, self.shape, strict=True)):
            if count > 1 and stride != expected:
                return False
            expected *= count
        return expected == self.tensor.items

    def has_channels(self, axis):
        """Whether it covers its tensor, and one of its dimensions is the tensor's channels."""
        count = self.shape[axis]
        return self.covers and self.tensor.image_shape[2] == count and (count == 1 or self.strides[axis] == 1)

    @property
    def order(self):
        """Its dimensions, in the order in which its items lie."""
        return tuple(sorted(range(len(self.shape)), key=lambda axis: (-self.strides[axis], axis)))


def count_items(shape):
    return int(np.prod(shape, dtype=np.int64))


def is_image(shape):
    """Whether it is 1 x channels x height x width."""
    return len(shape) == 4 and shape[0] == 1


def own_order(shape):
    """The dimensions of a value in the order in which its items lie in a tensor of its own."""
    return (0, 2, 3, 1) if is_image(shape) else tuple(range(len(shape)))


def own_shape(shape):
    """The shape of a tensor of its own for a value: (height, width, channels) of an image, else (items,)."""
    if is_image(shape):
        return (shape[2], shape[3], shape[1])
    return (count_items(shape),)


def dense_strides(shape, order=None):
    strides, step = [0] * len(shape), 1
    for axis in reversed(own_order(shape) if order is None else order):
        strides[axis] = step
        step *= shape[axis]
    return tuple(strides)


def merged(shape, *strides):
    """Dimensions put together wherever all the strides allow it: [(count, stride, ...)], none of count 1."""
    dims = []
    for count, *steps in zip(shape, *strides, strict=True):
        if count == 1:
            continue
        if dims and all(old == new * count for old, new in zip(dims[-1][1:], steps, strict=True)):
            dims[-1] = (dims[-1][0] * count, *steps)
        else:
            dims.append((count, *steps))
    return dims


def reshaped_strides(shape, strides, wanted):
    """The strides with which the same items have another shape, or None where there are none."""
    dims = merged(shape, strides)
    result, position, left, step = [], 0, 1, 0
    for size in wanted:
        if size == 1:
            result.append(0)
            continue
        if left == 1:
            if position == len(dims):
                return None
            left, step = dims[position]
            position += 1
        if left % size:
            return None
        left //= size
        result.append(step * left)
    return tuple(result)
