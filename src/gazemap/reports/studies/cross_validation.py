"""Cross-validation: one recipe trained k times, each image scored by the one run that did not see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from gazemap.data.dataset import GazeDataset
from gazemap.data.subsets.merging import merge
from gazemap.data.subsets.splits import make_folds
from gazemap.errors import InputError
from gazemap.evaluation.names import scores_file
from gazemap.evaluation.reuse import scores_in
from gazemap.evaluation.scores import Scores
from gazemap.models.weights import load_model
from gazemap.system.fingerprint import fingerprint
from gazemap.training.checkpoint import RunFolder
from gazemap.training.loop import train
from gazemap.training.recipe import Recipe


def cross_validate(
    recipe: Recipe,
    dataset: GazeDataset,
    out: str | Path,
    *,
    folds: int = 5,
    only: int | None = None,
    extra: Sequence[GazeDataset] = (),
    protocol: str = "exact",
    device: str = "auto",
    progress: bool = False,
) -> Scores | None:
    """Train and score the folds that are not there yet; then pool all scores.

    The epoch of each run is the one with the lowest loss on the images held out. What was trained or
    scored before is used again where all that made it is the same, so the work can be interrupted at
    any moment, and shared by several machines.

    Args:
        recipe: of the training.
        dataset: whose images are scored; its own splits are replaced.
        out: receives a run folder for each fold, with its scores, and `pooled_file`.
        folds: how many.
        only: train this fold alone, counted from 1.
        extra: other data sets: their split train is trained on in every fold, their val validates.
        protocol: of the scores.
        device: auto, cpu or cuda.
        progress: show bars.

    Returns:
        the scores of all images, also in `pooled_file`; None while folds are missing.

    Raises:
        InputError: no such fold, or a wrong number of folds.
        WeightsError: `out` holds a run of another recipe, data set or version.
    """
    parts = make_folds(dataset, folds)
    if only is not None and not 1 <= only <= folds:
        raise InputError(f"The fold must be from 1 to {folds}, the number of folds, got {only}.")
    seen = [merge([part, *extra], recipe.name) if extra else part for part in parts]
    runs = [RunFolder(Path(out) / str(fold), recipe, data) for fold, data in enumerate(seen, start=1)]
    for run in runs:
        run.state()  # another run in any fold is refused before work starts
    scored = []
    for fold, (run, part) in enumerate(zip(runs, parts, strict=True), start=1):
        if only in (None, fold):
            train(recipe, run.dataset, run.path, if_exists="resume", device=device, progress=progress)
        if run.is_finished:
            file = scores_file(run.path, part, "val", protocol)
            models = {recipe.name: load_model(run.path)}
            scored.append(scores_in(file, models, part, "val", protocol, progress=progress))
    if len(scored) < folds:
        return None
    together = pooled(scored, dataset)
    together.write(pooled_file(out, dataset, folds, protocol))
    return together


def pooled_file(out: str | Path, dataset: GazeDataset, folds: int, protocol: str) -> Path:
    """Where `cross_validate` writes the scores of all images."""
    return scores_file(Path(out), dataset, _all_of(folds), protocol)


def pooled(parts: Sequence[Scores], dataset: GazeDataset) -> Scores:
    """The scores of several folds as those of the data set, with what made each.

    Args:
        parts: of one protocol and the same rows.
        dataset: the one that was divided into folds.
    """
    first = parts[0]
    per_image = {
        row: {
            metric: np.concatenate([part.per_image[row][metric] for part in parts])
            for metric in first.metrics
        }
        for row in first.rows
    }
    reasons = {
        row: {
            metric: {key: why for part in parts for key, why in part.left_out(row, metric).items()}
            for metric in first.metrics
        }
        for row in first.rows
    }
    seen: dict[str, dict[str, str]] = {}
    for part in parts:
        for row, own in part.seen.items():
            seen.setdefault(row, {}).update(own)
    return replace(
        first,
        split=_all_of(len(parts)),
        image_ids=tuple(image_id for part in parts for image_id in part.image_ids),
        per_image=per_image,
        reasons=reasons,
        seen=seen,
        made_by=fingerprint(dataset=dataset.fingerprint, folds=[part.made_by for part in parts]),
    )


def _all_of(folds: int) -> str:
    return f"{folds} folds"
