"""A blur summed tap by tap is SciPy's, and keeps ties; points blurred by bands are those blurred at once."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from gazemap.gaze.blurring import blur, blur_by_taps, blur_points, blur_points_by_bands


@pytest.mark.parametrize("shape", [(30, 41), (2, 30, 41), (5, 7), (1, 1), (3, 1, 40)])
def test_it_is_scipy_s_filter(shape):
    values = np.random.default_rng(0).integers(0, 4, shape) / 255
    expected = gaussian_filter(values, 2.0, axes=(-2, -1))
    np.testing.assert_array_equal(blur_by_taps(values, 2.0), expected)


def test_equal_surroundings_stay_equal_to_the_last_bit():
    steps = np.repeat([0.1, 0.7], 40)[None] * np.ones((60, 1))
    found = blur_by_taps(steps, 2.0)
    assert (found == found[0]).all()
    assert len(np.unique(found[:, :30])) == len(np.unique(found[:, 50:])) == 1


@pytest.mark.parametrize(("size", "sigma"), [((150, 90), 6.0), ((64, 30), 2.5), ((7, 200), 40.0)])
@pytest.mark.parametrize("count", [0, 1, 30])
def test_points_by_bands_of_rows_are_the_points_at_once(size, sigma, count):
    random = np.random.default_rng(count)
    rows, columns = np.sort(random.integers(0, size[0], count)), random.integers(0, size[1], count)
    found = np.full(size, np.nan)
    for band, values in blur_points_by_bands(rows, columns, size, sigma):
        found[band] = values
    np.testing.assert_array_equal(found, blur_points(rows, columns, np.ones(count), size, sigma))
    counts = np.zeros(size)
    np.add.at(counts, (rows, columns), 1)
    np.testing.assert_allclose(found, gaussian_filter(counts, sigma), atol=1e-15)
    np.testing.assert_allclose(found, blur(counts, sigma), atol=1e-15)
