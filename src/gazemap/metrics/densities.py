"""Saliency maps and log densities -> densities."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

import numpy as np

from gazemap.errors import InputError
from gazemap.metrics.kernels.arrays import Array, Arrays, Maps, number, over, room_for
from gazemap.metrics.kernels.checks import refuse_log_density
from gazemap.metrics.kernels.reading import Reader
from gazemap.types import Floats

if TYPE_CHECKING:
    from torch import Tensor

LOG_SUM_TOLERANCE = 1e-3  # the MIT/Tuebingen benchmark's
_UNIFORM_SHARE = 0.01  # of the density that `to_density` makes
_LEAST_SUM = 2.0**-960  # of a map; below it, doubles lose digits


@overload
def to_density(saliency: Tensor) -> Tensor: ...
@overload
def to_density(saliency: Arrays) -> Floats: ...
def to_density(saliency: Maps) -> Floats | Tensor:
    """A density from a saliency map, in a way of our own.

    Negative values become 0, the map is divided by its sum, and 1 % of the uniform density is
    mixed in, so that no pixel is impossible. A map of zeros becomes uniform.

    Args:
        saliency: (H, W) or (B, H, W).

    Returns:
        of the same shape; sums to 1, or is NaN everywhere where the map has NaN or infinity.

    Raises:
        InputError: a map that is nowhere above 0 and somewhere below, as a log density is.
    """
    return density_of(Reader(saliency))


def density_of(reader: Reader) -> Floats | Tensor:
    """What `to_density` makes of a map that is read already."""
    xp, pixels = reader.xp, reader.first
    refuse_log_density(pixels, "saliency")
    positive, total = pixels.values, pixels.sum
    if bool(xp.any(pixels.low < 0)):
        positive = xp.maximum(positive, xp.zeros_like(positive[:1, :1]), out=room_for(positive))
        total = xp.sum(positive, axis=-1)
    if bool(xp.any((total > 0) & (total < _LEAST_SUM))):  # too small to be divided exactly
        scale = xp.where(total < _LEAST_SUM, 1 / _LEAST_SUM, xp.ones_like(total))
        positive, total = positive * scale[:, None], total * scale
    is_empty, uniform, kept = total == 0, 1.0 / positive.shape[-1], 1.0 - _UNIFORM_SHARE
    total = xp.where(is_empty, 1.0, xp.where(xp.isfinite(total), total, np.nan))
    added = _UNIFORM_SHARE * uniform + xp.where(is_empty, kept * uniform, xp.zeros_like(total))
    density = xp.divide(positive, total[:, None] / kept, out=room_for(positive))
    return reader.maps(xp.add(density, added[:, None], out=over(density)))


@overload
def shift_to_density(saliency: Tensor) -> Tensor: ...
@overload
def shift_to_density(saliency: Arrays) -> Floats: ...
def shift_to_density(saliency: Maps) -> Floats | Tensor:
    """A density as pysaliency makes it for the MIT/Tuebingen benchmark: raised to 0, divided by its sum.

    A map with negative values is raised so that its least is 0; others are taken as they are. A
    map of zeros becomes uniform.

    Args:
        saliency: (H, W) or (B, H, W).

    Returns:
        of the same shape; sums to 1, and may be 0 somewhere; NaN where the map has NaN or infinity.

    Raises:
        InputError: a map that is nowhere above 0 and somewhere below, as a log density is.
    """
    reader = Reader(saliency)
    refuse_log_density(reader.first, "saliency")
    xp, values = reader.xp, reader.first.values
    least = xp.min(values, axis=-1, keepdims=True)
    uniform = 1.0 / values.shape[-1]
    with np.errstate(invalid="ignore"):
        raised = xp.where(least < 0, values - least, values)
        total = xp.sum(raised, axis=-1, keepdims=True)
        return reader.maps(xp.where(total == 0, uniform, raised / xp.where(total == 0, 1.0, total)))


@overload
def exponentiate(log_density: Tensor) -> Tensor: ...
@overload
def exponentiate(log_density: Arrays) -> Floats: ...
def exponentiate(log_density: Maps) -> Floats | Tensor:
    """The density of a log density, (H, W) or (B, H, W).

    Raises:
        InputError: its logsumexp is not 0 within 1e-3, so that it is no log density.
    """
    density, totals = _softmax(log_density)
    worst = number(totals[abs(totals).argmax()])
    if not abs(worst) < LOG_SUM_TOLERANCE:
        raise InputError(f"The logsumexp of a log density must be 0, got {worst:.4g}. Subtract it.")
    return density


@overload
def softmax(logs: Tensor) -> Tensor: ...
@overload
def softmax(logs: Arrays) -> Floats: ...
def softmax(logs: Maps) -> Floats | Tensor:
    """exp(logs) divided by its sum over the pixels: a density, for logs of any sum; (H, W) or (B, H, W)."""
    return _softmax(logs)[0]


def _softmax(logs: Maps) -> tuple[Floats | Tensor, Array]:
    """The density and (B,) logsumexp, in its safe form."""
    reader = Reader(logs, "log_density")
    xp, values = reader.xp, reader.first.values
    greatest = xp.max(values, axis=-1, keepdims=True)
    weights = xp.exp(values - greatest)
    total = xp.sum(weights, axis=-1, keepdims=True)
    return reader.maps(weights / total), (xp.log(total) + greatest)[:, 0]
