"""ONNX graphs to float32 networks of unn."""

import math
from dataclasses import replace

import numpy as np
import onnx
from onnx import TensorProto, TensorShapeProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from mpycam.errors import MpycamError
from mpycam.onnx_operators import REPLACEMENTS, TAKES_WHOLE_NUMBERS, Operators
from mpycam.onnx_value import Value, dense_strides, own_shape
from mpycam.unn_file import Network, Tensor, need

OLDEST_OPSET = 13
FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.BFLOAT16)

# Inputs of pixels as they are: their Value's whole_numbers.
WHOLE_INPUTS = {TensorProto.UINT8: (1.0, -128, True), TensorProto.INT8: (1.0, 0, False)}


def import_onnx(model, scale=1 / 255, offset=0.0, labels=(), input_shapes=None):
    """Return the float32 Network of an ONNX model (a ModelProto).

    scale, offset: the network sees (pixel - offset) * scale; an input of uint8
    sees the pixels. labels: one per item of the first output. input_shapes:
    {name: ONNX shape} where the model leaves dimensions open or has others, in
    which case the model is changed. An input or output of 1 x channels x height x width is (height, width,
    channels) in unn, or (height, width) of one channel in; any other has its
    items in ONNX's order. Raises MpycamError that names the node.
    """
    need(math.isfinite(scale) and scale != 0 and math.isfinite(offset), f"a scale of {scale} and an offset of {offset}")
    set_input_shapes(model, input_shapes or {})
    return _Importer(model, scale, offset).run(tuple(labels))


class _Importer(Operators):
    def __init__(self, model, scale, offset):
        super().__init__()
        self.model, self.graph = model, model.graph
        self.opset = max((entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), default=0)
        need(self.opset >= OLDEST_OPSET, f"opset {self.opset} is too old, need {OLDEST_OPSET} or newer: export again")
        self.scale, self.offset = scale, offset
        self.constants = {entry.name: _array(entry) for entry in self.graph.initializer}
        for node in self.graph.node:
            for name in node.input:
                self.readers[name] = self.readers.get(name, 0) + 1
        for entry in self.graph.output:
            self.readers[entry.name] = self.readers.get(entry.name, 0) + 1

    def run(self, labels):
        for entry in self.graph.input:
            if entry.name not in self.constants:
                self.add_input(entry)
        for node in self.graph.node:
            self.node = node
            try:
                self.add_node(node)
            except MpycamError as error:
                raise MpycamError(f"node {self.node_name()} ({node.op_type}): {error}") from None
            except Exception as error:  # what the checker lets through can be wrong in any way
                raise MpycamError(f"node {self.node_name()} ({node.op_type}): malformed: {_one_line(error)}") from error
        outputs = []
        for entry in self.graph.output:
            if entry.name not in self.values:
                raise MpycamError(f"output {entry.name} does not depend on an input")
            value = self.moved(self.values[entry.name])
            if value.whole_numbers not in (None, *WHOLE_INPUTS.values()):
                raise MpycamError(f"output {entry.name} has whole numbers; end the model with DequantizeLinear")
            tensor = self.dense(value)
            if any(tensor is other for other in (*self.inputs, *outputs)):
                tensor = self.move(value, tensor.shape)
            outputs.append(tensor)
        return Network(self.inputs, outputs, self.layers, labels)

    def add_input(self, entry):
        kind, name = entry.type.tensor_type, entry.name
        need(entry.type.WhichOneof("value") == "tensor_type", f"input {name} is no tensor")
        whole = WHOLE_INPUTS.get(kind.elem_type)
        known = whole is not None or kind.elem_type in FLOATS
        need(known, f"input {name} has the type {_type_name(kind.elem_type)}, need float, or uint8 for pixels")
        dims = kind.shape.dim
        shape = [dim.dim_value for dim in dims]
        if len(shape) > 1 and shape[0] == 0:
            shape[0] = 1
        if min(shape, default=1) < 1 or not kind.HasField("shape"):
            given = ", ".join(dim.dim_param or str(dim.dim_value or "?") for dim in dims)
            raise MpycamError(f"input {name} has the open shape [{given}]; give one with --input-shape {name}=1,...")
        shape, own = tuple(shape), own_shape(shape)
        tensor = Tensor(own[:2] if len(own) == 3 and own[2] == 1 else own, name=name)
        tensor.pixel_scale, tensor.pixel_offset = (self.scale, self.offset) if whole is None else (1.0, 0.0)
        self.inputs.append(tensor)
        self.values[name] = Value(tensor, shape, dense_strides(shape), single=False, whole_numbers=whole)

    def add_node(self, node):
        attributes = {entry.name: helper.get_attribute_value(entry) for entry in node.attribute}
        constant = all(name in self.constants or not name for name in node.input)
        if node.domain not in ("", "ai.onnx"):
            need(node.op_type in REPLACEMENTS, f"is an operator of {node.domain}, which is not supported; use those of ONNX")
            need(False, f"is not supported; use {REPLACEMENTS[node.op_type]}")
        if constant or (node.op_type == "CastLike" and self.is_constant(0)):
            self.fold(node)
            if node.op_type == "DequantizeLinear":
                self.scales_of_weights(node)
        elif node.op_type in ("Shape", "Size"):
            shape = np.array(self.values[node.input[0]].padded_shape, np.int64)
            part = shape[attributes.get("start", 0) : attributes.get("end")]
            self.constants[node.output[0]] = part if node.op_type == "Shape" else np.array(shape.prod(), np.int64)
        else:
            self.convert(node, attributes)

    def convert(self, node, attributes):
        """Turn a node into layers."""
        names = {"QuantizeLinear": self.quantise_linear, "DequantizeLinear": self.dequantise_linear}
        convert = getattr(self, f"_{node.op_type}", None)
        if node.op_type in names:
            result = names[node.op_type](node)
        elif convert is None:
            known = ", ".join(sorted(name[1:] for name in dir(self) if name[0] == "_" and name[1:2].isupper()))
            raise MpycamError(f"is not supported; use {REPLACEMENTS.get(node.op_type, f'what is made of {known}')}")
        else:
            result = convert(attributes)
        results = result if isinstance(result, list) else [result]
        for name in node.output[len(results) :]:
            need(not self.readers.get(name), f"its output {name} is not supported; use the first one alone")
        if node.op_type in TAKES_WHOLE_NUMBERS and node.op_type not in ("Cast", "CastLike", "DequantizeLinear"):
            numbers = {self.values[name].whole_numbers for name in node.input if name in self.values}
            need(len(numbers) == 1, "takes whole numbers of several scales; put DequantizeLinear before")
            results = [value and replace(value, whole_numbers=next(iter(numbers))) for value in results]
        for name, value in zip(node.output, results, strict=False):
            if value is None:
                self.empty.add(name)
            else:
                self.values[name] = value

    def fold(self, node):
        """Compute a node of constants."""
        if node.op_type == "CastLike":  # to the type of a value, which is float
            self.constants[node.output[0]] = self.constant(0).astype(np.float32)
            return
        names = [name for name in node.input if name]
        outputs = [helper.make_empty_tensor_value_info(name) for name in node.output]
        inputs = [helper.make_empty_tensor_value_info(name) for name in dict.fromkeys(names)]
        graph = helper.make_graph([node], "constants", inputs, outputs)
        # onnx computes these two of opset 19 on, which are what they were before
        quantises = node.op_type in ("QuantizeLinear", "DequantizeLinear") and self.opset < 19
        opsets = [helper.make_opsetid("", 19)] if quantises else self.model.opset_import
        model = helper.make_model(graph, opset_imports=opsets)
        model.ir_version = self.model.ir_version
        results = ReferenceEvaluator(model).run(None, {name: self.constants[name] for name in names})
        for name, result in zip(node.output, results, strict=True):
            self.constants[name] = np.asarray(result)


def set_input_shapes(model, shapes):
    """Give inputs of a model other shapes: {name: ONNX shape}. MpycamError where it has no such input."""
    inputs = {entry.name: entry.type.tensor_type for entry in model.graph.input}
    for name, shape in shapes.items():
        need(name in inputs, f"no input is named {name}, the model has {', '.join(inputs)}")
        del inputs[name].shape.dim[:]
        inputs[name].shape.dim.extend(TensorShapeProto.Dimension(dim_value=size) for size in shape)
    if shapes:  # what follows from the shapes that it had
        del model.graph.value_info[:]
        for entry in model.graph.output:
            entry.type.tensor_type.ClearField("shape")


def _type_name(number):
    return TensorProto.DataType.Name(number).lower() if number in TensorProto.DataType.values() else f"number {number}"


def load_onnx(source):
    """The checked ModelProto of a path or of bytes. MpycamError says what is wrong."""
    try:
        model = onnx.load_from_string(source) if isinstance(source, bytes) else onnx.load(source)
        # onnx wants a shape, ONNX Runtime and this need none of an output
        kinds = [entry.type.tensor_type for entry in (*model.graph.input, *model.graph.output)]
        bare = [kind for kind in kinds if kind.elem_type and not kind.HasField("shape")]
        for kind in bare:
            kind.shape.SetInParent()
        onnx.checker.check_model(model)
        for kind in bare:
            kind.ClearField("shape")
        # what an exporter wrote as functions becomes the nodes that they are made of
        return onnx.inliner.inline_local_functions(model) if model.functions else model
    except OSError:
        raise
    except Exception as error:  # onnx raises whatever its parser does
        raise MpycamError(f"not an ONNX file that can be used: {_one_line(error)}") from error


def _array(entry):
    """The items of a constant of the model."""
    try:
        return numpy_helper.to_array(entry)
    except Exception as error:  # its bytes, shape and type may contradict each other in many ways
        raise MpycamError(f"constant {entry.name}: malformed: {_one_line(error)}") from error


def _one_line(error):
    return " ".join(f"{type(error).__name__} {error}".split())[:300]
