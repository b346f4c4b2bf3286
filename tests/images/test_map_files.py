import io
import pickle
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.stored_maps import FILES, as_bytes, expected, mat_5, mat_7_3, npy, picture, rgb

from gazemap.errors import DataError
from gazemap.images.map_files import decode_map


@pytest.fixture
def levels():
    return np.random.default_rng(0).integers(1, 65535, (96, 128)).astype(np.uint16)


@pytest.mark.parametrize("kind", FILES)
def test_every_kind_of_file_keeps_its_numbers(kind, levels):
    suffix, encode, scale = FILES[kind]
    decoded = decode_map(encode(levels), f"a/001{suffix}")
    tolerance = {"lossy": 3 / 255, "very lossy": 0.5}.get(scale, 1e-7)
    assert decoded.dtype == np.float64
    np.testing.assert_allclose(decoded, expected(levels, scale), atol=tolerance)


def test_doubles_that_matlab_saved_as_bytes_stay_doubles():
    """MATLAB packs doubles that are small integers into bytes; they are no gray levels for that."""

    def element(kind, data):
        return struct.pack("<II", kind, len(data)) + data + bytes(-len(data) % 8)

    flags, dims, name = struct.pack("<II", 6, 0), struct.pack("<ii", 2, 3), b"saliency"
    parts = element(6, flags) + element(5, dims) + element(1, name) + element(2, bytes(range(6)))
    content = b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<H2s", 0x100, b"IM") + element(14, parts)
    np.testing.assert_array_equal(decode_map(content, "1.mat"), [[0, 2, 4], [1, 3, 5]])


class Reduced:
    def __reduce__(self):
        return (Path.touch, (Path("executed"),))


def png_16_rgb():
    """Pillow cannot write one: 2 x 1 pixels of three 16-bit channels, by the PNG specification."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 2, 1, 16, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" + bytes(12))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def huge_npy():
    stream = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": (100_000, 100_000)}
    np.lib.format.write_array_header_1_0(stream, header)
    return stream.getvalue()


COLORS = np.random.default_rng(0).integers(0, 255, (6, 8, 3), np.uint8)
LEVELS = COLORS[..., 0]
CLEAR = np.dstack([rgb(LEVELS), LEVELS])
PAGES = [Image.fromarray(LEVELS), Image.fromarray(LEVELS)]


@pytest.mark.parametrize(
    ("suffix", "content", "message"),
    [
        (".png", picture(COLORS, "PNG"), "is in color, as heat maps for people are"),
        (".jpg", picture(COLORS, "JPEG"), "is in color"),
        (".png", picture(CLEAR, "PNG"), "is transparent in places"),
        (".png", png_16_rgb(), "several channels of 16 bits; save it as one channel"),
        (".tif", as_bytes(PAGES[0].save, "TIFF", save_all=True, append_images=PAGES[1:]), "several pictures"),
        (".png", picture(LEVELS, "PNG")[:60], "is damaged and cannot be decoded"),
        (".png", b"", "is no image that can be read"),
        (".npy", npy(np.full((4, 5), np.nan)), "20 of 20 are NaN or infinite"),
        (".npy", npy(np.full((4, 5), np.inf)), "20 of 20 are NaN or infinite"),
        (".npy", npy(np.ones((0, 5))), r"must hold one map of shape \(h, w\), not empty, got shape \(0, 5\)"),
        (".npy", npy(np.ones((3, 4, 5))), r"got shape \(3, 4, 5\)"),
        (".npy", npy(np.ones((4, 5), complex)), "must hold real numbers, got type complex128"),
        (".npy", npy(np.full((4, 5), "x")), "must hold real numbers, got type <U1"),
        (".npy", huge_npy(), r"at most 170,000,000 pixels, got shape \(100000, 100000\)"),
        (".npy", npy(np.ones((4, 5)))[:-8], "is damaged and cannot be decoded"),
        (".npy", pickle.dumps(np.ones((4, 5))), "is damaged and cannot be decoded"),
        (".npy", npy(np.array([[Reduced()]], dtype=object)), "Object arrays are pickles, which are never"),
        (
            ".mat",
            mat_5(np.ones((4, 5)), other=np.ones((6, 7))),
            r"one two.*, got 2\. .*saliency \(4, 5\), other \(6",
        ),
        (".mat", mat_5(np.ones((4, 5, 3))), r"one two-dimensional.*, got 0\. .*saliency \(4, 5, 3\)"),
        (".mat", mat_5("text"), "exactly one two-dimensional variable of numbers, got 0"),
        (
            ".mat",
            mat_7_3(np.ones((4, 5)), other=np.ones((6, 7))),
            r"one two.*, got 2\. .*other \(6, 7\).*saliency \(4, 5",
        ),
        (".mat", mat_7_3(np.ones((4, 5)))[:900], "is damaged and cannot be decoded"),
        (".mat", mat_5(np.ones((4, 5)))[:150], "is damaged and cannot be decoded"),
        (".mat", b"", "is damaged and cannot be decoded"),
    ],
)
def test_what_is_no_map_is_refused_by_name(suffix, content, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=message) as refused:
        decode_map(content, f"maps.zip: a/001{suffix}")
    assert str(refused.value).startswith(f"maps.zip: a/001{suffix}")
    assert not Path("executed").exists()


@pytest.mark.parametrize("format", ["BMP", "GIF", "PNG", "PPM", "TIFF", "WEBP", "JPEG2000"])
def test_maps_in_pictures_of_any_lossless_format_are_read(format):
    gray = np.arange(48, dtype=np.uint8).reshape(6, 8) * 5
    stream = io.BytesIO()
    Image.fromarray(gray).save(stream, format, lossless=True)
    ending = {"JPEG2000": "jp2"}.get(format, format.lower())
    np.testing.assert_array_equal(decode_map(stream.getvalue(), f"a.{ending}"), gray / 255)


def test_a_picture_that_is_no_map_is_named_by_its_file():
    with pytest.raises(DataError, match=r"a/b\.png"):
        decode_map(b"\x89PNG\r\n\x1a\n" + bytes(40), "a/b.png")


def test_a_picture_is_read_by_its_first_bytes():
    np.testing.assert_array_equal(decode_map(picture(LEVELS, "GIF"), "a.png"), LEVELS / 255)


def test_gray_that_was_rounded_per_channel_is_gray(levels):
    """The maps of EMOd differ by up to three levels between their channels."""
    gray = (levels % 250).astype(np.uint8)
    nearly = np.dstack([gray, gray + 1, gray + 3])
    np.testing.assert_allclose(decode_map(picture(nearly, "PNG"), "map.png"), (gray + 1) / 255, atol=1e-7)
    nearly[0, 0, 2] = nearly[0, 0, 0] + 4
    with pytest.raises(DataError, match="is in color"):
        decode_map(picture(nearly, "PNG"), "map.png")
