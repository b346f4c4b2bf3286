"""The center bias of every model that has one: fixed, learned or none."""

import numpy as np
import pytest
import torch

from gazemap.data.batches.arrays import Arrays
from gazemap.errors import InputError
from gazemap.models.parts import CenterBiasPrior, JoinedCenterBias, set_center_bias
from gazemap.models.table import create_model
from gazemap.training.recipe import parse_recipe
from gazemap.training.setup import assemble

SMALL = (64, 96)


def test_a_joined_center_bias_is_a_channel_with_a_top_of_one():
    joined = JoinedCenterBias("fixed", (4, 6))
    density = torch.rand(4, 6) + 0.1
    joined.fix(density)
    features = torch.rand(2, 3, 4, 6)
    result = joined(features)
    assert torch.equal(result[:, :3], features)
    torch.testing.assert_close(result[:, 3], (density / density.max()).expand(2, 4, 6))
    assert joined(torch.rand(2, 3, 5, 7)).shape == (2, 4, 5, 7)  # features of another size
    assert torch.equal(JoinedCenterBias("none", (4, 6))(features), features)


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        # a bank's 64 numbers and its 16 channels of 512 convolutions of 5 x 5, twice
        ("learned", 51_835_841),
        ("fixed", 51_835_841 - 2 * (64 + 15 * 25 * 512)),
        ("none", 51_835_841 - 2 * (64 + 16 * 25 * 512)),
    ],
)
def test_what_sam_joins_to_its_features(kind, parameters):
    with torch.device("meta"):
        assert create_model("sam-vgg", center_bias=kind).parameter_count() == parameters


@pytest.fixture(scope="module")
def ml_net():
    """A network whose maps are above 0."""
    torch.manual_seed(0)
    model = create_model("mlnet", input_size=SMALL, center_bias="fixed").eval()
    torch.nn.init.constant_(model.readout[-1].bias, 20.0)
    return model


@torch.no_grad()
@pytest.mark.slow
def test_ml_net_multiplies_its_map_by_the_center_bias(ml_net, monkeypatch):
    images, density = torch.rand(1, 3, *SMALL), torch.rand(8, 12) + 0.1
    uniform = ml_net(images)
    ml_net.center_bias.fix(density)
    fixed, log_fixed = ml_net(images), as_log_density(ml_net, images, monkeypatch)
    monkeypatch.setattr(ml_net, "center_bias", CenterBiasPrior("none", (8, 12)))
    none = ml_net(images)
    assert none.min() > 0
    torch.testing.assert_close(uniform, none)  # until it is set
    torch.testing.assert_close(fixed, none * density / density.mean())
    product = as_log_density(ml_net, images, monkeypatch).exp() * density
    torch.testing.assert_close(log_fixed.exp(), product / product.sum())
    monkeypatch.setattr(ml_net, "prior", torch.nn.Parameter(torch.full((6, 8), 0.5)))
    torch.testing.assert_close(ml_net(images), 1.5 * none)  # 1 + the learned prior, as released


def as_log_density(model, images, monkeypatch):
    """What the network puts out for the other output."""
    with monkeypatch.context() as patch:
        patch.setattr(model, "output", "log_density")
        return model(images)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("deepgaze2", {"encoder": "mobilenetv2"}),
        pytest.param("mlnet", {"output": "log_density"}, marks=pytest.mark.slow),
        pytest.param("sam-vgg", {"output": "log_density"}, marks=pytest.mark.slow),
    ],
)
def test_training_fixes_the_center_bias_at_the_mean_density(name, options):
    options = {"input_size": list(SMALL), "center_bias": "fixed", **options}
    size = create_model(name, **options).output_size
    targets = torch.rand(3, *size)
    arrays = Arrays(torch.zeros(3, 3, *SMALL, dtype=torch.uint8), targets, torch.zeros(3, *size).short())
    content = {
        "name": "fixed",
        "model": {"name": name, "options": options},
        "loss": {"kld": 1.0},
        "optimizer": {"lr": 0.1},
        "training": {"epochs": 1},
    }
    model = assemble(parse_recipe(content, "test"), arrays, arrays, torch.device("cpu"), "none").model
    density = (targets / targets.sum(dim=(1, 2), keepdim=True)).mean(dim=0)
    found = [part for part in model.modules() if isinstance(part, CenterBiasPrior)]
    assert len(found) == (2 if name == "sam-vgg" else 1)
    for bias in found:
        own = torch.nn.functional.interpolate(density[None, None], bias.size, mode="bilinear")[0, 0]
        torch.testing.assert_close(bias.log_prior.exp(), own / own.sum())


@pytest.mark.parametrize("name", ["sam-vgg", "sam-resnet", "mlnet", "deepgaze2"])
def test_an_unknown_center_bias_is_refused(name):
    with torch.device("meta"), pytest.raises(InputError, match="Did you mean 'learned'"):
        create_model(name, center_bias="learnt")


@torch.no_grad()
def test_a_trained_model_s_center_bias_can_be_swapped_and_taken_away():
    torch.manual_seed(0)
    model = create_model("gazenet", input_size=(64, 96)).eval()
    images = torch.rand(2, 3, 64, 96)
    plain = model(images)  # uniform until training
    density = torch.rand(16, 24) + 0.1
    set_center_bias(model, density)
    expected = (plain + density.log()).flatten(1).log_softmax(1).view_as(plain)
    torch.testing.assert_close(model(images), expected, atol=1e-4, rtol=1e-4)
    set_center_bias(model, None)
    torch.testing.assert_close(model(images), plain, atol=1e-4, rtol=1e-4)


def test_a_center_bias_is_taken_from_arrays_and_from_logarithms():
    model = create_model("gazenet", input_size=(64, 96))
    density = np.random.default_rng(0).random((50, 70)) + 0.1
    set_center_bias(model, torch.from_numpy(density))
    prior = priors(model)
    logs = np.log(density / density.sum())
    kinds = (density, density.astype(np.float32), 3 * density, logs, torch.from_numpy(logs))
    for same in kinds:
        set_center_bias(model, None)
        set_center_bias(model, same)
        torch.testing.assert_close(priors(model), prior)


def priors(model):
    return next(part.log_prior for part in model.modules() if isinstance(part, CenterBiasPrior)).clone()


WRONG = {
    "got the shape \\(3,\\)": np.ones(3),
    "got the shape \\(1, 4, 4\\)": torch.ones(1, 4, 4),
    "got NaN or infinite values": np.full((4, 4), np.nan),
    "got values from 0 to 0": torch.zeros(4, 4),
    "got values from -1 to 1": np.linspace(-1, 1, 16).reshape(4, 4),
    "values from -15 to -12, as logarithms have.*: subtract it": np.linspace(-15, -12, 16)[None],
    "got str": "centerbias.npy",
    "masked": np.ma.masked_equal(np.eye(4), 0),
}


@pytest.mark.parametrize("message", WRONG)
def test_a_center_bias_that_is_no_density_is_refused_with_what_it_is(message):
    with pytest.raises(InputError, match=message):
        set_center_bias(create_model("gazenet", input_size=(64, 96)), WRONG[message])


def test_a_center_bias_that_has_no_place_is_refused():
    with pytest.raises(InputError, match="This GazeNet has no fixed center bias"):
        set_center_bias(create_model("gazenet", center_bias="learned", input_size=(64, 96)), None)
