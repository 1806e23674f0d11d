"""mpycam.training: the part of the picture that tells is found, looked at, and taken out inside of the network."""

import json
from dataclasses import replace

import numpy as np
import pytest
from labelled_pictures import save_squares
from PIL import Image

torch = pytest.importorskip("torch")
from mpycam import runtime  # noqa: E402
from mpycam.cli import main  # noqa: E402
from mpycam.convert import from_torch  # noqa: E402
from mpycam.training import regions, search  # noqa: E402
from mpycam.training.nets import OFFSET, SCALE, Design, Place, build, designs_below, normalised  # noqa: E402
from mpycam.training.pace import LEAST, Pace, work_of  # noqa: E402
from mpycam.training.pictures import Files  # noqa: E402
from mpycam.training.pipeline import Run, Settings  # noqa: E402
from mpycam.training.places import FRAME_PIXELS, PIXELS, Part, in_frame, place_around  # noqa: E402
from mpycam.training.samples import Samples, load  # noqa: E402
from mpycam.unn_file import read  # noqa: E402

SQUARE = (0.7, 0.25, 0.05, 0.09)  # x, y, width, height of what tells, in fractions of a picture


def scene(generator, has_square, size=(160, 96)):
    """A textured wall in some light, with somebody anywhere, and perhaps a small square at its place."""
    width, height = size
    wall = np.random.default_rng(5).normal(110, 25, (height // 10, width // 10)).repeat(10, 0).repeat(10, 1)
    if has_square:
        x, y, w, h = (part * side for part, side in zip(SQUARE, 2 * size, strict=True))
        wall[int(y) : int(y + h), int(x) : int(x + w)] = 210
    left = generator.integers(0, width - 30)
    wall[height // 2 :, left : left + 30] = generator.uniform(20, 230)
    wall = wall * generator.uniform(0.5, 1.1) + generator.normal(0, 3, wall.shape)
    return np.clip(wall, 0, 255).astype(np.uint8)[..., None].repeat(3, 2)


def some_samples(labels, times):
    """Samples with these labels and times, without pictures."""
    count = len(labels)
    text = np.full(count, "")
    return Samples(np.zeros((count, 4, 4, 3), np.uint8), np.array(labels), ("a", "b"), np.array(times, float), text, text,
                   text, True)  # fmt: skip


def test_what_differs_is_found():
    generator = np.random.default_rng(1)
    labels = np.arange(120) % 2
    images = np.stack([scene(generator, label == 1) for label in labels])
    found = regions.evidence(images, labels, np.arange(120) // 24)
    x, y, width, height = found.boxes[found.best]
    assert x < SQUARE[0] + SQUARE[2] and x + width > SQUARE[0] and y < SQUARE[1] + SQUARE[3] and y + height > SQUARE[1]
    assert found.scores.max() > 0.9 and np.median(found.scores) < 0.1
    boxes = regions.propose(found)
    assert 1 <= len(boxes) <= 2
    for x, y, width, height in boxes:
        assert x <= SQUARE[0] and x + width >= SQUARE[0] + SQUARE[2]
        assert y <= SQUARE[1] and y + height >= SQUARE[1] + SQUARE[3]
        assert width * height < 0.25 and x + width <= 1 and y + height <= 1
    told = found.map(18, 32)
    assert np.unravel_index(told.argmax(), told.shape)[1] in range(20, 26)


def test_nothing_is_proposed_where_nothing_differs():
    generator = np.random.default_rng(1)
    images = np.stack([scene(generator, True) for _ in range(80)])
    found = regions.evidence(images, np.arange(80) % 2, np.arange(80) // 16)
    assert regions.propose(found) == []


def test_folds_keep_sessions_whole():
    times = np.concatenate([np.arange(20) + 10_000 * session for session in range(8)])
    labels = np.arange(160) % 2
    found = regions.folds(some_samples(labels, times))
    assert len(set(found)) == regions.FOLDS
    assert all(len(set(found[start : start + 20])) == 1 for start in range(0, 160, 20))
    assert np.all(np.diff(found) >= 0)


def test_folds_without_sessions_have_all_classes():
    labels = np.repeat([0, 1], [90, 10])
    found = regions.folds(replace(some_samples(labels, np.arange(100)), one_clock=False))
    for fold in range(regions.FOLDS):
        assert np.bincount(labels[found == fold]).tolist() == [18, 2]


def test_pictures_that_are_looked_at_are_of_all_classes():
    labels = np.repeat([0, 1], [1900, 50])
    chosen = regions.some(labels)
    assert np.bincount(labels[chosen]).tolist() == [300, 50]
    assert chosen[0] == 0 and chosen[-1] == 1949


@pytest.mark.parametrize("size", [(320, 180), (1920, 1080), (3840, 2160), (120, 180), (64, 48)])
@pytest.mark.parametrize("box", [(0.4, 0.1, 0.15, 0.2), (0.0, 0.5, 0.5, 0.5), (0.85, 0.85, 0.15, 0.15)])
def test_a_place_is_around_its_box(size, box):
    place = place_around(box, size)
    height, width = place.size
    top, left, frame_height, frame_width = place.region
    assert all(side % 8 == 0 for side in (*place.size, *place.region))
    assert top + height <= frame_height and left + width <= frame_width
    assert frame_width * frame_height < 1.1 * FRAME_PIXELS and height * width < 1.6 * PIXELS
    x, y, wide, tall = place.box
    slack = 3 / frame_width, 3 / frame_height
    assert x <= box[0] + slack[0] and x + wide >= box[0] + box[2] - slack[0]
    assert y <= box[1] + slack[1] and y + tall >= box[1] + box[3] - slack[1]
    for design in designs_below(1_000_000, place.size, 2, place.region):
        assert design.box == place.box  # at every resolution


def test_a_part_is_read_as_of_the_whole(tmp_path):
    rng = np.random.default_rng(1)
    for index in range(3):
        Image.fromarray(rng.integers(0, 256, (90, 160, 3)).astype(np.uint8)).save(tmp_path / f"{index}.png")
    pictures = Files([tmp_path / f"{index}.png" for index in range(3)])
    assert pictures.size == (160, 90)
    whole, part = pictures.read(np.array([2, 0]), ((80, 48), None), ((80, 48), (24, 8, 32, 16)))
    np.testing.assert_array_equal(part, whole[:, 8:24, 24:56])
    half = Files(pictures.paths, (0.5, 0.0, 0.5, 1.0))
    assert half.size == (80, 90)
    (right,) = half.read(np.array([2, 0]), ((40, 48), None))
    np.testing.assert_array_equal(right, whole[:, :, 40:])


@pytest.mark.parametrize("colour", [False, True])
def test_the_part_is_taken_in_the_network(interpreter, tmp_path, colour):
    design = Design(24, 32, colour, (6, 12, 12), (2, 2, 1), 16, 2, region=(10, 48, 60, 112))
    torch.manual_seed(1)
    network = build(design).eval()
    frames = np.random.default_rng(1).integers(0, 256, (6, *design.frame_shape)).astype(np.uint8)
    parts = frames[:, 10:34, 48:80]
    data = from_torch(network, input_shape=design.input_shape, calibration=parts, labels=["a", "b"], scale=SCALE, offset=OFFSET)
    framed = in_frame(data, design.region)
    assert read(framed).inputs[0].shape == design.frame_shape
    assert read(framed).multiply_adds == read(data).multiply_adds == design.multiply_adds
    assert len(framed) < len(data) + 200
    answers = []
    for name, content, images in (("part", data, parts), ("whole", framed, frames)):
        (tmp_path / f"{name}.unn").write_bytes(content)
        (tmp_path / name).write_bytes(images.tobytes())
        answers.append(np.stack(runtime.parsed(interpreter.run(runtime.SCRIPT, tmp_path / f"{name}.unn", tmp_path / name))))
    np.testing.assert_array_equal(*answers)
    levels = normalised(torch.from_numpy(frames).reshape(6, 60, 112, -1).permute(0, 3, 1, 2))
    with torch.no_grad():
        floats = torch.nn.Sequential(Part(10, 48, 24, 32), *network)(levels).numpy()
    assert np.abs(floats - answers[1]).max() < 0.05


def test_no_place_is_given_up_after_the_first_round():
    """What is right only with more training, here a whole picture, is compared with the best of the parts."""
    whole, part = Place((48, 64)), Place((48, 64), (16, 16, 96, 128))
    rounds = []

    class Told(search.Search):
        def _rung(self, visits, designs):
            rounds.append(designs)
            first = part if visits < search.RUNGS[-1][0] else whole
            return sorted(((design, 0.9, float(design.box != first.box)) for design in designs), key=lambda entry: entry[2])

    finder = Told(None, 2, 1, 1.0, False, None, None, lambda line: None, None)
    design, _, _ = finder.halve([whole, part], 300_000)
    assert [len(designs) for designs in rounds] == [12, 4, 2]
    assert all({design.box for design in designs} == {whole.box, part.box} for designs in rounds)
    assert design.box == whole.box


def larger(losses):
    """What Search.enlarge makes of designs whose losses are given by their budgets."""
    place = Place((48, 64))
    measured = []

    class Told(search.Search):
        def _rung(self, visits, designs):
            budget = search.LARGER[len(measured)]
            measured.append(budget)
            return [(designs[0], *losses[budget])]

    finder = Told(None, 2, 1, 1.0, False, None, None, lambda line: None, None)
    first = designs_below(1_000_000, place.size, 2)[-1]
    design, accuracy, loss = finder.enlarge([place], (first, *losses[1]))
    assert (design.colour, design.depth, design.box) == (first.colour, first.depth, first.box)
    return measured, loss


def test_larger_networks_are_tried_as_long_as_they_help():
    small, medium, large = 1, *search.LARGER
    assert larger({small: (0.99, 0.1)}) == ([], 0.1)
    assert larger({small: (0.9, 0.3), medium: (0.91, 0.29)}) == ([medium], 0.3)
    assert larger({small: (0.9, 0.3), medium: (0.985, 0.1)}) == ([medium], 0.1)
    assert larger({small: (0.9, 0.3), medium: (0.95, 0.2), large: (0.96, 0.1)}) == ([medium, large], 0.1)


def test_a_slow_computer_trains_less():
    now = [0.0]
    pace = Pace(600, lambda: now[0])
    assert pace.share(1000) == 1  # nothing is known yet
    now[0] = 300
    pace.measure(200, 400)
    pace.measure(50, 100)
    assert pace.seconds_for(100) == 50
    assert pace.share(500) == 1 and pace.share(1200) == 0.5
    now[0] = 590
    assert pace.share(1200) == LEAST
    assert work_of(1000, 144 * 80 * 3, 1_000_000) > 1.5 * work_of(1000, 144 * 80, 1_000_000)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """A folder per class: a wall with and without a small square."""

    def name(index, has_square):
        return f"2026-03-{index // 10 + 1:02}_{index % 10 + 8:02}-00-0{has_square:d}.jpg"

    return save_squares(tmp_path_factory.mktemp("pictures"), scene, 50, name)


def test_a_network_for_a_small_part_takes_whole_pictures(pictures, tmp_path, host, capsys, monkeypatch):
    halve = search.Search.halve
    monkeypatch.setattr(search.Search, "halve", lambda self, places, budget: halve(self, places[1:2], budget))
    model = tmp_path / "square.unn"
    arguments = ["--interpreter", host.command[0]]
    command = ["train", str(pictures), "--output", str(model), "--effort", "0.05", "--budget-macs", "60000", *arguments]
    assert main(command) == 0
    card = json.loads(model.with_suffix(".json").read_text())
    x, y, width, height = card["part of the picture"]
    assert x <= SQUARE[0] < x + width and y <= SQUARE[1] < y + height and width * height < 0.25
    assert card["test"]["balanced accuracy"] >= 0.9
    shape = read(model.read_bytes()).inputs[0].shape
    assert list(shape) == card["input"]["shape"] and shape[1] >= 56
    assert main(["evaluate", str(model), str(pictures), *arguments]) == 0
    assert "100 pictures, balanced accuracy" in capsys.readouterr().out
    onnxruntime = pytest.importorskip("onnxruntime")
    samples = load(pictures, say=lambda line: None)
    (images,) = samples.pictures.read(samples.rows[::10], ((shape[1], shape[0]), None))
    levels = normalised(torch.from_numpy(images).permute(0, 3, 1, 2).float())
    if len(shape) == 2:
        levels = levels.mean(1, keepdim=True)
    session = onnxruntime.InferenceSession(str(model.with_suffix(".onnx")))
    floats = np.concatenate([session.run(None, {"image": level[None].numpy()})[0] for level in levels])
    assert np.mean(floats.argmax(1) == samples.labels[::10]) >= 0.9


@pytest.mark.parametrize("whole", [False, True])
def test_the_whole_picture_is_always_tried(pictures, tmp_path, host, whole):
    samples = load(pictures, say=lambda line: None)
    run = Run(samples, Settings(whole=whole), tmp_path / "model.unn", host.command[0], lambda line: None)
    places = run._places()
    assert places[0].box == (0, 0, 1, 1) and (len(places) > 1) != whole
    for place in places:
        design = designs_below(100_000, place.size, 2, place.region)[-1]
        train, validation = run._pair(design)
        assert train.levels.shape[2:] == validation.levels.shape[2:] == (design.height, design.width)
        assert len(train.labels) == len(train.levels)
