"""A saliency map laid over its image."""

from __future__ import annotations

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray
from PIL import Image

COLORMAP = "inferno"  # perceptually uniform and readable in gray
_OPACITY = 0.6  # of the greatest saliency


def overlay(image: NDArray[np.uint8], saliency: NDArray[np.floating]) -> NDArray[np.uint8]:
    """The image with its saliency on top; the greatest is opaque at 60 %, the least is transparent.

    Args:
        image: (H, W, 3), RGB.
        saliency: (H, W), any scale; it is shown in 256 levels.

    Returns:
        (H, W, 3).
    """
    span = np.ptp(saliency)
    levels = np.zeros(saliency.shape, np.uint8)
    if span > 0:
        levels = np.rint((saliency - saliency.min()) * (255 / span)).astype(np.uint8)
    colors = Image.fromarray(levels)
    opacity = colors.point([round(_OPACITY * level) for level in range(256)])
    colors.putpalette((colormaps[COLORMAP](np.arange(256))[:, :3] * 255).round().astype(np.uint8).tobytes())
    return np.asarray(Image.composite(colors.convert("RGB"), Image.fromarray(image), opacity))
