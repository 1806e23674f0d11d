"""Pictures for training, in a folder per class."""

import numpy as np
from PIL import Image


def save_squares(folder, picture, count, name):
    """Save `count` JPEG files for each of the classes empty and square into `folder`, and return it.

    picture: a function from a generator and whether there is a square to an array (height, width, 3) uint8. name: one
    from a number and whether there is a square to the file's name.
    """
    generator = np.random.default_rng(7)
    for label, has_square in (("empty", False), ("square", True)):
        (folder / label).mkdir()
        for index in range(count):
            image = Image.fromarray(picture(generator, has_square))
            image.save(folder / label / name(index, has_square), quality=85)
    return folder
