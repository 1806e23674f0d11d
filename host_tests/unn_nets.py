"""Generated networks, to hold the C runtime against the NumPy reference."""

import numpy as np

from mpycam.quantise import quantise
from mpycam.unn_file import Layer, Network, Tensor, window_count


def chain(input_shape, *steps, seed=0, scale=1 / 64, offset=100.0):
    """A float32 Network with random weights; a step is (operator, out channels, options of Layer and `after`)."""
    generator = np.random.default_rng(seed)
    network = Network([Tensor(tuple(input_shape))], [], scale, offset)
    for operator, out_channels, options in steps:
        options = dict(options)
        after = options.pop("after", None)  # padding below and right, where not that above and left
        source = network.tensors[-1]
        height, width, channels = source.image_shape
        kernel = options.get("kernel", (1, 1))
        if operator == "dense":
            shape, weights = (out_channels,), (out_channels, source.items)
        elif operator == "flatten":
            shape = (source.items,)
        elif operator in ("activation", "softmax"):
            shape = source.shape
        else:
            before, stride = options.get("padding", (0, 0)), options.get("stride", (1, 1))
            after = before if after is None else after
            size = [window_count((height, width)[i], kernel[i], stride[i], before[i], after[i]) for i in range(2)]
            shape = (*size, out_channels if operator == "conv2d" else channels)
            weights = (out_channels, *kernel, channels) if operator == "conv2d" else (*kernel, channels)
        layer = Layer(operator, **options)
        if operator in ("conv2d", "depthwise_conv2d", "dense"):
            layer.weights = generator.normal(0, 0.3, weights).astype(np.float32)
            layer.bias = generator.normal(0, 1, shape[-1]).astype(np.float32)
        network.layers.append(layer)
        network.tensors.append(Tensor(tuple(int(size) for size in shape)))
    return network


def random_chain(seed):
    """A network of one to six random layers, of any kernel, stride, padding and number of channels."""
    generator = np.random.default_rng(seed)

    def draw(*values):
        return values[generator.integers(len(values))]

    height, width, channels = draw(1, 2, 3, 5, 8, 13), draw(1, 2, 4, 7, 16), draw(1, 1, 2, 3, 4, 7, 8, 12, 16, 19)
    network_shape = (height, width) if channels == 1 and draw(True, False) else (height, width, channels)
    steps = []
    operators = ("conv2d", "conv2d", "depthwise_conv2d", "depthwise_conv2d", "max_pool", "average_pool", "activation")
    for _ in range(draw(1, 2, 3, 5)):
        operator = draw(*operators)
        options = {} if operator == "max_pool" else {"activation": draw("none", "relu", "relu6")}
        if operator != "activation":
            sizes = (height, width)
            kernel = tuple(draw(*[k for k in (1, 1, 2, 3, 3, 5) if k <= size + 1]) for size in sizes)
            before = tuple(int(generator.integers(0, k)) for k in kernel)
            after = tuple(int(generator.integers(0, k)) for k in kernel)
            # an image smaller than the kernel needs more padding
            after = tuple(min(max(after[i], kernel[i] - sizes[i] - before[i]), kernel[i] - 1) for i in range(2))
            before = tuple(max(before[i], kernel[i] - sizes[i] - after[i]) for i in range(2))
            options |= {"kernel": kernel, "stride": (draw(1, 1, 2, 3), draw(1, 1, 2)), "padding": before, "after": after}
            height, width = (
                window_count(sizes[i], kernel[i], options["stride"][i], before[i], after[i]) for i in range(2)
            )
        if operator == "conv2d":
            channels = draw(1, 2, 3, 4, 5, 8, 11, 16)
        steps.append((operator, channels, options))
    if draw(True, False):
        steps.append(("dense", draw(1, 2, 3, 5, 10), {"activation": draw("none", "relu")}))
    elif draw(True, False):
        steps.append(("flatten", None, {}))
    if draw(True, False):
        steps.append(("softmax", None, {}))
    return chain(network_shape, *steps, seed=seed)


def random_images(network, count, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, *network.tensors[0].shape)).astype(np.uint8)


def both_types(network, seed=0):
    """The float32 network and the int8 one made of it."""
    return network, quantise(network, random_images(network, 4, seed))
