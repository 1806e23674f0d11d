"""The operators of ONNX, each as layers of unn. A method is named like its operator."""

import math
from dataclasses import replace

import numpy as np

from mpycam.errors import MpycamError
from mpycam.onnx_layers import LayerBuilder
from mpycam.onnx_value import Value, count_items, dense_strides, is_image, own_order, own_shape
from mpycam.unn_file import INFINITY, WEIGHTED, Tensor, need, window_count

# What takes a limit on its output, as an activation behind it is one.
LIMITED = ("conv2d", "depthwise_conv2d", "average_pool", "add", "multiply")

# What may read whole numbers: operators that only move items, and those that make real numbers of them.
TAKES_WHOLE_NUMBERS = frozenset((
    "Cast", "CastLike", "Concat", "DequantizeLinear", "DepthToSpace", "Expand", "Flatten", "Gather", "GlobalMaxPool",
    "Identity", "MaxPool", "Reshape", "Shape", "Size", "Slice", "SpaceToDepth", "Split", "Squeeze", "Tile", "Transpose",
    "Unsqueeze",
))  # fmt: skip

REPLACEMENTS = {
    **dict.fromkeys(("Elu", "Gelu", "Erf", "Selu", "Mish", "Softplus", "Celu"), "LeakyRelu or HardSwish"),
    **dict.fromkeys(("Exp", "Log", "Sqrt", "Reciprocal"), "Relu, Sigmoid, Mul or Pow with 2"),
    **dict.fromkeys(("Where", "Greater", "Less", "Equal", "Not", "And", "Or"), "Clip, Max or Min with a constant"),
    "LogSoftmax": "Softmax",
    "ConvTranspose": "Resize and Conv",
    **dict.fromkeys(("InstanceNormalization", "LayerNormalization", "GroupNormalization"), "BatchNormalization"),
    **dict.fromkeys(("LSTM", "GRU", "RNN"), "convolutions over single frames"),
    **dict.fromkeys(("ArgMax", "TopK", "NonMaxSuppression"), "the same on the answer, in the application"),
    **dict.fromkeys(
        ("QLinearConv", "QLinearMatMul", "QLinearAdd", "QLinearGlobalAveragePool", "QGemm", "ConvInteger", "MatMulInteger"),
        "QuantizeLinear and DequantizeLinear around it (the QDQ format)",
    ),
    "Attention": "convolutions",
    **dict.fromkeys(("Einsum",), "Conv, Gemm or MatMul"),
    **dict.fromkeys(("ReduceL2", "LpNormalization", "LpPool"), "AveragePool, or the same on the answer, in the application"),
}


class Operators(LayerBuilder):
    """Each method takes a node's attributes and returns the Value of its output, or a list for several outputs.

    None stands for an output without items.
    """

    def __init__(self):
        super().__init__()
        self.values, self.constants = {}, {}  # by their names in the graph
        self.empty = set()  # names of values without items
        self.readers = {}  # how many nodes and outputs read what has a name
        self.weight_scales = {}  # of constants that were int8: (scales, axis)
        self.inputs = []  # tensors

    def value(self, index, takes_pads=False, any_order=False):
        """The Value that the node's input is; a constant becomes one in the file."""
        name = self.node.input[index]
        if name not in self.values:
            return self.constant_value(self.constant(index), name)
        value = self.values[name]
        whole_numbers = value.whole_numbers and self.node.op_type not in TAKES_WHOLE_NUMBERS
        need(not whole_numbers, f"input {name} has whole numbers; put Cast to float or DequantizeLinear before")
        if not any_order:
            value = self.values[name] = self.moved(value)
        if not takes_pads:
            value = self.unpadded(value)
        return replace(value, single=value.single and self.readers[name] == 1)

    def constant(self, index, default=None):
        """The array that the node's input is, or the default where it has none."""
        if index >= len(self.node.input) or not self.node.input[index]:
            return default
        name = self.node.input[index]
        need(name not in self.values, f"input {name} must be constant")
        need(name not in self.empty, f"input {name} has no items")
        need(name in self.constants, f"input {name} is of no node that can be converted")
        return self.constants[name]

    def is_constant(self, index):
        return self.node.input[index] in self.constants

    # Windows

    def pads(self, attributes, kernel, stride, dilation, shape):
        """(top, left, bottom, right) of a window."""
        auto = attributes.get("auto_pad", b"NOTSET")
        if auto in (b"SAME_UPPER", b"SAME_LOWER"):
            ends = []
            for axis in range(2):
                span = (kernel[axis] - 1) * dilation[axis] + 1
                total = max(0, (math.ceil(shape[axis] / stride[axis]) - 1) * stride[axis] + span - shape[axis])
                ends.append(((total + (auto == b"SAME_LOWER")) // 2, total))
            return (ends[0][0], ends[1][0], ends[0][1] - ends[0][0], ends[1][1] - ends[1][0])
        need(auto in (b"VALID", b"NOTSET"), f"auto_pad {auto.decode()} is not known")
        return (0, 0, 0, 0) if auto == b"VALID" else tuple(attributes.get("pads", (0, 0, 0, 0)))

    def window(self, operator, value, kernel, attributes, channels, takes_pads, **options):
        """Add an operator that slides a window over the image, or over lines of items (one row)."""
        if len(value.shape) == 3 and len(kernel) == 1:
            rows = {"strides": (1,), "dilations": (1,), "pads": (0,)}
            attributes = {
                name: (*rows[name], *part) if len(part) == 1 else (0, part[0], 0, part[1])
                for name, part in attributes.items() if name in rows
            } | {name: part for name, part in attributes.items() if name not in rows}  # fmt: skip
            image = self.reshaped(value, (*value.shape[:2], 1, value.shape[2]))
            result = self.window(operator, image, (1, *kernel), attributes, channels, takes_pads, **options)
            return self.reshaped(result, (*result.shape[:2], result.shape[3]))
        need(len(kernel) == 2, f"has a window of {len(kernel)} dimensions, need 2")
        stride = tuple(attributes.get("strides", (1, 1)))
        dilation = tuple(attributes.get("dilations", (1, 1)))
        need(len(value.shape) == 4, f"needs channels, rows and columns, has shape {list(value.shape)}")
        outer = value.pads if takes_pads else (0, 0, 0, 0)
        pads = self.pads(attributes, kernel, stride, dilation, value.padded_shape[2:])
        need(len(pads) == 4 and min(pads) >= 0, f"pads {list(pads)} are not possible; use Slice to cut off")
        spans = [(kernel[axis] - 1) * dilation[axis] + 1 for axis in range(2)]
        pads = [have + more for have, more in zip(pads, outer, strict=True)]
        if takes_pads and any(pads[i] >= spans[i % 2] for i in range(4)):
            value, pads = self.settled(replace(value, pads=tuple(pads))), [0] * 4
        source = self.image(replace(value, pads=(0, 0, 0, 0)))
        shape = source.image_shape[:2]
        size = []
        for axis, span in enumerate(spans):
            before, after = pads[axis], pads[axis + 2]
            need(before < span and after < span, f"padding {max(before, after)} is not below the kernel's {span}")
            length = shape[axis] + before + after - span
            need(length >= 0, f"kernel {tuple(kernel)} is larger than the image {shape} with its padding")
            count = window_count(shape[axis], kernel[axis], stride[axis], before, after, dilation[axis])
            if attributes.get("ceil_mode") and length % stride[axis] and count * stride[axis] < shape[axis] + before:
                count += 1
            size.append(count)
        options |= {"kernel": tuple(kernel), "stride": stride, "padding": (pads[0], pads[1]), "dilation": dilation}
        return self.add(operator, [source], (1, channels, *size), **options)

    def _Conv(self, attributes):
        value, weights = self.value(0, takes_pads=True), self.constant(1).astype(np.float32)
        need(weights.ndim == len(value.shape), f"has weights of {weights.ndim} dimensions, the input {len(value.shape)}")
        need(weights.ndim in (3, 4), f"has weights of {weights.ndim} dimensions, need 4")
        outs, groups, channels = len(weights), attributes.get("group", 1), value.shape[1]
        need(weights.shape[1] * groups == channels, f"takes {weights.shape[1] * groups} channels, gets {channels}")
        bias = self.constant(2, np.zeros(outs)).astype(np.float32)
        kernel, options = weights.shape[2:], {}
        weights = weights.reshape(*weights.shape[:2], 1, -1) if weights.ndim == 3 else weights
        if groups == channels == outs and groups > 1:
            operator, weights = "depthwise_conv2d", weights[:, 0].transpose(1, 2, 0)
        else:
            operator, weights, options["groups"] = "conv2d", weights.transpose(0, 2, 3, 1), groups
        options["weight_scales"] = self.scales_of(1, outs, 0)
        weights = np.ascontiguousarray(weights)
        return self.window(operator, value, kernel, attributes, outs, True, weights=weights, bias=bias, **options)

    def scales_of(self, index, outs, axis):
        """The scales of weights that were int8, one for each output, which are an axis of them."""
        scales, along = self.weight_scales.get(self.node.input[index], (None, axis))
        if scales is None or (scales.size > 1 and along != axis):
            return None
        return np.broadcast_to(scales, outs).astype(np.float32)

    def _MaxPool(self, attributes):
        value, same = self.value(0), b"SAME" in attributes.get("auto_pad", b"")
        dilated = same and any(size != 1 for size in attributes.get("dilations", ()))
        # ONNX Runtime's own way differs from ONNX's
        need(not dilated, "with auto_pad and dilation is not computed alike everywhere; give pads")
        return self.window("max_pool", value, attributes["kernel_shape"], attributes, value.shape[1], False)

    def _AveragePool(self, attributes):
        kernel, counts = attributes["kernel_shape"], bool(attributes.get("count_include_pad", 0))
        value = self.value(0, takes_pads=counts)
        padded = any(attributes.get("pads", (0,))) or b"SAME" in attributes.get("auto_pad", b"")
        if any(size != 1 for size in attributes.get("dilations", ())):
            unequal = attributes.get("ceil_mode") or (padded and not counts)
            need(not unequal and len(kernel) == 2, "dilation with padding that does not count is not supported; use Conv")
            weights = np.full((*kernel, value.shape[1]), 1 / count_items(kernel), np.float32)
            bias = np.zeros(value.shape[1], np.float32)
            options = {"weights": weights, "bias": bias}
            return self.window("depthwise_conv2d", value, kernel, attributes, value.shape[1], True, **options)
        # a window that reaches behind the padding is cut off there
        if counts and attributes.get("ceil_mode") and len(value.shape) == 4:
            return self.average_with_padding(value, kernel, attributes)
        count_padding = not attributes.get("ceil_mode") and (counts or not padded)
        return self.window("average_pool", value, kernel, attributes, value.shape[1], counts, count_padding=count_padding)

    def average_with_padding(self, value, kernel, attributes):
        """An average whose padding counts, but not what lies behind it; no window starts in what pads the end."""
        stride = attributes.get("strides", (1, 1))
        pads = self.pads(attributes, kernel, stride, (1, 1), value.padded_shape[2:])
        ends = [value.padded_shape[axis + 2] + pads[axis] for axis in range(2)]
        value = self.settled(replace(value, pads=tuple(have + more for have, more in zip(value.pads, pads, strict=True))))
        unpadded = {"strides": stride, "ceil_mode": 1}
        result = self.window("average_pool", value, kernel, unpadded, value.shape[1], False, count_padding=False)
        for axis in range(2):
            result = self.part(result, axis + 2, 0, min(result.shape[axis + 2], -(-ends[axis] // stride[axis])))
        return result

    def over_all(self, operator):
        value = self.value(0)
        need(len(value.shape) > 2, f"needs rows and columns, has shape {list(value.shape)}")
        return self.pooled(operator, value, list(range(2, len(value.shape))))

    def _GlobalAveragePool(self, attributes):
        return self.over_all("average_pool")

    def _GlobalMaxPool(self, attributes):
        return self.over_all("max_pool")

    def reduce(self, operator, attributes, value):
        axes = self.axes(attributes, len(value.shape))
        if not axes and attributes.get("noop_with_empty_axes", 0):
            return value
        axes = sorted(set(axes or range(len(value.shape))))
        result = self.pooled(operator, value, axes)
        if attributes.get("keepdims", 1):
            return result
        kept = [axis for axis in range(len(result.shape)) if axis not in axes]
        shape, strides = (tuple(part[axis] for axis in kept) for part in (result.shape, result.strides))
        return replace(result, shape=shape, strides=strides)

    def _ReduceMean(self, attributes):
        return self.reduce("average_pool", attributes, self.value(0))

    def _ReduceMax(self, attributes):
        return self.reduce("max_pool", attributes, self.value(0))

    def _ReduceMin(self, attributes):
        return self.negated(self.reduce("max_pool", attributes, self.negated(self.value(0))))

    def _ReduceSum(self, attributes):
        value = self.value(0)
        result = self.reduce("average_pool", attributes, value)
        return self.affine(result, value.items / result.items, 0.0)

    # Products with matrices

    def product(self, value, weights, bias, scales):
        """A dense layer on the last dimension of a value: weights (out, in) see its items in ONNX's order."""
        taken = value.shape[-1]
        need(weights.shape[1] == taken, f"takes {weights.shape[1]} items, gets {taken}")
        shape = (*value.shape[:-1], len(weights))
        options = {"bias": bias.astype(np.float32), "weight_scales": scales}
        if count_items(value.shape) == taken:
            return self.dense_layer(value.flat_of or value, weights, shape, options)
        # of each position the same: a window of one pixel
        value = self.channels_last(self.moved(value), len(value.shape) - 1)
        tensor = value.tensor
        output = Tensor((*tensor.image_shape[:2], len(weights)), name=self.node.output[0])
        options["weights"] = np.ascontiguousarray(weights[:, None, None])
        strides = tuple(stride // taken * len(weights) for stride in value.strides[:-1])
        return Value(self.append("conv2d", [tensor], output, **options), shape, (*strides, 1))

    def dense_layer(self, value, weights, shape, options):
        """A window as large as the image, which has its items in whatever order they lie."""
        grid = np.indices(value.shape).reshape(len(value.shape), -1)
        places = value.start + np.array(value.strides, np.int64) @ grid
        tensor = value.tensor
        if tensor.data is not None or not value.covers:
            tensor, places = self.move(value, (value.items,), tuple(range(len(value.shape)))), np.arange(value.items)
        ordered = np.empty_like(weights)
        ordered[:, places] = weights
        options["weights"] = np.ascontiguousarray(ordered.reshape(len(weights), *tensor.image_shape))
        output = Tensor((len(weights),), name=self.node.output[0])
        return Value(
            self.append("conv2d", [tensor], output, kernel=tensor.image_shape[:2], **options), shape, dense_strides(shape)
        )

    def _Gemm(self, attributes):
        weights = self.constant(1).astype(np.float32) * np.float32(attributes.get("alpha", 1.0))
        weights = weights if attributes.get("transB", 0) else weights.T
        value, scales = self.value(0, any_order=True), self.scales_of(1, len(weights), int(not attributes.get("transB", 0)))
        need(len(value.shape) == 2, f"needs two dimensions, has shape {list(value.shape)}")
        if attributes.get("transA", 0):
            value = self.transposed(self.moved(value), (1, 0))
        if attributes.get("alpha", 1.0) != 1.0:
            scales = None
        bias = self.constant(2, np.zeros(1)).astype(np.float32) * np.float32(attributes.get("beta", 1.0))
        if bias.size == 1 or (bias.shape[-1] == len(weights) == bias.size):
            return self.product(value, weights, np.broadcast_to(bias.ravel(), len(weights)), scales)
        return self.affine(self.product(value, weights, np.zeros(len(weights)), scales), 1.0, bias)

    def _MatMul(self, attributes):
        constants = [self.is_constant(index) for index in range(2)]
        need(any(constants), "of two values is not supported; use a constant matrix, or Mul and ReduceSum")
        weights = self.constants[self.node.input[int(constants[1])]].astype(np.float32)
        weights = weights.reshape(weights.shape[-2:]) if weights.ndim > 2 and set(weights.shape[:-2]) == {1} else weights
        need(1 <= weights.ndim <= 2, f"with {weights.ndim} dimensions of constants is not supported; use one matrix")
        value = self.value(int(not constants[1]), any_order=constants[1])
        lead, column, flat = value.shape[:-1], len(value.shape) == 1, weights.ndim == 1
        if constants[1]:
            matrix = weights[:, None] if flat else weights
            outs = matrix.shape[1]
            value = self.reshaped(value, (1, *value.shape)) if column else value
            result = self.product(value, matrix.T, np.zeros(outs), self.scales_of(1, outs, weights.ndim - 1))
            return self.reshaped(result, (*lead, *matrix.shape[1 : 2 - flat]))
        # (a b)' = b' a'
        matrix = weights[None] if flat else weights
        value = self.reshaped(value, (*value.shape, 1)) if column else value
        rank = len(value.shape)
        turned = (*range(rank - 2), rank - 1, rank - 2)
        result = self.product(self.transposed(value, turned), matrix, np.zeros(len(matrix)), None)
        result = self.transposed(result, turned)
        kept = [axis for axis in range(rank) if not (column and axis == rank - 1) and not (flat and axis == rank - 2)]
        return self.reshaped(result, [result.shape[axis] for axis in kept])

    # Arithmetic

    def affine(self, value, factor, shift):
        """value * factor + shift, of numbers or arrays: folded into the layer before where possible."""
        factor, shift = (np.asarray(part, np.float64) for part in (factor, shift))
        value = self.expanded(value, np.broadcast_shapes(value.shape, factor.shape, shift.shape))
        rank = len(value.shape)
        factor, shift = (part.reshape((1,) * (rank - part.ndim) + part.shape) for part in (factor, shift))
        varying = [axis for axis in range(rank) if factor.shape[axis] > 1 or shift.shape[axis] > 1]
        if len(varying) > 1:
            for operator, part, nothing in (("multiply", factor, 1), ("add", shift, 0)):
                if part.size == 1 and part.item() != nothing:
                    value = self.affine(value, *((part, 0.0) if operator == "multiply" else (1.0, part)))
                elif part.size > 1:
                    value = self.both(operator, value, self.constant_value(part))
            return value
        if varying:
            value = self.channels_last(value, varying[0])
        elif not value.covers:
            value = self.settled(value)
        layer = self.producer(value.tensor)
        free = layer is not None and layer.operator in WEIGHTED and (layer.lowest, layer.highest) == (-INFINITY, INFINITY)
        if not (free and value.single and layer.weight_scales is None and value.tensor.fixed_scale is None):
            tensor = value.tensor
            if tensor.image_shape[:2] == (1, 1) and not varying:  # one number needs no weight for every item
                tensor = self.reshape(tensor, (1, tensor.items // math.gcd(tensor.items, 64), math.gcd(tensor.items, 64)))
            channels = tensor.image_shape[2]
            output = Tensor(tensor.shape, name=self.node.output[0])
            weights, bias = np.ones((1, 1, channels), np.float32), np.zeros(channels, np.float32)
            self.append("depthwise_conv2d", [tensor], output, weights=weights, bias=bias)
            layer, value = self.layers[-1], replace(value, tensor=output, single=True)
        channels = layer.output.image_shape[2]
        factor, shift = (np.broadcast_to(part.ravel(), channels) for part in (factor, shift))
        spread = factor if layer.operator == "depthwise_conv2d" else factor.reshape(-1, 1, 1, 1)
        layer.weights = (layer.weights * spread).astype(np.float32)
        layer.bias = (layer.bias * factor + shift).astype(np.float32)
        return value

    def _BatchNormalization(self, attributes):
        need(not attributes.get("training_mode", 0), "in training mode is not supported; export in eval mode")
        scale, shift, mean, variance = (self.constant(index).astype(np.float64) for index in range(1, 5))
        variance = variance + attributes.get("epsilon", 1e-5)
        need(np.all(variance > 0), "has a variance that is not above 0")
        factor, value = scale / np.sqrt(variance), self.value(0)
        spread = (-1, *(1,) * (len(value.shape) - 2))
        return self.affine(value, factor.reshape(spread), (shift - mean * factor).reshape(spread))

    def arithmetic(self, operator, constant_form):
        """A sum or product of two values; constant_form makes (factor, shift) of a constant operand."""
        for index in range(2):
            if self.is_constant(index):
                array = self.constant(index).astype(np.float64)
                need(array.size, "has no items")
                return self.affine(self.value(1 - index), *constant_form(array, index))
        first, second = self.value(0), self.value(1)
        if self.node.op_type == "Sub":
            second = self.negated(replace(second, single=False))
        return self.both(operator, first, second)

    def _Add(self, attributes):
        return self.arithmetic("add", lambda numbers, index: (1.0, numbers))

    def _Sub(self, attributes):
        return self.arithmetic("add", lambda numbers, index: (1.0, -numbers) if index else (-1.0, numbers))

    def _Mul(self, attributes):
        return self.arithmetic("multiply", lambda numbers, index: (numbers, 0.0))

    def _Div(self, attributes):
        need(self.is_constant(1), "by a value is not supported; use Mul")
        need(np.all(self.constant(1) != 0), "by 0 is not supported")
        return self.arithmetic("multiply", lambda numbers, index: (1 / numbers, 0.0))

    def negated(self, value):
        return self.affine(value, -1.0, 0.0)

    def _Neg(self, attributes):
        return self.negated(self.value(0))

    def _Pow(self, attributes):
        exponent, value = self.constant(1), self.value(0)
        need(np.all(np.isin(exponent, (1, 2, 3))), "needs the exponent 2 or 3")
        need(exponent.size == 1, "needs one exponent for all")
        result = value
        for _ in range(int(exponent.item()) - 1):
            result = self.both("multiply", result, value)
        return result

    def operands(self):
        """(single numbers, the other operands as Values) of a node with any number of inputs."""
        indices = range(len(self.node.input))
        single = {index for index in indices if self.is_constant(index) and self.constant(index).size == 1}
        return [float(self.constant(i).item()) for i in single], [self.value(i) for i in indices if i not in single]

    def _Sum(self, attributes):
        numbers, (result, *others) = self.operands()
        for other in others:
            result = self.both("add", result, other)
        return self.affine(result, 1.0, sum(numbers)) if numbers else result

    def _Mean(self, attributes):
        return self.affine(self._Sum(attributes), 1 / len(self.node.input), 0.0)

    def extreme(self, sign):
        """The largest (sign 1) or smallest (-1) of all inputs at each place."""
        numbers, values = self.operands()
        shape = np.broadcast_shapes(*(value.shape for value in values))
        if len(values) > 1:
            parts = [self.expanded(value, shape) for value in values]
            parts = [replace(value, shape=(1, *value.shape), strides=(0, *value.strides)) for value in parts]
            stacked = self.concatenated(parts, 0)
            result = self.pooled("max_pool", stacked if sign > 0 else self.negated(stacked), [0])
            value = replace(result, shape=result.shape[1:], strides=result.strides[1:])
            value = value if sign > 0 else self.negated(value)
        else:
            value = values[0]
        for number in numbers:
            value = self.limit(value, number, INFINITY) if sign > 0 else self.limit(value, -INFINITY, number)
        return value

    def _Max(self, attributes):
        return self.extreme(1)

    def _Min(self, attributes):
        return self.extreme(-1)

    # Activations

    def limit(self, value, lowest, highest):
        """Limits a value, in the layer that makes it where nothing else reads that."""
        lowest = min(lowest, highest)
        layer = self.producer(value.tensor)
        below = layer is not None and layer.operator == "max_pool" and highest == INFINITY and lowest <= 0
        if layer is not None and value.single and value.covers and (layer.operator in LIMITED or below):
            if layer.output.fixed_scale is None:
                ends = (min(max(end, lowest), highest) for end in (layer.lowest, layer.highest))
                layer.lowest, layer.highest = ends
                return value
        return self.each("activation", value, lowest=lowest, highest=highest)

    def _Relu(self, attributes):
        return self.limit(self.value(0), 0.0, INFINITY)

    def _Clip(self, attributes):
        lowest, highest = self.constant(1, -INFINITY), self.constant(2, INFINITY)
        return self.limit(self.value(0), float(np.asarray(lowest).item()), float(np.asarray(highest).item()))

    def function(self, function, *parameters):
        return self.each("activation", self.value(0), function=function, parameters=(*parameters, 0.0, 0.0)[:2])

    def _LeakyRelu(self, attributes):
        return self.function("leaky_relu", attributes.get("alpha", 0.01))

    def _Abs(self, attributes):
        return self.function("leaky_relu", -1.0)

    def _PRelu(self, attributes):
        slope, value = self.constant(1), self.value(0)
        if np.all(slope == slope.ravel()[0]):
            return self.function("leaky_relu", float(slope.ravel()[0]))
        above = self.each("activation", value, lowest=0.0)
        below = self.each("activation", value, highest=0.0)
        return self.both("add", above, self.affine(below, slope, 0.0))

    def _HardSwish(self, attributes):
        return self.function("hard_swish", 1 / 6, 0.5)

    def _HardSigmoid(self, attributes):
        return self.function("hard_sigmoid", attributes.get("alpha", 0.2), attributes.get("beta", 0.5))

    def _Sigmoid(self, attributes):
        return self.function("sigmoid")

    def _Tanh(self, attributes):
        return self.function("tanh")

    def _Swish(self, attributes):
        value = self.value(0)
        inner = self.affine(replace(value, single=False), attributes.get("alpha", 1.0), 0.0)
        return self.both("multiply", value, self.each("activation", inner, function="sigmoid"))

    def _Softmax(self, attributes):
        value = self.value(0)
        value = self.channels_last(value, attributes.get("axis", -1) % len(value.shape))
        return self.each("softmax", value)

    # Views

    def _Identity(self, attributes):
        return self.value(0, takes_pads=True, any_order=True)

    def _Dropout(self, attributes):
        training = self.constant(2, np.array(False))
        need(not np.any(training) or not np.any(self.constant(1, np.array(0.5))), "in training mode is not supported")
        return self.value(0, takes_pads=True, any_order=True)

    def _Cast(self, attributes):
        value = self.value(0, takes_pads=True)
        is_float = attributes["to"] in (1, 10, 11, 16)
        need(is_float or value.whole_numbers is not None, "to whole numbers is not supported; leave it out")
        return replace(value, whole_numbers=None) if is_float else value

    def _CastLike(self, attributes):
        return replace(self.value(0), whole_numbers=None)

    def _Reshape(self, attributes):
        value, shape = self.value(0), [int(size) for size in self.constant(1)]
        if not attributes.get("allowzero", 0):
            shape = [value.shape[axis] if size == 0 else size for axis, size in enumerate(shape)]
        known = count_items([size for size in shape if size != -1])
        shape = [value.items // known if size == -1 else size for size in shape]
        need(count_items(shape) == value.items, f"makes {shape} of {list(value.shape)}")
        return self.reshaped(value, shape)

    def _Flatten(self, attributes):
        value = self.value(0)
        axis = slice(attributes.get("axis", 1)).indices(len(value.shape))[1]
        return self.reshaped(value, (count_items(value.shape[:axis]), count_items(value.shape[axis:])))

    def axes(self, attributes, rank):
        axes = attributes.get("axes")
        axes = self.constant(1) if axes is None else axes
        return None if axes is None else [int(axis) % rank for axis in axes]

    def _Squeeze(self, attributes):
        value = self.value(0)
        axes = self.axes(attributes, len(value.shape))
        axes = [axis for axis, size in enumerate(value.shape) if size == 1] if axes is None else axes
        return self.reshaped(value, [size for axis, size in enumerate(value.shape) if axis not in axes])

    def _Unsqueeze(self, attributes):
        value = self.value(0)
        shape, axes = list(value.shape), self.constant(1).ravel()
        for axis in sorted(int(axis) % (len(shape) + len(axes)) for axis in axes):
            shape.insert(axis, 1)
        return self.reshaped(value, shape)

    def _Transpose(self, attributes):
        value = self.value(0)
        return self.transposed(value, attributes.get("perm", range(len(value.shape))[::-1]))

    def _Expand(self, attributes):
        value = self.value(0)
        return self.expanded(value, np.broadcast_shapes(value.shape, tuple(int(size) for size in self.constant(1))))

    def _Tile(self, attributes):
        value, counts = self.value(0), [int(count) for count in self.constant(1)]
        shape = [count * size for count, size in zip(counts, value.shape, strict=True)]
        apart, wide = (tuple(part for pair in zip(first, value.shape, strict=True) for part in pair)
                       for first in ((1,) * len(counts), counts))  # fmt: skip
        return self.reshaped(self.expanded(self.reshaped(value, apart), wide), shape)

    def _Slice(self, attributes):
        value = self.value(0)
        starts, ends = self.constant(1), self.constant(2)
        axes, steps = self.constant(3, np.arange(len(starts))), self.constant(4, np.ones(len(starts), int))
        for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
            axis = int(axis) % len(value.shape)
            places = range(*slice(int(start), int(end), int(step)).indices(value.shape[axis]))
            value = self.picked(value, axis, places)
        return value

    def _Gather(self, attributes):
        value, places = self.value(0), self.constant(1)
        axis = attributes.get("axis", 0) % len(value.shape)
        value = self.picked(value, axis, places.ravel() % value.shape[axis])
        return self.reshaped(value, (*value.shape[:axis], *places.shape, *value.shape[axis + 1 :]))

    def _GatherND(self, attributes):
        value, places = self.value(0), self.constant(1)
        need(places.shape[-1] == 1 and not attributes.get("batch_dims", 0), "of single items is not supported; use Gather")
        value = self.picked(value, 0, places.ravel() % value.shape[0])
        return self.reshaped(value, (*places.shape[:-1], *value.shape[1:]))

    def _Split(self, attributes):
        value = self.value(0)
        axis = attributes.get("axis", 0) % len(value.shape)
        sizes = self.constant(1)
        if sizes is None:
            each = math.ceil(value.shape[axis] / len(self.node.output))
            sizes = [max(0, min(each, value.shape[axis] - each * i)) for i in range(len(self.node.output))]
        need(min(sizes) >= 0 and sum(sizes) == value.shape[axis], f"into {list(map(int, sizes))} of {value.shape[axis]}")
        starts = np.cumsum([0, *sizes[:-1]])
        return [
            self.part(value, axis, int(start), int(size)) if size else None
            for start, size in zip(starts, sizes, strict=True)
        ]

    def _Concat(self, attributes):
        values = [self.value(index) for index, name in enumerate(self.node.input) if name not in self.empty]
        return self.concatenated(values, attributes["axis"] % len(values[0].shape))

    def _Pad(self, attributes):
        mode = attributes.get("mode", b"constant").decode()
        value = self.value(0, takes_pads=mode == "constant")
        rank, pads = len(value.shape), [int(pad) for pad in self.constant(1)]
        axes = [int(axis) % rank for axis in self.constant(3, np.arange(rank))]
        need(len(pads) == 2 * len(axes), f"has {len(pads)} pads for {len(axes)} dimensions")
        ends = {axis: (pads[i], pads[i + len(axes)]) for i, axis in enumerate(axes)}
        if mode != "constant":
            return self.mirrored(value, ends, mode)
        number = self.constant(2, np.zeros(1))
        number = float(number.astype(np.float64).item()) if number.size else 0.0
        before, after = ([max(0, ends.get(axis, (0, 0))[side]) for axis in range(rank)] for side in range(2))
        for axis, (first, last) in ends.items():
            if min(first, last) < 0:
                value = self.unpadded(value)
                places = range(max(0, -first), value.shape[axis] + min(0, last))
                value = self.picked(value, axis, places)
        if rank == 4 and number == 0 and not any((*before[:2], *after[:2])):
            pads = (before[2], before[3], after[2], after[3])
            return replace(value, pads=tuple(have + more for have, more in zip(value.pads, pads, strict=True)))
        value = self.unpadded(value)
        shape = [size + before[axis] + after[axis] for axis, size in enumerate(value.shape)]
        strides = dense_strides(shape)
        output = Tensor(own_shape(shape), name=self.node.output[0])
        start = sum(first * stride for first, stride in zip(before, strides, strict=True))
        self.add_move(value, output, strides, start, own_order(shape), number)
        return Value(output, tuple(shape), strides)

    def mirrored(self, value, ends, mode):
        """A value with more of its own items around it."""
        need(mode in ("reflect", "edge", "wrap"), f"in mode {mode} is not known")
        for axis, (before, after) in ends.items():
            if before or after:
                places = np.arange(max(0, -before), value.shape[axis] + min(0, after))
                places = np.pad(places, (max(0, before), max(0, after)), mode=mode)
                value = self.picked(value, axis, places)
        return value

    def depth(self, attributes, to_space):
        value, size = self.value(0), attributes["blocksize"]
        need(len(value.shape) == 4, f"needs channels, rows and columns, has shape {list(value.shape)}")
        batch, channels, height, width = value.shape
        depth_first = attributes.get("mode", b"DCR") == b"DCR"
        # the shape in which blocks and what lies in them are dimensions, and their order in the result
        if not to_space:
            apart = (batch, channels, height // size, size, width // size, size)
            order = (0, 3, 5, 1, 2, 4) if depth_first else (0, 1, 3, 5, 2, 4)
            shape = (batch, channels * size**2, height // size, width // size)
        else:
            less = channels // size**2
            apart = (batch, size, size, less, height, width) if depth_first else (batch, less, size, size, height, width)
            order = (0, 3, 4, 1, 5, 2) if depth_first else (0, 1, 4, 2, 5, 3)
            shape = (batch, less, height * size, width * size)
        need(count_items(apart) == value.items, f"blocks of {size} do not fit {list(value.shape)}")
        value = self.transposed(self.reshaped(value, apart), order)
        # in the order of the result's own tensor: rows, columns, channels
        split = range(6) if not is_image(shape) else (0, 2, 3, 4, 5, 1) if to_space else (0, 4, 5, 1, 2, 3)
        return Value(self.move(value, own_shape(shape), split), shape, dense_strides(shape))

    def _DepthToSpace(self, attributes):
        return self.depth(attributes, True)

    def _SpaceToDepth(self, attributes):
        return self.depth(attributes, False)

    # Resize

    def _Resize(self, attributes):
        value = self.value(0)
        mode = attributes.get("mode", b"nearest").decode()
        need(mode in ("nearest", "linear"), f"in mode {mode} is not supported; use linear")
        need(not attributes.get("antialias", 0), "with antialias is not supported; use AveragePool")
        shape, rank = value.shape, len(value.shape)
        axes = [int(axis) % rank for axis in attributes.get("axes", range(rank))]
        scales, sizes = self.constant(2), self.constant(3)
        wanted, factors = list(shape), [1.0] * rank
        if sizes is not None and len(sizes):
            policy = attributes.get("keep_aspect_ratio_policy", b"stretch")
            for position, axis in enumerate(axes):
                wanted[axis], factors[axis] = int(sizes[position]), int(sizes[position]) / shape[axis]
            if policy != b"stretch":
                factor = (min if policy == b"not_larger" else max)(factors[axis] for axis in axes)
                for axis in axes:
                    wanted[axis], factors[axis] = math.floor(shape[axis] * factor + 0.5), factor
        else:
            for position, axis in enumerate(axes):
                factors[axis] = float(scales[position])
                wanted[axis] = math.floor(shape[axis] * factors[axis])
        changed = [axis for axis in range(rank) if wanted[axis] != shape[axis] or factors[axis] != 1]
        need(rank in (3, 4) and len(changed) <= 2 and min(wanted) > 0, f"from {list(shape)} to {wanted} is not supported")
        # the two dimensions that change become rows and columns
        last = [*(axis for axis in range(1, rank) if axis not in changed), *changed]
        order, batch = (0, *last), 0 in changed
        need(not batch, "of the batch is not supported")
        turned = self.transposed(value, order)
        if rank == 3:
            turned = self.reshaped(turned, (*turned.shape[:2], 1, turned.shape[2]))
        rows, columns = (
            between(attributes, mode, shape[axis], wanted[axis], factors[axis]) if axis is not None else [(0, 0, 0.0)]
            for axis in ((None, order[2]) if rank == 3 else order[2:])
        )
        target = (*turned.shape[:2], len(rows), len(columns))
        result = self.add("resize", [self.image(turned)], target, rows=rows, columns=columns)
        if rank == 3:
            result = self.reshaped(result, (*target[:2], target[3]))
        return self.transposed(result, tuple(np.argsort(order)))

    # Networks that were quantised before

    def scale_of(self, node, unsigned):
        """(scales, zero points as of int8) of a QuantizeLinear or DequantizeLinear of uint8 or int8."""
        scale, zero = self.constant(1).astype(np.float32), self.constant(2)
        kind = zero.dtype.name if zero is not None else "uint8" if unsigned else "int8"
        need(kind in ("int8", "uint8", "int32"), f"has the type {kind}, need int8 or uint8")
        need(not any(entry.name == "block_size" and entry.i for entry in node.attribute), "of blocks is not supported")
        zero = np.zeros(scale.shape, np.int64) if zero is None else zero.astype(np.int64)
        return scale, zero - 128 * (kind == "uint8")

    def quantise_linear(self, node):
        kind = next((entry.i for entry in node.attribute if entry.name == "output_dtype"), 0)
        zero = self.constant(2)
        unsigned = kind != 3 if zero is None else zero.dtype.name == "uint8"
        need(kind in (0, 2, 3), "has another type than int8 or uint8")
        scale, zero = self.scale_of(node, unsigned)
        need(scale.size == 1, "of a value per channel is not supported; use one scale")
        need(scale.item() > 0, f"has the scale {scale.item()}")
        value, fixed = self.value(0, any_order=True), (float(scale.item()), int(zero.item()))
        free = value.covers and self.readers[node.input[0]] == 1 and value.tensor.fixed_scale is None
        if value.tensor.fixed_scale != fixed and not (free and (value.single or value.tensor in self.inputs)):
            value = self.each("activation", self.moved(value))
        value.tensor.fixed_scale = fixed
        return replace(value, whole_numbers=(*fixed, unsigned))

    def dequantise_linear(self, node):
        value = self.value(0, any_order=True)
        need(value.whole_numbers is not None, "needs whole numbers")
        old_scale, old_zero, unsigned = value.whole_numbers
        scale, zero = self.scale_of(node, unsigned)
        real, tensor = replace(value, whole_numbers=None), value.tensor
        if scale.size == 1 and (float(scale.item()), int(zero.item())) == (old_scale, old_zero):
            return real
        if scale.size == 1 and tensor in self.inputs and self.readers[node.input[0]] == 1 and tensor.fixed_scale is None:
            tensor.fixed_scale = float(scale.item()), int(zero.item())
            tensor.pixel_scale, tensor.pixel_offset = tensor.fixed_scale[0], float(zero.item() + 128 * unsigned)
            return real
        # what stands for a whole number is (number - zero point) * scale
        axis = next((entry.i for entry in node.attribute if entry.name == "axis"), 1) % len(real.shape)
        spread = (-1, *(1,) * (len(real.shape) - 1 - axis)) if scale.size > 1 else ()
        factor, shift = scale.astype(np.float64) / old_scale, (old_zero - zero) * scale.astype(np.float64)
        return self.affine(self.moved(real), factor.reshape(spread), shift.reshape(spread))

    def scales_of_weights(self, node):
        """Remember the scales of weights that can be stored as they are."""
        array = self.constants[node.input[0]]
        if array.dtype.name in ("int8", "uint8"):
            scale, zero = self.scale_of(node, array.dtype == np.uint8)
            if not np.any(zero + 128 * (self.constant(2) is None and array.dtype == np.uint8)):
                axis = next((entry.i for entry in node.attribute if entry.name == "axis"), 1)
                self.weight_scales[node.output[0]] = scale.ravel(), axis % max(1, array.ndim)


def between(attributes, mode, size, wanted, factor):
    """For each output row or column (first, second, part of the second) of the input's."""
    transformation = attributes.get("coordinate_transformation_mode", b"half_pixel").decode()
    places = np.arange(wanted, dtype=np.float64)
    if transformation == "asymmetric":
        places = places / factor
    elif transformation == "align_corners":
        whole = factor * size - wanted
        need(abs(whole) < 1e-3, f"with align_corners of {size} items times {factor:g} is not defined alike; give sizes")
        places = places * ((size - 1) / (wanted - 1)) if wanted > 1 else places * 0
    elif transformation in ("half_pixel", "pytorch_half_pixel"):
        places = (places + 0.5) / factor - 0.5 if wanted > 1 or transformation == "half_pixel" else places * 0
    elif transformation == "half_pixel_symmetric":
        centre = size / 2 * (1 - wanted / (factor * size))
        places = centre + (places + 0.5) / factor - 0.5
    else:
        raise MpycamError(f"with {transformation} is not supported; use half_pixel")
    if mode == "nearest":
        rounding = attributes.get("nearest_mode", b"round_prefer_floor").decode()
        rounds = {
            "round_prefer_floor": lambda x: np.ceil(x - 0.5), "round_prefer_ceil": lambda x: np.floor(x + 0.5),
            "floor": np.floor, "ceil": np.ceil,
        }  # fmt: skip
        need(rounding in rounds, f"with {rounding} is not known")
        nearest = np.clip(rounds[rounding](places), 0, size - 1).astype(int)
        return [(int(place), int(place), 0.0) for place in nearest]
    places = np.clip(places, 0, size - 1)
    first = np.minimum(np.floor(places).astype(int), size - 1)
    second = np.minimum(first + 1, size - 1)
    return [(int(a), int(b), float(np.float32(place - a))) for a, b, place in zip(first, second, places, strict=True)]
