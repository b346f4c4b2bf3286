"""Areas under the ROC curve: every variant of the field, in closed form, from one sort.

The positives are saliencies at fixations. What differs is the negatives, the thresholds and ties.
The randomized variants of the MIT code average over random draws of negatives a trapezoid that is
linear in the false-positive rates; so their expectation has the mean rates in it, and no sampling
is needed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gazemap.metrics.arrays import Floats, as_fixation_map, as_maps

Mask = NDArray[np.bool_]


def auc(saliency: ArrayLike, fixation_map: ArrayLike) -> float:
    """Exact AUC, all pixels as negatives, ties half: P(s at a fixation > s at a random pixel).

    Args:
        saliency: (H, W), any scale; only the order of its values matters.
        fixation_map: (H, W) counts; a pixel fixated twice counts twice.

    Returns:
        in [0, 1], higher is better, 0.5 for chance and for a constant map; NaN without fixations
        or where the map has NaN. This is the AUC of the MIT/Tuebingen benchmark.
    """
    values, counts = as_maps(saliency=saliency, fixation_map=fixation_map)
    as_fixation_map(counts)
    return _mann_whitney(values, counts, np.ones_like(counts))


def sauc(saliency: ArrayLike, fixation_map: ArrayLike, other_fixation_map: ArrayLike) -> float:
    """Exact shuffled AUC: as `auc`, but negatives are the fixations of other images, with counts.

    Center bias earns nothing here, because the negatives have it too (Tatler et al. 2005; Borji
    et al. 2013). All other images' fixations, without sampling, as the MIT/Tuebingen benchmark.

    Args:
        saliency: (H, W), any scale.
        fixation_map: (H, W) counts.
        other_fixation_map: (H, W) counts of the other images' fixations.

    Returns:
        in [0, 1], higher is better; NaN without fixations, or without others.
    """
    values, counts, others = as_maps(
        saliency=saliency, fixation_map=fixation_map, other_fixation_map=other_fixation_map
    )
    as_fixation_map(counts)
    return _mann_whitney(values, counts, as_fixation_map(others, "other_fixation_map"))


def _mann_whitney(values: Floats, positives: Floats, negatives: Floats) -> float:
    """P(positive > negative) + P(equal) / 2, from a sort of the positives alone."""
    fixated = positives > 0
    drawn = negatives > 0
    if not fixated.any() or not drawn.any() or np.isnan(values).any():
        return float("nan")
    levels, where = np.unique(values[fixated], return_inverse=True)
    weights = np.bincount(where.ravel(), positives[fixated])
    below = np.concatenate([[0.0], np.cumsum(weights)])  # positives below each level
    candidates = values[drawn]
    left = np.searchsorted(levels, candidates, side="left")
    tied = levels[np.minimum(left, len(levels) - 1)] == candidates
    beaten_by = below[-1] - (below[left] + below[left + tied]) / 2
    return float((beaten_by * negatives[drawn]).sum() / (below[-1] * negatives[drawn].sum()))


def auc_judd(saliency: ArrayLike, fixation_map: ArrayLike) -> float:
    """AUC-Judd as the MIT code computes it, without its random jitter (AUC_Judd.m, jitter 0).

    Thresholds are the saliencies at fixated pixels; a pixel counts once. Where fixated pixels tie,
    the curve is biased low; prefer `auc`.

    Returns:
        in [0, 1], higher is better; NaN without fixations, if all pixels are fixated, and for a
        constant map.
    """
    values, counts = as_maps(saliency=saliency, fixation_map=fixation_map)
    fixated = as_fixation_map(counts) > 0
    low, high = _range(values)
    if not fixated.any() or fixated.all() or not high > low:
        return float("nan")
    scaled = (values - low) / (high - low)
    thresholds = np.sort(scaled[fixated])[::-1]
    ordered = np.sort(scaled, axis=None)
    above = scaled.size - np.searchsorted(ordered, thresholds, side="left")
    found = np.arange(1, len(thresholds) + 1)
    hits = np.concatenate([[0.0], found / len(found), [1.0]])
    alarms = np.concatenate([[0.0], (above - found) / (scaled.size - len(found)), [1.0]])
    return float(np.trapezoid(hits, alarms))


def auc_borji(saliency: ArrayLike, fixation_map: ArrayLike, step: float = 0.1) -> float:
    """AUC-Borji: the expectation of the MIT code's random splits (AUC_Borji.m), in closed form.

    Negatives are all pixels, drawn uniformly; thresholds are 0, step, 2 step, ... on the map
    scaled to [0, 1]. A coarse step lowers the score; the SALICON tool uses 0.01.

    Args:
        saliency: (H, W), any scale.
        fixation_map: (H, W); a pixel fixated twice counts once.
        step: between thresholds, in (0, 1].

    Returns:
        in [0, 1], higher is better; 0.5 for a constant map, NaN without fixations.
    """
    values, counts = as_maps(saliency=saliency, fixation_map=fixation_map)
    return _stepped(values, as_fixation_map(counts) > 0, None, step)


def auc_shuffled(
    saliency: ArrayLike, fixation_map: ArrayLike, other_fixation_map: ArrayLike, step: float = 0.1
) -> float:
    """Shuffled AUC: the expectation of the MIT code's random splits (AUC_shuffled.m).

    As `auc_borji`, but negatives are pixels that were fixated in other images, each once.

    Returns:
        in [0, 1], higher is better; 0.5 for a constant map, NaN without fixations or others.
    """
    values, counts, others = as_maps(
        saliency=saliency, fixation_map=fixation_map, other_fixation_map=other_fixation_map
    )
    negatives = as_fixation_map(others, "other_fixation_map") > 0
    return _stepped(values, as_fixation_map(counts) > 0, negatives, step)


def _stepped(values: Floats, positives: Mask, negatives: Mask | None, step: float) -> float:
    """The area over thresholds `step` apart; `negatives` None stands for all pixels."""
    low, high = _range(values)
    fixated = values[positives]
    drawn = values.ravel() if negatives is None else values[negatives]
    if not fixated.size or not drawn.size or np.isnan(high):
        return float("nan")
    span = high - low if high > low else np.inf  # a constant map lies at 0
    # those above the greatest value add nothing, so it does not matter where thresholds end
    thresholds = np.arange(0.0, 1.0 + step / 2, step)[::-1]
    hits, alarms = (_share_above(part, low, span, thresholds) for part in (fixated, drawn))
    return float(np.trapezoid(np.concatenate([[0.0], hits, [1.0]]), np.concatenate([[0.0], alarms, [1.0]])))


def _share_above(values: Floats, low: float, span: float, thresholds: Floats) -> Floats:
    """One pass over the scaled values a threshold: for the usual dozen far cheaper than a sort."""
    scaled = values - low
    scaled /= span
    return np.array([np.count_nonzero(scaled >= threshold) for threshold in thresholds]) / len(values)


def _range(values: Floats) -> tuple[float, float]:
    """Least and greatest value that is not NaN, as MATLAB's min and max; NaN if there is none."""
    low, high = float(values.min()), float(values.max())
    if np.isnan(low):
        known = values[~np.isnan(values)]
        return (float(known.min()), float(known.max())) if known.size else (np.nan, np.nan)
    return low, high
