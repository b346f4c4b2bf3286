"""What few numbers win back, of predictions whose faults are known."""

import numpy as np
import pytest

from gazemap.adaptation.curve import AdaptationCurve, adaptation_curve, draws
from gazemap.adaptation.fitting import sharpened
from gazemap.adaptation.looks import Looks
from gazemap.models.conditions import ViewingCondition, log_softmax

SIZE = (11, 15)  # odd, so that it is fitted on this grid and no coarser one
UNIFORM = np.full(SIZE, -np.log(np.prod(SIZE)))


def looks(count, truth, groups=None):
    """Smooth predictions, and what was measured: exactly the same under a condition."""
    rng = np.random.default_rng(0)
    waves = rng.normal(size=(count, 3, 4)) * 1.5
    down, across = (
        np.cos(np.pi * np.arange(n)[:, None] * (np.arange(m) + 0.5) / m) for n, m in ((3, 11), (4, 15))
    )
    predicted = log_softmax(np.einsum("nij,ih,jw->nhw", waves, down, across))
    measured = np.exp(truth.applied(predicted, UNIFORM).astype(np.float64))
    names = np.array([f"{number:02}" for number in range(count)] if groups is None else groups)
    return Looks(predicted, measured, names, ())


def test_the_best_power_is_found_and_what_it_gains_is_the_divergence():
    known = looks(12, ViewingCondition("flat", 0.5))
    best = sharpened(known, UNIFORM)
    assert best.power == pytest.approx(0.5, abs=0.02)
    assert best.blur < 0.02  # less than a third of a cell, which blurs nothing
    assert (best.own, best.others) == (1.0, 0.0)
    divergence = (known.measured * (np.log(known.measured) - known.predicted)).sum(axis=(1, 2)) / np.log(2)
    np.testing.assert_allclose(best.gains, divergence, rtol=0.03)


def test_the_best_blur_is_found():
    best = sharpened(looks(12, ViewingCondition("coarse", 1.0, 0.08)), UNIFORM)
    assert (best.power, best.blur) == (pytest.approx(1, abs=0.03), pytest.approx(0.08, abs=0.01))


def test_a_model_that_is_right_gains_nothing():
    curve = adaptation_curve(looks(20, ViewingCondition("as trained")), UNIFORM)
    assert curve.sharpening.mean == pytest.approx(0, abs=1e-3)
    assert curve.adapted[10] == pytest.approx([0] * 5, abs=1e-3)


def test_counts_that_leave_too_few_images_are_not_there():
    curve = adaptation_curve(looks(29, ViewingCondition("flat", 0.5)), UNIFORM)
    assert [*curve.adapted] == [10]
    assert curve.mean(10) == pytest.approx(curve.sharpening.mean, abs=0.05)
    assert np.isnan(curve.mean(20))
    assert AdaptationCurve.from_json(curve.as_json()) == curve


def test_images_of_one_group_are_on_one_side():
    groups = np.array(["a", "b", "a", "c", "d", "b"])
    sides = [*draws(groups, 2, 3)]
    assert len({tuple(inside) for inside, _ in sides}) > 1
    for inside, outside in sides:
        assert sorted([*inside, *outside]) == [*range(6)]
        assert len({*groups[inside]}) == 2
        assert not {*groups[inside]} & {*groups[outside]}
