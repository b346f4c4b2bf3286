"""The ROC curve of one map: its pixels are ordered once, and every AUC of the field is read off.

The positives are the values at fixations. What differs is the negatives, the thresholds and ties.
The randomized variants of the MIT code average over random draws of negatives a trapezoid that is
linear in the false-positive rates; so their expectation has the mean rates in it, and no sampling
is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import array_api_compat
import numpy as np
from numpy.typing import NDArray

from gazemap.metrics.arrays import Array, Looked
from gazemap.metrics.ranking import Ranking, Weights


class Roc:
    """One map, where people looked in it, and the order of its pixels.

    Args:
        values: (N,) float64, the map.
        looked: its fixated pixels.
        steps: that `stepped` may be asked for.
    """

    def __init__(self, values: Array, looked: Looked, steps: Sequence[float] = ()) -> None:
        self._xp: Any = array_api_compat.array_namespace(values)
        self._levels, self._counts = values[looked.pixels], looked.counts
        asked = np.concatenate([np.empty(0), *map(thresholds, steps)])
        self._ranking = Ranking(values, looked.pixels, asked)

    @cached_property
    def _every_pixel(self) -> Weights:
        return self._ranking.weights(None)

    def _negatives(self, weights: Array | None) -> Weights:
        return self._every_pixel if weights is None else self._ranking.weights(weights)

    def exact(self, negatives: Array | None = None) -> Array:
        """P(positive > negative) + P(equal) / 2; `negatives` (N,) weights, None for all pixels once."""
        ranking, weights = self._ranking, self._negatives(negatives)
        if ranking.known < ranking.size or not self._levels.shape[0] or not weights.total > 0:
            return self._nan
        beaten = ranking.below(weights, self._levels) + ranking.below(weights, self._levels, or_equal=True)
        return self._xp.vecdot(beaten, self._counts) / (2 * self._xp.sum(self._counts) * weights.total)

    def judd(self) -> Array:
        """Thresholds are the values at fixated pixels, negatives the other pixels (AUC_Judd.m)."""
        xp, ranking, found = self._xp, self._ranking, self._levels.shape[0]
        if not 0 < found < ranking.size or not ranking.high > ranking.low:
            return self._nan
        cuts = xp.flip(xp.sort(self._levels))  # NaN comes first, as in MATLAB, and nothing is above it
        hits = xp.cumulative_sum(xp.ones_like(cuts))
        above = ranking.known - ranking.below(self._every_pixel, cuts)
        above = xp.where(xp.isnan(cuts), 0.0, above)
        return _area(xp, hits / found, (above - hits) / (ranking.size - found))

    def stepped(self, step: float, negatives: Array | None = None) -> Array:
        """Thresholds are `step` apart on the map scaled to [0, 1] (AUC_Borji.m, AUC_shuffled.m)."""
        xp, ranking, weights = self._xp, self._ranking, self._negatives(negatives)
        if not self._levels.shape[0] or not weights.total > 0 or not ranking.known:
            return self._nan
        cuts = xp.asarray(thresholds(step)[::-1].copy(), device=array_api_compat.device(self._levels))
        order = xp.argsort(self._levels)
        levels, counts = ranking.scaled(self._levels[order]), self._counts[order]
        missed = xp.concat([xp.zeros_like(counts[:1]), xp.cumulative_sum(counts)])
        known = int(xp.searchsorted(levels, xp.asarray(np.inf, dtype=levels.dtype)))  # NaN is above no cut
        hits = missed[known] - missed[xp.searchsorted(levels, cuts)]
        alarms = ranking.known_weight(weights) - ranking.below_share(weights, cuts)
        return _area(xp, hits / missed[-1], alarms / weights.total)

    @property
    def _nan(self) -> Array:
        return self._xp.asarray(np.nan, dtype=self._counts.dtype)


def thresholds(step: float) -> NDArray[np.float64]:
    """0, step, 2 step, ... up to 1: those above the greatest value add nothing to an area."""
    return np.arange(0.0, 1.0 + step / 2, step)


def _area(xp: Any, hits: Array, alarms: Array) -> Array:  # noqa: ANN401
    """The area under the curve from (0, 0) through the points to (1, 1)."""
    zero, one = xp.zeros_like(hits[:1]), xp.ones_like(hits[:1])
    heights, places = (xp.concat([zero, values, one]) for values in (hits, alarms))
    return xp.sum((heights[1:] + heights[:-1]) * (places[1:] - places[:-1])) / 2
