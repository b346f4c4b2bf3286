"""The runs of a study: trained one after another or by workers, or used again where they are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gazemap.data.dataset import GazeDataset, load_dataset
from gazemap.reports.studies.by_workers import StudyCrew
from gazemap.training.recipe import Recipe, parse_recipe
from gazemap.training.result import TrainedRun


def trained_runs(
    recipes: Sequence[Recipe],
    dataset: GazeDataset,
    out: Path,
    device: str,
    progress: bool,
    by: StudyCrew | None = None,
) -> dict[str, TrainedRun]:
    """Train every recipe in a run folder of its name in `out`; a run that was interrupted goes on.

    Args:
        recipes: of different names.
        dataset: with the splits train and val.
        out: the study's folder.
        device: of the training.
        progress: show how it goes.
        by: workers that train, each by a `RunWorker`; None for one run after another.

    Raises:
        WeightsError: `out` holds a run of another recipe, data set or version; nothing is trained then.
    """
    from gazemap.training.checkpoint import RunFolder
    from gazemap.training.loop import train

    folders = [RunFolder(out / recipe.name, recipe, dataset) for recipe in recipes]
    finished = [folder.is_finished for folder in folders]  # refuses what another recipe or data set made
    if by is not None:
        left = [recipe.name for recipe, done in zip(recipes, finished, strict=True) if not done]
        by.make(left, f"Training {len(left)} runs", progress=progress)
    return {
        recipe.name: train(
            recipe, dataset, out / recipe.name, if_exists="resume", device=device, progress=progress
        )
        for recipe in recipes
    }


class RunWorker:
    """A worker that trains one recipe after another."""

    def __init__(self, *, recipes: Mapping[str, Any], dataset: str, out: str, device: str) -> None:
        self._recipes = recipes
        self._dataset = load_dataset(dataset)
        self._out = Path(out)
        self._device = device

    def run(self, task: str) -> None:
        """Train the recipe of that name in its run folder; raises what `train` raises."""
        from gazemap.training.loop import train

        recipe = parse_recipe(self._recipes[task], f"The recipe {task}")
        train(recipe, self._dataset, self._out / task, if_exists="resume", device=self._device)
