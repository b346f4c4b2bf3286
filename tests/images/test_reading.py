import io
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image, ImageOps

from gazemap.errors import DataError
from gazemap.images import opening, reading
from gazemap.images.reading import read_image, read_reduced, read_size

COLORS = np.array(
    [[[255, 0, 0], [0, 255, 0], [0, 0, 255]], [[0, 0, 0], [90, 90, 90], [255, 255, 255]]], np.uint8
)


def saved(tmp_path, image, name="image.png", **options):
    image.save(tmp_path / name, **options)
    return tmp_path / name


def test_rgb_is_kept(tmp_path):
    path = saved(tmp_path, Image.fromarray(COLORS))
    np.testing.assert_array_equal(read_image(path), COLORS)
    np.testing.assert_array_equal(read_image(path.read_bytes()), COLORS)
    assert read_size(path) == (2, 3)


def test_one_pixel(tmp_path):
    assert read_image(saved(tmp_path, Image.new("RGB", (1, 1), "red"))).tolist() == [[[255, 0, 0]]]


def test_gray_is_repeated(tmp_path):
    gray = np.arange(12, dtype=np.uint8).reshape(3, 4)
    found = read_image(saved(tmp_path, Image.fromarray(gray)))
    np.testing.assert_array_equal(found, np.repeat(gray[..., None], 3, axis=2))


def test_transparency_is_laid_on_white(tmp_path):
    layered = np.dstack([COLORS, np.array([[255, 0, 0], [0, 0, 0]], np.uint8)])
    found = read_image(saved(tmp_path, Image.fromarray(layered)))
    assert found[0, 0].tolist() == [255, 0, 0]
    assert (found[0, 1] == 255).all()
    assert (found[1] == 255).all()


def test_sixteen_bits_are_scaled_not_cut(tmp_path):
    deep = np.array([[0, 256, 32768, 65535]], np.uint16)
    found = read_image(saved(tmp_path, Image.fromarray(deep)))
    assert found[0, :, 0].tolist() == [0, 1, 128, 255]


def test_cmyk_and_palette_are_converted(tmp_path):
    ink = Image.fromarray(COLORS).convert("CMYK")
    found = read_image(saved(tmp_path, ink, "ink.tiff"))
    assert np.abs(found.astype(int) - COLORS).max() <= 2
    indexed = Image.fromarray(COLORS).convert("P", palette=Image.Palette.ADAPTIVE, colors=8)
    found = read_image(saved(tmp_path, indexed, "indexed.png"))
    assert np.abs(found.astype(int) - COLORS).max() <= 8


def test_exif_rotation_is_applied(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: the picture must be turned clockwise
    path = saved(tmp_path, Image.fromarray(COLORS), "turned.png", exif=exif)
    np.testing.assert_array_equal(read_image(path), np.rot90(COLORS, -1))
    assert read_size(path) == (3, 2)


def test_what_is_missing_cut_off_or_no_image_is_named(tmp_path):
    with pytest.raises(DataError, match=r"no image file .*none\.png"):
        read_image(tmp_path / "none.png")
    path = saved(tmp_path, Image.fromarray(np.random.default_rng(0).integers(0, 255, (99, 99, 3), np.uint8)))
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(DataError, match=r"image\.png is damaged"):
        read_image(path)
    (tmp_path / "text.jpg").write_text("no picture")
    with pytest.raises(DataError, match=r"text\.jpg is no image"):
        read_image(tmp_path / "text.jpg")
    with pytest.raises(DataError, match="The image is no image"):
        read_image(io.BytesIO(b"").getvalue())


def test_too_many_pixels_are_refused_before_decoding(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "MAX_PIXELS", 5)
    path = saved(tmp_path, Image.fromarray(COLORS))
    with pytest.raises(DataError, match="has 3 x 2 pixels; up to 5 are accepted"):
        read_image(path)


def test_what_promises_more_than_its_bytes_can_hold_is_refused(tmp_path):
    path = saved(tmp_path, Image.new("1", (12_000, 12_000)))  # 18 kB: every byte of deflate is 1000 of zeros
    content = path.read_bytes()
    assert read_size(path) == (12_000, 12_000)
    path.write_bytes(content[:9000])
    with pytest.raises(DataError, match="promises 144,000,000 pixels in 9,000 bytes"):
        read_image(path)


def test_files_of_too_many_bytes_are_not_opened(tmp_path, monkeypatch):
    path = saved(tmp_path, Image.fromarray(COLORS))
    monkeypatch.setattr(opening, "MAX_BYTES", 10)
    with pytest.raises(DataError, match="up to 10 bytes, got"):
        read_image(path)


def test_pipes_and_folders_are_no_files(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")  # opening it would wait forever
    for name in ("pipe.png", ".", "x" * 300, "a\0b"):
        with pytest.raises(DataError, match=r"There is no image file|is no regular file|is a folder"):
            read_image(tmp_path / name)


def test_readers_that_start_other_programs_are_not_used(tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n")
    with pytest.raises(DataError, match="is a PostScript file, which is not read here; export it as PNG"):
        read_image(tmp_path / "photo.jpg")


def test_the_first_picture_of_several_is_taken(tmp_path):
    frames = [Image.new("RGB", (4, 3), color) for color in ("red", "lime")]
    for suffix, options in {"gif": {}, "png": {}, "webp": {"lossless": True}, "tiff": {}}.items():
        path = saved(
            tmp_path, frames[0], f"many.{suffix}", save_all=True, append_images=frames[1:], **options
        )
        assert (read_image(path) == [255, 0, 0]).all()


def test_a_damaged_orientation_is_none(tmp_path):
    path = tmp_path / "photo.jpg"
    Image.fromarray(COLORS).save(path, exif=b"Exif\x00\x00MM\x00*\x00\x00\xff\xff broken")
    assert read_image(path).shape == (2, 3, 3)
    assert read_size(path) == (2, 3)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tiff"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_applied_to_pixels_and_sizes(tmp_path, suffix, orientation):
    """Against what Pillow itself makes of it."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"turned.{suffix}"
    Image.fromarray(np.kron(COLORS, np.ones((8, 8, 1), np.uint8))).save(path, exif=exif)
    with Image.open(path) as image:
        expected = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    np.testing.assert_array_equal(read_image(path), expected)
    assert read_size(path) == expected.shape[:2]
    found = read_reduced(path, lambda size: (size[0] / 4, size[1] / 4))
    assert found.size == expected.shape[:2]
    assert found.pixels.shape[:2] == tuple(-(-side // (4 if suffix == "jpg" else 1)) for side in found.size)


def smooth(height, width):
    small = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)


@pytest.mark.parametrize(("levels", "expected"), [(6, 150), (2, 150), (1, 150)])
def test_large_jpeg_2000_files_are_decoded_at_a_fraction(tmp_path, monkeypatch, levels, expected):
    monkeypatch.setattr(reading, "LARGE", 100_000)
    path = tmp_path / "photo.jp2"
    smooth(600, 800).save(path, num_resolutions=levels, irreversible=False)
    found = read_reduced(path, lambda size: (150, 200))
    assert (found.size, found.pixels.shape) == ((600, 800), (expected, 200, 3))
    whole = np.asarray(smooth(600, 800).resize((200, 150), Image.Resampling.BOX))
    assert np.abs(found.pixels.astype(int) - whole).mean() < 2


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_a_reduced_image_is_the_whole_one_made_smaller(tmp_path, suffix, monkeypatch):
    path = tmp_path / f"photo.{suffix}"
    smooth(600, 800).save(path)
    found = read_reduced(path, lambda size: (150, 200))
    pixels = found.pixels
    assert found.size == (600, 800)
    assert pixels.shape == ((150, 200, 3) if suffix == "jpg" else (600, 800, 3))
    monkeypatch.setattr(reading, "LARGE", 100_000)  # from here on, images of every format
    found = read_reduced(path, lambda size: (150, 200))
    pixels = found.pixels
    assert found.size == (600, 800)
    assert pixels.shape == (150, 200, 3)
    whole = np.asarray(Image.fromarray(read_image(path)).resize((200, 150), Image.Resampling.BOX))
    assert np.abs(pixels.astype(int) - whole).mean() < 0.6


@pytest.mark.parametrize(("needed", "expected"), [(700, 600), (301, 600), (300, 300), (151, 300), (150, 150)])
def test_it_is_never_less_than_is_needed(tmp_path, needed, expected):
    smooth(600, 600).save(tmp_path / "photo.jpg")
    found = read_reduced(tmp_path / "photo.jpg", lambda size: (needed, needed))
    assert found.pixels.shape == (expected, expected, 3)


def test_small_images_are_read_whole(tmp_path):
    path = saved(tmp_path, Image.fromarray(COLORS))
    found = read_reduced(path, lambda size: (240.0, 320.0))
    np.testing.assert_array_equal(found.pixels, COLORS)
    assert found.size == (2, 3)


def test_large_images_are_decoded_one_at_a_time(tmp_path, monkeypatch):
    path = saved(tmp_path, Image.fromarray(COLORS))
    monkeypatch.setattr(reading, "LARGE", 3)
    with reading._one_large, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(read_image, path)
        with pytest.raises(TimeoutError):
            waiting.result(0.2)
        reading._one_large.release()
        np.testing.assert_array_equal(waiting.result(10), COLORS)
        reading._one_large.acquire()
