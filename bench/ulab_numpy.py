#!/usr/bin/env python3
"""Compare ulab in a host build with NumPy, in one run: time over NumPy's time.

    bench/ulab_numpy.py dist/host/micropython [part of an operation's name]...
"""

import argparse
import json
import math
import os
import subprocess
import sys
from pathlib import Path

from ulab_operations import OPERATIONS, SIZES

FOLDER = Path(__file__).resolve().parent
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}


class Worker:
    """An interpreter that times statements."""

    def __init__(self, *command):
        self.process = subprocess.Popen(
            [*command, "ulab_worker.py"],
            cwd=FOLDER,
            env={**os.environ, **ONE_THREAD},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def measure(self, items, setup, statement):
        """Seconds, or the text of an error."""
        print(json.dumps([items, setup, statement]), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        return json.loads(line) if line else f"the interpreter ended with {self.process.wait()}"

    def close(self):
        """Let it end."""
        self.process.stdin.close()
        self.process.wait()


def geometric_mean(ratios):
    """The mean of ratios."""
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def compare(operations, start_ours, start_numpy):
    """Print a line for each operation and size; return the ratios, those missing and those without counterpart."""
    ours, numpy = start_ours(), start_numpy()
    ratios, missing, alone = {}, [], []
    for name, sizes, setup, statement in operations:
        for size in sizes:
            first = ours.measure(size, setup, statement)
            second = numpy.measure(size, setup, statement)
            if isinstance(first, str):
                missing.append((name, size, first))
                print(f"{name:26}{size:>9}  missing: {first}", flush=True)
                if ours.process.poll() is not None:
                    ours = start_ours()
            elif isinstance(second, str):
                alone.append(name)
                print(f"{name:26}{size:>9}{first * 1e6:>12.3f}            -         -", flush=True)
            else:
                ratios[name, size] = first / second
                print(f"{name:26}{size:>9}{first * 1e6:>12.3f}{second * 1e6:>12.3f}{first / second:>10.2f}", flush=True)
    ours.close()
    numpy.close()
    return ratios, missing, alone


def report(ratios, missing, alone):
    """Print the means of each size, the worst ratios and what is missing."""
    print("\ngeometric mean of our time over NumPy's")
    groups = {str(size): [ratio for (_, n), ratio in ratios.items() if n == size] for size in SIZES}
    groups["other sizes"] = [ratio for (_, n), ratio in ratios.items() if n not in SIZES]
    for group, values in groups.items():
        if values:
            print(f"  {group:>12}  {geometric_mean(values):6.2f}  of {len(values)}, worst {max(values):.2f}")
    print("\nworst")
    for (name, size), ratio in sorted(ratios.items(), key=lambda pair: -pair[1])[:12]:
        print(f"  {name:26}{size:>9}{ratio:>10.2f}")
    above = sum(ratio > 8 for ratio in ratios.values())
    print(f"{above} of {len(ratios)} above 8; {len(missing)} missing; not in NumPy: {', '.join(sorted(set(alone))) or 'none'}")
    for name in dict.fromkeys(name for name, _, _ in missing):
        error = next(error for other, _, error in missing if other == name)
        print(f"  missing: {name}: {error}")


def main():
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("micropython", type=Path)
    parser.add_argument("names", nargs="*", help="only operations with one of these in their names")
    options = parser.parse_args()
    operations = [op for op in OPERATIONS if not options.names or any(part in op[0] for part in options.names)]
    print(f"{'operation':26}{'items':>9}{'ulab us':>12}{'NumPy us':>12}{'ratio':>10}")
    report(
        *compare(
            operations,
            lambda: Worker(options.micropython.resolve()),
            lambda: Worker(sys.executable),
        )
    )


if __name__ == "__main__":
    main()
