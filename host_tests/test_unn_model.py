"""`mpycam convert` and `mpycam model` on the command line, through the host build."""

import json
from pathlib import Path

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from test_deploy import server  # noqa: E402, F401
from test_unn_convert import Graph  # noqa: E402

from mpycam.cli import main  # noqa: E402


@pytest.fixture
def files(tmp_path):
    """An ONNX file and images."""
    graph = Graph(channels=1, height=12, width=10)
    value = graph.add("Relu", graph.conv("x", 1, 8, pads=(1, 1, 1, 1)))
    value = graph.add("Flatten", graph.conv(value, 8, 8, group=8, strides=(2, 2)))
    value = graph.add("Gemm", value, graph.normal(3, 8 * 5 * 4), graph.normal(3), transB=1)
    (tmp_path / "net.onnx").write_bytes(graph.model(value))
    images = np.random.default_rng(2).integers(0, 256, (12, 12, 10)).astype(np.uint8)
    np.save(tmp_path / "images.npy", images)
    return tmp_path


@pytest.mark.parametrize("options", [["--float32"], [], ["--method", "mse"]])
def test_convert_compares_with_onnx_runtime(files, host, capsys, options):
    arguments = [files / "net.onnx", files / "net.unn", "--images", files / "images.npy", "--labels", "a,b,c"]
    arguments += ["--per-layer", "--interpreter", host.command[0], *options]
    assert main(["convert", *map(str, arguments)]) == 0
    printed = capsys.readouterr().out
    assert "labels: a, b, c" in printed and "host build and ONNX Runtime differ by" in printed
    assert "same largest output for" in printed and "layer 2 conv2d" in printed
    assert "float32, " in printed if options == ["--float32"] else "steps" in printed


def test_info_compare_and_profile(files, host, capsys):
    interpreter = ["--interpreter", host.command[0]]
    images = ["--images", str(files / "images.npy")]
    model = str(files / "net.unn")
    assert main(["convert", str(files / "net.onnx"), model, *images, *interpreter]) == 0
    capsys.readouterr()
    assert main(["model", "info", "--json", model]) == 0
    info = json.loads(capsys.readouterr().out)
    assert info["operators"] == ["conv2d", "depthwise_conv2d", "conv2d"]
    assert info["multiply_adds"] == 120 * 72 + 160 * 9 + 160 * 3
    assert main(["model", "compare", "--onnx", str(files / "net.onnx"), *images, *interpreter, model]) == 0
    assert main(["model", "profile", "--runs", "2", *interpreter, model]) == 0
    printed = capsys.readouterr().out
    assert "depthwise_conv2d" in printed and f"{info['multiply_adds']} multiply-adds" in printed


def test_profile_on_a_camera(files, host, server, capsys):  # noqa: F811
    """Through a real OpenSSH server; the camera keeps nothing of it."""
    installed = server.folder / "installed"
    installed.mkdir()
    (installed / "micropython").symlink_to(Path(host.command[0]).resolve())
    model, options = str(files / "net.unn"), [f"--ssh-options={' '.join(server.options)}", "--folder", str(installed)]
    assert main(["convert", str(files / "net.onnx"), model, "--interpreter", host.command[0]]) == 0
    copy = files / "copy.unn"
    mktemp = server.folder / "bin" / "mktemp"
    mktemp.write_text(f"#!/bin/sh\necho made >> {files}/made\necho {copy}\n")
    mktemp.chmod(0o755)
    capsys.readouterr()
    assert main(["model", "profile", "--camera", "camera", "--runs", "2", *options, model]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in printed[:-1]] == [["0", "conv2d"], ["1", "depthwise_conv2d"], ["2", "conv2d"]]
    assert all(float(line.split()[2]) >= 0 for line in printed[:-1])
    (files / "bad.unn").write_bytes(b"nothing")
    assert main(["model", "profile", "--camera", "camera", *options, str(files / "bad.unn")]) == 1
    assert "not a .unn file" in capsys.readouterr().err
    assert main(["model", "profile", "--camera", "camera", options[0], "--folder", "/nowhere", model]) == 1
    assert "/nowhere/micropython" in capsys.readouterr().err
    assert main(["model", "profile", "--camera", "stranger", *options, model]) == 1
    assert "ssh to stranger failed" in capsys.readouterr().err
    assert (files / "made").read_text() == 3 * "made\n" and not copy.exists()


def test_another_model_is_told_from_the_right_one(files, host, capsys):
    main(["convert", str(files / "net.onnx"), str(files / "net.unn"), "--interpreter", host.command[0]])
    graph = Graph(channels=1, height=12, width=10, seed=9)
    value = graph.add("Gemm", graph.add("Flatten", "x"), graph.normal(3, 120), graph.normal(3), transB=1)
    (files / "other.onnx").write_bytes(graph.model(value))
    arguments = ["model", "compare", "--onnx", files / "other.onnx", "--images", files / "images.npy", files / "net.unn"]
    assert main([*map(str, arguments), "--interpreter", host.command[0]]) == 1


BAD_FILES = {
    "empty": (b"", "not an ONNX file"),
    "text": (b"nothing", "not an ONNX file"),
    "zeros": (bytes(1000), "not an ONNX file"),
    "a .unn file": (b"UNN\0" + bytes(100), "not an ONNX file"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_files_are_said_in_a_line(files, capsys, name):
    data, message = BAD_FILES[name]
    (files / "bad.onnx").write_bytes(data)
    assert main(["convert", str(files / "bad.onnx"), str(files / "net.unn")]) == 1
    said = capsys.readouterr().err
    assert message in said and said.count("\n") == 1
    (files / "bad.unn").write_bytes(data)
    for verb in (["info"], ["profile"], ["compare", "--onnx", files / "net.onnx", "--images", files / "images.npy"]):
        assert main(["model", *map(str, verb), str(files / "bad.unn")]) == 1
        said = capsys.readouterr().err
        assert ("malformed" in said or ".unn" in said) and said.count("\n") == 1


def test_truncated_and_missing_files_and_folders(files, capsys):
    data = (files / "net.onnx").read_bytes()
    for size in (10, len(data) // 2, len(data) - 1):
        (files / "cut.onnx").write_bytes(data[:size])
        assert main(["convert", str(files / "cut.onnx"), str(files / "net.unn")]) == 1
        assert "not an ONNX file" in capsys.readouterr().err
    for source, target in ((files, files / "net.unn"), (files / "none.onnx", files / "net.unn"), (files / "net.onnx", files)):
        assert main(["convert", str(source), str(target)]) == 1
        assert str(source if target.suffix else target) in capsys.readouterr().err


def pictures(folder, *sizes, mode="RGB"):
    from PIL import Image

    folder.mkdir()
    for index, size in enumerate(sizes):
        pixels = np.random.default_rng(index).integers(0, 256, (size[1], size[0], 3)).astype(np.uint8)
        Image.fromarray(pixels).convert(mode).save(folder / f"{index}.png")
    return folder


def colour_model(*names, height=12, width=10):
    """A model of one colour input or of two, whose sum it takes."""
    graph = Graph(channels=3, height=height, width=width)
    ends = [graph.conv(name, 3, 4, pads=(1, 1, 1, 1)) for name in names]
    model = onnx.load_from_string(graph.model(ends[0] if len(ends) == 1 else graph.add("Add", *ends)))
    for name in names[1:]:
        model.graph.input.add().CopyFrom(model.graph.input[0])
        model.graph.input[-1].name = name
    return model.SerializeToString()


def test_pictures_of_other_sizes_and_kinds(files, host, capsys):
    """Gray pictures for a colour net, pictures that differ in size, and what is none."""
    (files / "colour.onnx").write_bytes(colour_model("x"))
    arguments = ["convert", str(files / "colour.onnx"), str(files / "net.unn"), "--interpreter", host.command[0]]
    for folder in (
        pictures(files / "sizes", (10, 12), (40, 30), (3, 99)), pictures(files / "gray", (20, 24), (9, 9), mode="L"),
        pictures(files / "palette", (20, 24), mode="P"),
    ):  # fmt: skip
        assert main([*arguments, "--images", str(folder)]) == 0
        assert "int8" in capsys.readouterr().out
    (files / "gray" / "2.png").write_bytes((files / "gray" / "0.png").read_bytes()[:100])
    (files / "no.npy").write_bytes(b"\x93NUMPY nothing")
    (files / "empty").mkdir()
    np.save(files / "small.npy", np.zeros((3, 9, 9, 3), np.uint8))
    np.save(files / "none.npy", np.zeros((0, 12, 10, 3), np.uint8))
    np.save(files / "objects.npy", np.array([{}], object))
    for name, message in (
        ("gray", "not a picture"), ("no.npy", "not an array of images"), ("empty", "no pictures"), ("missing", "missing"),
        ("small.npy", "need uint8 of (n, (12, 10, 3))"), ("none.npy", "need (n,"), ("objects.npy", "not an array of images"),
    ):  # fmt: skip
        assert main([*arguments, "--images", str(files / name)]) == 1
        said = capsys.readouterr().err
        assert message in said and said.count("\n") == 1, said


def test_two_inputs_are_calibrated_and_compared(files, host, capsys):
    (files / "two.onnx").write_bytes(colour_model("x", "y"))
    arguments = ["convert", str(files / "two.onnx"), str(files / "two.unn"), "--interpreter", host.command[0]]
    first, second = pictures(files / "first", (10, 12), (20, 24)), pictures(files / "second", (30, 36), (9, 9), mode="L")
    for places in ([first], [first, second]):
        given = [part for place in places for part in ("--images", str(place))]
        assert main([*arguments, *given]) == 0
        compared = ["model", "compare", "--onnx", str(files / "two.onnx"), *given, "--per-layer", *arguments[-2:]]
        assert main([*compared, str(files / "two.unn")]) == 0
        assert "layer 2 add" in capsys.readouterr().out
    assert main(["model", "info", str(files / "two.unn")]) == 0
    assert capsys.readouterr().out.count("input: 12 x 10 x 3 int8") == 2
    assert main(["model", "profile", "--runs", "2", *arguments[-2:], str(files / "two.unn")]) == 0
    pictures(files / "third", (9, 9), (9, 9), (9, 9))
    for places, message in (([first, files / "third"], "2, 3 images"), ([first, first, first], "3 places of images")):
        assert main([*arguments, *(part for place in places for part in ("--images", str(place)))]) == 1
        assert message in capsys.readouterr().err


def test_open_shapes_are_given(files, host, capsys):
    model = onnx.load_from_string(colour_model("x"))
    for dim, name in zip(model.graph.input[0].type.tensor_type.shape.dim, ("batch", "", "height", "width"), strict=True):
        if name:
            dim.dim_param = name
    del model.graph.value_info[:]
    model.graph.output[0].type.tensor_type.ClearField("shape")
    (files / "open.onnx").write_bytes(model.SerializeToString())
    arguments = ["convert", str(files / "open.onnx"), str(files / "open.unn"), "--interpreter", host.command[0]]
    assert main(arguments) == 1
    assert "input x has the open shape [batch, 3, height, width]; give one with --input-shape x=" in capsys.readouterr().err
    for size in ("1,3,8,9", "1,3,30,1"):
        assert main([*arguments, "--input-shape", f"x={size}"]) == 0
        folder = pictures(files / size, (20, 20))
        given = ["--onnx", str(files / "open.onnx"), "--images", str(folder), "--input-shape", f"x={size}", *arguments[-2:]]
        assert main(["model", "compare", *given, str(files / "open.unn")]) == 0
    assert main([*arguments, "--input-shape", "y=1,3,8,9"]) == 1
    assert "no input is named y" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*arguments, "--input-shape", "x=1,none"])


def test_options_that_cannot_be(files, capsys):
    arguments = ["convert", str(files / "net.onnx"), str(files / "net.unn"), "--images", str(files / "images.npy")]
    for options, message in (
        (["--percentile", "101"], "percentile of 101"), (["--keep-float", "a,b"], "no layer is named a, b"),
        (["--scale", "0"], "a scale of 0"), (["--scale", "nan"], "a scale of nan"), (["--labels", "a,b"], "2 labels"),
        (["--interpreter", "/nowhere"], "no interpreter at /nowhere"),
    ):  # fmt: skip
        assert main([*arguments, *options]) == 1
        assert message in capsys.readouterr().err


def test_a_model_of_another_shape_is_told(files, host, capsys):
    (files / "colour.onnx").write_bytes(colour_model("x"))
    (files / "two.onnx").write_bytes(colour_model("x", "y"))
    interpreter = ["--interpreter", host.command[0]]
    assert main(["convert", str(files / "net.onnx"), str(files / "net.unn"), *interpreter]) == 0
    for name, message in (("colour", "input x of the ONNX model has shape"), ("two", "has 2 inputs and 1 outputs")):
        given = ["--onnx", str(files / f"{name}.onnx"), "--images", str(files / "images.npy"), *interpreter]
        assert main(["model", "compare", *given, str(files / "net.unn")]) == 1
        assert message in capsys.readouterr().err
