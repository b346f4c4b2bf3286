"""Metrics at the fixations: how high is the prediction where people looked?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

import numpy as np

from gazemap.metrics.distribution import MATLAB_EPS
from gazemap.metrics.kernels.arrays import Array, Arrays, FixationMaps, Maps, Score
from gazemap.metrics.kernels.checks import check_density, refuse_log_density
from gazemap.metrics.kernels.pixels import FixatedPixels, Pixels
from gazemap.metrics.kernels.reading import read

if TYPE_CHECKING:
    from torch import Tensor


@overload
def nss(saliency: Tensor, fixation_map: FixationMaps, *, ddof: int = 0, repeats: bool = True) -> Tensor: ...
@overload
def nss(saliency: Arrays, fixation_map: FixationMaps, *, ddof: int = 0, repeats: bool = True) -> Score: ...
def nss(saliency: Maps, fixation_map: FixationMaps, *, ddof: int = 0, repeats: bool = True) -> Score | Tensor:
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
    reader = read(saliency)
    prediction, fixated = reader.first, reader.fixated(fixation_map, repeats=repeats)
    xp, size = reader.xp, prediction.values.shape[-1]
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        heights = [
            row[at.pixels] - low
            for row, low, at in zip(prediction.values, prediction.low, fixated, strict=True)
        ]
        deviations = _means(heights, fixated, xp) - prediction.raised_sum / size
        score = deviations / xp.sqrt(prediction.squares / max(size - ddof, 1))
    return reader.scores(xp.where(prediction.varies, score, np.nan))


@overload
def information_gain(
    density: Tensor,
    fixation_map: FixationMaps,
    baseline: Maps,
    *,
    min_max: bool = False,
    eps: float | None = None,
    repeats: bool = True,
) -> Tensor: ...
@overload
def information_gain(
    density: Arrays,
    fixation_map: FixationMaps,
    baseline: Maps,
    *,
    min_max: bool = False,
    eps: float | None = None,
    repeats: bool = True,
) -> Score: ...
def information_gain(
    density: Maps,
    fixation_map: FixationMaps,
    baseline: Maps,
    *,
    min_max: bool = False,
    eps: float | None = None,
    repeats: bool = True,
) -> Score | Tensor:
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
    reader = read(density, "density")
    prediction, prior = reader.first, reader.pixels(baseline, "baseline")
    fixated = reader.fixated(fixation_map, repeats=repeats)
    refuse_log_density(prior, "baseline")
    if min_max:
        eps = MATLAB_EPS if eps is None else eps
        gained = _mean_log2(prediction, fixated, eps, prediction.raised_total)
        known = _mean_log2(prior, fixated, eps, prior.raised_mass)
    else:
        check_density(prediction, "density")
        check_density(prior, "baseline")
        gained, known = (_mean_log2(maps, fixated, eps or 0.0) for maps in (prediction, prior))
    with np.errstate(invalid="ignore"):  # both call a fixated pixel impossible
        return reader.scores(gained - known)


@overload
def log_likelihood(density: Tensor, fixation_map: FixationMaps, *, repeats: bool = True) -> Tensor: ...
@overload
def log_likelihood(density: Arrays, fixation_map: FixationMaps, *, repeats: bool = True) -> Score: ...
def log_likelihood(density: Maps, fixation_map: FixationMaps, *, repeats: bool = True) -> Score | Tensor:
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
    reader = read(density, "density")
    check_density(reader.first, "density")
    return reader.scores(_mean_log2(reader.first, reader.fixated(fixation_map, repeats=repeats), 0.0))


def _mean_log2(
    density: Pixels, fixated: list[FixatedPixels], eps: float, totals: Array | None = None
) -> Array:
    """(B,): of densities, or of the values above the least of each map, divided by these totals."""
    xp, low = density.xp, density.low
    floors, totals = (xp.zeros_like(low), xp.ones_like(low)) if totals is None else (low, totals)
    with np.errstate(divide="ignore", invalid="ignore"):
        bits = [
            xp.log2((row[at.pixels] - floor) / total + eps)
            for row, floor, total, at in zip(density.values, floors, totals, fixated, strict=True)
        ]
    return xp.where(xp.isnan(low), np.nan, _means(bits, fixated, xp))


def _means(values: list[Array], fixated: list[FixatedPixels], xp: Any) -> Array:  # noqa: ANN401
    """(B,): each image's mean over its fixations of values at its fixated pixels; NaN without fixations."""
    with np.errstate(divide="ignore", invalid="ignore"):
        means = [
            xp.vecdot(row, at.counts) / xp.sum(at.counts) for row, at in zip(values, fixated, strict=True)
        ]
    return xp.stack(means)
