"""MDNSal (Reddy et al., IROS 2020): the parameters of a mixture of Gaussians from an encoder.

The paper gives the layers (encoder, one convolution, three linear layers for weights, means and
covariances), but its code was never released: the number of Gaussians, the parametrization, the
normalized features, the initial values and the exact density on the grid in place of sampled points are
our choice.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from gazemap.models.base import SaliencyModel
from gazemap.models.encoders import Encoder, EncoderName
from gazemap.models.parts import log_softmax, upsample
from gazemap.types import Size

Covariance = Literal["diagonal", "full"]
_LEAST_WIDTH = 0.02  # of a Gaussian, in image sides: narrower ones fit single fixations
_FIRST_WIDTH = 0.1
_CENTER_WIDTH = 0.2  # of the center bias that the first weights make


class MDNSal(SaliencyModel):
    """A log density that is a mixture of Gaussians over the image, in relative coordinates.

    Args:
        encoder: a key of `ENCODERS`.
        encoder_weights: ImageNet weights to start from: "timm" or a safetensors file.
        train_encoder: whether training changes the encoder.
        gaussians: how many.
        covariance: of each Gaussian, "diagonal" or "full" (by a Cholesky factor).
        input_size: (H, W).
    """

    architecture = "mdnsal"
    outputs = ("log_density",)

    def __init__(
        self,
        *,
        encoder: EncoderName = "pnasnet5",
        encoder_weights: str | None = None,
        train_encoder: bool = True,
        gaussians: Annotated[int, Field(ge=1, le=1024)] = 32,
        covariance: Covariance = "diagonal",
        input_size: Size = (256, 256),
    ) -> None:
        height, width = input_size
        super().__init__(
            input_size=(height, width),
            output_size=(math.ceil(height / 4), math.ceil(width / 4)),
            output="log_density",
        )
        self.encoder = Encoder(encoder, weights=encoder_weights, trainable=train_encoder)
        self.full = covariance == "full"
        self.norm = nn.BatchNorm2d(self.encoder.channels[-1], affine=False)
        self.reduce = nn.Conv2d(self.encoder.channels[-1], 64, 3, padding=1)
        self.cells = (math.ceil(height / 32), math.ceil(width / 32))
        features = 64 * self.cells[0] * self.cells[1]
        self.weights = nn.Linear(features, gaussians)
        self.means = nn.Linear(features, 2 * gaussians)
        self.widths = nn.Linear(features, (3 if self.full else 2) * gaussians)
        self._start_from_center_bias(gaussians)

    @torch.no_grad()
    def _start_from_center_bias(self, gaussians: int) -> None:
        """Spread the Gaussians over the image, heavier at its center; equal ones would stay equal."""
        for layer in (self.weights, self.means, self.widths):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        # the additive recurrence of Roberts (2018) fills the square evenly, however many there are
        steps = torch.tensor([0.7548777, 0.5698403])
        centers = 0.04 + 0.92 * ((0.5 + torch.arange(gaussians)[:, None] * steps) % 1)
        self.means.bias.copy_(centers.logit().flatten())
        self.widths.bias.view(gaussians, -1)[:, :2] = math.log(math.expm1(_FIRST_WIDTH))
        self.weights.bias.copy_(-((centers - 0.5) ** 2).sum(dim=1) / (2 * _CENTER_WIDTH**2))

    def mixture(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(B, 3, H, W) -> log weights (B, K), means (B, K, 2), Cholesky factors (B, K, 3).

        A factor (a, b, c) is the lower triangle [[a, 0], [b, c]], in image sides, x first.
        """
        reduced = F.relu(self.reduce(self.norm(self.encoder(images)[-1]))).float()  # (B, 64, H/32, W/32)
        # some encoders drop an odd image's last row
        features = upsample(reduced, self.cells).flatten(1)  # (B, 64 * cells)
        # unscaled, one step of Adam in thousands of weights would move every Gaussian out of the image
        features = features / math.sqrt(features.shape[1])
        log_weights = self.weights(features).log_softmax(dim=1)  # (B, K)
        means = self.means(features).sigmoid().unflatten(1, (-1, 2))  # (B, K, 2)
        scale = self.widths(features).unflatten(1, (log_weights.shape[1], -1))  # (B, K, 2 or 3)
        widths = F.softplus(scale[..., :2]) + _LEAST_WIDTH  # (B, K, 2)
        below = scale[..., 2] * widths.prod(dim=2).sqrt() if self.full else torch.zeros_like(widths[..., 0])
        return log_weights, means, torch.stack([widths[..., 0], below, widths[..., 1]], dim=-1)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] -> (B, h, w), normalized over the grid's pixels."""
        log_weights, means, factors = self.mixture(images)
        a, b, c = (factors[..., index, None, None] for index in range(3))  # (B, K, 1, 1)
        height, width = self.output_size
        x = (torch.arange(width, device=images.device) + 0.5) / width  # (w,)
        y = ((torch.arange(height, device=images.device) + 0.5) / height)[:, None]  # (h, 1)
        # solves the lower triangle for the standardized offsets
        across = (x - means[..., 0, None, None]) / a  # (B, K, 1, w)
        down = (y - means[..., 1, None, None] - b * across) / c  # (B, K, h, w)
        log_norm = (a * c).log() + math.log(2 * math.pi)
        grid = log_weights[..., None, None] - log_norm - 0.5 * (across**2 + down**2)  # (B, K, h, w)
        return log_softmax(grid.logsumexp(dim=1))
