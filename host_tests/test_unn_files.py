"""Damaged and hostile .unn files: an exception, or a network that runs; never anything else."""

import struct

import pytest
from unn_nets import RELU, RELU6, Builder, both_types, every_operator

from mpycam.unn_file import HEADER, LAYER, TENSOR, with_checksum, write

# A network that loads is also run, because the run is what must stay inside.
TRY = """
import binascii, struct, sys, unn
from ulab import numpy as np

def attempt(data):
    try:
        net = unn.load(bytes(data))
    except (ValueError, MemoryError):
        return False
    if net.arena_bytes < 100000 and net.multiply_adds < 100000:
        shapes = [tensor.shape for tensor in unn.info(bytes(data)).inputs]
        count = 1
        for shape in shapes:
            for size in shape:
                count *= size
        if count < 100000:
            net(*(np.zeros(shape, dtype=np.uint8) for shape in shapes))
    return True

def fix_checksum(data):
    data[12:16] = struct.pack("<I", binascii.crc32(bytes(data[16:])))

with open(sys.argv[1], "rb") as file:
    data = file.read()
assert attempt(data)
"""

TRUNCATE = """
for size in range(len(data)):
    assert not attempt(data[:size]), size
    # with size and checksum that fit what is left
    if size >= 40:
        changed = bytearray(data[:size])
        changed[8:12] = struct.pack("<I", size)
        fix_checksum(changed)
        assert not attempt(changed), size
assert not attempt(data + b"x")
"""

FLIP = """
loaded = 0
for position in range(len(data)):
    for flip in (0x01, 0x80, 0xff):
        changed = bytearray(data)
        changed[position] ^= flip
        assert not attempt(changed), position
        fix_checksum(changed)
        loaded += attempt(changed)
print(loaded, 3 * len(data))
"""

EXTREMES = """
values = [(1, n) for n in (0, 1, 2, 3, 127, 128, 254)]
values += [(2, n) for n in (0, 1, 2, 0x7fff, 0xffff)]
values += [(4, n) for n in (0, 1, 15, 16, 17, 0xffff, 0x10000, 0x00ffffff, 0x01000000, 0x3fffffff, 0x40000000,
    0x7f800000, 0x7fc00000, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff)]
values += [(4, len(data) + n) for n in (-16, -4, -1, 0, 1)]
loaded = 0
for position in range(16, int(sys.argv[2])):
    for size, value in values:
        if position % size == 0:
            changed = bytearray(data)
            changed[position:position + size] = struct.pack("<" + " BH I"[size], value)
            fix_checksum(changed)
            loaded += attempt(changed)
print(loaded)
"""


def small_network(quantised):
    """A few operators in a small file."""
    net = Builder((6, 5))
    a = net.window("conv2d", net.inputs[0], 5, padding=(1, 1), **RELU)
    b = net.window("depthwise_conv2d", a, kernel=(2, 2), **RELU6)
    c = net.window("max_pool", b, kernel=(2, 2), padding=(1, 0), stride=(2, 1))
    d = net.activation(c, "leaky_relu", parameters=(0.1, 0.0))
    e = net.pad(net.add("add", [d, d], d.shape), 1, 0.5)
    f = net.resize(net.window("average_pool", e, kernel=(2, 2)), 3, 2)
    answer = net.add("softmax", [net.dense(net.add("multiply", [f, net.constant(5)], f.shape), 3)], (3,))
    return both_types(net.network(answer, labels=("a", "b", "c")))[quantised]


def tables_end(network):
    return HEADER.size + TENSOR.size * len(network.tensors) + LAYER.size * len(network.layers)


@pytest.mark.parametrize("quantised", [False, True])
def test_truncated_files_are_refused(interpreter, tmp_path, quantised):
    (tmp_path / "net.unn").write_bytes(write(small_network(quantised)))
    interpreter.run(TRY + TRUNCATE, tmp_path / "net.unn")


@pytest.mark.parametrize("quantised", [False, True])
def test_flipped_bytes_do_no_harm(interpreter, tmp_path, quantised):
    """Alone they break the checksum; behind a right one, a flip of a weight is another network."""
    network = small_network(quantised)
    (tmp_path / "net.unn").write_bytes(write(network))
    loaded, tried = map(int, interpreter.run(TRY + FLIP, tmp_path / "net.unn").split())
    assert 0 < loaded < tried


@pytest.mark.parametrize("quantised", [False, True])
def test_extreme_fields_do_no_harm(interpreter, tmp_path, quantised):
    network = small_network(quantised)
    (tmp_path / "net.unn").write_bytes(write(network))
    interpreter.run(TRY + EXTREMES, tmp_path / "net.unn", tables_end(network))


def test_all_builds_accept_the_same_flipped_files(interpreter, host, tmp_path):
    (tmp_path / "net.unn").write_bytes(write(small_network(True)))
    script = TRY + FLIP.replace("position in range(len(data))", f"position in range({tables_end(small_network(True))})")
    assert interpreter.run(script, tmp_path / "net.unn") == host.run(script, tmp_path / "net.unn")


def patch(data, position, code, value):
    packed = struct.pack(f"<{code}", value)
    return with_checksum(data[:position] + packed + data[position + len(packed) :])


def refusals(network):
    """(changed file, what the error says)"""
    data = write(network)
    tensors = {id(tensor): number for number, tensor in enumerate(network.tensors)}
    names = [layer.operator for layer in network.layers]

    def of(name):
        return names.index(name)

    def tensor(index, field):
        """A field of the output of a layer, or of the input."""
        number = 0 if index is None else tensors[id(network.layers[index].output)]
        return HEADER.size + TENSOR.size * number + field

    def layer(index, field):
        return HEADER.size + TENSOR.size * len(tensors) + LAYER.size * index + field

    def block(index, field):
        return struct.unpack_from("<I", data, layer(index, field))[0]

    conv, pool, move, add = of("conv2d"), of("max_pool"), of("move"), of("add")
    weights, parameters = block(conv, 36), block(conv, 40)
    yield b"ZIP" + data[3:], "not a .unn file"
    yield patch(data, 4, "H", 1), "version: have 1, need 2"
    yield data[:-1], f"bytes of the file: have {len(data) - 1}, need {len(data)}"
    yield data[:-1] + b"x", "checksum"
    yield patch(data, 16, "I", 16), "bytes of the arena: have 16"
    yield patch(data, 16, "I", 2**31), "bytes of the arena"
    yield patch(data, 20, "H", 1), "tensors: have 1, need 2"
    yield patch(data, 22, "H", 0), "layers: have 0, need 1"
    yield patch(data, 22, "H", 2000), "layers: have 2000, need 1024"
    yield patch(data, 22, "H", 1024), "bytes of the file"
    yield patch(data, 24, "H", 0), "tensors"
    yield patch(data, 28, "I", 2), "labels: have 2, need 3"
    yield patch(data, len(data) - 1, "B", 65), "labels that end: have 2, need 3"
    yield patch(data, len(data) - 2, "B", 255), "label 2 is not UTF-8"
    yield patch(data, tensor(None, 24), "f", float("nan")), "input scale"
    yield patch(data, tensor(None, 28), "f", float("inf")), "input offset"
    yield patch(data, tensor(None, 1), "B", 4), "dimensions of a tensor"
    yield patch(data, tensor(None, 3), "B", 1), "place of an input"
    yield patch(data, tensor(conv, 0), "B", 9), "layer 0 (conv2d): type of a tensor"
    yield patch(data, tensor(conv, 4), "f", 0.0), "layer 0 (conv2d): scale of a tensor"
    yield patch(data, tensor(pool, 4), "f", 2.0), "layer 2 (max_pool): scale of the output is not that of the input"
    yield patch(data, tensor(conv, 8), "I", 0), "layer 0 (conv2d): size of a dimension"
    yield patch(data, tensor(conv, 8), "I", 2**32 - 1), "layer 0 (conv2d): bytes of a tensor"
    yield patch(data, tensor(1, 20), "I", 16 * 10**6), "layer 1 (depthwise_conv2d): bytes of the arena"
    yield patch(data, tensor(1, 20), "I", 4), "layer 1 (depthwise_conv2d): alignment in the arena"
    yield patch(data, tensor(1, 3), "B", 7), "layer 1 (depthwise_conv2d): place of a tensor"
    yield patch(data, layer(0, 0), "B", 77), "layer 0: operator: have 77, need 11"
    yield patch(data, layer(0, 2), "H", 99), "layer 0 (conv2d): number of a tensor: have 99"
    yield patch(data, layer(0, 2), "H", 5), "layer 0 (conv2d): input is not written before"
    yield patch(data, layer(0, 6), "H", 0), "layer 0 (conv2d): number of the output"
    yield patch(data, layer(0, 24), "H", 2), "layer 0 (conv2d): groups"
    yield patch(data, layer(0, 26), "H", 0xFB05), "layer 0 (conv2d): limits of the output are reversed"
    yield patch(data, layer(pool, 12), "H", 0), "layer 2 (max_pool): kernel, stride or dilation"
    yield patch(data, layer(pool, 12), "H", 7), "layer 2 (max_pool): padded rows or columns"
    yield patch(data, layer(pool, 16), "H", 2), "layer 2 (max_pool): kernel: have 2, need 3"
    yield patch(data, layer(of("average_pool"), 20), "H", 2), "(average_pool)"
    yield patch(data, layer(0, 36), "I", 0), "layer 0 (conv2d): offset in the file"
    yield patch(data, layer(0, 36), "I", 2**32 - 16), "layer 0 (conv2d): bytes of the file"
    yield patch(data, layer(0, 40), "I", len(data) // 16 * 16), "layer 0 (conv2d): bytes of the file"
    yield patch(data, layer(0, 44), "I", tensor_place(data, tensors[id(network.layers[0].output)])), (
        "layer 0 (conv2d): place of the scratch memory"
    )
    yield patch(data, weights, "b", -128), "layer 0 (conv2d): weight of -128"
    yield patch(data, parameters, "i", 2**31 - 1), "layer 0 (conv2d): largest sum"
    yield patch(data, parameters + 8 * 4, "i", 5), "layer 0 (conv2d): multiplier"
    yield patch(data, parameters + 16 * 4, "i", -31), "layer 0 (conv2d): exponent"
    yield patch(data, block(add, 40), "i", 2**21), f"layer {add} (add): factor of a sum"
    yield patch(data, block(add, 40) + 12, "i", 31), f"layer {add} (add): shift"
    yield patch(data, block(move, 40), "I", 10**6), f"layer {move} (move): items to move"
    yield patch(data, block(move, 40), "I", 0), f"layer {move} (move): items to move"
    yield patch(data, block(of("resize"), 36), "H", 9), "(resize): row or column: have 9"
    yield patch(data, layer(of("softmax"), 6), "H", 1), "(softmax): "


def tensor_place(data, number):
    return struct.unpack_from("<I", data, HEADER.size + TENSOR.size * number + 20)[0]


def test_errors_name_the_layer_and_the_figures(interpreter, tmp_path):
    network = small_network(True)
    messages = []
    for index, (data, message) in enumerate(refusals(network)):
        (tmp_path / f"{index}.unn").write_bytes(data)
        messages.append(message)
    script = f"""
import unn
for index in range({len(messages)}):
    try:
        unn.load("{tmp_path}/%d.unn" % index)
    except ValueError as error:
        print(error)
    else:
        print("loaded")
"""
    for message, said in zip(messages, interpreter.run(script).splitlines(), strict=True):
        assert message in said


def test_an_arena_that_is_not_to_be_had_loses_nothing(interpreter, tmp_path):
    """The header may ask for 2**30 bytes; a network that is loaded stays what it was."""
    data = write(small_network(True))
    (tmp_path / "net.unn").write_bytes(data)
    (tmp_path / "large.unn").write_bytes(patch(data, 16, "I", 2**30))
    script = f"""
import gc, ulab, unn
from ulab import numpy as np
net = unn.load("{tmp_path}/net.unn")
image = np.ones(net.input_shape, dtype=np.uint8)
answer = list(net(image))
ulab.memory(limit=1 << 24)
gc.collect()
used = ulab.memory().used
assert unn.info("{tmp_path}/large.unn").arena_bytes == 1 << 30
for i in range(20):
    try:
        unn.load("{tmp_path}/large.unn")
    except MemoryError as error:
        assert str((1 << 30) + 32) in str(error)
    else:
        assert False
    assert list(net(image)) == answer
gc.collect()
assert ulab.memory().used <= used + 100, (ulab.memory().used, used)
print("done")
"""
    assert interpreter.run(script) == "done\n"


def test_the_whole_graph_survives_a_flip_in_each_field(interpreter, tmp_path):
    """The tables of a network with every operator, two inputs and two outputs."""
    network = both_types(every_operator())[1]
    (tmp_path / "net.unn").write_bytes(write(network))
    script = TRY + FLIP.replace("position in range(len(data))", f"position in range(16, {tables_end(network)})")
    loaded, _ = map(int, interpreter.run(script, tmp_path / "net.unn").split())
    assert loaded > 0
