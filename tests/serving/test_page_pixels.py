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


def test_resized_pixels_are_those_of_pillow():
    image, sizes = photo(64, 90), [(1, 1), (30, 40), (31, 7), (90, 200), (64, 40)]
    made = called("images/resize.js", "resized", [[as_pixels(image), size] for size in sizes])
    for size, found in zip(sizes, made, strict=True):
        expected = Image.fromarray(image).resize(size[::-1], Image.Resampling.BILINEAR)
        np.testing.assert_array_equal(as_array(found), np.asarray(expected))


def test_placed_pixels_are_those_of_python():
    frame = (24, 32)
    images = [photo(*size) for size in [(1, 1), (50, 60), (61, 200), (300, 41), (24, 32)]]
    cases = [(image, fit) for fit in ("stretch", "letterbox", "crop") for image in images]
    calls = [
        [
            as_pixels(image),
            {"x": 0, "y": 0, "width": image.shape[1], "height": image.shape[0]},
            image.shape[:2],
            frame,
            fit,
        ]
        for image, fit in cases
    ]
    for (image, fit), found in zip(cases, called("images/placed.js", "placed", calls), strict=True):
        expected = Placement(image.shape[:2], frame, fit).place_image(image)
        np.testing.assert_array_equal(np.reshape(found, (*frame, 3)), expected, err_msg=fit)


def test_a_part_of_an_image_is_placed_as_that_part_alone():
    image, part = photo(60, 80), {"x": 10, "y": 20, "width": 33, "height": 30}
    found = called("images/placed.js", "placed", [[as_pixels(image), part, [30, 33], [24, 32], "stretch"]])[0]
    expected = Placement((30, 33), (24, 32), "stretch").place_image(image[20:50, 10:43])
    np.testing.assert_array_equal(np.reshape(found, (24, 32, 3)), expected)


def test_reduced_pixels_are_those_of_pillow():
    image, factors = photo(61, 43), [1, 2, 3, 5]
    made = called("images/reduce.js", "reduced", [[as_pixels(image), factor] for factor in factors])
    for factor, found in zip(factors, made, strict=True):
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


def check_jpegs(contents, denominators=(1, 2, 4, 8)):
    """Name -> content; all in one process of node."""
    calls = [(name, denominator) for name in contents for denominator in denominators]
    asked = [[as_bytes(contents[name]), denominator] for name, denominator in calls]
    found = called("images/jpeg/jpeg.js", "decodeJpeg", asked)
    for (name, denominator), pixels in zip(calls, found, strict=True):
        with Image.open(io.BytesIO(contents[name])) as image:
            if denominator > 1:
                image.draft(None, (image.width // denominator, image.height // denominator))
            told = f"{name}, 1/{denominator}"
            np.testing.assert_array_equal(as_array(pixels), np.asarray(image.convert("RGB")), err_msg=told)


def test_a_jpeg_has_the_pixels_of_pillow_at_every_size():
    image = Image.fromarray(photo(93, 117))
    check_jpegs({kind: jpeg_of(image, **options) for kind, options in JPEGS.items()})


def test_gray_and_inks_have_the_pixels_of_pillow():
    image = Image.fromarray(photo(93, 117))
    check_jpegs(
        {
            f"{mode}, progressive: {progressive}": jpeg_of(image.convert(mode), progressive=progressive)
            for mode in ("L", "CMYK")
            for progressive in (False, True)
        }
    )


def test_a_small_jpeg_has_the_pixels_of_pillow():
    sizes = [(1, 1), (2, 3), (3, 40), (16, 16), (17, 9)]
    check_jpegs({size: jpeg_of(Image.fromarray(photo(*size))) for size in sizes}, (1,))


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
        check_jpegs({file: (shared_data / file).read_bytes()}, (1, 4) if small else (8,))
