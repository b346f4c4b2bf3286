"""A saliency map laid over its image."""

from __future__ import annotations

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray
from PIL import Image

COLORMAP = "inferno"  # perceptually uniform and readable in gray
_OPACITY = 0.8  # of the greatest saliency


def overlay(image: NDArray[np.uint8], saliency: NDArray[np.floating]) -> NDArray[np.uint8]:
    """The image with its saliency on top; the greatest is opaque at 80 %, the least is transparent.

    Color and opacity follow the square root of the saliency: a density has a few high peaks, beside
    which all else could not be seen.

    Args:
        image: (H, W, 3), RGB.
        saliency: (H, W), any scale; it is shown in 256 levels.

    Returns:
        (H, W, 3).
    """
    span = np.ptp(saliency)
    levels = np.zeros(saliency.shape, np.uint8)
    if span > 0:
        levels = np.rint(255 * np.sqrt((saliency - saliency.min()) / span)).astype(np.uint8)
    colors = Image.fromarray(levels)
    opacity = colors.point([round(_OPACITY * level) for level in range(256)])
    colors.putpalette((colormaps[COLORMAP](np.arange(256))[:, :3] * 255).round().astype(np.uint8).tobytes())
    return np.asarray(Image.composite(colors.convert("RGB"), Image.fromarray(image), opacity))
