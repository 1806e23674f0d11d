"""Whether there is light in a picture."""

import ujpeg
from ulab import numpy as np

# How far beyond the threshold a picture must be to change the state, so that flicker at the threshold does not.
MARGIN = 8


def brightness(jpeg):
    """The mean gray of a JPEG file, 0 to 255. Raises ValueError for a damaged one."""
    return float(np.mean(ujpeg.decode(jpeg, format="gray", scale=8)))


class Light:
    """Whether the light is on: None until the first picture that is clearly brighter or darker than the threshold."""

    def __init__(self, threshold):
        self.threshold = threshold
        self.on = None

    def update(self, gray):
        """Take a picture's mean gray; return whether that changed the state."""
        before = self.on
        if gray >= self.threshold + MARGIN:
            self.on = True
        elif gray <= self.threshold - MARGIN:
            self.on = False
        return self.on != before
