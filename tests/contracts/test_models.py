"""What every entry of MODELS keeps: sizes, gradients, saving, determinism."""

import pytest
import torch

from gazemap.errors import InputError, WeightsError
from gazemap.models import MODELS, create_model
from gazemap.models.weights import describe, load_model, save_model

OUTPUTS = ("saliency", "log_density")


@pytest.fixture(
    scope="module", params=[(name, output) for name in MODELS for output in OUTPUTS], ids="-".join
)
def model(request):
    name, output = request.param
    torch.manual_seed(0)
    return create_model(name, output=output).eval()


@pytest.fixture(scope="module")
def images():
    return torch.rand(3, 3, 96, 96, generator=torch.Generator().manual_seed(0))


@torch.no_grad()
def test_grid_has_the_stated_size_and_meaning(model, images):
    grid = model(images)
    assert grid.shape == (3, *model.output_size)
    assert images.shape[2:] == model.input_size
    if model.output == "log_density":
        torch.testing.assert_close(grid.flatten(1).logsumexp(1), torch.zeros(3), atol=1e-4, rtol=0)


@torch.no_grad()
def test_a_batch_of_one_equals_a_batch_of_many_and_itself(model, images):
    together = model(images)
    torch.testing.assert_close(torch.cat([model(image[None]) for image in images]), together)
    assert torch.equal(model(images), together)


def test_every_parameter_has_a_gradient(model, images):
    model.zero_grad()
    model(images).square().sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name


@torch.no_grad()
def test_bfloat16_is_close(model, images):
    with torch.autocast("cpu", torch.bfloat16):
        rough = model(images).float()
    exact = model(images)
    assert (rough - exact).abs().max() < 0.05 * exact.abs().max()


def test_saved_and_loaded_it_predicts_the_same(model, images, tmp_path):
    save_model(tmp_path / "weights.safetensors", model, note="contract")
    loaded = load_model(tmp_path / "weights.safetensors")
    assert describe(tmp_path / "weights.safetensors")["note"] == "contract"
    assert loaded.options == model.options
    with torch.no_grad():
        assert torch.equal(loaded(images), model(images))


def test_layers_are_all_the_weights(model):
    counted = sum(p.numel() for layer in model.layers.values() for p in layer.parameters())
    assert counted == model.parameter_count()


def test_an_unknown_model_or_option_is_refused():
    with pytest.raises(InputError, match="Did you mean 'shallow'"):
        create_model("shalow")
    with pytest.raises(InputError, match="depth"):
        create_model("shallow", depth=3)
    with pytest.raises(InputError, match=r"nurick2021"):
        create_model("shallow", geometry="nurick")


@pytest.mark.parametrize(
    "content", [b"", b"not safetensors at all", b"\x08\x00\x00\x00\x00\x00\x00\x00{}      "]
)
def test_damaged_or_foreign_weights_are_refused(tmp_path, content):
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"weights\.safetensors"):
        load_model(path)


def test_missing_weights_are_refused(tmp_path):
    with pytest.raises(WeightsError, match="no weights file"):
        load_model(tmp_path)
