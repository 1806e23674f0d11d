"""From ONNX and PyTorch to .unn: every supported operator against ONNX Runtime."""

import numpy as np
import pytest
from unn_nets import random_chain, random_images

from mpycam.errors import MpycamError
from mpycam.quantise import quantise, quantise_multiplier
from mpycam.unn_file import HEADER, read, with_checksum, write
from mpycam.unn_reference import answer, exp_negative, requantise, run_network

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from mpycam.convert import from_onnx, from_torch  # noqa: E402
from mpycam.onnx_import import import_onnx, load_onnx  # noqa: E402

SCALE, OFFSET = 1 / 64, 127.0


class Graph:
    """An ONNX model in the making; each method returns the name of its result."""

    def __init__(self, channels=3, height=9, width=8, seed=0, opset=17):
        self.generator = np.random.default_rng(seed)
        self.shape, self.nodes, self.weights, self.opset = (1, channels, height, width), [], [], opset

    def constant(self, array):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def normal(self, *shape, deviation=0.3):
        return self.constant(self.generator.normal(0, deviation, shape).astype(np.float32))

    def add(self, operator, *inputs, outputs=1, **attributes):
        names = [f"v{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(operator, inputs, names, name=f"n{len(self.nodes)}", **attributes))
        return names[0] if outputs == 1 else names

    def conv(self, source, inputs, outputs, kernel=(3, 3), **attributes):
        weights = self.normal(outputs, inputs // attributes.get("group", 1), *kernel)
        return self.add("Conv", source, weights, self.normal(outputs), **attributes)

    def model(self, *outputs):
        ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
        image = helper.make_tensor_value_info("x", TensorProto.FLOAT, self.shape)
        graph = helper.make_graph(self.nodes, "net", [image], ends, self.weights)
        opsets = [helper.make_opsetid("", self.opset), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=opsets)
        model.ir_version = 10
        return onnx.shape_inference.infer_shapes(model).SerializeToString()


def images_for(network, count=3):
    return random_images(network, count, 5)[0]


def run_onnx(data, images):
    """All outputs of ONNX Runtime for uint8 images (n, h, w[, c]), each (n, items)."""
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    values = images if images.ndim == 4 else images[..., None]
    values = (values.transpose(0, 3, 1, 2).astype(np.float32) - np.float32(OFFSET)) * np.float32(SCALE)
    runs = [session.run(None, {session.get_inputs()[0].name: image[None]}) for image in values]
    return [np.concatenate(parts) for parts in zip(*runs, strict=True)]


def as_onnx(tensor, values, wanted):
    """The network's values in ONNX's order and shape."""
    values = answer(tensor, values)
    return (values.reshape(len(values), *tensor.image_shape).transpose(0, 3, 1, 2) if wanted.ndim == 4 else values).reshape(
        wanted.shape
    )


def check(data, tolerance=1e-4):
    network = read(write(import_onnx(load_onnx(data), SCALE, OFFSET)))
    images = images_for(network)
    values = run_network(network, images)
    for tensor, wanted in zip(network.outputs, run_onnx(data, images), strict=True):
        got = as_onnx(tensor, values[id(tensor)], wanted)
        np.testing.assert_allclose(got, wanted, rtol=tolerance, atol=tolerance * max(1e-3, np.abs(wanted).max()))
    return network


def one(build, **options):
    """A model of one operator between two convolutions, which keep its neighbours honest."""
    graph = Graph(**options)
    middle = build(graph, graph.conv("x", graph.shape[1], 6, (3, 3), pads=(1, 1, 1, 1)))
    return graph.model(middle)


def window_cases():
    for seed in range(60):
        generator = np.random.default_rng(seed)
        kernel = [int(generator.integers(1, 4)) for _ in range(2)]
        dilation = [int(generator.integers(1, 3)) for _ in range(2)]
        yield {
            "kernel": kernel, "strides": [int(generator.integers(1, 4)) for _ in range(2)],
            "pads": [int(generator.integers(0, k)) for k in kernel * 2], "dilations": dilation,
            "group": int(generator.choice([1, 1, 2, 3, 6])), "outputs": int(generator.choice([6, 12, 18])),
        }  # fmt: skip


def test_convolutions_of_many_shapes():
    for case in window_cases():
        kernel, outputs = case.pop("kernel"), case.pop("outputs")
        check(one(lambda g, x, k=kernel, o=outputs, c=case: g.conv(x, 6, o, k, **c)))


@pytest.mark.parametrize("operator", ["MaxPool", "AveragePool"])
def test_pools_of_many_shapes(operator):
    for number, case in enumerate(window_cases()):
        options = {"kernel_shape": case["kernel"], "strides": case["strides"], "pads": case["pads"]}
        if operator == "MaxPool":
            options["dilations"] = case["dilations"]
        else:
            options["count_include_pad"] = number % 2
        check(one(lambda g, x, o=options: g.add(operator, x, **o)))


@pytest.mark.parametrize("operator", ["Conv", "MaxPool", "AveragePool"])
def test_windows_of_thin_images_and_of_every_kind_of_padding(operator):
    """Of single rows and columns; auto_pad, padding wider than the kernel of a Conv, ceil_mode, one window over all."""
    checked = 0
    for seed in range(80):
        draw = np.random.default_rng(seed)
        height, width = (int(size) for size in draw.choice([1, 2, 3, 5, 9, 16], 2))
        graph = Graph(3, height, width, seed, opset=int(draw.choice([13, 19, 22])))
        kernel, strides = draw.integers(1, 5, 2).tolist(), draw.integers(1, 4, 2).tolist()
        options = {"strides": strides}
        if draw.integers(2):  # ONNX Runtime's AveragePool has negative padding of wider strides
            options["auto_pad"] = str(draw.choice(["SAME_UPPER", "SAME_LOWER", "VALID"]))
            options["strides"] = [min(pair) for pair in zip(kernel, strides, strict=True)]
        else:
            most = [4] * 4 if operator == "Conv" else kernel * 2
            options["pads"] = [int(draw.integers(0, size)) for size in most]
            # ONNX Runtime knows no dilation with auto_pad
            options |= {"dilations": draw.integers(1, 4, 2).tolist()} if operator == "Conv" else {"ceil_mode": seed % 2}
        if operator != "Conv":
            options["kernel_shape"] = kernel
        if operator == "AveragePool":
            options["count_include_pad"] = int(draw.integers(2))
        value = graph.conv("x", 3, 5, kernel, **options) if operator == "Conv" else graph.add(operator, "x", **options)
        spans = [(size - 1) * step + 1 for size, step in zip(kernel, options.get("dilations", (1, 1)), strict=True)]
        pads = options.get("pads", [0] * 4)
        fits = all(size + pads[i] + pads[i + 2] >= spans[i] for i, size in enumerate((height, width)))
        if fits or "SAME" in options.get("auto_pad", ""):
            check(graph.model(value))
            checked += 1
    assert checked > 40


OPERATORS = {
    "Relu": lambda g, x: g.add("Relu", x),
    "Clip": lambda g, x: g.add("Clip", x, g.constant(np.float32(-0.5)), g.constant(np.float32(1.5))),
    "LeakyRelu": lambda g, x: g.add("LeakyRelu", x, alpha=0.1),
    "PRelu": lambda g, x: g.add("PRelu", x, g.constant(np.full((1, 1, 1), 0.2, np.float32))),
    "HardSwish": lambda g, x: g.add("HardSwish", x),
    "HardSigmoid": lambda g, x: g.add("HardSigmoid", x, alpha=1 / 6),
    "Sigmoid": lambda g, x: g.add("Sigmoid", x),
    "Tanh": lambda g, x: g.add("Tanh", x),
    "SiLU": lambda g, x: g.add("Mul", x, g.add("Sigmoid", x)),
    "Max": lambda g, x: g.add("Max", x, g.constant(np.float32(0.25))),
    "Min": lambda g, x: g.add("Min", g.constant(np.float32(0.25)), x),
    "Neg": lambda g, x: g.add("Neg", x),
    "Pow": lambda g, x: g.add("Pow", x, g.constant(np.float32(2))),
    "Add": lambda g, x: g.add("Relu", g.add("Add", x, g.conv("x", 3, 6, pads=(1, 1, 1, 1)))),
    "Sub": lambda g, x: g.add("Sub", x, g.conv("x", 3, 6, pads=(1, 1, 1, 1))),
    "constants": lambda g, x: g.add("Div", g.add("Sub", g.constant(np.float32(1)), x), g.constant(np.float32(0.3))),
    "a constant for each position": lambda g, x: g.add("Add", x, g.normal(6, 9, 8)),
    "squeeze and excite": lambda g, x: g.add("Mul", x, g.add("Sigmoid", g.conv(g.add("GlobalAveragePool", x), 6, 6, (1, 1)))),
    "BatchNormalization": lambda g, x: g.add(
        "BatchNormalization", g.add("Relu", x), g.normal(6), g.normal(6), g.normal(6), g.constant(np.full(6, 0.7, np.float32))
    ),
    "Abs": lambda g, x: g.add("Abs", x),
    "PRelu of channels": lambda g, x: g.add("PRelu", x, g.normal(6, 1, 1)),
    "Swish": lambda g, x: g.add("Mul", x, g.add("Sigmoid", g.add("Mul", x, g.constant(np.float32(1.7))))),
    "Max of three": lambda g, x: g.add("Max", x, g.add("Neg", x), g.normal(6, 1, 1)),
    "Min of two": lambda g, x: g.add("Min", x, g.conv("x", 3, 6, pads=(1, 1, 1, 1))),
    "Sum": lambda g, x: g.add("Sum", x, g.normal(8), g.add("Relu", x)),
    "Mean": lambda g, x: g.add("Mean", x, g.add("Relu", x), g.constant(np.float32(2))),
    "a number for each column": lambda g, x: g.add("Mul", x, g.normal(8)),
    "a value for each column": lambda g, x: g.add("Mul", x, g.add("ReduceMean", x, axes=[1, 2])),
    "a value for each pixel": lambda g, x: g.add("Mul", g.add("ReduceMax", x, axes=[1]), x),
    "a value of two shapes": lambda g, x: g.add("Add", g.add("ReduceMean", x, axes=[1]), g.add("GlobalMaxPool", x)),
    "a square of values": lambda g, x: g.add("Pow", x, g.constant(np.float32(3))),
    "padding that is wider than the kernel": lambda g, x: g.conv(x, 6, 4, (1, 2), pads=(1, 2, 0, 3)),
    "Sigmoid of padding": lambda g, x: g.conv(
        g.add("Sigmoid", g.add("Pad", x, g.constant(np.array([0, 0, 1, 2, 0, 0, 0, 1])))), 6, 3),
    "two paddings": lambda g, x: g.conv(
        g.add("Pad", g.add("Pad", x, g.constant(np.array([0, 0, 1, 0, 0, 0, 0, 1]))),
              g.constant(np.array([0, 0, 0, 1, 0, 0, 1, 0]))), 6, 3, pads=(0, 0, 1, 1)),
    "Pad that cuts off": lambda g, x: g.add("Pad", x, g.constant(np.array([0, -1, -2, 3, 0, 0, 1, -2]))),
    "Pad that mirrors": lambda g, x: g.add("Pad", x, g.constant(np.array([0, 0, 2, 1, 0, 0, 1, 3])), mode="reflect"),
    "Pad with the edge": lambda g, x: g.add("Pad", x, g.constant(np.array([0, 1, 2, 1, 0, 1, 1, 3])), mode="edge"),
    "Gather of channels": lambda g, x: g.add("Gather", x, g.constant(np.array([4, 0, -1, 0])), axis=1),
    "Gather of rows": lambda g, x: g.add("Gather", x, g.constant(np.array([[8, 0], [1, 1]])), axis=2),
    "a mirror image": lambda g, x: g.add("Slice", x, *(g.constant(np.array(a)) for a in ([-1], [-99], [3], [-1]))),
    "Expand": lambda g, x: g.add("Expand", g.add("GlobalAveragePool", x), g.constant(np.array([1, 6, 3, 4]))),
    "Tile": lambda g, x: g.add("Tile", x, g.constant(np.array([1, 2, 1, 3]))),
    "MatMul of columns": lambda g, x: g.add("MatMul", x, g.normal(8, 5)),
    "MatMul of rows": lambda g, x: g.add("MatMul", g.normal(5, 9), x),
    "MatMul of pixels": lambda g, x: g.add(
        "MatMul", g.add("Transpose", g.add("Reshape", x, g.constant(np.array([1, 6, -1]))), perm=[0, 2, 1]), g.normal(6, 7)),
    "Gemm of several rows": lambda g, x: g.add(
        "Gemm", g.add("Reshape", x, g.constant(np.array([6, -1]))), g.normal(5, 6), g.normal(72, 1), transA=1, transB=1, beta=0.5),
    "ReduceMean of channels": lambda g, x: g.add("ReduceMean", x, axes=[1]),
    "ReduceMax of rows": lambda g, x: g.add("ReduceMax", x, axes=[2], keepdims=0),
    "ReduceMin": lambda g, x: g.add("ReduceMin", x, axes=[2, 3], keepdims=0),
    "ReduceSum of all": lambda g, x: g.add("Unsqueeze", g.add("ReduceSum", x, keepdims=0), g.constant(np.array([0, 1]))),
    "Softmax over pixels": lambda g, x: g.add("Softmax", g.add("Reshape", x, g.constant(np.array([1, 6, 72]))), axis=2),
    "channels behind rows and columns": lambda g, x: g.add("Transpose", g.add("Relu", g.add("Mul", g.add("BatchNormalization",
        g.add("Transpose", g.add("Add", g.add("Transpose", x, perm=[0, 2, 3, 1]), g.normal(6)), perm=[0, 3, 1, 2]),
        g.normal(6), g.normal(6), g.normal(6), g.constant(np.full(6, 0.7, np.float32))), g.normal(6, 1, 1))), perm=[0, 2, 3, 1]),
    "Conv of lines": lambda g, x: g.add("Conv", g.add("Reshape", x, g.constant(np.array([1, 6, 72]))), g.normal(4, 3, 5),
                                        strides=[2], pads=[1, 2], group=2),
    "MaxPool of lines": lambda g, x: g.add("MaxPool", g.add("Reshape", x, g.constant(np.array([1, 6, 72]))),
                                           kernel_shape=[3], strides=[2], pads=[1, 1], ceil_mode=1),
    "AveragePool that counts padding": lambda g, x: g.add(
        "AveragePool", x, kernel_shape=[3, 3], strides=[2, 3], pads=[1, 1, 1, 1], ceil_mode=1, count_include_pad=1),
    "Resize behind channels": lambda g, x: g.add(
        "Resize", g.add("Transpose", x, perm=[0, 2, 3, 1]), "", "", g.constant(np.array([1, 5, 11, 6])), mode="linear"),
    "GlobalMaxPool": lambda g, x: g.add("GlobalMaxPool", x),
    "ReduceMean": lambda g, x: g.add("ReduceMean", x, axes=[2, 3], keepdims=0),
    "ReduceSum": lambda g, x: g.add("ReduceSum", x, g.constant(np.array([2, 3])), keepdims=0),
    "Gather": lambda g, x: g.add(
        "Sub", g.add("Gather", x, g.constant(np.array([4])), axis=1), g.add("Gather", x, g.constant(np.array([-1])), axis=1)
    ),
    "Gather of one row": lambda g, x: g.add("Unsqueeze", g.add("Gather", x, g.constant(np.array(3)), axis=2), g.constant(np.array([2]))),
    "Softmax over channels": lambda g, x: g.add("Softmax", x, axis=1),
    "Softmax over columns": lambda g, x: g.add("Softmax", x, axis=-1),
    "Concat": lambda g, x: g.add("Concat", x, "x", g.add("Relu", x), axis=1),
    "Concat of rows": lambda g, x: g.add("Concat", x, g.add("Neg", x), axis=2),
    "Split": lambda g, x: g.add("Concat", *g.add("Split", x, g.constant(np.array([2, 4])), outputs=2, axis=1)[::-1], axis=1),
    "Slice": lambda g, x: g.add(
        "Slice", x, *(g.constant(np.array(a)) for a in ([1, -5], [8, 2**31], [2, 3], [2, 1]))
    ),
    "Pad before Conv": lambda g, x: g.conv(g.add("Pad", x, g.constant(np.array([0, 0, 2, 1, 0, 0, 0, 2]))), 6, 8),
    "Pad": lambda g, x: g.add("Pad", x, g.constant(np.array([0, 0, 2, 1, 0, 1, 0, 2])), g.constant(np.float32(0.5))),
    "Transpose": lambda g, x: g.add("Transpose", x, perm=[0, 1, 3, 2]),
    "Flatten and Gemm": lambda g, x: g.add("Gemm", g.add("Flatten", x), g.normal(7, 432), g.normal(7), transB=1),
    "Gemm and Softmax": lambda g, x: g.add("Softmax", g.add("Gemm", g.add("Flatten", x), g.normal(432, 4)), axis=1),
    "MatMul and Add": lambda g, x: g.add(
        "Add", g.add("MatMul", g.add("Reshape", x, g.constant(np.array([0, -1]))), g.normal(432, 5)), g.normal(5)
    ),
    "Flatten alone": lambda g, x: g.add("Flatten", x),
    "Shape of a value": lambda g, x: g.add(
        "Reshape", x, g.add("Concat", g.add("Slice", g.add("Shape", x), g.constant(np.array([0])), g.constant(np.array([2]))),
                            g.constant(np.array([8, 9])), axis=0)
    ),
    "channel shuffle": lambda g, x: g.add(
        "Reshape",
        g.add("Transpose", g.add("Reshape", x, g.constant(np.array([1, 2, 3, 9, 8]))), perm=[0, 2, 1, 3, 4]),
        g.constant(np.array([1, 6, 9, 8])),
    ),
    "Squeeze and Unsqueeze": lambda g, x: g.add(
        "Unsqueeze", g.add("Squeeze", g.add("GlobalAveragePool", x), g.constant(np.array([2, 3]))), g.constant(np.array([2, 3]))
    ),
    "auto_pad": lambda g, x: g.conv(x, 6, 5, (3, 2), auto_pad="SAME_UPPER", strides=(2, 2)),
    "Dropout": lambda g, x: g.add("Identity", g.add("Dropout", x)),
    "DepthToSpace": lambda g, x: g.add("DepthToSpace", g.conv(x, 6, 8, (1, 1)), blocksize=2),
    "DepthToSpace CRD": lambda g, x: g.add("DepthToSpace", g.conv(x, 6, 8, (1, 1)), blocksize=2, mode="CRD"),
    "SpaceToDepth": lambda g, x: g.add("SpaceToDepth", g.add("Pad", x, g.constant(np.array([0] * 6 + [1, 0]))), blocksize=2),
    "Resize nearest": lambda g, x: g.add(
        "Resize", x, "", g.constant(np.float32([1, 1, 2, 3])), mode="nearest", nearest_mode="floor",
        coordinate_transformation_mode="asymmetric",
    ),
    "Resize linear": lambda g, x: g.add("Resize", x, "", "", g.constant(np.array([1, 6, 13, 5])), mode="linear"),
    "Resize with corners": lambda g, x: g.add(
        "Resize", x, "", "", g.constant(np.array([1, 6, 4, 17])), mode="linear",
        coordinate_transformation_mode="align_corners",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OPERATORS)
def test_float32_is_what_onnx_runtime_computes(name):
    check(one(OPERATORS[name]))


@pytest.mark.parametrize("name", OPERATORS)
def test_int8_is_near_float32(name):
    data = one(OPERATORS[name])
    network = import_onnx(load_onnx(data), SCALE, OFFSET)
    images = images_for(network, 6)
    quantised = read(write(quantise(network, images)))
    values, wanted = run_network(quantised, images), run_onnx(data, images)[0]
    got = as_onnx(quantised.outputs[0], values[id(quantised.outputs[0])], wanted)
    assert quantised.inputs[0].dtype == "int8"
    tolerance = 0.1 if "Softmax" in name else 0.05
    assert np.abs(got - wanted).max() <= tolerance * np.ptp(wanted) + 1e-3, (np.abs(got - wanted).max(), np.ptp(wanted))


@pytest.mark.parametrize("opset", [13, 15, 18, 21, 22])
def test_opsets_from_thirteen_on(opset):
    graph = Graph(opset=opset)
    value = graph.add("Relu", graph.conv("x", 3, 8, pads=(1, 1, 1, 1)))
    pads = graph.constant(np.array([0, 0, 1, 1, 0, 0, 1, 1]))
    value = graph.conv(graph.add("Pad", value, pads), 8, 8, group=8)
    axes = {"axes": [2, 3]} if opset < 18 else {}
    inputs = [] if opset < 18 else [graph.constant(np.array([2, 3]))]
    value = graph.add("ReduceMean", value, *inputs, keepdims=0, **axes)
    value = graph.add("Gemm", value, graph.normal(3, 8), graph.normal(3), transB=1)
    check(graph.model(graph.add("Softmax", value, axis=-1)))


def test_several_outputs_and_a_value_that_two_read():
    graph = Graph()
    trunk = graph.add("Relu", graph.conv("x", 3, 8))
    first = graph.add("Clip", trunk, graph.constant(np.float32(0)), graph.constant(np.float32(0.5)))
    second = graph.add("Add", graph.conv(trunk, 8, 8, (1, 1)), trunk)
    check(graph.model(first, second, trunk))


def quantised_model():
    graph = Graph()

    def through(value, scale, zero):
        parts = graph.constant(np.float32(scale)), graph.constant(np.uint8(zero))
        return graph.add("DequantizeLinear", graph.add("QuantizeLinear", value, *parts), *parts)

    weights = graph.constant(graph.generator.integers(-127, 128, (8, 3, 3, 3)).astype(np.int8))
    scales = graph.constant(graph.generator.uniform(0.002, 0.01, 8).astype(np.float32))
    zeros = graph.constant(np.zeros(8, np.int8))
    weights = graph.add("DequantizeLinear", weights, scales, zeros, axis=0)
    value = through("x", SCALE, round(OFFSET))
    value = through(graph.add("Relu", graph.add("Conv", value, weights, graph.normal(8))), 0.02, 0)
    value = through(graph.add("MaxPool", value, kernel_shape=[2, 2], strides=[2, 2]), 0.02, 0)
    return graph.model(through(graph.add("GlobalAveragePool", value), 0.015, 0))


def test_a_quantised_model_is_taken_at_its_word():
    data = quantised_model()
    network = read(from_onnx(data, quantised=True, scale=SCALE, offset=OFFSET))
    assert {tensor.dtype for tensor in network.tensors} == {"int8"}
    assert network.layers[0].output.scale == np.float32(0.02) and network.layers[0].output.zero_point == -128
    assert network.outputs[0].scale == np.float32(0.015)
    original = next(w for w in load_onnx(data).graph.initializer if w.name == "w0")
    stored = network.layers[0].weights.transpose(0, 3, 1, 2)
    np.testing.assert_array_equal(stored, numpy_helper.to_array(original))
    images = images_for(network, 6)
    wanted = run_onnx(data, images)[0]
    values = run_network(network, images)
    got = as_onnx(network.outputs[0], values[id(network.outputs[0])], wanted)
    assert np.abs(got - wanted).max() <= 0.015 * 1.01  # one step


@pytest.mark.parametrize("method", ["minmax", "percentile", "mse"])
def test_calibration_methods(method):
    graph = Graph()
    network = import_onnx(load_onnx(graph.model(graph.conv("x", 3, 4))), SCALE, OFFSET)
    images = images_for(network, 4)
    images[0, 0, 0] = 255
    full = quantise(network, images)
    cut = quantise(network, images, percentile=99.0, method=method)
    if method == "percentile":
        assert cut.outputs[0].scale < full.outputs[0].scale
    else:
        assert cut.outputs[0].scale <= full.outputs[0].scale


REFUSED = [
    (lambda g: g.add("Elu", "x"), r"node n0 \(Elu\): is not supported; use LeakyRelu"),
    (lambda g: g.add("ConvTranspose", "x", g.normal(3, 2, 2, 2)), "use Resize and Conv"),
    (lambda g: g.add("InstanceNormalization", "x", g.normal(3), g.normal(3)), "use BatchNormalization"),
    (lambda g: g.add("MaxPool", "x", kernel_shape=[3, 3], pads=[3, 3, 3, 3]), "padding 3 is not below the kernel's 3"),
    (lambda g: g.conv("x", 3, 2, (11, 3)), "larger than the image"),
    (lambda g: g.add("Pad", "x", g.constant(np.array([0, 0, 1, 1, 0, 0, 1, 1])), mode="other"), "mode other is not known"),
    (lambda g: g.add("Resize", "x", "", g.constant(np.float32([1, 1, 2, 2])), mode="cubic"), "in mode cubic"),
    (lambda g: g.add("Div", g.constant(np.float32(1)), "x"), "use Mul"),
    (lambda g: g.add("MatMul", "x", g.add("Transpose", "x", perm=[0, 1, 3, 2])), "of two values is not supported"),
    (lambda g: g.add("MatMul", "x", g.normal(3, 8, 2)), "use one matrix"),
    (lambda g: g.add("Sqrt", "x"), r"\(Sqrt\): is not supported; use Relu"),
    (lambda g: g.add("Cos", "x"), r"\(Cos\): is not supported; use what is made of Abs, Add"),
    (lambda g: g.add("QLinearAdd", "x", domain="com.microsoft"), r"\(QLinearAdd\): is not supported; use QuantizeLinear"),
    (lambda g: g.add("FusedConv", "x", domain="com.microsoft"), "an operator of com.microsoft, which is not supported"),
    (lambda g: g.add("MaxPool", "x", kernel_shape=[2, 2], outputs=2)[1], "output v0_1 is not supported"),
    (lambda g: g.add("Dropout", "x", outputs=2)[1], "output v0_1 is not supported"),
    (lambda g: g.add("Reshape", g.add("Conv", g.add("Reshape", "x", g.constant(np.array([3, 1, 9, 8]))), g.normal(2, 1, 3, 3)),
                     g.constant(np.array([1, -1]))), "needs a batch of 1, has shape"),
    (lambda g: g.add("Cast", "x", to=7), "to whole numbers"),
    (lambda g: g.add("MaxPool", "x", kernel_shape=[2, 2], dilations=[2, 2], auto_pad="SAME_UPPER"), "give pads"),
    (lambda g: g.add("QuantizeLinear", "x", g.constant(np.float32(0.1)), g.constant(np.uint8(3))), "end the model with Dequant"),
]


@pytest.mark.parametrize(("build", "message"), REFUSED)
def test_what_cannot_be_converted_is_named(build, message):
    graph = Graph()
    with pytest.raises(MpycamError, match=message):
        import_onnx(onnx.load_from_string(graph.model(build(graph))))


def random_graph(seed):
    """A model of up to twelve random nodes, some of which read what came before the last one."""
    graph = Graph(channels=int(np.random.default_rng(seed).integers(1, 5)), height=9 + seed % 4, width=12 - seed % 5, seed=seed)
    draw = graph.generator
    values = [("x", *graph.shape[1:])]
    for _ in range(draw.integers(2, 12)):
        name, channels, height, width = values[-1] if draw.integers(4) else values[draw.integers(len(values))]
        kind = draw.integers(9)
        if kind < 3 and min(height, width) >= 3:
            outs, stride = int(draw.integers(1, 20)), int(draw.integers(1, 3))
            group = channels if draw.integers(3) == 0 else 1
            outs = outs * group if group > 1 and draw.integers(2) else outs if group == 1 else group
            name = graph.conv(name, channels, outs, (3, 3), pads=(1, 1, 1, 1), strides=(stride, stride), group=group)
            channels, height, width = outs, -(-height // stride), -(-width // stride)
        elif kind == 3:
            name = graph.add(str(draw.choice(["Relu", "Sigmoid", "Tanh", "HardSwish", "LeakyRelu"])), name)
        elif kind == 4 and min(height, width) >= 4:
            operator = str(draw.choice(["MaxPool", "AveragePool"]))
            name = graph.add(operator, name, kernel_shape=[2, 2], strides=[2, 2])
            height, width = height // 2, width // 2
        elif kind == 5:
            parts = [part for part in values if part[2:] == (height, width)]
            other = parts[draw.integers(len(parts))] if parts else (name, channels)
            name, channels = graph.add("Concat", name, other[0], axis=1), channels + other[1]
        elif kind == 6:
            statistics = [graph.normal(channels) for _ in range(3)]
            variance = graph.constant(draw.uniform(0.5, 2, channels).astype(np.float32))
            name = graph.add("BatchNormalization", name, *statistics, variance)
        elif kind == 7:
            name, height, width = graph.add("Transpose", name, perm=[0, 1, 3, 2]), width, height
        else:
            name = graph.add(str(draw.choice(["Add", "Mul"])), name, graph.normal(1, channels, 1, 1))
        values.append((name, channels, height, width))
    name, channels, height, width = values[-1]
    ends = [graph.add("Gemm", graph.add("Flatten", name), graph.normal(3, channels * height * width), graph.normal(3), transB=1)]
    if seed % 3 == 0:
        ends.append(graph.add("GlobalAveragePool", values[len(values) // 2][0]))
    return graph.model(*ends)


def test_random_graphs_are_what_onnx_runtime_computes():
    for seed in range(80):
        check(random_graph(seed))


def test_graphs_in_int8_run_like_the_reference(interpreter, tmp_path):
    """The int8 answers of each build have the reference's bits: of random graphs, and of each operator."""
    paths, expected = [], []
    for seed, data in enumerate([*map(random_graph, range(40)), *map(one, OPERATORS.values())]):
        network = import_onnx(load_onnx(data), SCALE, OFFSET)
        images = images_for(network)
        quantised = quantise(network, images)
        paths.append(tmp_path / f"{seed}.unn")
        paths[-1].write_bytes(write(quantised))
        (tmp_path / f"{seed}.bin").write_bytes(images[0].tobytes())
        values = run_network(quantised, images[:1])
        expected += [answer(tensor, values[id(tensor)]).astype("<f4").tobytes().hex() for tensor in quantised.outputs]
    script = """
import binascii, sys, unn
from ulab import numpy as np
for path in sys.argv[1:]:
    net = unn.load(path)
    with open(path[:-3] + "bin", "rb") as file:
        answers = net(np.frombuffer(file.read(), dtype=np.uint8).reshape(net.input_shape))
    for answer in answers if isinstance(answers, tuple) else (answers,):
        print(binascii.hexlify(answer.flatten()).decode())
"""
    assert interpreter.run(script, *paths).split() == expected


def test_damaged_onnx_files_are_refused_in_one_line():
    """Or they are other models; nothing but MpycamError comes out."""
    data, refused = random_graph(5), 0
    draw = np.random.default_rng(1)
    for _ in range(300):
        changed = bytearray(data)
        for position in draw.integers(0, len(data), draw.integers(1, 4)):
            changed[position] = draw.integers(256)
        try:
            write(import_onnx(load_onnx(bytes(changed))))
        except MpycamError as error:
            assert "\n" not in str(error) and len(str(error)) < 600
            refused += 1
    assert 0 < refused < 300


def test_wrong_files_labels_and_calibration_are_refused():
    graph = Graph()
    data = graph.model(graph.conv("x", 3, 4))
    with pytest.raises(MpycamError, match="3 labels"):
        from_onnx(data, labels=("a", "b", "c"))
    with pytest.raises(MpycamError, match="calibration images"):
        from_onnx(data, calibration=np.zeros((3, 9, 9, 3), np.uint8))
    infinite = graph.model(graph.add("Mul", graph.conv("x", 3, 4), graph.constant(np.float32(np.inf))))
    with pytest.raises(MpycamError, match=r"\(conv2d\) gives values that are not finite"), np.errstate(all="ignore"):
        from_onnx(infinite, calibration=np.zeros((3, 9, 8, 3), np.uint8))
    with pytest.raises(MpycamError, match="calibration images are needed"):
        from_onnx(data, quantised=True)
    with pytest.raises(MpycamError, match="not an ONNX file"):
        from_onnx(b"nothing of the kind")
    with pytest.raises(MpycamError, match="opset 12 is too old"):
        old = Graph(opset=12)
        import_onnx(onnx.load_from_string(old.model(old.add("Relu", "x"))))


def test_a_pytorch_module():
    torch = pytest.importorskip("torch")
    from torch import nn

    torch.manual_seed(1)
    torch.set_num_threads(1)
    net = nn.Sequential(
        nn.Conv2d(1, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU6(), nn.Conv2d(8, 8, 3, 1, 1, groups=8),
        nn.BatchNorm2d(8), nn.Hardswish(), nn.Dropout(), nn.Flatten(), nn.Linear(8 * 12 * 16, 2), nn.Softmax(1),
    ).eval()  # fmt: skip
    images = np.random.default_rng(1).integers(0, 256, (5, 24, 32)).astype(np.uint8)
    with torch.no_grad():
        wanted = net((torch.from_numpy(images).float()[:, None] - OFFSET) * SCALE).numpy()
    options = {"input_shape": (24, 32), "scale": SCALE, "offset": OFFSET, "labels": ("shut", "open")}
    for calibration, tolerance in ((None, 1e-5), (images, 0.03)):
        network = read(from_torch(net, calibration=calibration, **options))
        values = run_network(network, images)[id(network.outputs[0])]
        assert network.labels == ("shut", "open")
        assert np.abs(answer(network.outputs[0], values) - wanted).max() < tolerance


@pytest.mark.parametrize("quantised", [False, True])
def test_reading_what_was_written_gives_the_same_file(quantised):
    for seed in range(40):
        network = random_chain(seed)
        data = write(quantise(network, random_images(network, 3)) if quantised else network)
        assert write(read(data)) == data


def test_reader_refuses_damaged_files():
    graph = Graph()
    network = import_onnx(load_onnx(graph.model(graph.conv("x", 3, 4))))
    data = write(quantise(network, images_for(network)))
    for size in range(0, len(data), 3):
        with pytest.raises(MpycamError):
            read(data[:size])
    for position in range(0, len(data), 3):
        with pytest.raises(MpycamError):
            read(data[:position] + bytes([data[position] ^ 0x41]) + data[position + 1 :])
    # behind a right checksum, only MpycamError may come out
    for position in range(HEADER.size, HEADER.size + 200):
        changed = with_checksum(data[:position] + bytes([data[position] ^ 0xFF]) + data[position + 1 :])
        try:
            read(changed)
        except MpycamError:
            pass


def test_requantisation_is_within_one_of_real_arithmetic():
    sums = np.random.default_rng(5).integers(-(2**31), 2**31, 1000)
    for factor in (0.9999999, 0.5, 1e-4, 3e-9):
        results = requantise(sums, *quantise_multiplier(factor))
        assert np.abs(results - sums * factor).max() <= 1
    assert requantise([3, -3, 1, -1], 2**30, 0).tolist() == [2, -1, 1, 0]
    with pytest.raises(MpycamError, match="too large"):
        quantise_multiplier(1.5)


def test_exponential_is_within_two_units_of_the_last_place():
    x = np.linspace(-87, 0, 200_001).astype(np.float32)
    exact = np.exp(x.astype(np.float64))
    assert (np.abs(exp_negative(x) - exact) / np.spacing(exact.astype(np.float32))).max() <= 2
    assert exp_negative(np.float32([-87.1, -np.inf, np.nan, 0])).tolist() == [0, 0, 0, 1]
