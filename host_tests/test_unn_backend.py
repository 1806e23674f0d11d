"""ONNX's own tests of its operators, through the converter and the runtime."""

import json
import re
import warnings

import numpy as np
import pytest

from mpycam.errors import MpycamError
from mpycam.unn_file import read, write

onnx = pytest.importorskip("onnx")

from onnx import TensorProto, numpy_helper  # noqa: E402

from mpycam.onnx_import import import_onnx, load_onnx  # noqa: E402
from mpycam.onnx_operators import Operators  # noqa: E402
from mpycam.onnx_value import is_image  # noqa: E402

TOLERANCE = 1e-4

# The operators of the converter; every test of nothing but these is in REFUSED or passes.
SUPPORTED = {name[1:] for name in dir(Operators) if name[0] == "_" and name[1:2].isupper()} | {
    "Constant", "Shape", "Size", "QuantizeLinear", "DequantizeLinear",
}  # fmt: skip

# What is refused of them: what the error says, and which tests (as a pattern).
REFUSED = {
    "does not depend on an input": "test_(shape|size|constant|cast|castlike|dequantizelinear)(_.*)?",
    "has the open shape": "test_(reduce_.*_empty_set|split_zero_size_splits).*",
    "need float, or uint8 for pixels": ".*_u?int(16|32|64).*|.*_bool.*|test_(wrap|edge|reflect)_pad",
    "is no tensor": "test_identity_(opt|sequence)",
    "has whole numbers; put Cast to float": "test_(add|sub|mul|div|min|max|clip_default)_u?int8.*",
    "has whole numbers; end the model with DequantizeLinear": "test_quantizelinear",
    "dilation with padding that does not count": "test_averagepool_(2d_dilations|3d_dilations.*)",
    "has a window of 3 dimensions": "test_(average|max)pool_3d_.*",
    "in training mode": "test_(batchnorm_.*_training_mode|training_dropout.*)",
    "is not supported; use the first one alone": "test_(.*dropout.*_mask.*|maxpool_with_argmax.*)",
    "needs a batch of 1": "test_causal_conv_with_state_.*_expanded",
    "of blocks is not supported": "test_(de)?quantizelinear_blocked.*",
    "of a value per channel": "test_quantizelinear_axis",
    "need int8 or uint8": "test_quantizelinear_.*",
    "has another type than int8 or uint8": "test_quantizelinear_blocked_symmetric",
    "by a value is not supported": "test_softsign_.*expanded_ver18",
    "of single items is not supported": "test_gathernd_example_float32",
    "dimensions of constants is not supported": "test_matmul_(1d_3d|3d|4d|bcast)",
    "needs the exponent 2 or 3": "test_pow.*",
    "needs one exponent for all": "test_pow_bcast_array",
    "makes [3, 4, 0] of [1, 3, 4]": "test_reshape_allowzero_reordered",
    "in mode cubic": "test_resize_.*_cubic.*",
    "with antialias": "test_resize_.*_antialias",
    "with align_corners of 2 items times 0.6": "test_resize_downsample_scales_linear_align_corners",
    "with tf_crop_and_resize": "test_resize_tf_crop_and_resize.*",
    "has no items": "test_slice_start_out_of_bounds",
    "is too old, need 13": "test_dropout_.*_old",
}

RUN_ALL = """
import binascii, json, sys, unn
from ulab import numpy as np

folder = sys.argv[1]
with open(folder + "/list.json") as file:
    cases = json.load(file)
for name, images in cases:
    net = unn.load(folder + "/" + name)
    arrays = []
    for path, tensor in zip(images, unn.info(folder + "/" + name).inputs):
        with open(folder + "/" + path, "rb") as file:
            arrays.append(np.frombuffer(file.read(), dtype=np.float32).reshape(tensor.shape))
    answers = net(*arrays)
    for answer in answers if isinstance(answers, tuple) else (answers,):
        print(binascii.hexlify(bytes(memoryview(answer.flatten()))).decode())
"""


def with_constants(case, values, kept):
    """The test's model with all its inputs but some as constants."""
    model = onnx.ModelProto.FromString(case.model.SerializeToString())
    inputs = []
    for entry, value in zip(case.model.graph.input, values, strict=False):
        if entry.name in kept or isinstance(value, list):
            inputs.append(entry)
        elif value is not None:
            constant = value if isinstance(value, TensorProto) else numpy_helper.from_array(np.asarray(value))
            model.graph.initializer.append(constant)
            model.graph.initializer[-1].name = entry.name
    del model.graph.input[:]
    model.graph.input.extend(inputs)
    return model


def variants(case, values):
    """Names of inputs that stay inputs: the first image, or all that could be one."""
    pairs = zip(case.model.graph.input, values, strict=False)
    names = [entry.name for entry, value in pairs if isinstance(value, np.ndarray) and value.dtype.kind in "fui"]
    return [names[:1], names] if len(names) > 1 else [names]


def in_order_of_unn(array):
    return array.transpose(0, 2, 3, 1) if is_image(array.shape) else array


@pytest.fixture(scope="module")
def converted():
    """(networks [(name, network, images, wanted)], {name of a test: why it was refused}, names of tests of operators here)."""
    from onnx.backend.test.loader import load_model_tests

    networks, refused, known = [], {}, set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tests make their data with overflows and divisions by 0
        cases = load_model_tests(kind="node")
        for case in cases:
            if {node.op_type for node in case.model.graph.node} <= SUPPORTED:
                known.add(case.name)
            values, wanted = case.data_sets[0]
            errors, count = [], len(networks)
            for kept in variants(case, values):
                try:
                    network = import_onnx(load_onnx(with_constants(case, values, kept).SerializeToString()), 1.0, 0.0)
                    network = read(write(network))
                except MpycamError as error:
                    errors.append(str(error))
                    continue
                given = dict(zip((entry.name for entry in case.model.graph.input), values, strict=False))
                images = [in_order_of_unn(given[name]).astype(np.float32) for name in kept]
                networks.append((case.name, network, images, [in_order_of_unn(np.asarray(array)) for array in wanted]))
            if len(networks) == count:
                refused[case.name] = errors[0]
    return networks, refused, known


def test_every_answer_is_the_one_that_onnx_expects(interpreter, converted, tmp_path):
    networks, _, _ = converted
    cases = []
    for index, (_, network, images, _) in enumerate(networks):
        (tmp_path / f"{index}.unn").write_bytes(write(network))
        cases.append((f"{index}.unn", [f"{index}-{i}.bin" for i in range(len(images))]))
        for path, image in zip(cases[-1][1], images, strict=True):
            (tmp_path / path).write_bytes(np.ascontiguousarray(image).tobytes())
    (tmp_path / "list.json").write_text(json.dumps(cases))
    lines = iter(interpreter.run(RUN_ALL, tmp_path, heap="32M").split())
    for name, network, _, wanted in networks:
        for tensor, want in zip(network.outputs, wanted, strict=True):
            answer = np.frombuffer(bytes.fromhex(next(lines)), "<f4")
            assert tensor.items == want.size, name
            scale = TOLERANCE * max(1e-3, float(np.abs(want.astype(np.float64)).max()))
            np.testing.assert_allclose(answer.reshape(want.shape), want, rtol=TOLERANCE, atol=scale, err_msg=name)
    assert len({name for name, *_ in networks}) >= 300


def test_what_is_refused_is_named(converted):
    _, refused, known = converted
    for name, error in refused.items():
        assert re.match(r"(node \S+ \(\w+\)|input \S+|output \S+|opset \d+|not an ONNX file)", error), (name, error)
    reasons = set()
    for name in known & refused.keys():
        said = [reason for reason, pattern in REFUSED.items() if reason in refused[name] and re.fullmatch(pattern, name)]
        assert said, (name, refused[name])
        reasons.update(said)
    assert reasons == REFUSED.keys()
