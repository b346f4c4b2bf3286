"""The ROC curve of one map: its pixels are ordered once, and every AUC of the field is read off.

The positives are the values at fixations. What differs is the negatives, the thresholds and ties. The area
under a curve is the mean, over the negatives, of a step function of their value: the mean height of the curve
where this negative moves it to the right. The randomized variants of the MIT code average over random
draws of negatives; so their expectation is the mean over all negatives, and no sampling is needed.

"Plainly::" in a docstring gives the definition in a few slow lines that `tests/metrics/kernels/test_plain.py`
runs: `values`, `counts` and `weights` are (N,), the map, how many fixations each pixel has, and how
much it counts as a negative.

NaN pixels are left out of a map's range, as MATLAB's min and max do, and are above no threshold.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TypeAlias

import array_api_compat
import numpy as np
from numpy.typing import NDArray

from gazemap.metrics.kernels.arrays import Array, number
from gazemap.metrics.kernels.pixels import FixatedPixels, Pixels
from gazemap.metrics.kernels.ranking import Ranking

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
        self._steps, self._is_flat, self._only_steps = self._levels[:0], True, only_steps
        if not pixels.values.shape[1] or not self._found:
            return  # NaN everywhere, or no fixation: nothing has a value
        low, high = number(pixels.low[index]), number(pixels.high[index])
        self._is_flat = not high > low
        if step is not None and np.isfinite(high - low):  # what is infinite cannot be scaled to [0, 1]
            steps = step_cuts(step, low, high)[1:]  # no value is below the first, and very many may equal it
            self._steps = xp.asarray(steps, dtype=levels.dtype, device=array_api_compat.device(levels))
        ranked = self._levels[:0] if only_steps else self._levels
        cuts = xp.sort(xp.concat([ranked, self._steps]))
        self._cuts = xp.concat([cuts[:1], cuts[1:][cuts[1:] > cuts[:-1]]])  # (m,), each once
        self._ranking = Ranking(pixels.values[index], lambda: pixels.raised[index], low, high, self._cuts)

    def exact(self, negatives: Negatives = None) -> Array:
        """(): P(positive > negative) + P(equal) / 2.

        Plainly::

            wins = [(p > values) + (p == values) / 2 for p in values]
            area = counts @ np.array(wins) @ weights / (counts.sum() * weights.sum())
        """
        total = self._total(negatives)
        if self._known is not None or not self._found or not total > 0:
            return self._nan
        heights = self._missed[-1] - self._missed[self._up_to(self._levels)]
        return self._sum(heights, negatives, halve=True) / (self._missed[-1] * total)

    def judd(self) -> Array:
        """(): thresholds are the values at fixated pixels, negatives the other pixels (AUC_Judd.m).

        Plainly::

            levels = np.sort(values[counts > 0])[::-1]
            rank, above = np.arange(1, len(levels) + 1), np.array([(values >= v).sum() for v in levels])
            true_positives = [0, *rank / len(levels), 1]
            false_positives = [0, *(above - rank) / (len(values) - len(levels)), 1]
            area = np.trapezoid(true_positives, false_positives)
        """
        if self._is_flat or self._found == self._size:
            return self._nan
        area = self._every_pixel[0] + 2 * self._found * (self._size - self._ranking.size)
        return (area / self._found - self._found) / (2 * (self._size - self._found))

    def stepped(self, negatives: Negatives = None) -> Array:
        """(): thresholds are `step` apart on the map scaled to [0, 1] (AUC_Borji.m, AUC_shuffled.m).

        Plainly::

            scaled = (values - values.min()) / (values.max() - values.min())
            thresholds = np.arange(0.0, 1.0 + step / 2, step)[::-1]
            true_positives = [0, *(counts[scaled >= t].sum() / counts.sum() for t in thresholds), 1]
            false_positives = [0, *(weights[scaled >= t].sum() / weights.sum() for t in thresholds), 1]
            area = np.trapezoid(true_positives, false_positives)
        """
        total = self._total(negatives)
        if not self._steps.shape[0] or not total > 0:
            return self._nan
        if negatives is None:
            area, known = self._every_pixel[1], self._ranking.size
        else:
            weights = self._known_weights(negatives)
            area = self._sum(self._stepped_heights, weights)
            known = self._total(weights)
        area = area + (total - known) * (self._seen + self._missed[-1])
        return area / (2 * self._missed[-1] * total)

    def _total(self, negatives: Negatives) -> Array | int:
        if negatives is None:
            return self._size
        return self._xp.sum(negatives.counts if isinstance(negatives, FixatedPixels) else negatives)

    def _sum(self, heights: Array, negatives: Negatives, *, halve: bool = False) -> Array:
        """(): the sum over negatives of a step function, see `Ranking`."""
        if isinstance(negatives, FixatedPixels):
            return self._ranking.total_at(heights, negatives.pixels, negatives.counts, halve=halve)
        return self._ranking.total(heights, negatives, halve=halve)

    def _known_weights(self, negatives: Array | FixatedPixels) -> Array | FixatedPixels:
        """The negatives whose pixels are not NaN."""
        if self._known is None:
            return negatives
        weights = self._spread(negatives) if isinstance(negatives, FixatedPixels) else negatives
        return weights[self._known]

    def _spread(self, negatives: FixatedPixels) -> Array:
        """(N,) weights of pixels with weights."""
        return self._xp.bincount(negatives.pixels, negatives.counts, minlength=self._size)

    @cached_property
    def _every_pixel(self) -> tuple[Array, Array]:
        """() twice: the sums over all pixels that are not NaN of the heights for `judd` and for `stepped`."""
        if not self._steps.shape[0]:
            return self._ranking.total(self._judd_heights), self._nan
        if self._only_steps:
            return self._nan, self._ranking.total(self._stepped_heights)
        return self._ranking.totals(self._judd_heights, self._stepped_heights)

    @property
    def _judd_heights(self) -> Array:
        """(m + 1,): twice the curve's height, times n, where a pixel moves it to the right."""
        above = self._found - self._up_to(self._levels)
        return self._xp.astype(self._xp.minimum(2 * above + 1, 2 * self._found), self._counts.dtype)

    @property
    def _stepped_heights(self) -> Array:
        """(m + 1,): the same, times the number of fixations."""
        xp, none = self._xp, self._missed[:1]
        fallen = self._missed[xp.searchsorted(self._levels, self._steps)]
        found = self._seen - xp.concat([none, fallen])  # (s + 1,): fixations that reach 0, then each step
        return (found + xp.concat([found[1:], none]))[self._up_to(self._steps)]

    def _up_to(self, values: Array) -> Array:
        """(m + 1,): how many of some ascending values lie below the first cut, then up to each cut."""
        xp = self._xp
        reached = xp.searchsorted(values, self._cuts, side="right")
        return xp.concat([xp.zeros_like(reached[:1]), reached])

    @cached_property
    def _missed(self) -> Array:
        """(n + 1,): the fixations at the 0, 1, ..., n lowest fixated pixels."""
        xp = self._xp
        return xp.concat([xp.zeros_like(self._counts[:1]), xp.cumulative_sum(self._counts)])

    @property
    def _seen(self) -> Array:
        """(): the fixations at pixels that are not NaN."""
        return self._missed[self._levels.shape[0]]

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
