"""The order of a map's pixels: how many, or how much weight, lie below each of some cuts?

"Plainly::" in a docstring is the definition in a few slow lines; `tests/metrics/kernels/test_plain.py` runs
them.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import array_api_compat
import numpy as np
from numpy.typing import NDArray

from gazemap.metrics.kernels.arrays import Array

_BUCKETS = 1 << 16
_CROWDED = 8  # cuts in one bucket beyond which bisection is quicker than going through them
_FEW = 16  # cuts that are quicker compared with every pixel
_WHOLE = 2.0**52  # floating-point numbers from here on are whole, and their last bits are those of an integer


class Below(NamedTuple):
    """Summed weights of pixels, float64: (m,) of those below each cut, () of all."""

    less: Array
    total: Array


class Ranking:
    """One map's N pixels between m cuts. None is sorted: each is placed among the cuts.

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
    """

    def __init__(
        self, values: Array, raised: Array, low: float, high: float, cuts: Array, counts: Array
    ) -> None:
        self._xp: Any = array_api_compat.array_namespace(values)
        self._values, self._raised, self._low, self._span = values, raised, low, high - low
        self._cuts = cuts
        self._running = self._xp.concat([self._xp.zeros_like(counts[:1]), self._xp.cumulative_sum(counts)])

    @cached_property
    def _buckets(self) -> Array:
        """(N,): the bucket of each pixel; None where all pixels are placed one by one."""
        scale = self._scale
        is_large = isinstance(self._values, np.ndarray) and len(self._values) > _BUCKETS // 4
        if not is_large or not np.isfinite(self._span) or not np.isfinite(scale):
            return None  # few pixels, or floating point cannot tell the buckets apart
        return _rounded(self._raised * scale)

    @cached_property
    def _scale(self) -> float:
        return (_BUCKETS - 1) / self._span if self._span > 0 else np.inf

    @cached_property
    def _cut_buckets(self) -> NDArray[np.int64]:
        return _rounded(np.clip(self._cuts - self._low, 0, self._span) * self._scale)

    @cached_property
    def _near(self) -> NDArray[np.int64]:
        """(k,): the pixels whose bucket holds a cut; only they are placed one by one."""
        crossed = np.zeros(_BUCKETS, bool)
        crossed[self._cut_buckets] = True
        return np.flatnonzero(crossed.take(self._buckets))

    @cached_property
    def _placed(self) -> tuple[Array, Array]:
        """(k,) twice: the places of the near pixels; of all where there are no buckets."""
        return self._by_bisection(self._values) if self._buckets is None else self._places(self._near)

    def _places(self, pixels: Array) -> tuple[Array, Array]:
        """(k,) twice: how many cuts lie below each of some pixels, (k,) positions, and how many not above.

        Plainly::

            below = [(cuts < value).sum() for value in values]
            not_above = [(cuts <= value).sum() for value in values]
        """
        values, buckets = self._values[pixels], self.__dict__.get("_buckets")
        if buckets is None or self._fullest > _CROWDED:
            return self._by_bisection(values)  # buckets are not made for a few pixels' sake
        ends = np.append(self._cuts, np.inf)
        place = self._lower_cuts[buckets[pixels]]
        for _ in range(self._fullest):
            place += ends[place] < values
        return place, place + (ends[place] == values)

    def _by_bisection(self, values: Array) -> tuple[Array, Array]:
        below, up_to = (self._xp.searchsorted(self._cuts, values, side=side) for side in ("left", "right"))
        return below, up_to

    @cached_property
    def _lower_cuts(self) -> NDArray[np.int64]:
        """(buckets,): how many cuts lie in lower buckets than each."""
        widths = np.diff(self._cut_buckets, prepend=-1, append=_BUCKETS)
        return np.repeat(np.arange(len(widths)), widths)

    @cached_property
    def _fullest(self) -> int:
        """The most cuts in one bucket, or one more than `_CROWDED`."""
        most, buckets = 1, self._cut_buckets
        while most <= _CROWDED and (buckets[most:] == buckets[:-most]).any():
            most += 1
        return most

    @cached_property
    def won(self) -> Array:
        """(N,): how many positives lie above each pixel; equal ones count half.

        Plainly::

            won = [counts[cuts > value].sum() + counts[cuts == value].sum() / 2 for value in values]
        """
        placed = self._won_from(*self._placed)
        if self._buckets is None:
            return placed
        won = (self._running[-1] - self._running[self._lower_cuts]).take(self._buckets)
        won[self._near] = placed
        return won

    def won_at(self, pixels: Array) -> Array:
        """The same at some pixels alone, (k,) positions."""
        return self._won_from(*self._places(pixels))

    def _won_from(self, from_place: Array, above_place: Array) -> Array:
        return self._running[-1] - (self._running[from_place] + self._running[above_place]) / 2

    def below(self, weights: Array | None = None) -> Below:
        """The summed (N,) weights of the pixels below the cuts; None weighs each pixel 1.

        Plainly::

            less, total = [weights[values < cut].sum() for cut in cuts], weights.sum()
        """
        total = float(self._values.shape[0]) if weights is None else self._xp.sum(weights)
        if weights is None and isinstance(self._values, np.ndarray) and len(self._cuts) < _FEW:
            return Below(np.array([np.count_nonzero(self._values < cut) for cut in self._cuts], float), total)
        lower: Array = 0.0
        if self._buckets is not None:
            heights = np.bincount(self._buckets, weights, minlength=_BUCKETS)
            heights[self._cut_buckets] = 0  # their pixels are placed one by one
            starts = np.concatenate([[0], self._cut_buckets])
            lower = np.cumsum(np.add.reduceat(heights, starts))[:-1]
            weights = weights if weights is None else weights[self._near]
        return Below(self._fallen(self._placed[1], weights) + lower, total)

    def below_at(self, pixels: Array, weights: Array) -> Below:
        """The same of some pixels alone, by their positions and weights, (k,)."""
        return Below(self._fallen(self._places(pixels)[1], weights), self._xp.sum(weights))

    def _fallen(self, places: Array, weights: Array | None) -> Array:
        """(m,): the weights of pixels below each cut, from the number of cuts not above each pixel."""
        heights = self._xp.bincount(places, weights, minlength=self._cuts.shape[0] + 1)
        return self._xp.astype(self._xp.cumulative_sum(heights)[:-1], self._cuts.dtype)


def _rounded(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Non-negative numbers below 2**51 to whole ones, in place and in half the time of a cast.

    Plainly, `np.rint(values).astype(np.int64)`: added to 2**52, a number keeps no digits behind the
    point, and its last bits are the whole number.
    """
    values += _WHOLE
    whole = values.view(np.int64)
    whole -= np.float64(_WHOLE).view(np.int64)
    return whole
