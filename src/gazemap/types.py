"""The types that every room uses, named once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Size = tuple[int, int]  # (height, width), in pixels
Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]  # (H, W, 3), RGB
Output = Literal["saliency", "log_density"]  # what a model's numbers mean
Fit = Literal["stretch", "letterbox", "crop"]  # how an image lies in a network's frame
AnyFloats = NDArray[np.floating]  # of any precision
Numbers = NDArray[Any] | Sequence[float]  # (n,), what a user may give for `Floats`
