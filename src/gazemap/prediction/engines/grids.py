"""What every engine does: images as they lie in a network's frame -> the network's grids."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import WeightsError
from gazemap.types import Output

# uint8 (N, 3, H, W), RGB, at the network's input size -> float32 (N, h, w); several threads may call it
Engine = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


def in_range(
    grids: NDArray[np.float32], name: str, output: Output, target_range: tuple[float, float]
) -> NDArray[np.float32]:
    """What a network put out, a regression's mapped from its `target_range` back to [0, 1].

    Args:
        grids: (N, h, w).
        name: of the model, for the message.
        output: what the grids hold.
        target_range: the values between which a regression network's targets were scaled.

    Raises:
        WeightsError: NaN or infinity; the weights are damaged.
    """
    if not np.isfinite(grids).all():
        raise WeightsError(
            f"{name} puts out numbers that are not finite. Its weights are damaged, or its "
            "training went wrong: take other weights."
        )
    low, high = target_range
    if output == "log_density" or (low, high) == (0, 1):
        return grids
    return (grids - low) / (high - low)
