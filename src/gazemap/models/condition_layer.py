"""A viewing condition as a layer of PyTorch, for graphs and for training under it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gazemap.gaze.blurring import gaussian_matrix
from gazemap.models.conditions import LEAST_BLUR, ViewingCondition
from gazemap.models.parts import log_softmax
from gazemap.types import Size


class ConditionLayer(nn.Module):
    """`ViewingCondition.applied`: a network's log densities -> those under the condition.

    Args:
        condition: its numbers.
        size: (h, w) of the grid.
        own: (h, w), the network's own log prior; None where it has none.
    """

    shift: Tensor
    down: Tensor
    across: Tensor

    def __init__(self, condition: ViewingCondition, size: Size, own: Tensor | None) -> None:
        super().__init__()
        self.power, self.blur = condition.power, condition.blur
        known = torch.zeros(size) if own is None else own.detach().cpu()
        prior = known if condition.log_prior is None else torch.tensor(condition.log_prior)
        self.register_buffer("shift", prior - condition.power * known)
        if self.blur >= LEAST_BLUR:
            height, width = size
            down, across = (gaussian_matrix(side, self.blur * width) for side in (height, width))
            self.register_buffer("down", torch.tensor(down.T.copy(), dtype=torch.float32))
            self.register_buffer("across", torch.tensor(across.copy(), dtype=torch.float32))

    def forward(self, log_densities: Tensor) -> Tensor:
        """(B, h, w) -> the same shape."""
        grids = log_softmax(self.power * log_densities + self.shift)
        if self.blur < LEAST_BLUR:
            return grids
        density = self.down @ grids.exp() @ self.across
        return density.log() - density.sum(dim=(1, 2), keepdim=True).log()
