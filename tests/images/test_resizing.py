"""Sizes of the same aspect, and splines; what else resizing makes of values is in tests/metrics."""

import numpy as np
import pytest
from scipy.ndimage import zoom

from gazemap.images.resizing import resize, size_of_length


@pytest.mark.parametrize(
    ("size", "length", "expected"),
    [
        ((600, 800), 480, (360, 480)),
        ((800, 600), 320, (320, 240)),
        ((3, 2000), 320, (1, 320)),  # never without a row
        ((1, 1), 640, (640, 640)),
        ((30, 40), 40, (30, 40)),
    ],
)
def test_the_longer_side_has_the_length(size, length, expected):
    assert size_of_length(size, length) == expected


@pytest.mark.parametrize(
    ("size", "into"),
    [((5, 7), (20, 30)), ((24, 32), (48, 64)), ((1, 4), (3, 9)), ((2, 3), (7, 8)), ((4, 4), (1, 2))],
)
def test_splines_are_those_of_scipy(size, into):
    values = np.random.default_rng(0).random((2, *size))
    expected = [zoom(one, (into[0] / size[0], into[1] / size[1]), order=3) for one in values]
    np.testing.assert_allclose(resize(values, into, "spline"), expected, atol=1e-13)
    ends = resize(np.arange(48.0)[None], (1, 5), "spline")  # scipy's zoom to 48 x 64 rounds off the last row
    assert ends[0, [0, -1]].tolist() == pytest.approx([0, 47])
