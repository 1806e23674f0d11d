"""How well a .unn file does on labelled pictures, in the camera's own runtime."""

import numpy as np

from mpycam import runtime
from mpycam.errors import MpycamError
from mpycam.training.nets import pictures, view
from mpycam.training.pipeline import figures
from mpycam.training.scores import confusion_lines
from mpycam.unn_file import read


def evaluate(model, samples, interpreter, split=None, say=print):
    """Return and say balanced accuracy, confusion matrix and calibration error of a network on samples.

    split: only the samples that bring this split along. Raises MpycamError where the network's labels are not
    those of the samples.
    """
    network = read(model.read_bytes())
    labels = tuple(network.labels)
    if set(labels) != set(samples.classes):
        raise MpycamError(f"{model} knows {', '.join(labels)}; the pictures are of {', '.join(samples.classes)}")
    if split is not None:
        samples = samples.select(samples.splits == split)
        if not len(samples):
            raise MpycamError(f"no picture is of the split {split}")
    shape = network.tensors[0].shape
    seen = pictures(view(samples.images, *shape[:2], len(shape) == 3))
    answers = np.stack(runtime.answers(interpreter, model, seen))
    truth = np.array([labels.index(name) for name in samples.classes])[samples.labels]
    result = figures(truth, answers)
    say(f"{model}: {len(samples)} pictures, balanced accuracy {result['balanced accuracy']:.4f}, "
        f"calibration error {result['calibration error']:.4f}")  # fmt: skip
    for line in confusion_lines(labels, result["confusion"]):
        say(line)
    return result
