"""A small U-Net (Ronneberger, Fischer & Brox, MICCAI 2015) for saliency, which trains in a minute on a CPU.

Strided convolutions go down to a sixteenth of the input, bilinear steps come back to a quarter, and each
step takes the features of its size from the way down. Normalization, widths and the average over the whole
image, by which an item can be compared with all others, are our choice.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from gazemap.models.base import SaliencyModel
from gazemap.models.parts import CenterBiasKind, CenterBiasPrior, log_softmax, upsample
from gazemap.types import Output, Size

_GROWTH = (1, 2, 3, 4)  # the widths of the four levels, in multiples of `width`


class UNet(SaliencyModel):
    """An encoder and a decoder with skips, without pretrained weights: 0.22 million parameters by default.

    Args:
        width: channels of the first level; the others have two, three and four times as many.
        center_bias: see `CenterBiasPrior`.
        output: "log_density", the log-softmax over the pixels; "saliency", what comes before it.
        input_size: (H, W).
    """

    architecture = "unet"

    def __init__(
        self,
        *,
        width: int = 16,
        center_bias: CenterBiasKind = "learned",
        output: Output = "log_density",
        input_size: Size = (96, 128),
    ) -> None:
        height, columns = input_size
        super().__init__(
            input_size=(height, columns),
            output_size=(math.ceil(height / 4), math.ceil(columns / 4)),
            output=output,
        )
        widths = [width * growth for growth in _GROWTH]
        self.down = nn.ModuleList(
            _block(inputs, outputs, stride=2) for inputs, outputs in zip([3, *widths], widths, strict=False)
        )
        self.context = nn.Linear(widths[3], widths[3])
        self.up = nn.ModuleList(
            [_block(widths[3] + widths[2], widths[2]), _block(widths[2] + widths[1], widths[1])]
        )
        self.head = nn.Conv2d(widths[1], 1, 1)
        self.prior = CenterBiasPrior(center_bias, self.output_size)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] -> (B, h, w), a quarter of the size."""
        features = (images - 0.5) * 4
        levels = []
        for stage in self.down:
            features = stage(features)
            levels.append(features)
        features = features + self.context(features.mean(dim=(2, 3)))[:, :, None, None]
        for stage, skip in zip(self.up, (levels[2], levels[1]), strict=True):
            larger = upsample(features, (skip.shape[2], skip.shape[3]))
            features = stage(torch.cat([larger, skip], dim=1))
        grid: Tensor = self.prior(self.head(features)[:, 0])
        return log_softmax(grid) if self.output == "log_density" else grid

    @property
    def log_prior(self) -> Tensor | None:
        """The fixed center bias, (h, w); see `CenterBiasPrior`."""
        return self.prior.fixed


def _block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """Two convolutions of 3 x 3, each with batch normalization and a ReLU; the first may halve the size."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
        nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )
