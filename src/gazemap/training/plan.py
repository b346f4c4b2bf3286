"""What a training will need, from some steps of it: its time, its memory on a GPU, its files."""

from __future__ import annotations

import math
import time
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch
from torch import Tensor

from gazemap.data.dataset import GazeDataset
from gazemap.system.plain import plain
from gazemap.training.log import duration
from gazemap.training.recipe import Recipe
from gazemap.training.setup import Run, images_per_epoch, make_run
from gazemap.training.steps import train_one_epoch, validation_loss

_STEPS = 20  # measured, unless they take longer than
_SECONDS = 30.0
_WARM_UP = 2  # steps that allocate memory and choose kernels: not counted


@dataclass(frozen=True)
class TrainingPlan:
    """What `train` returns with `dry_run`: how a training would go. Nothing was trained or written.

    Attributes:
        recipe: its name.
        device: what was measured, as PyTorch names it.
        train: images of the split train, mirror images included.
        val: images of the split val.
        batch_size: images per step.
        epochs: how many there will be.
        steps_per_epoch: steps in each.
        measured: how many steps were measured.
        images_per_second: in training.
        seconds: of the whole training, validation included; of a pretext's not.
        disk_bytes: of the two weights files in the run folder.
        gpu_bytes: the most memory that PyTorch took on the GPU; None on a CPU.
        has_pretext: whether the recipe trains on a pretext first, which comes on top.
    """

    recipe: str
    device: str
    train: int
    val: int
    batch_size: int
    epochs: int
    steps_per_epoch: int
    measured: int
    images_per_second: float
    seconds: float
    disk_bytes: int
    gpu_bytes: int | None
    has_pretext: bool

    def notes(self) -> list[str]:
        """The same in sentences."""
        steps = self.steps_per_epoch * self.epochs
        pretext = ", and its pretext before that" if self.has_pretext else ""
        memory = "" if self.gpu_bytes is None else f"Memory on the GPU: {_size(self.gpu_bytes)}. "
        return [
            f"{self.recipe} on {self.device}: {self.epochs:,} epochs of {self.steps_per_epoch:,} steps, "
            f"{steps:,} steps of {self.batch_size} images; "
            f"{self.train:,} images with mirror images, {self.val:,} for validation.",
            f"{self.images_per_second:.3g} images/s in {self.measured} steps: about {duration(self.seconds)} "
            f"in all{pretext}. {memory}Disk: {_size(self.disk_bytes)}. Nothing was trained or written.",
        ]

    def as_json(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        values: dict[str, Any] = plain(asdict(self))
        return values


def planned(
    recipe: Recipe, dataset: GazeDataset, device: torch.device, *, progress: bool = False
) -> TrainingPlan:
    """Measure some steps of a training that starts from random weights, or those of its encoder.

    The images are decoded for it, and are there when the training begins.

    Args:
        recipe: of the training.
        dataset: with the splits train and val.
        device: of the training.
        progress: show bars.

    Raises:
        DataError: a split is missing or an image cannot be read.
        WeightsError: weights that the recipe names are missing or do not fit.
    """
    run = make_run(recipe, dataset, device, recipe.start, progress=progress)
    images, size = images_per_epoch(run), recipe.training.batch_size
    steps = math.ceil(images / size)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    first = _seconds(run, min(_WARM_UP, steps))[-1]
    measured = _seconds(run, min(_STEPS, steps, max(1, int(_SECONDS / max(first, 1e-9)))))
    per_step = sum(measured) / len(measured)
    validations = math.ceil(recipe.training.epochs / recipe.training.validate_every)
    seconds = recipe.training.epochs * steps * per_step + validations * _validation_seconds(run)
    return TrainingPlan(
        recipe=recipe.name,
        device=torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
        train=images,
        val=len(run.val),
        batch_size=size,
        epochs=recipe.training.epochs,
        steps_per_epoch=steps,
        measured=len(measured),
        images_per_second=images / steps / per_step,
        seconds=seconds,
        disk_bytes=_bytes_on_disk(run),
        gpu_bytes=torch.cuda.max_memory_allocated(device) if device.type == "cuda" else None,
        has_pretext=recipe.pretext is not None,
    )


class _Clock:
    """When each step was done; reading its loss waits for a GPU."""

    def __init__(self) -> None:
        self.times = [time.perf_counter()]

    def step(self, loss: Tensor, rate: float, images: int) -> None:
        loss.item()
        self.times.append(time.perf_counter())


def _seconds(run: Run, steps: int) -> list[float]:
    """How long each of the first steps of an epoch took."""
    clock = _Clock()
    train_one_epoch(run, 0, clock, steps)
    return [after - before for before, after in zip(clock.times, clock.times[1:], strict=False)]


def _validation_seconds(run: Run) -> float:
    """How long a validation will take, from a batch of it."""
    part = run.val[: run.recipe.training.batch_size]
    started = time.perf_counter()
    validation_loss(replace(run, val=part))
    return (time.perf_counter() - started) / len(part) * len(run.val)


def _bytes_on_disk(run: Run) -> int:
    """Of best.safetensors, the weights, and of last.safetensors, which has what the optimizer keeps, too."""
    weights, average = (_bytes(network) for network in (run.model, run.average))
    kept = run.optimizer.state_dict()["state"].values()
    optimizer = sum(
        int(value.nbytes) for entry in kept for value in entry.values() if isinstance(value, Tensor)
    )
    return 2 * weights + average + optimizer


def _bytes(network: torch.nn.Module | None) -> int:
    return sum(int(value.nbytes) for value in network.state_dict().values()) if network else 0


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
