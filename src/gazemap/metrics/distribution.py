"""Metrics between maps: how alike are the prediction and the blurred fixations?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gazemap.metrics.arrays import Floats, as_maps

MATLAB_EPS = float(np.finfo(np.float64).eps)  # 2.2204e-16, as in the MIT code


def cc(saliency: ArrayLike, density: ArrayLike) -> float:
    """Pearson's correlation of two maps.

    Args:
        saliency: (H, W), any scale.
        density: (H, W), the blurred fixations, any scale.

    Returns:
        in [-1, 1], higher is better; NaN if either map is constant or has NaN.
    """
    a, b = as_maps(saliency=saliency, density=density)
    if (a == a.flat[0]).all() or (b == b.flat[0]).all():
        return float("nan")
    a, b = (a - a.mean()).ravel(), (b - b.mean()).ravel()
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def sim(saliency: ArrayLike, density: ArrayLike, min_max: bool = False) -> float:
    """Similarity, or histogram intersection: the sum of the pixelwise minimum of two densities.

    Args:
        saliency: (H, W), non-negative unless `min_max`.
        density: (H, W), the blurred fixations, any scale.
        min_max: scale both maps to [0, 1] first, as the MIT code (similarity.m); Tuebingen does not.

    Returns:
        in [0, 1], higher is better, 1 for equal maps; 0 for a zero map, NaN for a constant map
        with `min_max`.
    """
    a, b = (_normalized(m, min_max) for m in as_maps(saliency=saliency, density=density))
    return float(np.minimum(a, b).sum())


def kld(saliency: ArrayLike, density: ArrayLike, eps: float = MATLAB_EPS) -> float:
    """KL divergence of the prediction from the truth, KL(truth || prediction), in nats (KLdiv.m).

    sum q log(eps + q / (p + eps)), with p and q the maps divided by their sums.

    Args:
        saliency: (H, W), non-negative.
        density: (H, W), the blurred fixations, any scale.
        eps: keeps pixels that the prediction calls impossible finite.

    Returns:
        lower is better, 0 for equal maps; NaN if a map has NaN or the prediction negative values.
    """
    p, q = (_normalized(m, min_max=False) for m in as_maps(saliency=saliency, density=density))
    if (p < 0).any():
        return float("nan")
    return float((q * np.log(eps + q / (p + eps))).sum())


def _normalized(values: Floats, min_max: bool) -> Floats:
    """Sum 1; a map that is zero everywhere stays so, as in the MIT code."""
    if not np.any(values):
        return values
    with np.errstate(invalid="ignore", divide="ignore"):
        if min_max:
            values = (values - values.min()) / np.ptp(values)
        result: Floats = values / values.sum()
    return result
