"""What trackers write where the eye was not seen: NaN, (0, 0), (-1, -1), -32768, 1e8 and the like."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gazemap.types import Floats

_PAIRS = (0.0, -1.0, -99.0, -999.0, 999.0)  # signs where x and y are both this number
_ALONE = np.array(  # signs by themselves: no screen is that wide
    [
        *(sign * value for value in (9999, 99999, 999999, 1e7, 1e8, 32767, 32768, 1e38) for sign in (1, -1)),
        *(65535, 2.0**31 - 1, -(2.0**31), 2.0**32 - 1, np.inf, -np.inf),
    ]
)


def is_lost(x: Floats, y: Floats) -> NDArray[np.bool_]:
    """(n,): which points are not finite, or exactly what some tracker writes for a lost sample."""
    lost = ~(np.isfinite(x) & np.isfinite(y)) | np.isin(x, _ALONE) | np.isin(y, _ALONE)
    for value in _PAIRS:
        lost |= (x == value) & (y == value)
    return lost


def places(x: Floats, y: Floats) -> list[tuple[tuple[float, float], int]]:
    """The exact places of finite points and how many lie on each, the most common first."""
    finite = np.isfinite(x) & np.isfinite(y)
    if not finite.any():
        return []
    # a fixed order of equal counts: by x, then by y
    found, counts = np.unique(np.stack([x[finite], y[finite]], axis=1) + 0.0, axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return [((float(found[i, 0]), float(found[i, 1])), int(counts[i])) for i in order.tolist()]


def told(x: float, y: float) -> str:
    """A place in a message: "(-1, -1)"."""
    return f"({x:.6g}, {y:.6g})"
