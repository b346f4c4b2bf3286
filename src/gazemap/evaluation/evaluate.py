"""Evaluation: models or maps, a data set's split and a protocol -> `Scores`, with the baselines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gazemap.data.dataset import DatasetLike, GazeDataset
from gazemap.evaluation.blurs import blurred_for
from gazemap.evaluation.by_workers import ScoringCrew
from gazemap.evaluation.fingerprint import choose_protocol, what_makes
from gazemap.evaluation.ground_truths import with_metrics_of
from gazemap.evaluation.image_scores import ImageScores, Score, Scoring
from gazemap.evaluation.opened import open_all
from gazemap.evaluation.overlap import seen_by, unseen_places
from gazemap.evaluation.predictions import learned_from
from gazemap.evaluation.rows import Models, Row
from gazemap.evaluation.scores import Scores
from gazemap.evaluation.seen import named_split
from gazemap.metrics import Protocol

DERIVED = (
    "Log densities, also those of the baselines, are scored by the map that is best for each metric "
    "(Kuemmerer et al. 2018): the density for AUC and NSS, divided by the center bias for shuffled AUC, "
    "blurred for CC and KLD, of the greatest expected overlap for SIM."
)


def evaluate(
    models: Models,
    dataset: DatasetLike,
    split: str = "val",
    protocol: str | Protocol = "exact",
    *,
    metrics: Sequence[str] | None = None,
    one_map: bool = False,
    seed: int = 0,
    unseen: bool = False,
    sigma: float | None = None,
    degrees: float | None = None,
    pixels_per_degree: float | None = None,
    holds: str = "saliency",
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
    workers: int | None = None,
    cluster: str | None = None,
    progress: bool = False,
) -> Scores:
    """Score models on a split, and with them the center bias, a uniform map and the gold standard.

    The center bias is the density of the fixations of the split train; where there is none, or it is the one
    that is scored, of the split's other images. Of a set that has maps alone, it is the mean of those images'
    maps, and the metrics that need no points are scored.

    The gold standard is what the other observers predict: the mean over observers of the score of the others'
    fixations at those of the one held out. It needs a data set that tells observers apart, and has no value
    for metrics that compare with a density of all observers (cc, sim, kld, emd).

    A log density, of a model or a baseline, is scored by the map that is best for each metric, see
    `gazemap.metrics.best_map`; regression networks have one map for all.

    The scores say which of the images a model was trained on, as far as its weights know; see `Scores.seen`.

    Args:
        models: one model, or several in a list: the name of a model that comes with gazemap, a run folder, a
            weights or ONNX file, a model in memory, or a folder or file of maps. Or a mapping from the
            names of rows to such, and to maps in memory (`evaluation.predictions.Maps`).
        dataset: a gaze data set with fixation points, or its folder.
        split: the images to score.
        protocol: a key of `PROTOCOLS`, or a protocol of your own.
        metrics: keys of `METRICS`; the protocol's own by default.
        one_map: score log densities by one map for all metrics, too; the protocol's name then says so.
        seed: draws the other images whose fixations are a protocol's negatives.
        unseen: leave out, for all rows, the images that any of the models was trained on; the split's name
            in the scores then says so.
        sigma: the blur of the ground truth in pixels of the image, for protocols that take the data set's; by
            default the set's own, else one degree of visual angle, else the MIT benchmark's 8 cycles per
            image. The scores say which.
        degrees: the same in degrees of visual angle.
        pixels_per_degree: of visual angle, where the data set does not state it; see `seen_at`. The blur is
            then one degree, or `degrees`.
        holds: what maps in folders and files hold, "saliency" or "log_density".
        engine: what computes models, see `load_predictor`.
        device: where: "auto", "cpu" or "cuda".
        center_bias: False leaves the models' own center bias out; the names of their rows then say so.
        workers: processes that share the images, to the same scores; by default this one does it all. They
            open models, maps and the data set themselves, so that these are named by names or paths.
        cluster: "ray": workers are actors of Ray, by default as many as it has cores or GPUs.
        progress: show bars.

    Raises:
        DataError: no such data set or split, one without fixations for metrics that need them, maps that do
            not fit the images, or degrees of a set whose pixels per degree are not known.
        InputError: no such protocol or metric, two rows of one name, with `unseen` no image is left, a blur
            for a protocol that has its own, or models or a data set in memory for workers.
        WeightsError: a model that is not there or cannot be loaded.
        MissingPackageError: the package that computes a model is not installed; says what to install.
    """
    choose_protocol(protocol, metrics, one_map=one_map)  # refuses before anything is opened
    opened = open_all(
        models,
        dataset,
        split,
        sigma=sigma,
        degrees=degrees,
        pixels_per_degree=pixels_per_degree,
        workers=workers,
        cluster=cluster,
        holds=holds,
        engine=engine,
        device=device,
        center_bias=center_bias,
    )
    asked: dict[str, Any] = {"metrics": metrics, "one_map": one_map, "seed": seed, "unseen": unseen}
    asked |= {"sigma": sigma, "degrees": opened.degrees}
    own = (opened.rows, opened.dataset, opened.split, protocol)
    made_by = what_makes(*own, **asked)
    return evaluate_opened(*own, **asked, made_by=made_by, by=opened.by, progress=progress)


def evaluate_opened(
    rows: dict[str, Row],
    dataset: GazeDataset,
    split: str,
    protocol: str | Protocol,
    *,
    made_by: dict[str, Any],
    by: ScoringCrew | None = None,
    metrics: Sequence[str] | None = None,
    one_map: bool = False,
    seed: int = 0,
    unseen: bool = False,
    sigma: float | None = None,
    degrees: float | None = None,
    progress: bool = False,
) -> Scores:
    """As `evaluate`, of rows and a data set that are open, with the fingerprint of all this.

    It takes as long as reading all images, so that it is made once, by who looks for scores that are there.
    With `by`, workers score, which open the same.

    Raises:
        DataError: as `evaluate`.
        InputError: as `evaluate`.
    """
    chosen = choose_protocol(protocol, metrics, one_map=one_map)
    chosen = with_metrics_of(chosen, dataset.split(split), asked=metrics is not None)
    blurred, _ = blurred_for(dataset, chosen, sigma=sigma, degrees=degrees)
    images = dataset.split(split)
    seen = seen_by(learned_from(rows), images, progress=progress)
    places = unseen_places(images, seen) if unseen else [*range(len(images))]
    images = images.with_samples([images[place] for place in places])
    scored: list[ImageScores]
    if by is None:
        scoring = Scoring(rows, blurred, split, chosen, seed=seed, places=places)
        scored = scoring.scores(range(len(images)), progress=progress)
    else:
        asked: dict[str, Any] = {"seed": seed, "places": places, "sigma": sigma, "degrees": degrees}
        scored = by.scores(rows, split, chosen, len(images), **asked, progress=progress)
    image_ids = tuple(images.image_ids)
    return Scores(
        protocol=chosen.name,
        dataset=dataset.name,
        split=named_split(split, unseen=unseen),
        image_ids=image_ids,
        per_image={
            row: {metric: np.array([image[row][metric].value for image in scored]) for metric in own}
            for row, own in scored[0].items()
        },
        reasons={
            row: {metric: _reasons(image_ids, [image[row][metric] for image in scored]) for metric in own}
            for row, own in scored[0].items()
        },
        made_by=made_by,
        seen={
            name: {i: how for i, how in known.items() if i in {*image_ids}} for name, known in seen.items()
        },
    )


def _reasons(image_ids: Sequence[str], scores: Sequence[Score]) -> dict[str, str]:
    return {i: score.reason for i, score in zip(image_ids, scores, strict=True) if score.reason}
