"""What the commands compute, from Python: the same numbers as their parts, and mistakes before any model."""

from fractions import Fraction

import numpy as np
import pytest
from PIL import Image
from support import tiny_model

from gazemap.analysis.crops import best_crop
from gazemap.analysis.images import compare_images, crop_image, image_regions
from gazemap.errors import DataError, InputError
from gazemap.gaze.areas import Box
from gazemap.images.reading import read_image, read_size
from gazemap.prediction.predict import predict
from gazemap.reports.prediction_sheet import write_prediction_sheet


@pytest.fixture
def model():
    return tiny_model.Tiny(output="log_density")


@pytest.fixture
def photo(tmp_path):
    """A JPEG of more than four times the frame of 24 x 24, which is decoded at reduced scale."""
    pixels = np.random.default_rng(0).integers(0, 255, (200, 300, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photo.jpg")
    return tmp_path / "photo.jpg"


def test_a_crop_is_that_of_the_photo_s_prediction(model, photo, tmp_path):
    made = crop_image(photo, tmp_path / "crop.jpg", model=model, aspect="3:2", share=0.3)
    prediction = predict(model, photo)
    np.testing.assert_array_equal(made.density, prediction.density)
    assert made.crop == best_crop(prediction.density, Fraction(3, 2), 0.3)
    assert read_size(tmp_path / "crop.jpg") == (made.crop.height, made.crop.width)
    assert crop_image(photo, tmp_path / "crop.jpg", model=model, aspect=Fraction(3, 2), share=0.3) != made


def test_a_size_is_height_and_width(model, photo, tmp_path):
    made = crop_image(photo, tmp_path / "crop.jpg", model=model, size=(50, 150))
    assert (made.crop.height, made.crop.width) == (100, 300)
    assert read_image(tmp_path / "crop.jpg").shape == (50, 150, 3)


def test_regions_and_differences_are_of_the_photos_predictions(model, photo, tmp_path):
    box = Box("left", 0, 0, 150, 200)
    found = image_regions(photo, model=model, boxes=[box])
    assert found.shares[0].share == pytest.approx(predict(model, photo).density[:, :150].sum())
    mask = np.zeros((200, 300), np.uint8)
    mask[:, :150] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    by_mask = {
        row.name: row.share for row in image_regions(photo, model=model, mask=tmp_path / "mask.png").shares
    }
    assert by_mask["gray 255"] == pytest.approx(found.shares[0].share)
    Image.fromarray(read_image(photo)[:100]).save(tmp_path / "half.png")
    compared = compare_images(photo, tmp_path / "half.png", model=model, boxes=[box])
    assert compared.boxes[1] == [Box("left", 0, 0, 150, 100)]
    [change] = compared.changes
    assert change.a == pytest.approx(found.shares[0].share)
    assert change.b == pytest.approx(predict(model, tmp_path / "half.png").density[:, :150].sum())
    assert 0 < compared.difference.total_variation < 1


def test_mistakes_are_refused_before_a_model_is_loaded(photo, tmp_path):
    none, out = tmp_path / "no.safetensors", tmp_path / "crop.jpg"
    for options in ({}, {"aspect": "1:1", "size": (2, 2)}):
        with pytest.raises(InputError, match="either an aspect or a size"):
            crop_image(photo, out, model=none, **options)
    with pytest.raises(InputError, match="must end in"):
        crop_image(photo, tmp_path / "crop.png", model=none, aspect="1:1")
    with pytest.raises(InputError, match="boxes or a mask"):
        image_regions(photo, model=none)
    with pytest.raises(InputError, match="outside of it"):
        image_regions(photo, model=none, boxes=[Box("a", 0, 0, 1000, 1)])
    with pytest.raises(DataError, match="There is no image file"):
        compare_images(photo, tmp_path / "none.png", model=none)
    with pytest.raises(InputError, match="cannot be a figure"):
        write_prediction_sheet([photo], tmp_path / "sheet.doc", models=[none])


def test_a_sheet_is_written(model, photo, tmp_path):
    write_prediction_sheet([photo], tmp_path / "sheet.png", models=[model, model])
    assert (tmp_path / "sheet.png").stat().st_size > 10_000
