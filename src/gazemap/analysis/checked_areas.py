"""Whether areas of an image are as is required of them, how near that is, and what noise could change."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gazemap.analysis.area_shares import AreaShare, falling_ranks
from gazemap.analysis.designs import largest_parts
from gazemap.analysis.requirements import Requirement
from gazemap.analysis.seen import seen_within
from gazemap.errors import InputError
from gazemap.types import Floats

# the part of itself by which an area's share changes where the image is moved by a pixel: the worst 95th
# percentile that benchmarks/check_noise.py measures; docs/how-to/check.md has the table
TOLERANCE = 0.15


@dataclass(frozen=True)
class CheckedRequirement:
    """A requirement of an area of an image, and what is predicted there.

    Attributes:
        image: the name of the image's file.
        requirement: what is required.
        area: what is predicted for the area; where it lies in several folds, for its largest part.
        found: how much the quantity is.
        before: the area's share in the baseline; None where no drop is asked for.
        is_met: whether it is as required.
        is_close: whether a share that differs by the tolerance would be answered otherwise; never of a drop
            that may be as large as the tolerance.
    """

    image: str
    requirement: Requirement
    area: AreaShare
    found: float
    before: float | None
    is_met: bool
    is_close: bool

    @property
    def how_near(self) -> str:
        """How far it is from what is required, as text."""
        return f"{self.requirement.shown_margin(self.found)}{', within noise' if self.is_close else ''}"

    @property
    def reason(self) -> str:
        """What it is and what it must be, in a sentence."""
        own = self.requirement
        within = "" if own.seconds is None else f" in {own.seconds:g} s"
        since = (
            "" if self.before is None else f", from a share of {self.before:.2%} to {self.area.attention:.2%}"
        )
        near = "; it is within noise of the model" if self.is_close else ""
        return (
            f"{own.area}: {own.quantity}{within} is {own.shown(self.found)}{since}, and must be "
            f"{own.comparison} {own.shown(own.value)}{near}."
        )


def check_requirements(
    image: str,
    requirements: Sequence[Requirement],
    rows: Sequence[AreaShare],
    *,
    groups: Collection[str] = (),
    before: Mapping[str, float] | None = None,
    tolerance: float = TOLERANCE,
) -> list[CheckedRequirement]:
    """Each requirement of the areas of one image, in their order.

    Args:
        image: its name.
        requirements: of areas among `rows`.
        rows: what is predicted for its areas and groups, see `area_shares`.
        groups: which of their names are groups', which are ranked among themselves.
        before: name -> the share in the baseline, for those whose drop is asked for.
        tolerance: the part of itself that a share may be off by.

    Raises:
        InputError: an area has no row, since it is too small, or its drop is asked for without its share.
    """
    parts, known, found = largest_parts(rows), before or {}, []
    for own in requirements:
        if own.area not in parts:
            raise InputError(
                f"{own.area} covers no part of a pixel of {image}, so that nothing is predicted for it."
            )
        area = parts[own.area]
        share = known.get(own.area) if own.quantity == "drop" else None
        alike = [
            row for row in rows if row.fold == area.fold and (row.name in groups) == (area.name in groups)
        ]
        others = np.array([row.attention for row in alike if row.name != area.name])
        here, low, high = (
            _amount(own, area, min(area.attention * factor, 1.0), others, share)
            for factor in (1.0, 1 - tolerance, 1 + tolerance)
        )
        allows_noise = own.quantity == "drop" and own.value >= tolerance  # a drop so small says nothing
        is_close = own.is_met_by(low) != own.is_met_by(high) and not allows_noise
        found.append(CheckedRequirement(image, own, area, here, share, own.is_met_by(here), is_close))
    return found


def _amount(
    requirement: Requirement, area: AreaShare, attention: float, others: Floats, before: float | None
) -> float:
    """How much the quantity is, if so much attention falls on the area.

    Args:
        requirement: whose quantity.
        area: of which its size is taken.
        attention: the share.
        others: (n,) the shares of the other areas that it is ranked among.
        before: the share in the baseline.
    """
    match requirement.quantity:
        case "share":
            return attention
        case "times chance":
            return attention / area.size
        case "seen":
            assert requirement.seconds is not None
            return float(seen_within(np.array([attention]), requirement.seconds)[0])
        case "rank":
            return float(falling_ranks(np.append(others, attention))[-1])
        case "drop":
            if before is None:
                raise InputError(
                    f"What {requirement.area} has lost is not known: there is no baseline of it."
                )
            return 1 - attention / before if before else 0.0
