"""Time statements that come as lines of JSON, in MicroPython with ulab or in Python with NumPy.

A line is [items, setup, statement]; the answer is the least seconds of one run,
or the text of the error.
"""

import gc
import json
import sys
import time

from ulab_operations import ARRAYS

if sys.implementation.name == "micropython":
    import ulab
    from ulab import numpy as np

    ulab.memory(limit=256 * 1024 * 1024)
    libraries = {"COMPLEX": np.complex}
    if hasattr(np, "random"):
        libraries["generator"] = np.random.Generator
    if hasattr(ulab, "utils"):
        libraries["spectrogram"] = ulab.utils.spectrogram
    scipy = getattr(ulab, "scipy", None)
else:
    import numpy as np

    libraries = {
        "COMPLEX": np.complex128,
        "spectrogram": lambda values: np.abs(np.fft.fft(values)),
        "generator": np.random.default_rng,
    }
    if not hasattr(np, "trapz"):
        np.trapz = np.trapezoid
    try:
        import scipy.integrate
        import scipy.optimize
        import scipy.signal
        import scipy.special
    except ImportError:
        scipy = None

for part in ("integrate", "optimize", "signal", "special"):
    if hasattr(scipy, part):
        libraries[part] = getattr(scipy, part)

clock = getattr(time, "perf_counter_ns", time.time_ns)
WINDOW = 1_500_000  # nanoseconds of one measurement, at least
BUDGET = 40_000_000  # of all measurements of one statement


def measure(items, setup, statement):
    """The least seconds of one run of the statement, out of several windows."""
    names = {"np": np, "n": items}
    names.update(libraries)
    exec(ARRAYS + setup, names)
    exec("def run(count):\n    global f\n    for _ in range(count):\n        " + statement, names)
    run = names["run"]
    run(1)
    gc.collect()
    count = 1
    while True:
        start = clock()
        run(count)
        taken = clock() - start
        if taken >= WINDOW:
            break
        count *= 2 if taken * 4 > WINDOW else 4
    best = taken
    spent = taken
    while spent < BUDGET:
        start = clock()
        run(count)
        taken = clock() - start
        best = min(best, taken)
        spent += taken
    return best / count * 1e-9


for line in sys.stdin:
    try:
        answer = measure(*json.loads(line))
    except Exception as error:
        answer = "{}: {}".format(type(error).__name__, error)
    print(json.dumps(answer))
    if hasattr(sys.stdout, "flush"):
        sys.stdout.flush()
