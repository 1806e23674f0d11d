"""`mpycam train-door`: renders door scenes, trains the door network on them, converts it to int8, measures it."""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from mpycam import runtime
from mpycam.scenes.dataset import INSTALLATIONS
from mpycam.training import scores

LABELS = ["closed", "open"]
SPLITS = ("train", "as used", "validation", "test", "hard test")  # the first two teach
AUGMENT = 0.5  # strength: the scenes have light, noise and JPEG of their own


@dataclass(frozen=True)
class Recipe:
    """What is rendered for each of SPLITS, and how long a network of which size learns from it."""

    installations: tuple  # for each split their seeds
    days: tuple  # of each installation
    crops: tuple  # a day
    channels: tuple  # of the network's convolutions
    strides: tuple
    head: int  # outputs of the first dense layer
    epochs: int
    size: tuple = (64, 48)  # width, height of a crop
    batch: int = 64
    mirror: bool = False
    kernel: int = 3  # side of the first convolution
    full: int = 1  # so many convolutions are full, the others separable
    warp: float = 0.0  # other places of the camera, see Plan
    bfloat16: bool = False
    seed: int = 1
    least: float = 0.0  # balanced accuracy in the test


RECIPES = {
    "known": Recipe(
        (INSTALLATIONS,) * 5, (41, 32, 3, 4, 2), (48,) * 5, (8, 16, 40, 48, 8), (2, 2, 2, 1, 1), 16, 25, seed=2,
        least=0.99,
    ),
    "generic": Recipe(
        (range(10000, 10600), range(11000, 11850), range(5000, 5100), range(6000, 6200), range(6000, 6020)),
        (1,) * 5, (16, 16, 12, 24, 12), (24, 48, 64, 96, 8), (4, 2, 1, 1, 1), 24, 30, size=(128, 96), mirror=True,
        kernel=7, full=3, warp=0.06, bfloat16=True, least=0.95,
    ),
    "quick": Recipe(
        (INSTALLATIONS[:2],) * 5, (4, 1, 1, 1, 1), (36,) * 5, (8, 16, 32, 32, 8), (2, 2, 2, 1, 1), 16, 30, batch=16,
    ),
}  # fmt: skip
OUTPUTS = {
    "known": Path("app/door.unn"),
    "generic": Path("mpycam/models/door-generic.unn"),
    "quick": Path("build/door-quick.unn"),
}


def add_command(subcommands):
    """Add `train-door` to the command line."""
    parser = subcommands.add_parser("train-door", help="train the door network on rendered scenes")
    defaults = ", ".join(f"{name}: {path}" for name, path in OUTPUTS.items())
    parser.add_argument("--output", type=Path, help=f"the network; the card goes beside it (default: {defaults})")
    parser.add_argument("--seed", type=int, help="(default: that of the committed network)")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--generic", action="store_const", dest="recipe", const="generic",
                      help="for doors that it has never seen: many installations, a larger network")  # fmt: skip
    kind.add_argument("--quick", action="store_const", dest="recipe", const="quick",
                      help="two installations, little data: a smoke test")  # fmt: skip
    parser.add_argument("--workers", type=int, help="processes that render (default: one per CPU)")
    parser.add_argument("--cache", type=Path, help="a folder that keeps what was rendered, for the next time")
    parser.add_argument(
        "--interpreter",
        type=Path,
        default=Path("dist/host/micropython"),
        help="the host build that measures the result",
    )
    parser.set_defaults(run=run, recipe="known")


def run(options):
    """Train, convert, measure, write the network and its card; return the exit status."""
    runtime.need(options.interpreter)
    output = options.output or OUTPUTS[options.recipe]
    output.parent.mkdir(parents=True, exist_ok=True)
    card = train(output, options.interpreter, options.seed, options.recipe, options.workers, options.cache)
    return 0 if card["test"]["host build"]["balanced accuracy"] >= RECIPES[options.recipe].least else 1


def train(output, interpreter, seed=None, name="known", workers=None, cache=None, say=print):
    """Train a door network by one of RECIPES, write it to `output` and its card beside it, and return the card.

    `interpreter` is the path of a MicroPython build for this machine, which measures the int8 network. `cache` is
    a folder that keeps what was rendered. `say` takes lines of progress.
    """
    import torch

    from mpycam.convert import from_torch
    from mpycam.scenes import dataset
    from mpycam.training.nets import OFFSET, SCALE, Design, build
    from mpycam.training.stages import Stages
    from mpycam.unn_file import read

    started = time.monotonic()
    recipe = RECIPES[name]
    seed = recipe.seed if seed is None else seed
    crops = {split: rendered(split, recipe, workers, cache, say) for split in SPLITS}
    teaching = dataset.Crops.joined([crops[split] for split in SPLITS if split in dataset.TEACHING])
    torch.manual_seed(seed)
    torch.set_num_threads(1)  # sums in one order: the same network again
    width, height = recipe.size
    network = build(
        Design(
            height, width, False, recipe.channels, recipe.strides, recipe.head, len(LABELS), recipe.kernel, recipe.full
        )
    )
    stages = Stages(output.with_suffix(".checkpoint"), {**asdict(recipe), "seed": seed})
    result = stages.run(
        "network", lambda state, save: fit(network, teaching, crops["validation"], recipe, seed, state, save, say)
    )
    network.load_state_dict(result["network"])
    losses = result["losses"]
    calibration = teaching.images[:: max(1, len(teaching.images) // 400)]
    data = from_torch(
        network, input_shape=(height, width), calibration=calibration, labels=LABELS, scale=SCALE, offset=OFFSET
    )
    output.write_bytes(data)

    test, hard = crops["test"], crops["hard test"]
    answers = {
        "PyTorch float32": float_answers(network, test.images),
        "NumPy int8": reference_answers(data, test.images),
        "host build": np.stack(runtime.answers(interpreter, output, test.images))[:, 1],
    }
    hard_answers = np.stack(runtime.answers(interpreter, output, hard.images))[:, 1]
    are_known = recipe.installations[SPLITS.index("test")] == recipe.installations[0]
    card = {
        "network": output.name,
        "answers": LABELS,
        "input": f"{height} x {width} gray: the door's region of a frame, each pixel the mean of its part",
        "data": {
            "source": "rendered scenes, mpycam.scenes",
            "installations": list(recipe.installations[0]) if are_known else
            {split: f"{seeds[0]} to {seeds[-1]}" for split, seeds in zip(SPLITS, recipe.installations, strict=True)},
            "days of each installation": dict(zip(SPLITS, recipe.days, strict=True)),
            "crops a day": dict(zip(SPLITS, recipe.crops, strict=True)),
            "moments": "as used and test: doors as people use them; the others: more small openings and people",
            "open": f"above {dataset.OPEN_ABOVE:g} degrees",
            "left out": f"above {dataset.CLOSED_BELOW:g} and up to {dataset.OPEN_ABOVE:g} degrees",
        },
        "seed": seed,
        "epochs": recipe.epochs,
        "loss of the first and last epoch": [round(losses[0], 4), round(losses[-1], 4)],
        "validation": figures(crops["validation"].is_open, float_answers(network, crops["validation"].images)),
        "test": {key: figures(test.is_open, answer) for key, answer in answers.items()},
        "test by installation": groups(test, answers["host build"], test.installation) if are_known else
        spread(groups(test, answers["host build"], test.installation)),
        "test by what is seen": groups(test, answers["host build"], kinds(test)),
        "hard test": figures(hard.is_open, hard_answers),
        "hard test by what is seen": groups(hard, hard_answers, kinds(hard)),
        "multiply-adds": read(data).multiply_adds,
        "bytes": len(data),
        "command": f"mpycam train-door --seed {seed}" + ("" if name == "known" else f" --{name}"),
    }  # fmt: skip
    output.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n")
    report(card, say)
    stages.remove()
    say(f"{output}: {len(data)} bytes, {card['multiply-adds']} multiply-adds, {time.monotonic() - started:.0f} s")
    return card


def rendered(split, recipe, workers, cache, say):
    """The Crops of a split of a recipe; days are kept in the folder `cache`, if there is one, for the next time."""
    from mpycam.scenes import dataset

    part = SPLITS.index(split)
    installations, days, count = recipe.installations[part], recipe.days[part], recipe.crops[part]
    say(f"{split}: {len(installations)} installations, days of each: {days}, {count} crops a day")

    def progress(done, total):
        if done % max(8, total // 20) == 0 or done == total:
            say(f"{split}: {done} of {total} days")

    if cache is not None:
        cache.mkdir(parents=True, exist_ok=True)
    return dataset.split_crops(split, installations, days, count, recipe.size, workers, progress, cache)


def seen(images):
    """Crops (n, height, width) uint8 as levels (n, 1, height, width) float32."""
    import torch

    return torch.from_numpy(images).float()[:, None]


def fit(network, train, validation, recipe, seed, state, save, say):
    """Train the network; return a dict of its weights, of the epoch best in validation, and the losses of all epochs.

    `save` is called with a dict after each epoch; given as `state`, training goes on after it.
    """
    import torch

    from mpycam.training.fit import Plan, Ranks, View
    from mpycam.training.fit import fit as fit_views

    views = [View(seen(crops.images), torch.from_numpy(crops.is_open.astype(np.int64))) for crops in (train, validation)]
    plan = Plan(
        recipe.epochs, rate=6e-3, batch=recipe.batch, augment=AUGMENT, recolour=False, occlude=True,
        mirror=recipe.mirror, warp=recipe.warp, bfloat16=recipe.bfloat16,
    )  # fmt: skip
    losses = [] if state is None else state["losses"]

    def on_epoch(figures, state):
        losses.append(figures["loss"])
        say(f"epoch {figures['epoch']:3} of {recipe.epochs}  loss {figures['loss']:.4f}  "
            f"validation {figures['accuracy']:.4f}")  # fmt: skip
        save({**state, "losses": losses})

    fit_views(network, *views, plan, seed, Ranks(), state=state, on_epoch=on_epoch)
    return {"network": network.state_dict(), "losses": losses}


def float_answers(network, images):
    """Probability of "open" (n,) for crops, in PyTorch."""
    import torch

    from mpycam.training.nets import normalised

    network.eval()
    with torch.no_grad():
        return np.concatenate(
            [
                network(normalised(seen(part)))[:, 1].numpy()
                for part in np.array_split(images, len(images) // 256 + 1)
            ]
        )


def confusion(truth, probability):
    """Counts [[closed as closed, closed as open], [open as closed, open as open]]."""
    return scores.confusion(truth.astype(int), (probability > 0.5).astype(int), len(LABELS))


def balanced_accuracy(truth, probability):
    """Mean of the parts of closed and of open doors that are told right; of one part where there is no other."""
    return scores.balanced_accuracy(truth.astype(int), (probability > 0.5).astype(int), len(LABELS))


def figures(truth, probability):
    """Balanced accuracy and confusion matrix, for the card."""
    return {
        "balanced accuracy": round(balanced_accuracy(truth, probability), 4),
        "confusion": confusion(truth, probability),
    }


def groups(crops, probability, names):
    """Balanced accuracy and number of crops for each of the groups that `names` (n,) tells."""
    return {
        str(name): {
            "balanced accuracy": round(balanced_accuracy(crops.is_open[names == name], probability[names == name]), 4),
            "crops": int((names == name).sum()),
        }
        for name in sorted(set(names.tolist()))
    }


def spread(by_installation):
    """Balanced accuracy of the installations in quantiles, for the card: there are too many to name."""
    accuracies = [entry["balanced accuracy"] for entry in by_installation.values()]
    crops = sum(entry["crops"] for entry in by_installation.values())
    return {
        f"{part:.0%} of them are below": {"balanced accuracy": round(float(np.quantile(accuracies, part)), 4), "crops": crops}
        for part in (0.05, 0.1, 0.25, 0.5)
    }


def kinds(crops):
    """What each crop shows, (n,): an opening below 20 degrees, else people or nobody."""
    return np.where(
        crops.is_open & (crops.angle < 20), "open below 20 degrees", np.where(crops.people > 0, "people", "nobody")
    )


def reference_answers(data, images):
    """Probability of "open" (n,) from the bytes of a .unn file, computed in NumPy."""
    from mpycam.unn_file import read
    from mpycam.unn_reference import run_network

    network, parts = read(data), []
    for part in np.array_split(images, len(images) // 64 + 1):
        values = run_network(network, part)[id(network.outputs[0])]
        parts.append(values.reshape(len(part), 2)[:, 1])
    return np.concatenate(parts)


def report(card, say):
    """Say the figures of a card."""
    entries = {f"test, {name}": entry for name, entry in card["test"].items()}
    for name, entry in {**entries, "hard test, host build": card["hard test"]}.items():
        (closed, false_open), (missed, opened) = entry["confusion"]
        say(f"{name}: balanced accuracy {entry['balanced accuracy']:.4f}")
        say(f"  closed: {closed} right, {false_open} wrong; open: {opened} right, {missed} wrong")
    for title in ("test by installation", "test by what is seen", "hard test by what is seen"):
        for name, entry in card[title].items():
            say(f"{title} {name}: {entry['balanced accuracy']:.4f} of {entry['crops']}")
