"""Why a network predicts what it does: scales by layer, spread, center bias, values out of range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gazemap.data.batches.arrays import Arrays
from gazemap.losses import LossTargets, NetworkOutput, weighted_loss
from gazemap.models.base import SaliencyModel
from gazemap.models.table import create_model
from gazemap.training.recipe import Recipe
from gazemap.types import AnyFloats


def fresh_model(recipe: Recipe) -> SaliencyModel:
    """The recipe's network as it is before training."""
    with torch.random.fork_rng():
        torch.manual_seed(recipe.training.seed)
        return create_model(recipe.model.name, **recipe.model.options).train()


def layer_scales(model: SaliencyModel, recipe: Recipe, arrays: Arrays) -> dict[str, dict[str, float]]:
    """What a network does with one batch, layer by layer.

    Args:
        model: in train mode batch normalization uses the batch, in eval mode what it has learned.
        recipe: its loss and batch size are used.
        arrays: a split in memory; the first batch of it is taken.

    Returns:
        layer -> {"activation": standard deviation over all units and images, "between_images":
        standard deviation over images of one unit, mean over units, "gradient": norm of the
        weights' gradient}.
    """
    model.zero_grad()
    outputs: dict[str, Tensor] = {}
    hooks = [
        layer.register_forward_hook(
            lambda _module, _inputs, output, name=name: outputs.__setitem__(name, output.detach())
        )
        for name, layer in model.layers.items()
    ]
    images = arrays.images[: recipe.training.batch_size].float().div(255)
    first = arrays[: recipe.training.batch_size]
    predicted = NetworkOutput(model(images), model.output, model.target_range)
    terms = weighted_loss(recipe.loss)
    loss = terms(predicted, LossTargets(first.targets, first.fixations))
    loss.backward()  # type: ignore[no-untyped-call]
    for hook in hooks:
        hook.remove()
    return {
        name: {
            "activation": outputs[name].std().item(),
            "between_images": outputs[name].std(dim=0).mean().item(),
            "gradient": _gradient_norm(layer.weight),
        }
        for name, layer in model.layers.items()
    }


def _gradient_norm(weights: Tensor) -> float:
    assert weights.grad is not None  # every layer takes part in the loss
    return float(weights.grad.norm())


def spread(grids: AnyFloats) -> float:
    """How much maps differ between images: standard deviation over images, mean over pixels.

    Args:
        grids: (N, h, w).
    """
    return float(grids.std(axis=0).mean())


@dataclass(frozen=True, eq=False)
class CenterShare:
    """How much of each prediction is center bias, and what is left without it; all (N,).

    Attributes:
        correlation: of the prediction with the center bias.
        cc: of the prediction with the ground truth.
        cc_without: the same after the center bias is taken out of both (partial correlation).
    """

    correlation: AnyFloats
    cc: AnyFloats
    cc_without: AnyFloats


def center_share(predictions: AnyFloats, truths: AnyFloats, center: AnyFloats) -> CenterShare:
    """Correlate predictions with the center bias, and with the truth once that is taken out.

    Args:
        predictions: (N, h, w), saliency.
        truths: (N, h, w), densities.
        center: (N, h, w), the center bias.
    """
    p, t, c = _standardize(predictions), _standardize(truths), _standardize(center)
    pt, pc, tc = ((a * b).mean(axis=1) for a, b in ((p, t), (p, c), (t, c)))
    with np.errstate(invalid="ignore", divide="ignore"):
        partial = (pt - pc * tc) / np.sqrt((1 - pc**2) * (1 - tc**2))
    return CenterShare(pc, pt, partial)


def _standardize(maps: AnyFloats) -> AnyFloats:
    flat = maps.reshape(len(maps), -1).astype(np.float64)
    centered = flat - flat.mean(axis=1, keepdims=True)
    deviation = centered.std(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(deviation > 0, centered / deviation, np.nan)


def outside_unit_range(grids: AnyFloats) -> AnyFloats:
    """Share of each map's values that 8 bits cannot hold: below 0 or above 1; (N,).

    Values within one level (1/255) outside are counted too: -0.001 wraps to 0, -0.01 to 254.
    """
    flat = grids.reshape(len(grids), -1)
    return np.asarray(((flat < 0) | (flat > 1)).mean(axis=1))
