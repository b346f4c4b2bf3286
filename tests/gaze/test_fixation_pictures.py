"""Pictures of fixations: what is believed, to the pixel, and what is refused with its cause."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.ndimage import binary_dilation, gaussian_filter

from gazemap.errors import InputError
from gazemap.gaze.fixation_pictures import fixation_counts
from gazemap.gaze.fixations import Fixations

SIZE = (240, 320)


def binary(seed=0, count=60, size=SIZE):
    """0 and 255, at `count` different pixels."""
    picture = np.zeros(size, np.uint8)
    picture.flat[np.random.default_rng(seed).choice(picture.size, count, replace=False)] = 255
    return picture


def as_jpeg(picture, quality, mode="L"):
    stream = io.BytesIO()
    Image.fromarray(picture).convert(mode).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream).convert("L"))


def resized(picture, size, method):
    return np.asarray(Image.fromarray(picture).resize(size[::-1], method))


@given(seed=st.integers(0, 10_000), count=st.integers(0, 400), top=st.sampled_from((1, 7, 255)))
@settings(max_examples=25, deadline=None)
def test_two_values_are_a_fixation_at_each_pixel_of_the_greater(seed, count, top):
    truth = binary(seed, count) > 0
    for picture in (truth, truth * top, truth * np.float32(top / 255)):
        np.testing.assert_array_equal(fixation_counts(picture), truth)


@given(seed=st.integers(0, 10_000), count=st.integers(1, 600), quality=st.integers(60, 100))
@settings(max_examples=25, deadline=None)
def test_a_lossy_picture_is_read_to_the_pixel(seed, count, quality):
    truth = binary(seed, count)
    np.testing.assert_array_equal(fixation_counts(as_jpeg(truth, quality)), truth > 0)


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("quality", [75, 90, 95])
def test_crowded_fixations_of_a_lossy_picture_are_told_apart(quality, mode):
    random = np.random.default_rng(1)
    picture = np.zeros(SIZE, np.uint8)
    rows, columns = random.normal((120, 160), 25, (200, 2)).astype(int).clip(0, 239).T
    picture[rows, columns] = 255
    np.testing.assert_array_equal(fixation_counts(as_jpeg(picture, quality, mode)), picture > 0)


@given(seed=st.integers(0, 10_000), quality=st.integers(5, 59))
@settings(max_examples=25, deadline=None)
def test_a_strongly_compressed_picture_is_exact_or_refused(seed, quality):
    truth = binary(seed)
    try:
        found = fixation_counts(as_jpeg(truth, quality))
    except InputError:
        return
    np.testing.assert_array_equal(found, truth > 0)


def test_few_whole_counts_are_counts():
    counts = np.zeros(SIZE, int)
    counts[5, 7], counts[9, 9], counts[100, 30], counts[200, 300] = 1, 1, 3, 2
    for picture in (counts, counts * 85, counts / 255):
        np.testing.assert_array_equal(fixation_counts(picture), counts)
    points = Fixations.of_pixels(counts)
    assert len(points) == 7
    assert sorted(zip(points.x.tolist(), points.y.tolist(), strict=True)) == sorted(
        [(7.5, 5.5), (9.5, 9.5), *[(30.5, 100.5)] * 3, *[(300.5, 200.5)] * 2]
    )


def test_a_small_picture_may_be_crowded():
    assert fixation_counts(np.eye(6)).sum() == 6


NEAREST, BILINEAR = Image.Resampling.NEAREST, Image.Resampling.BILINEAR
REFUSED = {
    "a density": (
        lambda f: gaussian_filter(f / 255.0, 12),
        "100% of its pixels are over 0: a density.*maps/",
    ),
    "a density of 8 bits": (
        lambda f: np.rint(gaussian_filter(f / 255.0, 12) / gaussian_filter(f / 255.0, 12).max() * 255),
        r"\d\d% of its pixels are over 0: a density",
    ),
    "a narrow density": (lambda f: gaussian_filter(f / 255.0, 1), "resized, blurred or strongly compressed"),
    "inverted": (lambda f: 255 - f, "it is inverted"),
    "inverted, lossy": (lambda f: 255 - as_jpeg(f, 90), "it is inverted"),
    "halved and enlarged": (
        lambda f: resized(resized(f, (120, 160), BILINEAR), SIZE, BILINEAR),
        "resized, blurred or strongly compressed",
    ),
    "enlarged": (lambda f: resized(f, (480, 640), NEAREST), "discs or squares"),
    "discs": (lambda f: binary_dilation(f, iterations=3), "discs or squares"),
    "a region": (lambda f: np.pad(np.ones((20, 20)), ((0, 220), (0, 300))), "discs or squares"),
    "a large region": (lambda f: np.pad(np.ones((200, 200)), ((0, 40), (0, 120))), "inverted"),
    "the order": (
        lambda f: np.where(f > 0, np.cumsum(f > 0).reshape(f.shape), 0),
        "each of its 60 fixated pixels has a value of its own: the order",
    ),
    "fractions": (lambda f: f * np.random.default_rng(2).random(f.shape), "resized, blurred"),
    "negative": (lambda f: f - 1.0, "at least 0"),
    "three channels": (lambda f: np.stack([f] * 3, axis=-1), r"must be \(H, W\)"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_picture_of_fixations_is_refused_with_the_cause(name):
    made, message = REFUSED[name]
    with pytest.raises(InputError, match=message):
        fixation_counts(made(binary()))
