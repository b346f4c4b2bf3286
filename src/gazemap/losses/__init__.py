"""Losses: named terms that a recipe weighs and sums. `LOSSES` lists them all.

Each is a function of what a network put out and what is known of the same images. Losses of both
kinds of output are defined for both: a saliency becomes a density over its sum, a density a saliency
over its top.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from gazemap.errors import RecipeError, check_name
from gazemap.losses import center_bias, distribution, pixel, scanpath
from gazemap.losses.cases import LossTargets, NetworkOutput

Term = Callable[[NetworkOutput, LossTargets], Tensor]

LOSSES: dict[str, Term] = {
    "mse": pixel.mse,
    "mae": pixel.mae,
    "huber": pixel.huber,
    "exponential": pixel.exponential,
    "weighted_mse": pixel.weighted_mse,
    "bce": pixel.bce,
    "weighted_bce": pixel.weighted_bce,
    "focal": pixel.focal,
    "kld": distribution.kld,
    "total_variation": distribution.total_variation,
    "chi_square": distribution.chi_square,
    "cosine": distribution.cosine,
    "bhattacharyya": distribution.bhattacharyya,
    "jsd": distribution.jsd,
    "nss": scanpath.nss,
    "cc": scanpath.cc,
    "sim": scanpath.sim,
    "nss_gap": scanpath.nss_gap,
    "nll": scanpath.nll,
    "center_overlap": center_bias.center_overlap,
    "center_correlation": center_bias.center_correlation,
}
_PERCEPTUAL = ("deep_features", "gram")


def weighted_loss(
    weights: dict[str, float], perceptual_encoder: str = "vgg16", perceptual_weights: str | None = None
) -> Term:
    """The sum of the named terms times their weights.

    Args:
        weights: term -> its weight; below 0 for those of which more is better.
        perceptual_encoder: of "deep_features" and "gram", a key of `ENCODERS`.
        perceptual_weights: of that encoder.

    Raises:
        RecipeError: an unknown term.
    """
    known = {**LOSSES, **dict.fromkeys(_PERCEPTUAL)}
    for name in weights:
        check_name("loss", name, known, RecipeError)
    terms = dict(LOSSES)
    if any(name in weights for name in _PERCEPTUAL):
        from gazemap.losses.perceptual import PerceptualFeatures

        features = PerceptualFeatures(perceptual_encoder, perceptual_weights)
        terms |= {"deep_features": features.difference, "gram": features.gram_difference}

    def total(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
        return torch.stack([weight * terms[name](predicted, truth) for name, weight in weights.items()]).sum()

    return total


__all__ = ["LOSSES", "LossTargets", "NetworkOutput", "Term", "weighted_loss"]
