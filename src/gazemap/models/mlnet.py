"""ML-Net (Cornia et al., ICPR 2016): features of VGG-16 at three depths, and a learned prior.

The layers are those of the released code (marcellacornia/mlnet).
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gazemap.models.base import SaliencyModel
from gazemap.models.dilated import CaffeScale, vgg16_convolutions
from gazemap.models.parts import CenterBiasKind, CenterBiasPrior, log_softmax, upsample
from gazemap.types import Output, Size

_PRIOR_SIZE = (6, 8)


class MLNet(SaliencyModel):
    """Cornia et al.'s multi-level network, 60 x 80 from 480 x 640.

    Args:
        encoder_weights: ImageNet weights to start from: "timm" or a safetensors file.
        input_size: (H, W); (480, 640) as published.
        center_bias: what multiplies the map: "learned", the published prior of 6 x 8 numbers; "fixed",
            the density of the training images over the uniform one; "none".
        output: "saliency", the rectified outputs; "log_density", the log-softmax of the logits before
            them, to which the logarithm of the center bias is added.
    """

    architecture = "mlnet"

    def __init__(
        self,
        *,
        encoder_weights: str | None = None,
        input_size: Size = (480, 640),
        center_bias: CenterBiasKind = "learned",
        output: Output = "saliency",
    ) -> None:
        height, width = input_size
        super().__init__(
            input_size=(height, width),
            output_size=(math.ceil(height / 8), math.ceil(width / 8)),
            output=output,
        )
        self.scale = CaffeScale()
        layers = list(vgg16_convolutions(encoder_weights))
        layers[23] = nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.MaxPool2d(2, stride=1))
        self.to_pool3 = nn.Sequential(*layers[:17])
        self.to_pool4 = nn.Sequential(*layers[17:24])
        self.to_conv5 = nn.Sequential(*layers[24:30])
        self.readout = nn.Sequential(
            nn.Dropout(0.5),
            nn.Conv2d(256 + 512 + 512, 64, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(64, 1, 1),
        )
        # as the released layer: the map is multiplied by 1 + prior, which starts at 1
        learned = center_bias == "learned"
        self.prior = nn.Parameter(torch.zeros(_PRIOR_SIZE)) if learned else None
        self.center_bias = CenterBiasPrior("none" if learned else center_bias, self.output_size)

    def encoder_parameters(self) -> list[nn.Parameter]:
        """Those of VGG-16, which is in three parts here."""
        return [p for part in (self.to_pool3, self.to_pool4, self.to_conv5) for p in part.parameters()]

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] -> (B, h, w)."""
        pool3 = self.to_pool3(self.scale(images))
        pool4 = self.to_pool4(pool3)
        features = torch.cat([pool3, pool4, self.to_conv5(pool4)], dim=1)
        grid: Tensor = self.readout(features)[:, 0]
        factor = self._factor(grid)
        if self.output == "log_density":
            return log_softmax(grid + factor.clamp_min(1e-3).log())
        return F.relu(F.relu(grid) * factor)

    def _factor(self, grid: Tensor) -> Tensor:
        """The factor of the center bias, (h, w): 1 if there is none; 1 on average if it is fixed."""
        if self.prior is not None:
            return 1 + upsample(self.prior[None, None], self.output_size)[0, 0]
        if self.center_bias.kind == "none":
            return grid.new_ones(1, 1)
        density = self.center_bias.log_prior.exp()
        return density * density.numel()
