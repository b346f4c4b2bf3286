"""Edges and corners against what is known of simple pictures, and against SciPy's Sobel filter."""

from typing import get_args

import numpy as np
import pytest
from scipy import ndimage

from gazemap.data.batches.edges import Filter, edges
from gazemap.data.batches.targets import Target, TargetMaker
from gazemap.images.placement import Placement

FILTERS = get_args(Filter)
LOW, HIGH = 20, 45  # of a white square in a black picture


def square():
    image = np.zeros((64, 72, 3), np.uint8)
    image[LOW:HIGH, LOW:HIGH] = 255
    return image


@pytest.mark.parametrize("source", FILTERS)
def test_responses_span_zero_to_one_and_a_flat_picture_has_none(source):
    found = edges(square(), source)
    assert found.shape == (64, 72)
    assert found.dtype == np.float32
    assert found.min() >= 0
    assert found.max() == pytest.approx(1)
    assert edges(np.full((32, 33, 3), 90, np.uint8), source).max() < 0.01


def test_sobel_is_scipy_s():
    image = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    gray = image.mean(axis=2)
    length = np.hypot(*(ndimage.sobel(gray, axis, mode="nearest") for axis in (0, 1)))
    np.testing.assert_allclose(edges(image, "sobel"), length / length.max(), atol=1e-4)


@pytest.mark.parametrize("source", ["sobel", "canny"])
def test_edges_lie_on_the_outline(source):
    rows, columns = np.nonzero(edges(square(), source) > 0.5)
    to_outline = np.maximum(abs(rows - (LOW + HIGH - 1) / 2), abs(columns - (LOW + HIGH - 1) / 2))
    assert abs(to_outline - (HIGH - LOW) / 2).max() <= 1.5
    assert len(rows) >= 4 * (HIGH - LOW) - 8


@pytest.mark.parametrize("source", ["harris", "shi_tomasi"])
def test_corners_are_the_square_s_four(source):
    rows, columns = np.nonzero(edges(square(), source) > 0.9)
    corners = {(round(r / 5) * 5, round(c / 5) * 5) for r, c in zip(rows, columns, strict=True)}
    assert corners == {(20, 20), (20, 45), (45, 20), (45, 45)}


@pytest.mark.parametrize("fit", ["stretch", "letterbox", "crop"])
def test_a_target_shows_the_edges_of_what_the_network_sees(popout_set, fit):
    sample = popout_set[0]
    target = TargetMaker((48, 60), (48, 60), fit, Target(of="sobel"))(sample)
    seen = Placement(sample.size, (48, 60), fit).place_image(sample.image)
    np.testing.assert_allclose(target, edges(seen, "sobel"), atol=1e-6)
    smaller = TargetMaker((48, 60), (24, 30), fit, Target(of="sobel"))
    assert smaller(sample).mean() == pytest.approx(target.mean(), rel=0.05)
    assert smaller.content(sample) != TargetMaker((48, 60), (24, 30), fit, Target()).content(sample)
