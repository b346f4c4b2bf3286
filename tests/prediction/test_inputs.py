"""Whatever an image is handed over as, the same pixels come out."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from gazemap.errors import DataError, InputError
from gazemap.prediction.inputs import as_needed_pixels, as_pixels
from gazemap.prediction.predict import predict

COLORS = np.random.default_rng(0).integers(0, 256, (7, 5, 3), np.uint8)
GRAY = COLORS[..., 0]
CLEAR = np.dstack([COLORS, np.full((7, 5), 255, np.uint8)])
CHANNELS_FIRST = torch.from_numpy(COLORS.copy()).permute(2, 0, 1)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "photo.png"
    Image.fromarray(COLORS).save(path)
    return path


def test_files_bytes_and_pillow_images_are_read(file):
    for image in (file, str(file), file.read_bytes(), Image.open(file), Image.fromarray(COLORS)):
        np.testing.assert_array_equal(as_pixels(image), COLORS)


@pytest.mark.parametrize(
    "image",
    [
        COLORS,
        COLORS.astype(np.uint16) * 257,
        COLORS.astype(np.float32) / 255,
        COLORS / 255,
        (COLORS / 255).astype(np.float16),
        COLORS[:, ::-1].copy()[:, ::-1],
        CLEAR,
        CLEAR / 255,
        CHANNELS_FIRST,
        CHANNELS_FIRST / 255,
        (CHANNELS_FIRST / 255).double().requires_grad_(),
        CHANNELS_FIRST.permute(1, 2, 0),
        torch.from_numpy(CLEAR.copy()).permute(2, 0, 1),
        COLORS.astype(np.int64),
        COLORS.astype(np.int16),
        CHANNELS_FIRST.to(torch.int32),
        CHANNELS_FIRST.numpy(),
        np.ma.MaskedArray(COLORS),
        np.where(COLORS == 255, np.float32(1.0000002), COLORS / np.float32(255)),
        COLORS / 255 * 1.001,
        (CHANNELS_FIRST / 255) * 1.002 - 0.001,
    ],
)
def test_colored_arrays_and_tensors_are_the_same_image(image):
    np.testing.assert_array_equal(as_pixels(image), COLORS)


@pytest.mark.parametrize(
    "image",
    [
        GRAY,
        GRAY[..., None],
        GRAY.astype(np.uint16) * 257,
        GRAY / 255,
        torch.from_numpy(GRAY.copy()),
        torch.from_numpy(GRAY.copy())[None],
        GRAY[None],
        GRAY.astype(np.int32),
    ],
)
def test_gray_is_repeated(image):
    np.testing.assert_array_equal(as_pixels(image), np.repeat(GRAY[..., None], 3, axis=2))


def test_masks_are_black_and_white():
    assert as_pixels(GRAY > 100)[..., 0].tolist() == (255 * (GRAY > 100)).tolist()


def test_sixteen_bits_that_are_far_too_dark_are_stretched_and_said():
    for dark in (GRAY.astype(np.uint16) * 16, COLORS.astype(np.uint16) * 16):
        found = as_needed_pixels(dark, lambda size: size)
        expected = GRAY[..., None] if dark.ndim == 2 else COLORS
        assert np.abs(found.pixels.astype(int) - expected).max() <= 1
        assert "4,095 was taken as white" in found.notes[0]
        assert as_needed_pixels(dark * 16, lambda size: size).notes == ()


def test_half_precision_tensors_are_close():
    found = as_pixels((CHANNELS_FIRST / 255).to(torch.bfloat16))
    assert np.abs(found.astype(int) - COLORS).max() <= 1


def test_a_tensor_with_three_on_both_ends_has_its_channels_first():
    tensor = torch.arange(27 * 2, dtype=torch.uint8).reshape(3, 6, 3)
    np.testing.assert_array_equal(as_pixels(tensor), tensor.permute(1, 2, 0).numpy())
    np.testing.assert_array_equal(as_pixels(tensor.numpy()), tensor.numpy())


def test_sixteen_bits_are_rounded():
    deep = np.array([[0, 128, 129, 65535, 65407, 65406]], np.uint16)
    assert as_pixels(deep)[0, :, 0].tolist() == [0, 0, 1, 255, 255, 254]
    exact = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    np.testing.assert_array_equal(as_pixels(exact)[..., 0], np.rint(exact / 65535 * 255))


def test_alpha_is_laid_on_white():
    faint = CLEAR.copy()
    faint[..., 3] = 51  # a fifth
    expected = 0.2 * COLORS + 0.8 * 255
    assert np.abs(as_pixels(faint) - expected).max() <= 1


def test_the_orientation_is_applied_to_pillow_images_too(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(COLORS).save(tmp_path / "turned.png", exif=exif)
    for image in (tmp_path / "turned.png", Image.open(tmp_path / "turned.png")):
        np.testing.assert_array_equal(as_pixels(image), np.rot90(COLORS, -1))


def test_one_pixel_and_the_modes_of_pillow():
    assert as_pixels(np.full((1, 1), 9, np.uint8)).tolist() == [[[9, 9, 9]]]
    for mode in ("1", "L", "LA", "P", "RGBA", "CMYK", "YCbCr", "HSV", "I", "F"):
        assert as_pixels(Image.new("RGB", (4, 3), "white").convert(mode)).shape == (3, 4, 3)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        ("https://example.org/photo.jpg", "nothing is downloaded"),
        (None, "must not be of type NoneType"),
        (3, "must not be of type int"),
        (io.BytesIO(b""), "must not be of type BytesIO"),
        (np.zeros((2, 4, 4, 3), np.uint8), r"shape \(2, 4, 4, 3\)\..*Give several images as a list"),
        (np.zeros((4, 4, 2), np.uint8), r"must not have the shape \(4, 4, 2\)"),
        (np.zeros(4, np.uint8), r"must not have the shape \(4,\)"),
        (np.zeros((0, 4, 3), np.uint8), r"must not have the shape \(0, 4, 3\)"),
        (np.zeros((4, 4), complex), "must not be of type complex128"),
        (np.array([[object()]]), "must not be of type object"),
        (np.full((4, 4), 255.0), r"must be in \[0, 1\], got values from 255 to 255"),
        (np.full((4, 4), -0.5), "values from -0.5"),
        (np.full((4, 4), 1.25), r"values from 1.25 to 1.25\. Resizing overshoots like this: clip them"),
        (np.full((4, 4), 1.0012), r"got values from 1.0012 to 1.0012"),
        (np.array([[0, 300]]), r"int64 must be in \[0, 255\], got values from 0 to 300"),
        (np.array([[0, 1]]), "As a mask, give it as bool"),
        (np.ma.MaskedArray(GRAY, GRAY > 100), "are masked. Say what is there, as in image.filled"),
        ([[1, 2], [3, 4]], "must not be of type list. Make an array of it"),
        (np.zeros((1, 3, 4, 4)), r"Take image\[0\]"),
        (np.zeros((2, 5, 5)), "give the gray channel alone"),
        (np.array([[0.5, np.nan]]), "values from nan"),
        (torch.full((3, 4, 4), 256), r"int64 must be in \[0, 255\], got values from 256 to 256"),
        (torch.zeros(1, 3, 4, 4), r"must not have the shape \(1, 3, 4, 4\)"),
    ],
)
def test_anything_else_is_refused(image, message, density_model):
    with pytest.raises(InputError, match=message):
        predict(image, density_model)


def test_too_many_pixels_are_refused(monkeypatch):
    from gazemap.images import opening
    from gazemap.prediction import inputs

    monkeypatch.setattr(inputs, "MAX_PIXELS", 30)
    monkeypatch.setattr(opening, "MAX_PIXELS", 30)
    with pytest.raises(InputError, match="up to 30 pixels"):
        as_pixels(COLORS)
    with pytest.raises(DataError, match="has 5 x 7 pixels; up to 30"):
        as_pixels(Image.fromarray(COLORS))


def test_what_is_missing_or_cut_off_is_named(tmp_path, file, density_model):
    with pytest.raises(DataError, match=r"no image file .*none\.png"):
        predict(tmp_path / "none.png", density_model)
    file.write_bytes(file.read_bytes()[:80])
    with Image.open(file) as cut_off, pytest.raises(DataError, match="The image is damaged"):
        as_pixels(cut_off)
