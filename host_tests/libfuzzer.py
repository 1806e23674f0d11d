"""Runs a libFuzzer target."""

import os
import re
import subprocess


def run(target, corpus, seconds, seed, longest, artifacts, *options):
    """Run for so many seconds; return (exit status, inputs tried, all that was printed).

    `longest` is the most bytes of an input; an input that does harm is kept under a name that begins with `artifacts`.
    """
    command = [
        # A process of its own: the limit of memory is held against the peak of a process, which outlives exec(), and a
        # test runner's may be larger.
        "timeout", seconds + 600, target, corpus, f"-max_total_time={seconds}", f"-seed={seed}", f"-max_len={longest}",
        "-timeout=20", "-print_final_stats=1", f"-artifact_prefix={artifacts}", *options,
    ]  # fmt: skip
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True, errors="replace",
                            env={**os.environ, "ASAN_OPTIONS": "detect_leaks=1"})  # fmt: skip
    tried = re.search(r"stat::number_of_executed_units: (\d+)", result.stderr)
    return result.returncode, int(tried[1]) if tried else 0, result.stderr
