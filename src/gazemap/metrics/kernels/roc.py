"""The ROC curve of one map: its pixels are ordered once, and every AUC of the field is read off.

The positives are the values at fixations. What differs is the negatives, the thresholds and ties.
The randomized variants of the MIT code average over random draws of negatives a trapezoid that is
linear in the false-positive rates; so their expectation has the mean rates in it, and no sampling
is needed.

"Plainly::" in a docstring gives the definition in a few slow lines that `tests/metrics/kernels/test_plain.py`
runs: `values`, `counts` and `weights` are (N,), the map, how many fixations each pixel has, and how
much it counts as a negative.

NaN pixels are left out of a map's range, as MATLAB's min and max do, and are above no threshold.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeAlias

import array_api_compat
import numpy as np
from numpy.typing import NDArray

from gazemap.metrics.kernels.arrays import Array, number
from gazemap.metrics.kernels.pixels import FixatedPixels, Pixels
from gazemap.metrics.kernels.ranking import Below, Ranking

Negatives: TypeAlias = Array | FixatedPixels | None  # (N,) weights, pixels with weights, or all pixels once


class Roc:
    """One map of N pixels, n of them fixated, and the order of its pixels.

    Args:
        pixels: a batch of maps, (B, N).
        index: of the map in the batch.
        fixated: its fixated pixels, (n,).
        step: between the thresholds of `stepped`, which is not asked for without one.
        only_steps: that nothing but `stepped` will be asked for.
    """

    def __init__(
        self,
        pixels: Pixels,
        index: int,
        fixated: FixatedPixels,
        step: float | None = None,
        *,
        only_steps: bool = False,
    ) -> None:
        self._xp = xp = pixels.xp
        self._values = values = pixels.values[index]  # (N,)
        order = xp.argsort(values[fixated.pixels])  # NaN last
        levels, self._counts = values[fixated.pixels][order], fixated.counts[order]  # (n,), ascending
        self._size, self._found = values.shape[0], levels.shape[0]
        self._levels = levels[: self._found - int(xp.sum(xp.isnan(levels)))]  # (l,), without NaN
        self._known = ~xp.isnan(values) if np.isnan(number(pixels.low[index])) else None
        if self._known is not None:
            pixels, index = Pixels(xp, values[self._known][None, :]), 0
        self._steps, self._is_flat = self._levels[:0], True
        if not pixels.values.shape[1] or not self._found:
            return  # NaN everywhere, or no fixation: nothing has a value
        low, high = number(pixels.low[index]), number(pixels.high[index])
        self._is_flat = not high > low
        if step is not None and np.isfinite(high - low):  # what is infinite cannot be scaled to [0, 1]
            steps = step_cuts(step, low, high)[1:]  # no value is below the first, and very many may equal it
            self._steps = xp.asarray(steps, dtype=levels.dtype, device=array_api_compat.device(levels))
        ranked = self._levels[:0] if only_steps else self._levels
        self._ranked = ranked.shape[0]
        asked = xp.concat([ranked, self._steps])  # (l + s,)
        cuts = xp.sort(asked)
        cuts = xp.concat([cuts[:1], cuts[1:][cuts[1:] > cuts[:-1]]])  # (m,), each once
        self._place = xp.searchsorted(cuts, asked)  # (l + s,): cuts[place] is what was asked for
        positives = xp.bincount(
            self._place[: self._ranked],
            self._counts[: self._ranked],
            minlength=cuts.shape[0],
        )
        self._ranking = Ranking(pixels.values[index], pixels.raised[index], low, high, cuts, positives)

    def exact(self, negatives: Negatives = None) -> Array:
        """(): P(positive > negative) + P(equal) / 2.

        Plainly::

            wins = [(p > values) + (p == values) / 2 for p in values]
            area = counts @ np.array(wins) @ weights / (counts.sum() * weights.sum())
        """
        xp, total = self._xp, self._total(negatives)
        if self._known is not None or not self._found or not total > 0:
            return self._nan
        if negatives is None:
            beaten = xp.sum(self._ranking.won)
        elif isinstance(negatives, FixatedPixels):
            beaten = xp.vecdot(self._ranking.won_at(negatives.pixels), negatives.counts)
        else:
            beaten = xp.vecdot(self._ranking.won, negatives)
        return beaten / (xp.sum(self._counts) * total)

    def judd(self) -> Array:
        """(): thresholds are the values at fixated pixels, negatives the other pixels (AUC_Judd.m).

        Plainly::

            levels = np.sort(values[counts > 0])[::-1]
            rank, above = np.arange(1, len(levels) + 1), np.array([(values >= v).sum() for v in levels])
            true_positives = [0, *rank / len(levels), 1]
            false_positives = [0, *(above - rank) / (len(values) - len(levels)), 1]
            area = np.trapezoid(true_positives, false_positives)
        """
        xp, seen = self._xp, self._levels.shape[0]
        if self._is_flat or self._found == self._size:
            return self._nan
        below = self._below(None)
        above = xp.zeros_like(self._counts)  # NaN comes first in descending order, and nothing is above it
        above[self._found - seen :] = xp.flip(below.total - below.less[:seen])
        rank = xp.cumulative_sum(xp.ones_like(above))
        return _area(xp, rank / self._found, (above - rank) / (self._size - self._found))

    def stepped(self, negatives: Negatives = None) -> Array:
        """(): thresholds are `step` apart on the map scaled to [0, 1] (AUC_Borji.m, AUC_shuffled.m).

        Plainly::

            scaled = (values - values.min()) / (values.max() - values.min())
            thresholds = np.arange(0.0, 1.0 + step / 2, step)[::-1]
            true_positives = [0, *(counts[scaled >= t].sum() / counts.sum() for t in thresholds), 1]
            false_positives = [0, *(weights[scaled >= t].sum() / weights.sum() for t in thresholds), 1]
            area = np.trapezoid(true_positives, false_positives)
        """
        xp, seen, total = self._xp, self._levels.shape[0], self._total(negatives)
        if not self._steps.shape[0] or not total > 0:
            return self._nan
        below, none = self._below(negatives), xp.zeros_like(self._counts[:1])
        missed = xp.concat([none, xp.cumulative_sum(self._counts)])
        fallen = missed[xp.searchsorted(self._levels, self._steps)]
        true_positives = missed[seen] - xp.flip(xp.concat([none, fallen]))
        false_positives = below.total - xp.flip(xp.concat([none, below.less[self._ranked :]]))
        return _area(xp, true_positives / missed[-1], false_positives / total)

    def _total(self, negatives: Negatives) -> Array | int:
        if negatives is None:
            return self._size
        return self._xp.sum(negatives.counts if isinstance(negatives, FixatedPixels) else negatives)

    def _below(self, negatives: Negatives) -> Below:
        """(l + s,): below each level, then below each step; the total is that of pixels that are not NaN."""
        if negatives is None:
            return self._every_pixel
        if self._known is None and isinstance(negatives, FixatedPixels):
            below = self._ranking.below_at(negatives.pixels, negatives.counts)
        else:
            weights = self._spread(negatives) if isinstance(negatives, FixatedPixels) else negatives
            below = self._ranking.below(weights if self._known is None else weights[self._known])
        return Below(below.less[self._place], below.total)

    def _spread(self, negatives: FixatedPixels) -> Array:
        """(N,) weights of pixels with weights."""
        weights = self._xp.zeros_like(self._values)
        weights[negatives.pixels] = negatives.counts
        return weights

    @cached_property
    def _every_pixel(self) -> Below:
        below = self._ranking.below()
        return Below(below.less[self._place], below.total)

    @property
    def _nan(self) -> Array:
        return self._xp.asarray(np.nan, dtype=self._counts.dtype)


def rocs_of(
    pixels: Pixels, fixated: list[FixatedPixels], step: float | None = None, *, only_steps: bool = False
) -> list[Roc]:
    """The curve of every image of a batch, for thresholds `step` apart where one is given."""
    return [Roc(pixels, index, at, step, only_steps=only_steps) for index, at in enumerate(fixated)]


def step_cuts(step: float, low: float, high: float) -> NDArray[np.float64]:
    """(1 / step + 1,): the least values that, scaled from [low, high] to [0, 1], reach 0, step, ... up to 1.

    Rounding is that of (value - low) / (high - low), as the MIT code scales maps.
    """
    shares = np.arange(0.0, 1.0 + step / 2, step)  # those above the greatest value add nothing
    if not high > low:  # a constant map lies at 0
        return np.where(shares > 0, np.inf, low)

    def reach(values: NDArray[np.float64]) -> NDArray[np.bool_]:
        return (values - low) / (high - low) >= shares

    cuts, rising = low + shares * (high - low), shares > 0
    for _ in range(3):
        before = np.nextafter(cuts, -np.inf)
        short, spare = rising & ~reach(cuts), rising & reach(before)
        if not (short | spare).any():
            return cuts
        cuts = np.where(short, np.nextafter(cuts, np.inf), np.where(spare, before, cuts))
    return np.where(rising, _least(reach, low, len(shares)), low)


def _least(
    reach: Callable[[NDArray[np.float64]], NDArray[np.bool_]], low: float, count: int
) -> NDArray[np.float64]:
    """The least float64 numbers for which `reach` holds, above `low`, for which it does not: by bisection.

    Around 0 there are more of them than could be tried one after the other.
    """
    below, above = _in_order(np.full(count, low)), _in_order(np.full(count, np.inf))
    for _ in range(64):
        middle = (below >> 1) + (above >> 1) + (below & above & 1)
        reached = reach(_in_order(middle.view(np.float64)).view(np.float64))
        below, above = np.where(reached, below, middle), np.where(reached, middle, above)
    return _in_order(above.view(np.float64)).view(np.float64)


def _in_order(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """The bits of numbers as integers in the same order; doing it twice gives the numbers' bits back.

    Plainly, `_in_order(values).argsort()` is `values.argsort()`: the bits of positive numbers are in
    order already, those of negative ones in reverse.
    """
    bits = values.view(np.int64)
    return bits ^ ((bits >> 63) & np.int64(2**63 - 1))


def _area(xp: Any, true_positives: Array, false_positives: Array) -> Array:  # noqa: ANN401
    """(): the area under the curve from (0, 0) through the points, (k,) rates, to (1, 1)."""
    zero, one = xp.zeros_like(true_positives[:1]), xp.ones_like(true_positives[:1])
    heights, places = (xp.concat([zero, rates, one]) for rates in (true_positives, false_positives))
    return xp.sum((heights[1:] + heights[:-1]) * (places[1:] - places[:-1])) / 2
