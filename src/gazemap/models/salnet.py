"""SalNet, the deep network of Pan et al. (CVPR 2016): nine convolutions and one deconvolution.

Layers and the scaling of input and output are those of the released Caffe network
(imatge-upc/saliency-2016-cvpr).
Weights are drawn as He et al. (2015) do: our choice, since the released ones start from VGG-M.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gazemap.models.base import SaliencyModel
from gazemap.models.parts import log_softmax
from gazemap.types import Output, Size

_MEAN_BGR = (100.0, 110.0, 118.0)  # of images in 0 to 255
_SCALE = 2 / 255
# kernel and channels of the convolutions after the pools
_DEEP = ((3, 512), (5, 512), (5, 512), (7, 256), (11, 128), (11, 32))


class SalNet(SaliencyModel):
    """Pan et al.'s deep network, 25,806,209 parameters.

    Its output times 128 plus 127 is a gray level, so its targets lie in [-127 / 128, 1].

    Args:
        input_size: (H, W); (240, 320) as published.
        output: "saliency", the linear outputs; "log_density", their log-softmax over the pixels.
    """

    architecture = "salnet"
    mean: Tensor

    def __init__(self, *, input_size: Size = (240, 320), output: Output = "saliency") -> None:
        super().__init__(
            input_size=(input_size[0], input_size[1]),
            output_size=(input_size[0], input_size[1]),
            output=output,
            target_range=(-127 / 128, 1.0) if output == "saliency" else (0.0, 1.0),
        )
        self.register_buffer("mean", torch.tensor(_MEAN_BGR).view(3, 1, 1), persistent=False)
        layers: list[nn.Module] = [
            nn.Conv2d(3, 96, 7, padding=3),
            nn.ReLU(inplace=True),
            nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75),
            nn.MaxPool2d(3, stride=2, ceil_mode=True),
            nn.Conv2d(96, 256, 5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2, ceil_mode=True),
        ]
        channels = 256
        for kernel, outputs in _DEEP:
            layers += [nn.Conv2d(channels, outputs, kernel, padding=kernel // 2), nn.ReLU(inplace=True)]
            channels = outputs
        layers += [
            nn.Conv2d(channels, 1, 13, padding=6),
            nn.ConvTranspose2d(1, 1, 8, stride=4, padding=2, bias=False),
        ]
        self.network = nn.Sequential(*layers)
        for layer in self.layers.values():
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] -> (B, H, W)."""
        bgr = images.flip(1) * 255
        height, width = self.output_size
        # to multiples of 4, as the deconvolution returns; the paper's sizes are such already
        padded = F.pad((bgr - self.mean) * _SCALE, (0, -width % 4, 0, -height % 4))
        grid: Tensor = self.network(padded)[:, 0, :height, :width]
        return log_softmax(grid) if self.output == "log_density" else grid
