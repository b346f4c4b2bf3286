"""What is refused where a density is wanted, and where counts of fixations are."""

from __future__ import annotations

from typing import Any

import numpy as np

from gazemap.errors import InputError
from gazemap.metrics.kernels.arrays import Array, in_main_memory, number
from gazemap.metrics.kernels.pixels import Pixels

_TIMES = 32  # as often as the least count of an image, at most, is its greatest in a picture of counts
_WHITE = 255, 65535


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


def refuse_negative_map(pixels: Pixels, name: str) -> None:
    """Refuse a prediction with values below 0, where shares of it are wanted.

    Raises:
        InputError: a log density, or another map with negative values; gives the least.
    """
    refuse_log_density(pixels, name)
    negative = pixels.low < 0
    if bool(pixels.xp.any(negative)):
        least = number(pixels.xp.min(pixels.low[negative]))
        raise InputError(
            f"{name} holds negative values (the least is {least:.3g}), which have no share of a sum. Make a "
            "density of it (gazemap.metrics.to_density), or score it by the protocol 'tuebingen', which "
            "raises them to 0."
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


def check_counts(xp: Any, counts: Array, name: str) -> None:  # noqa: ANN401 - NumPy or PyTorch
    """Refuse what is no count; zeros may be left out.

    Raises:
        InputError: negative values, fractions, NaN or infinity; gives the first.
    """
    with np.errstate(invalid="ignore"):
        wrong = ~((counts >= 0) & (xp.floor(counts) == counts) & (counts < np.inf))
    if bool(xp.any(wrong)):
        raise InputError(
            f"{name} must hold counts of fixations (0, 1, 2, ...), got {number(counts[wrong][0]):.6g}. "
            "Pass the fixated pixels or points; blurred fixations are a density."
        )


def refuse_brightness(found: list[tuple[Array, Array]], dtype: object, name: str) -> None:
    """Refuse the brightnesses of a picture in the place of counts: a density, or a lossy file.

    A picture of two values is taken, and of whole multiples of the least: such weights give the scores of
    the counts that are meant. It is a picture if it has 8 or 16 bits, or if its greatest value is white.

    Args:
        found: of every image, the fixated pixels and their counts.
        dtype: of the map that was given.
        name: of the argument, for messages.

    Raises:
        InputError: such brightnesses; says how many values there are.
    """
    for _, counts in found:
        most = number(counts.max()) if len(counts) else 0.0
        if most <= _TIMES or not (most in _WHITE or str(dtype).endswith(("uint8", "uint16"))):
            continue
        levels = np.unique(in_main_memory(counts))
        if most > _TIMES * levels[0] or (levels % levels[0]).any():
            raise InputError(
                f"{name} must hold counts of fixations (0, 1, 2, ...), got {len(levels)} different values "
                f"from {levels[0]:.0f} to {most:.0f}, as a picture has: a density, or a file with lossy "
                "compression. gazemap.Fixations.of_pixels reads the latter; true counts are taken as int64."
            )
