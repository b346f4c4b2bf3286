"""Metrics between maps: how alike are the prediction and the blurred fixations?"""

from __future__ import annotations

import numpy as np

from gazemap.metrics.kernels.arrays import Array, Maps, Pixels, Reader, Score, over
from gazemap.metrics.kernels.checks import refuse_log_density, refuse_negative

MATLAB_EPS = float(np.finfo(np.float64).eps)  # 2.2204e-16, as in the MIT code


def cc(saliency: Maps, density: Maps) -> Score:
    """Pearson's correlation of two maps, CC (Jost et al. 2005; CC.m).

    Args:
        saliency: (H, W) or (B, H, W), any scale.
        density: of the same shape, the blurred fixations, any scale.

    Returns:
        a score per image, in [-1, 1], higher is better; NaN if either map is constant or has NaN or
        infinite values.

    Raises:
        InputError: a log density in the density's place.
    """
    reader = Reader(saliency)
    return reader.scores(cc_of(reader.first, reader.pixels(density, "density")))


def sim(saliency: Maps, density: Maps, *, min_max: bool = False) -> Score:
    """Similarity, or histogram intersection: the sum of the pixelwise minimum of two densities.

    Args:
        saliency: (H, W) or (B, H, W), non-negative unless `min_max`.
        density: of the same shape, the blurred fixations, non-negative, any scale.
        min_max: scale both maps to [0, 1] first, as the MIT code (similarity.m); Tuebingen does not.

    Returns:
        a score per image, in [0, 1], higher is better, 1 for equal maps; 0 for a prediction of zeros.
        NaN for a prediction with negative values, or with `min_max` a constant one; for a density
        of zeros, or with `min_max` a constant one; and if either has NaN or infinite values.

    Raises:
        InputError: a log density without `min_max`, or a density with negative values.
    """
    reader = Reader(saliency)
    if not min_max:
        refuse_log_density(reader.first, "saliency")
    return reader.scores(sim_of(reader.first, reader.pixels(density, "density"), min_max=min_max))


def kld(saliency: Maps, density: Maps, *, eps: float = MATLAB_EPS) -> Score:
    """KL divergence of the prediction from the truth, KL(truth || prediction), in nats (KLdiv.m).

    sum q log(eps + q / (p + eps)), with p and q the maps divided by their sums.

    Args:
        saliency: (H, W) or (B, H, W), non-negative.
        density: of the same shape, the blurred fixations, non-negative, any scale.
        eps: keeps pixels that the prediction calls impossible finite.

    Returns:
        a score per image, lower is better, 0 for equal maps. NaN for a prediction with negative
        values, for a density of zeros, and if either has NaN or infinite values.

    Raises:
        InputError: a log density, or a density with negative values. (The original divides a log
            density by its sum and gives a number; so does the protocol `mit`.)
    """
    reader = Reader(saliency)
    refuse_log_density(reader.first, "saliency")
    return reader.scores(kld_of(reader.first, reader.pixels(density, "density"), eps=eps))


def cc_of(prediction: Pixels, truth: Pixels) -> Array:
    """(B,); see `cc`."""
    xp, n = prediction.xp, prediction.values.shape[-1]
    refuse_log_density(truth, "density")
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        covered = xp.vecdot(prediction.raised, truth.raised) - prediction.raised_sum * truth.raised_sum / n
        correlation = covered / (xp.sqrt(prediction.squares) * xp.sqrt(truth.squares))
    return xp.where(prediction.varies & truth.varies, correlation, np.nan)


def sim_of(prediction: Pixels, truth: Pixels, *, min_max: bool = False) -> Array:
    """(B,); see `sim`."""
    xp = prediction.xp
    refuse_negative(truth, "density")
    if min_max:  # dividing by the span would change nothing after dividing by the sum
        p, q, p_total, q_total = prediction.raised, truth.raised, prediction.raised_total, truth.raised_mass
    else:
        p, q, p_total, q_total = prediction.values, truth.values, prediction.total, truth.mass
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        shared = over(xp.minimum, p, q * (p_total / q_total)[:, None])
        overlap = xp.sum(shared, axis=-1) / p_total
    return overlap if min_max else xp.where(prediction.low < 0, np.nan, overlap)


def kld_of(prediction: Pixels, truth: Pixels, *, eps: float = MATLAB_EPS) -> Array:
    """(B,); see `kld`."""
    xp, p_total, q_total = prediction.xp, prediction.total, truth.mass
    refuse_negative(truth, "density")
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        ratio = over(xp.divide, truth.values, prediction.values + (eps * p_total)[:, None])
        ratio *= (p_total / q_total)[:, None]
        ratio += eps
        divergence = xp.vecdot(truth.values, over(xp.log, ratio)) / q_total
    negative = xp.where(p_total < 0, prediction.high > 0, prediction.low < 0)
    return xp.where(negative, np.nan, divergence)
