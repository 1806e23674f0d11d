"""The frames that the benchmarks of ujpeg decode, and what they do with them."""

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image


def camera_frame(width, height):
    """A picture as a camera sees it, the same at every size: surfaces with shades, edges, and grain."""
    random = np.random.default_rng(1)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) * (1080 / height)
    pixels = np.stack(
        [
            110 + 60 * np.sin(x / 170) + 30 * np.cos(y / 90),
            110 + 50 * np.sin((x + y) / 230),
            100 + 60 * np.cos(x / 310 - y / 150),
        ],
        axis=-1,
    )
    for _ in range(60):
        left, top = random.integers(0, width), random.integers(0, height)
        down, across = random.integers(height // 100, height // 4), random.integers(width // 200, width // 6)
        surface = pixels[top : top + down, left : left + across]
        surface[:] = 0.3 * surface + 0.7 * random.integers(0, 255, 3)
    pixels += random.normal(0, 1.75, (height, width, 1))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def camera_file(width, height, quality):
    """The bytes of a frame as a JPEG file, 4:2:0."""
    file = io.BytesIO()
    camera_frame(width, height).save(file, "JPEG", quality=quality, subsampling="4:2:0")
    return file.getvalue()


@dataclass
class Operation:
    """What is measured, as a statement for each library, or None where it has no such thing.

    Statements work on the file's `data` and the `image` in it; in braces stand
    the width, height and quality of the file, and regions of it.
    """

    name: str
    ours: str
    pillow: str | None = None
    turbojpeg: str | None = None
    encodes: bool = False


def scaled(format, mode, scale):
    """Decode at a part of the size."""
    size = f"({{width}} // {scale}, {{height}} // {scale})"
    least = f"min_width={{width}} // {scale}, min_height={{height}} // {scale}"
    return Operation(
        f"{format} at 1/{scale}",
        f"decode(data, format='{format}', scale={scale})",
        f"opened(data, '{mode}', {size}).load()",
        f"decode_jpeg(data, '{'GRAY' if mode == 'L' else mode}', {least})",
    )


def region(name, box):
    """Decode a part of the picture, from a region's name in `regions`."""
    return Operation(name, f"decode(data, format='rgb', roi={{{box}}})", f"opened(data).crop({{{box}_corners}})")


def regions(width, height):
    """Of a picture of this size: 400x400 in the middle, and a tenth of the area in the top half, 16:9."""
    tenth = (int(width * 0.316), int(height * 0.316))
    boxes = {
        "middle": ((width - 400) // 2, (height - 400) // 2, 400, 400),
        "tenth": ((width - tenth[0]) // 2, height // 8, *tenth),
    }
    corners = {f"{name}_corners": (x, y, x + w, y + h) for name, (x, y, w, h) in boxes.items()}
    return {**boxes, **corners}


OPERATIONS = [
    Operation("rgb", "decode(data, format='rgb')", "opened(data).load()", "decode_jpeg(data, 'RGB')"),
    Operation("planes", "decode(data)", "opened(data).split()"),
    Operation(
        "gray", "decode(data, format='gray')", "opened(data, 'L', ({width}, {height})).load()", "decode_jpeg(data, 'GRAY')"
    ),
    *(scaled("rgb", "RGB", scale) for scale in (2, 4, 8)),
    *(scaled("gray", "L", scale) for scale in (2, 4, 8)),
    Operation(
        "gray, size=(96, 96)",
        "decode(data, format='gray', size=(96, 96))",
        "opened(data, 'L', (96, 96)).resize((96, 96), Image.BOX)",
    ),
    region("rgb, roi 400x400", "middle"),
    region("rgb, roi of a tenth", "tenth"),
    Operation(
        "encode",
        "ujpeg.encode(image, quality={quality})",
        "image.save(io.BytesIO(), 'JPEG', quality={quality}, subsampling='4:2:0')",
        "encode_jpeg(pixels, {quality}, 'RGB', '420')",
        encodes=True,
    ),
]
