"""`mpycam train-door`: renders door scenes, trains the door network on them, converts it to int8, measures it."""

import json
import time
from pathlib import Path

import numpy as np

from mpycam import runtime
from mpycam.training import scores

LABELS = ["closed", "open"]
# The network sees (pixel - OFFSET) * SCALE.
OFFSET, SCALE = 128.0, 1 / 64


def add_command(subcommands):
    """Add `train-door` to the command line."""
    parser = subcommands.add_parser("train-door", help="train the door network on rendered scenes")
    parser.add_argument(
        "--output", type=Path, default=Path("app/door.unn"), help="the network; the card goes beside it"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="two installations, little data: a smoke test")
    parser.add_argument("--workers", type=int, help="processes that render (default: one per CPU)")
    parser.add_argument(
        "--interpreter",
        type=Path,
        default=Path("dist/host/micropython"),
        help="the host build that measures the result",
    )
    parser.set_defaults(run=run)


def run(options):
    """Train, convert, measure, write the network and its card; return the exit status."""
    runtime.need(options.interpreter)
    card = train(options.output, options.interpreter, options.seed, options.quick, options.workers)
    return 0 if options.quick or card["test"]["host build"]["balanced accuracy"] >= 0.99 else 1


def train(output, interpreter, seed=1, quick=False, workers=None, say=print):
    """Train the door network, write it to `output` and its card beside it, and return the card.

    `interpreter` is the path of a MicroPython build for this machine, which measures the int8 network. `say`
    takes lines of progress.
    """
    import torch

    from mpycam.convert import from_torch
    from mpycam.scenes import dataset
    from mpycam.unn_file import read

    started = time.monotonic()
    installations = dataset.INSTALLATIONS[:2] if quick else dataset.INSTALLATIONS
    days = {"train": 28, "validation": 3, "test": 4, "hard test": 2}
    if quick:
        days = {"train": 4, "validation": 1, "test": 1, "hard test": 1}
    crops_a_day, epochs, batch = (36, 30, 16) if quick else (48, 30, 64)
    say(f"{len(installations)} installations; days: {days}; {crops_a_day} crops a day")
    crops = {}
    for split, count in days.items():

        def progress(done, total, split=split):
            if done % 8 == 0 or done == total:
                say(f"rendered {done} of {total} days for {split}")

        crops[split] = dataset.split_crops(split, installations, count, crops_a_day, workers, progress)

    torch.manual_seed(seed)
    torch.set_num_threads(1)  # sums in one order: the same network again
    network = door_network()
    losses = fit(network, crops["train"], crops["validation"], epochs, batch, seed, say)
    calibration = crops["train"].images[:: max(1, len(crops["train"].images) // 400)]
    network.eval()
    data = from_torch(network, input_shape=(48, 64), calibration=calibration, labels=LABELS, scale=SCALE, offset=OFFSET)
    output.write_bytes(data)

    test, hard = crops["test"], crops["hard test"]
    answers = {
        "PyTorch float32": float_answers(network, test.images),
        "NumPy int8": reference_answers(data, test.images),
        "host build": np.stack(runtime.answers(interpreter, output, test.images))[:, 1],
    }
    hard_answers = np.stack(runtime.answers(interpreter, output, hard.images))[:, 1]
    card = {
        "network": output.name,
        "answers": LABELS,
        "input": "48 x 64 gray: the door's region of a frame, each pixel the mean of its part",
        "data": {
            "source": "rendered scenes, mpycam.scenes",
            "installations": list(installations),
            "days of each installation": days,
            "crops a day": crops_a_day,
            "moments": "test: doors as they are used; the others: more small openings and people",
            "open": f"above {dataset.OPEN_ABOVE:g} degrees",
            "left out": f"above {dataset.CLOSED_BELOW:g} and up to {dataset.OPEN_ABOVE:g} degrees",
        },
        "seed": seed,
        "epochs": epochs,
        "loss of the first and last epoch": [round(losses[0], 4), round(losses[-1], 4)],
        "validation": figures(crops["validation"].is_open, float_answers(network, crops["validation"].images)),
        "test": {name: figures(test.is_open, answer) for name, answer in answers.items()},
        "test by installation": groups(test, answers["host build"], test.installation),
        "hard test": figures(hard.is_open, hard_answers),
        "hard test by what is seen": groups(hard, hard_answers, kinds(hard)),
        "multiply-adds": read(data).multiply_adds,
        "bytes": len(data),
        "command": f"mpycam train-door --seed {seed}" + (" --quick" if quick else ""),
    }
    output.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n")
    report(card, say)
    say(f"{output}: {len(data)} bytes, {card['multiply-adds']} multiply-adds, {time.monotonic() - started:.0f} s")
    return card


def door_network(widths=(8, 16, 24, 32)):
    """The network as an nn.Sequential: gray (n, 1, 48, 64) in, softmax over LABELS out.

    Depthwise separable convolutions after a first full one; the last layer sees where things are, since the
    camera does not move.
    """
    from torch import nn

    def full(inputs, outputs, stride):
        return [nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]

    def separable(inputs, outputs, stride):
        return [
            nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False),
            nn.BatchNorm2d(inputs),
            nn.ReLU(),
            nn.Conv2d(inputs, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
        ]

    a, b, c, d = widths
    return nn.Sequential(
        *full(1, a, 2),  # 24 x 32
        *separable(a, b, 2),  # 12 x 16
        *separable(b, c, 2),  # 6 x 8
        *separable(c, c, 1),
        nn.Flatten(),
        nn.Linear(48 * c, d),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(d, 2),
        nn.Softmax(1),
    )


def augmented(images, generator):
    """Crops (n, 1, 48, 64) as another light and another hand on the camera would have made them."""
    import torch

    def uniform(low, high):
        return torch.rand(len(images), 1, 1, 1, generator=generator) * (high - low) + low

    level = (images / SCALE + OFFSET).clamp(0, 255) / 255
    level = level ** torch.exp(uniform(-0.35, 0.35)) * uniform(0.75, 1.25) + uniform(-0.06, 0.06)
    noise = torch.randn(images.shape, generator=generator) * uniform(0, 0.02)
    shift = torch.randint(-1, 2, (2,), generator=generator).tolist()
    level = torch.nn.functional.pad(level, (1, 1, 1, 1), mode="replicate")
    level = level[:, :, 1 + shift[0] : 49 + shift[0], 1 + shift[1] : 65 + shift[1]]
    return ((level + noise).clamp(0, 1) * 255 - OFFSET) * SCALE


def inputs(images):
    """What the network sees of crops (n, 48, 64) uint8: (n, 1, 48, 64) float32."""
    import torch

    return (torch.from_numpy(images).float()[:, None] - OFFSET) * SCALE


def fit(network, train, validation, epochs, batch, seed, say):
    """Train the network in place; return the mean loss of each epoch. The epoch best in validation is kept."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    x, y = inputs(train.images), torch.from_numpy(train.is_open.astype(np.int64))
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=0.02)
    steps = epochs * (len(x) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=6e-3, total_steps=steps)
    layers, losses, best = network[:-1], [], (-1.0, None)  # cross entropy takes what softmax would see
    for epoch in range(epochs):
        network.train()
        order, total = torch.randperm(len(x), generator=generator), 0.0
        for start in range(0, len(x) - batch + 1, batch):
            chosen = order[start : start + batch]
            loss = torch.nn.functional.cross_entropy(
                layers(augmented(x[chosen], generator)), y[chosen], label_smoothing=0.02
            )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item()
        losses.append(total / (len(x) // batch))
        accuracy = balanced_accuracy(validation.is_open, float_answers(network, validation.images))
        say(f"epoch {epoch + 1:3} of {epochs}  loss {losses[-1]:.4f}  validation {accuracy:.4f}")
        if accuracy >= best[0]:
            best = accuracy, {name: value.clone() for name, value in network.state_dict().items()}
    network.load_state_dict(best[1])
    return losses


def float_answers(network, images):
    """Probability of "open" (n,) for crops, in PyTorch."""
    import torch

    network.eval()
    with torch.no_grad():
        return np.concatenate(
            [network(inputs(part))[:, 1].numpy() for part in np.array_split(images, len(images) // 256 + 1)]
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
    for title in ("test by installation", "hard test by what is seen"):
        for name, entry in card[title].items():
            say(f"{title} {name}: {entry['balanced accuracy']:.4f} of {entry['crops']}")
