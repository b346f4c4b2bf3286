"""Resizing maps: bilinear, bicubic as MATLAB's imresize does it, and by splines as the SALICON tool."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

import array_api_compat
import numpy as np
from numpy.typing import NDArray

from gazemap.errors import check_name
from gazemap.system.array_cache import keeping
from gazemap.system.array_pool import POOL
from gazemap.types import Floats, Size

if TYPE_CHECKING:
    from torch import Tensor

Interpolation = Literal["bilinear", "bicubic", "spline"]


@overload
def resize(values: Tensor, size: Size, interpolation: Interpolation = "bilinear") -> Tensor: ...
@overload
def resize(
    values: NDArray[Any] | Sequence[Any], size: Size, interpolation: Interpolation = "bilinear"
) -> Floats: ...
def resize(
    values: NDArray[Any] | Sequence[Any] | Tensor, size: Size, interpolation: Interpolation = "bilinear"
) -> Floats | Tensor:
    """(h, w) or (B, h, w) -> `size` (H, W), float64.

    Args:
        values: an array, a tensor or nested lists.
        size: (H, W).
        interpolation: "bilinear", antialiased where it shrinks, which stays within the range of
            the values; "bicubic", MATLAB's `imresize` (a = -0.5, antialiased); or "spline",
            `scipy.ndimage.zoom` of order 3, as the SALICON tool. The last two may fall below the
            least value and rise above the greatest.

    Raises:
        InputError: another interpolation.
    """
    array: Any = values if array_api_compat.is_torch_array(values) else np.asarray(values)
    resized: Floats | Tensor = _resized(array, size, interpolation)
    return resized


def _resized(values: Any, size: Size, interpolation: Interpolation) -> Any:  # noqa: ANN401 - of either library
    is_tensor = array_api_compat.is_torch_array(values)
    values = values.double() if is_tensor else POOL.cast(values, np.float64)
    (into_height, into_width), (height, width) = values.shape[-2:], size
    if (into_height, into_width) == size:
        return values
    check_name("interpolation", interpolation, (*_KERNELS, "spline"))
    weights = [
        _spline_axis(out, into) if interpolation == "spline" else _axis(out, into, into / out, interpolation)
        for out, into in ((height, into_height), (width, into_width))
    ]
    if not is_tensor:
        return _product(weights[0], values, weights[1])
    # copied, because PyTorch takes no arrays that are read-only
    down, across = (values.new_tensor(matrix.copy()) for matrix in weights)
    return down @ values @ across.T


def _product(down: Floats, values: Floats, across: Floats) -> Floats:
    """The product down @ values @ across.T, of (h, w) or (B, h, w) values."""
    rows = POOL.empty((*values.shape[:-2], len(down), values.shape[-1]))
    product = POOL.empty((*rows.shape[:-1], len(across)))
    return np.matmul(np.matmul(down, values, out=rows), across.T, out=product)


def size_of_length(size: Size, length: int) -> Size:
    """(H, W) of the same aspect, to the nearest pixel, whose longer side is `length`; at least 1 x 1."""
    ratio = length / max(size)
    return max(round(size[0] * ratio), 1), max(round(size[1] * ratio), 1)


def shrink(values: NDArray[np.floating], factor: float) -> Floats:
    """(h, w) -> (ceil(h / factor), ceil(w / factor)): MATLAB's `imresize(values, 1 / factor)`, bicubic."""
    down, across = (_axis(int(np.ceil(side / factor)), side, factor, "bicubic") for side in values.shape)
    return _product(down, values.astype(np.float64, copy=False), across)


@keeping(256 * 2**20)
def _axis(out: int, into: int, scale: float, interpolation: Interpolation) -> Floats:
    """(out, into) weights of the kernel around half-pixel centers, `scale` pixels of `into` apart.

    The latest are kept, up to 256 MiB.
    """
    stretch = max(scale, 1.0)
    kernel, support = _KERNELS[interpolation]
    centers = (np.arange(out) + 0.5) * scale - 0.5
    reach = int(np.ceil(support * stretch)) + 1
    taps = np.floor(centers)[:, None].astype(int) + np.arange(-reach, reach + 1)
    weights = kernel(np.abs(taps - centers[:, None]) / stretch)
    if interpolation == "bilinear":  # Pillow leaves taps beyond an edge out, MATLAB repeats the edge
        weights[(taps < 0) | (taps >= into)] = 0
    matrix = np.zeros((out, into))
    rows = np.broadcast_to(np.arange(out)[:, None], taps.shape)
    np.add.at(matrix, (rows, taps.clip(0, into - 1)), weights / weights.sum(axis=1, keepdims=True))
    return matrix


@keeping(256 * 2**20)
def _spline_axis(out: int, into: int) -> Floats:
    """(out, into) weights of the cubic spline through the pixels' centers, from the first to the last.

    Beyond them the pixels are mirrored at the first and the last center, as by `scipy.ndimage.zoom`.
    """
    at = np.linspace(0, into - 1, out)
    return np.asarray(np.linalg.solve(_b_splines(np.arange(into), into).T, _b_splines(at, into).T).T)


def _b_splines(at: NDArray[Any], into: int) -> Floats:
    """(len(at), into): how much of each pixel's cubic B-spline lies at a place."""
    taps = np.floor(at)[:, None].astype(int) + np.arange(-1, 3)
    distance = np.abs(taps - at[:, None])
    near = (4 - 6 * distance**2 + 3 * distance**3) / 6
    weights = np.where(distance <= 1, near, np.maximum(2 - distance, 0) ** 3 / 6)
    mirrored = np.abs(taps) if into > 1 else np.zeros_like(taps)
    mirrored = np.where(mirrored < into, mirrored, np.abs(2 * (into - 1) - mirrored))
    matrix = np.zeros((len(at), into))
    np.add.at(matrix, (np.arange(len(at))[:, None], mirrored.clip(0, into - 1)), weights)
    return matrix


def _triangle(distance: Floats) -> Floats:
    return np.maximum(1.0 - distance, 0.0)


def _cubic(distance: Floats) -> Floats:
    """Keys' convolution kernel with a = -0.5."""
    near = (1.5 * distance - 2.5) * distance**2 + 1
    far = ((-0.5 * distance + 2.5) * distance - 4) * distance + 2
    return np.where(distance <= 1, near, np.where(distance <= 2, far, 0.0))


_KERNELS = {"bilinear": (_triangle, 1.0), "bicubic": (_cubic, 2.0)}


def resize_8_bit(values: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    """(h, w) or (B, h, w) uint8 -> `size` (H, W) uint8: bicubic as Pillow does it."""
    if values.ndim == 3:
        return np.stack([resize_8_bit(one, size) for one in values])
    from PIL import Image

    height, width = size
    return np.asarray(Image.fromarray(values).resize((width, height), Image.Resampling.BICUBIC))
