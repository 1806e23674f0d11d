"""One installation: the door, the rooms on both sides, what stands in them, and the camera."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mpycam.scenes import textures
from mpycam.scenes.geometry import Camera, box, rectangle

LEAF_THICKNESS = 0.04
OPEN_ABOVE = 12.0  # degrees: a door is open above this angle
CLOSED_BELOW = 4.0  # degrees: and closed below this one; between them either answer is right


@dataclass(frozen=True)
class Door:
    """A hinged leaf in a wall: sizes in metres, `hinge` "left" or "right", `swing` "in" or "out".

    "in" is away from the camera.
    """

    width: float
    height: float
    wall: float
    hinge: str
    swing: str

    @property
    def pivot(self):
        """Where the hinge's axis stands: x, y."""
        return (0.0 if self.hinge == "left" else self.width, self.wall if self.swing == "in" else 0.0)

    def directions(self, angle):
        """Unit vectors from the hinge to the free edge, and out of the side that faces the camera when closed."""
        side = 1.0 if self.hinge == "left" else -1.0
        sense = 1.0 if self.swing == "in" else -1.0
        c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        return np.array([side * c, sense * s, 0.0]), np.array([side * sense * s, -c, 0.0])

    def faces(self, angle):
        """The two large faces (outer, inner), each (4, 3): hinge bottom, free bottom, free top, hinge top."""
        along, outward = self.directions(angle)
        pivot = np.array([*self.pivot, 0.0])
        outer = pivot + (LEAF_THICKNESS * outward if self.swing == "in" else 0.0)
        inner = outer - LEAF_THICKNESS * outward
        up = np.array([0.0, 0.0, self.height])
        return [np.array([at, at + self.width * along, at + self.width * along + up, at + up]) for at in (outer, inner)]


def is_open(angle):
    """Whether a door at this angle in degrees counts as open."""
    return angle > OPEN_ABOVE


def is_ambiguous(angle):
    """Whether the angle lies in the band where either answer is right: left out of training and accuracy."""
    return CLOSED_BELOW < angle <= OPEN_ABOVE


@dataclass(frozen=True)
class Installation:
    """A camera that looks at a door. Everything that stays the same from day to day follows from the seed."""

    seed: int
    kind: str  # "hall", "corridor" or "outdoor"
    door: Door
    camera: Camera
    ceiling: float
    left: float
    right: float
    depth: float
    back_depth: float
    facing: float  # compass direction of the camera's view, radians; 0 looks north
    lamp: tuple
    back_lamp: tuple
    lamp_warmth: float  # 0 cool white .. 1 warm
    window_side: str  # where daylight enters the front room: "left", "right", "behind" or "none"

    @classmethod
    def random(cls, seed, size=(640, 360)):
        """Draw an installation whose door is well in view of a camera of `size` = (width, height) pixels."""
        rng = np.random.default_rng([seed, 1])
        kind = rng.choice(["hall", "hall", "corridor", "outdoor"])
        door = Door(
            width=rng.uniform(0.8, 1.0),
            height=rng.uniform(1.98, 2.12),
            wall=rng.uniform(0.12, 0.24),
            hinge=str(rng.choice(["left", "right"])),
            swing=str(rng.choice(["in", "in", "out"])),
        )
        ceiling = rng.uniform(2.45, 3.0)
        side = (0.5, 1.0) if kind == "corridor" else (1.2, 2.6)
        left, right = -rng.uniform(*side), door.width + rng.uniform(*side)
        if kind == "outdoor":
            left, right, ceiling = -14.0, 15.0, 9.0
        while True:
            near, far = max(left, -2.2) + 0.25, min(right, door.width + 2.2) - 0.25
            position = (rng.uniform(near, far), -rng.uniform(2.4, 4.8), rng.uniform(1.7, min(2.9, ceiling - 0.2)))
            target = (door.width / 2 + rng.normal(0, 0.15), 0.0, rng.uniform(0.8, 1.15))
            camera = Camera.aimed(
                position, target, np.radians(rng.normal(0, 1.0)), rng.uniform(50, 92), rng.uniform(0.0, 0.12), *size
            )
            corners, depth = camera.project(doorway_corners(door))
            low, high = corners.min(0), corners.max(0)
            inside = depth.min() > 0.5 and (low > 0.03 * np.array(size)).all() and (high < 0.97 * np.array(size)).all()
            if inside and high[1] - low[1] > 0.36 * size[1] and high[0] - low[0] > 0.085 * size[0]:
                break
        return cls(
            seed=seed,
            kind=str(kind),
            door=door,
            camera=camera,
            ceiling=ceiling,
            left=left,
            right=right,
            depth=rng.uniform(5.5, 8.0),
            back_depth=door.wall + rng.uniform(1.8, 5.0),
            facing=rng.uniform(0, 2 * np.pi),
            lamp=(
                (-0.45 if rng.random() < 0.5 else door.width + 0.45, -0.4, 2.2)
                if kind == "outdoor"
                else (rng.uniform(left + 0.4, right - 0.4), -rng.uniform(0.8, 2.6), ceiling - 0.25)
            ),
            back_lamp=(rng.uniform(-0.6, door.width + 0.6), door.wall + rng.uniform(0.8, 1.7), rng.uniform(2.2, 2.5)),
            lamp_warmth=rng.uniform(0, 1),
            window_side="none" if kind == "outdoor" else str(rng.choice(["left", "right", "behind", "behind", "none"])),
        )

    @property
    def outdoor(self):
        """Whether the camera's side is under the open sky."""
        return self.kind == "outdoor"

    @cached_property
    def window(self):
        """The front room's window as axis (0: a side wall, 1: behind the camera), place on it, low and high corner."""
        rng = np.random.default_rng([self.seed, 2])
        bottom, top = rng.uniform(0.7, 1.0), min(rng.uniform(2.0, 2.4), self.ceiling - 0.1)
        if self.window_side == "none":
            return None
        if self.window_side == "behind":
            middle = rng.uniform(self.left + 0.7, self.right - 0.7)
            return 1, -self.depth, (middle - 0.6, bottom), (middle + 0.6, top)
        at = -rng.uniform(1.2, 2.2)
        return 0, self.left if self.window_side == "left" else self.right, (at - 0.6, bottom), (at + 0.6, top)

    @cached_property
    def back_window(self):
        """Middle of the window in the far wall behind the door, or None."""
        rng = np.random.default_rng([self.seed, 3])
        if rng.random() < 0.35:
            return None
        return (rng.uniform(-0.6, self.door.width + 0.6), self.back_depth, 1.5)

    @cached_property
    def leaf_textures(self):
        """Colour and cover of the outer and the inner face of the leaf; column 0 at the hinge, row 0 at the bottom."""
        rng = np.random.default_rng([self.seed, 4])
        colour, cover = textures.door_leaf(rng, self.door.width, self.door.height)
        inner = (
            colour if rng.random() < 0.6 else np.clip(colour * rng.uniform(0.6, 1.5, 3).astype(np.float32), 0.01, 0.95)
        )
        return (colour, cover), (inner, cover)

    @cached_property
    def building(self):
        """The surfaces that never change."""
        rng = np.random.default_rng([self.seed, 5])
        return [*_front(self, rng), *_frame(self, rng), *_back(self, rng)]

    def furnishing(self, day, hours):
        """The surfaces of what people move: `day` shifts them and leaves some out; the clock shows `hours`."""
        return _clutter(
            self, np.random.default_rng([self.seed, 6]), np.random.default_rng([self.seed, day.seed, 7]), hours
        )


def doorway_corners(door):
    """The opening in the wall's plane, (4, 3): left bottom, right bottom, right top, left top."""
    w, h = door.width, door.height
    return np.array([(0, 0, 0), (w, 0, 0), (w, 0, h), (0, 0, h)], float)


def door_region(installation, margin=(0.3, 0.1)):
    """The pixels around the closed door, to crop for the network: (x, y, width, height).

    `margin` is added on each side, as parts of the door's width and height in the image.
    """
    camera = installation.camera
    corners, _ = camera.project(doorway_corners(installation.door))
    low, high = corners.min(0), corners.max(0)
    extra = (high - low) * margin
    left, top = np.floor(np.maximum(low - extra, 0)).astype(int)
    right, bottom = np.ceil(np.minimum(high + extra, (camera.width, camera.height))).astype(int)
    return int(left), int(top), int(right - left), int(bottom - top)


def _wall_texture(rng, outdoor):
    choice = rng.integers(4)
    light = [(224, 218, 205), (200, 205, 208), (214, 202, 178), (178, 190, 180), (205, 190, 190)]
    if outdoor:
        if choice == 0:
            return textures.masonry(rng, pick_brick(rng), 12, 4, 1.0)
        if choice == 1:
            return textures.masonry(rng, textures.pick(rng, [(170, 165, 155), (190, 180, 160)]), 5, 3, 1.2, 0.01)
        return textures.plaster(rng, textures.pick(rng, light), roughness=0.09)
    if choice == 0:
        return textures.stripes(rng, textures.pick(rng, light), textures.pick(rng, light), int(rng.integers(6, 16)))
    return textures.plaster(rng, textures.pick(rng, [*light, (120, 140, 150), (160, 130, 105)]))


def pick_brick(rng):
    """A brick's colour."""
    return textures.pick(rng, [(150, 82, 62), (168, 110, 80), (120, 70, 60), (190, 170, 140)])


def _floor_texture(rng, outdoor):
    choice = rng.integers(4)
    if outdoor:
        if choice < 2:
            return textures.masonry(rng, textures.pick(rng, [(150, 145, 138), (165, 120, 100)]), 6, 4, 1.2, 0.01)
        return textures.speckles(rng, textures.pick(rng, [(150, 148, 144), (125, 122, 118)]), 1.6)
    if choice == 0:
        return textures.planks(rng, textures.pick(rng, [(160, 115, 75), (110, 75, 48), (190, 155, 110)]))
    if choice == 1:
        tile = textures.pick(rng, [(200, 192, 180), (120, 118, 115), (160, 100, 75)])
        return textures.masonry(rng, tile, 4, 4, 1.6, 0.008, (110, 106, 100), 0.0)
    if choice == 2:
        return textures.carpet(rng, textures.pick(rng, [(95, 98, 108), (110, 70, 60), (130, 120, 100), (70, 90, 80)]))
    return textures.speckles(rng, textures.pick(rng, [(165, 162, 156), (130, 126, 122)]), 1.3)


def _front(installation, rng):
    door, left, right = installation.door, installation.left, installation.right
    ceiling, depth = installation.ceiling, installation.depth
    wall = _wall_texture(rng, installation.outdoor)
    floor = _floor_texture(rng, installation.outdoor)
    w, h = door.width, door.height
    up = (0, 0, ceiling)
    surfaces = [
        rectangle((left, 0, 0), (-left, 0, 0), up, wall, shift=(left, 0), gloss=0.1),
        rectangle((w, 0, 0), (right - w, 0, 0), up, wall, shift=(w, 0), gloss=0.1),
        rectangle((0, 0, h), (w, 0, 0), (0, 0, ceiling - h), wall, shift=(0, h), gloss=0.1),
        rectangle((left, -depth, 0), (right - left, 0, 0), (0, depth, 0), floor, gloss=rng.uniform(0, 0.5)),
    ]
    if installation.outdoor:
        if rng.random() < 0.7:
            at = -rng.uniform(1.7, 2.4) if rng.random() < 0.5 else w + rng.uniform(0.8, 1.2)
            glass = textures.plain((38, 44, 50))
            surfaces.append(rectangle((at, -0.01, 0.95), (1.0, 0, 0), (0, 0, 1.2), glass, gloss=0.6))
            surfaces.append(rectangle((at, -0.03, 0.95), (1.0, 0, 0), (0, 0, 1.2), textures.window(rng), fit=True))
            surfaces += box((at - 0.05, -0.12, 0.9), (1.1, 0.12, 0.05), textures.plain((185, 180, 172)))
        base = textures.plaster(rng, textures.pick(rng, [(120, 118, 115), (90, 88, 86)]), roughness=0.1)
        for x0, x1 in ((left, -0.08), (w + 0.08, right)):
            surfaces.append(rectangle((x0, -0.025, 0), (x1 - x0, 0, 0), (0, 0, 0.3), base))
        surfaces += box((-0.2, -0.45, 0), (w + 0.4, 0.45, 0.01), textures.speckles(rng, (160, 158, 152), 0.8))
        surfaces += box(
            (installation.lamp[0] - 0.06, -0.12, 2.0), (0.12, 0.12, 0.2), textures.plain((225, 222, 210)), emits="lamp"
        )
        return surfaces
    paint = textures.plaster(rng, (235, 234, 230), roughness=0.02)
    board = textures.plain(textures.pick(rng, [(230, 228, 222), (110, 78, 54), (70, 70, 74)]))
    surfaces += [
        rectangle((left, -depth, ceiling), (right - left, 0, 0), (0, depth, 0), paint),
        rectangle((left, 0, 0), (0, -depth, 0), up, wall, gloss=0.1),
        rectangle((right, 0, 0), (0, -depth, 0), up, wall, gloss=0.1),
    ]
    tall = rng.uniform(0.06, 0.14)
    for x0, x1 in ((left, -0.075), (w + 0.075, right)):
        surfaces += box((x0, -0.015, 0), (x1 - x0, 0.015, tall), board)
    for x in (left + 0.015, right - 0.015):
        surfaces.append(rectangle((x, 0, 0), (0, -depth, 0), (0, 0, tall), board))
    x, y, z = installation.lamp
    surfaces += box((x - 0.3, y - 0.08, z + 0.17), (0.6, 0.16, 0.08), textures.plain((235, 235, 232)), emits="lamp")
    if installation.window and installation.window[0] == 0:
        _, x, low, high = installation.window
        inward = 0.01 if x < 0 else -0.01
        along, tall = (0, high[0] - low[0], 0), (0, 0, high[1] - low[1])
        surfaces.append(
            rectangle((x + inward, low[0], low[1]), along, tall, textures.plain((200, 205, 210)), emits="sky")
        )
        surfaces.append(rectangle((x + 3 * inward, low[0], low[1]), along, tall, textures.window(rng), fit=True))
    return surfaces


def _frame(installation, rng):
    door = installation.door
    w, h, t = door.width, door.height, door.wall
    paint = textures.plain(
        textures.pick(rng, [(228, 226, 220), (225, 222, 215), (100, 70, 48), (70, 74, 80), (160, 150, 135)])
    )
    casing, out = rng.uniform(0.05, 0.1), 0.02
    surfaces = [
        *box((-casing, -out, 0), (casing, out, h + casing), paint),
        *box((w, -out, 0), (casing, out, h + casing), paint),
        *box((0, -out, h), (w, out, casing), paint),
        rectangle((0, -out, 0), (0, t + out, 0), (0, 0, h), paint),
        rectangle((w, -out, 0), (0, t + out, 0), (0, 0, h), paint),
        rectangle((0, -out, h), (w, 0, 0), (0, t + out, 0), paint),
        rectangle(
            (0, 0, 0.004), (w, 0, 0), (0, t, 0), textures.plain(textures.pick(rng, [(120, 118, 112), (90, 66, 46)]))
        ),
    ]
    return surfaces


def _back(installation, rng):
    door = installation.door
    t, far = door.wall, installation.back_depth
    left, right = -rng.uniform(0.5, 1.8), door.width + rng.uniform(0.5, 1.8)
    wall, floor = _wall_texture(rng, False), _floor_texture(rng, False)
    up, deep = (0, 0, 2.6), (0, far - t, 0)
    surfaces = [
        rectangle((left, t, 0), (right - left, 0, 0), deep, floor, gloss=0.2),
        rectangle((left, t, 2.6), (right - left, 0, 0), deep, textures.plain((225, 224, 220))),
        rectangle((left, far, 0), (right - left, 0, 0), up, wall),
        rectangle((left, t, 0), deep, up, wall),
        rectangle((right, t, 0), deep, up, wall),
        rectangle((left, far - 0.015, 0), (right - left, 0, 0), (0, 0, 0.1), textures.plain((200, 196, 188))),
    ]
    if installation.back_window:
        x, y, z = installation.back_window
        surfaces.append(
            rectangle(
                (x - 0.5, y - 0.01, z - 0.6), (1, 0, 0), (0, 0, 1.2), textures.plain((200, 205, 210)), emits="sky"
            )
        )
        surfaces.append(rectangle((x - 0.5, y - 0.03, z - 0.6), (1, 0, 0), (0, 0, 1.2), textures.window(rng), fit=True))
    x, y, z = installation.back_lamp
    surfaces += box((x - 0.12, y - 0.12, z), (0.24, 0.24, 0.12), textures.plain((235, 230, 220)), emits="back lamp")
    shelf = rng.uniform(left + 0.1, right - 1.0)
    surfaces += box(
        (shelf, far - 0.35, 0),
        (0.9, 0.35, rng.uniform(0.8, 1.9)),
        textures.plain((110, 82, 58)),
        front=textures.books(rng),
    )
    if rng.random() < 0.6:
        table = textures.planks(rng, (150, 110, 75))
        x = rng.uniform(left + 0.2, right - 1.1)
        y = t + 1.25 + rng.uniform(0, 0.4)
        if y + 0.6 < far:
            surfaces += box((x, y, 0.7), (0.9, 0.55, 0.04), table)
            for dx, dy in ((0.02, 0.02), (0.82, 0.02), (0.02, 0.5), (0.82, 0.5)):
                surfaces += box((x + dx, y + dy, 0), (0.05, 0.05, 0.7), table)
    if rng.random() < 0.6:
        x = rng.uniform(left + 0.2, right - 0.8)
        surfaces.append(rectangle((x, far - 0.04, 1.3), (0.5, 0, 0), (0, 0, 0.4), textures.picture(rng), fit=True))
    return surfaces


def _clutter(installation, rng, day_rng, hours):
    door, outdoor = installation.door, installation.outdoor
    left, right = max(installation.left, -2.4) + 0.1, min(installation.right, door.width + 2.4) - 0.1
    clear = 0.18
    # Nothing stands where an outward leaf swings.
    if door.swing == "out":
        clear = 0.3

    def beside(size):
        spans = [(left, -clear - size), (door.width + clear, right - size)]
        if door.swing == "out":
            del spans[0 if door.hinge == "left" else 1]
        spans = [span for span in spans if span[1] > span[0]]
        return rng.uniform(*spans[rng.integers(len(spans))]) if spans else None

    def moved(metres):
        return day_rng.normal(0, metres)

    surfaces = []
    if rng.random() < 0.75:
        colour = textures.pick(rng, [(90, 60, 45), (60, 62, 66), (120, 110, 90), (110, 40, 40)])
        mat = textures.carpet(rng, colour, 0.6)
        reach = rng.uniform(0.4, 0.6)
        if day_rng.random() < 0.9:
            surfaces += box(
                (0.05 + moved(0.04), -reach - 0.08 + moved(0.03), 0.0),
                (door.width - 0.1, reach, 0.02),
                mat,
                moved(0.04),
            )
    if rng.random() < 0.5 and not outdoor and (x := beside(0.5)) is not None:
        z = rng.uniform(1.25, 1.6)
        surfaces.append(rectangle((x, -0.03, z), (0.5, 0, 0), (0, 0, 0.5), textures.picture(rng), fit=True, gloss=0.3))
    if rng.random() < 0.45 and not outdoor and (x := beside(0.34)) is not None:
        surfaces.append(rectangle((x, -0.03, 1.95), (0.34, 0, 0), (0, 0, 0.34), textures.clock(hours), fit=True))
    latch = door.width + 0.18 if door.hinge == "left" else -0.26
    surfaces.append(rectangle((latch, -0.012, 1.05), (0.08, 0, 0), (0, 0, 0.08), textures.plain((228, 228, 224))))
    if rng.random() < 0.55 and (x := beside(0.6)) is not None:
        size = rng.uniform(0.5, 0.7)
        plant = textures.plant(rng)
        surfaces.append(
            rectangle(
                (x + moved(0.03), -0.3 + moved(0.03), 0), (size, 0, 0), (0, 0, rng.uniform(0.9, 1.5)), plant, fit=True
            )
        )
    if rng.random() < 0.45 and not outdoor and (x := beside(0.9)) is not None:
        rack = textures.coats(np.random.default_rng(day_rng.integers(1 << 30)))
        surfaces.append(rectangle((x, -0.1, 0.85), (0.9, 0, 0), (0, 0, 1.05), rack, fit=True))
    if rng.random() < 0.55 and (x := beside(0.8)) is not None:
        size = (rng.uniform(0.5, 0.8), rng.uniform(0.25, 0.4), rng.uniform(0.5, 1.1))
        colour = textures.pick(rng, [(150, 108, 70), (225, 222, 214), (70, 56, 46)])
        wood = textures.planks(rng, colour, 3, 0.9)
        surfaces += box((x, -size[1] - 0.01, 0), size, wood, gloss=0.2)
        if day_rng.random() < 0.6:
            on_top = textures.plain(
                textures.pick(day_rng, [(180, 60, 50), (60, 90, 140), (230, 225, 215), (60, 60, 60)])
            )
            surfaces += box(
                (x + 0.15 + moved(0.03), -size[1] * 0.7, size[2]), (0.2, 0.12, day_rng.uniform(0.05, 0.25)), on_top
            )
    if rng.random() < 0.35 and not outdoor and (x := beside(0.2)) is not None:
        surfaces.append(
            rectangle((x, -0.1, 0.6), (0.2, 0, 0), (0, 0, 0.55), textures.extinguisher(), fit=True, gloss=0.4)
        )
    if rng.random() < 0.5 and (x := beside(0.45)) is not None and day_rng.random() < 0.8:
        surfaces += _chair(
            rng, x + moved(0.08), -rng.uniform(0.5, 0.8) + moved(0.08), rng.uniform(-0.5, 0.5) + moved(0.3)
        )
    if day_rng.random() < 0.3 and (x := beside(0.35)) is not None:
        brown = textures.plain(textures.pick(day_rng, [(176, 136, 92), (60, 66, 92), (140, 60, 60)]))
        size = day_rng.uniform(0.2, 0.42, 3)
        surfaces += box((x, -size[1] - day_rng.uniform(0.02, 0.4), 0), size, brown, day_rng.uniform(-0.4, 0.4))
    return surfaces


def _chair(rng, x, y, turn):
    colour = textures.pick(rng, [(120, 84, 54), (50, 50, 54), (190, 186, 178), (140, 50, 45)])
    paint = textures.plain(colour)
    c, s = np.cos(turn), np.sin(turn)

    def part(dx, dy, z, size):
        return box((x + c * dx - s * dy, y + s * dx + c * dy, z), size, paint, turn)

    surfaces = [*part(0, 0, 0.44, (0.42, 0.42, 0.04)), *part(0, 0.38, 0.48, (0.42, 0.03, 0.42))]
    for dx in (0.0, 0.38):
        for dy in (0.0, 0.38):
            surfaces += part(dx, dy, 0, (0.04, 0.04, 0.44))
    return surfaces
