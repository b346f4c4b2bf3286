"""Means over images with their bootstrap intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.system.array_cache import keeping
from gazemap.system.plain import plain

_RESAMPLES = 10_000


@dataclass(frozen=True)
class Interval:
    """A mean over images with its bootstrap 95 % interval; NaN where there is nothing to average."""

    mean: float
    low: float
    high: float

    @property
    def is_known(self) -> bool:
        """Whether there is a mean."""
        return self.mean == self.mean

    def __str__(self) -> str:
        if not self.is_known:
            return "-"
        mean, low, high = map(three_decimals, (self.mean, self.low, self.high))
        return f"{mean} [{low}, {high}]"

    def as_json(self) -> dict[str, Any]:
        """The three numbers by their names; NaN is None."""
        values: dict[str, Any] = plain({"mean": self.mean, "low": self.low, "high": self.high})
        return values


def three_decimals(value: float) -> str:
    """A score as tables print it; never "-0.000"."""
    return f"{round(value, 3) + 0.0:.3f}"


@dataclass(frozen=True)
class SweepRow:
    """One entry, or a baseline, in the sweep's table.

    Attributes:
        name: of the entry.
        intervals: metric -> mean over images of the mean over seeds, with its interval over images.
        seeds: metric -> (k,) the mean over images of each seed.
    """

    name: str
    intervals: dict[str, Interval]
    seeds: dict[str, list[float]]


def bootstrap(scores: NDArray[np.float64]) -> Interval:
    """Mean and percentile bootstrap 95 % interval of the scores that are not NaN."""
    known = scores[~np.isnan(scores)]
    if not len(known):
        return Interval(float("nan"), float("nan"), float("nan"))
    low, high = np.percentile(resampled_means(known), [2.5, 97.5])
    return Interval(float(known.mean()), float(low), float(high))


def resampled_means(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) or (N, k) scores of N images -> (10,000,) or (10,000, k) means over seeded resamples.

    The images are drawn with replacement; all k columns see the same draws.
    """
    means: NDArray[np.float64] = _draws(len(scores)) @ scores / len(scores)
    return means


@keeping(256 * 2**20)  # one table's intervals are nearly all over the same number of images
def _draws(images: int) -> NDArray[np.uint16]:
    """(10,000, N): how often each resample draws each image. Kept up to 256 MiB: 13,000 images."""
    shares = np.full(images, 1 / images)
    return np.random.default_rng(0).multinomial(images, shares, size=_RESAMPLES).astype(np.uint16)
