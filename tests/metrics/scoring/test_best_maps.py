"""The map that is best for a metric is best: by expectation over fixations drawn from the density."""

import numpy as np
import pytest
from scipy.special import gammaincinv
from scipy.stats import rankdata

from gazemap import metrics
from gazemap.errors import InputError
from gazemap.gaze.blurring import blur
from gazemap.metrics.scoring.best_maps import _relative_quantile, best_map, overlapping_map, ranks

SIZE, SIGMA, FIXATIONS = (48, 64), 4.0, 30


def gaussian(x, y, sigma):
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    return np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * sigma**2))


DENSITY = metrics.to_density(gaussian(32, 24, 12) + 4 * gaussian(50, 12, 2) + gaussian(12, 36, 3))
BASELINE = metrics.to_density(gaussian(32, 24, 14))


def drawn(density, fixations, times, seed=0):
    random = np.random.default_rng(seed)
    return random.multinomial(fixations, density.ravel(), size=times).reshape(-1, *SIZE).astype(float)


@pytest.fixture(scope="module")
def expected():
    """Kind of map -> metric -> mean score over many images' worth of fixations."""
    fixations, others = drawn(DENSITY, FIXATIONS, 300), drawn(BASELINE, 20 * FIXATIONS, 300, seed=1)
    truths = np.stack([blur(counts, SIGMA) for counts in fixations])
    kinds = ("density", "ranks", "gain", "gain ranks", "blurred", "overlapping")
    maps = {k: best_map(DENSITY, k, baseline=BASELINE, sigma=SIGMA, fixations=FIXATIONS) for k in kinds}

    def scores(values):
        batch = np.broadcast_to(values, fixations.shape)
        return {
            "auc": metrics.auc(batch, fixations).mean(),
            "auc_borji": metrics.auc_borji(batch, fixations).mean(),
            "auc_shuffled": metrics.auc_shuffled(batch, fixations, others, repeats=True).mean(),
            "sauc": metrics.sauc(batch, fixations, others).mean(),
            "nss": metrics.nss(batch, fixations).mean(),
            "cc": metrics.cc(batch, truths).mean(),
            "sim": metrics.sim(batch, truths).mean(),
            "kld": metrics.kld(batch, truths).mean(),
        }

    return {kind: scores(values) for kind, values in maps.items()}


@pytest.mark.parametrize("name", ["auc", "auc_borji", "auc_shuffled", "sauc", "nss", "cc", "sim", "kld"])
def test_no_other_kind_of_map_scores_better(expected, name):
    metric = metrics.METRICS[name]
    sign = 1 if metric.higher_is_better else -1
    best = sign * expected[metric.best][name]
    # CC scales each truth, so that their mean is best up to that; ranks call neighbors equal
    slack = {"cc": 1e-4, "auc": 1e-5, "sauc": 1e-5}.get(name, 1e-9)
    for kind, scores in expected.items():
        assert best >= sign * scores[name] - slack, kind
    assert best > sign * min((s[name] for s in expected.values()), key=lambda value: sign * value) + 1e-3


def test_the_overlapping_map_is_a_quantile_found_without_drawing():
    """The optimum over drawn ground truths: one quantile of each pixel, chosen so that they sum to 1."""
    truths = np.stack([blur(counts, SIGMA) / FIXATIONS for counts in drawn(DENSITY, FIXATIONS, 400, seed=2)])
    ordered = np.sort(truths, axis=0)
    optimum = ordered[np.searchsorted(ordered.sum(axis=(1, 2)), 1.0)]
    tests = np.stack([blur(counts, SIGMA) for counts in drawn(DENSITY, FIXATIONS, 300, seed=3)])
    closed = overlapping_map(DENSITY, SIGMA, FIXATIONS)
    assert closed.sum() == pytest.approx(1)
    reached, best = (
        metrics.sim(np.broadcast_to(values, tests.shape), tests).mean() for values in (closed, optimum)
    )
    assert reached > best - 0.003


@pytest.mark.parametrize("fixations", [0.5, 1, 1e5])
def test_the_overlapping_map_exists_for_few_and_many_fixations(fixations):
    values = overlapping_map(DENSITY, SIGMA, fixations)
    assert values.min() >= 0
    assert values.sum() == pytest.approx(1)
    if fixations == 1e5:  # hardly anything is left to chance
        np.testing.assert_allclose(values, blur(DENSITY, SIGMA), rtol=0.1)


@pytest.mark.parametrize("level", [0.02, 0.3, 0.5, 0.9, 0.999])
def test_quantiles_are_those_of_gamma_distributions(level):
    shapes = np.geomspace(0.5, 5000, 60)
    np.testing.assert_allclose(
        _relative_quantile(shapes, level), gammaincinv(shapes, level) / shapes, rtol=0.01, atol=1e-3
    )


def test_ranks_are_shares_of_lower_pixels():
    values = np.array([[3.0, 1.0, 3.0], [2.0, 1.0, 9.0]])
    np.testing.assert_allclose(ranks(values), np.array([[3, 0, 3], [2, 0, 5]]) / 6)
    np.testing.assert_allclose(ranks(values - 1), np.array([[3, 0, 3], [2, 0, 5]]) / 6)
    np.testing.assert_array_equal(ranks(np.full((2, 2), 0.25)), np.zeros((2, 2)))
    np.testing.assert_array_equal(ranks(np.array([[0.0, 1.0]])), np.array([[0, 0.5]]))
    np.testing.assert_array_equal(ranks(np.zeros((2, 2))), np.zeros((2, 2)))
    steep = np.exp(-60 * np.random.default_rng(0).random((50, 60)))
    np.testing.assert_allclose(ranks(steep), (rankdata(steep, "min") - 1).reshape(50, 60) / 3000, atol=2e-3)


def test_what_a_kind_lacks_is_named():
    with pytest.raises(InputError, match="'gain' needs a baseline"):
        best_map(DENSITY, "gain")
    with pytest.raises(InputError, match="'overlapping'"):
        best_map(DENSITY, "overlapping", sigma=3.0)
