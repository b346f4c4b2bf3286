"""Twenty photographs for benchmarks/page.py: real ones, and of these all kinds that programs write."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

_REAL = (
    "osie/data/stimuli/1001.jpg",
    "osie/data/stimuli/1100.jpg",
    "scene/data/stimuli/001.jpg",
    "scene/data/stimuli/258.jpg",  # upright, 1944 x 2592
    "scene/data/stimuli/494.jpg",  # 3648 x 2736
    "mit1003-maps/images/i113913836.jpeg",
    "coco-unlabelled-256",
)
_LARGE = (8000, 6000)
_ORIENTATION = 0x0112
# the red, green and blue of Display P3, as a profile has them
_WIDE = {
    b"rXYZ": (0.5151, 0.2412, -0.0011),
    b"gXYZ": (0.2920, 0.6922, 0.0419),
    b"bXYZ": (0.1571, 0.0666, 0.7841),
}


def photographs(data: Path | None, folder: Path) -> list[Path]:
    """Twenty image files.

    Args:
        data: the folder of real ones; None: drawn ones take their place.
        folder: for those that are made.
    """
    real = _real(data) if data else _drawn(folder)
    images = [Image.open(path).convert("RGB") for path in real]
    for name, content in _odd(images):
        (folder / name).write_bytes(content)
    return [*real, *sorted(path for path in folder.iterdir() if path.name.startswith("odd-"))]


def _real(data: Path) -> list[Path]:
    paths = [data / name for name in _REAL]
    return [sorted(path.iterdir())[0] if path.is_dir() else path for path in paths]


def _drawn(folder: Path) -> list[Path]:
    """Seven small pictures of random shapes, in the place of real photographs."""
    paths = []
    for number in range(len(_REAL)):
        values = np.random.default_rng(number).integers(0, 256, (6, 8, 3), np.uint8)
        paths.append(folder / f"drawn-{number}.jpg")
        Image.fromarray(values).resize((320, 240), Image.Resampling.BICUBIC).save(paths[-1])
    return paths


def _odd(images: list[Image.Image]) -> Iterator[tuple[str, bytes]]:
    first, second = images[0], images[1]
    large = max(images, key=lambda image: image.width)
    wide = _wide_profile()
    yield "odd-turned.jpg", _saved(first, "JPEG", exif=_exif(6))
    yield "odd-turned-large.jpg", _saved(large, "JPEG", exif=_exif(7), subsampling=1)
    yield "odd-inks.jpg", _saved(second.convert("CMYK"), "JPEG")
    yield "odd-inks-progressive.jpg", _saved(first.convert("CMYK"), "JPEG", progressive=True)
    yield "odd-wide-gamut.jpg", _saved(first, "JPEG", icc_profile=wide)
    yield "odd-wide-gamut.png", _saved(second, "PNG", icc_profile=wide)
    yield "odd-alpha.png", _saved(_faded(first), "PNG")
    yield "odd-16-bit.png", _sixteen_bits(np.asarray(first, np.uint16) * 257 + 100, color=2)
    yield "odd-16-bit-dark.png", _sixteen_bits(np.asarray(second.convert("L"), np.uint16) * 4, color=0)
    yield "odd-1x1.png", _saved(first.resize((1, 1)), "PNG")
    yield "odd-large.jpg", _saved(first.resize(_LARGE), "JPEG", quality=80)
    yield "odd-long.png", _saved(_long(images), "PNG")
    yield "odd-webp.webp", _saved(second, "WEBP", quality=80)


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    return exif


def _faded(image: Image.Image) -> Image.Image:
    """With transparency that grows to the right."""
    row = np.linspace(255, 0, image.width).astype(np.uint8)
    made = image.copy()
    made.putalpha(Image.fromarray(np.tile(row, (image.height, 1))))
    return made


def _long(images: list[Image.Image]) -> Image.Image:
    """Five pictures below each other, as on a page."""
    parts = [image.resize((640, 400)) for image in images[:5]]
    page = Image.new("RGB", (640, 400 * len(parts)))
    for number, part in enumerate(parts):
        page.paste(part, (0, 400 * number))
    return page


def _sixteen_bits(values: NDArray[np.uint16], color: int) -> bytes:
    """A PNG of 16 bits, which Pillow does not write in color."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], 16, color, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + row.astype(">u2").tobytes() for row in values))
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def _wide_profile() -> bytes:
    """A color profile like sRGB's, with the wider colors of today's screens."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (count,) = struct.unpack_from(">I", profile, 128)
    for tag in range(count):
        name, start, _ = struct.unpack_from(">4sII", profile, 132 + 12 * tag)
        if name in _WIDE:
            struct.pack_into(">3i", profile, start + 8, *(round(value * 65536) for value in _WIDE[name]))
    return bytes(profile)
