"""The table of everything public in ulab: how to draw a use of it, and how to judge the result.

Each entry is a function that draws arguments from a Program and returns a Case.
"""

from dataclasses import dataclass

import numpy as np
import ulab_oracle as oracle
from ulab_cases import DTYPES
from ulab_generator import ALL, FLOATS, INTEGERS, REALS

# Public name, with its module or class -> the functions that draw cases of it.
TABLE = {}


@dataclass
class Case:
    """An expression, and the expression that gives its value with the oracle as `np`."""

    expression: str
    oracle: str = ""            # the expression itself unless told
    ulps: float = 0             # units in the last place of the expected item
    size: str = ""              # expression of the size that absolute errors are relative to, in units of its ulps
    error: tuple = ()           # only these exceptions, where one is expected
    any_dtype: bool = False     # equal values in another dtype will do
    any_zero: bool = False      # -0.0 will do for 0.0


def covers(*names):
    """Register a function that draws cases for some names."""

    def register(draw):
        for name in names:
            TABLE.setdefault(name, []).append(draw)
        return draw

    return register


def short(name):
    """The name without its module or class."""
    return name.rsplit(".", 1)[-1]


def keywords(**options):
    """The text of keyword arguments, without those that are to be left out (...)."""
    return "".join(f", {key}={value}" for key, value in options.items() if value is not ...)


# Operators

OPERATORS = {
    "+": "add", "-": "subtract", "*": "multiply", "/": "divide", "//": "floor_divide", "%": "remainder",
    "**": "power", "&": "&", "|": "|", "^": "^", "<<": "<<", ">>": ">>",
}  # fmt: skip
COMPARISONS = {
    "==": "equal", "!=": "not_equal", "<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal",
}  # fmt: skip


def pair(program, dtypes, kind="any", dtypes_right=None):
    """The texts of two operands: views of shapes that broadcast, or a view and a number or list."""
    a = program.array("a", dtypes, kind=kind)
    dtypes_right = dtypes_right or dtypes
    form = program.pick("array", "array", "number", "number on the left", "list", "broadcast on the left")
    if form == "array":
        program.array("b", dtypes_right, program.broadcast_shape(a.shape), kind=kind)
        return "a", "b"
    if form == "broadcast on the left":
        program.array("b", dtypes_right, program.broadcast_shape(a.shape), kind=kind)
        return "b", "a"
    if form == "list":
        texts = [program.pick("2", "0.5", "-1", "3") for _ in range(a.shape[-1])] if a.shape[-1] < 20 else ["1"]
        return "a", f"[{', '.join(texts)}]"
    number = program.number() if kind != "small" else program.pick("2", "0", "1", "3", "(-1)", "0.5")
    return ("a", number) if form == "number" else (number, "a")


def difficulty(operation, program):
    """The kind of values and the tolerance for an operation."""
    if operation == "power":
        return program.pick("small", "positive"), 8
    return "any", 0


@covers(*(f"operator {sign}" for sign in OPERATORS))
def operators(program, name):
    sign = name.split()[1]
    kind, ulps = difficulty(OPERATORS[sign], program)
    bits = sign in ("&", "|", "^", "<<", ">>")
    left, right = pair(program, ("bool", *INTEGERS) if bits else REALS, "small" if sign in ("<<", ">>") else kind)
    return Case(f"{left} {sign} {right}", f"np.binary({OPERATORS[sign]!r}, {left}, {right})", ulps)


@covers(*(f"operator {sign}=" for sign in ("+", "-", "*", "%", "/", "**")))
def operators_in_place(program, name):
    sign = name.split()[1][:-1]
    kind, ulps = difficulty(OPERATORS[sign], program)
    a = program.array("a", FLOATS if sign in ("/", "**") else REALS[1:], kind=kind)
    dtypes = REALS if a.dtype.kind == "f" else INTEGERS
    program.array("b", dtypes, program.broadcast_shape(a.shape), kind=kind)
    right = program.pick("b", "b", "a", "2", "a[::-1]")
    program.execute(f"same = a; a {sign}= {right}")
    return Case("a_base, a is same",
                f"np.in_place({OPERATORS[sign]!r}, a, {right}, a_base)", ulps)  # fmt: skip


@covers(*(f"operator {sign}" for sign in COMPARISONS))
def comparisons(program, name):
    left, right = pair(program, REALS)
    return Case(f"{left} {name.split()[1]} {right}", f"np.compare({COMPARISONS[name.split()[1]]!r}, {left}, {right})")


@covers("operator unary -", "operator unary +", "operator ~", "operator abs()")
def unary_operators(program, name):
    sign = {"operator unary -": "-a", "operator unary +": "+a", "operator ~": "~a", "operator abs()": "abs(a)"}[name]
    program.array("a", {"~a": ("bool", *INTEGERS), "abs(a)": ALL}.get(sign, ALL[1:]))
    return Case(sign, ulps=4 if sign == "abs(a)" else 0)


@covers("operator + (complex)", "operator - (complex)", "operator * (complex)", "operator / (complex)")
def complex_operators(program, name):
    sign = name.split()[1]
    a = program.array("a", ("complex",), kind="finite")
    program.array("b", ALL, program.broadcast_shape(a.shape), kind="finite")
    left, right = program.pick(("a", "b"), ("b", "a"), ("a", "2"), ("1.5", "a"), ("a", "(1-2j)"))
    size = {"+": "1", "-": "1", "*": "abs({0}) * abs({1})", "/": "abs({0}) / abs({1})"}[sign]
    return Case(f"{left} {sign} {right}", ulps=8, size=size.format(left, right))


@covers("operator @", "dot", "ndarray.dot", "matmul")
def products(program, name):
    shapes = program.pick(((3, 4), (4, 5)), ((4,), (4,)), ((5, 3), (3,)), ((7,), (7, 2)), ((0, 3), (3, 2)),
                          ((2, 0), (0, 3)), ((17, 19), (19, 23)), ((1, 1), (1, 1)), ((33,), (33,)))  # fmt: skip
    for array, shape in zip("ab", shapes, strict=True):
        program.array(array, REALS, shape, kind="finite")
    call = {"operator @": "a @ b", "ndarray.dot": "a.dot(b)"}.get(name, f"np.{short(name)}(a, b)")
    return Case(call, "np.product(a, b)", ulps=64, size="np.product(abs(a * 1.0), abs(b * 1.0))")


# Functions of each item

PRECISE = ("ceil", "floor", "sqrt", "rint", "trunc", "fabs", "degrees", "radians", "deg2rad", "rad2deg", "square")


@covers(
    "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "cos", "cosh", "degrees", "exp", "expm1", "floor",
    "log", "log10", "log2", "radians", "sin", "sinc", "sinh", "sqrt", "tan", "tanh",
    "exp2", "log1p", "cbrt", "rint", "trunc", "fix", "deg2rad", "rad2deg",
    "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh",
)  # fmt: skip
def universal(program, name):
    function = oracle.MATH_NAMES.get(name, name)
    form = program.pick("array", "array", "number", "list", "out")
    kind = program.pick("any", "finite", "unit", "small") if form == "array" else program.pick("unit", "small")
    ulps = 2 if name in PRECISE else 8
    if form == "number":
        number = program.pick("0.5", "2", "-1", "0", "float('inf')", "float('nan')", "-0.0", "True", "1e300", "20.25")
        return Case(f"np.{name}({number})", f"np.unary({function!r}, {number})", ulps)
    if form == "list":
        return Case(f"np.{name}([0.25, 1, -1])", f"np.unary({function!r}, [0.25, 1, -1])", ulps)
    a = program.array("a", kind=kind)
    if form == "array":
        return Case(f"np.{name}(a)", f"np.unary({function!r}, a)", ulps)
    b = program.array("b", ("float64",) if a.dtype == np.float64 else FLOATS, a.shape)
    program.execute(f"c = np.{name}(a, out=b)")
    # A wider out= may hold what was computed in single precision or in double.
    ulps *= 2**29 if a.dtype == np.float32 and b.dtype == np.float64 else 1
    return Case("c is b, b_base", f"np.written(b, np.unary({function!r}, a), b_base)", ulps)


@covers("exp (complex)", "sqrt (complex)")
def universal_complex(program, name):
    program.array("a", ("complex",), kind=program.pick("small", "unit"))
    function = name.split()[0]
    return Case(f"np.{function}(a)", ulps=64, size=f"np.maximum(abs(np.{function}(a)), 1e-9)")


@covers("isfinite", "isinf", "isnan")
def predicates(program, name):
    program.array("a", REALS)
    return Case(program.pick(f"np.{name}(a)", f"np.{name}(2.5)", f"np.{name}(float('nan'))", f"np.{name}(float('-inf'))"))


@covers("abs", "absolute")
def absolute(program, name):
    program.array("a", ALL)
    return Case(program.pick(f"np.{name}(a)", f"np.{name}(-2.5)", f"np.{name}(-3)"), "", ulps=4)


@covers("maximum", "minimum")
def extremes(program, name):
    left, right = pair(program, REALS)
    return Case(f"np.{name}({left}, {right})", f"np.binary({name!r}, {left}, {right})", any_zero=True)


@covers("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
def comparison_functions(program, name):
    left, right = pair(program, REALS)
    return Case(f"np.{name}({left}, {right})", f"np.compare({name!r}, {left}, {right})")


@covers("arctan2", "hypot")
def binary_float_functions(program, name):
    left, right = pair(program, REALS)
    return Case(f"np.{name}({left}, {right})", f"np.binary({name!r}, {left}, {right})", ulps=8)


@covers("where")
def where(program, name):
    a = program.array("a", REALS, kind="small")
    program.array("b", REALS, program.broadcast_shape(a.shape))
    third = program.pick("c", "2", "-0.5", "300")
    if third == "c":
        program.array("c", REALS, program.broadcast_shape(a.shape))
    first, second = program.pick(("b", third), (third, "b"))
    return Case(f"np.where(a, {first}, {second})")


@covers("clip")
def clip(program, name):
    a = program.array("a", REALS, kind="finite")
    if program.pick(True, False):
        low, high = program.pick(("0", "5"), ("1", "1"), ("-3", "100"), ("0.5", "2.5"), ("5", "0"))
    else:
        low, high = "b", "c"
        for array in "bc":
            program.array(array, (a.dtype.name,), program.broadcast_shape(a.shape), kind="finite")
    return Case(f"np.clip(a, {low}, {high})", f"np.binary('minimum', np.binary('maximum', a, {low}), {high})",
                any_zero=True)  # fmt: skip


# Reductions


def reduction_arguments(program, axes=True, dtypes=REALS, kind="finite", **options):
    """An array `a` and the text of axis= and keepdims=."""
    a = program.array("a", dtypes, kind=kind)
    axis = program.axis(a)
    keepdims = program.pick(..., True, False) if axis is not None else ...
    return a, keywords(axis=... if axis is None and program.pick(True, False) else axis, keepdims=keepdims, **options)


@covers("sum", "mean", "ndarray.sum", "ndarray.mean")
def sums(program, name):
    a, options = reduction_arguments(program)
    call = f"a.{short(name)}({options[2:]})" if "." in name else f"np.{short(name)}(a{options})"
    return Case(call, f"np.{short(name)}(a{options})", ulps=64 if a.dtype.kind == "f" or short(name) == "mean" else 0,
                size="np.sized(a)")  # fmt: skip


@covers("std", "var", "ndarray.std", "ndarray.var")
def deviations(program, name):
    a, options = reduction_arguments(program, ddof=program.pick(..., 0, 1))
    call = f"a.{short(name)}({options[2:]})" if "." in name else f"np.{short(name)}(a{options})"
    return Case(call, f"np.{short(name)}(a{options})", ulps=4096, size="np.sized(a)")


@covers("max", "min", "argmax", "argmin", "ndarray.max", "ndarray.min", "ndarray.argmax", "ndarray.argmin")
def greatest(program, name):
    _, options = reduction_arguments(program, kind=program.pick("any", "small"))
    call = f"a.{short(name)}({options[2:]})" if "." in name else f"np.{short(name)}(a{options})"
    return Case(call, f"np.{short(name)}(a{options})")


@covers("all", "any", "ndarray.all", "ndarray.any")
def truth(program, name):
    _, options = reduction_arguments(program, kind=program.pick("unit", "small"), dtypes=ALL)
    call = f"a.{short(name)}({options[2:]})" if "." in name else f"np.{short(name)}(a{options})"
    return Case(call, f"np.{short(name)}(a{options})")


@covers("median")
def median(program, name):
    a = program.array("a", REALS, kind="finite")
    return Case(f"np.median(a, axis={program.axis(a)})", ulps=4)


@covers("sort", "argsort")
def order(program, name):
    a = program.array("a", REALS[1:], kind=program.pick("small", "any"))
    axis = program.axis(a, none=name == "sort")
    return Case(f"np.{name}(a, axis={axis})")


@covers("ndarray.sort", "ndarray.argsort")
def order_methods(program, name):
    a = program.array("a", REALS[1:], kind=program.pick("small", "any"))
    axis = program.axis(a, none=False)
    if name == "ndarray.argsort":
        return Case(f"a.argsort(axis={axis})", f"np.argsort(a, axis={axis})")
    program.execute(f"b = a.sort(axis={axis})", in_oracle=True)
    return Case("b is None, a_base")


# Creation

SHAPES = ("3", "(2, 3)", "[2, 3]", "(0, 2)", "(1, 2, 3, 4)", "0", "(2,)")


@covers("zeros", "ones", "empty", "full")
def creation(program, name):
    value = ", " + program.pick("3", "-1", "1", "0", "True") if name == "full" else ""
    dtype = program.pick(*ALL)
    name_there = "zeros" if name == "empty" else name
    shape = program.pick(*SHAPES)
    return Case(*(f"np.{function}({shape}{value}, dtype=np.{dtype})" for function in (name, name_there)))


@covers("eye", "identity")
def eye(program, name):
    n = program.whole(0, 6)
    dtype = program.pick(*ALL)
    options = f", dtype=np.{dtype}" if program.pick(True, False) else ""
    if name == "eye":
        options += keywords(M=program.pick(..., 0, 1, 5, 9), k=program.pick(..., 1, -1, 3, -7, 100))
    return Case(f"np.{name}({n}{options})")


@covers("arange")
def arange(program, name):
    arguments = program.pick("7", "0", "2, 9", "9, 2, -2", "0, 1, 0.25", "5, 5", "-3, 3, 2", "32768", "0, -1, -0.125")
    dtype = program.pick(..., *(f"np.{dtype}" for dtype in REALS))
    return Case(f"np.arange({arguments}{keywords(dtype=dtype)})", ulps=2)


@covers("linspace", "logspace")
def spaces(program, name):
    ends = program.pick("0, 1", "1, 0", "-3, 7.5", "2, 2")
    options = keywords(num=program.pick(2, 3, 50, 17), endpoint=program.pick(..., True, False))
    if name == "logspace":
        options += keywords(base=program.pick(..., 2, 2.5))
    return Case(f"np.{name}({ends}{options})", ulps=4 if name == "linspace" else 256, size="" if name == "logspace" else "8")


@covers("array", "asarray")
def from_sequences(program, name):
    form = program.pick("array", "list", "nested", "arrays", "bytes")
    dtype = program.pick(*ALL)
    if form == "array":
        a = program.array("a", ALL, kind="finite")
        if a.dtype.kind == "c" and dtype != "complex":
            return Case(f"np.{name}(a, dtype=np.{dtype})", "np.no_cast()", error=("TypeError",))
        return Case(f"np.{name}(a, dtype=np.{dtype})", f"np.cast(a, {dtype!r})")
    text = {
        "list": "[1, 2, -3]", "nested": "[[1, 2], (3, 4), range(2)]", "bytes": "b'abc'",
        "arrays": "[np.ones(2), np.zeros(2)]",
    }[form]  # fmt: skip
    source = text.replace("range(2)", "(0, 1)").replace("b'abc'", "[97, 98, 99]")
    wide = "complex" if dtype == "complex" else "np.float64"
    if form == "arrays" and dtype not in FLOATS:
        text = "[np.ones(2, dtype=np.uint8), np.zeros(2, dtype=np.uint8)]"
    return Case(f"np.{name}({text}, dtype=np.{dtype})", f"np.cast(np.array({source}, dtype={wide}), {dtype!r})")


@covers("frombuffer")
def frombuffer(program, name):
    a = program.array("a", ALL, dense=True)
    size = a.dtype.itemsize
    offset = program.pick(0, 0, size) if a.size else 0
    count = program.pick(-1, 0, (a.nbytes - offset) // size)
    return Case(f"np.frombuffer(a, dtype=np.{oracle.name(a.dtype)}, count={count}, offset={offset})",
                f"a.flatten()[{offset // size}:]{'' if count < 0 else f'[:{count}]'}")  # fmt: skip


# Arrangement


@covers("concatenate")
def concatenate(program, name):
    dtype = program.pick(*ALL)
    a = program.array("a", (dtype,))
    axis = program.axis(a, none=False)
    shape = list(a.shape)
    shape[axis] = program.pick(1, 0, 3)
    program.array("b", (dtype,), tuple(shape))
    return Case(f"np.concatenate(({program.pick('a, b', 'b, a, b', 'a')},), axis={axis})".replace("a,)", "a,)"))


@covers("flip")
def flip(program, name):
    a = program.array("a", ALL)
    return Case(f"np.flip(a, axis={program.axis(a)})")


@covers("roll")
def roll(program, name):
    a = program.array("a", ALL)
    return Case(f"np.roll(a, {program.pick(1, 0, -1, 3, 1000, -77)}, axis={program.axis(a)})")


@covers("diff")
def diff(program, name):
    a = program.array("a", REALS[1:])
    axis = program.axis(a, none=False)
    n = program.whole(0, min(3, a.shape[axis]))
    return Case(f"np.diff(a, n={n}, axis={axis})")


# Attributes and methods of arrays


@covers("ndarray.shape", "ndarray.ndim", "ndarray.size", "ndarray.itemsize", "ndarray.T", "ndarray.nbytes",
        "ndarray.strides")  # fmt: skip
def attributes(program, name):
    # Axes of one item and empty arrays have strides that nothing depends on.
    program.array("a", ALL, shape=program.pick((5, 4), (2, 3, 4), (9,), (2, 2, 3, 4)) if "strides" in name else None)
    return Case(f"a.{short(name)}")


@covers("ndarray.dtype")
def dtype_attribute(program, name):
    a = program.array("a", ALL)
    code = {"bool": "B", "complex": "c"}.get(oracle.name(a.dtype), a.dtype.char.replace("l", "i").replace("L", "I"))
    return Case("a.dtype, ulab.dtype(a)", repr((ord(code), ord(code))))


@covers("ndarray.copy", "ndarray.flatten", "ndarray.tolist")
def copies(program, name):
    program.array("a", ALL, kind="finite")
    order = program.pick("", "order='C'", "order='F'") if name.endswith("flatten") else ""
    return Case(f"a.{short(name)}({order})")


@covers("ndarray.tobytes")
def tobytes(program, name):
    a = program.array("a", ALL)
    if not a.size:
        return Case("len(a.tobytes())")
    return Case("np.frombuffer(a.tobytes(), dtype=np.uint8)", "np.frombuffer(a.tobytes(), dtype=np.uint8)")


@covers("ndarray.astype")
def astype(program, name):
    a = program.array("a", ALL)
    dtype = program.pick(*ALL)
    if a.dtype.kind == "c" and dtype not in ("complex", "bool"):
        return Case(f"a.astype(np.{dtype})", "np.no_cast()", error=("TypeError",))
    return Case(f"a.astype(np.{dtype})", f"np.cast(a, {dtype!r})")


@covers("ndarray.reshape")
def reshape(program, name):
    a = program.array("a", ALL)
    shape = [a.size] if program.pick(True, False) else list(a.shape[::-1])
    if a.size and program.pick(True, False):
        shape[program.whole(0, len(shape) - 1)] = -1
    form = program.pick(f"{tuple(shape)}", ", ".join(map(str, shape)))
    return Case(f"a.reshape({form})")


@covers("ndarray.transpose")
def transpose(program, name):
    from hypothesis import strategies as st

    a = program.array("a", ALL)
    axes = program.draw(st.permutations(range(a.ndim)))
    return Case(program.pick("a.transpose()", f"a.transpose({tuple(axes)})"))


PROTOCOLS = ("len()", "iteration", "in", "truth")


@covers(*PROTOCOLS)
def protocols(program, name):
    a = program.array("a", REALS)
    if name == "in":
        return Case(f"{program.pick('1', '0', '0.5', '255')} in a")
    if name == "truth":
        return Case("not not a", f"{len(a) > 0 and a.size > 0}")
    return Case("len(a)" if name == "len()" else "[x for x in a]")


# Indexing


def index_text(program, array, forms):
    """The text of an index of an array, of parts of some forms."""
    parts = []
    ellipsis = False
    axis = 0
    while axis < array.ndim and program.pick(True, True, True, False):
        side = array.shape[axis]
        form = program.pick(*forms)
        if form == "int" and side == 0:
            form = "slice"
        if form == "...":
            form = "slice" if ellipsis else form
            ellipsis = True
        if form == "int":
            parts.append(str(program.whole(-side, side - 1)))
        elif form == "slice":
            start, stop = (program.pick("", str(program.whole(-side - 1, side + 1))) for _ in range(2))
            parts.append(f"{start}:{stop}{program.pick('', '', ':2', ':-1', ':-3', ':100')}")
        elif form == "None":
            parts.append("None")
        elif form == "...":
            parts.append("...")
        elif form in ("list", "integers"):
            count = program.pick(3, 0, 1, side) if side else 0
            values = [program.whole(-side, side - 1) for _ in range(count)]
            if form == "list" and values:
                parts.append(repr(values))
            else:
                parts.append(f"np.array({values}, dtype=np.{program.pick('int16', 'int8', 'int32')})")
        elif form == "mask":
            flags = [program.pick(True, False) for _ in range(side)]
            parts.append(f"np.array({flags}, dtype=np.bool)")
        axis += form not in ("None", "...")
    return ", ".join(parts) if parts else "..."


INDEX_FORMS = {
    "index int": ("int",),
    "index slice": ("slice",),
    "index int and slice": ("int", "slice"),
    "index Ellipsis and None": ("int", "slice", "...", "None"),
    "index integers": ("integers", "list"),
    "index integers and slices": ("integers", "slice", "list", "int"),
    "index mask": ("mask",),
    "index everything": ("integers", "slice", "list", "int", "mask", "...", "None"),
}


@covers(*INDEX_FORMS)
def reading(program, name):
    a = program.array("a", ALL)
    return Case(f"a[{index_text(program, a, INDEX_FORMS[name])}]", error=("IndexError", "ValueError"))


@covers(*(f"{form} =" for form in INDEX_FORMS))
def writing(program, name):
    a = program.array("a", ALL, kind="finite")
    index = index_text(program, a, INDEX_FORMS[name[:-2]])
    try:
        target = eval(f"a[{index}]", {"np": oracle.NAMES, "a": a})
    except IndexError:
        return Case(f"a[{index}]", error=("IndexError", "ValueError"))
    if np.ndim(target) > 4:
        program.execute(f"a[{index}] = 1")
        return Case("a_base", "np.too_many_axes()")
    form = program.pick("number", "array", "row", "itself") if np.ndim(target) else "number"
    if form == "number":
        value = program.pick("1", "0", "2.75" if a.dtype.kind in "fc" else "100")
    elif form == "itself":
        value = f"a[{index}][::-1]"
    else:
        shape = target.shape if form == "array" else program.broadcast_shape(target.shape)
        real = a.dtype.kind != "c"
        program.array("b", REALS if real else ALL, shape, kind="small")
        value = "b"
    program.execute(f"a[{index}] = {value}")
    return Case("a_base", f"np.assigned(a, lambda a: a[{index}], {value}, a_base)",
                error=("IndexError", "ValueError"))  # fmt: skip


@covers("index n-D mask", "index n-D mask =")
def n_dimensional_mask(program, name):
    a = program.array("a", ALL, kind="finite")
    axes = program.whole(1, a.ndim)
    program.array("m", ("bool",), a.shape[:axes])
    if not name.endswith("="):
        return Case("a[m]")
    value = program.pick("1", "b")
    count = int(program.names["m"].sum())
    program.array("b", (oracle.name(a.dtype),), program.pick((count, *a.shape[axes:]), (1, *a.shape[axes:])))
    program.execute(f"a[m] = {value}", in_oracle=True)
    return Case("a_base")


# Transforms


@covers("fft.fft", "fft.ifft")
def transforms(program, name):
    program.array("a", ALL, (program.pick(8, 1, 2, 3, 5, 16, 17, 64, 100),), kind="finite")
    return Case(f"np.{name}(a)", ulps=64, size="np.sized(a)")


# Constants and modules


@covers("e", "pi", "inf", "nan")
def constants(program, name):
    return Case(f"np.{name}")


@covers(*DTYPES, "float")
def dtype_names(program, name):
    numpy_name = {"float": "float64"}.get(name, name)
    return Case(f"np.zeros(1, dtype=np.{name}).itemsize, np.zeros(1, dtype=np.{name})",
                f"{np.dtype(DTYPES[numpy_name]).itemsize}, np.zeros(1, dtype=np.{name})")  # fmt: skip
