"""JPEG files to arrays, over libjpeg-turbo."""

from typing import Literal, NamedTuple

from ulab.numpy import ndarray

_Source = str | bytes | bytearray | memoryview

class Info(NamedTuple):
    """What the header of a JPEG file says."""

    width: int
    height: int
    components: int  # 1 for gray, 3 for colour, 4 for CMYK
    subsampling: str | None  # "4:4:4", "4:2:2", "4:2:0", "4:4:0", "4:1:1", "4:1:0" or "4:4:1"
    progressive: bool

def info(src: _Source) -> Info:
    """Read the header of a file, given as a path or as its bytes, without decoding.

    The result is a tuple with these attributes. ValueError: not a JPEG file, or
    one of a kind that is not supported. OSError: the file cannot be read.
    """

def decode(
    src: _Source,
    *,
    format: Literal["planes", "rgb", "gray"] = "planes",
    scale: Literal[1, 2, 4, 8] = 1,
    size: tuple[int, int] | None = None,
    roi: tuple[int, int, int, int] | None = None,
    out: ndarray | tuple[ndarray, ndarray, ndarray] | None = None,
    max_pixels: int = 50_000_000,
) -> ndarray | tuple[ndarray, ndarray, ndarray]:
    """Decode a JPEG file, given as a path or as its bytes, to uint8 arrays.

    format: "planes" gives a tuple of three arrays (H, W): red, green, blue.
    "rgb" gives one (H, W, 3). "gray" gives the luma (H, W); chroma is then
    neither transformed nor upsampled. A gray file gives three equal channels.

    scale: the size is divided by it, rounded up, within the inverse cosine
    transform, which is faster than decoding in full.

    roi: (x, y, width, height) in pixels of the full image, inside of it. Only
    this region is decoded; at scale 1 the result is exactly that part of the
    whole image. At other scales it begins at (x // scale, y // scale).

    size: (width, height) of the result. The largest scale that leaves the
    region at least as large is decoded, then averaged by area, parts of pixels
    by their share. A region smaller than that is enlarged in the same way.

    out: where to put the pixels: an array of the right shape or a view of one,
    for "planes" a tuple of three. It is returned. After an exception its
    content is undefined.

    max_pixels: files whose full image has more pixels are refused before memory is taken.

    ValueError: not a JPEG file; damaged or cut off (a picture with invented
    parts is never returned; with a roi, what lies below it is not looked at);
    arithmetic coding, lossless, hierarchical, 12 bits, four components; more
    than 100 scans; arguments that do not fit. MemoryError: the decoder's memory
    is counted and limited with that of arrays, see ulab.memory(). OSError: the
    file cannot be read.
    """
