"""What the metrics take: checked once, float64 inside."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gazemap.errors import InputError

Floats = NDArray[np.float64]


def as_map(values: ArrayLike | Any, name: str) -> Floats:  # noqa: ANN401 - torch tensors too
    """(H, W) float64 of a NumPy array, a nested list or a torch tensor on any device.

    Raises:
        InputError: not two-dimensional, or empty; names the argument and its shape.
    """
    if hasattr(values, "detach"):
        values = values.detach().cpu().numpy()
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 2 or not array.size:
        raise InputError(f"{name} has shape {array.shape}; one map of shape (H, W) is accepted.")
    return array


def as_maps(**named: Any) -> list[Floats]:  # noqa: ANN401
    """Several maps of one shape; the first is what the others are compared with.

    Raises:
        InputError: shapes differ; names both. Resize the prediction to the truth first.
    """
    maps = {name: as_map(values, name) for name, values in named.items()}
    (first, reference), *rest = maps.items()
    for name, array in rest:
        if array.shape != reference.shape:
            raise InputError(
                f"{first} has shape {reference.shape}, {name} has {array.shape}; they must be equal. "
                "Resize the prediction first (gazemap.metrics.resize)."
            )
    return list(maps.values())


def as_fixation_map(values: Floats, name: str = "fixation_map") -> Floats:
    """The same map, once it is known to hold counts.

    Raises:
        InputError: a negative or NaN count.
    """
    if not values.min() >= 0:  # also refuses NaN
        raise InputError(f"{name} must hold counts of fixations (0, 1, 2, ...); it holds {values.min()}.")
    return values


def as_density(values: Floats, name: str) -> Floats:
    """The same map, once it is known to be a probability distribution.

    Raises:
        InputError: a log density, or a map that does not sum to 1.
    """
    if (values <= 0).all() and values.min() < 0:
        raise InputError(f"{name} looks like a log density (all values <= 0). Pass its exponential.")
    if (values < 0).any() or not np.isclose(values.sum(), 1.0, atol=1e-3):
        raise InputError(
            f"{name} must be a density: non-negative, sum 1. Its sum is {values.sum():.6g}, its "
            f"least value {values.min():.3g}. gazemap.metrics.to_density makes one of a saliency map."
        )
    return values
