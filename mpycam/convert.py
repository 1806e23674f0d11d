"""PyTorch modules to .unn files."""

import numpy as np
from torch import nn

from mpycam.errors import MpycamError
from mpycam.quantise import quantise
from mpycam.unn_file import Layer, Network, Tensor, window_count, write


def from_torch(module, *, input_shape, calibration=None, labels=(), scale=1 / 255, offset=0.0, percentile=100.0):
    """Return the bytes of the .unn file that computes what a PyTorch module computes in eval mode.

    module: an nn.Sequential, nested ones included, of Conv2d (groups 1 or
    depthwise), BatchNorm2d, ReLU, ReLU6, MaxPool2d, AvgPool2d,
    AdaptiveAvgPool2d(1), Flatten, Dropout, Identity, Linear and Softmax. Its
    input is (n, channels, height, width) float32: (pixel - offset) * scale.
    input_shape: (height, width) of gray or (height, width, channels) images.
    calibration: uint8 images (n, *input_shape) for an int8 network, their range
    of values taken at `percentile`; without them the network is float32.
    labels: one str per output, or none.
    Raises MpycamError that names a module which cannot be converted and what
    would replace it.
    """
    network = network_from_torch(module, input_shape, labels, scale, offset)
    return write(network if calibration is None else quantise(network, calibration, percentile))


def network_from_torch(module, input_shape, labels=(), scale=1 / 255, offset=0.0):
    """Return the float32 Network of a PyTorch module; the arguments are those of `from_torch`."""
    builder = _Builder(Network([Tensor(tuple(input_shape))], [], scale, offset, tuple(labels)))
    for name, part in _leaves(module):
        try:
            convert = next(function for kind, function in CONVERTERS.items() if isinstance(part, kind))
        except StopIteration:
            convert = _refuse
        try:
            convert(builder, part)
        except MpycamError as error:
            raise MpycamError(f"module {name} ({type(part).__name__}): {error}") from None
    return builder.finish()


def _leaves(module, prefix=""):
    if not isinstance(module, nn.Sequential):
        yield prefix or "itself", module
        return
    for name, child in module.named_children():
        yield from _leaves(child, f"{prefix}.{name}" if prefix else name)


def _pair(value):
    return tuple(value) if isinstance(value, tuple | list) else (value, value)


def _array(parameter):
    return parameter.detach().cpu().numpy().astype(np.float32)


class _Builder:
    """Collects layers, and knows the shape that the next one will see."""

    def __init__(self, network):
        self.network = network
        self.flat = False  # the module sees (n, items)
        self.channels_first = None  # (channels, height, width) of items still in PyTorch's order

    @property
    def shape(self):
        return self.network.tensors[-1].image_shape

    def add(self, layer, shape):
        self.network.layers.append(layer)
        self.network.tensors.append(Tensor(tuple(int(size) for size in shape)))

    def need_image(self):
        if self.flat:
            raise MpycamError("comes after Flatten; put it before")

    def add_window(self, operator, kernel, stride, padding, channels, ceil=False, **parameters):
        """Add an operator that slides a window over the image."""
        self.need_image()
        size = []
        for axis in range(2):
            if padding[axis] >= kernel[axis]:
                raise MpycamError(f"padding {padding[axis]} is not below the kernel's {kernel[axis]}; use less")
            length = self.shape[axis] + 2 * padding[axis] - kernel[axis]
            if length < 0:
                raise MpycamError(f"kernel {kernel} is larger than the image {self.shape[:2]} with its padding")
            if ceil and length % stride[axis]:
                raise MpycamError("ceil_mode=True would need one more row or column; use ceil_mode=False and padding")
            size.append(window_count(self.shape[axis], kernel[axis], stride[axis], padding[axis], padding[axis]))
        self.add(Layer(operator, "none", kernel, stride, padding, **parameters), (*size, channels))

    def fuse_target(self):
        """The layer that can take an activation now: past max pooling, which keeps order, too."""
        for layer in reversed(self.network.layers):
            if layer.operator != "max_pool":
                fits = layer.operator in ("conv2d", "depthwise_conv2d", "dense", "average_pool")
                return layer if fits and layer.activation == "none" else None
        return None

    def need_order(self):
        if self.channels_first is not None:
            raise MpycamError(f"would see Flatten of {self.channels_first} in another order; put a Linear between")

    def finish(self):
        """The network, its output flat where the module's is."""
        self.need_order()
        network = self.network
        if not network.layers:
            raise MpycamError("the module has no layer that computes")
        last = network.tensors[-1]
        if self.flat and len(last.shape) > 1:
            if network.layers[-1].operator in ("conv2d", "average_pool", "dense") and last.image_shape[:2] == (1, 1):
                last.shape = (last.items,)
            else:
                self.add(Layer("flatten"), (last.items,))
        return network


def _conv2d(builder, module):
    if module.padding_mode != "zeros":
        raise MpycamError(f"padding_mode={module.padding_mode!r} is not supported; use 'zeros'")
    if _pair(module.dilation) != (1, 1):
        raise MpycamError(f"dilation {module.dilation} is not supported; use a larger kernel or a stride")
    builder.need_image()
    channels = builder.shape[2]
    if module.in_channels != channels:
        raise MpycamError(f"takes {module.in_channels} channels, gets {channels}")
    kernel, stride = _pair(module.kernel_size), _pair(module.stride)
    padding = module.padding
    if padding == "same":
        if any((size - 1) % 2 for size in kernel):
            raise MpycamError(f"padding='same' of an even kernel {kernel} is not supported; use an odd kernel")
        padding = tuple((size - 1) // 2 for size in kernel)
    elif padding == "valid":
        padding = (0, 0)
    weights = _array(module.weight)
    bias = np.zeros(module.out_channels, np.float32) if module.bias is None else _array(module.bias)
    if module.groups == 1:
        operator, weights = "conv2d", weights.transpose(0, 2, 3, 1)
    elif module.groups == channels == module.out_channels:
        operator, weights = "depthwise_conv2d", weights[:, 0].transpose(1, 2, 0)
    else:
        raise MpycamError(
            f"{module.groups} groups for {channels} channels in and {module.out_channels} out are not supported; "
            "use groups=1, or as many groups as channels in and out"
        )
    builder.add_window(
        operator, kernel, stride, _pair(padding), module.out_channels, weights=np.ascontiguousarray(weights), bias=bias
    )


def _batch_norm(builder, module):
    builder.need_image()
    channels = builder.shape[2]
    if module.running_mean is None:
        raise MpycamError("track_running_stats=False is not supported; train with running statistics")
    if module.num_features != channels:
        raise MpycamError(f"takes {module.num_features} channels, gets {channels}")
    factor = 1 / np.sqrt(_array(module.running_var).astype(np.float64) + module.eps)
    if module.affine:
        factor = factor * _array(module.weight)
    shift = -_array(module.running_mean) * factor
    if module.affine:
        shift = shift + _array(module.bias)
    last = builder.network.layers[-1] if builder.network.layers else None
    if last is None or last.operator not in ("conv2d", "depthwise_conv2d") or last.activation != "none":
        # Nothing to fold it into: one multiplication per channel of its own.
        weights, bias = np.ones((1, 1, channels), np.float32), np.zeros(channels, np.float32)
        builder.add_window("depthwise_conv2d", (1, 1), (1, 1), (0, 0), channels, weights=weights, bias=bias)
        last = builder.network.layers[-1]
    spread = factor if last.operator == "depthwise_conv2d" else factor.reshape(-1, 1, 1, 1)
    last.weights = (last.weights * spread).astype(np.float32)
    last.bias = (last.bias * factor + shift).astype(np.float32)


def _activation(name):
    def convert(builder, module):
        layer = builder.fuse_target()
        if layer is not None:
            layer.activation = name
        else:
            builder.add(Layer("activation", name), builder.network.tensors[-1].shape)

    return convert


def _max_pool(builder, module):
    if _pair(module.dilation) != (1, 1):
        raise MpycamError(f"dilation {module.dilation} is not supported; use a larger kernel")
    kernel = _pair(module.kernel_size)
    stride = _pair(module.stride)
    builder.add_window("max_pool", kernel, stride, _pair(module.padding), builder.shape[2], module.ceil_mode)


def _average_pool(builder, module):
    kernel, padding = _pair(module.kernel_size), _pair(module.padding)
    if padding != (0, 0) and not module.count_include_pad:
        raise MpycamError("count_include_pad=False with padding is not supported; use count_include_pad=True")
    if module.divisor_override not in (None, kernel[0] * kernel[1]):
        raise MpycamError("divisor_override is not supported; scale the weights of the next layer")
    builder.add_window("average_pool", kernel, _pair(module.stride), padding, builder.shape[2], module.ceil_mode)


def _global_average_pool(builder, module):
    if _pair(module.output_size) != (1, 1):
        raise MpycamError(f"output size {module.output_size} is not supported; use 1, or AvgPool2d")
    builder.add_window("average_pool", builder.shape[:2], (1, 1), (0, 0), builder.shape[2])


def _flatten(builder, module):
    if module.start_dim != 1 or module.end_dim not in (-1, 3):
        raise MpycamError(f"of dimensions {module.start_dim} to {module.end_dim} is not supported; use Flatten()")
    if builder.flat:
        return
    height, width, channels = builder.shape
    builder.flat = True
    if channels > 1 and height * width > 1:
        builder.channels_first = (channels, height, width)


def _linear(builder, module):
    if not builder.flat:
        raise MpycamError("needs a Flatten before it")
    items = int(np.prod(builder.shape))
    if module.in_features != items:
        raise MpycamError(f"takes {module.in_features} items, gets {items}")
    weights = _array(module.weight)
    if builder.channels_first is not None:
        shape = (module.out_features, *builder.channels_first)
        weights = weights.reshape(shape).transpose(0, 2, 3, 1).reshape(module.out_features, items)
        builder.channels_first = None
    bias = np.zeros(module.out_features, np.float32) if module.bias is None else _array(module.bias)
    builder.add(Layer("dense", weights=np.ascontiguousarray(weights), bias=bias), (module.out_features,))


def _softmax(builder, module):
    builder.need_order()
    if module.dim not in ((1, -1) if builder.flat else (1, -3)):
        raise MpycamError(f"along dimension {module.dim} is not supported; use the classes' dimension, 1")
    if builder.flat:
        builder.finish()
    builder.add(Layer("softmax"), builder.network.tensors[-1].shape)


def _nothing(builder, module):
    """Dropout does nothing in eval mode."""


def _refuse(builder, module):
    replacement = REPLACEMENTS.get(type(module).__name__, "a module out of " + ", ".join(SUPPORTED))
    raise MpycamError(f"is not supported; use {replacement}")


CONVERTERS = {
    nn.Conv2d: _conv2d,
    nn.BatchNorm2d: _batch_norm,
    nn.ReLU6: _activation("relu6"),
    nn.ReLU: _activation("relu"),
    nn.MaxPool2d: _max_pool,
    nn.AvgPool2d: _average_pool,
    nn.AdaptiveAvgPool2d: _global_average_pool,
    nn.Flatten: _flatten,
    nn.Linear: _linear,
    nn.Softmax: _softmax,
    nn.Dropout: _nothing,
    nn.Dropout2d: _nothing,
    nn.Identity: _nothing,
}
SUPPORTED = [kind.__name__ for kind in CONVERTERS]

REPLACEMENTS = {
    **dict.fromkeys(("LeakyReLU", "PReLU", "ELU", "GELU", "SELU", "Mish"), "ReLU"),
    **dict.fromkeys(("SiLU", "Hardswish", "Hardtanh"), "ReLU6"),
    "Sigmoid": "two outputs and Softmax",
    "LogSoftmax": "Softmax",
    "AdaptiveMaxPool2d": "MaxPool2d or AdaptiveAvgPool2d(1)",
    "BatchNorm1d": "BatchNorm2d before Flatten",
    **dict.fromkeys(("GroupNorm", "LayerNorm", "InstanceNorm2d"), "BatchNorm2d"),
    **dict.fromkeys(("ConvTranspose2d", "Upsample"), "no upsampling: a classifier does without"),
    **dict.fromkeys(("LSTM", "GRU", "RNN"), "convolutions over single frames"),
}
