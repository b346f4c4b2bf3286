"""Losses: named terms that a recipe weighs and sums. `LOSSES` lists them all.

Each is a function of a network's output and of what is known of the same images, with keyword parameters
of its own; or a class that takes the parameters and makes such a function, where that costs something.
Losses are defined for both kinds of output: a saliency becomes a density over its sum, a density a
saliency over its top.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor

from gazemap.errors import RecipeError, check_name
from gazemap.losses import center_bias, distribution, metrics, perceptual, pixel
from gazemap.losses.cases import LossTargets, NetworkOutput
from gazemap.system.checking import checked_options

Term = Callable[[NetworkOutput, LossTargets], Tensor]
Weights = Mapping[str, float | Mapping[str, Any]]  # {"mse": 1.0, "huber": {"weight": 2.0, "delta": 0.2}}

LOSSES: dict[str, Callable[..., Any]] = {
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
    "nss": metrics.nss,
    "cc": metrics.cc,
    "sim": metrics.sim,
    "nss_gap": metrics.nss_gap,
    "nll": metrics.nll,
    "deep_features": perceptual.DeepFeatures,
    "gram": perceptual.Gram,
    "center_overlap": center_bias.center_overlap,
    "center_correlation": center_bias.center_correlation,
}

# which compare with fixation points, or with nothing measured, and so learn nothing from dense maps alone
_NOT_OF_MAPS = {"nss", "nss_gap", "nll", "center_overlap", "center_correlation"}


def make_loss(name: str, **parameters: Any) -> Term:  # noqa: ANN401 - each loss's own
    """One loss with its parameters.

    Args:
        name: a key of `LOSSES`.
        parameters: the loss's own keyword arguments.

    Raises:
        RecipeError: an unknown name or parameter, with the nearest right one, or a wrong value.
    """
    loss, checked = LOSSES.get(name), checked_parameters(name, parameters)
    return loss(**checked) if isinstance(loss, type) else partial(LOSSES[name], **checked)


def checked_parameters(name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """A loss's parameters as it takes them; nothing is built.

    Raises:
        RecipeError: as `make_loss`.
    """
    check_name("loss", name, LOSSES, RecipeError)
    return checked_options(f"the loss {name}", LOSSES[name], parameters, RecipeError)


def weighted_loss(weights: Weights) -> Term:
    """The sum of the named terms times their weights.

    Args:
        weights: loss -> its weight, or {"weight": ..., and its parameters}; below 0 for losses that are
            better when higher.

    Raises:
        RecipeError: as `check_weights`.
    """
    terms = [(weight, make_loss(name, **parameters)) for name, weight, parameters in _split(weights)]

    def total(predicted: NetworkOutput, truth: LossTargets) -> Tensor:
        return torch.stack([weight * term(predicted, truth) for weight, term in terms]).sum()

    return total


def learns_from_maps(names: Iterable[str]) -> bool:
    """Whether any of these losses learns from images of which only a dense map is known, and no points."""
    return not _NOT_OF_MAPS.issuperset(names)


def check_weights(weights: Weights) -> None:
    """Refuse what `weighted_loss` does not take; nothing is built.

    Raises:
        RecipeError: an unknown loss or parameter, with the nearest right name, or a loss without a weight.
    """
    for name, _, parameters in _split(weights):
        checked_parameters(name, parameters)


def _split(weights: Weights) -> list[tuple[str, float, dict[str, Any]]]:
    """Each loss's name, weight and parameters."""
    parts = []
    for name, value in weights.items():
        parameters = dict(value) if isinstance(value, Mapping) else {"weight": value}
        weight = parameters.pop("weight", None)
        if isinstance(weight, bool) or not isinstance(weight, int | float):
            raise RecipeError(
                f"The loss {name} needs a weight, a number: {name}: 1, or {name}: {{weight: 1, PARAMETER: "
                f"VALUE}}. Got {value!r}."
            )
        parts.append((name, float(weight), parameters))
    return parts


__all__ = [
    "LOSSES",
    "LossTargets",
    "NetworkOutput",
    "Term",
    "check_weights",
    "learns_from_maps",
    "make_loss",
    "weighted_loss",
]
