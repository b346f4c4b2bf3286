"""Do the points fit the images? Many outside the frame mean a wrong convention, and show which."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gazemap.gaze.fixations import Fixations
from gazemap.types import Floats, Size

TOLERANCE = 0.01  # of all points may lie outside their images before an import stops
_FIRST_LOOK = 10_000  # points after which a wrong convention stops the import at once


@dataclass(eq=False)
class ConventionCheck:
    """Counts points outside their images, as they are and as they would be under other conventions.

    Attributes:
        tolerance: the share that may lie outside.
        total: how many points were counted.
        outside: how many of them lie outside their images.
    """

    tolerance: float = TOLERANCE
    total: int = 0
    outside: int = 0
    _swapped: int = 0
    _counted_from_1: int = 0
    _counted_from_0: int = 0
    _low: Floats = field(default_factory=lambda: np.full(2, np.inf))
    _high: Floats = field(default_factory=lambda: np.full(2, -np.inf))
    _size: Size = (0, 0)

    def add(self, fixations: Fixations, size: Size) -> None:
        """Count the points of one image of `size` (H, W)."""
        if not len(fixations):
            return
        x, y = fixations.x, fixations.y
        self.total += len(fixations)
        self.outside += _outside(x, y, size)
        self._swapped += _outside(y, x, size)
        self._counted_from_1 += _outside(x - 1, y - 1, size)
        self._counted_from_0 += _outside(x + 1, y + 1, size)
        self._low = np.minimum(self._low, [x.min(), y.min()])
        self._high = np.maximum(self._high, [x.max(), y.max()])
        self._size = (max(self._size[0], size[0]), max(self._size[1], size[1]))

    def problem(self, *, final: bool) -> str | None:
        """What is wrong, and the likely cause; None while no more points than may lie outside.

        Args:
            final: all points were counted; before that, a verdict needs many of them.
        """
        if self.outside <= self.tolerance * self.total or not (final or self.total >= _FIRST_LOOK):
            return None
        height, width = self._size
        return (
            f"{self.outside:,} of {self.total:,} fixations lie outside their images, more than "
            f"{self.tolerance:.0%}: x spans {self._low[0]:g} to {self._high[0]:g} and y "
            f"{self._low[1]:g} to {self._high[1]:g}, and the largest image is {width} x {height}. "
            f"{self._cause()}"
        )

    def _cause(self) -> str:
        for outside, cause in (
            (self._swapped, "With x and y exchanged they fit: the axes are swapped."),
            (self._counted_from_1, "Less one pixel they fit: they are counted from 1, not from 0."),
            (self._counted_from_0, "Plus one pixel they fit: they are counted from 0, not from 1."),
        ):
            if outside <= self.tolerance * self.total:
                return cause
        return (
            "They were likely recorded at another resolution (of the screen, or of the original image) "
            "than that of these files. Give the images as they were shown."
        )


def _outside(x: Floats, y: Floats, size: Size) -> int:
    height, width = size
    # a NaN is outside, too
    return len(x) - int(np.count_nonzero((x >= 0) & (x <= width) & (y >= 0) & (y <= height)))
