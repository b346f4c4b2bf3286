import torch

from gazemap.models.table import create_model


def test_any_item_is_seen_by_every_cell():
    """What differs in one corner reaches the opposite one, by the average over the whole image."""
    torch.manual_seed(0)
    model = create_model("unet", center_bias="none", output="saliency").eval()
    image = torch.zeros(1, 3, 96, 128)
    changed = image.clone()
    changed[..., :8, :8] = 1
    with torch.no_grad():
        difference = (model(image) - model(changed)).abs()[0]
    assert difference[-1, -1] > 0
    assert difference[:4, :4].max() > 5 * difference[-1, -1]


def test_without_its_center_bias_it_predicts_alike_everywhere():
    """Away from the edges, a shifted image gives the shifted prediction."""
    torch.manual_seed(0)
    model = create_model("unet", center_bias="none", output="saliency", input_size=(256, 256)).eval()
    image = torch.zeros(1, 3, 256, 256)
    image[..., 120:136, 120:136] = torch.rand(3, 16, 16)
    with torch.no_grad():
        here, there = model(image)[0], model(image.roll((16, -16), (2, 3)))[0]
    assert torch.allclose(here.roll((4, -4), (0, 1))[24:44, 20:40], there[24:44, 20:40], atol=1e-5)
    assert here[24:44, 20:40].std() > 0
