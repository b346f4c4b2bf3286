"""How an image of any size lies in a network's frame, and how a map comes back from there.

stretch     the image fills the frame, whatever becomes of its aspect
letterbox   the image keeps its aspect and lies in the middle; the rest is gray
crop        the image keeps its aspect and fills the frame; what stands over is cut off
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazemap.gaze.fixations import Fixations
from gazemap.system.array_cache import keeping
from gazemap.types import Fit, Floats, Size

_GRAY = 128
_KEPT = 32 * 2**20  # bytes of weights: most images of a folder have one of a few sizes


@dataclass(frozen=True)
class Placement:
    """One image in a frame: x there is `scale[1] * x + shift[1]`, y is `scale[0] * y + shift[0]`.

    Attributes:
        size: (H, W) of the image.
        frame: (H, W) of the frame.
        fit: which of the three it is.
    """

    size: Size
    frame: Size
    fit: Fit

    @property
    def content(self) -> tuple[float, float]:
        """(height, width) of the image as it lies in the frame, whole pixels but for a crop."""
        if self.fit == "stretch":
            return self.frame
        ratios = [frame / side for frame, side in zip(self.frame, self.size, strict=True)]
        if self.fit == "crop":
            largest = max(ratios)
            height, width = (  # never a rounding error smaller than the frame
                frame if ratio == largest else max(frame, largest * side)
                for frame, side, ratio in zip(self.frame, self.size, ratios, strict=True)
            )
            return height, width
        return max(1, round(min(ratios) * self.size[0])), max(1, round(min(ratios) * self.size[1]))

    @property
    def scale(self) -> tuple[float, float]:
        """Pixels of the frame in one of the image, (down, across)."""
        return self.content[0] / self.size[0], self.content[1] / self.size[1]

    @property
    def shift(self) -> tuple[float, float]:
        """Where the image's upper left corner lies in the frame, (down, across); whole but for a crop."""
        down, across = (frame - side for frame, side in zip(self.frame, self.content, strict=True))
        return (down / 2, across / 2) if self.fit == "crop" else (down // 2, across // 2)

    def place(self, values: NDArray[np.generic], into: Size, *, background: float = 0) -> NDArray[np.generic]:
        """Lay the image, or a map of all of it, into the frame; antialiased bilinear.

        Args:
            values: (h, w) or (h, w, 3), of any size.
            into: (h, w) at which the whole frame is computed.
            background: of the frame beside a letterbox.
        """
        if self.fit == "letterbox":
            return self._letterbox(values, into, background)
        box = None
        if self.fit == "crop":
            sides = zip(self.frame, self.shift, self.content, values.shape[:2], strict=True)
            (up, down), (left, right) = (
                (max(0.0, -shift / content * side), min(side, (frame - shift) / content * side))
                for frame, shift, content, side in sides
            )
            box = (left, up, right, down)
        return _resized(values, into, box)

    def _letterbox(self, values: NDArray[np.generic], into: Size, background: float) -> NDArray[np.generic]:
        height, width = (int(side) for side in self.content)
        up, left = (int(side) for side in self.shift)
        placed = np.full((*self.frame, *values.shape[2:]), background, dtype=values.dtype)
        placed[up : up + height, left : left + width] = _resized(values, (height, width))
        return _resized(placed, into)

    def place_image(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(H, W, 3) -> the frame's pixels, gray where there is no image."""
        return np.asarray(self.place(image, self.frame, background=_GRAY), dtype=np.uint8)

    def place_fixations(self, fixations: Fixations, into: Size) -> Fixations:
        """The points in a grid of size `into` over the whole frame; those cut off are left out."""
        inside = fixations.where(fixations.inside(self.size))
        y, x = (
            # divided first, so that a point on the far edge stays on it to the last bit
            (values / size * content + shift) / frame * side
            for values, size, content, shift, frame, side in zip(
                (inside.y, inside.x), self.size, self.content, self.shift, self.frame, into, strict=True
            )
        )
        moved = Fixations(x=x, y=y)
        return moved.where(moved.inside(into))

    def unplace(self, grid: NDArray[np.floating], rows: slice = slice(None)) -> Floats:
        """A map over the whole frame, (h, w) -> the image's own size, or some of its rows.

        Bilinear, antialiased where it shrinks. What a crop cut off repeats the nearest value that the
        network saw. A log density must be normalized anew.
        """
        down, across = (
            _weights(
                self.size[axis],
                self.scale[axis],
                self.frame[axis],
                self.shift[axis],
                self.content[axis],
                grid.shape[axis],
            )
            for axis in (0, 1)
        )
        return np.asarray(down[rows] @ (grid.astype(np.float64) @ across.T))


@keeping(_KEPT)
def _weights(side: int, scale: float, frame: int, low: float, content: float, cells: int) -> Floats:
    """(side of the image, cells): a triangle around each of the image's pixel centers."""
    cell = frame / cells
    centers = (np.arange(cells) + 0.5) * cell
    seen = (centers > low) & (centers < low + content)
    seen |= not seen.any()
    places = (np.arange(side) + 0.5) * scale + low
    places = places.clip(centers[seen][0], centers[seen][-1])
    spread = max(cell, scale)
    weights = np.maximum(1 - np.abs(places[:, None] - centers) / spread, 0) * seen
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _resized(
    values: NDArray[np.generic], size: Size, box: tuple[float, float, float, float] | None = None
) -> NDArray[np.generic]:
    if values.shape[:2] == size and box is None:
        return values
    picture = Image.fromarray(values)
    return np.asarray(picture.resize((size[1], size[0]), Image.Resampling.BILINEAR, box=box))
