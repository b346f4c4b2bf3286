"""Areas of interest of any shape: which points lie in them, and how much of each pixel they cover."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import InputError
from gazemap.gaze.areas import Box
from gazemap.types import Floats, Size

_SMALL = 8  # pixels: of a larger image, areas within one pixel are meant otherwise
_ROUNDING = 1e-6  # pixels that a corner may lie outside of its image
_COVERED = 1e-9  # of a pixel, that two areas may cover together beyond it

Part = tuple[slice, slice]  # rows and columns of an image


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

    @property
    def bounds(self) -> Box:
        """The smallest box around it.

        Raises:
            InputError: it has no pixel.
        """
        if self.pixels is not None:
            if not self.pixels.any():
                raise InputError(f"The mask of {self.name} has no pixel.")
            (top, bottom), (left, right) = (
                np.flatnonzero(self.pixels.any(axis=axis))[[0, -1]].tolist() for axis in (1, 0)
            )
            return Box(self.name, left, top, right - left + 1, bottom - top + 1)
        corners = np.concatenate(self.polygons)
        (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
        return Box(self.name, left, top, right - left, bottom - top)

    def scaled(self, size: Size, into: Size) -> Area:
        """The same part of an image of another size, relative to it; both sizes are (H, W).

        Raises:
            InputError: it is of pixels, which stay what they are, and the sizes differ.
        """
        if size == into:
            return self
        if self.pixels is not None:
            raise InputError(
                f"{self.name} is a mask of an image of {size[1]} x {size[0]} and cannot be taken over to one "
                f"of {into[1]} x {into[0]}. Give the mask of that image, too, or boxes or polygons."
            )
        factors = np.array([into[1] / size[1], into[0] / size[0]])
        return replace(self, polygons=tuple(polygon * factors for polygon in self.polygons))

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
        box = self.bounds
        if min(box.x, box.y, width - box.right, height - box.bottom) < -_ROUNDING:
            raise InputError(
                f"{self.name} reaches from ({box.x:g}, {box.y:g}) to ({box.right:g}, {box.bottom:g}) and out "
                f"of its image of {width} x {height} pixels. Cut it to the image."
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

    def covered(self, size: Size) -> tuple[Part, Floats]:
        """Which part of each pixel of an image of `size` (H, W) lies in it, exactly.

        Returns:
            the rows and columns around it, and of their pixels (h, w) in [0, 1]; elsewhere it is 0.

        Raises:
            InputError: as `check_inside`, or it covers nothing.
        """
        self.check_inside(size)
        box, (height, width) = self.bounds, size
        top, left = (max(int(np.floor(low + _ROUNDING)), 0) for low in (box.y, box.x))
        bottom, right = (
            max(min(int(np.ceil(high - _ROUNDING)), whole), start + 1)
            for high, whole, start in ((box.bottom, height, top), (box.right, width, left))
        )
        part = slice(top, bottom), slice(left, right)
        if self.pixels is not None:
            return part, self.pixels[part].astype(np.float64)
        own = bottom - top, right - left
        # what lies in two of the polygons counts once, but for pixels that both cut
        covered: Floats = np.minimum(
            sum(_covered(polygon - (left, top), own) for polygon in self.polygons), 1.0
        )
        if not covered.any():
            raise InputError(f"{self.name} has no area: its corners lie on one line.")
        return part, covered

    def share_of(self, size: Size) -> float:
        """Its share of the area of an image of `size` (H, W), in (0, 1]."""
        return float(self.covered(size)[1].sum() / (size[0] * size[1]))


def check_areas(areas: Sequence[Area], size: Size) -> None:
    """Refuse areas that results could not tell apart, or that do not lie in an image of `size` (H, W).

    Raises:
        InputError: a name stands for several, one reaches out of the image, or all are shares of it in
            place of pixels.
    """
    repeated = [name for name, count in Counter(area.name for area in areas).items() if count > 1]
    if repeated:
        raise InputError(f"Several areas are named {', '.join(repeated)}; each needs a name of its own.")
    drawn = [area.bounds for area in areas if area.pixels is None]
    if drawn and min(size) > _SMALL and all(max(box.right, box.bottom) <= 1 for box in drawn):
        raise InputError(
            f"All areas lie within the first pixel, such as {drawn[0].name}, which ends at "
            f"({drawn[0].right:g}, {drawn[0].bottom:g}): are these shares of the image? Areas are in pixels; "
            f"multiply x and width by {size[1]}, y and height by {size[0]}."
        )
    for area in areas:
        area.check_inside(size)


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


def members_of(areas: Sequence[Area]) -> dict[str, int]:
    """How many areas each group is put together from."""
    return Counter(area.group for area in areas if area.group)


def area_label(name: str, members: int) -> str:
    """The name of an area, and of a group how many areas it has."""
    return name if members == 1 else f"{name} ({members} areas)"


def _together(name: str, members: Sequence[Area]) -> Area:
    masks = [area.pixels for area in members if area.pixels is not None]
    if not masks:
        return Area(name, tuple(polygon for area in members for polygon in area.polygons))
    if len(masks) < len(members):
        raise InputError(f"The group {name} has masks and polygons; it must have one of the two.")
    return Area(name, pixels=np.any(masks, axis=0))


def overlapping(areas: Sequence[Area], size: Size) -> list[tuple[str, str]]:
    """The names of every two areas that have a part of an image of `size` (H, W) in common."""
    together, parts = np.zeros(size), [area.covered(size) for area in areas]
    for part, covered in parts:
        together[part] += covered
    crowded = together > 1 + _COVERED
    if not crowded.any():
        return []
    found = zip(areas, parts, strict=True)
    named = [(area.name, part, covered) for area, (part, covered) in found if crowded[part].any()]
    return [(a[0], b[0]) for a, b in combinations(named, 2) if _meet(*a[1:], *b[1:])]


def _meet(part: Part, covered: Floats, other: Part, covered_too: Floats) -> bool:
    """Whether two areas have some of a pixel in common, by what they cover around themselves."""
    both = common_part(part, other)
    if both is None:
        return False
    return bool((covered[within(both, part)] + covered_too[within(both, other)]).max() > 1 + _COVERED)


def common_part(one: Part, other: Part) -> Part | None:
    """The rows and columns that two parts of an image have in common; None where there are none."""
    down, across = (
        slice(max(a.start, b.start), min(a.stop, b.stop)) for a, b in zip(one, other, strict=True)
    )
    return (down, across) if down.stop > down.start and across.stop > across.start else None


def within(part: Part, whole: Part) -> Part:
    """A part of an image as rows and columns of a larger part that holds it."""
    down, across = (slice(a.start - b.start, a.stop - b.start) for a, b in zip(part, whole, strict=True))
    return down, across


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
    covered: Floats = np.abs(np.cumsum(added, axis=1)[:, :width]).round(12).clip(0, 1)
    return covered
