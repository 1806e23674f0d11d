#!/usr/bin/env python3
"""Count the ARMv7 instructions of ulab's operations, beside NumPy's and upstream's.

    bench/ulab_arm.py dist/armv7hf/micropython ../shared/tools/arm_insns [part of an operation's name]...

The counter is a folder with `insn_count.c`, a plugin for the dynamically linked
qemu-arm that prints `insns N`, or the plugin itself. A count is the same on
every machine. Each figure is a difference of two runs, so that neither the
start nor the preparation is in it.
"""

from arm_counter import command_line, open_counter, per_run, wanted

# Name, items of the arrays, what else is made before, the statement, runs of it, its
# units of work and their name; the instructions of a unit that are aimed at, of NumPy's
# armhf build, and of upstream ulab, as far as they are known.
OPERATIONS = [
    ("add 64 float64", 64, "", "f + g", 50, 1, "call", 1500, 12039, 483099),
    ("add float32", 100000, "", "s + t", 4, 100000, "item", 2.0, 2.2, None),
    ("add float64", 100000, "", "f + g", 4, 100000, "item", 7.0, 9.1, 36.9),
    ("add uint8", 100000, "", "u + v", 4, 100000, "item", 0.45, 0.47, 19.3),
    ("sum float32", 100000, "", "np.sum(s)", 4, 100000, "item", 1.2, 4.2, None),
    ("sum float64", 100000, "", "np.sum(f)", 4, 100000, "item", None, None, 20),
    ("exp float32", 100000, "", "np.exp(s)", 4, 100000, "item", 25, 48, None),
    ("exp float64", 100000, "", "np.exp(f)", 4, 100000, "item", None, None, 113),
    ("log float32", 100000, "", "np.log(s)", 4, 100000, "item", None, None, None),
    ("log float64", 100000, "", "np.log(f)", 4, 100000, "item", None, None, None),
    ("sin float32", 100000, "", "np.sin(s)", 4, 100000, "item", None, None, None),
    ("sin float64", 100000, "", "np.sin(f)", 4, 100000, "item", None, None, None),
    ("tanh float32", 100000, "", "np.tanh(s)", 4, 100000, "item", None, None, None),
    ("sqrt float32", 100000, "", "np.sqrt(s)", 4, 100000, "item", None, None, None),
    ("sort float32, descending", 100000, "s = np.array(range(n, 0, -1), dtype=np.float32)", "np.sort(s)",
        2, 100000, "item", 168, 169, None),
    ("sort float64, descending", 100000, "f = np.array(range(n, 0, -1))", "np.sort(f)",
        2, 100000, "item", None, None, 410),
    ("sort uint8", 100000, "", "np.sort(u)", 2, 100000, "item", None, None, None),
    ("argsort float32", 50000, "", "np.argsort(s, axis=0)", 2, 50000, "item", None, None, None),
    ("product 64x64 float32", 4096, "", "np.dot(S, T)", 4, 64 ** 3, "multiply-add", 0.75, 7.2, None),
    ("product 64x64 float64", 4096, "", "np.dot(A, B)", 4, 64 ** 3, "multiply-add", 3, 7.2, 24.4),
    ("product 256x256 float32", 65536, "", "np.dot(S, T)", 1, 256 ** 3, "multiply-add", None, None, None),
    ("FFT 1,024 float64", 1024, "", "np.fft.fft(f)", 4, 1, "transform", 120000, 182646, 663767),
    ("FFT 1,024 float32", 1024, "", "np.fft.fft(s)", 4, 1, "transform", 60000, None, None),
    ("FFT 1,000 float64", 1000, "", "np.fft.fft(f)", 4, 1, "transform", None, None, None),
]  # fmt: skip

SCRIPT = """
import gc
from ulab import numpy as np
def ramp(n, dtype):
    values = np.array([i * 37 % 251 for i in range(251)], dtype=dtype)
    while len(values) < n:
        values = np.concatenate((values, values))
    return values[:n].copy()
n = {items}
f = ramp(n, np.float64) / 251 + 0.25
g = f[::-1].copy()
s = np.array(f, dtype=np.float32)
t = np.array(g, dtype=np.float32)
u = ramp(n, np.uint8)
v = u[::-1].copy()
k = int(n ** 0.5)
A, B, S, T = [array[: k * k].reshape((k, k)) for array in (f, g, s, t)]
{preparation}
def run(count):
    for _ in range(count):
        {statement}
run(1)
gc.collect()
run({runs})
"""


def measure(plugin, micropython, operation, folder):
    """Instructions of a unit of work, or the text of an error."""
    _, items, preparation, statement, runs, units, *_ = operation

    def script(times):
        return SCRIPT.format(items=items, preparation=preparation, statement=statement, runs=times)

    figure = per_run(plugin, micropython, script, runs, folder)
    return figure if isinstance(figure, str) else figure / units


def spell(value):
    """A figure with the digits that matter."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 1000 else f"{value:.2f}"


def main():
    """Run the benchmark."""
    options = command_line(__doc__).parse_args()
    with open_counter(options.counter) as (plugin, folder):
        print(f"{'instructions':28}{'of one':>14}{'ulab':>12}{'aim':>10}{'NumPy':>10}{'upstream':>10}")
        for operation in OPERATIONS:
            name, *_, unit, aim, numpy, upstream = operation
            if not wanted(name, options.names):
                continue
            figure = measure(plugin, options.micropython, operation, folder)
            if isinstance(figure, str):
                print(f"{name:28}{unit:>14}  missing: {figure}", flush=True)
                continue
            figures = zip((figure, aim, numpy, upstream), (12, 10, 10, 10), strict=True)
            line = "".join(f"{spell(value):>{width}}" for value, width in figures)
            note = "" if aim is None or figure <= aim else "  above the aim"
            print(f"{name:28}{unit:>14}{line}{note}", flush=True)


if __name__ == "__main__":
    main()
