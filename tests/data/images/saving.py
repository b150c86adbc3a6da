"""Images for tests, and how one gets into a file."""

import numpy as np


def save(image, path, **options):
    image.save(path, **options)
    return path


GREY = np.arange(64, dtype=np.uint8).reshape(8, 8) * 3
COLOUR = np.random.default_rng(0).integers(0, 256, (8, 6, 3), dtype=np.uint8)
