"""Boxes in an image, and how much of a density lies in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazemap.types import Floats


@dataclass(frozen=True)
class Box:
    """A part of an image that somebody has named.

    Attributes:
        name: for people.
        x: its left edge, pixels of the image from 0; need not be whole.
        y: its upper edge.
        width: over 0.
        height: over 0.
    """

    name: str
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Where it ends, x + width."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Where it ends, y + height."""
        return self.y + self.height


def integral_image(density: NDArray[np.floating]) -> Floats:
    """(H + 1, W + 1): at [i, j] the sum of all pixels above row i and left of column j (Crow 1984)."""
    sums = np.zeros((density.shape[0] + 1, density.shape[1] + 1))
    np.cumsum(density, axis=0, dtype=np.float64, out=sums[1:, 1:])
    np.cumsum(sums[1:, 1:], axis=1, out=sums[1:, 1:])
    return sums


def box_sums(density: NDArray[np.floating], boxes: Sequence[Box]) -> Floats:
    """(n,): the sum of a density (H, W) in each box; of a pixel that is cut, the part that lies inside."""
    sums = integral_image(density)
    left, top, right, bottom = np.array([(b.x, b.y, b.right, b.bottom) for b in boxes]).reshape(-1, 4).T
    within = _at(sums, bottom, right) - _at(sums, top, right)
    # differences of sums may fall below 0 in the last digit
    return np.maximum(within - _at(sums, bottom, left) + _at(sums, top, left), 0.0)


def _at(sums: Floats, y: Floats, x: Floats) -> Floats:
    """The integral image between its points, where it is bilinear, since each pixel is uniform."""
    i = np.floor(y).astype(int).clip(0, sums.shape[0] - 2)
    j = np.floor(x).astype(int).clip(0, sums.shape[1] - 2)
    down, across = y - i, x - j
    upper = (1 - across) * sums[i, j] + across * sums[i, j + 1]
    lower = (1 - across) * sums[i + 1, j] + across * sums[i + 1, j + 1]
    return np.asarray((1 - down) * upper + down * lower)
