"""The training loop: plain PyTorch, one screen, no hooks."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Literal, overload

import torch
import yaml
from torch import Tensor

from gazemap.data.dataset import DatasetLike, GazeDataset, as_dataset
from gazemap.errors import InputError, OutputError, TrainingError
from gazemap.system import ranks
from gazemap.system.device import choose_device
from gazemap.system.files import write_text
from gazemap.system.locks import clear_lock, only_one
from gazemap.system.progress import say
from gazemap.training.checkpoint import RECIPE_FILE, RunFolder, TrainingState
from gazemap.training.log import RunLog
from gazemap.training.optimizers import apply_schedule
from gazemap.training.plan import TrainingPlan, planned
from gazemap.training.pretext import pretext_recipe
from gazemap.training.processes import Processes, joined
from gazemap.training.recipe import Recipe, RecipeLike, load_recipe
from gazemap.training.result import TrainedRun
from gazemap.training.setup import Run, images_per_epoch, make_run, mean_map_loss
from gazemap.training.steps import train_one_epoch, validation_loss

IfExists = Literal["refuse", "resume"]


@overload
def train(
    recipe: RecipeLike,
    dataset: DatasetLike,
    out: str | Path,
    *,
    overrides: Sequence[str] = (),
    if_exists: IfExists = "refuse",
    dry_run: Literal[False] = False,
    device: str = "auto",
    progress: bool = False,
) -> TrainedRun: ...
@overload
def train(
    recipe: RecipeLike,
    dataset: DatasetLike,
    out: str | Path,
    *,
    overrides: Sequence[str] = (),
    if_exists: IfExists = "refuse",
    dry_run: Literal[True],
    device: str = "auto",
    progress: bool = False,
) -> TrainingPlan: ...
@overload
def train(
    recipe: RecipeLike,
    dataset: DatasetLike,
    out: str | Path,
    *,
    overrides: Sequence[str] = (),
    if_exists: IfExists = "refuse",
    dry_run: bool,
    device: str = "auto",
    progress: bool = False,
) -> TrainedRun | TrainingPlan: ...
def train(
    recipe: RecipeLike,
    dataset: DatasetLike,
    out: str | Path,
    *,
    overrides: Sequence[str] = (),
    if_exists: IfExists = "refuse",
    dry_run: bool = False,
    device: str = "auto",
    progress: bool = False,
) -> TrainedRun | TrainingPlan:
    """Train a model as a recipe says, on the splits train and val of a gaze data set.

    `out` receives recipe.yaml, metrics.jsonl (one row per epoch), TensorBoard events, best.safetensors (the
    weights with the lowest validation loss, for `load_model` and `predict`) and last.safetensors (all that
    going on needs). A recipe with a pretext is trained on that first, in the run folder `out`/pretext.

    Args:
        recipe: the name of one that comes with gazemap, a .yaml file, or a `Recipe`.
        dataset: a gaze data set or its folder, with the splits train and val.
        out: the run folder.
        overrides: "a.b=value" strings that replace single keys of the recipe.
        if_exists: what to do where `out` holds a run already: "refuse", or "resume" it. A resumed run goes
            on after its last checkpoint, at whatever moment it was killed; a finished run is not trained
            again.
        dry_run: train nothing: measure some steps, and say how long it will take and how much disk.
        device: auto, cpu or cuda.
        progress: show how the training goes on stderr: a bar on a terminal, else one line per epoch.

    Returns:
        the trained run; with `dry_run` the plan of it, and nothing is written to `out`.

    Raises:
        RecipeError: a mistake in the recipe; see `load_recipe`.
        DataError: no such data set, a split is missing, or an image cannot be read.
        OutputError: `out` cannot be written, or holds a run that is not to be resumed, or one
            that another process trains at this moment.
        TrainingError: the loss is no longer finite; the last good checkpoint is kept.
        WeightsError: the run to resume has another recipe, data set or version; or weights that the
            recipe names are missing.
    """
    recipe, dataset, out = load_recipe(recipe, overrides), as_dataset(dataset), Path(out)
    if dry_run:
        if ranks.size() > 1:
            raise InputError("A dry run measures one process. Leave torchrun out.")
        return planned(recipe, dataset, choose_device(device), progress=progress)
    with joined(choose_device(device)) as processes:
        folder = RunFolder(out, recipe, dataset)
        progress = progress and processes.is_first
        with processes.in_turn():
            if if_exists == "refuse" and processes.is_first and folder.holds_run:
                raise OutputError(
                    f"{out} already holds a run. Add --resume, in Python if_exists='resume', or choose "
                    "another --out."
                )
            is_finished = folder.is_finished
        if is_finished and processes.is_first:
            clear_lock(out)
        with only_one(out, "training") if processes.is_first and not is_finished else nullcontext():
            trained = _trained(folder, device, processes, progress)
            processes.wait()  # until the first has written all
            return trained


def _trained(folder: RunFolder, device: str, processes: Processes, progress: bool) -> TrainedRun:
    """The run, trained from where its last checkpoint is to its end."""
    recipe, state = folder.recipe, folder.state()
    epochs, done = recipe.training.epochs, state.epoch
    if done:
        say(
            f"{recipe.name}: {done} of {epochs} epochs are trained already, in {folder.path}.",
            progress=progress,
        )
    if done < epochs:
        # a resume overwrites the weights of the start, but what these have learned from still counts
        start = recipe.start if done else _start(recipe, folder.dataset, folder.path, device, progress)
        with processes.in_turn():
            run = make_run(
                recipe, folder.dataset, choose_device(device), start, processes=processes, progress=progress
            )
            if done:
                folder.restore(run)
            else:
                state.mean_map_loss = mean_map_loss(run)
        _train_to_the_end(run, folder, state, progress)
    return TrainedRun(
        folder.path, epochs, state.best_epoch or 0, state.best_loss, state.mean_map_loss, resumed_after=done
    )


def _start(recipe: Recipe, dataset: GazeDataset, out: Path, device: str, progress: bool) -> str | Path | None:
    """The weights to start from: those of the pretext, which is trained first, or the recipe's."""
    if recipe.pretext is None:
        return recipe.start
    own = pretext_recipe(recipe)
    return train(own, dataset, out / "pretext", if_exists="resume", device=device, progress=progress).out


def _train_to_the_end(run: Run, folder: RunFolder, state: TrainingState, progress: bool) -> None:
    """Epoch after epoch from where `state` is, validated and saved as often as the recipe says."""
    recipe, epochs, images = run.recipe, run.recipe.training.epochs, images_per_epoch(run)
    log: RunLog | None = None  # of several processes, the first alone writes
    if run.processes.is_first:
        write_text(folder.path / RECIPE_FILE, yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False))
        log = RunLog(
            folder.path, recipe.name, epochs=epochs, images=images, done=state.epoch, progress=progress
        )
    with log or nullcontext():
        while state.epoch < epochs:
            started = time.perf_counter()
            apply_schedule(run.optimizer, recipe.optimizer, recipe.schedule, state.epoch, epochs)
            losses, norms = train_one_epoch(run, state.epoch, log)
            state.epoch += 1
            _refuse_non_finite(losses, norms, state, folder.path)
            seconds = time.perf_counter() - started
            validates = state.epoch % recipe.training.validate_every == 0 or state.epoch == epochs
            val_loss = validation_loss(run) if validates else None
            is_best = val_loss is not None and val_loss < state.best_loss
            if val_loss is not None and is_best:
                state.best_loss, state.best_epoch = val_loss, state.epoch
            if log:
                log.write(_row(run, state.epoch, losses, norms, val_loss, images / seconds))
                if is_best:
                    folder.save_best(run, state)
                if validates:
                    folder.save(run, state)


def _row(
    run: Run, epoch: int, losses: Tensor, norms: Tensor, val_loss: float | None, speed: float
) -> dict[str, float | None]:
    """The row of metrics.jsonl for an epoch."""
    group = run.optimizer.param_groups[0]
    return {
        "epoch": epoch,
        "train_loss": losses.mean().item(),
        "val_loss": val_loss,
        "learning_rate": group["lr"],
        "momentum": group.get("momentum"),
        "gradient_norm": norms.mean().item(),
        "gradient_norm_max": norms.max().item(),
        "images_per_second": speed,
    }


def _refuse_non_finite(losses: Tensor, norms: Tensor, state: TrainingState, out: Path) -> None:
    bad = torch.nonzero(~torch.isfinite(losses) | ~torch.isfinite(norms))
    if len(bad):
        step = int(bad[0])
        kept = (
            f"{out} keeps the weights of epoch {state.best_epoch}"
            if state.best_epoch
            else ("No checkpoint was saved yet")
        )
        raise TrainingError(
            f"The loss became {losses[step].item()} and the gradient norm {norms[step].item()} in "
            f"epoch {state.epoch}, step {step + 1}. {kept}. Lower optimizer.lr, or add batch normalization "
            "where the model has it (model.options.batch_norm=true)."
        )
