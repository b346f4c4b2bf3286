"""Reproducing a published study: train its networks, score them, write the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gazemap.data.dataset import GazeDataset
from gazemap.errors import lookup
from gazemap.reports.report import Published, score_runs, write_report
from gazemap.training.checkpoint import RunFolder
from gazemap.training.loop import TrainedRun, train
from gazemap.training.recipe import load_recipe, shipped_recipes


@dataclass(frozen=True)
class Study:
    """A published study: what it trained, how it was scored, and the numbers that it printed."""

    title: str
    recipes: tuple[str, ...]
    protocols: tuple[str, ...]
    published: tuple[Published, ...]


STUDIES: dict[str, Study] = {
    "nurick2021": Study(
        title="The shallow network of Pan et al. (2016) as replicated by Nurick (Bristol, 2021)",
        recipes=("nurick2021-shallow", "nurick2021-batchnorm", "shallow-fixed"),
        protocols=("bristol2021", "bristol2021-clipped", "exact"),
        published=(
            Published(
                "Pan et al. 2016",
                "SALICON val",
                {"cc": 0.58, "auc_shuffled": 0.67, "auc_borji": 0.83},
            ),
            Published(
                "examiners and replication",
                "SALICON val",
                {"cc": 0.65, "auc_shuffled": 0.55, "auc_borji": 0.71},
            ),
            Published(
                "replication with batch norm",
                "SALICON val",
                {"cc": 0.69, "auc_shuffled": 0.59, "auc_borji": 0.73},
            ),
        ),
    ),
}


def recipe_for(name: str, dataset: str) -> str:
    """The recipe's short version for a data set, "NAME-DATASET", where one ships; else NAME."""
    short = f"{name}-{dataset}"
    return short if short in shipped_recipes() else name


@dataclass(frozen=True)
class Reproduction:
    """What `reproduce` made.

    Attributes:
        runs: the networks' runs, by the name of their recipe.
        report: the path of the HTML page.
    """

    runs: Mapping[str, TrainedRun]
    report: Path

    @property
    def warnings(self) -> dict[str, str]:
        """Run -> what to say of a network that does not get below one map for all images."""
        return {name: run.warning for name, run in self.runs.items() if run.warning}


def reproduce(
    study: str,
    dataset: GazeDataset,
    out: str | Path,
    *,
    full: bool = False,
    overrides: list[str] | None = None,
    device: str = "auto",
    progress: bool = False,
) -> Reproduction:
    """Train the study's networks, score them under its protocols and write one report.

    A network that is trained already is not trained again, and one that was interrupted goes on
    where it was, so the work can be repeated after a kill.

    Args:
        study: a key of `STUDIES`.
        dataset: with the splits train and val.
        out: a folder for one run per entry, the scores and report.html.
        full: the full-length recipes even where a short version for this data set ships.
        overrides: "a.b=value" strings for all recipes.
        device: auto, cpu or cuda.
        progress: show bars.

    Raises:
        InputError: an unknown study; see `train` and `evaluate` for the rest.
    """
    plan, out = lookup("study", study, STUDIES), Path(out)
    names = [name if full else recipe_for(name, dataset.name) for name in plan.recipes]
    recipes = [load_recipe(name, overrides) for name in names]
    for recipe in recipes:
        RunFolder(out / recipe.name, recipe, dataset).state()  # another run is refused before work starts
    runs = {
        recipe.name: train(
            recipe, dataset, out / recipe.name, if_exists="resume", device=device, progress=progress
        )
        for recipe in recipes
    }
    folders = {name: run.out for name, run in runs.items()}
    scores = score_runs(folders, dataset, plan.protocols, out, progress=progress)
    report = write_report(
        out / "report.html",
        title=plan.title,
        runs=list(folders.values()),
        dataset=dataset,
        scores=scores,
        published=plan.published,
        progress=progress,
    )
    return Reproduction(runs, report)
