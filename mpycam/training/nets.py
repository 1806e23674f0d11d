"""A family of small networks for fixed cameras, and the residual network that teaches them."""

from dataclasses import asdict, dataclass, replace

import torch
from torch import nn

# A network sees (pixel - OFFSET) * SCALE.
OFFSET, SCALE = 128.0, 1 / 64
LUMA = (0.299, 0.587, 0.114)
SQUEEZED = 16  # channels of the map that the head sees


@dataclass(frozen=True)
class Place:
    """What of the picture is seen: `size` (height, width), and `region`: nothing for the whole, or (top, left) of a
    part in a whole picture of (height, width), in the same pixels."""

    size: tuple
    region: tuple = ()

    @property
    def box(self):
        """(x, y, width, height) in fractions of the picture."""
        if not self.region:
            return (0.0, 0.0, 1.0, 1.0)
        top, left, height, width = self.region
        return (left / width, top / height, self.size[1] / width, self.size[0] / height)

    @property
    def view(self):
        """As `Pictures.read` takes it: the size (width, height) of the whole, and the part of it or None."""
        if not self.region:
            return (self.size[::-1], None)
        top, left, height, width = self.region
        return ((width, height), (left, top, *self.size[::-1]))


@dataclass(frozen=True)
class Design:
    """A network of the family: full convolutions, mostly one, separable ones, and a head that knows places.

    The camera does not move, so where something is seen tells as much as what: the last map is flattened, not
    averaged.
    """

    height: int
    width: int
    colour: bool
    channels: tuple  # of the first and of each separable convolution
    strides: tuple
    head: int
    classes: int
    kernel: int = 3  # side of the first convolution
    full: int = 1  # so many convolutions are full, those after them separable
    region: tuple = ()  # see Place

    @property
    def box(self):
        """The part of the picture that is seen: (x, y, width, height) in fractions."""
        return Place((self.height, self.width), self.region).box

    @property
    def input_shape(self):
        """(height, width) of gray or (height, width, 3) of colour pictures, as `from_torch` takes it: what is seen."""
        return (self.height, self.width, 3) if self.colour else (self.height, self.width)

    @property
    def frame_shape(self):
        """The shape of the picture that is seen whole or in part."""
        return (*(self.region[2:] or (self.height, self.width)), *self.input_shape[2:])

    @property
    def depth(self):
        """How many layers keep the size of the map."""
        return self.strides.count(1)

    @property
    def map_size(self):
        """(height, width) of the map that the head sees."""
        height, width = self.height, self.width
        for stride in self.strides:
            height, width = -(-height // stride), -(-width // stride)
        return height, width

    @property
    def multiply_adds(self):
        """Of one picture."""
        total, inputs, height, width = 0, 3 if self.colour else 1, self.height, self.width
        for index, (outputs, stride) in enumerate(zip(self.channels, self.strides, strict=True)):
            height, width = -(-height // stride), -(-width // stride)
            window = self.kernel**2 if index == 0 else 9
            each = window * inputs * outputs if index < self.full else 9 * inputs + inputs * outputs
            total += height * width * each
            inputs = outputs
        return total + (inputs * height * width + self.classes) * self.head

    def as_dict(self):
        """For the card and the checkpoint."""
        return asdict(self)


def build(design):
    """The network of a design, an nn.Sequential that ends in Softmax; batch norm after every convolution."""
    inputs = 3 if design.colour else 1
    layers = []
    for index, (outputs, stride) in enumerate(zip(design.channels, design.strides, strict=True)):
        if index < design.full:
            kernel = design.kernel if index == 0 else 3
            layers += [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)]
        else:
            layers += [nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False)]
            layers += [nn.BatchNorm2d(inputs), nn.ReLU(), nn.Conv2d(inputs, outputs, 1, bias=False)]
        layers += [nn.BatchNorm2d(outputs), nn.ReLU()]
        inputs = outputs
    height, width = design.map_size
    layers += [nn.Flatten(), nn.Linear(inputs * height * width, design.head), nn.ReLU(), nn.Dropout(0.3)]
    return nn.Sequential(*layers, nn.Linear(design.head, design.classes), nn.Softmax(1))


def designs_below(budget, size, classes, region=()):
    """Designs of at most `budget` multiply-adds for pictures of `size` (height, width), each the widest of its kind.

    region: see Design; in multiples of 8 pixels, as `size` is then.
    """
    found = []
    for part in (0.375, 0.5, 0.75, 1.0):
        height, width = (max(16, round(side * part / 8) * 8) for side in size)
        if region:
            height, width = (round(side * part) for side in size)
            if min(height, width) < 16:
                continue
        for colour in (False, True):
            for extra in (0, 1, 2):
                design = _widest(budget, height, width, colour, extra, classes)
                if design is not None and design not in found:
                    found.append(replace(design, region=tuple(round(side * part) for side in region)))
    return found


def _widest(budget, height, width, colour, extra, classes):
    best = None
    for base in (4, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64):
        design = _design(base, height, width, colour, extra, classes)
        if design.multiply_adds > budget:
            break
        best = design
    return best


def _design(base, height, width, colour, extra, classes):
    strides, channels = [2], [base]
    design = Design(height, width, colour, (base,), (2,), 32, classes)
    while max(design.map_size) > 10:
        strides.append(2)
        channels.append(min(channels[-1] * 2, base * 6))
        design = replace(design, channels=tuple(channels), strides=tuple(strides))
    # Few channels at every place keep the head small.
    channels += [channels[-1]] * extra + [SQUEEZED]
    return replace(design, channels=tuple(channels), strides=(*strides, *[1] * (extra + 1)))


class _Residual(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs),
        )  # fmt: skip
        self.side = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.side = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return torch.relu(self.body(x) + self.side(x))


def teacher(size, classes):
    """A residual network for colour pictures of `size` (height, width), too large for a camera."""
    height, width = size
    for _ in range(4):
        height, width = -(-height // 2), -(-width // 2)
    return nn.Sequential(
        nn.Conv2d(3, 16, 5, 2, 2, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
        _Residual(16, 24, 2), _Residual(24, 32, 2), _Residual(32, 48, 2), _Residual(48, 48, 1),
        nn.Flatten(), nn.Dropout(0.3), nn.Linear(48 * height * width, 48), nn.ReLU(), nn.Linear(48, classes),
        nn.Softmax(1),
    )  # fmt: skip


def view(images, height, width, colour):
    """Pictures (n, h, w, 3) uint8 as a network sees them: levels (n, 1 or 3, height, width) uint8.

    Averaged to the size and rounded, as ujpeg does it in the camera.
    """
    parts = []
    for some in torch.as_tensor(images).split(256):
        levels = some.permute(0, 3, 1, 2).float()
        if not colour:
            levels = (levels * torch.tensor(LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)
        if levels.shape[2:] != (height, width):
            levels = nn.functional.interpolate(levels, (height, width), mode="area")
        parts.append(levels.round().byte())
    return torch.cat(parts)


def pictures(levels):
    """Levels (n, channels, height, width) as a camera would hand them over: uint8 (n, height, width[, 3])."""
    images = levels.byte().permute(0, 2, 3, 1).contiguous().numpy()
    return images if images.shape[3] == 3 else images[..., 0]


def normalised(levels):
    """What goes into the first layer."""
    return (levels - OFFSET) * SCALE
