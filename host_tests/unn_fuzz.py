"""Run the fuzz target of unn (fuzz/fuzz_unn.c) under the sanitizers, from a corpus of small networks.

    python host_tests/unn_fuzz.py FOLDER --seconds 3600

FOLDER keeps the target, the corpus as it grows, and each input that was found to do harm.
"""

import argparse
import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import libfuzzer  # noqa: E402
from unn_nets import both_types, door, every_operator, random_chain, random_images  # noqa: E402

from mpycam.quantise import quantise  # noqa: E402
from mpycam.unn_file import write  # noqa: E402

ALGORITHMS = ("unn_elementwise.c", "unn_file.c", "unn_float32.c", "unn_int8.c", "unn_run.c", "unn_window.c")
FLAGS = (
    "-g", "-O1", "-std=gnu99", "-msse4.1", "-ffp-contract=off", "-Wno-unknown-pragmas", "-fno-sanitize-recover=all",
    "-fsanitize=fuzzer,address,undefined",
)  # fmt: skip
OPTION_BYTES = 4
LARGEST = 6000


def networks():
    """Small networks with every operator, in both types and mixed."""
    for network in (every_operator(), door(), *(random_chain(seed) for seed in range(150))):
        yield from both_types(network)
    for keep in ([1], [0, 2]):
        yield quantise(door(), random_images(door(), 2), keep_float=keep)


def write_corpus(folder):
    """Write the networks, each with bytes that choose what is done with it."""
    folder.mkdir(parents=True, exist_ok=True)
    for network in networks():
        data = write(network)
        digest = hashlib.sha256(data)
        if len(data) <= LARGEST:
            # checksum and size are mended
            options = bytes([digest.digest()[0] & 0xFE]) + digest.digest()[1:OPTION_BYTES]
            (folder / digest.hexdigest()[:16]).write_bytes(data + options)


def build(folder):
    """Compile the target; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    modules = ROOT / "usermodules/unn"
    target = folder / "fuzz_unn"
    sources = [Path(__file__).parent / "fuzz/fuzz_unn.c", *(modules / name for name in ALGORITHMS)]
    subprocess.run(["clang", *FLAGS, f"-I{modules}", *sources, "-lm", "-o", target], check=True)
    return target


def fuzz(folder, seconds, seed=1):
    """Run for so many seconds; return (exit status, inputs tried, all that was printed)."""
    target, corpus = build(folder), folder / "corpus"
    write_corpus(corpus)
    return libfuzzer.run(target, corpus, seconds, seed, LARGEST, f"{folder}/", "-use_value_profile=1")


def main():
    """Run the target; the exit status is its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    status, tried, printed = fuzz(options.folder, options.seconds, options.seed)
    print(printed if status else f"{tried} inputs in {options.seconds} seconds, nothing found")
    return status


if __name__ == "__main__":
    sys.exit(main())
