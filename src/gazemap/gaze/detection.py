"""Raw samples of gaze or mouse -> fixations, by velocity or by dispersion.

Both are those of Salvucci & Goldberg (Identifying fixations and saccades in eye-tracking protocols,
ETRA 2000), I-VT and I-DT, which pymovements has too (`pymovements.events.ivt` and `idt`). Those are made
for samples of a constant rate; these go by each sample's time, since browsers and webcams sample
irregularly and samples are missing. For microsaccades and reading measures, use pymovements.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import InputError, lookup
from gazemap.gaze.samples import checked_samples
from gazemap.types import Floats, Numbers

Indices = NDArray[np.int64]
Middle = Callable[[Floats, Indices, Indices], Floats]
Center = Literal["mean", "median"]


@dataclass(frozen=True, eq=False)
class DetectedFixations:
    """What was found in one recording; arrays (n,), in the order of time. Compared as an object.

    Attributes:
        x: of each fixation's middle, in the samples' unit.
        y: the same, down.
        onset: seconds, the time of the first sample.
        duration: seconds from the first sample to the last.
    """

    x: Floats
    y: Floats
    onset: Floats
    duration: Floats

    def __len__(self) -> int:
        return len(self.x)


def fixations_by_velocity(
    x: Numbers,
    y: Numbers,
    time: Numbers,
    *,
    threshold: float,
    pixels_per_degree: float = 1.0,
    minimum_duration: float = 0.1,
    maximum_gap: float = 0.075,
    center: Center = "mean",
) -> DetectedFixations:
    """I-VT: samples that follow each other slower than a threshold are one fixation.

    Args:
        x: (n,) pixels; NaN where nothing was seen, never the sign that a tracker writes there.
        y: (n,) pixels.
        time: (n,) seconds, increasing.
        threshold: of speed, in degrees per second, or in pixels per second where pixels_per_degree is 1.
        pixels_per_degree: of visual angle.
        minimum_duration: seconds; shorter ones are left out.
        maximum_gap: seconds between two samples over which a fixation goes on, such as a blink.
        center: where a fixation is: the mean of its samples, or their median.

    Raises:
        InputError: arrays of different lengths, times that do not increase or are in no seconds, samples
            that are signs of lost ones, or a parameter out of range.
    """
    _positive(
        threshold=threshold,
        pixels_per_degree=pixels_per_degree,
        minimum_duration=minimum_duration,
        maximum_gap=maximum_gap,
    )
    middle = _middle(center)
    x, y, time = checked_samples(x, y, time)
    gaps = np.diff(time)
    speed = np.hypot(np.diff(x), np.diff(y)) / pixels_per_degree / gaps
    joined = (speed <= threshold) & (gaps <= maximum_gap)
    # a run of joined intervals is a group of samples; a sample between two fast intervals is none
    edges = np.diff(np.concatenate([[False], joined, [False]]).astype(np.int8))
    first, last = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return _collected(x, y, time, first, last, minimum_duration, middle)


def fixations_by_dispersion(
    x: Numbers,
    y: Numbers,
    time: Numbers,
    *,
    threshold: float,
    pixels_per_degree: float = 1.0,
    minimum_duration: float = 0.1,
    maximum_gap: float = 0.075,
    center: Center = "mean",
) -> DetectedFixations:
    """I-DT: as many samples as stay together, at least for a minimum duration, are one fixation.

    The dispersion of samples is the span of their x plus the span of their y.

    Args:
        x: (n,) pixels; NaN where nothing was seen, never the sign that a tracker writes there.
        y: (n,) pixels.
        time: (n,) seconds, increasing.
        threshold: of dispersion, in degrees, or in pixels where pixels_per_degree is 1.
        pixels_per_degree: of visual angle.
        minimum_duration: seconds.
        maximum_gap: seconds between two samples over which a fixation goes on.
        center: where a fixation is: the mean of its samples, or their median.

    Raises:
        InputError: as `fixations_by_velocity`.
    """
    _positive(
        threshold=threshold,
        pixels_per_degree=pixels_per_degree,
        minimum_duration=minimum_duration,
        maximum_gap=maximum_gap,
    )
    middle = _middle(center)
    x, y, time = checked_samples(x, y, time)
    limit = threshold * pixels_per_degree
    stop = _stops(time, maximum_gap)
    # the last sample of the shortest window from each sample
    shortest = np.searchsorted(time, time + minimum_duration - 1e-9)
    possible = shortest <= stop
    starts = np.flatnonzero(possible)
    spans = sum(_spans(values, starts, shortest[starts]) for values in (x, y))
    starts = starts[spans <= limit]
    first, last = [], []
    position = 0
    while (found := np.searchsorted(starts, position)) < len(starts):  # once per fixation, not per sample
        begin = int(starts[found])
        end = _furthest(x, y, begin, int(shortest[begin]), int(stop[begin]), limit)
        first.append(begin)
        last.append(end)
        position = end + 1
    return _collected(x, y, time, np.array(first, int), np.array(last, int), minimum_duration, middle)


def _positive(**parameters: float) -> None:
    for name, value in parameters.items():
        if not value > 0:
            raise InputError(f"{name} must be above 0, got {name}={value}.")


def _middle(center: str) -> Middle:
    middles: dict[str, Middle] = {"mean": _group_means, "median": _group_medians}
    return lookup("center", center, middles)


def _stops(time: Floats, maximum_gap: float) -> Indices:
    """(n,): the last sample that no long gap parts from each sample."""
    breaks = np.flatnonzero(np.diff(time) > maximum_gap)
    return np.append(breaks, len(time) - 1)[np.searchsorted(breaks, np.arange(len(time)))]


def _collected(
    x: Floats,
    y: Floats,
    time: Floats,
    first: Indices,
    last: Indices,
    minimum_duration: float,
    middle: Middle,
) -> DetectedFixations:
    """The fixations whose samples are first..last, where they last long enough."""
    long_enough = time[last] - time[first] >= minimum_duration - 1e-9 if len(first) else np.empty(0, bool)
    first, last = first[long_enough], last[long_enough]
    return DetectedFixations(
        x=middle(x, first, last),
        y=middle(y, first, last),
        onset=time[first],
        duration=time[last] - time[first],
    )


def _group_means(values: Floats, first: Indices, last: Indices) -> Floats:
    sums = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray((sums[last + 1] - sums[first]) / (last + 1 - first))


def _group_medians(values: Floats, first: Indices, last: Indices) -> Floats:
    counts = last + 1 - first
    group = np.repeat(np.arange(len(first)), counts)
    starts = np.cumsum(counts) - counts
    members = np.arange(counts.sum()) - np.repeat(starts - first, counts)
    chosen = values[members]
    ordered = chosen[np.lexsort((chosen, group))]
    return np.asarray((ordered[starts + (counts - 1) // 2] + ordered[starts + counts // 2]) / 2)


def _spans(values: Floats, first: Indices, last: Indices) -> Floats:
    """Greatest less least value of each first..last, from tables of powers of two."""
    lengths = last + 1 - first
    spans = np.empty(len(first))
    highest, lowest, width = values, values, 1
    for level in range(int(lengths.max(initial=0)).bit_length()):
        chosen = (lengths >> level) == 1  # two overlapping windows of `width` cover these
        a, b = first[chosen], last[chosen] + 1 - width
        spans[chosen] = np.maximum(highest[a], highest[b]) - np.minimum(lowest[a], lowest[b])
        highest = np.maximum(highest[:-width], highest[width:])
        lowest = np.minimum(lowest[:-width], lowest[width:])
        width *= 2
    return spans


def _furthest(x: Floats, y: Floats, begin: int, end: int, stop: int, limit: float) -> int:
    """The last sample up to `stop` to which the dispersion from `begin` stays within the limit."""
    step = end + 1 - begin
    while True:
        until = min(end + step, stop)
        spans = sum(
            np.maximum.accumulate(part) - np.minimum.accumulate(part)
            for part in (x[begin : until + 1], y[begin : until + 1])
        )
        within = int(np.searchsorted(spans, limit, side="right"))
        if within <= until - begin or until == stop:
            return begin + within - 1
        end, step = until, 2 * step


def pixels_per_degree(screen_pixels: float, screen_size: float, distance: float) -> float:
    """Pixels in one degree of visual angle at the middle of a screen, 2 d tan(0.5 degrees) wide.

    Args:
        screen_pixels: of the screen's width (or height).
        screen_size: the same in centimeters.
        distance: of the eyes from the screen in centimeters.

    Raises:
        InputError: a number that is not above 0.
    """
    _positive(screen_pixels=screen_pixels, screen_size=screen_size, distance=distance)
    return 2 * distance * math.tan(math.radians(0.5)) * screen_pixels / screen_size
