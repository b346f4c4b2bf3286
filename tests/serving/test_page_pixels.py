"""The page decodes, reduces and resizes images to the pixels that Python has, to the last bit."""

import io

import numpy as np
import pytest
from PIL import Image
from support.page_modules import as_bytes, called, needs_node, typed
from support.pictures import photo

from gazemap.images.placement import Placement

pytestmark = needs_node


def as_pixels(array):
    return {"height": array.shape[0], "width": array.shape[1], "values": typed(array)}


def as_array(pixels):
    return np.reshape(pixels["values"], (pixels["height"], pixels["width"], 3)).astype(np.uint8)


@pytest.mark.parametrize("size", [(1, 1), (30, 40), (31, 7), (90, 200), (64, 40)])
def test_resized_pixels_are_those_of_pillow(size):
    image = photo(64, 90)
    found = called("images/resize.js", "resized", [[as_pixels(image), size]])[0]
    expected = Image.fromarray(image).resize(size[::-1], Image.Resampling.BILINEAR)
    np.testing.assert_array_equal(as_array(found), np.asarray(expected))


@pytest.mark.parametrize("fit", ["stretch", "letterbox", "crop"])
def test_placed_pixels_are_those_of_python(fit):
    frame = (24, 32)
    images = [photo(*size) for size in [(1, 1), (50, 60), (61, 200), (300, 41), (24, 32)]]
    calls = [
        [
            as_pixels(image),
            {"x": 0, "y": 0, "width": image.shape[1], "height": image.shape[0]},
            image.shape[:2],
            frame,
            fit,
        ]
        for image in images
    ]
    for image, found in zip(images, called("images/placed.js", "placed", calls), strict=True):
        expected = Placement(image.shape[:2], frame, fit).place_image(image)
        np.testing.assert_array_equal(np.reshape(found, (*frame, 3)), expected)


def test_a_part_of_an_image_is_placed_as_that_part_alone():
    image, part = photo(60, 80), {"x": 10, "y": 20, "width": 33, "height": 30}
    found = called("images/placed.js", "placed", [[as_pixels(image), part, [30, 33], [24, 32], "stretch"]])[0]
    expected = Placement((30, 33), (24, 32), "stretch").place_image(image[20:50, 10:43])
    np.testing.assert_array_equal(np.reshape(found, (24, 32, 3)), expected)


@pytest.mark.parametrize("factor", [1, 2, 3, 5])
def test_reduced_pixels_are_those_of_pillow(factor):
    image = photo(61, 43)
    found = called("images/reduce.js", "reduced", [[as_pixels(image), factor]])[0]
    np.testing.assert_array_equal(as_array(found), np.asarray(Image.fromarray(image).reduce(factor)))


JPEGS = {
    "4:2:0": {},
    "4:2:2": {"subsampling": 1},
    "4:4:4": {"subsampling": 0, "quality": 97},
    "progressive": {"progressive": True},
    "coarse": {"quality": 8, "progressive": True},
    "restart": {"restart_marker_blocks": 5},
    "rgb": {"keep_rgb": True},
}


def jpeg_of(image, **options):
    file = io.BytesIO()
    image.save(file, "JPEG", **({"quality": 85} | options))
    return file.getvalue()


def check_jpeg(content, denominators=(1, 2, 4, 8)):
    calls = [[as_bytes(content), denominator] for denominator in denominators]
    for denominator, found in zip(
        denominators, called("images/jpeg/jpeg.js", "decodeJpeg", calls), strict=True
    ):
        with Image.open(io.BytesIO(content)) as image:
            if denominator > 1:
                image.draft(None, (image.width // denominator, image.height // denominator))
            np.testing.assert_array_equal(as_array(found), np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("kind", JPEGS)
def test_a_jpeg_has_the_pixels_of_pillow_at_every_size(kind):
    check_jpeg(jpeg_of(Image.fromarray(photo(93, 117)), **JPEGS[kind]))


@pytest.mark.parametrize("mode", ["L", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_gray_and_inks_have_the_pixels_of_pillow(mode, progressive):
    check_jpeg(jpeg_of(Image.fromarray(photo(93, 117)).convert(mode), progressive=progressive))


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (3, 40), (16, 16), (17, 9)])
def test_a_small_jpeg_has_the_pixels_of_pillow(size):
    check_jpeg(jpeg_of(Image.fromarray(photo(*size))), (1,))


def test_a_jpeg_that_is_cut_off_is_refused():
    content = jpeg_of(Image.fromarray(photo(93, 117)))
    calls = [[as_bytes(content[:length]), 1] for length in (len(content) // 2, 200, 20)]
    for found in called("images/jpeg/jpeg.js", "decodeJpeg", calls):
        assert "cut off" in found["error"] or "damaged" in found["error"]


@pytest.mark.slow
def test_real_photographs_have_the_pixels_of_pillow(shared_data):
    for file in ["scene/data/stimuli/494.jpg", "osie/data/stimuli/1001.jpg", "scene/data/stimuli/001.jpg"]:
        with Image.open(shared_data / file) as image:
            small = image.width < 2000
        check_jpeg((shared_data / file).read_bytes(), (1, 4) if small else (8,))
