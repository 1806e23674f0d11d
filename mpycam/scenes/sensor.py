"""From light to a camera's picture: exposure, lens, noise, tone curve, JPEG."""

import io

import numpy as np
from PIL import Image

TARGET = 0.30
FULL_GAIN = 40.0


def metered_gain(light, bias=1.0, step=6):
    """The gain at which automatic exposure settles for linear light (H, W, C); limited in the dark.

    It looks at every `step`-th pixel each way.
    """
    sample = light[::step, ::step].mean(-1)
    # Bright spots count little, as in a camera's weighted metering.
    level = (
        np.exp(np.mean(np.log(np.maximum(sample, 1e-4)))) * 0.6 + 0.4 * np.minimum(sample, 4 * np.median(sample)).mean()
    )
    return float(np.clip(bias * TARGET / max(level, 1e-4), 0.02, FULL_GAIN))


def white_balance(light, step=6):
    """Gains (3,) that take most, not all, of the light's colour cast away."""
    means = light[::step, ::step].reshape(-1, light.shape[-1]).mean(0)
    return ((means.mean() / np.maximum(means, 1e-6)) ** 0.6).astype(np.float32)


def _tone_curve():
    y = np.arange(4096) / 1023
    level = np.clip((1 - np.exp(-1.5 * y)) / (1 - np.exp(-1.5 * 1.6)), 0, 1)
    # The transfer function of sRGB (IEC 61966-2-1) after a soft shoulder.
    tone = np.where(level <= 0.0031308, 12.92 * level, 1.055 * level ** (1 / 2.4) - 0.055)
    return np.round(255 * tone).astype(np.uint8)


_TONES = _tone_curve()


def noise_field(seed, height, width, margin=64):
    """Sensor noise after a camera's smoothing: (H + margin, W + margin, 3) float32 of about unit deviation in luma."""
    rng = np.random.default_rng([seed, 31])
    shape = (height + margin, width + margin)
    grain = rng.standard_normal(shape, np.float32)
    grain = (grain + 0.5 * (np.roll(grain, 1, 0) + np.roll(grain, 1, 1))) / np.float32(1.2)
    blotches = rng.standard_normal((shape[0] // 4 + 1, shape[1] // 4 + 1, 3), np.float32)
    blotches = np.repeat(np.repeat(blotches, 4, 0), 4, 1)[: shape[0], : shape[1]]
    return grain[..., None] + np.float32(0.35) * blotches


def smear(light, shift, blur):
    """Light (H, W, C) after the lens's blur and a shift (x, y) in pixels: three taps each way."""
    for axis, offset in ((1, shift[0]), (0, shift[1])):
        whole = int(np.round(offset))
        rest = offset - whole
        before, after = blur + rest * rest / 2 + rest / 2, blur + rest * rest / 2 - rest / 2
        middle = 1 - before - after
        padding = [(0, 0)] * light.ndim
        padding[axis] = (1 + abs(whole), 1 + abs(whole))
        padded = np.pad(light, padding, "edge")
        size = light.shape[axis]

        def tap(step, axis=axis, whole=whole, padded=padded, size=size):
            start = 1 + abs(whole) - whole + step
            return padded[:, start : start + size] if axis else padded[start : start + size]

        light = tap(0) * np.float32(middle)
        light += tap(-1) * np.float32(before)
        light += tap(1) * np.float32(after)
    return light


def expose(light, gain, balance, noise, rng):
    """Picture (H, W, 3) uint8 of linear light (H, W, C) at a gain: photon and amplifier noise, tone curve."""
    height, width = light.shape[:2]
    y, x = rng.integers(0, noise.shape[0] - height + 1), rng.integers(0, noise.shape[1] - width + 1)
    grain = noise[y : y + height, x : x + width]
    if rng.random() < 0.5:
        grain = grain[:, ::-1]
    picture = light * (np.float32(gain) * balance)
    photon, read = 0.00006 * gain, 0.00025 * gain
    luma = picture[..., 1 if picture.shape[-1] == 3 else 0]
    deviation = np.sqrt(np.maximum(luma, 0) * np.float32(photon) + np.float32(read * read + 5e-7))
    picture += grain[..., : picture.shape[-1]] * deviation[..., None]
    picture *= 1023
    np.clip(picture, 0, 4095, out=picture)
    tones = _TONES[picture.astype(np.uint16)]
    return tones if tones.shape[-1] == 3 else np.repeat(tones, 3, -1)


def jpeg(picture, quality):
    """Bytes of a JPEG of (H, W, 3) uint8 with halved colour resolution, as cameras send it."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=int(quality), subsampling=2)
    return buffer.getvalue()
