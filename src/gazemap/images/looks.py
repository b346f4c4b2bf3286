"""What an image looks like: its gray version, perceptual hashes, and the bytes that it is known again by."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from gazemap.images.fingerprints import EXACT, FINGERPRINT, HASH, Bytes
from gazemap.images.opening import opened
from gazemap.images.reading import read_image
from gazemap.system.fingerprint import file_digest

SIDE = 64  # of the gray versions, in pixels
FLAT = 2.0  # a standard deviation of gray levels below which an image shows nothing to compare
LOOK = FINGERPRINT + HASH


def look(file: Path) -> Bytes:
    """(72,): the image's fingerprint, 40 bytes, and the hash of its mirror image, 32.

    The hashes of an image that shows next to nothing (a flat one) are zeros, and match none: it is known
    again only by its file.

    Raises:
        DataError: the file is missing, damaged or no image.
    """
    gray = gray_version(file)
    hashes = np.zeros(2 * HASH, np.uint8)
    if np.asarray(gray).std() > FLAT:
        hashes = np.packbits(np.concatenate(perceptual_hashes(gray, 16)))
    return np.concatenate([np.frombuffer(file_digest(file)[:EXACT], np.uint8), hashes])


def gray_version(file: Path) -> Image.Image:
    """The upright gray image at 64 x 64 pixels; a JPEG is decoded at a reduced size, which is faster.

    Raises:
        DataError: the file is missing, damaged or no image.
    """
    return _gray(file).resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def perceptual_hashes(gray: Image.Image, side: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Of a gray image and of its mirror image: the signs of side x side low frequencies, (side * side,)."""
    return _perceptual_hash(gray, side), _perceptual_hash(ImageOps.mirror(gray), side)


def _perceptual_hash(gray: Image.Image, side: int) -> NDArray[np.bool_]:
    """Which low frequencies of the cosine transform lie above their median, as ImageHash's `phash`."""
    reduced = gray.resize((4 * side, 4 * side), Image.Resampling.LANCZOS)
    waves = np.cos(np.pi * np.arange(side)[:, None] * (np.arange(4 * side) + 0.5) / (4 * side))
    frequencies = waves @ np.asarray(reduced, dtype=np.float64) @ waves.T
    return np.asarray(frequencies > np.median(frequencies)).ravel()


def _gray(file: Path) -> Image.Image:
    try:
        with opened(file, str(file)) as image:
            if image.format == "JPEG":
                image.draft("L", (SIDE, SIDE))
                return ImageOps.exif_transpose(image).convert("L")
    except (OSError, SyntaxError, ValueError):
        pass  # read_image mends it, or says what is wrong
    return Image.fromarray(read_image(file)).convert("L")
