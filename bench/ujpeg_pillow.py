#!/usr/bin/env python3
"""Compare ujpeg in a host build with Pillow and a binding of turbojpeg, in one run.

    bench/ujpeg_pillow.py dist/host/micropython [part of an operation's name]...

Times are the least of several, taken in turn, in milliseconds. A ratio is our time
over another's; that of a region is our time over our own of the whole picture.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from ujpeg_frames import OPERATIONS, camera_file, regions
from ulab_numpy import Worker, geometric_mean

SIZES = {"1080p": (1920, 1080), "4K": (3840, 2160)}
QUALITIES = (70, 90)
ROUNDS = 7

OURS = """
import ujpeg
decode = ujpeg.Decoder().decode
data = open({path!r}, "rb").read()
"""
OURS_IMAGE = "image = ujpeg.decode(data, format='rgb')\n"

PILLOW = """
import io
from PIL import Image
def opened(data, mode=None, size=None):
    image = Image.open(io.BytesIO(data))
    image.draft(mode, size)
    return image
data = open({path!r}, "rb").read()
"""
PILLOW_IMAGE = "image = opened(data)\nimage.load()\n"

TURBOJPEG = """
from simplejpeg import decode_jpeg, encode_jpeg
data = open({path!r}, "rb").read()
"""
TURBOJPEG_IMAGE = "pixels = decode_jpeg(data, 'RGB')\n"

# The most of Pillow's time, and for regions of our own time of the whole picture.
AIMS = {"rgb": 1.05, "encode": 1.05, "gray at 1/8": 0.9}
AIMS_OF_WHOLE = {"rgb, roi of a tenth": 0.5, "rgb, roi 400x400": None}


def least_times(workers, setups, statements):
    """The least milliseconds of each statement, or None for a missing one."""
    times = [None] * len(workers)
    for _ in range(ROUNDS):
        for i, statement in enumerate(statements):
            if statement is not None:
                seconds = workers[i].measure(1, setups[i], statement)
                if isinstance(seconds, str):
                    sys.exit(f"{statement}: {seconds}")
                times[i] = min(times[i] or 1e9, seconds * 1e3)
    return times


def spell(value, width, digits=2):
    """A number, or a dash for none."""
    return f"{'-' if value is None else format(value, f'.{digits}f'):>{width}}"


def compare(operations, workers, path, values):
    """Print a line for each operation on a file; return the ratios to Pillow's time."""
    ratios = {}
    whole = None
    for operation in operations:
        setups = [part.format(path=str(path)) for part in (OURS, PILLOW, TURBOJPEG)]
        if operation.encodes:
            setups = [a + b for a, b in zip(setups, (OURS_IMAGE, PILLOW_IMAGE, TURBOJPEG_IMAGE), strict=True)]
        statements = [
            statement and statement.format(**values)
            for statement in (operation.ours, operation.pillow, operation.turbojpeg)
        ]
        ours, pillow, turbojpeg = least_times(workers, setups, statements)
        if operation.name == "rgb":
            whole = ours
        to_pillow = ours / pillow
        to_turbojpeg = ours / turbojpeg if turbojpeg else None
        of_whole = ours / whole if whole and operation.name in AIMS_OF_WHOLE else None
        aim, reached = AIMS.get(operation.name), to_pillow
        if of_whole is not None:
            aim, reached = AIMS_OF_WHOLE[operation.name], of_whole
        ratios[operation.name] = to_pillow
        print(
            f"{operation.name:22}"
            + "".join(spell(time, 10) for time in (ours, pillow, turbojpeg))
            + "".join(spell(ratio, 10) for ratio in (to_pillow, to_turbojpeg, of_whole, aim))
            + ("  above the aim" if aim and reached > aim else ""),
            flush=True,
        )
    return ratios


def main():
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("micropython", type=Path)
    parser.add_argument("names", nargs="*", help="only operations with one of these in their names")
    options = parser.parse_args()
    operations = [o for o in OPERATIONS if not options.names or any(part in o.name for part in options.names)]
    workers = [Worker(options.micropython.resolve(), "-X", "heapsize=16M"), Worker(sys.executable), Worker(sys.executable)]
    ratios = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frame.jpg"
        for name, (width, height) in SIZES.items():
            for quality in QUALITIES:
                path.write_bytes(camera_file(width, height, quality))
                print(f"\n{name}, 4:2:0, quality {quality}, {path.stat().st_size:,} bytes")
                print(f"{'':22}{'ujpeg':>10}{'Pillow':>10}{'turbojpeg':>10}{'/Pillow':>10}{'/turbo':>10}{'of whole':>10}{'aim':>10}")
                values = {"width": width, "height": height, "quality": quality, **regions(width, height)}
                for operation, ratio in compare(operations, workers, path, values).items():
                    ratios.setdefault(operation, []).append(ratio)
    print("\ngeometric mean of our time over Pillow's")
    for operation, values in ratios.items():
        print(f"  {operation:22}{geometric_mean(values):8.2f}")
    for worker in workers:
        worker.close()


if __name__ == "__main__":
    main()
