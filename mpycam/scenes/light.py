"""A day's light: sun, sky, lamps and the camera's infrared lamp, and what of it reaches a point."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mpycam.scenes.textures import fractal


@dataclass(frozen=True)
class Day:
    """Weather, lamp hours and people's habits of one day; everything follows from the seed."""

    seed: int
    overcast: float  # 0 clear .. 1 no sun
    sunrise: float
    sunset: float
    lamp_hours: tuple  # ((on, off), ...) of the lamp on the camera's side
    back_lamp_hours: tuple
    haze: float

    @classmethod
    def random(cls, seed):
        """Draw a day."""
        rng = np.random.default_rng([seed, 11])
        sunrise = rng.uniform(5.2, 7.8)
        evening = rng.uniform(16.0, 19.5)
        bed = rng.uniform(21.0, 23.5)
        return cls(
            seed=seed,
            overcast=float(rng.choice([0.0, 0.3, 0.7, 1.0])),
            sunrise=sunrise,
            sunset=24.3 - sunrise + rng.uniform(-0.8, 0.8),
            lamp_hours=((rng.uniform(5.8, 6.6), rng.uniform(7.2, 9.0)), (evening, bed)),
            back_lamp_hours=(
                (6.2, rng.uniform(7.0, 11.0)),
                (evening - rng.uniform(-0.8, 1.5), bed - rng.uniform(0.1, 1.8)),
            ),
            haze=rng.uniform(0.7, 1.3),
        )

    @cached_property
    def _clouds(self):
        rng = np.random.default_rng([self.seed, 12])
        return fractal(rng, (8, 4096), slope=1.0)[0]

    def sun(self, hours):
        """Direction to the sun (east, north, up) and its strength 0..1 behind the clouds."""
        part = (hours - self.sunrise) / (self.sunset - self.sunrise)
        height = np.sin(np.pi * part) * np.radians(52)
        direction = np.array(
            [np.cos(np.pi * part) * np.cos(height), -np.sin(np.pi * part) * np.cos(height), np.sin(height)]
        )
        cloud = self._clouds[int(hours / 24 * 4095) % 4096]
        clear = np.clip(0.5 - 2 * (self.overcast - 0.5) - 0.35 * cloud, 0, 1)
        return direction, float(clear * np.clip(np.sin(height) * 6, 0, 1) if 0 < part < 1 else 0.0)

    def sky(self, hours):
        """Brightness of the sky 0..1, with twilight."""
        part = (hours - self.sunrise) / (self.sunset - self.sunrise)
        height = np.sin(np.pi * part)
        return float(np.clip(0.08 + height, 0, 1) ** 1.3 * (1 - 0.45 * self.overcast))

    def lamp_on(self, hours, back=False):
        """Whether the lamp on the camera's side, or the one behind the door, is on."""
        return any(on <= hours < off for on, off in (self.back_lamp_hours if back else self.lamp_hours))


@dataclass(frozen=True, eq=False)
class Opening:
    """A hole in a wall: light from beyond passes only through it. `axis` 0 or 1 is the wall's normal."""

    axis: int
    place: float
    low: tuple
    high: tuple
    softness: float = 0.05

    def passes(self, points, source):
        """How much of a source's light comes through to points (..., 3): 0..1."""
        others = [i for i in range(3) if i != self.axis]
        step = source[self.axis] - points[..., self.axis]
        part = (self.place - points[..., self.axis]) / np.where(np.abs(step) < 1e-6, np.float32(1e-6), step)
        result = np.float32(1)
        for axis, low, high in zip(others, self.low, self.high, strict=True):
            at = points[..., axis] + part * (source[axis] - points[..., axis])
            result = (
                result
                * np.clip((at - low) / self.softness + 0.5, 0, 1)
                * np.clip((high - at) / self.softness + 0.5, 0, 1)
            )
        return result.astype(np.float32)


@dataclass(frozen=True, eq=False)
class Light:
    """A point source, or the sun far away. `colour` (3,) is the irradiance at one metre (of the sun: anywhere)."""

    position: np.ndarray
    colour: np.ndarray
    falls_off: bool = True
    opening: Opening | None = None  # through which all of its light comes
    shade: np.ndarray | None = None  # a periodic pattern of leaves before the sun
    beam: np.ndarray | None = None  # axis of the infrared lamp's cone
    casts: bool = True

    def reaching(self, points, doorway, wall):
        """Directions (..., 3) from points to the light and its strength (...) there, without shadows of what moves."""
        towards = (self.position - points).astype(np.float32)
        squared = np.einsum("...i,...i->...", towards, towards)
        direction = towards / np.sqrt(squared)[..., None]
        strength = 1 / np.maximum(squared, 0.05) if self.falls_off else np.ones_like(squared)
        behind = points[..., 1] > wall / 2
        if self.beam is None:
            other_side = behind != (self.position[1] > wall / 2)
            if other_side.any():
                strength = np.where(other_side, strength * doorway.passes(points, self.position), strength)
        else:
            cosine = -direction @ self.beam.astype(np.float32)
            strength = strength * np.exp(-(1 - cosine) / 0.14)
        if self.opening is not None:
            strength = np.where(behind, 0, strength * self.opening.passes(points, self.position))
        if self.shade is not None:
            strength = strength * self._dappled(points, direction)
        return direction, strength.astype(np.float32)

    def _dappled(self, points, direction):
        axis = self.position / np.linalg.norm(self.position)
        side = np.cross(axis, (0.0, 0.0, 1.0))
        side /= np.linalg.norm(side)
        up = np.cross(side, axis)
        size = self.shade.shape[0]
        a = (points @ side.astype(np.float32) * 40).astype(int) % size
        b = (points @ up.astype(np.float32) * 40).astype(int) % size
        return self.shade[b, a]


@dataclass(frozen=True, eq=False)
class Lighting:
    """All light at one moment: ambient light of the two rooms (3,), the lights, and how bright shining surfaces are."""

    ambient: np.ndarray
    back_ambient: np.ndarray
    lights: tuple
    shining: dict
    infrared: bool


SUN = np.array([1.0, 0.93, 0.82])
LOW_SUN = np.array([1.0, 0.72, 0.42])
SKY = np.array([0.78, 0.9, 1.1])
WARM, COOL = np.array([1.0, 0.74, 0.46]), np.array([0.95, 1.0, 0.98])


def lighting(installation, day, hours):
    """The light in an installation at a time of day in hours 0..24."""
    sky = day.sky(hours)
    direction, clear = day.sun(hours)
    heading = installation.facing
    # Compass to room: y is the direction of view, x to its right.
    sun = np.array([
        direction[0] * np.cos(heading) - direction[1] * np.sin(heading),
        direction[0] * np.sin(heading) + direction[1] * np.cos(heading),
        direction[2],
    ])  # fmt: skip
    lamp_colour = WARM * installation.lamp_warmth + COOL * (1 - installation.lamp_warmth)
    lamp, back_lamp = day.lamp_on(hours), day.lamp_on(hours, back=True)
    if installation.kind == "corridor" and 7 < hours < 19:
        lamp = True
    low = np.clip(1 - direction[2] / 0.4, 0, 1)
    sun_colour = (SUN * (1 - low) + LOW_SUN * low) * clear
    lights = []
    ambient = np.array([0.004, 0.004, 0.005])
    back_ambient = np.array([0.002, 0.002, 0.0025])
    if installation.outdoor:
        ambient = ambient + SKY * sky * 1.6 + sun_colour * 0.5
        if clear > 0.01:
            lights.append(Light(sun * 1000, sun_colour * 5, falls_off=False, shade=_leaves(installation, day)))
        if lamp and sky < 0.35:
            lights.append(Light(np.array(installation.lamp), lamp_colour * 0.4))
            ambient = ambient + lamp_colour * 0.03
    else:
        if installation.window:
            axis, place, opening_low, opening_high = installation.window
            middle = [0.0, 0.0, (opening_low[1] + opening_high[1]) / 2]
            middle[axis], middle[1 - axis] = place, (opening_low[0] + opening_high[0]) / 2
            ambient = ambient + SKY * sky * 0.14 + sun_colour * 0.1
            inside = np.array(middle)
            inside[axis] *= 0.97
            lights.append(Light(inside, SKY * sky * 0.9, casts=False))
            inwards = -np.sign(place)
            if clear > 0.01 and sun[axis] * inwards < -0.05:
                opening = Opening(axis, place, opening_low, opening_high)
                lights.append(Light(sun * 1000, sun_colour * 4, falls_off=False, opening=opening))
        else:
            ambient = ambient + SKY * sky * 0.12
        if lamp:
            lights.append(Light(np.array(installation.lamp), lamp_colour * 1.3))
            ambient = ambient + lamp_colour * 0.09
    if installation.back_window:
        x, y, z = installation.back_window
        back_ambient = back_ambient + SKY * sky * 0.16
        lights.append(Light(np.array([x, y - 0.05, z]), SKY * sky * 1.6))
    else:
        back_ambient = back_ambient + SKY * sky * 0.02
    if back_lamp:
        colour = 0.5 * (WARM + lamp_colour)
        lights.append(Light(np.array(installation.back_lamp), colour * 0.8))
        back_ambient = back_ambient + colour * 0.07
    light_here = float(ambient.mean()) + 0.15 * sum(
        float(light.colour.mean()) for light in lights if light.position[1] < 0
    )
    infrared = light_here < 0.03
    if infrared:
        camera = installation.camera
        position = np.array(camera.position) + (0.03, 0.0, 0.04)
        lights.append(Light(position, np.full(3, 0.9), beam=camera.axes[2], casts=False))
    shining = {
        "sky": SKY * sky * (1.5 + day.haze) + 0.002,
        "lamp": lamp_colour * (4.0 if lamp else 0.02),
        "back lamp": WARM * (3.0 if back_lamp else 0.02),
    }
    return Lighting(ambient, back_ambient, tuple(lights), shining, infrared)


def _leaves(installation, day):
    """The moving pattern of a tree's shadow; some houses have no tree."""
    rng = np.random.default_rng([installation.seed, 13])
    if rng.random() < 0.4:
        return None
    pattern = fractal(rng, (256, 256), slope=1.3)
    threshold = rng.uniform(0.2, 1.2)
    return np.roll(
        (1 - 0.85 * np.clip((pattern - threshold) * 3 + 0.5, 0, 1)).astype(np.float32), day.seed * 37 % 256, 1
    )
