"""What people hand over as an image -> uint8 RGB (H, W, 3)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import array_api_compat
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazemap.errors import InputError
from gazemap.images.reading import MAX_PIXELS, Needed, pixels_of, read_image, read_reduced
from gazemap.types import Pixels, Size

if TYPE_CHECKING:
    from torch import Tensor

ImageLike: TypeAlias = "str | os.PathLike[str] | bytes | Image.Image | NDArray[Any] | Tensor"

_CHANNELS = (1, 3, 4)
_ACCEPTED = (
    "Give a path, a file's bytes, a Pillow image, a NumPy array or a tensor: arrays of shape (H, W), "
    "(H, W, 1), (H, W, 3) or (H, W, 4), tensors also of (3, H, W), in uint8, uint16 or floats in [0, 1]."
)


def as_pixels(image: ImageLike) -> Pixels:
    """Any accepted image as uint8 RGB (H, W, 3).

    Args:
        image: a path, a file's bytes, or a Pillow image of any mode, whose EXIF orientation is applied;
            or an array, RGB, gray, or RGB with alpha: (H, W, 3), (H, W), (H, W, 1) or (H, W, 4), uint8,
            uint16 (65535 is white) or floats in [0, 1]; or such a tensor, on any device, where the
            channels may come first. Of (3, H, 3) they do. Gray is repeated, alpha is laid on white.

    Raises:
        DataError: the file or Pillow image is missing, damaged or too large.
        InputError: anything else; says what it is and what can be given.
    """
    source = _source(image)
    if source is not None:
        return read_image(source)
    if isinstance(image, Image.Image):
        return pixels_of(image)
    if array_api_compat.is_torch_array(image):
        image = _channels_last(image)
    if isinstance(image, np.ndarray):
        return _array_pixels(image)
    raise InputError(f"An image must not be of type {type(image).__name__}. {_ACCEPTED}")


def as_needed_pixels(image: ImageLike, needed: Needed) -> tuple[Pixels, Size]:
    """As `as_pixels`, but a JPEG file, or its bytes, at a fraction of its size, see `read_reduced`.

    Returns:
        (h, w, 3), and the image's own (H, W).
    """
    source = _source(image)
    if source is not None:
        return read_reduced(source, needed)
    pixels = as_pixels(image)
    return pixels, (pixels.shape[0], pixels.shape[1])


def _source(image: ImageLike) -> Path | bytes | None:
    """The file, or its bytes; None where the image is in memory already."""
    if isinstance(image, str) and "://" in image:
        raise InputError(
            f"{image!r} is an address; nothing is downloaded. Save the image, and give its path."
        )
    if isinstance(image, bytes):
        return image
    return Path(image) if isinstance(image, str | os.PathLike) else None


def _channels_last(tensor: Tensor) -> NDArray[Any]:
    tensor = tensor.detach().cpu()
    tensor = tensor.float() if tensor.is_floating_point() else tensor  # NumPy has no bfloat16
    first, last = (tensor.shape[0], tensor.shape[2]) if tensor.ndim == 3 else (0, 0)
    is_first = first == 3 or (first in _CHANNELS and last not in _CHANNELS)
    return (tensor.permute(1, 2, 0) if is_first else tensor).numpy()


def _array_pixels(values: NDArray[Any]) -> Pixels:
    channels = values.shape[2:] or (1,)
    if values.ndim not in (2, 3) or channels[0] not in _CHANNELS or not values.size:
        several = " Give several images as a list." if values.ndim == 4 else ""
        raise InputError(f"An image array must not have the shape {values.shape}. {_ACCEPTED}{several}")
    if values.shape[0] * values.shape[1] > MAX_PIXELS:
        raise InputError(
            f"An image array must have up to {MAX_PIXELS:,} pixels, got the shape {values.shape}."
        )
    picture = _eight_bits(values)
    if channels == (3,):
        return picture
    return pixels_of(Image.fromarray(picture[..., 0] if channels == (1,) and values.ndim == 3 else picture))


def _eight_bits(values: NDArray[Any]) -> NDArray[np.uint8]:
    if values.dtype == np.uint8:
        return values
    if values.dtype == np.uint16:
        return np.asarray((values.astype(np.uint32) + 128) // 257, dtype=np.uint8)  # 257: 65535 / 255
    if np.issubdtype(values.dtype, np.floating):
        low, high = float(values.min()), float(values.max())
        if not (low >= 0 and high <= 1):  # NaN is refused too
            raise InputError(
                f"An image array of {values.dtype} must be in [0, 1], got values from {low:g} to {high:g}. "
                "Divide them by the value of white, or convert them to uint8."
            )
        return np.asarray(np.rint(values * 255), dtype=np.uint8)
    raise InputError(f"An image array must not be of type {values.dtype}. {_ACCEPTED}")
