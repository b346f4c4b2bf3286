"""Metrics between maps: how alike are the prediction and the blurred fixations?"""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

import numpy as np

from gazemap.errors import InputError
from gazemap.metrics.kernels.arrays import Arrays, Maps, Score, over, room_for
from gazemap.metrics.kernels.checks import refuse_log_density, refuse_negative
from gazemap.metrics.kernels.reading import read

if TYPE_CHECKING:
    from torch import Tensor

MATLAB_EPS = float(np.finfo(np.float64).eps)  # 2.2204e-16, as in the MIT code


@overload
def cc(saliency: Tensor, density: Maps) -> Tensor: ...
@overload
def cc(saliency: Arrays, density: Maps) -> Score: ...
def cc(saliency: Maps, density: Maps) -> Score | Tensor:
    """Pearson's correlation of two maps, CC (Jost et al. 2005; CC.m).

    Args:
        saliency: (H, W) or (B, H, W), any scale.
        density: of the same shape, the blurred fixations, any scale.

    Returns:
        a score per image, in [-1, 1], higher is better; NaN if either map is constant or has NaN or
        infinite values.

    Raises:
        InputError: `density` is a log density.
    """
    reader = read(saliency)
    xp, prediction, truth = reader.xp, reader.first, reader.pixels(density, "density")
    refuse_log_density(truth, "density")
    n = prediction.values.shape[-1]
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        shared = xp.vecdot(prediction.raised, truth.raised) - prediction.raised_sum * truth.raised_sum / n
        correlation = shared / (xp.sqrt(prediction.squares) * xp.sqrt(truth.squares))
    return reader.scores(xp.where(prediction.varies & truth.varies, correlation, np.nan))


@overload
def sim(saliency: Tensor, density: Maps, *, min_max: bool = False) -> Tensor: ...
@overload
def sim(saliency: Arrays, density: Maps, *, min_max: bool = False) -> Score: ...
def sim(saliency: Maps, density: Maps, *, min_max: bool = False) -> Score | Tensor:
    """Similarity, or histogram intersection: the sum of the pixelwise minimum of two densities.

    Args:
        saliency: (H, W) or (B, H, W), non-negative unless `min_max`.
        density: of the same shape, the blurred fixations, non-negative, any scale.
        min_max: scale both maps to [0, 1] first, as the MIT code (similarity.m); Tuebingen does not.

    Returns:
        a score per image, in [0, 1], higher is better, 1 for equal maps; 0 for a prediction of zeros.
        NaN for a density of zeros, with `min_max` if either is constant, and if either has NaN or
        infinite values.

    Raises:
        InputError: a log density or another prediction with negative values, without `min_max`; a density
            with negative values. (The protocol `salicon2017`, like `mit`, has `min_max`.)
    """
    reader = read(saliency)
    if not min_max:
        reader.refuse_negative("saliency")
    xp, prediction, truth = reader.xp, reader.first, reader.pixels(density, "density")
    refuse_negative(truth, "density")
    if min_max:  # dividing by the span would change nothing after dividing by the sum
        p, q, p_total, q_total = prediction.raised, truth.raised, prediction.raised_total, truth.raised_mass
    else:
        p, q, p_total, q_total = prediction.values, truth.values, prediction.total, truth.mass
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        shared = xp.multiply(q, (p_total / q_total)[:, None], out=room_for(q))
        overlap = xp.sum(xp.minimum(p, shared, out=over(shared)), axis=-1) / p_total
    return reader.scores(overlap if min_max else xp.where(prediction.low < 0, np.nan, overlap))


@overload
def kld(saliency: Tensor, density: Maps, *, eps: float = MATLAB_EPS) -> Tensor: ...
@overload
def kld(saliency: Arrays, density: Maps, *, eps: float = MATLAB_EPS) -> Score: ...
def kld(saliency: Maps, density: Maps, *, eps: float = MATLAB_EPS) -> Score | Tensor:
    """KL divergence of the prediction from the truth, KL(truth || prediction), in nats (KLdiv.m).

    sum q log(eps + q / (p + eps)), with p and q the maps divided by their sums.

    Args:
        saliency: (H, W) or (B, H, W), non-negative.
        density: of the same shape, the blurred fixations, non-negative, any scale.
        eps: above 0; keeps pixels that the prediction calls impossible finite.

    Returns:
        a score per image, lower is better, 0 for equal maps. NaN for a density of zeros, and if
        either has NaN or infinite values.

    Raises:
        InputError: a log density or another prediction with negative values, a density with such, or
            another eps. (The original divides a log density by its sum and gives a number; so does the
            protocol `mit`, under which another prediction with negative values is NaN.)
    """
    if not eps > 0:
        raise InputError(f"eps must be above 0, got {eps}.")
    reader = read(saliency)
    reader.refuse_negative("saliency")
    xp, prediction, truth = reader.xp, reader.first, reader.pixels(density, "density")
    refuse_negative(truth, "density")
    p_total, q_total = prediction.total, truth.mass
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        floored = xp.add(prediction.values, (eps * p_total)[:, None], out=room_for(truth.values))
        ratio = xp.divide(truth.values, floored, out=over(floored))
        ratio *= (p_total / q_total)[:, None]
        ratio += eps
        divergence = xp.vecdot(truth.values, xp.log(ratio, out=over(ratio))) / q_total
    # of a log density, whose sum is negative, the shares are positive
    has_negative_shares = xp.where(p_total < 0, prediction.high > 0, prediction.low < 0)
    return reader.scores(xp.where(has_negative_shares, np.nan, divergence))
