"""Which files are images: the one table of formats, with their endings and first bytes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ImageFormat:
    """A format of image files.

    Attributes:
        name: as people call it.
        endings: of its files, in lower case, with the dot.
        readers: the names of Pillow's readers that take it (JPEG takes MPO, too); none where it is not read.
        starts: what its files begin with: (offset, bytes), one of which must be there; none where the first
            bytes do not tell (TGA).
    """

    name: str
    endings: tuple[str, ...]
    readers: tuple[str, ...]
    starts: tuple[tuple[int, bytes], ...] = ()


def _starts(*starts: bytes) -> tuple[tuple[int, bytes], ...]:
    return tuple((0, start) for start in starts)


def _brands(*brands: bytes) -> tuple[tuple[int, bytes], ...]:
    """What ISO's base media files (HEIF and its kin) begin with."""
    return tuple((4, b"ftyp" + brand) for brand in brands)


# Pillow knows forty more, of which some start other programs (EPS)
FORMATS = (
    ImageFormat("PNG", (".png", ".apng"), ("PNG",), _starts(b"\x89PNG\r\n\x1a\n")),
    ImageFormat("JPEG", (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"), ("JPEG",), _starts(b"\xff\xd8\xff")),
    ImageFormat(
        "TIFF", (".tif", ".tiff"), ("TIFF",), tuple((0, s) for s in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"))
    ),
    ImageFormat("WebP", (".webp",), ("WEBP",), ((8, b"WEBP"),)),
    ImageFormat("BMP", (".bmp", ".dib"), ("BMP", "DIB"), _starts(b"BM", b"\x28\0\0\0")),
    ImageFormat("GIF", (".gif",), ("GIF",), _starts(b"GIF8")),
    ImageFormat("AVIF", (".avif", ".avifs"), ("AVIF",), _brands(b"avif", b"avis")),
    ImageFormat(
        "JPEG 2000",
        (".jp2", ".j2k", ".j2c", ".jpf", ".jpx", ".jpc"),
        ("JPEG2000",),
        _starts(b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"),
    ),
    ImageFormat(
        "PPM",
        (".ppm", ".pgm", ".pbm", ".pnm", ".pfm"),
        ("PPM",),
        _starts(b"P1", b"P2", b"P3", b"P4", b"P5", b"P6", b"PF", b"Pf"),
    ),
    ImageFormat("TGA", (".tga", ".icb", ".vda", ".vst"), ("TGA",)),
    ImageFormat("ICO", (".ico",), ("ICO",), _starts(b"\0\0\1\0")),
    ImageFormat("HEIC", (".heic", ".heif", ".hif"), (), _brands(b"heic", b"heix", b"heim", b"heis", b"mif1")),
)

READERS = tuple(reader for format in FORMATS for reader in format.readers)
ENDINGS = tuple(ending for format in FORMATS if format.readers for ending in format.endings)
