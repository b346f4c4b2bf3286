"""Two designs side by side: where does attention go in one and not in the other, and by how much?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazemap.analysis.regions import box_shares
from gazemap.errors import InputError
from gazemap.gaze.areas import Box, check_inside, check_names
from gazemap.metrics import cc, kld, resize, sim
from gazemap.types import Floats


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
    """A region's share of attention in two designs.

    Attributes:
        name: of the region.
        a: its share of the first density, in [0, 1].
        b: its share of the second.
        change: b - a.
        ratio_a: times as much as by chance, in the first.
        ratio_b: in the second.
    """

    name: str
    a: float
    b: float
    change: float
    ratio_a: float
    ratio_b: float


def compare_designs(a: NDArray[np.floating], b: NDArray[np.floating]) -> DesignDifference:
    """Compare two densities of any sizes, place by relative place.

    Both are laid on one grid, which has the lesser height and the lesser width: exact for equal sizes.
    Designs of another aspect are stretched onto each other.

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


def on_grid(density: NDArray[np.floating], size: tuple[int, int]) -> Floats:
    """A density (H, W) at another size (h, w), bilinear and antialiased; sums to 1 again."""
    placed = np.asarray(resize(density, size), dtype=np.float64)
    normalized: Floats = placed / placed.sum()
    return normalized


def paired_boxes(
    boxes: Sequence[Box], boxes_b: Sequence[Box] | None, sizes: tuple[tuple[int, int], tuple[int, int]]
) -> list[Box]:
    """Where the first design's regions lie in the second, in the order of the first.

    Args:
        boxes: in pixels of the first design.
        boxes_b: of the same names, in pixels of the second; None for the same relative places.
        sizes: (H, W) of both designs.

    Raises:
        InputError: boxes that reach out of their design, or names that only one design has.
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
            f"In only one of the two designs: {', '.join(sorted(lonely))}. Give every region in both."
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
    pairs = [(first[box.name], second[box.name]) for box in boxes]
    return [RegionChange(p.name, p.share, q.share, q.share - p.share, p.ratio, q.ratio) for p, q in pairs]
