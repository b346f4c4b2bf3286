"""What every loss is given: a network's output, and what is known of the same images."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from gazemap.types import Output

_LEAST = 1e-7  # of a saliency that becomes a density: its logarithm must be finite


@dataclass(frozen=True, eq=False)
class NetworkOutput:
    """A network's output, and what it says as saliency and as log density.

    Attributes:
        raw: (B, h, w), the output itself, float32.
        output: what its numbers mean.
        target_range: the values that stand for 0 and 1, of regression networks.
    """

    raw: Tensor
    output: Output
    target_range: tuple[float, float] = (0.0, 1.0)

    @cached_property
    def saliency(self) -> Tensor:
        """(B, h, w): regression networks' range mapped to [0, 1]; a density over its largest value."""
        if self.output == "log_density":
            return (self.raw - self.raw.amax(dim=(1, 2), keepdim=True)).exp()
        low, high = self.target_range
        return (self.raw - low) / (high - low)

    @cached_property
    def log_density(self) -> Tensor:
        """(B, h, w), logsumexp 0: of a saliency, what is above 0 over its sum."""
        if self.output == "log_density":
            return self.raw
        positive = self.saliency.clamp_min(_LEAST)
        return (positive / positive.sum(dim=(1, 2), keepdim=True)).log()

    @cached_property
    def density(self) -> Tensor:
        """(B, h, w), sums to 1."""
        return self.log_density.exp()


@dataclass(frozen=True, eq=False)
class LossTargets:
    """What is known of the same images, at the network's grid.

    Attributes:
        target: (B, h, w) in [0, 1], the blurred fixations.
        fixations: (B, h, w), how many fall in each cell.
    """

    target: Tensor
    fixations: Tensor

    @cached_property
    def density(self) -> Tensor:
        """(B, h, w), sums to 1; uniform for a target of zeros."""
        total = self.target.sum(dim=(1, 2), keepdim=True)
        uniform = 1 / self.target[0].numel()
        return torch.where(total > 0, self.target / total.clamp_min(1e-12), uniform)
