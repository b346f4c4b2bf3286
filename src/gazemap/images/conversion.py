"""Images of Pillow, of any mode -> uint8 RGB arrays, a band of rows at a time, so that memory stays small."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazemap.images.brightness import Found, Levels, Numbers, levels
from gazemap.types import Pixels

_BAND = 2**22  # pixels
_PHOTOMETRIC, _SAMPLE_FORMAT, _BITS, _PLANES = 262, 339, 258, 284  # tags of TIFF
_EXTREMES = ((340, 341), (280, 281))  # SMinSampleValue and SMaxSampleValue, and without the S

# Pillow reads one byte of each 16-bit sample of a color image; by the other order of bytes, the other one
_OTHER_BYTE = {";16B": ";16L", ";16L": ";16B", ";16N": ";16B"}
_COLORS = ("RGB", "RGBA", "RGBX", "R", "G", "B", "A")
_CUT = "dark color of 16 bits, of which only the upper 8 were read; save it as PNG, or stretch it first"
_DARK = 16  # upper bytes below which the lower ones tell more


@dataclass(frozen=True)
class Facts:
    """What a file says of its numbers; to be asked before the pixels are decoded, which forgets it.

    Attributes:
        rawmode: how Pillow decodes them, "" where it does not say.
        stated: black and white.
        negative: 0 is white, and Pillow leaves it so.
        unsigned: 32-bit integers have no sign.
        key: the gray level or color that is transparent, as the file counts.
        is_cut: color of 16 bits of which Pillow gives no more than 8.
    """

    rawmode: str = ""
    stated: tuple[float, float] | None = None
    negative: bool = False
    unsigned: bool = False
    key: tuple[int, ...] | None = None
    is_cut: bool = False


def facts_of(image: Image.Image, bits: int | None = None) -> Facts:
    """What a file says of its numbers.

    Args:
        image: opened, not decoded yet.
        bits: that are significant, where a PNG says so (sBIT).
    """
    tiles = getattr(image, "tile", None) or [("", (), 0, "")]
    args = tiles[0][3]
    rawmode = args if isinstance(args, str) else str((args or ("",))[0])
    key = image.info.get("transparency")
    tags: Any = getattr(image, "tag_v2", {})
    stated = _stated(tags)
    if bits is not None and bits < 16:
        stated = (0, 2**bits - 1)
    elif image.format == "PPM" and tiles[0][0] != "raw":
        stated = (0, 65535)  # Pillow has scaled what the file's own greatest value is
    return Facts(
        rawmode,
        stated,
        negative=tags.get(_PHOTOMETRIC) == 0 and image.mode[0] in "IF",
        unsigned=_first(tags.get(_SAMPLE_FORMAT, 1)) == 1 and _first(tags.get(_BITS)) == 32,
        key=(key,) if isinstance(key, int) else key if isinstance(key, tuple) else None,
        is_cut=_is_cut(image, tiles[0], tags),
    )


def _first(value: Any) -> Any:  # noqa: ANN401 - tags are of any type
    return value[0] if isinstance(value, tuple) and value else value


def _is_cut(image: Image.Image, tile: Any, tags: Any) -> bool:  # noqa: ANN401
    if image.format == "PPM":
        return image.mode == "RGB" and isinstance(tile[3], tuple) and tile[3][-1] == 65535
    return bool(tile[0] == "libtiff" and tags.get(_PLANES) == 2 and ";16" in str(tile[3]))


def _stated(tags: Any) -> tuple[float, float] | None:  # noqa: ANN401
    for least, most in _EXTREMES:
        low, high = _first(tags.get(least, 0)), _first(tags.get(most))
        if isinstance(low, int | float) and isinstance(high, int | float) and low < high:
            return float(low), float(high)
    bits = _first(tags.get(_BITS))
    return (0, 2**bits - 1) if isinstance(bits, int) and 8 < bits < 16 else None


def other_byte(rawmode: str) -> str | None:
    """The rawmode that reads the lower bytes of a color image of 16 bits; None for other images."""
    if rawmode == "LA;16B":
        return "RGBA"  # four bytes, of which the upper and the lower one of gray are the first two
    family, order = rawmode[:-4], rawmode[-4:]
    return family + _OTHER_BYTE[order] if order in _OTHER_BYTE and family in _COLORS else None


def is_dark(image: Image.Image) -> bool:
    """Whether the upper bytes of a decoded color image of 16 bits show next to nothing."""
    extremes = image.getextrema()[:3]
    return all(most <= _DARK for _, most in extremes)  # type: ignore[misc]


def to_rgb(
    image: Image.Image, facts: Facts, factor: int = 1, lower: Image.Image | None = None
) -> tuple[Pixels, tuple[str, ...]]:
    """A decoded image as uint8 RGB, transparent pixels on white.

    Args:
        image: of any mode.
        facts: of its file.
        factor: the image is reduced by averages of so many pixels down and across.
        lower: of a color image of 16 bits, the lower bytes.

    Returns:
        (ceil(H / factor), ceil(W / factor), 3), and what was assumed of its brightness.

    Raises:
        DataError: it has no number that is finite.
    """
    if lower is not None:
        return _deep_colors(image, lower, facts, factor)
    if image.mode[0] in "IF":
        return _numbers(image, facts, factor)
    pixels = _gathered(image, lambda box: _eight_bits(image.crop(box) if box else image, facts), factor)
    return pixels, (_CUT,) if facts.is_cut and is_dark(image) else ()


def _bands(image: Image.Image, factor: int = 1) -> Iterator[tuple[int, int, int, int]]:
    width, height = image.size
    step = max(1, _BAND // (width * factor)) * factor
    for top in range(0, height, step):
        yield 0, top, width, min(height, top + step)


def _gathered(
    image: Image.Image, convert: Callable[[tuple[int, int, int, int] | None], Image.Image], factor: int
) -> Pixels:
    """The bands of an image, converted and reduced, as one array."""
    width, height = image.size
    boxes = list(_bands(image, factor))
    if len(boxes) == 1:
        return np.asarray(_reduced(convert(None), factor))
    pixels = np.empty((-(-height // factor), -(-width // factor), 3), np.uint8)
    for box in boxes:
        pixels[box[1] // factor : -(-box[3] // factor)] = np.asarray(_reduced(convert(box), factor))
    return pixels


def _reduced(image: Image.Image, factor: int) -> Image.Image:
    # JPEG 2000's image has another `reduce`
    return Image.Image.reduce(image, factor) if factor > 1 else image


def _eight_bits(image: Image.Image, facts: Facts) -> Image.Image:
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    if image.has_transparency_data:
        scale = {"L;2": 85, "L;4": 17, "1": 255}.get(facts.rawmode)
        if scale and facts.key:  # the file counts by its own bits, Pillow to 255
            image = image.convert("L")
            image.info["transparency"] = facts.key[0] * scale
        layer = image.convert("RGBA")
        white = Image.new("RGB", layer.size, "white")
        white.paste(layer, mask=layer)
        return white
    return image.convert("RGB")


def _numbers(image: Image.Image, facts: Facts, factor: int) -> tuple[Pixels, tuple[str, ...]]:
    """One channel of 16 bits, 32-bit integers or floats."""

    def values(box: tuple[int, int, int, int] | None) -> NDArray[Any]:
        array = np.asarray(image.crop(box) if box else image)
        return array.view(np.uint32) if array.dtype == np.int32 and facts.unsigned else array

    found = Found(image.width * image.height)
    for box in _bands(image):
        found.add(values(box))
    is_scaled = image.mode == "I" and image.format == "PPM"
    kind: Numbers = (
        "floats" if image.mode == "F" else "uint16" if image.mode != "I" or is_scaled else "integers"
    )
    chosen = levels(found, kind, facts.stated)
    chosen = chosen.negative() if facts.negative else chosen

    def convert(box: tuple[int, int, int, int] | None) -> Image.Image:
        numbers = values(box)
        gray = chosen.shown(numbers)
        if facts.key and image.mode != "F":
            gray[numbers == facts.key[0]] = 255
        return Image.fromarray(gray).convert("RGB")

    return _gathered(image, convert, factor), chosen.notes


def _deep_colors(
    upper: Image.Image, lower: Image.Image, facts: Facts, factor: int
) -> tuple[Pixels, tuple[str, ...]]:
    """Color of 16 bits, of which Pillow gives the upper and the lower bytes as two images."""
    is_gray = facts.rawmode == "LA;16B"

    def values(box: tuple[int, int, int, int]) -> NDArray[np.uint16]:
        if is_gray:  # the lower image has all four bytes
            four = np.asarray(lower.crop(box))
            gray = four[..., :1].astype(np.uint16) << 8 | four[..., 1:2]
            return np.asarray(np.repeat(gray, 3, axis=2), np.uint16)
        high, low = (np.asarray(one.crop(box))[..., :3] for one in (upper, lower))
        return np.asarray(high.astype(np.uint16) << 8 | low)

    found = Found(3 * upper.width * upper.height)
    for box in _bands(upper):
        found.add(values(box))
    chosen: Levels = levels(found, "uint16", facts.stated)

    def convert(box: tuple[int, int, int, int] | None) -> Image.Image:
        box = box or (0, 0, *upper.size)
        numbers = values(box)
        picture = chosen.shown(numbers)
        if facts.key and len(facts.key) == 3:
            picture[(numbers == facts.key).all(axis=2)] = 255
        if upper.mode != "RGBA":
            return Image.fromarray(picture)
        layer = Image.fromarray(picture)
        white = Image.new("RGB", layer.size, "white")
        white.paste(layer, mask=upper.crop(box).getchannel("A"))
        return white

    return _gathered(upper, convert, factor), chosen.notes
