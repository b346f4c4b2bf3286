"""Losses that are metrics, computed by the metrics themselves, and the likelihood of the points.

An image without fixations, or whose prediction is the same everywhere, has no such score and adds
nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from gazemap import metrics
from gazemap.losses.cases import LossTargets, NetworkOutput


def _mean_score(score: Callable[[Tensor, Tensor], Tensor], saliency: Tensor, truth: Tensor) -> Tensor:
    """The mean over the images that have a score; 0, still with a gradient of 0, where none has."""
    varies = saliency.detach().flatten(1).std(dim=1) > 1e-12
    known = varies & (truth.flatten(1).amax(dim=1) > truth.flatten(1).amin(dim=1))
    if not known.any():
        return saliency.sum() * 0
    return score(saliency[known], truth[known]).mean().to(saliency.dtype)


def nss(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """Normalized scanpath saliency; a recipe weighs it below 0, since higher is better."""
    return _mean_score(metrics.nss, _map(predicted), truth.fixations)


def cc(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """Pearson's correlation with the blurred fixations; a recipe weighs it below 0."""
    return _mean_score(metrics.cc, _map(predicted), truth.target)


def sim(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """Similarity, the overlap of the two distributions; a recipe weighs it below 0."""
    return _mean_score(metrics.sim, predicted.density, truth.target)


def nss_gap(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """How far NSS stays behind the one that the blurred fixations themselves have (EML-Net, Jia 2020)."""
    return _mean_score(metrics.nss, truth.target, truth.fixations) - nss(predicted, truth)


def nll(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
    """Negative log-likelihood of the fixations, in nats per fixation, the mean over images.

    Kuemmerer et al. (2015): its difference to the center bias's is the information gain.
    """
    counts = truth.fixations.to(predicted.raw.dtype)
    total = counts.sum(dim=(1, 2))
    likelihood = (counts * predicted.log_density).sum(dim=(1, 2)) / total.clamp_min(1)
    return -likelihood.sum() / (total > 0).sum().clamp_min(1)


def _map(predicted: NetworkOutput) -> Tensor:
    """What NSS and CC score: a network's own numbers, or the density."""
    return predicted.density if predicted.output == "log_density" else predicted.raw
