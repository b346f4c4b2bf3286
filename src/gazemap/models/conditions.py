"""Viewing conditions: the few numbers that fit a predicted density to how, and by whom, images are seen.

Other observers, tasks and recordings leave other densities of the same image: flatter ones where people agree
less, blurred ones where the tracker is coarse, another center bias on another screen. That a few numbers per
data set explain most of what a model loses on one that it never saw: DeepGaze MSDB (Kuemmerer et al. 2025).
Where other things draw eyes, as on web pages, a condition may have weights of the network, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gazemap.gaze.blurring import gaussian_matrix
from gazemap.images.fingerprints import FINGERPRINT, Bytes
from gazemap.system.fingerprint import digest
from gazemap.types import Floats, Size

Weights: TypeAlias = Mapping[str, NDArray[np.float32]]  # of a network, by name
LEAST_BLUR = 1e-3  # of the width: a tenth of a cell of the networks' grids, which changes nothing


@dataclass(frozen=True, eq=False)
class ViewingCondition:
    """How images are seen where a model's density is used.

    A model's density is softmax(response + log prior). Under a condition it is
    blur(softmax(power * response + log prior of the condition)).

    Attributes:
        name: such as "web-page"; "adapted" by default, for one that was fitted.
        power: of what the image adds to the center bias: below 1 the density is flatter, above 1 sharper.
        blur: the sigma of a Gaussian blur of the density, as a share of the frame's width; 0 for none.
        log_prior: (h, w), the center bias in the place of the model's own; None for its own.
        about: what the numbers were fitted to, JSON values.
        images: uint8 (n, 40), fingerprints (`images.fingerprints`) of the images that they were fitted to.
        weights: in the place of the network's own of these names, such as those of a readout that was trained
            under the condition. The network then has them before all else.
    """

    name: str
    power: float = 1.0
    blur: float = 0.0
    log_prior: NDArray[np.float32] | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    images: Bytes = field(default_factory=lambda: np.empty((0, FINGERPRINT), np.uint8))
    weights: Weights = field(default_factory=dict)

    def applied(
        self, log_densities: NDArray[np.floating], own_prior: NDArray[np.floating] | None
    ) -> NDArray[np.float32]:
        """A model's log densities as they are under this condition.

        Args:
            log_densities: (N, h, w), as the model gives them; with the condition's weights, where it has any.
            own_prior: (h, w), the log prior that they are the sum of, before their softmax; None for none.
        """
        own = np.zeros(log_densities.shape[1:]) if own_prior is None else own_prior.astype(np.float64)
        prior = own if self.log_prior is None else self.log_prior
        return conditioned(log_densities.astype(np.float64), own, self.power, prior, self.blur).astype(
            np.float32
        )

    def without_center_bias(self, size: Size) -> ViewingCondition:
        """The same with a uniform prior on a grid of (h, w) cells."""
        name = f"{self.name}, no center bias"
        return replace(self, name=name, log_prior=np.zeros(size, np.float32))

    def digest(self) -> str:
        """A digest of the numbers; the name is not among them."""
        prior = b"" if self.log_prior is None else self.log_prior.astype("<f4").tobytes()
        weights = [digest_of_weights(self.weights).encode()] if self.weights else []
        return digest([repr((self.power, self.blur)).encode(), prior, *weights])


def digest_of_weights(weights: Weights) -> str:
    """A digest of names, shapes and values, whatever the order."""
    parts = [
        (f"{name} {weights[name].shape}".encode(), weights[name].astype("<f4").tobytes())
        for name in sorted(weights)
    ]
    return digest([part for pair in parts for part in pair])


def conditioned(
    log_densities: Floats, own: Floats, power: float, prior: NDArray[np.floating], blur: float
) -> Floats:
    """The formula of `ViewingCondition`.

    Args:
        log_densities: (N, h, w).
        own: (h, w), the log prior that they are the sum of, before their softmax.
        power: of what is left without it.
        prior: (h, w), or (N, h, w), the log prior in its place.
        blur: sigma as a share of the width.
    """
    return blurred(log_softmax(power * (log_densities - own) + prior), blur)


def log_softmax(grids: Floats) -> Floats:
    """(N, h, w) of any numbers -> log densities: each one's logsumexp is 0."""
    shifted = grids - grids.max(axis=(1, 2), keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=(1, 2), keepdims=True))
    return result


def blurred(log_densities: Floats, blur: float) -> Floats:
    """Log densities (N, h, w) whose densities are blurred by a Gaussian, mirrored at the borders.

    Args:
        log_densities: logsumexp 0.
        blur: sigma as a share of the width.
    """
    if blur < LEAST_BLUR:
        return log_densities
    height, width = log_densities.shape[1:]
    down, across = (gaussian_matrix(side, blur * width) for side in (height, width))
    density = down.T @ np.exp(log_densities) @ across
    result: Floats = np.log(density / density.sum(axis=(1, 2), keepdims=True))
    return result
