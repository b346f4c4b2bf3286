"""Losses that compare pixel with pixel; maps are on a scale of 0 to 1, or the network's own.

The families are those of Bruckert et al. (arXiv 1907.02336); where the paper's formula could not be
read, the docstring says "our form".
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from gazemap.losses.cases import LossTargets, NetworkOutput

_ALPHA = 1.1  # of the weights, so that none is infinite (the released code of ML-Net)
_FOCUS = 2.0  # gamma of the focal loss (Lin et al. 2017)


def _own_scale(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    low, high = predicted.target_range
    return truth.target * (high - low) + low


def _unit(predicted: NetworkOutput) -> Tensor:
    """A probability a pixel; what a linear output puts outside [0, 1] has no logarithm."""
    return predicted.saliency.clamp(1e-6, 1 - 1e-6)


def mse(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """Mean squared error, on the scale of the network's targets."""
    if predicted.output == "saliency":
        return F.mse_loss(predicted.raw, _own_scale(predicted, truth))
    return F.mse_loss(predicted.saliency, truth.target)


def mae(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """Mean absolute error."""
    return F.l1_loss(predicted.saliency, truth.target)


def huber(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """Huber's loss with delta 0.1: squared for small errors, absolute for large ones; our delta."""
    return F.huber_loss(predicted.saliency, truth.target, delta=0.1)


def exponential(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """Exponential absolute difference: the mean of exp(|y - p|) - 1; our form."""
    return torch.expm1((predicted.saliency - truth.target).abs()).mean()


def weighted_mse(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """ML-Net's loss (Cornia et al. 2016): mean of (p / max p - y)^2 / (1.1 - y)."""
    top = predicted.saliency.amax(dim=(1, 2), keepdim=True).clamp_min(1e-6)
    return ((predicted.saliency / top - truth.target) ** 2 / (_ALPHA - truth.target)).mean()


def bce(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """Binary cross-entropy, a probability a pixel."""
    return F.binary_cross_entropy(_unit(predicted), truth.target)


def weighted_bce(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """Binary cross-entropy whose two halves weigh the same in each image: our form.

    Salient pixels weigh 1 - mean y, the others mean y, times 2.
    """
    share = truth.target.mean(dim=(1, 2), keepdim=True)
    p = _unit(predicted)
    looked = (1 - share) * truth.target * p.log()
    passed_over = share * (1 - truth.target) * (1 - p).log()
    return -2 * (looked + passed_over).mean()


def focal(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """Focal loss (Lin et al. 2017), gamma 2, for targets between 0 and 1: cross-entropy times |y - p|^2."""
    p = _unit(predicted)
    cross_entropy = F.binary_cross_entropy(p, truth.target, reduction="none")
    return ((truth.target - p).abs() ** _FOCUS * cross_entropy).mean()
