"""Image files -> uint8 RGB, upright; every format that a photo comes in, or a clear refusal."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image
from PIL.TiffTags import TAGS_V2_GROUPS

from gazemap.errors import DataError
from gazemap.images.conversion import Facts, facts_of, is_dark, other_byte, to_rgb
from gazemap.images.mending import mended, png_chunks
from gazemap.images.opening import (
    LARGE,
    DamagedError,
    ImageSource,
    check_size,
    name_of,
    opened,
    quietly,
    refusing,
)
from gazemap.types import Pixels, Size

_SIDEWAYS = frozenset((5, 6, 7, 8))
_DRAFTED = ("JPEG", "MPO")  # which Pillow can decode at a fraction of their size
_HEADER = 2**16  # bytes of a file in which such facts stand, if they do
_DAMAGED, _REPLACE = "is damaged and cannot be decoded", "Replace the file."
_one_large = threading.Lock()

Needed = Callable[[Size], tuple[float, float]]
_Result = TypeVar("_Result")


@dataclass(frozen=True, eq=False)
class DecodedImage:
    """An image as it was decoded, perhaps at a reduced size.

    Attributes:
        pixels: (h, w, 3), RGB, upright.
        size: the image's own (H, W), upright.
        notes: what was assumed of its brightness, in sentences without a full stop; empty for most.
        icc_profile: the color profile that its numbers mean, where the file has one and they still do.
    """

    pixels: Pixels
    size: Size
    notes: tuple[str, ...] = ()
    icc_profile: bytes | None = None


def read_image(source: ImageSource) -> Pixels:
    """(H, W, 3) uint8 RGB, with the EXIF orientation applied.

    Gray is repeated in three channels, more than 8 bits are brought to 8 (see `brightness`), transparent
    pixels are blended with white, CMYK and palettes are converted. Of an animation or several pages the
    first is read. Damage to anything but the pixels is passed over.

    Raises:
        DataError: missing, truncated, too large or no image; names the file.
        MissingPackageError: a HEIC image, and pillow-heif is not installed.
    """
    return _mending(source, lambda content, name: _read(content, name, None)).pixels


def read_reduced(source: ImageSource, needed: Needed) -> DecodedImage:
    """The image, a JPEG at 1/2, 1/4 or 1/8 of its size where that is enough: decoded several times faster.

    Images of other formats are reduced only from 16 megapixels on, to need less memory.

    Args:
        source: a file, or its bytes.
        needed: returns for an image of (H, W) the (H, W) that is enough.

    Returns:
        at least what is needed unless the image is smaller; otherwise as `read_image`.

    Raises:
        DataError: as `read_image`.
        MissingPackageError: as `read_image`.
    """
    return _mending(source, lambda content, name: _read(content, name, needed))


def read_size(source: ImageSource) -> Size:
    """(H, W) after the EXIF orientation, without decoding the pixels.

    Raises:
        DataError: as `read_image`, but for damage further into the file.
        MissingPackageError: as `read_image`.
    """

    def size(content: ImageSource, name: str) -> Size:
        with opened(content, name) as image:
            # the size of a TIFF is upright already: Pillow turns its pixels when it decodes them
            return _upright(image.size, None if image.format == "TIFF" else _orientation(image))

    return _mending(source, size)


def using(source: ImageSource, use: Callable[[Image.Image], _Result]) -> _Result:
    """What is made of the opened image of Pillow, for those who need its own depth or mode.

    Args:
        source: a file, or its bytes.
        use: is given the image, not decoded yet; perhaps a second time, mended, where it is damaged.

    Raises:
        DataError: as `read_image`.
        MissingPackageError: as `read_image`.
    """

    def used(content: ImageSource, name: str) -> _Result:
        with opened(content, name) as image, refusing(name, _DAMAGED, _REPLACE):
            _forget_details(image)
            with quietly():
                return use(image)

    return _mending(source, used)


def decoded(image: Image.Image, name: str = "The image") -> DecodedImage:
    """An image of Pillow, perhaps not decoded yet, as `read_image` gives it.

    Raises:
        DataError: too large or damaged.
    """
    return _decoded(image, name, None, facts_of(image), None)


def _mending(source: ImageSource, read: Callable[[ImageSource, str], _Result]) -> _Result:
    """What is read of a file; if it is damaged, of what is left when all but the pixels is cut away."""
    name = name_of(source)
    try:
        return read(source, name)
    except DamagedError as damage:
        for content in mended(source if isinstance(source, bytes) else source.read_bytes()):
            try:
                return read(content, name)
            except DataError:
                pass  # the next one, or what was wrong at first
        raise damage


def _read(source: ImageSource, name: str, needed: Needed | None) -> DecodedImage:
    with opened(source, name) as image:
        facts = facts_of(image, _significant_bits(source) if ";16" in facts_of(image).rawmode else None)
        return _decoded(image, name, needed, facts, source)


def _significant_bits(source: ImageSource) -> int | None:
    """What sBIT of a PNG says of its first channel; None where it is another file."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            source = file.read(_HEADER)
    if not source.startswith(b"\x89PNG"):
        return None
    return next((data[0] for kind, data in png_chunks(source) if kind == b"sBIT" and data), None)


def _halvings(source: ImageSource | None) -> int:
    """How many times a JPEG 2000 file can be decoded at half its size: the levels of its wavelets."""
    start = source[:_HEADER] if isinstance(source, bytes) else b""
    if isinstance(source, Path):
        with source.open("rb") as file:
            start = file.read(_HEADER)
    place = start.find(
        b"\xff\x52\0"
    )  # its coding style: length, style, progression, layers, transform, levels
    return start[place + 9] if 0 <= place < len(start) - 9 else 0


def _decoded(
    image: Image.Image, name: str, needed: Needed | None, facts: Facts, source: ImageSource | None
) -> DecodedImage:
    check_size(image, name)
    profile = image.info.get("icc_profile") if image.mode in ("RGB", "RGBA", "P", "PA") else None
    with refusing(name, _DAMAGED, _REPLACE):
        whole = image.size
        if needed and image.format in _DRAFTED:
            image.draft(None, _sides(whole, _orientation(image), needed))  # 1/2, 1/4, 1/8, or nothing
        elif needed and image.format == "JPEG2000" and image.width * image.height > LARGE:
            width, height = _sides(whole, None, needed)
            halvings = min(image.width // width, image.height // height).bit_length() - 1
            image.reduce = min(max(0, halvings), _halvings(source))  # type: ignore[assignment]
        with _one_large if image.width * image.height > LARGE else nullcontext():
            _forget_details(image)
            image.load()
            orientation, factor = _orientation(image), 1
            if needed and image.width * image.height > LARGE:
                width, height = _sides(whole, orientation, needed)
                factor = max(1, min(image.width // width, image.height // height))
            lower = _lower(image, name, facts, source)
            pixels, notes = to_rgb(image, facts, factor, lower)
    pixels = _turned(pixels, orientation)
    return DecodedImage(pixels, _upright(whole, orientation), notes, profile)


def _lower(image: Image.Image, name: str, facts: Facts, source: ImageSource | None) -> Image.Image | None:
    """The lower bytes of a color image of 16 bits, where its upper ones are not enough."""
    if other_byte(facts.rawmode) is None or facts.is_cut or source is None:
        return None
    if not (is_dark(image) or facts.key):
        return None
    with opened(source, name) as again:
        again.tile = [  # type: ignore[attr-defined]
            tile._replace(
                args=other_byte(tile.args)
                if isinstance(tile.args, str)
                else (other_byte(tile.args[0]), *tile.args[1:])
            )
            for tile in again.tile  # type: ignore[attr-defined]
        ]
        _forget_details(again)
        again.load()
        return again


def _forget_details(image: Image.Image) -> None:
    """Drop what a TIFF's EXIF points to: Pillow reads it with the pixels, and damage there refuses them."""
    if image.format == "TIFF":
        with quietly():
            exif = image.getexif()
        for group in TAGS_V2_GROUPS:
            exif.pop(group, None)


def _sides(whole: Size, orientation: int | None, needed: Needed) -> Size:
    """What is needed of the image as it is stored: (width, height)."""
    height, width = (max(1, math.ceil(side)) for side in needed(_upright(whole, orientation)))
    return (height, width) if orientation in _SIDEWAYS else (width, height)


def _orientation(image: Image.Image) -> int | None:
    """What EXIF says; a damaged tag says nothing."""
    try:
        with quietly():
            value = image.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # as many kinds as there are damages
        return None
    return value if isinstance(value, int) else None


def _upright(whole: tuple[int, int], orientation: int | None) -> Size:
    """(H, W) of an image that is stored with (width, height)."""
    width, height = whole
    return (width, height) if orientation in _SIDEWAYS else (height, width)


def _turned(pixels: NDArray[np.uint8], orientation: int | None) -> Pixels:
    """The pixels as EXIF's orientation, 1 to 8, shows them."""
    if orientation in _SIDEWAYS:
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
