"""A score that is missing says why; tests/contracts/test_metrics.py has the reason of every edge."""

import numpy as np
import pytest

from gazemap import metrics
from gazemap.errors import InputError
from gazemap.metrics import PROTOCOLS
from gazemap.metrics.scoring.preparing import prepare
from gazemap.metrics.scoring.reasons import why_undefined
from gazemap.metrics.scoring.score import score_prepared

SIZE = (40, 50)
RANDOM = np.random.default_rng(0)
SALIENCY = RANDOM.random(SIZE)
FIXATED = RANDOM.poisson(0.02, SIZE).astype(float)
BASELINE = metrics.to_density(RANDOM.random(SIZE))
TRUTH = metrics.GroundTruth(FIXATED, metrics.to_density(SALIENCY), FIXATED[::-1], BASELINE)


def reasons(saliency, protocol, truth=TRUTH):
    """Metric -> why it has no score, for those that have none."""
    chosen = PROTOCOLS[protocol]
    prepared = prepare(saliency, chosen, SIZE, "saliency")
    scores = score_prepared(prepared, truth, chosen.metrics)
    found = {name: why_undefined(prepared, truth, name) for name in chosen.metrics}
    assert {name for name, value in scores.items() if np.isnan(value)} == {n for n in found if found[n]}
    return {name: reason for name, reason in found.items() if reason}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_plain_map_lacks_no_score_but_what_its_protocol_gives_none(protocol):
    lacking = {"information_gain": "tuebingen gives a saliency map no information_gain"}
    assert reasons(SALIENCY, protocol) == (lacking if protocol == "tuebingen" else {})


@pytest.mark.parametrize("protocol", ["exact", "tuebingen"])
def test_a_log_map_among_many_scores_as_nothing_rather_than_as_the_uniform_map(protocol):
    logs = np.log(metrics.to_density(SALIENCY))
    why = "no value of its map is above 0 (a log density has output 'log_density')"
    assert reasons(logs, protocol) == dict.fromkeys(("information_gain", "kld", "sim"), why)
    assert reasons(logs + 1.0, protocol) == reasons(logs, protocol)  # an unnormalized one, too
    for make in (metrics.to_density, metrics.shift_to_density):
        with pytest.raises(InputError, match="log density"):
            make(logs)


def test_a_black_map_under_each_protocol():
    black = np.zeros(SIZE)
    constant = "its map is constant"
    assert reasons(black, "exact") == dict.fromkeys(("nss", "cc"), constant)
    assert reasons(black, "mit") == {
        **dict.fromkeys(("auc_judd", "nss", "cc"), constant),  # zeros stay zeros in its SIM and IG
        "emd": "no value of its map is above 0",
    }


def test_bicubic_undershoot_has_no_kld_and_says_so():
    steps = np.kron(np.eye(4), np.ones((2, 2)))
    assert reasons(steps, "mit") == {"kld": "its map has negative values"}


@pytest.mark.parametrize("factor", [1e-310, 1e300])
def test_values_beyond_float64_give_no_number(factor):
    extreme = SALIENCY * factor
    why = "its values are too large or too small for float64"
    assert set(reasons(extreme, "mit").values()) == {why}
    for compute in (lambda s: metrics.nss(s, FIXATED), lambda s: metrics.cc(s, SALIENCY)):
        assert np.isnan(compute(extreme))


def test_a_truth_beyond_float64_gives_no_similarity():
    assert np.isnan(metrics.sim(SALIENCY, SALIENCY * 1e306))


def test_reasons_are_the_same_for_tensors():
    import torch

    prepared = prepare(torch.ones(SIZE, dtype=torch.float64), PROTOCOLS["exact"], SIZE, "saliency")
    assert why_undefined(prepared, TRUTH, "nss") == "its map is constant"
    assert why_undefined(prepared, TRUTH, "auc") is None
