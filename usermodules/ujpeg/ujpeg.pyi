"""JPEG files to arrays and back, over libjpeg-turbo.

A source is a path, the bytes of a file in any object with a buffer, or a stream:
any object with `readinto`, a socket for instance. Of a stream nothing is read
beyond the end marker of the image, so that one image can follow another. A
non-blocking stream without data raises OSError(EAGAIN), and what was read of the
image is lost.
"""

from typing import Literal, NamedTuple, Protocol

from ulab.numpy import ndarray

class _Stream(Protocol):
    def readinto(self, buffer: bytearray) -> int | None: ...

_Source = str | bytes | bytearray | memoryview | ndarray | _Stream
_Format = Literal["planes", "rgb", "bgr", "gray", "ycbcr"]
_Image = ndarray | tuple[ndarray, ndarray, ndarray]

class Info(NamedTuple):
    """What the header of a JPEG file says."""

    width: int
    height: int
    components: int  # 1 for gray, 3 for colour, 4 for CMYK
    subsampling: str | None  # "4:4:4", "4:2:2", "4:2:0", "4:4:0", "4:1:1", "4:1:0" or "4:4:1"
    progressive: bool
    restart: int  # interval in units (MCUs) of the first scan, 0 for none
    orientation: int | None  # 1 to 8, of an Exif segment
    quality: int | None  # 1 to 100: of the standard's luma tables the one that comes nearest
    comment: bytes | None  # the first one
    length: int | None  # bytes up to the end marker, None where it is missing or not asked for

def info(src: _Source, *, length: bool = True) -> Info:
    """Read the header of a file without decoding.

    The result is a tuple with these attributes.

    length: whether to look for the end marker too. With length=False nothing behind the
    header is read; without, of a stream the whole image is.

    ValueError: not a JPEG file, or one of a kind that is not supported.
    OSError: the file cannot be read.

    >>> data = ujpeg.encode(np.zeros((48, 64, 3), dtype=np.uint8), comment=b"black")
    >>> header = ujpeg.info(data)
    >>> header.width, header.height, header.subsampling, header.quality, header.comment
    (64, 48, '4:2:0', 85, b'black')
    >>> header.length == len(data)
    True
    """

class Picture(NamedTuple):
    """What could be made of a file that may be damaged."""

    image: _Image
    rows: int  # of the image that the data reached; what lies below them is no picture
    warnings: int  # how often something was wrong, 0 for a good file
    message: str | None  # about the first time

def decode(
    src: _Source,
    *,
    format: _Format = "planes",
    scale: Literal[1, 2, 4, 8] = 1,
    size: tuple[int, int] | None = None,
    roi: tuple[int, int, int, int] | None = None,
    out: _Image | None = None,
    max_pixels: int = 50_000_000,
    strict: bool = True,
) -> _Image | Picture:
    """Decode a JPEG file to uint8 arrays.

    format: "planes" gives a tuple of three arrays (H, W): red, green, blue.
    "rgb" and "bgr" give one (H, W, 3), "ycbcr" the same as the file holds it. "gray"
    gives the luma (H, W); chroma is then neither transformed nor upsampled. A
    gray file gives three equal channels, but no "ycbcr". Four inks (CMYK, YCCK) are
    converted to red, green and blue; they are taken as inverted, as Adobe writes them.

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

    strict: a picture with invented parts is never returned; damage is a ValueError
    (with a roi, what lies below it is not looked at). With strict=False the result is
    a Picture with what there is, and only a file without a single good row raises.

    ValueError: not a JPEG file; damaged or cut off; arithmetic coding, lossless,
    hierarchical, 12 bits; more than 100 scans, or scans over a large image with
    next to no data; arguments that do not fit. MemoryError: the decoder's memory is
    counted and limited with that of arrays, see ulab.memory(). OSError: the file
    cannot be read.

    >>> data = ujpeg.encode(np.full((48, 64, 3), 200, dtype=np.uint8))
    >>> r, g, b = ujpeg.decode(data)
    >>> r.shape, int(r[0, 0])
    ((48, 64), 200)
    >>> ujpeg.decode(data, format="gray", scale=8).shape
    (6, 8)
    >>> ujpeg.decode(data, format="rgb", roi=(8, 4, 20, 10)).shape
    (10, 20, 3)
    >>> part = ujpeg.decode(data[:-20], strict=False)
    >>> part.rows, part.warnings, part.message[:26]
    (16, 2, 'Premature end of JPEG file')
    >>> ujpeg.decode(b"no image")
    ValueError: Not a JPEG file: starts with 0x6e 0x6f (at byte 0)
    """

class Decoder:
    """Decodes one image after another in the same memory.

    For images of one size and kind nothing is allocated after the first.

    >>> decoder = ujpeg.Decoder()
    >>> data = ujpeg.encode(np.zeros((48, 64), dtype=np.uint8))
    >>> first = decoder.decode(data, format="gray")
    >>> decoder.decode(data, format="gray") is first
    True
    """

    def __init__(self) -> None: ...
    def decode(
        self,
        src: _Source,
        *,
        format: _Format = "planes",
        scale: Literal[1, 2, 4, 8] = 1,
        size: tuple[int, int] | None = None,
        roi: tuple[int, int, int, int] | None = None,
        out: _Image | None = None,
        max_pixels: int = 50_000_000,
        strict: bool = True,
    ) -> _Image | Picture:
        """As the function `decode`, but without `out` the last result is written over where its shape fits.

        RuntimeError: a stream's readinto() called this Decoder.
        """

class _Writable(Protocol):
    def write(self, data: bytearray) -> int | None: ...

def decode_to_file(
    src: _Source,
    dst: str | _Writable,
    *,
    scale: Literal[1, 2, 4, 8] = 1,
    size: tuple[int, int] | None = None,
    roi: tuple[int, int, int, int] | None = None,
    max_pixels: int = 50_000_000,
) -> int:
    """Decode into a PPM file, or PGM if the JPEG file is gray, and return the number of its bytes.

    One row after the other is written, so that the image need not fit into memory. The
    arguments are those of `decode`. After an exception `dst` holds a part; it is
    not opened before the header was read.

    >>> file = io.BytesIO()
    >>> ujpeg.decode_to_file(ujpeg.encode(np.full((2, 3), 128, dtype=np.uint8)), file)
    17
    >>> file.getvalue()[:11]
    b'P5\\n3 2\\n255\\n'
    """

def encode(
    image: _Image,
    *,
    quality: int = 85,
    subsampling: Literal["4:4:4", "4:2:2", "4:2:0"] = "4:2:0",
    restart: int = 0,
    comment: bytes | None = None,
    exif: bytes | None = None,
    out: bytearray | None = None,
) -> bytes | int:
    """Encode an image as a baseline JPEG file and return its bytes.

    image: uint8, gray (H, W), red-green-blue (H, W, 3) or three planes (H, W);
    views with any strides. quality: 1 to 100. restart: units (MCUs) between restart
    markers, 0 for none. exif: the content of the Exif segment, which begins with
    b"Exif\\0\\0". out: a buffer that takes the bytes; the result is then their number.

    ValueError: a wrong image or argument, or `out` is too small. MemoryError: the
    encoder's few rows are counted and limited as the memory of arrays.

    >>> image = np.zeros((48, 64, 3), dtype=np.uint8)
    >>> data = ujpeg.encode(image, quality=70, subsampling="4:4:4")
    >>> room = bytearray(2000)
    >>> ujpeg.encode(image, quality=70, subsampling="4:4:4", out=room) == len(data)
    True
    """

def encode_to_file(
    image: _Image,
    dst: str | _Writable,
    *,
    quality: int = 85,
    subsampling: Literal["4:4:4", "4:2:2", "4:2:0"] = "4:2:0",
    restart: int = 0,
    comment: bytes | None = None,
    exif: bytes | None = None,
) -> int:
    """Encode as `encode` does into a file, given as a path or as a stream, and return the number of bytes.

    >>> file = io.BytesIO()
    >>> ujpeg.encode_to_file(np.zeros((8, 8), dtype=np.uint8), file) == len(file.getvalue())
    True
    """

class frames:
    """The whole JPEG images in a file or stream, one after the other: an iterator of memoryviews.

    src: a path, bytes or a stream: MJPEG files, images one behind the other, bodies of
    multipart/x-mixed-replace; what lies between the images is passed over. Of bytes the
    views are parts. A path or stream is read into one buffer, and a view is good until
    the next one is asked for.

    buffer: the buffer, a bytearray for instance; otherwise one of 1 MiB is made. Longer
    images are given up.

    An image that is cut off, or whose segments do not follow each other, is given up, and the
    search goes on where it broke off, or in the last segment if its length may be wrong.
    What markers do not tell, decoding does.

    OSError: the stream cannot be read; after EAGAIN, no data yet, the next call goes on.

    >>> data = ujpeg.encode(np.zeros((8, 8), dtype=np.uint8))
    >>> images = ujpeg.frames(io.BytesIO(data + data[:-9] + b"--boundary" + data))
    >>> [len(image) == len(data) for image in images], images.damaged
    ([True, True], 1)
    """

    damaged: int  # how many images were given up so far
    def __init__(self, src: _Source, *, buffer: bytearray | memoryview | ndarray | None = None) -> None: ...
    def __iter__(self) -> frames: ...
    def __next__(self) -> memoryview: ...
