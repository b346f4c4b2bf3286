"""PNG and JPEG files whose pixels are whole and whose other parts are not -> files that every reader takes.

What gazemap needs of a file are its pixels, their transparency and which way is up. Damage to all else
(texts, color profiles, checksums of both, end marks) must not refuse them; pixels that are missing must.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from hashlib import sha256

from PIL.JpegImagePlugin import jpeg_factory

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT = (b"PLTE", b"tRNS", b"sBIT", b"eXIf")
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by the color type
# of interlaced files: the first column and row of each pass, and the steps across and down
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_PIECE = 2**20

_SOI, _EOI, _SOS, _ADOBE, _APP0, _EXIF = 0xD8, 0xD9, 0xDA, 0xEE, 0xE0, 0xE1
# Bytes that would become pixels if any were missing, in the interval of any restart marker
_NOISE = b"\x5a\xa3\x17\xc9" * 64
_FILLER = _NOISE + b"".join(bytes((0xFF, 0xD0 + number % 8)) + _NOISE for number in range(16))


def mended(content: bytes) -> Iterator[bytes]:
    """What may be read in the place of a PNG or JPEG file that is refused; nothing where pixels are missing.

    Args:
        content: the file.
    """
    if content.startswith(_SIGNATURE):
        yield from _mended_png(content)
    elif content.startswith(b"\xff\xd8"):
        yield from _mended_jpeg(content)


def png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(type, data) of each chunk; the last one as far as it is there. Checksums are not checked."""
    place = len(_SIGNATURE)
    while place + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        if not kind.isalpha():
            return
        yield kind, content[place + 8 : place + 8 + length]
        place += length + 12


def _mended_png(content: bytes) -> Iterator[bytes]:
    chunks = list(png_chunks(content))
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13:
        return
    header = chunks[0][1]
    kept = [(kind, data) for kind, data in chunks if kind in _KEPT]
    pixels = _repacked([data for kind, data in chunks if kind == b"IDAT"], _raw_size(header))
    if pixels is None:
        return
    made = [(b"IHDR", header), *kept, (b"IDAT", pixels), (b"IEND", b"")]
    yield _SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in made
    )


def _raw_size(header: bytes) -> int:
    """How many bytes the rows of all passes have."""
    width, height, bits, color, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    size = 0
    for left, top, across, down in _PASSES if interlaced else ((0, 0, 1, 1),):
        columns, rows = max(0, -(-(width - left) // across)), max(0, -(-(height - top) // down))
        if columns:
            size += rows * (1 + (columns * bits * _CHANNELS.get(color, 0) + 7) // 8)
    return size


def _repacked(parts: list[bytes], size: int) -> bytes | None:
    """The same rows in a stream that has its end; None where it is damaged or rows are missing."""
    unpacker, packer = zlib.decompressobj(), zlib.compressobj(1)
    packed, missing = [], size
    try:
        for part in parts:
            while part and missing:
                rows = unpacker.decompress(part, min(_PIECE, missing))
                missing -= len(rows)
                packed.append(packer.compress(rows))
                part = unpacker.unconsumed_tail
        while missing and (rows := unpacker.decompress(unpacker.unconsumed_tail, min(_PIECE, missing))):
            missing -= len(rows)
            packed.append(packer.compress(rows))
    except zlib.error:
        return None
    return None if missing else b"".join((*packed, packer.flush()))


def _mended_jpeg(content: bytes) -> Iterator[bytes]:
    """With an end mark where only that is missing; then without what is not needed, then without EXIF."""
    if content.rstrip(b"\xff")[-2:] != b"\xff\xd9":
        bare = content[:-1] if content.endswith(b"\xff") else content
        if _is_complete(bare):
            content = bare + bytes((0xFF, _EOI))
            yield content
    for kept in ((_APP0, _EXIF, _ADOBE), (_ADOBE,)):
        yield _with_segments(content, kept)


def _is_complete(content: bytes) -> bool:
    """Whether a JPEG without its end has all its pixels: then bytes that follow change none of them."""
    try:
        bare, filled = (_digest(content + more + bytes((0xFF, _EOI))) for more in (b"", _FILLER))
    except Exception:  # as many kinds as there are damages
        return False
    return bare == filled


def _digest(content: bytes) -> bytes:
    """Of the pixels, at an eighth of their size; in a progressive file, whose later scans refine, of all."""
    with jpeg_factory(io.BytesIO(content)) as image:
        if not image.info.get("progressive"):
            image.draft(None, (1, 1))
        return sha256(image.tobytes()).digest()


def _with_segments(content: bytes, kept: tuple[int, ...]) -> bytes:
    """The file with no other comments and application segments than those kept."""
    parts, place = [content[:2]], 2
    while place + 4 <= len(content):
        if content[place] != 0xFF or content[place + 1] in (0, 0xFF):
            place += 1  # between segments: filling, or what is left of a segment whose length was wrong
            continue
        mark = content[place + 1]
        if mark == _SOS:
            break
        end = place + 2 + (0 if 0xD0 <= mark <= _SOI else struct.unpack_from(">H", content, place + 2)[0])
        is_comment = 0xE0 <= mark <= 0xEF or mark == 0xFE
        if end > len(content):
            place += 2  # its length is wrong: what follows is looked through for the next segment
            continue
        if not is_comment or mark in kept:
            parts.append(content[place:end])
        place = end
    return b"".join((*parts, content[place:]))
