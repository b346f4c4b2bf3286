"""Predictions beside a truth, under a protocol: what metrics share is read and ranked once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from gazemap.metrics.auc import jittered
from gazemap.metrics.kernels.arrays import Array, Fixated, Looked, Maps, Pixels, Reader
from gazemap.metrics.kernels.roc import Roc, rocs_of
from gazemap.metrics.scoring.protocols import Protocol

_Read = TypeVar("_Read")


@dataclass(frozen=True)
class GroundTruth:
    """What the predictions of one image, or of a batch, are compared with.

    Scoring several predictions against one object saves what they have in common.

    Attributes:
        fixation_map: (H, W) or (B, H, W) counts, or points.
        density: the blurred fixations, of the same shape; for cc, sim, kld and emd.
        other_fixation_map: the other images' fixations, counts or points; for the shuffled AUCs.
        baseline: sums to 1, usually the center bias; for the information gain.
    """

    fixation_map: Fixated
    density: Maps | None = None
    other_fixation_map: Fixated | None = None
    baseline: Maps | None = None
    read: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)


class Comparison:
    """A map, or a batch of them, beside the truth and under a protocol.

    Args:
        prediction: (H, W) or (B, H, W).
        truth: of the same shape.
        protocol: the choices that metrics leave open.
    """

    def __init__(self, prediction: Maps, truth: GroundTruth, protocol: Protocol) -> None:
        self.reader = Reader(prediction)
        self.protocol = protocol
        self._truth = truth

    @property
    def prediction(self) -> Pixels:
        """The maps that are scored."""
        return self.reader.first

    @cached_property
    def looked(self) -> list[Looked]:
        """Where people looked in each image."""
        repeats = self.protocol.repeats
        return self._once("looked", lambda: self.reader.looked(self._truth.fixation_map, repeats=repeats))

    @cached_property
    def density(self) -> Pixels:
        """The blurred fixations."""
        return self._once("density", lambda: self.reader.pixels(self._truth.density, "density"))

    @cached_property
    def baseline(self) -> Pixels:
        """What information is gained over."""
        return self._once("baseline", lambda: self.reader.pixels(self._truth.baseline, "baseline"))

    @cached_property
    def others(self) -> Array | list[Looked]:
        """Of each image: the fixations of other images."""
        name, repeats = "other_fixation_map", self.protocol.repeats
        others = self._truth.other_fixation_map
        return self._once(name, lambda: self.reader.negatives(others, name, repeats=repeats))

    def _once(self, what: str, read: Callable[[], _Read]) -> _Read:
        """What of the truth is read alike for all predictions of this shape and kind."""
        key = (what, self.reader.kind, self.protocol.repeats)
        if key not in self._truth.read:
            self._truth.read[key] = read()
        found: _Read = self._truth.read[key]
        return found

    @cached_property
    def rocs(self) -> list[Roc]:
        """The curve of each image."""
        return rocs_of(self.prediction, self.looked, self.protocol.step)

    @cached_property
    def jittered_rocs(self) -> list[Roc]:
        """The curve of each image, after the noise by which the protocol breaks ties in AUC-Judd."""
        if not self.protocol.jitter:
            return self.rocs
        return rocs_of(jittered(self.reader, self.protocol.jitter, seed=0), self.looked)
