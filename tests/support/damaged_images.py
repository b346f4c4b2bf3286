"""Image files of six formats, damaged at random: cut, flipped, mislabeled, with huge sizes in the header."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

SUFFIXES = ("jpg", "png", "gif", "tiff", "webp", "bmp")


def picture(random, mode="RGB"):
    """A smooth image of a random size; noise would make flipped bits harmless."""
    height, width = random.integers(1, 90, 2)
    small = Image.fromarray(random.integers(0, 256, (3, 3, 3), np.uint8))
    return small.resize((int(width), int(height)), Image.Resampling.BICUBIC).convert(mode)


def jpeg(random):
    exif = Image.Exif()
    exif[0x0112] = int(random.integers(1, 9))
    options = {"progressive": bool(random.integers(2)), "quality": int(random.integers(5, 95)), "exif": exif}
    return encoded(picture(random, random.choice(["RGB", "L", "CMYK"])), "JPEG", **options)


def png(random):
    mode = random.choice(["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
    if mode == "I;16":
        return encoded(Image.fromarray(random.integers(0, 65536, (9, 12), np.uint16)), "PNG")
    return encoded(picture(random, mode), "PNG")


def gif(random):
    return encoded(picture(random, random.choice(["P", "L"])), "GIF")


def tiff(random):
    compression = random.choice([None, "tiff_lzw", "tiff_deflate", "jpeg", "packbits"])
    return encoded(picture(random, "L" if compression == "jpeg" else "RGB"), "TIFF", compression=compression)


def webp(random):
    return encoded(picture(random, random.choice(["RGB", "RGBA"])), "WEBP", lossless=bool(random.integers(2)))


def bmp(random):
    return encoded(picture(random, random.choice(["RGB", "L", "P", "1"])), "BMP")


def encoded(image, format, **options):
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


MAKERS = dict(zip(SUFFIXES, (jpeg, png, gif, tiff, webp, bmp), strict=True))


def whole(content, suffix, random):
    return content, suffix


def cut(content, suffix, random):
    return content[: random.integers(0, len(content))], suffix


def empty(content, suffix, random):
    return b"", suffix


def flipped(content, suffix, random):
    values = np.frombuffer(content, np.uint8).copy()
    places = random.integers(0, len(values), random.integers(1, 20))
    values[places] ^= (1 << random.integers(0, 8, len(places))).astype(np.uint8)
    return values.tobytes(), suffix


def flipped_header(content, suffix, random):
    damaged, _ = flipped(content[:64], suffix, random)
    return damaged + content[64:], suffix


def inserted(content, suffix, random):
    place = int(random.integers(0, len(content)))
    return content[:place] + random.bytes(int(random.integers(1, 200))) + content[place:], suffix


def mislabeled(content, suffix, random):
    return content, str(random.choice(SUFFIXES))


def foreign_header(content, suffix, random):
    other = MAKERS[random.choice(SUFFIXES)](random)
    length = int(random.integers(2, 40))
    return other[:length] + content[length:], suffix


def noise(content, suffix, random):
    return random.bytes(int(random.integers(1, 3000))), suffix


def animated(content, suffix, random):
    suffix = str(random.choice(["gif", "webp", "png", "tiff"]))
    frames = [picture(random).resize((20, 30)) for _ in range(3)]
    return encoded(frames[0], suffix.upper(), save_all=True, append_images=frames[1:]), suffix


def huge(content, suffix, random):
    """A header that promises up to 65535 x 65535 pixels, before the few that are there."""
    sides = [int(random.choice([300, 9000, 20_000, 65_535])) for _ in range(2)]
    return resized_header(content, suffix, sides), suffix


def resized_header(content, suffix, sides):
    """The file with other (width, height) in its header, otherwise whole."""
    width, height = sides
    if suffix == "png":
        header = b"IHDR" + struct.pack(">II", width, height) + content[24:29]
        return content[:12] + header + struct.pack(">I", zlib.crc32(header)) + content[33:]
    if suffix == "jpg":
        place = min(p for p in (content.find(b"\xff\xc0"), content.find(b"\xff\xc2")) if p >= 0)
        return content[: place + 5] + struct.pack(">HH", height, width) + content[place + 9 :]
    if suffix == "gif":
        frame = content.find(b"\x2c", 13)
        sizes = struct.pack("<HH", width, height)
        return content[:6] + sizes + content[10 : frame + 5] + sizes + content[frame + 9 :]
    if suffix == "bmp":
        return content[:18] + struct.pack("<ii", width, height) + content[26:]
    if suffix == "webp":
        flags = b"VP8X" + struct.pack("<I", 10) + bytes(4)
        canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        return content[:4] + struct.pack("<I", len(content) + 10) + b"WEBP" + flags + canvas + content[12:]
    return tiff_sized(content, sides)


def tiff_sized(content, sides):
    order = "<" if content[:2] == b"II" else ">"
    values = bytearray(content)
    start = struct.unpack_from(order + "I", content, 4)[0]
    for number in range(struct.unpack_from(order + "H", content, start)[0]):
        entry = start + 2 + 12 * number
        tag = struct.unpack_from(order + "H", content, entry)[0]
        if tag in (256, 257):  # ImageWidth, ImageLength, as LONG
            struct.pack_into(order + "HII", values, entry + 2, 4, 1, sides[tag - 256])
    return bytes(values)


DAMAGES = (
    *(whole, cut, cut, empty, flipped, flipped, flipped_header, inserted),
    *(mislabeled, foreign_header, noise, animated, huge),
)


def damaged_file(folder, number):
    """Write the `number`-th damaged file, always the same; its path."""
    random = np.random.default_rng(number)
    suffix = SUFFIXES[number % len(SUFFIXES)]
    damage = DAMAGES[number // len(SUFFIXES) % len(DAMAGES)]
    content, suffix = damage(MAKERS[suffix](random), suffix, random)
    path = folder / f"{number:05}-{damage.__name__}.{suffix}"
    path.write_bytes(content)
    return path
