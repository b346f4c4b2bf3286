"""How each observer looked at each area of an image: the measures of areas of interest of eye tracking.

Names are those of Holmqvist, Nystrom, Andersson, Dewhurst, Jarodzka and van de Weijer (2011), Eye Tracking: A
Comprehensive Guide to Methods and Measures, chapters 6 and 13.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazemap.gaze.fixations import Fixations
from gazemap.gaze.shapes import Area
from gazemap.types import Floats, Size


@dataclass(frozen=True)
class AreaLooks:
    """How one observer looked at one area of one image. What the data set does not know is None.

    Attributes:
        observer: the name.
        area: the name of the area, or of the group.
        fixations: how many lie in the area.
        fixations_in_image: how many lie in the image.
        fixations_in_time: how many of those in the area began within the stated seconds.
        fixation_time: the durations of the fixations in the area, summed, in seconds (total fixation time).
        dwell_time: the time in the area, from each entry to the exit, summed over visits, in seconds (total
            dwell time): as `fixation_time`, with the saccades between two fixations of one visit.
        time_to_first: when the first fixation in the area began, in seconds since the image appeared; None,
            too, where the observer never looked at it (time to first fixation).
        visits: how often it was entered: runs of fixations in it, one after the other (number of dwells).
        revisits: visits but the first (returns).
    """

    observer: str
    area: str
    fixations: int
    fixations_in_image: int
    fixations_in_time: int | None
    fixation_time: float | None
    dwell_time: float | None
    time_to_first: float | None
    visits: int | None
    revisits: int | None


def area_looks(fixations: Fixations, areas: Sequence[Area], size: Size, seconds: float) -> list[AreaLooks]:
    """Each observer's looks at each area, observer by observer, in the order of the areas.

    Without onsets the order of the fixations is not known, and so no visits. A fixation outside of the image
    ends a visit. Where areas overlap, a fixation on both counts for each.

    Args:
        fixations: of an image of that size, with observers.
        areas: inside of the image.
        size: (H, W) of the image.
        seconds: of `fixations_in_time`, since the image appeared.
    """
    rows = []
    for observer in fixations.observers:
        own = fixations.of_observer(observer)
        if own.onset is not None:
            order = np.argsort(own.onset, kind="stable")
            own = Fixations(**{name: values[order] for name, values in own.columns.items()})
        inside = int(own.inside(size).sum())
        for area in areas:
            holds = area.holds(own.x, own.y, size)
            early = None if own.onset is None else int((holds & (own.onset <= seconds)).sum())
            rows.append(_looks(own, area, holds, (inside, early), observer))
    return rows


def _looks(
    own: Fixations, area: Area, holds: NDArray[np.bool_], counts: tuple[int, int | None], observer: str
) -> AreaLooks:
    """One row.

    Args:
        own: the observer's fixations, in the order of their onsets where these are known.
        area: looked at.
        holds: (n,) which of them lie in it.
        counts: how many lie in the image, and how many lie in the area and began in time.
        observer: the name.
    """
    first = visits = None
    if own.onset is not None:
        entries, _ = _runs(holds)
        first, visits = float(own.onset[entries[0]]) if len(entries) else None, len(entries)
    return AreaLooks(
        observer=observer,
        area=area.name,
        fixations=int(holds.sum()),
        fixations_in_image=counts[0],
        fixations_in_time=counts[1],
        fixation_time=None if own.duration is None else float(own.duration[holds].sum()),
        dwell_time=_dwell_time(own.onset, own.duration, holds),
        time_to_first=first,
        visits=visits,
        revisits=None if visits is None else max(visits - 1, 0),
    )


def _dwell_time(onset: Floats | None, duration: Floats | None, holds: NDArray[np.bool_]) -> float | None:
    """Seconds from each entry to the exit, summed."""
    if onset is None or duration is None:
        return None
    entries, exits = _runs(holds)
    return float((onset[exits] + duration[exits] - onset[entries]).sum())


def _runs(holds: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The first and the last index of each run of True."""
    steps = np.diff(holds.astype(np.int8), prepend=0, append=0)
    return np.flatnonzero(steps == 1), np.flatnonzero(steps == -1) - 1
