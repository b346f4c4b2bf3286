"""Areas of interest of any shape: which points lie in them, and how much of each pixel they cover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import InputError
from gazemap.gaze.areas import Box
from gazemap.types import Floats, Size

_ROUNDING = 1e-6  # pixels that a corner may lie outside of its image
_COVERED = 1e-9  # of a pixel, that two areas may cover together beyond it


@dataclass(frozen=True, eq=False)
class Area:
    """A part of an image that somebody has named: polygons, or pixels.

    Attributes:
        name: for people.
        polygons: each (k, 2), the corners' x and y in pixels of the image from 0; edges must not cross. A
            point is in the area if it is in any of them. Left and upper edges belong to it, others do not.
        pixels: (H, W), which pixels of its image it has, in place of polygons.
        group: what it is put together with; "" for nothing.
    """

    name: str
    polygons: tuple[Floats, ...] = ()
    pixels: NDArray[np.bool_] | None = field(default=None, repr=False)
    group: str = ""

    @classmethod
    def of_box(cls, box: Box, group: str = "") -> Area:
        """The area of a box."""
        left, top, right, bottom = box.x, box.y, box.right, box.bottom
        corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], dtype=np.float64)
        return cls(box.name, (corners,), group=group)

    def check_inside(self, size: Size) -> None:
        """Refuse an area that does not lie in an image of `size` (H, W).

        Raises:
            InputError: it reaches out of the image, or its mask is of another size.
        """
        height, width = size
        if self.pixels is not None:
            if self.pixels.shape != size:
                rows, columns = self.pixels.shape
                raise InputError(
                    f"The mask of {self.name} is {columns} x {rows} pixels and its image {width} x {height}; "
                    "both must have one size."
                )
            return
        corners = np.concatenate(self.polygons)
        low, high = corners.min(axis=0), corners.max(axis=0)
        if low.min() < -_ROUNDING or (high > np.array([width, height]) + _ROUNDING).any():
            raise InputError(
                f"{self.name} reaches from ({low[0]:g}, {low[1]:g}) to ({high[0]:g}, {high[1]:g}) and out of "
                f"its image of {width} x {height} pixels. Cut it to the image."
            )

    def holds(self, x: Floats, y: Floats, size: Size) -> NDArray[np.bool_]:
        """(n,): which points of an image of `size` (H, W) lie in it; none that lie outside of the image.

        A point on the image's right or lower edge counts as one of the last pixel.
        """
        height, width = size
        inside = (x >= 0) & (x <= width) & (y >= 0) & (y <= height)
        across, down = np.minimum(x, np.nextafter(width, 0)), np.minimum(y, np.nextafter(height, 0))
        if self.pixels is not None:
            rows, columns = (np.where(inside, values, 0).astype(np.intp) for values in (down, across))
            return np.asarray(inside & self.pixels[rows, columns])
        windings = [_windings(polygon, across, down) != 0 for polygon in self.polygons]
        return np.asarray(inside & np.any(windings, axis=0))

    def coverage(self, size: Size) -> Floats:
        """(H, W) in [0, 1]: which part of each pixel of an image of `size` (H, W) lies in it, exactly.

        Raises:
            InputError: as `check_inside`.
        """
        self.check_inside(size)
        if self.pixels is not None:
            return self.pixels.astype(np.float64)
        # what lies in two of the polygons counts once, but for pixels that both cut
        covered: Floats = np.minimum(sum(_covered(polygon, size) for polygon in self.polygons), 1.0)
        return covered


def groups_of(areas: Sequence[Area]) -> list[Area]:
    """An area for each group, of all that its members have.

    Raises:
        InputError: a group has masks and polygons, or the name of an area.
    """
    named: dict[str, list[Area]] = {}
    for area in areas:
        if area.group:
            named.setdefault(area.group, []).append(area)
    taken = sorted(named.keys() & {area.name for area in areas})
    if taken:
        raise InputError(f"{', '.join(taken)}: an area and a group have this name; each needs its own.")
    return [_together(name, members) for name, members in named.items()]


def _together(name: str, members: Sequence[Area]) -> Area:
    masks = [area.pixels for area in members if area.pixels is not None]
    if not masks:
        return Area(name, tuple(polygon for area in members for polygon in area.polygons))
    if len(masks) < len(members):
        raise InputError(f"The group {name} has masks and polygons; it must have one of the two.")
    return Area(name, pixels=np.any(masks, axis=0))


def overlapping(areas: Sequence[Area], size: Size) -> list[tuple[str, str]]:
    """The names of every two areas that have a part of an image of `size` (H, W) in common."""
    parts = [(area.name, area.coverage(size)) for area in areas]
    return [(a, b) for (a, one), (b, other) in combinations(parts, 2) if (one + other).max() > 1 + _COVERED]


def _windings(polygon: Floats, x: Floats, y: Floats) -> NDArray[np.int64]:
    """(n,): how often the polygon runs around each point; 0 outside (Sunday 2001, the winding number)."""
    windings = np.zeros(len(x), dtype=np.int64)
    for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        crosses = (y0 <= y) != (y1 <= y)
        right_of = x < x0 + (y - y0) * (x1 - x0) / (y1 - y0)
        windings += (crosses & right_of) * (1 if y1 > y0 else -1)
    return windings


def _covered(polygon: Floats, size: Size) -> Floats:
    """(H, W): the part of each pixel inside, by the signed area to the right of each edge.

    Edges are cut at the lines between pixels; each piece adds the area between it and its pixel's right side
    there, and its height to all pixels right of that one, which a running sum along the rows does.
    """
    height, width = size
    added = np.zeros((height, width + 2))
    corners = np.clip(polygon, 0, [width, height])
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        run = end - start
        if not run[1]:
            continue
        cuts = [np.array([0.0, 1.0])]
        for axis in (0, 1):
            low, high = sorted((start[axis], end[axis]))
            lines = np.arange(np.floor(low) + 1, np.ceil(high))
            cuts.append((lines - start[axis]) / run[axis] if len(lines) else lines)
        points = start + np.sort(np.concatenate(cuts))[:, None] * run
        falls, middle = np.diff(points[:, 1]), (points[1:] + points[:-1]) / 2
        rows = np.minimum(middle[:, 1].astype(np.intp), height - 1)
        columns = np.minimum(middle[:, 0].astype(np.intp), width - 1)
        left = middle[:, 0] - columns
        np.add.at(added, (rows, columns), falls * (1 - left))
        np.add.at(added, (rows, columns + 1), falls * left)
    covered: Floats = np.abs(np.cumsum(added, axis=1)[:, :width]).clip(0, 1)
    return covered
