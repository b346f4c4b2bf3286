"""Two designs side by side: where does attention go in one and not in the other, and by how much?"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gazemap.analysis.area_shares import AreaShare
from gazemap.errors import InputError
from gazemap.gaze.shapes import Area, check_areas, groups_of
from gazemap.metrics import cc, kld, resize, sim
from gazemap.types import Floats, Size


@dataclass(frozen=True, eq=False)
class DesignDifference:
    """Two densities on one grid, and how alike they are.

    Attributes:
        a: (h, w), sums to 1.
        b: of the same shape.
        cc: correlation of the two, in [-1, 1]; NaN where one is uniform.
        sim: similarity, in [0, 1]; 1 for equal densities.
        kld_a_b: KL(a || b) in nats, 0 for equal densities: how badly b predicts where people look in a.
        kld_b_a: KL(b || a).
        total_variation: in [0, 1]: the share of attention that lies elsewhere, 1 - sim.
    """

    a: Floats
    b: Floats
    cc: float
    sim: float
    kld_a_b: float
    kld_b_a: float
    total_variation: float


@dataclass(frozen=True)
class AreaChange:
    """The attention on one area in two designs, A and B.

    Attributes:
        a: the area in A; its `rank` is that among A's areas. Where it lies in several folds, its largest
            part.
        b: the same in B.
        is_taken_over: whether nobody said where it lies in B, so that it is looked for where it lies in A.
    """

    a: AreaShare
    b: AreaShare
    is_taken_over: bool = False

    @property
    def name(self) -> str:
        """Of the area, or of the group."""
        return self.a.name

    @property
    def change(self) -> float:
        """B's share of attention less A's, in [-1, 1]."""
        return self.b.attention - self.a.attention

    def row(self) -> dict[str, str | float]:
        """The area's row in the table: attention, times chance and `seen` in both, then where it lies.

        `place_b` is "given", or "from A" where the place in B is that in A.
        """
        a, b = asdict(self.a), asdict(self.b)
        pairs = {
            f"{key}_{side}": values[key]
            for key in ("attention", "times_chance", "seen", "fold", "x", "y", "width", "height")
            for side, values in (("a", a), ("b", b))
        }
        place = "from A" if self.is_taken_over else "given"
        return {"name": self.name, "change": self.change, **pairs, "place_b": place}


def compare_designs(a: NDArray[np.floating], b: NDArray[np.floating]) -> DesignDifference:
    """Compare two densities of any sizes at the same relative positions.

    Both are resized to the lesser height and the lesser width; densities of equal sizes are taken as they
    are. Designs of different aspects are stretched onto each other.

    Args:
        a: (H, W), sums to 1.
        b: (H', W'), sums to 1.
    """
    size = min(a.shape[0], b.shape[0]), min(a.shape[1], b.shape[1])
    first, second = on_grid(a, size), on_grid(b, size)
    return DesignDifference(
        a=first,
        b=second,
        cc=float(cc(first, second)),
        sim=float(sim(first, second)),
        # never negative, but for the metric's epsilon
        kld_a_b=max(float(kld(second, first)), 0.0),
        kld_b_a=max(float(kld(first, second)), 0.0),
        total_variation=float(np.abs(first - second).sum() / 2),
    )


def on_grid(density: NDArray[np.floating], size: Size) -> Floats:
    """A density (H, W) at another size (h, w), bilinear and antialiased; sums to 1 again."""
    placed = np.asarray(resize(density, size), dtype=np.float64)
    normalized: Floats = placed / placed.sum()
    return normalized


def paired_areas(
    areas: Sequence[Area], areas_b: Sequence[Area], sizes: tuple[Size, Size], screens: tuple[Size, Size]
) -> tuple[list[Area], set[str]]:
    """Where the first design's areas lie in the second, in the order of the first.

    Args:
        areas: in pixels of the first design.
        areas_b: those that lie elsewhere in the second, in its pixels. All others are taken over: they are
            looked for at the same place, relative to what is seen at once.
        sizes: (H, W) of both designs.
        screens: (H, W) of what is seen of each at once: the designs themselves, or their folds.

    Returns:
        the areas, with the groups of the first, and the names of those that were taken over.

    Raises:
        InputError: an area reaches out of its design, an area of the second is none of the first, or a mask
            is to be taken over to a design of another size.
    """
    check_areas(areas, sizes[0])
    check_areas(areas_b, sizes[1])
    groups = {area.name: area.group for area in areas}
    second = {area.name: replace(area, group=groups.get(area.name, "")) for area in areas_b}
    unknown = second.keys() - groups.keys()
    if unknown:
        raise InputError(
            f"Areas of B must be areas of A, too; A has no {', '.join(sorted(unknown))}. Its areas are "
            f"{', '.join(groups) or 'none'}."
        )
    taken_over = [area for area in areas if area.name not in second]
    try:
        placed = [area.scaled(*screens) for area in taken_over]
        check_areas(placed, sizes[1])
    except InputError as error:
        raise InputError(f"Places taken over from A do not fit B: say where they are. {error}") from None
    second |= {area.name: area for area in placed}
    return [second[area.name] for area in areas], {area.name for area in taken_over}


def area_changes(
    areas: Sequence[Area], a: Sequence[AreaShare], b: Sequence[AreaShare], taken_over: Container[str] = ()
) -> list[AreaChange]:
    """Each area's share of attention in two designs, in the order of `areas`, then each group's.

    Args:
        areas: of the first design.
        a: their shares in the first design. Of an area in several folds its largest part is taken, where
            equal the first.
        b: the same of the second.
        taken_over: the names of areas whose place in the second is that in the first. A group is taken over
            with one of its areas.
    """
    first, second = largest_parts(a), largest_parts(b)
    moved = {area.group for area in areas if area.group and area.name in taken_over}
    return [
        AreaChange(first[area.name], second[area.name], area.name in taken_over or area.name in moved)
        for area in [*areas, *groups_of(areas)]
    ]


def largest_parts(rows: Sequence[AreaShare]) -> dict[str, AreaShare]:
    """Name -> the row of the area or group; of one that lies in several folds, that of its largest part."""
    found: dict[str, AreaShare] = {}
    for row in rows:
        if row.name not in found or row.size > found[row.name].size:
            found[row.name] = row
    return found
