"""Generated networks, to hold the C runtime against the NumPy reference."""

import numpy as np

from mpycam.quantise import quantise
from mpycam.unn_file import FUNCTIONS, Layer, Network, Tensor, window_count


class Builder:
    """Puts layers with random weights behind one another."""

    def __init__(self, *shapes, seed=0, scale=1 / 64, offset=100.0):
        self.generator = np.random.default_rng(seed)
        self.inputs = [Tensor(tuple(shape), pixel_scale=scale, pixel_offset=offset) for shape in shapes]
        self.layers = []

    def add(self, operator, inputs, shape, **options):
        output = Tensor(tuple(int(size) for size in shape))
        self.layers.append(Layer(operator, inputs, output, **options))
        return output

    def window(self, operator, source, channels=None, kernel=(3, 3), after=None, **options):
        """`after`: padding below and right, where not that above and left."""
        height, width, inputs = source.image_shape
        stride, before = options.get("stride", (1, 1)), options.get("padding", (0, 0))
        dilation, after = options.get("dilation", (1, 1)), options.get("padding", (0, 0)) if after is None else after
        size = [
            window_count((height, width)[i], kernel[i], stride[i], before[i], after[i], dilation[i]) for i in range(2)
        ]
        channels = channels or inputs
        if operator == "conv2d":
            options["weights"] = self.normal(0.3, channels, *kernel, inputs // options.get("groups", 1))
        elif operator == "depthwise_conv2d":
            options["weights"] = self.normal(0.3, *kernel, inputs)
        if "weights" in options:
            options["bias"] = self.normal(1, channels)
        return self.add(operator, [source], (*size, channels), kernel=kernel, **options)

    def dense(self, source, items, **options):
        kernel = source.image_shape[:2]
        weights = self.normal(0.3, items, *source.image_shape)
        return self.add("conv2d", [source], (items,), kernel=kernel, weights=weights, bias=self.normal(1, items), **options)

    def activation(self, source, function, **options):
        return self.add("activation", [source], source.shape, function=function, **options)

    def concat(self, *sources):
        """Along the channels."""
        height, width, _ = sources[0].image_shape
        output = Tensor((height, width, sum(source.image_shape[2] for source in sources)))
        start = 0
        for source in sources:
            channels = source.image_shape[2]
            steps = {"in_steps": (0, 0, channels, 1), "out_steps": (0, 0, output.shape[2], 1)}
            counts = (1, 1, height * width, channels)
            self.layers.append(Layer("move", [source], output, counts=counts, out_start=start, **steps))
            start += channels
        return output

    def pad(self, source, size, value):
        height, width, channels = source.image_shape
        shape = (height + 2 * size, width + 2 * size, channels)
        return self.add(
            "move", [source], shape, counts=(1, height, width, channels), fill=value,
            in_steps=(0, width * channels, channels, 1), out_steps=(0, shape[1] * channels, channels, 1),
            out_start=size * (shape[1] + 1) * channels,
        )  # fmt: skip

    def transpose(self, source):
        """Rows and columns exchanged."""
        height, width, channels = source.image_shape
        steps = {"in_steps": (0, channels, width * channels, 1), "out_steps": (0, height * channels, channels, 1)}
        return self.add("move", [source], (width, height, channels), counts=(1, width, height, channels), **steps)

    def resize(self, source, height, width):
        def between(size, wanted):
            places = self.generator.uniform(0, size - 1, wanted)
            return [(int(x), min(int(x) + 1, size - 1), float(np.float32(x - int(x)))) for x in places]

        rows, columns = between(source.image_shape[0], height), between(source.image_shape[1], width)
        return self.add("resize", [source], (height, width, source.image_shape[2]), rows=rows, columns=columns)

    def constant(self, *shape):
        return Tensor(shape, data=self.normal(1, *shape))

    def normal(self, deviation, *shape):
        return self.generator.normal(0, deviation, shape).astype(np.float32)

    def network(self, *outputs, labels=()):
        return Network(self.inputs, list(outputs), self.layers, labels)


RELU = {"lowest": 0.0}
RELU6 = {"lowest": 0.0, "highest": 6.0}


def every_operator(seed=0):
    """One network with two inputs, two outputs and all operators."""
    net = Builder((7, 9, 3), (7, 9), seed=seed)
    image, gray = net.inputs
    a = net.window("conv2d", image, 8, padding=(1, 1), **RELU)
    b = net.window("conv2d", gray, 8, kernel=(3, 2), padding=(1, 0), after=(1, 1))
    c = net.add("add", [a, b], a.shape, **RELU6)
    d = net.window("depthwise_conv2d", c, padding=(2, 2), dilation=(2, 2))
    e = net.add("multiply", [d, net.activation(net.window("average_pool", c, kernel=(7, 9)), "sigmoid")], d.shape)
    f = net.concat(e, net.activation(a, "leaky_relu", parameters=(0.1, 0.0)), gray)
    g = net.window("conv2d", net.concat(f, f, a), 12, stride=(2, 2), padding=(1, 1), groups=2)
    h = net.window("max_pool", g, kernel=(2, 3), padding=(1, 1))
    i = net.window("average_pool", net.pad(h, 1, 0.5), kernel=(3, 3), padding=(1, 1), count_padding=False, **RELU)
    j = net.resize(net.transpose(i), 4, 6)
    j = net.add("add", [j, net.constant(12)], j.shape)
    k = net.activation(j, "hard_swish", parameters=(1 / 6, 0.5))
    flat = net.add("reshape", [k], (4 * 6 * 12,))
    answer = net.add("softmax", [net.dense(flat, 5)], (5,))
    return net.network(net.activation(k, "tanh"), answer)


def door():
    """A small network with labels."""
    net = Builder((6, 5))
    a = net.window("conv2d", net.inputs[0], 8, padding=(1, 1), **RELU)
    b = net.window("max_pool", a, kernel=(2, 2), stride=(2, 2))
    answer = net.add("softmax", [net.dense(b, 3)], (3,))
    return net.network(answer, labels=("open", "shut", "tür"))


def random_chain(seed):
    """A network of one to six random layers, of any kernel, stride, padding, dilation, groups and number of channels."""
    generator = np.random.default_rng(seed)

    def draw(*values):
        return values[generator.integers(len(values))]

    height, width, channels = draw(1, 2, 3, 5, 8, 13), draw(1, 2, 4, 7, 16), draw(1, 1, 2, 3, 4, 7, 8, 12, 16, 19)
    gray = channels == 1 and draw(True, False)
    net = Builder((height, width) if gray else (height, width, channels), seed=seed)
    current = net.inputs[0]
    limits = {"none": {}, "relu": RELU, "relu6": RELU6}
    windows = ("conv2d", "conv2d", "conv2d", "depthwise_conv2d", "depthwise_conv2d", "max_pool", "average_pool")
    for _ in range(draw(1, 2, 3, 5)):
        operator = draw(*windows, "activation", "add", "multiply", "concat", "pad", "transpose", "resize")
        if operator in windows:
            current = random_window(net, operator, current, draw, limits)
        elif operator == "activation":
            function = draw(*FUNCTIONS)
            parameters = {"leaky_relu": (0.2, 0.0), "hard_swish": (1 / 6, 0.5), "hard_sigmoid": (0.2, 0.5)}.get(function)
            options = {"parameters": parameters} if parameters else limits[draw(*limits)] if function == "clamp" else {}
            current = net.activation(current, function, **options)
        elif operator in ("add", "multiply"):
            second = draw(current, net.constant(current.image_shape[2]), net.constant(1), net.constant(*current.shape))
            current = net.add(operator, [current, second], current.shape, **limits[draw(*limits)])
        elif operator == "concat":
            current = net.concat(current, current)
        elif operator == "pad":
            current = net.pad(current, draw(1, 2), draw(0.0, -1.5, 1.0))
        elif operator == "transpose":
            current = net.transpose(current)
        else:
            current = net.resize(current, draw(1, 3, 8), draw(1, 2, 9))
    if draw(True, False):
        current = net.dense(current, draw(1, 2, 3, 5, 10), **limits[draw("none", "relu")])
    elif draw(True, False):
        current = net.add("reshape", [current], (current.items,))
    if draw(True, False) or not net.layers:
        current = net.add("softmax", [current], current.shape)
    return net.network(current)


def random_window(net, operator, source, draw, limits):
    """A window that touches the image wherever it is put."""
    sizes = source.image_shape[:2]
    dilation = (1, 1) if "pool" in operator else (draw(1, 1, 2), draw(1, 1, 3))
    kernel = tuple(draw(*[k for k in (1, 1, 2, 3, 3, 5) if k <= size + 1]) for size in sizes)
    spans = [(kernel[i] - 1) * dilation[i] + 1 for i in range(2)]
    before = [draw(*range(span)) for span in spans]
    after = [draw(*range(span)) for span in spans]
    for i in range(2):  # an image smaller than the window needs more padding
        after[i] = min(max(after[i], spans[i] - sizes[i] - before[i]), spans[i] - 1)
        before[i] = max(before[i], spans[i] - sizes[i] - after[i])
        if before[i] >= spans[i]:
            return source if net.layers else net.activation(source, "clamp")
    options = {"padding": tuple(before), "after": tuple(after), "dilation": dilation, "kernel": kernel}
    options["stride"] = (draw(1, 1, 2, 3), draw(1, 1, 2))
    if operator != "max_pool":
        options |= limits[draw(*limits)]
    if operator == "average_pool":
        options["count_padding"] = draw(True, False)
    channels = None
    if operator == "conv2d":
        channels, inputs = draw(1, 2, 3, 4, 5, 8, 11, 16, 18), source.image_shape[2]
        options["groups"] = draw(*[g for g in (1, 1, 2, 3, 4, 9) if channels % g == 0 and inputs % g == 0])
    return net.window(operator, source, channels, **options)


def random_images(network, count, seed=0):
    """For each input, uint8 images."""
    generator = np.random.default_rng(seed)
    return [generator.integers(0, 256, (count, *tensor.shape)).astype(np.uint8) for tensor in network.inputs]


def both_types(network, seed=0):
    """The float32 network and the int8 one made of it."""
    return network, quantise(network, random_images(network, 4, seed))
