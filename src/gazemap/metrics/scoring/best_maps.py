"""The map that is best for each metric, derived from one predicted density (Kuemmerer et al. 2018).

A metric is highest, on average over what people may do, for a map of its own; no single map is
best for all. A model that predicts a density knows enough to make each.
"""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gazemap.errors import InputError, lookup
from gazemap.gaze.blurring import blur
from gazemap.images.resizing import resize
from gazemap.system.array_cache import keeping
from gazemap.types import Floats

Best = Literal["density", "ranks", "gain", "gain ranks", "blurred", "overlapping"]

_SHAPES = np.geomspace(1e-4, 1e4, 161)  # of the gamma distributions whose quantiles are tabulated
_TRAPEZOIDS = 4000
_BUCKETS = 1 << 16
_SAME = 12  # decimals to which gains that differ by rounding alone are equal: the baseline's own is 0
_LEVELS = np.concatenate([np.linspace(0.02, 0.9, 89), 1 - np.geomspace(0.1, 1e-6, 80)[1:]])


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How the best map of a kind is made of a density, in this order.

    Attributes:
        over_baseline: it is divided by the baseline.
        ranked: its values are spread evenly from 0 to 1.
        blurred: as the ground truth is.
        overlapping: into the map of greatest expected similarity, see `overlapping_map`.
    """

    over_baseline: bool = False
    ranked: bool = False
    blurred: bool = False
    overlapping: bool = False

    @property
    def needs(self) -> list[str]:
        """What it is made with besides the density, as `best_map` names it."""
        needs = {
            "baseline": self.over_baseline,
            "sigma": self.blurred or self.overlapping,
            "fixations": self.overlapping,
        }
        return [name for name, needed in needs.items() if needed]


_NEEDS = {"baseline": "a baseline", "sigma": "sigma", "fixations": "the number of fixations"}

KINDS: dict[str, Kind] = {
    "density": Kind(),
    "ranks": Kind(ranked=True),
    "gain": Kind(over_baseline=True),
    "gain ranks": Kind(over_baseline=True, ranked=True),
    "blurred": Kind(blurred=True),
    "overlapping": Kind(overlapping=True),
}


def best_map(
    density: Floats,
    best: Best,
    *,
    baseline: Floats | None = None,
    sigma: float | None = None,
    fixations: float | None = None,
) -> Floats:
    """The best map of a kind; `METRICS[name].best` says which kind a metric wants.

    Args:
        density: (H, W), sums to 1, what the model predicts.
        best: "density", as it is (NSS, information gain, exact AUC); "ranks", spread evenly from 0
            to 1 (AUCs with thresholds at equal distances); "gain", the density over the baseline
            (shuffled AUC), or its "gain ranks"; "blurred", the expected ground truth (CC, KLD,
            EMD); "overlapping", see `overlapping_map` (SIM).
        baseline: (H, W), the density of the negatives; for the gain.
        sigma: of the ground truth's blur, in pixels; for the last two.
        fixations: how many fixations an image has on average; for the last.

    Returns:
        (H, W), of any scale.

    Raises:
        InputError: an unknown kind, or what the kind needs is not given.
    """
    kind = lookup("best map", best, KINDS)
    given = {"baseline": baseline, "sigma": sigma, "fixations": fixations}
    missing = [_NEEDS[name] for name in kind.needs if given[name] is None]
    if missing:
        raise InputError(f"The best map {best!r} needs {' and '.join(missing)}. Pass it by name.")
    if kind.over_baseline and baseline is not None:
        density = gain(density, baseline)
    if kind.blurred and sigma is not None:
        density = blur(density, sigma)
    if kind.overlapping and sigma is not None and fixations is not None:
        density = overlapping_map(density, sigma, fixations)
    return ranks(density) if kind.ranked else density


def gain(density: Floats, baseline: Floats) -> Floats:
    """The density over the baseline, pixel by pixel; what differs by rounding alone is equal."""
    ratio = density / baseline
    with np.errstate(divide="ignore"):
        np.log(ratio, out=ratio)
    return np.asarray(np.exp(np.round(ratio, _SAME, out=ratio), out=ratio))


def ranks(values: Floats) -> Floats:
    """The share of pixels that are less, (H, W) in [0, 1), of non-negative values.

    Values whose logarithms differ by less than a 65,536th of their range count as equal: a tenth of
    the time of sorting them.
    """
    with np.errstate(divide="ignore"):
        logs = np.log(values)
    low, high = float(logs.min(where=values > 0, initial=np.inf)), float(logs.max())
    if not high > low:
        return np.where(values > 0, float((values <= 0).mean()), 0.0)
    buckets = (np.maximum(logs - low, 0.0) * (_BUCKETS / (high - low))).astype(np.int64) + 1
    buckets[values <= 0] = 0
    counts = np.bincount(buckets.ravel(), minlength=_BUCKETS + 2)
    return np.asarray(((np.cumsum(counts) - counts) / values.size)[buckets])


def overlapping_map(density: Floats, sigma: float, fixations: float, blurred: Floats | None = None) -> Floats:
    """The map of greatest expected similarity (SIM) with the blurred fixations drawn from a density.

    E sum_i min(s_i, Q_i) under sum_i s_i = 1 is greatest where P(Q_i > s_i) is the same for all
    pixels i: s_i is one quantile of the ground truth Q_i, the one for which the sum is 1. Q_i is
    the mean of n independent kernel values, taken as gamma distributed with its exact mean and
    variance. This closed form is ours; Kuemmerer et al. (2018) find the map by gradient descent.

    Args:
        density: (H, W), sums to 1.
        sigma: of the ground truth's blur, in pixels.
        fixations: n, how many an image has; infinite where that is not known: the blurred density itself.
        blurred: (H, W), the density blurred with sigma, where it is known.

    Returns:
        (H, W), sums to 1.
    """
    mean = blur(density, sigma) if blurred is None else blurred
    if fixations == np.inf:
        return np.asarray(mean / mean.sum())
    # the squared kernel is a kernel of sigma / sqrt(2) times its integral
    square = blur(density, sigma / np.sqrt(2)) / (4 * np.pi * sigma**2)
    variance = np.maximum(square - mean**2, 1e-6 * mean**2) / fixations
    with np.errstate(divide="ignore", invalid="ignore"):
        shape = np.where(mean > 0, mean**2 / variance, _SHAPES[0])
    grid = [max(int(side * 4 / sigma), 1) if sigma > 4 else side for side in density.shape]
    means, shapes = (resize(values, (grid[0], grid[1])) for values in (mean, shape))

    def excess(level: float) -> float:
        return float((means * _relative_quantile(shapes, level)).sum() / means.sum()) - 1.0

    levels = _LEVELS.tolist()
    above = bisect(levels, 0.0, lo=1, key=excess)
    if above == len(levels):  # a handful of tiny fixations may overlap nowhere for certain
        level = levels[-1]
    else:  # between two levels of the table the sum is linear
        level = float(
            np.interp(0.0, [excess(x) for x in levels[above - 1 : above + 1]], levels[above - 1 : above + 1])
        )
    found = mean * _relative_quantile(shape, level)
    return np.asarray(found / found.sum())


@keeping(2**20)
def _quantiles() -> Floats:
    """(levels, shapes): quantiles of gamma distributions over their means, to four digits.

    The density of x's logarithm is summed by trapezoids; left of them it falls as x**shape.
    """
    shapes = _SHAPES[:, None]
    left = np.maximum(np.log(shapes) - 9 / np.sqrt(shapes), -12.0)
    right = np.log(shapes + 9 * np.sqrt(shapes) + 20)
    step = (right - left) / _TRAPEZOIDS
    logs = left + step * np.arange(_TRAPEZOIDS + 1)
    heights = np.exp(shapes * (logs - np.log(shapes)) - np.exp(logs) + shapes)
    sums = np.cumsum(heights * step, axis=1) - heights * step / 2 - heights[:, :1] * step / 2
    reached = np.log(sums + heights[:, :1] / shapes)
    wanted = np.log(_LEVELS) + reached[:, -1:]
    found = [np.interp(*row) for row in zip(wanted, reached, logs, strict=True)]
    beyond = np.minimum(wanted - reached[:, :1], 0) / shapes
    return np.asarray(np.exp(found + beyond) / shapes).T


def _relative_quantile(shape: Floats, level: float) -> Floats:
    after = int(np.searchsorted(_LEVELS, level).clip(1, len(_LEVELS) - 1))
    share = (level - _LEVELS[after - 1]) / (_LEVELS[after] - _LEVELS[after - 1])
    table = (1 - share) * _quantiles()[after - 1] + share * _quantiles()[after]
    return np.asarray(np.interp(np.log(shape), np.log(_SHAPES), table))
