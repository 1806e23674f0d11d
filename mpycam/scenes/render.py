"""Draws a moment of a door scene: still surfaces, door leaf, people, shadows, and the camera's picture of it."""

from functools import lru_cache

import numpy as np

from mpycam.scenes import sensor
from mpycam.scenes.installation import LEAF_THICKNESS
from mpycam.scenes.light import Opening, lighting
from mpycam.scenes.people import limbs
from mpycam.scenes.raycast import cast
from mpycam.scenes.textures import fractal, linear

SHADOW_STEP = 3  # shadows are worked out on every third pixel each way
GRID = (16, 8)  # light on the leaf is worked out on this grid (along, across)


class Scene:
    """An installation on one day. Keeps what does not change from frame to frame."""

    def __init__(self, installation, day, hours=12.0):
        self.installation, self.day = installation, day
        camera, door = installation.camera, installation.door
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
            # Cloth, plants and paint reflect infrared more evenly and more strongly than visible light.
            colour = 0.12 + 0.75 * (seen.colour @ np.array([0.5, 0.3, 0.2], np.float32))[..., None]
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
        view = np.array(self.installation.camera.position, np.float32) - seen.point
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
        items += [(person.y, _Figure(person).draw) for person in people]
        for _, draw in sorted(items, key=lambda item: -item[0]):
            draw(self, image, depth, now, people)
        return image

    def _visible(self, light, leaf, people):
        """Part of a light (H, W) that leaf and people let through, or None for all of it."""
        points = self.coarse
        passed = leaf.passes(points, light.position)
        for person in people:
            passed = passed * _person_passes(person, points, light.position)
        return _enlarge(passed, self.seen.depth.shape)

    def _contact(self, image, people):
        """Darken the floor under people's feet, where ambient light does not reach."""
        for person in people:
            apart = np.hypot(self.coarse[..., 0] - person.x, self.coarse[..., 1] - person.y)
            low = np.exp(-self.coarse[..., 2] / 0.25)
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

    def light_at(self, now, points, normals, people=(), leaf=None, channels=3):
        """Irradiance (..., C) on small surfaces at points (..., 3) with unit normals: for leaf and people."""
        door = self.installation.door
        points, normals = np.asarray(points, np.float32), np.asarray(normals, np.float32)
        behind = (points[..., 1] > door.wall / 2)[..., None]
        total = np.where(behind, now.back_ambient, now.ambient).astype(np.float32)
        total = total * (0.8 + 0.2 * normals[..., 2:3])
        for light in now.lights:
            direction, strength = light.reaching(points, self.doorway, door.wall)
            strength = strength * np.maximum(np.einsum("...i,...i->...", direction, normals), 0)
            if light.casts:
                for person in people:
                    strength = strength * _person_passes(person, points, light.position)
                if leaf is not None:
                    strength = strength * leaf.passes(points, light.position)
            total = total + strength[..., None] * light.colour.astype(np.float32)
        return total if channels == 3 else total.mean(-1, keepdims=True)


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
        camera = np.array(self.installation.camera.position)
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
        camera = self.installation.camera
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
        # A frame's rebate covers the edge of the leaf: half a pixel more hides the line of light round a closed one.
        alpha = np.clip(u * reach_u + 1, 0, 1) * np.clip((1 - u) * reach_u + 1, 0, 1)
        alpha *= np.clip(v * reach_v + 1, 0, 1) * np.clip((1 - v) * reach_v + 1, 0, 1)
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
        light = scene.light_at(now, points, np.broadcast_to(normal, points.shape), people, channels=channels)
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
            colour = 0.12 + 0.75 * (colour @ np.array([0.5, 0.3, 0.2], np.float32))[..., None]
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


class _Figure:
    """Paints one person."""

    def __init__(self, person):
        self.person = person

    def draw(self, scene, image, depth, now, people):
        camera = scene.installation.camera
        channels = image.shape[-1]
        others = [p for p in people if p is not self.person]
        parts = limbs(self.person)
        lights = {}
        parts.sort(key=lambda limb: -(camera.view((limb.start + limb.end) / 2)[2]))
        for limb in parts:
            ends, ends_depth = camera.project(np.array([limb.start, limb.end]))
            if ends_depth.min() < 0.4:
                continue
            reach = max(limb.start_radius, limb.end_radius) * camera.focal / ends_depth.min() + 3
            low = np.clip(np.floor(ends.min(0) - reach), 0, (camera.width, camera.height)).astype(int)
            high = np.clip(np.ceil(ends.max(0) + reach), 0, (camera.width, camera.height)).astype(int)
            if (high <= low).any():
                continue
            window = slice(low[1], high[1]), slice(low[0], high[0])
            view = camera.view(np.array([limb.start, limb.end]))
            flat = (view[:, :2] / view[:, 2:]).astype(np.float32)
            radii = (np.array([limb.start_radius, limb.end_radius]) / view[:, 2]).astype(np.float32)
            x, y = scene.plane[0][window] - flat[0, 0], scene.plane[1][window] - flat[0, 1]
            dx, dy = flat[1] - flat[0]
            length = max(float(np.hypot(dx, dy)), 1e-4)
            dx, dy = np.float32(dx / length), np.float32(dy / length)
            along = (x * dx + y * dy) / np.float32(length)
            part = np.clip(along, 0, 1)
            radius = radii[0] + part * (radii[1] - radii[0])
            off_x, off_y = x - part * dx * np.float32(length), y - part * dy * np.float32(length)
            apart = np.hypot(off_x, off_y)
            alpha = np.clip((radius - apart) * np.float32(camera.focal) + 0.5, 0, 1)
            middle = float(view[:, 2].mean())
            alpha *= middle - 0.05 < depth[window]
            here = np.nonzero(alpha > 0.01)
            if not here[0].size:
                continue
            radius = radius[here]
            right, down = off_x[here] / radius, off_y[here] / radius
            facing = np.sqrt(np.maximum(1 - right * right - down * down, 0.05))
            axes = camera.axes
            height = round((limb.start[2] + limb.end[2]) * 1.2) / 2.4
            if height not in lights:
                place = np.array([self.person.x, self.person.y, height])
                lights[height] = self._shades(scene, now, place, axes, others, channels)
            light = lights[height]
            shade = light[0] + sum(
                np.maximum(right * n[0] + down * n[1] + facing * n[2], 0)[:, None] * c for n, c in light[1:]
            )
            colour = limb.colour if channels == 3 else np.array([0.12 + 0.6 * limb.colour.mean()], np.float32)
            values = shade * colour
            if limb.cloth:
                fold_y = ((here[0] + low[1] - int(ends[0, 1])) * (200 / reach / 8)).astype(int) % 256
                fold_x = ((here[1] + low[0] - int(ends[0, 0])) * (200 / reach / 8)).astype(int) % 256
                values = values * (1 + 0.12 * scene.folds[fold_y, fold_x])[:, None]
            a = alpha[here][:, None]
            block = image[window]
            block[here] += a * (values - block[here])
            solid = a[:, 0] > 0.5
            depth[window][here[0][solid], here[1][solid]] = middle

    @staticmethod
    def _shades(scene, now, place, axes, people, channels):
        """Ambient light at a place, then (direction in view axes, colour) of each light there."""
        door = scene.installation.door
        point = place.astype(np.float32)[None]
        ambient = now.back_ambient if place[1] > door.wall / 2 else now.ambient

        def tint(values):
            return np.asarray(values, np.float32) if channels == 3 else np.array([np.mean(values)], np.float32)

        result = [tint(ambient) * 0.85]
        for light in now.lights:
            direction, strength = light.reaching(point, scene.doorway, door.wall)
            if light.casts:
                for person in people:
                    strength = strength * _person_passes(person, point, light.position)
            if strength[0] > 1e-5:
                in_view = direction[0] @ axes.T.astype(np.float32)
                result.append(((in_view[0], in_view[1], -in_view[2]), tint(light.colour) * strength[0]))
        return result


def _edge_points(corners):
    """Points along the outline (16, 3): distortion bends it."""
    steps = np.linspace(0, 1, 4, endpoint=False)[:, None]
    return np.concatenate([a + steps * (b - a) for a, b in zip(corners, np.roll(corners, -1, 0), strict=True)])


def _person_passes(person, points, source):
    """How much light of a source gets past a person, taken as an upright cylinder, to points (..., 3): 0..1 float32."""
    step_x, step_y = source[0] - points[..., 0], source[1] - points[..., 1]
    to_x, to_y = np.float32(person.x) - points[..., 0], np.float32(person.y) - points[..., 1]
    squared = np.maximum(step_x * step_x + step_y * step_y, np.float32(1e-6))
    part = np.clip((to_x * step_x + to_y * step_y) / squared, 0, 1)
    apart = np.hypot(part * step_x - to_x, part * step_y - to_y)
    z = points[..., 2] + part * (np.float32(source[2]) - points[..., 2])
    away = np.hypot(to_x, to_y)
    blur = 0.06 + 0.06 * away
    height = np.float32(person.height)
    radius = np.where(z > 0.82 * height, np.float32(0.09), np.float32(0.2))
    blocked = np.clip((radius - apart) / blur + 0.5, 0, 1) * np.clip((height - z) / blur + 0.5, 0, 1)
    return np.where((part > 0) & (part < 1) & (away > 0.25), 1 - blocked * np.float32(0.95), np.float32(1)).astype(
        np.float32
    )


def _enlarge(coarse, shape):
    """Values on every SHADOW_STEP-th pixel, over all (H, W) pixels."""
    return np.repeat(np.repeat(coarse, SHADOW_STEP, 0), SHADOW_STEP, 1)[: shape[0], : shape[1]]


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


def develop(here, light, rng, gain=None):
    """The picture (H, W, 3) uint8 of linear light (H, W, C) in a Scene: shake, blur, exposure, noise."""
    if gain is None:
        gain = sensor.metered_gain(light)
    balance = sensor.white_balance(light)
    light = sensor.smear(light, rng.normal(0, 0.35, 2), here.installation.seed % 7 * 0.015 + 0.1)
    return sensor.expose(light, gain, balance, here.noise, rng)
