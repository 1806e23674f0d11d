"""`mpycam train` from samples to a network: search, teacher, student, pruning, calibration, int8, card."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from mpycam import runtime
from mpycam.convert import from_torch
from mpycam.errors import MpycamError
from mpycam.training import calibrate, card, prune, quantaware, regions
from mpycam.training.evaluate import answers_of, figures
from mpycam.training.fit import Plan, Ranks, View, epochs_of, fit, per_epoch, probabilities
from mpycam.training.nets import OFFSET, SCALE, Design, Place, build, pictures, teacher, view
from mpycam.training.pace import Pace, work_of
from mpycam.training.places import Part, in_frame, place_around
from mpycam.training.scores import balanced_accuracy
from mpycam.training.search import LARGER, Search, describe
from mpycam.training.splits import split
from mpycam.training.stages import Stages

USUAL_BUDGET = 1_000_000
VISITS = 60_000  # of pictures, in the student's training: about a minute for a million multiply-adds
TEACHER_VISITS = 12_000
ALLOWED_LOSS = 0.005  # of balanced accuracy through int8
FEWEST = 10  # pictures of a class
FEW = 40
WIDER = 1.4  # than the budget is the network that is pruned
TEACHING = 6_000_000  # multiply-adds of a small network that take as long as the teacher's, which are of few layers
TUNING = 0.3  # of the student's visits, after pruning


@dataclass(frozen=True)
class Settings:
    """What decides the result, besides the data."""

    budget: int = 0  # multiply-adds; 0 for USUAL_BUDGET, or more where that helps
    positive: str = ""  # the class whose false alarms are limited; "" for the last
    false_alarms: float = 0.01
    seed: int = 1
    random_split: bool = False
    effort: float = 1.0  # of the usual number of designs and steps
    occlude: bool = False  # something may stand in front of the scene that tells nothing about the class
    minutes: float = 14.0  # after which a run shall have ended: fewer steps where that would be later
    whole: bool = False  # the network sees the whole picture, whatever part of it tells


class Run:
    """One training run; `samples` are split as it begins."""

    def __init__(self, samples, settings, output, interpreter, say=print):
        self.ranks = Ranks.join()
        self.is_first = self.ranks.rank == 0
        self.say = say if self.is_first else lambda line: None
        self.samples, self.settings = samples, settings
        self.output, self.interpreter = Path(output), interpreter
        splits, self.warnings = split(samples, settings.random_split, settings.seed)
        self.warnings += [
            f"{count} pictures of {name!r} teach little and judge roughly: have at least {FEW}"
            for name, count in zip(samples.classes, np.bincount(samples.labels), strict=True) if count < FEW
        ]  # fmt: skip
        for warning in self.warnings:
            self.say(f"warning: {warning}")
        self.parts = {name: samples.select(splits == name) for name in ("train", "validation", "test")}
        for name, part in self.parts.items():
            counts = np.bincount(part.labels, minlength=len(samples.classes))
            self.say(f"{name}: " + ", ".join(f"{n} {c}" for n, c in zip(counts, samples.classes, strict=True)))
        key = {**settings.__dict__, "classes": samples.classes, "samples": len(samples)}
        self.stages = Stages(self.output.with_suffix(".checkpoint"), key, self.is_first)
        self.log = _log(self.output) if self.is_first else None
        self.whole = Place(samples.images.shape[1:3])
        self.images = {self.whole.box: {name: part.images for name, part in self.parts.items()}}
        self.views = {}
        self.evidence = None
        self.share = 1.0  # of the usual steps

    def train(self):
        """Do every stage that is not done yet; write the network, its ONNX file, card and picture; return the card."""
        self.pace = Pace(60 * self.settings.minutes)
        places = self._places()
        found = self.stages.run("design", lambda *_: self._search(places))
        design, self.share = Design(**found["design"]), found["share"]
        self.say(f"chosen: {describe(design)}, {_percent(design.box)}")
        place = next(place for place in places if place.box == design.box)
        self._forget_other_places(place)
        advice = self._teacher(place)
        chosen, network, design = self._student(design, advice)
        validation = self._view(design, "validation")
        value = calibrate.temperature(validation.labels.numpy(), probabilities(chosen, validation.levels))
        calibrate.apply_temperature(chosen, value)
        calibrate.apply_temperature(network, value)
        if not self.is_first:
            return None
        held_out = self._answers(self._convert(chosen, design), design, "validation")
        data, int8 = self._quantised(network, design)
        if design.region:
            data = in_frame(data, design.region)
        self.output.write_bytes(data)
        self._export(network, design)
        result = self._card(design, data, value, int8, held_out)
        self.stages.remove()
        return result

    def _places(self):
        """The Places that a network may see: the whole picture, and where the classes differ; reads their pictures."""
        if self.settings.whole:
            return [self.whole]
        found = self.stages.run("places", lambda *_: self._look())
        self.evidence = found["evidence"]
        places = [Place(*place) for place in found["places"]]
        views = [place.view for place in places]
        for name in ("train", "validation"):
            arrays = self.samples.pictures.read(self.parts[name].rows, *views) if views else []
            for place, images in zip(places, arrays, strict=True):
                self.images.setdefault(place.box, {})[name] = images
        return [self.whole, *places]

    def _look(self):
        """Where in the picture the classes differ, and the places that are tried besides the whole."""
        self.say("looking for the part of the picture that tells")
        train = self.parts["train"]
        size = regions.look_size(self.samples.pictures.size)
        train = train.select(regions.some(train.labels))
        (images,) = self.samples.pictures.read(train.rows, (size, None))
        found = regions.evidence(images, train.labels, regions.folds(train))
        places = [place_around(box, self.samples.pictures.size) for box in regions.propose(found)]
        for place in places:
            self.say(f"  tried besides the whole: {_percent(place.box)}, seen at {place.size[1]}x{place.size[0]}")
        return {"evidence": found, "places": [(place.size, place.region) for place in places]}

    def _forget_other_places(self, place):
        """Free the memory that their pictures take."""
        self.images = {place.box: self.images[place.box]}
        self.views = {}

    def _view(self, design, part):
        key = (design.box, design.height, design.width, design.colour, part)
        if key not in self.views:
            levels = view(self.images[design.box][part], design.height, design.width, design.colour)
            self.views[key] = View(levels, torch.from_numpy(self.parts[part].labels))
        return self.views[key]

    def _pair(self, design):
        return self._view(design, "train"), self._view(design, "validation")

    def _all(self, design):
        """What teaches the network that is delivered, once nothing is left to choose: all but the test."""
        train, validation = self._pair(design)
        return View(torch.cat([train.levels, validation.levels]), torch.cat([train.labels, validation.labels]))

    def _search(self, places):
        budget = self.settings.budget or USUAL_BUDGET
        self.say(f"searching designs of at most {budget:,} multiply-adds")
        search = Search(self._pair, len(self.samples.classes), self.settings.seed, self.settings.effort,
                        self.settings.occlude, self.ranks, self.pace, self.say,
                        lambda name, figures: self._record(f"search/{name}", figures, figures["epochs"]))  # fmt: skip
        best = search.halve(places, budget)
        if not self.settings.budget:
            best = search.enlarge(places, best)
        design = best[0]
        place = next(place for place in places if place.box == design.box)
        levels, count = np.prod(design.input_shape), self._epochs(VISITS) * per_epoch(len(self.parts["train"]))
        work = work_of(count * (1 + TUNING), levels, WIDER * design.multiply_adds)
        work += work_of(TEACHER_VISITS * self.settings.effort, 3 * np.prod(place.size), TEACHING)
        share = self.pace.share(work)
        self.say(f"{self.pace.elapsed / 60:.1f} minutes so far; about {self.pace.seconds_for(share * work) / 60:.1f} more")
        if share < 1:
            self.say(f"warning: this computer is slow for that: {share:.0%} of the usual steps, to end within "
                     f"{self.settings.minutes:g} minutes (--minutes)")  # fmt: skip
        return {"design": design.as_dict(), "share": share}

    def _epochs(self, visits):
        return max(8, epochs_of(visits * self.settings.effort * self.share, len(self.parts["train"])))

    def _plan(self, epochs, **options):
        return Plan(epochs, occlude=self.settings.occlude, **options)

    def _fit(self, name, network, pair, plan, advice=None):
        """Train in a stage of its own; return the network with the weights kept, and its accuracy."""

        def work(state, save):
            def on_epoch(figures, state):
                self._record(name, figures, figures["epoch"])
                if figures["epoch"] % max(1, plan.epochs // 10) == 0:
                    self.say(f"  {name}, epoch {figures['epoch']} of {plan.epochs}: loss {figures['loss']:.4f}, "
                             f"validation accuracy {figures['accuracy']:.4f}, {self.pace.elapsed / 60:.1f} minutes so far")
                    save(state)

            accuracy, _ = fit(network, *pair, plan, self.settings.seed, self.ranks, teacher=advice, state=state,
                              on_epoch=on_epoch)  # fmt: skip
            return {"network": network.state_dict(), "accuracy": accuracy}

        result = self.stages.run(name, work)
        network.load_state_dict(result["network"])
        network.eval()
        return network, result["accuracy"]

    def _teacher(self, place):
        """A function from (indices into the training samples, levels) to the teacher's probabilities."""
        self.say("training the teacher")
        torch.manual_seed(self.settings.seed)
        size, classes = place.size, len(self.samples.classes)
        pair = tuple(
            View(view(self.images[place.box][name], *size, True), torch.from_numpy(self.parts[name].labels))
            for name in ("train", "validation")
        )
        plan = self._plan(self._epochs(TEACHER_VISITS), rate=2e-3)
        network, accuracy = self._fit("teacher", teacher(size, classes), pair, plan)
        self.say(f"teacher: validation accuracy {accuracy:.4f}")
        known = torch.from_numpy(np.concatenate([probabilities(network, view.levels) for view in pair]))
        return lambda indices, levels: known[indices]

    def _student(self, design, advice):
        """(network, network, design): a wider network, pruned to the budget, and trained on, twice.

        The first has not seen the validation pictures, so they tell what it is worth; the second has learned from
        them too.
        """
        torch.manual_seed(self.settings.seed)
        limit = self.settings.budget or next(most for most in (USUAL_BUDGET, *LARGER) if design.multiply_adds <= most)
        wide = design
        while wide.multiply_adds < WIDER * design.multiply_adds:
            wide = replace(wide, channels=tuple(count + max(1, count // 8) for count in wide.channels))
        self.say(f"training the student, first at {wide.multiply_adds:,} multiply-adds")
        epochs = self._epochs(VISITS)
        pair = self._pair(design)
        student, accuracy = self._fit("student", build(wide), pair, self._plan(round(epochs * (1 - TUNING))), advice)
        chosen, design = prune.prune(student, wide, limit)
        self.say(f"pruned from accuracy {accuracy:.4f}: {describe(design)}")
        plan = self._plan(max(4, round(epochs * TUNING)), rate=2e-3)
        chosen, accuracy = self._fit("pruned", chosen, pair, plan, advice)
        self.say(f"student: validation accuracy {accuracy:.4f}; again, with the validation pictures")
        network, _ = prune.prune(student, wide, limit)
        network, _ = self._fit("final", network, (self._all(design), pair[1]), replace(plan, keep_last=True), advice)
        return chosen, network, design

    def _quantised(self, network, design):
        """(bytes of the int8 network, figures), after training under rounding where int8 costs too much."""
        pair = self._pair(design)
        labels = pair[1].labels.numpy()

        def accuracy(answers):
            return balanced_accuracy(labels, answers.argmax(1), len(self.samples.classes))

        float32 = accuracy(probabilities(network, pair[1].levels))
        data = self._convert(network, design)
        int8 = accuracy(self._answers(data, design, "validation"))
        self.say(f"int8: accuracy {int8:.4f} on the validation pictures, float32 {float32:.4f}")
        figures = {"float32": round(float32, 4), "int8": round(int8, 4), "fine-tuned under rounding": False}
        if float32 - int8 > ALLOWED_LOSS:
            folded = quantaware.rounded(quantaware.fold(network))
            plan = self._plan(max(3, self._epochs(VISITS) // 8), rate=3e-4)
            fit(folded, self._all(design), pair[1], plan, self.settings.seed, Ranks())
            tuned_data = self._convert(quantaware.plain(folded), design)
            tuned_int8 = accuracy(self._answers(tuned_data, design, "validation"))
            self.say(f"fine-tuned under rounding: accuracy {tuned_int8:.4f}")
            if tuned_int8 > int8:
                data = tuned_data
                figures.update({"int8": round(tuned_int8, 4), "fine-tuned under rounding": True})
        return data, figures

    def _convert(self, network, design):
        """The bytes of the int8 network."""
        train, _ = self._pair(design)
        step = max(1, len(train.labels) // 400)
        return from_torch(
            network, input_shape=design.input_shape, calibration=pictures(train.levels[::step]),
            labels=list(self.samples.classes), scale=SCALE, offset=OFFSET,
        )  # fmt: skip

    def _answers(self, data, design, part):
        """What the camera's runtime answers to a part of the samples, (n, classes)."""
        trial = self.output.with_suffix(".trial")
        trial.write_bytes(data)
        try:
            return np.stack(runtime.answers(self.interpreter, trial, pictures(self._view(design, part).levels)))
        finally:
            trial.unlink()

    def _export(self, network, design):
        """The float32 network as ONNX, for other runtimes: (pixel - offset) * scale goes in."""
        height, width, *channels = design.frame_shape
        example = torch.zeros(1, *(channels or [1]), height, width)
        if design.region:
            network = torch.nn.Sequential(Part(*design.region[:2], design.height, design.width), *network)
        torch.onnx.export(network, (example,), str(self.output.with_suffix(".onnx")), input_names=["image"],
                          output_names=["probability"], dynamo=False, opset_version=17)  # fmt: skip

    def _card(self, design, data, value, int8, held_out):
        """Write and return the card. held_out: answers (n, classes) to validation pictures that did not teach."""
        classes = self.samples.classes
        positive = classes.index(self.settings.positive) if self.settings.positive else len(classes) - 1
        answers = answers_of(self.output, self.parts["test"], self.interpreter)
        validation, test = self.parts["validation"], self.parts["test"]
        result = {
            "network": self.output.name,
            "labels": list(classes),
            "input": {"shape": list(design.frame_shape), "dtype": "uint8", "scale": SCALE, "offset": OFFSET},
            "design": describe(design),
            "part of the picture": [round(side, 4) for side in design.box],
            "multiply-adds": design.multiply_adds,
            "bytes": len(data),
            "data": {name: dict(zip(classes, np.bincount(part.labels, minlength=len(classes)).tolist(), strict=True))
                     for name, part in self.parts.items()},
            "warnings": self.warnings,
            "settings": self.settings.__dict__,
            "temperature": round(value, 3),
            "validation": figures(validation.labels, held_out),
            "rounding": int8,
            "test": figures(test.labels, answers),
            "steps": f"{self.share:.0%} of the usual",
            "seconds": round(self.pace.elapsed),
        }  # fmt: skip
        if len(classes) == 2:
            limit, alarms, found = calibrate.threshold(
                validation.labels == positive, held_out[:, positive], self.settings.false_alarms
            )
            is_positive, probability = test.labels == positive, answers[:, positive]
            result["threshold"] = {
                "of": classes[positive], "above": round(limit, 4), "false alarms wanted": self.settings.false_alarms,
                "validation": {"false alarms": round(alarms, 4), "detected": round(found, 4)},
                "test": {"false alarms": round(float(np.mean(probability[~is_positive] > limit)), 4),
                         "detected": round(float(np.mean(probability[is_positive] > limit)), 4)},
            }  # fmt: skip
        card.write(self.output.with_suffix(".json"), result)
        place = Place((design.height, design.width), design.region)
        card.draw(self.output.with_suffix(".png"), result, test, answers, place, self.evidence)
        return result

    def _record(self, name, figures, step):
        if self.log is not None:
            for key, value in figures.items():
                self.log.add_scalar(f"{name}/{key}", value, step)


def _percent(box):
    """A box in words."""
    if box == (0, 0, 1, 1):
        return "the whole picture"
    x, y, width, height = (f"{100 * part:.0f} %" for part in box)
    return f"{width} x {height} of the picture at {x} from the left and {y} from the top"


def _log(output):
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(str(output.with_suffix(".log")))


def check(settings, samples):
    """Raise MpycamError where the settings do not fit the samples."""
    for name, count in zip(samples.classes, np.bincount(samples.labels), strict=True):
        if count < FEWEST:
            raise MpycamError(f"need at least {FEWEST} pictures of each class, found {count} of {name!r}")
    if settings.positive and settings.positive not in samples.classes:
        raise MpycamError(f"--positive {settings.positive!r} is not one of {', '.join(samples.classes)}")
    if 0 < settings.budget < 20_000:
        raise MpycamError(f"a budget of {settings.budget} multiply-adds is too small, need at least 20000")
