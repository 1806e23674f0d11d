"""Turns a float32 network into an int8 one, from images that show what it will see."""

import math

import numpy as np

from mpycam.errors import MpycamError
from mpycam.unn_file import WEIGHTED, Layer, Network, Tensor, run_layers

BATCH = 16
SAMPLES = 20_000  # values per tensor and batch that a percentile is taken of
LARGEST_BIAS = 2**29  # leaves room in 32 bits for the products

# These hand values on unchanged, so their output has the scale of their input.
KEEPS_SCALE = ("max_pool", "activation", "flatten")


def quantise(network, images, percentile=100.0):
    """Return the int8 counterpart of a float32 network.

    images: (n, *input shape), uint8, like those that the network will see.
    percentile: of each tensor's values that its range must cover; 100 is the
    smallest and largest value seen. Weights are symmetric per output channel,
    everything between layers asymmetric per tensor.
    """
    images = np.asarray(images)
    if images.shape[1:] != tuple(network.tensors[0].shape) or not len(images):
        raise MpycamError(f"calibration images have shape {images.shape}, need (n, {network.tensors[0].shape})")
    ranges = _ranges(network, images, percentile)
    tensors = [_input_tensor(network)]
    for index, layer in enumerate(network.layers):
        shape = network.tensors[index + 1].shape
        if layer.operator == "softmax":
            if index != len(network.layers) - 1:
                raise MpycamError(f"layer {index} (softmax): an int8 network can have it only at its end")
            tensors.append(Tensor(shape))
        elif layer.operator in KEEPS_SCALE:
            tensors.append(Tensor(shape, "int8", tensors[-1].scale, tensors[-1].zero_point))
        else:
            tensors.append(Tensor(shape, "int8", *scale_and_zero_point(*ranges[index + 1])))
    layers = [_quantise_layer(layer, tensors[i], tensors[i + 1]) for i, layer in enumerate(network.layers)]
    return Network(tensors, layers, network.scale, network.offset, network.labels)


def scale_and_zero_point(low, high):
    """The int8 scale (a float32 value) and zero point that cover low to high and represent 0 exactly."""
    low, high = min(float(low), 0.0), max(float(high), 0.0)
    scale = float(np.float32(max(high - low, 1e-6) / 255))
    return scale, int(np.clip(round(-128 - low / scale), -128, 127))


def quantise_multiplier(factor):
    """The multiplier (2**30 to 2**31 - 1) and shift (-31 to 31) that stand for a positive factor."""
    mantissa, exponent = math.frexp(factor)
    multiplier = round(mantissa * 2**31)
    if multiplier == 2**31:
        multiplier, exponent = 2**30, exponent + 1
    if exponent > 31:
        raise MpycamError(f"a requantisation factor of {factor} is too large")
    return (multiplier, -exponent) if exponent >= -31 else (2**30, 31)


def _input_tensor(network):
    # The scale of the pixels themselves, so that nothing is lost.
    offset, scale = network.offset, network.scale
    if 0 <= offset <= 255 and scale > 0:
        scale, zero_point = float(np.float32(scale)), round(offset) - 128
    else:
        ends = (0 - offset) * scale, (255 - offset) * scale
        scale, zero_point = scale_and_zero_point(min(ends), max(ends))
    return Tensor(network.tensors[0].shape, "int8", scale, zero_point)


def _ranges(network, images, percentile):
    """The (low, high) of each tensor's values."""
    generator = np.random.default_rng(0)
    seen = [[] for _ in network.tensors]
    for start in range(0, len(images), BATCH):
        for values, parts in zip(run_layers(network, images[start : start + BATCH]), seen, strict=True):
            if percentile == 100:
                parts.append([values.min(), values.max()])
            elif values.size > SAMPLES:
                parts.append(generator.choice(values.ravel(), SAMPLES))
            else:
                parts.append(values.ravel())
    seen = [np.concatenate(parts) for parts in seen]
    return [np.percentile(values, [100 - percentile, percentile]) for values in seen]


def _quantise_layer(layer, source, target):
    quantised = Layer(layer.operator, layer.activation, layer.kernel, layer.stride, layer.padding)
    if layer.operator == "average_pool":
        factors = [source.scale / (target.scale * layer.kernel[0] * layer.kernel[1])]
    elif layer.operator in WEIGHTED:
        axis = -1 if layer.operator == "depthwise_conv2d" else 0
        others = tuple(i for i in range(layer.weights.ndim) if i != axis % layer.weights.ndim)
        largest = np.abs(layer.weights).max(others).astype(np.float64)
        bias = layer.bias.astype(np.float64)
        scales = np.maximum(largest / 127, np.abs(bias) / (source.scale * LARGEST_BIAS))
        scales[scales == 0] = 1.0
        spread = scales if axis == -1 else scales.reshape(-1, *[1] * len(others))
        quantised.weights = np.clip(np.round(layer.weights / spread), -127, 127).astype(np.int8)
        sums = quantised.weights.astype(np.int64).sum(others)
        quantised.bias = (np.round(bias / (source.scale * scales)) - source.zero_point * sums).astype(np.int32)
        factors = source.scale * scales / target.scale
    else:
        return quantised
    pairs = [quantise_multiplier(float(factor)) for factor in factors]
    quantised.multipliers = np.array([multiplier for multiplier, _ in pairs], np.int32)
    quantised.shifts = np.array([shift for _, shift in pairs], np.int32)
    return quantised
