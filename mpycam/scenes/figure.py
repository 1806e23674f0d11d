"""People: how they are drawn, and the shadows they cast."""

import numpy as np

from mpycam.scenes.people import limbs
from mpycam.scenes.textures import infrared


class Figure:
    """Paints one person."""

    def __init__(self, person):
        self.person = person

    def draw(self, scene, image, depth, now, people):
        camera = scene.camera
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
            colour = limb.colour if channels == 3 else infrared(limb.colour)
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
                    strength = strength * lets_pass(person, point, light.position)
            if strength[0] > 1e-5:
                in_view = direction[0] @ axes.T.astype(np.float32)
                result.append(((in_view[0], in_view[1], -in_view[2]), tint(light.colour) * strength[0]))
        return result


def lets_pass(person, points, source):
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
