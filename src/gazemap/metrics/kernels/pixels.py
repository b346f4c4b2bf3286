"""The pixels of a batch of maps, and what several metrics ask of them, computed once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from gazemap.metrics.kernels.arrays import Array, number, room_for

_LEAST = 1e-290  # what a sum must exceed to be divided by: times 2.2e-16 it is still a normal float64


@dataclass(frozen=True)
class Pixels:
    """A batch of maps, flattened; its properties are computed where they are first asked for.

    Attributes:
        xp: the array library's namespace, in the array API's names.
        values: (B, N) float64.
    """

    xp: Any
    values: Array

    @cached_property
    def low(self) -> Array:
        """(B,): the least values; NaN where there is one."""
        return self.xp.min(self.values, axis=-1)

    @cached_property
    def high(self) -> Array:
        """(B,): the greatest values; NaN where there is one."""
        return self.xp.max(self.values, axis=-1)

    @cached_property
    def raised(self) -> Array:
        """(B, N): the values less the least of their map.

        Moments are taken of these: a map whose least value is 0 has a mean of at most sqrt(N)
        standard deviations, so that they lose no more than a share of N eps to rounding.
        """
        if self._starts_at_zero:
            return self.values
        with np.errstate(over="ignore", invalid="ignore"):  # -inf in a log density
            return self.xp.subtract(self.values, self.low[:, None], out=room_for(self.values))

    @cached_property
    def _starts_at_zero(self) -> bool:
        """Whether nothing is to be taken off; not asked of tensors, whose gradient would not be the same."""
        return isinstance(self.values, np.ndarray) and not bool(self.xp.any(self.low != 0))

    @cached_property
    def raised_sum(self) -> Array:
        """(B,): the sum of the raised values; 0 for a constant map alone."""
        if self._starts_at_zero:
            return self.sum
        below = self.low * self.values.shape[-1]
        with np.errstate(over="ignore", invalid="ignore"):  # infinite values
            if number(self.xp.max(self.xp.abs(below) - self.xp.abs(self.sum) / 2)) <= 0:
                return self.sum - below  # no digits are lost
        return self.xp.sum(self.raised, axis=-1)

    @cached_property
    def sum(self) -> Array:
        """(B,)."""
        with np.errstate(over="ignore", invalid="ignore"):  # both infinities
            return self.xp.sum(self.values, axis=-1)

    @cached_property
    def squares(self) -> Array:
        """(B,): the sum of the squared deviations from the mean."""
        size = self.values.shape[-1]
        with np.errstate(over="ignore", invalid="ignore"):
            if isinstance(self.values, np.ndarray):
                whole = self.xp.vecdot(self.values, self.values)
                squares = whole - self.sum**2 / size
                if (squares > whole / 4).all():  # no digits are lost, and the raised values need not be made
                    return squares
            return self.xp.vecdot(self.raised, self.raised) - self.raised_sum**2 / size

    @cached_property
    def is_constant(self) -> Array:
        """(B,): which have one value everywhere."""
        return self.raised_sum == 0

    @cached_property
    def is_zero(self) -> Array:
        """(B,): which are 0 everywhere."""
        return self.is_constant & (self.low == 0)

    @cached_property
    def varies(self) -> Array:
        """(B,): which have a standard deviation that float64 can divide by."""
        return (self.squares > _LEAST) & (self.squares < np.inf)

    @cached_property
    def mass(self) -> Array:
        """(B,): the sum, by which a truth is divided; NaN where it is 0 or float64 cannot divide by it."""
        return self._divisor(self.sum)

    @cached_property
    def raised_mass(self) -> Array:
        """(B,): the same of the raised values."""
        return self._divisor(self.raised_sum)

    @cached_property
    def total(self) -> Array:
        """(B,): as `mass`, but 1 for a prediction of zeros, which stays so, as in the MIT code."""
        return self.xp.where(self.is_zero, 1.0, self.mass)

    @cached_property
    def raised_total(self) -> Array:
        """(B,): as `raised_mass`, but 1 for a prediction of zeros."""
        return self.xp.where(self.is_zero, 1.0, self.raised_mass)

    def _divisor(self, sums: Array) -> Array:
        size = self.xp.abs(sums)
        return self.xp.where((size > _LEAST) & (size < np.inf), sums, np.nan)


@dataclass(frozen=True)
class FixatedPixels:
    """The fixated pixels of one image.

    Attributes:
        pixels: (n,) int64, positions in the flattened map, each once; of negatives perhaps several times.
        counts: (n,) float64, how many fixations each has.
    """

    pixels: Array
    counts: Array
