"""Perceptual losses: the features that a frozen encoder sees in the maps (Bruckert et al. 2019).

The map is repeated in three channels. The layers and their equal weights are our choice; the paper's
encoder is VGG-16 with ImageNet weights. At random weights these are features of a random network.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from gazemap.losses.cases import LossTargets, NetworkOutput
from gazemap.models.encoders import Encoder, EncoderName

_SCALES = 3


class _Perceptual:
    """The sum over three scales of a distance between the features of both maps.

    Args:
        encoder: a key of `ENCODERS`.
        weights: "timm" or a safetensors file; None draws them, always the same ones.
    """

    distance: Callable[[Tensor, Tensor], Tensor]  # of features, (B, C, h, w) each

    def __init__(self, *, encoder: EncoderName = "vgg16", weights: str | None = None) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            self.encoder = Encoder(encoder, weights=weights, trainable=False, scales=_SCALES).eval()

    def __call__(self, predicted: NetworkOutput, truth: LossTargets) -> Tensor:
        """The loss; its gradient flows to the prediction alone."""
        pairs = zip(self._features(predicted.saliency), self._features(truth.target), strict=True)
        return torch.stack([self.distance(p, q) for p, q in pairs]).sum()

    def _features(self, maps: Tensor) -> list[Tensor]:
        """(B, h, w) in [0, 1] -> features of three scales, on the maps' device."""
        features: list[Tensor] = self.encoder.to(maps.device)(maps[:, None].expand(-1, 3, -1, -1))
        return features


def _mean_square(p: Tensor, q: Tensor) -> Tensor:
    return (p - q).square().mean()


def _gram_distance(p: Tensor, q: Tensor) -> Tensor:
    channels, size = p.shape[1], p.shape[2] * p.shape[3]
    grams = [torch.bmm(f.flatten(2), f.flatten(2).transpose(1, 2)) for f in (p, q)]
    return (grams[0] - grams[1]).square().sum(dim=(1, 2)).mean() / (4 * channels**2 * size**2)


class DeepFeatures(_Perceptual):
    """The mean squared difference of the features, summed over the scales; see `_Perceptual`."""

    distance = staticmethod(_mean_square)


class Gram(_Perceptual):
    """Gram matrices: sum ||G(p) - G(q)||^2 / (4 C^2 (h w)^2) over the scales (Gatys et al. 2016)."""

    distance = staticmethod(_gram_distance)
