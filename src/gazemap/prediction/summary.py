"""A prediction in a few numbers: the most salient points, and each third's share of attention."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.gaze.areas import Box, box_sums
from gazemap.types import Size

_POINTS = 10
_RADIUS = 0.05  # of the longer side; one or two degrees where the image is seen 30 degrees wide


def summarize(density: NDArray[np.float64], size: Size) -> dict[str, Any]:
    """A predicted density in numbers for JSON; x and y are pixels of the image, continuous, from 0.

    Args:
        density: (h, w), sums to 1; of the whole image, perhaps at a smaller size.
        size: (H, W) of the image.

    Returns:
        `width`, `height`;
        `peak_over_uniform`: how many times an even spread the greatest density is;
        `radius`: of the disk around each point, in pixels: 5 % of the longer side, our choice;
        `points`: up to ten {x, y, share}, see `salient_points`;
        `thirds`: three rows of three, the share of attention of each ninth of the image.
    """
    height, width = size
    down, across = height / density.shape[0], width / density.shape[1]
    radius = _RADIUS * max(density.shape)
    points = salient_points(density, radius)
    return {
        "width": width,
        "height": height,
        "peak_over_uniform": round(float(density.max()) * density.size, 3),
        "radius": round(across * radius, 1),
        "points": [{"x": across * p["x"], "y": down * p["y"], "share": p["share"]} for p in points],
        "thirds": thirds(density).round(6).tolist(),
    }


def salient_points(
    density: NDArray[np.float64], radius: float, most: int = _POINTS
) -> list[dict[str, float]]:
    """The peaks of a density, the highest first: what is left by non-maximum suppression.

    Args:
        density: (H, W), sums to 1.
        radius: in pixels. A peak is the densest pixel of the square that reaches so far to each side,
            denser than an even spread, and in no higher peak's disk.
        most: how many, at most.

    Returns:
        {x, y, share}, the pixel's center, and how much of the density its disk of the radius holds
        that no higher peak's disk does; the shares of all sum to no more than 1.
    """
    height, width = density.shape
    reach = int(radius)
    even = (1 + 1e-9) / density.size  # rounding alone makes no peak
    peaks = (density == _maximum_around(density, reach)) & (density > even)
    rows, columns = np.nonzero(peaks)
    left = density.copy()
    points: list[dict[str, float]] = []
    while len(rows) and len(points) < most:
        chosen = density[rows, columns].argmax()
        row, column = rows[chosen], columns[chosen]
        around = (
            slice(max(row - reach, 0), min(row + reach + 1, height)),
            slice(max(column - reach, 0), min(column + reach + 1, width)),
        )
        down, across = np.ogrid[around]
        inside = (down - row) ** 2 + (across - column) ** 2 <= radius**2
        share = float(left[around][inside].sum())
        left[around][inside] = 0
        points.append({"x": float(column) + 0.5, "y": float(row) + 0.5, "share": round(share, 6)})
        far = (rows - row) ** 2 + (columns - column) ** 2 > radius**2
        rows, columns = rows[far], columns[far]
    return points


def _maximum_around(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """(H, W): the greatest value of the square that reaches so far to each side, within the frame."""
    width = 2 * reach + 1
    for _ in range(2):  # down, then across
        side = len(values)
        values = np.pad(values, [(reach, reach), (0, 0)], constant_values=-np.inf)
        span = 1  # rows that each value is the maximum of
        while 2 * span <= width:
            values = np.maximum(values[:-span], values[span:])
            span *= 2
        values = np.maximum(values[:side], values[width - span : width - span + side]).T
    return values


def thirds(density: NDArray[np.float64]) -> NDArray[np.float64]:
    """(H, W) -> (3, 3): the sum over each ninth; a pixel on a border is divided by area."""
    height, width = (side / 3 for side in density.shape)
    ninths = [Box("", j * width, i * height, width, height) for i in range(3) for j in range(3)]
    return box_sums(density, ninths).reshape(3, 3)
