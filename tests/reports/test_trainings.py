"""What is said of a training, by numbers that can be worked out by hand."""

import pytest
import torch
from support import tiny_model
from torch import nn

from gazemap.data.batches.arrays import Arrays
from gazemap.errors import WeightsError
from gazemap.models.base import SaliencyModel
from gazemap.models.weights import save_model
from gazemap.reports import trainings


class Mix(SaliencyModel):
    """A saliency of 2 * red + green, of images of two pixels."""

    architecture = "mix"

    def __init__(self):
        super().__init__(input_size=(1, 2), output_size=(1, 2), output="saliency")
        self.mix = nn.Conv2d(3, 1, 1, bias=False)
        with torch.no_grad():
            self.mix.weight[:] = torch.tensor([2.0, 1.0, 0.0]).reshape(1, 3, 1, 1)

    def forward(self, images):
        return self.mix(images)[:, 0]

    @property
    def layers(self):
        return {"mix": self.mix}


@pytest.fixture
def recipe(tmp_path, monkeypatch):
    monkeypatch.setitem(tiny_model.MODELS, "tiny", tiny_model.Tiny)
    return tiny_model.recipe(tmp_path, "training.batch_size=2", "training.seed=3")


def test_scales_of_a_layer_are_those_of_the_first_batch(recipe):
    images = torch.zeros(3, 3, 1, 2, dtype=torch.uint8)
    images[0, 0, 0, 0] = 255  # one red pixel: the layer gives 2, 0
    images[1, 1] = 255  # two green ones: 1, 1
    images[2] = 255  # in the second batch, which is not looked at
    arrays = Arrays(images, torch.zeros(3, 1, 2), torch.zeros(3, 1, 2, dtype=torch.int16))
    scales = trainings.layer_scales(Mix(), recipe, arrays)
    assert scales.keys() == {"mix"}
    # of 2, 0, 1, 1 around 1: the squares sum to 2, over three
    assert scales["mix"]["activation"] == pytest.approx((2 / 3) ** 0.5)
    # 2 and 1 in the first pixel, 0 and 1 in the second: each deviates by sqrt(1 / 2)
    assert scales["mix"]["between_images"] == pytest.approx(0.5**0.5)
    # d/dw of the mean of (w . x)^2 over four pixels: red 2 * 2 / 4, green 2 * (1 + 1) / 4, blue 0
    assert scales["mix"]["gradient"] == pytest.approx(2**0.5)


def test_scales_do_not_add_up_over_calls(recipe):
    images = torch.full((2, 3, 1, 2), 255, dtype=torch.uint8)
    arrays = Arrays(images, torch.zeros(2, 1, 2), torch.zeros(2, 1, 2, dtype=torch.int16))
    model = Mix()
    assert trainings.layer_scales(model, recipe, arrays) == trainings.layer_scales(model, recipe, arrays)


def test_the_fresh_network_is_the_seed_s_and_disturbs_no_other_draw(recipe):
    torch.manual_seed(3)
    expected = tiny_model.Tiny().state_dict()
    torch.manual_seed(11)
    following = torch.rand(2)
    torch.manual_seed(11)
    model = trainings.fresh_model(recipe)
    assert torch.equal(torch.rand(2), following)
    assert model.training
    assert all(torch.equal(value, expected[name]) for name, value in model.state_dict().items())


def test_only_a_run_folder_says_how_it_was_trained(tmp_path):
    save_model(tmp_path / "best.safetensors", tiny_model.Tiny())  # by hand: without a recipe
    for model in ("gazenet", tmp_path, tmp_path / "best.safetensors", tiny_model.Tiny()):
        assert trainings.read_training(model) is None


def test_a_run_whose_first_weights_are_not_at_hand_is_reported_without_them(
    recipe, monkeypatch, capsys, popout_set
):
    """A run may come from a machine with a network, or with the file of ImageNet weights."""

    def absent(_):
        raise WeightsError("Encoder weights a.safetensors cannot be read.")

    with torch.random.fork_rng():
        model = tiny_model.Tiny()
    training = trainings.Training(model, recipe, {}, [])
    assert [*training.scales(popout_set.split("val"))] == ["before training", "with the best weights"]
    monkeypatch.setattr(trainings, "fresh_model", absent)
    assert [*training.scales(popout_set.split("val"))] == ["with the best weights"]
    said = capsys.readouterr().err
    assert "leaves out the layers before training. Encoder weights a.safetensors cannot" in said
