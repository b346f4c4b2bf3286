"""What is refused where a density is wanted: log densities, negative values, sums that are not 1."""

from __future__ import annotations

from gazemap.errors import InputError
from gazemap.metrics.kernels.arrays import Array, number
from gazemap.metrics.kernels.pixels import Pixels


def refuse_negative(density: Pixels, name: str) -> None:
    """Refuse a truth with values below 0: it is a log density, or was filtered without care.

    Raises:
        InputError: such a map; gives its least value.
    """
    negative = density.low < 0
    if bool(density.xp.any(negative)):
        least = number(density.xp.min(density.low[negative]))
        raise InputError(
            f"{name} holds negative values (the least is {least:.3g}); a density is 0 or more. Pass the "
            "exponential of a log density (gazemap.metrics.exponentiate); cut off what a filter left "
            f"below 0 (numpy.maximum({name}, 0))."
        )


def refuse_log_density(pixels: Pixels, name: str) -> None:
    """Refuse a map that is nowhere above 0 and somewhere below, where a density is wanted.

    Raises:
        InputError: such a map.
    """
    if bool(pixels.xp.any(is_below_zero(pixels))):
        raise InputError(
            f"{name} must be 0 or more, but has no value above 0, as a log density has none. "
            "Pass its exponential (gazemap.metrics.exponentiate)."
        )


def is_below_zero(pixels: Pixels) -> Array:
    """(B,): which maps are nowhere above 0 and somewhere below, as log densities are."""
    has_negative = pixels.low < 0
    if not bool(pixels.xp.any(has_negative)):
        return has_negative  # spares the search for the greatest value
    return has_negative & (pixels.high <= 0)


def check_density(density: Pixels, name: str) -> None:
    """Refuse what is no density.

    Raises:
        InputError: a log density, or a map that does not sum to 1; gives its sum.
    """
    refuse_log_density(density, name)
    xp = density.xp
    sums = xp.where(xp.isnan(density.low), 1.0, density.sum)  # NaN gives NaN
    least, worst = number(xp.min(density.low)), number(sums[xp.argmax(xp.abs(sums - 1.0))])
    if least < 0 or not abs(worst - 1.0) < 1e-3:
        raise InputError(
            f"{name} must be a density: non-negative, sum 1. Its sum is {worst:.6g}, its "
            f"least value {least:.3g}. gazemap.metrics.to_density makes one of a saliency map."
        )
