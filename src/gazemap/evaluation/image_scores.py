"""The scores of a split's images, all or some, each by itself: rows, baselines and gold standard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from gazemap.data.dataset import GazeDataset
from gazemap.evaluation.baselines import CENTER_BIAS, GOLD_STANDARD, UNIFORM, leave_one_out
from gazemap.evaluation.ground_truths import GroundTruths, ImageGroundTruth, needs_points
from gazemap.evaluation.predictions import PartOf, Predictions, maps_of
from gazemap.evaluation.rows import Row
from gazemap.metrics import METRICS, GroundTruth, Protocol
from gazemap.metrics.scoring.preparing import Prepared, prepare, prepare_density
from gazemap.metrics.scoring.reasons import why_undefined
from gazemap.metrics.scoring.score import score_prepared
from gazemap.prediction.predictor import Predictor
from gazemap.system.processors import usable_cores
from gazemap.system.progress import bar


class Score(NamedTuple):
    """One image's score, or NaN and why there is none."""

    value: float
    reason: str = ""


ImageScores = dict[str, dict[str, Score]]  # row -> metric -> score


class Scoring:
    """What is scored of a split, and all that it is compared with.

    An image's scores are the same bits whichever images are scored beside: negatives and center bias come
    from the whole split.

    Args:
        rows: what is scored, for the images of the split.
        dataset: blurred as the protocol wants it; the split train makes the center bias.
        split: whose images are scored.
        protocol: how.
        seed: draws other images.
        places: the positions of those of the split's images that are scored, and compared with each other.

    Raises:
        DataError: no such split, or nothing that a center bias or a blur could be made of.
    """

    def __init__(
        self,
        rows: Mapping[str, Row],
        dataset: GazeDataset,
        split: str,
        protocol: Protocol,
        *,
        seed: int,
        places: Sequence[int],
    ) -> None:
        whole = dataset.split(split)
        self.images = images = whole.with_samples([whole[place] for place in places])
        self._rows = {name: _part_of(entry, places) for name, entry in rows.items()}
        self._title = f"Scoring {dataset.name} {split}, {protocol.name}"
        has_train = "train" in dataset.splits and split != "train"
        with threadpool_limits(1, user_api="blas"):
            self._truths = GroundTruths(
                images, dataset.split("train") if has_train else images, protocol, seed
            )

    def scores(self, places: Sequence[int], *, progress: bool = False) -> list[ImageScores]:
        """The scores of the images at some positions, several images at a time."""
        images = self.images.with_samples([self.images[place] for place in places])
        rows = {
            name: maps_of(own, images, progress=progress)
            if isinstance(own, Predictor)
            else PartOf(own, places)
            for name, own in self._rows.items()
        }

        def scored(index: int) -> ImageScores:
            return _score_image(index, rows, places[index], self._truths)

        # with the BLAS library's own threads, too, threads would wait for each other half of the time
        with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(usable_cores()) as pool:
            results = pool.map(scored, range(len(places)))
            return [*bar(results, self._title, total=len(places), progress=progress)]


def _part_of(row: Row, places: Sequence[int]) -> Row:
    return row if isinstance(row, Predictor) else PartOf(row, places)


def _score_image(
    index: int, rows: Mapping[str, Predictions], place: int, truths: GroundTruths
) -> ImageScores:
    """The scores of image `index` of the rows, which is image `place` of the ground truths."""
    truth, protocol = truths.of(place), truths.protocol
    scores = {}
    for name, entry in rows.items():
        prepared = prepare(entry.grid(index), protocol, truth.size, entry.output, truth.context)
        scores[name] = _scored(prepared, truth, protocol.metrics)
    center_bias, uniform = truths.baselines(truth)
    scores[CENTER_BIAS] = _scored(center_bias, truth, protocol.metrics)
    scores[UNIFORM] = _scored(uniform, truth, protocol.metrics)
    if truths.images.has_observers:
        scores[GOLD_STANDARD] = _gold_standard(place, truth, truths)
    return scores


def _scored(prepared: Prepared, truth: GroundTruth, metrics: Sequence[str]) -> dict[str, Score]:
    known = [name for name in metrics if truth.fixation_map is not None or not needs_points(name)]
    scored = score_prepared(prepared, truth, known)
    return {name: _score(name, scored, prepared, truth) for name in metrics}


def _score(name: str, scored: Mapping[str, float], prepared: Prepared, truth: GroundTruth) -> Score:
    if name not in scored:
        return Score(np.nan, "only its map is known, no fixation points")
    value = float(scored[name])
    return Score(value, why_undefined(prepared, truth, name) or "") if np.isnan(value) else Score(value)


def _gold_standard(index: int, truth: ImageGroundTruth, truths: GroundTruths) -> dict[str, Score]:
    sample, protocol = truths.images[index], truths.protocol
    # one observer's few fixations make no density that a prediction could be expected to match
    metrics = [name for name in protocol.metrics if "density" not in METRICS[name].needs]
    cases = []
    for density, held_out in leave_one_out(sample, truth.size, truth.context.sigma, truth.baseline):
        prepared = prepare_density(density, protocol, truth.context)
        cases.append(_scored(prepared, truth.with_fixations(held_out), metrics))
    means = {}
    for name in protocol.metrics:
        if name not in metrics:
            means[name] = Score(np.nan, "one observer's fixations are no density")
        elif not cases:
            means[name] = Score(np.nan, "fewer than two observers looked at it")
        else:
            reason = next((case[name].reason for case in cases if case[name].reason), "")
            means[name] = Score(float(np.mean([case[name].value for case in cases])), reason)
    return means
