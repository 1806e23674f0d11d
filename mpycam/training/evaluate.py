"""How well a .unn file does on labelled pictures, in the camera's own runtime."""

import numpy as np

from mpycam.errors import MpycamError
from mpycam.training import runtime
from mpycam.training.nets import view
from mpycam.training.pipeline import figures
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
    levels = view(samples.images, *shape[:2], len(shape) == 3).byte().permute(0, 2, 3, 1).numpy()
    answers = runtime.answers(interpreter, model, levels.reshape(len(samples), *shape))
    truth = np.array([labels.index(name) for name in samples.classes])[samples.labels]
    result = figures(truth, answers)
    say(f"{model}: {len(samples)} pictures, balanced accuracy {result['balanced accuracy']:.4f}, "
        f"calibration error {result['calibration error']:.4f}")  # fmt: skip
    for name, row in zip(labels, result["confusion"], strict=True):
        say(f"  {name}: " + ", ".join(f"{count} told as {other}" for count, other in zip(row, labels, strict=True)))
    return result
