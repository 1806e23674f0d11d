"""ONNX graphs to float32 networks of unn.

An ONNX value has its channels before rows and columns, a tensor of unn behind
them. What a value is, is therefore kept as a view: a tensor, and for each
dimension of the value how many items lie between neighbours. Transpose, Reshape
and the like only change the view; an operator that needs the items in its own
order gets a `move` where they do not lie so already.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from mpycam.errors import MpycamError
from mpycam.unn_file import INFINITY, SAME_SHAPE, WEIGHTED, Layer, Network, Tensor, need, window_count

OLDEST_OPSET = 13

# What takes a limit on its output, as an activation behind it is one.
LIMITED = ("conv2d", "depthwise_conv2d", "average_pool", "add", "multiply")

REPLACEMENTS = {
    **dict.fromkeys(("Elu", "Gelu", "Erf", "Selu", "Mish", "Softplus", "Celu"), "LeakyRelu or HardSwish"),
    **dict.fromkeys(("Abs", "Exp", "Log", "Sqrt", "Reciprocal"), "Relu, Sigmoid, Mul or Pow with 2"),
    **dict.fromkeys(("Where", "Greater", "Less", "Equal", "Not", "And", "Or"), "Clip, Max or Min with a constant"),
    "LogSoftmax": "Softmax",
    "ConvTranspose": "Resize and Conv",
    **dict.fromkeys(("InstanceNormalization", "LayerNormalization", "GroupNormalization"), "BatchNormalization"),
    **dict.fromkeys(("LSTM", "GRU", "RNN"), "convolutions over single frames"),
    **dict.fromkeys(("ArgMax", "TopK", "NonMaxSuppression"), "the same on the answer, in the application"),
    **dict.fromkeys(("QLinearConv", "ConvInteger", "QLinearMatMul"), "QuantizeLinear and DequantizeLinear around it"),
    "Attention": "convolutions",
}


@dataclass
class Value:
    """A view of a tensor: ONNX's shape, the items between neighbours along each dimension, the first item.

    single: nothing else reads the tensor, so that its layer may be changed.
    pads: zeros around it, (top, left, bottom, right), which a window may take over.
    flat_of: the value whose items it has in ONNX's order, where no view has them:
    a dense layer orders its weights accordingly, for others they are moved.
    """

    tensor: Tensor
    shape: tuple
    strides: tuple
    start: int = 0
    single: bool = True
    pads: tuple = (0, 0, 0, 0)
    flat_of: "Value | None" = None


def import_onnx(model, scale=1 / 255, offset=0.0, labels=(), input_shapes=None):
    """Return the float32 Network of an ONNX model (a ModelProto).

    scale, offset: the network sees (pixel - offset) * scale. labels: one per
    item of the first output. input_shapes: {name: ONNX shape} where the model
    leaves dimensions open. Raises MpycamError that names the node.
    """
    opset = max((entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), default=0)
    if opset < OLDEST_OPSET:
        raise MpycamError(f"opset {opset} is too old, need {OLDEST_OPSET} or newer: export the model again")
    return _Importer(model, scale, offset, input_shapes or {}).run(tuple(labels))


def _order(rank):
    """The dimensions of a value in the order in which its items lie in a tensor of its own."""
    return (0, 2, 3, 1) if rank == 4 else tuple(range(rank))


def _dense_strides(shape, order):
    strides, step = [0] * len(shape), 1
    for axis in reversed(order):
        strides[axis] = step
        step *= shape[axis]
    return tuple(strides)


def _tensor_shape(shape):
    """The shape of a tensor of its own for a value."""
    if len(shape) == 4 and shape[0] == 1:
        return (shape[2], shape[3], shape[1])
    return (int(np.prod(shape)),)


def _merged(shape, *strides):
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


class _Importer:
    def __init__(self, model, scale, offset, input_shapes):
        self.model, self.graph = model, model.graph
        self.scale, self.offset, self.input_shapes = scale, offset, input_shapes
        self.layers, self.values = [], {}
        self.constants = {entry.name: _array(entry) for entry in self.graph.initializer}
        self.readers = {}
        for node in self.graph.node:
            for name in node.input:
                self.readers[name] = self.readers.get(name, 0) + 1
        for entry in self.graph.output:
            self.readers[entry.name] = self.readers.get(entry.name, 0) + 1
        self.quantised = {}  # outputs of QuantizeLinear: (Value or constant, scale, zero point, axis)
        self.weight_scales = {}  # of constants that were int8
        self.node = None

    def run(self, labels):
        inputs = [self.add_input(entry) for entry in self.graph.input if entry.name not in self.constants]
        for node in self.graph.node:
            self.node = node
            try:
                self.add_node(node)
            except MpycamError as error:
                raise MpycamError(f"{self.described()}: {error}") from None
            except Exception as error:  # what the checker lets through can be wrong in any way
                raise MpycamError(f"{self.described()}: malformed: {_one_line(error)}") from error
        outputs = []
        for entry in self.graph.output:
            if entry.name not in self.values:
                raise MpycamError(f"output {entry.name} does not depend on an input")
            value = self.moved(self.values[entry.name])
            tensor = self.dense(value)
            if any(tensor is other for other in (*inputs, *outputs)):
                tensor = self.move(value, tensor.shape)
            outputs.append(tensor)
        return Network(inputs, outputs, self.layers, labels)

    def described(self):
        name = self.node.name or next(iter(self.node.output), "")
        return f"node {name} ({self.node.op_type})"

    def add_input(self, entry):
        shape = self.input_shapes.get(entry.name)
        if shape is None:
            dims = entry.type.tensor_type.shape.dim
            shape = tuple(dim.dim_value if dim.HasField("dim_value") else 0 for dim in dims)
            shape = (1, *shape[1:]) if shape and shape[0] in (0, 1) else shape
        if len(shape) not in (2, 4) or shape[0] != 1 or min(shape) < 1:
            raise MpycamError(f"input {entry.name} has shape {list(shape)}, need 1 x channels x height x width")
        own = _tensor_shape(shape)
        tensor = Tensor(own[:2] if len(own) == 3 and own[2] == 1 else own, name=entry.name)
        tensor.pixel_scale, tensor.pixel_offset = self.scale, self.offset
        self.values[entry.name] = Value(tensor, tuple(shape), _dense_strides(shape, _order(len(shape))), single=False)
        return tensor

    # Nodes

    def add_node(self, node):
        if node.op_type in ("QuantizeLinear", "DequantizeLinear"):
            getattr(self, f"_{node.op_type}")(node)
        elif node.op_type == "Shape":
            self.constants[node.output[0]] = np.array(self.value(0).shape, np.int64)
        elif all(name in self.constants or not name for name in node.input):
            self.fold(node)
        else:
            convert = getattr(self, f"_{node.op_type}", None)
            if convert is None or node.domain not in ("", "ai.onnx"):
                known = ", ".join(sorted(name[1:] for name in dir(self) if name[0] == "_" and name[1:2].isupper()))
                instead = REPLACEMENTS.get(node.op_type, f"what is made of {known}")
                raise MpycamError(f"is not supported; use {instead}")
            attributes = {entry.name: helper.get_attribute_value(entry) for entry in node.attribute}
            result = convert(attributes)
            results = result if isinstance(result, list) else [result]
            for name, value in zip(node.output, results, strict=False):
                self.values[name] = value

    def fold(self, node):
        """Compute a node of constants."""
        names = [name for name in node.input if name]
        outputs = [helper.make_empty_tensor_value_info(name) for name in node.output]
        inputs = [helper.make_empty_tensor_value_info(name) for name in dict.fromkeys(names)]
        graph = helper.make_graph([node], "constants", inputs, outputs)
        model = helper.make_model(graph, opset_imports=self.model.opset_import)
        model.ir_version = self.model.ir_version
        results = ReferenceEvaluator(model).run(None, {name: self.constants[name] for name in names})
        for name, result in zip(node.output, results, strict=True):
            self.constants[name] = np.asarray(result)

    def value(self, index, any_order=False):
        """The Value that the node's input is; a constant becomes one in the file."""
        name = self.node.input[index]
        if name in self.values:
            if not any_order:
                self.values[name] = self.moved(self.values[name])
            value = self.values[name]
            return replace(value, single=value.single and self.readers[name] == 1)
        array = self.constants[name].astype(np.float32)
        shape = array.shape if array.ndim in (2, 4) else (1, array.size)
        order = _order(len(shape))
        data = array.reshape(shape).transpose(order)
        tensor = Tensor(_tensor_shape(shape), name=name)
        tensor.data = np.ascontiguousarray(data).reshape(tensor.shape)
        return Value(tensor, tuple(shape), _dense_strides(shape, order), single=False)

    def constant(self, index, default=None):
        """The array that the node's input is, or the default where it has none."""
        if index >= len(self.node.input) or not self.node.input[index]:
            return default
        name = self.node.input[index]
        need(name in self.constants, f"input {name} must be constant")
        return self.constants[name]

    def is_constant(self, index):
        return self.node.input[index] in self.constants

    # Tensors

    def add(self, operator, inputs, shape, **options):
        """Add a layer; return the Value of its output, whose ONNX shape is given."""
        # of a gray input, a tensor has no dimension for channels
        own = inputs[0].shape if operator in SAME_SHAPE else _tensor_shape(shape)
        output = Tensor(own, name=self.node.output[0])
        self.layers.append(Layer(operator, inputs, output, name=self.node.name or self.node.output[0], **options))
        return Value(output, tuple(shape), _dense_strides(shape, _order(len(shape))))

    def moved(self, value):
        """A value whose items lie in its order."""
        if value.flat_of is None:
            return value
        order = tuple(range(len(value.flat_of.shape)))
        tensor = self.dense(value.flat_of, order, (int(np.prod(value.shape)),))
        return Value(tensor, value.shape, _dense_strides(value.shape, tuple(range(len(value.shape)))))

    def producer(self, tensor):
        return next((layer for layer in reversed(self.layers) if layer.output is tensor), None)

    def lies_dense(self, value, order):
        """Whether a value is its whole tensor, in this order."""
        wanted = _dense_strides(value.shape, order)
        same = all(
            count == 1 or have == want for count, have, want in zip(value.shape, value.strides, wanted, strict=True)
        )
        return same and value.start == 0 and int(np.prod(value.shape)) == value.tensor.items and not any(value.pads)

    def dense(self, value, order=None, shape=None):
        """A tensor of the value's items in their order, of `shape`: the value's own tensor where that is one."""
        order = order or _order(len(value.shape))
        shape = shape or _tensor_shape(value.shape)
        if not self.lies_dense(value, order):
            return self.move(value, shape, order)
        tensor = value.tensor
        gray = len(shape) == 3 and shape[2] == 1 and tensor.shape == shape[:2]
        if tensor.shape == shape or gray:
            return tensor
        if tensor.data is not None:
            return replace(tensor, shape=shape, data=tensor.data.reshape(shape))
        output = Tensor(shape, name=tensor.name, fixed_scale=tensor.fixed_scale)
        self.layers.append(Layer("reshape", [tensor], output))
        return output

    def move(self, value, shape, order=None):
        """A new tensor of the value's items in their order."""
        order = order or _order(len(value.shape))
        output = Tensor(shape, name=value.tensor.name)
        top, left, bottom, right = value.pads
        inside = Tensor(shape) if not any(value.pads) else None
        out_shape = value.shape
        if inside is None:
            need(len(value.shape) == 4, "padding needs rows and columns")
            _, channels, height, width = value.shape
            out_shape = (1, channels, height + top + bottom, width + left + right)
            output.shape = _tensor_shape(out_shape)
        out_strides = _dense_strides(out_shape, order)
        start = top * out_strides[2] + left * out_strides[3] if inside is None else 0
        self.add_move(value, output, out_strides, start, order, 0.0 if inside is None else None)
        return output

    def add_move(self, value, output, out_strides, start, order, fill=None):
        """Add the layer that moves a value's items into a part of a tensor."""
        dims = _merged(*([values[axis] for axis in order] for values in (value.shape, value.strides, out_strides)))
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
        name = self.node.name or self.node.output[0]
        layer = Layer("move", [value.tensor], output, in_start=value.start, out_start=start, fill=fill, name=name, **options)
        self.layers.append(layer)

    def image(self, value):
        """The value's tensor in the runtime's own order."""
        need(len(value.shape) == 4, f"needs channels, rows and columns, has shape {list(value.shape)}")
        return self.dense(value)

    # Windows

    def pads(self, attributes, kernel, stride, dilation, shape):
        """(top, left, bottom, right) of a window."""
        auto = attributes.get("auto_pad", b"NOTSET")
        auto = auto.decode() if isinstance(auto, bytes) else auto
        if auto in ("SAME_UPPER", "SAME_LOWER"):
            ends = []
            for axis in range(2):
                span = (kernel[axis] - 1) * dilation[axis] + 1
                total = max(0, (math.ceil(shape[axis] / stride[axis]) - 1) * stride[axis] + span - shape[axis])
                ends.append(((total + (auto == "SAME_LOWER")) // 2, total))
            return (ends[0][0], ends[1][0], ends[0][1] - ends[0][0], ends[1][1] - ends[1][0])
        if auto == "VALID":
            return (0, 0, 0, 0)
        return tuple(attributes.get("pads", (0, 0, 0, 0)))

    def window(self, operator, value, kernel, attributes, channels, takes_pads, **options):
        """Add an operator that slides a window over the image."""
        need(len(kernel) == 2, f"has a window of {len(kernel)} dimensions, need 2")
        stride = tuple(attributes.get("strides", (1, 1)))
        dilation = tuple(attributes.get("dilations", (1, 1)))
        outer = value.pads if takes_pads else (0, 0, 0, 0)
        source = self.image(replace(value, pads=(0, 0, 0, 0)) if takes_pads else value)
        shape = source.image_shape[:2]
        padded = [shape[axis] + outer[axis] + outer[axis + 2] for axis in range(2)]
        pads = self.pads(attributes, kernel, stride, dilation, padded)
        pads = [have + more for have, more in zip(pads, outer, strict=True)]
        size = []
        for axis in range(2):
            span = (kernel[axis] - 1) * dilation[axis] + 1
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
        value, weights = self.value(0), self.constant(1).astype(np.float32)
        need(weights.ndim == 4, f"has weights of {weights.ndim} dimensions, need 4")
        need(len(value.shape) == 4, f"needs channels, rows and columns, has shape {list(value.shape)}")
        outs, groups, channels = len(weights), attributes.get("group", 1), value.shape[1]
        need(weights.shape[1] * groups == channels, f"takes {weights.shape[1] * groups} channels, gets {channels}")
        bias = self.constant(2, np.zeros(outs)).astype(np.float32)
        kernel, options = weights.shape[2:], {}
        if groups == channels == outs and groups > 1:
            operator, weights = "depthwise_conv2d", weights[:, 0].transpose(1, 2, 0)
        else:
            operator, weights, options["groups"] = "conv2d", weights.transpose(0, 2, 3, 1), groups
        options["weight_scales"] = self.scales_of(1, outs)
        weights = np.ascontiguousarray(weights)
        return self.window(operator, value, kernel, attributes, outs, True, weights=weights, bias=bias, **options)

    def scales_of(self, index, outs):
        scales = self.weight_scales.get(self.node.input[index])
        return None if scales is None else np.broadcast_to(scales, outs).astype(np.float32)

    def _MaxPool(self, attributes):
        value = self.value(0)
        return self.window("max_pool", value, attributes["kernel_shape"], attributes, value.shape[1], False)

    def _AveragePool(self, attributes):
        need(tuple(attributes.get("dilations", (1, 1))) == (1, 1), "dilation is not supported; use a larger kernel")
        counts = bool(attributes.get("count_include_pad", 0))
        value = self.value(0)
        options = {"count_padding": counts or not any(attributes.get("pads", (0,)))}
        # a window that reaches behind the padding is cut off there
        if attributes.get("ceil_mode"):
            need(not counts, "ceil_mode with count_include_pad is not supported; use padding")
            options["count_padding"] = False
        if b"SAME" in attributes.get("auto_pad", b""):
            options["count_padding"] = counts
        return self.window("average_pool", value, attributes["kernel_shape"], attributes, value.shape[1], counts, **options)

    def over_all(self, operator):
        value = self.value(0)
        need(len(value.shape) == 4, "needs rows and columns")
        return self.window(operator, value, value.shape[2:], {}, value.shape[1], False)

    def _GlobalAveragePool(self, attributes):
        return self.over_all("average_pool")

    def _GlobalMaxPool(self, attributes):
        return self.over_all("max_pool")

    def reduce(self, operator, attributes):
        axes = attributes.get("axes")
        axes = self.constant(1) if axes is None else axes
        rank = len(self.value(0).shape)
        axes = sorted(int(axis) % rank for axis in (range(rank) if axes is None else axes))
        need(rank == 4 and axes == [2, 3], "needs to be over rows and columns")
        result = self.over_all(operator)
        if attributes.get("keepdims", 1):
            return result
        return replace(result, shape=result.shape[:2], strides=result.strides[:2])

    def _ReduceMean(self, attributes):
        return self.reduce("average_pool", attributes)

    def _ReduceMax(self, attributes):
        return self.reduce("max_pool", attributes)

    def _ReduceSum(self, attributes):
        area = float(np.prod(self.value(0).shape[2:]))
        return self.affine(self.reduce("average_pool", attributes), area, 0.0)

    # Products with matrices

    def product(self, value, weights, bias, scales):
        """A dense layer: weights (out, in) see the value's items in ONNX's order."""
        value = value.flat_of or value
        items = int(np.prod(value.shape))
        need(weights.shape[1] == items, f"takes {weights.shape[1]} items, gets {items}")
        grid = np.indices(value.shape).reshape(len(value.shape), -1)
        places = value.start + np.array(value.strides, np.int64) @ grid
        tensor = value.tensor
        if tensor.data is not None or len(set(places)) != tensor.items or items != tensor.items:
            tensor, places = self.move(value, (items,), tuple(range(len(value.shape)))), np.arange(items)
        ordered = np.empty_like(weights)
        ordered[:, places] = weights
        kernel = tensor.image_shape[:2]
        result = self.add(
            "conv2d", [tensor], (1, len(weights)), kernel=kernel,
            weights=np.ascontiguousarray(ordered.reshape(len(weights), *tensor.image_shape)),
            bias=bias.astype(np.float32), weight_scales=scales,
        )  # fmt: skip
        return result

    def _Gemm(self, attributes):
        need(not attributes.get("transA", 0), "transA is not supported; use Flatten")
        weights = self.constant(1).astype(np.float32) * np.float32(attributes.get("alpha", 1.0))
        weights = weights if attributes.get("transB", 0) else weights.T
        bias = self.constant(2, np.zeros(len(weights))).astype(np.float32) * np.float32(attributes.get("beta", 1.0))
        return self.product(self.value(0, True), weights, np.broadcast_to(bias, len(weights)), self.scales_of(1, len(weights)))

    def _MatMul(self, attributes):
        weights = self.constant(1).astype(np.float32)
        need(weights.ndim == 2 and len(self.value(0, True).shape) == 2, "needs a vector and a matrix")
        return self.product(self.value(0, True), weights.T, np.zeros(weights.shape[1]), self.scales_of(1, weights.shape[1]))

    # Arithmetic

    def affine(self, value, factor, shift):
        """value * factor + shift, both one per channel (axis 1) or single: folded into the layer before where possible."""
        channels = value.shape[1]
        factor, shift = (np.broadcast_to(np.asarray(part, np.float64), channels) for part in (factor, shift))
        layer = self.producer(value.tensor)
        natural = self.lies_dense(value, _order(len(value.shape))) and value.tensor.image_shape[2] == channels
        free = layer is not None and layer.operator in WEIGHTED and (layer.lowest, layer.highest) == (-INFINITY, INFINITY)
        if not (natural and free and value.single and layer.weight_scales is None):
            need(len(value.shape) in (2, 4), f"has shape {list(value.shape)}")
            ones = np.ones((1, 1, channels), np.float32)
            bias = np.zeros(channels, np.float32)
            source = self.dense(value)
            value = self.add("depthwise_conv2d", [source], value.shape, weights=ones, bias=bias)
            layer = self.layers[-1]
        spread = factor if layer.operator == "depthwise_conv2d" else factor.reshape(-1, 1, 1, 1)
        layer.weights = (layer.weights * spread).astype(np.float32)
        layer.bias = (layer.bias * factor + shift).astype(np.float32)
        return value

    def _BatchNormalization(self, attributes):
        scale, shift, mean, variance = (self.constant(index).astype(np.float64) for index in range(1, 5))
        variance = variance + attributes.get("epsilon", 1e-5)
        need(np.all(variance > 0), "has a variance that is not above 0")
        factor = scale / np.sqrt(variance)
        return self.affine(self.value(0), factor, shift - mean * factor)

    def per_channel(self, array, shape):
        """A constant operand as one number per channel, or None where it differs within one."""
        array = np.asarray(array, np.float64)
        array = array.reshape((1,) * (len(shape) - array.ndim) + array.shape)
        if array.ndim == len(shape) and all(size == 1 for axis, size in enumerate(array.shape) if axis != 1):
            return array.reshape(-1)
        return None

    def arithmetic(self, operator, constant_form):
        """A sum or product of two values; constant_form makes (factor, shift) of a constant operand."""
        for index in range(2):
            if self.is_constant(index):
                value = self.value(1 - index)
                numbers = self.per_channel(self.constant(index), value.shape)
                if numbers is not None:
                    return self.affine(value, *constant_form(numbers, index))
                need(operator == "add" or self.node.op_type == "Mul", "has a constant for each position")
                array = self.constants[self.node.input[index]]
                self.constants[self.node.input[index]] = np.broadcast_to(array, value.shape)
        first, second = self.value(0), self.value(1)
        if self.node.op_type == "Sub":
            second = self.affine(replace(second, single=False), -1.0, 0.0)
        if np.prod(second.shape) > np.prod(first.shape):
            first, second = second, first
        need(len(first.shape) == len(second.shape), f"operands have shapes {list(first.shape)} and {list(second.shape)}")
        same = first.shape == second.shape
        channel = second.shape[1] in (1, first.shape[1]) and all(size == 1 for size in second.shape[2:])
        need(same or channel, f"operands have shapes {list(first.shape)} and {list(second.shape)}; need one per channel")
        if first.tensor.data is not None and same:
            first, second = second, first
        return self.add(operator, [self.dense(first), self.dense(second)], first.shape)

    def _Add(self, attributes):
        return self.arithmetic("add", lambda numbers, index: (1.0, numbers))

    def _Sub(self, attributes):
        return self.arithmetic("add", lambda numbers, index: (1.0, -numbers) if index else (-1.0, numbers))

    def _Mul(self, attributes):
        return self.arithmetic("multiply", lambda numbers, index: (numbers, 0.0))

    def _Div(self, attributes):
        need(self.is_constant(1), "by a value is not supported; use Mul")
        return self.arithmetic("multiply", lambda numbers, index: (1 / numbers, 0.0))

    def _Neg(self, attributes):
        return self.affine(self.value(0), -1.0, 0.0)

    def _Pow(self, attributes):
        need(np.all(self.constant(1) == 2), "needs the exponent 2")
        source = self.dense(self.value(0))
        return self.add("multiply", [source, source], self.value(0).shape)

    # Activations

    def limit(self, lowest, highest):
        """Limits a value, in the layer that makes it where nothing else reads that."""
        value = self.value(0)
        layer = self.producer(value.tensor)
        whole = value.start == 0 and int(np.prod(value.shape)) == value.tensor.items and not any(value.pads)
        below = layer is not None and layer.operator == "max_pool" and highest == INFINITY and lowest <= 0
        if layer is not None and value.single and whole and (layer.operator in LIMITED or below):
            if layer.output.fixed_scale is None:
                layer.lowest, layer.highest = max(layer.lowest, lowest), min(max(layer.highest, lowest), highest)
                return value
        return self.add("activation", [self.dense(value)], value.shape, lowest=lowest, highest=highest)

    def _Relu(self, attributes):
        return self.limit(0.0, INFINITY)

    def _Clip(self, attributes):
        lowest, highest = self.constant(1, -INFINITY), self.constant(2, INFINITY)
        return self.limit(float(np.asarray(lowest).item()), float(np.asarray(highest).item()))

    def bound(self, lower):
        index = 1 if self.is_constant(1) else 0
        need(self.is_constant(index) and self.constant(index).size == 1, "needs one constant number")
        number = float(self.constant(index).item())
        if index == 0:
            self.node.input[0], self.node.input[1] = self.node.input[1], self.node.input[0]
        return self.limit(number, INFINITY) if lower else self.limit(-INFINITY, number)

    def _Max(self, attributes):
        return self.bound(True)

    def _Min(self, attributes):
        return self.bound(False)

    def function(self, function, *parameters):
        value = self.value(0)
        parameters = (*parameters, 0.0, 0.0)[:2]
        return self.add("activation", [self.dense(value)], value.shape, function=function, parameters=parameters)

    def _LeakyRelu(self, attributes):
        return self.function("leaky_relu", attributes.get("alpha", 0.01))

    def _PRelu(self, attributes):
        slope = self.constant(1)
        need(np.all(slope == slope.ravel()[0]), "with a slope per channel is not supported; use LeakyRelu")
        return self.function("leaky_relu", float(slope.ravel()[0]))

    def _HardSwish(self, attributes):
        return self.function("hard_swish", 1 / 6, 0.5)

    def _HardSigmoid(self, attributes):
        return self.function("hard_sigmoid", attributes.get("alpha", 0.2), attributes.get("beta", 0.5))

    def _Sigmoid(self, attributes):
        return self.function("sigmoid")

    def _Tanh(self, attributes):
        return self.function("tanh")

    def _Softmax(self, attributes):
        value = self.value(0)
        axis = attributes.get("axis", -1) % len(value.shape)
        if axis == _order(len(value.shape))[-1]:
            return self.add("softmax", [self.dense(value)], value.shape)
        # any other dimension is brought behind the others
        order = (*(other for other in range(len(value.shape)) if other != axis), axis)
        shape = (1, int(np.prod(value.shape)) // value.shape[axis], value.shape[axis])
        result = Tensor(shape, name=self.node.output[0])
        self.layers.append(Layer("softmax", [self.dense(value, order, shape)], result, name=self.node.name))
        return Value(result, value.shape, _dense_strides(value.shape, order))

    # Views

    def _Identity(self, attributes):
        return self.value(0, True)

    def _Dropout(self, attributes):
        return self.value(0, True)

    def _Cast(self, attributes):
        need(attributes["to"] in (1, 10, 11), "to whole numbers is not supported")
        return self.value(0)

    def unpadded(self, value):
        if not any(value.pads):
            return value
        _, channels, height, width = value.shape
        shape = (1, channels, height + value.pads[0] + value.pads[2], width + value.pads[1] + value.pads[3])
        return Value(self.move(value, None), shape, _dense_strides(shape, _order(4)))

    def reshaped(self, value, shape):
        """The value with another shape, in place where its items lie so that that is possible."""
        value = self.unpadded(value)
        strides = _reshaped_strides(value.shape, value.strides, shape)
        if strides is None:
            flat = Value(value.tensor, tuple(shape), (), single=False, flat_of=value)
            return flat if len(shape) == 2 and shape[0] == 1 else self.moved(flat)
        return replace(value, shape=tuple(shape), strides=strides)

    def _Reshape(self, attributes):
        value, shape = self.value(0), [int(size) for size in self.constant(1)]
        if not attributes.get("allowzero", 0):
            shape = [value.shape[axis] if size == 0 else size for axis, size in enumerate(shape)]
        known = int(np.prod([size for size in shape if size != -1]))
        items = int(np.prod(self.unpadded(value).shape))
        shape = [items // known if size == -1 else size for size in shape]
        need(int(np.prod(shape)) == items, f"makes {shape} of {list(value.shape)}")
        return self.reshaped(value, shape)

    def _Flatten(self, attributes):
        value = self.unpadded(self.value(0))
        axis = attributes.get("axis", 1) % (len(value.shape) + 1)
        return self.reshaped(value, (int(np.prod(value.shape[:axis])), int(np.prod(value.shape[axis:]))))

    def axes(self, attributes, rank):
        axes = attributes.get("axes")
        axes = self.constant(1) if axes is None else axes
        return None if axes is None else [int(axis) % rank for axis in axes]

    def _Squeeze(self, attributes):
        value = self.unpadded(self.value(0))
        axes = self.axes(attributes, len(value.shape))
        axes = [axis for axis, size in enumerate(value.shape) if size == 1] if axes is None else axes
        return self.reshaped(value, [size for axis, size in enumerate(value.shape) if axis not in axes])

    def _Unsqueeze(self, attributes):
        value = self.unpadded(self.value(0))
        shape, axes = list(value.shape), self.constant(1)
        for axis in sorted(int(axis) % (len(shape) + len(axes)) for axis in axes):
            shape.insert(axis, 1)
        return self.reshaped(value, shape)

    def _Transpose(self, attributes):
        value = self.unpadded(self.value(0))
        order = attributes.get("perm", range(len(value.shape))[::-1])
        return replace(
            value, shape=tuple(value.shape[i] for i in order), strides=tuple(value.strides[i] for i in order)
        )

    def part(self, value, axis, start, count, step=1):
        shape, strides = list(value.shape), list(value.strides)
        first = value.start + start * strides[axis]
        shape[axis], strides[axis] = count, strides[axis] * step
        return replace(value, shape=tuple(shape), strides=tuple(strides), start=first, single=False)

    def _Slice(self, attributes):
        value = self.unpadded(self.value(0))
        starts, ends = self.constant(1), self.constant(2)
        axes, steps = self.constant(3, np.arange(len(starts))), self.constant(4, np.ones(len(starts), int))
        for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
            need(step > 0, "backwards is not supported; use a positive step")
            axis = int(axis) % len(value.shape)
            first, last, step = slice(int(start), int(end), int(step)).indices(value.shape[axis])
            value = self.part(value, axis, first, len(range(first, last, step)), step)
        return value

    def _Gather(self, attributes):
        value, places = self.unpadded(self.value(0)), self.constant(1)
        need(places.size == 1, "of several places is not supported; use Slice and Concat")
        axis = attributes.get("axis", 0) % len(value.shape)
        value = self.part(value, axis, int(places.item()) % value.shape[axis], 1)
        return value if places.ndim else self.reshaped(value, value.shape[:axis] + value.shape[axis + 1 :])

    def _Split(self, attributes):
        value = self.unpadded(self.value(0))
        axis = attributes.get("axis", 0) % len(value.shape)
        sizes = self.constant(1)
        if sizes is None:
            each = math.ceil(value.shape[axis] / len(self.node.output))
            sizes = [min(each, value.shape[axis] - each * i) for i in range(len(self.node.output))]
        starts = np.cumsum([0, *sizes[:-1]])
        return [self.part(value, axis, int(start), int(size)) for start, size in zip(starts, sizes, strict=True)]

    def _Concat(self, attributes):
        values = [self.unpadded(self.value(index)) for index in range(len(self.node.input))]
        axis = attributes["axis"] % len(values[0].shape)
        shape = list(values[0].shape)
        shape[axis] = sum(value.shape[axis] for value in values)
        order = _order(len(shape))
        output, strides, start = Tensor(_tensor_shape(shape), name=self.node.output[0]), _dense_strides(shape, order), 0
        for value in values:
            self.add_move(value, output, strides, start * strides[axis], order)
            start += value.shape[axis]
        return Value(output, tuple(shape), strides)

    def _Pad(self, attributes):
        value = self.unpadded(self.value(0))
        mode = attributes.get("mode", b"constant").decode()
        need(mode == "constant", f"in mode {mode} is not supported; use constant")
        pads, number = [int(pad) for pad in self.constant(1)], self.constant(2, np.float32(0))
        number = float(np.asarray(number).item())
        rank = len(value.shape)
        axes = self.constant(3, np.arange(rank))
        ends = {int(axis) % rank: (pads[i], pads[i + len(axes)]) for i, axis in enumerate(axes)}
        before, after = zip(*(ends.get(axis, (0, 0)) for axis in range(rank)), strict=True)
        need(min(pads, default=0) >= 0, "that cuts off is not supported; use Slice")
        if rank == 4 and number == 0 and not any((*before[:2], *after[:2])):
            return replace(value, pads=(before[2], before[3], after[2], after[3]))
        shape = [size + before[axis] + after[axis] for axis, size in enumerate(value.shape)]
        order = _order(rank)
        strides = _dense_strides(shape, order)
        output = Tensor(_tensor_shape(shape), name=self.node.output[0])
        start = sum(first * stride for first, stride in zip(before, strides, strict=True))
        self.add_move(value, output, strides, start, order, number)
        return Value(output, tuple(shape), strides)

    def depth(self, attributes, to_space):
        value, size = self.unpadded(self.value(0)), attributes["blocksize"]
        _, channels, height, width = value.shape
        if not to_space:
            value = self.reshaped(value, (1, channels, height // size, size, width // size, size))
            order, shape = (0, 3, 5, 1, 2, 4), (1, channels * size**2, height // size, width // size)
        else:
            less = channels // size**2
            if attributes.get("mode", b"DCR") == b"DCR":
                value, order = self.reshaped(value, (1, size, size, less, height, width)), (0, 3, 4, 1, 5, 2)
            else:
                value, order = self.reshaped(value, (1, less, size, size, height, width)), (0, 1, 4, 2, 5, 3)
            shape = (1, less, height * size, width * size)
        turned = [[part[axis] for axis in order] for part in (value.shape, value.strides)]
        value = replace(value, shape=tuple(turned[0]), strides=tuple(turned[1]))
        # in the order of the result's own tensor: rows, columns, channels
        split = (0, 2, 3, 4, 5, 1) if to_space else (0, 4, 5, 1, 2, 3)
        tensor = self.move(value, _tensor_shape(shape), split)
        return Value(tensor, shape, _dense_strides(shape, _order(4)))

    def _DepthToSpace(self, attributes):
        return self.depth(attributes, True)

    def _SpaceToDepth(self, attributes):
        return self.depth(attributes, False)

    # Resize

    def _Resize(self, attributes):
        value = self.value(0)
        source = self.image(value)
        mode = attributes.get("mode", b"nearest").decode()
        need(mode in ("nearest", "linear"), f"in mode {mode} is not supported; use linear")
        need(not attributes.get("antialias", 0), "with antialias is not supported; use AveragePool")
        scales, sizes = self.constant(2), self.constant(3)
        shape = (1, *source.image_shape[2:], *source.image_shape[:2])
        axes = [int(axis) % 4 for axis in attributes.get("axes", range(4))]
        wanted, factors = list(shape), [1.0] * 4
        for position, axis in enumerate(axes):
            if sizes is not None and len(sizes):
                wanted[axis] = int(sizes[position])
                factors[axis] = wanted[axis] / shape[axis]
            else:
                factors[axis] = float(scales[position])
                wanted[axis] = int(math.floor(shape[axis] * factors[axis]))
        need(attributes.get("keep_aspect_ratio_policy", b"stretch") == b"stretch", "keeps the aspect ratio; give sizes")
        need(wanted[:2] == list(shape[:2]), "of channels is not supported")
        rows, columns = (_between(attributes, mode, shape[axis], wanted[axis], factors[axis]) for axis in (2, 3))
        return self.add("resize", [source], tuple(wanted), rows=rows, columns=columns)

    # Networks that were quantised before

    def scale_of(self, node):
        """(scales, zero points as of int8, axis) of a QuantizeLinear or DequantizeLinear."""
        scale = self.constant(1).astype(np.float32)
        zero = self.constant(2)
        unsigned = zero is not None and zero.dtype == np.uint8
        need(zero is None or zero.dtype in (np.int8, np.uint8, np.int32), f"has the type {getattr(zero, 'dtype', None)}")
        zero = np.zeros(scale.shape, np.int64) if zero is None else zero.astype(np.int64) - 128 * unsigned
        axis = next((entry.i for entry in node.attribute if entry.name == "axis"), 1)
        return scale, zero, axis

    def _QuantizeLinear(self, node):
        scale, zero, axis = self.scale_of(node)
        need(not self.is_constant(0), "of a constant is not supported; give it quantised")
        need(scale.size == 1, "of a value per channel is not supported; use one scale")
        # without a zero point the values are uint8
        zero = zero - 128 if len(node.input) < 3 or not node.input[2] else zero
        value, fixed = self.value(0), (float(scale.item()), int(zero.item()))
        if value.tensor.fixed_scale not in (None, fixed) or self.producer(value.tensor) is None:
            if value.tensor.fixed_scale is None:  # an input of the network
                value.tensor.fixed_scale = fixed
            else:
                value = self.add("activation", [self.dense(value)], value.shape)
        value.tensor.fixed_scale = fixed
        self.values[node.output[0]] = value

    def _DequantizeLinear(self, node):
        scale, zero, axis = self.scale_of(node)
        if not self.is_constant(0):
            self.values[node.output[0]] = self.value(0)
            return
        array = self.constants[node.input[0]]
        spread = [-1 if position == axis % array.ndim else 1 for position in range(array.ndim)]
        factor, middle = ((part.reshape(spread) if part.size > 1 else part) for part in (scale, zero))
        real = array.astype(np.int64) - 128 * (array.dtype == np.uint8) - middle
        self.constants[node.output[0]] = (real * factor).astype(np.float32)
        if array.dtype == np.int8 and not np.any(zero):
            self.weight_scales[node.output[0]] = scale.ravel()


def _reshaped_strides(shape, strides, wanted):
    """The strides with which the same items have another shape, or None where there are none."""
    dims = _merged(shape, strides)
    result, position, left = [], 0, None
    for size in wanted:
        if size == 1:
            result.append(0)
            continue
        if left is None:
            if position == len(dims):
                return None
            left, step = dims[position][0], dims[position][1]
            position += 1
        if left % size:
            return None
        left //= size
        result.append(step * left)
        if left == 1:
            left = None
    return tuple(result)


def _between(attributes, mode, size, wanted, factor):
    """For each output row or column (first, second, part of the second) of the input's."""
    transformation = attributes.get("coordinate_transformation_mode", b"half_pixel").decode()
    places = np.arange(wanted, dtype=np.float64)
    if transformation == "asymmetric":
        places = places / factor
    elif transformation == "align_corners":
        places = places * ((size - 1) / (wanted - 1)) if wanted > 1 else places * 0
    elif transformation in ("half_pixel", "pytorch_half_pixel"):
        places = (places + 0.5) / factor - 0.5 if wanted > 1 or transformation == "half_pixel" else places * 0
    else:
        raise MpycamError(f"with {transformation} is not supported; use half_pixel")
    if mode == "nearest":
        rounding = attributes.get("nearest_mode", b"round_prefer_floor").decode()
        rounds = {
            "round_prefer_floor": lambda x: np.ceil(x - 0.5), "round_prefer_ceil": lambda x: np.floor(x + 0.5),
            "floor": np.floor, "ceil": np.ceil,
        }  # fmt: skip
        nearest = np.clip(rounds[rounding](places), 0, size - 1).astype(int)
        return [(int(place), int(place), 0.0) for place in nearest]
    places = np.clip(places, 0, size - 1)
    first = np.minimum(np.floor(places).astype(int), size - 1)
    second = np.minimum(first + 1, size - 1)
    return [(int(a), int(b), float(np.float32(place - a))) for a, b, place in zip(first, second, places, strict=True)]


def load_onnx(source):
    """The checked ModelProto of a path or of bytes. MpycamError says what is wrong."""
    try:
        model = onnx.load_from_string(source) if isinstance(source, bytes) else onnx.load(source)
        onnx.checker.check_model(model)
    except OSError:
        raise
    except Exception as error:  # onnx raises whatever its parser does
        raise MpycamError(f"not an ONNX file that can be used: {_one_line(error)}") from error
    return model


def _array(entry):
    """The items of a constant of the model."""
    try:
        return numpy_helper.to_array(entry)
    except Exception as error:  # its bytes, shape and type may contradict each other in many ways
        raise MpycamError(f"constant {entry.name}: malformed: {_one_line(error)}") from error


def _one_line(error):
    return " ".join(f"{type(error).__name__} {error}".split())[:300]
