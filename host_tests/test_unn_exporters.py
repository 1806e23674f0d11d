"""Models as other people's programs write them: PyTorch's two exporters, ONNX Runtime's quantiser, TensorFlow's habits."""

import io
import logging
import warnings

import numpy as np
import pytest
from test_unn_convert import Graph

from mpycam.convert import from_onnx
from mpycam.errors import MpycamError
from mpycam.model import compare
from mpycam.unn_file import read
from mpycam.unn_reference import answer, run_network

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
torch = pytest.importorskip("torch")

import torch.nn.functional as F  # noqa: E402, N812
from onnx import TensorProto, helper, numpy_helper  # noqa: E402
from torch import nn  # noqa: E402

torch.set_num_threads(1)

HEIGHT, WIDTH = 20, 24


class Apply(nn.Module):
    """A function of the input and of modules."""

    def __init__(self, function, *parts):
        super().__init__()
        self.function, self.parts = function, nn.ModuleList(parts)

    def forward(self, x):
        return self.function(x, *self.parts)


class Residual(nn.Module):
    def __init__(self, *layers, after=None):
        super().__init__()
        self.layers, self.after = nn.Sequential(*layers), after or nn.Identity()

    def forward(self, x):
        return self.after(x + self.layers(x))


class Excite(nn.Module):
    """Squeeze and excite."""

    def __init__(self, channels, gate):
        super().__init__()
        self.first, self.second, self.gate = nn.Linear(channels, 4), nn.Linear(4, channels), gate

    def forward(self, x):
        batch, channels, _, _ = x.shape
        weights = self.gate(self.second(F.relu(self.first(F.adaptive_avg_pool2d(x, 1).view(batch, channels)))))
        return x * weights.view(batch, channels, 1, 1).expand_as(x)


def convolution(inputs=3, outputs=8, kernel=3, **options):
    return nn.Conv2d(inputs, outputs, kernel, padding=options.pop("padding", kernel // 2), **options)


def normed(inputs, outputs, kernel, activation, **options):
    return [convolution(inputs, outputs, kernel, bias=False, **options), nn.BatchNorm2d(outputs), *activation]


def inverted(channels, activation):
    inner = 3 * channels
    return Residual(
        *normed(channels, inner, 1, [activation()]), *normed(inner, inner, 3, [activation()], groups=inner),
        *normed(inner, channels, 1, []),
    )  # fmt: skip


def head(channels, outputs=3):
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, outputs))


def shuffled(x):
    batch, channels, height, width = x.shape
    return x.view(batch, 2, channels // 2, height, width).transpose(1, 2).contiguous().view(batch, channels, height, width)


def attended(x, first, second):
    features = first(x)
    both = torch.cat([features.mean(1, keepdim=True), features.amax(1, keepdim=True)], 1)
    return features * torch.sigmoid(second(both))


def halves(x, first, second):
    kept, changed = first(x).chunk(2, 1)
    return torch.cat([changed, second(kept)], 1)


MEANS, DEVIATIONS = torch.tensor([0.4, 0.5, 0.6]).view(1, 3, 1, 1), torch.tensor([0.2, 0.3, 0.25]).view(1, 3, 1, 1)

# The second exporter is slow: those of its nets that it writes in its own way.
BY_DYNAMO = ("MobileNetV2", "MobileNetV3", "ResNet", "Upsample", "interpolate", "chunk and cat", "permute", "Linear of tokens",
             "padding", "channels backwards", "mirror and crop", "spatial attention", "repeat")  # fmt: skip

NETS = {
    "MobileNetV2": lambda: nn.Sequential(*normed(3, 8, 3, [nn.ReLU6()], stride=2), inverted(8, nn.ReLU6), head(8)),
    "MobileNetV3": lambda: nn.Sequential(
        convolution(stride=2), nn.Hardswish(), Excite(8, nn.Hardsigmoid()), inverted(8, nn.Hardswish), head(8), nn.Softmax(1)
    ),
    "ResNet": lambda: nn.Sequential(
        *normed(3, 8, 7, [nn.ReLU()], stride=2), nn.MaxPool2d(3, 2, 1),
        Residual(*normed(8, 8, 3, [nn.ReLU()]), *normed(8, 8, 3, []), after=nn.ReLU()), head(8),
    ),
    "dilated depthwise": lambda: nn.Sequential(convolution(), convolution(8, 8, groups=8, dilation=2, padding=2), nn.SiLU()),
    "Upsample": lambda: nn.Sequential(convolution(), nn.Upsample(scale_factor=2), nn.Upsample(scale_factor=1.5, mode="bilinear")),
    "interpolate": lambda: Apply(
        lambda x, a, b: F.interpolate(a(x), size=b(x).shape[2:], mode="bilinear", align_corners=True) + b(x),
        convolution(stride=2), convolution(),
    ),
    "AdaptiveAvgPool2d": lambda: nn.Sequential(convolution(), nn.AdaptiveAvgPool2d((2, 3)), nn.Flatten(), nn.Linear(48, 2)),
    "chunk and cat": lambda: Apply(halves, convolution(3, 8), convolution(4, 6)),
    "two outputs": lambda: Apply(lambda x, a, b: (torch.sigmoid(a(x)), b(x)), convolution(3, 2), head(3)),
    "view": lambda: Apply(lambda x, a, b: b(a(x).view(x.size(0), -1)), convolution(3, 4), nn.Linear(4 * HEIGHT * WIDTH, 3)),
    "permute": lambda: Apply(lambda x, a: a(x).permute(0, 2, 3, 1).reshape(x.size(0), -1, 4), convolution(3, 8)),
    "Linear of pixels": lambda: Apply(lambda x, a, b: b(a(x).permute(0, 2, 3, 1)), convolution(3, 8), nn.Linear(8, 5)),
    "Linear of tokens": lambda: Apply(lambda x, a, b: b(a(x).flatten(2).transpose(1, 2)).mean(1), convolution(), nn.Linear(8, 5)),
    "BatchNorm behind ReLU": lambda: nn.Sequential(nn.BatchNorm2d(3), convolution(), nn.ReLU(), nn.BatchNorm2d(8), nn.PReLU(8)),
    "BatchNorm1d": lambda: nn.Sequential(convolution(), nn.ReLU(), head(8, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 2)),
    "channel shuffle": lambda: Apply(lambda x, a, b: b(shuffled(a(x))), convolution(), convolution(8, 4)),
    "PixelShuffle": lambda: nn.Sequential(convolution(3, 12), nn.PixelShuffle(2)),
    "padding": lambda: nn.Sequential(nn.ReflectionPad2d(1), nn.ZeroPad2d((0, 1, -1, 2)), convolution(padding=0)),
    "Relu of padding": lambda: Apply(lambda x, a: a(F.relu(F.pad(x - 0.5, (1, 2, 3, 0)))), convolution()),
    "ceil_mode": lambda: nn.Sequential(convolution(), nn.MaxPool2d(3, 2, ceil_mode=True), nn.AvgPool2d(3, 2, 1, ceil_mode=True)),
    "normalising": lambda: Apply(lambda x, a: a((x - MEANS) / DEVIATIONS), convolution()),
    "channels backwards": lambda: Apply(lambda x, a: a(x[:, [2, 1, 0]]), convolution()),
    "mirror and crop": lambda: Apply(lambda x, a: a(torch.flip(x, [3])[:, :, 3:15, 2:20]), convolution()),
    "gray": lambda: Apply(lambda x, a: a((x * MEANS).sum(1, keepdim=True)), convolution(1, 4)),
    "spatial attention": lambda: Apply(attended, convolution(), convolution(2, 1, 7)),
    "maximum": lambda: Apply(
        lambda x, a, b: torch.maximum(a(x), b(x)) + torch.stack([a(x), b(x)]).mean(0), convolution(), convolution()
    ),
    "softmax of pixels": lambda: Apply(lambda x, a: torch.softmax(a(x).flatten(2), 2), convolution()),
    "Conv1d": lambda: Apply(lambda x, a: a(x.flatten(2)), nn.Conv1d(3, 4, 5, stride=2, padding=2)),
    "clamp, square, abs": lambda: Apply(lambda x, a: torch.clamp(a(x), -0.2, 0.7) * 2 + a(x) ** 2 - a(x).abs(), convolution()),
    "repeat": lambda: Apply(lambda x, a: a(x.repeat(1, 2, 1, 1)), convolution(6, 4)),
}  # fmt: skip

REFUSED = {
    "GELU": (lambda: nn.Sequential(convolution(), nn.GELU()), "use LeakyRelu or HardSwish"),
    "GroupNorm": (lambda: nn.Sequential(convolution(), nn.GroupNorm(2, 8)), "use BatchNormalization"),
    "LSTM": (
        lambda: Apply(lambda x, a: a(x.flatten(2).transpose(1, 2))[0], nn.LSTM(3, 4, batch_first=True)),
        "use convolutions over single frames",
    ),
    "ELU": (lambda: nn.Sequential(convolution(), nn.ELU()), "use LeakyRelu or HardSwish"),
    "argmax": (lambda: Apply(lambda x, a: a(x).argmax(1), head(3)), "use the same on the answer, in the application"),
    "where": (lambda: Apply(lambda x, a: torch.where(a(x) > 0, x, 0.1 * x), convolution(3, 3)), "use Clip, Max or Min"),
}


def exported(module, dynamo):
    """The bytes of the ONNX model of a module, with its running statistics drawn at random."""
    torch.manual_seed(3)
    for part in module.modules():
        if isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d):
            part.running_mean.uniform_(-0.5, 0.5)
            part.running_var.uniform_(0.5, 2)
    data, image = io.BytesIO(), (torch.zeros(1, 3, HEIGHT, WIDTH),)
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if dynamo:
                torch.onnx.export(module.eval(), image, dynamo=True, verbose=False).save(data)
            else:
                torch.onnx.export(module.eval(), image, data, dynamo=False)
    finally:
        logging.disable(level)
    return data.getvalue()


def pictures(count=4, seed=5):
    return np.random.default_rng(seed).integers(0, 256, (count, HEIGHT, WIDTH, 3)).astype(np.uint8)


@pytest.mark.parametrize(("name", "dynamo"), [(name, False) for name in NETS] + [(name, True) for name in BY_DYNAMO])
def test_pytorch_nets_are_what_onnx_runtime_computes(name, dynamo, host, tmp_path):
    data, images = exported(NETS[name](), dynamo), pictures()
    model = tmp_path / "net.unn"
    model.write_bytes(from_onnx(data))
    report = compare(data, model, [images], host.command[0])
    assert report.passed, report.lines
    if not dynamo:
        model.write_bytes(from_onnx(data, calibration=images))
        report = compare(data, model, [images], host.command[0])  # the bits of the reference
        assert report.passed and "int8" in {tensor.dtype for tensor in read(model.read_bytes()).tensors}, report.lines


@pytest.mark.parametrize("name", REFUSED)
def test_what_pytorch_nets_must_not_have_is_named(name):
    build, message = REFUSED[name]
    for dynamo in (False, True) if name in ("GELU", "GroupNorm") else (False,):
        with pytest.raises(MpycamError, match=r"^node \S+ \(\w+\): is not supported; " + message):
            from_onnx(exported(build(), dynamo))


# Quantised by ONNX Runtime

QUANTISED = ("MobileNetV2", "MobileNetV3", "ResNet", "Upsample", "chunk and cat", "view", "permute", "BatchNorm1d",
             "channel shuffle", "interpolate", "normalising", "spatial attention", "maximum")  # fmt: skip


def quantised_by_onnx_runtime(data, folder, per_channel, activations, weights="QInt8", form="QDQ"):
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.images = iter(pictures(8, 9).transpose(0, 3, 1, 2)[:, None].astype(np.float32) / 255)

        def get_next(self):
            image = next(self.images, None)
            return None if image is None else {onnx.load_from_string(data).graph.input[0].name: image}

    (folder / "float.onnx").write_bytes(data)
    quantize_static(
        folder / "float.onnx", folder / "int8.onnx", Reader(), quant_format=QuantFormat[form], per_channel=per_channel,
        activation_type=QuantType[activations], weight_type=QuantType[weights],
    )  # fmt: skip
    return (folder / "int8.onnx").read_bytes()


@pytest.mark.parametrize(("per_channel", "activations"), [(False, "QUInt8"), (True, "QInt8")])
def test_quantised_models_are_taken_at_their_word(per_channel, activations, host, tmp_path):
    """The answers are those of ONNX Runtime, but for a step here and there."""
    for name in QUANTISED:
        data = quantised_by_onnx_runtime(exported(NETS[name](), False), tmp_path, per_channel, activations)
        (tmp_path / "net.unn").write_bytes(from_onnx(data))
        network, images = read((tmp_path / "net.unn").read_bytes()), pictures()
        assert compare(data, tmp_path / "net.unn", [images], host.command[0]).passed
        assert network.inputs[0].dtype == "int8" or name == "normalising"
        assert network.outputs[0].dtype == "int8"
        values, session = run_network(network, images), onnxruntime.InferenceSession(data)
        tensor, steps = network.outputs[0], []
        for image, have in zip(images, answer(tensor, values[id(tensor)]), strict=True):
            planes = image.transpose(2, 0, 1)[None].astype(np.float32) / 255
            want = session.run(None, {session.get_inputs()[0].name: planes})[0]
            want = want.transpose(0, 2, 3, 1) if want.ndim == 4 else want
            steps.append(np.abs(have.reshape(want.shape) - want) / tensor.scale)
        steps = np.stack(steps)
        # a step of one layer can become two in the next
        assert steps.max() < 2.01 and (steps > 1.01).mean() < 0.001, (name, steps.max(), (steps > 1.01).mean())
        assert steps.size < 100 or (steps > 0.01).mean() < 0.2, (name, (steps > 0.01).mean())


def test_weights_that_are_not_symmetric_are_near(host, tmp_path):
    data = quantised_by_onnx_runtime(exported(NETS["MobileNetV2"](), False), tmp_path, False, "QUInt8", "QUInt8")
    (tmp_path / "net.unn").write_bytes(from_onnx(data))
    assert compare(data, tmp_path / "net.unn", [pictures()], host.command[0]).passed


def test_the_operator_format_is_refused(tmp_path):
    data = quantised_by_onnx_runtime(exported(NETS["ResNet"](), False), tmp_path, False, "QUInt8", "QUInt8", "QOperator")
    with pytest.raises(MpycamError, match=r"\(QLinearConv\): is not supported; use QuantizeLinear and DequantizeLinear"):
        from_onnx(data)


def test_a_quantised_model_may_have_other_scales_behind(host, tmp_path):
    """QuantizeLinear of a part, twice with different scales, of a constant, and DequantizeLinear with other numbers."""
    graph = Graph()

    def numbers(scale, zero):
        return graph.constant(np.float32(scale)), graph.constant(np.uint8(zero))

    x = graph.add("DequantizeLinear", graph.add("QuantizeLinear", "x", *numbers(1 / 64, 127)), *numbers(1 / 64, 127))
    weights = graph.add("DequantizeLinear", graph.add("QuantizeLinear", graph.normal(4, 3, 3, 3), *numbers(0.01, 128)),
                        *numbers(0.01, 128))  # fmt: skip
    value = graph.add("Conv", x, weights)
    coarse = graph.add("DequantizeLinear", graph.add("QuantizeLinear", value, *numbers(0.2, 128)), *numbers(0.2, 128))
    fine = graph.add("DequantizeLinear", graph.add("QuantizeLinear", value, *numbers(0.05, 100)), *numbers(0.1, 90))
    data = graph.model(graph.add("Add", coarse, fine))
    (tmp_path / "net.unn").write_bytes(from_onnx(data, scale=1 / 64, offset=127.0))
    images = np.random.default_rng(1).integers(0, 256, (4, 9, 8, 3)).astype(np.uint8)
    report = compare(data, tmp_path / "net.unn", [images], host.command[0])
    assert report.passed and float(report.lines[0].split("differ by ")[1].split()[0]) <= 0.31


# As tf2onnx writes them


def channels_last_model(batch="N"):
    """uint8 images of height x width x channels, normalised within, with Add and Mul between the transpositions."""
    graph, draw = Graph(), np.random.default_rng(4)
    image = graph.add("Cast", "x", to=1)
    image = graph.add("Div", graph.add("Sub", image, graph.constant(np.float32(127.5))), graph.constant(np.float32(127.5)))
    value = graph.add("Transpose", image, perm=[0, 3, 1, 2])
    value = graph.add("Conv", value, graph.normal(8, 3, 3, 3), auto_pad="SAME_UPPER", strides=[2, 2])
    value = graph.add("Transpose", value, perm=[0, 2, 3, 1])
    value = graph.add("Add", value, graph.constant(draw.normal(size=8).astype(np.float32)))
    value = graph.add("Mul", value, graph.constant(draw.normal(size=(1, 1, 1, 8)).astype(np.float32)))
    value = graph.add("Clip", value, graph.constant(np.float32(0)), graph.constant(np.float32(6)))
    value = graph.add("Pad", value, graph.constant(np.array([0, 0, 0, 0, 0, 1, 1, 0])))
    value = graph.add("Transpose", value, perm=[0, 3, 1, 2])
    weights = graph.constant(draw.normal(size=(3, 3, 8, 1)).astype(np.float32))
    weights = graph.add("Reshape", weights, graph.constant(np.array([3, 3, 1, 8])))
    value = graph.add("Conv", value, graph.add("Transpose", weights, perm=[3, 2, 0, 1]), group=8, strides=[2, 2])
    value = graph.add("Transpose", value, perm=[0, 2, 3, 1])
    value = graph.add("ReduceMean", value, axes=[1, 2], keepdims=0)
    value = graph.add("Add", graph.add("MatMul", value, graph.normal(8, 3)), graph.normal(3))
    value = graph.add("Softmax", value, axis=-1)
    image = helper.make_tensor_value_info("x", TensorProto.UINT8, [batch, 18, 22, 3])
    end = helper.make_tensor_value_info(value, TensorProto.FLOAT, [batch, 3])
    model = helper.make_model(helper.make_graph(graph.nodes, "net", [image], [end], graph.weights),
                              opset_imports=[helper.make_opsetid("", 17)])  # fmt: skip
    model.ir_version = 9
    return model.SerializeToString()


def test_channels_may_be_last_and_images_uint8(host, tmp_path):
    data = channels_last_model()
    # one image of 1 x 18 x 22 x 3: for ONNX 18 channels, rows of 22 and columns of 3
    images = np.random.default_rng(6).integers(0, 256, (5, 22, 3, 18)).astype(np.uint8)
    for calibration in (None, images):
        (tmp_path / "net.unn").write_bytes(from_onnx(data, calibration=calibration))
        report = compare(data, tmp_path / "net.unn", [images], host.command[0])
        assert report.passed, report.lines
        network = read((tmp_path / "net.unn").read_bytes())
        assert network.inputs[0].pixel_scale == 1 and network.inputs[0].shape == (22, 3, 18)


def test_a_batch_is_named_and_can_be_changed(host, tmp_path):
    data = channels_last_model(batch=8)
    with pytest.raises(MpycamError, match="needs a batch of 1"):
        from_onnx(data)
    assert read(from_onnx(data, input_shapes={"x": (1, 18, 22, 3)})).outputs[0].shape == (3,)
    with pytest.raises(MpycamError, match="no input is named y, the model has x"):
        from_onnx(data, input_shapes={"y": (1, 18, 22, 3)})


@pytest.mark.parametrize("kind", [np.float16, np.float64])
def test_other_kinds_of_floats(kind, host, tmp_path):
    graph = Graph()
    value = graph.conv("x", 3, 3, pads=(1, 1, 1, 1)) if kind == np.float16 else "x"  # ONNX Runtime has none of float64
    value = graph.add("Gemm", graph.add("Flatten", graph.add("Relu", value)), graph.normal(3 * 72, 3))
    model = onnx.load_from_string(graph.model(value))
    for entry in model.graph.initializer:
        entry.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(entry).astype(kind), entry.name))
    for entry in (*model.graph.input, *model.graph.output):
        entry.type.tensor_type.elem_type = helper.np_dtype_to_tensor_dtype(np.dtype(kind))
    del model.graph.value_info[:]
    (tmp_path / "net.unn").write_bytes(from_onnx(model.SerializeToString()))
    images = [np.random.default_rng(6).integers(0, 256, (5, 9, 8, 3)).astype(np.uint8)]
    report = compare(model.SerializeToString(), tmp_path / "net.unn", images, host.command[0])
    assert report.passed or kind == np.float16
    apart, scale = (float(part) for part in (report.lines[0].split()[7], report.lines[0].split()[-1]))
    assert apart <= (5e-3 if kind == np.float16 else 1e-4) * scale


def test_constants_in_a_file_of_their_own_and_as_inputs(host, tmp_path):
    graph = Graph(channels=1, height=40, width=40)
    value = graph.add("Gemm", graph.add("Flatten", graph.conv("x", 1, 8)), graph.normal(8 * 38 * 38, 40))
    model = onnx.load_from_string(graph.model(value))
    for entry in model.graph.initializer:
        model.graph.input.append(helper.make_tensor_value_info(entry.name, TensorProto.FLOAT, entry.dims))
    path = tmp_path / "net.onnx"
    onnx.save_model(model, path, save_as_external_data=True, location="weights.bin", size_threshold=100)
    assert (tmp_path / "weights.bin").stat().st_size > 1e6
    (tmp_path / "net.unn").write_bytes(from_onnx(path))
    images = [np.random.default_rng(6).integers(0, 256, (2, 40, 40)).astype(np.uint8)]
    session_data = onnx.load(path)
    del session_data.graph.input[1:]
    assert compare(session_data.SerializeToString(), tmp_path / "net.unn", images, host.command[0]).passed
    (tmp_path / "weights.bin").unlink()
    with pytest.raises((MpycamError, OSError), match="weights.bin"):
        from_onnx(path)
