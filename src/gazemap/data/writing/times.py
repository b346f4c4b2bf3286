"""The times of an import: their unit, from when they are counted, and whether they can be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from gazemap.data.writing.frames import SECONDS, TimeUnit
from gazemap.gaze.fixations import Fixations
from gazemap.types import Floats

OnsetFrom = Literal["trial", "recording"]

_LONG = 20.0  # seconds that no fixation of a person lasts in the median
_SHORT = 0.001  # seconds: nor as little
_LATE = 3600.0  # seconds after which no image is still looked at
_EXCEEDED = 1.5  # times the viewing time
_SHARE = 0.01  # of the onsets that may lie later
_FIRST = 10.0  # seconds: later than this, the median of first looks at an image is no onset in a trial
_PAIRS = 3  # of images that follow each other without overlap, of one observer
_USUAL = 0.05, 5.0  # seconds of a fixation, for the unit that times are likely in


def in_seconds(fixations: Fixations, unit: TimeUnit, onset_from: OnsetFrom | None) -> Fixations:
    """The fixations of one image with onsets and durations in seconds.

    Args:
        fixations: with the times of the file.
        unit: of these times.
        onset_from: "recording" counts each observer's onsets from the first one in this image.
    """
    onset, duration = (
        None if times is None or unit == "s" else times / SECONDS[unit]
        for times in (fixations.onset, fixations.duration)
    )
    if unit != "s":
        fixations = replace(fixations, onset=onset, duration=duration)
    if onset_from == "recording" and fixations.onset is not None:
        onset = fixations.onset.copy()
        for own in _trials(fixations):
            onset[own] -= np.nanmin(onset[own], initial=np.inf) if np.isfinite(onset[own]).any() else 0
        fixations = replace(fixations, onset=onset)
    return fixations


def _trials(fixations: Fixations) -> Iterator[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """The positions of each observer's fixations."""
    if fixations.observer is None:
        yield np.arange(len(fixations))
        return
    _, codes = np.unique(fixations.observer, return_inverse=True)
    order = np.argsort(codes, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)


@dataclass(eq=False)
class TimeCheck:
    """Looks at all onsets and durations of an import, in seconds as they are understood.

    Attributes:
        unit: that the times of the file are taken in.
        onset_from: what the user has said of onsets; None for nothing.
        viewing_seconds: for how long an image was seen, where known.
    """

    unit: TimeUnit = "s"
    onset_from: OnsetFrom | None = None
    viewing_seconds: float | None = None
    _negative: int = 0
    _before: int = 0
    _durations: list[Floats] = field(default_factory=list)
    _onsets: list[Floats] = field(default_factory=list)
    _steps: list[Floats] = field(default_factory=list)
    _looks: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, fixations: Fixations) -> None:
        """Look at the times of one image's fixations."""
        if fixations.duration is not None:
            known = fixations.duration[np.isfinite(fixations.duration)]
            self._negative += int((known < 0).sum())
            self._durations.append(known.astype(np.float32))
        if fixations.onset is None:
            return
        known = fixations.onset[np.isfinite(fixations.onset)]
        self._before += int((known < 0).sum())
        self._onsets.append(known.astype(np.float32))
        for own in _trials(fixations):
            times = np.sort(fixations.onset[own][np.isfinite(fixations.onset[own])])
            if len(times):
                who = "" if fixations.observer is None else str(fixations.observer[own[0]])
                self._looks[who].append((float(times[0]), float(times[-1])))
                self._steps.append(np.diff(times).astype(np.float32))

    def problem(self) -> str | None:
        """What is wrong, and the likely cause; None where nothing is."""
        found = (self._impossible(), self._unit(), self._from_the_recording(), self._too_late())
        return next((text for text in found if text), None)

    def notes(self) -> Iterator[str]:
        """What is no reason to stop, and yet worth saying."""
        if self._before:
            yield f"{self._before:,} onsets are negative: before the image appeared"

    def _impossible(self) -> str | None:
        if not self._negative:
            return None
        return (
            f"{self._negative:,} of {sum(map(len, self._durations)):,} durations are negative. Leave these "
            "rows out, or give the column of the true durations."
        )

    def _unit(self) -> str | None:
        """Times in another unit than stated, by the median fixation or the median step between two."""
        durations, steps, onsets = map(_joined, (self._durations, self._steps, self._onsets))
        for values, what in (
            (durations[durations > 0], "duration of a fixation"),
            (steps[steps > 0], "time from one onset to the next"),
        ):
            if len(values) and not _SHORT <= (middle := float(np.median(values))) <= _LONG:
                raw = middle * SECONDS[self.unit]
                low, high = _USUAL
                likely = [unit for unit, count in SECONDS.items() if low <= raw / count <= high]
                asked = (
                    f"Are the times in {likely[0]} (time={likely[0]})?"
                    if likely
                    else "Say their unit (time=ms)."
                )
                return (
                    f"The median {what} is {raw:g} in the file, {middle:g} seconds as the times are "
                    f"understood (time={self.unit}). {asked}"
                )
        if (long := int((durations > _LONG).sum())) > _SHARE * len(durations):
            return (
                f"{long:,} of {len(durations):,} durations are over {_LONG:g} seconds as the times are "
                f"understood (time={self.unit}), up to {durations.max():,.0f}, and the others are not: are "
                "the units mixed? Bring all to one unit, or import them apart."
            )
        if len(onsets) and (last := float(onsets.max())) > _LATE:
            return (
                f"The last onset is {last:,.0f} seconds as the times are understood (time={self.unit}), more "
                "than an hour. Are they in another unit (time=ms), or counted from the start of the "
                "recording (onset_from=recording)?"
            )
        return None

    def _from_the_recording(self) -> str | None:
        if self.onset_from is not None or not self._looks:
            return None
        firsts = np.array([first for looks in self._looks.values() for first, _ in looks])
        pairs = [
            later[0] >= earlier[1]
            for looks in self._looks.values()
            for earlier, later in pairwise(sorted(look for look in looks if look[1] > look[0]))
        ]
        one_by_one = len(pairs) >= _PAIRS and np.mean(pairs) >= 0.9 and np.median(firsts) > 0.5
        if np.median(firsts) <= _FIRST and not one_by_one:
            return None
        seen = "of each observer " if "" not in self._looks else ""
        after = f", and the images {seen}follow each other in time" if one_by_one else ""
        return (
            f"The first onset in an image is {np.median(firsts):.3g} seconds in the median and "
            f"{firsts.max():.3g} at the latest{after}: are "
            "onsets counted from the start of the recording? onset_from=recording counts them from the first "
            "one of each observer in each image; onset_from=trial says that they count from the image's "
            "appearance."
        )

    def _too_late(self) -> str | None:
        onsets = _joined(self._onsets)
        if self.onset_from or not self.viewing_seconds or not len(onsets):
            return None
        late = onsets > _EXCEEDED * self.viewing_seconds
        if late.mean() <= _SHARE:
            return None
        return (
            f"{late.sum():,} of {len(onsets):,} onsets, up to {onsets.max():g} seconds, lie after the "
            f"{self.viewing_seconds:g} seconds for which an image was seen. Are they in another unit "
            "(time=ms), or counted from the start of the recording (onset_from=recording)?"
        )


def _joined(parts: list[Floats]) -> Floats:
    return np.concatenate([np.empty(0), *parts])
