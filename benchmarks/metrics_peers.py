"""The peers of `benchmarks/metrics.py`: pysaliency, and metrics written out as the Python ports do.

    python benchmarks/metrics_peers.py [pysaliency] sampled

A process of its own that needs NumPy and imports nothing of gazemap, so that the Python may be one
that has pysaliency. It says what it runs; then it reads paths of cases (.npz), one per line, and
answers each with a line of JSON: for every prediction, peer -> metric -> milliseconds, score and the
score's standard error (0 where nothing is drawn).
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

SPLITS, STEP, EPS = 100, 0.1, np.finfo(float).eps
Array = Any  # np.ndarray; the peers' Python need not know numpy.typing
Score = Any  # a float of some kind, or with its standard error
Metric = Callable[["Case"], Score]


@dataclass(frozen=True)
class Case:
    """One prediction and its truth: each package finds the form that it takes.

    Attributes:
        prediction: (H, W) float64, not negative.
        fixation_map: (H, W) 0 and 1.
        x: (n,) columns of the fixated pixels.
        y: (n,) rows.
        density: (H, W), the blurred fixation_map, sums to 1.
        other_fixation_map: (H, W) 0 and 1, pixels fixated in other images.
        other_x: (m,) their columns.
        other_y: (m,) their rows.
        baseline: (H, W) from 0, sums to 1.
    """

    prediction: Array
    fixation_map: Array
    x: Array
    y: Array
    density: Array
    other_fixation_map: Array
    other_x: Array
    other_y: Array
    baseline: Array


def pysaliency_metrics() -> dict[str, Metric]:
    """Pysaliency's functions of one image, below its models and fixation tables, which cost more.

    It has no AUC-Borji. It gains information of log densities only; here that is its conversion of
    a saliency map, and the logarithm at the fixations alone.
    """
    from pysaliency.metrics import CC, NSS, SIM, MIT_KLDiv, convert_saliency_map_to_density
    from pysaliency.roc import general_roc, general_rocs_per_positive
    from pysaliency.saliency_map_models import _get_unfixated_values as unfixated

    def auc_judd(case: Case) -> Score:
        positives = case.prediction[case.y, case.x]
        return general_roc(positives, unfixated(case.prediction, case.y, case.x), judd=1)[0]

    def sauc(case: Case) -> Score:
        positives = case.prediction[case.y, case.x]
        return general_rocs_per_positive(positives, case.prediction[case.other_y, case.other_x]).mean()

    def information_gain(case: Case) -> Score:
        density = convert_saliency_map_to_density(case.prediction)
        ours, theirs = density[case.y, case.x], case.baseline[case.y, case.x]
        return (np.log2(EPS + ours) - np.log2(EPS + theirs)).mean()

    return {
        "auc_judd": auc_judd,
        "sauc": sauc,
        "nss": lambda case: NSS(case.prediction, case.x, case.y).mean(),
        "cc": lambda case: CC(case.prediction, case.density),
        "sim": lambda case: SIM(case.prediction, case.density),
        "kld": lambda case: MIT_KLDiv(case.prediction, case.density),
        "information_gain": information_gain,
    }


def sampled_metrics() -> dict[str, Metric]:
    """The usual NumPy lines for (H, W) arrays; 100 random splits where negatives are drawn."""
    random = np.random.default_rng(0)

    def auc_borji(case: Case) -> Score:
        saliency = scaled(case.prediction).ravel()
        positives = saliency[case.fixation_map.ravel() > 0]
        drawn = random.integers(0, saliency.size, (SPLITS, len(positives)))
        return over_splits([one_split(positives, saliency[where]) for where in drawn])

    def auc_shuffled(case: Case) -> Score:
        saliency = scaled(case.prediction).ravel()
        positives = saliency[case.fixation_map.ravel() > 0]
        others = np.flatnonzero(case.other_fixation_map)
        splits = [random.permutation(others)[: len(positives)] for _ in range(SPLITS)]
        return over_splits([one_split(positives, saliency[where]) for where in splits])

    return {
        "auc_judd": auc_judd_by_thresholds,
        "auc_borji": auc_borji,
        "sauc": auc_shuffled,
        "nss": nss,
        "cc": cc,
        "sim": sim,
        "kld": kld,
        "information_gain": information_gain_min_max,
    }


def scaled(values: Array) -> Array:
    """To [0, 1]."""
    return (values - values.min()) / (values.max() - values.min())


def auc_judd_by_thresholds(case: Case) -> Score:
    """Every fixated value is a threshold, and every threshold looks at every pixel."""
    saliency = scaled(case.prediction).ravel()
    thresholds = sorted(saliency[case.fixation_map.ravel() > 0], reverse=True)
    count = len(thresholds)
    hits, false_positives = np.zeros(count + 2), np.zeros(count + 2)
    hits[-1] = false_positives[-1] = 1
    for index, threshold in enumerate(thresholds, start=1):
        above = np.sum(saliency >= threshold)
        hits[index] = index / count
        false_positives[index] = (above - index) / (saliency.size - count)
    return np.trapezoid(hits, false_positives)


def one_split(positives: Array, negatives: Array) -> Score:
    """The area under one split's curve, threshold by threshold."""
    thresholds = np.arange(0, max(positives.max(), negatives.max()), STEP)[::-1]
    hits, false_positives = np.zeros(len(thresholds) + 2), np.zeros(len(thresholds) + 2)
    hits[-1] = false_positives[-1] = 1
    for index, threshold in enumerate(thresholds, start=1):
        hits[index] = np.sum(positives >= threshold) / len(positives)
        false_positives[index] = np.sum(negatives >= threshold) / len(negatives)
    return np.trapezoid(hits, false_positives)


def over_splits(scores: list[Score]) -> Score:
    """Their mean and its standard error."""
    return np.mean(scores), np.std(scores, ddof=1) / np.sqrt(len(scores))


def nss(case: Case) -> Score:
    """The mean z-score at fixated pixels."""
    standardized = (case.prediction - case.prediction.mean()) / case.prediction.std()
    return standardized[case.fixation_map > 0].mean()


def cc(case: Case) -> Score:
    """Pearson's correlation."""
    a = (case.prediction - case.prediction.mean()) / case.prediction.std()
    b = (case.density - case.density.mean()) / case.density.std()
    return (a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum())


def sim(case: Case) -> Score:
    """The intersection of both maps, scaled and divided by their sums."""
    a, b = scaled(case.prediction), scaled(case.density)
    return np.minimum(a / a.sum(), b / b.sum()).sum()


def kld(case: Case) -> Score:
    """KL divergence of the prediction from the truth."""
    p, q = case.prediction / case.prediction.sum(), case.density / case.density.sum()
    return (q * np.log(EPS + q / (p + EPS))).sum()


def information_gain_min_max(case: Case) -> Score:
    """Bits gained over the baseline, both maps scaled and divided by their sums."""
    p, b = scaled(case.prediction), scaled(case.baseline)
    p, b = p / p.sum(), b / b.sum()
    at = case.fixation_map > 0
    return (np.log2(EPS + p[at]) - np.log2(EPS + b[at])).mean()


PEERS = {"pysaliency": pysaliency_metrics, "sampled": sampled_metrics}


def timed(metric: Metric, case: Case) -> tuple[float, float, float]:
    """Milliseconds, score, standard error."""
    started = time.perf_counter()
    answer = metric(case)
    elapsed = time.perf_counter() - started
    score, error = answer if isinstance(answer, tuple) else (answer, 0.0)
    return 1000 * elapsed, float(score), float(error)


def main() -> None:
    """Serve until the input ends."""
    warnings.simplefilter("ignore")  # pysaliency calls np.trapz and takes the logarithm of 0
    peers = {name: PEERS[name]() for name in sys.argv[1:]}
    about = [f"{name} {version(name)}" for name in ("numpy", *peers) if name != "sampled"]
    print(", ".join(about), flush=True)
    for line in sys.stdin:
        with np.load(line.strip()) as stored:
            truth = {name: stored[name] for name in stored.files}
        answers = []
        for prediction in truth.pop("predictions"):
            case = Case(prediction=prediction, **truth)
            answers.append(
                {
                    peer: {name: timed(metric, case) for name, metric in metrics.items()}
                    for peer, metrics in peers.items()
                }
            )
        print(json.dumps(answers), flush=True)


if __name__ == "__main__":
    main()
