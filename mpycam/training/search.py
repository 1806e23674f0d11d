"""Which design of the family suits a scene: successive halving over what of the picture it sees, resolution, gray or
colour, width and depth.

Many designs are trained a little, the better third a little longer, and so on (K. Jamieson and A. Talwalkar,
Non-stochastic Best Arm Identification and Hyperparameter Optimization, 2016).
"""

from dataclasses import dataclass

import torch

from mpycam.training.fit import Plan, epochs_of, fit, per_epoch
from mpycam.training.nets import build, designs_below
from mpycam.training.pace import work_of

CANDIDATES, OF_A_PLACE = 12, 6  # designs at first: in all, and at least of each place
RUNGS = ((2_500, None), (6_000, 4), (12_000, 2))  # (visits of pictures, designs that are trained so long)
SOLVED = 0.98  # validation accuracy that no larger network is tried for
LARGER = (3_000_000, 10_000_000)  # multiply-adds that are tried in turn
HELPS = 0.8  # of the loss is left where a larger network is worth its time


@dataclass
class Search:
    """What designs are measured with.

    views: a function from a design to the (train, validation) Views that it sees. effort: of the usual number of
    designs and epochs, at most 1. occlude: see Plan. pace: a Pace, which learns how long designs take. say takes lines of progress;
    on_figures takes (name, figures) of each trained design.
    """

    views: object
    classes: int
    seed: int
    effort: float
    occlude: bool
    ranks: object
    pace: object
    say: object
    on_figures: object

    def halve(self, places, budget):
        """(design, accuracy, loss) of the best design of at most `budget` multiply-adds that sees one of the Places."""
        generator = torch.Generator().manual_seed(self.seed)
        candidates = []
        for place in places:
            designs = designs_below(budget, place.size, self.classes, place.region)
            count = max(2, round(max(OF_A_PLACE, CANDIDATES // len(places)) * min(1.0, self.effort)))
            drawn = torch.randperm(len(designs), generator=generator)[:count]
            candidates += [designs[i] for i in drawn.tolist()]
        for visits, count in RUNGS:
            scored = self._rung(visits, candidates[:count])
            candidates = _first_of_each_place([design for design, _, _ in scored])
        return scored[0]

    def enlarge(self, places, best):
        """(design, accuracy, loss) of a larger network, as long as that helps measurably, or `best`.

        best: (design, accuracy, loss) as `halve` returned it for the places.
        """
        place = next(place for place in places if place.box == best[0].box)
        for budget in LARGER:
            design, accuracy, loss = best
            if accuracy >= SOLVED:
                break
            self.say(f"not solved yet: trying up to {budget:,} multiply-adds")
            designs = [other for other in designs_below(budget, place.size, self.classes, place.region)
                       if (other.colour, other.depth) == (design.colour, design.depth)]  # fmt: skip
            wider = [other for other in designs if other.height == design.height]
            larger = self._rung(RUNGS[-1][0], list(dict.fromkeys([*wider, designs[-1]])))[0]
            if larger[2] > HELPS * loss:
                self.say(f"  that does not help: {describe(design)}")
                break
            best = larger
        return best

    def _rung(self, visits, designs):
        """[(design, accuracy, loss)] of designs trained for so many visits, the best first."""
        scored = []
        for design in designs:
            torch.manual_seed(self.seed)
            network, (train, validation) = build(design), self.views(design)
            epochs = epochs_of(visits * min(1.0, self.effort), len(train.labels))
            started = self.pace.clock()
            accuracy, loss = fit(network, train, validation, Plan(epochs, occlude=self.occlude), self.seed, self.ranks)
            work = work_of(epochs * per_epoch(len(train.labels)), train.levels[0].numel(), design.multiply_adds)
            self.pace.measure(self.pace.clock() - started, work)
            scored.append((design, accuracy, loss))
            self.on_figures(describe(design), {"epochs": epochs, "accuracy": accuracy, "loss": loss})
            self.say(f"  search, {epochs} epochs, {describe(design)}: accuracy {accuracy:.4f}, loss {loss:.4f}")
        return sorted(scored, key=lambda entry: entry[2])


def _first_of_each_place(designs):
    """Designs, the best first, with the best of every place before the others: a place is not given up too early."""
    firsts = [next(design for design in designs if design.box == box) for box in dict.fromkeys(d.box for d in designs)]
    return firsts + [design for design in designs if design not in firsts]


def describe(design):
    """One line about a design."""
    colour = "colour" if design.colour else "gray"
    channels = "-".join(map(str, design.channels))
    if design.region:
        top, left, height, width = design.region
        part = f" at {left},{top} of {width}x{height}"
    else:
        part = ""
    return (f"{design.width}x{design.height}{part} {colour}, {channels}, "
            f"{design.multiply_adds:,} multiply-adds")  # fmt: skip
