"""The second and third part of the demo: networks that are trained on displays whose truth is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from gazemap.data.dataset import GazeDataset
from gazemap.data.popout.generate import TARGET_SIGMA, targets_of, true_density
from gazemap.evaluation.evaluate import evaluate
from gazemap.evaluation.predictions import Maps, ModelPredictions, maps_of
from gazemap.evaluation.scores import Scores
from gazemap.prediction.predictor import load_predictor
from gazemap.reports.figures.predictions import sheet, sheet_row
from gazemap.reports.studies.trained import trained_runs
from gazemap.reports.trainings import Training, read_training
from gazemap.training.result import TrainedRun

LEARNS = "unet-popout"
REPLICATION = ("nurick2021-shallow-popout", "nurick2021-batchnorm-popout", "shallow-fixed-popout")
TRUTH = "known truth"
METRICS = ("nss", "information_gain", "cc", "auc")
_MEASURED = 32  # displays that the layers' activations are measured with
_SHOWN = 4  # displays, one of each of the first kinds
_NEAR = 2 * TARGET_SIGMA  # of the width: the peak is on the target


@dataclass(frozen=True, eq=False)
class Trained:
    """The networks of the demo, and how well they predict the split val.

    Attributes:
        dataset: the displays.
        runs: by the name of their recipe.
        trainings: how each was trained, by the same names.
        predictions: of the split val, by the same names.
        scores: with the known truth, the center bias, a uniform map and the gold standard beside them.
        found: row -> share of the displays whose target its peak lies on.
    """

    dataset: GazeDataset
    runs: Mapping[str, TrainedRun]
    trainings: Mapping[str, Training]
    predictions: Mapping[str, ModelPredictions]
    scores: Scores
    found: Mapping[str, float]

    def fading(self) -> dict[str, dict[str, float]]:
        """Network -> layer -> how much its activations differ between images, before training.

        As a share of the activations' own standard deviation: what the next layer can tell images apart by.
        """
        some = self.dataset.with_samples(self.dataset.split("val").samples[:_MEASURED])
        scales = {name: self.trainings[name].scales_before(some) for name in REPLICATION}
        return {
            name: {
                layer: row["between_images"] / max(row["activation"], 1e-12) for layer, row in table.items()
            }
            for name, table in scales.items()
        }

    def figure(self, names: Sequence[str]) -> Figure:
        """Displays of the split val, their known truth, and what some of the networks predict."""
        images = self.dataset.split("val")
        targets = targets_of(self.dataset)
        rows = []
        for index, sample in enumerate(images.samples[:_SHOWN]):
            densities = [self.predictions[name].images[index].density for name in names]
            truth = true_density(targets[sample.image_id], sample.size)
            rows.append(sheet_row(sample.image_id, sample.image, [truth, *densities]))
        return sheet(rows, [TRUTH, *(short(name) for name in names)])


def short(name: str) -> str:
    """A recipe's name without the data set, which is the same for all."""
    return name.removesuffix("-popout")


def train_the_networks(dataset: GazeDataset, out: Path, *, device: str, progress: bool) -> Trained:
    """Train the four networks, or take those that are trained already, and score them on the split val.

    Raises:
        OutputError: `out` cannot be written.
        WeightsError: `out` holds runs of other recipes, displays or versions.
    """
    from gazemap.training.checkpoint import RunFolder
    from gazemap.training.recipe import load_recipe

    recipes = [load_recipe(name) for name in (LEARNS, *REPLICATION)]
    runs = trained_runs(recipes, dataset, out, device, progress)
    for recipe in recipes:
        RunFolder(out / recipe.name, recipe, dataset).lighten()
    images, targets = dataset.split("val"), targets_of(dataset)
    truth = np.stack([true_density(targets[sample.image_id], sample.size) for sample in images.samples])
    predictions = {
        name: maps_of(load_predictor(run.out, device=device), images, progress=progress)
        for name, run in runs.items()
    }
    rows = {short(name): predicted for name, predicted in predictions.items()}
    scores = evaluate(
        {TRUTH: Maps(np.log(truth), "log_density"), **rows}, dataset, metrics=METRICS, progress=progress
    )
    where = np.array([targets[sample.image_id] for sample in images.samples])
    found = {TRUTH: hit_rate(truth, where)}
    for name, predicted in rows.items():
        found[name] = hit_rate(np.stack([one.density for one in predicted.images]), where)
    center = np.zeros_like(truth)
    center[:, truth.shape[1] // 2, truth.shape[2] // 2] = 1
    found["center bias"] = hit_rate(center, where)
    trainings = {name: about for name, run in runs.items() if (about := read_training(run.out))}
    return Trained(dataset, runs, trainings, predictions, scores, found)


def hit_rate(densities: NDArray[np.floating], targets: NDArray[np.float64]) -> float:
    """The share of displays whose greatest density lies within two sigmas of the target.

    Args:
        densities: (N, H, W).
        targets: (N, 2), x and y in pixels.
    """
    width = densities.shape[2]
    peaks = densities.reshape(len(densities), -1).argmax(axis=1)
    x, y = peaks % width + 0.5, peaks // width + 0.5
    distance = np.hypot(x - targets[:, 0], y - targets[:, 1])
    return float((distance <= _NEAR * width).mean())
