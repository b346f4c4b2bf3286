"""Why a network predicts what it does, from its predictions: spread, center bias, values out of range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gazemap.types import AnyFloats


def spread(grids: AnyFloats) -> float:
    """How much maps differ between images: standard deviation over images, mean over pixels.

    Args:
        grids: (N, h, w).
    """
    return float(grids.std(axis=0).mean())


@dataclass(frozen=True, eq=False)
class CenterShare:
    """How much of each prediction is center bias, and what is left without it; all (N,).

    Attributes:
        correlation: of the prediction with the center bias.
        cc: of the prediction with the ground truth.
        cc_without: the same after the center bias is taken out of both (partial correlation).
    """

    correlation: AnyFloats
    cc: AnyFloats
    cc_without: AnyFloats


def center_share(predictions: AnyFloats, truths: AnyFloats, center: AnyFloats) -> CenterShare:
    """Correlate predictions with the center bias, and with the truth once the center bias is taken out.

    Args:
        predictions: (N, h, w), saliency.
        truths: (N, h, w), densities.
        center: (N, h, w), the center bias.
    """
    p, t, c = _standardize(predictions), _standardize(truths), _standardize(center)
    pt, pc, tc = ((a * b).mean(axis=1) for a, b in ((p, t), (p, c), (t, c)))
    with np.errstate(invalid="ignore", divide="ignore"):
        partial = (pt - pc * tc) / np.sqrt((1 - pc**2) * (1 - tc**2))
    return CenterShare(pc, pt, partial)


def _standardize(maps: AnyFloats) -> AnyFloats:
    flat = maps.reshape(len(maps), -1).astype(np.float64)
    centered = flat - flat.mean(axis=1, keepdims=True)
    deviation = centered.std(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(deviation > 0, centered / deviation, np.nan)


def outside_unit_range(grids: AnyFloats) -> AnyFloats:
    """Share of each map's values that 8 bits cannot hold: below 0 or above 1; (N,).

    Values within one level (1/255) outside are counted too: -0.001 wraps to 0, -0.01 to 254.
    """
    flat = grids.reshape(len(grids), -1)
    return np.asarray(((flat < 0) | (flat > 1)).mean(axis=1))
