"""Metrics at the fixations: how high is the prediction where people looked?"""

from __future__ import annotations

from typing import Any

import numpy as np

from gazemap.metrics.distribution import MATLAB_EPS
from gazemap.metrics.kernels.arrays import Array, Fixated, Looked, Maps, Pixels, Reader, Score
from gazemap.metrics.kernels.checks import check_density, refuse_log_density


def nss(saliency: Maps, fixation_map: Fixated, *, ddof: int = 0, repeats: bool = True) -> Score:
    """Normalized scanpath saliency (Peters et al. 2005; NSS.m): mean z-score at the fixations.

    Args:
        saliency: (H, W) or (B, H, W), any scale.
        fixation_map: counts of the same shape, or points.
        ddof: 0 for the population's standard deviation (Tuebingen), 1 for the sample's (MIT).
        repeats: whether a pixel fixated twice counts twice (Tuebingen) or once (MIT).

    Returns:
        a score per image, in standard deviations, higher is better, 0 for chance; NaN without
        fixations, for a constant map, and for one with NaN or infinite values.
    """
    reader = Reader(saliency)
    return reader.scores(nss_of(reader.first, reader.looked(fixation_map, repeats=repeats), ddof=ddof))


def information_gain(
    density: Maps,
    fixation_map: Fixated,
    baseline: Maps,
    *,
    min_max: bool = False,
    eps: float | None = None,
    repeats: bool = True,
) -> Score:
    """Information gain over a baseline (Kuemmerer et al. 2015; InfoGain.m), in bits per fixation.

    IG = mean over fixations of log2(eps + p(x)) - log2(eps + b(x)).

    Args:
        density: (H, W) or (B, H, W), the prediction; sums to 1, unless `min_max`.
        fixation_map: counts of the same shape, or points.
        baseline: of the same shape, usually the center bias; sums to 1, unless `min_max`.
        min_max: take maps of any scale, scale both to [0, 1] and divide them by their sums, as the
            MIT code does. Their least pixel becomes impossible: a fixation there costs 35 bits.
        eps: keeps impossible pixels finite; by default 0, or with `min_max` 2.2204e-16.
        repeats: whether a pixel fixated twice counts twice (Tuebingen) or once (MIT).

    Returns:
        a score per image, higher is better, 0 for the baseline itself; -inf if the prediction calls
        a fixated pixel impossible, inf if the baseline does, NaN if both do. NaN too without
        fixations, if either map has NaN, and with `min_max` for a constant map or baseline (a
        prediction of zeros stays so, as in the MIT code: about -50 bits).

    Raises:
        InputError: a log density for the baseline; without `min_max`, a log density for either, or a
            map that does not sum to 1 within 1e-3.
    """
    reader = Reader(density, "density")
    prior, looked = reader.pixels(baseline, "baseline"), reader.looked(fixation_map, repeats=repeats)
    return reader.scores(information_gain_of(reader.first, looked, prior, min_max=min_max, eps=eps))


def log_likelihood(density: Maps, fixation_map: Fixated, *, repeats: bool = True) -> Score:
    """Log-likelihood of the fixations (Kuemmerer et al. 2015), in bits per fixation.

    Mean over fixations of log2 p(x). The uniform density has -log2(H W); `information_gain` is the
    difference of two log-likelihoods.

    Args:
        density: (H, W) or (B, H, W), the prediction; sums to 1.
        fixation_map: counts of the same shape, or points.
        repeats: whether a pixel fixated twice counts twice.

    Returns:
        a score per image, at most 0, higher is better; -inf if a fixated pixel is called impossible,
        NaN without fixations and for a map with NaN.

    Raises:
        InputError: a log density, or a map that does not sum to 1 within 1e-3.
    """
    reader = Reader(density, "density")
    return reader.scores(log_likelihood_of(reader.first, reader.looked(fixation_map, repeats=repeats)))


def nss_of(prediction: Pixels, looked: list[Looked], *, ddof: int = 0) -> Array:
    """(B,); see `nss`."""
    xp, size = prediction.xp, prediction.values.shape[-1]
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        heights = _mean_at(prediction.raised, looked, xp) - prediction.raised_sum / size
        score = heights / xp.sqrt(prediction.squares / max(size - ddof, 1))
    return xp.where(prediction.varies, score, np.nan)


def information_gain_of(
    prediction: Pixels,
    looked: list[Looked],
    baseline: Pixels,
    *,
    min_max: bool = False,
    eps: float | None = None,
) -> Array:
    """(B,); see `information_gain`."""
    refuse_log_density(baseline, "baseline")
    if not min_max:
        check_density(prediction, "density")
        check_density(baseline, "baseline")
    eps = (MATLAB_EPS if min_max else 0.0) if eps is None else eps
    totals = (prediction.raised_total, baseline.raised_mass) if min_max else (None, None)
    gained, known = (
        _mean_log2(maps, looked, eps, total)
        for maps, total in zip((prediction, baseline), totals, strict=True)
    )
    with np.errstate(invalid="ignore"):  # both call a fixated pixel impossible
        return gained - known


def log_likelihood_of(prediction: Pixels, looked: list[Looked]) -> Array:
    """(B,); see `log_likelihood`."""
    check_density(prediction, "density")
    return _mean_log2(prediction, looked, 0.0)


def _mean_log2(density: Pixels, looked: list[Looked], eps: float, totals: Array | None = None) -> Array:
    """(B,): of densities, or of the values above the least of each map, divided by these totals."""
    values, floors = density.values, density.xp.zeros_like(density.low)
    if totals is None:
        totals = density.xp.ones_like(density.low)
    else:
        floors = density.low
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        bits = [
            density.xp.log2((row[at.pixels] - floor) / total + eps)
            for row, floor, total, at in zip(values, floors, totals, looked, strict=True)
        ]
    return density.xp.where(density.xp.isnan(density.low), np.nan, _means(bits, looked, density.xp))


def _mean_at(values: Array, looked: list[Looked], xp: Any) -> Array:  # noqa: ANN401
    """(B,): the mean of (B, N) values over the fixations of each image; NaN without fixations."""
    return _means([row[at.pixels] for row, at in zip(values, looked, strict=True)], looked, xp)


def _means(values: list[Array], looked: list[Looked], xp: Any) -> Array:  # noqa: ANN401
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        means = [
            xp.vecdot(row, at.counts) / xp.sum(at.counts) for row, at in zip(values, looked, strict=True)
        ]
    return xp.stack(means)
