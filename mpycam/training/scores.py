"""How right answers are, with classes counting equally."""

import numpy as np


def confusion(labels, answers, classes):
    """Counts (classes, classes) as lists: rows are the truth, columns the answers."""
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (labels, answers), 1)
    return counts.tolist()


def balanced_accuracy(labels, answers, classes):
    """Mean over the classes of the part that is told right."""
    return float(np.mean([np.mean(answers[labels == index] == index) for index in range(classes) if np.any(labels == index)]))


def balanced_loss(labels, probability, classes):
    """Mean over the classes of the mean cross entropy."""
    right = -np.log(np.clip(probability[np.arange(len(labels)), labels], 1e-7, 1))
    return float(np.mean([right[labels == index].mean() for index in range(classes) if np.any(labels == index)]))


def confusion_lines(labels, counts):
    """A line for each class: how often it was told as which."""
    for label, row in zip(labels, counts, strict=True):
        yield f"  {label}: " + ", ".join(f"{count} told as {name}" for count, name in zip(row, labels, strict=True))
