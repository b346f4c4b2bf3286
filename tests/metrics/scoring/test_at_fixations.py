"""The shuffled AUC of a gain at the fixated pixels alone is that of the whole map."""

import numpy as np
import pytest

from gazemap import metrics
from gazemap.metrics import PROTOCOLS, GroundTruth, best_map
from gazemap.metrics.kernels.reading import Reader
from gazemap.metrics.scoring.at_fixations import gain_at_fixations

RANDOM = np.random.default_rng(5)
SIZE = (30, 40)
DENSITY = RANDOM.random(SIZE) ** 3
DENSITY /= DENSITY.sum()
BASELINE = np.where(RANDOM.random(SIZE) > 0.5, DENSITY, 1 / DENSITY.size)  # half of the gains are equal


def sauc_of(own, others, protocol):
    truth = GroundTruth(own, other_fixation_map=others)
    compared = gain_at_fixations(Reader(DENSITY), BASELINE, truth, protocol)
    return metrics.METRICS["sauc"].compute(compared)


def whole(own, others, protocol):
    gained = best_map(DENSITY, "gain", baseline=BASELINE)
    return metrics.sauc(gained, own, others, repeats=protocol.repeats)


@pytest.mark.parametrize("protocol", [PROTOCOLS["exact"], PROTOCOLS["mit"]], ids=["exact", "mit"])
@pytest.mark.parametrize("rate", [0.01, 2.0], ids=["few negatives", "negatives nearly everywhere"])
def test_it_is_that_of_the_whole_map(protocol, rate):
    own, others = RANDOM.poisson(0.02, SIZE).astype(float), RANDOM.poisson(rate, SIZE).astype(float)
    assert sauc_of(own, others, protocol) == pytest.approx(whole(own, others, protocol), rel=1e-12)


def test_without_fixations_or_negatives_there_is_none():
    some, none = np.eye(*SIZE), np.zeros(SIZE)
    for own, others in ((none, some), (some, none), (none, none)):
        assert np.isnan(sauc_of(own, others, PROTOCOLS["exact"]))
