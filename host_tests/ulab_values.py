"""Values of many expressions from one run of an interpreter, for tests whose tolerance is their own."""

import json
from dataclasses import dataclass

import numpy as np
from ulab_cases import DTYPES, SCRIPT, name


@dataclass(frozen=True)
class Raised:
    """The name of an exception, and its text."""

    name: str
    text: str


def evaluate(interpreter, folder, cases):
    """The values of [(expression, {name: array})]: arrays, numbers, tuples, or what was Raised."""
    path = folder / "cases"
    with path.open("w") as file:
        for expression, arrays in cases:
            spelled = {
                key: (name(a.dtype), a.shape, np.ascontiguousarray(a).tobytes().hex()) for key, a in arrays.items()
            }
            file.write(json.dumps([expression, "", spelled]) + "\n")
    answers = interpreter.run(SCRIPT, path).splitlines()
    assert len(answers) == len(cases)
    return [_value(json.loads(answer)) for answer in answers]


def _value(answer):
    if "error" in answer:
        return Raised(answer["error"], answer["text"])
    if "items" in answer:
        return np.frombuffer(bytes.fromhex(answer["items"]), DTYPES[answer["dtype"]]).reshape(answer["shape"])
    if "tuple" in answer:
        return tuple(_value(part) for part in answer["tuple"])
    if answer["type"] in ("int", "bool", "str", "NoneType"):
        return eval(answer["value"])
    return complex(answer["value"]) if answer["type"] == "complex" else float(answer["value"])
