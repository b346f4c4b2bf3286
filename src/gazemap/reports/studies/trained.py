"""The runs of a study: trained one after another, or used again where they are there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gazemap.data.dataset import GazeDataset
from gazemap.training.recipe import Recipe
from gazemap.training.result import TrainedRun


def trained_runs(
    recipes: Sequence[Recipe], dataset: GazeDataset, out: Path, device: str, progress: bool
) -> dict[str, TrainedRun]:
    """Train every recipe in a run folder of its name in `out`; a run that was interrupted goes on.

    Raises:
        WeightsError: `out` holds a run of another recipe, data set or version; nothing is trained then.
    """
    from gazemap.training.checkpoint import RunFolder
    from gazemap.training.loop import train

    for recipe in recipes:
        RunFolder(out / recipe.name, recipe, dataset).state()  # refuses what another recipe or data set made
    return {
        recipe.name: train(
            recipe, dataset, out / recipe.name, if_exists="resume", device=device, progress=progress
        )
        for recipe in recipes
    }
