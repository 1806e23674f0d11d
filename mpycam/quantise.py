"""Turns a float32 network into an int8 one, from images that show what it will see."""

import math
from dataclasses import replace

import numpy as np

from mpycam.errors import MpycamError
from mpycam.unn_file import SAME_SCALE, WEIGHTED, Layer, Network, Tensor, need
from mpycam.unn_reference import activation, dequantise_values, run_network

BATCH = 16
SAMPLES = 20_000  # values per tensor and batch that a percentile or a histogram is taken of
LARGEST_BIAS = 2**29  # leaves room in 32 bits for the products
LARGEST_FACTOR = 0.99  # of requantisation; an output finer than its products would only hold more zeros
ADD_BITS = 19  # of the larger factor of a sum
FINEST_SUM = 64  # steps of a sum in one of what is added
METHODS = ("minmax", "percentile", "mse")


def quantise(network, images=None, percentile=100.0, method=None, keep_float=()):
    """Return the int8 counterpart of a float32 network.

    images: (n, *input shape) uint8, like those that the network will see; for a
    network of several inputs a list of such arrays. Not needed for a network
    with QuantizeLinear, whose tensors have scales of their own: those become
    int8, what is between others stays in float32.
    method: how the range of a tensor follows from its values: "minmax", all of
    them; "percentile", as many as `percentile` says; "mse", the range that
    gives the least mean square error. Default: percentile where that is below
    100, else minmax. Weights are symmetric per output channel, everything
    between layers asymmetric per tensor.
    keep_float: names or numbers of layers that stay in float32.
    """
    method = method or ("percentile" if percentile < 100 else "minmax")
    need(method in METHODS, f"calibration {method} is not one of {', '.join(METHODS)}")
    need(50 < percentile <= 100, f"a percentile of {percentile} is not possible, need above 50 and at most 100")
    known = {layer.name for layer in network.layers} | set(range(len(network.layers)))
    need(known >= set(keep_float), f"no layer is named {', '.join(sorted(map(str, set(keep_float) - known)))}")
    need(images is not None or network.has_scales, "no tensor has a scale of its own: calibration images are needed")
    return _Quantiser(network, _Ranges(network, images, percentile, method), keep_float).run()


def scale_and_zero_point(low, high):
    """The int8 scale (a float32 value) and zero point that cover low to high and represent 0 exactly."""
    low, high = min(float(low), 0.0), max(float(high), 0.0)
    scale = float(np.float32(max(high - low, 1e-6) / 255))
    return scale, int(np.clip(round(-128 - low / scale), -128, 127))


def quantise_multiplier(factor):
    """The multiplier (2**30 to 2**31 - 1) and exponent (-30 to 0) that stand for a factor above 0 and below 1."""
    mantissa, exponent = math.frexp(factor)
    multiplier = round(mantissa * 2**31)
    if multiplier == 2**31:
        multiplier, exponent = 2**30, exponent + 1
    if exponent > 0:
        raise MpycamError(f"a requantisation factor of {factor} is too large: the output's scale is too small")
    return (multiplier, exponent) if exponent >= -30 else (2**30, -30)


def _input_scale(tensor):
    # The scale of the pixels themselves, so that nothing is lost.
    offset, scale = tensor.pixel_offset, tensor.pixel_scale
    if 0 <= offset <= 255 and scale > 0:
        return float(np.float32(scale)), min(round(offset), 255) - 128
    ends = (0 - offset) * scale, (255 - offset) * scale
    return scale_and_zero_point(min(ends), max(ends))


class _Ranges:
    """Finds the scale of each tensor from what it holds for the calibration images."""

    def __init__(self, network, images, percentile, method):
        self.percentile, self.method = percentile, method
        self.seen = {}
        if images is None:
            return
        images = images if isinstance(images, list | tuple) else [images]
        images = [np.asarray(part) for part in images]
        have = ", ".join(str(part.shape) for part in images)
        needed = [tuple(tensor.shape) for tensor in network.inputs]
        fits = [part.shape[1:] for part in images] == needed and all(part.shape[0] for part in images)
        need(fits, f"calibration images have shape {have}, need (n, *{needed})")
        need(len({len(part) for part in images}) == 1, f"calibration images have shape {have}, need as many of each")
        generator = np.random.default_rng(0)
        for start in range(0, len(images[0]), BATCH):
            values = run_network(network, *(part[start : start + BATCH] for part in images))
            for layer in network.layers:
                flat = values[id(layer.output)].ravel()
                ends = [flat.min(), flat.max()]
                need(np.isfinite(ends).all(), f"layer {layer.name} ({layer.operator}) gives values that are not finite")
                if method != "minmax":
                    flat = generator.choice(flat, SAMPLES) if flat.size > SAMPLES else flat
                    ends = np.concatenate([flat, ends if method == "mse" else []])
                self.seen.setdefault(id(layer.output), []).append(ends)

    def scale(self, tensor):
        """(scale, zero point) of a tensor."""
        values = np.concatenate(self.seen[id(tensor)])
        if self.method == "percentile":
            return scale_and_zero_point(*np.percentile(values, [100 - self.percentile, self.percentile]))
        low, high = values.min(), values.max()
        if self.method == "mse":
            low, high = _least_error(values, low, high)
        return scale_and_zero_point(low, high)


def _least_error(values, low, high):
    """The range, a part of low to high, in which quantised values differ least from the real ones."""
    best = (math.inf, low, high)
    for part in np.linspace(1.0, 0.3, 36):
        scale, zero_point = scale_and_zero_point(low * part, high * part)
        quantised = (np.clip(np.round(values / scale) + zero_point, -128, 127) - zero_point) * scale
        best = min(best, (float(((values - quantised) ** 2).mean()), low * part, high * part))
    return best[1:]


class _Quantiser:
    def __init__(self, network, ranges, keep_float):
        self.network, self.ranges = network, ranges
        self.keep_float = set(keep_float)
        self.made = {}  # id of a float32 tensor: its int8 counterpart
        self.real = {}  # and its float32 one
        self.layers = []

    def run(self):
        network = self.network
        inputs = []
        for tensor in network.inputs:
            if not (self.ranges.seen or tensor.fixed_scale):
                inputs.append(tensor)
                self.real[id(tensor)] = tensor
                continue
            scale, zero_point = tensor.fixed_scale or _input_scale(tensor)
            inputs.append(replace(tensor, dtype="int8", scale=scale, zero_point=zero_point))
            self.made[id(tensor)] = inputs[-1]
        for index, layer in enumerate(network.layers):
            kept = layer.operator == "softmax" or index in self.keep_float or layer.name in self.keep_float
            if kept or not self.is_possible(layer):
                self.copy(layer)
            elif layer.operator in SAME_SCALE:
                self.same_scale(layer)
            else:
                self.convert(layer, index)
        outputs = [self.made.get(id(tensor)) or self.real[id(tensor)] for tensor in network.outputs]
        return Network(inputs, outputs, self.layers, network.labels)

    def has_scale(self, tensor):
        return tensor.fixed_scale is not None or id(tensor) in self.ranges.seen

    def is_possible(self, layer):
        """Whether all that a layer reads and writes can be int8. Several moves into one tensor are alike."""
        parts = [other for other in self.network.layers if other.output is layer.output]
        if len(parts) > 1 and (any(part.name in self.keep_float for part in parts) or id(layer.output) in self.real):
            return False
        sources = (tensor for part in parts for tensor in part.inputs)
        known = all(tensor.data is not None or id(tensor) in self.made or self.has_scale(tensor) for tensor in sources)
        keeps = layer.operator in SAME_SCALE and len(parts) == 1 and not layer.fill
        return known and (keeps or self.has_scale(layer.output))

    def int8(self, tensor):
        """The int8 counterpart of a tensor that was made already."""
        if id(tensor) not in self.made:
            if tensor.data is not None:
                low, high = tensor.data.min(), tensor.data.max()
                scale, zero_point = scale_and_zero_point(low, high)
                data = np.clip(np.round(tensor.data / scale) + zero_point, -128, 127).astype(np.int8)
                self.made[id(tensor)] = Tensor(tensor.shape, "int8", scale, zero_point, data=data, name=tensor.name)
            else:
                target = self.target(tensor)
                self.layers.append(Layer("convert", [self.real[id(tensor)]], target))
        return self.made[id(tensor)]

    def float32(self, tensor):
        """The float32 counterpart of a tensor that was made already."""
        if tensor.data is not None:
            return tensor
        if id(tensor) not in self.real:
            real = Tensor(tensor.shape, name=tensor.name)
            source = self.made[id(tensor)]
            self.layers.append(Layer("convert", [source], real))
            self.real[id(tensor)] = real
        return self.real[id(tensor)]

    def target(self, tensor):
        """A new int8 tensor with the scale that calibration says."""
        scale, zero_point = tensor.fixed_scale or self.ranges.scale(tensor)
        made = Tensor(tensor.shape, "int8", scale, zero_point, name=tensor.name)
        self.made[id(tensor)] = made
        return made

    def copy(self, layer):
        if layer.operator == "softmax" and id(layer.source) in self.made:
            sources = [self.made[id(layer.source)]]  # reads int8 as well
        else:
            sources = [self.float32(tensor) for tensor in layer.inputs]
        # what several moves make is one tensor
        output = self.real.setdefault(id(layer.output), Tensor(layer.output.shape, name=layer.output.name))
        self.layers.append(replace(layer, inputs=sources, output=output))
        last = [other for other in self.network.layers if other.output is layer.output][-1]
        if layer.output.fixed_scale and layer is last:  # what comes behind sees what int8 leaves of it
            self.int8(layer.output)
            del self.real[id(layer.output)]

    def same_scale(self, layer):
        source = self.int8(layer.source)
        made = self.made.get(id(layer.output))
        if made is None:
            # what several moves make has one scale for all; a padding value needs room too
            shared = sum(other.output is layer.output for other in self.network.layers) > 1 or layer.fill
            if shared or layer.output.fixed_scale:
                made = self.target(layer.output)
            else:
                made = Tensor(layer.output.shape, "int8", source.scale, source.zero_point, name=layer.output.name)
                self.made[id(layer.output)] = made
        if (source.scale, source.zero_point) != (made.scale, made.zero_point):
            changed = Tensor(source.shape, "int8", made.scale, made.zero_point)
            self.layers.append(Layer("activation", [source], changed, table=_table(None, source, changed)))
            source = changed
        quantised = replace(layer, inputs=[source], output=made)
        if layer.fill is not None:
            quantised.fill = _to_int8(layer.fill, made)
        quantised.low, quantised.high = _limits(layer, made)
        self.layers.append(quantised)

    def convert(self, layer, index):
        sources = [self.int8(tensor) for tensor in layer.inputs]
        target = self.target(layer.output)
        quantised = replace(layer, inputs=sources, output=target)
        try:
            if layer.operator in WEIGHTED:
                _quantise_weights(quantised, layer)
            elif layer.operator == "activation":
                quantised.table = _table(layer, sources[0], target)
            elif layer.operator == "add":
                if layer.output.fixed_scale is None:  # finer than what is added has nothing to put there
                    target.scale = max(target.scale, float(np.float32(max(part.scale for part in sources) / FINEST_SUM)))
                quantised.factors = _sum_factors(*sources, target)
            elif layer.operator == "multiply":
                factor = sources[0].scale * sources[1].scale / target.scale
                if factor > LARGEST_FACTOR and layer.output.fixed_scale is None:
                    target.scale = float(np.float32(sources[0].scale * sources[1].scale / LARGEST_FACTOR))
                    factor = sources[0].scale * sources[1].scale / target.scale
                quantised.factors = quantise_multiplier(factor)
        except MpycamError as error:
            if layer.output.fixed_scale is None:
                raise MpycamError(f"layer {index} ({layer.operator}): {error}") from None
            # a scale that was given and is too fine for the arithmetic: in float32, and quantised behind
            del self.made[id(layer.output)]
            self.copy(layer)
            return
        quantised.low, quantised.high = _limits(layer, target)
        self.layers.append(quantised)


def _to_int8(value, tensor):
    return int(np.clip(np.floor(value / tensor.scale + 0.5) + tensor.zero_point, -128, 127))


def _limits(layer, target):
    """The int8 values that the limits of a float32 layer are."""
    if layer.operator == "activation":
        return -128, 127
    low = -128 if layer.lowest == -math.inf else _to_int8(layer.lowest, target)
    high = 127 if layer.highest == math.inf else _to_int8(layer.highest, target)
    return low, high


def _table(layer, source, target):
    """What an activation, or none, makes of each int8 value."""
    values = dequantise_values(np.arange(-128, 128), source)
    values = values if layer is None else activation(layer, values)
    return np.clip(np.floor(values.astype(np.float64) / target.scale + 0.5) + target.zero_point, -128, 127).astype(np.int8)


def _sum_factors(first, second, target):
    """(first, second, constant, shift) of (a * first + b * second + constant) >> shift."""
    ratios = first.scale / target.scale, second.scale / target.scale
    shift = min(30, max(0, ADD_BITS - math.frexp(max(ratios))[1]))
    a, b = (round(ratio * 2**shift) for ratio in ratios)
    constant = (target.zero_point << shift) - a * first.zero_point - b * second.zero_point + (1 << shift >> 1)
    if max(a, b) > 2**20 or abs(constant) > 2**30:
        raise MpycamError("the inputs are too large for the output's scale")
    return a, b, constant, shift


def _quantise_weights(quantised, layer):
    source, target = quantised.source, quantised.output
    axis = -1 if layer.operator == "depthwise_conv2d" else 0
    weights, bias = layer.weights.astype(np.float64), layer.bias.astype(np.float64)
    others = tuple(i for i in range(weights.ndim) if i != axis % weights.ndim)
    if layer.weight_scales is not None:
        scales = layer.weight_scales.astype(np.float64)
    else:
        scales = np.maximum(np.abs(weights).max(others) / 127, np.abs(bias) / (source.scale * LARGEST_BIAS))
        scales[scales == 0] = 1.0
    # an output that is finer than the products it sums has nothing to put there
    if (largest := float((source.scale * scales).max())) > LARGEST_FACTOR * target.scale:
        if layer.output.fixed_scale:
            raise MpycamError("the output's scale is smaller than the product of those of its input and weights")
        target.scale = float(np.float32(largest / LARGEST_FACTOR))
        target.zero_point = int(np.clip(target.zero_point, -128, 127))
    spread = scales if axis == -1 else scales.reshape(-1, 1, 1, 1)
    quantised.weights = np.clip(np.round(weights / spread), -127, 127).astype(np.int8)
    sums = quantised.weights.astype(np.int64).sum(others)
    quantised.bias = (np.round(bias / (source.scale * scales)) - source.zero_point * sums).astype(np.int32)
    pairs = [quantise_multiplier(float(factor)) for factor in source.scale * scales / target.scale]
    quantised.multipliers, quantised.exponents = (np.array(column, np.int32) for column in zip(*pairs, strict=True))
