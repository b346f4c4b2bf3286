"""Image files -> uint8 RGB, upright; every format that a photo comes in, or a clear refusal."""

from __future__ import annotations

import io
import math
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from gazemap.errors import DataError
from gazemap.images.formats import READERS
from gazemap.types import Pixels, Size

MAX_PIXELS = 170_000_000  # beyond the largest cameras (151); a bomb is refused before it is decoded
MAX_BYTES = 2**30  # more than so many pixels need; some readers take a whole file into memory

_LARGE = 2**24  # pixels from which images are decoded one at a time, whatever the number of threads
_PIXELS_PER_BYTE = 10_000  # of a large image; no more can be meant by one byte of a photo
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = frozenset((5, 6, 7, 8))
_DRAFTED = ("JPEG", "MPO")  # which Pillow can decode at a fraction of their size
_one_large = threading.Lock()
_quiet = threading.Lock()  # catch_warnings changes what all threads see

ImageSource = Path | bytes
Needed = Callable[[Size], tuple[float, float]]


def read_image(source: ImageSource) -> Pixels:
    """(H, W, 3) uint8 RGB, with the EXIF orientation applied.

    Gray is repeated in three channels, 16 bits are scaled to 8, transparent pixels are blended with
    white, CMYK and palettes are converted. Of an animation or several pages the first is read.

    Raises:
        DataError: missing, truncated, too large or no image; names the file.
    """
    with _opened(source) as image:
        return pixels_of(image, _name(source))


def read_reduced(source: ImageSource, needed: Needed) -> tuple[Pixels, Size]:
    """The image, a JPEG at 1/2, 1/4 or 1/8 of its size where that is enough: decoded several times faster.

    Images of other formats are reduced only from 16 megapixels on, to need less memory.

    Args:
        source: a file, or its bytes.
        needed: returns for an image of (H, W) the (H, W) that is enough.

    Returns:
        (h, w, 3), at least what is needed unless the image is smaller, and the image's own (H, W);
        otherwise as `read_image`.

    Raises:
        DataError: as `read_image`.
    """
    with _opened(source) as image:
        return _decoded(image, _name(source), needed)


def read_size(source: ImageSource) -> Size:
    """(H, W) after the EXIF orientation, without decoding the pixels.

    Raises:
        DataError: as `read_image`, but for damage further into the file.
    """
    with _opened(source) as image:
        # the size of a TIFF is upright already: Pillow turns its pixels when it decodes them
        return _upright(image.size, None if image.format == "TIFF" else _orientation(image))


def pixels_of(image: Image.Image, name: str = "The image") -> Pixels:
    """An image of Pillow, perhaps not decoded yet, as `read_image` gives it.

    Raises:
        DataError: too large or damaged.
    """
    return _decoded(image, name, None)[0]


def _decoded(image: Image.Image, name: str, needed: Needed | None) -> tuple[Pixels, Size]:
    _check_size(image, name)
    with _refusing(f"{name} is damaged and cannot be decoded", "Replace the file."):
        whole = image.size
        if needed and image.format in _DRAFTED:
            image.draft(None, _sides(whole, _orientation(image), needed))  # 1/2, 1/4, 1/8, or nothing
        with _one_large if image.width * image.height > _LARGE else nullcontext():
            image.load()
            orientation = _orientation(image)
            image = _to_rgb(image)
            if needed and image.width * image.height > _LARGE:
                width, height = _sides(whole, orientation, needed)
                factor = min(image.width // width, image.height // height)
                image = image.reduce(factor) if factor > 1 else image
            if orientation in _TURNS:
                image = image.transpose(_TURNS[orientation])
            return np.asarray(image), _upright(whole, orientation)


def _sides(whole: Size, orientation: int | None, needed: Needed) -> Size:
    """What is needed of the image as it is stored: (width, height)."""
    height, width = (max(1, math.ceil(side)) for side in needed(_upright(whole, orientation)))
    return (height, width) if orientation in _SIDEWAYS else (width, height)


def _missing(path: Path) -> str:
    if path.is_dir():
        return f"There is no image file {path}: it is a folder. Give the images in it."
    if path.parts[:1] in {("http:",), ("https:",)}:
        return f"There is no image file {path}: addresses are not read. Download the image first."
    return f"There is no image file {path}. Check the path."


def _opened(source: ImageSource) -> Image.Image:
    name = _name(source)
    advice = "Images must be JPEG, PNG, TIFF, WebP, BMP or GIF files."
    with _refusing(f"{name} is no image that can be read", advice):
        if isinstance(source, Path) and not source.is_file():  # a pipe would block forever
            raise DataError(_missing(source))
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        if size > MAX_BYTES:
            raise DataError(f"{name} must have up to {MAX_BYTES:,} bytes, got {size:,}.")
        with _quiet, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of large images; the limit below is ours
            try:
                image = Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, "r", READERS)
            except UnidentifiedImageError as error:  # whose message is an address in memory
                raise DataError(
                    f"{name} is no image that can be read (unknown format). {advice}"
                    if size
                    else f"{name} is no image that can be read (it is empty). Replace the file."
                ) from error
    try:
        _check_size(image, name)
        pixels = image.width * image.height
        if pixels > max(_LARGE, _PIXELS_PER_BYTE * size):
            raise DataError(f"{name} promises {pixels:,} pixels in {size:,} bytes: it is cut off or a bomb.")
    except DataError:
        image.close()
        raise
    return image


@contextmanager
def _refusing(complaint: str, advice: str) -> Iterator[None]:
    try:
        yield
    except DataError:
        raise
    except Exception as error:  # damaged bytes make Pillow's readers raise many kinds
        raise DataError(f"{complaint} ({error or type(error).__name__}). {advice}") from error


def _check_size(image: Image.Image, name: str) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise DataError(
            f"{name} must have up to {MAX_PIXELS:,} pixels, got {width} x {height}. Reduce it first."
        )
    if not width * height:
        raise DataError(f"{name} must have at least 1 x 1 pixels, got {width} x {height}.")


def _orientation(image: Image.Image) -> int | None:
    """What EXIF says; a damaged tag says nothing."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # as many kinds as there are damages
        return None
    return value if isinstance(value, int) else None


def _upright(whole: tuple[int, int], orientation: int | None) -> Size:
    """(H, W) of an image that is stored with (width, height)."""
    width, height = whole
    return (width, height) if orientation in _SIDEWAYS else (height, width)


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits and more: Pillow would clip
        values = np.nan_to_num(np.asarray(image, dtype=np.float32))
        top = 65535.0 if image.mode != "F" else max(float(values.max(initial=0.0)), 1e-12)
        return Image.fromarray(np.rint(values.clip(0, top) / top * 255).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGB", layer.size, "white")
        white.paste(layer, mask=layer)
        return white
    return image.convert("RGB")


def _name(source: ImageSource) -> str:
    return "The image" if isinstance(source, bytes) else str(source)
