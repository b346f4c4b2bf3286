"""Predictions beside a ground truth, under a protocol: what several metrics share is read and ranked once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeVar

from gazemap.metrics.kernels.arrays import Array, FixationMaps, Maps
from gazemap.metrics.kernels.pixels import FixatedPixels, Pixels
from gazemap.metrics.kernels.reading import Reader
from gazemap.metrics.kernels.roc import Roc, rocs_of
from gazemap.metrics.scoring.protocols import Protocol

_Read = TypeVar("_Read")


@dataclass(frozen=True, eq=False)
class GroundTruth:
    """What predictions of one image, or of a batch, are scored against.

    Scoring several predictions against one object saves what they have in common. Two objects are
    equal only if they are the same one.

    Attributes:
        fixation_map: (H, W) or (B, H, W) counts, or points; None where only a density is known.
        density: the blurred fixations, of the same shape; for cc, sim, kld and emd.
        other_fixation_map: the other images' fixations, counts or points; for the shuffled AUCs.
        baseline: sums to 1, usually the center bias; for the information gain.
    """

    fixation_map: FixationMaps | None
    density: Maps | None = None
    other_fixation_map: FixationMaps | None = None
    baseline: Maps | None = None
    read: dict[tuple[Hashable, ...], Any] = field(default_factory=dict, init=False, repr=False)

    def with_fixations(self, fixation_map: FixationMaps) -> Self:
        """The same truth with other fixations, as those of one observer; what is read of the rest stays."""
        other = replace(self, fixation_map=fixation_map)
        other.read.update({key: known for key, known in self.read.items() if key[0] != "fixation_map"})
        return other


class Comparison(Reader):
    """One prediction, or a batch, beside its ground truth: the reader that a protocol's metrics share.

    A metric's function takes it in the place of its first argument. What it reads of the truth is
    kept for the next prediction, and the pixels are ranked once for all AUCs.

    Args:
        prediction: (H, W) or (B, H, W), or what has read it already.
        truth: of the same shape.
        protocol: the choices that metrics leave open.
    """

    def __init__(self, prediction: Maps | Reader, truth: GroundTruth, protocol: Protocol) -> None:
        if isinstance(prediction, Reader):
            vars(self).update(vars(prediction))  # with all that is known of its pixels
        else:
            super().__init__(prediction)
        self.truth, self.protocol = truth, protocol
        self._rocs: dict[bool, list[Roc]] = {}

    def refuse_log_density(self, name: str) -> None:
        """As `Reader`, but for protocols that take maps as they are, as the MIT code does."""
        if self.protocol.from_saliency != "raw":
            super().refuse_log_density(name)

    def refuse_negative(self, name: str) -> None:
        """As `Reader`, with the same exception: a score of such maps is NaN."""
        if self.protocol.from_saliency != "raw":
            super().refuse_negative(name)

    def pixels(self, values: Maps, name: str) -> Pixels:
        """As `Reader`; of the truth, read once."""
        return self._once(name, values, lambda: super(Comparison, self).pixels(values, name))

    def fixated(self, values: FixationMaps, *, repeats: bool) -> list[FixatedPixels]:
        """As `Reader`; of the truth, read once, as the protocol counts repeated fixations."""
        repeats = self.protocol.repeats
        return self._once(
            "fixation_map", values, lambda: super(Comparison, self).fixated(values, repeats=repeats)
        )

    def negatives(self, values: FixationMaps, name: str, *, repeats: bool) -> Array | list[FixatedPixels]:
        """As `Reader`; of the truth, read once, as the protocol counts repeated fixations."""
        repeats = self.protocol.repeats
        return self._once(
            name, values, lambda: super(Comparison, self).negatives(values, name, repeats=repeats)
        )

    def rocs(self, fixated: list[FixatedPixels], step: float | None = None) -> list[Roc]:
        """The curves of all AUCs, with thresholds where this one or one of the protocol's asks for them."""
        stepped = step is not None or self.protocol.is_stepped
        if stepped not in self._rocs:
            self._rocs[stepped] = rocs_of(self.first, fixated, self.protocol.step if stepped else None)
        return self._rocs[stepped]

    def _once(self, name: str, values: Any, read: Callable[[], _Read]) -> _Read:  # noqa: ANN401
        """What of the truth is read alike for all predictions of this shape and kind."""
        if getattr(self.truth, name, None) is not values:
            return read()
        key = (name, self.kind, self.protocol.repeats)
        if key not in self.truth.read:
            self.truth.read[key] = read()
        found: _Read = self.truth.read[key]
        return found
