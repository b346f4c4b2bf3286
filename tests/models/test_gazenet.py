"""GazeNet's encoders and depths: their sizes, what is heard, and what is refused."""

import pytest
import torch

from gazemap.errors import InputError
from gazemap.models.table import create_model


def gazenet(blocks, **options):
    torch.manual_seed(0)
    return create_model("gazenet", encoder_blocks=blocks, input_size=(64, 96), **options).eval()


@pytest.mark.parametrize(("blocks", "parameters"), [(5, 1_392_099), (6, 1_896_739)])
def test_parameters(blocks, parameters):
    assert sum(parameter.numel() for parameter in gazenet(blocks).parameters()) == parameters


def test_the_sixth_block_is_heard():
    model, images = gazenet(6), torch.rand(1, 3, 64, 96, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        before = model(images)
        model.squeeze[-1].weight.mul_(2)  # squeezes block 6
        assert (model(images) - before).abs().max() > 1e-4
    assert len(model.squeeze) == len(gazenet(5).squeeze) + 1


@pytest.mark.parametrize("blocks", [4, 7, "5"])
def test_other_depths_are_refused(blocks):
    with pytest.raises(InputError, match=rf"encoder_blocks: must be 5 or 6, got {blocks!r}\."):
        gazenet(blocks)


@pytest.mark.parametrize(
    ("encoder", "parameters"),  # of timm's blocks up to the fifth, and of the decoder
    [pytest.param("efficientnet-b4", 12_349_687, marks=pytest.mark.slow), ("efficientnet-lite2", 3_706_691)],
)
def test_other_encoders(encoder, parameters):
    with torch.device("meta"):
        model = create_model("gazenet", encoder=encoder)
    assert sum(parameter.numel() for parameter in model.parameters()) == parameters
    assert model.to("meta")(torch.empty(2, 3, 240, 320, device="meta")).shape == (2, 60, 80)
