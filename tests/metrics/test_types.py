"""Arrays give floats or arrays, tensors give tensors: to type checkers (mypy reads this), and when run."""

from typing import assert_type

import numpy as np
import torch
from torch import Tensor

from gazemap import Fixations, metrics
from gazemap.metrics.kernels.arrays import Score
from gazemap.metrics.torchmetrics import NSS, SaliencyMetric
from gazemap.types import Floats

ARRAY = metrics.to_density(np.arange(12.0).reshape(3, 4))
TENSOR = torch.from_numpy(ARRAY)
POINTS = Fixations(np.array([1.5]), np.array([2.5]))
COUNTS = np.eye(3, 4)


def test_arrays_give_a_float_or_an_array() -> None:
    scores = [
        assert_type(metrics.auc(ARRAY, POINTS), Score),
        assert_type(metrics.sauc(ARRAY, POINTS, COUNTS), Score),
        assert_type(metrics.auc_judd(ARRAY, [POINTS]), Score),
        assert_type(metrics.auc_borji(ARRAY, COUNTS), Score),
        assert_type(metrics.auc_shuffled(ARRAY, COUNTS, POINTS), Score),
        assert_type(metrics.nss(ARRAY, COUNTS), Score),
        assert_type(metrics.cc(ARRAY, [[0.0, 1.0, 2.0, 3.0]] * 3), Score),
        assert_type(metrics.sim([[1.0, 2.0, 3.0, 4.0]] * 3, ARRAY), Score),
        assert_type(metrics.kld(ARRAY, TENSOR), Score),
        assert_type(metrics.emd(ARRAY, ARRAY), Score),
        assert_type(metrics.information_gain(ARRAY, COUNTS, ARRAY), Score),
        assert_type(metrics.log_likelihood(ARRAY, COUNTS), Score),
    ]
    assert all(isinstance(score, float) for score in scores)
    assert len(scores) == len(metrics.METRICS)
    batch = assert_type(metrics.cc(ARRAY[None], ARRAY), Score)
    assert isinstance(batch, np.ndarray)


def test_tensors_give_tensors() -> None:
    scores = [
        assert_type(metrics.auc(TENSOR, POINTS), Tensor),
        assert_type(metrics.sauc(TENSOR, POINTS, COUNTS), Tensor),
        assert_type(metrics.auc_judd(TENSOR, [POINTS]), Tensor),
        assert_type(metrics.auc_borji(TENSOR, COUNTS), Tensor),
        assert_type(metrics.auc_shuffled(TENSOR, COUNTS, POINTS), Tensor),
        assert_type(metrics.nss(TENSOR, COUNTS), Tensor),
        assert_type(metrics.cc(TENSOR, ARRAY), Tensor),
        assert_type(metrics.sim(TENSOR, TENSOR), Tensor),
        assert_type(metrics.kld(TENSOR, TENSOR), Tensor),
        assert_type(metrics.emd(TENSOR, ARRAY), Tensor),
        assert_type(metrics.information_gain(TENSOR, COUNTS, ARRAY), Tensor),
        assert_type(metrics.log_likelihood(TENSOR, COUNTS), Tensor),
    ]
    assert all(isinstance(score, Tensor) for score in scores)
    assert len(scores) == len(metrics.METRICS)


def test_what_makes_maps_gives_what_came() -> None:
    arrays = [
        assert_type(metrics.to_density(ARRAY), Floats),
        assert_type(metrics.shift_to_density(ARRAY), Floats),
        assert_type(metrics.exponentiate(np.log(ARRAY)), Floats),
        assert_type(metrics.resize(ARRAY, (6, 8)), Floats),
    ]
    tensors = [
        assert_type(metrics.to_density(TENSOR), Tensor),
        assert_type(metrics.shift_to_density(TENSOR), Tensor),
        assert_type(metrics.exponentiate(TENSOR.log()), Tensor),
        assert_type(metrics.resize(TENSOR, (6, 8), "spline"), Tensor),
    ]
    assert all(isinstance(values, np.ndarray) for values in arrays)
    assert all(isinstance(values, Tensor) for values in tensors)


def test_scores_are_named_and_typed_as_their_prediction() -> None:
    truth = metrics.GroundTruth(COUNTS, ARRAY)
    arrays = assert_type(metrics.score(ARRAY, fixation_map=COUNTS), dict[str, Score])
    tensors = assert_type(metrics.score(TENSOR, fixation_map=COUNTS), dict[str, Tensor])
    assert all(isinstance(value, float) for value in arrays.values())
    for protocol in metrics.PROTOCOLS:  # those that go through 8 bits, too
        tensors = assert_type(metrics.score_against(truth, TENSOR, protocol), dict[str, Tensor])
        assert all(isinstance(value, Tensor) for value in tensors.values()), protocol


def test_a_torchmetric_is_known_by_its_name() -> None:
    metric = assert_type(NSS(ddof=1), SaliencyMetric)
    metric.update(TENSOR, fixation_map=COUNTS)
    assert assert_type(metric.compute(), Tensor) == metrics.nss(TENSOR, COUNTS, ddof=1)
