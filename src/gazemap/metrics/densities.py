"""Saliency maps and log densities -> densities."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gazemap.errors import InputError
from gazemap.metrics.arrays import Floats, as_map


def to_density(saliency: ArrayLike, floor: float = 0.01) -> Floats:
    """A density of a saliency map that was made for no such use; our choice, stated here.

    Negative values become 0, the rest is divided by its sum, and `floor` of the uniform density is
    mixed in, so that no pixel is impossible. A map without positive values becomes uniform.

    Args:
        saliency: (H, W).
        floor: share of the uniform density, in [0, 1].
    """
    positive = np.maximum(as_map(saliency, "saliency"), 0.0)
    total = positive.sum()
    uniform = 1.0 / positive.size
    if not total > 0:
        return np.full_like(positive, uniform)
    density: Floats = (1.0 - floor) * positive / total + floor * uniform
    return density


def exponentiate(log_density: ArrayLike) -> Floats:
    """The density of a log density, (H, W).

    Raises:
        InputError: its logsumexp is not 0, so that it is no log density.
    """
    logs = as_map(log_density, "log_density")
    total = float(np.logaddexp.reduce(logs, axis=None))
    if not abs(total) < 1e-3:
        raise InputError(f"A log density's logsumexp is 0; this one's is {total:.4g}. Subtract it.")
    density: Floats = np.exp(logs - total)
    return density
