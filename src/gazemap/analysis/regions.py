"""Regions: how much of the attention falls on each part of an image, and how much more than by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazemap.analysis.masks import regions_meant
from gazemap.errors import DataError, InputError
from gazemap.gaze.areas import Box, box_sums, check_inside, check_names
from gazemap.images.opening import ImageSource
from gazemap.images.reading import read_image, read_size, using
from gazemap.types import Floats, Size

_MAX_REGIONS = 256
_LOSSY = ("JPEG", "MPO")  # WebP and others may be


@dataclass(frozen=True)
class RegionShare:
    """The attention on one region. The names are the columns of the table, on screen and in files.

    Attributes:
        name: of the region.
        rank: 1 for the greatest share of attention; equal shares have one rank.
        attention: the share of the density that falls on the region, in [0, 1].
        area: the region's share of the fold's area, in (0, 1].
        times_chance: attention / area: 1 where the region is looked at as often as if all pixels were alike.
        x: the left edge of the region, or of a mask's region's bounding box; pixels of the image from 0.
        y: its upper edge.
        width: in pixels.
        height: in pixels.
        fold: the fold that it lies in, of which all of these are shares; 1 of an image that is seen at once.
    """

    name: str
    rank: int
    attention: float
    area: float
    times_chance: float
    x: float
    y: float
    width: float
    height: float
    fold: int = 1


@dataclass(frozen=True, eq=False)
class Mask:
    """An image cut into regions without gaps or overlaps.

    Attributes:
        names: of the regions: "gray 255", "#ff0000".
        labels: (H, W) integers, the number of each pixel's region in `names`.
    """

    names: tuple[str, ...]
    labels: NDArray[np.intp]


def box_shares(density: NDArray[np.floating], boxes: Sequence[Box]) -> list[RegionShare]:
    """The share of a density in each box, greatest first. Where boxes overlap, both count it.

    Args:
        density: (H, W), sums to 1.
        boxes: inside of it; an edge may cut a pixel.

    Raises:
        InputError: boxes that reach out of the density, or two of one name.
    """
    check_names(boxes)
    check_inside(boxes, (density.shape[0], density.shape[1]))
    areas = np.array([box.width * box.height for box in boxes]) / density.size
    return _ranked(boxes, box_sums(density, boxes), areas)


def mask_shares(density: NDArray[np.floating], mask: Mask) -> list[RegionShare]:
    """The share of a density in each region of a mask of its size, greatest first; they sum to 1.

    Args:
        density: (H, W), sums to 1.
        mask: of the same size.

    Raises:
        InputError: another size.
    """
    if mask.labels.shape != density.shape:
        raise InputError(f"The mask must be of the density's shape {density.shape}, got {mask.labels.shape}.")
    labels, count = mask.labels.ravel(), len(mask.names)
    shares = np.bincount(labels, density.ravel(), count).astype(np.float64)
    areas = np.bincount(labels, minlength=count).astype(np.float64) / density.size
    return _ranked(_bounding_boxes(mask), shares, areas)


def read_mask(source: ImageSource, size: Size) -> Mask:
    """A mask image: every gray value, or every color, is a region.

    One of two regions may be lossy or have smooth edges, see `masks.regions_meant`.

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
    elif found_regions := regions_meant(_packed(source), lossy=lossy):
        values, labels = found_regions
    else:
        raise DataError(
            f"A mask must have one flat value per region, but {name} has smooth edges or is compressed with "
            "losses: its regions cannot be told apart. Save it as PNG, without smooth edges (anti-aliasing)."
        )
    if len(values) > _MAX_REGIONS:
        raise DataError(
            f"A mask must have one flat value per region, up to {_MAX_REGIONS}, got {len(values):,} from "
            f"{name}. Save it as PNG, without smooth edges."
        )
    names = tuple(f"gray {value}" if deep else _color_name(int(value)) for value in values)
    return Mask(names, labels.reshape(size))


def _ranked(boxes: Sequence[Box], attention: Floats, areas: Floats) -> list[RegionShare]:
    """Rows in order of their ranks.

    Args:
        boxes: the regions, or the boxes around them.
        attention: (n,), in [0, 1].
        areas: (n,), in (0, 1].
    """
    # sums taken in another order differ in their last digits, which must not decide a rank
    falling = -attention.round(12)
    ranks = 1 + np.searchsorted(np.sort(falling), falling)
    numbers = zip(
        ranks.tolist(), attention.tolist(), areas.tolist(), (attention / areas).tolist(), strict=True
    )
    rows = (
        RegionShare(box.name, *row, box.x, box.y, box.width, box.height)
        for box, row in zip(boxes, numbers, strict=True)
    )
    return sorted(rows, key=lambda row: row.rank)


def _bounding_boxes(mask: Mask) -> list[Box]:
    """The smallest box around each region, in the order of the names."""
    found = []
    for number, name in enumerate(mask.names):
        inside = mask.labels == number
        (top, bottom), (left, right) = (
            np.flatnonzero(inside.any(axis=axis))[[0, -1]].tolist() for axis in (1, 0)
        )
        found.append(Box(name, left, top, right - left + 1, bottom - top + 1))
    return found


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
