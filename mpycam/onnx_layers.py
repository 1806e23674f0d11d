"""From views of tensors to layers: what the import of every ONNX operator is made of."""

from dataclasses import replace

import numpy as np

from mpycam.onnx_value import Value, count_items, dense_strides, is_image, merged, own_order, own_shape, reshaped_strides
from mpycam.unn_file import SAME_SHAPE, Layer, Tensor, need

LARGEST_SPLIT = 64  # moves that one operator may become


class LayerBuilder:
    """The layers so far, and the means to add to them."""

    def __init__(self):
        self.layers = []
        self.node = None  # that is imported now, which gives layers their names

    def node_name(self):
        return self.node.name or next(filter(None, self.node.output), "")

    def append(self, operator, inputs, output, **options):
        self.layers.append(Layer(operator, inputs, output, name=self.node_name(), **options))
        return output

    def add(self, operator, inputs, shape, **options):
        """Add a layer; return the Value of its output, whose ONNX shape is given."""
        # of a gray input, a tensor has no dimension for channels
        own = inputs[0].shape if operator in SAME_SHAPE else own_shape(shape)
        output = self.append(operator, inputs, Tensor(own, name=self.node.output[0]), **options)
        return Value(output, tuple(shape), dense_strides(shape))

    def each(self, operator, value, **options):
        """Add a layer that changes every item of a value where it lies."""
        value = value if value.covers else self.settled(value)
        output = Tensor(value.tensor.shape, name=self.node.output[0])
        return replace(value, tensor=self.append(operator, [value.tensor], output, **options), single=True)

    def producer(self, tensor):
        return next((layer for layer in reversed(self.layers) if layer.output is tensor), None)

    # Items in another order

    def moved(self, value):
        """A value whose items lie in its order."""
        if value.flat_of is None:
            return value
        order = tuple(range(len(value.flat_of.shape)))
        tensor = self.dense(value.flat_of, order, (value.items,))
        strides = dense_strides(value.shape, range(len(value.shape)))
        return Value(tensor, value.shape, strides, whole_numbers=value.whole_numbers)

    def settled(self, value):
        """The value as the whole of a tensor in the runtime's own order."""
        shape, tensor = value.padded_shape, self.dense(value)
        return Value(tensor, shape, dense_strides(shape), single=value.single, whole_numbers=value.whole_numbers)

    def unpadded(self, value):
        return self.settled(value) if any(value.pads) else value

    def lies_dense(self, value, order):
        """Whether a value is its whole tensor, in this order."""
        wanted = dense_strides(value.shape, order)
        same = all(
            count == 1 or have == want for count, have, want in zip(value.shape, value.strides, wanted, strict=True)
        )
        return same and value.start == 0 and value.items == value.tensor.items and not any(value.pads)

    def dense(self, value, order=None, shape=None):
        """A tensor of the value's items in their order, of `shape`: the value's own tensor where that is one."""
        order = order or own_order(value.shape)
        shape = shape or own_shape(value.shape)
        if not self.lies_dense(value, order):
            return self.move(value, shape, order)
        return self.reshape(value.tensor, shape)

    def reshape(self, tensor, shape):
        """The tensor with another shape of as many items."""
        gray = len(shape) == 3 and shape[2] == 1 and tensor.shape == shape[:2]
        if tensor.shape == tuple(shape) or gray:
            return tensor
        if tensor.data is not None:
            return replace(tensor, shape=shape, data=tensor.data.reshape(shape))
        return self.append("reshape", [tensor], Tensor(shape, name=tensor.name, fixed_scale=tensor.fixed_scale))

    def move(self, value, shape, order=None):
        """A new tensor of the value's items in their order, with the zeros around it."""
        order = order or own_order(value.shape)
        padded = any(value.pads)
        output = Tensor(own_shape(value.padded_shape) if padded else shape, name=value.tensor.name)
        strides = dense_strides(value.padded_shape, order)
        start = value.pads[0] * strides[2] + value.pads[1] * strides[3] if padded else 0
        self.add_move(value, output, strides, start, order, 0.0 if padded else None)
        return output

    def add_move(self, value, output, out_strides, start, order, fill=None):
        """Add the layer that moves a value's items into a part of a tensor."""
        dims = merged(*([values[axis] for axis in order] for values in (value.shape, value.strides, out_strides)))
        if len(dims) > 4:  # one after the other along the shortest
            shortest = min(range(len(order)), key=lambda axis: (value.shape[axis] == 1, value.shape[axis]))
            need(value.shape[shortest] <= 8, f"moves items in {len(dims)} dimensions, at most 4 are possible")
            for index in range(value.shape[shortest]):
                part = self.part(value, shortest, index, 1)
                self.add_move(part, output, out_strides, start + index * out_strides[shortest], order, fill)
                fill = None
            return
        dims = [(1, 0, 0)] * (4 - len(dims)) + dims
        if dims[-1][0] == 1:
            dims[-1] = (1, 1, 1)
        counts, in_steps, out_steps = zip(*dims, strict=True)
        options = {"counts": counts, "in_steps": in_steps, "out_steps": out_steps}
        self.append("move", [value.tensor], output, in_start=value.start, out_start=start, fill=fill, **options)

    def image(self, value):
        """The value's tensor in the runtime's own order: (height, width, channels)."""
        need(len(value.shape) == 4, f"needs channels, rows and columns, has shape {list(value.shape)}")
        need(value.shape[0] == 1, f"needs a batch of 1, has shape {list(value.shape)}")
        return self.dense(value)

    # Views

    def reshaped(self, value, shape):
        """The value with another shape, in place where its items lie so that that is possible."""
        value = self.unpadded(value)
        strides = reshaped_strides(value.shape, value.strides, shape)
        if strides is None:
            flat = Value(value.tensor, tuple(shape), (), single=False, flat_of=value, whole_numbers=value.whole_numbers)
            return flat if len(shape) == 2 and shape[0] == 1 else self.moved(flat)
        return replace(value, shape=tuple(shape), strides=strides)

    def transposed(self, value, order):
        shape, strides = (tuple(part[axis] for axis in order) for part in (value.shape, value.strides))
        return replace(value, shape=shape, strides=strides)

    def part(self, value, axis, start, count, step=1):
        """Every step-th item along a dimension."""
        if (start, count, step) == (0, value.shape[axis], 1):
            return value
        shape, strides = list(value.shape), list(value.strides)
        first = value.start + start * strides[axis]
        shape[axis], strides[axis] = count, strides[axis] * step
        return replace(value, shape=tuple(shape), strides=tuple(strides), start=first, single=False)

    def expanded(self, value, shape):
        """The value repeated along dimensions of size 1, and along new ones in front."""
        if tuple(shape) == value.shape:
            return value
        missing = len(shape) - len(value.shape)
        pairs = zip((*(1,) * missing, *value.shape), (*(0,) * missing, *value.strides), shape, strict=True)
        strides = tuple(stride if have == want else 0 for have, stride, want in pairs)
        return replace(value, shape=tuple(shape), strides=strides, single=False)

    def picked(self, value, axis, places):
        """The value's items at places along a dimension, in any order."""
        steps = set(np.diff(places).tolist())
        need(len(places), "has no items")
        if len(steps) <= 1 and min(steps, default=1) >= 0:
            return self.part(value, axis, int(places[0]), len(places), min(steps, default=1))
        if is_image(value.shape) and axis >= 2:
            source = self.image(value)
            tables = [[(i, i, 0.0) for i in range(size)] for size in source.image_shape[:2]]
            tables[axis - 2] = [(int(place), int(place), 0.0) for place in places]
            shape = [*value.shape[:axis], len(places), *value.shape[axis + 1 :]]
            return self.add("resize", [source], shape, rows=tables[0], columns=tables[1])
        need(len(places) <= LARGEST_SPLIT, f"picks {len(places)} places one by one, at most {LARGEST_SPLIT} are possible")
        return self.concatenated([self.part(value, axis, int(place), 1) for place in places], axis)

    def concatenated(self, values, axis):
        shape = list(values[0].shape)
        for value in values:
            others = [size for i, size in enumerate(value.shape) if i != axis]
            same = others == [size for i, size in enumerate(shape) if i != axis]
            need(same, f"puts shapes {list(values[0].shape)} and {list(value.shape)} together")
        shape[axis] = sum(value.shape[axis] for value in values)
        output, strides, start = Tensor(own_shape(shape), name=self.node.output[0]), dense_strides(shape), 0
        for value in values:
            self.add_move(value, output, strides, start * strides[axis], own_order(shape))
            start += value.shape[axis]
        return Value(output, tuple(shape), strides)

    def channels_last(self, value, axis):
        """The value, in a tensor whose channels are one of its dimensions."""
        if value.has_channels(axis):
            return value
        if axis == 1 and is_image(value.shape):
            return self.settled(value)
        order = (*(other for other in range(len(value.shape)) if other != axis), axis)
        tensor = self.dense(value, order, (1, value.items // value.shape[axis], value.shape[axis]))
        return Value(tensor, value.shape, dense_strides(value.shape, order), single=value.single)

    # Arithmetic

    def both(self, operator, first, second):
        """A sum or a product of two values, one of which may be repeated."""
        shape = np.broadcast_shapes(first.shape, second.shape)
        if second.items > first.items or (first.tensor.data is not None and first.items == second.items):
            first, second = second, first
        first = self.expanded(first, shape)
        if not first.covers:
            first = self.settled(first)
        second = replace(second, shape=(*(1,) * (len(shape) - len(second.shape)), *second.shape),
                         strides=(*(0,) * (len(shape) - len(second.shape)), *second.strides))  # fmt: skip
        varying = [axis for axis, size in enumerate(second.shape) if size > 1]
        if varying and not (len(varying) == 1 and first.has_channels(varying[0])):
            second = self.expanded(second, shape)
            operand = self.dense(second, first.order, first.tensor.shape)
        else:
            operand = self.dense(second, None, (second.items,))
        output = Tensor(first.tensor.shape, name=self.node.output[0])
        return replace(first, tensor=self.append(operator, [first.tensor, operand], output), single=True)

    def constant_value(self, array, name=""):
        """A constant as a Value, in the file."""
        array = np.asarray(array).astype(np.float32)
        need(array.size, "has no items")
        order = own_order(array.shape)
        tensor = Tensor(own_shape(array.shape), name=name)
        tensor.data = np.ascontiguousarray(array.transpose(order)).reshape(tensor.shape)
        return Value(tensor, array.shape, dense_strides(array.shape), single=False)

    def pooled(self, operator, value, axes):
        """The mean or the largest of a value over some of its dimensions, which stay with size 1."""
        count = count_items([value.shape[axis] for axis in axes])
        if count >= 2**16 and len(axes) > 1:  # more than a window has: one dimension after the other
            return self.pooled(operator, self.pooled(operator, value, axes[:1]), axes[1:])
        shape = tuple(1 if axis in axes else size for axis, size in enumerate(value.shape))
        if is_image(value.shape) and set(axes) - {0} == {2, 3}:
            return self.add(operator, [self.image(value)], shape, kernel=value.shape[2:])
        need(count < 2**16, f"is over {count} items, at most {2**16 - 1} are possible")
        kept, items = [axis for axis in range(len(value.shape)) if axis not in axes], value.items // count
        source = self.dense(value, (*axes, *kept), (count, 1, items))
        output = self.append(operator, [source], Tensor((items,), name=self.node.output[0]), kernel=(count, 1))
        return Value(output, shape, dense_strides(shape, range(len(shape))))
