import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support.references import auc_by_pairs, borji_splits, shuffled_splits

from gazemap import metrics
from gazemap.data.dataset import load_dataset
from gazemap.data.importers import import_dataset

maps = hnp.arrays(np.float64, (5, 6), elements=st.integers(0, 6).map(float))
counts = hnp.arrays(np.float64, (5, 6), elements=st.sampled_from([0.0, 0.0, 0.0, 1.0, 2.0]))


def repeated(values, weights):
    return np.repeat(values.ravel(), weights.ravel().astype(int))


@given(maps, counts)
def test_auc_is_the_share_of_pairs_won(saliency, fixations):
    if fixations.any():
        expected = auc_by_pairs(repeated(saliency, fixations), saliency.ravel())
        assert metrics.auc(saliency, fixations) == pytest.approx(expected, abs=1e-12)


@given(maps, counts, counts)
def test_sauc_is_the_share_of_pairs_won_against_others(saliency, fixations, others):
    if fixations.any() and others.any():
        expected = auc_by_pairs(repeated(saliency, fixations), repeated(saliency, others))
        assert metrics.sauc(saliency, fixations, others) == pytest.approx(expected, abs=1e-12)


@given(maps, counts, counts)
def test_only_the_order_of_saliencies_matters(saliency, fixations, others):
    stretched = np.exp(saliency / 3) * 10 - 4
    for compute in (
        lambda s: metrics.auc(s, fixations),
        lambda s: metrics.sauc(s, fixations, others),
        lambda s: metrics.auc_judd(s, fixations),
    ):
        np.testing.assert_equal(compute(stretched), compute(saliency))


@given(maps, counts, counts)
def test_stepped_aucs_ignore_scale_and_shift_and_stay_in_bounds(saliency, fixations, others):
    for compute in (
        lambda s: metrics.auc_borji(s, fixations),
        lambda s: metrics.auc_shuffled(s, fixations, others),
    ):
        value = compute(saliency)
        assert np.isnan(value) or 0 <= value <= 1
        np.testing.assert_allclose(compute(4 * saliency + 8), value)


def test_hand_worked_numbers():
    saliency = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    at_nine = [[0, 0, 0], [0, 0, 0], [0, 0, 1]]
    assert metrics.auc(saliency, at_nine) == pytest.approx((8 + 0.5) / 9)
    assert metrics.auc_judd(saliency, at_nine) == pytest.approx(1.0)
    others = [[1, 0, 0], [0, 0, 0], [0, 0, 3]]
    assert metrics.sauc(saliency, at_nine, others) == pytest.approx((1 + 3 * 0.5) / 4)
    # step 0.5: thresholds 1, .5, 0; shares of all pixels above them 1/9, 5/9, 1
    assert metrics.auc_borji(saliency, at_nine, step=0.5) == pytest.approx(1 - 1 / 18)


def test_a_repeated_fixation_counts_twice():
    saliency, once = [[0.0, 1.0, 2.0]], [[1, 0, 1]]
    twice = [[1, 0, 2]]
    assert metrics.auc(saliency, twice) > metrics.auc(saliency, once)
    assert metrics.auc_borji(saliency, twice) == metrics.auc_borji(saliency, once)


@pytest.fixture(scope="module")
def osie(shared_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gaze") / "osie"
    return load_dataset(import_dataset(shared_data / "osie", folder, format="osie").path).split("val")


@pytest.mark.slow
@pytest.mark.parametrize("index", [0, 33, 66])
def test_closed_forms_agree_with_sampling_on_real_images(osie, index):
    size = (480, 640)
    fixations = osie[index].fixation_map(size)
    others = sum(osie[i].fixation_map(size) for i in range(90, 100))
    saliency = osie[(index + 7) % 90].density(size)  # another image's: a middling prediction
    for closed, splits in (
        (metrics.auc_borji(saliency, fixations), borji_splits(saliency, fixations)),
        (metrics.auc_shuffled(saliency, fixations, others), shuffled_splits(saliency, fixations, others)),
    ):
        error = splits.std(ddof=1) / np.sqrt(len(splits))
        assert abs(closed - splits.mean()) < 4 * error


@pytest.mark.parametrize("examples", [4, pytest.param(20, marks=pytest.mark.slow)])
def test_closed_forms_agree_with_sampling_on_drawn_maps(examples):
    settings(deadline=None, max_examples=examples)(given(st.integers(0, 10_000))(check_drawn_maps))()


def check_drawn_maps(seed):
    random = np.random.default_rng(seed)
    saliency = random.random((12, 15)) ** 2
    fixations = random.random((12, 15)) < 0.1
    fixations[3, 4] = True
    others = random.random((12, 15)) < 0.3
    others[5, 6] = True
    for closed, splits in (
        (metrics.auc_borji(saliency, fixations), borji_splits(saliency, fixations, splits=400)),
        (
            metrics.auc_shuffled(saliency, fixations, others),
            shuffled_splits(saliency, fixations, others, splits=400),
        ),
    ):
        error = splits.std(ddof=1) / np.sqrt(len(splits))
        assert abs(closed - splits.mean()) < 5 * error + 1e-9
