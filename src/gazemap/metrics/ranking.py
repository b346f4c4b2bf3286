"""The order of a map's pixels: how many, or how much weight, lie below a value?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import array_api_compat
import numpy as np
from numpy.typing import NDArray

from gazemap.metrics.arrays import Array

_BUCKETS = 1 << 15


@dataclass(frozen=True)
class Weights:
    """Summed weights of pixels in ascending order.

    Attributes:
        total: of all pixels.
        alone: (M + 1,): of the first 0, 1, ... pixels among those that were sorted one by one.
        buckets: (buckets,): of the unsorted pixels in lower buckets; None where all were sorted.
    """

    total: Array
    alone: Array
    buckets: NDArray[np.float64] | None


class Ranking:
    """The pixels of one map in ascending order; NaN last.

    In NumPy, few pixels are sorted. The map's range is cut into buckets by a monotone function, so
    that rounding cannot put two pixels in the wrong order. Where no question falls into a bucket,
    its pixels answer alike, and their number is all that counts; the others are sorted.

    Args:
        values: (N,) float64.
        asked: (n,) int64, the pixels whose values `below` may be asked for.
        shares: (k,) float64, what `below_share` may be asked for.
    """

    def __init__(self, values: Array, asked: Array, shares: NDArray[np.float64]) -> None:
        self._xp: Any = array_api_compat.array_namespace(values)
        xp = self._xp
        self.low, self.high = (float(f(values)) for f in (xp.min, xp.max))
        self.size = self.known = values.shape[0]
        if np.isnan(self.low):  # skipped, as MATLAB's min and max do
            known = values[~xp.isnan(values)]
            self.known = known.shape[0]
            if self.known:
                self.low, self.high = (float(f(known)) for f in (xp.min, xp.max))
        self._bucket: NDArray[np.int64] | None = None
        if isinstance(values, np.ndarray) and self.known == self.size > 2 * _BUCKETS and self._divisible():
            self._bucket = self._bucket_of(values)
            self._split = np.zeros(_BUCKETS, bool)
            self._split[self._bucket[asked]] = True
            beside = (shares * _BUCKETS).astype(np.int64)
            self._split[np.clip([beside - 1, beside, beside + 1], 0, _BUCKETS - 1)] = True
            self._alone = np.flatnonzero(self._split.take(self._bucket))
            values = values[self._alone]
        self._order = xp.argsort(values)
        self._values = values[self._order]

    def weights(self, weights: Array | None) -> Weights:
        """Of every pixel, (N,); None counts each once."""
        xp, lower = self._xp, None
        alone = xp.ones_like(self._values) if weights is None else weights
        if self._bucket is not None:
            summed = np.bincount(self._bucket, weights, minlength=_BUCKETS).astype(np.float64)
            summed[self._split] = 0
            lower = np.cumsum(summed) - summed
            alone = alone if weights is None else alone[self._alone]
        running = xp.cumulative_sum(alone[self._order])
        running = xp.concat([xp.zeros_like(alone[:1]), running])
        return Weights(running[-1] if lower is None else running[-1] + summed.sum(), running, lower)

    def below(self, weights: Weights, values: Array, *, or_equal: bool = False) -> Array:
        """The weight of the pixels below each of the asked pixels' values."""
        place = self._xp.searchsorted(self._values, values, side="right" if or_equal else "left")
        found = weights.alone[place]
        return found if weights.buckets is None else found + weights.buckets[self._bucket_of(values)]

    def below_share(self, weights: Weights, shares: Array) -> Array:
        """The weight of the pixels that lie below each share of the way from the least value to the greatest."""
        found = weights.alone[self._xp.searchsorted(self._scaled_values, shares)]
        if weights.buckets is None:
            return found
        return found + weights.buckets[np.minimum(shares * _BUCKETS, _BUCKETS - 1).astype(np.int64)]

    def known_weight(self, weights: Weights) -> Array:
        """The weight of the pixels that are not NaN."""
        return weights.total if self.known == self.size else weights.alone[self.known]

    def scaled(self, values: Array) -> Array:
        """To [0, 1]; a constant map lies at 0."""
        span = self.high - self.low
        return (values - self.low) / (span if span > 0 else np.inf)

    @cached_property
    def _scaled_values(self) -> Array:
        return self.scaled(self._values)

    def _bucket_of(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        shares = values - self.low
        shares *= _BUCKETS * (1 - 1e-12) / (self.high - self.low)
        return shares.astype(np.int64)

    def _divisible(self) -> bool:
        """Whether floating point tells every bucket from the next."""
        span = self.high - self.low
        if not np.finfo(np.float64).tiny * _BUCKETS < span < np.inf:
            return False
        middles = self.low + (np.arange(_BUCKETS) + 0.5) * (span / _BUCKETS)
        return bool((self._bucket_of(middles) == np.arange(_BUCKETS)).all())
