"""Points <-> fixation_map <-> density. A density is a matrix product, at any size and blur.

Pixel (row i, column j) covers [j, j + 1) x [i, i + 1): x runs right, y runs down, from 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gazemap.blurring import blur

Size = tuple[int, int]
Floats = NDArray[np.float64]


def pixel_indices(x: Floats, y: Floats, size: Size) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the points that lie in the frame.

    A point exactly on the far edge (x = W or y = H) belongs to the last pixel; points outside the
    frame are left out.
    """
    height, width = size
    inside = (x >= 0) & (x <= width) & (y >= 0) & (y <= height)
    columns = np.minimum(x[inside].astype(np.int64), width - 1)
    rows = np.minimum(y[inside].astype(np.int64), height - 1)
    return rows, columns


def fixation_map(x: Floats, y: Floats, size: Size) -> Floats:
    """(H, W) counts of the points in each pixel; see `pixel_indices` for the edges."""
    height, width = size
    rows, columns = pixel_indices(x, y, size)
    counts = np.bincount(rows * width + columns, minlength=height * width)
    return counts.reshape(size).astype(np.float64)


def density(x: Floats, y: Floats, size: Size, sigma: float) -> Floats:
    """(H, W), sums to 1: the Gaussian blur of the points' fixation_map, as a matrix product.

    Args:
        x: (n,) pixels of the frame.
        y: (n,) pixels of the frame.
        size: (H, W) of the frame.
        sigma: of the blur, in pixels of the frame.

    Returns:
        the uniform density where no point lies in the frame.
    """
    blurred = blurred_points(x, y, size, sigma)
    total = blurred.sum()
    return blurred / total if total > 0 else np.full(size, 1 / blurred.size)


def blurred_points(x: Floats, y: Floats, size: Size, sigma: float) -> Floats:
    """(H, W), sums to the number of points in the frame: what `blur` makes of their fixation_map."""
    return blur(fixation_map(x, y, size), sigma)
