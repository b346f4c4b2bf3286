"""Two designs side by side: where does attention go in one and not in the other, and by how much?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from gazemap.analysis.regions import RegionShare, box_shares
from gazemap.errors import InputError
from gazemap.gaze.areas import Box, check_inside, check_names
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
class RegionChange:
    """The attention on one region in two designs, A and B.

    Attributes:
        a: the region in A; its `rank` is that among A's regions.
        b: the same in B.
    """

    a: RegionShare
    b: RegionShare

    @property
    def name(self) -> str:
        """Of the region."""
        return self.a.name

    @property
    def change(self) -> float:
        """B's share of attention less A's, in [-1, 1]."""
        return self.b.attention - self.a.attention

    def row(self) -> dict[str, str | float]:
        """The region's row in the table: attention and times chance in both designs, then where it lies."""
        a, b = asdict(self.a), asdict(self.b)
        pairs = {
            f"{key}_{side}": values[key]
            for key in ("attention", "times_chance", "x", "y", "width", "height")
            for side, values in (("a", a), ("b", b))
        }
        return {"name": self.name, "change": self.change, **pairs}


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


def paired_boxes(boxes: Sequence[Box], boxes_b: Sequence[Box] | None, sizes: tuple[Size, Size]) -> list[Box]:
    """Where the first design's regions lie in the second, in the order of the first.

    Args:
        boxes: in pixels of the first design.
        boxes_b: of the same names, in pixels of the second; None for the same relative positions.
        sizes: (H, W) of both designs.

    Raises:
        InputError: a box reaches out of its design, or only one design has a region of some name.
    """
    check_names(boxes)
    check_inside(boxes, sizes[0])
    if boxes_b is None:
        return [box.scaled(*sizes) for box in boxes]
    check_names(boxes_b)
    check_inside(boxes_b, sizes[1])
    second = {box.name: box for box in boxes_b}
    lonely = second.keys() ^ {box.name for box in boxes}
    if lonely:
        raise InputError(
            f"Every region must be given in both designs; only one has {', '.join(sorted(lonely))}."
        )
    return [second[box.name] for box in boxes]


def region_changes(
    a: NDArray[np.floating], b: NDArray[np.floating], boxes: Sequence[Box], boxes_b: Sequence[Box]
) -> list[RegionChange]:
    """Each region's share of attention in two designs, in the order of `boxes`.

    Args:
        a: (H, W), sums to 1.
        b: (H', W'), sums to 1.
        boxes: in pixels of the first design.
        boxes_b: the same regions in the second, see `paired_boxes`.

    Raises:
        InputError: boxes that reach out of their density.
    """
    first = {row.name: row for row in box_shares(a, boxes)}
    second = {row.name: row for row in box_shares(b, boxes_b)}
    return [RegionChange(first[box.name], second[box.name]) for box in boxes]
