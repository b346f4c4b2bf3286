"""The points of an import on their way into a data set: placed in their images, looked at, and counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from gazemap.data.writing.conventions import ConventionCheck
from gazemap.data.writing.frames import IMAGE, Frame
from gazemap.data.writing.items import ImportedSet, Item
from gazemap.data.writing.times import TimeCheck, in_seconds
from gazemap.errors import DataError
from gazemap.gaze.fixations import Fixations
from gazemap.gaze.lost_samples import is_lost
from gazemap.types import Size


@dataclass(eq=False)
class WrittenPoints:
    """All points of one import.

    Attributes:
        source: what is imported.
        total: how many points it has.
        observers: who looked.
    """

    source: ImportedSet
    total: int = 0
    observers: set[str] = field(default_factory=set)
    _outside: int = 0
    _lost: int = 0
    _infinite: int = 0

    @cached_property
    def _places(self) -> ConventionCheck:
        source = self.source
        return ConventionCheck(source.frame, source.tolerance, source.outside, source.missing)

    @cached_property
    def _times(self) -> TimeCheck:
        return TimeCheck(self.source.time, self.source.onset_from, self.source.info.viewing_seconds)

    def of_image(self, raw: Fixations, size: Size, item: Item) -> Fixations:
        """The points of one image of `size` (H, W) that are written, in its pixels and in seconds.

        Args:
            raw: as they stand in the file.
            size: of the image.
            item: that they belong to.

        Raises:
            DataError: the points looked at so far do not fit their images.
        """
        source = self.source
        of_map = isinstance(item.fixations, Path)
        if of_map and source.frame != IMAGE:
            raise DataError(
                f"{item.fixations} is a map, whose pixels are the fixations: convention, origin, offset, "
                "screen and shown are for points. Leave them out."
            )
        if not of_map:
            self._refuse(_too_large(source.frame, size, item))
        placed = raw if of_map else source.frame.placed(in_seconds(raw, source.time, source.onset_from), size)
        self.total += len(raw)
        self.observers.update(placed.observers)
        if not (of_map or source.trusted):
            self._places.add(raw, placed, size)
            self._times.add(placed)
            self._refuse(self._places.problem(final=False))
        return self._kept(raw, placed, size)

    def check(self) -> None:
        """Look at all points together.

        Raises:
            DataError: they do not fit their images, or their times cannot be; names the likely cause.
        """
        problems = (self._places.problem(final=True), self._times.problem())
        self._refuse(" ".join(filter(None, problems)))

    def notes(self) -> Iterator[str]:
        """What became of which points, counted."""
        yield from self._places.notes()
        yield from self._times.notes()
        if self._infinite:
            yield f"{self._infinite:,} of {self.total:,} fixations are NaN or infinite and were left out"
        if self._lost:
            yield (
                f"{self._lost:,} of {self.total:,} fixations are missing samples, such as (0, 0), and were "
                "left out (missing=drop)"
            )
        if self._outside:
            done = {"keep": "are kept", "clip": "were moved to its edge", "drop": "were left out"}
            where = self._places.outside_told()
            yield (
                f"{self._outside:,} of {self.total:,} fixations lie outside their image and "
                f"{done[self.source.outside]}{f' ({where})' if where else ''}"
            )

    def _refuse(self, problem: str | None) -> None:
        if problem:
            info = self.source.info
            raise DataError(f"{info.name}: {problem} Its convention is: {info.source}.")

    def _kept(self, raw: Fixations, placed: Fixations, size: Size) -> Fixations:
        finite = np.isfinite(placed.x) & np.isfinite(placed.y)
        chosen = finite & ~is_lost(raw.x, raw.y) if self.source.missing == "drop" else finite
        self._infinite += int((~finite).sum())
        self._lost += int((finite & ~chosen).sum())
        kept = placed if chosen.all() else placed.where(chosen)
        inside = kept.inside(size)
        self._outside += int((~inside).sum())
        if self.source.outside == "clip":
            return kept.clipped(size)
        return kept.where(inside) if self.source.outside == "drop" else kept


def _too_large(frame: Frame, size: Size, item: Item) -> str | None:
    """An image that its screen cannot show at its own size, where that is all that is known."""
    if frame.screen is None or frame.shown is not None or frame.offset is not None:
        return None
    height, width = size
    across, down = frame.screen
    if width <= across and height <= down:
        return None
    return (
        f"the image {item.image_id} has {width} x {height} pixels, more than the screen of {across:g} x "
        f"{down:g}, so it was not shown at its own size. Say how large it was: shown=fit, "
        "shown=WIDTHxHEIGHT or a factor."
    )
