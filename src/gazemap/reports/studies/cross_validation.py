"""Cross-validation: one recipe trained k times, each image scored by the one run that did not see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from gazemap.data.dataset import DatasetLike, GazeDataset, as_dataset
from gazemap.data.subsets.merging import merge
from gazemap.data.subsets.splits import make_folds
from gazemap.errors import InputError
from gazemap.evaluation.blurs import blurred_for
from gazemap.evaluation.names import scores_file
from gazemap.evaluation.reuse import scores_in
from gazemap.evaluation.scores import Scores
from gazemap.metrics import get_protocol
from gazemap.system.fingerprint import fingerprint
from gazemap.system.plain import plain
from gazemap.training.recipe import RecipeLike, load_recipe
from gazemap.training.result import TrainedRun


@dataclass(frozen=True)
class CrossValidation:
    """What `cross_validate` found.

    Attributes:
        folds: how many there are.
        runs: the trained run of each fold that is there, by the fold's number.
        scores: of all images; None while folds are missing.
        file: what holds these scores.
    """

    folds: int
    runs: Mapping[int, TrainedRun]
    scores: Scores | None
    file: Path

    @property
    def missing(self) -> list[int]:
        """The numbers of the folds that are not trained yet."""
        return [fold for fold in range(1, self.folds + 1) if fold not in self.runs]

    def as_json(self) -> dict[str, Any]:
        """The runs and the mean scores as plain JSON values; the scores per image are in the file."""
        content: dict[str, Any] = plain(
            {
                "folds": self.folds,
                "missing": self.missing,
                "runs": {fold: run.as_json() for fold, run in self.runs.items()},
                "scores": self.scores and self.scores.as_json(),
                "file": self.file if self.scores else None,
            }
        )
        return content


def cross_validate(
    recipe: RecipeLike,
    dataset: DatasetLike,
    out: str | Path,
    *,
    extra_data: Sequence[DatasetLike] = (),
    folds: int = 5,
    fold: int | None = None,
    protocol: str = "exact",
    sigma: float | None = None,
    degrees: float | None = None,
    overrides: Sequence[str] = (),
    device: str = "auto",
    progress: bool = False,
) -> CrossValidation:
    """Train and score the folds that are not there yet; then pool the scores of all images.

    The epoch of each run is the one with the lowest loss on the images held out. Called again with the same
    `out`, it goes on by itself: what is trained or scored there is used again where all that made it is the
    same. So it can be interrupted at any moment, and shared by several machines.

    Args:
        recipe: the name of one that comes with gazemap, a .yaml file, or a `Recipe`.
        dataset: a gaze data set or its folder, whose images are scored; its own splits are replaced.
        out: receives a run folder for each fold, with its scores, and the scores of all images.
        extra_data: other data sets. Their split train is trained on in every fold, their split val validates.
        folds: the number of folds.
        fold: train this fold alone, counted from 1.
        protocol: of the scores; a key of `gazemap.metrics.PROTOCOLS`.
        sigma: the blur of their ground truth in pixels; see `evaluate`.
        degrees: the same in degrees of visual angle.
        overrides: "a.b=value" strings that replace single keys of the recipe.
        device: of training and scoring: auto, cpu or cuda.
        progress: show how each training goes, as `train` does.

    Raises:
        InputError: no such fold, a wrong number of folds, or a blur for a protocol that has its own.
        RecipeError: a mistake in the recipe; see `load_recipe`.
        DataError: no such data set, or an image cannot be read.
        WeightsError: `out` holds a run of another recipe, data set or version.
    """
    recipe, dataset, out = load_recipe(recipe, overrides), as_dataset(dataset), Path(out)
    from gazemap.training.checkpoint import RunFolder
    from gazemap.training.loop import train

    blurred_for(dataset, get_protocol(protocol), sigma=sigma, degrees=degrees)  # refused before the work
    parts = make_folds(dataset, folds)
    if fold is not None and not 1 <= fold <= folds:
        raise InputError(f"The fold must be from 1 to {folds}, the number of folds, got {fold}.")
    others = [as_dataset(other) for other in extra_data]
    seen = [merge([part, *others], recipe.name) if others else part for part in parts]
    folders = [RunFolder(out / str(number), recipe, data) for number, data in enumerate(seen, start=1)]
    finished = [
        folder.is_finished for folder in folders
    ]  # another run in any fold is refused before work starts
    runs, scored = {}, []
    for number, (folder, part) in enumerate(zip(folders, parts, strict=True), start=1):
        if fold in (None, number) or finished[number - 1]:
            run = train(
                recipe, folder.dataset, folder.path, if_exists="resume", device=device, progress=progress
            )
            runs[number] = run
            file = scores_file(run.out, part, "val", protocol)
            models = {recipe.name: run.out}
            scored.append(
                scores_in(
                    file,
                    models,
                    part,
                    "val",
                    protocol,
                    sigma=sigma,
                    degrees=degrees,
                    device=device,
                    progress=progress,
                )
            )
    file = scores_file(out, dataset, _all_of(folds), protocol)
    together = pooled(scored, dataset) if len(scored) == folds else None
    if together:
        together.write(file)
    return CrossValidation(folds, runs, together, file)


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
        made_by=fingerprint(
            dataset=dataset.fingerprint,
            folds=[part.made_by for part in parts],
            **{key: first.made_by[key] for key in ("protocol", "blur") if key in first.made_by},
        ),
    )


def _all_of(folds: int) -> str:
    return f"{folds} folds"
