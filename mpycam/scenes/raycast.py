"""What each pixel sees of the still scene: reflectance, orientation, place and depth."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Seen:
    """Per pixel, float32: `colour` (H, W, 3), `normal` (H, W, 3) towards the camera, `point` (H, W, 3) in metres,
    `depth` (H, W) along the view axis, `gloss` (H, W), and per kind of shining surface its part of the pixel (H, W)."""

    colour: np.ndarray
    normal: np.ndarray
    point: np.ndarray
    depth: np.ndarray
    gloss: np.ndarray
    shining: dict


def cast(camera, surfaces, supersample=2):
    """Cast `supersample`^2 rays per pixel at the surfaces, the nearest wins; average the rays of each pixel."""
    rays = camera.rays(supersample)
    height, width = rays.shape[:2]
    origin = np.array(camera.position)
    depth = np.full((height, width), 60, np.float32)
    colour = np.zeros((height, width, 3), np.float32)
    index = np.zeros((height, width), np.int16)
    for number, surface in enumerate(surfaces):
        rows, columns = _window(camera, surface, supersample, (height, width))
        block = rays[rows, columns]
        if not block.size:
            continue
        length_across, length_along = surface.size
        across, along = surface.across / length_across, surface.along / length_along
        offset = origin - surface.corner
        slopes = block.reshape(-1, 3) @ np.array([surface.normal, across, along], np.float32).T
        distance = np.float32(-surface.normal @ offset) / np.where(slopes[:, 0] == 0, np.float32(1e-9), slopes[:, 0])
        u = slopes[:, 1] * distance + np.float32(offset @ across)
        v = slopes[:, 2] * distance + np.float32(offset @ along)
        nearest = depth[rows, columns].reshape(-1)
        hit = (distance > 0.05) & (distance < nearest) & (u >= 0) & (u < length_across) & (v >= 0) & (v < length_along)
        hit = np.nonzero(hit)[0]
        if not hit.size:
            continue
        distance, u, v = distance[hit], u[hit], v[hit]
        footprint = distance / (camera.focal * supersample) / np.maximum(np.abs(slopes[hit, 0]), 0.08)
        values, hit_cover = _sample(surface, u, v, footprint)
        if hit_cover is not None:
            hit, distance, values = hit[hit_cover], distance[hit_cover], values[hit_cover]
        y, x = np.divmod(hit, block.shape[1])
        y, x = y + rows.start, x + columns.start
        depth[y, x], colour[y, x], index[y, x] = distance, values, number
    point = origin.astype(np.float32) + rays * depth[..., None]
    normals = np.array(
        [s.normal * -np.sign(s.normal @ (s.corner + 0.3 * (s.across + s.along) - origin)) for s in surfaces]
    )
    gloss = np.array([s.gloss for s in surfaces], np.float32)
    kinds = np.array([s.emits for s in surfaces])
    shining = {}
    for kind in ("sky", "lamp", "back lamp"):
        mask = (kinds == kind).astype(np.float32)[index]
        if mask.any():
            shining[kind] = _average(mask, supersample)
    normal = _average(normals.astype(np.float32)[index], supersample)
    normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-3)
    return Seen(
        _average(colour, supersample), normal, _average(point, supersample),
        _farthest(depth, supersample), _average(gloss[index], supersample), shining,
    )  # fmt: skip


def _window(camera, surface, supersample, shape):
    pixels, depth = camera.project(surface.corners)
    if depth.min() < 0.3:
        return slice(0, shape[0]), slice(0, shape[1])
    # Distortion bends edges outwards, hence the margin.
    reach = 4 + 0.04 * (pixels.max(0) - pixels.min(0))
    low = np.clip((pixels.min(0) - reach) * supersample, 0, shape[::-1]).astype(int)
    high = np.clip((pixels.max(0) + reach) * supersample, 0, shape[::-1]).astype(int)
    return slice(low[1], high[1]), slice(low[0], high[0])


def _sample(surface, u, v, footprint):
    texture = surface.texture
    if surface.fit:
        metres, shift = surface.size, (0.0, 0.0)
    else:
        metres, shift = texture.metres, surface.shift
    u, v = (u + np.float32(shift[0])) / np.float32(metres[0]), (v + np.float32(shift[1])) / np.float32(metres[1])
    texels = footprint * (texture.colour.shape[1] / metres[0])
    level = np.clip(np.log2(np.maximum(texels, 1e-6)), 0, len(texture.levels) - 1).astype(int)
    values = np.empty((u.size, 3), np.float32)
    for number in np.unique(level):
        here = level == number
        tile = texture.levels[number]
        row = (v[here] * tile.shape[0]).astype(int) % tile.shape[0]
        column = (u[here] * tile.shape[1]).astype(int) % tile.shape[1]
        values[here] = tile[row, column]
    if texture.cover is None:
        return values, None
    cover = texture.cover
    row, column = (v * cover.shape[0]).astype(int), (u * cover.shape[1]).astype(int)
    return values, np.nonzero(cover[row.clip(0, cover.shape[0] - 1), column.clip(0, cover.shape[1] - 1)] > 0.5)[0]


def _farthest(values, factor):
    # Where a pixel's rays part, what moves may be drawn over all of it: no line of the room behind shows round a leaf.
    height, width = values.shape[0] // factor, values.shape[1] // factor
    return values.reshape(height, factor, width, factor).max((1, 3))


def _average(values, factor):
    height, width = values.shape[0] // factor, values.shape[1] // factor
    return values.reshape(height, factor, width, factor, *values.shape[2:]).mean((1, 3), dtype=np.float32)
