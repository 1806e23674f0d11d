"""Tests that run where the app runs: `mpycam test app`."""

import ujpeg
from light import MARGIN, Light, brightness
from ulab import numpy as np


def test_brightness_is_the_mean_gray():
    for gray in (0, 100, 255):
        picture = ujpeg.encode(np.ones((48, 64), dtype=np.uint8) * gray)
        assert abs(brightness(picture) - gray) < 2


def test_flicker_at_the_threshold_changes_nothing():
    light = Light(80)
    assert light.update(200) and light.on
    assert not any([light.update(80 + difference) for difference in (1, -1, 1 - MARGIN)])
    assert light.update(80 - MARGIN) and not light.on
