"""Draws a moment of a door scene: still surfaces, door leaf, people, shadows, and the camera's picture of it."""

from functools import lru_cache

import numpy as np

from mpycam.scenes import sensor
from mpycam.scenes.figure import Figure, lets_pass
from mpycam.scenes.leaf import Leaf
from mpycam.scenes.light import Opening, lighting
from mpycam.scenes.raycast import cast
from mpycam.scenes.textures import fractal, infrared

SHADOW_STEP = 3  # shadows are worked out on every third pixel each way


class Scene:
    """An installation on one day. Keeps what does not change from frame to frame."""

    def __init__(self, installation, day, hours=12.0, camera=None):
        """`hours` is what a clock on the wall shows; `camera` stands in for the installation's."""
        self.installation, self.day = installation, day
        self.camera = camera = camera or installation.camera
        door = installation.door
        self.seen = cast(camera, installation.building + installation.furnishing(day, hours))
        self.plane = camera.plane()
        self.doorway = Opening(1, 0.0, (0.0, 0.0), (door.width, door.height), softness=0.08)
        self.corners = self._corners()
        self.noise = sensor.noise_field(installation.seed * 1000 + day.seed, camera.height, camera.width)
        self.folds = fractal(np.random.default_rng(installation.seed), (256, 256), slope=1.6)
        self.coarse = np.ascontiguousarray(self.seen.point[::SHADOW_STEP, ::SHADOW_STEP])
        self._lit = {}

    def _corners(self):
        """Ambient occlusion (H, W): rooms are darker where surfaces meet."""
        i, seen = self.installation, self.seen
        point, normal = seen.point, np.abs(seen.normal)
        behind = point[..., 1] > i.door.wall
        planes = [(2, 0.0), (1, 0.0)]
        if not i.outdoor:
            planes += [(2, i.ceiling), (0, i.left), (0, i.right)]
        shade = np.ones(point.shape[:2], np.float32)
        for axis, place in planes:
            away = np.abs(point[..., axis] - np.float32(place))
            shade *= 1 - 0.45 * np.exp(-away / 0.25) * (1 - normal[..., axis])
        deep = np.clip((point[..., 1] - i.door.wall) / (i.back_depth - i.door.wall), 0, 1)
        return np.where(behind, np.float32(0.75 + 0.25 * deep), shade).astype(np.float32)

    def lit(self, hours):
        """The still scene without shadows of what moves, at a time of day (kept for the last few moments).

        Returns Lighting and, all (H, W, C), the ambient part, the glow of an open door, and the part of each light;
        C is 1 under infrared.
        """
        key = round(hours * 240)  # every 15 s
        if key not in self._lit:
            if len(self._lit) > 3:
                self._lit.pop(next(iter(self._lit)))
            self._lit[key] = self._light(key / 240)
        return self._lit[key]

    def _light(self, hours):
        now, seen, door = lighting(self.installation, self.day, hours), self.seen, self.installation.door
        if now.infrared:
            colour = infrared(seen.colour)
        else:
            colour = seen.colour
        channels = colour.shape[-1]

        def tint(values):
            return np.asarray(values, np.float32) if channels == 3 else np.array([np.mean(values)], np.float32)

        behind = np.clip((seen.point[..., 1] - 0.3 * door.wall) / (0.7 * door.wall), 0, 1)[..., None]
        ambient = (
            colour * (tint(now.ambient) * (1 - behind) + tint(now.back_ambient) * behind) * self.corners[..., None]
        )
        for kind, mask in seen.shining.items():
            ambient += mask[..., None] * tint(now.shining[kind])
        parts = []
        view = np.array(self.camera.position, np.float32) - seen.point
        view /= np.linalg.norm(view, axis=-1, keepdims=True)
        for light in now.lights:
            direction, strength = light.reaching(seen.point, self.doorway, door.wall)
            cosine = np.einsum("...i,...i->...", direction, seen.normal)
            halfway = direction + view
            halfway /= np.linalg.norm(halfway, axis=-1, keepdims=True)
            shine = np.maximum(np.einsum("...i,...i->...", halfway, seen.normal), 0) ** 40
            lambert = np.maximum(cosine, 0) * strength
            highlight = seen.gloss * shine * strength * (cosine > 0)
            parts.append((colour * lambert[..., None] + 0.35 * highlight[..., None]) * tint(light.colour))
        return now, ambient, self._glow(colour, tint(now.back_ambient)), parts

    def light(self, hours, angle, people=()):
        """Linear light (H, W, C) float32 of the scene, with the door at `angle` degrees; C is 1 under infrared."""
        now, ambient, glow, parts = self.lit(hours)
        image = ambient.copy()
        leaf = Leaf(self.installation, angle)
        for light, part in zip(now.lights, parts, strict=True):
            if not light.casts:
                image += part
                continue
            visible = self._visible(light, leaf, people)
            if visible is None:
                image += part
            else:
                image += part * visible[..., None]
        self._contact(image, people)
        if angle > 0.5 and now.back_ambient.max() > 0.02:
            image += glow * np.float32(min(angle / 70, 1))
        depth = self.seen.depth.copy()
        items = [(leaf.centre[1], leaf.draw)]
        items += [(person.y, Figure(person).draw) for person in people]
        for _, draw in sorted(items, key=lambda item: -item[0]):
            draw(self, image, depth, now, people)
        return image

    def _visible(self, light, leaf, people):
        """Part of a light (H, W) that leaf and people let through, or None for all of it."""
        points = self.coarse
        passed = leaf.passes(points, light.position)
        for person in people:
            passed = passed * lets_pass(person, points, light.position)
        return _enlarge(passed, self.seen.depth.shape)

    def _contact(self, image, people):
        """Darken the floor under people's feet, where ambient light does not reach."""
        for person in people:
            apart = np.hypot(self.coarse[..., 0] - person.x, self.coarse[..., 1] - person.y)
            low = np.exp(-np.maximum(self.coarse[..., 2], -1) / 0.25)  # what no surface covers lies far below
            shade = 1 - 0.55 * np.exp(-((apart / 0.28) ** 2)) * low
            near = np.nonzero(shade < 0.99)
            if not near[0].size:
                continue
            rows = slice(near[0].min(), near[0].max() + 1)
            columns = slice(near[1].min(), near[1].max() + 1)
            full = tuple(slice(s.start * SHADOW_STEP, s.stop * SHADOW_STEP) for s in (rows, columns))
            block = image[full]
            block *= _enlarge(shade[rows, columns], block.shape[:2])[..., None]

    def _glow(self, colour, back_ambient):
        """Light (H, W, C) that comes round the edges of a wide open door from the ambient light behind it."""
        door, points = self.installation.door, self.seen.point
        apart = (points[..., 0] - door.width / 2) ** 2 + points[..., 1] ** 2 + 0.2 * points[..., 2] ** 2
        glow = np.where(points[..., 1] < 0.02, 0.4 / (1 + 3 * apart), 0).astype(np.float32)
        return colour * glow[..., None] * back_ambient

    def light_at(self, now, points, normals, people=(), channels=3, front=None):
        """Irradiance (..., C) on small surfaces at points (..., 3) with unit normals.

        `front` is the part of the ambient light that comes from the camera's side; without it the points' side tells.
        """
        door = self.installation.door
        points, normals = np.asarray(points, np.float32), np.asarray(normals, np.float32)
        if front is None:
            front = (points[..., 1] <= door.wall / 2)[..., None]
        total = (front * now.ambient + (1 - front) * now.back_ambient).astype(np.float32)
        total = total * (0.8 + 0.2 * normals[..., 2:3])
        for light in now.lights:
            direction, strength = light.reaching(points, self.doorway, door.wall)
            strength = strength * np.maximum(np.einsum("...i,...i->...", direction, normals), 0)
            if light.casts:
                for person in people:
                    strength = strength * lets_pass(person, points, light.position)
            total = total + strength[..., None] * light.colour.astype(np.float32)
        return total if channels == 3 else total.mean(-1, keepdims=True)


def _enlarge(coarse, shape):
    """Values on every SHADOW_STEP-th pixel, over all (H, W) pixels."""
    return np.repeat(np.repeat(coarse, SHADOW_STEP, 0), SHADOW_STEP, 1)[: shape[0], : shape[1]]


@lru_cache(maxsize=4)
def scene(installation, day):
    """The Scene of an installation on a day; the last few are kept."""
    return Scene(installation, day)


def render(installation, day, hours, angle, people=(), seed=0, gain=None):
    """A camera picture (H, W, 3) uint8 of the door at `angle` degrees, at a time of day in hours.

    `seed` draws noise and shake. `gain` is the exposure; without it the one at which automatic exposure settles.
    """
    here = scene(installation, day)
    light = here.light(hours, angle, people)
    return develop(here, light, np.random.default_rng([seed, 41]), gain)


def develop(here, light, rng, gain=None, balance=None):
    """The picture (H, W, 3) uint8 of linear light (H, W, C) in a Scene: shake, blur, exposure, noise.

    Without `gain` or `balance` they are what the light in the picture calls for.
    """
    if gain is None:
        gain = sensor.metered_gain(light)
    if balance is None:
        balance = sensor.white_balance(light)
    light = sensor.smear(light, rng.normal(0, 0.35, 2), here.installation.seed % 7 * 0.015 + 0.1)
    return sensor.expose(light, gain, balance, here.noise, rng)
