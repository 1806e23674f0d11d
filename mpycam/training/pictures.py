"""The pictures of one scene, read at any size, whole or in part: files, or frames of a video."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image

from mpycam.errors import MpycamError

AT_ONCE = 64  # pictures are decoded before the first is used


class Pictures:
    """What reads pictures again: `size` is (width, height) of most, of the part `crop` where one is given.

    crop: (x, y, width, height) as fractions of the picture, or None.
    """

    def __init__(self, crop):
        self.crop = crop or (0.0, 0.0, 1.0, 1.0)

    def read(self, rows, *views):
        """An array (n, height, width, 3) uint8 for each view: the pictures with the numbers `rows`, in their order.

        A view is (size, box): the size (width, height) that the whole picture is averaged to, and the part
        (left, top, width, height) of that which is wanted, or None for all.
        """
        arrays = [np.empty((len(rows), *_shape(view), 3), np.uint8) for view in views]
        for index, parts in self.each(rows, *views):
            for array, part in zip(arrays, parts, strict=True):
                array[index] = part
        return arrays

    def each(self, rows, *views):
        """Yield (index into `rows`, [array (height, width, 3) for each view]), each picture once, in any order."""
        raise NotImplementedError

    def _size_of_part(self, size):
        return round(size[0] * self.crop[2]), round(size[1] * self.crop[3])

    def _views(self, image, views):
        """The views of a Pillow image."""
        draft = [max(2 * size[axis] / self.crop[2 + axis] for size, _ in views) for axis in range(2)]
        image.draft("RGB", tuple(map(int, draft)))  # the decoder itself may scale down, as in the camera
        image = image.convert("RGB")
        x, y, width, height = (part * side for part, side in zip(self.crop, 2 * image.size, strict=True))
        parts = []
        for size, box in views:
            left, top, wide, tall = box or (0, 0, *size)
            across, down = width / size[0], height / size[1]
            source = (x + left * across, y + top * down, x + (left + wide) * across, y + (top + tall) * down)
            parts.append(np.asarray(image.resize((wide, tall), Image.Resampling.BOX, source)))
        return parts


def _shape(view):
    size, box = view
    return (box[3], box[2]) if box else (size[1], size[0])


class Files(Pictures):
    """Pictures in files. `unlike` counts those that have not the shape of most."""

    def __init__(self, paths, crop=None):
        super().__init__(crop)
        self.paths = paths
        sizes = [_size(path) for path in paths]
        usual = max(set(sizes), key=sizes.count)
        self.unlike = sum(abs(width * usual[1] / (height * usual[0]) - 1) > 0.02 for width, height in sizes)
        self.size = self._size_of_part(usual)

    def each(self, rows, *views):
        """See Pictures."""

        def read(row):
            try:
                with Image.open(self.paths[row]) as image:
                    return self._views(image, views)
            except OSError as error:
                raise MpycamError(f"{self.paths[row]}: {error}") from None

        with ThreadPoolExecutor() as pool:
            for start in range(0, len(rows), AT_ONCE):
                yield from enumerate(pool.map(read, rows[start : start + AT_ONCE]), start)


class Frames(Pictures):
    """Frames of a video, by their numbers."""

    unlike = 0

    def __init__(self, path, numbers, crop=None):
        import av

        super().__init__(crop)
        self.path, self.numbers = path, numbers
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            self.size = self._size_of_part((stream.width, stream.height))

    def each(self, rows, *views):
        """See Pictures."""
        import av

        wanted = {}
        for index, row in enumerate(rows):
            wanted.setdefault(self.numbers[row], []).append(index)
        with av.open(str(self.path)) as container:
            for number, frame in enumerate(container.decode(video=0)):
                indices = wanted.pop(number, [])
                parts = self._views(frame.to_image(), views) if indices else None
                for index in indices:
                    yield index, parts
                if not wanted:
                    break
        if wanted:
            raise MpycamError(f"{self.path}: has no frame {min(wanted)}, which the labels name")


def _size(path):
    try:
        with Image.open(path) as image:
            return image.size
    except OSError as error:
        raise MpycamError(f"{path}: {error}") from None
