"""The training loop: plain PyTorch, one screen, no hooks."""

from __future__ import annotations

import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import torch
import yaml
from torch import Tensor

from gazemap.data.batches.arrays import epoch_batches
from gazemap.data.batches.augmentation import augmented
from gazemap.data.dataset import GazeDataset
from gazemap.errors import OutputError, TrainingError
from gazemap.models.weights import BEST, save_model
from gazemap.system.device import choose_device, use_huge_pages
from gazemap.system.files import write_text
from gazemap.training.checkpoint import LAST, TrainingState, is_finished, load_state, save_state
from gazemap.training.log import LOG_FILE, RunLog, TrainingBar
from gazemap.training.optimizers import apply_schedule
from gazemap.training.pretext import pretext_recipe
from gazemap.training.recipe import Recipe
from gazemap.training.setup import Run, prepare


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
    resume: bool = False,
    device: str = "auto",
    progress: bool = True,
) -> TrainedRun:
    """Train a model as the recipe says, on the splits train and val of a data set.

    `out` receives recipe.yaml, metrics.jsonl, TensorBoard events, best.safetensors (the weights
    with the lowest validation loss, for `load_model`) and last.safetensors (for a resume); a pretext
    is trained first, in the run folder `out`/pretext.

    Args:
        recipe: from `load_recipe`.
        dataset: with the splits train and val.
        out: a new folder, or with `resume` one that a killed run of the same recipe left.
        resume: go on where that run was last saved.
        device: auto, cpu or cuda.
        progress: show a progress bar.

    Raises:
        DataError: a split is missing or an image cannot be read.
        OutputError: `out` cannot be written, or holds a run and `resume` was not asked for.
        TrainingError: the loss is no longer finite; the last good checkpoint is kept.
        WeightsError: with `resume`, the run belongs to another recipe.
    """
    out = Path(out)
    if not resume and ((out / LAST).exists() or (out / LOG_FILE).exists()):
        raise OutputError(f"{out} already holds a run. Add --resume, or choose another --out.")
    use_huge_pages()
    start = _start(recipe, dataset, out, device, progress)
    run = prepare(recipe, dataset, choose_device(device), progress, start)
    state = load_state(out, run, recipe)
    write_text(out / "recipe.yaml", yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False))
    epochs = recipe.training.epochs
    images = len(run.train) * (2 if run.mirror == "copies" else 1)

    with (
        RunLog(out, state.epoch) as log,
        TrainingBar(recipe.name, epochs, images, state.epoch, progress) as bar,
    ):
        while state.epoch < epochs:
            started = time.perf_counter()
            apply_schedule(run.optimizer, recipe.optimizer, recipe.schedule, state.epoch, epochs)
            losses, norms = train_one_epoch(run, recipe, state.epoch, bar)
            state.epoch += 1
            _refuse_non_finite(losses, norms, state, out)
            seconds = time.perf_counter() - started
            validates = state.epoch % recipe.training.validate_every == 0 or state.epoch == epochs
            val_loss = validation_loss(run, recipe) if validates else None
            log.write(_row(run, state.epoch, losses, norms, val_loss, images / seconds))
            if val_loss is not None:
                bar.validated(val_loss)
                if val_loss < state.best_loss:
                    state.best_loss, state.best_epoch = val_loss, state.epoch
                    _save_best(out, run, recipe, dataset, state)
                save_state(out, run, state, recipe)
    return TrainedRun(out, state.best_epoch or 0, state.best_loss, run.mean_map_loss)


def _start(recipe: Recipe, dataset: GazeDataset, out: Path, device: str, progress: bool) -> str | Path | None:
    """The weights to start from: the pretext's, trained first in a folder of its own, or the recipe's."""
    if recipe.pretext is None or (out / LAST).exists():
        return recipe.start
    own, folder = pretext_recipe(recipe), out / "pretext"
    if not is_finished(folder, own):
        resume = (folder / LAST).exists()
        train(own, dataset, folder, resume=resume, device=device, progress=progress)
    return folder


def train_one_epoch(
    run: Run, recipe: Recipe, epoch: int, bar: TrainingBar | None = None
) -> tuple[Tensor, Tensor]:
    """One pass over the training split; returns the loss and the gradient norm of every step."""
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
        if bar:
            bar.step(losses[-1], run.optimizer.param_groups[0]["lr"], len(batch))
    return torch.stack(losses).cpu(), torch.stack(norms).cpu()


@torch.no_grad()
def validation_loss(run: Run, recipe: Recipe) -> float:
    """The loss over the validation split, every image weighing the same."""
    network = run.result.eval()
    forward = network if run.average else run.forward
    total = 0.0
    for start in range(0, len(run.val), recipe.training.batch_size):
        batch = run.val[start : start + recipe.training.batch_size]
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


def _save_best(out: Path, run: Run, recipe: Recipe, dataset: GazeDataset, state: TrainingState) -> None:
    save_model(
        out / BEST,
        run.result,
        recipe=recipe.model_dump(mode="json"),
        dataset={"name": dataset.name, "train": len(run.train), "val": len(run.val)},
        epoch=state.best_epoch,
        val_loss=state.best_loss,
        mean_map_loss=run.mean_map_loss,
        gazemap=version("gazemap"),
        torch=torch.__version__,
    )
