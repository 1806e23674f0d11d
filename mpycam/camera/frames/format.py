"""What a viewer can ask of a picture: resolution, compression, rotation."""

import io
import re
from dataclasses import dataclass

from PIL import Image, ImageOps

# What the virtual camera names in Properties.Image.Resolution.
RESOLUTIONS = (
    (1920, 1080), (1280, 960), (1280, 720), (1024, 768), (1024, 576), (800, 600), (800, 450), (640, 480), (640, 360),
    (480, 270), (352, 240), (320, 240), (320, 180), (160, 120), (160, 90),
)  # fmt: skip
ROTATIONS = (0, 90, 180, 270)
DEFAULT_COMPRESSION = 30
# Which of Pillow's transposes turns clockwise.
TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}


class BadRequest(ValueError):
    """A parameter that the camera cannot serve; the text says what it takes."""


@dataclass(frozen=True)
class Format:
    """The form of a picture; None is what the source has.

    `resolution` is (width, height) before the rotation, `compression` is 0 (best)
    to 100, `rotation` is in degrees clockwise.
    """

    resolution: tuple | None = None
    compression: int | None = None
    rotation: int = 0

    @classmethod
    def parse(cls, query):
        """Read the arguments of a URL; raise BadRequest."""
        camera = query.get("camera", "1")
        if camera != "1":
            raise BadRequest(f"camera: need 1, the only one, have {camera!r}")
        resolution = query.get("resolution")
        if resolution is not None:
            match = re.fullmatch(r"([0-9]{1,5})x([0-9]{1,5})", resolution)
            resolution = match and (int(match[1]), int(match[2]))
            if resolution not in RESOLUTIONS:
                known = ", ".join(f"{width}x{height}" for width, height in RESOLUTIONS)
                raise BadRequest(f"resolution: need one of {known}; have {query['resolution']!r}")
        compression = whole(query, "compression", None, 100)
        rotation = whole(query, "rotation", 0, 270)
        if rotation not in ROTATIONS:
            raise BadRequest(f"rotation: need 0, 90, 180 or 270, have {rotation}")
        return cls(resolution, compression, rotation)

    def size(self, own):
        """The size (width, height) of a picture in this format that is `own` at the source."""
        size = self.resolution or own
        return size[::-1] if self.rotation % 180 else size

    def changes(self, own):
        """Whether a JPEG file of size `own` has to be made anew."""
        return self.compression is not None or self.rotation != 0 or self.resolution not in (None, own)

    def encode(self, picture):
        """The JPEG file of a Pillow image in this format: cropped in the middle where its sides have another ratio."""
        if self.resolution and self.resolution != picture.size:
            if picture.format == "JPEG":
                # The decoder halves the picture as often as it can.
                picture.draft("RGB", self.resolution)
            picture = ImageOps.fit(picture.convert("RGB"), self.resolution, Image.Resampling.BICUBIC)
        if self.rotation:
            picture = picture.transpose(TURNS[self.rotation])
        compression = DEFAULT_COMPRESSION if self.compression is None else self.compression
        file = io.BytesIO()
        # Cameras do not tell how their compression becomes a quality; 30 gives files of about their size.
        picture.convert("RGB").save(file, "JPEG", quality=max(5, min(95, 100 - compression)), subsampling="4:2:0")
        return file.getvalue()


def whole(query, name, default, most):
    """The whole number `name` of a URL's arguments, from 0 to `most`; raise BadRequest."""
    text = query.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) > most:
        raise BadRequest(f"{name}: need a whole number from 0 to {most}, have {text!r}")
    return int(text)
