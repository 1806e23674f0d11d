"""Random numbers of the generator PCG-XSH-RR 64/32, the same on every machine.

No function changes its seed: two generators of one seed give the same numbers.
"""

from collections.abc import Sequence
from typing import Any

from . import ndarray

_Size = int | tuple[int, ...] | None

class Generator:
    """A stream of numbers. The state starts as the seed itself, so the first number of a small seed is near 0.

    The seed is an int of up to 64 bits, or None for one from the system. A tuple
    of seeds makes a tuple of generators. Raises TypeError for anything else.

    >>> g = np.random.Generator(1234)
    >>> g.uniform(5, 6) < 6
    True
    """

    def __init__(self, seed: int | tuple[int, ...] | None, /) -> None: ...
    def random(self, size: _Size = None, *, out: ndarray | None = None) -> Any:
        """Floats from 0 to below 1: one, an array of a size, or the whole of a dense float array `out`.

        Raises ValueError for another out, or one that has not the size.

        >>> g = np.random.Generator(1)
        >>> g.random((2, 3)).shape
        (2, 3)
        """

    def uniform(self, low: float = 0.0, high: float = 1.0, size: _Size = None, *, out: ndarray | None = None) -> Any:
        """Floats from low to below high."""

    def normal(self, loc: float = 0.0, scale: float = 1.0, size: _Size = None, *, out: ndarray | None = None) -> Any:
        """Floats with the normal distribution of mean loc and standard deviation scale."""

    def standard_normal(self, size: _Size = None) -> Any:
        """Floats with the normal distribution of mean 0 and standard deviation 1."""

    def exponential(self, scale: float = 1, size: _Size = None) -> Any:
        """Floats with the exponential distribution of mean scale."""

    def poisson(self, lam: float = 1, size: _Size = None) -> Any:
        """Counts of events where lam are expected: an int or an int32 array. Raises ValueError for lam above 700."""

    def integers(
        self, low: int, high: int | None = None, size: _Size = None, dtype: int | None = None, endpoint: bool = False
    ) -> Any:
        """Ints from low to below high, or from 0 to below low; `endpoint` includes the end.

        An array is int32, or uint32 where that holds the end, or of the dtype.

        Raises ValueError where there is no such int or the dtype does not hold the ends.

        >>> np.random.Generator(1).integers(5, 6)
        5
        """

    def choice(
        self, a: int | ndarray | Sequence[Any], size: _Size = None, replace: bool = True, p: Sequence[float] | None = None
    ) -> Any:
        """Items of a, or ints below it, each with its probability p.

        Raises ValueError where p is not a probability for each item, or there are not enough without replacement.
        """

    def permutation(self, x: int | ndarray | Sequence[Any]) -> ndarray:
        """The ints below x, or a copy of the rows of x, in random order."""

    def shuffle(self, x: ndarray | list[Any]) -> None:
        """Bring the rows of an array, or a list, into random order in place."""

def default_rng(seed: int | tuple[int, ...] | None = None, /) -> Generator:
    """A generator, without a seed one with a seed from the system.

    >>> np.random.default_rng(7).random() == np.random.Generator(7).random()
    True
    """
