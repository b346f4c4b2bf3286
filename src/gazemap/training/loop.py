"""The training loop: plain PyTorch, one screen, no hooks."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
import yaml
from torch import Tensor

from gazemap.data.batches.arrays import epoch_batches
from gazemap.data.batches.augmentation import augmented
from gazemap.data.dataset import GazeDataset
from gazemap.errors import OutputError, TrainingError
from gazemap.system.device import choose_device
from gazemap.system.files import write_text
from gazemap.training.checkpoint import RECIPE_FILE, RunFolder, TrainingState
from gazemap.training.log import RunLog
from gazemap.training.optimizers import apply_schedule
from gazemap.training.pretext import pretext_recipe
from gazemap.training.recipe import Recipe
from gazemap.training.setup import Run, mean_map_loss, prepare

IfExists = Literal["refuse", "resume"]


@dataclass(frozen=True)
class TrainedRun:
    """How a run ended: its folder, best epoch, and losses of the network and of the mean map."""

    out: Path
    best_epoch: int
    best_loss: float
    mean_map_loss: float

    @property
    def warning(self) -> str | None:
        """What to say of a network that is not at least 1 % better than one map for all images."""
        return collapse_warning(self.best_loss, self.mean_map_loss)


def collapse_warning(best_loss: float, mean_map_loss: float) -> str | None:
    """The warning of `TrainedRun`, from the two losses alone; None where there is nothing to warn of."""
    if best_loss < 0.99 * mean_map_loss:
        return None
    return (
        f"the network does not get below the mean training map: its best validation loss is "
        f"{best_loss:.5f}, the one map's {mean_map_loss:.5f}. One map for all images does as well or better."
    )


def train(
    recipe: Recipe,
    dataset: GazeDataset,
    out: str | Path,
    *,
    if_exists: IfExists = "refuse",
    device: str = "auto",
    progress: bool = False,
) -> TrainedRun:
    """Train a model as the recipe says, on the splits train and val of a data set.

    `out` receives recipe.yaml, metrics.jsonl, TensorBoard events, best.safetensors (the weights
    with the lowest validation loss, for `load_model`) and last.safetensors (for a resume); a pretext
    is trained first, in the run folder `out`/pretext.

    Args:
        recipe: from `load_recipe`.
        dataset: with the splits train and val.
        out: a folder.
        if_exists: what to do where `out` holds a run. "refuse" it, or "resume" it: a finished run is
            not trained again, and one that was killed, at any moment, goes on where it was last saved.
        device: auto, cpu or cuda.
        progress: show a progress bar.

    Raises:
        DataError: a split is missing or an image cannot be read.
        OutputError: `out` cannot be written, or holds a run that is not to be resumed.
        TrainingError: the loss is no longer finite; the last good checkpoint is kept.
        WeightsError: the run to resume has another recipe, data set or version; or weights that the
            recipe names are missing.
    """
    folder = RunFolder(Path(out), recipe, dataset)
    if if_exists == "refuse" and folder.holds_run:
        raise OutputError(
            f"{out} already holds a run. Add --resume, in Python if_exists='resume', or choose another --out."
        )
    state = folder.state()
    if state.epoch < recipe.training.epochs:
        resumes = state.epoch > 0
        # the start's weights are overwritten by a resume's, but what it had learned from still counts
        start = recipe.start if resumes else _start(recipe, dataset, folder.path, device, progress)
        run = prepare(recipe, dataset, choose_device(device), start, progress=progress)
        if resumes:
            folder.restore(run)
        else:
            state.mean_map_loss = mean_map_loss(run)
        _train_to_the_end(run, folder, state, progress)
    return TrainedRun(folder.path, state.best_epoch or 0, state.best_loss, state.mean_map_loss)


def _start(recipe: Recipe, dataset: GazeDataset, out: Path, device: str, progress: bool) -> str | Path | None:
    """The weights to start from: the pretext's, trained first in a folder of its own, or the recipe's."""
    if recipe.pretext is None:
        return recipe.start
    own = pretext_recipe(recipe)
    return train(own, dataset, out / "pretext", if_exists="resume", device=device, progress=progress).out


def _train_to_the_end(run: Run, folder: RunFolder, state: TrainingState, progress: bool) -> None:
    """Epoch after epoch from where `state` is, validated and saved as often as the recipe says."""
    recipe, epochs = run.recipe, run.recipe.training.epochs
    write_text(folder.path / RECIPE_FILE, yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False))
    images = len(run.train) * (2 if run.mirror == "copies" else 1)
    log = RunLog(folder.path, recipe.name, epochs=epochs, images=images, done=state.epoch, progress=progress)
    with log:
        while state.epoch < epochs:
            started = time.perf_counter()
            apply_schedule(run.optimizer, recipe.optimizer, recipe.schedule, state.epoch, epochs)
            losses, norms = train_one_epoch(run, state.epoch, log)
            state.epoch += 1
            _refuse_non_finite(losses, norms, state, folder.path)
            seconds = time.perf_counter() - started
            validates = state.epoch % recipe.training.validate_every == 0 or state.epoch == epochs
            val_loss = validation_loss(run) if validates else None
            log.write(_row(run, state.epoch, losses, norms, val_loss, images / seconds))
            if val_loss is not None:
                if val_loss < state.best_loss:
                    state.best_loss, state.best_epoch = val_loss, state.epoch
                    folder.save_best(run, state)
                folder.save(run, state)


def train_one_epoch(run: Run, epoch: int, log: RunLog | None = None) -> tuple[Tensor, Tensor]:
    """One pass over the training split; returns the loss and the gradient norm of every step."""
    recipe = run.recipe
    losses, norms = [], []
    run.model.train()
    seed = recipe.training.seed
    batches = epoch_batches(
        run.train, batch_size=recipe.training.batch_size, mirror=run.mirror, seed=seed, epoch=epoch
    )
    for step, drawn in enumerate(batches):
        batch = augmented(drawn.to(run.device), recipe.data.augment, seed=seed, epoch=epoch, step=step)
        images = run.inputs(batch.images)
        with torch.autocast(run.device.type, torch.bfloat16, enabled=recipe.training.precision == "bf16"):
            prediction = run.forward(images)
            teacher_density = run.teachers.density(images) if run.teachers else None
        loss = run.loss_of(prediction, batch, teacher_density)
        run.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        gradients = [p.grad for p in run.model.parameters() if p.grad is not None]
        norms.append(torch.nn.utils.get_total_norm(gradients))
        losses.append(loss.detach())
        if recipe.training.clip is not None:
            torch.nn.utils.clip_grads_with_norm_(run.model.parameters(), recipe.training.clip, norms[-1])
        run.optimizer.step()
        if run.average:
            run.average.update_parameters(run.model)
        if log:
            log.step(losses[-1], run.optimizer.param_groups[0]["lr"], len(batch))
    return torch.stack(losses).cpu(), torch.stack(norms).cpu()


@torch.no_grad()
def validation_loss(run: Run) -> float:
    """The loss over the validation split, every image weighing the same."""
    network = run.result.eval()
    forward = network if run.average else run.forward
    total, size = 0.0, run.recipe.training.batch_size
    for start in range(0, len(run.val), size):
        batch = run.val[start : start + size]
        total += run.loss_of(forward(run.inputs(batch.images)), batch).item() * len(batch)
    return total / len(run.val)


def _row(
    run: Run, epoch: int, losses: Tensor, norms: Tensor, val_loss: float | None, speed: float
) -> dict[str, float | None]:
    """What metrics.jsonl says of an epoch."""
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
            f"epoch {state.epoch}, step {step + 1}. {kept}. Lower optimizer.lr, or normalize "
            "(model.options.batch_norm)."
        )
