"""Perceptual losses: the features that a frozen encoder sees in the maps (Bruckert et al. 2019).

The map is repeated in three channels. The layers and their equal weights are our choice; the paper's
encoder is VGG-16 with ImageNet weights. At random weights these are features of a random network.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gazemap.losses.cases import LossTargets, NetworkOutput
from gazemap.models.encoders import Encoder

_SCALES = 3


class PerceptualFeatures(nn.Module):
    """The frozen encoder that both losses look through.

    Args:
        encoder: a key of `ENCODERS`.
        weights: "timm" or a safetensors file; None draws them, always the same ones.
    """

    def __init__(self, encoder: str = "vgg16", weights: str | None = None) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            self.encoder = Encoder(encoder, weights=weights, trainable=False, scales=_SCALES).eval()

    def forward(self, maps: Tensor) -> list[Tensor]:
        """(B, h, w) in [0, 1] -> features of three scales."""
        features: list[Tensor] = self.encoder(maps[:, None].expand(-1, 3, -1, -1))
        return features

    def difference(self, predicted: NetworkOutput, truth: LossTargets) -> Tensor:
        """Deep features: the mean squared difference, summed over the scales."""
        pairs = zip(self(predicted.saliency), self(truth.target), strict=True)
        return torch.stack([(p - q).square().mean() for p, q in pairs]).sum()

    def gram_difference(self, predicted: NetworkOutput, truth: LossTargets) -> Tensor:
        """Gram matrices: sum ||G(p) - G(q)||^2 / (4 C^2 (h w)^2) over the scales (Gatys et al. 2016)."""
        pairs = zip(self(predicted.saliency), self(truth.target), strict=True)
        return torch.stack([_gram_gap(p, q) for p, q in pairs]).sum()


def _gram_gap(p: Tensor, q: Tensor) -> Tensor:
    channels, size = p.shape[1], p.shape[2] * p.shape[3]
    grams = [torch.bmm(f.flatten(2), f.flatten(2).transpose(1, 2)) for f in (p, q)]
    return (grams[0] - grams[1]).square().sum(dim=(1, 2)).mean() / (4 * channels**2 * size**2)
