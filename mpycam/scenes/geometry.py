"""The pinhole camera and flat surfaces, in metres.

The wall with the door is the plane y = 0: x runs to the right along it, z up,
and y away from the camera into the room behind. The camera stands at y < 0.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np


@dataclass(frozen=True)
class Camera:
    """A camera with square pixels and a little radial distortion.

    `focal` is the focal length and `centre` the place of the optical axis, in pixels. Distortion maps a distance r from
    the optical axis, as seen in the image (in focal lengths), to the distance
    r (1 + distortion r^2) of the undistorted pinhole image.
    """

    position: tuple
    target: tuple
    roll: float
    focal: float
    distortion: float
    width: int
    height: int
    centre: tuple

    @classmethod
    def aimed(cls, position, target, roll, field_of_view, distortion, width, height):
        """A camera that looks from a position to a target; `field_of_view` is horizontal, in degrees."""
        focal = width / 2 / np.tan(np.radians(field_of_view) / 2)
        return cls(position, target, roll, focal, distortion, width, height, (width / 2, height / 2))

    def windowed(self, x, y, width, height):
        """The same camera, of which only a window of the image is kept."""
        return replace(self, width=width, height=height, centre=(self.centre[0] - x, self.centre[1] - y))

    def reduced(self, factor):
        """The same camera with pixels `factor` times as large."""
        return replace(
            self, focal=self.focal / factor, width=self.width // factor, height=self.height // factor,
            centre=(self.centre[0] / factor, self.centre[1] / factor),
        )  # fmt: skip

    @cached_property
    def axes(self):
        """Rows: the image's right, its down, and the direction of view; (3, 3) float64."""
        forward = np.subtract(self.target, self.position)
        forward = forward / np.linalg.norm(forward)
        right = np.cross(forward, (0.0, 0.0, 1.0))
        right /= np.linalg.norm(right)
        down = np.cross(forward, right)
        c, s = np.cos(self.roll), np.sin(self.roll)
        return np.array([c * right + s * down, c * down - s * right, forward])

    def plane(self, supersample=1):
        """Undistorted image coordinates of every pixel in focal lengths: x, y, each (H, W) float32."""
        columns = (np.arange(self.width * supersample) + 0.5) / supersample - self.centre[0]
        rows = (np.arange(self.height * supersample) + 0.5) / supersample - self.centre[1]
        x, y = np.meshgrid(columns / self.focal, rows / self.focal)
        stretch = 1 + self.distortion * (x * x + y * y)
        return (x * stretch).astype(np.float32), (y * stretch).astype(np.float32)

    def rays(self, supersample=1):
        """Directions of the pixels' rays whose length along the view axis is one: (H, W, 3) float32."""
        x, y = self.plane(supersample)
        right, down, forward = self.axes.astype(np.float32)
        return x[..., None] * right + y[..., None] * down + forward

    def view(self, points):
        """Points (..., 3) as right, down and depth from the camera."""
        return (np.asarray(points, float) - self.position) @ self.axes.T

    def project(self, points):
        """Pixel coordinates (..., 2) and depth (...) of points (..., 3); depth <= 0 is behind the camera."""
        view = self.view(points)
        depth = view[..., 2]
        flat = view[..., :2] / np.maximum(depth, 1e-3)[..., None]
        radius = np.linalg.norm(flat, axis=-1)
        seen = radius
        for _ in range(8):  # fixed-point inverse of the distortion
            seen = radius / (1 + self.distortion * seen * seen)
        flat = flat * (seen / np.maximum(radius, 1e-9))[..., None]
        return flat * self.focal + self.centre, depth


@dataclass(frozen=True)
class Surface:
    """A rectangle: a corner, two edge vectors, and what covers it.

    The texture repeats every `texture.metres` from the corner, shifted by
    `shift`; with `fit` it is stretched over the rectangle once.
    """

    corner: np.ndarray
    across: np.ndarray
    along: np.ndarray
    texture: "Texture"  # noqa: F821
    shift: tuple = (0.0, 0.0)
    fit: bool = False
    gloss: float = 0.0
    emits: str = ""  # "", "sky", "lamp" or "back lamp": shines as bright as that

    @cached_property
    def normal(self):
        """Unit normal; which of the two sides is turned to the camera is decided when it is seen."""
        n = np.cross(self.across, self.along)
        return n / np.linalg.norm(n)

    @cached_property
    def size(self):
        """Lengths of the two edges."""
        return np.linalg.norm(self.across), np.linalg.norm(self.along)

    @property
    def corners(self):
        """The four corners in order around the rectangle, (4, 3)."""
        c, u, v = self.corner, self.across, self.along
        return np.array([c, c + u, c + u + v, c + v])


def rectangle(corner, across, along, texture, **options):
    """A Surface from plain sequences."""
    return Surface(np.array(corner, float), np.array(across, float), np.array(along, float), texture, **options)


def box(corner, size, texture, turn=0.0, front=None, **options):
    """The five visible sides of a box standing on its bottom, turned by `turn` radians around its corner.

    `front` covers the side turned to negative y, `texture` the others.
    """
    c, s = np.cos(turn), np.sin(turn)
    x = np.array([c, s, 0.0]) * size[0]
    y = np.array([-s, c, 0.0]) * size[1]
    z = np.array([0.0, 0.0, size[2]])
    o = np.array(corner, float)
    front_options = {**options, "fit": front is not None or options.get("fit", False)}
    return [
        Surface(o, x, z, front or texture, **front_options),
        Surface(o + y, x, z, texture, **options),
        Surface(o, y, z, texture, **options),
        Surface(o + x, y, z, texture, **options),
        Surface(o + z, x, y, texture, **options),
    ]
