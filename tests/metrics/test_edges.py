"""Every edge has a stated answer."""

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gazemap import metrics
from gazemap.errors import InputError

RAMP = np.arange(12.0).reshape(3, 4)
FIXATED = np.zeros((3, 4))
FIXATED[2, 3] = 1
OTHERS = np.ones((3, 4))
DENSITY = metrics.to_density(RAMP)
UNIFORM = np.full((3, 4), 1 / 12)

POINTWISE = {
    "auc": lambda s, f: metrics.auc(s, f),
    "auc_judd": lambda s, f: metrics.auc_judd(s, f),
    "auc_borji": lambda s, f: metrics.auc_borji(s, f),
    "auc_shuffled": lambda s, f: metrics.auc_shuffled(s, f, OTHERS),
    "sauc": lambda s, f: metrics.sauc(s, f, OTHERS),
    "nss": lambda s, f: metrics.nss(s, f),
}


@pytest.mark.parametrize("name", POINTWISE)
def test_without_fixations_there_is_no_score(name):
    assert np.isnan(POINTWISE[name](RAMP, np.zeros((3, 4))))


@pytest.mark.parametrize(
    ("name", "expected"),
    {
        "auc": 0.5,
        "auc_judd": np.nan,
        "auc_borji": 0.5,
        "auc_shuffled": 0.5,
        "sauc": 0.5,
        "nss": np.nan,
    }.items(),
)
def test_a_constant_map(name, expected):
    np.testing.assert_equal(POINTWISE[name](np.full((3, 4), 7.0), FIXATED), expected)


@pytest.mark.parametrize("name", POINTWISE)
def test_negative_counts_are_refused(name):
    with pytest.raises(InputError, match="must hold counts"):
        POINTWISE[name](RAMP, -FIXATED)


@pytest.mark.parametrize("name", POINTWISE)
def test_different_shapes_are_refused_naming_both(name):
    with pytest.raises(InputError, match=r"\(3, 4\).*\(2, 4\)"):
        POINTWISE[name](RAMP, FIXATED[:2])


@pytest.mark.parametrize("name", ["auc", "sauc", "nss"])
def test_a_map_with_nan_has_no_score(name):
    broken = RAMP.copy()
    broken[0, 0] = np.nan
    assert np.isnan(POINTWISE[name](broken, FIXATED))


def test_no_others_no_shuffled_score():
    assert np.isnan(metrics.auc_shuffled(RAMP, FIXATED, 0 * OTHERS))
    assert np.isnan(metrics.sauc(RAMP, FIXATED, 0 * OTHERS))


def test_one_fixation_has_a_value_though_matlab_gives_none():
    assert metrics.auc_borji(RAMP, FIXATED) > 0.9


def test_all_pixels_fixated():
    assert metrics.auc(RAMP, OTHERS) == 0.5
    assert metrics.nss(RAMP, OTHERS) == pytest.approx(0)
    assert np.isnan(metrics.auc_judd(RAMP, OTHERS))


def test_one_pixel():
    assert metrics.auc([[1.0]], [[1]]) == 0.5
    assert np.isnan(metrics.cc([[1.0]], [[1.0]]))


def test_constant_maps_have_no_correlation():
    assert np.isnan(metrics.cc(np.ones((3, 4)), RAMP))
    assert np.isnan(metrics.cc(RAMP, np.ones((3, 4))))


def test_equal_maps_are_perfect():
    assert metrics.cc(RAMP, 3 * RAMP + 1) == pytest.approx(1)
    assert metrics.sim(RAMP, 3 * RAMP) == pytest.approx(1)
    assert metrics.kld(RAMP + 1, 3 * RAMP + 3) == pytest.approx(0, abs=1e-12)
    assert metrics.sim(0 * RAMP, RAMP) == 0


def test_kld_is_of_the_prediction_from_the_truth():
    truth, prediction = np.array([[0.75, 0.25]]), np.array([[0.5, 0.5]])
    expected = 0.75 * np.log(0.75 / 0.5) + 0.25 * np.log(0.25 / 0.5)
    assert metrics.kld(prediction, truth) == pytest.approx(expected)
    assert metrics.kld(truth, prediction) != pytest.approx(expected)


def test_information_gain_by_hand():
    density, baseline = np.array([[0.5, 0.25, 0.25]]), np.array([[0.25, 0.5, 0.25]])
    assert metrics.information_gain(density, [[3, 1, 0]], baseline) == pytest.approx((3 * 1 - 1) / 4)
    assert metrics.information_gain(baseline, [[3, 1, 0]], baseline) == 0
    assert metrics.information_gain(np.array([[0.0, 0.5, 0.5]]), [[1, 0, 0]], baseline) == -np.inf


def test_a_log_density_given_by_mistake_is_refused():
    with pytest.raises(InputError, match="log density"):
        metrics.information_gain(np.log(DENSITY), FIXATED, UNIFORM)
    with pytest.raises(InputError, match="sum"):
        metrics.information_gain(RAMP, FIXATED, UNIFORM)
    np.testing.assert_allclose(metrics.exponentiate(np.log(DENSITY)), DENSITY)
    with pytest.raises(InputError, match="logsumexp"):
        metrics.exponentiate(RAMP)


@given(hnp.arrays(np.float64, (4, 5), elements=st.floats(-10, 10)), st.floats(0.5, 5), st.floats(-5, 5))
def test_nss_and_cc_ignore_scale_and_shift(saliency, scale, shift):
    fixations = np.zeros((4, 5))
    fixations[1, 2] = fixations[3, 4] = 1
    other = np.arange(20.0).reshape(4, 5)
    if saliency.std() > 1e-3:
        moved = scale * saliency + shift
        assert metrics.nss(moved, fixations) == pytest.approx(metrics.nss(saliency, fixations), abs=1e-6)
        assert metrics.cc(moved, other) == pytest.approx(metrics.cc(saliency, other), abs=1e-6)
        assert -1 - 1e-9 <= metrics.cc(saliency, other) <= 1 + 1e-9


@example(np.full((4, 5), 5e-324))
@example(np.eye(4, 5) * 5e-324)
@given(hnp.arrays(np.float64, (4, 5), elements=st.floats(-10, 10)))
def test_to_density_is_one_and_leaves_nothing_impossible(saliency):
    if saliency.max() <= 0 and saliency.any():
        with pytest.raises(InputError, match="log density"):  # once it became uniform without a word
            metrics.to_density(saliency)
        return
    density = metrics.to_density(saliency)
    assert density.sum() == pytest.approx(1)
    assert density.min() > 0


def test_torch_tensors_are_taken_as_arrays_are():
    tensor = torch.from_numpy(RAMP).requires_grad_()
    assert metrics.auc(tensor, torch.from_numpy(FIXATED)) == metrics.auc(RAMP, FIXATED)


def test_nss_by_hand_with_both_standard_deviations():
    assert metrics.nss([[0, 0, 0, 4]], [[0, 0, 0, 1]]) == pytest.approx(3 / np.sqrt(3))
    assert metrics.nss([[0, 0, 0, 4]], [[0, 0, 0, 1]], ddof=1) == pytest.approx(3 / 2)


@pytest.mark.parametrize("protocol", ["exact", "mit", "tuebingen", "salicon2017"])
@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_a_broken_pixel_gives_no_number_for_what_needs_all_pixels(protocol, broken):
    saliency = RAMP + 1.0
    saliency[0, 1] = broken
    scores = metrics.score(
        saliency,
        fixation_map=FIXATED,
        density=DENSITY,
        other_fixation_map=OTHERS,
        baseline=UNIFORM,
        protocol=protocol,
    )
    # `to_density` takes -inf for any other value below 0
    cut = protocol == "exact" and broken == -np.inf
    for name in ("nss", "cc") if cut else ("nss", "cc", "kld", "sim", "information_gain", "emd"):
        if name in scores:
            assert np.isnan(scores[name]), name
