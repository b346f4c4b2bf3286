"""Do the points fit the images? What is suspicious stops the import, with the likely cause and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gazemap.data.writing.causes import cause, excess, from_the_middle, spans
from gazemap.data.writing.frames import Frame
from gazemap.data.writing.gathered import Gathering, Points
from gazemap.gaze.fixations import Fixations
from gazemap.gaze.lost_samples import places, told
from gazemap.types import Size

TOLERANCE = 0.01  # of all points may lie outside their images before an import stops
MISSING = 0.01  # of all points, over which one exact place holds missing samples
STATED = 0.5  # may lie outside where the user has said what becomes of them
_FIRST_LOOK = 10_000  # points after which a wrong convention stops the import at once; again when doubled
_SMALL = 8  # pixels: a smaller image may have all its points in its first pixel
_MIXED = 0.01  # of all points in the first pixel, over which some are no pixels
_NEARLY = 0.1  # of an observer's points: where more lie outside, these are no looks beside the picture
_FEW = 5  # points in the first pixel may lie there
_WORTH = 0.001  # of all points at one place are worth a note
_MANY = 50  # points that do not lie in the upper left part of their images by chance
_CORNER, _HALF = 0.34, 0.55  # of width and height: where all lie there, that stops an import, or is noted
_SHOWN = 3

Outside = Literal["keep", "clip", "drop"]
Missing = Literal["keep", "drop"]


@dataclass(eq=False)
class ConventionCheck:
    """Looks at all points of an import, also at those that fit.

    Attributes:
        frame: that the points are taken by.
        tolerance: the share that may lie outside.
        left: what becomes of points outside.
        missing: what becomes of missing samples, where that is said.
        total: how many points were counted.
        outside: how many of them lie outside their images.
    """

    frame: Frame = field(default_factory=Frame)
    tolerance: float = TOLERANCE
    left: Outside = "keep"
    missing: Missing | None = None
    total: int = 0
    outside: int = 0
    _next_look: int = _FIRST_LOOK
    _gathering: Gathering = field(default_factory=Gathering)

    def add(self, raw: Fixations, placed: Fixations, size: Size) -> None:
        """Look at the points of one image of `size` (H, W): as they stand in the file, and in the image."""
        self.total += len(raw)
        self.outside += len(raw) - int(np.count_nonzero(placed.inside(size)))
        self._gathering.add(raw, size)

    def problem(self, *, final: bool) -> str | None:
        """What is wrong, and the likely cause; None where nothing is.

        Args:
            final: all points were looked at; before that, only many outside are a verdict.
        """
        if not final and (self.total < self._next_look or self.outside <= self.tolerance * self.total):
            return None
        self._next_look = 2 * self.total
        points = self._gathering.points()
        lost = points.missing(self.frame, MISSING)
        missing, rest = points.where(lost), points.where(~lost)
        of_rest = (
            _in_one_pixel(rest, self.frame),
            _in_a_part(rest, self.frame, _CORNER),
            self._outside(rest),
        )
        found = [self._missing(missing, len(points)), next(filter(None, of_rest), None)]
        if found[1] and len(missing) and not found[0]:  # so that nobody wonders about them
            found[0] = f"{missing_told(missing, len(points))}."
        return " ".join(filter(None, found)) or None

    def notes(self) -> Iterator[str]:
        """What is no reason to stop, and yet worth saying."""
        points = self._gathering.points()
        if self.total and (small := _in_a_part(points, self.frame, _HALF)):
            yield small
        inside = points.missing(self.frame, _WORTH) & ~points.outside(self.frame)
        if inside.any() and not self.missing:
            yield (
                f"{missing_told(points.where(inside), len(points))}: if these are missing samples, say "
                "missing=drop"
            )

    def outside_told(self) -> str:
        """At which exact places many of the points outside lie, or how far they reach; empty for none."""
        points = self._gathering.points()
        points = points.where(np.isfinite(points.x) & np.isfinite(points.y))
        missing = points.missing(self.frame, 0.1 * MISSING) & points.outside(self.frame)
        if missing.any():
            return missing_told(points.where(missing), len(points))
        return f"up to {excess(points, self.frame).max():.3g} px" if len(points) else ""

    def _missing(self, missing: Points, total: int) -> str | None:
        if len(missing) <= MISSING * total or self.missing:
            return None
        away = bool(missing.outside(self.frame).all())
        if away and self.left == "drop" and len(missing) <= self.tolerance * total:
            return None
        return (
            f"{missing_told(missing, total)}: missing samples, which trackers write where the eye was not "
            f"seen. Leave these rows out ({'outside=drop or ' if away else ''}missing=drop), or say that "
            "they are places (missing=keep)."
        )

    def _outside(self, rest: Points) -> str | None:
        outside = rest.outside(self.frame)
        if not outside.sum() > self.tolerance * len(rest):
            return None
        guilty = _guilty(rest, outside, self.tolerance)
        whose = ""
        if guilty.any():
            rest = rest.where(guilty)
            whose = f". Without observer {_named({*rest.observer})} all fit. Of that observer's points,"
        return (
            f"{outside.sum():,} of {len(outside):,} fixations lie outside their images, more than "
            f"{self.tolerance:.0%}{whose or ':'} {spans(rest)}. {cause(rest, self.frame)}"
        )


def _guilty(points: Points, outside: NDArray[np.bool_], tolerance: float) -> NDArray[np.bool_]:
    """(n,): the points of the observers without whom all would fit; none where there are no such."""
    bad = [who for who in {*points.observer} if outside[points.observer == who].mean() > _NEARLY]
    found = np.isin(points.observer, bad)
    fit = 0 < found.sum() <= STATED * len(points) and outside[~found].mean() <= tolerance
    return found if fit else np.zeros(len(points), dtype=bool)


def _named(observers: set[str]) -> str:
    names = sorted(observers)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def missing_told(missing: Points, total: int) -> str:
    """How many points are missing samples, and at which places: "5 of 25 are exactly (-1, -1)"."""
    lost = len(missing) - int((np.isfinite(missing.x) & np.isfinite(missing.y)).sum())
    lone = (missing.x == -1) ^ (missing.y == -1)
    parts = [f"{lost:,} of {total:,} points are NaN or infinite"] if lost else []
    parts += [f"{lone.sum():,} of {total:,} points are exactly -1 in x or y"] if lone.any() else []
    parts += [
        f"{count:,} of {total:,} points are exactly {told(*place)}"
        for place, count in places(missing.x[~lone], missing.y[~lone])[:_SHOWN]
    ]
    return ", ".join(parts)


def _in_one_pixel(points: Points, frame: Frame) -> str | None:
    """Shares of width and height, taken as pixels: all of them, or some among others."""
    if frame.convention == "normalized" or frame.shown is not None or not len(points):
        return None
    large = (points.width > _SMALL) & (points.height > _SMALL)
    inside = large & (points.x >= 0) & (points.x <= 1) & (points.y >= 0) & (points.y <= 1)
    if not (inside & ((points.x % 1 != 0) | (points.y % 1 != 0))).any():
        return None
    if (np.abs(points.x) <= 2).mean() > 1 - _MIXED and (np.abs(points.y) <= 2).mean() > 1 - _MIXED:
        middle = next(from_the_middle(points, frame), None)
        count = f"x and y of {'all' if inside.all() else f'{inside.sum():,} of'} {len(points):,} points"
        return middle or (
            f"{count} lie in [0, 1], in one pixel of images as large as {points.width.max():g} x "
            f"{points.height.max():g}. Are they shares of the image's width and height "
            + (
                "(convention=normalized)?"
                if frame.screen
                else "(convention=normalized), or of the screen's (with screen=WIDTHxHEIGHT, too)?"
            )
        )
    by_chance = float(np.mean(1 / (points.width * points.height)))
    if inside.sum() < _FEW or inside.mean() <= max(_MIXED, 6 * by_chance):
        return None
    names = {who for who in {*points.observer[inside]} if who and inside[points.observer == who].all()}
    whose = f", all of observer {_named(names)} among them" if names else ""
    return (
        f"{inside.sum():,} of {len(points):,} points lie in [0, 1], in the first pixel of their images, and "
        f"the others do not{whose}. Some are likely shares of width and height (convention=normalized) among "
        "others in pixels: bring all to one convention, or import them apart."
    )


def _in_a_part(points: Points, frame: Frame, part: float) -> str | None:
    """All points in the upper left part of every image: per cent, or recorded at a smaller size?"""
    if len(points) < _MANY or frame.shown is not None:
        return None
    x, y = points.placed(frame)
    reach = max(float((x / points.width).max()), float((y / points.height).max()))
    if not 0 < reach <= part or min(x.min(), y.min()) < 0:
        return None
    percent = max(points.x.max(), points.y.max()) <= 100 < min(points.width.min(), points.height.min())
    asked = "are they per cent of width and height (shown=100x100), or " if percent else "were they "
    return (
        f"All points lie in the upper left {reach:.0%} of width and height of their images: {asked}recorded "
        f"at a smaller size (shown={reach:.2g})? If they are right, say shown=1."
    )
