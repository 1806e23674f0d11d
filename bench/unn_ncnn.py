"""Networks of unn as ncnn's files: those operators that the compared networks have."""

import numpy as np


def _fields(**values):
    return " ".join(f"{name[1:]}={value}" for name, value in values.items())


def _array(name, values):
    return f"-233{int(name):02}={len(values)}," + ",".join(f"{value:.9e}" for value in values)  # ncnn tells floats by their point


class _Writer:
    def __init__(self, values):
        self.values = values  # of every float32 tensor, for int8; or None
        self.lines, self.data, self.names = [], bytearray(), {}

    def add(self, kind, layer, fields):
        """One layer; the blob of its output gets the layer's name."""
        source, name = self.names[id(layer.source)], f"b{len(self.lines)}"
        self.names[id(layer.output)] = name
        self.lines.append(f"{kind} l{len(self.lines)} 1 1 {source} {name} {fields}")

    def store(self, *arrays):
        for array in arrays:
            self.data += np.ascontiguousarray(array, "<f4").tobytes()

    def weights(self, layer, channels):
        """channels: the weights, output channels first. Returns the value of ncnn's int8_scale_term."""
        self.data += bytes(4)  # ncnn's mark of float32
        self.store(channels, layer.bias)
        if self.values is None:
            return 0
        largest = np.abs(channels.reshape(len(channels), -1)).max(1)
        self.store(127 / largest, [127 / np.abs(self.values[id(layer.source)]).max()])
        return 1

    def convolution(self, layer):
        depthwise = layer.operator == "depthwise_conv2d"
        outs = layer.output.image_shape[2]
        channels = layer.weights.transpose(2, 0, 1) if depthwise else layer.weights.transpose(0, 3, 1, 2)
        after = [
            (layer.output.image_shape[axis] - 1) * layer.stride[axis]
            + (layer.kernel[axis] - 1) * layer.dilation[axis] + 1
            - layer.source.image_shape[axis] - layer.padding[axis]
            for axis in range(2)
        ]  # fmt: skip
        fields = _fields(
            _0=outs, _1=layer.kernel[1], _11=layer.kernel[0], _2=layer.dilation[1], _12=layer.dilation[0],
            _3=layer.stride[1], _13=layer.stride[0], _4=layer.padding[1], _14=layer.padding[0],
            _15=max(0, after[1]), _16=max(0, after[0]), _5=1, _6=channels.size, _8=self.weights(layer, channels),
        )  # fmt: skip
        fields += f" _7={outs}".replace("_", "") if depthwise else ""
        self.add("ConvolutionDepthWise" if depthwise else "Convolution", layer, fields + self.limits(layer))

    def limits(self, layer):
        """The activation that a layer ends with: 1 is ReLU, 3 has two limits."""
        if (layer.lowest, layer.highest) == (-np.inf, np.inf):
            return ""
        if (layer.lowest, layer.highest) == (0, np.inf):
            return " 9=1"
        return f" 9=3 {_array(10, (layer.lowest, layer.highest))}"

    def dense(self, layer):
        channels = layer.weights.transpose(0, 3, 1, 2)
        fields = _fields(_0=len(channels), _1=1, _2=channels.size, _8=self.weights(layer, channels))
        self.add("InnerProduct", layer, fields + self.limits(layer))

    def pool(self, layer):
        maximum = layer.operator == "max_pool"
        whole = layer.kernel == layer.source.image_shape[:2]
        fields = _fields(_0=int(not maximum), _1=layer.kernel[0], _2=layer.stride[0], _4=int(whole), _5=1)
        self.add("Pooling", layer, fields)


def to_ncnn(network, values=None):
    """Return (text of the .param file, bytes of the .bin file).

    network: float32. values: what its tensors hold for calibration images, for an
    int8 network: {id of the tensor: array}.
    """
    writer = _Writer(values)
    height, width, channels = network.inputs[0].image_shape
    writer.names[id(network.inputs[0])] = "x"
    writer.lines.append(f"Input l0 0 1 x 0={width} 1={height} 2={channels}")
    for layer in network.layers:
        if layer.operator == "reshape":
            writer.names[id(layer.output)] = writer.names[id(layer.source)]
        elif layer.operator == "conv2d" and layer.kernel == layer.source.image_shape[:2]:
            writer.dense(layer)
        elif layer.operator in ("conv2d", "depthwise_conv2d"):
            writer.convolution(layer)
        else:
            writer.pool(layer)
    blobs = len(writer.lines)
    return "\n".join(["7767517", f"{len(writer.lines)} {blobs}", *writer.lines, ""]), bytes(writer.data)
