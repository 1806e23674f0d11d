"""The model card: what the network was taught on, how well it does, and what it gets wrong, as JSON and a picture."""

import json

import numpy as np

from mpycam.training.calibrate import reliability

WORST = 24


def write(path, card):
    """Write the card as JSON."""
    path.write_text(json.dumps(card, indent=1) + "\n")


def draw(path, card, samples, probability):
    """Draw the test: confusion matrix, reliability, and the pictures whose answers are furthest from the truth.

    samples: those of the test; probability: (n, classes) of the camera's own runtime.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    classes = card["labels"]
    right = probability[np.arange(len(samples)), samples.labels]
    worst = np.argsort(right, kind="stable")[:WORST]
    columns = 8
    rows = -(-len(worst) // columns)
    figure = pyplot.figure(figsize=(12, 4.2 + 1.5 * rows), layout="constrained")
    upper, lower = figure.subfigures(2, 1, height_ratios=[4.0, 1.5 * rows])
    _draw_confusion(upper.add_subplot(1, 2, 1), card["test"]["confusion"], classes)
    _draw_reliability(upper.add_subplot(1, 2, 2), samples.labels, probability)
    accuracy = card["test"]["balanced accuracy"]
    upper.suptitle(
        f"{card['network']}: {accuracy:.2%} balanced accuracy on {len(samples)} test pictures, "
        f"{card['multiply-adds']:,} multiply-adds, {card['bytes']:,} bytes"
    )
    lower.suptitle("the pictures furthest from the truth", fontsize=10)
    for place, index in enumerate(worst):
        axes = lower.add_subplot(rows, columns, place + 1)
        axes.imshow(samples.images[index])
        axes.set_axis_off()
        answer = classes[int(probability[index].argmax())]
        is_right = probability[index].argmax() == samples.labels[index]
        axes.set_title(f"{answer} {probability[index].max():.2f}", fontsize=8, color="black" if is_right else "crimson")
    figure.savefig(path, dpi=90)
    pyplot.close(figure)


def _draw_confusion(axes, counts, classes):
    counts = np.array(counts)
    axes.imshow(counts / np.maximum(counts.sum(1, keepdims=True), 1), cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        dark = count > 0.5 * counts[row].sum()
        axes.text(column, row, str(count), ha="center", va="center", color="white" if dark else "black")
    axes.set_xticks(range(len(classes)), classes)
    axes.set_yticks(range(len(classes)), classes)
    axes.set_xlabel("answer")
    axes.set_ylabel("truth")


def _draw_reliability(axes, labels, probability):
    bins = reliability(labels, probability)
    axes.plot([0, 1], [0, 1], color="gray", linewidth=1)
    axes.plot([said for said, _, _ in bins], [right for _, right, _ in bins], "o-")
    for said, right, count in bins:
        axes.annotate(str(count), (said, right), textcoords="offset points", xytext=(4, -10), fontsize=8)
    axes.set_xlim(0, 1.02)
    axes.set_ylim(0, 1.05)
    axes.set_xlabel("probability that the network gives its answer")
    axes.set_ylabel("part that is right")
