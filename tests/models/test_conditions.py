import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from gazemap.errors import WeightsError
from gazemap.models.conditions import ViewingCondition, condition_in, log_softmax


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


@given(power=st.floats(0.05, 5), blur=st.floats(0, 0.3))
def test_a_density_stays_one(power, blur):
    grids = log_softmax(np.random.default_rng(3).normal(size=(2, 7, 9)) * 4)
    found = ViewingCondition("adapted", power, blur).applied(grids, None).astype(np.float64)
    np.testing.assert_allclose(np.exp(found).sum(axis=(1, 2)), 1, atol=1e-5)


def test_without_a_center_bias_the_response_alone_is_left(grids, prior):
    bare = ViewingCondition("adapted", 0.5, 0.0, prior.astype(np.float32)).without_center_bias((12, 16))
    np.testing.assert_allclose(bare.applied(grids, prior), log_softmax(0.5 * (grids - prior)), atol=1e-6)


@pytest.mark.parametrize("with_prior", [True, False])
def test_a_file_keeps_it(prior, with_prior):
    own = prior.astype(np.float32) if with_prior else None
    made = ViewingCondition("adapted", 0.7, 0.02, own, {"images": 12})
    read = condition_in({"condition": made.as_json()}, "a.onnx")
    assert (read.name, read.power, read.blur, read.about) == ("adapted", 0.7, 0.02, {"images": 12})
    assert read.digest() == made.digest() != ViewingCondition("adapted").digest()
    assert condition_in({}, "a.onnx") is condition_in({"condition": None}, "a.onnx") is None


@pytest.mark.parametrize(
    "change",
    [
        {"power": 0},
        {"power": "nan"},
        {"blur": -1},
        {"blur": None},
        {"grid": [3, 3]},
        {"log_prior": "AAAA"},
        None,
    ],
)
def test_damage_is_refused_by_name(prior, change):
    content = ViewingCondition("adapted", 0.7, 0.02, prior.astype(np.float32)).as_json()
    damaged = "words" if change is None else content | change
    with pytest.raises(WeightsError, match=r"a\.onnx is damaged: its viewing condition"):
        condition_in({"condition": damaged}, "a.onnx")
