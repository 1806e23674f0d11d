"""Procedural textures: linear-light reflectance, as tiles that repeat or as pictures with holes."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image, ImageDraw


@dataclass(frozen=True, eq=False)
class Texture:
    """Linear reflectance `colour` (h, w, 3) float32 over `metres` (across, along), row 0 at the bottom.

    `cover` (h, w) float32, where given, is 0 where there is a hole.
    """

    colour: np.ndarray
    metres: tuple
    cover: np.ndarray | None = None

    @cached_property
    def levels(self):
        """The texture at full size, half, quarter...: averages for distant or oblique views."""
        levels = [self.colour]
        while min(levels[-1].shape[:2]) >= 8 and len(levels) < 6:
            top = levels[-1]
            top = top[: top.shape[0] // 2 * 2, : top.shape[1] // 2 * 2]
            levels.append((top[::2, ::2] + top[1::2, ::2] + top[::2, 1::2] + top[1::2, 1::2]) / 4)
        return levels


def linear(colour):
    """Linear-light float32 of sRGB values 0..255."""
    return (np.asarray(colour, np.float32) / 255) ** np.float32(2.2)


def infrared(colour):
    """Reflectance (..., 1) under infrared of what has a visible colour (..., 3).

    Cloth, plants and paint reflect it more evenly and more strongly than visible light.
    """
    return 0.07 + 0.85 * (colour @ np.array([0.5, 0.3, 0.2], np.float32))[..., None]


def pick(rng, colours, spread=8):
    """One of the sRGB colours, varied a little."""
    return np.clip(np.array(colours[rng.integers(len(colours))]) + rng.normal(0, spread, 3), 4, 250)


def fractal(rng, shape=(256, 256), slope=1.5, stretch=1.0):
    """Periodic noise with a power-law spectrum, zero mean and unit deviation; stretched along rows."""
    rows = np.fft.fftfreq(shape[0])[:, None] * stretch
    columns = np.fft.rfftfreq(shape[1])[None, :]
    radius = np.hypot(rows, columns)
    radius[0, 0] = np.inf
    spectrum = np.fft.rfft2(rng.standard_normal(shape)) * radius**-slope
    noise = np.fft.irfft2(spectrum, shape)
    return ((noise - noise.mean()) / noise.std()).astype(np.float32)


def plaster(rng, colour, metres=2.0, roughness=0.05):
    """Painted wall: faint mottling and grain."""
    shade = 1 + roughness * fractal(rng, slope=1.2) + 0.5 * roughness * fractal(rng, slope=0.3)
    return Texture(linear(colour) * shade[..., None], (metres, metres))


def grid(shape, rows, columns, joint, offset=0.0):
    """Index of the cell (row, column) and whether a texel lies in a joint, for `rows` x `columns` in a tile."""
    y = np.arange(shape[0])[:, None] / shape[0] * rows
    x = np.arange(shape[1])[None, :] / shape[1] * columns + np.floor(y) * offset
    in_joint = ((y % 1) < joint * rows) | ((x % 1) < joint * columns)
    return np.floor(y).astype(int) % rows, np.floor(x).astype(int) % columns, in_joint


def masonry(rng, colour, rows=12, columns=4, metres=1.0, joint=0.012, joint_colour=(150, 145, 138), offset=0.5):
    """Bricks, blocks or tiles, each a little different, with joints."""
    row, column, in_joint = grid((256, 256), rows, columns, joint, offset)
    tones = linear(colour) * (1 + rng.normal(0, 0.13, (rows, columns, 1)) + rng.normal(0, 0.03, (rows, columns, 3)))
    colours = tones[row, column] * (1 + 0.08 * fractal(rng, slope=0.8))[..., None]
    colours = np.where(
        in_joint[..., None], linear(joint_colour) * (1 + 0.1 * fractal(rng, slope=0.5))[..., None], colours
    )
    return Texture(np.clip(colours, 0.01, 0.95).astype(np.float32), (metres, metres))


def planks(rng, colour, count=8, metres=1.2):
    """Wooden boards running along the texture, with grain and joints."""
    row, column, in_joint = grid((256, 256), 1, count, 0.006)
    tones = 1 + rng.normal(0, 0.12, (count, 1))
    grain = 1 + 0.12 * fractal(rng, slope=0.9, stretch=12.0)
    colours = linear(colour) * (tones[column] * grain[..., None])
    colours = np.where(in_joint[..., None], colours * 0.35, colours)
    return Texture(np.clip(colours, 0.01, 0.9).astype(np.float32), (metres, metres))


def carpet(rng, colour, metres=1.5):
    """Short pile with large soft stains."""
    shade = 1 + 0.16 * fractal(rng, slope=0.1) + 0.06 * fractal(rng, slope=1.8)
    return Texture(linear(colour) * np.clip(shade, 0.2, 2)[..., None], (metres, metres))


def speckles(rng, colour, metres=1.0):
    """Terrazzo or concrete slabs."""
    shade = 1 + 0.2 * np.sign(fractal(rng, slope=0.6) - 1.3) + 0.07 * fractal(rng, slope=1.4)
    _, _, in_joint = grid((256, 256), 2, 2, 0.006)
    colours = linear(colour) * np.clip(shade, 0.3, 1.6)[..., None] * np.where(in_joint, 0.6, 1)[..., None]
    return Texture(np.clip(colours, 0.01, 0.9).astype(np.float32), (metres, metres))


def stripes(rng, colour, other, count=10, metres=1.0):
    """Wallpaper, radiator ribs, shelves of books: bands across the texture."""
    band = (np.arange(256) * count // 256) % 2
    colours = np.where(band[None, :, None], linear(colour), linear(other))
    shade = 1 + 0.05 * fractal(rng, slope=0.8)
    return Texture((colours * shade[..., None]).astype(np.float32), (metres, metres))


def plain(colour):
    """One colour."""
    return Texture(np.broadcast_to(linear(colour), (4, 4, 3)).copy(), (1.0, 1.0))


def drawn(image):
    """Texture stretched over its rectangle from a Pillow image, RGB or RGBA (transparent parts are holes)."""
    pixels = np.asarray(image)[::-1]
    cover = (pixels[..., 3] / 255).astype(np.float32) if pixels.shape[2] == 4 else None
    return Texture(linear(pixels[..., :3]), (1.0, 1.0), cover)


def picture(rng):
    """A framed picture: sky, hills and a sun, or a poster with bands of text."""
    image = Image.new("RGB", (96, 96), tuple(int(v) for v in pick(rng, [(60, 45, 35), (30, 30, 30), (210, 205, 195)])))
    draw = ImageDraw.Draw(image)
    if rng.random() < 0.5:
        draw.rectangle((7, 7, 88, 88), fill=(168, 190, 210))
        draw.ellipse((55, 15, 72, 32), fill=(240, 225, 170))
        draw.polygon([(7, 60), (30, 40), (55, 62), (88, 45), (88, 88), (7, 88)], fill=(90, 120, 80))
        draw.polygon([(7, 75), (40, 62), (88, 80), (88, 88), (7, 88)], fill=(70, 90, 60))
    else:
        draw.rectangle(
            (5, 5, 90, 90), fill=tuple(int(v) for v in pick(rng, [(235, 230, 215), (200, 60, 50), (40, 80, 140)]))
        )
        for line in range(int(rng.integers(4, 8))):
            draw.rectangle((14, 16 + 10 * line, 14 + int(rng.integers(25, 68)), 20 + 10 * line), fill=(40, 40, 45))
    return drawn(image)


def clock(hours):
    """A round wall clock showing the time."""
    image = Image.new("RGBA", (96, 96), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((2, 2, 94, 94), fill=(35, 35, 38, 255))
    draw.ellipse((8, 8, 88, 88), fill=(236, 234, 226, 255))
    for mark in range(12):
        a = mark * np.pi / 6
        draw.line(
            (48 + 33 * np.sin(a), 48 - 33 * np.cos(a), 48 + 38 * np.sin(a), 48 - 38 * np.cos(a)), (30, 30, 30, 255), 3
        )
    for angle, length, width in ((hours * np.pi / 6, 20, 5), (hours * 2 * np.pi, 32, 3)):
        draw.line((48, 48, 48 + length * np.sin(angle), 48 - length * np.cos(angle)), (25, 25, 25, 255), width)
    return drawn(image)


def plant(rng):
    """A pot plant as a flat cut-out."""
    image = Image.new("RGBA", (128, 256), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    for _ in range(60):
        angle = rng.normal(0, 0.6)
        length = rng.uniform(50, 180)
        tip = np.array([64 + length * np.sin(angle) * 0.5, 205 - length * np.cos(angle)])
        base = np.array([64 + rng.normal(0, 5), 205.0])
        side = np.array([tip[1] - base[1], base[0] - tip[0]])
        side = side / (np.linalg.norm(side) + 1) * rng.uniform(4, 10)
        middle = base + 0.65 * (tip - base)
        tone = rng.uniform(0.6, 1.25)
        colour = (int(50 * tone), int(95 * tone), int(42 * tone), 255)
        draw.polygon([tuple(base), tuple(middle + side), tuple(tip), tuple(middle - side)], fill=colour)
    pot = tuple(int(v) for v in pick(rng, [(150, 85, 60), (225, 222, 215), (60, 60, 66)]))
    draw.polygon([(38, 200), (90, 200), (82, 255), (46, 255)], fill=(*pot, 255))
    draw.rectangle((35, 196, 93, 206), fill=(*tuple(int(v * 0.85) for v in pot), 255))
    return drawn(image)


def coats(rng):
    """A coat rack with what hangs on it that day, as a flat cut-out."""
    image = Image.new("RGBA", (160, 192), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rectangle((4, 10, 156, 20), fill=(96, 70, 48, 255))
    for hook in range(5):
        x = 16 + 32 * hook
        draw.line((x, 14, x, 30), (40, 40, 40, 255), 4)
        if rng.random() < 0.6:
            colour = pick(rng, [(40, 44, 60), (120, 40, 38), (70, 74, 60), (30, 30, 32), (170, 150, 120)])
            length = int(rng.uniform(90, 165))
            shoulders = [(x - 17, 45), (x - 5, 24), (x + 5, 24), (x + 17, 45)]
            draw.polygon([*shoulders, (x + 19, 24 + length), (x - 19, 24 + length)], fill=(*map(int, colour), 255))
            dark = tuple(int(v * 0.7) for v in colour)
            draw.line((x, 34, x + 2, 20 + length), (*dark, 255), 3)
            draw.line((x - 11, 55, x - 12, 24 + length), (*dark, 255), 3)
    return drawn(image)


def extinguisher():
    """A fire extinguisher as a flat cut-out."""
    image = Image.new("RGBA", (48, 128), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((8, 30, 40, 126), 8, fill=(180, 28, 28, 255))
    draw.rectangle((12, 34, 17, 120), fill=(215, 80, 75, 255))
    draw.rectangle((10, 62, 38, 90), fill=(225, 220, 210, 255))
    draw.rectangle((19, 14, 29, 32), fill=(25, 25, 25, 255))
    draw.line((22, 18, 42, 34, 43, 78), (20, 20, 20, 255), 4)
    return drawn(image)


def books(rng):
    """The front of a shelf: boards and books of many colours."""
    image = Image.new("RGB", (128, 160), (58, 44, 34))
    draw = ImageDraw.Draw(image)
    for shelf in range(4):
        bottom, x = 36 + 40 * shelf, 4
        while x < 118:
            width, height = int(rng.integers(3, 9)), int(rng.integers(20, 33))
            if rng.random() < 0.85:
                colour = pick(
                    rng, [(150, 50, 45), (45, 70, 120), (210, 200, 175), (50, 90, 60), (35, 35, 38), (190, 140, 60)], 15
                )
                draw.rectangle((x, bottom - height, x + width - 1, bottom), fill=tuple(int(v) for v in colour))
            x += width + 1
        draw.rectangle((0, bottom + 1, 127, bottom + 4), fill=(120, 92, 66))
    return drawn(image)


def window(rng):
    """A window's frame and bars as a cut-out: the panes are holes."""
    image = Image.new("RGBA", (128, 128), (225, 224, 220, 255))
    draw = ImageDraw.Draw(image)
    columns, rows = int(rng.integers(1, 4)), int(rng.integers(1, 3))
    for column in range(columns):
        for row in range(rows):
            w, h = 116 // columns, 116 // rows
            draw.rectangle((8 + column * w, 8 + row * h, 4 + (column + 1) * w, 4 + (row + 1) * h), fill=(0, 0, 0, 0))
    return drawn(image)


def door_leaf(rng, width, height, texel=0.0075):
    """The leaf's outside with panels or panes and its fittings: colour (h, w, 3), cover (h, w).

    The hinge is at column 0 and the bottom at row 0. Glass covers partly: what is behind shines through.
    """
    w, h = round(width / texel), round(height / texel)
    wood = rng.random() < 0.4
    if wood:
        base = pick(rng, [(150, 104, 66), (96, 62, 40), (186, 148, 100), (120, 76, 44)])
        shade = 1 + 0.14 * fractal(rng, (h, w), slope=0.9, stretch=9.0)
    else:
        base = pick(
            rng,
            [
                (222, 220, 214),
                (205, 200, 190),
                (72, 84, 96),
                (52, 74, 62),
                (118, 36, 34),
                (44, 54, 84),
                (138, 140, 142),
            ],
        )
        shade = 1 + 0.03 * fractal(rng, (h, w), slope=1.0)
    colour = linear(base) * np.clip(shade, 0.4, 1.6)[..., None]
    cover = np.ones((h, w), np.float32)

    def column(metres):
        return round(np.clip(metres, 0, width) / texel)

    def row(metres):
        return round(np.clip(metres, 0, height) / texel)

    def bevel(left, right, bottom, top, depth):
        x0, x1, y0, y1 = column(left), column(right), row(bottom), row(top)
        e = 2
        colour[y0:y1, x0:x1] *= 1 - depth * 0.15
        colour[y1 - e : y1, x0:x1] *= 1 - depth
        colour[y0 : y0 + e, x0:x1] *= 1 + 0.6 * depth
        colour[y0:y1, x0 : x0 + e] *= 1 - 0.7 * depth
        colour[y0:y1, x1 - e : x1] *= 1 + 0.4 * depth

    def pane(left, right, bottom, top, opacity, tint):
        x0, x1, y0, y1 = column(left), column(right), row(bottom), row(top)
        colour[y0:y1, x0:x1] = linear(tint) * (1 + 0.1 * fractal(rng, (y1 - y0, x1 - x0), slope=1.5))[..., None]
        cover[y0:y1, x0:x1] = opacity
        bevel(left - 0.02, right + 0.02, bottom - 0.02, bottom, 0.3)
        bevel(left - 0.02, right + 0.02, top, top + 0.02, 0.3)

    style = rng.choice(["flush", "two panels", "six panels", "glass", "narrow glass", "top light"])
    depth = rng.uniform(0.2, 0.45)
    m = 0.13
    if style == "two panels":
        bevel(m, width - m, 0.2, 0.85, depth)
        bevel(m, width - m, 1.0, height - 0.16, depth)
    elif style == "six panels":
        for left, right in ((m, width / 2 - 0.05), (width / 2 + 0.05, width - m)):
            for bottom, top in ((0.2, 0.75), (0.9, 1.5), (1.62, height - 0.15)):
                bevel(left, right, bottom, top, depth)
    elif style == "glass":
        opacity, tint = (0.35, (60, 70, 72)) if rng.random() < 0.5 else (0.75, (150, 160, 158))
        pane(m, width - m, rng.choice([0.25, 0.95]), height - 0.15, opacity, tint)
    elif style == "narrow glass":
        pane(width - 0.32, width - 0.2, 0.9, height - 0.2, 0.5, (90, 100, 100))
    elif style == "top light":
        pane(m + 0.06, width - m - 0.06, 1.45, height - 0.22, 0.55, (110, 120, 120))
        bevel(m, width - m, 0.2, 1.25, depth)
    if rng.random() < 0.25:
        colour[: row(0.22), column(0.03) : column(width - 0.03)] = linear((150, 150, 152))
    if rng.random() < 0.35:
        at = rng.uniform(0.25, 0.45)
        colour[row(1.5) : row(1.62), column(at) : column(at + 0.22)] = linear(
            pick(rng, [(235, 235, 230), (30, 60, 120), (200, 170, 60)])
        )
    metal = linear(pick(rng, [(190, 190, 194), (176, 150, 90), (50, 50, 52)]))
    edge = width - 0.07
    colour[row(0.93) : row(1.16), column(edge - 0.02) : column(edge + 0.02)] *= 0.75
    colour[row(0.94) : row(1.16), column(edge - 0.02) : column(edge + 0.02)] = metal * 0.8
    colour[row(1.02) : row(1.035), column(edge - 0.14) : column(edge)] *= 0.4
    colour[row(1.035) : row(1.065), column(edge - 0.14) : column(edge + 0.01)] = metal
    for at in (0.25, height / 2, height - 0.25):
        colour[row(at - 0.05) : row(at + 0.05), : column(0.02)] = metal * 0.6
    colour[:, :1] *= 0.6
    colour[:, -1:] *= 0.6
    colour[:2] *= 0.5
    return np.clip(colour, 0.005, 0.95).astype(np.float32), cover
