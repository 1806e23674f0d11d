"""Every allocation of loading and running networks fails once: a MemoryError each time, and nothing lost or damaged."""

import pytest
from interpreters import ARCHES, Interpreter
from unn_nets import both_types, door, every_operator

from mpycam.unn_file import write

# The builds in which allocations can fail on demand.
ARCHES_HERE = [arch for arch in ARCHES if arch in ("host-asan", "host-debug", "valgrind")]

SCRIPT = """
import gc, sys, ulab, unn
from failing_allocations import fail
from ulab import numpy as np

paths = sys.argv[1:]
files = []
for path in paths:
    with open(path, "rb") as file:
        files.append(file.read())

def zeros(net):
    return [np.ones(tensor.shape, dtype=np.uint8) * 7 for tensor in net.inputs]

def loaded(source):
    def program():
        net = unn.load(source)
        return repr(net), repr(net(*zeros(net)))
    return program

def described(source):
    return lambda: repr(unn.info(source))

def refused(data):
    def program():
        try:
            unn.load(data)
        except ValueError:
            return "refused"  # the interpreter cuts a text for which there is no memory
    return program

def called(net, **options):
    images = zeros(net)
    return lambda: repr(net(*images, **options))

def profiled(net):
    return lambda: repr([(name, count) for name, _, count in net.profile()])

def look(net):
    return lambda: repr((net.inputs, net.labels, net.input_shape, net.operators))

programs = []
for path, data in zip(paths, files):
    net = unn.load(data)
    out = net(*zeros(net))
    programs += [loaded(path), loaded(data), loaded(bytearray(data)), described(path), refused(data[:-1]), refused(data[:99])]
    programs += [called(net), called(net, raw=True), called(net, out=out), profiled(net), look(net)]

def used():
    gc.collect()
    return ulab.memory().used

failures = 0
for index, program in enumerate(programs):
    expected = program()
    for later in (False, True):
        base = used()
        number = 0
        while True:
            result = None
            fail(number, later)
            try:
                result = program()
                count = fail(None, False)
            except MemoryError:
                count = fail(None, False)
                failures += 1
            if count <= number:
                break
            assert result is None or result == expected, (index, number, result, expected)
            number += 1
        result = None
        for i in range(3):
            kept = used() - base
        assert kept <= 4000, (index, kept)
        assert program() == expected, index
print("failed", failures)
"""


@pytest.mark.parametrize("arch", ARCHES_HERE)
def test_every_allocation_fails_once(arch, tmp_path):
    paths = []
    for quantised in (False, True):
        for name, network in (("door", door()), ("all", every_operator())):
            paths.append(tmp_path / f"{name}{quantised}.unn")
            paths[-1].write_bytes(write(both_types(network)[quantised]))
    printed = Interpreter(arch).run(SCRIPT, *paths, heap="2M").split()
    assert printed[0] == "failed" and int(printed[1]) > 500
