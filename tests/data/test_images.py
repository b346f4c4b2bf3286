import io

import numpy as np
import pytest
from PIL import Image

from gazemap.data import images
from gazemap.data.images import read_image, read_size
from gazemap.errors import DataError

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
    monkeypatch.setattr(images, "MAX_PIXELS", 5)
    path = saved(tmp_path, Image.fromarray(COLORS))
    with pytest.raises(DataError, match="3 x 2 pixels; up to 5"):
        read_image(path)
