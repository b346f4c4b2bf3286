"""The order of a map's pixels: how many, or how much weight, lie below each of some cuts?"""

from __future__ import annotations

from typing import Any, NamedTuple

import array_api_compat
import numpy as np
from numpy.typing import NDArray

from gazemap.metrics.arrays import Array

_BUCKETS = 1 << 16
_CROWDED = 8  # cuts in one bucket beyond which bisection is quicker than going through them


class Below(NamedTuple):
    """Summed weights of pixels, float64: (m,) of those below each cut, () of all."""

    less: Array
    total: Array


class Ranking:
    """One map's pixels between cuts. None is sorted: each is placed among the cuts.

    In NumPy that is done for few of them. The map's range is divided into buckets by a monotone
    function, so that rounding cannot put two values in the wrong order; where no cut falls into a
    bucket, all its pixels have the same place.

    Args:
        values: (N,) float64, no NaN.
        raised: (N,), the values less their least.
        low: the least value.
        high: the greatest.
        cuts: (m,) float64, ascending, each once, no NaN.
        counts: (m,) float64, the positives at each cut.

    Attributes:
        won: (N,), how many positives lie above each pixel; equal ones count half.
    """

    def __init__(
        self, values: Array, raised: Array, low: float, high: float, cuts: Array, counts: Array
    ) -> None:
        self._xp: Any = array_api_compat.array_namespace(values)
        self._size, self._cuts = values.shape[0], cuts
        self._buckets: NDArray[np.int64] | None = None
        running = self._xp.concat([self._xp.zeros_like(counts[:1]), self._xp.cumulative_sum(counts)])
        if isinstance(values, np.ndarray) and self._size > _BUCKETS // 4 and len(cuts):
            self._divide(values, raised, low, high - low, running)
        if self._buckets is None:
            self._from_place, self._above_place = (
                self._xp.searchsorted(cuts, values, side=side) for side in ("left", "right")
            )
        won = running[-1] - (running[self._from_place] + running[self._above_place]) / 2
        if self._buckets is None:
            self.won: Array = won
        else:
            self.won[self._near] = won

    def _divide(self, values: Array, raised: Array, low: float, span: float, running: Array) -> None:
        """Place the pixels: by their bucket where it holds no cut, else one by one."""
        scale = _BUCKETS * (1 - 1e-12) / span if span > 0 else np.inf
        if not (np.isfinite(span) and np.isfinite(scale)):
            return  # floating point cannot tell the buckets apart
        self._buckets = (raised * scale).astype(np.int64)
        self._cut_buckets = (np.clip(self._cuts - low, 0, span) * scale).astype(np.int64)
        widths = np.diff(self._cut_buckets, prepend=-1, append=_BUCKETS - 1)
        lower_cuts = np.repeat(np.arange(len(widths)), widths)  # how many cuts lie in lower buckets
        won = running[-1] - running[lower_cuts]
        won[self._cut_buckets] = np.nan
        self.won = won.take(self._buckets)
        self._near = np.flatnonzero(np.isnan(self.won))
        place, near = lower_cuts[self._buckets[self._near]], values[self._near]
        ends = np.append(self._cuts, np.inf)
        fullest = int(np.unique(self._cut_buckets, return_counts=True)[1].max())
        if fullest > _CROWDED:
            place = np.searchsorted(self._cuts, near)
        else:
            for _ in range(fullest):
                place += ends[place] < near
        self._from_place, self._above_place = place, place + (ends[place] == near)

    def below(self, weights: Array | None = None) -> Below:
        """The summed (N,) weights of the pixels below the cuts; None weighs each pixel 1."""
        xp = self._xp
        lower: Array = 0.0
        total = float(self._size) if weights is None else xp.sum(weights)
        if self._buckets is not None:
            heights = np.bincount(self._buckets, weights, minlength=_BUCKETS)
            heights[self._cut_buckets] = 0  # their pixels are placed one by one
            starts = np.concatenate([[0], self._cut_buckets])
            lower = np.cumsum(np.add.reduceat(heights, starts))[:-1]
            weights = weights if weights is None else weights[self._near]
        fallen = xp.bincount(self._above_place, weights, minlength=self._cuts.shape[0] + 1)
        return Below(xp.astype(xp.cumulative_sum(fallen)[:-1], self._cuts.dtype) + lower, total)

    def below_of(self, values: Array, weights: Array) -> Below:
        """The same of some pixels alone, given by their (k,) values and weights; NaN is not below."""
        xp, known = self._xp, ~self._xp.isnan(values)
        place = xp.searchsorted(self._cuts, values[known], side="right")
        fallen = xp.bincount(place, weights[known], minlength=self._cuts.shape[0] + 1)
        return Below(xp.cumulative_sum(fallen)[:-1], xp.sum(weights[known]))
