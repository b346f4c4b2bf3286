"""A saliency map laid over its image."""

from __future__ import annotations

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray

COLORMAP = "inferno"  # perceptually uniform and readable in gray


def overlay(image: NDArray[np.uint8], saliency: NDArray[np.floating]) -> NDArray[np.uint8]:
    """The image with its saliency on top, uint8 (H, W, 3); the greatest saliency is opaque at 60 %."""
    span = np.ptp(saliency)
    scaled = (saliency - saliency.min()) / span if span > 0 else np.zeros_like(saliency)
    colors = colormaps[COLORMAP](scaled)[..., :3] * 255
    opacity = 0.6 * scaled[..., None]
    return np.asarray(np.rint((1 - opacity) * image + opacity * colors), dtype=np.uint8)
