import pytest
import torch
from torch import nn

from gazemap.models.shallow import Maxout
from gazemap.models.table import create_model


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ({}, 76_778_816),
        ({"batch_norm": True}, 76_778_816 + 2 * (32 + 64 + 128)),
        ({"geometry": "pan2016"}, 64_392_512),
        # 5 x 5, 3 x 3 and 3 x 3 convolutions; 512 units, of which pairs make 256; a bias per pixel
        ({"head": "convolutional"}, 2_432 + 18_496 + 73_856 + 129 * 512 + 257 + 48 * 48),
    ],
)
def test_parameter_counts_of_the_papers(options, count):
    with torch.device("meta"):
        assert create_model("shallow", **options).parameter_count() == count


@pytest.mark.parametrize(
    ("geometry", "sides"),
    [("nurick2021", [96, 48, 48, 23, 23, 11]), ("pan2016", [92, 46, 44, 22, 20, 10])],
)
def test_every_intermediate_size(geometry, sides):
    with torch.device("meta"):
        model = create_model("shallow", geometry=geometry)
        features, found = torch.empty(1, 3, 96, 96), []
        for stage in (model.stage1, model.stage2, model.stage3):
            for layer in stage:
                features = layer(features)
                if isinstance(layer, nn.Conv2d | nn.MaxPool2d):
                    found.append(features.shape[-1])
        assert found == sides
        assert features.flatten(1).shape[1] == model.fc1.in_features == 128 * sides[-1] ** 2
        assert model.fc1.out_features == 4608
        assert model.fc2.weight.shape == (2304, 2304)


def test_initialization_of_the_paper():
    torch.manual_seed(0)
    for layer in create_model("shallow").layers.values():
        assert (layer.bias == 0.1).all()
        assert layer.weight.std().item() == pytest.approx(0.01, rel=0.05)
        assert abs(layer.weight.mean().item()) < 1e-3


@pytest.mark.slow
def test_he_initialization_keeps_the_scale():
    torch.manual_seed(0)
    model = create_model("shallow", initialization="he").eval()
    images = torch.rand(4, 3, 96, 96)
    with torch.no_grad():
        features = model.fc1(model.stage3(model.stage2(model.stage1(images))).flatten(1))
        assert 0.1 < features.std() < 10
        assert torch.equal(model(images), torch.zeros(4, 48, 48))


@pytest.mark.slow
@pytest.mark.parametrize("batch_norm", [False, True])
def test_relu_after_the_pool_is_the_network_of_the_paper(batch_norm):
    """Same values and same gradients as convolution, (batch norm,) ReLU, pool."""
    torch.manual_seed(0)
    model = create_model("shallow", batch_norm=batch_norm)
    images = torch.rand(2, 3, 96, 96)
    features = images
    for stage in (model.stage1, model.stage2, model.stage3):
        *before, pool, _ = stage
        for layer in before:
            features = layer(features)
        features = pool(torch.relu(features))
    plain = model.fc2(model.fc1(features.flatten(1)).reshape(2, 2304, 2).max(2).values).reshape(2, 48, 48)
    plain.square().sum().backward()
    expected = [parameter.grad.clone() for parameter in model.parameters()]
    model.zero_grad()
    result = model(images)
    result.square().sum().backward()
    torch.testing.assert_close(result, plain)
    for parameter, gradient in zip(model.parameters(), expected, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, rtol=1e-4, atol=1e-5)


def test_batch_norm_stands_between_convolution_and_relu():
    with torch.device("meta"):
        model = create_model("shallow", batch_norm=True)
    kinds = [type(layer) for layer in model.stage1]
    assert kinds.index(nn.Conv2d) < kinds.index(nn.BatchNorm2d) < kinds.index(nn.ReLU)


@pytest.mark.parametrize("pieces", [2, 3])
def test_maxout_is_the_greatest_of_adjacent_pieces(pieces):
    units = torch.randn(5, 12, requires_grad=True)
    groups = [units[:, start : start + pieces] for start in range(0, 12, pieces)]
    expected = torch.stack([group.amax(dim=1) for group in groups], dim=1)
    assert torch.equal(Maxout(pieces)(units), expected)


def test_maxout_passes_gradients_to_the_greatest_piece_alone():
    units = torch.tensor([[1.0, 3.0, 5.0, 2.0]], requires_grad=True)
    Maxout()(units).sum().backward()
    assert units.grad.tolist() == [[0, 1, 1, 0]]


def test_maxout_refuses_units_that_do_not_pair():
    with pytest.raises(ValueError, match="5 units"):
        Maxout()(torch.ones(1, 5))
