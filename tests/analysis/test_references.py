"""Where numbers stand among named sets: by hand, and what the shipped file holds."""

from itertools import pairwise

import numpy as np
import pytest
from support.exact_prediction import predicted

from gazemap import load_predictor
from gazemap.analysis.references import (
    ReferenceSet,
    focus_of,
    of_model,
    percentile,
    quantiles,
    references,
)

LINE = [float(value) for value in range(101)]


def made(shares):
    return ReferenceSet("set", "", 3, "model", "0", "1", LINE, LINE, shares)


def test_focus_is_that_worked_by_hand():
    assert focus_of(predicted(np.full((4, 8), 1 / 32))) == pytest.approx(0)
    half = np.zeros((4, 8))
    half[:, :4] = 1 / 16
    assert focus_of(predicted(half)) == pytest.approx(1)
    spot = np.zeros((4, 8))
    spot[1, 1] = 1
    assert focus_of(predicted(spot)) == pytest.approx(5)
    density = np.array([[0.5, 0.25], [0.125, 0.125]])
    assert focus_of(predicted(density)) == pytest.approx(2 - 1.75)


def test_focus_does_not_depend_on_the_number_of_pixels():
    density = np.random.default_rng(0).random((6, 8))
    density /= density.sum()
    large = np.kron(density, np.ones((5, 5))) / 25
    assert focus_of(predicted(large)) == pytest.approx(focus_of(predicted(density)))


def test_percentiles_are_the_share_of_the_set_that_has_less():
    values = np.random.default_rng(0).normal(size=2000)
    known = quantiles(values)
    for value in (-1.5, 0.0, 0.7):
        assert percentile(value, known) == pytest.approx(100 * (values < value).mean(), abs=0.6)
    assert (percentile(-99, known), percentile(99, known)) == (0, 100)


def test_between_two_sizes_percentiles_are_between_theirs():
    reference = made({0.01: LINE, 0.04: [2 * value for value in LINE]})
    assert reference.share_percentile(40, 0.01) == pytest.approx(40)
    assert reference.share_percentile(40, 0.04) == pytest.approx(20)
    assert reference.share_percentile(40, 0.02) == pytest.approx(30)
    assert reference.share_percentile(40, 0.005) is None
    assert reference.share_percentile(40, 0.05) is None


def test_the_shipped_file_is_of_the_shipped_gazenet():
    """Where it fails, gazenet has other weights: run docs/explanation/reference_sets.py."""
    for condition in ("free-viewing", "web-page"):
        found = of_model(load_predictor("gazenet", condition=condition))
        assert {one.name: one.images for one in found} == {"photographs": 100, "web pages": 25}
        assert {one.model for one in found} == {f"gazenet@{condition}"}
    assert of_model(load_predictor("gazenet", condition="as-trained")) == []
    for one in references():
        for values in (one.focus, one.clutter, *one.shares.values()):
            assert len(values) == 101
            assert list(values) == sorted(values)
        sizes = sorted(one.shares)
        assert all(one.shares[a][50] < one.shares[b][50] for a, b in pairwise(sizes))
        assert 1 < one.focus[50] < 6
