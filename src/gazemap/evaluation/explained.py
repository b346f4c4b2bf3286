"""Information gain explained: the share of the gold standard's gain that a model reaches."""

from __future__ import annotations

import numpy as np

from gazemap.errors import check_name
from gazemap.evaluation.baselines import GOLD_STANDARD
from gazemap.evaluation.intervals import Interval, resampled_means
from gazemap.evaluation.scores import Scores

GAIN = "information_gain"
_UNDEFINED = Interval(float("nan"), float("nan"), float("nan"))


def explained(scores: Scores, row: str) -> Interval:
    """The share of the gold standard's information gain that a row reaches.

    The row's mean information gain divided by the gold standard's (Kuemmerer, Wallis and Bethge 2015, PNAS
    112, "information gain explained"), both over the images that the table's means are over, see
    `Scores.scored`. The bootstrap 95 % interval draws the same images for both.

    Args:
        scores: with information_gain and the row "gold standard"; without them there is no share.
        row: a model or baseline: the center bias has 0, the gold standard 1.

    Returns:
        a share, 1 for all; NaN where it is not defined: scores without a gold standard, infinite
        scores, or a gold standard that gains nothing in some resample.

    Raises:
        InputError: no such row.
    """
    check_name("row", row, scores.rows)
    if GOLD_STANDARD not in scores.rows or GAIN not in scores.metrics:
        return _UNDEFINED
    pair = np.stack([scores.per_image[name][GAIN] for name in (row, GOLD_STANDARD)], axis=1)
    pair = pair[scores.scored(GAIN)]
    if not len(pair) or not np.isfinite(pair).all():
        return _UNDEFINED
    gained, possible = resampled_means(pair).T
    if possible.min() <= 0:
        return _UNDEFINED
    low, high = np.percentile(gained / possible, [2.5, 97.5])
    return Interval(float(pair[:, 0].mean() / pair[:, 1].mean()), float(low), float(high))
