"""Penalties for predicting where people look anyway: our forms.

The 2021 replication tried a regularizer of this kind, after Bruckert et al.; its exact form is known
from neither.
"""

from __future__ import annotations

import torch
from pydantic import PositiveFloat
from torch import Tensor

from gazemap import metrics
from gazemap.losses.cases import LossTargets, NetworkOutput

_SIGMA = 0.25  # of the prior, in image sides: near that of free viewing of photos


def center_overlap(predicted: NetworkOutput, truth: LossTargets, *, sigma: PositiveFloat = _SIGMA) -> Tensor:
    """The share of the predicted density that the center prior covers too, sum min(p, b), in [0, 1]."""
    prior = center_prior(predicted.raw, sigma)
    return torch.minimum(predicted.density, prior).sum(dim=(1, 2)).mean()


def center_correlation(
    predicted: NetworkOutput, truth: LossTargets, *, sigma: PositiveFloat = _SIGMA
) -> Tensor:
    """Pearson's correlation of the predicted density with the center prior, in [-1, 1]."""
    varies = predicted.density.detach().flatten(1).std(dim=1) > 1e-12
    if not varies.any():
        return predicted.raw.sum() * 0
    prior = center_prior(predicted.raw, sigma).expand_as(predicted.density)
    correlation: Tensor = metrics.cc(predicted.density[varies], prior[varies])
    return correlation.mean().to(predicted.raw.dtype)


def center_prior(like: Tensor, sigma: float = _SIGMA) -> Tensor:
    """(h, w) of (B, h, w), sums to 1: a Gaussian in the middle; `sigma` in image sides."""
    height, width = like.shape[-2:]
    y, x = (
        torch.linspace(-0.5 + 0.5 / side, 0.5 - 0.5 / side, side, device=like.device, dtype=like.dtype)
        for side in (height, width)
    )
    prior = torch.exp(-(x[None, :] ** 2 + y[:, None] ** 2) / (2 * sigma**2))
    return prior / prior.sum()
