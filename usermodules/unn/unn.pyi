"""Run small convolutional networks out of .unn files."""

from ulab.numpy import ndarray

def load(source: str | bytes | bytearray | memoryview) -> Net:
    """Check a .unn file and return its network.

    `source` is a path or the file itself. A `bytes` object is used in place;
    a path is read into memory counted with the arrays', as is anything else.
    Raises ValueError that says what is wrong and in which layer, OSError for
    a path that cannot be read, MemoryError with the bytes needed.
    """

class Net:
    """A network ready to run."""

    input_shape: tuple[int, ...]
    """(height, width) or (height, width, channels)."""
    output_shape: tuple[int, ...]
    labels: tuple[str, ...]
    """One per item of the output's last axis, or empty."""
    multiply_adds: int
    """Multiplications and additions of one run."""
    arena_bytes: int
    """Memory taken beside the weights."""
    weight_bytes: int

    def __call__(self, image: ndarray) -> ndarray:
        """Return the network's answer to one image as float32, of the output's shape.

        `image` is a uint8, float32 or float64 array of exactly the input's
        shape, a strided view too, with pixels of 0 to 255; the network
        normalises them. Raises ValueError for another shape or dtype.
        """
