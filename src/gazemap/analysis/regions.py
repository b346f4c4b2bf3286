"""Regions: how much of the attention falls on each part of an image, and how much more than by chance."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.stats import rankdata

from gazemap.errors import DataError, InputError
from gazemap.gaze.areas import Box, box_sums, check_inside, check_names
from gazemap.images.reading import read_image, read_size
from gazemap.system.files import write_text
from gazemap.types import Floats

_MAX_REGIONS = 256
_SUFFIXES = (".csv", ".json")


@dataclass(frozen=True)
class RegionShare:
    """What falls on one region.

    Attributes:
        name: of the region.
        rank: 1 for the greatest share; equal shares have one rank.
        share: of the density, in [0, 1].
        area: share of the image's area, in (0, 1].
        ratio: share / area: how many times as much as if all pixels were looked at alike.
    """

    name: str
    rank: int
    share: float
    area: float
    ratio: float


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
    """The share of a density in each box, greatest first; where boxes overlap, both count it.

    Args:
        density: (H, W), sums to 1.
        boxes: inside of it; an edge may cut a pixel.

    Raises:
        InputError: boxes that reach out of the density, or two of one name.
    """
    check_names(boxes)
    check_inside(boxes, (density.shape[0], density.shape[1]))
    areas = np.array([box.width * box.height for box in boxes]) / density.size
    return _ranked([box.name for box in boxes], box_sums(density, boxes), areas)


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
    return _ranked(mask.names, shares, np.bincount(labels, minlength=count).astype(np.float64) / density.size)


def read_mask(path: Path, size: tuple[int, int]) -> Mask:
    """A mask image: every gray value, or every color, is a region.

    Args:
        path: an image of flat colors, 8 or 16 bits.
        size: (H, W) that it must have.

    Raises:
        DataError: missing or damaged, of another size, or of more than 256 values.
    """
    found = read_size(path)
    if found != size:
        raise DataError(
            f"{path} is {found[1]} x {found[0]} pixels, its image {size[1]} x {size[0]}; "
            "a mask has its image's size."
        )
    with Image.open(path) as image:
        deep = image.mode.startswith("I")
    values, labels = np.unique(_deep(path) if deep else _packed(path), return_inverse=True)
    if len(values) > _MAX_REGIONS:
        raise DataError(
            f"{path} has {len(values):,} values; a mask has one flat value for each of up to "
            f"{_MAX_REGIONS} regions. Save it as PNG, without smooth edges."
        )
    names = tuple(f"gray {value}" if deep else _color_name(int(value)) for value in values)
    return Mask(names, labels.reshape(size))


def check_table(path: Path) -> None:
    """Refuse a name that no table of shares can have.

    Raises:
        InputError: neither .csv nor .json.
    """
    if path.suffix.lower() not in _SUFFIXES:
        raise InputError(f"{path} cannot be a table of regions: its name must end in .csv or .json.")


def write_shares(shares: Sequence[RegionShare], path: Path) -> None:
    """Write shares with all digits as CSV, or as a JSON list, as the name ends.

    Raises:
        InputError: another ending.
        OutputError: it cannot be written.
    """
    check_table(path)
    rows = [asdict(share) for share in shares]
    if path.suffix.lower() == ".json":
        write_text(path, json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
        return
    content = io.StringIO()
    writer = csv.DictWriter(content, [field.name for field in fields(RegionShare)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, content.getvalue())


def _ranked(names: Sequence[str], shares: Floats, areas: Floats) -> list[RegionShare]:
    # sums taken in another order differ in their last digits, which must not decide a rank
    ranks = rankdata(-shares.round(12), method="min").astype(int)
    rows = zip(names, ranks.tolist(), shares.tolist(), areas.tolist(), (shares / areas).tolist(), strict=True)
    return sorted((RegionShare(*row) for row in rows), key=lambda row: row.rank)


def _deep(path: Path) -> NDArray[np.int64]:
    """(H, W) gray values of 16 bits, which `read_image` would cut to 8."""
    with Image.open(path) as image:
        try:
            return np.asarray(image).astype(np.int64)
        except (OSError, SyntaxError, ValueError) as error:
            raise DataError(
                f"{path} is damaged and cannot be decoded ({error}). Replace the file."
            ) from error


def _packed(path: Path) -> NDArray[np.int64]:
    """(H, W) one number a color, 0xrrggbb."""
    red, green, blue = read_image(path).astype(np.int64).transpose(2, 0, 1)
    packed: NDArray[np.int64] = red << 16 | green << 8 | blue
    return packed


def _color_name(value: int) -> str:
    red, green, blue = value >> 16, value >> 8 & 255, value & 255
    return f"gray {red}" if red == green == blue else f"#{value:06x}"
