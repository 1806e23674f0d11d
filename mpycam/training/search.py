"""Which design of the family suits a scene: successive halving over width, depth, resolution, gray or colour.

Many designs are trained a little, the better third a little longer, and so on (K. Jamieson and A. Talwalkar,
Non-stochastic Best Arm Identification and Hyperparameter Optimization, 2016).
"""

import torch

from mpycam.training.fit import Plan, epochs_of, fit
from mpycam.training.nets import build, designs_below, multiply_adds

CANDIDATES = 12
RUNGS = ((2_500, 12), (6_000, 4), (12_000, 2))  # (visits of pictures, designs that are trained so long)


def search(views, size, classes, budget, seed, effort, occlude, ranks, say, on_figures):
    """Return the design of at most `budget` multiply-adds that is best in validation.

    views: a function from a design to the (train, validation) Views that it sees. size: (height, width) of the
    pictures. effort: of the usual number of designs and epochs, at most 1. occlude: see Plan. say takes lines of
    progress; on_figures takes (name, figures) of each trained design.
    """
    designs = designs_below(budget, size, classes)
    effort = min(1.0, effort)
    count = min(max(3, round(CANDIDATES * effort)), len(designs))
    drawn = torch.randperm(len(designs), generator=torch.Generator().manual_seed(seed))[:count]
    candidates = [designs[i] for i in drawn.tolist()]
    for visits, count in RUNGS:
        candidates = candidates[:count]
        scored = []
        for number, design in enumerate(candidates):
            torch.manual_seed(seed)
            network, (train, validation) = build(design), views(design)
            epochs = epochs_of(visits * effort, len(train.labels))
            accuracy, loss = fit(network, train, validation, Plan(epochs, occlude=occlude), seed, ranks)
            scored.append((loss, number))
            on_figures(describe(design), {"epochs": epochs, "accuracy": accuracy, "loss": loss})
            say(f"  search, {epochs} epochs, {describe(design)}: accuracy {accuracy:.4f}, loss {loss:.4f}")
        candidates = [candidates[number] for _, number in sorted(scored)]
    return candidates[0]


def describe(design):
    """One line about a design."""
    colour = "colour" if design.colour else "gray"
    channels = "-".join(map(str, design.channels))
    return f"{design.width}x{design.height} {colour}, {channels}, {multiply_adds(build(design), design.input_shape):,} multiply-adds"
