"""NumPy's arrays and functions, as far as a camera needs them.

Arrays have 1 to 4 dimensions. A dtype is a small int, the ord of its type code.
Scalars out of an array are Python numbers. Slices, transposes, reshaped dense
arrays and rows are views that share memory. Parameters without a default have
no name: pass them by position.

Results of two integer arrays have the smallest of the dtypes that holds both
where there is one, so 250 + 10 is 4 in uint8; Python ints count as the smallest
dtype that holds them. Division, powers and functions of float nature give
floats. Integers wrap, floats become integers by rounding half away from zero,
and an integer divided by zero with // or % gives 0. % has the sign of the
dividend, unlike NumPy's.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

from . import fft as fft
from . import linalg as linalg

bool: int
"""True or False, in a byte."""
uint8: int
int8: int
uint16: int
int16: int
uint32: int
int32: int
float32: int
"""Single precision, 4 bytes."""
float64: int
"""Double precision, 8 bytes; the default dtype."""
float: int
"""The same as float64."""
complex: int
"""Two float64, 16 bytes."""

e: float
inf: float
nan: float
pi: float

_Float = type(0.5)
_Bool = type(True)
_Number = int | _Float | type(1j)
_Shape = int | tuple[int, ...] | list[int]
_ArrayLike = ndarray | Sequence[Any] | _Number

class ndarray:
    """An array of up to 4 dimensions; the constructor is the same as array().

    With a buffer it is NumPy's constructor instead: a view of the buffer's
    memory from `offset` bytes on, with any shape and strides (in bytes) that
    stay inside; read-only where the buffer is. Raises ValueError where they
    reach beyond.

    >>> np.ndarray((2, 2), dtype=np.uint8, buffer=bytearray(b"abcdef"), offset=1, strides=(2, 1))
    array([[98, 99],
           [100, 101]], dtype=uint8)
    """

    @overload
    def __init__(self, x: Iterable[Any], /, dtype: int = ...) -> None: ...
    @overload
    def __init__(
        self, shape: _Shape, dtype: int = ..., *, buffer: Any, offset: int = 0, strides: tuple[int, ...] | None = None
    ) -> None: ...
    shape: tuple[int, ...]
    """Items along each axis. A shape of as many items can be assigned where the memory has no gaps."""
    @property
    def ndim(self) -> int:
        """Number of axes, 1 to 4."""
    @property
    def size(self) -> int:
        """Number of items."""
    @property
    def itemsize(self) -> int:
        """Bytes of an item."""
    @property
    def nbytes(self) -> int:
        """Bytes of all items."""
    @property
    def strides(self) -> tuple[int, ...]:
        """Bytes from one item to the next along each axis."""
    @property
    def dtype(self) -> int:
        """The type code; that of uint8 for a bool array."""
    @property
    def T(self) -> ndarray:
        """A view with the axes in reverse order; the array itself where there is one axis."""
    @property
    def base(self) -> Any:
        """What the memory belongs to: an array or buffer; None for an array of its own."""
    @property
    def flat(self) -> Any:
        """The items in C order as an iterator, which also has a length and indices: `a.flat[5] = 1`."""
    @property
    def real(self) -> ndarray:
        """A copy of the real parts."""
    @property
    def imag(self) -> ndarray:
        """A copy of the imaginary parts; zeros of the same dtype for a real array."""
    def copy(self) -> ndarray:
        """A dense copy."""
    def astype(self, dtype: int, /) -> ndarray:
        """A dense copy in another dtype. Raises TypeError from complex to real.

        Floats are rounded, half away from zero (NumPy cuts them off), and wrap.

        >>> np.array([1.5, -0.2, 300]).astype(np.uint8)
        array([2, 0, 44], dtype=uint8)
        """
    def byteswap(self, inplace: _Bool = False) -> ndarray:
        """A copy with the bytes of each item in reverse order, or the array itself with its items changed."""
    def fill(self, value: _Number, /) -> None:
        """Set all items, with the conversion of an assignment."""
    def flatten(self, order: str = "C") -> ndarray:
        """A copy with one axis, in the order of rows ("C") or columns ("F")."""
    def item(self, *index: int) -> Any:
        """The only item, the one at a place in C order, or at one index for each axis, as a Python number."""
    def reshape(self, *shape: int | tuple[int, ...], order: str = "C") -> ndarray:
        """The items in another shape, of which one size may be -1: a view of a dense array, else a copy.

        Raises ValueError where the number of items differs.

        >>> np.arange(6).reshape(2, -1)
        array([[0, 1, 2],
               [3, 4, 5]], dtype=int16)
        """
    def transpose(self, *axes: int | tuple[int, ...] | None) -> ndarray:
        """A view with the axes in the given order, or reversed. Raises ValueError where one is missing or repeated."""
    def tobytes(self) -> bytearray:
        """A copy of the items' bytes in C order."""
    def tolist(self) -> list[Any]:
        """Nested lists of Python numbers."""
    def view(self, dtype: int = ..., /) -> ndarray:
        """The same memory, with another dtype as items of that; the last axis is counted anew.

        >>> np.array([1, 2], dtype=np.uint16).view(np.uint8)
        array([1, 0, 2, 0], dtype=uint8)
        """
    def sort(self, *, axis: int | None = -1) -> None:
        """Sort in place, nan last; with None as one axis. Raises NotImplementedError for complex items."""
    def all(self, *args: Any, **kwargs: Any) -> Any:
        """all() with the array as first argument."""
    def any(self, *args: Any, **kwargs: Any) -> Any:
        """any() with the array as first argument."""
    def argmax(self, *args: Any, **kwargs: Any) -> Any:
        """argmax() with the array as first argument."""
    def argmin(self, *args: Any, **kwargs: Any) -> Any:
        """argmin() with the array as first argument."""
    def argsort(self, *args: Any, **kwargs: Any) -> Any:
        """argsort() with the array as first argument."""
    def clip(self, *args: Any, **kwargs: Any) -> Any:
        """clip() with the array as first argument."""
    def conj(self, *args: Any, **kwargs: Any) -> Any:
        """conjugate() with the array as first argument."""
    def conjugate(self, *args: Any, **kwargs: Any) -> Any:
        """conjugate() with the array as first argument."""
    def cumprod(self, *args: Any, **kwargs: Any) -> Any:
        """cumprod() with the array as first argument."""
    def cumsum(self, *args: Any, **kwargs: Any) -> Any:
        """cumsum() with the array as first argument."""
    def diagonal(self, *args: Any, **kwargs: Any) -> Any:
        """diagonal() with the array as first argument."""
    def dot(self, *args: Any, **kwargs: Any) -> Any:
        """dot() with the array as first argument."""
    def max(self, *args: Any, **kwargs: Any) -> Any:
        """max() with the array as first argument."""
    def mean(self, *args: Any, **kwargs: Any) -> Any:
        """mean() with the array as first argument."""
    def min(self, *args: Any, **kwargs: Any) -> Any:
        """min() with the array as first argument."""
    def nonzero(self, *args: Any, **kwargs: Any) -> Any:
        """nonzero() with the array as first argument."""
    def prod(self, *args: Any, **kwargs: Any) -> Any:
        """prod() with the array as first argument."""
    def ptp(self, *args: Any, **kwargs: Any) -> Any:
        """ptp() with the array as first argument."""
    def ravel(self, *args: Any, **kwargs: Any) -> Any:
        """ravel() with the array as first argument."""
    def repeat(self, *args: Any, **kwargs: Any) -> Any:
        """repeat() with the array as first argument."""
    def round(self, *args: Any, **kwargs: Any) -> Any:
        """round() with the array as first argument."""
    def searchsorted(self, *args: Any, **kwargs: Any) -> Any:
        """searchsorted() with the array as first argument."""
    def squeeze(self, *args: Any, **kwargs: Any) -> Any:
        """squeeze() with the array as first argument."""
    def std(self, *args: Any, **kwargs: Any) -> Any:
        """std() with the array as first argument."""
    def sum(self, *args: Any, **kwargs: Any) -> Any:
        """sum() with the array as first argument."""
    def swapaxes(self, *args: Any, **kwargs: Any) -> Any:
        """swapaxes() with the array as first argument."""
    def take(self, *args: Any, **kwargs: Any) -> Any:
        """take() with the array as first argument."""
    def trace(self, *args: Any, **kwargs: Any) -> Any:
        """trace() with the array as first argument."""
    def var(self, *args: Any, **kwargs: Any) -> Any:
        """var() with the array as first argument."""
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __contains__(self, value: object) -> _Bool: ...
    def __getitem__(self, index: Any) -> Any:
        """An item or a view, by ints, slices, None, Ellipsis and tuples of them; a copy by arrays.

        Arrays and lists of ints or bools, alone, several together or mixed with
        the others, are NumPy's, with a result of up to 4 dimensions. Raises
        IndexError out of bounds, ValueError for more dimensions.

        >>> a = np.arange(12).reshape((3, 4))
        >>> a[[0, -1], 1:3]
        array([[1, 2],
               [9, 10]], dtype=int16)
        >>> a[a > 8]
        array([9, 10, 11], dtype=int16)
        """
    def __setitem__(self, index: Any, value: _ArrayLike) -> None:
        """Write with broadcasting and conversion; the last of several values for one item counts.

        Floats become integers by rounding, half away from zero, but by cutting
        off where arrays are among the indices.
        """
    def __add__(self, other: _ArrayLike) -> ndarray: ...
    def __sub__(self, other: _ArrayLike) -> ndarray: ...
    def __mul__(self, other: _ArrayLike) -> ndarray: ...
    def __truediv__(self, other: _ArrayLike) -> ndarray: ...
    def __floordiv__(self, other: _ArrayLike) -> ndarray: ...
    def __mod__(self, other: _ArrayLike) -> ndarray: ...
    def __pow__(self, other: _ArrayLike) -> ndarray: ...
    def __matmul__(self, other: ndarray) -> Any: ...
    def __and__(self, other: _ArrayLike) -> ndarray: ...
    def __or__(self, other: _ArrayLike) -> ndarray: ...
    def __xor__(self, other: _ArrayLike) -> ndarray: ...
    def __lshift__(self, other: _ArrayLike) -> ndarray: ...
    def __rshift__(self, other: _ArrayLike) -> ndarray: ...
    def __rlshift__(self, other: _ArrayLike) -> ndarray: ...
    def __rrshift__(self, other: _ArrayLike) -> ndarray: ...
    def __radd__(self, other: _ArrayLike) -> ndarray: ...
    def __rsub__(self, other: _ArrayLike) -> ndarray: ...
    def __rmul__(self, other: _ArrayLike) -> ndarray: ...
    def __rtruediv__(self, other: _ArrayLike) -> ndarray: ...
    def __rfloordiv__(self, other: _ArrayLike) -> ndarray: ...
    def __rmod__(self, other: _ArrayLike) -> ndarray: ...
    def __rpow__(self, other: _ArrayLike) -> ndarray: ...
    def __rand__(self, other: _ArrayLike) -> ndarray: ...
    def __ror__(self, other: _ArrayLike) -> ndarray: ...
    def __rxor__(self, other: _ArrayLike) -> ndarray: ...
    def __lt__(self, other: _ArrayLike) -> ndarray: ...
    def __le__(self, other: _ArrayLike) -> ndarray: ...
    def __gt__(self, other: _ArrayLike) -> ndarray: ...
    def __ge__(self, other: _ArrayLike) -> ndarray: ...
    def __eq__(self, other: object) -> Any: ...
    def __ne__(self, other: object) -> Any: ...
    def __neg__(self) -> ndarray: ...
    def __pos__(self) -> ndarray: ...
    def __invert__(self) -> ndarray: ...
    def __abs__(self) -> ndarray: ...

def array(x: Iterable[Any], /, dtype: int = ...) -> ndarray:
    """A new array, float64 unless told, from nested sequences, buffers or arrays.

    Raises ValueError for ragged or too deeply nested sequences, TypeError for
    items that do not fit the dtype (a float in an integer dtype); ints wrap.
    """

def asarray(x: _ArrayLike, /, dtype: int | None = None) -> Any:
    """The array itself where the dtype is right, a number as it is, else a new array."""

def zeros(shape: _Shape, /, dtype: int = ...) -> ndarray:
    """An array of zeros."""

def empty(shape: _Shape, /, dtype: int = ...) -> ndarray:
    """The same as zeros()."""

def ones(shape: _Shape, /, dtype: int = ...) -> ndarray:
    """An array of ones."""

def full(shape: _Shape, value: _Number, /, dtype: int = ...) -> ndarray:
    """An array of one value; float64 unless told."""

def eye(n: int, /, *, M: int | None = None, k: int = 0, dtype: int = ...) -> ndarray:
    """n rows and M (or n) columns of zeros with ones on the diagonal, or k places above it."""

def arange(start: _Number, stop: _Number = ..., step: _Number = 1, /, *, dtype: int | None = None) -> ndarray:
    """Numbers from start (0) up to but without stop; int16 for ints up to 32768, else float64.

    Raises ZeroDivisionError for a step of 0, ValueError for inf and nan.
    """

def linspace(
    start: float, stop: float, num: int = 50, *, endpoint: _Bool = True, retstep: _Bool = False, dtype: int = ...
) -> Any:
    """`num` >= 2 numbers at equal distances, with or without the end; with `retstep` a tuple with the distance."""

def frombuffer(buffer: Any, /, dtype: int = ..., count: int = -1, offset: int = 0) -> ndarray:
    """A view of a buffer's memory from an offset in bytes; read-only where the buffer is.

    Raises ValueError where the buffer is too short or not a multiple of the
    item's size, and on use after the buffer was resized.
    """

def concatenate(arrays: tuple[ndarray, ...], /, *, axis: int = 0) -> ndarray:
    """Arrays of one dtype, one after the other along an axis."""

def where(condition: _ArrayLike, x: _ArrayLike, y: _ArrayLike, /) -> ndarray:
    """Items of x where the condition is true, of y elsewhere, with broadcasting."""

def flip(a: ndarray, /, *, axis: int | None = None) -> ndarray:
    """A view with one axis reversed; without an axis, a copy of all items in reverse order with one axis."""

def roll(a: ndarray, shift: int, /, *, axis: int | None = None) -> ndarray:
    """A copy with the items moved along an axis, out at one end and in at the other."""

def diff(a: ndarray, /, *, n: int = 1, axis: int = -1) -> ndarray:
    """Differences of neighbours along an axis, n times (0 to 9); unsigned integers wrap."""

def sort(a: ndarray, /, *, axis: int | None = None) -> ndarray:
    """A sorted copy, nan last; of all items with one axis unless told."""

def argsort(a: ndarray, /, *, axis: int = -1) -> ndarray:
    """The indices (uint16) that sort an axis of up to 65,535 items; equal items stay in their order."""

def median(a: ndarray, /, *, axis: int | None = None) -> Any:
    """The middle item, or the mean of the two; nan for no items."""

def sum(a: _ArrayLike, /, axis: int | None = None, keepdims: _Bool = False) -> Any:
    """The sum of all items, an int of any size for integers; along an axis in the input's dtype, which wraps."""

def mean(a: _ArrayLike, /, axis: int | None = None, keepdims: _Bool = False) -> Any:
    """The mean of all items, or along an axis; nan for no items."""

def std(a: _ArrayLike, /, axis: int | None = None, *, ddof: int = 0, keepdims: _Bool = False) -> Any:
    """The standard deviation: root of the squared distances' sum over n - ddof."""

def max(a: _ArrayLike, /, axis: int | None = None, keepdims: _Bool = False) -> Any:
    """The greatest item; nan if there is one. Raises ValueError for no items."""

def min(a: _ArrayLike, /, axis: int | None = None, keepdims: _Bool = False) -> Any:
    """The least item; nan if there is one. Raises ValueError for no items."""

def argmax(a: _ArrayLike, /, axis: int | None = None, keepdims: _Bool = False) -> Any:
    """The index of the first greatest item, of the flattened array without an axis; int16 where that is wide enough."""

def argmin(a: _ArrayLike, /, axis: int | None = None, keepdims: _Bool = False) -> Any:
    """The index of the first least item, of the flattened array without an axis; int16 where that is wide enough."""

def all(a: _ArrayLike, /, axis: int | None = None, keepdims: _Bool = False) -> Any:
    """Whether no item is zero."""

def any(a: _ArrayLike, /, axis: int | None = None, keepdims: _Bool = False) -> Any:
    """Whether some item is not zero."""

def dot(a: ndarray, b: ndarray, /) -> Any:
    """The product of matrices or vectors as floats; the same as a @ b. ValueError where sizes do not match."""

def clip(a: _ArrayLike, low: _ArrayLike, high: _ArrayLike, /) -> Any:
    """Items below `low` become `low`, those above `high` become `high`."""

def maximum(a: _ArrayLike, b: _ArrayLike, /) -> Any:
    """The greater of each pair; nan if one is."""

def minimum(a: _ArrayLike, b: _ArrayLike, /) -> Any:
    """The lesser of each pair; nan if one is."""

def equal(a: _ArrayLike, b: _ArrayLike, /) -> Any:
    """The same as a == b."""

def not_equal(a: _ArrayLike, b: _ArrayLike, /) -> Any:
    """The same as a != b."""

def arctan2(y: _ArrayLike, x: _ArrayLike, /) -> Any:
    """The angle of the point (x, y) in radians, -pi to pi."""

def abs(x: _ArrayLike, /) -> Any:
    """The absolute value; float64 of complex items."""

def isfinite(x: _ArrayLike, /, *, out: ndarray | None = None) -> Any:
    """Whether each item is neither nan nor infinite. `out` is a bool array.

    >>> np.isfinite(np.array([1, np.inf, np.nan]))
    array([True, False, False], dtype=bool)
    """

def isinf(x: _ArrayLike, /, *, out: ndarray | None = None) -> Any:
    """Whether each item is infinite. `out` is a bool array.

    >>> np.isinf(np.array([1, np.inf, np.nan]))
    array([False, True, False], dtype=bool)
    """

def isnan(x: _ArrayLike, /, *, out: ndarray | None = None) -> Any:
    """Whether each item is nan. `out` is a bool array.

    >>> np.isnan(np.array([1, np.inf, np.nan]))
    array([False, False, True], dtype=bool)
    """

def acos(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """Arc cosine in radians.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.acos(-1)
    3.141592653589793
    """

def arccos(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """The same as acos."""

def acosh(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """Inverse hyperbolic cosine.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.acosh(1)
    0.0
    """

def arccosh(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """The same as acosh."""

def around(a: _ArrayLike, decimals: int = 0, out: ndarray | None = None) -> Any:
    """Rounded to so many digits after the point, before it where negative, as floats.

    Halves go away from zero, unlike NumPy's, as in the upstream library.

    >>> np.around(np.array([0.5, 2.345]), decimals=2)
    array([0.5, 2.35], dtype=float64)
    """

def round(a: _ArrayLike, decimals: int = 0, out: ndarray | None = None) -> Any:
    """The same as around.

    >>> np.round(-2.5)
    -3.0
    """

def asin(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """Arc sine in radians.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.asin(np.array([0, 0.5]))
    array([0.0, 0.523598775598299], dtype=float64)
    """

def arcsin(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """The same as asin."""

def asinh(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """Inverse hyperbolic sine.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.asinh(0)
    0.0
    """

def arcsinh(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """The same as asinh."""

def atan(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """Arc tangent in radians.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.atan(1)
    0.7853981633974483
    """

def arctan(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """The same as atan."""

def atanh(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """Inverse hyperbolic tangent.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.atanh(0)
    0.0
    """

def arctanh(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """The same as atanh."""

def cbrt(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """Cubic root.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.cbrt(-27)
    -3.0
    """

def ceil(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """The next integer above, as a float.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.ceil(np.array([1.2, -1.2]))
    array([2.0, -1.0], dtype=float64)
    """

def cos(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """Cosine of radians; also of complex items. Within 2 units in the last place in float32.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.cos(0)
    1.0
    """

def cosh(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """Hyperbolic cosine; also of complex items.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.cosh(0)
    1.0
    """

def degrees(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """Radians to degrees.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.degrees(np.pi)
    180.0
    """

def rad2deg(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """The same as degrees."""

def exp(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """e to the power; also of complex items. Within 1 unit in the last place, 2 in float32.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.exp(np.array([0, 1]))
    array([1.0, 2.718281828459046], dtype=float64)
    """

def exp2(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """2 to the power.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.exp2(10)
    1024.0
    """

def expm1(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """exp(x) - 1, exact near 0. Within 2 units in the last place.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.expm1(0)
    0.0
    """

def floor(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """The next integer below, as a float.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.floor(np.array([1.2, -1.2]))
    array([1.0, -2.0], dtype=float64)
    """

def log(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """Natural logarithm, -inf of 0 and nan below; also of complex items, or of negative ones with dtype=complex.
    Within 2 units in the last place.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.log(np.array([1, 0, -1]))
    array([0.0, -inf, nan], dtype=float64)
    """

def log10(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """Logarithm to base 10. Within 2 units in the last place.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.log10(100)
    2.0
    """

def log1p(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """log(1 + x), exact near 0.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.log1p(0)
    0.0
    """

def log2(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """Logarithm to base 2, exact for powers of two. Within 2 units in the last place.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.log2(8)
    3.0
    """

def radians(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """Degrees to radians.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.radians(180)
    3.141592653589793
    """

def deg2rad(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """The same as radians."""

def rint(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """The nearest integer, the even one of two, as a float.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.rint(np.array([0.5, 1.5]))
    array([0.0, 2.0], dtype=float64)
    """

def signbit(x: _ArrayLike, /, *, out: ndarray | None = None) -> Any:
    """Whether each item has a minus sign, zeros too. `out` is a bool array.

    >>> np.signbit(np.array([1, -0.0, -2]))
    array([False, True, True], dtype=bool)
    """

def sin(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """Sine of radians; also of complex items. Within 2 units in the last place in float32.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.sin(0)
    0.0
    """

def sinc(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """sin(pi x) / (pi x), 1 at 0.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.sinc(0)
    1.0
    """

def sinh(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """Hyperbolic sine; also of complex items.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.sinh(0)
    0.0
    """

def sqrt(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """Square root, nan of negative items unless dtype=complex.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.sqrt(np.array([4, -4]), dtype=np.complex)
    array([2.0+0.0j, 0.0+2.0j], dtype=complex)
    """

def tan(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """Tangent of radians.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.tan(0)
    0.0
    """

def tanh(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """Hyperbolic tangent. Within 2.5 units in the last place, 2 in float32.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.tanh(0)
    0.0
    """

def trunc(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """The integer part, as a float.

    `out` is a float array that the shape of `x` can be stretched to, for the result; `dtype` the type of the result.

    >>> np.trunc(np.array([1.7, -1.7]))
    array([1.0, -1.0], dtype=float64)
    """

def fix(x: _ArrayLike, /, *, out: ndarray | None = None, dtype: int = ...) -> Any:
    """The same as trunc."""

def trace(a: ndarray, /) -> _Number:
    """The sum of the diagonal of a square matrix.

    Raises TypeError for anything but an array, ValueError for one that is not square.

    >>> np.trace(np.eye(3))
    3.0
    """
