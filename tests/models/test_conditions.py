from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from gazemap.models.conditions import ViewingCondition, log_softmax


@pytest.fixture
def grids():
    return log_softmax(np.random.default_rng(0).normal(size=(3, 12, 16)) * 2)


@pytest.fixture
def prior():
    return log_softmax(np.random.default_rng(1).normal(size=(1, 12, 16)))[0]


def test_a_condition_without_changes_changes_nothing(grids, prior):
    np.testing.assert_allclose(ViewingCondition("as trained").applied(grids, prior), grids, atol=1e-6)
    np.testing.assert_allclose(ViewingCondition("as trained").applied(grids, None), grids, atol=1e-6)


def test_a_condition_is_what_its_formula_says(grids, prior):
    """Slowly: softmax(power * response + other prior), then SciPy's blur."""
    other = log_softmax(np.random.default_rng(2).normal(size=(1, 12, 16)))[0].astype(np.float32)
    found = ViewingCondition("adapted", 0.6, 0.1, other).applied(grids, prior)
    for grid, log_density in zip(grids, found, strict=True):
        density = np.exp(0.6 * (grid - prior) + other)
        density = gaussian_filter(density / density.sum(), 0.1 * 16)
        np.testing.assert_allclose(np.exp(log_density), density / density.sum(), rtol=1e-5)


def test_weights_are_in_the_digest_where_there_are_any(prior):
    plain = ViewingCondition("a", 0.7, 0.02, prior.astype(np.float32))
    assert plain.digest() == replace(plain, name="b", weights={}).digest()
    ones, zeros = np.ones((2, 3), np.float32), np.zeros(3, np.float32)
    weights = [
        {"v": ones},
        {"w": ones},
        {"v": ones.reshape(3, 2)},
        {"v": 2 * ones},
        {"v": ones, "w": zeros},
    ]
    assert len({replace(plain, weights=one).digest() for one in ({}, *weights)}) == 6
    turned = dict(reversed(weights[-1].items()))
    assert replace(plain, weights=turned).digest() == replace(plain, weights=weights[-1]).digest()


@given(power=st.floats(0.05, 5), blur=st.floats(0, 0.3))
def test_a_density_stays_one(power, blur):
    grids = log_softmax(np.random.default_rng(3).normal(size=(2, 7, 9)) * 4)
    found = ViewingCondition("adapted", power, blur).applied(grids, None).astype(np.float64)
    np.testing.assert_allclose(np.exp(found).sum(axis=(1, 2)), 1, atol=1e-5)


def test_without_a_center_bias_the_response_alone_is_left(grids, prior):
    bare = ViewingCondition("adapted", 0.5, 0.0, prior.astype(np.float32)).without_center_bias((12, 16))
    np.testing.assert_allclose(bare.applied(grids, prior), log_softmax(0.5 * (grids - prior)), atol=1e-6)
