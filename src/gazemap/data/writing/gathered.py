"""The points of an import as they stand in its files, kept for finding out what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gazemap.data.writing.frames import Frame
from gazemap.gaze.fixations import Fixations
from gazemap.gaze.lost_samples import is_lost, places
from gazemap.types import Floats, Size

_KEPT = 1_000_000  # points, of more the first
_MOST = 0.5  # of the points outside: where more say -1, they are no looks beside the picture
_CHANCE = 20  # times as many points as by chance in a pixel may lie at one exact place, of whole pixels


@dataclass(frozen=True, eq=False)
class Points:
    """Points as they stand in a file, (n,) each, with their images' sides and observers ("" unknown)."""

    x: Floats
    y: Floats
    height: Floats
    width: Floats
    observer: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.x)

    def where(self, chosen: NDArray[np.bool_]) -> Points:
        """The points for which `chosen`, (n,), is true."""
        return Points(*(values[chosen] for values in vars(self).values()))

    def placed(self, frame: Frame) -> tuple[Floats, Floats]:
        """Where they lie in their images by a frame, in pixels."""
        return frame.place(self.x, self.y, self.height, self.width)

    def outside(self, frame: Frame) -> NDArray[np.bool_]:
        """(n,): which lie outside their images by a frame; NaN does, too."""
        x, y = self.placed(frame)
        return ~((x >= 0) & (x <= self.width) & (y >= 0) & (y <= self.height))

    def missing(self, frame: Frame, share: float) -> NDArray[np.bool_]:
        """(n,): which are missing samples rather than places: not finite, or many at one exact place.

        Args:
            frame: that the import takes them by.
            share: of all points, over which one place holds more than chance puts there. Only corners
                of the image, signs of lost samples and places outside of the image are looked at.
        """
        found = ~(np.isfinite(self.x) & np.isfinite(self.y))
        signs, outside = is_lost(self.x, self.y), self.outside(frame)
        if (signs & outside).sum() > share * len(self):  # also of several kinds, each of them rare
            found |= signs & outside
        lone = outside & ((self.x == -1) ^ (self.y == -1))  # in one of the two alone
        if lone.sum() > max(share * len(self), _MOST * outside.sum()):
            found |= lone
        suspicious = outside | signs | self._in_corner(frame)
        by_chance = float((1 / (self.width * self.height)).sum())
        for (x, y), count in places(self.x[suspicious], self.y[suspicious]):
            if not count > max(1 + _CHANCE * by_chance, share * len(self)):
                break  # the most common come first
            found |= (self.x == x) & (self.y == y)
        return found

    def _in_corner(self, frame: Frame) -> NDArray[np.bool_]:
        """(n,): exactly in a corner of the image, or in the center of a corner's pixel where pixels count."""
        x, y = self.placed(frame)
        inset = 0.5 if frame.convention in ("pixel", "one-based") else 0.0
        across, down = (
            (values == 0) | (values == inset) | (values == side - inset) | (values == side)
            for values, side in ((x, self.width), (y, self.height))
        )
        return np.asarray(across & down)


@dataclass(eq=False)
class Gathering:
    """Collects the points of one image after another, up to a million."""

    _parts: list[Points] = field(default_factory=list)
    _kept: int = 0

    def add(self, fixations: Fixations, size: Size) -> None:
        """Keep the points of an image of `size` (H, W), as they stand in the file."""
        count = min(len(fixations), _KEPT - self._kept)
        if count <= 0:
            return
        self._kept += count
        observer = np.full(count, "", dtype=object)
        if fixations.observer is not None:
            observer[:] = fixations.observer[:count]
        height, width = (np.full(count, float(side)) for side in size)
        self._parts.append(Points(fixations.x[:count], fixations.y[:count], height, width, observer))

    def points(self) -> Points:
        """All that was kept."""
        nothing = np.empty(0)
        parts = [Points(nothing, nothing, nothing, nothing, np.empty(0, dtype=object)), *self._parts]
        columns = zip(*(vars(part).values() for part in parts), strict=True)
        return Points(*(np.concatenate(column) for column in columns))
