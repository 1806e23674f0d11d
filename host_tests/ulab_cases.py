"""Cases for ulab with NumPy as oracle: many expressions in one run of an interpreter.

A case is an expression over arrays. It is evaluated by ulab in the interpreter
under test, and its result compared with what NumPy makes of the same expression
or, where upstream's rules differ from NumPy's, with the tables in this file.
"""

import json
import math

import numpy as np

DTYPES = {
    "bool": np.bool_,
    "uint8": np.uint8,
    "int8": np.int8,
    "uint16": np.uint16,
    "int16": np.int16,
    "uint32": np.uint32,
    "int32": np.int32,
    "float32": np.float32,
    "float64": np.float64,
    "complex": np.complex128,
}
INTEGERS = ("bool", "uint8", "int8", "uint16", "int16", "uint32", "int32")
WIDE = ("uint32", "int32")
REALS = (*INTEGERS, "float32", "float64")

# The result of two integer dtypes of up to 16 bits, and where an operation differs from it.
PROMOTION = {
    ("uint8", "uint8"): "uint8", ("uint8", "int8"): "int16",
    ("uint8", "uint16"): "uint16", ("uint8", "int16"): "int16",
    ("int8", "uint8"): "int16", ("int8", "int8"): "int8",
    ("int8", "uint16"): "int16", ("int8", "int16"): "int16",
    ("uint16", "uint8"): "uint16", ("uint16", "int8"): "int16", ("uint16", "uint16"): "uint16",
    ("uint16", "int16"): "float64",
    ("int16", "uint8"): "int16", ("int16", "int8"): "int16", ("int16", "uint16"): "float64",
    ("int16", "int16"): "int16",
}  # fmt: skip
DIFFERENT_PROMOTION = {
    "-": {("uint16", "int8"): "uint16"},
    "//": {("int8", "uint16"): "uint16", ("uint16", "int8"): "uint16"},
    "%": {("uint16", "int8"): "float64"},
    "maximum": {("uint16", "int8"): "uint16"},
    "where": {("int8", "uint16"): "uint16", ("uint16", "int8"): "uint16"},
    "&": {("uint16", "int16"): None, ("int16", "uint16"): None},
}


def name(dtype):
    """The name under which ulab prints a NumPy dtype."""
    return "complex" if dtype == np.complex128 else np.dtype(dtype).name


def promoted(operation, left, right):
    """The name of the result's dtype for arrays of two dtypes; None where there is no result."""
    if "complex" in (left, right):
        return "complex"
    numpy_dtype = np.promote_types(DTYPES[left], DTYPES[right])
    if left.startswith("float") or right.startswith("float"):
        return numpy_dtype.name
    if operation in ("/", "**"):
        return "float64"
    if left in WIDE or right in WIDE:
        bits = operation in ("&", "|", "^", "<<", ">>")
        return numpy_dtype.name if numpy_dtype != np.int64 else None if bits else "float64"
    if operation in "&|^":
        if left == right == "bool":
            return "bool"
        operation = "&"
    pair = tuple("uint8" if side == "bool" else side for side in (left, right))
    return DIFFERENT_PROMOTION.get(operation, {}).get(pair, PROMOTION[pair])


def cast(values, dtype):
    """Values in a dtype as ulab stores them: integers wrap, floats are rounded half away from zero first."""
    values = np.asarray(values)
    target = DTYPES[dtype]
    if dtype in INTEGERS[1:] and values.dtype.kind == "f":
        fits = np.isfinite(values) & (np.abs(values) < 2.0**63)
        whole = np.trunc(np.where(fits, values, 0))
        whole = whole + np.where(np.abs(np.where(fits, values, 0) - whole) >= 0.5, np.sign(whole + values), 0)
        values = np.where(fits, whole, 0).astype(np.int64)
    with np.errstate(all="ignore"):
        return values.astype(target)


SCRIPT = """
import sys, json, binascii
from ulab import numpy as np

def spell(value):
    if isinstance(value, np.ndarray):
        flat = value.flatten()
        dtype = repr(flat[:0]).split("dtype=")[1][:-1]
        return {"dtype": dtype, "shape": value.shape, "items": binascii.hexlify(flat.tobytes()).decode()}
    if isinstance(value, (tuple, list)):
        return {"tuple": [spell(item) for item in value]}
    return {"type": type(value).__name__, "value": repr(value)}

for line in open(sys.argv[1]):
    expression, statement, arrays = json.loads(line)
    names = {"np": np}
    for key, (dtype, shape, items) in arrays.items():
        array = np.frombuffer(bytearray(binascii.unhexlify(items)), dtype=getattr(np, dtype))
        names[key] = array.reshape(tuple(shape)).copy()
    try:
        if statement:
            exec(statement, names)
        print(json.dumps(spell(eval(expression, names))))
    except Exception as error:
        print(json.dumps({"error": type(error).__name__, "text": str(error)}))
"""


class Cases:
    """A batch of expressions and what they should give."""

    def __init__(self):
        self.cases = []

    def check(self, expression, statement="", ulps=0, **arrays):
        """Compare with NumPy, which evaluates the same statement and expression."""
        names = {"np": np, **{key: array.copy() for key, array in arrays.items()}}
        with np.errstate(all="ignore"):
            exec(statement, names)
            expected = eval(expression, names)
        self.expect(expression, expected, statement, ulps, **arrays)

    def expect(self, expression, expected, statement="", ulps=0, **arrays):
        """Compare with a given array or number, or with the name of an exception, or names."""
        self.cases.append((expression, statement, arrays, expected, ulps))

    def run(self, interpreter, folder):
        """Evaluate all of the cases in one run; every difference is in the message."""
        path = folder / "cases"
        with path.open("w") as file:
            for expression, statement, arrays, _, _ in self.cases:
                spelled = {
                    key: (name(a.dtype), a.shape, np.ascontiguousarray(a).tobytes().hex()) for key, a in arrays.items()
                }
                file.write(json.dumps([expression, statement, spelled]) + "\n")
        answers = interpreter.run(SCRIPT, path).splitlines()
        assert len(answers) == len(self.cases)
        wrong = []
        for (expression, statement, arrays, expected, ulps), answer in zip(self.cases, answers, strict=True):
            problem = difference(json.loads(answer), expected, ulps)
            if problem:
                inputs = {key: f"{array.dtype}{array.shape}" for key, array in arrays.items()}
                wrong.append(f"{statement or ''} {expression} with {inputs}: {problem}")
        assert not wrong, f"{len(wrong)} of {len(self.cases)} are wrong\n" + "\n".join(wrong[:20])


def difference(answer, expected, ulps):
    """What is wrong with an answer, or an empty text."""
    if isinstance(expected, str):
        expected = (expected,)
    if isinstance(expected, tuple) and isinstance(expected[0], str):
        return "" if answer.get("error") in expected else f"{answer}, expected {expected}"
    if "error" in answer:
        return f"{answer['error']}: {answer['text']}, expected {expected!r}"
    if isinstance(expected, (tuple, list)):
        parts = answer.get("tuple", [])
        if len(parts) != len(expected):
            return f"{answer}, expected {expected!r}"
        return "; ".join(filter(None, (difference(*pair, ulps) for pair in zip(parts, expected, strict=True))))
    if isinstance(expected, np.ndarray) and expected.ndim > 0:
        if "items" not in answer:
            return f"{answer}, expected an array {expected!r}"
        got = np.frombuffer(bytes.fromhex(answer["items"]), DTYPES[answer["dtype"]]).reshape(answer["shape"])
        if got.dtype != expected.dtype or got.shape != expected.shape:
            return f"{got.dtype}{got.shape}, expected {expected.dtype}{expected.shape}"
        return "" if same(got, expected, ulps) else f"{got.tolist()}, expected {expected.tolist()}"
    if "value" not in answer:
        return f"{answer}, expected {expected!r}"
    kinds = {"bool": bool, "int": int, "float": float, "complex": complex}
    if not isinstance(expected.item() if hasattr(expected, "item") else expected, kinds[answer["type"]]):
        return f"{answer}, expected {expected!r}"
    got = complex(answer["value"]) if answer["type"] in ("complex", "float") else eval(answer["value"])
    # The interpreter prints 16 significant digits.
    return "" if same(np.asarray(got), np.asarray(expected), ulps + 8) else f"{got}, expected {expected!r}"


def same(got, expected, ulps):
    """Whether all items are equal, within some units in the last place of the greatest."""
    if np.array_equal(got, expected, equal_nan=got.dtype.kind in "fc"):
        return True
    if ulps == 0:
        return False
    with np.errstate(all="ignore"):
        precision = np.finfo(expected.dtype if expected.dtype.kind in "fc" else float).eps
        close = np.isclose(got, expected, rtol=ulps * precision, atol=0, equal_nan=True)
    return bool(close.all())


def values(dtype, shape, seed):
    """An array with the extremes of its dtype among random items."""
    random = np.random.default_rng(seed)
    count = math.prod(shape)
    kind = np.dtype(DTYPES[dtype]).kind
    if kind == "b":
        array = random.integers(0, 2, count).astype(bool)
    elif kind in "ui":
        limits = np.iinfo(DTYPES[dtype])
        array = random.integers(limits.min, limits.max + 1, count).astype(DTYPES[dtype])
        special = [limits.min, limits.max, 0, 1, 2, limits.min + 1]
        array[: len(special)] = random.permutation(special)[:count]
    else:
        array = random.normal(0, 100, count)
        special = [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 0.5, -2.5, 1e-30, 3e38, 70000.0, -1e10]
        array[: len(special)] = random.permutation(special)[:count]
        if kind == "c":
            with np.errstate(all="ignore"):
                array = array + 1j * random.permutation(array)
        array = array.astype(DTYPES[dtype])
    return random.permutation(array).reshape(shape)
