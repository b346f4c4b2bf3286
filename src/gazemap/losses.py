"""Losses: named terms that a recipe weighs and sums. `LOSSES` lists them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from gazemap.errors import RecipeError, unknown_name
from gazemap.models.base import Output


def mse(saliency: Tensor, target: Tensor) -> Tensor:
    """Mean squared error over pixels and images.

    Args:
        saliency: (B, h, w), any scale.
        target: (B, h, w), on the same scale.
    """
    return F.mse_loss(saliency, target)


def kld(log_density: Tensor, target: Tensor) -> Tensor:
    """KL(target || prediction) in nats, the mean over images; 0 when they are equal.

    Args:
        log_density: (B, h, w), logsumexp 0 over the pixels.
        target: (B, h, w), non-negative; normalized here to sum 1.
    """
    density = target.flatten(1) / target.flatten(1).sum(dim=1, keepdim=True)
    surprise = torch.xlogy(density, density) - density * log_density.flatten(1)
    return surprise.sum(dim=1).mean()


@dataclass(frozen=True)
class Loss:
    """A term: its function of (prediction, target), and the model output that it is made for."""

    function: Callable[[Tensor, Tensor], Tensor]
    output: Output


LOSSES: dict[str, Loss] = {"mse": Loss(mse, "saliency"), "kld": Loss(kld, "log_density")}


def weighted_loss(weights: dict[str, float], output: Output) -> Callable[[Tensor, Tensor], Tensor]:
    """The sum of the named terms times their weights, as one function of (prediction, target).

    Raises:
        RecipeError: an unknown term, or one that is not made for this model's output.
    """
    for name in weights:
        if name not in LOSSES:
            raise RecipeError(unknown_name("loss", name, LOSSES))
        if LOSSES[name].output != output:
            raise RecipeError(
                f"Loss {name!r} needs a model whose output is {LOSSES[name].output!r}; this one's "
                f"is {output!r}. Set model.options.output or choose another loss."
            )

    def total(prediction: Tensor, target: Tensor) -> Tensor:
        terms = [weight * LOSSES[name].function(prediction, target) for name, weight in weights.items()]
        return torch.stack(terms).sum()

    return total
