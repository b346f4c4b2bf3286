"""Losses that compare pixel with pixel; maps are on a scale of 0 to 1, or the network's own.

The families are those of Bruckert et al. (arXiv 1907.02336); where the paper's formula could not be
read, the docstring says "our form".
"""

from __future__ import annotations

from typing import Annotated

import torch
import torch.nn.functional as F
from pydantic import Field, NonNegativeFloat, PositiveFloat
from torch import Tensor

from gazemap.losses.cases import LossTargets, NetworkOutput


def _own_scale(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    low, high = predicted.target_range
    return truth.target * (high - low) + low


def _unit(predicted: NetworkOutput) -> Tensor:
    """A probability per pixel; what a linear output puts outside [0, 1] has no logarithm."""
    return predicted.saliency.clamp(1e-6, 1 - 1e-6)


def mse(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """Mean squared error, on the scale of the network's targets."""
    if predicted.output == "saliency":
        return F.mse_loss(predicted.raw, _own_scale(predicted, truth))
    return F.mse_loss(predicted.saliency, truth.target)


def mae(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """Mean absolute error."""
    return F.l1_loss(predicted.saliency, truth.target)


def huber(predicted: NetworkOutput, truth: LossTargets, *, delta: PositiveFloat = 0.1) -> Tensor:
    """Huber's loss: squared for errors below `delta`, absolute for larger ones; 0.1 is our choice."""
    return F.huber_loss(predicted.saliency, truth.target, delta=delta)


def exponential(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """Exponential absolute difference: the mean of exp(|y - p|) - 1; our form."""
    return torch.expm1((predicted.saliency - truth.target).abs()).mean()


def weighted_mse(
    predicted: NetworkOutput, truth: LossTargets, *, alpha: Annotated[float, Field(gt=1)] = 1.1
) -> Tensor:
    """ML-Net's loss (Cornia et al. 2016): mean of (p / max p - y)^2 / (alpha - y).

    `alpha` is above 1, so that no weight is infinite; 1.1 in the released code.
    """
    top = predicted.saliency.amax(dim=(1, 2), keepdim=True).clamp_min(1e-6)
    return ((predicted.saliency / top - truth.target) ** 2 / (alpha - truth.target)).mean()


def bce(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """Binary cross-entropy, a probability per pixel."""
    return F.binary_cross_entropy(_unit(predicted), truth.target)


def weighted_bce(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """Binary cross-entropy whose two halves weigh the same in each image: our form.

    Salient pixels weigh 1 - mean y, the others mean y, times 2.
    """
    share = truth.target.mean(dim=(1, 2), keepdim=True)
    p = _unit(predicted)
    salient = (1 - share) * truth.target * p.log()
    others = share * (1 - truth.target) * (1 - p).log()
    return -2 * (salient + others).mean()


def focal(predicted: NetworkOutput, truth: LossTargets, *, gamma: NonNegativeFloat = 2.0) -> Tensor:
    """Focal loss (Lin et al. 2017), for targets between 0 and 1: cross-entropy times |y - p|^gamma."""
    p = _unit(predicted)
    cross_entropy = F.binary_cross_entropy(p, truth.target, reduction="none")
    return ((truth.target - p).abs() ** gamma * cross_entropy).mean()
