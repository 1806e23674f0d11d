"""The part of the picture that a network looks at, inside of the network: what goes in is the whole picture."""

import math

from torch import nn

from mpycam.training.nets import Place
from mpycam.unn_file import Layer, Tensor, read, write

PIXELS = 96 * 128  # of the part that is seen, at most
FRAME_PIXELS = 640 * 360  # of the whole picture that goes in, at most
GRID = 8  # pixels of places and sizes, so that a network of 3/8 of the resolution has whole ones
SMALLEST = 32  # side in pixels


def place_around(box, size):
    """The Place around a box (x, y, width, height) in fractions of pictures of `size` (width, height)."""
    area = box[2] * size[0] * box[3] * size[1]
    scale = min(1.0, (PIXELS / area) ** 0.5, (FRAME_PIXELS / (size[0] * size[1])) ** 0.5)
    frame = tuple(max(SMALLEST, round(side * scale / GRID) * GRID) for side in size)
    edges = []
    for axis in range(2):
        low = math.floor(box[axis] * frame[axis] / GRID + 0.25) * GRID
        high = math.ceil((box[axis] + box[axis + 2]) * frame[axis] / GRID - 0.25) * GRID
        length = min(frame[axis], max(SMALLEST, high - low))
        edges.append((min(low, frame[axis] - length), length))
    (left, width), (top, height) = edges
    return Place((height, width), (top, left, frame[1], frame[0]))


class Part(nn.Module):
    """The first layer of a network that sees a part of its input: rows from `top`, columns from `left`."""

    def __init__(self, top, left, height, width):
        super().__init__()
        self.rows, self.columns = slice(top, top + height), slice(left, left + width)

    def forward(self, x):
        return x[:, :, self.rows, self.columns]


def in_frame(data, region):
    """The bytes of a .unn file whose input is a whole picture, of that of one which takes a part of it.

    region: (top, left, frame height, frame width). The part is copied out by a move, without arithmetic.
    """
    network = read(data)
    part = network.inputs[0]
    top, left, height, width = region
    rows, columns, channels = part.image_shape
    frame = Tensor((height, width, *part.shape[2:]), part.dtype, part.scale, part.zero_point)
    frame.pixel_scale, frame.pixel_offset = part.pixel_scale, part.pixel_offset
    part.pixel_scale = part.pixel_offset = 0.0
    across, inside = width * channels, columns * channels
    network.layers.insert(0, Layer(
        "move", [frame], part, counts=(1, 1, rows, inside), in_steps=(0, 0, across, 1), out_steps=(0, 0, inside, 1),
        in_start=(top * width + left) * channels,
    ))  # fmt: skip
    network.inputs[0] = frame
    return write(network)
