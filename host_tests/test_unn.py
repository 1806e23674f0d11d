"""The C runtime on every build, against the NumPy reference and PyTorch."""

import json
import os

import numpy as np
import pytest
from unn_nets import both_types, chain, random_chain

from mpycam.unn_file import run_reference, write

RANDOM_NETWORKS = 120

# Prints each answer as hexadecimal float32, for each image in each form.
RUN_ALL = """
import binascii, json, sys, unn
from ulab import numpy as np

folder = sys.argv[1]
with open(folder + "/list.json") as file:
    cases = json.load(file)
for name, variants in cases:
    net = unn.load(folder + "/" + name)
    for form, dtype, shape, path in variants:
        with open(folder + "/" + path, "rb") as file:
            image = np.frombuffer(file.read(), dtype=getattr(np, dtype)).reshape(tuple(shape))
        if form == "view":
            image = image[::2, 1::2] if len(shape) == 2 else image[::2, 1::2, ::2]
        elif form == "transposed":
            image = image.transpose()
        answer = net(image)
        assert answer.shape == net.output_shape and answer.dtype == np.array([0], dtype=np.float32).dtype
        print(binascii.hexlify(bytes(memoryview(answer.flatten()))).decode())
"""


def images_of(network, seed):
    """Forms of an image: (form, array that the script reads, what the network sees)."""
    generator = np.random.default_rng(seed)
    shape = network.tensors[0].shape
    pixels = generator.integers(0, 256, shape).astype(np.uint8)
    yield "dense", pixels, pixels
    wide = tuple(size * 2 if i != 1 else size * 2 + 1 for i, size in enumerate(shape))
    large = generator.integers(0, 256, wide).astype(np.uint8)
    yield "view", large, large[::2, 1::2] if len(shape) == 2 else large[::2, 1::2, ::2]
    fractions = generator.uniform(-50, 300, shape).astype(np.float32)
    yield "transposed", np.ascontiguousarray(fractions.transpose()), fractions
    halves = generator.integers(-200, 800, shape) / 2
    yield "dense", halves, halves


def prepare(networks, folder, seed=0):
    """Write networks and images into a folder; return the expected answers."""
    cases, expected = [], []
    for index, network in enumerate(networks):
        (folder / f"{index}.unn").write_bytes(write(network))
        variants = []
        for position, (form, stored, seen) in enumerate(images_of(network, seed + index)):
            path = f"{index}-{position}.bin"
            (folder / path).write_bytes(stored.tobytes())
            variants.append((form, stored.dtype.name, stored.shape, path))
            expected.append((network, run_reference(network, seen)))
        cases.append((f"{index}.unn", variants))
    (folder / "list.json").write_text(json.dumps(cases))
    return expected


def run_all(interpreter, networks, folder):
    """Yield (network, expected, answer of the C runtime)."""
    expected = prepare(networks, folder)
    lines = interpreter.run(RUN_ALL, folder).split()
    assert len(lines) == len(expected)
    for (network, wanted), line in zip(expected, lines, strict=True):
        yield network, wanted, np.frombuffer(bytes.fromhex(line), np.float32).reshape(wanted.shape)


def describe(network):
    steps = [(part.operator, part.kernel, part.stride, part.padding, part.activation) for part in network.layers]
    return f"{[tensor.shape for tensor in network.tensors]}: {steps}"


def test_random_int8_networks_have_the_bits_of_the_reference(interpreter, tmp_path):
    networks = [both_types(random_chain(seed), seed)[1] for seed in range(RANDOM_NETWORKS)]
    for network, wanted, answer in run_all(interpreter, networks, tmp_path):
        assert wanted.tobytes() == answer.tobytes(), f"{describe(network)}\n{wanted}\n{answer}"


def test_random_float32_networks_agree_with_the_reference(interpreter, tmp_path):
    networks = [random_chain(seed) for seed in range(1000, 1000 + RANDOM_NETWORKS)]
    for network, wanted, answer in run_all(interpreter, networks, tmp_path):
        tolerance = 1e-5 * np.abs(wanted).max() + 1e-9
        assert np.abs(wanted - answer).max() <= tolerance, f"{describe(network)}\n{wanted}\n{answer}"


def int8_extremes():
    """Networks whose weights, values, multipliers and shifts are at their limits."""
    for shift in (-31, -3, -1, 0, 1, 7, 30, 31):
        for weight in (127, -127):
            network = both_types(chain((3, 3, 40), ("conv2d", 5, {"kernel": (3, 3), "padding": (1, 1)})))[1]
            layer = network.layers[0]
            layer.weights = np.full_like(layer.weights, weight)
            layer.shifts = np.full_like(layer.shifts, shift)
            layer.multipliers = np.array([2**31 - 1, 2**30, 2**30 + 1, 2**31 - 1, 1518500250], np.int32)
            layer.bias = np.array([2**30, -(2**30), 0, 1, -1], np.int32)
            network.offset = 127.5
            yield network


def test_int8_at_its_limits(interpreter, tmp_path):
    for network, wanted, answer in run_all(interpreter, list(int8_extremes()), tmp_path):
        assert wanted.tobytes() == answer.tobytes(), (network.layers[0].shifts, wanted, answer)


def test_float32_networks_agree_with_pytorch(interpreter, tmp_path):
    torch = pytest.importorskip("torch")
    from test_unn_convert import NETS, OFFSET, SCALE, expected, make

    from mpycam.convert import network_from_torch

    torch.set_num_threads(1)
    nets = [make(name)[0] for name in NETS]
    networks = [network_from_torch(net, NETS[name][1], (), SCALE, OFFSET) for net, name in zip(nets, NETS, strict=True)]
    prepare(networks, tmp_path)
    lines = iter(interpreter.run(RUN_ALL, tmp_path).split())
    for index, (net, network) in enumerate(zip(nets, networks, strict=True)):
        for _, _, seen in images_of(network, index):
            wanted = expected(net, seen[None])[0]
            answer = np.frombuffer(bytes.fromhex(next(lines)), np.float32).reshape(wanted.shape)
            np.testing.assert_allclose(answer, wanted, rtol=1e-5, atol=1e-5 * np.abs(wanted).max())


INTERFACE = """
import gc, sys, ulab, unn
from ulab import numpy as np

def raises(kind, text, function, *arguments):
    try:
        function(*arguments)
    except kind as error:
        assert text in str(error), str(error)
    else:
        assert False, text

path, multiply_adds, arena_bytes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with open(path, "rb") as file:
    data = file.read()
image = np.zeros((6, 5), dtype=np.uint8)

nets = [unn.load(source) for source in (path, data, bytearray(data), memoryview(data), memoryview(b"x" + data)[1:])]
for net in nets:
    assert net.input_shape == (6, 5) and net.output_shape == (3,), net
    assert net.labels == ("open", "shut", "t\\u00fcr")
    assert net.multiply_adds == multiply_adds and net.arena_bytes == arena_bytes and net.weight_bytes > 0
    assert list(net(image)) == list(nets[0](image))
assert repr(nets[0]) == "<Net (6, 5) -> (3,)>"

net = nets[0]
assert abs(sum(list(net(image))) - 1) < 1e-6
raises(ValueError, "image has shape (5, 6), need (6, 5)", net, np.zeros((5, 6), dtype=np.uint8))
raises(ValueError, "image has shape (30,), need (6, 5)", net, np.zeros(30, dtype=np.uint8))
raises(ValueError, "image has shape (6, 5, 1), need (6, 5)", net, np.zeros((6, 5, 1), dtype=np.uint8))
raises(ValueError, "dtype 'h'", net, np.zeros((6, 5), dtype=np.int16))
raises(TypeError, "", net, [1, 2])
raises(TypeError, "", net)
raises(TypeError, "", net, image, image)
raises(TypeError, "", unn.load, 5)
raises(AttributeError, "", lambda: net.nothing)
raises(AttributeError, "", setattr, net, "labels", ())
raises(OSError, "ENOENT", unn.load, path + ".missing")
raises(OSError, "EISDIR", unn.load, "/")
raises(OSError, "EINVAL", unn.load, path + ".pipe")
raises(ValueError, "not a .unn file", unn.load, b"")
raises(ValueError, "not a .unn file", unn.load, b"x" * 100)

# a bytearray was copied: changing it later changes nothing
copied = bytearray(data)
net = unn.load(copied)
answer = list(net(image))
for i in range(len(copied)):
    copied[i] = 255
assert list(net(image)) == answer

net.__del__()
net.__del__()
for use in (lambda: net(image), lambda: net.labels, lambda: repr(net)):
    raises(ValueError, "network is deleted", use)

# the bytes of a network in place live as long as the network
net = unn.load(bytes(bytearray(data)))
gc.collect()
junk = [bytes(len(data)) for i in range(50)]
assert list(net(image)) == answer

# out of memory, at every step
used = ulab.memory().used
for source in (path, data, bytearray(data)):
    for room in range(0, len(data) + arena_bytes + 300, 64):
        gc.collect()
        ulab.memory(limit=ulab.memory().used + room)
        try:
            unn.load(source)(image)
        except MemoryError:
            pass
        ulab.memory(limit=1 << 26)
ulab.memory(limit=ulab.memory().used + 64)
raises(MemoryError, "%d bytes" % len(data), unn.load, path)
ulab.memory(limit=1 << 26)

# nothing leaks, neither from networks nor from refused files
del net, nets, junk
for i in range(50):
    unn.load(path)(image)
    raises(ValueError, "checksum", unn.load, bytearray(data[:-1] + b"x"))
def clean_stack(depth):
    return depth and clean_stack(depth - 1)
clean_stack(20)
gc.collect()
left = ulab.memory().used
assert left < used, (left, used)
print("done")
"""


@pytest.mark.parametrize("quantised", [False, True])
def test_interface(interpreter, tmp_path, quantised):
    network = both_types(
        chain(
            (6, 5),
            ("conv2d", 8, {"kernel": (3, 3), "padding": (1, 1), "activation": "relu"}),
            ("max_pool", None, {"kernel": (2, 2), "stride": (2, 2)}),
            ("dense", 3, {}),
            ("softmax", None, {}),
        )
    )[quantised]
    network.labels = ("open", "shut", "tür")
    (tmp_path / "net.unn").write_bytes(write(network))
    os.mkfifo(tmp_path / "net.unn.pipe")
    output = interpreter.run(INTERFACE, tmp_path / "net.unn", network.multiply_adds, network.arena_bytes)
    assert output == "done\n"


def test_softmax_far_apart_and_of_not_a_number(interpreter, tmp_path):
    """Differences beyond the range of exp, infinities and not-a-number give an answer, the same everywhere."""
    network = chain((1, 5), ("flatten", None, {}), ("softmax", None, {}), scale=1.0, offset=0.0)
    (tmp_path / "net.unn").write_bytes(write(network))
    nan, inf = np.nan, np.inf
    images = [[0, -86, -87, -88, -500], [1e30, 0, 0, 0, -1e30], [nan] * 5, [inf, 0, 0, 0, 0], [-40.5, 0.25, -3, 0, 1]]
    script = f"""
import binascii, unn
from ulab import numpy as np
net = unn.load({str(tmp_path / "net.unn")!r})
nan, inf = float("nan"), float("inf")
for image in {images!r}:
    print(binascii.hexlify(bytes(memoryview(net(np.array([image], dtype=np.float32))))).decode())
"""
    with np.errstate(invalid="ignore"):
        for image, line in zip(images, interpreter.run(script).split(), strict=True):
            wanted = run_reference(network, np.array([image], np.float32))
            np.testing.assert_array_equal(np.frombuffer(bytes.fromhex(line), np.float32), wanted)


def test_not_a_number_quantises_to_the_smallest_value(interpreter, tmp_path):
    network = both_types(chain((1, 4), ("activation", None, {"activation": "none"})))[1]
    (tmp_path / "net.unn").write_bytes(write(network))
    script = f"""
import unn
from ulab import numpy as np
net = unn.load({str(tmp_path / "net.unn")!r})
print([list(row) for row in net(np.array([[float("nan"), float("inf"), -float("inf"), 1e300]]))])
"""
    tensor = network.tensors[-1]
    low, high = ((q - tensor.zero_point) * tensor.scale for q in (-128, 127))
    assert json.loads(interpreter.run(script))[0] == pytest.approx([low, high, low, high])
