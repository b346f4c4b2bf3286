"""Points <-> fixation_map <-> density. A density is a matrix product, at any size and blur.

Pixel (row i, column j) covers [j, j + 1) x [i, i + 1): x runs right, y runs down, from 0.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

Size = tuple[int, int]
Floats = NDArray[np.float64]

_TRUNCATE = 4.0  # sigmas at which the kernel is cut, as scipy does by default
_BAND = 64  # rows that are blurred together


@lru_cache(maxsize=32)
def gaussian_matrix(n: int, sigma: float) -> Floats:
    """(n, n): row i is the 1-D Gaussian blur of a unit impulse at i.

    The border is reflected and the kernel cut at 4 sigmas, as scipy.ndimage's
    `gaussian_filter` does by default, so that products with it equal that filter. Read-only.
    """
    matrix: Floats = gaussian_filter1d(np.eye(n), sigma, axis=1, mode="reflect", truncate=_TRUNCATE)
    matrix.setflags(write=False)
    return matrix


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


def blur(counts: NDArray[np.floating], sigma: float) -> Floats:
    """(H, W) -> (H, W): scipy's `gaussian_filter(counts, sigma)`, as matrix products.

    Where few pixels are not 0, as in a fixation_map, the product is A.T @ B, with A (n, H) and
    B (n, W) the blurred unit rows of those pixels' coordinates.
    """
    height, width = counts.shape
    down, across = gaussian_matrix(height, sigma), gaussian_matrix(width, sigma)
    rows, columns = np.divmod(np.flatnonzero(counts != 0), width)  # on booleans it is ten times faster
    if len(rows) > height // 2:
        dense: Floats = down.T @ counts @ across
        return dense
    weighted = down[rows] * counts[rows, columns, None]
    bumps = across[columns]
    blurred = np.empty((height, width))
    reach = int(_TRUNCATE * sigma + 0.5) + 1
    for start in range(0, height, _BAND):  # only the points within reach touch a band of rows
        stop = min(start + _BAND, height)
        near = slice(*np.searchsorted(rows, [start - reach, stop + reach]))
        np.matmul(weighted[near, start:stop].T, bumps[near], out=blurred[start:stop])
    return blurred
