"""Arrays with NumPy's interface: `from ulab import numpy as np`."""

from typing import NamedTuple

from . import numpy as numpy
from . import scipy as scipy
from . import utils as utils

__version__: str
"""Version of the interface, the number of dimensions, and -c for complex numbers: 6.12.0-4D-c."""

class MemoryFigures(NamedTuple):
    """Bytes of array data, which lie outside of the interpreter's heap."""

    used: int
    peak: int
    limit: int

def memory(*, limit: int | None = None) -> MemoryFigures:
    """Collect garbage and tell the bytes in use, at most, and possible; with `limit` in bytes, change the latter.

    Arrays beyond the limit raise MemoryError. It is 64 MB at the start. What is
    in use already stays, also above a new limit.
    """

def dtype(x: numpy.ndarray | str, /) -> int:
    """The type code of an array, or of a one-character text of "?BbHhfdc". A bool array has that of uint8.

    Raises TypeError for anything else.
    """
