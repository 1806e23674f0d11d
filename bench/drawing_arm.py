#!/usr/bin/env python3
"""Count the ARMv7 instructions of drawing annotations and of finding motion.

    bench/drawing_arm.py dist/armv7hf/micropython ../shared/tools/arm_insns [part of an operation's name]...

Each figure is a difference of two runs, so that neither the start nor the preparation is in it.
"""

import os
from pathlib import Path

from arm_counter import command_line, open_counter, per_run, wanted
from ujpeg_frames import camera_file

ROOT = Path(__file__).resolve().parent.parent
RUNS = 2

SCRIPT = """
import sys, ujpeg
from annotation import *
from annotation_image import *
from colors import *
from drawing import Canvas
from geometry import *
from motion import *
from ulab import numpy as np
with open(sys.argv[1], "rb") as file:
    data = file.read()
rgb = np.full((360, 640, 3), 100, dtype=np.uint8)
gray = np.full((360, 640), 100, dtype=np.uint8)
colored, plain = Canvas(rgb), Canvas(gray)
red, veil = HTMLColors.RED, HTMLColors.RED.with_alpha(0.3)
driver = ImageAnnotationDriver(shadow=True)
corners = [Point(0.3, 0.1), Point(0.6, 0.12), Point(0.62, 0.9), Point(0.28, 0.95)]
three = [
    TimestampAnnotation(0),
    BoundingBoxAnnotation(Rectangle(Point(0.1, 0.2), Point(0.5, 0.9)), "door 1: open 97%", None, HTMLColors.LIME),
    PolyLineAnnotation(PolyLine(corners), 2, HTMLColors.YELLOW),
]
jpeg, jpeg_gray = JpegAnnotationDriver(), JpegAnnotationDriver(gray=True)
jpeg_half = JpegAnnotationDriver(size=(320, 180))
small = ujpeg.decode(data, format="gray", size=working_size(640, 360))
changed = small.copy()
changed[20:70, 30:70] = 255 - changed[20:70, 30:70]
detector = MotionDetector()
for _ in range(3):
    detector.detect(small)
def run(count):
    for _ in range(count):
        {statement}
run(1)
run({runs})
"""

OPERATIONS = {
    "box": "colored.box(100, 100, 300, 300, red)",
    "box, gray": "plain.box(100, 100, 300, 300, red)",
    "box, alpha": "colored.box(100, 100, 300, 300, veil)",
    "box, alpha, gray": "plain.box(100, 100, 300, 300, veil)",
    "rectangle": "colored.rectangle(100, 100, 300, 300, red, 2)",
    "line": "colored.line(0, 0, 639, 300, red)",
    "line, gray": "plain.line(0, 0, 639, 300, red)",
    "polygon": "colored.polygon(((100, 100), (300, 110), (310, 300), (90, 320)), red)",
    "text": "colored.text(10, 100, 'door 1: open 97%', red)",
    "text, gray": "plain.text(10, 100, 'door 1: open 97%', red)",
    "text, scale 3": "colored.text(10, 100, 'door 1: open 97%', red, 3)",
    "three annotations": "driver.render(three, rgb)",
    "three annotations, gray": "driver.render(three, gray)",
    "JPEG file": "jpeg.render(three, data)",
    "JPEG file, gray": "jpeg_gray.render(three, data)",
    "JPEG file, half": "jpeg_half.render(three, data)",
    "motion, still": "detector.detect(small)",
    "motion, 40x50 moves": "detector.detect(changed)",
    "motion, decoding": "ujpeg.decode(data, format='gray', size=working_size(640, 360))",
}


def main():
    """Run the benchmark."""
    options = command_line(__doc__).parse_args()
    os.environ["MICROPYPATH"] = f".frozen:{ROOT}/lib"
    with open_counter(options.counter) as (plugin, folder):
        path = folder / "frame.jpg"
        path.write_bytes(camera_file(640, 360, 75))
        print(f"640x360, {path.stat().st_size:,} bytes")
        for name, statement in OPERATIONS.items():
            if not wanted(name, options.names):
                continue
            figure = per_run(
                plugin, options.micropython, lambda runs, statement=statement: SCRIPT.format(statement=statement, runs=runs),
                RUNS, folder, path,
            )  # fmt: skip
            print(f"{name:28}  missing: {figure}" if isinstance(figure, str) else f"{name:28}{figure:>14,.0f}", flush=True)


if __name__ == "__main__":
    main()
