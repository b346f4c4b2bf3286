"""Diagnosis, by numbers that can be worked out by hand."""

import numpy as np
import pytest
import torch
from support import tiny_model
from torch import nn

from gazemap.data.batches.arrays import Arrays
from gazemap.models.base import SaliencyModel
from gazemap.reports import diagnosis


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
    scales = diagnosis.layer_scales(Mix(), recipe, arrays)
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
    assert diagnosis.layer_scales(model, recipe, arrays) == diagnosis.layer_scales(model, recipe, arrays)


def test_the_fresh_network_is_the_seed_s_and_disturbs_no_other_draw(recipe):
    torch.manual_seed(3)
    expected = tiny_model.Tiny().state_dict()
    torch.manual_seed(11)
    following = torch.rand(2)
    torch.manual_seed(11)
    model = diagnosis.fresh_model(recipe)
    assert torch.equal(torch.rand(2), following)
    assert model.training
    assert all(torch.equal(value, expected[name]) for name, value in model.state_dict().items())


def test_spread_is_the_deviation_over_images_averaged_over_pixels():
    grids = np.array([[[0.0, 1.0]], [[2.0, 5.0]]])  # deviations 1 and 2
    assert diagnosis.spread(grids) == 1.5
    assert diagnosis.spread(np.repeat(grids[:1], 5, axis=0)) == 0


CENTER = np.array([[1.0, 1.0], [-1.0, -1.0]])
OWN, OTHER = np.array([[1.0, -1.0], [1.0, -1.0]]), np.array([[1.0, -1.0], [-1.0, 1.0]])  # orthogonal to it


@pytest.mark.parametrize(
    ("prediction", "truth", "correlation", "cc", "cc_without"),
    [
        (CENTER + OWN, CENTER + OWN, 0.5**0.5, 1, 1),
        (CENTER + OTHER, CENTER + OWN, 0.5**0.5, 0.5, 0),  # only the center bias is common
        (CENTER - OWN, CENTER + OWN, 0.5**0.5, 0, -1),
        (OWN, CENTER + OWN, 0, 0.5**0.5, 1),
        (7 - 3 * OWN, OWN, 0, -1, -1),  # neither scale nor offset counts
    ],
)
def test_center_share(prediction, truth, correlation, cc, cc_without):
    share = diagnosis.center_share(prediction[None], truth[None], CENTER[None])
    found = share.correlation, share.cc, share.cc_without
    np.testing.assert_allclose(found, [[correlation], [cc], [cc_without]], atol=1e-12)


def test_without_center_bias_means_the_correlation_of_what_a_line_leaves():
    p, t, c = np.random.default_rng(0).random((3, 4, 6, 8)) + np.linspace(0, 1, 8)
    share = diagnosis.center_share(p, t, c)
    for index in range(4):
        line = np.stack([c[index].ravel(), np.ones(48)], axis=1)
        left = [one - line @ np.linalg.lstsq(line, one)[0] for one in (p[index].ravel(), t[index].ravel())]
        assert share.cc_without[index] == pytest.approx(np.corrcoef(*left)[0, 1])
        assert share.cc[index] == pytest.approx(np.corrcoef(p[index].ravel(), t[index].ravel())[0, 1])


@pytest.mark.parametrize("value", [0.0, 0.1, 1 / 3, 1e6 / 7])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_flat_map_correlates_with_nothing(value, dtype):
    flat = np.full((1, 7, 11), value, dtype)
    other = np.random.default_rng(0).random((1, 7, 11))
    share = diagnosis.center_share(flat, other, other)
    assert np.isnan([share.correlation, share.cc, share.cc_without]).all()


def test_values_that_8_bits_cannot_hold_are_counted():
    grids = np.array([[[-0.001, 0.0, 0.5], [1.0, 1.001, 2.0]], [[0.0, 0.1, 0.2], [0.3, 0.4, 1.0]]])
    np.testing.assert_allclose(diagnosis.outside_unit_range(grids), [0.5, 0])
