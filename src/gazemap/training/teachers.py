"""Distillation: a network learns what trained networks say together, beside what people did.

Hinton et al. (2015), for densities: the teachers' mean density, of each image and of its mirror image,
is more even than any one of them, and knows more of an augmented view than the fixations left in it. The
loss is linear in it, so each step hears one teacher, drawn at random: over the steps that is their mean.
A teacher may see more than its pupil: images are read at the largest frame that any of them takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from gazemap.errors import RecipeError
from gazemap.models import SaliencyModel
from gazemap.models.parts import Size
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
    def density(self, images: Tensor, grid: Size, *, seed: int, epoch: int, step: int) -> Tensor:
        """What one of them says of the images, or of their mirror images.

        Args:
            images: (B, 3, H, W) in [0, 1], at least as large as any teacher's input.
            grid: (h, w) of the pupil.
            seed: of the run.
            epoch: counted from 0.
            step: of the batch within the epoch, from 0; the three decide who is heard.

        Returns:
            (B, h, w), sums to 1.
        """
        random = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(epoch, step, 1)))
        model, mirrored = self.models[int(random.integers(len(self.models)))], random.random() < 0.5
        seen = resized(images, model.input_size)
        said = model(seen.flip(-1)).flip(-1) if mirrored else model(seen)
        told = resized(said.float().exp()[:, None], grid)[:, 0]
        return told / told.sum(dim=(1, 2), keepdim=True)

    def mixed(self, loss: Tensor, log_density: Tensor, told: Tensor) -> Tensor:
        """The recipe's loss and the cross-entropy to what `density` told, by weight; in nats, as "nll" is."""
        return (1 - self.weight) * loss - self.weight * (told * log_density).sum(dim=(1, 2)).mean()


def load_teachers(
    runs: Sequence[str | Path], weight: float, pupil: SaliencyModel, place: torch.device
) -> Teachers:
    """The teachers of a recipe.

    Raises:
        WeightsError: a run is missing or damaged.
        RecipeError: a network that puts out no density, or whose frame is of another shape than its pupil's.
    """
    models = [load_model(run).to(place) for run in runs]
    for run, model in zip(runs, models, strict=True):
        own, wanted = ((net.output, net.input_size, net.fit) for net in (model, pupil))
        if not (own[0] == wanted[0] == "log_density" and _alike(own[1], wanted[1]) and own[2] == wanted[2]):
            raise RecipeError(
                f"{run} cannot teach this {pupil.name}: its output, input size and fit are {own}, its "
                f"pupil's {wanted}. Both must put out a log density, of frames of one shape, laid alike."
            )
    return Teachers([model.requires_grad_(False).eval() for model in models], weight)


def _alike(one: Size, other: Size) -> bool:
    return one[0] * other[1] == one[1] * other[0]


def largest_frame(runs: Sequence[str | Path], pupil: SaliencyModel) -> Size:
    """(H, W) at which all of them can be given an image.

    Raises:
        WeightsError: a run is missing or damaged.
    """
    return max([pupil.input_size, *(load_model(run).input_size for run in runs)])


def resized(values: Tensor, size: Size) -> Tensor:
    """(B, C, h, w) -> (B, C, *size), bilinear, antialiased; as it is where it has that size."""
    if values.shape[-2:] == size:
        return values
    return F.interpolate(values, size, mode="bilinear", antialias=True)
