"""The networks on which runtimes are compared, as ONNX models with random weights.

A door network on 48 x 64 gray pixels, MobileNetV1-0.25 on 96 x 96 and four plain
3x3 convolutions on 64 x 64. A folder with `make_nets.py` has its own.
"""

import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

NAMES = ("door", "mobilenet025", "plain")


class Stack:
    """Layers one behind the other, each with weights that keep the size of what passes through."""

    def __init__(self, channels, height, width):
        self.generator = np.random.default_rng(1)
        self.shape, self.channels = (1, channels, height, width), channels
        self.nodes, self.constants, self.last = [], [], "x"

    def constant(self, array):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def add(self, operator, *constants, **attributes):
        names = [self.constant(np.asarray(array)) for array in constants]
        self.nodes.append(helper.make_node(operator, [self.last, *names], [f"v{len(self.nodes)}"], **attributes))
        self.last = f"v{len(self.nodes) - 1}"

    def weights(self, *shape):
        return self.generator.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape).astype(np.float32)

    def conv(self, channels, stride=1, kernel=3, groups=1):
        """A convolution and a ReLU6; batch norm is folded into its weights before anything runs."""
        weights = self.weights(channels, self.channels // groups, kernel, kernel)
        bias = self.generator.normal(0, 0.1, channels).astype(np.float32)
        self.add("Conv", weights, bias, strides=[stride] * 2, pads=[kernel // 2] * 4, group=groups)
        self.add("Clip", np.float32(0), np.float32(6))
        self.channels = channels

    def separable(self, channels, stride=1):
        self.conv(self.channels, stride, groups=self.channels)
        self.conv(channels, kernel=1)

    def model(self, classes):
        self.add("GlobalAveragePool")
        self.add("Flatten")
        self.add("Gemm", self.weights(classes, self.channels), np.zeros(classes, np.float32), transB=1)
        ends = [
            helper.make_tensor_value_info("x", TensorProto.FLOAT, self.shape),
            helper.make_tensor_value_info(self.last, TensorProto.FLOAT, (1, classes)),
        ]
        graph = helper.make_graph(self.nodes, "net", ends[:1], ends[1:], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        model.ir_version = 8
        return onnx.shape_inference.infer_shapes(model)


def door():
    """188,224 multiply-adds."""
    net = Stack(1, 48, 64)
    net.conv(8, 2)
    for channels, stride in ((16, 2), (32, 2), (32, 1)):
        net.separable(channels, stride)
    return net.model(2)


def mobilenet025():
    """7,489,664 multiply-adds."""
    net = Stack(3, 96, 96)
    net.conv(8, 2)
    blocks = [(16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), *[(128, 1)] * 5, (256, 2), (256, 1)]
    for channels, stride in blocks:
        net.separable(channels, stride)
    return net.model(2)


def plain():
    """12,386,944 multiply-adds."""
    net = Stack(1, 64, 64)
    for channels in (16, 32, 64):
        net.conv(channels)
        net.add("MaxPool", kernel_shape=[2, 2], strides=[2, 2])
    net.conv(64)
    return net.model(10)


def write_networks(folder, given):
    """Write the ONNX files into a folder: those of the script in the folder `given`, else our own; return their paths."""
    script = given / "make_nets.py"
    if script.is_file():
        subprocess.run([sys.executable, "-W", "ignore", script, folder], check=True, stdout=subprocess.DEVNULL)
    else:
        for make in (door, mobilenet025, plain):
            onnx.save(make(), folder / f"{make.__name__}.onnx")
    return [folder / f"{name}.onnx" for name in NAMES]


def images_for(network, count=16):
    """The same random pixels on every machine, smooth as pictures are: uint8 (count, *shape of the input)."""
    shape = network.inputs[0].shape
    coarse = np.random.default_rng(7).integers(0, 256, (count, *(-(-size // 8) for size in shape[:2]), *shape[2:]))
    return coarse.repeat(8, 1).repeat(8, 2)[:, : shape[0], : shape[1]].astype(np.uint8)
