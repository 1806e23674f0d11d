"""`mpycam model`: what a .unn file is, how its answers differ from a model's, where its time goes."""

import json
import os
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mpycam import runtime
from mpycam.convert import add_shape_option, images_for
from mpycam.deploy import FILE_NAME, Camera
from mpycam.errors import MpycamError
from mpycam.onnx_value import is_image
from mpycam.unn_file import read
from mpycam.unn_reference import answer, run_network

FLOAT32_TOLERANCE = 1e-4  # of the largest value

MIXED_TOLERANCE = 0.02  # a step or two of int8 that follows float32

ONNX_TYPES = {
    "tensor(float16)": np.float16, "tensor(double)": np.float64, "tensor(uint8)": np.uint8, "tensor(int8)": np.int8,
}  # fmt: skip

PROFILE_SCRIPT = """
import sys, unn
for name, time, multiply_adds in unn.load(sys.argv[1]).profile(int(sys.argv[2])):
    print(name, time, multiply_adds)
"""

# In the shell of a camera, whose input is the file.
PROFILE_THERE = """
file=$(mktemp) || exit
trap 'rm -f "$file"' EXIT
trap 'exit 1' HUP INT TERM
cat > "$file" && {command}
"""


@dataclass
class Report:
    """What a comparison found: lines to print, and whether the differences are as small as they should be."""

    lines: list = field(default_factory=list)
    passed: bool = True


def describe(network):
    """Lines that say what a network is."""

    def tensor(part):
        kind = part.dtype if part.dtype == "float32" else f"int8, scale {part.scale:.6g}, zero point {part.zero_point}"
        return f"{' x '.join(map(str, part.shape))} {kind}"

    lines = [f"input: {tensor(part)}" for part in network.inputs]
    lines += [f"output: {tensor(part)}" for part in network.outputs]
    if network.labels:
        lines.append("labels: " + ", ".join(network.labels))
    for index, layer in enumerate(network.layers):
        shape = " x ".join(map(str, layer.output.shape))
        lines.append(f"layer {index}: {layer.operator} -> {shape} {layer.output.dtype}, {layer.multiply_adds} multiply-adds")
    return [
        *lines, f"{network.multiply_adds} multiply-adds, {network.weight_bytes} bytes of weights, "
        f"{network.arena_bytes} bytes of arena",
    ]  # fmt: skip


def interpreter_answers(interpreter, model, images, network):
    """What the host build answers: for each output a float32 array (n, *shape)."""
    count = len(network.outputs)
    lines = runtime.answers(interpreter, model, *images, outputs=count)
    return [
        np.stack([line.reshape(part.shape) for line in lines[index::count]])
        for index, part in enumerate(network.outputs)
    ]


def onnx_answers(source, images, network):
    """What ONNX Runtime makes of the images, one after the other: for each output an array (n, *shape of ONNX)."""
    import onnxruntime

    try:
        session = onnxruntime.InferenceSession(source, providers=["CPUExecutionProvider"])
        inputs = session.get_inputs()
        counts = len(inputs), len(session.get_outputs())
        if counts != (len(network.inputs), len(network.outputs)):
            raise MpycamError("the ONNX model has {} inputs and {} outputs, the .unn file others".format(*counts))
        feeds = {
            entry.name: onnx_input(entry, tensor, part)
            for entry, tensor, part in zip(inputs, network.inputs, images, strict=True)
        }
        runs = [session.run(None, {name: part[i] for name, part in feeds.items()}) for i in range(len(images[0]))]
    except MpycamError:
        raise
    except Exception as error:  # ONNX Runtime's own kinds, which have no common one
        raise MpycamError(f"ONNX Runtime cannot run the model: {' '.join(str(error).split())[:300]}") from error
    return [np.stack(parts) for parts in zip(*runs, strict=True)]


def onnx_input(entry, tensor, images):
    """What an input of ONNX Runtime takes for images (n, *shape of unn): (n, *shape of ONNX)."""
    kind = ONNX_TYPES.get(entry.type, np.float32)
    shape = tuple(size if isinstance(size, int) else 1 for size in entry.shape)
    if np.prod(shape) != tensor.items:
        shapes = f"shape {list(entry.shape)}, of the .unn file {tensor.shape}"
        raise MpycamError(f"input {entry.name} of the ONNX model has {shapes}")
    values = images
    if np.issubdtype(kind, np.floating):
        values = (images.astype(np.float32) - np.float32(tensor.pixel_offset)) * np.float32(tensor.pixel_scale)
    if is_image(shape):
        values = values.reshape(len(images), *tensor.image_shape).transpose(0, 3, 1, 2)
    return values.reshape(len(images), *shape).astype(kind)


def compare(source, model, images, interpreter, per_layer=False):
    """Compare a .unn file with the ONNX model that it was made of; return a Report.

    source: a path or bytes. images: for each input (n, *shape) uint8. A float32 network must be within
    1e-4 of ONNX Runtime's values. An int8 network must give the bits of the
    NumPy reference, and its differences to float32 are printed.
    """
    network, report = read(Path(model).read_bytes()), Report()
    is_int8 = any(tensor.dtype == "int8" for tensor in network.tensors)
    # sums of float32 may differ in their last bits, and with them an int8 value made of them
    exact = all(layer.is_int8 or layer.operator == "softmax" for layer in network.layers)
    built = interpreter_answers(interpreter, model, images, network)
    values = run_network(network, *images)
    original = onnx_answers(source, images, network)
    for tensor, have, want in zip(network.outputs, built, original, strict=True):
        reference = answer(tensor, values[id(tensor)])
        apart = float(np.abs(have - reference).max())
        if is_int8 and (apart > MIXED_TOLERANCE * np.abs(reference).max() or (exact and apart)):
            report.passed = False
            report.lines.append(f"host build and NumPy reference differ by {apart:.6g}")
        want = want.transpose(0, 1, 3, 4, 2) if is_image(want.shape[1:]) else want
        have, want = have.reshape(len(want), -1), want.reshape(len(want), -1)
        largest, scale = float(np.abs(have - want).max()), float(np.abs(want).max())
        report.lines.append(f"host build and ONNX Runtime differ by {largest:.6g} at most, of values up to {scale:.6g}")
        report.passed &= is_int8 or largest <= FLOAT32_TOLERANCE * max(scale, 1e-3)
        if len(tensor.shape) == 1 and tensor.items > 1:
            same = float((have.argmax(1) == want.argmax(1)).mean())
            report.lines.append(f"same largest output for {100 * same:.2f} % of {len(want)} images")
    if per_layer:
        report.lines += layer_differences(source, network, images)
    return report


def layer_differences(source, network, images):
    """A line for each layer: how far the float32 import and its int8 counterpart are from ONNX Runtime."""
    from mpycam.onnx_import import import_onnx, load_onnx

    first = network.inputs[0]
    imported = import_onnx(load_onnx(source), first.pixel_scale, first.pixel_offset)
    real, values = run_network(imported, *images), run_network(network, *images)
    counterparts = [layer for layer in network.layers if layer.operator != "convert"]
    lines = []
    for index, (layer, other) in enumerate(zip(imported.layers, counterparts, strict=False)):
        if layer.operator != other.operator or layer.output.shape != other.output.shape:
            lines.append(f"layer {index}: the files differ from here on")
            break
        have = answer(other.output, values[id(other.output)])
        want = answer(layer.output, real[id(layer.output)])
        steps = f", {np.abs(have - want).max() / other.output.scale:.2f} steps" if other.output.dtype == "int8" else ""
        lines.append(f"layer {index} {layer.operator} {layer.name}: {np.abs(have - want).max():.6g}{steps}")
    return lines


def profile(model, runs, interpreter, camera=None):
    """[(operator, microseconds, multiply-adds)] of each layer, the means of so many runs.

    interpreter: the path of a MicroPython build, on this machine or on `camera`, a
    mpycam.deploy.Camera; there the file is copied for as long as it takes.
    Raises MpycamError with the interpreter's last words where it fails.
    """
    command = [os.fspath(interpreter), "-c", PROFILE_SCRIPT]
    if camera is None:
        runtime.need(interpreter)
        result = subprocess.run([*command, os.fspath(model), str(runs)], capture_output=True)
    else:
        there = f'{shlex.join(command)} "$file" {int(runs)}'
        result = camera.run(PROFILE_THERE.format(command=there), Path(model).read_bytes())
    if result.returncode:
        said = result.stderr.decode(errors="replace").strip().splitlines() or [f"exit status {result.returncode}"]
        raise MpycamError(f"profile of {model} failed: {said[-1][-500:]}")
    rows = [line.split() for line in result.stdout.decode().splitlines()]
    return [(name, float(time), int(count)) for name, time, count in rows]


def add_command(subcommands):
    """Add `model` to the command line."""
    parser = subcommands.add_parser("model", help="look into a .unn file")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    info = verbs.add_parser("info", help="say what is in the file")
    info.add_argument("--json", action="store_true", help="numbers for a program")
    other = verbs.add_parser("compare", help="compare its answers with those of an ONNX model")
    other.add_argument("--onnx", type=Path, required=True)
    other.add_argument("--images", type=Path, required=True, action="append", help="pictures or .npy, as of convert")
    add_shape_option(other)
    other.add_argument("--per-layer", action="store_true")
    times = verbs.add_parser("profile", help="measure each layer, here or on a camera")
    times.add_argument("--runs", type=int, default=100)
    times.add_argument("--camera", metavar="CAM", help="run there: the name of a camera with the interpreter, as ssh takes it")
    times.add_argument("--folder", default="/tmp", help="where install-mpy put the interpreter there (default: %(default)s)")
    times.add_argument("--ssh-options", default=os.environ.get("SSH_OPTIONS", ""), help="further options for ssh")
    for verb, run in ((info, run_info), (other, run_compare), (times, run_profile)):
        verb.add_argument("model", type=Path, help="the .unn file")
        verb.set_defaults(run=run)
    for verb in (other, times):
        default = Path("dist/host/micropython")
        verb.add_argument("--interpreter", type=Path, default=default, help="the host build to run (default: %(default)s)")


def run_info(options):
    """Print what a file is."""
    network = read(options.model.read_bytes())
    if options.json:
        figures = {name: getattr(network, name) for name in ("multiply_adds", "weight_bytes", "arena_bytes", "labels")}
        print(json.dumps(figures | {"operators": [layer.operator for layer in network.layers]}))
    else:
        print("\n".join(describe(network)))
    return 0


def run_compare(options):
    """Print the differences between a file and an ONNX model; 1 where they are too large."""
    network, source = read(options.model.read_bytes()), options.onnx
    if options.input_shape:
        from mpycam.onnx_import import load_onnx, set_input_shapes

        model = load_onnx(source)
        set_input_shapes(model, dict(options.input_shape))
        source = model.SerializeToString()
    images = images_for(network, options.images)
    report = compare(source, options.model, images, options.interpreter, options.per_layer)
    print("\n".join(report.lines))
    return 0 if report.passed else 1


def run_profile(options):
    """Print the time of each layer."""
    camera, interpreter = None, options.interpreter
    if options.camera is not None:
        camera = Camera(options.camera, shlex.split(options.ssh_options))
        interpreter = f"{options.folder}/{FILE_NAME}"
    rows = profile(options.model, options.runs, interpreter, camera)
    for index, (name, time, count) in enumerate(rows):
        each = f"{1000 * time / count:9.3f} ns each" if count else ""
        print(f"{index:3} {name:18} {time:10.1f} us {count:10} multiply-adds {each}")
    print(f"{sum(time for _, time, _ in rows):10.1f} us, {sum(count for _, _, count in rows)} multiply-adds")
    return 0
