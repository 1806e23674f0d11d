"""Write the tables of docs/ulab.md: every name of ulab, and what NumPy has beyond.

    python host_tests/ulab_names.py dist/host/micropython
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy

PAGE = Path(__file__).resolve().parent.parent / "docs" / "ulab.md"

# Asked of the interpreter: the names of each module and type.
LIST = """
import json, ulab
from ulab import numpy as np
np.tile  # with the first name in Python the others are listed too
found = {}
def look(module, path):
    found[path] = []
    for name in dir(module):
        value = getattr(module, name)
        if name[0] == "_":
            continue
        if type(value) is type(ulab):
            look(value, path + "." + name)
        else:
            found[path].append(name)
look(ulab, "ulab")
found["ulab.numpy.ndarray"] = [name for name in dir(np.zeros(1)) if name[0] != "_"]
found["ulab.numpy.random.Generator"] = [name for name in dir(np.random.Generator(1)) if name[0] != "_"]
print(json.dumps(found))
"""

FLOAT = "items of integer arrays become float64, those of float32 arrays stay float32"
MATH_NAME = "as NumPy's {}; " + FLOAT
REDUCTION = "an axis keeps the dtype of the array and wraps, without one it is an int of any size; no initial="
POSITION = "int16 where that is wide enough"
INDICES = "indices are uint16 where that is wide enough, else uint32"
PROMOTION = "dtype of the result: see Dtypes"
BOOL_FIRST = "positional before axis"
NO_OPTIONS = "no casting=, where= or order="
CHANCE = "other numbers than NumPy's from the same seed"

# How a name differs from NumPy's; those of ulab's own say what they are.
DIFFERS = {
    "ulab.numpy": {
        "array": "float64 unless dtype= tells, whatever the items; integers wrap, floats in an integer dtype are a TypeError",
        "asarray": "a number comes back as it is; sequences become float64",
        "ndarray": "called with items or an array it is array(); with a shape and buffer= it is NumPy's",
        "zeros": "dtype= by name only", "ones": "dtype= by name only", "empty": "zeros()",
        "full": "float64 unless dtype= tells", "eye": "M=, k= by name only",
        "arange": "int16 for ints up to 32768, else float64", "linspace": "two numbers or more",
        "logspace": "two numbers or more; an integer dtype truncates", "geomspace": "two numbers or more, no complex ones",
        "frombuffer": "read-only where the buffer is; ValueError on use after a bytearray was resized",
        "concatenate": "a tuple of arrays of one dtype; bool becomes uint8",
        "bool": "dtypes are small ints, the ord of their type code", "uint8": "a small int", "int8": "a small int",
        "uint16": "a small int", "int16": "a small int", "int32": "a small int", "uint32": "a small int",
        "float32": "a small int", "float64": "a small int", "float": "float64, a small int", "complex": "two float64, a small int",
        "sum": REDUCTION, "prod": REDUCTION, "mean": "no where=; float32 arrays are summed in more than single precision",
        "std": "ddof= by name", "var": "ddof= by name", "median": "axis= by name only; no overwrite_input=",
        "max": "of a bool array an int", "min": "of a bool array an int", "argmax": POSITION, "argmin": POSITION,
        "all": "along the only axis an array of one item", "any": "along the only axis an array of one item",
        "sort": "without axis= all items as one axis; no kind=, stable; NotImplementedError for complex", "argsort": INDICES + "; stable",
        "nonzero": INDICES, "flatnonzero": INDICES, "argwhere": INDICES, "searchsorted": INDICES + "; no sorter=",
        "bincount": "counts in uint16 where that is wide enough", "histogram": "counts in uint16 or uint32; no names of rules as bins",
        "digitize": INDICES, "unique": INDICES + "; all items as one axis", "count_nonzero": "uint32 along an axis",
        "flip": "without axis= a flat copy in reverse order", "roll": "no tuples as shift",
        "take": "ValueError for an index out of range; wrap works for negative ones",
        "compress": "the condition is as long as the axis", "delete": "no slices, which Python here cannot make",
        "where": PROMOTION, "maximum": PROMOTION, "minimum": PROMOTION, "clip": PROMOTION + "; a_min and a_max are needed",
        "abs": "the same as abs(a)", "isfinite": "out=, no where=", "isinf": "out=, no where=", "isnan": "out=, no where=",
        "arctan2": FLOAT, "around": "halves away from zero; float", "round": "halves away from zero; float", "diff": "n to 9; no prepend=",
        "dot": "float64 or float32, one and two axes; no complex", "cross": "vectors of three only",
        "convolve": "floats; two arrays", "correlate": "floats", "interp": "float64; a number gives an array of one item; no period=",
        "trapz": "NumPy's trapezoid", "trapezoid": "one axis", "polyfit": "[x,] y, deg: x may be left out; coefficients only",
        "polyval": "floats", "vectorize": "functions of one argument; otypes= one dtype",
        "real": "arrays only; a copy", "imag": "arrays only; a copy", "conjugate": "arrays and numbers",
        "nan_to_num": "no copy=", "gradient": "one axis; no edge_order=", "insert": "no slices", "meshgrid": "up to four arrays, always copies",
        "trace": "square matrices; no offset=", "size": "axis= by name only", "load": ".npy of its dtypes only", "save": ".npy by path only",
        "loadtxt": "always two axes; no converters=", "savetxt": "no fmt=: 15 digits after the point",
        "set_printoptions": "threshold= and edgeitems= only, by row", "get_printoptions": "threshold and edgeitems",
        "ndinfo": "ulab's: prints shape, strides, item size and dtype of an array", "sort_complex": "one axis",
        "average": "no returned=", "quantile": "linear method", "percentile": "linear method", "einsum": "up to four letters; no ...",
        "indices": "int16 unless dtype= tells", "fromfunction": "float64 indices unless dtype= tells", "select": PROMOTION,
        "choose": "a list of choices of one shape", "in1d": "NumPy's isin of flat arrays",
        "intersect1d": "no return_indices=", "pad": "constant, edge, reflect, symmetric, wrap",
        **{name: MATH_NAME.format(numpy_name) for name, numpy_name in (
            ("acos", "arccos"), ("acosh", "arccosh"), ("asin", "arcsin"), ("asinh", "arcsinh"), ("atan", "arctan"), ("atanh", "arctanh"))},
        **dict.fromkeys((
            "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "cbrt", "ceil", "cos", "cosh", "deg2rad", "degrees", "exp", "exp2",
            "expm1", "fabs", "fix", "floor", "hypot", "log", "log10", "log1p", "log2", "rad2deg", "radians", "rint", "signbit", "sin", "sinc",
            "sinh", "sqrt", "tan", "tanh", "trunc"), FLOAT),
        **dict.fromkeys((
            "add", "subtract", "multiply", "divide", "true_divide", "floor_divide", "mod", "remainder", "fmod", "power", "pow",
            "bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift"), PROMOTION + "; out=, no where="),
    },
    "ulab.numpy.ndarray": {
        "dtype": "an int; that of uint8 for a bool array, as in the upstream library", "flat": "an iterator: no indexing, no assignment",
        "real": "of a real array a copy", "imag": "of a real array zeros", "tobytes": "a bytearray", "sort": "axis= by name; None flattens",
        "reshape": "no order=", "flatten": "order= 'C' or 'F' by name", "byteswap": "inplace= by name", "view": "by dtype only",
        "astype": "floats round half away from zero, integers wrap", "sum": REDUCTION, "prod": REDUCTION, "argmax": POSITION, "argmin": POSITION,
        "all": "along the only axis an array of one item", "any": "along the only axis an array of one item", "max": "of a bool array an int",
        "min": "of a bool array an int", "argsort": INDICES, "nonzero": INDICES, "searchsorted": INDICES, "round": "halves away from zero",
        "take": "ValueError for an index out of range", "dot": "as dot()", "clip": PROMOTION, "trace": "square matrices",
        "transpose": "axes as a tuple or one by one",
    },
    "ulab.numpy.fft": {
        "fft": "arrays only, in double precision", "ifft": "arrays only, in double precision", "rfft": "arrays only, in double precision",
        "irfft": "arrays only, in double precision",
    },
    "ulab.numpy.linalg": {
        "cholesky": "ValueError for LinAlgError; a must be symmetric", "eig": "ValueError for LinAlgError; another order of the values",
        "norm": "the second positional argument is axis, ord= by name", "inv": "ValueError for LinAlgError", "qr": "modes reduced, complete, r",
        "solve": "ValueError for LinAlgError", "lstsq": "rcond=None as in NumPy 2", "det": "one matrix", "slogdet": "a tuple",
        "svd": "one matrix; signs may differ", "cond": "ValueError for LinAlgError",
    },
    "ulab.numpy.random": {"Generator": "takes a seed, None or a tuple of seeds; " + CHANCE, "default_rng": CHANCE},
    "ulab": {
        "dtype": "ulab's: the type code of an array or of a letter", "memory": "ulab's: bytes of array data in use, at most, and possible",
    },
}  # fmt: skip

# What NumPy has for other dtypes, platforms and purposes, and nobody will look for here.
NOT_FOR_ARRAYS = re.compile(
    r"(.*(busday|datetime|err|buf|ctypes|matrix|mat$|typecodes|typename|dtype|poly[a-z]+|poly1d|record|string|str_|array2|array_|char|config"
    r"|runtime|include|test|exceptions|float128|complex256|longdouble|longlong|longcomplex)|[a-z]*(int|float|complex|double|single|half|long"
    r"|byte|short|void|bool_|object_|flexible|generic|inexact|number|integer|floating|integer)[a-z0-9_]*|ma|rec|emath|lib|f2py|core|typing"
    r"|strings|dtypes|polynomial|char|ScalarType|sctypeDict|True_|False_|isnat|timedelta64|little_endian|from_dlpack|memmap|nested_iters"
    r"|nditer|flatiter|ndenumerate|ndindex|test|info|broadcast|ufunc|c_|r_|s_|index_exp|mgrid|ogrid|isfortran|asfortranarray|require"
    r"|min_scalar_type|common_type|can_cast|mintypecode|promote_types|iterable|may_share_memory|shares_memory|get.*|set_.*)$"
)


def names_of(interpreter):
    """{module: [name]} of an interpreter."""
    return json.loads(subprocess.run([interpreter, "-c", LIST], check=True, capture_output=True, text=True).stdout)


def of_numpy(module):
    """NumPy's object for a module or type of ulab, or None."""
    if module == "ulab.numpy.random.Generator":
        return numpy.random.Generator
    if not module.startswith("ulab.numpy"):
        return None
    found = numpy
    for part in module.split(".")[2:]:
        found = getattr(found, part, None)
    return found


def row(module, name):
    """A line of a table."""
    there = of_numpy(module)
    differs = DIFFERS.get(module, {}).get(name)
    if module.startswith("ulab.scipy"):
        return f"| `{name}` | differs | see its docstring in the stub; the upstream library's interface |"
    if module == "ulab.utils":
        return f"| `{name}` | ulab's | see its docstring in the stub |"
    if module.endswith("Generator") and hasattr(there, name):
        return f"| `{name}` | differs | {CHANCE} |"
    if there is not None and hasattr(there, name) and not differs:
        return f"| `{name}` | as NumPy | |"
    if differs is None:
        return f"| `{name}` | ulab's | not in NumPy's namespace; see its docstring in the stub |"
    return f"| `{name}` | {'ulab' + chr(39) + 's' if differs.startswith('ulab') else 'differs'} | {differs.removeprefix('ulab' + chr(39) + 's: ')} |"


def absent(module, names):
    """NumPy's names that are not in a module of ulab."""
    there = of_numpy(module)
    if there is None:
        return []
    wanted = numpy.__all__ if there is numpy else [name for name in getattr(there, "__all__", dir(there)) if not name.startswith("_")]
    modules = ("fft", "linalg", "random", "LinAlgError", "test")
    return sorted({name for name in wanted if name not in names and name not in modules and not NOT_FOR_ARRAYS.match(name)
                   and not name.startswith("_")}, key=str.lower)  # fmt: skip


def tables(found):
    """The text of all tables."""
    parts = []
    for module in sorted(found, key=lambda module: (module != "ulab.numpy", module)):
        names = [name for name in found[module] if f"{module}.{name}" not in found or module.endswith("ndarray")]
        if not names:
            continue
        parts.append(f"### {module}\n\n| name | | |\n|---|---|---|")
        parts[-1] += "".join("\n" + row(module, name) for name in sorted(names, key=str.lower))
        missing = absent(module, found[module])
        if missing:
            parts.append("Absent: " + ", ".join(f"`{name}`" for name in missing) + ".")
    return "\n\n".join(parts) + "\n"


def with_tables(page, found):
    """The page with its tables as they should be."""
    return page[: page.index("## Name by name")] + "## Name by name\n\n" + tables(found)


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(), names_of(sys.argv[1])))
