"""Walking figures made of tapered limbs."""

from dataclasses import dataclass

import numpy as np

from mpycam.scenes.textures import linear, pick


@dataclass(frozen=True)
class Person:
    """Somebody at a place (x, y) on the floor, walking or standing in direction `heading` (radians, 0 along x).

    Looks follow from `seed`; `phase` is the gait in radians and `stride` how far the legs swing, 0 when standing.
    """

    seed: int
    x: float
    y: float
    heading: float
    phase: float = 0.0
    stride: float = 1.0

    @property
    def height(self):
        """Body height in metres."""
        return float(np.random.default_rng([self.seed, 21]).uniform(1.52, 1.92))


@dataclass(frozen=True, eq=False)
class Limb:
    """A tapered capsule between two joints (3,), with the radius at each in metres and linear reflectance (3,)."""

    start: np.ndarray
    end: np.ndarray
    start_radius: float
    end_radius: float
    colour: np.ndarray
    cloth: bool = True


CLOTHES = [
    (38, 42, 58),
    (90, 30, 34),
    (60, 78, 60),
    (190, 184, 172),
    (50, 50, 52),
    (140, 110, 80),
    (70, 96, 140),
    (200, 170, 60),
]
TROUSERS = [(40, 44, 62), (30, 30, 32), (110, 100, 82), (64, 66, 70)]
SKIN = [(224, 182, 150), (198, 150, 116), (140, 98, 70), (92, 62, 46)]
HAIR = [(40, 30, 24), (90, 62, 38), (150, 120, 72), (130, 130, 132), (22, 20, 20)]


def limbs(person):
    """The figure as a list of Limbs."""
    rng = np.random.default_rng([person.seed, 21])
    tall = rng.uniform(1.52, 1.92)
    wide = rng.uniform(0.9, 1.2)
    top, trousers = linear(pick(rng, CLOTHES)), linear(pick(rng, TROUSERS))
    skin, hair = linear(pick(rng, SKIN)), linear(pick(rng, HAIR))
    shoes = linear(pick(rng, [(30, 28, 26), (190, 188, 182), (80, 56, 40)]))
    coat = rng.random() < 0.4
    long_hair = rng.random() < 0.4
    bag = rng.random() < 0.3

    c, s = np.cos(person.heading), np.sin(person.heading)
    forward, side, up = np.array([c, s, 0.0]), np.array([-s, c, 0.0]), np.array([0.0, 0.0, 1.0])
    swing = 0.42 * person.stride
    bob = 0.02 * person.stride * np.cos(2 * person.phase)
    base = np.array([person.x, person.y, bob])

    def at(ahead, aside, z):
        return base + forward * ahead + side * aside + up * (z * tall)

    parts = []
    for sign in (-1, 1):
        angle = swing * np.sin(person.phase) * sign
        bend = 0.9 * person.stride * max(0.0, np.cos(person.phase) * sign)
        hip = at(0, 0.09 * sign * wide, 0.51)
        thigh, shin = 0.25 * tall, 0.24 * tall
        knee = hip + thigh * (np.sin(angle) * forward - np.cos(angle) * up)
        ankle = knee + shin * (np.sin(angle - bend) * forward - np.cos(angle - bend) * up)
        parts.append(Limb(hip, knee, 0.085 * wide, 0.06 * wide, trousers))
        parts.append(Limb(knee, ankle, 0.06 * wide, 0.045 * wide, trousers))
        parts.append(Limb(ankle - 0.01 * up, ankle + 0.16 * forward - 0.03 * up, 0.045, 0.035, shoes))
        arm = -0.8 * angle
        shoulder = at(0, 0.19 * sign * wide, 0.80)
        elbow = shoulder + 0.17 * tall * (np.sin(arm) * forward - np.cos(arm) * up) + 0.03 * sign * side
        hand = elbow + 0.15 * tall * (np.sin(arm + 0.35) * forward - np.cos(arm + 0.35) * up)
        parts.append(Limb(shoulder, elbow, 0.058 * wide, 0.047 * wide, top * 0.92))
        parts.append(Limb(elbow, hand, 0.046 * wide, 0.038, top * 0.92))
        parts.append(Limb(hand, hand - 0.05 * up, 0.042, 0.035, skin, cloth=False))
    for sign in (-1, 1):
        parts.append(
            Limb(at(0, 0.10 * sign * wide, 0.79), at(0, 0.07 * sign * wide, 0.56), 0.115 * wide, 0.105 * wide, top)
        )
    parts.append(Limb(at(0, 0, 0.80), at(0, 0, 0.55), 0.13 * wide, 0.125 * wide, top))
    if coat:
        for sign in (-1, 1):
            parts.append(
                Limb(
                    at(0, 0.05 * sign * wide, 0.6),
                    at(0.02, 0.08 * sign * wide, 0.36),
                    0.13 * wide,
                    0.14 * wide,
                    top * 0.95,
                )
            )
    if bag:
        parts.append(Limb(at(-0.17, 0, 0.76), at(-0.19, 0, 0.60), 0.11, 0.13, linear((60, 40, 40))))
    parts.append(Limb(at(0, 0, 0.82), at(0.01, 0, 0.88), 0.055, 0.05, skin, cloth=False))
    parts.append(Limb(at(-0.02, 0, 0.935), at(-0.02, 0, 0.95), 0.095, 0.093, hair, cloth=False))
    if long_hair:
        parts.append(Limb(at(-0.05, 0, 0.94), at(-0.09, 0, 0.82), 0.085, 0.06, hair, cloth=False))
    parts.append(Limb(at(0.025, 0, 0.905), at(0.022, 0, 0.93), 0.072, 0.08, skin, cloth=False))
    return parts
