#!/usr/bin/env python3
"""The door app's work as a program for CPython with NumPy, Pillow and ONNX Runtime: frame, network, state, line.

    bench/app_cpython.py CLIP MODEL REGION

CLIP holds JPEG images one behind the other, MODEL is an ONNX file that takes
(1, 1, height, width) float32, REGION is [x, y, width, height] in fractions.
"""

import io
import json
import os
import sys
import time

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import numpy as np  # noqa: E402
import onnxruntime  # noqa: E402
from PIL import Image  # noqa: E402


def frames(path):
    """The JPEG files of a clip."""
    with open(path, "rb") as file:
        data = file.read()
    start = 0
    while (end := data.find(b"\xff\xd9", start)) >= 0:
        yield data[start : end + 2]
        start = end + 2


def picture(frame, region, size):
    """The gray picture of a region, decoded at the smallest scale that is large enough and averaged by area."""
    image = Image.open(io.BytesIO(frame))
    width, height = image.size
    x, y, across, down = region
    least = max(size[0] / across, size[1] / down * width / height)
    image.draft("L", (round(least), round(least * height / width)))
    width, height = image.size
    box = (x * width, y * height, (x + across) * width, (y + down) * height)
    return np.asarray(image.convert("L").resize(size, Image.Resampling.BOX, box=box))


def main():
    """Watch the clip."""
    clip, model, region = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0]
    size = entry.shape[3], entry.shape[2]
    state, tendency, since = "unknown", None, 0.0
    sums, count, began = np.zeros(3), 0, time.perf_counter()
    for number, frame in enumerate(frames(clip)):
        read = time.perf_counter()
        pixels = picture(frame, region, size)
        decoded = time.perf_counter()
        image = (pixels[None, None] / np.float32(255)).astype(np.float32)
        answer = session.run(None, {entry.name: image})[0].ravel()
        probability = float(1 / (1 + np.exp(answer[0] - answer[1])))
        now = number / 5
        wanted = "open" if probability >= 0.6 else "closed" if probability <= 0.4 else tendency
        if wanted != tendency:
            tendency, since = wanted, now
        if tendency and tendency != state and now - since >= 0.5:
            state = tendency
            print(json.dumps({"event": "door", "time": now, "frame": number, "state": state}), flush=True)
        computed = time.perf_counter()
        if number == 0:
            print(json.dumps({"event": "frame", "time": now, "frame": 0, "probability": probability}), flush=True)
        sums += (read - began, decoded - read, computed - decoded)
        count += 1
        began = time.perf_counter()
    names = ("read", "decode", "network")
    means = dict(zip(names, (sums / count * 1000).round(3).tolist(), strict=True))
    print(json.dumps({"event": "statistics", "frames": count, "milliseconds": {**means, "total": round(sum(means.values()), 3)}}))


main()
