"""Frame to probabilities: the pictures of the doors' regions, and the networks that look at them."""

import ujpeg
import unn
from door.state import AJAR, CLOSED, OPEN


class DoorNetwork:
    """Tells from a gray picture of a door how probable it is that the door is open, or ajar."""

    def __init__(self, path):
        """Load the model; `size` is that of the picture, (width, height)."""
        self._network = network = unn.load(path)
        labels = list(network.labels or ())
        if (
            len(network.input_shape) != 2
            or network.output_shape != (len(labels),)
            or sorted(labels) not in ([CLOSED, OPEN], [AJAR, CLOSED, OPEN])
        ):
            raise ValueError(
                "%s: need a model of a gray picture with the labels closed and open, or ajar too, have input %s, labels %s"
                % (path, network.input_shape, network.labels)
            )
        self.size = network.input_shape[1], network.input_shape[0]
        self._open = labels.index(OPEN)
        self._ajar = labels.index(AJAR) if AJAR in labels else None

    def probabilities(self, picture):
        """The probabilities of "open" and of "ajar", each from 0 to 1; the latter 0 if the model does not know it."""
        answer = self._network(picture)
        return float(answer[self._open]), 0.0 if self._ajar is None else float(answer[self._ajar])


class Pictures:
    """Gray pictures of parts of one frame after the other, each decoded once however many ask for it."""

    def __init__(self):
        self._pictures = {}
        self._done = set()
        self._frame = None

    def take(self, frame):
        """Go on to the next frame; raises ValueError for one without a JPEG header."""
        self._frame = frame
        self._header = ujpeg.info(frame, length=False)
        self._done.clear()

    @property
    def size(self):
        """(width, height) of the whole frame."""
        return self._header.width, self._header.height

    def get(self, region, size):
        """The part `region`, [x, y, width, height] in fractions, as an array of `size`; the next frame writes over it."""
        key = tuple(region) + size
        if key not in self._done:
            roi = pixels(region, self._header.width, self._header.height)
            self._pictures[key] = ujpeg.decode(
                self._frame, format="gray", roi=roi, size=size, out=self._pictures.get(key)
            )
            self._done.add(key)
        return self._pictures[key]


def pixels(region, width, height):
    """(x, y, width, height) in whole pixels of a region in fractions: at least one pixel, inside of the picture."""
    left = min(int(region[0] * width + 0.5), width - 1)
    top = min(int(region[1] * height + 0.5), height - 1)
    right = max(left + 1, min(width, int((region[0] + region[2]) * width + 0.5)))
    bottom = max(top + 1, min(height, int((region[1] + region[3]) * height + 0.5)))
    return left, top, right - left, bottom - top
