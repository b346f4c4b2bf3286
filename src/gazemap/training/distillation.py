"""Distillation (Hinton et al. 2015): a network learns from fixations and from what trained networks predict.

The trained networks, its teachers, give the mean of their densities for each image and its mirror image. This
mean is smoother than any single prediction, and says more about a cropped image than the few fixations that
are left in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from gazemap.errors import RecipeError
from gazemap.models.base import SaliencyModel
from gazemap.models.files import located
from gazemap.models.known_conditions import AS_TRAINED, split_condition
from gazemap.models.weights import load_model


@dataclass(frozen=True)
class Teachers:
    """Trained networks whose predictions a network learns from.

    Attributes:
        models: on the device of the training.
        weight: of the cross-entropy to their density, in (0, 1]; the recipe's loss has 1 - weight.
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
    runs: Sequence[str | Path], weight: float, student: SaliencyModel, device: torch.device
) -> Teachers:
    """The teachers of a recipe.

    Args:
        runs: run folders or weights files.
        weight: see `Teachers`.
        student: the network that learns from them.
        device: where they predict.

    Raises:
        WeightsError: a run is missing or damaged.
        RecipeError: a teacher or the student predicts no density, their sizes or fits differ, or a viewing
            condition is named with a teacher.
    """
    for run in runs:
        if located(run).condition not in (None, AS_TRAINED):
            raise RecipeError(
                f"{run} names a viewing condition, and teachers teach as they were trained. Leave it out: "
                f"{split_condition(str(run))[0]}."
            )
    models = [load_model(run).to(device) for run in runs]
    for run, model in zip(runs, models, strict=True):
        own = (model.output, model.input_size, model.output_size, model.fit)
        wanted = ("log_density", student.input_size, student.output_size, student.fit)
        if own != wanted or student.output != "log_density":
            raise RecipeError(
                f"{run} cannot teach this {student.architecture}: its output, sizes and fit are {own}, but "
                f"{(student.output, *wanted[1:])} are those of the network that learns. Both must predict a "
                "log density on the same grid."
            )
    return Teachers([model.requires_grad_(False).eval() for model in models], weight)
