"""The mean training map: what a network that ignores its image can do at best."""

from __future__ import annotations

import torch
from torch import Tensor

from gazemap.models.base import Output


def mean_map(targets: Tensor, output: Output) -> Tensor:
    """(N, h, w) training targets -> (h, w), as a prediction of the given kind.

    For "saliency" the mean, which has the lowest squared error of all fixed maps; for
    "log_density" the log of the mean of the targets' densities, which has the lowest KL divergence.
    """
    if output == "saliency":
        return targets.mean(dim=0)
    densities = targets / targets.sum(dim=(1, 2), keepdim=True)
    return torch.log(densities.mean(dim=0).clamp_min(torch.finfo(torch.float32).tiny))
