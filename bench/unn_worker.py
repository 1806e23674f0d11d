"""Time networks that come as lines of JSON, in MicroPython with unn.

A line is [path, folder of an image and for the answer]; the answer is the least
seconds of one call. Each line is one round of measurements.
"""

import json
import sys
import time

import unn
from ulab import numpy as np

WINDOW = 4_000_000  # nanoseconds of one measurement, at least
WINDOWS = 5

loaded = {}


def load(path, image):
    """A network, its image and a place for its answer."""
    net = unn.load(path)
    with open(image, "rb") as file:
        pixels = np.frombuffer(file.read(), dtype=np.uint8).reshape(net.input_shape)
    return net, pixels, np.zeros(net.output_shape, dtype=np.float32)


def run(net, image, out, count):
    """Nanoseconds of `count` calls."""
    start = time.time_ns()
    for _ in range(count):
        net(image, out=out)
    return time.time_ns() - start


for line in sys.stdin:
    path, image = json.loads(line)
    if path not in loaded:
        loaded[path] = load(path, image)
    case = loaded[path]
    count, taken = 1, run(*case, 1)
    while taken < WINDOW:
        count *= 2
        taken = run(*case, count)
    best = min(run(*case, count) for _ in range(WINDOWS))
    print(json.dumps([best / count * 1e-9, case[2].tolist()]))
