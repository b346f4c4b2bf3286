"""MDNSal starts from a center bias and learns from there."""

import pytest
import torch

from gazemap.losses import LossTargets, NetworkOutput, weighted_loss
from gazemap.models.mdnsal import MDNSal
from gazemap.training.setup import mean_map


def small(gaussians):
    torch.manual_seed(0)
    return MDNSal(encoder="mobilenetv2", train_encoder=False, gaussians=gaussians, input_size=(64, 96)).eval()


@torch.no_grad()
@pytest.mark.parametrize("gaussians", [8, 32])
def test_it_starts_from_gaussians_all_over_the_image(gaussians):
    model = small(gaussians)
    images = torch.rand(2, 3, 64, 96)
    log_weights, means, factors = model.mixture(images)
    # no two nearer than a third of the side of a square of their own, and no quarter without one
    assert torch.pdist(means[0]).min() > gaussians**-0.5 / 3
    assert {(x > 0.5, y > 0.5) for x, y in means[0].tolist()} == {(a, b) for a in (0, 1) for b in (0, 1)}
    middle = (means[0] - 0.5).norm(dim=1).argmin()
    assert log_weights[0].argmax() == middle
    torch.testing.assert_close(factors[..., [0, 2]], torch.full((2, gaussians, 2), 0.12))
    assert torch.equal(*model(images))  # one map for all images


@pytest.mark.slow
def test_a_few_quick_steps_tell_images_apart():
    """At a rate of 0.001, at which Adam once flung every Gaussian out of the image."""
    model = small(32)
    images = torch.rand(4, 3, 64, 96)
    targets = torch.zeros(4, *model.output_size)
    for index, (row, column) in enumerate([(4, 5), (4, 18), (12, 5), (12, 18)]):
        targets[index, row - 2 : row + 2, column - 2 : column + 2] = 1.0
    truth = LossTargets(targets, torch.zeros_like(targets))
    loss = weighted_loss({"kld": 1.0})
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=0.001)
    for _ in range(40):
        optimizer.zero_grad()
        loss(NetworkOutput(model(images), "log_density"), truth).backward()
        optimizer.step()
    one_map = mean_map(targets, "log_density").expand_as(targets)
    learned, best_fixed = (
        loss(NetworkOutput(grid, "log_density"), truth).item() for grid in (model(images), one_map)
    )
    assert learned < 0.8 * best_fixed
