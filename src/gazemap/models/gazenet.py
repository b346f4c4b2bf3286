"""GazeNet, our own small network: MobileNetV2's features at three scales, a light decoder, a density.

What it takes from others: a density trained by the likelihood of the fixations, the center bias as log
prior and a learned blur (Kuemmerer et al. 2016); a decoder of depthwise convolutions, which sees far at
little cost (Droste et al. 2020). The rest is our choice; docs/gazenet.md says what was tried.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from gazemap.models.base import SaliencyModel
from gazemap.models.encoders import Encoder
from gazemap.models.parts import CenterBias, CenterBiasKind, LearnedBlur, Size, log_softmax, upsample


class GazeNet(SaliencyModel):
    """Where people look in an image, as a density on a grid of a quarter of its size.

    Args:
        encoder: a key of `ENCODERS`.
        encoder_weights: ImageNet weights: "timm" or a safetensors file.
        train_encoder: False keeps the encoder as it is.
        width: channels of the decoder.
        center_bias: "fixed", "learned" or "none".
        input_size: (H, W).
    """

    name = "gazenet"
    outputs = ("log_density",)

    def __init__(
        self,
        *,
        encoder: str = "mobilenetv2-tf",
        encoder_weights: str | None = None,
        train_encoder: bool = True,
        width: int = 64,
        center_bias: CenterBiasKind = "fixed",
        input_size: Size = (240, 320),
    ) -> None:
        height, width_in = input_size
        size = (math.ceil(height / 4), math.ceil(width_in / 4))
        super().__init__(
            options={
                "encoder": encoder,
                "train_encoder": train_encoder,
                "width": width,
                "center_bias": center_bias,
                "input_size": [height, width_in],
            },
            input_size=(height, width_in),
            output_size=size,
            output="log_density",
        )
        self.encoder = Encoder(encoder, weights=encoder_weights, trainable=train_encoder)
        channels = self.encoder.channels[2:]
        self.squeeze = nn.ModuleList(nn.Conv2d(count, width, 1) for count in channels)
        self.scene = nn.Sequential(
            nn.Linear(channels[-1], width), nn.ReLU(inplace=True), nn.Linear(width, width)
        )
        self.near, self.far = _context(width, 5), _context(width, 7)
        self.readout = nn.Sequential(
            nn.Conv2d(width, width // 2, 1), nn.ReLU(inplace=True), nn.Conv2d(width // 2, 1, 1)
        )
        self.blur = LearnedBlur(sigma=size[1] / 50)
        self.center_bias = CenterBias(center_bias, size)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] -> (B, h, w)."""
        scales = self.encoder(images)[2:]
        grid = tuple(scales[0].shape[-2:])  # all are joined at 1/8
        joined = torch.stack(
            [upsample(squeeze(scale), grid) for squeeze, scale in zip(self.squeeze, scales, strict=True)]
        ).sum(dim=0)
        features = torch.relu(joined + self.scene(scales[-1].mean(dim=(2, 3)))[:, :, None, None])
        features = features + self.near(features)
        features = features + self.far(features)
        response = upsample(self.readout(features), self.output_size)[:, 0]
        return log_softmax(self.center_bias(self.blur(response.float())))


def _context(width: int, side: int) -> nn.Sequential:
    """What lies around each place, within `side` cells of 1/8 of the image's size."""
    return nn.Sequential(
        nn.Conv2d(width, width, side, padding=side // 2, groups=width),
        nn.ReLU(inplace=True),
        nn.Conv2d(width, width, 1),
        nn.ReLU(inplace=True),
    )
