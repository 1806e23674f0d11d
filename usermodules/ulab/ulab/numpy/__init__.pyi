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

import builtins
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

from . import fft as fft
from . import linalg as linalg
from . import random as random

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

e: _Float
inf: _Float
nan: _Float
pi: _Float

# The names of dtypes hide those of Python's types.
_Float = builtins.float
_Bool = builtins.bool
_Number = int | _Float | builtins.complex
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
    def __buffer__(self, flags: int, /) -> memoryview: ...
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
    def __divmod__(self, other: _ArrayLike) -> tuple[ndarray, ndarray]:
        """Quotients rounded down and remainders with the sign of the divisor, as NumPy's; % has that of the dividend.

        >>> divmod(np.array([-7, 7]), 3)
        (array([-3.0, 2.0], dtype=float64), array([2.0, 1.0], dtype=float64))
        """
    def __rdivmod__(self, other: _ArrayLike) -> tuple[ndarray, ndarray]: ...
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

def set_printoptions(*, threshold: int | None = None, edgeitems: int | None = None) -> None:
    """How rows are printed: those longer than `threshold` (10) show `edgeitems` (3) items at each end.

    >>> np.set_printoptions(threshold=4, edgeitems=1)
    >>> np.arange(5)
    array([0, ..., 4], dtype=int16)
    >>> np.set_printoptions(threshold=10, edgeitems=3)
    """

def get_printoptions() -> dict[str, int]:
    """The options of set_printoptions().

    >>> np.get_printoptions()["threshold"]
    10
    """

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
    start: _Float, stop: _Float, num: int = 50, *, endpoint: _Bool = True, retstep: _Bool = False, dtype: int = ...
) -> Any:
    """`num` >= 2 numbers at equal distances, with or without the end; with `retstep` a tuple with the distance."""

def frombuffer(buffer: Any, /, dtype: int = ..., count: int = -1, offset: int = 0) -> ndarray:
    """A view of a buffer's memory from an offset in bytes; read-only where the buffer is.

    Raises ValueError where the buffer is too short or not a multiple of the
    item's size, and on use after the buffer was resized.
    """

def diff(a: ndarray, /, *, n: int = 1, axis: int = -1) -> ndarray:
    """Differences of neighbours along an axis, n times (0 to 9); unsigned integers wrap."""

def sort(a: ndarray, /, *, axis: int | None = None) -> ndarray:
    """A sorted copy, nan last; of all items with one axis unless told."""

def argsort(a: ndarray, /, *, axis: int = -1) -> ndarray:
    """The indices that sort an axis, uint16 up to 65,535 items, else uint32; equal items stay in their order."""

def median(a: ndarray, /, axis: int | tuple[int, ...] | None = None, keepdims: _Bool = False) -> Any:
    """The middle item, or the mean of the two; nan for no items."""

def dot(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """Sums of products over the last axis of `a` and the last but one of `b`: of vectors, matrices and more.

    float32 where both are float32, or one is and the other has integers of at most 16 bits; complex with complex
    items; else float64. An operand of another dtype than the result, and a left one whose rows have gaps, is copied.
    ValueError where the lengths differ.

    >>> np.dot(np.array([[1, 2], [3, 4]]), np.array([5, 6]))
    array([17.0, 39.0], dtype=float64)
    >>> np.dot([1, 2, 3], [4, 5, 6])
    32.0
    """

def inner(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """Sums of products over the last axes of both.

    >>> np.inner(np.array([[1, 2], [3, 4]]), np.array([[5, 6]]))
    array([[17.0],
           [39.0]], dtype=float64)
    """

def matmul(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """The matrix product, the same as a @ b; the axes in front of the last two are broadcast.

    >>> np.matmul(np.ones((3, 2, 4)), np.ones((4, 5))).shape
    (3, 2, 5)
    """

def outer(a: _ArrayLike, b: _ArrayLike, out: ndarray | None = None) -> ndarray:
    """The product of each item of `a` with each of `b`, with the dtype of a * b.

    >>> np.outer([1, 2], [3, 4])
    array([[3.0, 4.0],
           [6.0, 8.0]], dtype=float64)
    """

def tensordot(a: ndarray, b: ndarray, axes: Any = 2) -> Any:
    """Sums of products over as many axes, the last of `a` and the first of `b`, or over two sequences of axes.

    >>> np.tensordot(np.ones((2, 3)), np.ones((3, 4)), 1).shape
    (2, 4)
    """

def vdot(a: ndarray, b: ndarray) -> _Number:
    """The sum of products of all items, the first ones conjugated.

    >>> np.vdot(np.array([1j], dtype=np.complex), np.array([1j], dtype=np.complex))
    (1+0j)
    """

def add(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """a + b.

    `out` takes the result where that is an array the operands can be stretched to; it may share memory with them.
    TypeError where its kind (bool, unsigned, signed, float, complex) is below that of the result.

    >>> pixels = np.array([10, 250], dtype=np.uint8)
    >>> np.add(pixels, 10, out=np.zeros(2, dtype=np.uint16))
    array([20, 4], dtype=uint16)
    """

def subtract(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """a - b."""

def multiply(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """a * b."""

def divide(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """a / b, always float.

    >>> np.divide(np.array([7, 1], dtype=np.uint8), np.array([2, 0], dtype=np.uint8))
    array([3.5, inf], dtype=float64)
    """

def true_divide(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """The same as divide()."""

def floor_divide(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """a // b, rounded down; integers by zero give 0."""

def fmod(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """The remainder with the sign of the dividend, as a % b of arrays; integers by zero give 0.

    >>> np.fmod(np.array([-7, 7]), 3)
    array([-1.0, 1.0], dtype=float64)
    """

def remainder(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """The remainder with the sign of the divisor; integers by zero give 0.

    >>> np.remainder(np.array([-7, 7]), 3)
    array([2.0, 1.0], dtype=float64)
    """

def mod(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """The same as remainder()."""

def power(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """a ** b, always float."""

def arctan2(y: _ArrayLike, x: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """The angle of the point (x, y) in radians, -pi to pi."""

def hypot(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """The length of the hypotenuse, without overflow on the way.

    >>> np.hypot(3, 4)
    5.0
    """

def copysign(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """The size of a with the sign of b."""

def maximum(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """The greater of each pair; nan if one is."""

def minimum(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """The lesser of each pair; nan if one is."""

def fmax(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """The greater of each pair; nan only if both are.

    >>> np.fmax(np.array([1.0, np.nan]), 0.5)
    array([1.0, 0.5], dtype=float64)
    """

def fmin(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """The lesser of each pair; nan only if both are."""

def bitwise_and(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """a & b of integers; of bool items uint8. ValueError for floats."""

def bitwise_or(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """a | b of integers; of bool items uint8. ValueError for floats."""

def bitwise_xor(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """a ^ b of integers; of bool items uint8. ValueError for floats."""

def left_shift(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """a << b of integers: 0 where b is negative or not below the width.

    >>> np.left_shift(np.array([1, 200], dtype=np.uint8), 1)
    array([2, 144], dtype=uint8)
    """

def right_shift(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """a >> b of integers: only the sign is left where b is negative or not below the width."""

def equal(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """a == b."""

def not_equal(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """a != b."""

def less(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """a < b."""

def less_equal(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """a <= b."""

def greater(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """a > b.

    >>> np.greater([1, 5], 3, out=np.zeros(2, dtype=np.uint8))
    array([0, 1], dtype=uint8)
    """

def greater_equal(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """a >= b."""

def logical_and(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """Whether neither is zero.

    >>> np.logical_and([0, 1, 2], [1, 1, 0])
    array([False, True, False], dtype=bool)
    """

def logical_or(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """Whether one is not zero."""

def logical_xor(a: _ArrayLike, b: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """Whether just one is not zero."""

def logical_not(x: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """Whether it is zero."""

def invert(x: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """~x of integers and bool items."""

def bitwise_not(x: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """The same as invert()."""

def negative(x: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """-x."""

def absolute(x: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """The absolute value; float64 of complex items."""

def abs(x: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """The same as absolute().

    >>> np.abs(np.array([-3, 4], dtype=np.int8))
    array([3, 4], dtype=int8)
    """

def sign(x: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """-1, 0 or 1 by the sign, nan for nan."""

def square(x: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """x * x, in the dtype of x."""

def reciprocal(x: _ArrayLike, /, out: ndarray | None = None) -> Any:
    """1 / x, always float."""

def clip(a: _ArrayLike, /, a_min: _ArrayLike | None = None, a_max: _ArrayLike | None = None,
    out: ndarray | None = None) -> Any:
    """Items below `a_min` become that, those above `a_max` that; a bound that is None does not exist.

    >>> np.clip(np.array([-1, 5, 300], dtype=np.int16), None, 255)
    array([-1, 5, 255], dtype=int16)
    """

def where(condition: _ArrayLike, x: _ArrayLike = ..., y: _ArrayLike = ..., /) -> Any:
    """Items of x where the condition is true, of y elsewhere, with broadcasting; nonzero(condition) without them.

    >>> np.where(np.array([1, 0, 3]), 1.5, 0)
    array([1.5, 0.0, 1.5], dtype=float64)
    """

def isclose(a: _ArrayLike, b: _ArrayLike, rtol: _Float = 1e-5, atol: _Float = 1e-8, equal_nan: _Bool = False) -> Any:
    """Whether each |a - b| is at most atol + rtol * |b|, or both are the same infinity.

    >>> np.isclose([1.0, 2.0], [1.000001, 2.1])
    array([True, False], dtype=bool)
    """

def allclose(a: _ArrayLike, b: _ArrayLike, rtol: _Float = 1e-5, atol: _Float = 1e-8, equal_nan: _Bool = False) -> _Bool:
    """Whether isclose() holds for all.

    >>> np.allclose([1.0, 2.0], [1.0, 2.0])
    True
    """

def array_equal(a: _ArrayLike, b: _ArrayLike, equal_nan: _Bool = False) -> _Bool:
    """Whether shapes and all items are equal.

    >>> np.array_equal([1, 2], np.array([1, 2], dtype=np.uint8))
    True
    """

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

def logspace(
    start: _Float, stop: _Float, num: int = 50, *, base: _Float = 10.0, endpoint: _Bool = True, dtype: int = ...
) -> ndarray:
    """`num` >= 2 numbers from base**start to base**stop at equal ratios; integer dtypes truncate.

    >>> np.logspace(0, 3, 4)
    array([1.0, 10.0, 100.0, 1000.0], dtype=float64)
    """

def geomspace(start: _Float, stop: _Float, num: int = 50, *, endpoint: _Bool = True, dtype: int = ...) -> ndarray:
    """`num` >= 2 numbers from start to stop at equal ratios. Raises ValueError for a start or stop of 0.

    >>> np.geomspace(1, 8, 4)
    array([1.0, 2.0, 4.0, 8.0], dtype=float64)
    """

def identity(n: int, /, *, dtype: int = ...) -> ndarray:
    """The same as eye(n).

    >>> np.identity(2)
    array([[1.0, 0.0],
           [0.0, 1.0]], dtype=float64)
    """

def full_like(a: _ArrayLike, fill_value: _Number, *, dtype: int | None = None, shape: _Shape | None = None) -> ndarray:
    """An array of one value with the shape and dtype of another.

    >>> np.full_like(np.array([1, 2], dtype=np.uint8), 7)
    array([7, 7], dtype=uint8)
    """

def zeros_like(a: _ArrayLike, *, dtype: int | None = None, shape: _Shape | None = None) -> ndarray:
    """Zeros with the shape and dtype of another array.

    >>> np.zeros_like(np.ones(2))
    array([0.0, 0.0], dtype=float64)
    """

def ones_like(a: _ArrayLike, *, dtype: int | None = None, shape: _Shape | None = None) -> ndarray:
    """Ones with the shape and dtype of another array.

    >>> np.ones_like(np.zeros(2))
    array([1.0, 1.0], dtype=float64)
    """

def empty_like(a: _ArrayLike, *, dtype: int | None = None, shape: _Shape | None = None) -> ndarray:
    """The same as zeros_like().

    >>> np.empty_like(np.ones(2)).shape
    (2,)
    """

def fromiter(iterable: Iterable[Any], dtype: int = ..., count: int = -1) -> ndarray:
    """An array of the numbers of an iterable, or of the first `count`. Raises ValueError where there are fewer.

    >>> np.fromiter((i * i for i in range(4)), np.uint8)
    array([0, 1, 4, 9], dtype=uint8)
    """

def indices(dimensions: tuple[int, ...], *, dtype: int = ...) -> ndarray:
    """The index along each axis at each place of a grid, int16 unless told.

    >>> np.indices((2, 2))
    array([[[0, 0],
           [1, 1]],
    <BLANKLINE>
           [[0, 1],
           [0, 1]]], dtype=int16)
    """

def fromfunction(function: Any, shape: _Shape, *, dtype: int = ...) -> Any:
    """function(*indices(shape)): the indices along each axis go in as arrays.

    >>> np.fromfunction(lambda i, j: i + j, (2, 3))
    array([[0.0, 1.0, 2.0],
           [1.0, 2.0, 3.0]], dtype=float64)
    """

def diag(x: _ArrayLike, k: int = 0) -> ndarray:
    """A square matrix with x on a diagonal, or a copy of the diagonal of a matrix; k > 0 is above the main one.

    >>> np.diag(np.array([[1, 2], [3, 4]]))
    array([1.0, 4.0], dtype=float64)
    >>> np.diag([1, 2])
    array([[1.0, 0.0],
           [0.0, 2.0]], dtype=float64)
    """

def diagonal(a: ndarray, offset: int = 0, axis1: int = 0, axis2: int = 1) -> ndarray:
    """A copy of the diagonals of the matrices along two axes, as the last axis.

    >>> np.diagonal(np.array([[1, 2], [3, 4]]))
    array([1.0, 4.0], dtype=float64)
    """

def trace(a: ndarray, /) -> Any:
    """The sum of the diagonal of a square matrix, else ValueError.

    >>> np.trace(np.array([[1, 2], [3, 4]]))
    5.0
    """

def tri(n: int, m: int | None = None, k: int = 0, *, dtype: int = ...) -> ndarray:
    """Ones on and below a diagonal, zeros above.

    >>> np.tri(2, 3)
    array([[1.0, 0.0, 0.0],
           [1.0, 1.0, 0.0]], dtype=float64)
    """

def tril(a: _ArrayLike, k: int = 0) -> ndarray:
    """A copy of matrices with zeros above a diagonal.

    >>> np.tril(np.ones((2, 2)))
    array([[1.0, 0.0],
           [1.0, 1.0]], dtype=float64)
    """

def triu(a: _ArrayLike, k: int = 0) -> ndarray:
    """A copy of matrices with zeros below a diagonal.

    >>> np.triu(np.ones((2, 2)))
    array([[1.0, 1.0],
           [0.0, 1.0]], dtype=float64)
    """

def meshgrid(*arrays: ndarray, indexing: str = "xy") -> tuple[ndarray, ...]:
    """Vectors as coordinates of a grid, each repeated to its whole shape; the first two axes change places for 'xy'.

    >>> np.meshgrid(np.array([1, 2]), np.array([3, 4]))
    (array([[1.0, 2.0],
           [1.0, 2.0]], dtype=float64), array([[3.0, 3.0],
           [4.0, 4.0]], dtype=float64))
    """

def ix_(*arrays: _ArrayLike) -> tuple[ndarray, ...]:
    """Vectors as the indices of a grid: a[np.ix_(rows, columns)].

    >>> [i.shape for i in np.ix_(np.arange(2), np.arange(3))]
    [(2, 1), (1, 3)]
    """

def copy(a: _ArrayLike) -> ndarray:
    """A dense copy.

    >>> np.copy(np.ones(2))
    array([1.0, 1.0], dtype=float64)
    """

def copyto(to: ndarray, values: _ArrayLike, where: Any = True) -> None:
    """Write values, all or where a bool array is true, with broadcasting.

    >>> a = np.zeros(3)
    >>> np.copyto(a, 5, [True, False, True])
    >>> a
    array([5.0, 0.0, 5.0], dtype=float64)
    """

def concatenate(
    arrays: tuple[ndarray, ...] | list[ndarray], axis: int = 0, *, dtype: int | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """Arrays one after the other along an axis.

    The dtype is NumPy's for all of them, with float64 for int64; bool arrays alone make a uint8 array, which the
    other functions that put arrays together (stack, append, ...) do not.

    >>> np.concatenate((np.ones(2), np.zeros(1)))
    array([1.0, 1.0, 0.0], dtype=float64)
    """

def stack(arrays: Sequence[_ArrayLike], axis: int = 0) -> ndarray:
    """Arrays of one shape along a new axis.

    >>> np.stack(([1, 2], [3, 4]), axis=1)
    array([[1.0, 3.0],
           [2.0, 4.0]], dtype=float64)
    """

def vstack(arrays: Sequence[_ArrayLike]) -> ndarray:
    """Arrays below each other: along the first axis, vectors as rows.

    >>> np.vstack(([1, 2], [3, 4]))
    array([[1.0, 2.0],
           [3.0, 4.0]], dtype=float64)
    """

def hstack(arrays: Sequence[_ArrayLike]) -> ndarray:
    """Arrays beside each other: along the second axis, vectors along their only one.

    >>> np.hstack(([1, 2], [3]))
    array([1.0, 2.0, 3.0], dtype=float64)
    """

def dstack(arrays: Sequence[_ArrayLike]) -> ndarray:
    """Arrays behind each other: along the third axis.

    >>> np.dstack(([1, 2], [3, 4])).shape
    (1, 2, 2)
    """

def column_stack(arrays: Sequence[_ArrayLike]) -> ndarray:
    """Vectors as columns of a matrix.

    >>> np.column_stack(([1, 2], [3, 4]))
    array([[1.0, 3.0],
           [2.0, 4.0]], dtype=float64)
    """

def append(a: _ArrayLike, values: _ArrayLike, axis: int | None = None) -> ndarray:
    """A copy with the values behind; both with one axis unless told.

    >>> np.append([1, 2], 3)
    array([1.0, 2.0, 3.0], dtype=float64)
    """

def insert(a: _ArrayLike, indices: int | Sequence[int], values: _ArrayLike, axis: int | None = None) -> ndarray:
    """A copy with values in front of the given places; with one axis unless told.

    >>> np.insert([1, 2], 1, 5)
    array([1.0, 5.0, 2.0], dtype=float64)
    """

def delete(a: ndarray, indices: Any, axis: int | None = None) -> ndarray:
    """A copy without the items at an index, several or a slice. Raises ValueError out of bounds.

    >>> np.delete(np.array([1, 2, 3]), 1)
    array([1.0, 3.0], dtype=float64)
    """

def take(a: ndarray, indices: Any, axis: int | None = None, out: ndarray | None = None, mode: str | None = None) -> Any:
    """Items by their places along an axis, of the flattened array unless told.

    Mode 'wrap' counts on from the start behind the end, 'clip' takes the item at the end; else a place that is not
    there raises ValueError. `out` has the dtype and shape of the result.

    >>> np.take(np.array([5, 6, 7]), [2, 0])
    array([7.0, 5.0], dtype=float64)
    """

def compress(condition: Any, a: ndarray, axis: int | None = None) -> ndarray:
    """The items where the condition, which has exactly their number, is true.

    >>> np.compress([True, False, True], np.array([5, 6, 7]))
    array([5.0, 7.0], dtype=float64)
    """

def split(a: ndarray, sections: int | Sequence[int], axis: int = 0) -> list[ndarray]:
    """Views of equal parts, or of those up to each given index. Raises ValueError where they cannot be equal.

    >>> np.split(np.array([1, 2, 3, 4]), 2)
    [array([1.0, 2.0], dtype=float64), array([3.0, 4.0], dtype=float64)]
    """

def array_split(a: ndarray, sections: int | Sequence[int], axis: int = 0) -> list[ndarray]:
    """As split(), but the first parts may have one more item.

    >>> np.array_split(np.array([1, 2, 3]), 2)
    [array([1.0, 2.0], dtype=float64), array([3.0], dtype=float64)]
    """

def hsplit(a: ndarray, sections: int | Sequence[int]) -> list[ndarray]:
    """split() along the second axis, or the only one.

    >>> [x.shape for x in np.hsplit(np.ones((2, 4)), 2)]
    [(2, 2), (2, 2)]
    """

def vsplit(a: ndarray, sections: int | Sequence[int]) -> list[ndarray]:
    """split() along the first axis.

    >>> [x.shape for x in np.vsplit(np.ones((2, 4)), 2)]
    [(1, 4), (1, 4)]
    """

def dsplit(a: ndarray, sections: int | Sequence[int]) -> list[ndarray]:
    """split() along the third axis.

    >>> [x.shape for x in np.dsplit(np.ones((2, 1, 4)), 2)]
    [(2, 1, 2), (2, 1, 2)]
    """

def tile(a: _ArrayLike, repeats: int | tuple[int, ...]) -> ndarray:
    """The whole array again and again along each axis.

    >>> np.tile([1, 2], 2)
    array([1.0, 2.0, 1.0, 2.0], dtype=float64)
    """

def repeat(a: _ArrayLike, repeats: int | Sequence[int], axis: int | None = None) -> ndarray:
    """Each item again and again along an axis; with one axis unless told.

    >>> np.repeat([1, 2], 2)
    array([1.0, 1.0, 2.0, 2.0], dtype=float64)
    """

def pad(a: _ArrayLike, width: Any, mode: str = "constant", constant_values: Any = 0) -> ndarray:
    """A copy with a border.

    The width is one number, (before, after), or such a pair for each axis. Modes are 'constant', 'edge', 'reflect',
    'symmetric' and 'wrap'.

    >>> np.pad([1, 2], 1)
    array([0.0, 1.0, 2.0, 0.0], dtype=float64)
    >>> np.pad([1, 2, 3], (0, 2), 'reflect')
    array([1.0, 2.0, 3.0, 2.0, 1.0], dtype=float64)
    """

def reshape(a: _ArrayLike, shape: _Shape) -> ndarray:
    """The items in another shape, a view of a dense array.

    >>> np.reshape([1, 2, 3, 4], (2, 2))
    array([[1.0, 2.0],
           [3.0, 4.0]], dtype=float64)
    """

def ravel(a: _ArrayLike) -> ndarray:
    """The items with one axis, a view of a dense array.

    >>> np.ravel([[1, 2], [3, 4]])
    array([1.0, 2.0, 3.0, 4.0], dtype=float64)
    """

def transpose(a: _ArrayLike, axes: tuple[int, ...] | None = None) -> ndarray:
    """A view with the axes in another order, reversed unless told.

    >>> np.transpose([[1, 2], [3, 4]])
    array([[1.0, 3.0],
           [2.0, 4.0]], dtype=float64)
    """

def swapaxes(a: ndarray, axis1: int, axis2: int) -> ndarray:
    """A view with two axes exchanged.

    >>> np.swapaxes(np.ones((2, 3)), 0, 1).shape
    (3, 2)
    """

def moveaxis(a: ndarray, source: int | tuple[int, ...], destination: int | tuple[int, ...]) -> ndarray:
    """A view with axes at other places, the others in their order.

    >>> np.moveaxis(np.ones((2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """

def rollaxis(a: ndarray, axis: int, start: int = 0) -> ndarray:
    """A view with an axis in front of the one at `start`.

    >>> np.rollaxis(np.ones((2, 3, 4)), 2).shape
    (4, 2, 3)
    """

def expand_dims(a: _ArrayLike, axis: int | tuple[int, ...]) -> ndarray:
    """A view with a new axis of one item.

    >>> np.expand_dims([1, 2], 0)
    array([[1.0, 2.0]], dtype=float64)
    """

def squeeze(a: _ArrayLike, axis: int | tuple[int, ...] | None = None) -> ndarray:
    """A view without axes of one item; one is left of an array of a single item.

    >>> np.squeeze([[1, 2]])
    array([1.0, 2.0], dtype=float64)
    """

def atleast_1d(*arrays: _ArrayLike) -> Any:
    """Arrays as they are, numbers as arrays of one item.

    >>> np.atleast_1d(3)
    array([3.0], dtype=float64)
    """

def atleast_2d(*arrays: _ArrayLike) -> Any:
    """Arrays with one or two axes more in front, up to two.

    >>> np.atleast_2d(3)
    array([[3.0]], dtype=float64)
    """

def atleast_3d(*arrays: _ArrayLike) -> Any:
    """Arrays with more axes, up to three.

    >>> np.atleast_3d([1, 2]).shape
    (1, 2, 1)
    """

def broadcast_to(a: _ArrayLike, shape: _Shape, /) -> ndarray:
    """A read-only view stretched to a shape.

    >>> np.broadcast_to(np.array([1, 2]), (2, 2))
    array([[1.0, 2.0],
           [1.0, 2.0]], dtype=float64)
    """

def broadcast_arrays(*arrays: _ArrayLike) -> tuple[ndarray, ...]:
    """Read-only views stretched to one shape.

    >>> [x.shape for x in np.broadcast_arrays([1, 2], [[1], [2], [3]])]
    [(3, 2), (3, 2)]
    """

def broadcast_shapes(*shapes: _Shape) -> tuple[int, ...]:
    """The shape to which all can be stretched, or ValueError.

    >>> np.broadcast_shapes((3, 1), 4)
    (3, 4)
    """

def fliplr(a: ndarray) -> ndarray:
    """A view with the second axis reversed.

    >>> np.fliplr(np.array([[1, 2], [3, 4]]))
    array([[2.0, 1.0],
           [4.0, 3.0]], dtype=float64)
    """

def flipud(a: ndarray) -> ndarray:
    """A view with the first axis reversed.

    >>> np.flipud(np.array([[1, 2], [3, 4]]))
    array([[3.0, 4.0],
           [1.0, 2.0]], dtype=float64)
    """

def rot90(a: ndarray, k: int = 1, axes: tuple[int, int] = (0, 1)) -> ndarray:
    """A view turned by k right angles, from the first axis to the second.

    >>> np.rot90(np.array([[1, 2], [3, 4]]))
    array([[2.0, 4.0],
           [1.0, 3.0]], dtype=float64)
    """

def roll(a: ndarray, shift: int | tuple[int, ...], axis: int | tuple[int, ...] | None = None) -> ndarray:
    """A copy with the items moved along axes, out at one end and in at the other.

    >>> np.roll(np.array([1, 2, 3]), 1)
    array([3.0, 1.0, 2.0], dtype=float64)
    """

def flip(a: ndarray, /, *, axis: int | tuple[int, ...] | None = None) -> ndarray:
    """A view with axes reversed; without an axis, a copy of all items in reverse order with one axis.

    >>> np.flip(np.array([[1, 2], [3, 4]]), axis=1)
    array([[2.0, 1.0],
           [4.0, 3.0]], dtype=float64)
    """

def nonzero(a: _ArrayLike, /) -> tuple[ndarray, ...]:
    """The indices of items that are not zero, an array for each axis: uint16 where it is wide enough, else uint32.

    >>> np.nonzero(np.array([0, 3, 0, 4]))
    (array([1, 3], dtype=uint16),)
    """

def flatnonzero(a: _ArrayLike) -> ndarray:
    """The indices of items that are not zero, of the flattened array.

    >>> np.flatnonzero([[0, 1], [2, 0]])
    array([1, 2], dtype=uint16)
    """

def argwhere(a: _ArrayLike) -> ndarray:
    """The indices of items that are not zero, a row for each.

    >>> np.argwhere([[0, 1], [2, 0]])
    array([[0, 1],
           [1, 0]], dtype=uint16)
    """

def count_nonzero(a: _ArrayLike, axis: int | tuple[int, ...] | None = None, *, keepdims: _Bool = False) -> Any:
    """How many items are not zero; uint32 along an axis.

    >>> np.count_nonzero([0, 1, 2])
    2
    """

def bincount(x: ndarray, /, *, weights: ndarray | None = None, minlength: int | None = None) -> ndarray:
    """How often each number occurs in a vector of uint8, uint16 or 32-bit integers, or the sums of its weights.

    Counts are uint16 up to 65,535 items, else uint32; sums of weights float64. Raises TypeError for other dtypes,
    ValueError for negative items.

    >>> np.bincount(np.array([1, 3, 1], dtype=np.uint8))
    array([0, 2, 0, 1], dtype=uint16)
    """

def searchsorted(a: _ArrayLike, v: _ArrayLike, /, side: str = "left") -> Any:
    """The places of values in a sorted vector, before equal ones or behind them; uint16 or uint32, an int for a number.

    >>> np.searchsorted([1, 2, 3], [0, 2, 5])
    array([0, 1, 3], dtype=uint16)
    """

def digitize(x: _ArrayLike, bins: _ArrayLike, right: _Bool = False) -> Any:
    """The bin that each value falls into; bins ascend or descend, and have their lower edges unless `right`.

    >>> np.digitize([0, 1, 2.5], [1, 2, 3])
    array([0, 1, 2], dtype=uint16)
    """

def histogram(
    a: _ArrayLike, bins: int | _ArrayLike = 10, range: tuple[_Float, _Float] | None = None,
    weights: _ArrayLike | None = None, density: _Bool = False,
) -> tuple[ndarray, ndarray]:
    """The numbers of items, or sums of their weights, in bins, and the edges of the bins.

    Counts are uint16 up to 65,535 items, else uint32. The last bin has both of its edges. Raises ValueError for edges
    that do not ascend.

    >>> np.histogram([1, 2, 2, 4], bins=3)
    (array([1, 2, 1], dtype=uint16), array([1.0, 2.0, 3.0, 4.0], dtype=float64))
    """

def unique(
    a: _ArrayLike, return_index: _Bool = False, return_inverse: _Bool = False, return_counts: _Bool = False
) -> Any:
    """The different items in order; a tuple with the places of the first of each, the places among them of all items
    (both of the flattened array) and the number of each if asked for.

    >>> np.unique([3, 1, 3])
    array([1.0, 3.0], dtype=float64)
    """

def isin(a: _ArrayLike, values: _ArrayLike, *, invert: _Bool = False) -> ndarray:
    """Whether each item is among the values.

    >>> np.isin([1, 2, 3], [2, 5])
    array([False, True, False], dtype=bool)
    """

def in1d(a: _ArrayLike, values: _ArrayLike, *, invert: _Bool = False) -> ndarray:
    """The same as isin().

    >>> np.in1d([1, 2, 3], [2, 5])
    array([False, True, False], dtype=bool)
    """

def intersect1d(a: _ArrayLike, b: _ArrayLike) -> ndarray:
    """The different items that are in both, in order.

    >>> np.intersect1d([1, 2, 3], [3, 2, 5])
    array([2.0, 3.0], dtype=float64)
    """

def union1d(a: _ArrayLike, b: _ArrayLike) -> ndarray:
    """The different items that are in one or both, in order.

    >>> np.union1d([1, 2], [3, 2])
    array([1.0, 2.0, 3.0], dtype=float64)
    """

def setdiff1d(a: _ArrayLike, b: _ArrayLike) -> ndarray:
    """The different items of a that are not in b, in order.

    >>> np.setdiff1d([1, 2, 3], [2])
    array([1.0, 3.0], dtype=float64)
    """

def setxor1d(a: _ArrayLike, b: _ArrayLike) -> ndarray:
    """The different items that are in only one of both, in order.

    >>> np.setxor1d([1, 2], [3, 2])
    array([1.0, 3.0], dtype=float64)
    """

def sort_complex(a: ndarray) -> ndarray:
    """A sorted copy of a vector as complex numbers: by the real part, then the imaginary.

    >>> np.sort_complex(np.array([3, 1]))
    array([1.0+0.0j, 3.0+0.0j], dtype=complex)
    """

def size(a: _ArrayLike, *, axis: int | None = None) -> int:
    """The number of items, or along an axis; of a list its length, of a number 1.

    >>> np.size(np.ones((2, 3)))
    6
    """

def ndim(a: _ArrayLike) -> int:
    """The number of axes, 0 of a number.

    >>> np.ndim([[1, 2]])
    2
    """

def shape(a: _ArrayLike) -> tuple[int, ...]:
    """The shape, () of a number.

    >>> np.shape([[1, 2]])
    (1, 2)
    """

def ndinfo(a: ndarray, /) -> None:
    """Print what is known about an array, also its address in memory."""

def sum(
    a: _ArrayLike, /, axis: int | tuple[int, ...] | None = None, keepdims: _Bool = False, *,
    out: ndarray | None = None, dtype: int | None = None,
) -> Any:
    """The sum of all items, an int of any size for integers; along an axis in the input's dtype, which wraps.

    >>> np.sum(np.array([[1, 2], [3, 4]]), axis=0)
    array([4.0, 6.0], dtype=float64)
    """

def mean(
    a: _ArrayLike, /, axis: int | tuple[int, ...] | None = None, keepdims: _Bool = False, *,
    out: ndarray | None = None, dtype: int | None = None,
) -> Any:
    """The mean of all items, or along an axis; nan for no items.

    >>> np.mean([1, 2])
    1.5
    """

def std(
    a: _ArrayLike, /, axis: int | tuple[int, ...] | None = None, keepdims: _Bool = False, *,
    out: ndarray | None = None, dtype: int | None = None, ddof: int = 0,
) -> Any:
    """The standard deviation: root of the squared distances' sum over n - ddof.

    >>> np.std([1, 3], ddof=0)
    1.0
    """

def max(
    a: _ArrayLike, /, axis: int | tuple[int, ...] | None = None, keepdims: _Bool = False, *,
    out: ndarray | None = None,
) -> Any:
    """The greatest item; nan if there is one. Raises ValueError for no items.

    >>> np.max([1, 3])
    3
    """

def min(
    a: _ArrayLike, /, axis: int | tuple[int, ...] | None = None, keepdims: _Bool = False, *,
    out: ndarray | None = None,
) -> Any:
    """The least item; nan if there is one. Raises ValueError for no items.

    >>> np.min(np.array([[1, 2], [3, 4]]), axis=(0, 1))
    1.0
    """

def argmax(a: _ArrayLike, /, axis: int | None = None, keepdims: _Bool = False, *, out: ndarray | None = None) -> Any:
    """The index of the first greatest item, of the flattened array without an axis; int16 where that is wide enough.

    >>> np.argmax([1, 3, 2])
    1
    """

def argmin(a: _ArrayLike, /, axis: int | None = None, keepdims: _Bool = False, *, out: ndarray | None = None) -> Any:
    """The index of the first least item, of the flattened array without an axis; int16 where that is wide enough.

    >>> np.argmin([1, 3, 2])
    0
    """

def all(
    a: _ArrayLike, /, axis: int | tuple[int, ...] | None = None, keepdims: _Bool = False, *,
    out: ndarray | None = None,
) -> Any:
    """Whether no item is zero. With axis=0 of a vector an array of one item.

    >>> np.all([1, 0])
    False
    """

def any(
    a: _ArrayLike, /, axis: int | tuple[int, ...] | None = None, keepdims: _Bool = False, *,
    out: ndarray | None = None,
) -> Any:
    """Whether some item is not zero. With axis=0 of a vector an array of one item.

    >>> np.any([1, 0])
    True
    """

def prod(
    a: _ArrayLike, /, axis: int | tuple[int, ...] | None = None, keepdims: _Bool = False, *,
    out: ndarray | None = None, dtype: int | None = None,
) -> Any:
    """The product of all items, for integers an int, exact up to 2**53; along an axis float64 for integers.

    >>> np.prod([2, 3])
    6.0
    """

def var(
    a: _ArrayLike, /, axis: int | tuple[int, ...] | None = None, keepdims: _Bool = False, *,
    out: ndarray | None = None, dtype: int | None = None, ddof: int = 0,
) -> Any:
    """The variance: the squared distances' sum over n - ddof.

    >>> np.var([1, 3])
    1.0
    """

def ptp(a: _ArrayLike, axis: int | tuple[int, ...] | None = None, keepdims: _Bool = False) -> Any:
    """The greatest item less the least.

    >>> np.ptp([1, 5, 3])
    4
    """

def average(
    a: _ArrayLike, axis: int | tuple[int, ...] | None = None, weights: _ArrayLike | None = None, *,
    keepdims: _Bool = False,
) -> Any:
    """The mean with weights, of the shape of a or for each item along the axis.

    >>> np.average([1, 4], weights=[2, 1])
    2.0
    """

def quantile(a: _ArrayLike, q: Any, axis: int | tuple[int, ...] | None = None, *, keepdims: _Bool = False) -> Any:
    """The value below which a part q, 0 to 1, of the items lies, interpolated; for several q along a new first axis.

    >>> np.quantile([1, 2, 3, 4], 0.5)
    2.5
    """

def percentile(a: _ArrayLike, q: Any, axis: int | tuple[int, ...] | None = None, *, keepdims: _Bool = False) -> Any:
    """quantile() for q from 0 to 100.

    >>> np.percentile([1, 2, 3, 4], [0, 25])
    array([1.0, 1.75], dtype=float64)
    """

def nansum(a: _ArrayLike, axis: int | tuple[int, ...] | None = None, *, keepdims: _Bool = False) -> Any:
    """sum() without nan.

    >>> np.nansum([1, np.nan])
    1.0
    """

def nanprod(a: _ArrayLike, axis: int | tuple[int, ...] | None = None, *, keepdims: _Bool = False) -> Any:
    """prod() without nan.

    >>> np.nanprod([2, np.nan])
    2.0
    """

def nanmax(a: _ArrayLike, axis: int | tuple[int, ...] | None = None, *, keepdims: _Bool = False) -> Any:
    """max() without nan; nan where there is nothing else.

    >>> np.nanmax([1, np.nan])
    1.0
    """

def nanmin(a: _ArrayLike, axis: int | tuple[int, ...] | None = None, *, keepdims: _Bool = False) -> Any:
    """min() without nan; nan where there is nothing else.

    >>> np.nanmin([1, np.nan])
    1.0
    """

def nanargmax(a: _ArrayLike, axis: int | None = None) -> Any:
    """argmax() without nan. Raises ValueError where there is nothing else.

    >>> np.nanargmax([1, np.nan, 3])
    2
    """

def nanargmin(a: _ArrayLike, axis: int | None = None) -> Any:
    """argmin() without nan. Raises ValueError where there is nothing else.

    >>> np.nanargmin([1, np.nan, 3])
    0
    """

def nanmean(a: _ArrayLike, axis: int | tuple[int, ...] | None = None, *, keepdims: _Bool = False) -> Any:
    """mean() without nan.

    >>> np.nanmean([1, np.nan, 3])
    2.0
    """

def nanvar(a: _ArrayLike, axis: int | tuple[int, ...] | None = None, *, ddof: int = 0, keepdims: _Bool = False) -> Any:
    """var() without nan.

    >>> np.nanvar([1, np.nan, 3])
    1.0
    """

def nanstd(a: _ArrayLike, axis: int | tuple[int, ...] | None = None, *, ddof: int = 0, keepdims: _Bool = False) -> Any:
    """std() without nan.

    >>> np.nanstd([1, np.nan, 3])
    1.0
    """

def nanmedian(a: _ArrayLike, axis: int | None = None) -> Any:
    """median() without nan.

    >>> np.nanmedian([1, np.nan, 3])
    2.0
    """

def nanquantile(a: _ArrayLike, q: _Float, axis: int | None = None) -> Any:
    """quantile() without nan.

    >>> np.nanquantile([1, np.nan, 3], 0.25)
    1.5
    """

def nanpercentile(a: _ArrayLike, q: _Float, axis: int | None = None) -> Any:
    """percentile() without nan.

    >>> np.nanpercentile([1, np.nan, 3], 25)
    1.5
    """

def cumsum(a: _ArrayLike, /, axis: int | None = None, dtype: int | None = None, out: ndarray | None = None) -> ndarray:
    """The sum up to each item along an axis, of the flattened array unless told; float64 for integers unless told.

    >>> np.cumsum(np.array([1, 2, 3]))
    array([1.0, 3.0, 6.0], dtype=float64)
    """

def cumprod(a: _ArrayLike, /, axis: int | None = None, dtype: int | None = None, out: ndarray | None = None) -> ndarray:
    """The product up to each item along an axis, of the flattened array without; float64 for integers unless told.

    >>> np.cumprod(np.array([1, 2, 3]))
    array([1.0, 2.0, 6.0], dtype=float64)
    """

def interp(
    x: _ArrayLike, xp: _ArrayLike, fp: _ArrayLike, /, *, left: _Float | None = None, right: _Float | None = None
) -> ndarray:
    """The values at x of the piecewise linear function through two or more points (xp, fp), xp ascending.

    The result is a float64 vector, also for a number. `left` and `right` are the values outside, those of the first
    and last point unless told. Raises ValueError for numbers of points that differ.

    >>> np.interp([0, 1.5], [1, 2], [10, 20])
    array([10.0, 15.0], dtype=float64)
    """

def trapz(y: _ArrayLike, x: _ArrayLike | None = None, dx: _Float = 1.0) -> _Float:
    """The integral of a vector of values, by trapezoids.

    >>> np.trapz([1, 2, 3])
    4.0
    """

def trapezoid(y: _ArrayLike, x: _ArrayLike | None = None, dx: _Float = 1.0) -> _Float:
    """The same as trapz().

    >>> np.trapezoid([1, 2, 3], dx=2)
    8.0
    """

def polyval(p: _ArrayLike, x: _ArrayLike) -> Any:
    """The value of a polynomial, the coefficient of the highest power first, at each x; float64.

    >>> np.polyval([1, 0, 2], 3)
    11.0
    """

def polyfit(*args: Any) -> ndarray:
    """polyfit([x,] y, degree): the polynomial with the least sum of squared distances, the highest power first.

    x is 0, 1, 2, ... unless given. Raises ValueError where there are too few different points.

    >>> np.polyfit([0, 1, 2], [1, 3, 5], 1)
    array([2.0, 1.0], dtype=float64)
    """

def convolve(a: ndarray, v: ndarray, /, mode: str = "full") -> ndarray:
    """The convolution of two vectors in float64, or complex; 'same' is its middle, 'valid' where they overlap in full.

    >>> np.convolve(np.array([1, 2, 3]), np.array([1, 1]))
    array([1.0, 3.0, 5.0, 3.0], dtype=float64)
    """

def correlate(a: _ArrayLike, v: _ArrayLike, mode: str = "valid") -> ndarray:
    """The cross-correlation of two vectors.

    >>> np.correlate([1, 2, 3], [1, 1])
    array([3.0, 5.0], dtype=float64)
    """

def cross(a: ndarray, b: ndarray) -> ndarray:
    """The cross product of two vectors of three items, in the dtype of where().

    >>> np.cross(np.array([1, 0, 0]), np.array([0, 1, 0]))
    array([0.0, 0.0, 1.0], dtype=float64)
    """

def gradient(f: _ArrayLike, dx: Any = 1.0, axis: int = -1) -> ndarray:
    """The slope at each item along one axis, in float64; dx is the distance of neighbours or the places of all items.

    >>> np.gradient([1, 2, 4])
    array([1.0, 1.5, 2.0], dtype=float64)
    """

def ediff1d(a: _ArrayLike) -> ndarray:
    """Differences of neighbours of the flattened array.

    >>> np.ediff1d([1, 2, 4])
    array([1.0, 2.0], dtype=float64)
    """

def kron(a: _ArrayLike, b: _ArrayLike) -> ndarray:
    """The Kronecker product: b times each item of a.

    >>> np.kron([1, 2], [1, 1])
    array([1.0, 1.0, 2.0, 2.0], dtype=float64)
    """

def nan_to_num(a: _ArrayLike, nan: _Float = 0.0, posinf: _Float | None = None, neginf: _Float | None = None) -> ndarray:
    """A copy with numbers for nan and infinities, for these the largest of the dtype unless told.

    >>> np.nan_to_num([np.nan, 1])
    array([0.0, 1.0], dtype=float64)
    """

def unwrap(p: _ArrayLike, discont: _Float | None = None, axis: int = -1, period: _Float = ...) -> ndarray:
    """Angles without jumps of more than half a period.

    >>> np.unwrap([0, 3, -3])
    array([0.0, 3.0, 3.283185307179586], dtype=float64)
    """

def vectorize(f: Any, *, otypes: int | None = None) -> Any:
    """A function of arrays that calls f for each item; the results are float64 unless told, no bool or complex.

    >>> np.vectorize(lambda x: x * x)([1, 2])
    array([1.0, 4.0], dtype=float64)
    """

def apply_along_axis(function: Any, axis: int, a: _ArrayLike, *args: Any) -> Any:
    """The function's results for each vector along an axis.

    >>> np.apply_along_axis(np.sum, 0, [[1, 2], [3, 4]])
    array([4.0, 6.0], dtype=float64)
    """

def select(conditions: Sequence[_ArrayLike], choices: Sequence[_ArrayLike], default: _ArrayLike = 0) -> Any:
    """Items of the choice whose condition is true first.

    >>> np.select([np.array([True, False])], [1], 2)
    array([1, 2], dtype=uint8)
    """

def choose(a: _ArrayLike, choices: Sequence[_ArrayLike]) -> Any:
    """Items of the choice with the number that stands in a.

    >>> np.choose([1, 0], [[1, 2], [3, 4]])
    array([3.0, 2.0], dtype=float64)
    """

def einsum(subscripts: str, *operands: ndarray) -> Any:
    """Products summed over the axes whose letters are not in the result; up to four letters, no ellipsis.

    >>> np.einsum('ij->i', np.array([[1, 2], [3, 4]]))
    array([3.0, 7.0], dtype=float64)
    """

def real(a: ndarray) -> ndarray:
    """A copy of the real parts.

    >>> np.real(np.array([1, 2j], dtype=np.complex))
    array([1.0, 0.0], dtype=float64)
    """

def imag(a: ndarray) -> ndarray:
    """A copy of the imaginary parts, zeros for real items.

    >>> np.imag(np.array([1, 2j], dtype=np.complex))
    array([0.0, 2.0], dtype=float64)
    """

def conjugate(a: ndarray | _Number) -> Any:
    """A copy with the imaginary parts negated.

    >>> np.conjugate(1 + 2j)
    (1-2j)
    """

def conj(a: ndarray | _Number) -> Any:
    """The same as conjugate().

    >>> np.conj(1 + 2j)
    (1-2j)
    """

def isreal(a: _ArrayLike) -> ndarray:
    """Whether the imaginary part of each item is zero.

    >>> np.isreal([1, 2])
    array([True, True], dtype=bool)
    """

def iscomplex(a: _ArrayLike) -> ndarray:
    """Whether the imaginary part of each item is not zero.

    >>> np.iscomplex([1, 2])
    array([False, False], dtype=bool)
    """

def isrealobj(a: Any) -> _Bool:
    """Whether it is no complex number or array.

    >>> np.isrealobj(1j)
    False
    """

def iscomplexobj(a: Any) -> _Bool:
    """Whether it is a complex number or array.

    >>> np.iscomplexobj(1j)
    True
    """

def isscalar(a: Any) -> _Bool:
    """Whether it is a number or a string.

    >>> np.isscalar(3)
    True
    """

def save(path: str, a: ndarray) -> None:
    """Write an array into a file in NumPy's .npy format, version 1."""

def load(path: str) -> ndarray:
    """The array in a .npy file. Raises RuntimeError where the file is damaged, TypeError for another dtype."""

def loadtxt(
    path: str, *, delimiter: str | None = None, comments: str | None = None, max_rows: int = -1,
    usecols: int | Sequence[int] | None = None, dtype: int = ..., skiprows: int = 0,
) -> ndarray:
    """A matrix from lines of text with columns between white space or a delimiter; a comment starts with '#'.

    Raises ValueError for an empty file, rows of different lengths and columns that are not there.
    """

def savetxt(
    path: str, a: ndarray, *, delimiter: str | None = None, header: str | None = None, footer: str | None = None,
    comments: str | None = None,
) -> None:
    """Write a matrix as lines of text, a vector with an item a line; header and footer are comments ('# ')."""
