"""PDP (Jetley et al., CVPR 2016): a softmax over the pixels of one response map.

The paper gives VGG's convolutions, a few more and the softmax, trained with distances between distributions.
The sizes of the added layers are our choice.
"""

from __future__ import annotations

import math

from torch import Tensor, nn

from gazemap.models.base import SaliencyModel
from gazemap.models.encoders import Encoder, EncoderName
from gazemap.models.parts import log_softmax, upsample
from gazemap.types import Output, Size


class PDP(SaliencyModel):
    """Fully convolutional: encoder at 1/16, three convolutions, a response map enlarged to 1/8.

    Args:
        encoder: a key of `ENCODERS`; vgg16 as published.
        encoder_weights: ImageNet weights to start from: "timm" or a safetensors file.
        train_encoder: whether training changes the encoder.
        input_size: (H, W).
        output: "log_density" as published; "saliency", the linear response, for the regression losses
            that the paper compares with.
    """

    architecture = "pdp"

    def __init__(
        self,
        *,
        encoder: EncoderName = "vgg16",
        encoder_weights: str | None = None,
        train_encoder: bool = True,
        input_size: Size = (240, 320),
        output: Output = "log_density",
    ) -> None:
        height, width = input_size
        super().__init__(
            input_size=(height, width),
            output_size=(math.ceil(height / 8), math.ceil(width / 8)),
            output=output,
        )
        self.encoder = Encoder(encoder, weights=encoder_weights, trainable=train_encoder, scales=4)
        self.readout = nn.Sequential(
            nn.Conv2d(self.encoder.channels[-1], 256, 5, padding=2),
            nn.ReLU(inplace=True),
            nn.Conv2d(256, 64, 5, padding=2),
            nn.ReLU(inplace=True),
            nn.Conv2d(64, 1, 1),
        )

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] -> (B, h, w)."""
        response = upsample(self.readout(self.encoder(images)[-1]), self.output_size)[:, 0]
        return log_softmax(response) if self.output == "log_density" else response
