"""From PyTorch to .unn: every supported module against PyTorch itself, through the NumPy reference."""

import numpy as np
import pytest

from mpycam.errors import MpycamError
from mpycam.quantise import quantise, quantise_multiplier
from mpycam.unn_file import HEADER, exp_negative, read, requantise, run_reference, with_checksum, write

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from mpycam.convert import from_torch, network_from_torch  # noqa: E402

SCALE, OFFSET = 1 / 64, 127.0


def block(channels_in, channels_out, stride=1, kernel=3, groups=1):
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU6(),
    )


NETS = {
    "door": (
        lambda: nn.Sequential(
            block(1, 8, 2), block(8, 8, 2, 3, 8), block(8, 16, 1, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
            nn.Dropout(), nn.Linear(16, 2), nn.Softmax(1),
        ),
        (24, 32),
    ),
    "every module": (
        lambda: nn.Sequential(
            nn.BatchNorm2d(3), nn.Conv2d(3, 5, (3, 2), (2, 1), (1, 0)), nn.MaxPool2d(2, padding=1), nn.ReLU(),
            nn.AvgPool2d(3, 2, padding=1), nn.BatchNorm2d(5), nn.ReLU6(), nn.Identity(), nn.Flatten(), nn.ReLU(),
            nn.Linear(60, 7), nn.ReLU(), nn.Linear(7, 3), nn.Softmax(-1),
        ),
        (21, 15, 3),
    ),
    "an image as the answer": (lambda: nn.Sequential(nn.Conv2d(1, 3, 3, padding="same"), nn.Softmax(1)), (5, 7)),
    "flat without Linear": (lambda: nn.Sequential(nn.Conv2d(1, 1, 3), nn.Flatten()), (5, 7)),
    "one pixel": (lambda: nn.Sequential(nn.Conv2d(2, 3, 1), nn.Flatten(), nn.ReLU()), (1, 1, 2)),
    "Linear alone": (lambda: nn.Sequential(nn.Flatten(), nn.Linear(70, 4, bias=False)), (7, 5, 2)),
}  # fmt: skip


def make(name, seed=1):
    """A net in eval mode with batch-norm statistics, its input shape and images."""
    torch.manual_seed(seed)
    build, shape = NETS[name]
    net = build().train()
    images = np.random.default_rng(seed).integers(0, 256, (12, *shape)).astype(np.uint8)
    with torch.no_grad():
        net(as_torch(images))
    return net.eval(), shape, images


def as_torch(images):
    images = images if images.ndim == 4 else images[..., None]
    return torch.from_numpy((images.astype(np.float32) - OFFSET) * SCALE).permute(0, 3, 1, 2)


def expected(net, images):
    with torch.no_grad():
        answers = net(as_torch(images)).numpy()
    return answers.transpose(0, 2, 3, 1) if answers.ndim == 4 else answers


@pytest.mark.parametrize("name", NETS)
def test_float32_is_what_pytorch_computes(name):
    net, shape, images = make(name)
    network = read(from_torch(net, input_shape=shape, scale=SCALE, offset=OFFSET))
    answers = np.stack([run_reference(network, image) for image in images])
    np.testing.assert_allclose(answers, expected(net, images), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", NETS)
def test_int8_is_near_float32(name):
    net, shape, images = make(name)
    data = from_torch(net, input_shape=shape, calibration=images, scale=SCALE, offset=OFFSET)
    network = read(data)
    assert network.tensors[0].dtype == "int8"
    answers, wanted = np.stack([run_reference(network, image) for image in images]), expected(net, images)
    assert answers.dtype == np.float32 and answers.shape == wanted.shape
    assert np.abs(answers - wanted).max() < 0.03 * np.ptp(wanted)


@pytest.mark.parametrize("quantised", [False, True])
def test_reading_what_was_written_gives_the_same_file(quantised):
    net, shape, images = make("every module")
    calibration = images if quantised else None
    data = from_torch(net, input_shape=shape, calibration=calibration, labels=("open", "shut", "tür"))
    network = read(data)
    assert write(network) == data
    assert network.labels == ("open", "shut", "tür")


def test_percentile_ignores_outliers():
    net, shape, images = make("door")
    network = network_from_torch(net, shape)
    full, cut = quantise(network, images), quantise(network, images, percentile=99.0)
    assert cut.tensors[1].scale < full.tensors[1].scale


def test_multiply_adds_and_arena_are_those_counted_by_hand():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 8, 3, 2, 1), nn.Conv2d(8, 8, 3, 1, 1, groups=8), nn.Flatten(), nn.Linear(96, 2))
    network = network_from_torch(net.eval(), (6, 8))
    assert network.multiply_adds == 8 * 12 * 9 + 8 * 12 * 9 + 96 * 2
    # the second layer: input and output of 8 * 12 floats, one window of 3 * 3 * 8
    assert network.arena_bytes == 4 * (96 + 96 + 72)


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        ([nn.Conv2d(1, 2, 3), nn.LeakyReLU()], r"module 1 \(LeakyReLU\): is not supported; use ReLU"),
        ([nn.Conv2d(1, 2, 3, dilation=2)], "dilation"),
        ([nn.Conv2d(1, 2, 3, padding=3)], "padding 3 is not below the kernel's 3"),
        ([nn.Conv2d(1, 2, 3, padding=1, padding_mode="reflect")], "padding_mode"),
        ([nn.Conv2d(1, 4, 1), nn.Conv2d(4, 4, 3, groups=2)], "groups=1"),
        ([nn.Conv2d(3, 4, 1)], "takes 3 channels, gets 1"),
        ([nn.Conv2d(1, 4, 99)], "larger than the image"),
        ([nn.MaxPool2d(2, ceil_mode=True)], "ceil_mode"),
        ([nn.AvgPool2d(3, padding=1, count_include_pad=False)], "count_include_pad"),
        ([nn.AdaptiveAvgPool2d(2)], "output size"),
        ([nn.Conv2d(1, 2, 3), nn.Flatten()], "another order"),
        ([nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Softmax(1)], "another order"),
        ([nn.Linear(5, 2)], "needs a Flatten"),
        ([nn.Flatten(), nn.Linear(5, 2)], "takes 5 items, gets 35"),
        ([nn.Flatten(), nn.Linear(35, 2), nn.Conv2d(1, 1, 1)], "comes after Flatten"),
        ([nn.Flatten(), nn.Linear(35, 2), nn.Softmax(0)], "dimension 0"),
        ([nn.Sequential(nn.Sequential(nn.LSTM(3, 4)))], r"module 0.0.0 \(LSTM\)"),
        ([nn.Dropout()], "no layer"),
    ],
)
def test_unsupported_modules_are_named_with_what_replaces_them(modules, message):
    with pytest.raises(MpycamError, match=message):
        from_torch(nn.Sequential(*modules), input_shape=(5, 7))


def test_wrong_labels_and_calibration_are_refused():
    net, shape, images = make("door")
    with pytest.raises(MpycamError, match="3 labels"):
        from_torch(net, input_shape=shape, labels=("a", "b", "c"))
    with pytest.raises(MpycamError, match="calibration images"):
        from_torch(net, input_shape=shape, calibration=images[:, 1:])
    with pytest.raises(MpycamError, match="softmax"):
        quantise(network_from_torch(nn.Sequential(*net, nn.Linear(2, 2)), shape), images)


def test_reader_refuses_damaged_files():
    net, shape, images = make("door")
    data = from_torch(net, input_shape=shape, calibration=images)
    for size in range(len(data)):
        with pytest.raises(MpycamError):
            read(data[:size])
    for position in range(len(data)):
        with pytest.raises(MpycamError):
            read(data[:position] + bytes([data[position] ^ 0x41]) + data[position + 1 :])
    # behind a right checksum, only MpycamError may come out
    for position in range(HEADER.size, HEADER.size + 500):
        changed = with_checksum(data[:position] + bytes([data[position] ^ 0xFF]) + data[position + 1 :])
        try:
            read(changed)
        except MpycamError:
            pass


def test_requantisation_is_within_one_of_real_arithmetic():
    generator = np.random.default_rng(5)
    sums = generator.integers(-(2**31), 2**31, 1000)
    for factor in (0.9999999999, 0.5, 1e-4, 3e-9, 1.7, 300.0):
        multiplier, shift = quantise_multiplier(factor)
        results = requantise(sums, multiplier, shift)
        inside = np.abs(sums * factor) < 2**28  # far beyond, it saturates
        assert np.abs(results - sums * factor)[inside].max() <= max(1, factor)
    assert requantise([3, -3, 1, -1], 2**30, 0).tolist() == [2, -1, 1, 0]


def test_exponential_is_within_two_units_of_the_last_place():
    x = np.linspace(-87, 0, 200_001).astype(np.float32)
    exact = np.exp(x.astype(np.float64))
    assert (np.abs(exp_negative(x) - exact) / np.spacing(exact.astype(np.float32))).max() <= 2
    assert exp_negative(np.float32([-87.1, -np.inf, np.nan, 0])).tolist() == [0, 0, 0, 1]
