"""What all observers of an image did at each of its areas, with intervals over observers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from gazemap.analysis.area_shares import falling_ranks
from gazemap.analysis.looks import AreaLooks, area_looks
from gazemap.errors import DataError
from gazemap.evaluation.intervals import Interval, resampled_means
from gazemap.gaze.shapes import Area, area_label, check_areas, groups_of, members_of
from gazemap.system.plain import plain
from gazemap.types import Floats

if TYPE_CHECKING:
    from gazemap.data.sample import Sample

_UNKNOWN = Interval(np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class MeasuredArea:
    """How an area of an image was looked at. Intervals are bootstrap 95 % over its observers.

    What the data set does not know is NaN, and so is the interval of a single observer.

    Attributes:
        image: its name in the data set.
        name: of the area, or of the group.
        members: how many areas it is put together from; 1 of an area.
        rank: 1 for the greatest share of attention among the image's areas; equal ones have one rank. Groups
            are ranked among groups.
        observers: how many have a fixation in the image.
        size: the area's share of the image's area, in (0, 1].
        attention: the share of all fixations in the image that lie in it.
        times_chance: attention / size.
        fixations: in the area, per observer.
        fixations_in_time: those of them that began within the stated seconds.
        looked: the share of observers with a fixation in it.
        seen: the share of observers whose first fixation in it began within the stated seconds.
        time_to_first: seconds until the first fixation in it began, over those who looked at it.
        fixation_time: seconds of fixations in it, per observer; 0 of those who did not look at it.
        dwell_time: seconds from entries to exits, likewise.
        visits: per observer.
        revisits: per observer.
    """

    image: str
    name: str
    members: int
    rank: int
    observers: int
    size: float
    attention: Interval
    times_chance: Interval
    fixations: Interval
    fixations_in_time: Interval
    looked: Interval
    seen: Interval
    time_to_first: Interval
    fixation_time: Interval
    dwell_time: Interval
    visits: Interval
    revisits: Interval

    @property
    def label(self) -> str:
        """The name, and of a group how many areas it has."""
        return area_label(self.name, self.members)

    def row(self) -> dict[str, Any]:
        """One level of names: NAME, NAME_low and NAME_high of what has an interval; None where not known."""
        values: dict[str, Any] = {}
        for column in fields(self):
            value = getattr(self, column.name)
            if isinstance(value, Interval):
                values |= {
                    column.name: value.mean,
                    f"{column.name}_low": value.low,
                    f"{column.name}_high": value.high,
                }
            else:
                values[column.name] = value
        flat: dict[str, Any] = plain(values)
        return flat


def measured_areas(
    sample: Sample, areas: Sequence[Area], seconds: float
) -> tuple[list[MeasuredArea], list[AreaLooks]]:
    """Each area and each group of an image as its observers looked at it, and every observer's looks.

    Args:
        sample: an image of a data set, with fixations whose observers are known.
        areas: inside of the image.
        seconds: of `seen` and `fixations_in_time`.

    Raises:
        DataError: its fixations, or who made them, are not known.
        InputError: an area that reaches out of the image, or a group that is none.
    """
    known = sample.fixations
    if known is None or (known.observer is None and len(known)):
        raise DataError(
            f"{sample.image_id!r} does not say who looked where, so no observer's looks are known. Import "
            "the data set with its observers."
        )
    check_areas(areas, sample.size)
    groups = groups_of(areas)
    looks = area_looks(known, [*areas, *groups], sample.size, seconds)
    rows = []
    for some in (areas, groups):
        own = [[row for row in looks if row.area == area.name] for area in some]
        rows += _measured(sample, some, own, seconds)
    members = members_of(areas)
    return [replace(row, members=members.get(row.name, 1)) for row in rows], looks


def _measured(
    sample: Sample, areas: Sequence[Area], looks: Sequence[Sequence[AreaLooks]], seconds: float
) -> list[MeasuredArea]:
    """The rows of areas that are ranked among each other."""
    if not areas:
        return []
    sizes = np.array([area.share_of(sample.size) for area in areas])

    def table(value: Callable[[AreaLooks], float | None]) -> Floats:
        """(observers, areas); NaN where not known."""
        found = [[value(row) for row in rows] for rows in looks]
        return np.array(found, dtype=np.float64).reshape(len(areas), -1).T

    total, on = table(lambda row: row.fixations_in_image), table(lambda row: row.fixations)
    first, ones = table(lambda row: row.time_to_first), np.ones_like(on)
    visits = table(lambda row: row.visits)
    is_timed = not np.isnan(visits).any()
    within = np.where(np.isnan(first), 0.0, first <= seconds) if is_timed else np.full_like(on, np.nan)
    columns = _ratios(
        {
            "attention": (on, total),
            "fixations": (on, ones),
            "fixations_in_time": (table(lambda row: row.fixations_in_time), ones),
            "looked": ((on > 0).astype(np.float64), ones),
            "seen": (within, ones),
            "time_to_first": (np.nan_to_num(first), (~np.isnan(first)).astype(np.float64)),
            "fixation_time": (table(lambda row: row.fixation_time), ones),
            "dwell_time": (table(lambda row: row.dwell_time), ones),
            "visits": (visits, ones),
            "revisits": (table(lambda row: row.revisits), ones),
        }
    )
    attention = columns["attention"]
    columns["times_chance"] = [_over(found, size) for found, size in zip(attention, sizes, strict=True)]
    ranks = falling_ranks(np.nan_to_num(np.array([found.mean for found in attention])))
    return [
        MeasuredArea(
            image=sample.image_id,
            name=area.name,
            members=1,
            rank=int(ranks[number]),
            observers=len(on),
            size=float(sizes[number]),
            **{name: found[number] for name, found in columns.items()},
        )
        for number, area in enumerate(areas)
    ]


def _over(found: Interval, size: float) -> Interval:
    return Interval(found.mean / size, found.low / size, found.high / size)


def _ratios(measures: Mapping[str, tuple[Floats, Floats]]) -> dict[str, list[Interval]]:
    """Of each measure and column the sum of the first over that of the second, by observers drawn anew.

    Args:
        measures: by name, both (observers, k); observers are drawn once for all of them.
    """
    above, below = (np.concatenate(parts, axis=1) for parts in zip(*measures.values(), strict=True))
    found = iter(_ratios_of(above, below))
    return {name: [*islice(found, values.shape[1])] for name, (values, _) in measures.items()}


def _ratios_of(above: Floats, below: Floats) -> list[Interval]:
    observers, count = above.shape
    if not observers:
        return [_UNKNOWN] * count
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = above.sum(axis=0) / below.sum(axis=0)
        means = resampled_means(np.concatenate([above, below], axis=1))
        drawn = means[:, :count] / means[:, count:]
    found = []
    for ratio, column in zip(ratios.tolist(), drawn.T, strict=True):
        known = column[~np.isnan(column)]  # not those without anybody who looked
        low, high = np.percentile(known, [2.5, 97.5]) if observers > 1 and len(known) else (np.nan, np.nan)
        found.append(Interval(ratio, float(low), float(high)))
    return found
