"""How well a .unn file does on labelled pictures, in the camera's own runtime."""

import numpy as np

from mpycam import runtime
from mpycam.errors import MpycamError
from mpycam.training import calibrate
from mpycam.training.nets import pictures, view
from mpycam.training.scores import balanced_accuracy, confusion, confusion_lines
from mpycam.unn_file import read

AT_ONCE = 64  # pictures are in memory at the size of the network's input


def evaluate(model, samples, interpreter, split=None, say=print):
    """Return and say balanced accuracy, confusion matrix and calibration error of a network on samples.

    split: only the samples that bring this split along. Raises MpycamError where the network's labels are not
    those of the samples.
    """
    labels = tuple(read(model.read_bytes()).labels)
    if set(labels) != set(samples.classes):
        raise MpycamError(f"{model} knows {', '.join(labels)}; the pictures are of {', '.join(samples.classes)}")
    if split is not None:
        samples = samples.select(samples.splits == split)
        if not len(samples):
            raise MpycamError(f"no picture is of the split {split}")
    answers = answers_of(model, samples, interpreter)
    truth = np.array([labels.index(name) for name in samples.classes])[samples.labels]
    result = figures(truth, answers)
    say(f"{model}: {len(samples)} pictures, balanced accuracy {result['balanced accuracy']:.4f}, "
        f"calibration error {result['calibration error']:.4f}")  # fmt: skip
    for line in confusion_lines(labels, result["confusion"]):
        say(line)
    return result


def answers_of(model, samples, interpreter):
    """What a .unn file answers to samples, (n, classes): to whole pictures, read at the size of its input."""
    height, width, *colour = read(model.read_bytes()).inputs[0].shape
    answers, waiting = {}, {}

    def ask():
        images = pictures(view(np.stack(list(waiting.values())), height, width, bool(colour)))
        answers.update(zip(waiting, runtime.answers(interpreter, model, images), strict=True))
        waiting.clear()

    for index, (image,) in samples.pictures.each(samples.rows, ((width, height), None)):
        waiting[index] = image
        if len(waiting) == AT_ONCE:
            ask()
    if waiting:
        ask()
    return np.stack([answers[index] for index in range(len(samples))])


def figures(labels, probability):
    """Balanced accuracy, confusion matrix and calibration error of answers (n, classes)."""
    classes = probability.shape[1]
    answers = probability.argmax(1)
    return {
        "balanced accuracy": round(balanced_accuracy(labels, answers, classes), 4),
        "confusion": confusion(labels, answers, classes),
        "calibration error": round(calibrate.expected_calibration_error(labels, probability), 4),
    }
