"""Metrics between maps: how alike are the prediction and the blurred fixations?"""

from __future__ import annotations

import numpy as np

from gazemap.metrics.arrays import Array, Maps, Pixels, Reader, Score

MATLAB_EPS = float(np.finfo(np.float64).eps)  # 2.2204e-16, as in the MIT code


def cc(saliency: Maps, density: Maps) -> Score:
    """Pearson's correlation of two maps, CC (Jost et al. 2005; CC.m).

    Args:
        saliency: (H, W) or (B, H, W), any scale.
        density: of the same shape, the blurred fixations, any scale.

    Returns:
        a score an image, in [-1, 1], higher is better; NaN if either map is constant or has NaN.
    """
    reader = Reader(saliency)
    return reader.scores(cc_of(reader.first, reader.pixels(density, "density")))


def sim(saliency: Maps, density: Maps, *, min_max: bool = False) -> Score:
    """Similarity, or histogram intersection: the sum of the pixelwise minimum of two densities.

    Args:
        saliency: (H, W) or (B, H, W), non-negative unless `min_max`.
        density: of the same shape, the blurred fixations, any scale.
        min_max: scale both maps to [0, 1] first, as the MIT code (similarity.m); Tuebingen does not.

    Returns:
        a score an image, in [0, 1], higher is better, 1 for equal maps; 0 for a zero map, NaN for a
        constant map with `min_max`.
    """
    reader = Reader(saliency)
    return reader.scores(sim_of(reader.first, reader.pixels(density, "density"), min_max=min_max))


def kld(saliency: Maps, density: Maps, *, eps: float = MATLAB_EPS) -> Score:
    """KL divergence of the prediction from the truth, KL(truth || prediction), in nats (KLdiv.m).

    sum q log(eps + q / (p + eps)), with p and q the maps divided by their sums.

    Args:
        saliency: (H, W) or (B, H, W), non-negative. As in the original, a map that is negative
            everywhere is positive once it is divided by its sum: give `exponentiate(log_density)`.
        density: of the same shape, the blurred fixations, any scale.
        eps: keeps pixels that the prediction calls impossible finite.

    Returns:
        a score an image, lower is better, 0 for equal maps; NaN if a map has NaN or the normalized
        prediction negative values.
    """
    reader = Reader(saliency)
    return reader.scores(kld_of(reader.first, reader.pixels(density, "density"), eps=eps))


def cc_of(prediction: Pixels, truth: Pixels) -> Array:
    """(B,); see `cc`."""
    xp, constant = prediction.xp, prediction.is_constant | truth.is_constant
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = xp.vecdot(prediction.centered, truth.centered) / (
            xp.sqrt(prediction.squares) * xp.sqrt(truth.squares)
        )
    return xp.where(constant, np.nan, correlation)


def sim_of(prediction: Pixels, truth: Pixels, *, min_max: bool = False) -> Array:
    """(B,); see `sim`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if min_max:
            prediction, truth = prediction.scaled, truth.scaled
        p, q = prediction.shares.values, truth.shares.values
    return prediction.xp.sum(prediction.xp.minimum(p, q), axis=-1)


def kld_of(prediction: Pixels, truth: Pixels, *, eps: float = MATLAB_EPS) -> Array:
    """(B,); see `kld`."""
    xp = prediction.xp
    with np.errstate(divide="ignore", invalid="ignore"):
        p, q = prediction.shares.values, truth.shares.values
        divergence = xp.vecdot(q, xp.log(eps + q / (p + eps)))
        negative = xp.where(prediction.sum < 0, prediction.high > 0, prediction.low < 0)
    return xp.where(negative, np.nan, divergence)
