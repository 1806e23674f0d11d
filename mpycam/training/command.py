"""`mpycam train` and `mpycam evaluate`."""

import os
import subprocess
import sys
from pathlib import Path

from mpycam import runtime
from mpycam.training.scores import confusion_lines

# Multiply-adds a millisecond: 667 MHz, 0.9 instructions a multiply-add of a small int8 network, a cycle each;
# docs/unn-speed.md tells how that is counted and estimated.
DEVICES = {"cortex-a9": 740_000}
GOOD = 0.95  # balanced accuracy in the test
INTERPRETER = Path("dist/host/micropython")


def add_command(subcommands):
    """Add `train` and `evaluate` to the command line."""
    train = subcommands.add_parser("train", help="train a network on labelled pictures of one scene")
    _add_data(train)
    train.add_argument("--output", type=Path, default=Path("model.unn"), help="the network; its card goes beside it")
    budget = train.add_mutually_exclusive_group()
    budget.add_argument("--budget-macs", type=int, help="at most so many multiply-adds (default: 1 million, more where it helps)")
    budget.add_argument("--budget-ms", type=float, help="at most so long on --device")
    train.add_argument("--device", choices=DEVICES, default="cortex-a9")
    train.add_argument("--positive", default="", metavar="CLASS", help="whose false alarms are limited (default: the last)")
    train.add_argument("--false-alarms", type=float, default=0.01, help="rate of them, for the threshold (default 0.01)")
    train.add_argument("--random-split", action="store_true", help="split at random: neighbours in time leak into the test")
    train.add_argument("--occlude", action="store_true", help="something in front of the scene tells nothing about the class")
    train.add_argument("--whole", action="store_true", help="look at the whole picture, do not choose a part that tells")
    train.add_argument("--effort", type=float, default=1.0, help="of the usual number of training steps")
    train.add_argument("--minutes", type=float, default=14.0, help="train less where it would take longer (default 14)")
    train.add_argument("--workers", type=int, default=1, help="processes that train together")
    train.add_argument("--seed", type=int, default=1)
    train.set_defaults(run=run_train)
    evaluate = subcommands.add_parser("evaluate", help="measure a network on labelled pictures, in the camera's runtime")
    evaluate.add_argument("model", type=Path)
    _add_data(evaluate)
    evaluate.add_argument("--split", choices=("train", "validation", "test"), help="only those of this split")
    evaluate.set_defaults(run=run_evaluate)


def _add_data(parser):
    parser.add_argument("data", type=Path, help="a folder with one folder per class, a .csv index, or a video")
    parser.add_argument("--labels", type=Path, help="a video's labels: a .csv file with frame, label, perhaps session, split")
    parser.add_argument("--crop", type=_crop, metavar="X,Y,W,H", help="the part that counts, in fractions of the picture")
    parser.add_argument("--interpreter", type=Path, default=INTERPRETER, help="the host build that measures")


def _crop(text):
    parts = tuple(float(part) for part in text.split(","))
    if len(parts) != 4 or min(parts) < 0 or min(parts[2:]) <= 0 or parts[0] + parts[2] > 1 or parts[1] + parts[3] > 1:
        raise ValueError(f"crop {text} is no x,y,width,height inside of 0 to 1")
    return parts


def run_train(options):
    """Train; return the exit status."""
    if options.workers > 1 and "RANK" not in os.environ:
        arguments = [argument for argument in sys.argv[1:]]
        torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={options.workers}"]
        return subprocess.run([*torchrun, "-m", "mpycam", *arguments]).returncode
    import torch

    from mpycam.training.pipeline import Run, Settings, check
    from mpycam.training.samples import load

    runtime.need(options.interpreter)
    # Small networks are no faster with more, and sums are in one order: pictures are prepared by a thread besides.
    torch.set_num_threads(1)
    is_first = os.environ.get("RANK", "0") == "0"
    samples = load(options.data, options.labels, options.crop, print if is_first else lambda line: None)
    settings = Settings(
        budget=options.budget_macs or int((options.budget_ms or 0) * DEVICES[options.device]),
        positive=options.positive, false_alarms=options.false_alarms, seed=options.seed,
        random_split=options.random_split, effort=options.effort, occlude=options.occlude,
        whole=options.whole, minutes=options.minutes,
    )  # fmt: skip
    check(settings, samples)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    result = Run(samples, settings, options.output, options.interpreter).train()
    if result is not None:
        report(result, options.output.with_suffix(".png"))
    return 0


def report(card, picture):
    """Print what a card says; `picture` is the path of the card as a picture."""
    test = card["test"]
    print(f"{card['network']}: {card['bytes']:,} bytes, {card['design']}")
    print(f"test: balanced accuracy {test['balanced accuracy']:.4f}, calibration error {test['calibration error']:.4f}")
    for line in confusion_lines(card["labels"], test["confusion"]):
        print(line)
    if "threshold" in card:
        limit = card["threshold"]
        print(f"{limit['of']} above {limit['above']}: {limit['test']['detected']:.2%} detected, "
              f"{limit['test']['false alarms']:.2%} false alarms in the test")  # fmt: skip
    print(f"what it sees and gets wrong: {picture}")
    if test["balanced accuracy"] < GOOD:
        told = [row[index] / max(1, sum(row)) for index, row in enumerate(test["confusion"])]
        worst = card["labels"][told.index(min(told))]
        print(f"that is not reliable yet: correct wrong labels, then add pictures from other times, of {worst!r} first")


def run_evaluate(options):
    """Measure a network; return the exit status."""
    from mpycam.training.evaluate import evaluate
    from mpycam.training.samples import load

    samples = load(options.data, options.labels, options.crop, read=False)
    evaluate(options.model, samples, options.interpreter, options.split)
    return 0
