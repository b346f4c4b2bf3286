"""Reproducing a published study: train its networks, score them, write the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gazemap.data.dataset import DatasetLike, as_dataset
from gazemap.errors import lookup
from gazemap.evaluation.blurs import Blur, with_blur
from gazemap.reports.findings import subject
from gazemap.reports.report import score_subjects
from gazemap.reports.report_page import Published, write_report
from gazemap.reports.studies.trained import trained_runs
from gazemap.system.locks import only_one
from gazemap.system.plain import plain
from gazemap.training.recipe import load_recipe
from gazemap.training.result import TrainedRun
from gazemap.training.shipped import shipped_recipes


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

    def as_json(self) -> dict[str, Any]:
        """The runs and the report's path as plain JSON values."""
        runs = {name: run.as_json() for name, run in self.runs.items()}
        content: dict[str, Any] = plain({"report": self.report, "runs": runs})
        return content


def reproduce(
    study: str,
    dataset: DatasetLike,
    out: str | Path,
    *,
    full: bool = False,
    overrides: Sequence[str] = (),
    sigma: float | None = None,
    degrees: float | None = None,
    device: str = "auto",
    progress: bool = False,
) -> Reproduction:
    """Train the networks of a published study, score them under its protocols and write one report.

    Called again with the same `out`, it goes on by itself: a network that is trained already is not trained
    again, and one that was interrupted goes on after its last checkpoint.

    Args:
        study: a key of `STUDIES`.
        dataset: a gaze data set or its folder, with the splits train and val.
        out: a folder for one run per network, the scores and report.html.
        full: use the full-length recipes even where a short version for this data set comes with gazemap.
        overrides: "a.b=value" strings that replace single keys of all recipes.
        sigma: the blur of the scores' ground truth in pixels, for the protocols that take the data set's.
        degrees: the same in degrees of visual angle.
        device: of training and scoring: auto, cpu or cuda.
        progress: show how each training goes, as `train` does.

    Raises:
        InputError: an unknown study, or a blur that cannot be.
        DataError: the data set lacks a split; says how to make it.
        OutputError: `out` cannot be written, or is in use by another process. For the rest see `train` and
            `evaluate`.
    """
    plan = lookup("study", study, STUDIES)
    dataset, out = as_dataset(dataset), Path(out)
    names = [name if full else recipe_for(name, dataset.name) for name in plan.recipes]
    recipes = [load_recipe(name, overrides) for name in names]
    for split in ("train", "val"):
        dataset.split(split)  # refused before the work
    blur: Blur = {"sigma": sigma, "degrees": degrees}
    if sigma is not None or degrees is not None:
        with_blur(dataset, **blur)  # and so is this
    with only_one(out, f"reproducing {study}"):
        runs = trained_runs(recipes, dataset, out, device, progress)
        subjects = [subject(run.out, device=device) for run in runs.values()]
        scores = score_subjects(subjects, dataset, plan.protocols, out, **blur, progress=progress)
        report = write_report(
            out / "report.html",
            title=plan.title,
            subjects=subjects,
            dataset=dataset,
            scores=scores,
            published=plan.published,
            progress=progress,
        )
        return Reproduction(runs, report.page)
