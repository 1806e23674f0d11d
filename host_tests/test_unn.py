"""The C runtime on every build, against the NumPy reference and PyTorch."""

import json
import os

import numpy as np
import pytest
from unn_nets import Builder, both_types, door, every_operator, random_chain, random_images

from mpycam.quantise import quantise
from mpycam.unn_file import write
from mpycam.unn_reference import run_reference

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
    shape = network.inputs[0].shape
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
    steps = [
        (part.operator, part.output.shape, part.kernel, part.stride, part.padding, part.dilation, part.groups)
        for part in network.layers
    ]
    return f"{[tensor.shape for tensor in network.inputs]}: {steps}"


def test_random_int8_networks_have_the_bits_of_the_reference(interpreter, tmp_path):
    networks = [both_types(random_chain(seed), seed)[1] for seed in range(RANDOM_NETWORKS)]
    for network, wanted, answer in run_all(interpreter, networks, tmp_path):
        assert wanted.tobytes() == answer.tobytes(), f"{describe(network)}\n{wanted}\n{answer}"


def test_random_float32_networks_agree_with_the_reference(interpreter, tmp_path):
    networks = [random_chain(seed) for seed in range(1000, 1000 + RANDOM_NETWORKS)]
    for network, wanted, answer in run_all(interpreter, networks, tmp_path):
        tolerance = 1e-5 * np.abs(wanted).max() + 1e-6
        assert np.abs(wanted - answer).max() <= tolerance, f"{describe(network)}\n{wanted}\n{answer}"


def int8_extremes():
    """Networks whose weights, values, multipliers and exponents are at their limits."""
    for exponent in (-30, -20, -7, -1, 0):
        for weight in (127, -127):
            net = Builder((3, 3, 40), offset=127.5)
            conv = net.window("conv2d", net.inputs[0], 5, padding=(1, 1))
            network = both_types(net.network(net.window("depthwise_conv2d", conv)))[1]
            for layer in network.layers:
                layer.weights = np.full_like(layer.weights, weight)
                layer.exponents = np.full_like(layer.exponents, exponent)
                layer.multipliers = np.array([2**31 - 1, 2**30, 2**30 + 1, 2**31 - 1, 1518500250], np.int32)
                layer.bias = np.array([2**30, -(2**30), 0, 1, -1], np.int32)
            yield network


def test_int8_at_its_limits(interpreter, tmp_path):
    for network, wanted, answer in run_all(interpreter, list(int8_extremes()), tmp_path):
        assert wanted.tobytes() == answer.tobytes(), (network.layers[0].exponents, wanted, answer)


SEVERAL = """
import binascii, sys, ulab, unn
from ulab import numpy as np

def image(shape, step):
    count = 1
    for size in shape:
        count *= size
    return np.frombuffer(bytes((i * step + i // 7) & 255 for i in range(count)), dtype=np.uint8).reshape(shape)

net = unn.load(sys.argv[1])
info = unn.info(sys.argv[1])
images = [image(tensor.shape, 5 + 2 * i) for i, tensor in enumerate(info.inputs)]
for raw in (False, True):
    answers = net(*images, raw=raw)
    assert isinstance(answers, tuple) and len(answers) == len(info.outputs)
    out = tuple(np.zeros(answer.shape, dtype=answer.dtype) for answer in answers)
    assert net(*images, out=out, raw=raw) is out
    for answer, other, tensor in zip(answers, out, info.outputs):
        assert answer.shape == tensor.shape and (not raw or answer.dtype == tensor.dtype)
        assert bytes(memoryview(answer.flatten())) == bytes(memoryview(other.flatten()))
        print(binascii.hexlify(bytes(memoryview(answer.flatten()))).decode())
profile = net.profile(2)
assert [entry[0] for entry in profile] == list(info.operators)
assert sum(entry[2] for entry in profile) == info.multiply_adds and all(entry[1] >= 0 for entry in profile)
try:
    net(images[0])
except TypeError:
    pass
else:
    assert False
"""


@pytest.mark.parametrize("quantised", [False, True])
def test_several_inputs_and_outputs_and_every_operator(interpreter, tmp_path, quantised):
    network = both_types(every_operator())[quantised]
    (tmp_path / "net.unn").write_bytes(write(network))
    lines = interpreter.run(SEVERAL, tmp_path / "net.unn").split()
    items = [np.arange(tensor.items) for tensor in network.inputs]
    images = [
        ((part * (5 + 2 * i) + part // 7) & 255).astype(np.uint8).reshape(network.inputs[i].shape)
        for i, part in enumerate(items)
    ]
    for wanted, line in zip(run_reference(network, *images), lines[:2], strict=True):
        answer = np.frombuffer(bytes.fromhex(line), np.float32).reshape(wanted.shape)
        if quantised:
            assert wanted.tobytes() == answer.tobytes()
        else:
            np.testing.assert_allclose(answer, wanted, rtol=1e-4, atol=1e-5)


def test_layers_that_stay_in_float32(interpreter, tmp_path):
    networks = []
    for keep in ([1], [0, 2], [3]):
        net = Builder((6, 5, 3))
        a = net.window("conv2d", net.inputs[0], 8)
        b = net.window("depthwise_conv2d", a, padding=(1, 1))
        c = net.add("add", [a, b], a.shape)
        network = net.network(net.dense(c, 4))
        networks.append(quantise(network, random_images(network, 4), keep_float=keep))
    assert all("convert" in [layer.operator for layer in network.layers] for network in networks)
    for network, wanted, answer in run_all(interpreter, networks, tmp_path):
        np.testing.assert_allclose(answer, wanted, rtol=1e-5, atol=1e-5 * np.abs(wanted).max())


SHARED = """
import gc, sys, ulab, unn
from ulab import numpy as np

small, large = sys.argv[1:3]
before = ulab.memory().used
nets = [unn.load(small)]
one = ulab.memory().used - before
assert unn.info(small).arena_bytes <= one <= unn.info(small).arena_bytes + 100, one
nets.append(unn.load(large))
two = ulab.memory().used - before
assert unn.info(large).arena_bytes <= two <= unn.info(large).arena_bytes + 100, two
nets += [unn.load(small) for i in range(5)]
assert ulab.memory().used - before == two
images = [np.ones(net.input_shape, dtype=np.uint8) * 9 for net in nets]
first = [net(image) for net, image in zip(nets, images)]
for i in range(3):
    for net, image, answer in zip(nets, images, first):
        assert bytes(memoryview(net(image))) == bytes(memoryview(answer))
for net in nets:
    net.__del__()
del first, images, net, image, answer
gc.collect()
assert ulab.memory().used - before < 200, ulab.memory().used - before  # an answer may still lie on the stack
print("done")
"""


def test_networks_share_one_arena(interpreter, tmp_path):
    (tmp_path / "small.unn").write_bytes(write(both_types(door())[1]))
    net = Builder((40, 30, 3))
    large = net.network(net.dense(net.window("conv2d", net.inputs[0], 16), 3))
    (tmp_path / "large.unn").write_bytes(write(large))
    assert interpreter.run(SHARED, tmp_path / "small.unn", tmp_path / "large.unn") == "done\n"


NOTHING = """
import gc, sys, unn
from ulab import numpy as np

net = unn.load(sys.argv[1])
image, out = np.zeros(net.input_shape, dtype=np.uint8), np.zeros(net.output_shape, dtype=np.float32)
net(image, out=out)
gc.collect()
gc.disable()
free = gc.mem_free()
for i in range(100):
    net(image, out=out)
print(free - gc.mem_free())
"""


def test_a_call_with_out_allocates_nothing(interpreter, tmp_path):
    (tmp_path / "net.unn").write_bytes(write(both_types(door())[1]))
    # what the loop itself takes does not grow with it
    assert int(interpreter.run(NOTHING, tmp_path / "net.unn")) < 1000


INTERFACE = """
import gc, sys, ulab, unn
from ulab import numpy as np

# The collector takes what it finds on the stack for objects: deep calls overwrite it.
def clean_stack(depth):
    return depth and clean_stack(depth - 1)

def collect():
    clean_stack(20)
    gc.collect()

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

info = unn.info(data)
assert info.inputs[0].shape == (6, 5) and info.outputs[0].shape == (3,) and info.labels == ("open", "shut", "t\\u00fcr")
assert info.inputs[0].dtype in (np.int8, np.float32) and info.outputs[0].dtype == np.float32
assert info.operators == ("conv2d", "max_pool", "conv2d", "softmax")
assert (info.multiply_adds, info.arena_bytes) == (multiply_adds, arena_bytes)
raises(ValueError, "not a .unn file", unn.info, b"nothing")

# before there is an arena that networks share
ulab.memory(limit=ulab.memory().used + 64)
raises(MemoryError, "%d bytes" % (arena_bytes + 32), unn.load, path)
raises(MemoryError, "%d bytes" % len(data), unn.load, bytearray(data))
ulab.memory(limit=1 << 26)

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
raises(TypeError, "need images, out= and raw=", lambda: net(image, nothing=1))
raises(ValueError, "out has shape (2,), need (3,)", lambda: net(image, out=np.zeros(2, dtype=np.float32)))
raises(ValueError, "out has dtype 'B', need a dense 'f'", lambda: net(image, out=np.zeros(3, dtype=np.uint8)))
raises(ValueError, "need a dense 'f'", lambda: net(image, out=np.zeros(6, dtype=np.float32)[::2]))
raises(ValueError, "at least one run", net.profile, 0)
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
del net, nets, use
gc.collect()
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

# nothing leaks, neither from networks nor from refused files
del junk
for i in range(50):
    unn.load(path)(image)
    raises(ValueError, "checksum", unn.load, bytearray(data[:-1] + b"x"))
collect()
left = ulab.memory().used
assert left <= used, (left, used)
print("done")
"""


@pytest.mark.parametrize("quantised", [False, True])
def test_interface(interpreter, tmp_path, quantised):
    network = both_types(door())[quantised]
    (tmp_path / "net.unn").write_bytes(write(network))
    os.mkfifo(tmp_path / "net.unn.pipe")
    output = interpreter.run(INTERFACE, tmp_path / "net.unn", network.multiply_adds, network.arena_bytes)
    assert output == "done\n"


def test_softmax_far_apart_and_of_not_a_number(interpreter, tmp_path):
    """Differences beyond the range of exp, infinities and not-a-number give an answer, the same everywhere."""
    net = Builder((1, 5), scale=1.0, offset=0.0)
    flat = net.add("reshape", net.inputs, (5,))
    network = net.network(net.add("softmax", [flat], (5,)))
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
    net = Builder((1, 4))
    network = both_types(net.network(net.add("reshape", net.inputs, (4,))))[1]
    (tmp_path / "net.unn").write_bytes(write(network))
    script = f"""
import unn
from ulab import numpy as np
net = unn.load({str(tmp_path / "net.unn")!r})
print(list(net(np.array([[float("nan"), float("inf"), -float("inf"), 1e300]]))))
"""
    tensor = network.outputs[0]
    low, high = ((q - tensor.zero_point) * tensor.scale for q in (-128, 127))
    assert json.loads(interpreter.run(script)) == pytest.approx([low, high, low, high])
