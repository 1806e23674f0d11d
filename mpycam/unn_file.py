"""The .unn network file: what a network is, its writer and its reader.

docs/unn-format.md is the specification.
"""

import struct
import zlib
from dataclasses import dataclass, field

import numpy as np

from mpycam.errors import MpycamError

MAGIC = b"UNN\0"
VERSION = 2
ALIGNMENT = 16

HEADER = struct.Struct("<4sHHIIIHHHHIII")
CHECKED_FROM = 16  # the checksum covers all that follows it
TENSOR = struct.Struct("<BBbBfIIIIff")
LAYER = struct.Struct("<BBHHHHHHHHHHHHbbffIII")

OPERATORS = (
    "conv2d", "depthwise_conv2d", "max_pool", "average_pool", "add", "multiply",
    "activation", "softmax", "resize", "move", "convert", "reshape",
)  # fmt: skip
FUNCTIONS = ("clamp", "leaky_relu", "hard_swish", "hard_sigmoid", "sigmoid", "tanh")
DTYPES = ("int8", "float32")
IN_ARENA, IN_FILE = 0, 1

WEIGHTED = ("conv2d", "depthwise_conv2d")
WINDOWED = (*WEIGHTED, "max_pool", "average_pool")
SAME_SCALE = ("max_pool", "resize", "move", "reshape")
SAME_SHAPE = ("add", "multiply", "activation", "softmax", "convert")
BLOCK = 8  # output channels are stored in whole blocks of this many
GROUP = 4  # and the weights of a run of an int8 conv2d in groups of this many

MAX_LAYERS = 1024
INT32_MAX = 2**31 - 1
LARGEST_PRODUCT = 127 * 128
INFINITY = float("inf")


@dataclass(eq=False)
class Tensor:
    """What layers read and write.

    shape: (height, width, channels), (height, width) or (items,).
    dtype: "int8" or "float32". An int8 value q stands for (q - zero_point) * scale.
    pixel_scale, pixel_offset: of an input, which holds (pixel - offset) * scale.
    data: the items of a constant, else None.
    name, fixed_scale: not in the file; where a tensor of a float32 network comes
    from, and the (scale, zero point) that its int8 counterpart must have.
    """

    shape: tuple
    dtype: str = "float32"
    scale: float = 1.0
    zero_point: int = 0
    pixel_scale: float = 0.0
    pixel_offset: float = 0.0
    data: np.ndarray | None = None
    name: str = ""
    fixed_scale: tuple | None = None

    @property
    def image_shape(self):
        """(height, width, channels), whatever the number of dimensions."""
        if len(self.shape) == 1:
            return (1, 1, self.shape[0])
        return tuple(self.shape) if len(self.shape) == 3 else (*self.shape, 1)

    @property
    def items(self):
        return int(np.prod(self.shape))

    @property
    def bytes(self):
        return self.items * np.dtype(self.dtype).itemsize


@dataclass(eq=False)
class Layer:
    """One operator.

    inputs, output: Tensors. What the output is limited to: low and high for
    int8, lowest and highest for float32.
    weights: conv2d (out, height, width, in / groups), depthwise_conv2d (height,
    width, channels). bias: one per output channel. In int8 networks weights are
    -127 to 127, bias is int32 with the input's zero point folded in, and
    multipliers and exponents (one per output channel) requantise.
    padding: (top, left); bottom and right follow from the output's shape.
    function: of an activation; parameters of leaky_relu are (slope, 0), of
    hard_swish and hard_sigmoid (slope, offset). table: 256 int8 for an int8 one.
    factors: of an int8 add (first, second, constant, shift), of an int8
    multiply (multiplier, exponent).
    rows, columns: of a resize, lists of (first, second, part of the second).
    counts, in_steps, out_steps, in_start, out_start: of a move, in items; with a
    `fill` the whole output has that value before.
    count_padding: whether an average_pool divides by its whole window.
    name, weight_scales: not in the file; where a layer of a float32 network comes
    from, and the scales that its int8 weights must have.
    """

    operator: str
    inputs: list
    output: Tensor
    kernel: tuple = (1, 1)
    stride: tuple = (1, 1)
    padding: tuple = (0, 0)
    dilation: tuple = (1, 1)
    groups: int = 1
    low: int = -128
    high: int = 127
    lowest: float = -INFINITY
    highest: float = INFINITY
    weights: np.ndarray | None = None
    bias: np.ndarray | None = None
    multipliers: np.ndarray | None = None
    exponents: np.ndarray | None = None
    function: str = "clamp"
    parameters: tuple = (0.0, 0.0)
    table: np.ndarray | None = None
    factors: tuple = ()
    rows: list = field(default_factory=list)
    columns: list = field(default_factory=list)
    counts: tuple = (1, 1, 1, 1)
    in_steps: tuple = (0, 0, 0, 1)
    out_steps: tuple = (0, 0, 0, 1)
    in_start: int = 0
    out_start: int = 0
    fill: float | None = None
    count_padding: bool = True
    name: str = ""
    weight_scales: np.ndarray | None = None

    @property
    def source(self):
        return self.inputs[0]

    @property
    def is_int8(self):
        return self.source.dtype == "int8"

    @property
    def multiply_adds(self):
        if self.operator not in WEIGHTED:
            return 0
        each = self.kernel[0] * self.kernel[1]
        return self.output.items * each * (self.weights.shape[3] if self.operator == "conv2d" else 1)

    @property
    def runs(self):
        """(number, items) of the pieces of a window that lie together."""
        rows, columns = self.kernel
        if self.operator != "conv2d":
            return rows * columns, 1
        items = self.source.image_shape[2] // self.groups
        if self.groups == 1 and self.dilation[1] == 1:
            return rows, columns * items
        return rows * columns, items


@dataclass(eq=False)
class Network:
    """Layers in the order in which they run, each after those that write its inputs.

    labels: one per item of the last axis of the first output, or none.
    """

    inputs: list
    outputs: list
    layers: list
    labels: tuple = ()

    @property
    def tensors(self):
        """Every Tensor once, inputs first, outputs last."""
        found = {id(tensor): tensor for tensor in self.inputs}
        for layer in self.layers:
            for tensor in (*layer.inputs, layer.output):
                found.setdefault(id(tensor), tensor)
        outputs = {id(tensor) for tensor in self.outputs}
        return [tensor for key, tensor in found.items() if key not in outputs] + self.outputs

    @property
    def has_scales(self):
        """Whether scales of int8 came with the model that it was made of."""
        return any(layer.output.fixed_scale for layer in self.layers)

    @property
    def multiply_adds(self):
        return sum(layer.multiply_adds for layer in self.layers)

    @property
    def arena_bytes(self):
        return plan_arena(self)[0]

    @property
    def weight_bytes(self):
        return sum(len(part) for layer in self.layers for part in (_pack_weights(layer), _pack_parameters(layer)))


def window_count(size, kernel, stride, before, after, dilation=1):
    """How many windows fit along one axis of `size` items padded on both sides."""
    return (size + before + after - (kernel - 1) * dilation - 1) // stride + 1


def _round_up(size, block):
    return -(-size // block) * block


def _band(layer):
    """(height, width) in pixels of what the windows of a row see, or None where none reaches over the edge."""
    spans = [(layer.kernel[axis] - 1) * layer.dilation[axis] + 1 for axis in range(2)]
    ends = [(layer.output.image_shape[axis] - 1) * layer.stride[axis] + spans[axis] for axis in range(2)]
    padded = any(layer.padding) or any(ends[axis] > layer.source.image_shape[axis] for axis in range(2))
    return (spans[0], ends[1]) if padded else None


def scratch_bytes(layer):
    """What an operator with a window needs beside its input and output: its jumps, and padded lines."""
    if layer.operator not in WINDOWED:
        return 0
    pixels = int(np.prod(_band(layer) or 0))
    pixel_bytes = layer.source.image_shape[2] * np.dtype(layer.source.dtype).itemsize
    return _round_up(4 * layer.runs[0], 16) + pixels * pixel_bytes


def plan_arena(network):
    """Place tensors and scratch memory: (arena bytes, {id of a tensor: offset}, offset of each layer's scratch).

    A tensor lives from the layer that first writes it to the last one that
    reads it. The largest are placed first, each in the lowest gap that is free
    as long as it lives.
    """
    pieces = {}  # key: [bytes, first layer, last layer]
    home = {}  # a reshaped tensor lies where what it is made of does

    def touch(tensor, index):
        key = home.get(id(tensor), id(tensor))
        piece = pieces.setdefault(key, [_round_up(tensor.bytes, ALIGNMENT), index, index])
        piece[1:] = min(piece[1], index), max(piece[2], index)

    for tensor in network.inputs:
        touch(tensor, -1)
    for index, layer in enumerate(network.layers):
        if layer.operator == "reshape":
            home[id(layer.output)] = home.get(id(layer.source), id(layer.source))
        for tensor in (*layer.inputs, layer.output):
            if tensor.data is None:
                touch(tensor, index)
        if scratch := scratch_bytes(layer):
            pieces["scratch", index] = [_round_up(scratch, ALIGNMENT), index, index]
    for tensor in network.outputs:
        touch(tensor, len(network.layers))
    placed, offsets = [], {}
    for key, (size, first, last) in sorted(pieces.items(), key=lambda item: -item[1][0]):
        offset = 0
        for start, end, begins, ends in sorted(placed):
            if begins <= last and first <= ends and start < offset + size and offset < end:
                offset = end
        placed.append((offset, offset + size, first, last))
        offsets[key] = offset
    for key, root in home.items():
        offsets[key] = offsets[root]
    arena = max((end for _, end, _, _ in placed), default=0)
    return arena, offsets, [offsets.get(("scratch", index), 0) for index in range(len(network.layers))]


def check(network):
    """Raise MpycamError where a layer does not fit the tensors around it."""
    if not network.layers or not network.inputs or not network.outputs:
        raise MpycamError("a network needs a layer, an input and an output")
    if len(network.layers) > MAX_LAYERS:
        raise MpycamError(f"{len(network.layers)} layers, at most {MAX_LAYERS}")
    if network.labels and len(network.labels) != network.outputs[0].shape[-1]:
        raise MpycamError(f"{len(network.labels)} labels for an output of shape {network.outputs[0].shape}")
    known = {id(tensor) for tensor in network.inputs}
    for index, layer in enumerate(network.layers):
        try:
            _check_layer(layer, known, {id(tensor) for tensor in network.inputs})
        except MpycamError as error:
            raise MpycamError(f"layer {index} ({layer.operator}): {error}") from None
        known.add(id(layer.output))
    if not all(id(tensor) in known for tensor in network.outputs):
        raise MpycamError("no layer writes an output")


def need(condition, text):
    """Raise MpycamError with `text` unless the condition holds."""
    if not condition:
        raise MpycamError(text)


def _check_layer(layer, known, inputs):
    source, target = layer.source, layer.output
    need(layer.operator in OPERATORS, f"operator is not one of {', '.join(OPERATORS)}")
    need(len(layer.inputs) == (2 if layer.operator in ("add", "multiply") else 1), f"{len(layer.inputs)} inputs")
    for tensor in layer.inputs:
        need(tensor.data is not None or id(tensor) in known, "reads a tensor that no layer before it writes")
    need(id(target) not in inputs and target.data is None, "writes an input or a constant")
    for tensor in (*layer.inputs, target):
        need(1 <= len(tensor.shape) <= 3 and all(size >= 1 for size in tensor.shape), f"shape {tensor.shape}")
    if layer.operator == "softmax":
        need(target.dtype == "float32", "writes float32 only")
    elif layer.operator == "convert":
        need(source.dtype != target.dtype, f"reads and writes {target.dtype}")
    else:
        need(source.dtype == target.dtype, f"reads {source.dtype}, writes {target.dtype}")
    if layer.operator in SAME_SCALE:
        same = (source.scale, source.zero_point) == (target.scale, target.zero_point)
        need(same, "changes scale or zero point")
    if layer.operator in SAME_SHAPE:
        need(source.shape == target.shape, f"makes {target.shape} of {source.shape}")
    if layer.operator in ("add", "multiply"):
        second = layer.inputs[1]
        need(second.dtype == source.dtype, f"reads {source.dtype} and {second.dtype}")
        fits = second.items in (1, source.image_shape[2], source.items)
        need(fits, f"second input {second.shape} is neither of shape {source.shape} nor one per channel nor one")
    if layer.operator == "reshape":
        need(source.items == target.items and source.data is None, f"makes {target.shape} of {source.shape}")
    if layer.operator == "resize":
        need(source.image_shape[2] == target.image_shape[2], f"makes {target.shape} of {source.shape}")
        for entries, axis in ((layer.rows, 0), (layer.columns, 1)):
            need(len(entries) == target.image_shape[axis], f"{len(entries)} entries for {target.image_shape[axis]}")
            need(all(max(entry[:2]) < source.image_shape[axis] for entry in entries), "reads behind the edge")
    if layer.operator == "move":
        need(0 < np.prod(layer.counts, dtype=float) <= target.items, f"moves {layer.counts} to {target.items} items")
        for tensor, start, steps in (
            (source, layer.in_start, layer.in_steps),
            (target, layer.out_start, layer.out_steps),
        ):
            last = start + sum((count - 1) * step for count, step in zip(layer.counts, steps, strict=True))
            need(last < tensor.items, f"moves item {last} of {tensor.items}")
    if layer.operator in WINDOWED:
        _check_window(layer)


def _check_window(layer):
    source, target = layer.source, layer.output
    need(source.data is None, "has a window over a constant")
    for axis in range(2):
        kernel, stride, before, dilation = (
            values[axis] for values in (layer.kernel, layer.stride, layer.padding, layer.dilation)
        )
        last = (target.image_shape[axis] - 1) * stride - before
        fits = kernel >= 1 and stride >= 1 and dilation >= 1 and 0 <= before <= (kernel - 1) * dilation
        need(
            fits and last < source.image_shape[axis],
            f"kernel {kernel}, stride {stride}, padding {before}, dilation {dilation} do not make "
            f"{target.image_shape[axis]} of {source.image_shape[axis]}; every window must touch the image",
        )
    if layer.operator != "conv2d":
        need(source.image_shape[2] == target.image_shape[2], f"makes {target.shape} of {source.shape}")
    if layer.operator == "average_pool":
        need(layer.kernel[0] * layer.kernel[1] <= 2**16 and tuple(layer.dilation) == (1, 1), "window is not possible")
    if layer.operator not in WEIGHTED:
        return
    channels, outs = source.image_shape[2], target.image_shape[2]
    if layer.operator == "conv2d":
        fits = layer.groups >= 1 and channels % layer.groups == 0 and outs % layer.groups == 0
        need(fits, f"{layer.groups} groups for {channels} channels in and {outs} out")
        shape = (outs, *layer.kernel, channels // layer.groups)
    else:
        shape = (*layer.kernel, outs)
    need(layer.weights.shape == shape, f"weights have shape {layer.weights.shape}, need {shape}")
    need(layer.weights.dtype == source.dtype, f"weights are {layer.weights.dtype}, need {source.dtype}")
    if layer.is_int8:
        items = layer.runs[0] * _round_up(layer.runs[1], GROUP if layer.operator == "conv2d" else 1)
        need(np.abs(layer.weights.astype(int)).max() <= 127, "a weight is below -127")
        largest = np.abs(layer.bias.astype(np.int64)).max() + LARGEST_PRODUCT * items
        need(largest <= INT32_MAX, "sums do not fit 32 bits")


def _group_blocks(array, groups):
    """Output channels (first axis) in whole blocks for each group: (groups * blocks, BLOCK, ...)."""
    each = len(array) // groups
    grouped = array.reshape(groups, each, *array.shape[1:])
    padded = np.zeros((groups, _round_up(each, BLOCK), *array.shape[1:]), array.dtype)
    padded[:, :each] = grouped
    return padded.reshape(-1, BLOCK, *array.shape[1:])


def _pack_weights(layer):
    if layer.operator == "activation" and layer.is_int8:
        return layer.table.astype(np.int8).tobytes()
    if layer.operator == "resize":
        return b"".join(struct.pack("<HHf", *entry) for entry in (*layer.rows, *layer.columns))
    if layer.operator not in WEIGHTED:
        return b""
    if layer.operator == "depthwise_conv2d":
        channels = layer.weights.reshape(-1, layer.weights.shape[-1]).T
        return np.ascontiguousarray(_group_blocks(channels, 1).transpose(0, 2, 1)).tobytes()
    runs, items = layer.runs
    blocks = _group_blocks(layer.weights.reshape(len(layer.weights), runs, items), layer.groups)
    if not layer.is_int8:
        return np.ascontiguousarray(blocks.transpose(0, 2, 3, 1)).tobytes()
    padded = np.zeros((*blocks.shape[:3], _round_up(items, GROUP)), np.int8)
    padded[..., :items] = blocks
    # four weights of each of eight channels: the first two of all channels, then the others
    pairs = padded.reshape(len(blocks), BLOCK, runs, -1, 2, 2)
    return np.ascontiguousarray(pairs.transpose(0, 2, 3, 4, 1, 5)).tobytes()


def _pack_parameters(layer):
    if layer.operator == "move":
        return struct.pack("<14I", *layer.counts, *layer.in_steps, *layer.out_steps, layer.in_start, layer.out_start)
    if layer.factors and layer.is_int8:
        return struct.pack(f"<{len(layer.factors)}i", *layer.factors)
    if layer.operator not in WEIGHTED:
        return b""
    groups = layer.groups if layer.operator == "conv2d" else 1
    if not layer.is_int8:
        return _group_blocks(layer.bias.astype("<f4"), groups).tobytes()
    columns = [_group_blocks(column.astype("<i4"), groups) for column in (layer.bias, layer.multipliers, layer.exponents)]
    columns[1][columns[1] == 0] = 2**30  # of channels that fill up a block
    return np.stack(columns, 1).tobytes()


def write(network):
    """Return the bytes of the file. MpycamError says which layer cannot be written, and why."""
    check(network)
    arena, offsets, scratch = plan_arena(network)
    tensors = network.tensors
    numbers = {id(tensor): number for number, tensor in enumerate(tensors)}
    tables = len(tensors) * TENSOR.size + len(network.layers) * LAYER.size
    data = bytearray(HEADER.size + tables)

    def append(block):
        if not block:
            return 0
        data.extend(bytes(-len(data) % ALIGNMENT))
        data.extend(block)
        return len(data) - len(block)

    records = []
    for tensor in tensors:
        constant = tensor.data is not None
        place = append(np.ascontiguousarray(tensor.data, tensor.dtype).tobytes()) if constant else offsets[id(tensor)]
        records.append(
            TENSOR.pack(
                DTYPES.index(tensor.dtype), len(tensor.shape), tensor.zero_point, IN_FILE if constant else IN_ARENA,
                tensor.scale, *(*tensor.shape, 1, 1)[:3], place, tensor.pixel_scale, tensor.pixel_offset,
            )
        )  # fmt: skip
    for index, layer in enumerate(network.layers):
        limits = (layer.low, layer.high, layer.lowest, layer.highest)
        option = 0
        if layer.operator == "activation":
            option = FUNCTIONS.index(layer.function)
            if layer.function != "clamp":
                limits = (-128, 127, *layer.parameters)
        elif layer.operator == "average_pool":
            option = int(not layer.count_padding)
        elif layer.operator == "move" and layer.fill is not None:
            option = 1
            limits = (int(layer.fill), 127, 0.0, 0.0) if layer.is_int8 else (-128, 127, layer.fill, INFINITY)
        first, second = numbers[id(layer.source)], numbers[id(layer.inputs[-1])]
        records.append(
            LAYER.pack(
                OPERATORS.index(layer.operator), option, first, second, numbers[id(layer.output)],
                *layer.kernel, *layer.stride, *layer.padding, *layer.dilation, layer.groups, *limits,
                append(_pack_weights(layer)), append(_pack_parameters(layer)), scratch[index],
            )
        )  # fmt: skip
    labels = b"".join(label.encode() + b"\0" for label in network.labels)
    data.extend(bytes(-len(data) % ALIGNMENT))
    labels_offset = len(data)
    data.extend(labels)
    data[HEADER.size : HEADER.size + tables] = b"".join(records)
    data[: HEADER.size] = HEADER.pack(
        MAGIC, VERSION, 0, len(data), 0, arena, len(tensors), len(network.layers),
        len(network.inputs), len(network.outputs), len(network.labels), labels_offset, len(labels),
    )  # fmt: skip
    return with_checksum(bytes(data))


def with_checksum(data):
    """The file with the checksum that its bytes need."""
    return data[:12] + struct.pack("<I", zlib.crc32(data[CHECKED_FROM:])) + data[CHECKED_FROM:]


def read(data):
    """Return the Network of a file's bytes. MpycamError says what is wrong with it."""
    if len(data) < HEADER.size or data[:4] != MAGIC:
        raise MpycamError("not a .unn file")
    _, version, zero, size, checksum, _, tensors, layers, inputs, outputs, labels, start, length = HEADER.unpack_from(
        data
    )
    if version != VERSION or zero:
        raise MpycamError(f"version {version} of the .unn format, need {VERSION}: convert the model again")
    if size != len(data):
        raise MpycamError(f"need {size} bytes, have {len(data)}")
    if zlib.crc32(data[CHECKED_FROM:]) != checksum:
        raise MpycamError("wrong checksum")
    try:
        table = [_read_tensor(data, index) for index in range(tensors)]
        names = data[start : start + length].split(b"\0")[:labels]
        records = [_read_layer(data, index, table) for index in range(layers)]
        if inputs + outputs > tensors:
            raise MpycamError(f"{inputs} inputs and {outputs} outputs of {tensors} tensors")
        ends = table[:inputs], table[tensors - outputs :]
        network = Network(*ends, records, tuple(name.decode() for name in names))
        check(network)
    except (struct.error, ValueError, IndexError, TypeError, ZeroDivisionError) as error:
        raise MpycamError(f"malformed .unn file: {error}") from error
    return network


def _read_tensor(data, index):
    dtype, dims, zero_point, place, scale, *rest = TENSOR.unpack_from(data, HEADER.size + index * TENSOR.size)
    *shape, offset, pixel_scale, pixel_offset = rest
    tensor = Tensor(tuple(shape[:dims]), DTYPES[dtype], scale, zero_point, pixel_scale, pixel_offset)
    if place == IN_FILE:
        tensor.data = np.frombuffer(data, np.dtype(tensor.dtype), tensor.items, offset).reshape(tensor.shape)
    return tensor


def _read_layer(data, index, tensors):
    start = HEADER.size + len(tensors) * TENSOR.size + index * LAYER.size
    operator, option, first, second, output, *rest = LAYER.unpack_from(data, start)
    *window, groups, low, high, lowest, highest, weights, parameters, _ = rest
    kernel, stride, padding, dilation = (tuple(window[i : i + 2]) for i in range(0, 8, 2))
    layer = Layer(OPERATORS[operator], [tensors[first]], tensors[output], kernel, stride, padding, dilation, groups)
    if layer.operator in ("add", "multiply"):
        layer.inputs.append(tensors[second])
    layer.low, layer.high, layer.lowest, layer.highest = low, high, lowest, highest
    if layer.operator == "activation":
        layer.function = FUNCTIONS[option]
        if layer.function != "clamp":
            layer.parameters, layer.lowest, layer.highest = (lowest, highest), -INFINITY, INFINITY
        if layer.is_int8:
            layer.table = np.frombuffer(data, np.int8, 256, weights)
    elif layer.operator == "average_pool":
        layer.count_padding = not option
    elif layer.operator == "move":
        numbers = struct.unpack_from("<14I", data, parameters)
        layer.counts, layer.in_steps, layer.out_steps = numbers[:4], numbers[4:8], numbers[8:12]
        layer.in_start, layer.out_start = numbers[12:]
        layer.fill = (low if layer.is_int8 else lowest) if option else None
        layer.low, layer.high, layer.lowest, layer.highest = -128, 127, -INFINITY, INFINITY
    elif layer.operator == "resize":
        height, width, _ = layer.output.image_shape
        entries = [struct.unpack_from("<HHf", data, weights + 8 * i) for i in range(height + width)]
        layer.rows, layer.columns = entries[:height], entries[height:]
    elif layer.operator in ("add", "multiply") and layer.is_int8:
        layer.factors = struct.unpack_from("<4i" if layer.operator == "add" else "<2i", data, parameters)
    elif layer.operator in WEIGHTED:
        _read_weights(layer, data, weights, parameters)
    return layer


def _ungroup(blocks, layer, groups):
    """The output channels of what `_group_blocks` made."""
    channels = layer.output.image_shape[2]
    grouped = blocks.reshape(groups, -1, *blocks.shape[2:])
    return np.ascontiguousarray(grouped[:, : channels // groups].reshape(channels, *blocks.shape[2:]))


def _read_weights(layer, data, weights, parameters):
    dtype = np.dtype(layer.source.dtype).newbyteorder("<")
    groups = layer.groups if layer.operator == "conv2d" else 1
    blocks = _round_up(layer.output.image_shape[2] // groups, BLOCK) // BLOCK * groups
    runs, items = layer.runs
    grouped = layer.operator == "conv2d" and layer.is_int8
    stored = _round_up(items, GROUP) if grouped else items
    flat = np.frombuffer(data, dtype, blocks * BLOCK * runs * stored, weights)
    if grouped:
        pairs = flat.reshape(blocks, runs, stored // GROUP, 2, BLOCK, 2).transpose(0, 4, 1, 2, 3, 5)
        rows = pairs.reshape(blocks, BLOCK, runs, stored)[..., :items]
    else:
        rows = flat.reshape(blocks, runs, items, BLOCK).transpose(0, 3, 1, 2)
    rows = _ungroup(np.ascontiguousarray(rows), layer, groups)
    if layer.operator == "conv2d":
        layer.weights = rows.reshape(len(rows), *layer.kernel, -1)
    else:
        layer.weights = np.ascontiguousarray(rows.reshape(len(rows), -1).T).reshape(*layer.kernel, -1)
    if not layer.is_int8:
        layer.bias = _ungroup(np.frombuffer(data, "<f4", blocks * BLOCK, parameters).reshape(blocks, BLOCK), layer, groups)
        return
    columns = np.frombuffer(data, "<i4", blocks * BLOCK * 3, parameters).reshape(blocks, 3, BLOCK)
    layer.bias, layer.multipliers, layer.exponents = (_ungroup(columns[:, i], layer, groups) for i in range(3))
