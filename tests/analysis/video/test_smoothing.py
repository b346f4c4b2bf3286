"""The average over time: by hand, and what stays true of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazemap.analysis.video.smoothing import smoothed, weight_of
from gazemap.images.placement import Placement
from gazemap.prediction.prediction import Prediction

FIRST = np.array([[0.1, 0.2], [0.3, 0.4]])
SECOND = np.array([[0.7, 0.1], [0.1, 0.1]])


def prediction(density, size=(2, 2), fit="stretch"):
    return Prediction(np.log(density).astype(np.float32), Placement(size, density.shape, fit), "log_density")


def test_the_average_of_densities_is_that_worked_by_hand():
    one, average = smoothed(prediction(FIRST), None, 0.25)
    assert one.density == pytest.approx(FIRST, abs=1e-7)
    two, average = smoothed(prediction(SECOND), average, 0.25)
    expected = 0.25 * SECOND + 0.75 * FIRST
    assert two.density == pytest.approx(expected, abs=1e-7)
    assert np.exp(average) == pytest.approx(expected, abs=1e-7)


def test_of_saliency_the_numbers_are_averaged():
    placement = Placement((2, 2), (2, 2), "stretch")
    one, two = (Prediction(values.astype(np.float32), placement, "saliency") for values in (FIRST, SECOND))
    found, _ = smoothed(two, smoothed(one, None, 0.5)[1], 0.5)
    assert found.grid == pytest.approx((FIRST + SECOND) / 2, abs=1e-7)


def test_after_the_time_constant_what_was_counts_one_part_in_e():
    steps = 10
    kept = np.prod([1 - weight_of(0.5 / steps, 0.5) for _ in range(steps)])
    assert kept == pytest.approx(np.exp(-1))
    assert weight_of(0.2, 0) == 1


def test_without_smoothing_each_prediction_is_that_of_its_picture_alone():
    average = smoothed(prediction(FIRST), None, 1.0)[1]
    found, _ = smoothed(prediction(SECOND, (6, 8)), average, weight_of(0.2, 0))
    assert found.density == pytest.approx(prediction(SECOND, (6, 8)).density, abs=1e-12)


def test_in_a_letterbox_what_is_beside_the_image_does_not_count():
    grid = np.full((4, 4), 1.0)
    grid[0], grid[3] = 50, 50  # above and below
    grid[1, 0] = 3
    other = np.full((4, 4), 2.0)
    one, two = (prediction(values / values.sum(), (2, 4), "letterbox") for values in (grid, other))
    found, _ = smoothed(two, smoothed(one, None, 0.5)[1], 0.5)
    assert found.density == pytest.approx((one.density + two.density) / 2, rel=1e-6)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=12), st.floats(0, 5))
def test_the_average_is_a_density_between_those_that_it_is_of(seeds, constant):
    average, densities = None, []
    for seed in seeds:
        values = np.random.default_rng(seed).random((3, 4)) + 0.01
        densities.append(values / values.sum())
        found, average = smoothed(prediction(densities[-1], (3, 4)), average, weight_of(0.2, constant))
    assert found.density.sum() == pytest.approx(1)
    assert (found.density <= np.max(densities, axis=0) + 1e-6).all()
    assert (found.density >= np.min(densities, axis=0) - 1e-6).all()
