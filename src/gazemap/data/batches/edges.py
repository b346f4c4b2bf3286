"""Edges and corners of an image: what a network can learn to see before it has seen any gaze.

sobel       length of the gradient
canny       thin edges, 0 or 1 (Canny 1986)
harris      corners by determinant and trace of the structure tensor (Harris and Stephens 1988)
shi_tomasi  corners by the structure tensor's smaller eigenvalue (Shi and Tomasi 1994)

The filters are kornia's, at its default widths and thresholds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from gazemap.system.extras import require

if TYPE_CHECKING:
    from torch import Tensor

Filter = Literal["sobel", "canny", "harris", "shi_tomasi"]


def edges(image: NDArray[np.uint8], source: Filter) -> NDArray[np.float32]:
    """What a filter finds in an image, scaled so that its largest response is 1.

    The corner responses grow with the fourth and the second power of contrast; their roots, linear in
    contrast, leave more than the few strongest corners: our choice.

    Args:
        image: (H, W, 3), RGB.
        source: the filter.

    Returns:
        (H, W) in [0, 1]; zeros for an image of one color.

    Raises:
        MissingPackageError: kornia or torch is not installed.
    """
    require("kornia", "Finding edges")
    import torch

    gray = torch.from_numpy(image.copy()).permute(2, 0, 1)[None].float().div(255).mean(dim=1, keepdim=True)
    response = _respond(gray, source)[0, 0]
    top = response.max().clamp_min(1e-6)  # below that, rounding alone
    scaled: NDArray[np.float32] = (response / top).numpy()
    return scaled


def _respond(gray: Tensor, source: Filter) -> Tensor:
    from kornia.feature import gftt_response, harris_response
    from kornia.filters import canny, sobel

    if source == "sobel":
        return sobel(gray, eps=0.0)
    if source == "canny":
        return canny(gray)[1]
    if source == "harris":
        return harris_response(gray).clamp_min(0) ** 0.25
    return gftt_response(gray).clamp_min(0).sqrt()
