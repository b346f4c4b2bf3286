"""Predictions and truths for losses."""

import torch

from gazemap.losses import LossTargets, NetworkOutput


def case(seed=0, output="saliency", batch=3, size=(5, 7), zero_fixations=(), dtype=torch.float64):
    """A prediction that is anything, and a truth whose top is 1."""
    random = torch.Generator().manual_seed(seed)
    raw = torch.rand(batch, *size, generator=random, dtype=dtype)
    if output == "log_density":
        raw = (3 * raw).flatten(1).log_softmax(1).view_as(raw)
    target = torch.rand(batch, *size, generator=random, dtype=dtype) ** 3
    target = target / target.amax(dim=(1, 2), keepdim=True)
    fixations = (torch.rand(batch, *size, generator=random) > 0.7).to(torch.int16)
    for index in zero_fixations:
        fixations[index] = 0
    return NetworkOutput(raw.requires_grad_(), output), LossTargets(target, fixations)
