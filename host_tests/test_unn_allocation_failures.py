"""Every allocation of loading and running networks fails once: a MemoryError each time, and nothing lost or damaged."""

import pytest
from allocation_failures import ARCHES_HERE, EACH_FAILS
from interpreters import Interpreter
from unn_nets import both_types, door, every_operator

from mpycam.unn_file import write

SCRIPT = EACH_FAILS + """
import sys, unn
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

failures = 0
for index, program in enumerate(programs):
    failures += each_fails(program, lambda result: result, index)[0]
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
