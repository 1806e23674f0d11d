"""mpycam.training: each stage by itself, and `mpycam train` from a folder of pictures to a network in the interpreter."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from labelled_pictures import save_squares
from PIL import Image

torch = pytest.importorskip("torch")
from interpreters import ROOT  # noqa: E402

from mpycam import runtime  # noqa: E402
from mpycam.cli import main  # noqa: E402
from mpycam.training import calibrate, quantaware  # noqa: E402
from mpycam.training.augment import Augmentation, usual_levels  # noqa: E402
from mpycam.training.command import report  # noqa: E402
from mpycam.training.fit import RAREST, Plan, Ranks, View, draw_weights, fit  # noqa: E402
from mpycam.training.nets import Design, build, designs_below, normalised  # noqa: E402
from mpycam.training.prune import prune  # noqa: E402
from mpycam.training.stages import Stages  # noqa: E402

DESIGN = Design(24, 32, False, (6, 12, 12), (2, 2, 1), 16, 2)


def scene(generator, has_square):
    """A noisy picture (24, 32) of a wall in some light, with or without a bright square."""
    picture = np.full((24, 32), generator.uniform(60, 120)) + generator.normal(0, 4, (24, 32))
    if has_square:
        top, left = generator.integers(4, 12), generator.integers(4, 20)
        picture[top : top + 8, left : left + 8] += 70
    return np.clip(picture, 0, 255).astype(np.uint8)


def some_view(count, seed):
    generator = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    pictures = np.stack([scene(generator, label == 1) for label in labels])
    return View(torch.from_numpy(pictures).float()[:, None], torch.from_numpy(labels))


def some_network(seed=1):
    """A network with batch norms that have seen something, in eval mode."""
    torch.manual_seed(seed)
    network = build(DESIGN)
    with torch.no_grad():
        for part in network:
            if isinstance(part, torch.nn.BatchNorm2d):
                part.weight.uniform_(0.5, 1.5)
                part.bias.uniform_(-0.2, 0.2)
        network.train()
        network(normalised(some_view(64, 3).levels))
    return network.eval()


def test_designs_keep_the_budget():
    for budget in (100_000, 1_000_000):
        designs = designs_below(budget, (96, 128), 2)
        assert len(designs) >= 6
        assert all(design.multiply_adds <= budget for design in designs)
        assert len({(design.height, design.colour) for design in designs}) >= 3


def test_augmentation_keeps_levels_and_depends_on_its_seed():
    levels = some_view(32, 0).levels
    colour = levels.expand(-1, 3, -1, -1).clone()
    for x in (levels, colour):
        changed = Augmentation(1)(x)
        assert changed.shape == x.shape and changed.min() >= 0 and changed.max() <= 255
        assert torch.equal(changed, Augmentation(1)(x))
        assert not torch.equal(changed, Augmentation(2)(x))
        assert (changed - x).abs().mean() > 2


def test_something_stands_in_front_only_where_asked(monkeypatch):
    counts = []

    def occlude(self, x):
        counts.append(len(x))
        return x

    monkeypatch.setattr(Augmentation, "_occlude", occlude)
    levels = some_view(200, 0).levels
    Augmentation(1)(levels)
    assert not counts
    Augmentation(1, occlude=True)(levels)
    assert len(counts) == 1 and 4 <= counts[0] <= 40


def test_warp_sees_the_scene_from_other_places():
    across, down = torch.meshgrid(torch.linspace(-1, 1, 64), torch.linspace(-1, 1, 48), indexing="xy")
    square = ((across.abs() < 0.5) & (down.abs() < 0.5)).float().expand(200, 1, 48, 64)

    def spreads(warp):
        """Of the squares' width, height and lean, as parts of their sides."""
        seen = Augmentation(1, warp=warp)._shift(square)[:, 0]
        width, height = seen[:, 24].sum(1) / 32, seen[:, :, 32].sum(1) / 24
        lean = (seen[:, 16].sum(1) - seen[:, 32].sum(1)) / 32
        return [float(sizes.std()) for sizes in (width, height, lean)]

    assert max(spreads(0.0)) < 0.02
    assert 0.03 < min(spreads(0.1)) and max(spreads(0.1)) < 0.1


def test_full_convolutions_come_first():
    network = build(Design(24, 32, False, (6, 12, 12), (2, 2, 1), 16, 2, kernel=7, full=2))
    convolutions = [module for module in network if isinstance(module, torch.nn.Conv2d)]
    assert [(module.kernel_size[0], module.groups) for module in convolutions] == [(7, 1), (3, 1), (3, 12), (1, 1)]
    assert network(torch.zeros(1, 1, 24, 32)).shape == (1, 2)


def test_bfloat16_is_for_learning_only():
    view = some_view(64, 1)
    torch.manual_seed(1)
    network = build(DESIGN)
    kinds = set()
    network[0].register_forward_hook(lambda module, levels, answers: kinds.add(answers.dtype))
    fit(network, view, view, Plan(2, bfloat16=True, recolour=False), 1, Ranks())
    assert kinds == {torch.bfloat16, torch.float32}  # learning and validation
    assert all(value.dtype == torch.float32 for value in network.parameters())


def test_only_what_comes_and_goes_is_recoloured():
    levels = torch.full((40, 3, 48, 64), 120.0)
    levels[::4, :, 16:32, 24:40] = 20  # a dark coat, now and then
    usual = usual_levels(levels)
    assert torch.all(usual == 120)
    changed = Augmentation(1, usual=usual)._recolour(levels / 255) * 255
    coats = changed[::4, :, 20:28, 28:36]
    moved = (changed - levels).abs()
    assert moved[1::4].max() < 4  # where there is no coat
    assert moved[::4, :, :8].mean() < 0.1 * (coats - 20).abs().mean()
    assert coats.flatten(1).amax(1).max() > 100  # light coats
    assert coats.flatten(1).mean(1).std() > 10
    colours = coats.mean((2, 3))
    assert (colours.amax(1) - colours.amin(1)).max() > 5


def test_pruning_channels_that_let_nothing_through_changes_nothing():
    network = some_network()
    norms = [part for part in network if isinstance(part, torch.nn.BatchNorm2d)]
    with torch.no_grad():
        for norm in (norms[0], norms[2]):
            norm.weight[1::3] = 0
            norm.bias[1::3] = -1  # nothing after ReLU
        for depthwise in (norms[1], norms[3]):  # which could make something of nothing
            depthwise.bias[1::3] = -1
            depthwise.running_mean[1::3] = 0
    levels = normalised(some_view(8, 1).levels)
    without = replace(DESIGN, channels=(4, 8, 12))
    smaller, design = prune(network, DESIGN, without.multiply_adds)
    assert design == without
    assert torch.allclose(smaller.eval()(levels), network(levels), atol=1e-5)


def test_folding_batch_norm_changes_nothing():
    network = some_network()
    levels = normalised(some_view(8, 1).levels)
    expected = network(levels)
    folded = quantaware.fold(network)
    assert not [part for part in folded if isinstance(part, torch.nn.BatchNorm2d)]
    assert torch.allclose(folded(levels), expected, atol=1e-5)


def test_rounding_costs_little_and_can_be_taken_off():
    folded = quantaware.fold(some_network())
    levels = normalised(some_view(32, 1).levels)
    expected = folded[:-1](levels).detach()
    rounded = quantaware.rounded(folded).train()
    for part in rounded:
        if isinstance(part, torch.nn.Dropout):
            part.eval()
    rounded(levels)
    answers = rounded.eval()[:-1](levels)
    assert 0 < (answers - expected).abs().max() < 0.1 * expected.abs().max()
    answers.sum().backward()
    plain = quantaware.plain(rounded)
    assert [type(part) for part in plain] == [type(part) for part in folded]
    # What it has learned is the rounded weights.
    assert (plain[:-1](levels) - expected).abs().max() < 0.1 * expected.abs().max()


def with_unequal_channels(network):
    """The same function in float32, whose first channels differ so much in size that int8 has no steps for most."""
    parts = list(network)
    with torch.no_grad():
        norm, depthwise = parts[1], parts[3]
        factors = torch.tensor([300.0, *[1.0] * (len(norm.weight) - 1)])
        norm.weight.mul_(factors)
        norm.bias.mul_(factors)
        depthwise.weight.div_(factors.view(-1, 1, 1, 1))
    return network


def test_training_under_rounding_brings_back_what_int8_lost(tmp_path, host):
    from mpycam.training.pipeline import Run, Settings
    from mpycam.training.samples import Samples

    views = some_view(300, 1)
    images = views.levels[:, 0].byte().numpy()[..., None].repeat(3, 3)
    text = np.full(300, "")
    samples = Samples(images, views.labels.numpy(), ("empty", "square"), np.arange(300.0), text, text, text, True)
    said = []
    run = Run(samples, Settings(effort=0.1), tmp_path / "square.unn", host.command[0], said.append)
    torch.manual_seed(1)
    network = build(DESIGN)
    accuracy, _ = fit(network, *run._pair(DESIGN), Plan(epochs=12), 1, Ranks())
    assert accuracy > 0.95
    levels = normalised(some_view(8, 1).levels)
    expected = network(levels)
    assert torch.allclose(with_unequal_channels(network)(levels), expected, atol=1e-3)
    data, figures = run._quantised(network, DESIGN)
    before = float(re.search(r"int8: accuracy (\S+) on", said[-2]).group(1))
    assert before < accuracy - 0.005
    assert figures["fine-tuned under rounding"]
    assert figures["int8"] >= max(0.95, before + 0.01), said[-2:]
    assert data[:4] == (ROOT / "app" / "door.unn").read_bytes()[:4]


def test_temperature_is_found():
    generator = np.random.default_rng(1)
    honest = generator.normal(0, 2, (4000, 2))
    probability = np.exp(honest) / np.exp(honest).sum(1, keepdims=True)
    labels = (generator.random(4000) < probability[:, 1]).astype(int)
    boastful = np.exp(3 * honest) / np.exp(3 * honest).sum(1, keepdims=True)
    assert 2.6 < calibrate.temperature(labels, boastful) < 3.4
    assert calibrate.expected_calibration_error(labels, probability) < 0.03
    assert calibrate.expected_calibration_error(labels, boastful) > 0.08


def test_temperature_goes_into_the_weights():
    network = some_network()
    levels = normalised(some_view(4, 1).levels)
    before = network[:-1](levels)
    calibrate.apply_temperature(network, 2.5)
    assert torch.allclose(network[:-1](levels), before / 2.5, atol=1e-5)


@pytest.mark.parametrize("limit", [0.0, 0.01, 0.1])
def test_threshold_keeps_the_rate_of_false_alarms(limit):
    generator = np.random.default_rng(1)
    is_positive = np.arange(1000) % 4 == 0
    probability = np.clip(generator.normal(0.4, 0.2, 1000) + 0.4 * is_positive, 0, 1)
    value, alarms, found = calibrate.threshold(is_positive, probability, limit)
    assert value >= 0.5
    assert alarms == np.mean(probability[~is_positive] > value) <= limit
    assert found == np.mean(probability[is_positive] > value)


def test_threshold_stays_in_the_middle_where_that_suffices():
    probability = np.array([0.1, 0.2, 0.8, 0.9])
    assert calibrate.threshold(probability > 0.5, probability, 0.0) == (0.5, 0.0, 1.0)


@pytest.mark.parametrize("odd", [1, 10])
def test_rare_pictures_are_drawn_more_often(odd):
    """Pictures that are nearly one, and some of their class that are not; one alone may be a wrong label."""
    generator = np.random.default_rng(1)
    levels = np.repeat(np.full((1, 24, 32), 80.0), 150, 0) + generator.normal(0, 1, (150, 24, 32))
    for index in range(odd):
        levels[99 - index, :, 3 * index :] += 60
    labels = np.repeat([0, 1], [100, 50])
    weights = draw_weights(View(torch.from_numpy(levels).float()[:, None], torch.from_numpy(labels)))
    assert torch.allclose(weights[:100].sum(), weights[100:].sum())
    rare, common = weights[100 - odd : 100], weights[: 100 - odd]
    assert rare.min() > 5 * common.max()
    assert rare.max() <= 2.1 * RAREST / 100


def test_the_last_weights_are_kept_where_nothing_is_chosen():
    train, validation = some_view(64, 1), some_view(32, 2)
    kept = []
    network = build(DESIGN)
    fit(network, train, validation, Plan(epochs=3, batch=32, keep_last=True), 1, Ranks(),
        on_epoch=lambda figures, state: kept.append(as_kept(state)))  # fmt: skip
    for name, value in network.state_dict().items():
        assert torch.equal(value, kept[-1]["average"][name]), name


def test_training_goes_on_where_it_was_stopped():
    train, validation = some_view(64, 1), some_view(32, 2)
    plan = Plan(epochs=4, batch=32)

    def network():
        torch.manual_seed(5)
        return build(DESIGN)

    whole, states = network(), []
    expected = fit(whole, train, validation, plan, 1, Ranks(),
                   on_epoch=lambda figures, state: states.append(as_kept(state)))  # fmt: skip
    again = network()
    assert fit(again, train, validation, plan, 1, Ranks(), state=states[1]) == expected
    for name, value in whole.state_dict().items():
        assert torch.equal(value, again.state_dict()[name]), name


def as_kept(state):
    """A state as a checkpoint would keep it."""
    import io

    file = io.BytesIO()
    torch.save(state, file)
    return torch.load(io.BytesIO(file.getvalue()), weights_only=False)


def test_stages_are_done_once(tmp_path):
    path = tmp_path / "run.checkpoint"

    def stopped(state, save):
        save({"epoch": 3})
        raise KeyboardInterrupt

    stages = Stages(path, {"seed": 1})
    assert stages.run("first", lambda state, save: 7) == 7
    with pytest.raises(KeyboardInterrupt):
        stages.run("second", stopped)
    stages = Stages(path, {"seed": 1})
    assert stages.run("first", None) == 7
    assert stages.run("second", lambda state, save: state) == {"epoch": 3}
    assert Stages(path, {"seed": 2}).run("first", lambda state, save: 8) == 8
    stages.remove()
    assert not path.exists()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """A folder per class: an empty wall, and one with a square."""

    def picture(generator, has_square):
        gray = scene(generator, has_square).repeat(3, 0).repeat(3, 1)
        return np.asarray(Image.fromarray(gray).convert("RGB"))

    return save_squares(tmp_path_factory.mktemp("pictures"), picture, 60, lambda index, _: f"{index:04}.jpg")


@pytest.fixture(scope="module")
def trained(pictures, tmp_path_factory, host):
    """(model, what `mpycam train` printed) with little effort."""
    model = tmp_path_factory.mktemp("model") / "square.unn"
    result = train(pictures, model, host)
    assert result.returncode == 0, result.stdout + result.stderr
    return model, result.stdout


def train(pictures, model, host, *arguments):
    command = [sys.executable, "-m", "mpycam", "train", pictures, "--output", model, "--effort", "0.1",
               "--budget-macs", "60000", "--interpreter", host.command[0], *arguments]  # fmt: skip
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd=ROOT, env=environment)


def test_a_folder_becomes_a_network(trained, pictures, capsys, host):
    model, printed = trained
    card = json.loads(model.with_suffix(".json").read_text())
    assert card["labels"] == ["empty", "square"]
    assert card["multiply-adds"] <= 60_000
    assert card["bytes"] == model.stat().st_size
    assert card["test"]["balanced accuracy"] >= 0.9
    assert card["threshold"]["of"] == "square"
    assert f"balanced accuracy {card['test']['balanced accuracy']:.4f}" in printed
    assert f"what it sees and gets wrong: {model.with_suffix('.png')}" in printed
    with Image.open(model.with_suffix(".png")) as image:
        assert image.width > 800
    assert not model.with_suffix(".checkpoint").exists()
    assert list(model.with_suffix(".log").glob("events*"))
    assert main(["evaluate", str(model), str(pictures), "--interpreter", host.command[0]]) == 0
    measured = re.search(r"120 pictures, balanced accuracy (\S+),", capsys.readouterr().out)
    assert float(measured.group(1)) >= 0.9


def test_what_is_not_reliable_is_said(capsys):
    card = {"network": "x.unn", "bytes": 9, "design": "a design", "labels": ["closed", "open"]}
    for right, is_told in ((10, False), (8, True)):
        figures = {"confusion": [[10, 0], [10 - right, right]], "calibration error": 0.0}
        report({**card, "test": {**figures, "balanced accuracy": 0.5 + right / 20}}, "x.png")
        assert ("not reliable yet" in (printed := capsys.readouterr().out)) == is_told
    assert "of 'open' first" in printed


def test_onnx_file_says_the_same(trained, pictures, host):
    onnxruntime = pytest.importorskip("onnxruntime")
    from mpycam.training.nets import view
    from mpycam.training.samples import load
    from mpycam.unn_file import read

    model, _ = trained
    samples = load(pictures, say=lambda line: None).select(np.arange(0, 120, 10))
    shape = read(model.read_bytes()).tensors[0].shape
    levels = view(samples.images, *shape[:2], len(shape) == 3)
    session = onnxruntime.InferenceSession(str(model.with_suffix(".onnx")))
    floats = np.concatenate([session.run(None, {"image": normalised(level)[None].numpy()})[0] for level in levels])
    pictures = levels.byte().permute(0, 2, 3, 1).numpy().reshape(len(samples), *shape)
    answers = np.stack(runtime.answers(host.command[0], model, pictures))
    assert np.abs(floats - answers).max() < 0.15
    assert np.all(floats.argmax(1) == answers.argmax(1))


def test_two_processes_train_together(pictures, tmp_path, host):
    """DistributedDataParallel over gloo: the run ends, and its network knows the classes."""
    model = tmp_path / "shared.unn"
    result = train(pictures, model, host, "--workers", "2")
    assert result.returncode == 0, result.stdout + result.stderr
    card = json.loads(model.with_suffix(".json").read_text())
    assert card["test"]["balanced accuracy"] >= 0.9
    assert result.stdout.count("chosen: ") == 1  # one of them speaks


def test_what_does_not_fit_is_refused(pictures, tmp_path, host, capsys):
    arguments = ["train", str(pictures), "--output", str(tmp_path / "x.unn"), "--interpreter", host.command[0]]
    assert main([*arguments, "--positive", "door"]) == 1
    assert "'door' is not one of empty, square" in capsys.readouterr().err
    few = tmp_path / "few"
    for name in ("empty", "square"):
        (few / name).mkdir(parents=True)
        for path in sorted((pictures / name).iterdir())[: 20 if name == "empty" else 9]:
            (few / name / path.name).write_bytes(path.read_bytes())
    assert main(["train", str(few), *arguments[2:]]) == 1
    assert "need at least 10 pictures of each class, found 9 of 'square'" in capsys.readouterr().err
    assert main([*arguments, "--budget-macs", "5"]) == 1
    assert "need at least 20000" in capsys.readouterr().err
    assert main([*arguments, "--interpreter", "nowhere"]) == 1
    assert "no interpreter at nowhere" in capsys.readouterr().err
