"""Runs the door app in any of the builds, with a model whose answer is known: the brightness of the region."""

import io
import json
import math
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
from camera_python import MODULE_PATH
from interpreters import ROOT
from PIL import Image

from mpycam.unn_file import Layer, Network, Tensor, write

GAIN = 6
COMMAND = ["-X", "heapsize=4M", "-m", "door"]


def brightness_model(path, labels=("closed", "open")):
    """Write a network of 12x16 gray pixels: the brighter, the more probable is the second label."""
    image = Tensor((12, 16), pixel_scale=1 / 255)
    weights = np.full((2, 12, 16, 1), GAIN / (12 * 16), np.float32)
    weights[0] *= -1
    bias = np.array([GAIN / 2, -GAIN / 2], np.float32)
    seen = Layer("conv2d", [image], Tensor((2,)), kernel=(12, 16), weights=weights, bias=bias)
    answer = Layer("softmax", [seen.output], Tensor((2,)))
    path.write_bytes(write(Network([image], [answer.output], [seen, answer], labels=labels)))
    return path


def probability(gray):
    """What the network answers to a region of this gray."""
    return 1 / (1 + math.exp(-2 * GAIN * (gray / 255 - 0.5)))


def picture(gray, size=(160, 90), region=None, around=None):
    """A JPEG whose `region` (pixels: x, y, width, height) has one gray, and another around it."""
    image = Image.new("L", size, gray if around is None else around)
    if region:
        x, y, width, height = region
        image.paste(gray, (x, y, x + width, y + height))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=95)
    return file.getvalue()


def environment(**extra):
    """The environment in which the interpreter finds the app on the host."""
    return {"MICROPYPATH": MODULE_PATH, **extra}


def packaged(folder):
    """Make a folder like that of an installed app, with a place to keep things."""
    folder.mkdir()
    for name in ("app/door", "app/door.unn", "app/door_state.json", "lib"):
        (folder / Path(name).name).symlink_to(ROOT / name)
    (folder / "localdata").mkdir()
    return folder


def watch(interpreter, *arguments, **options):
    """Run the app until it ends; return its lines."""
    result = interpreter.start([*COMMAND, *arguments], env=environment(), **options)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return [json.loads(line) for line in result.stdout.splitlines()]


def refused(interpreter, *arguments, **options):
    """Run the app with something wrong; return what it says on stderr."""
    result = interpreter.start([*COMMAND, *arguments], env=environment(), **options)
    assert (result.returncode, result.stdout) == (2, "")
    return result.stderr.strip()


class Running:
    """The app as a process whose lines are read one by one."""

    def __init__(self, interpreter, *arguments, folder=None):
        """`folder` is the one to run it in, see `packaged`."""
        command = [*interpreter.command, *COMMAND, *map(str, arguments)]
        runner = [shutil.which(part) or part for part in interpreter.command[:-1]]
        variables = {"ASAN_OPTIONS": "detect_leaks=0", "INTERPRETER_RUNNER": " ".join(runner)}
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            env={**os.environ, **variables, **environment(**({"MICROPYPATH": ".frozen:lib:."} if folder else {}))},
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def line(self):
        """The next line that the app prints."""
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        return json.loads(line)

    def until(self, event):
        """The next line that tells of this event."""
        while (line := self.line())["event"] != event:
            pass
        return line

    def terminate(self):
        """Stop it as a camera does; return the lines that it still printed."""
        self.process.terminate()
        output, errors = self.process.communicate(timeout=10)
        assert (self.process.returncode, errors) == (0, "")
        return [json.loads(line) for line in output.splitlines()]
