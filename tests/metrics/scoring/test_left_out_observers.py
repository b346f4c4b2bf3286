"""What the gold standard saves: no logarithms of its densities, and a truth that is read once."""

import numpy as np
import pytest

from gazemap.gaze.fixations import Fixations
from gazemap.metrics import PROTOCOLS, GroundTruth
from gazemap.metrics.scoring.preparing import Context, prepare, prepare_density
from gazemap.metrics.scoring.score import score_prepared

SIZE = (30, 40)


def drawn(seed):
    random = np.random.default_rng(seed)
    return random.poisson(0.05, SIZE).astype(float), random.dirichlet(np.ones(1200)).reshape(SIZE)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_density_is_scored_as_its_logarithm(name):
    protocol = PROTOCOLS[name]
    (fixated, density), (others, baseline) = drawn(0), drawn(1)
    truth = GroundTruth(fixated, density, others, baseline)
    context = Context(baseline, 3.0, 60.0)
    metrics = [metric for metric in protocol.metrics if metric != "emd"]
    of_log = score_prepared(prepare(np.log(density), protocol, SIZE, "log_density", context), truth, metrics)
    scores = score_prepared(prepare_density(density, protocol, context), truth, metrics)
    assert scores == pytest.approx(of_log, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_another_observer_is_scored_as_against_a_truth_of_its_own(name):
    protocol = PROTOCOLS[name]
    (fixated, density), (others, baseline) = drawn(0), drawn(1)
    own = Fixations(np.array([3.5, 3.6, 20.0, 39.0]), np.array([4.0, 4.1, 29.0, 7.0]))
    prepared = prepare_density(drawn(2)[1], protocol, Context(baseline, 3.0, 60.0))
    metrics = [metric for metric in protocol.metrics if metric != "emd"]
    read = GroundTruth(fixated, density, others, baseline)
    before = score_prepared(prepared, read, metrics)
    of_own = score_prepared(prepared, read.with_fixations(own), metrics)
    assert of_own == score_prepared(prepared, GroundTruth(own, density, others, baseline), metrics)
    assert of_own != before == score_prepared(prepared, read, metrics)
