"""Distillation: a network learns what trained networks predict together, as well as fixations.

Hinton et al. (2015), for densities: the teachers' mean density, of each image and of its mirror image,
is more even than any one of them, and knows more of an augmented view than the fixations left in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from gazemap.errors import RecipeError
from gazemap.models.base import SaliencyModel
from gazemap.models.weights import load_model


@dataclass(frozen=True)
class Teachers:
    """Trained networks that a batch is shown to as well.

    Attributes:
        models: on the device of the training.
        weight: of what they say; the recipe's loss has the rest.
    """

    models: Sequence[SaliencyModel]
    weight: float

    @torch.no_grad()
    def density(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] -> (B, h, w), sums to 1: the mean over models and mirrored images."""
        mirrored = images.flip(-1)
        densities = [
            grid.float().exp() for model in self.models for grid in (model(images), model(mirrored).flip(-1))
        ]
        return torch.stack(densities).mean(dim=0)

    def mixed(self, loss: Tensor, log_density: Tensor, teacher_density: Tensor) -> Tensor:
        """The recipe's loss and the cross-entropy to the teachers' `density`, by weight, in nats."""
        return (1 - self.weight) * loss - self.weight * (teacher_density * log_density).sum(dim=(1, 2)).mean()


def load_teachers(
    runs: Sequence[str | Path], weight: float, pupil: SaliencyModel, device: torch.device
) -> Teachers:
    """The teachers of a recipe.

    Raises:
        WeightsError: a run is missing or damaged.
        RecipeError: a network that puts out no density, or on another grid than its pupil.
    """
    models = [load_model(run).to(device) for run in runs]
    for run, model in zip(runs, models, strict=True):
        own = (model.output, model.input_size, model.output_size, model.fit)
        wanted = ("log_density", pupil.input_size, pupil.output_size, pupil.fit)
        if own != wanted or pupil.output != "log_density":
            raise RecipeError(
                f"{run} cannot teach this {pupil.architecture}: output, sizes and fit are {own}, and the "
                f"pupil's {(pupil.output, *wanted[1:])}. Both must put out a log density on the same grid."
            )
    return Teachers([model.requires_grad_(False).eval() for model in models], weight)
