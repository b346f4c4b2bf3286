"""What a run folder keeps of a training: recipe, log, layers. All of it needs PyTorch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gazemap.errors import WeightsError
from gazemap.models.files import BEST, describe
from gazemap.system.progress import say
from gazemap.types import AnyFloats

if TYPE_CHECKING:
    from torch import Tensor

    from gazemap.data.batches.arrays import Arrays
    from gazemap.data.dataset import GazeDataset
    from gazemap.models.base import SaliencyModel
    from gazemap.training.recipe import Recipe


@dataclass(frozen=True, eq=False)
class Training:
    """A run's network and how it was trained.

    Attributes:
        model: with the best weights, on the CPU.
        recipe: that it was trained by.
        about: what its weights file says of itself: losses, epoch, data set.
        log: the rows of metrics.jsonl, one per epoch.
    """

    model: SaliencyModel
    recipe: Recipe
    about: dict[str, Any]
    log: list[dict[str, Any]]

    @property
    def warning(self) -> str | None:
        """What to say of a network that is no better than one map for all images."""
        from gazemap.training.result import collapse_warning

        return collapse_warning(self.about["val_loss"], self.about["mean_map_loss"])

    @property
    def first_filters(self) -> AnyFloats:
        """The weights of the first convolution, (n, 3, k, k)."""
        first = next(p for p in self.model.parameters() if p.ndim == 4)
        return np.asarray(first.detach().numpy())

    @property
    def layer_rows(self) -> list[tuple[str, str, str]]:
        """Name, shape of the weights and number of parameters of every layer that has some."""
        return [
            (
                name,
                " x ".join(str(side) for side in layer.weight.shape),
                f"{sum(p.numel() for p in layer.parameters()):,}",
            )
            for name, layer in self.model.layers.items()
        ]

    def scales(self, images: GazeDataset, *, progress: bool = False) -> dict[str, LayerScales]:
        """`layer_scales` of one batch of the images: before training, and with the best weights.

        The former is left out, with a word, where the weights that training started from are not there.
        """
        arrays = self._arrays(images, progress=progress)
        networks = {"with the best weights": self.model}
        try:
            networks = {"before training": fresh_model(self.recipe), **networks}
        except WeightsError as error:  # the run may come from a machine that has or gets them
            say(f"The report leaves out the layers before training. {error}", progress=True)
        return {when: layer_scales(network, self.recipe, arrays) for when, network in networks.items()}

    def scales_before(self, images: GazeDataset) -> LayerScales:
        """`layer_scales` of one batch of the images, before training."""
        return layer_scales(fresh_model(self.recipe), self.recipe, self._arrays(images))

    def _arrays(self, images: GazeDataset, *, progress: bool = False) -> Arrays:
        """The images and their targets, at the network's sizes."""
        from gazemap.data.batches.arrays import load_arrays

        return load_arrays(
            images,
            input_size=self.model.input_size,
            target_size=self.model.output_size,
            target=self.recipe.data.target,
            fit=self.model.fit,
            progress=progress,
        )


LayerScales = dict[str, dict[str, float]]  # layer -> quantity -> number


def read_training(model: object) -> Training | None:
    """What a run folder keeps of its training; None of any other model.

    Args:
        model: a run folder, or what else `load_predictor` takes.

    Raises:
        MissingPackageError: PyTorch is not installed; says what to install.
        WeightsError: the folder's weights are damaged.
    """
    if not isinstance(model, str | Path) or not (Path(model) / BEST).is_file():
        return None
    about = describe(model)
    if "recipe" not in about:  # weights that were saved by hand
        return None
    from gazemap.system.extras import naming_extra

    with naming_extra("The report of a run folder"):
        from gazemap.models.weights import load_model
        from gazemap.training.log import read_metrics
        from gazemap.training.recipe import saved_recipe
    lacking = [key for key in ("model", "epoch", "val_loss", "mean_map_loss") if about.get(key) is None]
    lacking += [f"dataset.{key}" for key in ("name", "train") if key not in about.get("dataset", {})]
    if lacking:
        raise WeightsError(
            f"{Path(model) / BEST} is damaged: its description has no {', '.join(lacking)}. Train it again."
        )
    recipe = saved_recipe(about["recipe"], f"the recipe in {model}")
    return Training(load_model(model), recipe, about, read_metrics(Path(model)))


def fresh_model(recipe: Recipe) -> SaliencyModel:
    """The recipe's network as it is before training."""
    import torch

    from gazemap.models.table import create_model

    with torch.random.fork_rng():
        torch.manual_seed(recipe.training.seed)
        return create_model(recipe.model.name, **recipe.model.options).train()


def layer_scales(model: SaliencyModel, recipe: Recipe, arrays: Arrays) -> LayerScales:
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
    from gazemap.losses import LossTargets, NetworkOutput, weighted_loss

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
