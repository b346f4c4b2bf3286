"""Parts that several models share: blur, priors, center bias, and the log softmax over a grid."""

from __future__ import annotations

import math
from typing import Any, Literal

import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from gazemap.errors import InputError
from gazemap.system.masked import refuse_masked
from gazemap.types import Size

CenterBiasKind = Literal["none", "fixed", "learned"]
_LOG_SUM_TOLERANCE = 1e-3  # of a log density's logsumexp, which is 0


def log_softmax(grid: Tensor) -> Tensor:
    """(B, h, w) of any numbers -> log density: logsumexp over the pixels is 0; float32."""
    return grid.float().flatten(1).log_softmax(dim=1).view_as(grid)


def upsample(features: Tensor, size: Size) -> Tensor:
    """(B, C, h, w) -> (B, C, *size), bilinear."""
    return F.interpolate(features, size=size, mode="bilinear", align_corners=False)


class CenterBiasPrior(nn.Module):
    """The center bias as a log density that is added to a grid of logits before the softmax.

    "fixed": the mean density of the training images, which training sets before its first step (Kuemmerer et
    al. 2016); uniform until then. "learned": one number per cell of a coarse grid, 0 at first. "none":
    nothing is added.

    Attributes:
        log_prior: (h, w), a buffer or a parameter; absent for "none".
    """

    LEARNED_SIZE = (6, 8)
    log_prior: Tensor

    def __init__(self, kind: CenterBiasKind, size: Size) -> None:
        super().__init__()
        self.kind = kind
        self.size = size
        if kind == "fixed":
            self.register_buffer("log_prior", torch.full(size, -math.log(size[0] * size[1])))
        elif kind == "learned":
            self.log_prior = nn.Parameter(torch.zeros(self.LEARNED_SIZE))

    def forward(self, logits: Tensor) -> Tensor:
        """(B, h, w) -> the same shape."""
        if self.kind == "none":
            return logits
        size = (logits.shape[-2], logits.shape[-1])
        return logits + upsample(self.log_prior[None, None], size)[0, 0]

    @property
    def fixed(self) -> Tensor | None:
        """The log prior, (h, w), of a "fixed" center bias; else None."""
        return self.log_prior if self.kind == "fixed" else None

    @torch.no_grad()
    def fix(self, density: Tensor) -> None:
        """Set the prior of a "fixed" center bias from a density, (h, w) of any size."""
        resized = upsample(density[None, None].float(), self.size)[0, 0].clamp_min(1e-12)
        self.log_prior.copy_((resized / resized.sum()).log())


def set_center_bias(model: nn.Module, density: Tensor | NDArray[Any] | None) -> None:
    """Give a trained model another center bias, or none: for other viewing conditions, or for crops.

    Args:
        model: one whose center bias is "fixed".
        density: (h, w) of any size and sum, a tensor or an array of NumPy; or a log density, whose logsumexp
            is 0. None is uniform, which removes the center bias.

    Raises:
        InputError: the model has no fixed center bias, or the density is none; says what it is.
    """
    fixed = [part for part in model.modules() if isinstance(part, CenterBiasPrior) and part.kind == "fixed"]
    if not fixed:
        raise InputError(f"This {type(model).__name__} has no fixed center bias that could be changed.")
    for part in fixed:
        part.fix(torch.ones(part.size) if density is None else _density(density))


def _density(values: Tensor | NDArray[Any]) -> Tensor:
    """(h, w) float64, a density of any sum.

    Raises:
        InputError: anything else; says what it is.
    """
    refuse_masked(values, "The center bias")
    wanted = "A center bias must be a density (h, w) of finite numbers of at least 0, not all 0"
    try:
        density = torch.as_tensor(values).double()
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(f"{wanted}, got {type(values).__name__} ({error}).") from error
    if density.ndim != 2 or not density.numel():
        raise InputError(f"{wanted}, got the shape {tuple(density.shape)}.")
    if density.isnan().any() or density.isposinf().any():
        raise InputError(f"{wanted}, got NaN or infinite values.")
    least, most = float(density.min()), float(density.max())
    if least < 0 and most <= 0:
        total = float(density.flatten().logsumexp(0))
        if abs(total) < _LOG_SUM_TOLERANCE:
            return density.exp()
        raise InputError(
            f"{wanted}, got values from {least:.4g} to {most:.4g}, as logarithms have. The logsumexp of a "
            f"log density is 0, that of these is {total:.4g}: subtract it, or pass the density."
        )
    if least < 0 or most == 0:
        raise InputError(f"{wanted}, got values from {least:.4g} to {most:.4g}.")
    return density


class JoinedCenterBias(CenterBiasPrior):
    """A "fixed" center bias as one more channel, which the next layer weighs.

    The density is scaled to a maximum of 1, as are the maps of `GaussianPriors`, its learned form.

    Attributes:
        count: the number of channels that it adds: 1, or 0 for "none".
    """

    def __init__(self, kind: Literal["none", "fixed"], size: Size) -> None:
        super().__init__(kind, size)
        self.count = int(kind == "fixed")

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, C + count, h, w)."""
        if self.kind == "none":
            return features
        count, _, height, width = features.shape
        density = (self.log_prior - self.log_prior.max()).exp()
        channel = upsample(density[None, None], (height, width)).to(features.dtype)
        return torch.cat([features, channel.expand(count, -1, -1, -1)], dim=1)


class GaussianPriors(nn.Module):
    """Learned axis-aligned Gaussians as channels, which give the next layer the position in the image.

    As Cornia et al. (TIP 2018) and their code have it: centers and widths are clipped, and the maximum of
    each map is 1. The vertical axis spans [(1 - e) / 2, (1 + e) / 2] with e = h / w.

    Attributes:
        count: the number of Gaussians, one channel each.
    """

    CENTER_X, CENTER_Y = (0.25, 0.75), (0.35, 0.65)
    WIDTH_X, WIDTH_Y = (0.1, 0.9), (0.2, 0.8)

    def __init__(self, count: int = 16) -> None:
        super().__init__()
        self.count = count
        self.centers = nn.Parameter(torch.empty(2, count).uniform_(0.3, 0.7))
        self.widths = nn.Parameter(torch.empty(2, count).uniform_(0.05, 0.3))

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, C + count, h, w)."""
        height, width = features.shape[-2:]
        span = height / width
        x = torch.linspace(0, 1, width, device=features.device)
        y = torch.linspace((1 - span) / 2, (1 + span) / 2, height, device=features.device)
        center_x = self.centers[0].clamp(*self.CENTER_X)[:, None]
        center_y = self.centers[1].clamp(*self.CENTER_Y)[:, None]
        width_x = self.widths[0].clamp(*self.WIDTH_X)[:, None]
        width_y = self.widths[1].clamp(*self.WIDTH_Y)[:, None]
        along_x = torch.exp(-((x - center_x) ** 2) / (2 * width_x**2))
        along_y = torch.exp(-((y - center_y) ** 2) / (2 * width_y**2))
        maps = along_y[:, :, None] * along_x[:, None, :]
        maps = maps / maps.amax(dim=(1, 2), keepdim=True)
        return torch.cat([features, maps.to(features.dtype).expand(features.shape[0], -1, -1, -1)], dim=1)


class LearnedBlur(nn.Module):
    """A Gaussian blur whose width is learned; the border repeats the edge."""

    def __init__(self, sigma: float) -> None:
        super().__init__()
        self.radius = math.ceil(4 * sigma)
        self.log_sigma = nn.Parameter(torch.tensor(math.log(sigma)))

    def forward(self, grid: Tensor) -> Tensor:
        """(B, h, w) -> the same shape."""
        offsets = torch.arange(-self.radius, self.radius + 1, device=grid.device, dtype=torch.float32)
        kernel = torch.softmax(-0.5 * (offsets / self.log_sigma.exp()) ** 2, dim=0).to(grid.dtype)
        rows = F.pad(grid[:, None], (0, 0, self.radius, self.radius), mode="replicate")
        blurred = F.conv2d(rows, kernel.view(1, 1, -1, 1))
        columns = F.pad(blurred, (self.radius, self.radius, 0, 0), mode="replicate")
        return F.conv2d(columns, kernel.view(1, 1, 1, -1))[:, 0]
