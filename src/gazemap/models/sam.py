"""SAM (Cornia et al., TIP 2018): dilated features, an attentive ConvLSTM and learned priors.

Layers, initialization and clipping are those of the released code (marcellacornia/sam).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gazemap.models.base import SaliencyModel
from gazemap.models.dilated import CaffeScale, dilated_resnet50, dilated_vgg16
from gazemap.models.parts import CenterBiasKind, GaussianPriors, JoinedCenterBias, log_softmax, upsample
from gazemap.types import Output, Size

_CHANNELS = 512
_STEPS = 4


class AttentiveConvLSTM(nn.Module):
    """A ConvLSTM that reads the same features four times, each time under an attention map from its state."""

    def __init__(self, channels: int, steps: int = _STEPS) -> None:
        super().__init__()
        self.steps = steps
        self.attend_features = nn.Conv2d(channels, channels, 3, padding=1)
        self.attend_state = nn.Conv2d(channels, channels, 3, padding=1)
        self.attend = nn.Conv2d(channels, 1, 3, padding=1, bias=False)
        # input, forget, cell candidate and output gate in one convolution each
        self.from_features = nn.Conv2d(channels, 4 * channels, 3, padding=1)
        self.from_state = nn.Conv2d(channels, 4 * channels, 3, padding=1)
        nn.init.zeros_(self.attend.weight)
        for convolution in (self.attend_features, self.from_features):
            nn.init.normal_(convolution.weight, std=1 / math.sqrt(9 * channels))
        for convolution in (self.attend_state, self.from_state):
            for gate in convolution.weight.data.chunk(len(convolution.weight) // channels):
                nn.init.orthogonal_(gate)

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, h, w) -> the last state, of the same shape."""
        state = torch.zeros_like(features)
        cell = torch.zeros_like(features)
        from_features = self.attend_features(features)
        for _ in range(self.steps):
            energy = self.attend(torch.tanh(self.attend_state(state) + from_features))
            attention = energy.flatten(2).softmax(dim=2).view_as(energy)
            gates = self.from_features(features * attention) + self.from_state(state)
            enter, forget, candidate, leave = gates.chunk(4, dim=1)
            cell = forget.sigmoid() * cell + enter.sigmoid() * candidate.tanh()
            state = leave.sigmoid() * cell.tanh()
        return state


class SAM(SaliencyModel):
    """Cornia et al.'s saliency attentive model.

    Args:
        encoder_weights: ImageNet weights to start from: "timm" or a safetensors file.
        input_size: (H, W); (240, 320) as published.
        center_bias: channels that are joined to the features before each of the last two convolutions:
            "learned", 16 Gaussians each, as published; "fixed", the density of the training images; "none".
        output: "saliency", the rectified outputs; "log_density", the log-softmax of the same logits.

    Attributes:
        make_encoder: set by a subclass: ImageNet weights -> the encoder, 512 channels at 1/8 of the image's
            size.
    """

    make_encoder: Callable[[str | None], nn.Module]

    def __init__(
        self,
        *,
        encoder_weights: str | None = None,
        input_size: Size = (240, 320),
        center_bias: CenterBiasKind = "learned",
        output: Output = "saliency",
    ) -> None:
        height, width = input_size
        super().__init__(
            input_size=(height, width),
            output_size=(height // 4, width // 4),
            output=output,
        )
        self.scale = CaffeScale()
        self.encoder = self.make_encoder(encoder_weights)
        self.attention = AttentiveConvLSTM(_CHANNELS)
        priors = [_priors(center_bias, (math.ceil(height / 8), math.ceil(width / 8))) for _ in range(2)]
        self.priors = nn.ModuleList(priors)
        self.mixing = nn.ModuleList(
            nn.Conv2d(_CHANNELS + prior.count, _CHANNELS, 5, padding=8, dilation=4) for prior in priors
        )
        self.readout = nn.Conv2d(_CHANNELS, 1, 1)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] -> (B, h, w)."""
        features = self.attention(self.encoder(self.scale(images)))
        for priors, mixing in zip(self.priors, self.mixing, strict=True):
            features = F.relu(mixing(priors(features)))
        grid = upsample(self.readout(features), self.output_size)[:, 0]
        return log_softmax(grid) if self.output == "log_density" else F.relu(grid)


def _priors(kind: CenterBiasKind, size: Size) -> GaussianPriors | JoinedCenterBias:
    return GaussianPriors() if kind == "learned" else JoinedCenterBias(kind, size)


class SamVgg(SAM):
    """SAM on VGG-16, 51,835,841 parameters; see `SAM` for the options."""

    architecture = "sam-vgg"
    make_encoder = staticmethod(dilated_vgg16)


class SamResNet(SAM):
    """SAM on ResNet-50, 70,066,881 parameters; see `SAM` for the options."""

    architecture = "sam-resnet"
    make_encoder = staticmethod(dilated_resnet50)
