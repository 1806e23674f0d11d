"""The camera's own runtime, in the host build: what a .unn file answers to pictures."""

import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from mpycam.errors import MpycamError

# Prints the network's outputs to raw pictures as lines of hexadecimal float32.
SCRIPT = """
import sys, binascii, unn
from ulab import numpy as np
net = unn.load(sys.argv[1])
shape = tuple(int(side) for side in sys.argv[3].split("x"))
size = 1
for side in shape:
    size *= side
with open(sys.argv[2], "rb") as images:
    while data := images.read(size):
        answer = net(np.frombuffer(data, dtype=np.uint8).reshape(shape))
        print(str(binascii.hexlify(answer), "ascii"))
"""


def answers(interpreter, model, images):
    """The outputs (n, classes) float32 of a .unn file to images (n, *input shape) uint8.

    interpreter: the path of a MicroPython build for this machine. Raises MpycamError with its words where it fails.
    """
    if not Path(interpreter).is_file():
        raise MpycamError(f"no interpreter at {interpreter}: build it with make firmware-native ARCH=host")
    with tempfile.TemporaryDirectory() as folder:
        script, raw = Path(folder) / "answer.py", Path(folder) / "images"
        script.write_text(SCRIPT)
        raw.write_bytes(np.ascontiguousarray(images).tobytes())
        shape = "x".join(map(str, images.shape[1:]))
        command = [os.fspath(interpreter), os.fspath(script), os.fspath(model), os.fspath(raw), shape]
        result = subprocess.run(command, capture_output=True, text=True)
    lines = result.stdout.split()
    if result.returncode or len(lines) != len(images):
        raise MpycamError(
            f"{interpreter} gave {len(lines)} answers to {len(images)} pictures: {result.stderr.strip()[-500:]}"
        )
    return np.stack([np.frombuffer(bytes.fromhex(line), "<f4") for line in lines])
