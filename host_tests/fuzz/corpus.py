"""Write a corpus for fuzz_ujpeg.c: small JPEG files of every kind, each with bytes that choose what is done with it.

    python host_tests/fuzz/corpus.py FOLDER [FILES ...]
"""

import hashlib
import itertools
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from jpegs import SAMPLINGS, photo, recut, save  # noqa: E402

OPTION_BYTES = 8
LARGEST = 20_000


def generated():
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
    yield save(photo((40, 30)), "4:2:0", comment=b"text", exif=b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0")
    yield save(photo((24, 16)), "4:2:0") * 3


def options_for(number):
    """Bytes that fuzz_ujpeg.c reads, as different as the numbers."""
    return hashlib.sha256(number.to_bytes(4, "big")).digest()[:OPTION_BYTES]


def main():
    """Write the files; those named on the command line too, where they are not large."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    named = (Path(name).read_bytes() for name in sys.argv[2:])
    files = [*generated(), *(data for data in named if len(data) <= LARGEST)]
    for number, data in enumerate(files):
        (folder / f"{number:04}").write_bytes(data + options_for(number))


if __name__ == "__main__":
    main()
