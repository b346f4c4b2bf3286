"""A blur summed tap by tap is SciPy's, and keeps ties."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from gazemap.gaze.blurring import blur_by_taps


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
