"""The readout of a gazenet, trained on few images: the 3,330 numbers that turn its features into a response.

The rest of the network stays, so its features are computed once. Everything happens under the viewing
condition that was fitted before. What is learned from are the looks blurred by about a degree: as they are,
few fixations make the density too sharp. How many steps are taken is chosen by cross-validation over the
images, of hundreds by one part of them; where no number of steps helps on images that were left out, nothing
is changed.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gazemap.adaptation.fitting import adapted, cross_folds, helps
from gazemap.adaptation.looks import Looks, by_a_degree
from gazemap.models.condition_layer import ConditionLayer
from gazemap.models.conditions import ViewingCondition
from gazemap.models.gazenet import GazeNet
from gazemap.models.parts import log_softmax
from gazemap.system.progress import bar
from gazemap.types import Floats

STEPS = (20, 40, 80, 160, 320, 640)  # of which the best is taken
_RATE, _BATCH = 2e-3, 8
_FEW_STEPS, _EPOCHS = 160, 10  # more steps than these few, only where they see no image more often than this
_MANY = 200  # images, of which one fold tells enough
_AT_ONCE = 16  # images, where nothing is learned


@dataclass(frozen=True, eq=False)
class TunedReadout:
    """A readout that was trained, and what that gains on images that it was not trained on.

    Attributes:
        weights: by name, as the network has them.
        steps: that were taken.
        gains: bits per fixation of each image that was left out, by the readout that was trained without its
            fold, over the numbers alone that were fitted without its fold. Of few images each was left out
            once, of many those of one fold.
    """

    weights: Mapping[str, NDArray[np.float32]]
    steps: int
    gains: Floats


def tuned_readout(
    model: GazeNet,
    frames: NDArray[np.uint8],
    looks: Looks,
    condition: ViewingCondition,
    start: ViewingCondition,
    *,
    progress: bool = False,
) -> TunedReadout | None:
    """Train the readout on all images, by as many steps as are best for those left out.

    Args:
        model: as it was trained.
        frames: uint8 (N, 3, H, W), the images.
        looks: what the model predicts for them and what was measured, on its grid.
        condition: fitted to all of them.
        start: what conditions are drawn towards, see `fitting.adapted`.
        progress: show bars.

    Returns:
        None where no number of steps helps.
    """
    own = None if model.log_prior is None else model.log_prior.detach()
    prior = np.zeros(looks.measured.shape[1:]) if own is None else own.double().numpy()
    scene, fine = _features(model, frames, progress)
    known, softened = (
        _Known(scene, fine, torch.tensor(measured, dtype=torch.float32))
        for measured in (looks.measured, by_a_degree(looks.measured))
    )
    folds, counts = cross_folds(looks.groups), _counts(len(looks.groups))
    gains = np.full((len(counts), len(looks.groups)), np.nan)
    left_out = np.unique(folds)[: 1 if len(looks.groups) > _MANY else None]
    for fold in bar(left_out, "Training the readout", progress=progress):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        found = adapted(looks.of(inside), prior, start)[1] or start
        readout = _Readout(model, ConditionLayer(found, model.output_size, own))
        unseen = known.of(outside)
        before = readout.losses(unseen)
        for row, _ in enumerate(readout.trained(softened.of(inside), counts)):
            gains[row, outside] = (before - readout.losses(unseen)) / np.log(2)
    gains = gains[:, np.isin(folds, left_out)]
    best = int(gains.mean(axis=1).argmax())
    if not helps(gains[best]):
        return None
    readout = _Readout(model, ConditionLayer(condition, model.output_size, own))
    for _ in readout.trained(softened, counts[best : best + 1]):
        pass
    return TunedReadout(readout.weights(), counts[best], gains[best])


def _counts(images: int) -> list[int]:
    """The numbers of steps that are tried with so many images."""
    most = max(_FEW_STEPS, _EPOCHS * images // _BATCH)
    return [count for count in STEPS if count <= most]


@dataclass(frozen=True, eq=False)
class _Known:
    """What is known of N images: their features, see `GazeNet.features`, and (N, h, w) what was measured."""

    scene: Tensor
    fine: Tensor
    measured: Tensor

    def of(self, places: NDArray[np.intp]) -> _Known:
        """Some of the images."""
        return _Known(self.scene[places], self.fine[places], self.measured[places])

    def __len__(self) -> int:
        return len(self.measured)


class _Readout:
    """A copy of a network whose readout is trained under a condition."""

    def __init__(self, model: GazeNet, condition: ConditionLayer) -> None:
        self.model, self.condition = copy.deepcopy(model).requires_grad_(False), condition
        for name in model.readout_parts:
            self.model.get_submodule(name).requires_grad_(True)

    def losses(self, known: _Known) -> Floats:
        """(N,) nats per fixation."""
        with torch.no_grad():
            parts = [self._loss(known.of(places)) for places in _batches(np.arange(len(known)), _AT_ONCE)]
        return torch.cat(parts).double().numpy()

    def trained(self, known: _Known, steps: Sequence[int]) -> Iterator[int]:
        """Train it; stops after each of these numbers of steps."""
        parameters = [parameter for parameter in self.model.parameters() if parameter.requires_grad]
        optimizer, rng, done = torch.optim.Adam(parameters, lr=_RATE), np.random.default_rng(0), 0
        while done < steps[-1]:
            for places in _batches(rng.permutation(len(known)), _BATCH)[: steps[-1] - done]:
                loss = self._loss(known.of(places)).mean()
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
                done += 1
                if done in steps:
                    yield done

    def weights(self) -> dict[str, NDArray[np.float32]]:
        """What was trained, by name."""
        return {
            name: parameter.detach().numpy()
            for name, parameter in self.model.named_parameters()
            if parameter.requires_grad
        }

    def _loss(self, known: _Known) -> Tensor:
        response = self.model.center_bias(self.model.response(known.scene, known.fine))
        losses: Tensor = -(known.measured * self.condition(log_softmax(response))).sum(dim=(1, 2))
        return losses


def _batches(places: NDArray[np.intp], size: int) -> list[NDArray[np.intp]]:
    return [places[first : first + size] for first in range(0, len(places), size)]


def _features(model: GazeNet, frames: NDArray[np.uint8], progress: bool) -> tuple[Tensor, Tensor]:
    """Of all images, see `GazeNet.features`."""
    batches = [frames[first : first + _AT_ONCE] for first in range(0, len(frames), _AT_ONCE)]
    with torch.no_grad():
        parts = [
            model.features(torch.from_numpy(batch).float().div(255))
            for batch in bar(batches, "Computing features", progress=progress)
        ]
    scene, fine = (torch.cat(part) for part in zip(*parts, strict=True))
    return scene, fine
