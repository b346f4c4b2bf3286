"""In the style of DeepGaze II (Kuemmerer et al., ICCV 2017): frozen features and a small readout.

A readout of 1x1 convolutions, a learned blur, the center bias as log prior, a softmax over the pixels.
Readout channels 16, 32, 2, 1 as published. The paper reads five layers of VGG-19's last block; here
the encoder is any of `ENCODERS`, read at several scales: our choice.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn

from gazemap.models.base import SaliencyModel
from gazemap.models.encoders import Encoder, EncoderName
from gazemap.models.parts import CenterBiasKind, CenterBiasPrior, LearnedBlur, log_softmax, upsample
from gazemap.types import Size


class DeepGaze2(SaliencyModel):
    """Where the features of a frozen encoder say that people look.

    Args:
        encoder: a key of `ENCODERS`.
        encoder_weights: ImageNet weights: "timm" or a safetensors file.
        train_encoder: False as published.
        center_bias: "fixed" as published, "learned" or "none".
        input_size: (H, W).
    """

    architecture = "deepgaze2"
    outputs = ("log_density",)

    def __init__(
        self,
        *,
        encoder: EncoderName = "vgg16",
        encoder_weights: str | None = None,
        train_encoder: bool = False,
        center_bias: CenterBiasKind = "fixed",
        input_size: Size = (240, 320),
    ) -> None:
        height, width = input_size
        size = (math.ceil(height / 4), math.ceil(width / 4))
        super().__init__(
            input_size=(height, width),
            output_size=size,
            output="log_density",
        )
        self.encoder = Encoder(encoder, weights=encoder_weights, trainable=train_encoder)
        inputs = sum(self.encoder.channels[2:])
        self.norm = nn.BatchNorm2d(inputs, affine=False)  # features of unit variance, as published
        channels = (inputs, 16, 32, 2, 1)
        layers: list[nn.Module] = []
        for before, after in pairwise(channels):
            layers += [nn.Conv2d(before, after, 1), nn.ReLU(inplace=True)]
        self.readout = nn.Sequential(*layers[:-1])
        self.blur = LearnedBlur(sigma=size[1] / 40)
        self.center_bias = CenterBiasPrior(center_bias, size)

    @property
    def log_prior(self) -> Tensor | None:
        """(h, w), of a fixed center bias."""
        return self.center_bias.fixed

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] -> (B, h, w)."""
        scales = self.encoder(images)[2:]
        # joined at 1/8; the blur hides what is finer
        features = torch.cat([upsample(scale, tuple(scales[0].shape[-2:])) for scale in scales], dim=1)
        response = upsample(self.readout(self.norm(features)), self.output_size)[:, 0]
        return log_softmax(self.center_bias(self.blur(response.float())))
