"""Whatever numbers a gray or color picture is written in, it is the picture that its 8 bits show."""

import io
import struct

import numpy as np
import pytest
from PIL import Image
from support.deep_images import FLOAT, SHORT, chunk, png, tiff

from gazemap.errors import DataError
from gazemap.images import conversion
from gazemap.images.reading import read_image, read_reduced


def smooth(*shape):
    small = np.random.default_rng(0).integers(0, 256, (6, 8, *shape), np.uint8)
    return np.asarray(Image.fromarray(small).resize((64, 48), Image.Resampling.BICUBIC)).astype(np.int64)


GRAY, COLOR = smooth(), smooth(3)
FULL = np.full((48, 64), 65535)


def read(content):
    return read_reduced(content, lambda size: size)


def differs(content, expected):
    """The greatest difference in levels from a gray or color picture."""
    found = read_image(content).astype(int)
    return np.abs(found - (expected if expected.ndim == 3 else expected[..., None])).max()


@pytest.mark.parametrize(("scale", "white"), [(257, None), (16, 4095), (4, 1023), (1, 255)])
@pytest.mark.parametrize(
    "make",
    [
        lambda scale: (png(GRAY * scale, 0), GRAY),
        lambda scale: (png(COLOR * scale, 2), COLOR),
        lambda scale: (png(np.dstack([COLOR * scale, FULL]), 6), COLOR),
        lambda scale: (png(np.dstack([GRAY * scale, FULL]), 4), GRAY),
        *(
            lambda scale, order=order, packed=packed, values=values, planar=planar: (
                tiff((values * scale).astype(np.uint16), order=order, packed=packed, planar=planar),
                values,
            )
            for order in "<>"
            for packed in (False, True)
            for values, planar in ((GRAY, False), (COLOR, False), (COLOR, True))
            if not (planar and packed)
        ),
        lambda scale: (b"P5\n64 48\n65535\n" + (GRAY * scale).astype(">u2").tobytes(), GRAY),
    ],
)
def test_ten_and_twelve_bits_in_sixteen_are_the_picture_of_eight(scale, white, make):
    content, expected = make(scale)
    assert differs(content, expected) <= 1
    notes = read(content).notes
    assert (notes == ()) if white is None else (f"{white:,} was taken as white" in notes[0])


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("values", "note"),
    [
        ((GRAY * 128).astype(np.int16), "32,767 as white"),
        (GRAY.astype(np.int16), "255 as white"),
        (GRAY.astype(np.int32), "255 as white"),
        ((GRAY * 257).astype(np.int32), "65,535 as white"),
        ((GRAY / 255).astype(np.float32), None),
        (GRAY.astype(np.float32), "255 as white"),
        ((GRAY * 257).astype(np.float32), "65,535 as white"),
    ],
)
def test_integers_and_floats_are_taken_by_their_range(order, packed, values, note):
    content = tiff(values, order=order, packed=packed)
    assert differs(content, GRAY) <= 1
    assert note in read(content).notes[0] if note else read(content).notes == ()


@pytest.mark.parametrize(
    "values",
    [
        (GRAY * 200 - 20_000).astype(np.int16),
        (GRAY / 127.5 - 1).astype(np.float32),
        (GRAY / 255_000).astype(np.float32),
        (GRAY * 100 + 2**31).astype(np.uint32),
        (GRAY * 16_843_009).astype(np.uint32),
    ],
)
def test_other_ranges_are_stretched_and_said(values):
    found = read(tiff(values))
    assert np.corrcoef(found.pixels[..., 0].ravel(), GRAY.ravel())[0, 1] > 0.999
    assert "was taken as black" in found.notes[0]


def with_hot_pixels(values, *hot):
    values = values.copy()
    for index, value in enumerate(hot):
        values[index, index] = value
    return values


@pytest.mark.parametrize(
    "values",
    [
        with_hot_pixels((GRAY / 255).astype(np.float32), 1e6, np.nan, -np.inf),
        with_hot_pixels((GRAY / 255).astype(np.float32), np.inf),
        with_hot_pixels(GRAY.astype(np.float32), 1e9),
        with_hot_pixels(GRAY.astype(np.int32), 2**31 - 1, -(2**31)),
        with_hot_pixels((GRAY * 16).astype(np.uint16), 65535),
    ],
)
def test_hot_pixels_and_what_is_not_finite_do_not_count(values):
    found = read(tiff(values))
    far = np.abs(found.pixels[..., 0].astype(int) - GRAY) > 1
    assert far.sum() <= 3


def test_a_few_lights_in_the_dark_stay_what_they_are():
    for dtype, top in ((np.uint16, 65535), (np.int32, 255), (np.float32, 1)):
        dark = with_hot_pixels(np.zeros((48, 64), dtype), 0, top)
        found = read_image(tiff(dark))[..., 0]
        assert (found[1, 1], found.sum()) == (255, 255)


@pytest.mark.parametrize("packed", [False, True])
def test_white_is_zero_at_every_depth(packed):
    for values in (255 - GRAY, (255 - GRAY) * 257, 4095 - GRAY * 16, 1 - GRAY / 255):
        kind = np.float32 if values.dtype.kind == "f" else np.uint8 if values.max() < 256 else np.uint16
        assert differs(tiff(values.astype(kind), white_is_zero=True, packed=packed), GRAY) <= 1


def test_what_the_file_says_of_its_range_counts():
    quarter = GRAY // 4  # the picture is dark, and shall stay so
    for content in (
        tiff((quarter * 16).astype(np.uint16), tags=[(340, SHORT, [0]), (341, SHORT, [4095])]),
        tiff((quarter * 4).astype(np.uint16), tags=[(281, SHORT, [1023])]),
        tiff((quarter / 25.5).astype(np.float32), tags=[(340, FLOAT, [0.0]), (341, FLOAT, [10.0])]),
        png(quarter * 4, 0, extra=chunk(b"sBIT", b"\x0a")),
        b"P5\n64 48\n4095\n" + (quarter * 16).astype(">u2").tobytes(),
    ):
        assert differs(content, quarter) <= 1
        assert read(content).notes == ()
    assert differs(png(COLOR // 4 * 16, 2, extra=chunk(b"sBIT", b"\x0c\x0c\x0c")), COLOR // 4) <= 1
    assert differs(png(GRAY * 257, 0, extra=chunk(b"sBIT", b"\x0c")), GRAY) == 0  # scaled, as PNG demands


@pytest.mark.parametrize(
    ("values", "color", "bits"),
    [(GRAY, 0, 8), (GRAY * 257, 0, 16), (COLOR, 2, 8), (COLOR * 257, 2, 16)]
    + [(GRAY >> (8 - bits), 0, bits) for bits in (1, 2, 4)],
)
def test_a_transparent_color_is_white_at_every_depth(values, color, bits):
    key = np.atleast_1d(values[5, 5])
    content = png(values, color, bits, chunk(b"tRNS", struct.pack(f">{len(key)}H", *key.tolist())))
    clear = (values.reshape(48, 64, -1) == key).all(axis=2)
    expected = np.rint(values / (2**bits - 1) * 255).astype(int).reshape(48, 64, -1)
    expected[clear] = 255
    assert clear.any()
    assert differs(content, expected) == 0


def test_palettes_with_alpha_and_other_modes():
    palette = Image.fromarray(COLOR.astype(np.uint8)).quantize(16)
    stream = io.BytesIO()
    palette.save(stream, "PNG", transparency=bytes([255, 0, 128]))
    alpha = np.ones((48, 64, 1))
    index = np.asarray(palette)
    alpha[index == 1], alpha[index == 2] = 0, 128 / 255
    expected = np.asarray(palette.convert("RGB")) * alpha + 255 * (1 - alpha)
    assert differs(stream.getvalue(), expected) <= 1
    for mode, format in (("CMYK", "TIFF"), ("CMYK", "JPEG"), ("YCbCr", "TIFF"), ("1", "PNG"), ("LA", "PNG")):
        stream = io.BytesIO()
        picture = Image.fromarray(COLOR.astype(np.uint8)).convert(mode)
        picture.save(stream, format, **({"quality": 100, "subsampling": 0} if format == "JPEG" else {}))
        assert differs(stream.getvalue(), np.asarray(picture.convert("RGB")).astype(int)) <= 5


def test_nothing_finite_is_no_picture():
    with pytest.raises(DataError, match="no finite numbers"):
        read_image(tiff(np.full((4, 4), np.nan, np.float32)))


def test_bands_give_the_same_as_the_whole(monkeypatch):
    contents = [png(GRAY * 16, 0), png(COLOR * 16, 2), tiff(GRAY.astype(np.float32)), png(COLOR, 2, 8)]
    whole = [read(content) for content in contents]
    monkeypatch.setattr(conversion, "_BAND", 500)  # pixels
    for content, expected in zip(contents, whole, strict=True):
        found = read(content)
        np.testing.assert_array_equal(found.pixels, expected.pixels)
        assert found.notes == expected.notes
