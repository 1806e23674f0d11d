"""Numbers out of buffers, and spectra."""

from typing import Any

from .numpy import ndarray

def from_int16_buffer(
    buf: Any, out: ndarray | None = None, byteswap: bool = False, *, count: int = -1, offset: int = 0
) -> ndarray:
    """The int16 items of a buffer as floats: `count` of them, or all, from a byte `offset` on.

    They go to the start of `out`, an array of one dimension of float dtype, where it is given.

    Raises ValueError where the buffer or out is too short, or not of whole items; TypeError for another out.

    >>> from ulab import utils
    >>> utils.from_int16_buffer(b"\\x01\\x00\\xff\\xff")
    array([1.0, -1.0], dtype=float64)
    """

def from_uint16_buffer(
    buf: Any, out: ndarray | None = None, byteswap: bool = False, *, count: int = -1, offset: int = 0
) -> ndarray:
    """The same for uint16.

    >>> from ulab import utils
    >>> utils.from_uint16_buffer(b"\\x01\\x00\\xff\\xff")
    array([1.0, 65535.0], dtype=float64)
    """

def from_int32_buffer(
    buf: Any, out: ndarray | None = None, byteswap: bool = False, *, count: int = -1, offset: int = 0
) -> ndarray:
    """The same for int32.

    >>> from ulab import utils
    >>> utils.from_int32_buffer(b"\\xff\\xff\\xff\\xff")
    array([-1.0], dtype=float64)
    """

def from_uint32_buffer(
    buf: Any, out: ndarray | None = None, byteswap: bool = False, *, count: int = -1, offset: int = 0
) -> ndarray:
    """The same for uint32.

    >>> from ulab import utils
    >>> utils.from_uint32_buffer(b"\\x00\\x00\\x00\\x01", byteswap=True)
    array([1.0], dtype=float64)
    """

def spectrogram(
    a: ndarray, *, scratchpad: ndarray | None = None, out: ndarray | None = None, log: bool = False
) -> ndarray:
    """The absolute values of the Fourier transform of a signal, or their natural logarithms, into `out`.

    `scratchpad` needs twice as many floats as the signal has items; only its size is checked.

    Raises as np.fft.fft(); ValueError where out or scratchpad is too short, TypeError where it is no float array.

    >>> from ulab import utils
    >>> utils.spectrogram(np.array([1, 0, 0, 0]))
    array([1.0, 1.0, 1.0, 1.0], dtype=float64)
    """
