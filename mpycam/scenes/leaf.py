"""The door leaf: how it is drawn, and the shadow it casts."""

import numpy as np

from mpycam.scenes.installation import LEAF_THICKNESS
from mpycam.scenes.textures import infrared, linear

GRID = (16, 8)  # light on the leaf is worked out on this grid (along, across)


class Leaf:
    """The door leaf at an angle in degrees."""

    def __init__(self, installation, angle):
        self.installation, self.angle = installation, angle
        door = installation.door
        self.outer, self.inner = door.faces(angle)
        self.along, self.outward = door.directions(angle)
        self.centre = (self.outer.mean(0) + self.inner.mean(0)) / 2

    def passes(self, points, source):
        """How much light of a source at (3,) gets past the leaf to points (..., 3): 0..1 float32."""
        door = self.installation.door
        origin = (self.outer[0] + self.inner[0]) / 2
        normal = self.outward.astype(np.float32)
        from_source = np.float32((source - origin) @ self.outward)
        from_point = (points - origin.astype(np.float32)) @ normal
        step = from_source - from_point
        part = -from_point / np.where(np.abs(step) < 1e-6, np.float32(1e-6), step)
        crossing = points + part[..., None] * (source.astype(np.float32) - points)
        u = (crossing - origin.astype(np.float32)) @ self.along.astype(np.float32)
        v = crossing[..., 2]
        blur = 0.04 + 0.03 * np.abs(from_point)
        inside = np.clip(u / blur + 0.5, 0, 1) * np.clip((door.width - u) / blur + 0.5, 0, 1)
        inside *= np.clip((door.height - v) / blur + 0.5, 0, 1)
        between = (part > 0) & (part < 1) & (np.abs(from_point) > LEAF_THICKNESS * 0.6)
        return np.where(between, 1 - inside, np.float32(1)).astype(np.float32)

    def draw(self, scene, image, depth, now, people):
        """Paint the sides of the leaf that face the camera."""
        camera = np.array(scene.camera.position)
        textures = self.installation.leaf_textures
        up = np.array([0.0, 0.0, self.installation.door.height])
        edge = linear((120, 108, 92)) * np.ones((2, 2, 1), np.float32)
        solid = np.ones((2, 2), np.float32)
        sides = [
            (self.outer, self.outward, *textures[0]),
            (self.inner, -self.outward, *textures[1]),
            (np.array([self.outer[1], self.inner[1], self.inner[1] + up, self.outer[1] + up]), self.along, edge, solid),
            (
                np.array([self.outer[0], self.inner[0], self.inner[0] + up, self.outer[0] + up]),
                -self.along,
                edge,
                solid,
            ),
        ]
        for corners, normal, colour, cover in sides:
            if (camera - corners[0]) @ normal > 1e-3:
                self._draw_side(scene, image, depth, now, people, corners, normal, colour, cover)

    def _draw_side(self, scene, image, depth, now, people, corners, normal, colour, cover):
        camera = scene.camera
        pixels, _ = camera.project(_edge_points(corners))
        low = np.clip(np.floor(pixels.min(0)) - 2, 0, (camera.width, camera.height)).astype(int)
        high = np.clip(np.ceil(pixels.max(0)) + 2, 0, (camera.width, camera.height)).astype(int)
        if (high <= low).any():
            return
        window = slice(low[1], high[1]), slice(low[0], high[0])
        channels = image.shape[-1]

        # Inverse homography: image plane -> (u, v) on the side, as the ray meets its plane.
        view = camera.view(corners)
        origin, across, along = view[0], view[1] - view[0], view[3] - view[0]
        inverse = np.linalg.inv(np.stack([across, along, origin], 1)).astype(np.float32)
        x, y = scene.plane[0][window], scene.plane[1][window]
        a, b, w = (inverse[i, 0] * x + inverse[i, 1] * y + inverse[i, 2] for i in range(3))
        # x, y, 1 = w (u across + v along + origin) up to the depth 1 / w
        away = 1 / np.where(np.abs(w) < 1e-6, np.float32(1e-6), w)
        u, v = a * away, b * away
        pixel = away / np.float32(camera.focal)
        length_across, length_along = np.float32(np.linalg.norm(across)), np.float32(np.linalg.norm(along))
        slant = np.float32(max(abs((np.array(camera.position) - corners.mean(0)) @ normal), 0.05)
                           / np.linalg.norm(np.array(camera.position) - corners.mean(0)))  # fmt: skip
        reach_u = length_across / pixel * slant
        reach_v = length_along / pixel
        # A frame's rebate covers the edge of an inward leaf: some more pixels hide the line of light round a closed one.
        rim = 2 if self.installation.door.swing == "in" else 0.5
        alpha = np.clip(u * reach_u + rim, 0, 1) * np.clip((1 - u) * reach_u + rim, 0, 1)
        alpha *= np.clip(v * reach_v + rim, 0, 1) * np.clip((1 - v) * reach_v + rim, 0, 1)
        alpha *= (w > 0) & (away < depth[window] + 0.015)
        here = np.nonzero(alpha > 0.004)
        if not here[0].size:
            return

        texture = self._shaded(scene, now, people, corners, normal, colour, cover, channels)
        values = _bilinear(texture, u[here], v[here])
        alpha = alpha[here][:, None] * values[:, -1:]
        block = image[window]
        block[here] += alpha * (values[:, :-1] - block[here])
        solid = alpha[:, 0] > 0.9
        ys, xs = here[0][solid], here[1][solid]
        depth[window][ys, xs] = away[ys, xs]

    def _shaded(self, scene, now, people, corners, normal, colour, cover, channels):
        s, t = (np.linspace(0, 1, n, dtype=np.float32) for n in GRID)
        points = (
            corners[0] + t[None, :, None] * (corners[1] - corners[0]) + s[:, None, None] * (corners[3] - corners[0])
        )
        points = points + 0.01 * normal
        # The outside of an inward leaf lies beyond the wall's middle, but looks at the camera's side until it swings.
        inward = self.installation.door.swing == "in" and np.array_equal(normal, self.outward)
        front = max(np.cos(np.radians(self.angle)), 0.0) if inward else None
        light = scene.light_at(now, points, np.broadcast_to(normal, points.shape), people, channels, front)
        closed = np.exp(-self.angle / 6)
        # A closed leaf lies in the frame, in the shade of its top and sides.
        rim = np.minimum(t, 1 - t)[None, :]
        light = (
            light
            * (1 - closed * 0.3 * np.exp(-rim / 0.06) - closed * 0.3 * np.exp(-(1 - s[:, None]) / 0.05))[..., None]
        )
        height, width = colour.shape[:2]
        light = _stretch(light, height, width)
        if channels == 1:
            colour = infrared(colour)
        glossy = self._gloss(now, points, normal, channels)
        return np.concatenate([colour * light + _stretch(glossy, height, width), cover[..., None]], -1).astype(
            np.float32
        )

    def _gloss(self, now, points, normal, channels):
        """Highlights of lamps in the paint, (rows, columns, C)."""
        view = np.array(self.installation.camera.position) - points
        view /= np.linalg.norm(view, axis=-1, keepdims=True)
        total = np.zeros((*points.shape[:2], channels), np.float32)
        for light in now.lights:
            direction = light.position - points
            squared = np.einsum("...i,...i->...", direction, direction)
            direction /= np.sqrt(squared)[..., None]
            halfway = direction + view
            halfway /= np.maximum(np.linalg.norm(halfway, axis=-1, keepdims=True), 1e-6)
            strength = np.maximum(halfway @ normal, 0) ** 60 * (direction @ normal > 0)
            if light.falls_off and (light.position[1] > 0) == (points[0, 0, 1] > 0):
                colour = light.colour if channels == 3 else light.colour.mean(keepdims=True)
                total += (0.12 * strength / np.maximum(squared, 0.3))[..., None] * colour
        return total


def _edge_points(corners):
    """Points along the outline (16, 3): distortion bends it."""
    steps = np.linspace(0, 1, 4, endpoint=False)[:, None]
    return np.concatenate([a + steps * (b - a) for a, b in zip(corners, np.roll(corners, -1, 0), strict=True)])


def _stretch(values, height, width):
    """A coarse grid (rows, columns, C), linearly interpolated to (height, width, C)."""

    def weights(count, size):
        at = np.linspace(0, count - 1, size, dtype=np.float32)
        return np.maximum(1 - np.abs(at[:, None] - np.arange(count, dtype=np.float32)), 0)

    tall = np.tensordot(weights(values.shape[0], height), values, 1)
    return np.einsum("wc,hck->hwk", weights(values.shape[1], width), tall, optimize=True)


def _bilinear(texture, u, v):
    """Texture (h, w, k) at u across and v along, 0..1 each: (n, k)."""
    height, width = texture.shape[:2]
    x, y = np.clip(u * width - 0.5, 0, width - 1.001), np.clip(v * height - 0.5, 0, height - 1.001)
    column, row = x.astype(np.int32), y.astype(np.int32)
    fx, fy = (x - column)[:, None], (y - row)[:, None]
    flat, at = texture.reshape(-1, texture.shape[2]), row * width + column
    low = flat[at] * (1 - fx) + flat[at + 1] * fx
    high = flat[at + width] * (1 - fx) + flat[at + width + 1] * fx
    return low * (1 - fy) + high * fy
