"""Pictures with shapes of many sizes and shades, as photos have them."""

import numpy as np
from PIL import Image


def picture(seed, size=(160, 120)):
    random = np.random.default_rng(seed)
    layers = [
        Image.fromarray(random.integers(0, 256, (side, side, 3), dtype=np.uint8)).resize(size, Image.BICUBIC)
        for side in (3, 6, 12, 40)
    ]
    return Image.fromarray(np.mean([np.asarray(layer) for layer in layers], axis=0).astype(np.uint8))
