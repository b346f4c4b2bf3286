"""What every entry of LOSSES keeps: both outputs, finite gradients, its parameters, the device."""

import pytest
import torch
from support.loss_cases import case

from gazemap.losses import (
    LOSSES,
    LossTargets,
    NetworkOutput,
    learns_from_maps,
    make_loss,
    weighted_loss,
)
from gazemap.system.checking import options_of

# every parameter of each loss, away from its default; none where a loss has none
PARAMETERS = {
    **{name: {} for name in ("mse", "mae", "exponential", "bce", "weighted_bce")},
    **{name: {} for name in ("kld", "total_variation", "chi_square", "cosine", "bhattacharyya", "jsd")},
    **{name: {} for name in ("nss", "cc", "sim", "nss_gap", "nll")},
    "huber": {"delta": 0.5},
    "weighted_mse": {"alpha": 2.0},
    "focal": {"gamma": 1.0},
    "center_overlap": {"sigma": 0.1},
    "center_correlation": {"sigma": 0.1},
    "deep_features": {"encoder": "mobilenetv2", "weights": None},
    "gram": {"encoder": "mobilenetv2", "weights": None},
}
SIZE = (24, 32)  # large enough for three scales of an encoder


@pytest.fixture(scope="module", params=LOSSES)
def loss(request):
    return make_loss(request.param, **PARAMETERS[request.param])


def drawn(**options):
    return case(size=SIZE, dtype=torch.float32, **options)


@pytest.mark.parametrize("name", LOSSES)
def test_every_parameter_is_named_here(name):
    assert PARAMETERS[name].keys() == options_of(LOSSES[name]).keys()


@pytest.mark.parametrize("output", ["saliency", "log_density"])
def test_it_takes_both_outputs_and_has_a_gradient(loss, output):
    predicted, truth = drawn(output=output)
    value = loss(predicted, truth)
    assert value.shape == ()
    value.backward()
    assert predicted.raw.grad.isfinite().all()
    assert predicted.raw.grad.abs().sum() > 0


@pytest.mark.parametrize("zero", [(1,), (0, 1, 2)])
def test_images_without_fixations_give_finite_numbers(loss, zero):
    predicted, truth = drawn(zero_fixations=zero)
    truth.target[list(zero)] = 0
    value = loss(predicted, truth)
    value.backward()
    assert value.isfinite()
    assert predicted.raw.grad.isfinite().all()


@pytest.mark.parametrize("name", LOSSES)
def test_whether_maps_without_points_teach_it_anything_is_known(name):
    predicted, truth = drawn(zero_fixations=(0, 1, 2))
    loss = make_loss(name, **PARAMETERS[name])
    other = LossTargets(truth.target.flip(-1), truth.fixations)
    depends = not torch.equal(loss(predicted, truth), loss(predicted, other))
    assert depends == learns_from_maps([name])


@pytest.mark.parametrize("value", [0.0, 0.5])
def test_a_constant_prediction_gives_finite_numbers(loss, value):
    _, truth = drawn()
    raw = torch.full((3, *SIZE), value, requires_grad=True)
    own = loss(NetworkOutput(raw, "saliency"), truth)
    own.backward()
    assert own.isfinite()
    assert raw.grad.isfinite().all()


@pytest.mark.parametrize("name", [name for name, own in PARAMETERS.items() if own and "encoder" not in own])
def test_its_parameters_change_it_and_its_defaults_are_those_of_the_signature(name):
    predicted, truth = drawn()
    defaults = {key: option.default for key, option in options_of(LOSSES[name]).items()}
    plain = make_loss(name)(predicted, truth).item()
    assert make_loss(name, **defaults)(predicted, truth).item() == plain
    assert make_loss(name, **PARAMETERS[name])(predicted, truth).item() != pytest.approx(plain, rel=1e-4)


@pytest.mark.parametrize("name", LOSSES)
def test_a_weighted_sum_gives_it_its_parameters(name):
    predicted, truth = drawn()
    alone = make_loss(name, **PARAMETERS[name])(predicted, truth).item()
    total = weighted_loss({name: {"weight": -2, **PARAMETERS[name]}})(predicted, truth)
    assert total.item() == pytest.approx(-2 * alone, rel=1e-5)


@pytest.mark.parametrize("name", ["deep_features", "gram"])
def test_the_truth_is_the_best_prediction_of_perceptual_losses_and_none_is_random(name):
    predicted, truth = drawn()
    loss, again = (make_loss(name, **PARAMETERS[name]) for _ in range(2))
    assert loss(NetworkOutput(truth.target, "saliency"), truth).item() == pytest.approx(0, abs=1e-9)
    assert 0 < loss(predicted, truth).item() == again(predicted, truth).item()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["deep_features", "gram"])
def test_perceptual_losses_of_the_default_encoder(name):
    predicted, truth = drawn(batch=2)
    value = make_loss(name)(predicted, LossTargets(truth.target, truth.fixations))
    assert value > 0
    value.backward()
    assert predicted.raw.grad.abs().sum() > 0


@pytest.mark.parametrize("name", ["deep_features", "gram"])
def test_perceptual_losses_follow_the_maps_to_their_device(name):
    raw = torch.rand(2, *SIZE, device="meta")
    truth = LossTargets(torch.rand(2, *SIZE, device="meta"), torch.zeros(2, *SIZE, device="meta"))
    value = make_loss(name, **PARAMETERS[name])(NetworkOutput(raw, "saliency"), truth)
    assert value.device.type == "meta"
