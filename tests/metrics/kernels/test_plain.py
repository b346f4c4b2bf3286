"""The kernels give what the plain lines in their docstrings define."""

import inspect

import numpy as np
import pytest
import torch

from gazemap.metrics.kernels.pixels import FixatedPixels, Pixels
from gazemap.metrics.kernels.ranking import _BUCKETS, Ranking
from gazemap.metrics.kernels.roc import Roc, _in_order

MAPS = {
    "even": lambda random, size: random.random(size),
    "ties": lambda random, size: random.integers(0, 5, size).astype(float),
    "steep": lambda random, size: np.exp(20 * random.random(size)),
    "signed": lambda random, size: random.normal(size=size),
}
SMALL, LARGE = 300, _BUCKETS // 4 + 1000  # without buckets and with them


def plain(function, **given):
    """What the lines after "Plainly::" in a docstring compute: every name that they set."""
    lines = inspect.getdoc(function).split("Plainly::\n\n")[1].split("\n\n")[0]
    names = {"np": np, **given}
    exec(inspect.cleandoc("\n" + lines), names)
    return names


def scene(kind, size, seed=0):
    random = np.random.default_rng(seed)
    values = MAPS[kind](random, size)
    counts = np.zeros(size)
    counts[random.choice(size, 25, replace=False)] = random.integers(1, 4, 25)
    return values, counts, random.poisson(0.5, size).astype(float)


def roc_of(values, counts, xp=np, step=0.1):
    fixated = np.flatnonzero(counts)
    given = [values[None], fixated, counts[fixated]]
    if xp is not np:
        import array_api_compat.torch as xp

        given = [torch.from_numpy(array) for array in given]
    return Roc(Pixels(xp, given[0]), 0, FixatedPixels(given[1], given[2]), step)


@pytest.mark.parametrize("xp", [np, torch], ids=["numpy", "torch"])
@pytest.mark.parametrize("size", [SMALL, pytest.param(3000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", MAPS)
def test_curves(kind, size, xp):
    values, counts, weights = scene(kind, size)
    roc, ones = roc_of(values, counts, xp), np.ones(size)
    as_given = weights if xp is np else torch.from_numpy(weights)
    given = {"values": values, "counts": counts, "step": 0.1}
    for function, negatives in ((Roc.exact, as_given), (Roc.stepped, as_given)):
        expected = plain(function, weights=weights, **given)["area"]
        assert float(function(roc, negatives)) == pytest.approx(expected, abs=1e-12)
        expected = plain(function, weights=ones, **given)["area"]
        assert float(function(roc)) == pytest.approx(expected, abs=1e-12)
    assert float(roc.judd()) == pytest.approx(plain(Roc.judd, **given)["area"], abs=1e-12)


@pytest.mark.parametrize(
    ("size", "cut_count"),
    [
        *((SMALL, count) for count in (4, 25, 400)),
        (LARGE + 1, 25),
        *(pytest.param(LARGE, count, marks=pytest.mark.slow) for count in (4, 400)),
    ],
)
@pytest.mark.parametrize("kind", MAPS)
def test_rankings(kind, size, cut_count):
    values, _, weights = scene(kind, size)
    random = np.random.default_rng(cut_count)
    cuts = np.unique(np.concatenate([random.choice(values, cut_count), random.choice(values, 3) + 1e-3]))
    heights, others = (random.integers(0, 9, len(cuts) + 1).astype(float) for _ in range(2))
    low, high = values.min(), values.max()
    ranking = Ranking(values, lambda: values - low, low, high, cuts)
    given = {"values": values, "cuts": cuts, "heights": heights}
    for chosen in (weights, None):
        expected = plain(Ranking.total, weights=np.ones(size) if chosen is None else chosen, **given)
        assert ranking.total(heights, chosen) == expected["total"]
        assert ranking.total(heights, chosen, halve=True) == expected["halved"]
    assert ranking.totals(heights, others) == (ranking.total(heights), ranking.total(others))
    some = np.arange(0, size, 7)
    given = {"values": values[some], "cuts": cuts, "heights": heights, "weights": weights[some]}
    expected = plain(Ranking._places, values=values[some], cuts=cuts)
    for found, counted in zip(ranking._places(some), (expected["below"], expected["not_above"]), strict=True):
        np.testing.assert_array_equal(found, counted)
    for halve, name in ((False, "total"), (True, "halved")):
        found = ranking.total_at(heights, some, weights[some], halve=halve)
        assert found == plain(Ranking.total, **given)[name]


def test_two_sums_that_do_not_fit_into_one_integer_are_taken_one_by_one():
    values, _, _ = scene("even", LARGE)
    cuts, heights = np.sort(values[:30]), np.full(31, 2.0**40)
    ranking = Ranking(values, lambda: values - values.min(), values.min(), values.max(), cuts)
    assert ranking.totals(heights, heights / 2) == (2.0**40 * LARGE, 2.0**39 * LARGE)


def test_bits_are_in_the_order_of_their_numbers():
    values = np.array([0.0, -1e-310, 5.5, -2.0, 1e-310, -np.inf, np.inf, 1.0, -1e300, 1e300])
    np.testing.assert_array_equal(_in_order(values).argsort(), values.argsort())
    np.testing.assert_array_equal(_in_order(_in_order(values).view(np.float64)).view(np.float64), values)
