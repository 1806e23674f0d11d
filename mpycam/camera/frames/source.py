"""What `--source` names."""

from pathlib import Path

from mpycam.camera.frames.door_scene import DAY, INSTALLATION, DoorScene
from mpycam.camera.frames.jpeg_files import JpegFiles
from mpycam.camera.frames.video import Video
from mpycam.errors import MpycamError

FPS = 10.0
MJPEG_SUFFIXES = (".jpg", ".jpeg", ".mjpg", ".mjpeg")


def open_source(text="scene", fps=FPS):
    """The source for `text`: "scene", "scene:INSTALLATION" or "scene:INSTALLATION:DAY" (whole numbers that draw
    other doors and days), a folder of JPEG files, an MJPEG file, or a video.

    `fps` is the rate of JPEG files; a video has its own. Raises MpycamError.
    """
    if not 0.001 <= fps <= 1000:
        raise MpycamError(f"need a rate from 0.001 to 1000 pictures a second, have {fps}")
    word, *seeds = text.split(":")
    if word == "scene" and len(seeds) <= 2 and all(seed.isdecimal() for seed in seeds):
        return DoorScene(*(int(seed) for seed in (*seeds, *(INSTALLATION, DAY)[len(seeds) :])))
    path = Path(text)
    if path.is_dir():
        return JpegFiles.of_folder(path, fps)
    if not path.is_file():
        raise MpycamError(f"need 'scene', a folder of JPEG files, an MJPEG file or a video, have {text!r}")
    if path.suffix.lower() in MJPEG_SUFFIXES:
        return JpegFiles.of_file(path, fps)
    return Video(path)
