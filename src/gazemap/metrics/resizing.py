"""Resizing maps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazemap.metrics.arrays import Floats


def resize(values: NDArray[np.floating], size: tuple[int, int]) -> Floats:
    """(h, w) -> `size` (H, W), bilinear; antialiased where it shrinks, edges repeated."""
    if values.shape == size:
        return values.astype(np.float64)
    height, width = size
    return _axis(height, values.shape[0]) @ values.astype(np.float64) @ _axis(width, values.shape[1]).T


def _axis(out: int, into: int) -> Floats:
    """(out, into) weights of a triangle filter with half-pixel centers."""
    scale = into / out
    support = max(scale, 1.0)
    centers = (np.arange(out) + 0.5) * scale - 0.5
    distance = np.abs(np.arange(into)[None] - centers[:, None]) / support
    weights = np.maximum(1.0 - distance, 0.0)
    normalized: Floats = weights / weights.sum(axis=1, keepdims=True)
    return normalized


def resize_8_bit(values: NDArray[np.uint8], size: tuple[int, int], how: str) -> NDArray[np.uint8]:
    """(h, w) uint8 -> `size` (H, W) uint8 as Pillow does it: "nearest" or "bicubic"."""
    height, width = size
    image = Image.fromarray(values)
    return np.asarray(image.resize((width, height), Image.Resampling[how.upper()]))
