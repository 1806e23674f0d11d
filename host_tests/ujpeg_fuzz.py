"""Run the fuzz targets of ujpeg (fuzz/fuzz_ujpeg*.c) under the sanitizers, from a corpus of small files.

    python host_tests/ujpeg_fuzz.py FOLDER --seconds 3600

Each target has half of the time. FOLDER keeps the targets, the corpora as they grow, and each input
that was found to do harm. libjpeg is compiled without vector routines, which the sanitizers do not see into.
"""

import argparse
import hashlib
import itertools
import subprocess
import sys
from pathlib import Path

import libfuzzer
from jpegs import SAMPLINGS, photo, recut, save

ROOT = Path(__file__).resolve().parent.parent
MODULE = ROOT / "usermodules/ujpeg"
SANITIZE = "-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all"
TARGETS = {"fuzz_ujpeg": 20_000, "fuzz_ujpeg_encode": 600}  # longest inputs
OPTION_BYTES = 8


def files():
    """JPEG files of every sampling, mode and kind of coding."""
    for size, progressive in itertools.product(((1, 1), (17, 9), (40, 33)), (False, True)):
        for sampling in SAMPLINGS:
            yield save(photo(size), sampling, progressive=progressive)
            yield save(photo(size), sampling, progressive=progressive, restart_marker_blocks=2)
        yield save(photo(size).convert("L"), None, progressive=progressive)
        yield save(photo(size).convert("CMYK"), None, progressive=progressive)
        yield save(photo(size), None, keep_rgb=True)
    yield recut(save(photo((96, 40)), "4:2:2"), (1, 2), (48, 80))
    yield recut(save(photo((80, 64)), "4:2:0"), (4, 1), (160, 32))
    exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"
    yield save(photo((40, 30)), "4:2:0", comment=b"text", exif=exif)
    yield save(photo((24, 16)), "4:2:0") * 3


def options_for(number):
    """Bytes that the targets read, as different as the numbers."""
    return hashlib.sha256(number.to_bytes(4, "big")).digest()


def write_corpora(folder, named=()):
    """Write the first inputs of each target; also of other JPEG files, where they are not large."""
    for target in TARGETS:
        (folder / target).mkdir(parents=True, exist_ok=True)
    others = (Path(path).read_bytes() for path in named)
    for number, data in enumerate([*files(), *(data for data in others if len(data) < TARGETS["fuzz_ujpeg"])]):
        (folder / "fuzz_ujpeg" / f"{number:04}").write_bytes(data + options_for(number)[:OPTION_BYTES])
    for number in range(100):
        (folder / "fuzz_ujpeg_encode" / f"{number:04}").write_bytes(options_for(number) + photo((9, 9), number).tobytes())


def build(folder):
    """Compile the targets."""
    library = folder / "libjpeg/libjpeg.a"
    subprocess.run(
        ["make", "-s", "ARCH=host", f"BUILD={folder}", "TARGET_CC=clang", "LIBJPEG_PLAIN=1",
         f"TARGET_CFLAGS={SANITIZE} -fsanitize=fuzzer-no-link -DLIBJPEG_PLAIN", library],
        check=True, cwd=ROOT,
    )  # fmt: skip
    algorithms = [path for path in sorted(MODULE.glob("*.c")) if not path.name.startswith(("binding", "mod"))]
    for target in TARGETS:
        subprocess.run(
            ["clang", *SANITIZE.split(), "-fsanitize=fuzzer", "-std=gnu99", "-DLIBJPEG_PLAIN", f"-I{MODULE}",
             f"-I{MODULE}/libjpeg", f"-I{folder}/libjpeg/source", ROOT / "host_tests/fuzz" / f"{target}.c",
             *algorithms, library, "-o", folder / f"{target}.run"],
            check=True,
        )  # fmt: skip


def fuzz(folder, seconds, seed=1, named=()):
    """Run for so many seconds; return one (target, exit status, inputs tried, all that was printed) for each."""
    folder = folder.resolve()
    write_corpora(folder, named)
    build(folder)
    results = []
    for target, longest in TARGETS.items():
        status, tried, printed = libfuzzer.run(
            folder / f"{target}.run", folder / target, seconds // len(TARGETS), seed, longest, f"{folder}/{target}-",
            "-rss_limit_mb=1000",
        )  # fmt: skip
        results.append((target, status, tried, printed))
    return results


def main():
    """Run the targets; the exit status is 1 where one found something."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("files", nargs="*", help="JPEG files for the corpus")
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = 0
    for target, status, tried, printed in fuzz(options.folder, options.seconds, options.seed, options.files):
        print(printed if status else f"{target}: {tried} inputs, nothing found")
        found |= status != 0
    return found


if __name__ == "__main__":
    sys.exit(main())
