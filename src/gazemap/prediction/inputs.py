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
from gazemap.images.brightness import Found, levels
from gazemap.images.opening import MAX_PIXELS, local_path
from gazemap.images.reading import DecodedImage, Needed, decoded, read_image, read_reduced
from gazemap.types import Pixels

if TYPE_CHECKING:
    from torch import Tensor

ImageLike: TypeAlias = "str | os.PathLike[str] | bytes | Image.Image | NDArray[Any] | Tensor"

_CHANNELS = (1, 3, 4)
_NEAR = 1e-3 + 1e-6  # beyond [0, 1], which rounding leaves
_OVERSHOT = 0.5  # beyond [0, 1], which resizing by cubic kernels leaves
_ACCEPTED = (
    "Give a path, a file's bytes, a Pillow image, a NumPy array or a tensor: arrays of shape (H, W), "
    "(H, W, 1), (H, W, 3) or (H, W, 4), or with the channels first, in uint8, uint16, other whole numbers "
    "in [0, 255], bool or floats in [0, 1]."
)


def as_pixels(image: ImageLike) -> Pixels:
    """Any accepted image as uint8 RGB (H, W, 3).

    Args:
        image: a path, a file's bytes, or a Pillow image of any mode, whose EXIF orientation is applied;
            or an array or tensor, on any device, RGB, gray, or RGB with alpha: (H, W, 3), (H, W),
            (H, W, 1) or (H, W, 4), or with the channels first; uint8, uint16 (65535 is white, unless
            nearly all is below a sixteenth of it, see `brightness`), other whole numbers in [0, 255],
            bool (True is white) or floats in [0, 1]. Of (3, H, 3) a tensor has its channels first, an
            array last. Gray is repeated, alpha is laid on white.

    Raises:
        DataError: the file or Pillow image is missing, damaged or too large.
        InputError: anything else; says what it is and what can be given.
    """
    source = _source(image)
    return read_image(source) if source is not None else _in_memory(image).pixels


def as_needed_pixels(image: ImageLike, needed: Needed) -> DecodedImage:
    """As `as_pixels`, but a JPEG file, or its bytes, at a fraction of its size, see `read_reduced`."""
    source = _source(image)
    return read_reduced(source, needed) if source is not None else _in_memory(image)


def _source(image: ImageLike) -> Path | bytes | None:
    """The file, or its bytes; None where the image is in memory already."""
    if isinstance(image, bytes):
        return image
    return local_path(os.fspath(image)) if isinstance(image, str | os.PathLike) else None


def _in_memory(image: ImageLike) -> DecodedImage:
    if isinstance(image, Image.Image):
        return decoded(image)
    if array_api_compat.is_torch_array(image):
        return _of_array(_channels_last(_numpy(image), are_first=True))
    if isinstance(image, np.ndarray):
        return _of_array(_channels_last(_unmasked(image), are_first=False))
    is_list = isinstance(image, list | tuple)
    advice = "Make an array of it: np.asarray(image, np.uint8). " if is_list else ""
    raise InputError(f"An image must not be of type {type(image).__name__}. {advice}{_ACCEPTED}")


def _numpy(tensor: Tensor) -> NDArray[Any]:
    tensor = tensor.detach().cpu()
    return (tensor.float() if tensor.is_floating_point() else tensor).numpy()  # NumPy has no bfloat16


def _unmasked(values: NDArray[Any]) -> NDArray[Any]:
    if isinstance(values, np.ma.MaskedArray):
        hidden = int(np.ma.getmaskarray(values).sum())
        if hidden:
            raise InputError(
                f"An image array must have all of its values, but {hidden:,} of {values.size:,} are masked. "
                "Say what is there, as in image.filled(0)."
            )
        return np.asarray(values.data)
    return values


def _channels_last(values: NDArray[Any], *, are_first: bool) -> NDArray[Any]:
    """(C, H, W) as (H, W, C).

    Args:
        values: an array of any shape.
        are_first: what is taken where both ends could be channels, and the first are three.
    """
    if values.ndim != 3 or values.shape[0] not in _CHANNELS:
        return values
    is_first = values.shape[2] > 4 or (are_first and values.shape[0] == 3)
    return values.transpose(1, 2, 0) if is_first else values


def _of_array(values: NDArray[Any]) -> DecodedImage:
    channels = values.shape[2] if values.ndim == 3 else 1
    if values.ndim not in (2, 3) or channels not in _CHANNELS or not values.size:
        raise InputError(
            f"An image array must not have the shape {values.shape}. {_advice(values)}{_ACCEPTED}"
        )
    height, width = values.shape[:2]
    if height * width > MAX_PIXELS:
        raise InputError(
            f"An image array must have up to {MAX_PIXELS:,} pixels, got the shape {values.shape}."
        )
    pixels, notes = _eight_bits(values)
    if channels != 3:
        pixels = decoded(
            Image.fromarray(pixels[..., 0] if channels == 1 and values.ndim == 3 else pixels)
        ).pixels
    return DecodedImage(pixels, (height, width), notes)


def _advice(values: NDArray[Any]) -> str:
    if values.ndim == 4:
        return "Take image[0]. " if len(values) == 1 else "Give several images as a list. "
    if values.ndim == 3 and 2 in (values.shape[0], values.shape[2]):
        return "Gray with alpha: give the gray channel alone. "
    return ""


def _eight_bits(values: NDArray[Any]) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """The array in uint8, and what was assumed."""
    kind = values.dtype.kind
    if values.dtype == np.uint8:
        return values, ()
    if values.dtype == np.uint16:
        return _sixteen_bits(values)
    if kind == "b":
        return values.astype(np.uint8) * np.uint8(255), ()
    if kind in "iu":
        least, most = int(values.min()), int(values.max())
        if not (least >= 0 and most <= 255) or most == 1:
            advice = "As a mask, give it as bool" if (least, most) == (0, 1) else "Give uint16, or scale them"
            raise InputError(
                f"An image array of {values.dtype} must be in [0, 255], got values from {least} to {most}. "
                f"{advice}."
            )
        return values.astype(np.uint8), ()
    if kind == "f":
        low, high = float(values.min()), float(values.max())
        if not (low >= -_NEAR and high <= 1 + _NEAR):  # NaN is refused too
            raise InputError(
                f"An image array of {values.dtype} must be in [0, 1], got values from {low:.8g} to "
                f"{high:.8g}. {_remedy(low, high)}"
            )
        return np.asarray(np.rint(values.clip(0, 1) * 255), dtype=np.uint8), ()
    hint = "Its rows may be of unequal lengths. " if kind == "O" else ""
    raise InputError(f"An image array must not be of type {values.dtype}. {hint}{_ACCEPTED}")


def _remedy(low: float, high: float) -> str:
    if np.isnan(low):
        return "Replace NaN, as np.nan_to_num does."
    if low >= -_OVERSHOT and high <= 1 + _OVERSHOT:
        return "Resizing overshoots like this: clip them, as in image.clip(0, 1)."
    return "Divide them by the value of white, or convert them to uint8."


def _sixteen_bits(values: NDArray[np.uint16]) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """65535 is white, unless the image is far too dark for that; alpha is not counted."""
    colors = values[..., :3] if values.shape[2:] == (4,) else values
    found = Found(colors.size)
    found.add(colors)
    chosen = levels(found, "uint16", None)
    pixels = chosen.shown(values)
    if colors.shape != values.shape:
        pixels[..., 3] = values[..., 3] >> 8
    return pixels, chosen.notes
