"""Resizing maps: bilinear, and bicubic as MATLAB's imresize does it."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazemap.metrics.arrays import Floats

Interpolation = Literal["bilinear", "bicubic"]


def resize(
    values: NDArray[np.floating], size: tuple[int, int], interpolation: Interpolation = "bilinear"
) -> Floats:
    """(h, w) -> `size` (H, W); antialiased where it shrinks.

    Args:
        values: (h, w).
        size: (H, W).
        interpolation: "bilinear", which makes no value that was not there; or "bicubic", MATLAB's
            `imresize` (a = -0.5), which may fall below the least and rise above the greatest.
    """
    if values.shape == size:
        return values.astype(np.float64)
    height, width = size
    down = _axis(height, values.shape[0], interpolation)
    across = _axis(width, values.shape[1], interpolation)
    return down @ values.astype(np.float64) @ across.T


@lru_cache(maxsize=32)
def _axis(out: int, into: int, interpolation: Interpolation) -> Floats:
    """(out, into) weights of the kernel around half-pixel centers."""
    scale = into / out
    stretch = max(scale, 1.0)
    kernel, support = _KERNELS[interpolation]
    centers = (np.arange(out) + 0.5) * scale - 0.5
    reach = int(np.ceil(support * stretch)) + 1
    taps = np.floor(centers)[:, None].astype(int) + np.arange(-reach, reach + 1)
    weights = kernel(np.abs(taps - centers[:, None]) / stretch)
    if interpolation == "bilinear":  # Pillow leaves taps beyond an edge out, MATLAB repeats the edge
        weights[(taps < 0) | (taps >= into)] = 0
    matrix = np.zeros((out, into))
    rows = np.broadcast_to(np.arange(out)[:, None], taps.shape)
    np.add.at(matrix, (rows, taps.clip(0, into - 1)), weights / weights.sum(axis=1, keepdims=True))
    matrix.setflags(write=False)
    return matrix


def _triangle(distance: Floats) -> Floats:
    return np.maximum(1.0 - distance, 0.0)


def _cubic(distance: Floats) -> Floats:
    """Keys' convolution kernel with a = -0.5."""
    near = (1.5 * distance - 2.5) * distance**2 + 1
    far = ((-0.5 * distance + 2.5) * distance - 4) * distance + 2
    return np.where(distance <= 1, near, np.where(distance <= 2, far, 0.0))


_KERNELS = {"bilinear": (_triangle, 1.0), "bicubic": (_cubic, 2.0)}


def resize_8_bit(values: NDArray[np.uint8], size: tuple[int, int], how: str) -> NDArray[np.uint8]:
    """(h, w) uint8 -> `size` (H, W) uint8 as Pillow does it: "nearest" or "bicubic"."""
    height, width = size
    image = Image.fromarray(values)
    return np.asarray(image.resize((width, height), Image.Resampling[how.upper()]))
