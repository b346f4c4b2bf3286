"""Losses against hand-worked numbers, closed forms of their gradients, and the metrics that they are."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy
from support.loss_cases import case

from gazemap import metrics
from gazemap.errors import RecipeError
from gazemap.losses import (
    LOSSES,
    LossTargets,
    NetworkOutput,
    check_weights,
    make_loss,
    perceptual,
    weighted_loss,
)
from gazemap.losses.center_bias import center_prior

RISING = {"nss", "cc", "sim"}  # more is better: recipes weigh them below 0
EQUAL_AT = {  # what a prediction that is the truth scores
    **dict.fromkeys(("mse", "mae", "huber", "exponential", "weighted_mse"), 0.0),
    **dict.fromkeys(("kld", "total_variation", "chi_square", "cosine", "bhattacharyya", "jsd"), 0.0),
    "cc": 1.0,
    "sim": 1.0,
    "nss_gap": 0.0,
}


@pytest.mark.parametrize("name", EQUAL_AT)
def test_the_truth_itself_is_the_best_prediction(name):
    _, truth = case()
    own = LOSSES[name](NetworkOutput(truth.target.clone(), "saliency"), truth)
    assert own.item() == pytest.approx(EQUAL_AT[name], abs=1e-6)
    sign = -1 if name in RISING else 1
    for seed in range(3) if name != "nss_gap" else ():  # a prediction may have a higher NSS than the truth
        other = LOSSES[name](case(seed)[0], truth)
        assert sign * other > sign * own


def logits_gradient(name, logits, density):
    """d loss / d logits for one image, through the softmax."""
    logits = torch.tensor(logits, requires_grad=True)
    log_density = logits.flatten().log_softmax(0).view(1, *logits.shape)
    truth = LossTargets(torch.tensor(density)[None], torch.zeros(1, *logits.shape))
    LOSSES[name](NetworkOutput(log_density, "log_density"), truth).backward()
    return logits.grad.numpy()


@given(st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_gradients_through_the_softmax_are_the_closed_forms(seed):
    """KL: p - g; Bhattacharyya: (p - sqrt(p g) / sum sqrt(p g)) / 2; chi-square: p sum g^2 / p - g^2 / p."""
    random = np.random.default_rng(seed)
    logits, g = random.normal(0, 2, (4, 5)), random.random((4, 5)) ** 2
    g /= g.sum()
    p = np.exp(logits) / np.exp(logits).sum()
    shared = np.sqrt(p * g)
    expected = {
        "kld": p - g,
        "bhattacharyya": 0.5 * (p - shared / shared.sum()),
        "chi_square": p * (g**2 / p).sum() - g**2 / p,
    }
    for name, gradient in expected.items():
        np.testing.assert_allclose(logits_gradient(name, logits, g), gradient, atol=1e-9, err_msg=name)


def test_distances_by_other_libraries_and_by_hand():
    p = torch.tensor([[[0.5, 0.25, 0.25]]], dtype=torch.float64)
    q = torch.tensor([[[0.2, 0.4, 0.4]]], dtype=torch.float64)
    predicted, truth = NetworkOutput(p.log(), "log_density"), LossTargets(q, torch.zeros(1, 1, 3))
    middle = (p + q).numpy().ravel() / 2
    by_hand = {
        "kld": entropy(q.ravel(), p.ravel()),
        "jsd": (entropy(p.ravel(), middle) + entropy(q.ravel(), middle)) / 2,
        "total_variation": 0.3,
        "chi_square": 0.2**2 / 0.5 + 2 * 0.4**2 / 0.25 - 1,
        "bhattacharyya": -math.log(math.sqrt(0.1) + 2 * math.sqrt(0.1)),
        "cosine": 1 - (0.1 + 0.2) / math.sqrt((0.25 + 0.125) * (0.04 + 0.32)),
    }
    for name, value in by_hand.items():
        assert LOSSES[name](predicted, truth).item() == pytest.approx(value), name


def test_pixel_losses_by_hand():
    p = torch.tensor([[[0.5, 0.0], [0.25, 1.0]]], dtype=torch.float64)
    y = torch.tensor([[[1.0, 0.0], [0.25, 0.5]]], dtype=torch.float64)
    predicted, truth = NetworkOutput(p, "saliency"), LossTargets(y, torch.zeros(1, 2, 2))
    cross = [-math.log(0.5), 0.0, -(0.25 * math.log(0.25) + 0.75 * math.log(0.75)), -0.5 * math.log(1e-6)]
    by_hand = {
        "mse": (0.25 + 0.25) / 4,
        "mae": (0.5 + 0.5) / 4,
        "huber": 2 * 0.1 * (0.5 - 0.05) / 4,
        "exponential": 2 * (math.exp(0.5) - 1) / 4,
        "weighted_mse": (0.25 / 0.1 + 0.25 / 0.6) / 4,
        "bce": sum(cross) / 4,
        "focal": (0.25 * cross[0] + 0.25 * cross[3]) / 4,
    }
    for name, value in by_hand.items():
        assert LOSSES[name](predicted, truth).item() == pytest.approx(value, rel=1e-4), name


def test_a_network_s_own_range_counts_for_squared_error_alone():
    """Pan et al. regress targets in [-1, 1]; other losses see the same map on [0, 1]."""
    predicted, truth = case()
    wide = NetworkOutput(2 * predicted.raw.detach() - 1, "saliency", (-1.0, 1.0))
    assert LOSSES["mse"](wide, truth).item() == pytest.approx(4 * LOSSES["mse"](predicted, truth).item())
    for name in LOSSES.keys() - {"mse", "deep_features", "gram"}:  # those take larger maps
        assert LOSSES[name](wide, truth).item() == pytest.approx(LOSSES[name](predicted, truth).item()), name


@pytest.mark.parametrize("output", ["saliency", "log_density"])
def test_losses_that_are_metrics_give_the_metrics_numbers(output):
    predicted, truth = case(output=output)
    saliency = (predicted.density if output == "log_density" else predicted.raw).detach()
    expected = {
        "nss": metrics.nss(saliency, truth.fixations),
        "cc": metrics.cc(saliency, truth.target),
        "sim": metrics.sim(predicted.density.detach(), truth.target),
        "nll": -metrics.log_likelihood(predicted.density.detach(), truth.fixations) * math.log(2),
    }
    for name, scores in expected.items():
        assert LOSSES[name](predicted, truth).item() == pytest.approx(scores.mean().item(), rel=1e-5), name


def test_the_center_penalties_are_largest_for_the_center():
    _, truth = case(size=(24, 32))
    prior = center_prior(truth.target)
    assert prior.sum().item() == pytest.approx(1)
    away = torch.roll(prior, (12, 16), (0, 1))
    for name, top in (("center_overlap", 1.0), ("center_correlation", 1.0)):
        own, other = (
            LOSSES[name](NetworkOutput(density.log()[None], "log_density"), truth)
            for density in (prior, away)
        )
        assert own.item() == pytest.approx(top)
        assert other < 0.75 * own


def test_a_sum_of_weighted_terms():
    predicted, truth = case()
    total = weighted_loss({"kld": 10.0, "cc": -2.0, "nss": -1.0})(predicted, truth)
    parts = [LOSSES[name](predicted, truth) for name in ("kld", "cc", "nss")]
    assert total.item() == pytest.approx((10 * parts[0] - 2 * parts[1] - parts[2]).item())


def test_a_term_s_weight_may_stand_beside_its_parameters():
    predicted, truth = case()
    total = weighted_loss({"huber": {"weight": 3, "delta": 0.2}, "mse": 1})(predicted, truth)
    own = LOSSES["huber"](predicted, truth, delta=0.2)
    assert own.item() != pytest.approx(LOSSES["huber"](predicted, truth).item())
    assert total.item() == pytest.approx((3 * own + LOSSES["mse"](predicted, truth)).item())


def test_parameters_by_hand():
    y = torch.tensor([[[1.0, 0.0]]], dtype=torch.float64)
    predicted = NetworkOutput(torch.tensor([[[0.5, 0.1]]], dtype=torch.float64), "saliency")
    truth = LossTargets(y, torch.zeros(1, 1, 2))
    by_hand = {
        ("huber", "delta", 0.2): (0.2 * (0.5 - 0.1) + 0.5 * 0.1**2) / 2,
        ("weighted_mse", "alpha", 2.0): (0.0 / 1 + 0.2**2 / 2) / 2,  # over the largest, 0.5: 1 and 0.2
        ("focal", "gamma", 1.0): (0.5 * -math.log(0.5) + 0.1 * -math.log(0.9)) / 2,
    }
    for (name, key, value), expected in by_hand.items():
        assert make_loss(name, **{key: value})(predicted, truth).item() == pytest.approx(expected), name


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"bhattacharya": 1.0}, "Did you mean 'bhattacharyya'"),
        (
            {"huber": {"weight": 1, "dleta": 0.2}},
            "option of the loss huber named 'dleta'. Did you mean 'delta'",
        ),
        ({"huber": {"weight": 1, "delta": "wide"}}, "delta: .*valid number.*got 'wide'"),
        ({"huber": {"weight": 1, "delta": 0}}, "delta: .*greater than 0, got 0"),
        ({"huber": {"delta": 0.2}}, "The loss huber needs a weight"),
        ({"mse": "much"}, "The loss mse needs a weight.*Got 'much'"),
        ({"mse": {"weight": 1, "delta": 1}}, "no option of the loss mse named 'delta'"),
        ({"gram": {"weight": 1, "encoder": "vgg"}}, "encoder: .*Did you mean 'vgg16'"),
    ],
)
def test_mistakes_are_named_before_anything_is_built(weights, message, monkeypatch):
    monkeypatch.setattr(perceptual, "Encoder", None)
    for check in (check_weights, weighted_loss):
        with pytest.raises(RecipeError, match=message):
            check(weights)


def test_checking_builds_no_network(monkeypatch):
    monkeypatch.setattr(perceptual, "Encoder", None)
    check_weights({"deep_features": {"weight": 1, "encoder": "mobilenetv2", "weights": "none.safetensors"}})
