"""How much of the predicted attention falls on each area of an image, and how likely it is seen in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazemap.analysis.seen import check_seconds, fixations_begun, seen_within
from gazemap.gaze.shapes import (
    Area,
    Part,
    area_label,
    check_areas,
    common_part,
    groups_of,
    members_of,
    overlapping,
    within,
)
from gazemap.prediction.prediction import Prediction
from gazemap.types import Floats

SECONDS = 2.0  # within which an area is seen, where nobody says so
_SLIVER = 1e-6  # pixels of an area that rounding alone leaves in a fold


@dataclass(frozen=True)
class AreaShare:
    """What is predicted for one area. The names are the columns of the table in files.

    Attributes:
        name: of the area, or of the group.
        members: how many areas it is put together from; 1 of an area.
        rank: 1 for the greatest share of attention in the fold; equal ones have one rank. Groups are ranked
            among groups.
        attention: the share of the density that falls on it, in [0, 1].
        size: its share of the fold's area, in (0, 1].
        times_chance: attention / size: 1 where it is looked at as often as if all pixels were alike.
        seen: the probability that an observer looks at it within the stated seconds, see `seen_within`.
        fixations_in_time: how many fixations of an observer on it are expected to begin in these seconds.
        x: the left edge of the area, or of the box around it; pixels of the image from 0.
        y: its upper edge.
        width: in pixels.
        height: in pixels.
        fold: the fold that it lies in, of which all of these are shares; 1 of an image that is seen at once.
    """

    name: str
    members: int
    rank: int
    attention: float
    size: float
    times_chance: float
    seen: float
    fixations_in_time: float
    x: float
    y: float
    width: float
    height: float
    fold: int

    @property
    def label(self) -> str:
        """The name, and of a group how many areas it has."""
        return area_label(self.name, self.members)


@dataclass(frozen=True)
class _Part:
    """What lies of an area in a fold: pixels of the image, and shares of the fold."""

    name: str
    x: float
    y: float
    right: float
    bottom: float
    size: float
    attention: float


def area_shares(prediction: Prediction, areas: Sequence[Area], seconds: float = SECONDS) -> list[AreaShare]:
    """The share of each fold's attention on each area that lies in it, then on each group.

    Args:
        prediction: of an image, seen at once or fold by fold.
        areas: inside of it. One that lies in several folds has a row for its part in each, also where folds
            overlap. Where areas overlap, both count what they have in common.
        seconds: since the image, or the fold, appeared.

    Returns:
        of each fold the areas, greatest share first, then the groups, likewise.

    Raises:
        InputError: areas that reach out of the image, two of one name, a group that is none, or seconds that
            are not over 0.
    """
    check_seconds(seconds)
    size = prediction.placement.size
    check_areas(areas, size)
    members = members_of(areas)
    kinds = [[(area, *area.covered(size)) for area in some] for some in (areas, groups_of(areas))]
    return [
        row
        for part in prediction.folds
        for some in kinds
        for row in _ranked([*_parts(part, some)], members, seconds, part.fold.number)
    ]


def _parts(prediction: Prediction, areas: Sequence[tuple[Area, Part, Floats]]) -> Iterator[_Part]:
    """What lies in one fold."""
    fold, density = prediction.fold.part, prediction.density
    for area, place, covered in areas:
        part = common_part(place, fold)
        if part is None:
            continue
        inside = covered[within(part, place)]
        pixels = float(inside.sum())
        if pixels <= _SLIVER:
            continue
        rows, columns = (np.flatnonzero((inside > _SLIVER).any(axis=axis)) for axis in (1, 0))
        top, left, box = part[0].start, part[1].start, area.bounds
        yield _Part(
            name=area.name,
            x=max(box.x, float(left + columns[0])),
            y=max(box.y, float(top + rows[0])),
            right=min(box.right, float(left + columns[-1] + 1)),
            bottom=min(box.bottom, float(top + rows[-1] + 1)),
            size=pixels / density.size,
            attention=float((density[within(part, fold)] * inside).sum()),
        )


def _ranked(parts: Sequence[_Part], members: dict[str, int], seconds: float, fold: int) -> list[AreaShare]:
    """Rows in order of their ranks."""
    attention = np.array([part.attention for part in parts])
    seen, count = seen_within(attention, seconds), fixations_begun(seconds)
    rows = [
        AreaShare(
            name=part.name,
            members=members.get(part.name, 1),
            rank=int(rank),
            attention=part.attention,
            size=part.size,
            times_chance=part.attention / part.size,
            seen=float(probability),
            fixations_in_time=part.attention * count,
            x=part.x,
            y=part.y,
            width=part.right - part.x,
            height=part.bottom - part.y,
            fold=fold,
        )
        for part, rank, probability in zip(parts, falling_ranks(attention), seen, strict=True)
    ]
    return sorted(rows, key=lambda row: row.rank)


def falling_ranks(values: Floats) -> NDArray[np.intp]:
    """(n,): 1 for the greatest of n values; equal ones have one rank.

    Sums taken in another order differ in their last digits, which do not count.
    """
    falling = -values.round(12)
    return np.asarray(1 + np.searchsorted(np.sort(falling), falling))


def share_notes(prediction: Prediction, areas: Sequence[Area], rows: Sequence[AreaShare]) -> list[str]:
    """What was assumed of the image, and what to mind of the shares of its areas, in sentences."""
    notes = [*(f"{note}." for note in prediction.notes), *cut_notes(rows)]
    if len(prediction.folds) > 1:
        notes.append("Of each fold, the seconds begin when it comes into view.")
    return notes + overlap_notes(prediction, areas)


def overlap_notes(prediction: Prediction, areas: Sequence[Area]) -> list[str]:
    """Areas of the image that have a part in common, in sentences."""
    return [
        f"{a} and {b} overlap: attention on both of them counts for each."
        for a, b in overlapping(areas, prediction.placement.size)
    ]


def cut_notes(rows: Sequence[AreaShare]) -> list[str]:
    """Areas that lie in several folds, in sentences."""
    folds: dict[str, list[int]] = {}
    for row in rows:
        folds.setdefault(row.name, []).append(row.fold)
    return [
        f"{name} lies in folds {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}: each row is its part "
        "there, and that part's share of the fold."
        for name, numbers in folds.items()
        if len(numbers) > 1
    ]
