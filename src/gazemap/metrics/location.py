"""Metrics at the fixations: how high is the prediction where people looked?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gazemap.metrics.arrays import as_density, as_fixation_map, as_maps


def nss(saliency: ArrayLike, fixation_map: ArrayLike, ddof: int = 0) -> float:
    """Normalized scanpath saliency (Peters et al. 2005): mean z-score at the fixations.

    Args:
        saliency: (H, W), any scale.
        fixation_map: (H, W) counts; a pixel fixated twice counts twice.
        ddof: 0 for the population's standard deviation (Tuebingen), 1 for the sample's (MIT).

    Returns:
        in standard deviations, higher is better, 0 for chance; NaN without fixations, for a
        constant map and for one with NaN.
    """
    values, counts = as_maps(saliency=saliency, fixation_map=fixation_map)
    total = as_fixation_map(counts).sum()
    if values.size <= ddof or not total or not np.ptp(values) > 0:
        return float("nan")
    at_fixations = (values * counts).sum() / total
    return float((at_fixations - values.mean()) / values.std(ddof=ddof))


def information_gain(density: ArrayLike, fixation_map: ArrayLike, baseline: ArrayLike) -> float:
    """Information gain over a baseline (Kuemmerer et al. 2015), in bits per fixation.

    IG = mean over fixations of log2 p(x) - log2 b(x).

    Args:
        density: (H, W), the prediction; sums to 1.
        fixation_map: (H, W) counts; a pixel fixated twice counts twice.
        baseline: (H, W), usually the center bias; sums to 1.

    Returns:
        higher is better, 0 for the baseline itself; -inf if the prediction calls a fixated pixel
        impossible; NaN without fixations.

    Raises:
        InputError: a log density, or a map that does not sum to 1.
    """
    predicted, counts, prior = as_maps(density=density, fixation_map=fixation_map, baseline=baseline)
    as_density(predicted, "density")
    as_density(prior, "baseline")
    fixated = as_fixation_map(counts) > 0
    if not fixated.any():
        return float("nan")
    with np.errstate(divide="ignore"):
        gains = np.log2(predicted[fixated]) - np.log2(prior[fixated])
    return float(np.average(gains, weights=counts[fixated]))
