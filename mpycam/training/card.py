"""The model card: what the network was taught on, how well it does, and what it gets wrong, as JSON and a picture."""

import json

import numpy as np

from mpycam.training.calibrate import reliability
from mpycam.training.regions import look_size

WORST = 24


def write(path, card):
    """Write the card as JSON."""
    path.write_text(json.dumps(card, indent=1) + "\n")


def draw(path, card, samples, probability, place, evidence=None):
    """Draw the test: confusion matrix, reliability, what of the picture the network sees, and what it gets wrong.

    samples: those of the test; probability: (n, classes) of the camera's own runtime; place: the Place that the
    network sees; evidence: where the classes differ, if that was looked for.
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
    _draw_confusion(upper.add_subplot(1, 3, 1), card["test"]["confusion"], classes)
    _draw_reliability(upper.add_subplot(1, 3, 2), samples.labels, probability)
    _draw_place(upper.add_subplot(1, 3, 3), samples, place, evidence)
    accuracy = card["test"]["balanced accuracy"]
    upper.suptitle(
        f"{card['network']}: {accuracy:.2%} balanced accuracy on {len(samples)} test pictures, "
        f"{card['multiply-adds']:,} multiply-adds, {card['bytes']:,} bytes"
    )
    lower.suptitle("what the network sees of the pictures furthest from the truth", fontsize=10)
    (images,) = samples.pictures.read(samples.rows[worst], place.view)
    for position, index in enumerate(worst):
        axes = lower.add_subplot(rows, columns, position + 1)
        axes.imshow(images[position])
        axes.set_axis_off()
        axes.text(0.5, -0.02, samples.names[index][-36:], fontsize=4, ha="center", va="top", transform=axes.transAxes)
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


def _draw_place(axes, samples, place, evidence):
    """A picture, red where the classes differ, with a frame around what the network sees."""
    from matplotlib.patches import Rectangle

    size = look_size(samples.pictures.size)
    (images,) = samples.pictures.read(samples.rows[:1], (size, None))
    axes.imshow(images[0])
    if evidence is not None:
        told = np.clip(evidence.map(size[1], size[0]), 0, 1)
        axes.imshow(np.dstack([np.ones_like(told), *[np.zeros_like(told)] * 2, 0.6 * told]))
    x, y, width, height = (part * side for part, side in zip(place.box, 2 * size, strict=True))
    axes.add_patch(Rectangle((x - 0.5, y - 0.5), width, height, fill=False, edgecolor="yellow", linewidth=2))
    axes.set_axis_off()
    axes.set_title("red: where the classes differ; frame: what the network sees", fontsize=8)
