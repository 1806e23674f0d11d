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


def test_errors_are_said_in_a_line(files, host, capsys):
    (files / "bad.onnx").write_bytes(b"nothing")
    assert main(["convert", str(files / "bad.onnx"), str(files / "net.unn")]) == 1
    assert "not an ONNX file" in capsys.readouterr().err
    (files / "bad.unn").write_bytes(b"nothing")
    assert main(["model", "info", str(files / "bad.unn")]) == 1
    assert "not a .unn file" in capsys.readouterr().err
