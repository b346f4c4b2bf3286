"""What every entry of MODELS keeps: sizes, gradients, saving, determinism."""

import pytest
import torch

from gazemap.errors import InputError, WeightsError
from gazemap.losses import Predicted, Truth, weighted_loss
from gazemap.models import MODELS, create_model
from gazemap.models.weights import describe, load_model, save_model

SMALL = {"input_size": (64, 96)}
LIGHT = {**SMALL, "encoder": "mobilenetv2"}
OPTIONS = {  # what makes each network small enough for a test
    "shallow": {},
    "salnet": SMALL,
    "simplenet": LIGHT,
    "mdnsal": LIGHT,
    "pdp": LIGHT,
    "sam-vgg": SMALL,
    "sam-resnet": SMALL,
    "mlnet": SMALL,
    "deepgaze2": LIGHT,
}
# as published, or as the shapes of the published networks give them
PARAMETERS = {
    "shallow": 76_778_816,
    "salnet": 25_806_209,
    "sam-vgg": 51_835_841,
    "sam-resnet": 70_066_881,
}
HEAVY = {"shallow", "salnet", "sam-vgg", "sam-resnet", "mlnet"}  # tens of millions of parameters
CASES = [(name, output) for name, model in MODELS.items() for output in model.outputs]


def make(name, output, **options):
    torch.manual_seed(0)
    chosen = {**OPTIONS[name], **options}
    return create_model(name, **chosen, **({"output": output} if len(MODELS[name].outputs) > 1 else {}))


def images_for(model, count=2):
    return torch.rand(count, 3, *model.input_size, generator=torch.Generator().manual_seed(0))


def marked(slow):
    """The cases, those of networks in `slow` marked so."""
    return [
        pytest.param(case, id="-".join(case), marks=[pytest.mark.slow] if case[0] in slow else [])
        for case in CASES
    ]


@pytest.fixture(scope="module", params=marked(HEAVY - {"shallow"}))
def model(request):
    return make(*request.param).eval()


@pytest.fixture(scope="module")
def images(model):
    return images_for(model)


@torch.no_grad()
def test_grid_has_the_stated_size_and_meaning(model, images):
    grid = model(images)
    assert grid.shape == (2, *model.output_size)
    assert grid.isfinite().all()
    if model.output == "log_density":
        torch.testing.assert_close(grid.flatten(1).logsumexp(1), torch.zeros(2), atol=1e-4, rtol=0)


@torch.no_grad()
def test_a_batch_of_one_equals_a_batch_of_many_and_itself(model, images):
    together = model(images)
    apart = torch.cat([model(image[None]) for image in images])
    torch.testing.assert_close(apart, together, atol=1e-4, rtol=1e-4)
    assert torch.equal(model(images), together)


def test_every_trainable_parameter_has_a_gradient(model, images):
    model.zero_grad()
    model(images).square().sum().backward()
    missing = [n for n, p in model.named_parameters() if p.requires_grad and p.grad is None]
    assert missing == []
    assert any(p.grad.abs().sum() > 0 for p in model.parameters() if p.grad is not None)


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


def test_layers_are_the_trainable_weights(model):
    counted = sum(layer.weight.numel() for layer in model.layers.values())
    trainable = sum(p.numel() for p in model.parameters() if p.requires_grad and p.ndim > 1)
    assert 0.9 * trainable <= counted <= trainable


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_are_as_many_as_published(name):
    with torch.device("meta"):
        assert create_model(name).parameter_count() == PARAMETERS[name]


@pytest.mark.parametrize("case", marked(HEAVY))
def test_a_few_steps_on_two_images_lower_the_loss(case):
    name, output = case
    network = make(name, output).eval()  # no dropout, so that losses can be compared
    truth = Truth(torch.zeros(2, *network.output_size), torch.zeros(2, *network.output_size))
    for index, (row, column) in enumerate([(0.3, 0.3), (0.6, 0.7)]):
        place = (index, int(row * network.output_size[0]), int(column * network.output_size[1]))
        truth.target[place] = truth.fixations[place] = 1.0
    loss = weighted_loss({"mse" if output == "saliency" else "nll": 1.0})
    optimizer = torch.optim.Adam([p for p in network.parameters() if p.requires_grad], lr=1e-5)

    def current():
        return loss(Predicted(network(images_for(network)), output, network.target_range), truth)

    before = current()
    for _ in range(3):
        optimizer.zero_grad()
        current().backward()
        optimizer.step()
    assert current() < before


def test_an_unknown_model_or_option_is_refused():
    with pytest.raises(InputError, match="Did you mean 'shallow'"):
        create_model("shalow")
    with pytest.raises(InputError, match="depth"):
        create_model("shallow", depth=3)
    with pytest.raises(InputError, match=r"nurick2021"):
        create_model("shallow", geometry="nurick")
    with pytest.raises(InputError, match="Did you mean 'mobilenetv2'"):
        create_model("simplenet", encoder="mobilenet")


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
