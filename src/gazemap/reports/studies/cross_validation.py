"""Cross-validation: one recipe trained k times, each image scored by the one run that did not see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from gazemap.data.dataset import DatasetLike, GazeDataset, as_dataset, load_dataset
from gazemap.data.subsets.merging import merge
from gazemap.data.subsets.splits import make_folds
from gazemap.errors import InputError
from gazemap.evaluation.blurs import Blur, blurred_for
from gazemap.evaluation.names import scores_file
from gazemap.evaluation.reuse import scores_in
from gazemap.evaluation.scores import Scores
from gazemap.metrics import get_protocol
from gazemap.reports.studies.by_workers import study_crew
from gazemap.system.fingerprint import fingerprint
from gazemap.system.plain import plain
from gazemap.training.recipe import Recipe, RecipeLike, load_recipe, parse_recipe
from gazemap.training.result import TrainedRun

_WORKER = "gazemap.reports.studies.cross_validation:FoldWorker"


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
    workers: int | None = None,
    cluster: str | None = None,
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
        workers: processes that share the folds; by default this one trains one after another. They open the
            data sets themselves, so that these are given by their folders.
        cluster: "ray": workers are actors of Ray, by default as many as it has cores or GPUs.
        progress: show how each training goes, as `train` does; of workers, how many folds are done.

    Raises:
        InputError: no such fold, a wrong number of folds, a blur for a protocol that has its own, or a data
            set in memory for workers.
        RecipeError: a mistake in the recipe; see `load_recipe`.
        DataError: no such data set, or an image cannot be read.
        WeightsError: `out` holds a run of another recipe, data set or version.
    """
    recipe = load_recipe(recipe, overrides)
    asked: dict[str, Any] = {"folds": folds, "protocol": protocol, "sigma": sigma, "degrees": degrees}
    by = study_crew(
        _WORKER,
        "Fold",
        out,
        workers=workers,
        cluster=cluster,
        device=device,
        sets={"dataset": dataset, "extra_data": extra_data},
        recipe=recipe.model_dump(mode="json"),
        **asked,
    )
    others = [as_dataset(other) for other in extra_data]
    asked |= {"device": device, "progress": progress}
    study = Folds(recipe, as_dataset(dataset), Path(out), extra_data=others, **asked)
    if fold is not None and not 1 <= fold <= folds:
        raise InputError(f"The fold must be from 1 to {folds}, the number of folds, got {fold}.")
    finished = study.finished()  # another run in any fold is refused before work starts
    chosen = [number for number in range(1, folds + 1) if fold in (None, number) or number in finished]
    if by is not None:
        left = [number for number in chosen if number not in finished]
        by.make(left, f"Training {len(left)} folds", progress=progress)
    made = {number: study.made(number) for number in chosen}  # what workers have made is found
    scored = [scores for _, scores in made.values()]
    file = scores_file(Path(out), study.dataset, _all_of(folds), protocol)
    together = pooled(scored, study.dataset) if len(scored) == folds else None
    if together:
        together.write(file)
    return CrossValidation(folds, {number: run for number, (run, _) in made.items()}, together, file)


class Folds:
    """The folds of a study: each is trained and scored by itself."""

    def __init__(
        self,
        recipe: Recipe,
        dataset: GazeDataset,
        out: Path,
        *,
        extra_data: Sequence[GazeDataset],
        folds: int,
        protocol: str,
        sigma: float | None,
        degrees: float | None,
        device: str,
        progress: bool = False,
    ) -> None:
        """Divide the data set; see `cross_validate` for the arguments, and for what is raised."""
        from gazemap.training.checkpoint import RunFolder

        self.dataset = dataset
        self._recipe = recipe
        self._protocol = protocol
        self._blur: Blur = {"sigma": sigma, "degrees": degrees}
        self._computed: dict[str, Any] = {"device": device, "progress": progress}
        blurred_for(dataset, get_protocol(protocol), **self._blur)  # refused before the work
        self._parts = make_folds(dataset, folds)
        seen = [merge([part, *extra_data], recipe.name) if extra_data else part for part in self._parts]
        self._folders = [RunFolder(out / str(number), recipe, data) for number, data in enumerate(seen, 1)]

    def finished(self) -> set[int]:
        """The numbers of the folds that are trained; raises what `RunFolder.state` raises."""
        return {number for number, folder in enumerate(self._folders, start=1) if folder.is_finished}

    def made(self, fold: int) -> tuple[TrainedRun, Scores]:
        """The run of a fold, counted from 1, and its scores: made, or there already."""
        from gazemap.training.loop import train

        folder, part = self._folders[fold - 1], self._parts[fold - 1]
        run = train(self._recipe, folder.dataset, folder.path, if_exists="resume", **self._computed)
        file = scores_file(run.out, part, "val", self._protocol)
        models = {self._recipe.name: run.out}
        scores = scores_in(file, models, part, "val", self._protocol, **self._blur, **self._computed)
        return run, scores


class FoldWorker:
    """A worker that makes one fold after another; see `Folds` for the rest."""

    def __init__(
        self,
        *,
        recipe: Mapping[str, Any],
        dataset: str,
        extra_data: Sequence[str],
        out: str,
        **asked: Any,  # noqa: ANN401
    ) -> None:
        others = [*map(load_dataset, extra_data)]
        self._folds = Folds(
            parse_recipe(recipe, "The recipe"), load_dataset(dataset), Path(out), extra_data=others, **asked
        )

    def run(self, task: int) -> None:
        """Train and score a fold; what is made lies in its folder."""
        self._folds.made(task)


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
