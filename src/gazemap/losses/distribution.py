"""Losses that compare the prediction and the truth as distributions over the pixels (Jetley et al. 2016)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from gazemap.losses.cases import LossTargets, NetworkOutput


def kld(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """KL(truth || prediction) in nats, the mean over images; 0 when they are equal."""
    q = truth.density
    return (torch.xlogy(q, q) - q * predicted.log_density).sum(dim=(1, 2)).mean()


def total_variation(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """Half of the sum of absolute differences, in [0, 1]."""
    return 0.5 * (predicted.density - truth.density).abs().sum(dim=(1, 2)).mean()


def chi_square(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """Sum q^2 / p - 1."""
    ratio = truth.density**2 * (-predicted.log_density).exp()
    return ratio.sum(dim=(1, 2)).mean() - 1


def cosine(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """1 less the cosine of the angle between the two as vectors."""
    return 1 - F.cosine_similarity(predicted.density.flatten(1), truth.density.flatten(1)).mean()


def bhattacharyya(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """-ln sum sqrt(p q)."""
    # the root of exp(log p) in one step: its gradient is finite where p is nearly 0
    shared = truth.density.sqrt() * (0.5 * predicted.log_density).exp()
    return -shared.sum(dim=(1, 2)).log().mean()


def jsd(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """Jensen-Shannon divergence in nats, in [0, ln 2]."""
    p, q = predicted.density, truth.density
    log_middle = (0.5 * (p + q)).clamp_min(1e-30).log()
    from_p = (p * (predicted.log_density - log_middle)).sum(dim=(1, 2))
    from_q = (torch.xlogy(q, q) - q * log_middle).sum(dim=(1, 2))
    return 0.5 * (from_p + from_q).mean()
