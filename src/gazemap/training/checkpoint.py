"""What a resume needs, in one file that is replaced whole: weights, optimizer, progress.

Nothing random is kept: the order and the mirroring of every epoch follow from the seed and the
epoch's number, so a run killed at any moment continues to the same bits.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from gazemap.errors import WeightsError
from gazemap.models.weights import describe, load_tensors, save_tensors
from gazemap.training.recipe import Recipe
from gazemap.training.setup import Run

LAST = "last.safetensors"


@dataclass
class TrainingState:
    """How far a run has come: epochs done, and the best validation so far."""

    epoch: int = 0
    best_epoch: int | None = None
    best_loss: float = float("inf")


def save_state(out: Path, run: Run, progress: TrainingState, recipe: Recipe) -> None:
    """Write the state after a finished epoch; the one before stays until this one is whole."""
    tensors = {f"model.{key}": value for key, value in run.model.state_dict().items()}
    if run.average:
        tensors |= {f"average.{key}": value for key, value in run.average.state_dict().items()}
    for index, values in run.optimizer.state_dict()["state"].items():
        for key, value in values.items():
            if value is not None:
                tensors[f"optimizer.{index}.{key}"] = torch.as_tensor(value)
    about = {"progress": asdict(progress), "recipe": recipe.model_dump(mode="json")}
    save_tensors(out / LAST, tensors, about)


def load_state(out: Path, run: Run, recipe: Recipe) -> TrainingState:
    """Put the last saved state back into a run's parts; a fresh `TrainingState` if there is none.

    Raises:
        WeightsError: the state belongs to another recipe; names the first difference.
    """
    if not (out / LAST).exists():
        return TrainingState()
    tensors, about = load_tensors(out / LAST)
    _refuse_another(out, about["recipe"], recipe)
    run.model.load_state_dict(_below("model.", tensors))
    if run.average:
        run.average.load_state_dict(_below("average.", tensors))
    parameters = [p for group in run.optimizer.param_groups for p in group["params"]]
    state: dict[int, dict[str, torch.Tensor]] = {}
    for key, value in _below("optimizer.", tensors).items():
        index, name = key.split(".", 1)
        parameter = parameters[int(index)]
        if value.shape == parameter.shape:
            # the fused optimizer walks through memory: the layout must be the parameter's own
            value = torch.empty_like(parameter).copy_(value)
        state.setdefault(int(index), {})[name] = value
    run.optimizer.load_state_dict({**run.optimizer.state_dict(), "state": state})
    return TrainingState(**about["progress"])


def _below(prefix: str, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}


def is_finished(out: Path, recipe: Recipe) -> bool:
    """Whether `out` holds a run of this recipe that reached its last epoch.

    Raises:
        WeightsError: the run there belongs to another recipe.
    """
    if not (out / LAST).exists():
        return False
    about = describe(out / LAST)
    _refuse_another(out, about["recipe"], recipe)
    return bool(about["progress"]["epoch"] == recipe.training.epochs)


def _refuse_another(out: Path, saved: object, recipe: Recipe) -> None:
    difference = first_difference(saved, recipe.model_dump(mode="json"))
    if difference:
        raise WeightsError(
            f"{out} was trained with another recipe: {difference}. "
            "Resume with the same recipe and --set, or choose another --out."
        )


def first_difference(saved: object, asked: object, where: str = "") -> str | None:
    """The first key whose values differ, as "a.b was 1 and is now 2"; None when all are equal."""
    if isinstance(saved, dict) and isinstance(asked, dict):
        for key in sorted({*saved, *asked}):
            found = first_difference(saved.get(key), asked.get(key), f"{where}.{key}".lstrip("."))
            if found:
                return found
        return None
    return None if saved == asked else f"{where} was {saved!r} and is now {asked!r}"
