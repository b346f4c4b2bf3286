"""Why a score may be undefined; a metric's line in the table says which of the reasons it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gazemap.metrics.kernels.arrays import in_main_memory
from gazemap.metrics.kernels.pixels import FixatedPixels, Pixels
from gazemap.metrics.scoring.comparing import Comparison
from gazemap.types import Floats


class Case:
    """One image's comparison, whose score is NaN, as plain arrays.

    Args:
        comparison: of one image.
    """

    def __init__(self, comparison: Comparison) -> None:
        self._comparison, self._truth = comparison, comparison.truth
        self.size = comparison.shape[1:]
        self.min_max = comparison.protocol.min_max
        self.map = _values(comparison.first)

    @cached_property
    def truth(self) -> Floats:
        """(N,): the blurred fixations."""
        return self._pixels("density")

    @cached_property
    def baseline(self) -> Floats:
        """(N,): what information is gained over."""
        return self._pixels("baseline")

    @cached_property
    def fixated(self) -> Floats:
        """(n,): the positions of the fixated pixels."""
        name = "fixation_map"
        return in_main_memory(self._comparison.fixated(getattr(self._truth, name), repeats=True)[0].pixels)

    @property
    def has_others(self) -> bool:
        """Whether a fixation of another image lies in this one."""
        name = "other_fixation_map"
        others = self._comparison.negatives(getattr(self._truth, name), name, repeats=True)[0]
        return bool((others.counts if isinstance(others, FixatedPixels) else others).any())

    def _pixels(self, name: str) -> Floats:
        return _values(self._comparison.pixels(getattr(self._truth, name), name))


@dataclass(frozen=True)
class Reason:
    """Why a score is NaN.

    Attributes:
        text: of one image, for people, e.g. "its map is constant".
        holds: whether it is so.
    """

    text: str
    holds: Callable[[Case], bool]


def _values(pixels: Pixels) -> Floats:
    return in_main_memory(pixels.values[0])


def _is_constant(values: Floats) -> bool:
    return bool(values.min(initial=np.inf) == values.max(initial=-np.inf))


NO_FIXATION = Reason("no fixation lies in the image", lambda c: not len(c.fixated))
ALL_FIXATED = Reason("every pixel is fixated", lambda c: len(c.fixated) == len(c.map))
NO_OTHERS = Reason("no fixation of other images lies in it", lambda c: not c.has_others)

HAS_NAN = Reason("its map has NaN", lambda c: bool(np.isnan(c.map).any()))
INFINITE = Reason("its map has infinite values", lambda c: bool(np.isinf(c.map).any()))
CONSTANT = Reason("its map is constant", lambda c: _is_constant(c.map[~np.isnan(c.map)]))
NEGATIVE = Reason("its map has negative values", lambda c: bool((c.map < 0).any()))
NEGATIVE_UNSCALED = Reason(NEGATIVE.text, lambda c: not c.min_max and NEGATIVE.holds(c))
NOT_POSITIVE = Reason("no value of its map is above 0", lambda c: not c.map.max() > 0)
ONE_PIXEL = Reason("it shrinks to one pixel", lambda c: max(c.size) <= 32 and len(c.map) > 1)

TRUTH_NAN = Reason("its ground truth has NaN", lambda c: bool(np.isnan(c.truth).any()))
TRUTH_INFINITE = Reason("its ground truth has infinite values", lambda c: bool(np.isinf(c.truth).any()))
TRUTH_EMPTY = Reason("its ground truth is 0 everywhere", lambda c: not c.truth.any())
TRUTH_CONSTANT = Reason("its ground truth is constant", lambda c: _is_constant(c.truth))

BASELINE_NAN = Reason("its baseline has NaN", lambda c: bool(np.isnan(c.baseline).any()))
BASELINE_INFINITE = Reason("its baseline has infinite values", lambda c: bool(np.isinf(c.baseline).any()))
BASELINE_CONSTANT = Reason("its baseline is constant", lambda c: _is_constant(c.baseline))
BOTH_IMPOSSIBLE = Reason(
    "its map and the baseline both call a fixated pixel impossible",
    lambda c: not c.min_max and not c.map[c.fixated].all() and not c.baseline[c.fixated].all(),
)
