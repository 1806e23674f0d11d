"""JPEG files for tests, made with Pillow."""

import io

import numpy as np
from PIL import Image

SAMPLINGS = ["4:4:4", "4:2:2", "4:2:0"]


def photo(size, seed=0):
    """A picture with shades, edges and grain in all colours, as a Pillow image."""
    width, height = size
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(x / a + y / b + c) for a, b, c in ((9.0, 14.0, 0.0), (5.0, -11.0, 1.0), (17.0, 4.0, 2.0))]
    pixels = 128 + 90 * np.stack(waves, axis=-1)
    pixels[(x // 13 + y // 9) % 4 == 0] *= 0.4
    pixels += random.normal(0, 6, pixels.shape)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def save(image, sampling, quality=80, **options):
    """The bytes of a JPEG file."""
    file = io.BytesIO()
    if sampling is not None:
        options["subsampling"] = sampling
    image.save(file, "JPEG", quality=quality, **options)
    return file.getvalue()


def recut(data, factors, size):
    """Change the luma's sampling factors in a baseline file, for samplings that Pillow does not write.

    The blocks stay as they are and are laid out otherwise: the product of the
    factors and the number of units of the new size must be the old ones.
    """
    start = data.index(b"\xff\xc0")
    header = bytearray(data[start : start + 19])
    old = header[11]
    units = [-(-side // (8 * factor)) for side, factor in zip(image_size(data), (old >> 4, old & 15), strict=True)]
    new_units = [-(-side // (8 * factor)) for side, factor in zip(size, factors, strict=True)]
    assert (old >> 4) * (old & 15) == factors[0] * factors[1]
    assert units[0] * units[1] == new_units[0] * new_units[1]
    header[5:9] = size[1].to_bytes(2, "big") + size[0].to_bytes(2, "big")
    header[11] = factors[0] << 4 | factors[1]
    return data[:start] + bytes(header) + data[start + 19 :]


def image_size(data):
    """Width and height as the header says."""
    with Image.open(io.BytesIO(data)) as image:
        return image.size


def split_scans(data):
    """What stands before the first scan, and each scan with the tables before it; without the end marker."""
    pieces = []
    start = position = 2
    while data[position + 1] != 0xD9:
        marker = data[position + 1]
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
        if marker == 0xDA:
            while not (data[position] == 0xFF and data[position + 1] not in {0, *range(0xD0, 0xD8)}):
                position += 1
            pieces.append(data[start:position])
            start = position
        elif not pieces and marker in (0xC0, 0xC2):
            header = data[:position]
            start = position
    return header, pieces
