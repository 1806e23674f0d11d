"""What ulab's names give, computed by NumPy with the rules in which ulab differs from it.

An expression of a test is evaluated with this module as `np`. A name that is
not defined here means the same in NumPy.
"""

import builtins
import math

import numpy
from ulab_cases import DTYPES, cast, name

INTEGER_PROMOTION = {
    frozenset(("uint8", "int8")): "int16",
    frozenset(("uint8", "uint16")): "uint16",
    frozenset(("uint8", "int16")): "int16",
    frozenset(("int8", "uint16")): "int16",
    frozenset(("int8", "int16")): "int16",
    frozenset(("uint16", "int16")): "float64",
}
# (left, right) where a rule differs from that of + and *.
DIFFERENT = {
    "subtract": {("uint16", "int8"): "uint16"},
    "floor_divide": {("int8", "uint16"): "uint16", ("uint16", "int8"): "uint16"},
    "remainder": {("uint16", "int8"): "float64"},
    "extreme": {("uint16", "int8"): "uint16"},
    "select": {("int8", "uint16"): "uint16", ("uint16", "int8"): "uint16"},
    "bitwise operator": {("uint16", "int16"): None, ("int16", "uint16"): None},
    "bitwise function": {
        ("int8", "uint16"): "uint16", ("uint16", "int8"): "uint16",
        ("uint16", "int16"): "int16", ("int16", "uint16"): "int16",
    },
    "shift": {
        ("int8", "uint16"): "uint16", ("uint16", "int8"): "uint16",
        ("uint16", "int16"): "int16", ("int16", "uint16"): "int16",
    },
}  # fmt: skip
RULES = {
    "add": "add", "multiply": "add", "subtract": "subtract", "divide": "float", "power": "float",
    "floor_divide": "floor_divide", "remainder": "remainder", "fmod": "remainder",
    "maximum": "extreme", "minimum": "extreme", "where": "select", "clip": "extreme",
    "bitwise_and": "bitwise function", "bitwise_or": "bitwise function", "bitwise_xor": "bitwise function",
    "&": "bitwise operator", "|": "bitwise operator", "^": "bitwise operator",
    "left_shift": "shift", "right_shift": "shift", "<<": "shift", ">>": "shift",
    "arctan2": "float", "hypot": "float",
}  # fmt: skip


def promoted(rule, left, right):
    """The name of the dtype of a result, by the names of two dtypes; None where there is none."""
    floats = {"float32", "float64", "complex"} & {left, right}
    bits = rule.startswith("bitwise") or rule == "shift"
    if floats and bits:
        return None
    if floats:
        return name(numpy.result_type(DTYPES[left], DTYPES[right]))
    if rule == "float":
        return "float64"
    if left == right == "bool" and rule == "bitwise operator":
        return "bool"
    left, right = ("uint8" if side == "bool" else side for side in (left, right))
    if left == right:
        return left
    if (left, right) in DIFFERENT.get(rule, {}):
        return DIFFERENT[rule][left, right]
    if frozenset((left, right)) in INTEGER_PROMOTION:
        return INTEGER_PROMOTION[frozenset((left, right))]
    result = numpy.result_type(DTYPES[left], DTYPES[right]).name
    if result == "int64":
        return None if bits else "float64"
    return result


def scalar_dtype(value, array=None, array_is_left=False):
    """The dtype that a Python number counts as beside an array."""
    if isinstance(value, (bool, numpy.bool_)):
        return "bool"
    if isinstance(value, (complex, numpy.complexfloating)):
        return "complex"
    beside = "" if array is None else name(array.dtype)
    if isinstance(value, (float, numpy.floating)):
        return "float32" if beside == "float32" else "float64"
    if beside in ("int32", "uint32") and numpy.iinfo(beside).min <= value <= numpy.iinfo(beside).max:
        return beside
    if array_is_left and beside in ("int8", "int16") and 0 <= value <= 32767:
        return "int8" if value <= 127 else "int16"
    for dtype in ("uint8", "int8", "uint16", "int16"):
        if numpy.iinfo(dtype).min <= value <= numpy.iinfo(dtype).max:
            return dtype
    return "float32" if beside == "float32" else "float64"


def operand(value):
    """An array or number; sequences are arrays of float64."""
    if isinstance(value, numpy.ndarray) or numpy.isscalar(value):
        return value
    return numpy.array(value, numpy.float64)


def dtypes_of(left, right):
    """The names of the dtypes that two operands count as."""
    arrays = [isinstance(side, numpy.ndarray) for side in (left, right)]
    return (
        name(left.dtype) if arrays[0] else scalar_dtype(left, right if arrays[1] else None),
        name(right.dtype) if arrays[1] else scalar_dtype(right, left if arrays[0] else None, True),
    )


def _wide(value, dtype):
    if isinstance(value, numpy.ndarray):
        return value.astype(dtype)
    return numpy.asarray(value, dtype)


def binary(operation, left, right):
    """Arithmetic with ulab's dtypes: computed wide, then cut to the result's dtype.

    Integers wrap. By zero, // and % of integers give 0. The sign of % is that of the dividend.
    """
    left, right = operand(left), operand(right)
    result = promoted(RULES[operation], *dtypes_of(left, right))
    if result is None:
        raise TypeError(f"{operation} of {dtypes_of(left, right)}")
    function = {
        "&": numpy.bitwise_and, "|": numpy.bitwise_or, "^": numpy.bitwise_xor,
        "<<": numpy.left_shift, ">>": numpy.right_shift,
        "remainder": numpy.fmod,
    }.get(operation) or getattr(numpy, operation)  # fmt: skip
    exact = operation in ("add", "subtract", "multiply", "divide", "maximum", "minimum")
    if result == "bool":
        wide = numpy.bool_
    elif result in ("float32", "float64", "complex"):
        wide = numpy.float64 if result == "float32" and not exact else DTYPES[result]
    else:
        wide = numpy.int64
    if result == "complex" and operation in ("floor_divide", "remainder", "maximum", "minimum"):
        raise NotImplementedError(operation)
    with numpy.errstate(all="ignore"):
        return cast(function(_wide(left, wide), _wide(right, wide)), result)


def compare(operation, left, right):
    """A comparison by value; bool."""
    left, right = operand(left), operand(right)
    if operation not in ("equal", "not_equal") and "complex" in dtypes_of(left, right):
        raise NotImplementedError(operation)
    wide = numpy.complex128 if "complex" in dtypes_of(left, right) else numpy.float64
    float32 = sorted(dtypes_of(left, right))[0] == "float32" and not builtins.all(
        isinstance(side, numpy.ndarray) for side in (left, right)
    )
    if float32:
        left, right = _wide(left, numpy.float32), _wide(right, numpy.float32)
    with numpy.errstate(all="ignore"):
        return getattr(numpy, operation)(_wide(left, wide), _wide(right, wide))


def real_dtype(array):
    """The dtype of functions of float nature."""
    return numpy.float32 if getattr(array, "dtype", None) == numpy.float32 else numpy.float64


def unary(function, value):
    """A function of float nature, computed in double precision."""
    value = operand(value)
    if numpy.iscomplexobj(value):
        raise NotImplementedError("complex")
    with numpy.errstate(all="ignore"):
        return getattr(numpy, function)(_wide(value, numpy.float64)).astype(real_dtype(value))


# The names of ulab after the math module's.
MATH_NAMES = {
    "acos": "arccos", "acosh": "arccosh", "asin": "arcsin", "asinh": "arcsinh", "atan": "arctan", "atanh": "arctanh",
}  # fmt: skip


def _reduced(result, dtype):
    """A number where no axis is left, else an array of that dtype."""
    result = numpy.asarray(result)
    return result.item() if result.ndim == 0 and result.dtype.kind != "f" else result.astype(dtype)[()]


def _real_array(a):
    a = operand(a)
    if numpy.isscalar(a):
        raise TypeError("a number")
    if numpy.iscomplexobj(a):
        raise NotImplementedError("complex")
    return a


def sum(a, axis=None, keepdims=False):  # noqa: A001
    """Along an axis in the dtype of the input, which wraps; else a number of any size."""
    a = _real_array(a)
    wide = numpy.float64 if a.dtype.kind == "f" else numpy.int64
    dtype = numpy.uint8 if a.dtype == numpy.bool_ else a.dtype
    with numpy.errstate(all="ignore"):
        return _reduced(numpy.sum(a, axis, wide, keepdims=keepdims), dtype)


def _moment(function, a, axis, keepdims, **options):
    a = _real_array(a)
    with numpy.errstate(all="ignore"):
        return _reduced(function(a.astype(numpy.float64), axis, keepdims=keepdims, **options), real_dtype(a))


def mean(a, axis=None, keepdims=False):
    """In floating point."""
    return _moment(numpy.mean, a, axis, keepdims)


def std(a, axis=None, ddof=0, keepdims=False):
    """In floating point."""
    return _moment(numpy.std, a, axis, keepdims, ddof=ddof)


def var(a, axis=None, ddof=0, keepdims=False):
    """In floating point."""
    return _moment(numpy.var, a, axis, keepdims, ddof=ddof)


def median(a, axis=None, keepdims=False):
    """In floating point."""
    return _moment(numpy.median, a, axis, keepdims)


def _extreme(function, a, axis, keepdims):
    a = _real_array(a)
    return _reduced(function(a.astype(numpy.uint8) if a.dtype == numpy.bool_ and numpy.ndim(
        function(a, axis, keepdims=keepdims)) == 0 else a, axis, keepdims=keepdims), a.dtype)  # fmt: skip


def max(a, axis=None, keepdims=False):  # noqa: A001
    """Of a bool array without an axis an int."""
    return _extreme(numpy.max, a, axis, keepdims)


def min(a, axis=None, keepdims=False):  # noqa: A001
    """Of a bool array without an axis an int."""
    return _extreme(numpy.min, a, axis, keepdims)


def index_array(indices, dtype, limit):
    """Indices in a 16-bit dtype where that is wide enough."""
    wide = {"int16": numpy.int32, "uint16": numpy.uint32}[dtype]
    return numpy.asarray(indices).astype(dtype if limit <= numpy.iinfo(dtype).max else wide)


def _position(function, a, axis, keepdims):
    a = _real_array(a)
    result = function(a, axis, keepdims=keepdims)
    return result.item() if numpy.ndim(result) == 0 else index_array(result, "int16", a.size)


def argmax(a, axis=None, keepdims=False):
    """int16."""
    return _position(numpy.argmax, a, axis, keepdims)


def argmin(a, axis=None, keepdims=False):
    """int16."""
    return _position(numpy.argmin, a, axis, keepdims)


def _truth(function, a, axis, keepdims):
    result = function(a, axis, keepdims=keepdims)
    return result if axis is None else numpy.atleast_1d(result)


def all(a, axis=None, keepdims=False):  # noqa: A001
    """Along the only axis an array of one item."""
    return _truth(numpy.all, a, axis, keepdims)


def any(a, axis=None, keepdims=False):  # noqa: A001
    """Along the only axis an array of one item."""
    return _truth(numpy.any, a, axis, keepdims)


def concatenate(arrays, axis=0):
    """bool becomes uint8."""
    result = numpy.concatenate(arrays, axis)
    return result.astype(numpy.uint8) if result.dtype == numpy.bool_ else result


def sort(a, axis=None):
    """Of all items without an axis."""
    return numpy.sort(_real_array(a), axis)


def argsort(a, axis=-1):
    """uint16, stable."""
    a = _real_array(a)
    return index_array(numpy.argsort(a, axis, kind="stable"), "uint16", a.size)


def flip(a, axis=None):
    """Flat without an axis."""
    return a.flatten()[::-1] if axis is None else numpy.flip(a, axis)


def where(condition, x, y):
    """With ulab's promotion, numbers being of the smallest dtype."""
    condition, x, y = operand(condition), operand(x), operand(y)
    dtype = promoted(
        "select", *(name(side.dtype) if isinstance(side, numpy.ndarray) else scalar_dtype(side) for side in (x, y))
    )
    wide = numpy.float64 if "float" in dtype else numpy.int64
    if dtype == "complex":
        raise NotImplementedError("complex")
    return cast(numpy.where(condition, _wide(x, wide), _wide(y, wide)), dtype)


def sized(a):
    """The sum of the sizes of all items, for tolerances."""
    with numpy.errstate(all="ignore"):
        a = numpy.abs(numpy.asarray(a).astype(numpy.complex128 if numpy.iscomplexobj(a) else numpy.float64))
    total = float_sum(a[numpy.isfinite(a)])
    return total if math.isfinite(total) else 1e308


def float_sum(a):
    """Without an overflow warning."""
    with numpy.errstate(all="ignore"):
        return numpy.sum(a).item()


def in_place(operation, a, b, base):
    """The base of a view after an operation in place, and whether the object stayed."""
    if a.dtype.kind in "iu" and operation in ("add", "subtract", "multiply") and numpy.asarray(b).dtype.kind in "biu":
        result = getattr(numpy, operation)(a.astype(numpy.int64), numpy.asarray(b).astype(numpy.int64))
    else:
        result = binary(operation, a, b)
    if a.dtype.kind in "iu" and (operation in ("divide", "power") or dtypes_of(a, operand(b))[1].startswith("float")):
        raise TypeError("cannot cast")
    return assigned(a, lambda a: a, cast(result, name(a.dtype)), base), True


def assigned(a, view_of, value, base):
    """The base of a view after an assignment to items of it. Overlapping values are read before."""
    target = numpy.array(a)
    value = numpy.array(value)
    value = cast(value, name(a.dtype)) if a.dtype.kind != "c" else value
    positions = view_of(numpy.arange(a.size).reshape(a.shape))
    flat = target.reshape(-1)
    flat[positions] = value
    copy = base.copy()
    numpy.lib.stride_tricks.as_strided(copy, base.shape, base.strides)
    _same_view(a, base, copy)[...] = flat.reshape(a.shape)
    return copy


def _same_view(a, base, copy):
    """The view of a copy of the base that `a` is of the base."""
    offset = a.__array_interface__["data"][0] - base.__array_interface__["data"][0]
    return numpy.ndarray(a.shape, a.dtype, copy, offset, a.strides) if a.size else numpy.empty(a.shape, a.dtype)


def written(out, value, base):
    """Whether a function returns its out=, and the base of that with the value written to it."""
    return True, assigned(out, lambda a: a, value.astype(out.dtype), base)


def product(a, b):
    """In floating point; a number for two vectors."""
    dtype = promoted("float", name(a.dtype), name(b.dtype))
    return _reduced(a.astype(numpy.float64) @ b.astype(numpy.float64), DTYPES[dtype])


def no_cast():
    """Complex numbers do not become real ones."""
    raise TypeError("complex")


def _function_of_two(operation):
    return lambda left, right: binary(operation, left, right)


add, subtract, multiply, floor_divide, maximum, minimum, bitwise_and, bitwise_or, bitwise_xor, left_shift, right_shift = map(
    _function_of_two, ("add", "subtract", "multiply", "floor_divide", "maximum", "minimum", "bitwise_and", "bitwise_or",
                       "bitwise_xor", "left_shift", "right_shift"),
)  # fmt: skip
divide = true_divide = _function_of_two("divide")
power = pow = _function_of_two("power")


def fabs(a):
    """In floating point."""
    return unary("fabs", a)


def around(a, decimals=0):
    """Halves go away from zero; floats."""
    scale = 10.0**decimals
    wide = numpy.asarray(operand(a)).astype(numpy.float64) * scale
    return (numpy.trunc(wide + numpy.copysign(0.5, wide)) / scale).astype(real_dtype(a))


round = around


def clip(a, low, high):
    """With ulab's promotion."""
    return binary("minimum", binary("maximum", a, low), high)


def trapz(y, x=None, dx=1.0):
    """In floating point."""
    return numpy.trapezoid(y.astype(numpy.float64), x, dx)


trapezoid = trapz


def polyval(p, x):
    """In floating point."""
    return numpy.polyval(numpy.array(p, numpy.float64), x)


def empty_like(a):
    """Zeros."""
    return numpy.zeros_like(a)


in1d = numpy.isin


def quantile(a, q, axis=None):
    """In floating point."""
    return numpy.quantile(a.astype(numpy.float64), q, axis).astype(real_dtype(a))[()]


def percentile(a, q, axis=None):
    """In floating point."""
    return numpy.percentile(a.astype(numpy.float64), q, axis).astype(real_dtype(a))[()]


def trace(a):
    """Of a square matrix."""
    return sum(numpy.diagonal(a))


def flat_tuple(result):
    """A tuple of NumPy's several results."""
    return tuple(result) if isinstance(result, tuple) else result


def single(result, a):
    """A result in the precision of functions of float nature of an array."""
    return numpy.asarray(result).astype(real_dtype(a))[()]


class _Transforms:
    """numpy.fft in double precision."""

    def __getattr__(self, attribute):
        function = getattr(numpy.fft, attribute)
        if "freq" in attribute or "shift" in attribute:
            return function
        return lambda a, *options, **names: function(
            a.astype(complex if numpy.iscomplexobj(a) else numpy.float64), *options, **names
        )


fft = _Transforms()


def too_many_axes():
    """An array has up to four, an index no more either."""
    raise IndexError("too many dimensions")


def arange(*arguments, dtype=None):
    """int16 for ints up to 32768, else float64."""
    values = numpy.arange(*arguments)
    if dtype is not None:
        return cast(values, name(dtype))
    small = builtins.all(isinstance(end, int) and abs(end) <= 32768 for end in arguments)
    return values.astype(numpy.int16 if small else numpy.float64)


def full(shape, value, dtype=numpy.float64):
    """Integers wrap."""
    return cast(numpy.full(shape, value), name(dtype))


DTYPE_NAMES = {"bool": numpy.bool_, "float": numpy.float64, "complex": numpy.complex128}


class _Names:
    """This module's names, and NumPy's where there is none."""

    def __getattr__(self, attribute):
        if attribute in DTYPE_NAMES:
            return DTYPE_NAMES[attribute]
        return globals()[attribute] if attribute in globals() else getattr(numpy, attribute)


NAMES = _Names()
