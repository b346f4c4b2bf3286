"""Sizes of the same aspect; what resizing makes of values is in tests/metrics."""

import pytest

from gazemap.images.resizing import size_of_length


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
