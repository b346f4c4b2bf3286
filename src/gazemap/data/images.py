"""Image files -> uint8 RGB, upright; every format that a photo comes in, or a clear refusal."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from gazemap.errors import DataError

MAX_PIXELS = 200_000_000  # beyond the largest cameras; a bomb is refused before it is decoded


def read_image(source: Path | bytes) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 RGB, with the EXIF orientation applied.

    Gray is repeated in three channels, 16 bits are scaled to 8, transparency is laid on white,
    CMYK and palettes are converted.

    Raises:
        DataError: missing, truncated, too large or no image; names the file.
    """
    with _opened(source) as image:
        try:
            image.load()
        except (OSError, SyntaxError, ValueError) as error:
            raise DataError(
                f"{_name(source)} is damaged and cannot be decoded ({error}). Replace the file."
            ) from error
        return np.asarray(_to_rgb(ImageOps.exif_transpose(image)))


def read_size(source: Path | bytes) -> tuple[int, int]:
    """(H, W) after the EXIF orientation, without decoding the pixels.

    Raises:
        DataError: as `read_image`, but for damage further into the file.
    """
    with _opened(source) as image:
        width, height = image.size
        sideways = image.getexif().get(0x0112) in {5, 6, 7, 8}
        return (width, height) if sideways else (height, width)


def _opened(source: Path | bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of large images; the limit below is ours
            image = Image.open(io.BytesIO(source) if isinstance(source, bytes) else source)
    except FileNotFoundError as error:
        raise DataError(f"There is no image file {_name(source)}. Check the path.") from error
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise DataError(
            f"{_name(source)} is no image that can be read ({error}). "
            "JPEG, PNG, TIFF, WebP, BMP and GIF are accepted."
        ) from error
    width, height = image.size
    if width * height > MAX_PIXELS:
        image.close()
        raise DataError(
            f"{_name(source)} has {width} x {height} pixels; up to {MAX_PIXELS:,} are accepted. "
            "Make it smaller first."
        )
    return image


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits and more: Pillow would clip
        values = np.asarray(image, dtype=np.float64)
        top = 65535.0 if image.mode != "F" else max(float(values.max(initial=0.0)), 1e-12)
        return Image.fromarray(np.rint(values.clip(0, top) / top * 255).astype(np.uint8)).convert("RGB")
    if "A" in image.mode or "transparency" in image.info:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    return image.convert("RGB")


def _name(source: Path | bytes) -> str:
    return "The image" if isinstance(source, bytes) else str(source)
