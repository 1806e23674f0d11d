"""The camera's own runtime, in the host build: what a .unn file answers to pictures."""

import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from mpycam.errors import MpycamError

# Run in the interpreter: the answers to raw images, as lines of hexadecimal float32.
SCRIPT = """
import sys, binascii, unn
from ulab import numpy as np
net = unn.load(sys.argv[1])
shapes = [tensor.shape for tensor in unn.info(sys.argv[1]).inputs]
files = [open(path, "rb") for path in sys.argv[2:]]
def image(file, shape):
    count = 1
    for size in shape:
        count *= size
    data = file.read(count)
    return np.frombuffer(data, dtype=np.uint8).reshape(shape) if data else None
while True:
    images = [image(file, shape) for file, shape in zip(files, shapes)]
    if images[0] is None:
        break
    answers = net(*images)
    for answer in answers if isinstance(answers, tuple) else (answers,):
        print(str(binascii.hexlify(answer.flatten()), "ascii"))
"""


def need(interpreter):
    """Raise MpycamError where there is no host build at a path."""
    if not Path(interpreter).is_file():
        raise MpycamError(f"no interpreter at {interpreter}: build it with make firmware-native ARCH=host")


def parsed(printed):
    """The answers that SCRIPT printed: an array (items,) float32 for each line."""
    return [np.frombuffer(bytes.fromhex(line), "<f4") for line in printed.split()]


def answers(interpreter, model, *images, outputs=1):
    """What a .unn file answers: for each picture, and of it for each output, an array (items,) float32.

    interpreter: the path of a MicroPython build for this machine. images: for each of the network's inputs an
    array (n, *shape) uint8. Raises MpycamError with the interpreter's words where it fails.
    """
    need(interpreter)
    with tempfile.TemporaryDirectory() as folder:
        script, paths = Path(folder) / "answer.py", []
        script.write_text(SCRIPT)
        for index, part in enumerate(images):
            paths.append(Path(folder) / str(index))
            paths[-1].write_bytes(np.ascontiguousarray(part).tobytes())
        command = map(os.fspath, [interpreter, script, model, *paths])
        result = subprocess.run([*command], capture_output=True, text=True)
    if result.returncode:
        raise MpycamError(f"{interpreter} failed on {model}: {result.stderr.strip()[-500:]}")
    lines = parsed(result.stdout)
    if len(lines) != outputs * len(images[0]):
        raise MpycamError(f"{interpreter} gave {len(lines)} answers to {len(images[0])} pictures")
    return lines
