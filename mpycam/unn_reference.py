"""The arithmetic of the .unn format in NumPy: bit for bit for int8, to rounding for float32."""

import numpy as np

from mpycam.errors import MpycamError

def requantise(sums, multipliers, exponents):
    """Return sums * multipliers * 2 ** (exponents - 31) as int64.

    Rounds to the nearest, halves upward, once after the multiplication and once
    after the shift to the right by -exponents.
    """
    shifts = -np.asarray(exponents, np.int64)
    high = (np.asarray(sums, np.int64) * np.asarray(multipliers, np.int64) + 2**30) >> 31
    return (high + ((1 << shifts) >> 1)) >> shifts


def quantise_values(values, tensor):
    """Quantise real values in float64, halves upward; not-a-number becomes -128."""
    values = np.floor(np.asarray(values, np.float64) / np.float64(np.float32(tensor.scale)) + 0.5) + tensor.zero_point
    return np.fmin(np.fmax(values, -128), 127).astype(np.int8)


def dequantise_values(values, tensor):
    """The real numbers, float32, that int8 values stand for."""
    return (values.astype(np.int32) - tensor.zero_point).astype(np.float32) * np.float32(tensor.scale)


def normalise(pixels, tensor):
    """What an input holds of pixels (n, height, width, channels)."""
    offset, scale = np.float32(tensor.pixel_offset), np.float32(tensor.pixel_scale)
    if tensor.dtype == "float32":
        return (pixels.astype(np.float32) - offset) * scale
    return quantise_values((np.asarray(pixels, np.float64) - np.float64(offset)) * np.float64(scale), tensor)


def _windows(values, layer, fill):
    """Every window of a batch (n, height, width, channels) as (n, rows, columns, height, width, channels)."""
    pads, spans, sizes = [(0, 0)], [], []
    for axis in range(2):
        size, before = values.shape[axis + 1], layer.padding[axis]
        sizes.append((layer.kernel[axis] - 1) * layer.dilation[axis] + 1)
        spans.append((layer.output.image_shape[axis] - 1) * layer.stride[axis] + sizes[-1])
        pads.append((before, max(0, spans[-1] - before - size)))
    padded = np.pad(values, [*pads, (0, 0)], constant_values=fill)[:, : spans[0], : spans[1]]
    views = np.lib.stride_tricks.sliding_window_view(padded, sizes, (1, 2))
    views = views[:, :: layer.stride[0], :: layer.stride[1], :, :: layer.dilation[0], :: layer.dilation[1]]
    return views.transpose(0, 1, 2, 4, 5, 3)


def _sums(values, layer, fill):
    """Products summed in float64, which is exact for int8: the sums stay below 2 ** 31."""
    windows = _windows(values, layer, fill).astype(np.float64)
    weights = layer.weights.astype(np.float64)
    if layer.operator == "depthwise_conv2d":
        return (windows * weights).sum((3, 4)) + layer.bias
    groups, outs = layer.groups, len(weights) // layer.groups
    split = windows.reshape(*windows.shape[:5], groups, -1)
    parts = [
        split[..., group, :].reshape(*windows.shape[:3], -1) @ weights[group * outs : (group + 1) * outs].reshape(outs, -1).T
        for group in range(groups)
    ]
    return np.concatenate(parts, -1) + layer.bias


def round_float32(values):
    """float32 values to whole int64, halves upward, as the runtime does it; not-a-number becomes the smallest."""
    limited = np.where(values > np.float32(-1024), np.minimum(values, np.float32(1024)), np.float32(-1024))
    return np.trunc(limited + np.float32(1024.5)).astype(np.int64) - 1024


def _average(values, layer):
    source = layer.source
    windows = _windows(values, layer, source.zero_point)
    area = np.full(windows.shape[1:3], layer.kernel[0] * layer.kernel[1])
    if not layer.count_padding:
        inside = _windows(np.ones((1, *values.shape[1:3], 1)), layer, 0).sum((3, 4, 5))[0]
        area = inside.astype(np.int64)
    area = area[None, :, :, None].astype(np.float32)
    if not layer.is_int8:
        return (windows.astype(np.float64).sum((3, 4)) / area).astype(np.float32)
    sums = (windows.astype(np.int64) - source.zero_point).sum((3, 4)).astype(np.float32)
    ratio = np.float32(source.scale) / np.float32(layer.output.scale)
    return round_float32(sums * (ratio / area)) + layer.output.zero_point


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
    values = values.astype(np.float32)
    exponentials = exp_negative((values - values.max(-1, keepdims=True)) * np.float32(tensor.scale))
    return exponentials / np.add.accumulate(exponentials, -1)[..., -1:]


def _sigmoid(x):
    exponential = exp_negative(-np.abs(x))
    return np.where(x < 0, exponential, np.float32(1)) / (np.float32(1) + exponential)


def activation(layer, x):
    """What an activation makes of float32 values."""
    slope, offset = np.float32(layer.parameters)
    if layer.function == "leaky_relu":
        return np.where(x < 0, x * slope, x)
    if layer.function == "hard_swish":
        return x * np.clip(x * slope + offset, 0, 1)
    if layer.function == "hard_sigmoid":
        return np.clip(x * slope + offset, 0, 1)
    if layer.function == "sigmoid":
        return _sigmoid(x)
    if layer.function == "tanh":
        return np.float32(2) * _sigmoid(np.float32(2) * x) - np.float32(1)
    return np.clip(x, np.float32(layer.lowest), np.float32(layer.highest))


def _resize(values, layer):
    def parts(entries):
        first, second, part = zip(*entries, strict=True)
        return np.array(first), np.array(second), np.array(part, np.float32)

    values = values.astype(np.float32)
    first, second, part = parts(layer.columns)
    lines = values[:, :, first] + (values[:, :, second] - values[:, :, first]) * part[:, None]
    first, second, part = parts(layer.rows)
    result = lines[:, first] + (lines[:, second] - lines[:, first]) * part[:, None, None]
    if not layer.is_int8:
        return result
    zero = layer.output.zero_point
    return np.clip(round_float32(result - np.float32(zero)) + zero, layer.low, layer.high).astype(np.int8)


def _move(values, layer, before):
    shape = (len(values), layer.output.items)
    if layer.fill is not None:
        result = np.full(shape, layer.fill, values.dtype)
    else:
        result = np.zeros(shape, values.dtype) if before is None else before.reshape(shape).copy()

    def places(start, steps):
        grid = np.indices(layer.counts).reshape(4, -1)
        return start + np.array(steps, np.int64) @ grid

    source = values.reshape(len(values), -1)
    result[:, places(layer.out_start, layer.out_steps)] = source[:, places(layer.in_start, layer.in_steps)]
    return result


def _second(values, tensor, shape):
    """A second operand, spread over the first one's shape."""
    count = 1 if tensor.data is not None else len(values)
    flat = values[:count].reshape(count, -1)
    if flat.shape[1] == int(np.prod(shape)):
        return flat.reshape(count, *shape)
    return flat.reshape(count, 1, 1, -1)


def run_layer(layer, values, before=None):
    """What one layer makes of its inputs' values, (n, height, width, channels) arrays; (height, ...) of constants.

    before: what an earlier move wrote to the same output.
    """
    source, target, x = layer.source, layer.output, values[0]
    if layer.operator == "softmax":
        result = softmax(x, source)
    elif layer.operator == "convert":
        result = dequantise_values(x, source) if layer.is_int8 else quantise_values(x, target)
    elif layer.operator == "move":
        result = _move(x, layer, before)
    elif layer.operator == "resize":
        result = _resize(x, layer)
    elif layer.operator == "reshape":
        result = x
    elif layer.is_int8:
        result = _run_int8(layer, values)
    else:
        result = _run_float32(layer, values)
    return result.reshape(len(result), *target.image_shape)


def _run_int8(layer, values):
    x, source, target = values[0], layer.source, layer.output
    if layer.operator == "activation":
        return layer.table[x.astype(np.int64) + 128]
    if layer.operator == "max_pool":
        return np.maximum(_windows(x, layer, -128).max((3, 4)), np.int8(layer.low))
    if layer.operator == "average_pool":
        result = _average(x, layer)
    elif layer.operator == "add":
        a, b, constant, shift = layer.factors
        y = _second(values[1], layer.inputs[1], x.shape[1:]).astype(np.int64)
        result = (x.astype(np.int64) * a + y * b + constant) >> shift
    elif layer.operator == "multiply":
        y = _second(values[1], layer.inputs[1], x.shape[1:]).astype(np.int64) - layer.inputs[1].zero_point
        result = requantise((x.astype(np.int64) - source.zero_point) * y, *layer.factors) + target.zero_point
    else:
        sums = _sums(x, layer, source.zero_point).astype(np.int64)
        result = requantise(sums, layer.multipliers, layer.exponents) + target.zero_point
    return np.clip(result, layer.low, layer.high).astype(np.int8)


def _run_float32(layer, values):
    x = values[0]
    if layer.operator == "activation":
        return activation(layer, x)
    if layer.operator == "max_pool":
        result = _windows(x, layer, -np.inf).max((3, 4))
    elif layer.operator == "average_pool":
        result = _average(x, layer)
    elif layer.operator in ("add", "multiply"):
        y = _second(values[1], layer.inputs[1], x.shape[1:])
        result = x + y if layer.operator == "add" else x * y
    else:
        result = _sums(x, layer, 0)
    return np.clip(result, np.float32(layer.lowest), np.float32(layer.highest)).astype(np.float32)


def run_network(network, *images):
    """Return the values of every tensor for batches of images: {id of the Tensor: (n, height, width, channels)}.

    images: for each input (n, *its shape), uint8, float32 or float64, pixels 0 to 255.
    """
    if len(images) != len(network.inputs):
        raise MpycamError(f"{len(images)} images, the network takes {len(network.inputs)}")
    values = {}
    for tensor, pixels in zip(network.inputs, images, strict=True):
        pixels = np.asarray(pixels)
        if pixels.shape[1:] != tuple(tensor.shape):
            raise MpycamError(f"image has shape {pixels.shape[1:]}, the network takes {tuple(tensor.shape)}")
        values[id(tensor)] = normalise(pixels.reshape(len(pixels), *tensor.image_shape), tensor)
    for layer in network.layers:
        for tensor in layer.inputs:
            if tensor.data is not None:
                values[id(tensor)] = np.broadcast_to(tensor.data, (len(images[0]), *tensor.shape))
        before = values.get(id(layer.output))
        values[id(layer.output)] = run_layer(layer, [values[id(tensor)] for tensor in layer.inputs], before)
    return values


def answer(tensor, values):
    """What the runtime returns for an output's values: float32 (n, *shape)."""
    if tensor.dtype == "int8":
        values = dequantise_values(values, tensor)
    return values.reshape(len(values), *tensor.shape)


def run_reference(network, *images):
    """What the network answers to one image for each input: float32 of the first output's shape, or a tuple of all."""
    values = run_network(network, *(np.asarray(image)[None] for image in images))
    answers = tuple(answer(tensor, values[id(tensor)])[0] for tensor in network.outputs)
    return answers if len(answers) > 1 else answers[0]
