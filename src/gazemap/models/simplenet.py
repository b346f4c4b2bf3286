"""SimpleNet (Reddy et al., IROS 2020): an ImageNet encoder and a decoder that reads every scale.

The decoders' channels and the order of layers are those of the released code (samyak0210/saliency).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gazemap.models.base import SaliencyModel
from gazemap.models.encoders import ENCODERS, Encoder, EncoderName
from gazemap.models.parts import log_softmax, upsample
from gazemap.types import Output, Size

# channels of the decoder's five convolutions, coarse to fine; None: the coarsest features are only enlarged
_DECODERS: dict[str, tuple[int | None, int, int, int, int]] = {
    "pnasnet5": (512, 256, 270, 96, 128),
    "densenet161": (512, 256, 192, 96, 128),
    "resnet50": (1024, 512, 256, 64, 64),
    "vgg16": (None, 512, 256, 128, 128),
    "mobilenetv2": (96, 32, 24, 16, 16),
    "mobilenetv2-tf": (96, 32, 24, 16, 16),
}


class SimpleNet(SaliencyModel):
    """An encoder, five steps that enlarge its features and join those of the next finer scale, and a sigmoid.

    Args:
        encoder: a key of `ENCODERS`; pnasnet5 is the paper's best.
        encoder_weights: ImageNet weights to start from: "timm" or a safetensors file.
        train_encoder: whether training changes the encoder.
        input_size: (H, W); (256, 256) as published.
        output: "saliency" in (0, 1); "log_density", the log-softmax of the same logits.
    """

    architecture = "simplenet"

    def __init__(
        self,
        *,
        encoder: EncoderName = "pnasnet5",
        encoder_weights: str | None = None,
        train_encoder: bool = True,
        input_size: Size = (256, 256),
        output: Output = "saliency",
    ) -> None:
        super().__init__(
            input_size=(input_size[0], input_size[1]),
            output_size=(input_size[0], input_size[1]),
            output=output,
        )
        self.encoder = Encoder(encoder, weights=encoder_weights, trainable=train_encoder)
        skips = (*ENCODERS[encoder].channels[-2::-1], 0)
        inputs = ENCODERS[encoder].channels[-1]
        steps: list[nn.Module] = []
        for outputs, skip in zip(_DECODERS[encoder], skips, strict=True):
            steps.append(_step(inputs, outputs) if outputs else nn.Identity())
            inputs = (outputs or inputs) + skip
        self.decoder = nn.ModuleList(steps)
        self.readout = nn.Sequential(_step(inputs, inputs), nn.Conv2d(inputs, 1, 3, padding=1))

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] -> (B, H, W)."""
        *skips, features = self.encoder(images)
        sizes = [tuple(skip.shape[-2:]) for skip in skips]
        for step in self.decoder[:-1]:
            features = upsample(step(features), sizes.pop())
            features = torch.cat([features, skips.pop()], dim=1)
        grid: Tensor = self.readout(upsample(self.decoder[-1](features), self.output_size))[:, 0]
        return log_softmax(grid) if self.output == "log_density" else grid.sigmoid()


def _step(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(inplace=True))
