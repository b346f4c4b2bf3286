"""Encoders of 1/8 of the image's size, by dilation in place of strides (Cornia et al. 2018)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gazemap.models.encoder_weights import timm_network
from gazemap.models.parts import upsample

_MEAN_BGR = (103.939, 116.779, 123.68)  # of images in 0 to 255, as the released Caffe weights take them


class CaffeScale(nn.Module):
    """RGB in [0, 1] -> BGR in 0 to 255, less ImageNet's mean.

    The sides are enlarged to multiples of 8, so that no pool drops a row, and the grid at 1/8 covers the
    whole image.
    """

    mean: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(_MEAN_BGR).view(3, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) -> the same shape, or that of the next multiples of 8."""
        height, width = images.shape[-2:]
        if height % 8 or width % 8:
            images = upsample(images, (height + -height % 8, width + -width % 8))
        return images.flip(1) * 255 - self.mean


def vgg16_convolutions(weights: str | None) -> nn.Sequential:
    """VGG-16's 13 convolutions with ReLUs and five pools, as timm builds it."""
    features = timm_network("vgg16", weights).features
    assert isinstance(features, nn.Sequential)
    return features


def dilated_vgg16(weights: str | None) -> nn.Sequential:
    """512 channels at 1/8: the fourth pool keeps the size, the fifth is left out, conv5 is dilated by 2."""
    *layers, _ = vgg16_convolutions(weights)
    layers[23] = nn.MaxPool2d(2, stride=1, padding=0)
    for layer in layers[24:]:
        if isinstance(layer, nn.Conv2d):
            layer.dilation = layer.padding = (2, 2)
    # a pool of 2 with stride 1 drops one row and one column: they are padded on the right and below
    return nn.Sequential(*layers[:23], nn.ZeroPad2d((0, 1, 0, 1)), *layers[23:])


def dilated_resnet50(weights: str | None) -> nn.Sequential:
    """512 channels at 1/8: ResNet-50's last two stages dilated by 2 and 4, then a 3x3 convolution."""
    network = timm_network("resnet50", weights, output_stride=8)
    stages = [getattr(network, name) for name in ("conv1", "bn1", "act1", "maxpool")]
    stages += [getattr(network, f"layer{number}") for number in range(1, 5)]
    return nn.Sequential(*stages, nn.Conv2d(2048, 512, 3, padding=1), nn.ReLU(inplace=True))
