"""What few numbers win back on a set: power and blur alone, and all four fitted to few images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.adaptation.fitting import adapted, sharpened
from gazemap.adaptation.looks import Looks
from gazemap.evaluation.intervals import Interval, bootstrap
from gazemap.types import Floats

COUNTS = (10, 20, 50)  # images that a model is adapted to
DRAWS = 5  # of these images
LEFT = 10  # images at least, to measure the gain on


@dataclass(frozen=True)
class AdaptationCurve:
    """What few numbers gain, in bits per fixation, or per unit of the map of sets that have maps alone.

    Attributes:
        power: the best for the set; below 1 the density is flatter than as trained.
        blur: the best, as a share of the width.
        sharpening: what both gain on images that are left out of their fit, by five folds.
        adapted: to how many images -> the mean gain on all others, by draw. Counts that leave fewer than
            ten images are not there.
    """

    power: float
    blur: float
    sharpening: Interval
    adapted: Mapping[int, tuple[float, ...]]

    def mean(self, count: int) -> float:
        """The gain from so many images, the mean over the draws; NaN where the set has too few."""
        return float(np.mean(self.adapted[count])) if count in self.adapted else float("nan")

    def as_json(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return {
            "power": self.power,
            "blur": self.blur,
            "sharpening": self.sharpening.as_json(),
            "adapted": {str(count): list(gains) for count, gains in self.adapted.items()},
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> AdaptationCurve:
        """The inverse of `as_json`."""
        adapted = {int(count): tuple(gains) for count, gains in content["adapted"].items()}
        return cls(content["power"], content["blur"], Interval(**content["sharpening"]), adapted)


def adaptation_curve(looks: Looks, own: Floats) -> AdaptationCurve:
    """Fit power and blur to all images, and all four numbers to some, several times; see `fitting`.

    Args:
        looks: predictions and measurements on the network's grid, of two groups or more.
        own: (h, w), the model's own log prior.

    Raises:
        MissingPackageError: SciPy is not installed.
    """
    best, groups = sharpened(looks, own), len(np.unique(looks.groups))
    gains = {
        count: tuple(
            _gained(looks.of(inside), looks.of(outside), own)
            for inside, outside in draws(looks.groups, count, DRAWS)
        )
        for count in COUNTS
        if count + LEFT <= groups
    }
    return AdaptationCurve(best.power, best.blur, bootstrap(best.gains), gains)


def draws(
    groups: NDArray[np.str_], count: int, times: int
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Images to adapt to and images to score; those of one group are on one side.

    Args:
        groups: (N,), of the images.
        count: how many groups are adapted to.
        times: how many draws, each by a seed of its own.
    """
    names = np.unique(groups)
    for seed in range(times):
        order = np.random.default_rng(seed).permutation(names)
        inside = np.isin(groups, order[:count])
        yield np.flatnonzero(inside), np.flatnonzero(~inside)


def _gained(known: Looks, others: Looks, own: Floats) -> float:
    """Bits that the numbers fitted to some images gain on the others, the mean over these."""
    _, condition = adapted(known, own)
    if condition is None:
        return 0.0
    change = condition.applied(others.predicted, own).astype(np.float64) - others.predicted
    return float((others.measured * change).sum(axis=(1, 2)).mean() / np.log(2))
