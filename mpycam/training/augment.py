"""What a fixed camera sees of one scene at other times: light, exposure, noise, compression, small shifts."""

import math

import torch
from torch.nn import functional

# The luminance table of the JPEG standard, Annex K.1.
_QUANTISATION = torch.tensor([
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
], dtype=torch.float32).view(8, 8)  # fmt: skip


def _cosines():
    k, x = torch.arange(8.0).view(8, 1), torch.arange(8.0).view(1, 8)
    basis = torch.cos((2 * x + 1) * k * math.pi / 16) / 2
    basis[0] /= math.sqrt(2)
    return basis


_DCT = _cosines()


LOOKED_AT = 200  # pictures, to know how a scene usually looks


def usual_levels(levels):
    """How a scene usually looks, (1, channels, height, width): the median of levels (n, channels, height, width)."""
    return levels[:: -(-len(levels) // LOOKED_AT)].float().median(0, keepdim=True).values


class Augmentation:
    """Changes batches of levels (n, channels, height, width), 0 to 255, each picture in its own way.

    usual: how the scene usually looks; without it, what comes and goes keeps its own colours. occlude: whether
    something may stand in front that tells nothing about the class. warp: how far another place of the camera may
    move the picture's sides and corners, as a part of half its side.
    """

    def __init__(self, seed, strength=1.0, usual=None, occlude=False, warp=0.0):
        self.generator = torch.Generator().manual_seed(seed)
        self.strength = strength
        self.usual = None if usual is None else usual / 255
        self.occlude = occlude
        self.warp = warp

    def _uniform(self, count, low, high):
        values = torch.rand(count, 1, 1, 1, generator=self.generator)
        return low + (high - low) * values

    def _some(self, count, probability):
        """Indices of the pictures that something happens to."""
        chance = torch.rand(count, generator=self.generator)
        return torch.nonzero(chance < probability * self.strength).flatten()

    def __call__(self, levels):
        """A changed copy of the batch."""
        x = levels / 255
        for change, probability in (
            (self._recolour, 0.0 if self.usual is None else 0.4),
            (self._infrared, 0.08), (self._occlude, 0.08 if self.occlude else 0.0),
            (self._shift, 1 / self.strength if self.warp else 0.7), (self._exposure, 1.0), (self._patch, 0.5),
            (self._shade, 0.3), (self._cast, 0.5), (self._blur, 0.2), (self._noise, 0.5), (self._compress, 0.3),
        ):  # fmt: skip
            chosen = self._some(len(x), probability)
            if len(chosen):
                x = x.index_copy(0, chosen, change(x[chosen]).clamp(0, 1))
        return x * 255

    def _recolour(self, x):
        """What is not always there in other colours, mostly grays, above or below some height: another coat."""
        count, channels, height, _ = x.shape
        gain = self.usual.mean() / x.mean((1, 2, 3), keepdim=True).clamp(min=0.02)
        unusual = functional.avg_pool2d((x * gain - self.usual).abs().mean(1, keepdim=True), 5, 1, 2)
        mask = torch.sigmoid((unusual - 0.06) / 0.015)
        colour = 0.7 * self._uniform(count, 0, 1) + 0.3 * torch.rand(count, channels, 1, 1, generator=self.generator)
        side = torch.where(self._uniform(count, 0, 1) < 0.7, 2.0, -2.0)
        down = torch.arange(height).view(1, 1, -1, 1) - height * self._uniform(count, 0, 1)
        mask = mask * torch.sigmoid(side * down) * self._uniform(count, 0, 0.9)
        return x + mask * (colour - x)

    def _exposure(self, x):
        gamma = torch.exp(self._uniform(len(x), -0.35, 0.35) * self.strength)
        gain = 1 + self._uniform(len(x), -0.3, 0.3) * self.strength
        return x.clamp(min=1e-4) ** gamma * gain + self._uniform(len(x), -0.06, 0.06) * self.strength

    def _shade(self, x):
        """Light from one side."""
        height, width = x.shape[2:]
        down = torch.linspace(-1, 1, height).view(1, 1, height, 1)
        across = torch.linspace(-1, 1, width).view(1, 1, 1, width)
        return x * (1 + self._uniform(len(x), -0.3, 0.3) * down + self._uniform(len(x), -0.3, 0.3) * across)

    def _patch(self, x):
        """Another light, or another coat, in a part of the picture with soft edges."""
        count, channels, height, width = x.shape
        down = torch.linspace(0, 1, height).view(1, 1, height, 1)
        across = torch.linspace(0, 1, width).view(1, 1, 1, width)
        tall, wide = self._uniform(count, 0.1, 0.5), self._uniform(count, 0.1, 0.5)
        distance = ((down - self._uniform(count, 0, 1)) / tall) ** 2 + ((across - self._uniform(count, 0, 1)) / wide) ** 2
        inside = torch.sigmoid(8 * (1 - distance))
        gain = torch.exp(0.7 * (2 * torch.rand(count, channels, 1, 1, generator=self.generator) - 1))
        return x * (1 + inside * (gain - 1)) + inside * self._uniform(count, -0.1, 0.1)

    def _cast(self, x):
        """Another white balance."""
        if x.shape[1] == 1:
            return x
        return x * (1 + 0.15 * (2 * torch.rand(len(x), 3, 1, 1, generator=self.generator) - 1))

    def _infrared(self, x):
        """Night mode: no colour, another balance of the channels, less contrast."""
        weights = torch.rand(len(x), x.shape[1], 1, 1, generator=self.generator) + 0.1
        gray = (x * weights).sum(1, keepdim=True) / weights.sum(1, keepdim=True)
        middle = gray.mean((2, 3), keepdim=True)
        gray = middle + (gray - middle) * self._uniform(len(x), 0.5, 1.0)
        return gray.expand_as(x)

    def _shift(self, x):
        """Vibration, a knock at the camera: up to 2 % of the side, by parts of pixels, a little zoom, and the warp."""
        count = len(x)
        theta = torch.zeros(count, 2, 3)
        zoom = self._uniform(count, 0.985, 1.015).flatten()
        theta[:, 0, 0] = theta[:, 1, 1] = zoom
        theta[:, :, 2] = 0.04 * self.strength * (2 * torch.rand(count, 2, generator=self.generator) - 1)
        if self.warp:
            theta[:, :, :2] += self.warp * (2 * torch.rand(count, 2, 2, generator=self.generator) - 1)
        grid = functional.affine_grid(theta, x.shape, align_corners=False)
        if self.warp:
            lean = self.warp * (2 * torch.rand(count, 1, 2, 1, generator=self.generator) - 1)
            grid = grid / (1 + grid @ lean)
        return functional.grid_sample(x, grid, padding_mode="border", align_corners=False)

    def _occlude(self, x):
        """Something in front of the scene."""
        height, width = x.shape[2:]
        x = x.clone()
        for picture in x:
            part = torch.rand(5, generator=self.generator).tolist()
            tall, wide = int(height * (0.08 + 0.22 * part[0])), int(width * (0.05 + 0.15 * part[1]))
            top, left = int((height - tall) * part[2]), int((width - wide) * part[3])
            texture = torch.rand(x.shape[1], tall, wide, generator=self.generator) * 0.2
            picture[:, top : top + tall, left : left + wide] = part[4] * 0.8 + texture
        return x

    def _blur(self, x):
        """Out of focus, rain, dirt."""
        sigma = 0.4 + 0.8 * torch.rand(1, generator=self.generator).item()
        taps = torch.exp(-torch.arange(-2.0, 3.0) ** 2 / (2 * sigma**2))
        height, width = x.shape[2:]
        x = functional.pad(x, (2, 2, 2, 2), mode="replicate")
        # Sums of shifted pictures: a convolution of few channels is slower.
        x = sum(tap * x[:, :, i : i + height] for i, tap in enumerate(taps / taps.sum()))
        return sum(tap * x[:, :, :, i : i + width] for i, tap in enumerate(taps / taps.sum()))

    def _noise(self, x):
        noise = torch.randn(x.shape, generator=self.generator)
        return x + noise * self._uniform(len(x), 0.0, 0.04)

    def _compress(self, x):
        """JPEG at a quality of 25 to 90: blocks of cosines, rounded."""
        count, channels, height, width = x.shape
        quality = self._uniform(count, 25, 90).view(count, 1, 1, 1, 1, 1)
        scale = torch.where(quality < 50, 50 / quality, 2 - quality / 50)
        padded = functional.pad(x, (0, -width % 8, 0, -height % 8), mode="replicate")
        rows, columns = padded.shape[2] // 8, padded.shape[3] // 8
        blocks = padded.view(count, channels, rows, 8, columns, 8).transpose(3, 4) * 255 - 128
        table = (_QUANTISATION * scale).clamp(min=1.0)
        coefficients = torch.round(_DCT @ blocks @ _DCT.T / table) * table
        blocks = (_DCT.T @ coefficients @ _DCT + 128) / 255
        return blocks.transpose(3, 4).reshape(padded.shape)[:, :, :height, :width]
