"""Run small convolutional networks out of .unn files."""

from typing import Any, NamedTuple

from ulab.numpy import ndarray

class Tensor(NamedTuple):
    """An input or output."""

    shape: tuple[int, ...]
    dtype: int
    """`numpy.int8` or `numpy.float32`, as the network computes with it."""
    scale: float
    zero_point: int
    """An int8 value q stands for (q - zero_point) * scale."""

class Info(NamedTuple):
    """What a network is."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    labels: tuple[str, ...]
    """One per item of the first output's last axis, or empty."""
    operators: tuple[str, ...]
    """The name of each layer's operator."""
    multiply_adds: int
    """Multiplications and additions of one run."""
    weight_bytes: int
    arena_bytes: int
    """Memory to compute in."""

def info(source: str | bytes | bytearray | memoryview) -> Info:
    """Check a .unn file and say what is in it, without taking memory to run it.

    Raises as `load` does.
    """

def load(source: str | bytes | bytearray | memoryview) -> Net:
    """Check a .unn file and return its network.

    `source` is a path or the file itself. A file is mapped and a `bytes` object
    used in place, nothing of them is copied: replace such a file by renaming
    another, never write into it. Anything else is copied. All networks compute
    in one piece of memory, as large as the largest of them needs. Raises
    ValueError that says what is wrong and in which layer, OSError for a path
    that cannot be read, MemoryError with the bytes needed.
    """

class Net:
    """A network ready to run."""

    input_shape: tuple[int, ...]
    """(height, width) or (height, width, channels) of the first input."""
    output_shape: tuple[int, ...]
    """Of the first output."""
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    labels: tuple[str, ...]
    operators: tuple[str, ...]
    multiply_adds: int
    weight_bytes: int
    arena_bytes: int

    def __call__(
        self, *images: ndarray, out: ndarray | tuple[ndarray, ...] | None = None, raw: bool = False
    ) -> ndarray | Any:
        """Return the network's answer to one image for each input; for several outputs a tuple.

        An image is a uint8, float32 or float64 array of exactly the input's
        shape, a strided view too, with pixels of 0 to 255; the network
        normalises them. Answers are float32 of the output's shape; with `raw`
        those of int8 outputs stay int8. `out` takes arrays of that shape and
        dtype, dense, which are written to and returned; then nothing is
        allocated. Raises ValueError for another shape or dtype, TypeError for
        another number of images.
        """

    def profile(self, runs: int = 1) -> tuple[tuple[str, float, int], ...]:
        """Return (operator, microseconds, multiply-adds) of each layer, as the mean of `runs` runs on what the arena holds."""
