"""How many fixations people make in some seconds, and how likely one of them lies in an area.

Both numbers are measured by docs/explanation/seen_in_time.py, and docs/how-to/areas.md says how well they do.
"""

from __future__ import annotations

import math

import numpy as np

from gazemap.errors import InputError
from gazemap.types import Floats

# fixations that begin within so many seconds, per observer and image: the mean of 5,948 trials of Scene.
# Later ones are cut off there by the end of the trials; people are taken to go on at the last second's rate
_SECONDS = np.arange(0, 2.5, 0.25)
_BEGUN = np.array([0, 0.352, 1.370, 2.141, 2.863, 3.558, 4.245, 4.944, 5.618, 6.274])
_RATE = float((_BEGUN[-1] - _BEGUN[-5]) / (_SECONDS[-1] - _SECONDS[-5]))  # per second

# which part of them counts as if it were independent of the others: people look at a place more than once
EFFECTIVE = 0.9


def check_seconds(seconds: float) -> None:
    """Refuse a time in which nothing is seen.

    Raises:
        InputError: it is not over 0, or infinite.
    """
    if not 0 < seconds < math.inf:
        raise InputError(f"The seconds within which areas are seen must be over 0, got {seconds}.")


def fixations_begun(seconds: float) -> float:
    """How many fixations an observer has begun on an image that has been there for so many seconds."""
    within = float(np.interp(seconds, _SECONDS, _BEGUN))
    return within + max(seconds - float(_SECONDS[-1]), 0.0) * _RATE


def seen_within(attention: Floats, seconds: float) -> Floats:
    """The probability that somebody looks at an area within so many seconds, (n,) in [0, 1].

    1 - (1 - attention)^n, with n the number of fixations that count as if they were independent.

    Args:
        attention: (n,), the shares of the density that fall on the areas.
        seconds: since the image appeared.
    """
    shares = np.clip(attention, 0.0, 1.0)
    found: Floats = 1 - (1 - shares) ** (EFFECTIVE * fixations_begun(seconds))
    return found
