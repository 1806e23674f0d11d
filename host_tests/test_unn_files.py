"""Damaged and hostile .unn files: an exception, or a network that runs; never anything else."""

import struct

import pytest
from unn_nets import both_types, chain

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
        net(np.zeros(net.input_shape, dtype=np.uint8))
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
    """Every operator once, in a small file."""
    network = both_types(
        chain(
            (6, 5),
            ("conv2d", 5, {"kernel": (3, 3), "padding": (1, 1), "activation": "relu"}),
            ("depthwise_conv2d", None, {"kernel": (2, 2), "activation": "relu6"}),
            ("max_pool", None, {"kernel": (2, 2), "padding": (1, 0), "stride": (2, 1)}),
            ("activation", None, {"activation": "relu"}),
            ("average_pool", None, {"kernel": (2, 2)}),
            ("flatten", None, {}),
            ("dense", 3, {}),
            ("softmax", None, {}),
        )
    )[quantised]
    network.labels = ("a", "b", "c")
    return network


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
    layers = HEADER.size + TENSOR.size * len(network.tensors)

    def tensor(index, field):
        return HEADER.size + TENSOR.size * index + field

    def layer(index, field):
        return layers + LAYER.size * index + field

    weights = struct.unpack_from("<I", data, layer(0, 16))[0]
    channels = struct.unpack_from("<I", data, layer(0, 20))[0]
    yield b"ZIP" + data[3:], "not a .unn file"
    yield patch(data, 4, "H", 2), "version: have 2, need 1"
    yield data[:-1], f"bytes of the file: have {len(data) - 1}, need {len(data)}"
    yield data[:-1] + b"x", "checksum"
    yield patch(data, 16, "I", 16), "bytes of the arena: have 16"
    yield patch(data, 16, "I", 2**31), "bytes of the arena"
    yield patch(data, 20, "f", float("nan")), "input scale"
    yield patch(data, 24, "f", float("inf")), "input offset"
    yield patch(data, 28, "H", 0), "layers: have 0, need 1"
    yield patch(data, 28, "H", 65535), "bytes of the file"
    yield patch(data, 30, "H", 2), "labels: have 2, need 3"
    yield patch(data, len(data) - 1, "B", 65), "labels that end: have 2, need 3"
    yield patch(data, len(data) - 2, "B", 255), "label 2 is not UTF-8"
    yield patch(data, tensor(0, 1), "B", 4), "dimensions of a tensor"
    yield patch(data, tensor(1, 0), "B", 9), "layer 0 (conv2d): type of a tensor"
    yield patch(data, tensor(1, 4), "f", 0.0), "layer 0 (conv2d): scale of a tensor"
    yield patch(data, tensor(3, 4), "f", 2.0), "layer 2 (max_pool): scale of the output is not that of the input"
    yield patch(data, tensor(1, 8), "I", 0), "layer 0 (conv2d): size of a dimension"
    yield patch(data, tensor(1, 8), "I", 2**32 - 1), "layer 0 (conv2d): bytes of a tensor"
    yield patch(data, tensor(2, 20), "I", 16 * 10**6), "layer 1 (depthwise_conv2d): bytes of the arena"
    yield patch(data, tensor(2, 20), "I", 4), "layer 1 (depthwise_conv2d): alignment in the arena"
    yield patch(data, layer(0, 0), "B", 77), "layer 0: operator: have 77, need 7"
    yield patch(data, layer(2, 1), "B", 1), "layer 2 (max_pool): activation"
    yield patch(data, layer(2, 8), "H", 0), "layer 2 (max_pool): stride: have 0, need 1"
    yield patch(data, layer(2, 8), "H", 7), "layer 2 (max_pool): padded rows or columns"
    yield patch(data, layer(4, 12), "H", 2), "layer 4 (average_pool): kernel: have 2, need 3"
    yield patch(data, layer(0, 16), "I", 0), "layer 0 (conv2d): offset in the file"
    yield patch(data, layer(0, 16), "I", 2**32 - 16), "layer 0 (conv2d): bytes of the file"
    yield patch(data, layer(0, 20), "I", len(data) // 16 * 16), "layer 0 (conv2d): bytes of the file"
    yield patch(data, layer(3, 16), "I", 16), "layer 3 (activation): weights of an operator without"
    yield patch(data, layer(0, 24), "I", 0), "layer 0 (conv2d): place of the scratch memory"
    yield patch(data, layer(3, 24), "I", 16), "layer 3 (activation): scratch of an operator without"
    yield patch(data, layer(6, 4), "H", 3), "layer 6 (dense): kernel or stride"
    yield patch(data, weights, "b", -128), "layer 0 (conv2d): weight of -128"
    yield patch(data, weights + 9, "b", 1), "layer 0 (conv2d): weight behind the end of a row"
    yield patch(data, channels, "i", 2**31 - 1), "layer 0 (conv2d): largest sum"
    yield patch(data, channels + 8 * 4, "i", 5), "layer 0 (conv2d): multiplier"
    yield patch(data, channels + 16 * 4, "i", 32), "layer 0 (conv2d): shift"


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
