#!/usr/bin/env python3
"""Count the ARMv7 instructions of networks in unn, beside ONNX Runtime's.

    bench/unn_arm.py dist/armv7hf/micropython ../shared/tools/arm_insns [../shared/tools/nets]

A call from Python is counted, from the uint8 pixels to the answer. Each figure is a
difference of two runs, so that neither the start nor the loading is in it.
"""

from pathlib import Path

from arm_counter import command_line, open_counter, per_run
from unn_nets import images_for, write_networks

from mpycam.onnx_import import import_onnx, load_onnx
from mpycam.quantise import quantise
from mpycam.unn_file import write

# Instructions: what is aimed at in int8 and float32, and what ONNX Runtime 1.21 takes in float32 with NEON.
FIGURES = {
    "door": (150_000, None, 720_925),
    "mobilenet025": (4_000_000, 5_500_000, 14_895_975),
    "plain": (4_500_000, 6_000_000, 10_341_498),
}
RUNS = 2

SCRIPT = """
import sys, unn
from ulab import numpy as np
net = unn.load(sys.argv[1])
with open(sys.argv[2], "rb") as file:
    image = np.frombuffer(file.read(), dtype=np.uint8).reshape(net.input_shape)
out = np.zeros(net.output_shape, dtype=np.float32)
def run(count):
    for _ in range(count):
        net(image, out=out)
run(1)
run({runs})
"""


def measure(plugin, micropython, network, image, folder):
    """Instructions of a call, or the text of an error."""
    (folder / "net.unn").write_bytes(write(network))
    (folder / "image.bin").write_bytes(image.tobytes())
    return per_run(
        plugin, micropython, lambda runs: SCRIPT.format(runs=runs), RUNS, folder, folder / "net.unn", folder / "image.bin"
    )


def main():
    """Run the benchmark."""
    parser = command_line(__doc__, names=False)
    parser.add_argument("nets", type=Path, nargs="?", default=Path("../shared/tools/nets"))
    options = parser.parse_args()
    with open_counter(options.counter) as (plugin, folder):
        print(f"{'network':14}{'':9}{'multiply-adds':>14}{'instructions':>14}{'each':>7}{'aim':>12}{'ONNX Runtime':>14}")
        for path in write_networks(folder, options.nets):
            network = import_onnx(load_onnx(path))
            images = images_for(network)
            *aims, peer = FIGURES[path.stem]
            for kind, ours, aim in zip(("int8", "float32"), (quantise(network, images), network), aims, strict=True):
                figure = measure(plugin, options.micropython, ours, images[0], folder)
                start = f"{path.stem:14}{kind:9}{network.multiply_adds:>14,}"
                if isinstance(figure, str):
                    print(f"{start}  missing: {figure}", flush=True)
                    continue
                note = "" if aim is None or figure <= aim else "  above the aim"
                aimed = "-" if aim is None else f"{aim:,}"
                print(f"{start}{figure:>14,.0f}{figure / network.multiply_adds:>7.2f}{aimed:>12}{peer:>14,}{note}", flush=True)


if __name__ == "__main__":
    main()
