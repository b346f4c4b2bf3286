"""What a recipe and a data set give a training: network, optimizer, loss, and both splits in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel

from gazemap.data.batches.arrays import Arrays, load_arrays
from gazemap.data.batches.options import Mirror
from gazemap.data.dataset import GazeDataset
from gazemap.losses import LossTargets, NetworkOutput, Term, weighted_loss
from gazemap.models.base import SaliencyModel
from gazemap.models.parts import CenterBiasPrior
from gazemap.models.table import create_model
from gazemap.models.weights import start_from
from gazemap.training.distillation import Teachers, load_teachers
from gazemap.training.learned import training_images
from gazemap.training.optimizers import freeze, make_optimizer
from gazemap.training.processes import ALONE, Processes, share_statistics
from gazemap.training.recipe import Recipe
from gazemap.training.speed import speed_for
from gazemap.types import Output

Tensors = tuple[Tensor, ...] | list[Tensor]


@dataclass(frozen=True, eq=False)
class Run:
    """All that a step needs: recipe, network, optimizer, loss, and both splits in memory."""

    recipe: Recipe
    model: SaliencyModel
    average: AveragedModel | None  # the weights' moving average, where the recipe asks for it
    forward: Callable[[Tensor], Tensor]  # the model itself, or its compiled form
    optimizer: torch.optim.Optimizer
    loss: Term
    teachers: Teachers | None
    train: Arrays
    val: Arrays
    mirror: Mirror
    device: torch.device
    layout: torch.memory_format
    processes: Processes = ALONE

    @property
    def result(self) -> SaliencyModel:
        """The model that is validated and saved: the average of the weights, or the model itself."""
        return self.average.module if self.average else self.model  # type: ignore[return-value]

    def inputs(self, images: Tensor) -> Tensor:
        """uint8 images -> what the network takes: float32 in [0, 1] on its device."""
        moved = images.to(self.device, non_blocking=True)
        return moved.to(torch.float32, memory_format=self.layout).div_(255)

    def loss_of(self, prediction: Tensor, batch: Arrays, teacher_density: Tensor | None = None) -> Tensor:
        """The loss of a prediction for a batch, mixed with the loss against the teachers' density, if any."""
        predicted = NetworkOutput(prediction.float(), self.model.output, self.model.target_range)
        loss = self.loss(
            predicted, LossTargets(batch.targets.to(self.device), batch.fixations.to(self.device))
        )
        if self.teachers is None or teacher_density is None:
            return loss
        return self.teachers.mixed(loss, predicted.log_density, teacher_density)


def make_run(
    recipe: Recipe,
    dataset: GazeDataset,
    device: torch.device,
    start: str | Path | None = None,
    *,
    processes: Processes = ALONE,
    progress: bool = False,
) -> Run:
    """Decode the splits and make the network, as the recipe says.

    Args:
        recipe: of the run.
        dataset: with the splits train and val.
        device: of the training.
        start: a run folder or weights file to start from.
        processes: that train it together.
        progress: show bars.

    Raises:
        DataError: a split is missing or an image cannot be read.
        WeightsError: weights that the recipe names are missing or do not fit.
        TrainingError: several processes cannot train this network here.
    """
    train, val = load_splits(recipe, dataset, progress=progress)
    # a set that holds its mirror images already (the replication's pickles) is not mirrored again
    doubled = recipe.data.mirror == "copies" and dataset.info.mirrored_copies
    run = assemble(recipe, train, val, device, "none" if doubled else recipe.data.mirror, start, processes)
    sources = [*([] if start is None else [run.model]), *(run.teachers.models if run.teachers else [])]
    own = training_images(dataset, progress=progress)
    run.result.training_images = own.with_those_of(source.training_images for source in sources)
    return run


def load_splits(
    recipe: Recipe, dataset: GazeDataset, *, processes: bool = False, progress: bool = False
) -> tuple[Arrays, Arrays]:
    """The splits train and val at the size of the recipe's network, from the cache.

    Args:
        recipe: its sizes, fit and target count.
        dataset: with both splits.
        processes: build by processes instead of threads where there are many images; see `cached_arrays`.
        progress: show bars.

    Raises:
        DataError: a split is missing or an image cannot be read.
    """
    splits = [dataset.split(name) for name in ("train", "val")]  # both exist before work starts
    with torch.device("meta"):
        model = create_model(recipe.model.name, **recipe.model.options)
    train, val = (
        load_arrays(
            split,
            input_size=model.input_size,
            target_size=model.output_size,
            target=recipe.data.target,
            fit=recipe.data.fit,
            processes=processes,
            progress=progress,
        )
        for split in splits
    )
    return train, val


def assemble(
    recipe: Recipe,
    train: Arrays,
    val: Arrays,
    device: torch.device,
    mirror: Mirror,
    start: str | Path | None = None,
    processes: Processes = ALONE,
) -> Run:
    """Make network, optimizer and loss for splits that are decoded already; see `make_run`."""
    speed = speed_for(recipe.training, device)
    layout = torch.channels_last if speed.channels_last else torch.contiguous_format
    with torch.random.fork_rng():
        torch.manual_seed(recipe.training.seed)
        model = create_model(recipe.model.name, **recipe.model.options)
    if start is not None:
        start_from(model, start)
    model.fit = recipe.data.fit
    _fix_center_bias(model, train.targets)
    freeze(model, recipe.optimizer.frozen)
    model.to(device, memory_format=layout)  # type: ignore[call-overload]
    share_statistics(model, device, processes.size)
    loss = weighted_loss(recipe.loss)
    return Run(
        recipe=recipe,
        model=model,
        average=_average(model, recipe.training.average),
        forward=torch.compile(model) if speed.compile else model,
        optimizer=make_optimizer(recipe.optimizer, model, fused=speed.fused_optimizer),
        loss=loss,
        teachers=_teachers(recipe, model, device),
        train=train.to_if_it_fits(device),
        val=val.to_if_it_fits(device),
        mirror=mirror,
        device=device,
        layout=layout,
        processes=processes,
    )


def _teachers(recipe: Recipe, model: SaliencyModel, device: torch.device) -> Teachers | None:
    if recipe.teachers is None:
        return None
    return load_teachers(recipe.teachers.runs, recipe.teachers.weight, model, device)


def _average(model: SaliencyModel, kept: float | None) -> AveragedModel | None:
    """The moving average; its decay is lower in the first steps, to forget the initial weights."""
    if kept is None:
        return None

    def update(average: Tensors, weights: Tensors, steps: Tensor | int) -> None:
        share = min(kept, (1 + int(steps)) / (10 + int(steps)))
        torch._foreach_lerp_(average, weights, 1 - share)

    return AveragedModel(model, multi_avg_fn=update)


def _fix_center_bias(model: SaliencyModel, targets: Tensor) -> None:
    """Set a "fixed" center bias to the mean density of the training images."""
    for module in model.modules():
        if isinstance(module, CenterBiasPrior) and module.kind == "fixed":
            module.fix(mean_map(targets, "log_density").exp())


def images_per_epoch(run: Run) -> int:
    """How many images an epoch has, mirror images included."""
    return len(run.train) * (2 if run.mirror == "copies" else 1)


@torch.no_grad()
def mean_map_loss(run: Run) -> float:
    """The validation loss of the mean training map, one map for all images."""
    low, high = run.model.target_range
    constant = mean_map(run.train.targets, run.model.output)
    if run.model.output == "saliency":
        constant = constant * (high - low) + low
    return run.loss_of(constant.to(run.device).expand_as(run.val.targets), run.val).item()


def mean_map(targets: Tensor, output: Output) -> Tensor:
    """(N, h, w) training targets -> (h, w), as a prediction of the given kind.

    For "saliency" it is their mean, which has the lowest squared error of all maps that are the same for
    every image. For "log_density" it is the log of the mean of their densities, which has the lowest KL
    divergence.
    """
    if output == "saliency":
        return targets.mean(dim=0)
    densities = targets / targets.sum(dim=(1, 2), keepdim=True)
    return torch.log(densities.mean(dim=0).clamp_min(torch.finfo(torch.float32).tiny))
