"""The training loop: balanced batches, a teacher's advice, averaged weights, one machine or several."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
import torch.distributed as distributed
from torch.nn import functional

from mpycam.training.augment import Augmentation, usual_levels
from mpycam.training.nets import normalised
from mpycam.training.scores import balanced_accuracy, balanced_loss

TEMPERATURE = 2.0  # at which a student listens to its teacher
SHORTEST = 512  # visits of an epoch
THUMBNAIL = (10, 16)  # of pictures, to tell which are alike
NOISE = 2.5  # levels that pictures of nothing new differ by
RAREST = 4.0  # times as often as the mean of its class the oddest picture is drawn
AVERAGING = 0.98  # of the weights, a step; less in the first steps, which start from nothing


@dataclass
class Ranks:
    """The processes that train together: torchrun starts them, DistributedDataParallel adds up what they learn."""

    rank: int = 0
    count: int = 1

    @classmethod
    def join(cls):
        """Join the others where torchrun started this process."""
        count = int(os.environ.get("WORLD_SIZE", "1"))
        if count > 1 and not distributed.is_initialized():
            distributed.init_process_group("gloo")
        return cls(int(os.environ.get("RANK", "0")), count)

    def share(self, state):
        """Make the first process's tensors everybody's."""
        if self.count > 1:
            for value in state.values():
                distributed.broadcast(value, 0)


@dataclass
class View:
    """Samples as one network sees them: levels (n, channels, height, width), of any type, and labels (n,)."""

    levels: torch.Tensor
    labels: torch.Tensor


@dataclass
class Plan:
    """How long and how fast to train."""

    epochs: int
    rate: float = 5e-3
    batch: int = 64
    smoothing: float = 0.02
    augment: float = 1.0  # strength
    recolour: bool = True  # what comes and goes in the scene
    occlude: bool = False  # some pictures, by what tells nothing about the class
    mirror: bool = False  # half of the pictures: for what may be at other places than in training
    warp: float = 0.0  # another place of the camera: sides and corners move by so much of half the side
    bfloat16: bool = False  # half the time on CPUs that multiply matrices of it
    keep_last: bool = False  # not the epoch that is best in validation


def probabilities(network, levels, batch=256):
    """The network's answers (n, classes) to levels (n, channels, height, width)."""
    network.eval()
    with torch.no_grad():
        return np.concatenate([network(normalised(part)).numpy() for part in levels.split(batch)])


def epochs_of(visits, count):
    """How many epochs of `count` pictures make about so many visits."""
    return max(1, round(visits / per_epoch(count)))


def per_epoch(count):
    """How many visits of `count` pictures make an epoch."""
    return max(SHORTEST, count)


def draw_weights(view):
    """How often each sample is drawn, (n,): classes equally, and in a class what many others look like less.

    Somebody who waits for ten seconds gives a hundred pictures that are nearly one; coming and going gives ten
    that teach more. Each picture counts as one part in as many as it has neighbours, and none as much more than
    the mean of its class as a wrong label would.
    """
    small = torch.cat([functional.adaptive_avg_pool2d(some.float(), THUMBNAIL) for some in view.levels.split(256)]).flatten(1)
    weights = torch.zeros(len(small))
    for label in view.labels.unique():
        members = torch.nonzero(view.labels == label).flatten()
        ours = small[members]
        steps = (ours[1:] - ours[:-1]).norm(dim=1)
        width = max(2 * steps.median().item(), NOISE * small.shape[1] ** 0.5) if len(steps) else 1.0
        neighbours = torch.cat([torch.exp(-((torch.cdist(part, ours) / width) ** 2)).sum(1) for part in ours.split(1024)])
        rarity = 1 / neighbours
        rarity = (rarity / rarity.mean()).clamp(max=RAREST)
        weights[members] = rarity / rarity.sum()
    return weights


def fit(network, train, validation, plan, seed, ranks, *, teacher=None, state=None, on_epoch=None):
    """Train `network` in place; return the (balanced accuracy, balanced loss) in validation of the weights kept.

    Classes are drawn equally often, rare pictures as often as frequent ones. Validation is done on the pictures and
    on changed copies of them. The weights are averaged over steps, and the epoch kept that is best in validation,
    unless the plan says otherwise. teacher: a function from indices and levels to probabilities, whose advice counts
    half.
    on_epoch: called after each epoch with a dict of figures and the state that `state` goes on from.
    """
    classes = int(train.labels.max()) + 1
    weights = draw_weights(train)
    visits = per_epoch(len(train.labels)) // plan.batch * plan.batch
    optimiser = torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=0.02)
    steps = plan.epochs * (visits // plan.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, plan.rate, total_steps=steps + 1, pct_start=0.2)
    average = {name: value.clone() for name, value in network.state_dict().items()}
    best = (-1.0, -np.inf, None)
    first, step = 0, 0
    if state is not None:
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        schedule.load_state_dict(state["schedule"])
        average, best, first, step = state["average"], state["best"], state["epoch"], state["step"]
    usual = usual_levels(train.levels) if plan.recolour else None
    # An easy validation is soon without mistakes; changed copies of it still tell the better weights.
    changed = Augmentation(seed, plan.augment, usual)(validation.levels.float())
    validation = View(torch.cat([validation.levels.float(), changed]), validation.labels.repeat(2))
    network.to(memory_format=torch.channels_last)  # a third faster
    # Cross entropy takes what Softmax, the last layer, would see.
    trained = network[:-1]
    if ranks.count > 1:
        trained = torch.nn.parallel.DistributedDataParallel(trained)
    for epoch in range(first, plan.epochs):
        # All processes draw the same order and take turns in it; the seeds make a run that goes on the same.
        generator = torch.Generator().manual_seed(seed * 100_003 + epoch)
        torch.manual_seed(seed * 100_003 + epoch)
        change = (seed * 100_003 + epoch) * 1009 + ranks.rank
        augmentation = Augmentation(change, plan.augment, usual, plan.occlude, plan.warp)
        order = torch.multinomial(weights, visits, replacement=True, generator=generator)
        network.train()
        total = 0.0

        def prepared(chosen, augmentation=augmentation):
            levels = train.levels[chosen].float()
            if plan.mirror:
                mirrored = torch.rand(len(levels), 1, 1, 1, generator=augmentation.generator) < 0.5
                levels = torch.where(mirrored, levels.flip(3), levels)
            return augmentation(levels)

        batches = [chosen[ranks.rank :: ranks.count] for chosen in order.split(plan.batch)]
        for chosen, levels in zip(batches, _ahead(prepared, batches), strict=True):
            labels = train.labels[chosen]
            with torch.autocast("cpu", torch.bfloat16, enabled=plan.bfloat16):
                answers = trained(normalised(levels).contiguous(memory_format=torch.channels_last)).float()
            loss = functional.cross_entropy(answers, labels, label_smoothing=plan.smoothing)
            if teacher is not None:
                advice = functional.softmax(torch.log(teacher(chosen, levels).clamp(min=1e-6)) / TEMPERATURE, 1)
                heard = functional.log_softmax(answers / TEMPERATURE, 1)
                loss = 0.5 * loss + 0.5 * TEMPERATURE**2 * functional.kl_div(heard, advice, reduction="batchmean")
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item()
            step += 1
            kept = min(AVERAGING, step / (step + 9))
            with torch.no_grad():
                for name, value in network.state_dict().items():
                    if value.is_floating_point():
                        average[name].lerp_(value, 1 - kept)
                    else:
                        average[name].copy_(value)
        ranks.share(average)
        accuracy, loss = _with_weights(network, average, validation, classes)
        if plan.keep_last or (accuracy, -loss) > best[:2]:
            best = accuracy, -loss, {name: value.clone() for name, value in average.items()}
        if on_epoch is not None:
            figures = {"epoch": epoch + 1, "loss": total * plan.batch / visits, "accuracy": accuracy, "validation loss": loss}
            on_epoch(figures, {"network": network.state_dict(), "optimiser": optimiser.state_dict(),
                               "schedule": schedule.state_dict(), "average": average, "best": best,
                               "epoch": epoch + 1, "step": step})  # fmt: skip
    network.load_state_dict(best[2])
    network.eval()
    return best[0], -best[1]


def _ahead(work, items):
    """Yield work(item) for each item, in order; the next is worked on by another thread meanwhile."""
    with ThreadPoolExecutor(1) as pool:
        coming = None
        for item in items:
            ready, coming = coming, pool.submit(work, item)
            if ready is not None:
                yield ready.result()
        yield coming.result()


def _with_weights(network, weights, validation, classes):
    kept = {name: value.clone() for name, value in network.state_dict().items()}
    network.load_state_dict(weights)
    probability = probabilities(network, validation.levels)
    network.load_state_dict(kept)
    labels = validation.labels.numpy()
    return balanced_accuracy(labels, probability.argmax(1), classes), balanced_loss(labels, probability, classes)
