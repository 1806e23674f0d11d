#!/usr/bin/env python3
"""Compare unn in a host build with ONNX Runtime and ncnn, on one thread in one run: times and their ratios.

    bench/unn_runtimes.py dist/host/micropython [../shared/tools/nets]

Each runtime gets the network from the same ONNX file and its int8 form from the
same calibration images. The rounds of the runtimes alternate, and the least time
of each counts. A call of unn starts at the uint8 pixels; the others get float32
that is normalised already.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import ncnn  # noqa: E402
import numpy as np  # noqa: E402
import onnxruntime  # noqa: E402
from onnxruntime import quantization  # noqa: E402
from unn_ncnn import to_ncnn  # noqa: E402
from unn_nets import images_for, write_networks  # noqa: E402

from mpycam.onnx_import import import_onnx, load_onnx  # noqa: E402
from mpycam.quantise import quantise  # noqa: E402
from mpycam.unn_file import write  # noqa: E402
from mpycam.unn_reference import run_network  # noqa: E402

FOLDER = Path(__file__).resolve().parent
ROUNDS = 6
WINDOW = 4_000_000  # nanoseconds of one measurement, at least
WINDOWS = 5
DOOR_AIM = 1.0  # of the faster peer's time
TOLERANCE = {"float32": 1e-3, "int8": 0.3}  # of the answers' largest: the runtimes run the same network


class Unn:
    """The host build, in a process of its own."""

    name = "unn"

    def __init__(self, micropython, file, image, folder, kind):
        self.case = json.dumps([str(folder / f"{kind}.unn"), str(folder / "image.bin")])
        (folder / f"{kind}.unn").write_bytes(file)
        (folder / "image.bin").write_bytes(image.tobytes())
        self.process = subprocess.Popen(
            [micropython, FOLDER / "unn_worker.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def round(self):
        """The least seconds of a call, and the answer."""
        print(self.case, file=self.process.stdin, flush=True)
        seconds, answer = json.loads(self.process.stdout.readline())
        return seconds, np.array(answer)

    def close(self):
        """Let the interpreter end."""
        self.process.stdin.close()
        self.process.wait()


class InProcess:
    """A runtime that is a module of Python."""

    def round(self):
        """The least seconds of a call, and the answer."""
        count, taken, answer = 1, *self.run(1)
        while taken < WINDOW:
            count *= 2
            taken, answer = self.run(count)
        best = min(self.run(count)[0] for _ in range(WINDOWS))
        return best / count * 1e-9, np.asarray(answer).ravel()

    def run(self, count):
        start = time.perf_counter_ns()
        for _ in range(count):
            answer = self.call()
        return time.perf_counter_ns() - start, answer

    def close(self):
        """Nothing is left to end."""


class OnnxRuntime(InProcess):
    """The ONNX file as it is, or with the QuantizeLinear nodes of ONNX Runtime's own tool."""

    name = "ONNX Runtime"

    def __init__(self, path, values):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.inputs = {self.session.get_inputs()[0].name: values}

    def call(self):
        return self.session.run(None, self.inputs)[0]


class Ncnn(InProcess):
    """ncnn's files of the imported network."""

    name = "ncnn"

    def __init__(self, network, values, folder, seen):
        text, data = to_ncnn(network, seen)
        (folder / "net.param").write_text(text)
        (folder / "net.bin").write_bytes(data)
        self.net, self.last = ncnn.Net(), text.splitlines()[-1].split()[5]
        options = self.net.opt
        options.num_threads = 1
        options.use_fp16_packed = options.use_fp16_storage = options.use_fp16_arithmetic = False
        options.use_int8_inference = seen is not None
        self.net.load_param(str(folder / "net.param"))
        self.net.load_model(str(folder / "net.bin"))
        self.pixels = np.ascontiguousarray(values[0])  # a Mat does not keep what it is made of
        self.input = ncnn.Mat(self.pixels)

    def call(self):
        extractor = self.net.create_extractor()
        extractor.input("x", self.input)
        return extractor.extract(self.last)[1]


class Calibration(quantization.CalibrationDataReader):
    """Images as ONNX Runtime's tool asks for them."""

    def __init__(self, values):
        self.rows = iter(values)

    def get_next(self):
        row = next(self.rows, None)
        return None if row is None else {"x": row[None]}


def quantised_onnx(path, folder, values):
    """The path of the int8 form of a model, made as ONNX Runtime's manual says for x86-64."""
    target = folder / f"{path.stem}.int8.onnx"
    quantization.shape_inference.quant_pre_process(str(path), str(folder / "prepared.onnx"))
    quantization.quantize_static(
        str(folder / "prepared.onnx"), str(target), Calibration(values), per_channel=True,
        activation_type=quantization.QuantType.QUInt8, weight_type=quantization.QuantType.QInt8,
    )  # fmt: skip
    return target


def runtimes(kind, path, micropython, folder):
    """The three runtimes, ready to run one network."""
    network = import_onnx(load_onnx(path))
    images = images_for(network)
    values = (images.reshape(len(images), *network.inputs[0].image_shape).astype(np.float32) / 255).transpose(0, 3, 1, 2)
    seen = run_network(network, images) if kind == "int8" else None
    ours = quantise(network, images) if kind == "int8" else network
    source = quantised_onnx(path, folder, values) if kind == "int8" else path
    return [
        Unn(micropython, write(ours), images[0], folder, f"{path.stem}-{kind}"),
        OnnxRuntime(source, values[:1]),
        Ncnn(network, values, folder, seen),
    ], network.multiply_adds


def measure(parts):
    """The least seconds of each runtime, and its answer."""
    times, answers = [float("inf")] * len(parts), [None] * len(parts)
    for _ in range(ROUNDS):
        for index, part in enumerate(parts):
            seconds, answers[index] = part.round()
            times[index] = min(times[index], seconds)
    for part in parts:
        part.close()
    return times, answers


def main():
    """Run the benchmark; 1 if the door network misses its aim."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("micropython", type=Path)
    parser.add_argument("nets", type=Path, nargs="?", default=Path("../shared/tools/nets"))
    options = parser.parse_args()
    missed = False
    print(f"{'network':14}{'':9}{'multiply-adds':>14}{'unn us':>10}{'ONNX Runtime':>14}{'ncnn':>10}{'to the faster':>15}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in write_networks(folder, options.nets):
            for kind in ("int8", "float32"):
                parts, multiply_adds = runtimes(kind, path, options.micropython.resolve(), folder)
                times, answers = measure(parts)
                for part, answer in zip(parts[1:], answers[1:], strict=True):
                    away = np.abs(answer - answers[0]).max() / np.abs(answers[0]).max()
                    if away > TOLERANCE[kind]:
                        print(f"{path.stem} {kind}: {part.name} answers {answer}, unn {answers[0]}")
                ratio = times[0] / min(times[1:])
                missed |= path.stem == "door" and ratio > DOOR_AIM
                figures = "".join(f"{1e6 * t:>{w}.1f}" for t, w in zip(times, (10, 14, 10), strict=True))
                print(f"{path.stem:14}{kind:9}{multiply_adds:>14,}{figures}{ratio:>15.2f}", flush=True)
    if missed:
        print(f"the door network is slower than {DOOR_AIM} of the faster peer's time")
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
