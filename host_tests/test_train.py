"""Training of the door network, and the accuracy of the one that is committed."""

import json
from dataclasses import replace

import numpy as np
import pytest
from interpreters import ROOT

from mpycam import runtime, train
from mpycam.cli import main
from mpycam.errors import MpycamError
from mpycam.scenes import CLOSED_BELOW, OPEN_ABOVE, dataset, door_region
from mpycam.scenes.installation import Installation
from mpycam.scenes.light import Day
from mpycam.scenes.scene import render
from mpycam.scenes.sensor import jpeg
from mpycam.unn_file import read

MODEL = ROOT / "app" / "door.unn"
GENERIC = ROOT / "mpycam" / "models" / "door-generic.unn"


@pytest.fixture(scope="module")
def fresh():
    """A day of each installation that no split has."""
    taken = set()
    for first in dataset.FIRST_DAYS.values():
        taken |= {first + 100 * i + day for i in dataset.INSTALLATIONS for day in range(100)}
    parts = []
    for installation in dataset.INSTALLATIONS:
        assert 9000 + installation not in taken
        parts.append(dataset.day_crops(installation, 9000 + installation, 24, 0.01, as_used=True))
    return dataset.Crops.joined(parts)


def test_crops_follow_the_seed_and_leave_the_ambiguous_angles_out(fresh):
    again = dataset.day_crops(0, 9000, 24, 0.01, as_used=True)
    np.testing.assert_array_equal(again.images, fresh.images[fresh.installation == 0])
    assert again.images.shape == (24, 48, 64) and again.images.dtype == np.uint8
    np.testing.assert_array_equal(fresh.is_open, fresh.angle > OPEN_ABOVE)
    assert not ((fresh.angle > CLOSED_BELOW) & (fresh.angle <= OPEN_ABOVE)).any()
    assert 0.2 < fresh.is_open.mean() < 0.65
    assert (fresh.people > 0).any() and (fresh.people == 0).any()
    assert len(set(fresh.hours[fresh.installation == 0])) == dataset.TIMES_A_DAY


def test_crop_is_the_mean_over_the_region():
    picture = render(Installation.random(1), Day.random(1), 13.0, 0)
    got = dataset.crop(jpeg(picture, 95), (200, 100, 96, 72)).astype(float)
    luma = (picture[100:172, 200:296] @ [0.299, 0.587, 0.114]).repeat(2, 0).repeat(2, 1)
    want = luma.reshape(48, 3, 64, 3).mean((1, 3))
    assert np.abs(got - want).mean() < 1.5
    half = dataset.crop(jpeg(picture, 95), (200, 100, 96, 72), (48, 36)).astype(float)
    assert np.abs(half - luma.reshape(36, 4, 48, 4).mean((1, 3))).mean() < 1.5


def test_rendered_days_are_kept(tmp_path):
    days = [dataset.split_crops("train", [2, 7], 1, 6, (32, 24), workers=1, folder=tmp_path) for _ in range(2)]
    assert days[0].images.shape == (12, 24, 32) and set(days[0].installation) == {2, 7}
    kept = tmp_path / "train_7_0_6_32x24.npz"
    assert {path.name for path in tmp_path.iterdir()} == {kept.name, "train_2_0_6_32x24.npz"}
    for name, values in vars(days[0]).items():
        np.testing.assert_array_equal(vars(days[1])[name], values)
    with np.load(kept) as arrays:
        np.savez(kept, **{**arrays, "images": np.full((6, 24, 32), 99, np.uint8)})
    again = dataset.split_crops("train", [2, 7], 1, 6, (32, 24), workers=1, folder=tmp_path)
    assert np.all(again.images[again.installation == 7] == 99)
    np.testing.assert_array_equal(again.images[:6], days[0].images[:6])


def test_stopped_training_goes_on_the_same(tmp_path, fresh):
    import torch

    from mpycam.training.nets import Design, build

    recipe = replace(train.RECIPES["quick"], epochs=2, mirror=True)

    def network():
        torch.manual_seed(3)
        return build(Design(48, 64, False, recipe.channels, recipe.strides, recipe.head, 2))

    def fit(network, state, save):
        return train.fit(network, fresh, fresh, recipe, 3, state, save, lambda line: None)

    class Stopped(Exception):
        pass

    kept = tmp_path / "state"

    def stop(state):
        torch.save(state, kept)
        raise Stopped

    whole = fit(network(), None, lambda state: None)
    with pytest.raises(Stopped):
        fit(network(), None, stop)
    rest = fit(network(), torch.load(kept, weights_only=False), lambda state: None)
    assert len(whole["losses"]) == 2 and rest["losses"] == whole["losses"]
    for name, values in whole["network"].items():
        assert torch.equal(rest["network"][name], values), name


def test_crop_is_what_the_app_decodes(host, tmp_path):
    installation = Installation.random(2)
    frame = tmp_path / "frame.jpg"
    frame.write_bytes(jpeg(render(installation, Day.random(1), 13.0, 40), 70))
    for region in (door_region(installation), (31, 17, 300, 211), (0, 0, 640, 360)):
        printed = host.run(
            "import sys, binascii, ujpeg\n"
            f"p = ujpeg.decode(sys.argv[1], format='gray', roi={region}, size={dataset.INPUT_SIZE})\n"
            "print(str(binascii.hexlify(p), 'ascii'))\n",
            frame,
        )
        decoded = np.frombuffer(bytes.fromhex(printed), np.uint8).reshape(48, 64).astype(int)
        assert np.abs(decoded - dataset.crop(frame.read_bytes(), region)).max() <= 1, region


def test_balanced_accuracy_and_confusion():
    truth = np.array([True, True, False, False, False, False])
    probability = np.array([0.9, 0.2, 0.1, 0.2, 0.3, 0.8])
    assert train.confusion(truth, probability) == [[3, 1], [1, 1]]
    assert train.balanced_accuracy(truth, probability) == (3 / 4 + 1 / 2) / 2


def test_quick_training(tmp_path, host, capsys):
    output = tmp_path / "door.unn"
    status = main(["train-door", "--quick", "--output", str(output), "--interpreter", host.command[0]])
    printed = capsys.readouterr().out
    assert status == 0
    card = json.loads(output.with_suffix(".json").read_text())
    first, last = card["loss of the first and last epoch"]
    assert last < 0.8 * first
    network = read(output.read_bytes())
    assert network.labels == ("closed", "open")
    assert card["multiply-adds"] == network.multiply_adds < 2 * 193_984
    for name, entry in card["test"].items():
        # Chance is 0.5; two installations and three days of each teach little, but this much.
        assert entry["balanced accuracy"] > 0.65, (name, entry)
        assert f"test, {name}: balanced accuracy" in printed
    # Both compute the same integers.
    assert card["test"]["NumPy int8"] == card["test"]["host build"]


def test_missing_interpreter_is_said_before_the_work(tmp_path, capsys):
    assert main(["train-door", "--output", str(tmp_path / "door.unn"), "--interpreter", str(tmp_path / "none")]) == 1
    assert "no interpreter at" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_interpreter_errors_are_said(tmp_path, host):
    broken = tmp_path / "broken.unn"
    broken.write_bytes(MODEL.read_bytes()[:-5])
    with pytest.raises(MpycamError, match="broken.unn"):
        runtime.answers(host.command[0], broken, np.zeros((1, 48, 64), np.uint8))


def test_committed_network_on_a_fresh_day(interpreter, fresh, tmp_path):
    raw = tmp_path / "images"
    raw.write_bytes(fresh.images.tobytes())
    answers = np.stack(runtime.parsed(interpreter.run(runtime.SCRIPT, MODEL, raw)))
    assert answers.shape == (len(fresh.images), 2)
    # Every CPU gives what the integers of the NumPy reference give, bit for bit.
    np.testing.assert_array_equal(answers[:, 1], train.reference_answers(MODEL.read_bytes(), fresh.images))
    assert train.balanced_accuracy(fresh.is_open, answers[:, 1]) >= 0.98
    for installation in dataset.INSTALLATIONS:
        here = fresh.installation == installation
        assert train.balanced_accuracy(fresh.is_open[here], answers[here, 1]) >= 0.9, installation


def test_generic_network_on_doors_that_it_has_not_seen(interpreter, tmp_path):
    recipe = train.RECIPES["generic"]
    unseen = range(7000, 7008)
    assert not any(set(unseen) & set(seeds) for seeds in recipe.installations)
    days = [dataset.day_crops(seed, seed, 12, 0.01, as_used=True, size=recipe.size) for seed in unseen]
    crops = dataset.Crops.joined(days)
    raw = tmp_path / "images"
    raw.write_bytes(crops.images.tobytes())
    answers = np.stack(runtime.parsed(interpreter.run(runtime.SCRIPT, GENERIC, raw)))
    np.testing.assert_array_equal(answers[:, 1], train.reference_answers(GENERIC.read_bytes(), crops.images))
    assert train.balanced_accuracy(crops.is_open, answers[:, 1]) >= 0.9


def test_card_describes_the_generic_network():
    card = json.loads(GENERIC.with_suffix(".json").read_text())
    data = GENERIC.read_bytes()
    assert card["bytes"] == len(data) < 100_000
    assert card["multiply-adds"] == read(data).multiply_adds <= 10_000_000
    assert card["test"]["host build"]["balanced accuracy"] >= train.RECIPES["generic"].least
    assert card["test"]["host build"] == card["test"]["NumPy int8"]
    assert card["data"]["installations"]["test"] == "6000 to 6199"


def test_card_describes_the_committed_network():
    card = json.loads(MODEL.with_suffix(".json").read_text())
    data = MODEL.read_bytes()
    assert card["bytes"] == len(data) < 16_000
    assert card["multiply-adds"] == read(data).multiply_adds < 2 * 193_984
    assert tuple(card["answers"]) == read(data).labels
    assert card["test"]["host build"]["balanced accuracy"] >= 0.995
    assert card["test"]["host build"] == card["test"]["NumPy int8"]
    assert card["data"]["installations"] == list(dataset.INSTALLATIONS)
