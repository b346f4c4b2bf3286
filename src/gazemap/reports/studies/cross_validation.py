"""Cross-validation: one recipe trained k times, each image scored by the one run that did not see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gazemap.data.dataset import GazeDataset
from gazemap.data.subsets.merging import merge
from gazemap.data.subsets.splits import make_folds
from gazemap.errors import InputError
from gazemap.evaluation.evaluate import evaluate
from gazemap.evaluation.scores import Scores
from gazemap.models.weights import load_model
from gazemap.training.loop import train
from gazemap.training.recipe import Recipe

SCORES = "scores.parquet"


@dataclass(frozen=True)
class CrossValidation:
    """What is done for each fold.

    Attributes:
        recipe: of the training.
        dataset: whose images are scored; its own splits are replaced.
        beside: other data sets: their split train is trained on in every fold, their val validates.
        folds: how many.
        out: one run folder a fold, and `SCORES` of all.
        protocol: of the scores.
        device: auto, cpu or cuda.
        progress: show bars.
    """

    recipe: Recipe
    dataset: GazeDataset
    beside: Sequence[GazeDataset]
    folds: int
    out: Path
    protocol: str = "exact"
    device: str = "auto"
    progress: bool = True

    def run(self, only: int | None = None) -> Scores | None:
        """Train and score the folds that are not there yet; then all scores are pooled.

        The epoch of each run is the one with the lowest loss on the images held out.

        Args:
            only: this fold alone, counted from 1, so that several machines can share the work.

        Returns:
            the scores of all images, also in `out`/scores.parquet; None while folds are missing.

        Raises:
            InputError: no such fold, or a wrong number of folds.
            WeightsError: `out` holds a run of another recipe.
        """
        parts = make_folds(self.dataset, self.folds)
        if only is not None and not 1 <= only <= self.folds:
            raise InputError(f"--fold takes 1 to {self.folds}, the number of folds; {only} came.")
        for fold, part in enumerate(parts, start=1):
            if only in (None, fold) and not (self.out / str(fold) / SCORES).exists():
                self._score(self.out / str(fold), part)
        files = [self.out / str(fold) / SCORES for fold in range(1, self.folds + 1)]
        if not all(file.exists() for file in files):
            return None
        scores = pooled([Scores.read(file) for file in files])
        scores.write(self.out / SCORES)
        return scores

    def _score(self, folder: Path, part: GazeDataset) -> None:
        together = merge([part, *self.beside], self.recipe.name) if self.beside else part
        train(self.recipe, together, folder, if_exists="resume", device=self.device, progress=self.progress)
        models = {self.recipe.name: load_model(folder)}
        scores = evaluate(models, part, "val", self.protocol, progress=self.progress)
        scores.write(folder / SCORES)


def pooled(parts: Sequence[Scores]) -> Scores:
    """The scores of several sets of images as those of one.

    Args:
        parts: of one protocol, data set and rows.
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
    image_ids = tuple(image_id for part in parts for image_id in part.image_ids)
    return replace(first, image_ids=image_ids, per_image=per_image, reasons=reasons)
