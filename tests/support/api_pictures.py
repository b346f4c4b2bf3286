"""Pictures with something to look at, as arrays and as the bytes of files."""

import io

import numpy as np
from PIL import Image


def picture(height, width):
    rows, columns = np.mgrid[:height, :width]
    pixels = np.random.default_rng(1).integers(90, 110, (height, width, 3), np.uint8)
    pixels[(rows - height / 3) ** 2 + (columns - width / 4) ** 2 < (min(height, width) / 8) ** 2] = (
        230,
        40,
        30,
    )
    return pixels


def png(pixels):
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()
