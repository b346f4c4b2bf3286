"""The order of a map's pixels: sums over them of functions that change only at some cuts.

"Plainly::" in a docstring is the definition in a few slow lines; `tests/metrics/kernels/test_plain.py` runs
them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gazemap.metrics.kernels.arrays import Array, namespace_of
from gazemap.system.array_pool import POOL
from gazemap.types import Floats

_BUCKETS = 1 << 16
_CROWDED = 8  # cuts in one bucket beyond which bisection is quicker than going through them
_FEW = 20  # cuts that are quicker compared with every pixel
_BLOCK = 1 << 16  # pixels
_FAINT = 2.0**-24  # share of the greatest value below which all share a bucket
_WIDE = 62  # bits that two sums may take in one integer


class Ranking:
    """One map's N pixels between m cuts. None is sorted: each is placed among the cuts.

    A step function of a pixel's value is given by its heights, (m + 1,): below the first cut, from it on,
    ..., from the last on. They are 0 or more, and sums of whole heights are exact.

    In NumPy few pixels are placed one by one. The map's range is divided into buckets by a monotone
    function, so that rounding cannot put two values in the wrong order; where no cut falls into a
    bucket, all its pixels have the same place.

    Args:
        values: (N,) float64, no NaN.
        raised: gives (N,), the values less their least; not asked where the cuts are few.
        low: the least value.
        high: the greatest.
        cuts: (m,) float64, ascending, each once, no NaN.

    Attributes:
        size: N.
    """

    def __init__(
        self, values: Array, raised: Callable[[], Array], low: float, high: float, cuts: Array
    ) -> None:
        self._xp = namespace_of(values)
        self._values, self._raised, self._low, self._span = values, raised, low, high - low
        self._cuts, self.size = cuts, values.shape[0]
        self._near: NDArray[np.int64] | None = None  # known once a function has been spread over the pixels

    def total(self, heights: Array, weights: Array | None = None, *, halve: bool = False) -> Array:
        """(): the sum over pixels of a step function, times their weights.

        Args:
            heights: (m + 1,).
            weights: (N,); None weighs each pixel 1.
            halve: whether a pixel that equals a cut has the mean of the heights on both sides of it.

        Plainly::

            below = [(cuts < value).sum() for value in values]
            not_above = [(cuts <= value).sum() for value in values]
            total = heights[not_above] @ weights
            halved = (heights[below] + heights[not_above]) / 2 @ weights
        """
        if weights is None and self._is_few:
            reached, exceeded = self._counts(halve)
            return heights[0] * self.size + (heights[1:] - heights[:-1]) @ ((reached + exceeded) / 2)
        if self._buckets is None:
            return self._sum(self._heights_at(self._every_place, heights, halve), weights)
        by_bucket = np.repeat(heights, self._widths)
        by_bucket[self._cut_buckets] = -1
        spread = by_bucket.take(
            self._buckets, out=POOL.empty(self._buckets.shape, by_bucket.dtype), mode="clip"
        )
        if self._near is None:
            self._near = np.flatnonzero(np.less(spread, 0, out=POOL.empty(spread.shape, bool)))
        placed = self._heights_at(self._near_places, heights, halve) + 1
        return self._sum(spread, weights) + self._sum(
            placed, None if weights is None else weights[self._near]
        )

    def total_at(self, heights: Array, pixels: Array, weights: Array, *, halve: bool = False) -> Array:
        """The same of some pixels alone, by their positions and weights, (k,)."""
        return self._sum(self._heights_at(self._places(pixels), heights, halve), weights)

    def totals(self, first: Array, second: Array) -> tuple[Array, Array]:
        """`total` of two functions of whole heights; in NumPy they share the bits of one where they fit."""
        if self._buckets is None:
            return self.total(first), self.total(second)
        shift, size = (int(self.size * heights.max()).bit_length() for heights in (second, first))
        if shift + size > _WIDE:
            return self.total(first), self.total(second)
        both = int(self.total((first.astype(np.int64) << shift) + second.astype(np.int64)))
        return np.float64(both >> shift), np.float64(both & ((1 << shift) - 1))

    def _sum(self, values: Array, weights: Array | None) -> Array:
        return self._xp.sum(values) if weights is None else self._xp.vecdot(values, weights)

    def _heights_at(self, places: tuple[Array, Array], heights: Array, halve: bool) -> Array:
        below, not_above = places
        return (heights[below] + heights[not_above]) / 2 if halve else heights[not_above]

    @property
    def _is_few(self) -> bool:
        return isinstance(self._values, np.ndarray) and len(self._cuts) < _FEW

    def _counts(self, halve: bool) -> tuple[Floats, Floats]:
        """(m,) twice: how many pixels reach each cut, and how many exceed it; unless `halve`, the former."""
        counts, above = np.zeros((2, len(self._cuts))), POOL.empty((_BLOCK,), bool)
        for start in range(0, self.size, _BLOCK):  # which stays in the cache for all cuts
            block = self._values[start : start + _BLOCK]
            for compare, row in zip((np.greater_equal, np.greater)[: 1 + halve], counts, strict=False):
                for index, cut in enumerate(self._cuts):
                    row[index] += np.count_nonzero(compare(block, cut, out=above[: len(block)]))
        return counts[0], counts[halve * 1]

    @cached_property
    def _every_place(self) -> tuple[Array, Array]:
        return self._by_bisection(self._values)

    @cached_property
    def _near_places(self) -> tuple[Array, Array]:
        """(k,) twice: the places of the pixels whose bucket holds a cut; only they are placed one by one."""
        return self._places(self._near)

    @cached_property
    def _buckets(self) -> Array:
        """(N,): the bucket of each pixel; None where all pixels are placed one by one."""
        is_large = isinstance(self._values, np.ndarray) and self.size > _BUCKETS // 4
        if not is_large or not 0 < self._span < np.inf or not len(self._cuts):
            return None
        return self._bucket_of(self._raised())

    @cached_property
    def _cut_buckets(self) -> NDArray[np.int64]:
        return np.maximum(self._bucket_of(np.clip(self._cuts - self._low, 0, self._span)), 0)

    def _bucket_of(self, raised: Floats) -> NDArray[np.int64]:
        """(n,): the buckets of some raised values, in their order; those below 0 belong to the first.

        The bits of positive numbers, read as integers, are in the numbers' order: close to a logarithm. The
        first of them say the bucket, so that the many low values of a peaked map have as many
        buckets as the few high ones. All below the lowest cut share one.
        """
        shift, first = self._first_bits
        buckets: NDArray[np.int64] = POOL.empty(raised.shape, np.int64)
        np.right_shift(raised.view(np.int64), shift, out=buckets)
        buckets -= first
        return buckets

    @cached_property
    def _first_bits(self) -> tuple[int, int]:
        """How many bits do not matter, and what the others count from."""
        lowest = max(float(self._cuts[0]) - self._low, self._span * _FAINT)
        low, high = (int(bits) for bits in np.array([lowest, self._span]).view(np.int64))
        shift = max((high - low).bit_length() - _BUCKETS.bit_length(), 0)
        while (high >> shift) - (low >> shift) + 2 > _BUCKETS:
            shift += 1
        return shift, max((low >> shift) - 1, 0)

    def _places(self, pixels: Array) -> tuple[Array, Array]:
        """(k,) twice: how many cuts lie below each of some pixels, (k,) positions, and how many not above.

        Plainly::

            below = [(cuts < value).sum() for value in values]
            not_above = [(cuts <= value).sum() for value in values]
        """
        buckets = self.__dict__.get("_buckets")  # they are not made for a few pixels' sake
        if buckets is None or self._fullest > _CROWDED:
            return self._by_bisection(self._values[pixels])
        values, ends = self._values.take(pixels), np.append(self._cuts, np.inf)
        place = self._lower_cuts.take(buckets.take(pixels), mode="clip")
        for _ in range(self._fullest):
            place += ends.take(place) < values
        return place, place + (ends.take(place) == values)

    def _by_bisection(self, values: Array) -> tuple[Array, Array]:
        below, up_to = (self._xp.searchsorted(self._cuts, values, side=side) for side in ("left", "right"))
        return below, up_to

    @cached_property
    def _lower_cuts(self) -> NDArray[np.int32]:
        """(buckets,): how many cuts lie in lower buckets than each."""
        return np.repeat(np.arange(len(self._widths), dtype=np.int32), self._widths)

    @cached_property
    def _widths(self) -> NDArray[np.int64]:
        """(m + 1,): how many buckets there are up to the first cut's, up to the next, ..., up to the last."""
        edges: NDArray[np.int64] = np.concatenate([[-1], self._cut_buckets, [_BUCKETS - 1]])
        widths: NDArray[np.int64] = edges[1:] - edges[:-1]
        return widths

    @cached_property
    def _fullest(self) -> int:
        """The most cuts in one bucket, or one more than `_CROWDED`."""
        most, buckets = 1, self._cut_buckets
        while most <= _CROWDED and (buckets[most:] == buckets[:-most]).any():
            most += 1
        return most
