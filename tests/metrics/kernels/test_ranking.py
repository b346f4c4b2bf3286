"""Large maps go through buckets, small ones do not: both must give what sorting gives."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from gazemap import metrics
from gazemap.metrics.kernels.ranking import _BUCKETS
from gazemap.metrics.kernels.roc import step_cuts

SIDE = 200  # more pixels than need buckets
assert SIDE * SIDE > _BUCKETS // 4


def auc_by_ranks(saliency, counts):
    """All pixels are negatives: the Mann-Whitney statistic of mid-ranks."""
    below = rankdata(saliency.ravel()) - 0.5  # pixels below, and half of the equal ones
    return (below @ counts.ravel()) / counts.sum() / saliency.size


def judd_by_thresholds(saliency, fixated):
    levels = np.sort(saliency[fixated > 0])[::-1]
    found, size = len(levels), saliency.size
    above = np.array([(saliency >= level).sum() for level in levels])
    true_positives = np.concatenate([[0], np.arange(1, found + 1) / found, [1]])
    false_positives = np.concatenate([[0], (above - np.arange(1, found + 1)) / (size - found), [1]])
    return np.trapezoid(true_positives, false_positives)


def stepped_by_thresholds(saliency, counts, negatives, step):
    scaled = (saliency - saliency.min()) / np.ptp(saliency)
    shares = np.arange(0, 1 + step / 2, step)[::-1]
    true_positives, false_positives = (
        [0, *[weights[scaled >= share].sum() / weights.sum() for share in shares], 1]
        for weights in (counts, negatives)
    )
    return np.trapezoid(true_positives, false_positives)


def drawn(kind, seed):
    random = np.random.default_rng(seed)
    noise = random.random((SIDE, SIDE))
    return {
        "even": lambda: noise,
        "8 bits": lambda: np.rint(noise**3 * 255) / 255,
        "two levels": lambda: (noise > 0.7).astype(float),
        "steep": lambda: np.exp(40 * noise),
        "one spike": lambda: np.where(noise == noise.max(), 1.0, 1e-9 * noise),
        "far from zero": lambda: 1e9 + noise,
        "log density": lambda: np.log(noise / noise.sum()),
        "float32": lambda: noise.astype(np.float32),
        "tiny": lambda: noise * 1e-310,
        "huge": lambda: (noise - 0.5) * 3e308,
    }[kind]()


KINDS = [
    *("even", "8 bits", "two levels", "steep", "one spike"),
    *("far from zero", "log density", "float32", "tiny", "huge"),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
def test_large_maps_of_every_kind_give_what_sorting_gives(kind):
    given_map, random = drawn(kind, 1), np.random.default_rng(2)
    saliency = given_map.astype(np.float64)
    counts = random.poisson(0.01, saliency.shape).astype(float)
    counts[saliency == saliency.max()] += 1
    others = random.poisson(0.3, saliency.shape).astype(float)
    assert metrics.auc(given_map, counts) == pytest.approx(auc_by_ranks(saliency, counts), abs=1e-12)
    swapped = 1 - metrics.sauc(given_map, others, counts)  # negatives and positives change places
    assert metrics.sauc(given_map, counts, others) == pytest.approx(swapped, abs=1e-12)
    if kind == "huge":
        return  # its range is not finite, and nothing can be scaled to it
    expected = judd_by_thresholds(saliency, counts)
    assert metrics.auc_judd(given_map, counts) == pytest.approx(expected, abs=1e-12)
    for step in (0.1, 0.01):
        expected = stepped_by_thresholds(saliency, counts > 0, np.ones_like(saliency), step)
        assert metrics.auc_borji(given_map, counts, step) == pytest.approx(expected, abs=1e-12)
        expected = stepped_by_thresholds(saliency, counts > 0, others > 0, step)
        assert metrics.auc_shuffled(given_map, counts, others, step) == pytest.approx(expected, abs=1e-12)
        expected = stepped_by_thresholds(saliency, counts, others, step)
        counted = metrics.auc_shuffled(given_map, counts, others, step, repeats=True)
        assert counted == pytest.approx(expected, abs=1e-12)


@settings(deadline=None, max_examples=60)
@example(-1e7, 1e7, 0.25)  # a cut beside 0, where numbers are dense
@given(
    st.floats(-1e12, 1e12),
    st.floats(1e-9, 1e12),
    st.sampled_from([0.1, 0.01, 0.25, 1 / 3, 1.0]),
)
def test_step_cuts_are_the_least_values_that_reach_each_share(low, span, step):
    high = low + span
    if high > low:
        cuts, shares = step_cuts(step, low, high), np.arange(0, 1 + step / 2, step)
        assert len(cuts) == len(shares)
        assert cuts[0] == low
        for cut, share in zip(cuts[1:], shares[1:], strict=True):
            assert (cut - low) / (high - low) >= share
            assert (np.nextafter(cut, -np.inf) - low) / (high - low) < share
