"""A comparison at the fixated pixels alone, for a metric that asks for no others."""

from __future__ import annotations

import numpy as np

from gazemap.metrics.kernels.pixels import FixatedPixels
from gazemap.metrics.kernels.reading import Reader
from gazemap.metrics.scoring.best_maps import gain
from gazemap.metrics.scoring.comparing import Comparison, GroundTruth
from gazemap.metrics.scoring.protocols import Protocol
from gazemap.types import Floats


def gain_at_fixations(
    density: Reader, baseline: Floats, truth: GroundTruth, protocol: Protocol
) -> Comparison:
    """The gain over the baseline where somebody looked, in this image or another.

    The exact shuffled AUC of it is that of the whole map, at a tenth of the cost.

    Args:
        density: what has read a density, (H, W).
        baseline: (H, W).
        truth: with both kinds of fixations, as counts of that shape or as points.
        protocol: the choices that metrics leave open.

    Returns:
        a comparison of a map of one row.
    """
    whole = Comparison(density, truth, protocol)
    (own,) = whole.fixated(truth.fixation_map, repeats=True)  # type: ignore[arg-type]
    (others,) = whole.negatives(truth.other_fixation_map, "other_fixation_map", repeats=True)  # type: ignore[arg-type]
    if not isinstance(others, FixatedPixels):  # most of the pixels are fixated
        pixels = np.flatnonzero(others)
        others = FixatedPixels(pixels, others[pixels])
    # the first pixel counts for nothing, but without a fixation there would be no map
    where = np.concatenate([[0], own.pixels, others.pixels])
    positives = np.concatenate([[0.0], own.counts, np.zeros(len(others.pixels))])
    negatives = np.concatenate([np.zeros(1 + len(own.pixels)), others.counts])
    gained = gain(density.first.values[0, where], baseline.ravel()[where])
    pair = GroundTruth(positives[None], other_fixation_map=negatives[None])
    return Comparison(gained[None], pair, protocol)
