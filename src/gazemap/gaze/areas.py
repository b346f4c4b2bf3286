"""Boxes in an image, and how much of a density lies in each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import InputError
from gazemap.types import Floats

_SMALL = 8  # pixels: of a larger image, boxes within one pixel are meant otherwise
_ROUNDING = 1e-6  # pixels that an edge may be off after scaling


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

    def scaled(self, size: tuple[int, int], into: tuple[int, int]) -> Box:
        """The same part of an image of another size, relative to it; both sizes are (H, W)."""
        down, across = into[0] / size[0], into[1] / size[1]
        return Box(self.name, self.x * across, self.y * down, self.width * across, self.height * down)


def check_names(boxes: Sequence[Box]) -> None:
    """Refuse boxes that results could not tell apart.

    Raises:
        InputError: a name stands for several boxes.
    """
    repeated = [name for name, count in Counter(box.name for box in boxes).items() if count > 1]
    if repeated:
        raise InputError(f"Several boxes are named {', '.join(repeated)}; each needs a name of its own.")


def check_inside(boxes: Sequence[Box], size: tuple[int, int]) -> None:
    """Refuse boxes that reach out of an image of `size` (H, W), or are shares of it in place of pixels.

    Raises:
        InputError: names all of them.
    """
    height, width = size
    if boxes and min(size) > _SMALL and all(max(box.right, box.bottom) <= 1 for box in boxes):
        raise InputError(
            f"All boxes lie within the first pixel, such as {boxes[0].name}={boxes[0].x:g},{boxes[0].y:g},"
            f"{boxes[0].width:g},{boxes[0].height:g}: are these shares of the image? Boxes are in pixels; "
            f"multiply x and width by {width}, y and height by {height}."
        )
    outside = [box for box in boxes if min(box.x, box.y, width - box.right, height - box.bottom) < -_ROUNDING]
    if outside:
        listed = "; ".join(
            f"{box.name} reaches from ({box.x:g}, {box.y:g}) to ({box.right:g}, {box.bottom:g})"
            for box in outside
        )
        raise InputError(f"The image is {width} x {height} pixels; outside of it: {listed}. Cut them to it.")


def overlaps(boxes: Sequence[Box]) -> list[tuple[str, str]]:
    """The names of every two boxes that share some area, which counts for both."""
    return [
        (a.name, b.name)
        for a, b in combinations(boxes, 2)
        if min(a.right, b.right) > max(a.x, b.x) and min(a.bottom, b.bottom) > max(a.y, b.y)
    ]


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
