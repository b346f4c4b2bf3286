"""PNG and TIFF files of any depth, written byte by byte, since Pillow writes few of them."""

import struct
import zlib

import numpy as np


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(values, color, bits=16, extra=b""):
    """(h, w) or (h, w, channels) as a PNG of a color type; of less than 8 bits, gray alone."""
    height, width = values.shape[:2]
    if bits < 8:
        rows = np.packbits(
            np.unpackbits(values.astype(np.uint8)[..., None], axis=2)[..., 8 - bits :].reshape(height, -1),
            axis=1,
        )
    else:
        rows = values.astype(">u2" if bits == 16 else np.uint8)
    header = struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def interlaced(values, color, bits=8):
    """(h, w) or (h, w, 3) as an interlaced PNG of 8 or 16 bits: seven smaller images, one after another."""
    height, width = values.shape[:2]
    passes = [
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ]
    parts = [values[top::down, left::across] for left, top, across, down in passes]
    rows = [row.astype(">u2" if bits == 16 else np.uint8) for part in parts if part.size for row in part]
    header = struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, 1)
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


SHORT, LONG, FLOAT = 3, 4, 11
_CODES = {SHORT: "H", LONG: "I", FLOAT: "f"}


def tiff(values, *, order="<", packed=False, planar=False, white_is_zero=False, tags=()):
    """(h, w) or (h, w, 3) as a TIFF in the numbers' own type.

    `tags` are (number, type, values); `packed` is by deflate, `planar` one plane per channel.
    """
    height, width = values.shape[:2]
    channels = values.shape[2] if values.ndim == 3 else 1
    sample = {"u": 1, "i": 2, "f": 3}[values.dtype.kind]
    typed = values.astype(values.dtype.newbyteorder(order))
    planes = [typed[..., i].tobytes() for i in range(channels)] if planar else [typed.tobytes()]
    strips = [zlib.compress(plane) for plane in planes] if packed else planes
    content = bytearray((b"II*\0" if order == "<" else b"MM\0*") + bytes(4))
    offsets = []
    for strip in strips:
        offsets.append(len(content))
        content += strip
    entries = [
        (256, LONG, [width]),
        (257, LONG, [height]),
        (258, SHORT, [8 * values.dtype.itemsize] * channels),
        (259, SHORT, [8 if packed else 1]),
        (262, SHORT, [2 if channels == 3 else 0 if white_is_zero else 1]),
        (273, LONG, offsets),
        (277, SHORT, [channels]),
        (278, LONG, [height]),
        (279, LONG, [len(strip) for strip in strips]),
        (284, SHORT, [2 if planar else 1]),
        (339, SHORT, [sample] * channels),
        *tags,
    ]
    directory = b""
    for number, kind, numbers in sorted(entries):
        data = struct.pack(f"{order}{len(numbers)}{_CODES[kind]}", *numbers)
        if len(data) > 4:
            content += data
            data = struct.pack(order + "I", len(content) - len(data))
        directory += struct.pack(order + "HHI", number, kind, len(numbers)) + data.ljust(4, b"\0")
    content[4:8] = struct.pack(order + "I", len(content))
    return bytes(content) + struct.pack(order + "H", len(entries)) + directory + bytes(4)
