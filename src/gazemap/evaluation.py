"""Evaluation: models or maps x a data set's split x a protocol -> `Scores`, beside the baselines."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import track

from gazemap.baselines import leave_one_out
from gazemap.data.batches import resize_image
from gazemap.data.dataset import GazeDataset
from gazemap.memory import keep_freed_memory
from gazemap.metrics import Protocol, get_protocol
from gazemap.models import SaliencyModel
from gazemap.models.base import Output
from gazemap.prediction import predict_grids
from gazemap.scores import Scores
from gazemap.truths import Truth, Truths

CENTER_BIAS = "center bias"
UNIFORM = "uniform"
GOLD_STANDARD = "gold standard"

# One observer's few fixations make no density that a prediction could be expected to match.
_NEEDS_ALL_OBSERVERS = frozenset({"cc", "sim", "kld"})


@dataclass(frozen=True)
class Maps:
    """Predictions made beforehand: one (h, w) grid for all images, or (N, h, w), one an image."""

    grids: NDArray[np.floating]
    output: Output = "saliency"

    def grid(self, index: int) -> NDArray[np.floating]:
        """The prediction of image `index`, (h, w)."""
        return self.grids if self.grids.ndim == 2 else np.asarray(self.grids[index])


def evaluate(
    models: SaliencyModel | Mapping[str, SaliencyModel | Maps],
    dataset: GazeDataset,
    split: str = "val",
    protocol: str = "exact",
    *,
    seed: int = 0,
    progress: bool = False,
) -> Scores:
    """Score models on a split, beside the center bias, a uniform map and the gold standard.

    The center bias is the density of the fixations of the split train (where there is one beside
    the evaluated split; else of the split's other images). The gold standard, where observers are
    known, is the mean over observers of what the others' fixations score on the one held out; it
    has no value for metrics that compare with a density of all observers (cc, sim, kld).

    Args:
        models: one model, or several and ready-made maps by the name of their row.
        dataset: with fixation points.
        split: the images to score.
        protocol: a key of `PROTOCOLS`.
        seed: draws the other images whose fixations are a protocol's negatives.
        progress: show a bar.

    Raises:
        DataError: no such split, or one without fixations.
        InputError: no such protocol.
    """
    keep_freed_memory()
    chosen = get_protocol(protocol)
    images = dataset.split(split)
    has_train = "train" in dataset.splits and split != "train"
    truths = Truths(images, dataset.split("train") if has_train else images, chosen, seed)
    if isinstance(models, SaliencyModel):
        models = {models.name: models}
    rows = {
        name: entry if isinstance(entry, Maps) else maps_of(entry, images) for name, entry in models.items()
    }

    def score(index: int) -> dict[str, dict[str, float]]:
        return _score_image(index, rows, truths)

    with ThreadPoolExecutor(max_workers=torch.get_num_threads()) as pool:
        title = f"Scoring {dataset.name} {split}, {protocol}"
        results = pool.map(score, range(len(images)))
        scored = list(track(results, title, total=len(images), disable=not progress, transient=True))
    per_image = {
        row: {metric: np.array([image[row][metric] for image in scored]) for metric in chosen.metrics}
        for row in scored[0]
    }
    return Scores(protocol, dataset.name, split, tuple(images.image_ids), per_image)


def maps_of(model: SaliencyModel, images: GazeDataset) -> Maps:
    """A model's predictions for every image of a data set, at the model's own grid."""
    inputs = np.stack([resize_image(sample.image, model.input_size) for sample in images])
    return Maps(predict_grids(model, inputs), model.output)


def _score_image(index: int, rows: Mapping[str, Maps], truths: Truths) -> dict[str, dict[str, float]]:
    truth, protocol = truths.of(index), truths.protocol
    uniform = np.full(truth.size, -np.log(np.prod(truth.size)))
    entries = {
        **rows,
        CENTER_BIAS: Maps(np.log(truth.baseline), "log_density"),
        UNIFORM: Maps(uniform, "log_density"),
    }
    scores = {
        name: _score(entry.grid(index), entry.output, truth, truth.fixation_map, protocol)
        for name, entry in entries.items()
    }
    if truths.images.has_observers:
        scores[GOLD_STANDARD] = _gold_standard(index, truth, truths)
    return scores


def _gold_standard(index: int, truth: Truth, truths: Truths) -> dict[str, float]:
    sample, protocol = truths.images[index], truths.protocol
    metrics = tuple(name for name in protocol.metrics if name not in _NEEDS_ALL_OBSERVERS)
    cases = [
        _score(np.log(density), "log_density", truth, held_out, protocol, metrics)
        for density, held_out in leave_one_out(sample, truth.size, truth.sigma, truth.baseline)
    ]
    return {
        name: float(np.mean([case[name] for case in cases])) if cases and name in metrics else np.nan
        for name in protocol.metrics
    }


def _score(
    grid: NDArray[np.floating],
    output: Output,
    truth: Truth,
    fixation_map: NDArray[np.float64],
    protocol: Protocol,
    metrics: tuple[str, ...] | None = None,
) -> dict[str, float]:
    return protocol.score(
        protocol.prepare(grid, truth.size, output),
        fixation_map=fixation_map,
        density=truth.density,
        other_fixation_map=truth.other_fixation_map,
        baseline=truth.baseline,
        metrics=metrics,
    )
