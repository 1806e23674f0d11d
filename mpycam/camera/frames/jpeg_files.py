"""Sources that have their pictures as JPEG files: a folder, an MJPEG file, or files in memory."""

import io
import mmap
import re

from PIL import Image, UnidentifiedImageError

from mpycam.errors import MpycamError

SOI, EOI, SOS = 0xD8, 0xD9, 0xDA
# What ends entropy-coded data: a marker that is neither a stuffed byte, a restart marker nor fill.
END_OF_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def split(data):
    """Return the slices of the JPEG images in `data`, whatever stands between them.

    An image is followed from marker to marker (ISO/IEC 10918-1, annex B), so that
    thumbnails inside its segments are not taken for images. One that is not whole is left out.
    """
    slices = []
    start = data.find(b"\xff\xd8\xff")
    while start >= 0:
        end = _end(data, start)
        if end is not None:
            slices.append(slice(start, end))
        start = data.find(b"\xff\xd8\xff", start + 2 if end is None else end)
    return slices


def _end(data, start):
    """The position behind the image at `start`, or None where it is not whole."""
    position = start + 2
    while position + 2 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        if marker == EOI:
            return position + 2
        if marker < 0xC0 or 0xD0 <= marker <= SOI or position + 4 > len(data):
            return None
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
        if marker == SOS:
            found = END_OF_SCAN.search(data, position)
            if found is None:
                return None
            position = found.start()
    return None


class JpegFiles:
    """JPEG files shown in order, again and again: `read(number)` returns the bytes of one of `count`."""

    def __init__(self, count, read, fps, name):
        if count == 0:
            raise MpycamError(f"{name}: need JPEG pictures, have none")
        self.fps = fps
        self._count, self._read = count, read
        try:
            self.size = Image.open(io.BytesIO(read(0))).size
        except UnidentifiedImageError:
            raise MpycamError(f"{name}: the first picture is no JPEG file") from None

    @classmethod
    def of_folder(cls, folder, fps):
        """The files of a folder whose names end in .jpg or .jpeg, sorted by name."""
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".jpg", ".jpeg"))
        return cls(len(paths), lambda number: paths[number].read_bytes(), fps, folder)

    @classmethod
    def of_data(cls, data, fps, name):
        """The images in bytes or a memory map."""
        slices = split(data)
        return cls(len(slices), lambda number: data[slices[number]], fps, name)

    @classmethod
    def of_file(cls, path, fps):
        """The images of an MJPEG file, or the one of a JPEG file."""
        if path.stat().st_size == 0:
            raise MpycamError(f"{path}: need JPEG pictures, have an empty file")
        with path.open("rb") as file:
            return cls.of_data(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), fps, path)

    def key(self, seconds):
        """The number of the picture."""
        return int(seconds * self.fps) % self._count

    def jpeg(self, key):
        """The file as it is."""
        return self._read(key)

    def picture(self, key):
        """The file decoded."""
        return Image.open(io.BytesIO(self._read(key)))
