"""Where the virtual camera's pictures come from, and how they become the JPEG files that viewers ask for."""

from mpycam.camera.frames.format import BadRequest, Format
from mpycam.camera.frames.frames import Frames
from mpycam.camera.frames.source import open_source

__all__ = ["BadRequest", "Format", "Frames", "open_source"]
