"""GazeNet, our own small network: an encoder's features, a light decoder, a density.

What it takes from others: a density that is trained by the likelihood of the fixations, the center bias
as log prior and a learned blur (Kuemmerer et al. 2016); a decoder of depthwise convolutions, which sees
far at little cost (Droste et al. 2020). The rest is our choice; docs/explanation/gazenet-diary.md says what
was tried.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from gazemap.models.base import SaliencyModel
from gazemap.models.encoders import ENCODERS, Encoder
from gazemap.models.parts import CenterBiasKind, CenterBiasPrior, LearnedBlur, log_softmax, upsample
from gazemap.types import Size

# of an encoder's blocks 1 to 6, at 1/4, 1/8, 1/16 twice and 1/32 twice of the image's size
_CHANNELS = {
    "mobilenetv2": (24, 32, 64, 96, 160, 320),
    "mobilenetv2-tf": (24, 32, 64, 96, 160, 320),
    "efficientnet-b4": (32, 56, 112, 160, 272, 448),
    "efficientnet-lite2": (24, 48, 88, 120, 208, 352),
}
_FINE = 16  # channels at 1/4


class GazeNet(SaliencyModel):
    """Where people look in an image, as a density on a grid of a quarter of its size.

    Args:
        encoder: "mobilenetv2-tf", "mobilenetv2" for weights that timm trained, "efficientnet-b4" or
            "efficientnet-lite2"; see `ENCODERS`.
        encoder_weights: ImageNet weights: "timm" or a safetensors file.
        train_encoder: False keeps the encoder as it is.
        encoder_blocks: 5, or 6 to read the encoder's last block, too.
        width: channels of the decoder.
        center_bias: "fixed", "learned" or "none".
        input_size: (H, W).
    """

    architecture = "gazenet"
    outputs = ("log_density",)
    any_size = True
    readout_parts = ("readout", "lift", "sharpen")  # what turns `features` into the response

    def __init__(
        self,
        *,
        encoder: Literal[
            "mobilenetv2", "mobilenetv2-tf", "efficientnet-b4", "efficientnet-lite2"
        ] = "mobilenetv2-tf",
        encoder_weights: str | None = None,
        train_encoder: bool = True,
        encoder_blocks: Literal[5, 6] = 5,
        width: Annotated[int, Field(ge=1, le=1024)] = 64,
        center_bias: CenterBiasKind = "fixed",
        input_size: Size = (240, 320),
    ) -> None:
        size = (math.ceil(input_size[0] / 4), math.ceil(input_size[1] / 4))
        super().__init__(
            input_size=(input_size[0], input_size[1]),
            output_size=size,
            output="log_density",
        )
        counts = _CHANNELS[encoder][:encoder_blocks]
        taps = tuple(f"blocks.{block}" for block in range(1, encoder_blocks + 1))
        spec = replace(ENCODERS[encoder], taps=taps, channels=counts)
        self.encoder = Encoder(spec, weights=encoder_weights, trainable=train_encoder)
        fine, *channels = self.encoder.channels
        self.squeeze = nn.ModuleList(nn.Conv2d(count, width, 1, bias=False) for count in channels)
        self.scene = nn.Sequential(
            nn.Linear(channels[-1], width), nn.ReLU(inplace=True), nn.Linear(width, width)
        )
        self.norm = nn.BatchNorm2d(width)
        self.near, self.far = _context(width, 5), _context(width, 7)
        self.readout = nn.Sequential(
            nn.Conv2d(width, width // 2, 1), nn.ReLU(inplace=True), nn.Conv2d(width // 2, 1, 1)
        )
        # what 1/8 is too coarse for, added at 1/4
        self.detail = nn.Sequential(nn.Conv2d(fine, _FINE, 1, bias=False), nn.BatchNorm2d(_FINE))
        self.lift = nn.Conv2d(width, _FINE, 1)
        self.sharpen = nn.Sequential(
            nn.Conv2d(_FINE, _FINE, 3, padding=1, groups=_FINE),
            nn.ReLU(inplace=True),
            nn.Conv2d(_FINE, 1, 1),
        )
        self.blur = LearnedBlur(sigma=size[1] / 50)
        self.center_bias = CenterBiasPrior(center_bias, size)

    @property
    def log_prior(self) -> Tensor | None:
        """(h, w), of a fixed center bias."""
        return self.center_bias.fixed

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] -> (B, h, w) at 1/4 of the size, rounded up."""
        return log_softmax(self.center_bias(self.response(*self.features(images))))

    def features(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """What the readout reads: the scene, (B, width, H/8, W/8), and details, (B, 16, H/4, W/4)."""
        fine, *blocks = self.encoder(images)  # (B, ., H/4, W/4); the others at 1/8, 1/16 twice, 1/32
        squeezed = (squeeze(block) for squeeze, block in zip(self.squeeze, blocks, strict=True))
        eighth, sixteenth, sixteenth_too, *last = squeezed  # (B, width, ., .) each
        grid = (eighth.shape[-2], eighth.shape[-1])  # H/8, W/8: all are joined here
        features = eighth + upsample(sixteenth + sixteenth_too, grid) + upsample(sum(last), grid)
        features = features + self.scene(blocks[-1].mean(dim=(2, 3)))[:, :, None, None]  # (B, width, 1, 1)
        features = torch.relu(self.norm(features))
        features = features + self.near(features)
        return features + self.far(features), self.detail(fine)

    def response(self, features: Tensor, fine: Tensor) -> Tensor:
        """What `features` gives -> (B, h, w), whose softmax with the center bias is the density."""
        size = (fine.shape[-2], fine.shape[-1])  # H/4, W/4: `output_size`, for images of `input_size`
        detail = torch.relu(fine + upsample(self.lift(features), size))  # (B, 16, H/4, W/4)
        response = upsample(self.readout(features), size) + self.sharpen(detail)  # (B, 1, H/4, W/4)
        return self.blur(response[:, 0].float())  # type: ignore[no-any-return]


def _context(width: int, side: int) -> nn.Sequential:
    """What lies around each place, within `side` cells of 1/8 of the image's size."""
    return nn.Sequential(
        nn.Conv2d(width, width, side, padding=side // 2, groups=width, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
        nn.Conv2d(width, width, 1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
    )
