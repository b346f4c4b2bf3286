"""The page reads image files as Python does: depth, palettes, transparency, which way is up, or a refusal."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from support import deep_images
from support.page_modules import as_bytes, called, needs_node
from support.pictures import photo

from gazemap.images.reading import read_reduced

pytestmark = needs_node

RNG = np.random.default_rng(5)


def each(needed, contents):
    """The size that is needed of each file: the last of those given for all others."""
    return [*needed, *[needed[-1]] * (len(contents) - len(needed))]


def decoded(contents, *needed):
    """What the page makes of files: their pixels, size and notes, or an error."""
    calls = [
        [as_bytes(content), *size] for content, size in zip(contents, each(needed, contents), strict=True)
    ]
    found = called("../tests/decoding.js", "decodeBytes", calls)
    for one in found:
        if "pixels" in one:
            pixels = one["pixels"]
            one["array"] = np.reshape(pixels["values"], (pixels["height"], pixels["width"], 3))
    return found


def check(contents, *needed):
    """All in one process of node."""
    sizes = each(needed or [(10_000, 10_000)], contents)
    for number, found in enumerate(decoded(contents, *sizes)):
        expected = read_reduced(contents[number], lambda _, size=sizes[number]: size)
        told = f"file {number}"
        assert "error" not in found, (told, found)
        assert tuple(found["size"]) == expected.size, told
        np.testing.assert_array_equal(found["array"], expected.pixels, err_msg=told)
        assert found["notes"] == list(expected.notes), told


def saved(image, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def deep(low, high, shape=(9, 13)):
    return RNG.integers(low, high, shape)


def test_pngs_of_every_mode_have_the_pixels_of_python():
    image = Image.fromarray(photo(21, 34))
    alpha = Image.fromarray(RNG.integers(0, 256, (21, 34), np.uint8))
    layered, gray = image.copy(), image.convert("L")
    layered.putalpha(alpha)
    palette = image.quantize(17)
    check(
        [
            saved(one)
            for one in [
                image,
                layered,
                gray,
                palette,
                image.convert("1"),
                image.quantize(3),
                gray.convert("LA"),
            ]
        ]
    )
    check([saved(palette, transparency=3), saved(palette, transparency=bytes(range(0, 170, 10)))])
    check(
        [
            saved(gray, transparency=int(gray.getpixel((3, 3)))),
            saved(image, transparency=image.getpixel((5, 5))),
        ]
    )


def test_pngs_of_few_bits_have_the_pixels_of_python():
    for bits in (1, 2, 4):
        values = RNG.integers(0, 2**bits, (7, 11))
        key = deep_images.chunk(b"tRNS", b"\0\1")
        check([deep_images.png(values, 0, bits), deep_images.png(values, 0, bits, key)])


def test_interlaced_pngs_have_the_pixels_of_python():
    """Pillow writes none; the passes are those of the standard."""
    sizes = [(1, 1), (3, 2), (8, 8), (9, 13), (17, 5)]
    check([deep_images.interlaced(photo(*size), 2) for size in sizes])
    check([deep_images.interlaced(RNG.integers(0, 2**16, size), 0, 16) for size in sizes])


def test_pngs_of_16_bits_have_the_pixels_and_notes_of_python():
    check([png for kind in ((0, 1), (2, 3), (4, 2), (6, 4)) for png in pngs_of_16_bits(*kind)])


def pngs_of_16_bits(color, channels):
    def png(values, extra=b""):
        return deep_images.png(values, color, extra=extra)

    shape = (9, 13, channels) if channels > 1 else (9, 13)
    bright, dark, darkest = (deep(0, high, shape) for high in (2**16, 4000, 10))
    hot = dark.copy()
    hot[4, 4] = 60_000
    ten_bits = deep_images.chunk(b"sBIT", bytes([10] * channels))
    contents = [png(bright), png(dark), png(darkest), png(hot), png(dark * 0), png(dark >> 3, ten_bits)]
    if channels % 2:
        key = np.atleast_1d(dark[2, 2]).astype(">u2").tobytes()
        contents.append(png(dark, deep_images.chunk(b"tRNS", key)))
    return contents


@pytest.mark.slow
def test_hot_pixels_of_large_dark_images_are_left_out_as_by_python():
    values = deep(0, 3000, (1500, 3000))
    values[::400, ::500] = 65_535
    check([deep_images.png(values, 0)])


def test_images_are_turned_as_by_python():
    image, exif = Image.fromarray(photo(40, 64)), Image.Exif()
    contents = []
    for exif[0x0112] in range(9):
        contents += [saved(image, "JPEG", exif=exif), saved(image, "PNG", exif=exif)]
    check(contents)
    check(contents[::2], (20, 20))


def test_the_orientation_may_stand_in_xmp():
    xmp = b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    check([saved(Image.fromarray(photo(20, 30)), "JPEG", xmp=xmp)])


def test_a_jpeg_is_reduced_where_python_reduces_it():
    check(
        [saved(Image.fromarray(photo(84, 122)), "JPEG")] * 5, (1, 1), (20, 30), (21, 31), (40, 20), (90, 100)
    )


@pytest.mark.slow
def test_a_large_png_is_reduced_where_python_reduces_it():
    check([saved(Image.fromarray(photo(4000, 4500)), compress_level=1)], (480, 640))


def test_color_profiles_change_nothing():
    plain = saved(Image.fromarray(photo(20, 30)))
    gamma = plain[:33] + deep_images.chunk(b"gAMA", (100_000).to_bytes(4, "big")) + plain[33:]
    check([gamma])


def test_other_files_are_refused_in_a_sentence_that_says_what_to_do():
    image = Image.fromarray(photo(20, 30))
    png, jpeg = saved(image), saved(Image.fromarray(photo(90, 120)), "JPEG")
    bomb = deep_images.png(np.zeros((1, 1), int), 0, 8).replace(
        b"\0\0\0\1\0\0\0\1", (30_000).to_bytes(4, "big") + (5000).to_bytes(4, "big"), 1
    )
    cases = {
        saved(image, "TIFF"): "TIFF",
        saved(image, "JPEG2000"): "JPEG 2000",
        b"%PDF-1.7": "PDF",
        b"hello": "no image",
        b"": "empty",
        png[:-40]: "cut off",
        png[:20]: "damaged",
        jpeg[: len(jpeg) // 2]: "cut off",
        jpeg[:100]: "damaged",
        bomb: "bomb",
    }
    for (content, word), found in zip(cases.items(), decoded(cases, (9, 9)), strict=True):
        assert word in found["error"], (content[:20], found)
        assert "as PNG" in found["error"] or "another" in found["error"], found


def test_a_jpeg_that_lacks_its_end_mark_alone_is_read():
    check([saved(Image.fromarray(photo(90, 120)), "JPEG")[:-2]])


def test_a_progressive_jpeg_that_lacks_its_last_scans_is_refused():
    content = saved(Image.fromarray(photo(90, 120)), "JPEG", progressive=True)
    for found in decoded([content[: len(content) * part // 10] for part in (4, 7, 9)], (9, 9)):
        assert "cut off" in found["error"]


def test_damaged_files_are_refused_in_words_or_read():
    """Bytes changed, lost and added: no error of JavaScript itself reaches the user, and none lasts."""
    image = Image.fromarray(photo(40, 60))
    contents = []
    for content in (
        saved(image, "JPEG"),
        saved(image, "JPEG", progressive=True, subsampling=0),
        saved(image, "JPEG", restart_marker_blocks=3),
        saved(image),
        saved(image.quantize(30)),
    ):
        for _ in range(25):
            start, length = RNG.integers(len(content)), RNG.integers(1, 20)
            added = RNG.integers(0, 256, RNG.choice([0, length])).astype(np.uint8).tobytes()
            contents.append(content[:start] + added + content[start + RNG.choice([0, length]) :])
    found = decoded(contents, (9000, 9000))
    errors = [one["error"] for one in found if "error" in one]
    assert len(errors) > 50
    pattern = r"(The image|This file|This is) .*(damaged|cut off|no image|pixels|kind).*\."
    assert [error for error in errors if not re.fullmatch(pattern, error)] == []
