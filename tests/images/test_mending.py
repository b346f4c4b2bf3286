"""Damage to anything but the pixels changes none of them; pixels that are missing are refused."""

import io
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from support.deep_images import LONG, chunk, interlaced, tiff
from support.pictures import picture

from gazemap.errors import DataError
from gazemap.images.reading import read_image, read_size

PICTURE = picture(0, (203, 151))


def saved(format, image=PICTURE, **options):
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


PNG = saved("PNG")
PIXELS = np.asarray(PICTURE)


def test_a_png_is_read_whatever_its_other_chunks_hold():
    for extra in (
        chunk(b"iCCP", b"profile\0\0no deflate"),
        chunk(b"tEXt", b"words")[:-4] + b"\0\0\0\0",  # a wrong checksum
        chunk(b"zTXt", b"bomb\0\0" + zlib.compress(bytes(2**22))),
        chunk(b"gAMA", b"\1"),
        chunk(b"pHYs", b"\1"),
        chunk(b"eXIf", b"MM\0*\xff\xff\xff\xff"),
        chunk(b"acTL", b"\0"),
    ):
        content = PNG[:33] + extra + PNG[33:]
        np.testing.assert_array_equal(read_image(content), PIXELS)
        assert read_size(content) == (151, 203)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "1"])
def test_a_png_without_its_end_is_read_where_all_rows_are_there(mode):
    content = saved("PNG", PICTURE.convert(mode))
    whole = read_image(content)
    for cut in range(1, 17):  # the last chunk, and the checksum of the pixels
        np.testing.assert_array_equal(read_image(content[:-cut]), whole)
    np.testing.assert_array_equal(read_image(content[:-20]), whole)  # and that of the stream
    with pytest.raises(DataError, match="is damaged"):
        read_image(content[: len(content) * 3 // 4])


def test_an_interlaced_png_is_counted_by_its_passes():
    path = interlaced(PIXELS, 2)
    np.testing.assert_array_equal(read_image(path[:-20]), PIXELS)
    with pytest.raises(DataError, match="is damaged"):
        read_image(path[:-600])


JPEGS = {
    "plain": {},
    "progressive": {"progressive": True},
    "restarts": {"restart_marker_rows": 1},
    "gray": {},
}


@pytest.mark.parametrize("kind", JPEGS)
def test_a_jpeg_without_its_end_is_read_where_no_row_is_missing(kind):
    content = saved("JPEG", PICTURE.convert("L") if kind == "gray" else PICTURE, **JPEGS[kind])
    whole = read_image(content)
    for cut in (1, 2):
        np.testing.assert_array_equal(read_image(content[:-cut]), whole)
    for share in (0.5, 0.8, 0.95):
        with pytest.raises(DataError, match="is damaged"):
            read_image(content[: int(len(content) * share)])


def test_a_jpeg_cut_at_a_restart_mark_is_not_whole():
    content = saved("JPEG", **JPEGS["restarts"])
    last = max(content.rfind(bytes((0xFF, 0xD0 + number))) for number in range(8))
    with pytest.raises(DataError, match="is damaged"):
        read_image(content[:last])


def test_a_jpeg_is_read_whatever_its_other_segments_hold():
    content = saved("JPEG")
    whole = read_image(content)
    for segment in (
        b"\xff\xe1\x00\x10Exif\0\0MM\0*\xff\xff",
        b"\xff\xed\x00\x12Photoshop 3.0\0\0\0",
        b"\xff\xe2\x00\x10ICC_PROFILE\0\1",
        b"\xff\xe2\x00\x0cMPF\0II*\0\xff\xff",
        b"\xff\xe1\xff\xffExif\0\0",  # longer than the file
    ):
        np.testing.assert_array_equal(read_image(content[:2] + segment + content[2:]), whole)
    np.testing.assert_array_equal(read_image(content + b"after the end"), whole)
    np.testing.assert_array_equal(read_image(PNG + b"after the end"), PIXELS)


def test_a_tiff_is_read_whatever_its_exif_points_to():
    for group in (34665, 34853, 40965):  # EXIF, GPS, interoperability
        content = tiff(PIXELS, tags=[(group, LONG, [2**31])])
        np.testing.assert_array_equal(read_image(content), PIXELS)


def test_a_damaged_image_is_refused_from_every_thread():
    content = saved("PNG")[:2000]
    with ThreadPoolExecutor(4) as pool:
        for failed in [pool.submit(read_image, content) for _ in range(20)]:
            with pytest.raises(DataError, match="is damaged"):
                failed.result(20)
