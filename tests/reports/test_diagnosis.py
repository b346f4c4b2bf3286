"""Diagnosis, by numbers that can be worked out by hand."""

import numpy as np
import pytest

from gazemap.reports import diagnosis


def test_spread_is_the_deviation_over_images_averaged_over_pixels():
    grids = np.array([[[0.0, 1.0]], [[2.0, 5.0]]])  # deviations 1 and 2
    assert diagnosis.spread(grids) == 1.5
    assert diagnosis.spread(np.repeat(grids[:1], 5, axis=0)) == 0


CENTER = np.array([[1.0, 1.0], [-1.0, -1.0]])
OWN, OTHER = np.array([[1.0, -1.0], [1.0, -1.0]]), np.array([[1.0, -1.0], [-1.0, 1.0]])  # orthogonal to it


@pytest.mark.parametrize(
    ("prediction", "truth", "correlation", "cc", "cc_without"),
    [
        (CENTER + OWN, CENTER + OWN, 0.5**0.5, 1, 1),
        (CENTER + OTHER, CENTER + OWN, 0.5**0.5, 0.5, 0),  # only the center bias is common
        (CENTER - OWN, CENTER + OWN, 0.5**0.5, 0, -1),
        (OWN, CENTER + OWN, 0, 0.5**0.5, 1),
        (7 - 3 * OWN, OWN, 0, -1, -1),  # neither scale nor offset counts
    ],
)
def test_center_share(prediction, truth, correlation, cc, cc_without):
    share = diagnosis.center_share(prediction[None], truth[None], CENTER[None])
    found = share.correlation, share.cc, share.cc_without
    np.testing.assert_allclose(found, [[correlation], [cc], [cc_without]], atol=1e-12)


def test_without_center_bias_means_the_correlation_of_what_a_line_leaves():
    p, t, c = np.random.default_rng(0).random((3, 4, 6, 8)) + np.linspace(0, 1, 8)
    share = diagnosis.center_share(p, t, c)
    for index in range(4):
        line = np.stack([c[index].ravel(), np.ones(48)], axis=1)
        left = [one - line @ np.linalg.lstsq(line, one)[0] for one in (p[index].ravel(), t[index].ravel())]
        assert share.cc_without[index] == pytest.approx(np.corrcoef(*left)[0, 1])
        assert share.cc[index] == pytest.approx(np.corrcoef(p[index].ravel(), t[index].ravel())[0, 1])


@pytest.mark.parametrize("value", [0.0, 0.1, 1 / 3, 1e6 / 7])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_flat_map_correlates_with_nothing(value, dtype):
    flat = np.full((1, 7, 11), value, dtype)
    other = np.random.default_rng(0).random((1, 7, 11))
    share = diagnosis.center_share(flat, other, other)
    assert np.isnan([share.correlation, share.cc, share.cc_without]).all()


def test_values_that_8_bits_cannot_hold_are_counted():
    grids = np.array([[[-0.001, 0.0, 0.5], [1.0, 1.001, 2.0]], [[0.0, 0.1, 0.2], [0.3, 0.4, 1.0]]])
    np.testing.assert_allclose(diagnosis.outside_unit_range(grids), [0.5, 0])
