"""Masks: images in which every gray value, or every color, is an area."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gazemap.analysis.masks import areas_meant
from gazemap.errors import DataError
from gazemap.gaze.shapes import Area
from gazemap.images.opening import ImageSource
from gazemap.images.reading import read_image, read_size, using
from gazemap.types import Size

_MAX_AREAS = 256
_LOSSY = ("JPEG", "MPO")  # WebP and others may be


def read_mask(source: ImageSource, size: Size) -> list[Area]:
    """The areas of a mask image, in the order of their values: "gray 255", "#ff0000".

    One of two areas may be lossy or have smooth edges, see `masks.areas_meant`.

    Args:
        source: an image file of flat colors, 8 or 16 bits; or its bytes.
        size: (H, W) that it must have.

    Raises:
        DataError: missing or damaged, of another size, or of more than 256 values.
    """
    name = "the mask" if isinstance(source, bytes) else str(source)
    found = read_size(source)
    if found != size:
        raise DataError(
            f"The mask must be as large as its image, {size[1]} x {size[0]} pixels, got {found[1]} x "
            f"{found[0]} from {name}."
        )
    deep, lossy = using(source, lambda image: (image.mode.startswith("I"), image.format in _LOSSY))
    if deep:
        values, labels = np.unique(_deep(source), return_inverse=True)
    elif meant := areas_meant(_packed(source), lossy=lossy):
        values, labels = meant
    else:
        raise DataError(
            f"A mask must have one flat value per area, but {name} has smooth edges or is compressed with "
            "losses: its areas cannot be told apart. Save it as PNG, without smooth edges (anti-aliasing)."
        )
    if len(values) > _MAX_AREAS:
        raise DataError(
            f"A mask must have one flat value per area, up to {_MAX_AREAS}, got {len(values):,} from "
            f"{name}. Save it as PNG, without smooth edges."
        )
    names = [f"gray {value}" if deep else _color_name(int(value)) for value in values]
    labels = labels.reshape(size)
    return [Area(name, pixels=labels == number) for number, name in enumerate(names)]


def _deep(source: ImageSource) -> NDArray[np.int64]:
    """(H, W) gray values of 16 bits, which `read_image` would cut to 8."""
    return using(source, lambda image: np.asarray(image).astype(np.int64))


def _packed(source: ImageSource) -> NDArray[np.int64]:
    """(H, W) one number per color, 0xrrggbb."""
    red, green, blue = read_image(source).astype(np.int64).transpose(2, 0, 1)
    packed: NDArray[np.int64] = red << 16 | green << 8 | blue
    return packed


def _color_name(value: int) -> str:
    red, green, blue = value >> 16, value >> 8 & 255, value & 255
    return f"gray {red}" if red == green == blue else f"#{value:06x}"
