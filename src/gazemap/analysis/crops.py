"""Crops: the part of an image of a given aspect that people look at most."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from gazemap.errors import InputError
from gazemap.gaze.areas import integral_image
from gazemap.gaze.shapes import Area
from gazemap.images.formats import FORMATS
from gazemap.images.opening import ImageSource
from gazemap.images.reading import using
from gazemap.system.files import refuse_source, replacing
from gazemap.system.writing import check_writable
from gazemap.types import Floats, Size

_EQUAL = 1e-9  # shares that differ by less are one share, summed in another order
_NUMBER = r"(\d{1,6}(?:\.\d{1,6})?)"
# Pillow's names of formats -> what crops of them are written in: their own, where that can be written. A
# photo with an inner preview (MPO) is a JPEG
_WRITTEN = {
    "JPEG": "JPEG",
    "MPO": "JPEG",
    "PNG": "PNG",
    "TIFF": "TIFF",
    "WEBP": "WebP",
    "BMP": "BMP",
    "GIF": "GIF",
    "AVIF": "AVIF",
    "JPEG2000": "JPEG 2000",
    "PPM": "PPM",
    "TGA": "TGA",
    "HEIF": "JPEG",
    "ICO": "PNG",
    "DIB": "BMP",
}
_PILLOW = {"WebP": "WEBP", "JPEG 2000": "JPEG2000"}
_SAVING = {"JPEG": {"quality": 95}, "WEBP": {"quality": 95}, "AVIF": {"quality": 90}}
_KEPT = ("icc_profile", "exif", "dpi")


@dataclass(frozen=True)
class Crop:
    """A crop and what it keeps.

    Attributes:
        x: its left edge, whole pixels of the image from 0.
        y: its upper edge.
        width: pixels.
        height: pixels.
        attention: the share of the density that it keeps, in [0, 1].
        area: its share of the image's area, in [0, 1].
    """

    x: int
    y: int
    width: int
    height: int
    attention: float
    area: float


def parse_aspect(text: str) -> Fraction:
    """Width over height, from a text such as "16:9", "1.91:1" or "1.5".

    Raises:
        InputError: another form, or zero.
    """
    match = re.fullmatch(rf"{_NUMBER}(?:[:/]{_NUMBER})?", text.strip())
    width, height = (Fraction(part or 1) for part in match.groups()) if match else (Fraction(0), Fraction(0))
    if not width or not height:
        raise InputError(f"An aspect must be WIDTH:HEIGHT, such as 16:9 or 1.91:1, got {text!r}.")
    return width / height


def parse_size(text: str) -> Size:
    """(height, width) in pixels, from a text with the width first, such as "1200x630".

    Raises:
        InputError: another form, zero, or sides over 20,000.
    """
    match = re.fullmatch(r"(\d{1,5})[xX](\d{1,5})", text.strip())
    size = (int(match[2]), int(match[1])) if match else (0, 0)
    if not 0 < min(size) <= max(size) <= 20_000:
        raise InputError(
            f"A size must be WIDTHxHEIGHT, up to 20000 pixels each, such as 1200x630, got {text!r}."
        )
    return size


def best_crop(
    density: NDArray[np.floating],
    aspect: Fraction,
    share: float | None = None,
    areas: Sequence[Area] = (),
) -> Crop:
    """The crop of an aspect that keeps most of a density. Every position is tried, so that it is exact.

    Width and height are the whole pixels nearest to the aspect. Without `share` the crop is the largest
    that fits; with it, the smallest whose best position keeps at least that share. Of positions that keep
    the same, within 1e-9, the one nearest to the image's center is taken, then the upper, then the left.

    Args:
        density: (H, W), sums to 1.
        aspect: width over height.
        share: of the density, in (0, 1].
        areas: which the crop must hold whole.

    Raises:
        InputError: a share out of range or that no crop of this aspect keeps, areas that none holds, or an
            aspect too extreme for the image.
    """
    if share is not None and not 0 < share <= 1:
        raise InputError(f"The share of attention to keep must be over 0 and at most 1, got {share:g}.")
    sizes = _Sizes(density.shape[0], density.shape[1], aspect)
    sums = integral_image(density)
    held = _Held.of(areas, sizes) if areas else None
    best = _best_position(sums, *sizes.at(sizes.largest), held)
    if best is None:
        assert held is not None
        height, width = sizes.at(sizes.largest)
        names = ", ".join(area.name for area in areas)
        raise InputError(
            f"No crop of this aspect holds {names} whole: together they take {held.right - held.left} x "
            f"{held.bottom - held.top} pixels, and the largest crop has {width} x {height}. Ask for fewer "
            "areas, or for another aspect."
        )
    if share is None:
        return best
    if best.attention < share - _EQUAL:
        holding = " that holds the areas" if areas else ""
        raise InputError(
            f"No crop of this aspect{holding} keeps {100 * share:g} % of the attention; the largest, "
            f"{best.width} x {best.height} pixels, keeps {100 * best.attention:.1f} %. Ask for less, or "
            "for another aspect."
        )
    # a larger crop holds every smaller one, so what the best position keeps never falls with the size
    low, high = 0, sizes.largest
    while high - low > 1:
        middle = (low + high) // 2
        crop = _best_position(sums, *sizes.at(middle), held)
        if crop is not None and crop.attention >= share - _EQUAL:
            best, high = crop, middle
        else:
            low = middle
    return best


@dataclass(frozen=True)
class _Sizes:
    """The crops' sizes of one aspect, by the pixels k of their longer side: 1, 2, ..., `largest`."""

    height: int
    width: int
    aspect: Fraction

    @property
    def largest(self) -> int:
        """The longer side of the largest crop that fits."""
        if self.aspect >= 1:
            sides, slim = min(self.width, _nearest(self.height * self.aspect)), 1 / self.aspect
        else:
            sides, slim = min(self.height, _nearest(self.width / self.aspect)), self.aspect
        if _nearest(sides * slim) < 1:
            raise InputError(
                f"An image of {self.width} x {self.height} pixels has no crop with width : height = "
                f"{float(self.aspect):g}. Choose a less extreme aspect."
            )
        return sides

    def at(self, k: int) -> Size:
        """(height, width) of the crop whose longer side is k."""
        if self.aspect >= 1:
            return min(max(_nearest(k / self.aspect), 1), self.height), k
        return k, min(max(_nearest(k * self.aspect), 1), self.width)


def _nearest(value: Fraction) -> int:
    return int(value + Fraction(1, 2))


@dataclass(frozen=True)
class _Held:
    """The whole pixels that a crop must hold, from the first to before the last."""

    top: int
    bottom: int
    left: int
    right: int

    @classmethod
    def of(cls, areas: Sequence[Area], image: _Sizes) -> _Held:
        """Those of the smallest box around some areas, which may reach out of the image by rounding."""
        boxes = [area.bounds for area in areas]
        return cls(
            max(math.floor(min(box.y for box in boxes)), 0),
            min(math.ceil(max(box.bottom for box in boxes)), image.height),
            max(math.floor(min(box.x for box in boxes)), 0),
            min(math.ceil(max(box.right for box in boxes)), image.width),
        )

    def places(self, height: int, width: int) -> tuple[slice, slice]:
        """The rows and columns in which a crop of a size can begin; empty where it is too small."""
        rows = slice(max(self.bottom - height, 0), self.top + 1)
        return rows, slice(max(self.right - width, 0), self.left + 1)


def _best_position(sums: Floats, height: int, width: int, held: _Held | None) -> Crop | None:
    """The best crop of a size; None where none of it holds what it must."""
    kept = sums[height:, width:] - sums[:-height, width:] - sums[height:, :-width] + sums[:-height, :-width]
    if held is not None:
        allowed = np.zeros(kept.shape, dtype=bool)
        allowed[held.places(height, width)] = True
        if not allowed.any():
            return None
        kept[~allowed] = -np.inf
    rows, columns = np.nonzero(kept >= kept.max() - _EQUAL)
    # twice the distance between the centers, in whole numbers, so that equal ones are equal
    down = 2 * rows + height - (sums.shape[0] - 1)
    across = 2 * columns + width - (sums.shape[1] - 1)
    nearest = np.argmin(down**2 + across**2)
    y, x = int(rows[nearest]), int(columns[nearest])
    area = height * width / ((sums.shape[0] - 1) * (sums.shape[1] - 1))
    return Crop(x, y, width, height, float(kept[y, x].clip(0, 1)), area)


def check_crop_file(image: Path, out: Path) -> None:
    """Refuse a file whose ending is not that of the image's own format, the image itself, and a closed place.

    Raises:
        InputError: another ending, or the image's own file.
        DataError: the image is missing or is no image.
        OutputError: nothing can be written there.
    """
    written = _WRITTEN[using(image, lambda opened: opened.format or "")]
    refuse_source(out, image)
    suffixes = next(format.endings for format in FORMATS if format.name == written)
    if out.suffix.lower() not in suffixes:
        raise InputError(
            f"A crop of {image.name} is a {written} file: its name must end in {', '.join(suffixes)}, "
            f"got {out}."
        )
    check_writable(out)


def write_crop(image: Path, crop: Crop, out: Path, size: Size | None = None) -> None:
    """Write a part of an image file in the image's own format, depth, resolution and color profile.

    The crop's coordinates are those of the upright image, and the file is written upright. EXIF is kept,
    except in TIFF. Of an animation only the first frame is kept. JPEG and WebP are encoded anew at
    quality 95.

    Args:
        image: the file.
        crop: a part of it.
        out: its name has an ending of the same format; a file that is there is replaced.
        size: (height, width) to resize the crop to, by Lanczos' filter.

    Raises:
        InputError: see `check_crop_file`.
        DataError: the image is missing or damaged.
        OutputError: `out` cannot be written.
    """
    check_crop_file(image, out)
    part, saving = _cropped(image, crop, size)
    with replacing(out) as temporary:
        part.save(temporary, **saving)


def crop_bytes(image: bytes, crop: Crop, size: Size | None = None) -> tuple[bytes, str]:
    """The same of an image file's bytes.

    Returns:
        the bytes of the crop's file, and its media type, such as "image/jpeg".

    Raises:
        DataError: the image is damaged.
    """
    part, saving = _cropped(image, crop, size)
    content = io.BytesIO()
    part.save(content, **saving)
    return content.getvalue(), Image.MIME[saving["format"]]


def _cropped(image: ImageSource, crop: Crop, size: Size | None) -> tuple[Image.Image, dict[str, Any]]:
    """The part of an image, and how it is saved."""
    upright, kind = using(image, lambda opened: (_upright(opened), opened.format or ""))
    kind = _PILLOW.get(_WRITTEN[kind], _WRITTEN[kind])
    part = upright.crop((crop.x, crop.y, crop.x + crop.width, crop.y + crop.height))
    if size is not None:
        part = _resized(part, size)
    kept = {name: upright.info[name] for name in _KEPT if upright.info.get(name)}
    return part, {"format": kind, **kept, **_SAVING.get(kind, {})}


def _upright(opened: Image.Image) -> Image.Image:
    opened.load()  # TIFFs are turned here, and say so in their EXIF only now
    return ImageOps.exif_transpose(opened)


def _resized(part: Image.Image, size: Size) -> Image.Image:
    if part.mode == "1":
        part = part.convert("L")
    elif part.mode == "P":  # numbers of colors cannot be averaged
        part = part.convert("RGBA" if "transparency" in part.info else "RGB")
    return part.resize(size[::-1], Image.Resampling.LANCZOS)
