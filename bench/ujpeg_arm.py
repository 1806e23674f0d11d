#!/usr/bin/env python3
"""Count the ARMv7 instructions of ujpeg a source pixel, beside Pillow's armhf build.

    bench/ujpeg_arm.py dist/armv7hf/micropython ../shared/tools/arm_insns [part of an operation's name]...

Each figure is a difference of two runs, so that neither the start nor the reading
of the file is in it.
"""

from arm_counter import command_line, open_counter, per_run, wanted
from ujpeg_frames import OPERATIONS, camera_file, regions

WIDTH, HEIGHT, QUALITY = 1920, 1080, 80
RUNS = 2

# Instructions a pixel of Debian trixie's python3-pil on the same file, which differs from the
# file of the first figures for Pillow (20.8 for rgb, 11.8 for gray, 6.1 for gray at 1/8) a little.
PILLOW = {
    "rgb": 20.7,
    "gray": 11.7,
    "gray at 1/8": 5.95,
    "encode": 33.5,
}

# Of Pillow's figure; of what no figure is at hand, in instructions, or as a part of ours for the whole picture.
AIM_OF_PILLOW = 1.02
AIMS = {"gray, size=(96, 96)": 6.5}
AIM_OF_WHOLE = {"rgb, roi of a tenth": 0.5}

SCRIPT = """
import sys, ujpeg
decode = ujpeg.Decoder().decode
with open(sys.argv[1], "rb") as file:
    data = file.read()
{preparation}
def run(count):
    for _ in range(count):
        {statement}
run(1)
run({runs})
"""


def measure(plugin, micropython, operation, path, folder):
    """Instructions a source pixel, or the text of an error."""
    values = {"width": WIDTH, "height": HEIGHT, "quality": QUALITY, **regions(WIDTH, HEIGHT)}
    statement = operation.ours.format(**values)
    preparation = "image = decode(data, format='rgb')" if operation.encodes else ""

    def script(runs):
        return SCRIPT.format(preparation=preparation, statement=statement, runs=runs)

    figure = per_run(plugin, micropython, script, RUNS, folder, path)
    return figure if isinstance(figure, str) else figure / (WIDTH * HEIGHT)


def main():
    """Run the benchmark."""
    options = command_line(__doc__).parse_args()
    with open_counter(options.counter) as (plugin, folder):
        path = folder / "frame.jpg"
        path.write_bytes(camera_file(WIDTH, HEIGHT, QUALITY))
        print(f"{f'{WIDTH}x{HEIGHT}, {path.stat().st_size:,} bytes':28}{'a pixel':>10}{'aim':>10}{'Pillow':>10}")
        whole = None
        for operation in OPERATIONS:
            name = operation.name
            if not wanted(name, options.names):
                continue
            figure = measure(plugin, options.micropython, operation, path, folder)
            if isinstance(figure, str):
                print(f"{name:28}  missing: {figure}", flush=True)
                continue
            whole = figure if name == "rgb" else whole
            pillow, aim = PILLOW.get(name), AIMS.get(name)
            if pillow is not None:
                aim = AIM_OF_PILLOW * pillow
            elif whole is not None and name in AIM_OF_WHOLE:
                aim = AIM_OF_WHOLE[name] * whole
            columns = "".join(f"{'-' if value is None else format(value, '.2f'):>10}" for value in (figure, aim, pillow))
            print(f"{name:28}{columns}{'' if aim is None or figure <= aim else '  above the aim'}", flush=True)


if __name__ == "__main__":
    main()
