"""The .unn network file: writer, reader and the reference of its arithmetic.

docs/unn-format.md is the specification. `run_reference` is what the C runtime
is tested against: bit for bit for int8, to rounding for float32.
"""

import struct
import zlib
from dataclasses import dataclass, field

import numpy as np

from mpycam.errors import MpycamError

MAGIC = b"UNN\0"
VERSION = 1
ALIGNMENT = 16

HEADER = struct.Struct("<4sHHIIIffHHII")
CHECKED_FROM = 16  # the checksum covers all that follows it
TENSOR = struct.Struct("<BBbBfIIIII")
LAYER = struct.Struct("<BBHHHHHHHIIII")

OPERATORS = ("conv2d", "depthwise_conv2d", "dense", "max_pool", "average_pool", "activation", "softmax", "flatten")
ACTIVATIONS = ("none", "relu", "relu6")
DTYPES = ("int8", "float32")

WEIGHTED = ("conv2d", "depthwise_conv2d", "dense")
CHANNEL_BLOCK = 4  # output channels are stored in whole blocks of this many
ROW_BLOCK = {"int8": 8, "float32": 4}  # and so are the weights of one of them

INT32_MAX = 2**31 - 1
LARGEST_PRODUCT = 127 * 128


@dataclass(eq=False)
class Tensor:
    """What one layer hands to the next.

    shape: (height, width, channels), (height, width) or (items,).
    dtype: "int8" or "float32". An int8 value q stands for (q - zero_point) * scale.
    """

    shape: tuple
    dtype: str = "float32"
    scale: float = 1.0
    zero_point: int = 0

    @property
    def image_shape(self):
        """(height, width, channels), whatever the number of dimensions."""
        if len(self.shape) == 1:
            return (1, 1, self.shape[0])
        return self.shape if len(self.shape) == 3 else (*self.shape, 1)

    @property
    def items(self):
        return int(np.prod(self.shape))

    @property
    def bytes(self):
        return self.items * np.dtype(self.dtype).itemsize


@dataclass(eq=False)
class Layer:
    """One operator.

    weights: conv2d (out, height, width, in), depthwise_conv2d (height, width,
    channels), dense (out, in) with the input in (height, width, channel) order.
    bias: one per output channel. In int8 networks weights are -127 to 127, bias
    is int32 with the input's zero point folded in, and multipliers and shifts
    (one per output channel, a single one for average_pool) requantise.
    padding: (top, left); bottom and right follow from the output's shape.
    """

    operator: str
    activation: str = "none"
    kernel: tuple = (1, 1)
    stride: tuple = (1, 1)
    padding: tuple = (0, 0)
    weights: np.ndarray | None = None
    bias: np.ndarray | None = None
    multipliers: np.ndarray | None = None
    shifts: np.ndarray | None = None


@dataclass(eq=False)
class Network:
    """A chain of layers: layers[i] reads tensors[i] and writes tensors[i + 1].

    scale, offset: the network sees (pixel - offset) * scale, pixel 0 to 255.
    labels: one per item of the output's last axis, or none.
    """

    tensors: list
    layers: list
    scale: float = 1 / 255
    offset: float = 0.0
    labels: tuple = field(default=())

    @property
    def multiply_adds(self):
        return sum(_multiply_adds(layer, *self.around(i)) for i, layer in enumerate(self.layers))

    @property
    def arena_bytes(self):
        return plan_arena(self)[0]

    def around(self, index):
        """The tensors that a layer reads and writes."""
        return self.tensors[index], self.tensors[index + 1]


def window_count(size, kernel, stride, before, after):
    """How many windows fit along one axis of `size` items padded on both sides."""
    return (size + before + after - kernel) // stride + 1


def _multiply_adds(layer, source, target):
    if layer.operator == "dense":
        return source.items * target.items
    if layer.operator not in WEIGHTED:
        return 0
    each = layer.kernel[0] * layer.kernel[1]
    return target.items * each * (source.image_shape[2] if layer.operator == "conv2d" else 1)


def _round_up(size, block):
    return -(-size // block) * block


def _scratch_bytes(layer, source):
    """What a layer needs beside its input and output: one or two windows of the input."""
    itemsize = np.dtype(source.dtype).itemsize
    window = layer.kernel[0] * layer.kernel[1] * source.image_shape[2]
    if layer.operator == "dense":
        return _round_up(source.items, ROW_BLOCK[source.dtype]) * itemsize
    if layer.operator == "conv2d":
        return 2 * _round_up(window, ROW_BLOCK[source.dtype]) * itemsize
    return window * itemsize if layer.operator == "depthwise_conv2d" else 0


def plan_arena(network):
    """Place tensors and scratch memory: (arena bytes, offset of each tensor, offset of each layer's scratch).

    Only a layer's own input, output and scratch live at the same time, so
    tensors lie at the two ends of the arena in turn.
    """
    sizes = [_round_up(tensor.bytes, ALIGNMENT) for tensor in network.tensors]
    scratch = [_scratch_bytes(layer, tensor) for layer, tensor in zip(network.layers, network.tensors, strict=False)]
    scratch = [_round_up(size, ALIGNMENT) for size in scratch]
    in_place = [layer.operator == "flatten" for layer in network.layers]
    arena = sizes[0]
    for i, shares in enumerate(in_place):
        arena = max(arena, sizes[i] if shares else sizes[i] + sizes[i + 1] + scratch[i])
    offsets, scratch_offsets, low = [0], [], True
    for i, shares in enumerate(in_place):
        if shares:
            offsets.append(offsets[i])
        else:
            low = not low
            offsets.append(0 if low else arena - sizes[i + 1])
        scratch_offsets.append((sizes[i + 1] if low else sizes[i]) if scratch[i] else 0)
    return arena, offsets, scratch_offsets


def check(network):
    """Raise MpycamError where a layer does not fit the tensors around it."""
    if len(network.tensors) != len(network.layers) + 1 or not network.layers:
        raise MpycamError(
            f"{len(network.layers)} layers need {len(network.layers) + 1} tensors, have {len(network.tensors)}"
        )
    if network.labels and len(network.labels) != network.tensors[-1].shape[-1]:
        raise MpycamError(f"{len(network.labels)} labels for an output of shape {network.tensors[-1].shape}")
    for index, layer in enumerate(network.layers):
        try:
            _check_layer(layer, *network.around(index))
        except MpycamError as error:
            raise MpycamError(f"layer {index} ({layer.operator}): {error}") from None


def _check_layer(layer, source, target):
    def need(condition, text):
        if not condition:
            raise MpycamError(text)

    need(layer.operator in OPERATORS, f"operator is not one of {', '.join(OPERATORS)}")
    need(layer.activation in ACTIVATIONS, f"activation {layer.activation} is not one of {', '.join(ACTIVATIONS)}")
    need(layer.operator == "softmax" or source.dtype == target.dtype, f"reads {source.dtype}, writes {target.dtype}")
    if layer.operator in ("conv2d", "depthwise_conv2d", "max_pool", "average_pool"):
        for axis in range(2):
            kernel, stride, before = layer.kernel[axis], layer.stride[axis], layer.padding[axis]
            last = (target.image_shape[axis] - 1) * stride - before
            need(
                kernel >= 1 and stride >= 1 and 0 <= before < kernel and last < source.image_shape[axis],
                f"kernel {kernel}, stride {stride}, padding {before} do not make "
                f"{target.image_shape[axis]} of {source.image_shape[axis]}; every window must touch the image",
            )
    shapes = {
        "conv2d": (target.image_shape[2], *layer.kernel, source.image_shape[2]),
        "depthwise_conv2d": (*layer.kernel, target.image_shape[2]),
        "dense": (target.items, source.items),
    }
    if layer.operator in shapes:
        shape = shapes[layer.operator]
        need(layer.weights.shape == shape, f"weights have shape {layer.weights.shape}, need {shape}")
        need(layer.weights.dtype == source.dtype, f"weights are {layer.weights.dtype}, need {source.dtype}")
        if source.dtype == "int8":
            rows = layer.weights.size // target.image_shape[2]
            need(np.abs(layer.weights.astype(int)).max() <= 127, "a weight is below -127")
            need(
                np.abs(layer.bias.astype(np.int64)).max() + LARGEST_PRODUCT * rows <= INT32_MAX,
                "sums do not fit 32 bits",
            )
    if layer.operator != "conv2d" and layer.operator != "dense" and layer.operator != "flatten":
        need(source.image_shape[2] == target.image_shape[2], f"makes {target.shape} of {source.shape}")
    if layer.operator in ("activation", "softmax"):
        need(source.shape == target.shape, f"makes {target.shape} of {source.shape}")
    if layer.operator == "flatten":
        need(target.shape == (source.items,), f"makes {target.shape} of {source.shape}")
    if layer.operator == "softmax":
        need(target.dtype == "float32", "writes float32 only")
    if layer.operator in ("max_pool", "activation", "flatten"):
        same = (source.scale, source.zero_point) == (target.scale, target.zero_point)
        need(same, "changes scale or zero point")
    if layer.operator in ("max_pool", "softmax", "flatten"):
        need(layer.activation == "none", "takes no activation")


def _pack_weights(layer, dtype):
    if layer.operator == "depthwise_conv2d":
        return layer.weights.tobytes()
    rows = layer.weights.reshape(len(layer.weights), -1)
    padded = np.zeros((_round_up(len(rows), CHANNEL_BLOCK), _round_up(rows.shape[1], ROW_BLOCK[dtype])), dtype)
    padded[: len(rows), : rows.shape[1]] = rows
    return padded.tobytes()


def _channel_columns(dtype):
    return (("bias", "<i4"), ("multipliers", "<i4"), ("shifts", "<i4")) if dtype == "int8" else (("bias", "<f4"),)


def _pack_channels(layer, dtype, count):
    """Bias, multipliers and shifts, each in whole blocks of channels."""
    fill = {"bias": 0, "multipliers": 2**30, "shifts": 0}
    columns = []
    for name, code in _channel_columns(dtype):
        column = np.full(_round_up(count, CHANNEL_BLOCK), fill[name], code)
        values = getattr(layer, name)
        column[:count] = 0 if values is None else values
        columns.append(column.tobytes())
    return b"".join(columns)


def _channel_count(layer, source, target):
    """How many channels have parameters: one for the multiplier of int8 average pooling."""
    if layer.operator in WEIGHTED:
        return target.image_shape[2]
    return int(layer.operator == "average_pool" and source.dtype == "int8")


def write(network):
    """Return the bytes of the file. MpycamError says which layer cannot be written, and why."""
    check(network)
    arena, offsets, scratch = plan_arena(network)
    tables = len(network.tensors) * TENSOR.size + len(network.layers) * LAYER.size
    data = bytearray(HEADER.size + tables)

    def append(block):
        data.extend(bytes(-len(data) % ALIGNMENT))
        data.extend(block)
        return len(data) - len(block)

    records = []
    for tensor, offset in zip(network.tensors, offsets, strict=True):
        shape = (*tensor.shape, 1, 1)[:3]
        dtype = DTYPES.index(tensor.dtype)
        records.append(TENSOR.pack(dtype, len(tensor.shape), tensor.zero_point, 0, tensor.scale, *shape, offset, 0))
    for i, layer in enumerate(network.layers):
        source, target = network.around(i)
        weights = append(_pack_weights(layer, source.dtype)) if layer.operator in WEIGHTED else 0
        count = _channel_count(layer, source, target)
        channels = append(_pack_channels(layer, source.dtype, count)) if count else 0
        records.append(
            LAYER.pack(
                OPERATORS.index(layer.operator), ACTIVATIONS.index(layer.activation), 0,
                *layer.kernel, *layer.stride, *layer.padding, weights, channels, scratch[i], 0,
            )
        )  # fmt: skip
    labels = b"".join(label.encode() + b"\0" for label in network.labels)
    labels_offset = append(labels)
    data[HEADER.size : HEADER.size + tables] = b"".join(records)
    data[: HEADER.size] = HEADER.pack(
        MAGIC, VERSION, 0, len(data), 0, arena, network.scale, network.offset,
        len(network.layers), len(network.labels), labels_offset, len(labels),
    )  # fmt: skip
    return with_checksum(bytes(data))


def with_checksum(data):
    """The file with the checksum that its bytes need."""
    return data[:12] + struct.pack("<I", zlib.crc32(data[CHECKED_FROM:])) + data[CHECKED_FROM:]


def read(data):
    """Return the Network of a file's bytes. MpycamError says what is wrong with it."""
    if len(data) < HEADER.size or data[:4] != MAGIC:
        raise MpycamError("not a .unn file")
    _, version, zero, size, checksum, _, scale, offset, layers, labels, *labels_place = HEADER.unpack_from(data)
    labels_offset, labels_bytes = labels_place
    if version != VERSION or zero:
        raise MpycamError(f"version {version} of the .unn format, need {VERSION}")
    if size != len(data):
        raise MpycamError(f"need {size} bytes, have {len(data)}")
    if zlib.crc32(data[CHECKED_FROM:]) != checksum:
        raise MpycamError("wrong checksum")
    try:
        tensors = [_read_tensor(data, i) for i in range(layers + 1)]
        names = data[labels_offset : labels_offset + labels_bytes].split(b"\0")[:labels]
        network = Network(tensors, [], scale, offset, tuple(name.decode() for name in names))
        for i in range(layers):
            network.layers.append(_read_layer(data, i, layers, *network.around(i)))
    except (struct.error, ValueError, IndexError) as error:
        raise MpycamError(f"malformed .unn file: {error}") from error
    check(network)
    return network


def _read_tensor(data, index):
    dtype, dims, zero_point, _, scale, *shape, _, _ = TENSOR.unpack_from(data, HEADER.size + index * TENSOR.size)
    return Tensor(tuple(shape[:dims]), DTYPES[dtype], scale, zero_point)


def _read_layer(data, index, layers, source, target):
    start = HEADER.size + (layers + 1) * TENSOR.size + index * LAYER.size
    operator, activation, _, *window, weights, channels, _, _ = LAYER.unpack_from(data, start)
    window = tuple(window)
    layer = Layer(OPERATORS[operator], ACTIVATIONS[activation], window[:2], window[2:4], window[4:])
    dtype = np.dtype(source.dtype).newbyteorder("<")
    count = target.image_shape[2]
    if layer.operator == "depthwise_conv2d":
        shape = (*layer.kernel, count)
        layer.weights = np.frombuffer(data, dtype, int(np.prod(shape)), weights).reshape(shape)
    elif layer.operator in WEIGHTED:
        shape = (source.items,) if layer.operator == "dense" else (*layer.kernel, source.image_shape[2])
        row, rows = int(np.prod(shape)), _round_up(count, CHANNEL_BLOCK)
        padded = np.frombuffer(data, dtype, rows * _round_up(row, ROW_BLOCK[source.dtype]), weights)
        layer.weights = padded.reshape(rows, -1)[:count, :row].reshape(count, *shape)
    count = _channel_count(layer, source, target)
    if count:
        for position, (name, code) in enumerate(_channel_columns(source.dtype)):
            start = channels + position * 4 * _round_up(count, CHANNEL_BLOCK)
            setattr(layer, name, np.frombuffer(data, code, count, start))
    return layer


def requantise(sums, multipliers, shifts):
    """Return sums * multipliers * 2 ** (-31 - shifts) as int64.

    Rounds to the nearest, halves upward, once after the multiplication and once
    after the shift to the right. A shift to the left comes first and saturates.
    """
    shifts = np.asarray(shifts, np.int64)
    left, right = np.maximum(-shifts, 0), np.maximum(shifts, 0)
    sums = np.clip(np.asarray(sums, np.int64) << left, -INT32_MAX - 1, INT32_MAX)
    high = (sums * np.asarray(multipliers, np.int64) + 2**30) >> 31
    return (high + ((1 << right) >> 1)) >> right


def activation_range(activation, tensor):
    """The smallest and largest int8 value that an activation lets through."""
    if activation == "none":
        return -128, 127
    if activation == "relu":
        return tensor.zero_point, 127
    six = np.floor(6 / np.float64(np.float32(tensor.scale)) + 0.5)
    return tensor.zero_point, int(min(tensor.zero_point + six, 127))


def quantise_image(images, network):
    """Quantise pixels for an int8 network, in float64, halves upward; not-a-number becomes -128."""
    tensor = network.tensors[0]
    offset, factor = np.float64(np.float32(network.offset)), np.float64(np.float32(network.scale))
    factor = factor / np.float64(np.float32(tensor.scale))
    values = np.floor((np.asarray(images, np.float64) - offset) * factor + 0.5) + tensor.zero_point
    return np.fmin(np.fmax(values, -128), 127).astype(np.int8)


def _windows(values, layer, target, fill):
    """Every window of a batch (n, height, width, channels) as (n, rows, columns, height, width, channels)."""
    height, width = layer.kernel
    spans, pads = [], [(0, 0)]
    for axis in range(2):
        size, before = values.shape[axis + 1], layer.padding[axis]
        span = (target.image_shape[axis] - 1) * layer.stride[axis] + layer.kernel[axis]
        pads.append((before, max(0, span - before - size)))
        spans.append(span)
    padded = np.pad(values, [*pads, (0, 0)], constant_values=fill)[:, : spans[0], : spans[1]]
    views = np.lib.stride_tricks.sliding_window_view(padded, (height, width), (1, 2))
    return views[:, :: layer.stride[0], :: layer.stride[1]].transpose(0, 1, 2, 4, 5, 3)


def _sums(values, layer, target, fill):
    """Products summed in float64, which is exact for int8: the sums stay below 2 ** 31."""
    if layer.operator == "dense":
        rows = values.reshape(len(values), -1).astype(np.float64)
        sums = rows @ layer.weights.T.astype(np.float64)
    else:
        windows = _windows(values, layer, target, fill).astype(np.float64)
        if layer.operator == "conv2d":
            weights = layer.weights.reshape(len(layer.weights), -1).astype(np.float64)
            sums = windows.reshape(*windows.shape[:3], -1) @ weights.T
        else:
            sums = (windows * layer.weights.astype(np.float64)).sum((3, 4))
    return sums + layer.bias


def _run_int8(values, layer, source, target):
    low, high = activation_range(layer.activation, target)
    if layer.operator == "max_pool":
        return _windows(values, layer, target, -128).max((3, 4))
    if layer.operator == "activation":
        return np.clip(values, low, high)
    if layer.operator == "average_pool":
        windows = _windows(values, layer, target, source.zero_point).astype(np.int64)
        sums = (windows - source.zero_point).sum((3, 4))
    else:
        sums = _sums(values, layer, target, source.zero_point).astype(np.int64)
    result = requantise(sums, layer.multipliers, layer.shifts) + target.zero_point
    return np.clip(result, low, high).astype(np.int8)


def _run_float32(values, layer, target):
    if layer.operator == "max_pool":
        result = _windows(values, layer, target, -np.inf).max((3, 4))
    elif layer.operator == "average_pool":
        result = _windows(values, layer, target, 0).astype(np.float64).mean((3, 4))
    elif layer.operator == "activation":
        result = values
    else:
        result = _sums(values, layer, target, 0)
    if layer.activation != "none":
        result = np.clip(result, 0, 6 if layer.activation == "relu6" else None)
    return result.astype(np.float32)


def exp_negative(x):
    """exp of float32 values that are not above 0, from float32 products and sums alone.

    exp(x) = 2**k * exp(r), r = x - k ln 2 with ln 2 in two parts, exp(r) by its
    power series up to r**7 / 7!. Below -87, where 2**k would be subnormal, it is 0.
    """
    f = np.float32
    x = np.asarray(x, np.float32)
    inside = np.where(x >= f(-87), x, f(0))
    k = np.trunc(inside * f(1.44269504) - f(0.5))
    r = (inside - k * f(0.693359375)) - k * f(-2.12194440e-4)
    series = f(1 / 5040)
    for term in (1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1, 1):
        series = series * r + f(term)
    return np.where(x >= f(-87), np.ldexp(series, k.astype(np.int32)), f(0))


def softmax(values, tensor):
    """Softmax along the last axis in float32, summed in the order of the items."""
    if values.dtype == np.int8:
        differences = (values.astype(np.int32) - values.max(-1, keepdims=True)).astype(np.float32)
        differences = differences * np.float32(tensor.scale)
    else:
        differences = values - values.max(-1, keepdims=True)
    exponentials = exp_negative(differences)
    return exponentials / np.add.accumulate(exponentials, -1)[..., -1:]


def run_layers(network, images):
    """Yield the values of each tensor in turn for a batch of images, as (n, height, width, channels) arrays.

    images: (n, *input shape), uint8, float32 or float64, pixels 0 to 255.
    """
    source = network.tensors[0]
    values = np.asarray(images).reshape(len(images), *source.image_shape)
    if source.dtype == "int8":
        values = quantise_image(values, network)
    else:
        values = (values.astype(np.float32) - np.float32(network.offset)) * np.float32(network.scale)
    yield values
    for index, layer in enumerate(network.layers):
        source, target = network.around(index)
        if layer.operator == "softmax":
            values = softmax(values, source)
        elif layer.operator != "flatten":
            run = _run_int8(values, layer, source, target) if source.dtype == "int8" else None
            values = _run_float32(values, layer, target) if run is None else run
        values = values.reshape(len(values), *target.image_shape)
        yield values


def run_reference(network, image):
    """Return what the network answers to one image: float32, of the output's shape.

    image: an array of the input's shape, uint8, float32 or float64, pixels 0 to 255.
    """
    image = np.asarray(image)
    if image.shape != tuple(network.tensors[0].shape):
        raise MpycamError(f"image has shape {image.shape}, the network takes {tuple(network.tensors[0].shape)}")
    *_, values = run_layers(network, image[None])
    output = network.tensors[-1]
    if output.dtype == "int8":
        values = (values.astype(np.int32) - output.zero_point).astype(np.float32) * np.float32(output.scale)
    return values.reshape(output.shape)
