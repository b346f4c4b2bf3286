"""The few numbers of a viewing condition, fitted to predictions and what was measured.

Four numbers: the density's power, its blur, and the weights of two center biases, the model's own and that
of the set. A penalty draws them towards a start, such as the model as it was trained. How strongly is chosen
by cross-validation over the images. Where no strength helps on images that were left out, nothing is changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.adaptation.looks import Looks, halved
from gazemap.models.conditions import ViewingCondition, blurred, conditioned
from gazemap.models.known_conditions import AS_TRAINED
from gazemap.types import Floats

NAME = "adapted"
FOLDS = 5
STRENGTHS = (0.01, 0.1, 1.0)  # nats of one image for a number that lies its own scale away
_SCALES = np.array([0.3, 0.02, 0.3, 0.3])  # of power (its log), blur, and both weights: our choice
_AS_TRAINED = np.array([0.0, 0.0, 1.0, 0.0])
_UNCHANGED = ViewingCondition(AS_TRAINED)
_PRIOR_BLUR = 0.06  # of the width: the set's center bias comes from few images
_UNIFORM = 0.05  # its share in the set's center bias, so that no place is impossible
_LEAST_GAIN = 0.001  # bits per fixation; less is not worth a change
_CHANCE = 0.3  # of a change where none is due; the penalty keeps such a change small
_STEPS = {"maxiter": 200, "xatol": 0.02, "fatol": 1e-4}


@dataclass(frozen=True, eq=False)
class Fitted:
    """The numbers, and what they gain on images that they were not fitted to.

    Attributes:
        power: of the response.
        blur: as a share of the width.
        own: weight of the model's own center bias.
        others: weight of the set's.
        strength: of the penalty that was chosen; None where nothing helps and nothing is changed.
        gains: (N,) bits per fixation of each image, by the numbers fitted without its fold, over the start.
    """

    power: float
    blur: float
    own: float
    others: float
    strength: float | None
    gains: Floats


def fitted(looks: Looks, prior: Floats, start: ViewingCondition) -> Fitted:
    """Fit the numbers to all images, with the strength that is best for those left out.

    Args:
        looks: predictions and measurements on the network's grid.
        prior: (h, w), the model's own log prior.
        start: what the penalty draws the numbers towards; its center bias is the model's own.

    Raises:
        MissingPackageError: SciPy, which minimizes, is not installed.
    """
    folds, origin = cross_folds(looks.groups), _origin(start)
    gains = np.zeros((len(STRENGTHS), len(looks.groups)))
    for fold in np.unique(folds):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        known, unknown = looks.of(inside), looks.of(outside)
        spared, bias = _priors_of_others(known.measured), set_prior(known.measured)
        before, found = _losses(origin, unknown, prior, bias), origin
        for row, strength in reversed([*enumerate(STRENGTHS)]):
            found = _minimized(known, prior, spared, strength, found, origin)
            gains[row, outside] = before - _losses(found, unknown, prior, bias)
    best = int(gains.mean(axis=1).argmax())
    gained = gains[best] / np.log(2)
    if not helps(gained):
        return Fitted(start.power, start.blur, 1.0, 0.0, None, np.zeros_like(gained))
    z = _minimized(looks, prior, _priors_of_others(looks.measured), STRENGTHS[best], origin, origin)
    power, blur, own, others = map(float, _numbers(z))
    return Fitted(power, blur, own, others, STRENGTHS[best], gained)


def adapted(
    looks: Looks,
    own: Floats,
    start: ViewingCondition = _UNCHANGED,
    about: Mapping[str, Any] | None = None,
) -> tuple[Fitted, ViewingCondition | None]:
    """The numbers of `fitted`, and the condition that they make; None where nothing is changed.

    Args:
        looks: predictions and measurements on the network's grid.
        own: (h, w), the model's own log prior.
        start: what the numbers are drawn towards.
        about: what the condition says of the set; the number of images and the strength are added.
    """
    found = fitted(*_coarse(looks, own), start)
    if found.strength is None:
        return found, None
    prior: NDArray[np.float32] = (found.own * own + found.others * set_prior(looks.measured)).astype(
        np.float32
    )
    said = {**(about or {}), "images": len(looks.measured), "strength": found.strength}
    return found, ViewingCondition(NAME, found.power, found.blur, prior, said)


def sharpened(looks: Looks, own: Floats) -> Fitted:
    """The best power and blur alone, without a penalty; both center biases stay as they are.

    Args:
        looks: predictions and measurements on the network's grid, of two groups or more.
        own: (h, w), the model's own log prior.

    Raises:
        MissingPackageError: SciPy, which minimizes, is not installed.
    """
    coarse, prior = _coarse(looks, own)
    folds, gains = cross_folds(coarse.groups), np.zeros(len(coarse.groups))
    none = np.zeros_like(prior)  # the weight of the set's center bias is 0
    for fold in np.unique(folds):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        found, unknown = _sharpened(coarse.of(inside), prior, none), coarse.of(outside)
        before, after = (_losses(z, unknown, prior, none) for z in (_AS_TRAINED, found))
        gains[outside] = (before - after) / np.log(2)
    power, blur, *_ = map(float, _numbers(_sharpened(coarse, prior, none)))
    return Fitted(power, blur, 1.0, 0.0, 0.0, gains)


def common_power(sets: Sequence[Looks], own: Floats) -> float:
    """The power that is best for several sets at once, each of which weighs the same; nothing else changes.

    Args:
        sets: predictions and measurements on the network's grid.
        own: (h, w), the model's own log prior.

    Raises:
        MissingPackageError: SciPy, which minimizes, is not installed.
    """
    from scipy.optimize import minimize_scalar

    coarse = [_coarse(looks, own) for looks in sets]

    def loss(log_power: float) -> float:
        z = np.array([log_power, *_AS_TRAINED[1:]])
        return float(np.mean([_losses(z, looks, prior, prior).mean() for looks, prior in coarse]))

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def set_prior(measured: Floats) -> Floats:
    """(h, w), the log of the set's center bias: the mean of what was measured, (N, h, w), widely blurred."""
    return _as_prior(_widely_blurred(measured).mean(axis=0))


def _coarse(looks: Looks, own: Floats) -> tuple[Looks, Floats]:
    """Both on cells of twice the side, where the grid can be halved."""
    coarse = looks.coarse()
    return coarse, own if coarse is looks else np.log(halved(np.exp(own)))


def helps(gains: Floats) -> bool:
    """Whether a mean gain is worth a change, and over 0 by a one-sided t test."""
    from scipy.stats import t

    error = gains.std(ddof=1) / np.sqrt(len(gains))
    return bool(gains.mean() > max(_LEAST_GAIN, error * t.ppf(1 - _CHANCE, len(gains) - 1)))


def cross_folds(groups: NDArray[np.str_]) -> NDArray[np.intp]:
    """Each image's fold; those of one group lie in one."""
    names, places = np.unique(groups, return_inverse=True)
    order = np.random.default_rng(0).permutation(len(names))
    folds: NDArray[np.intp] = order[places] % min(FOLDS, len(names))
    return folds


def _priors_of_others(measured: Floats) -> Floats:
    """(N, h, w): as `set_prior`, for each image of the other images alone, so that none explains itself."""
    spread = _widely_blurred(measured)
    return _as_prior((spread.sum(axis=0) - spread) / max(len(spread) - 1, 1))


def _origin(start: ViewingCondition) -> Floats:
    """The numbers of a condition whose center bias is the model's own, as they are searched through."""
    assert start.log_prior is None
    return np.array([np.log(start.power), start.blur, *_AS_TRAINED[2:]])


def _sharpened(looks: Looks, prior: Floats, none: Floats) -> Floats:
    return _minimized(looks, prior, none, 0.0, _AS_TRAINED, _AS_TRAINED, 2)


def _minimized(
    looks: Looks,
    prior: Floats,
    others: Floats,
    strength: float,
    start: Floats,
    origin: Floats,
    free: int = 4,
) -> Floats:
    """The best numbers, with `others` as the set's center bias; from the place `free` on they stay.

    They are searched from `start`, and `strength` draws them towards `origin`.
    """
    from scipy.optimize import minimize

    def whole(some: Floats) -> Floats:
        return np.concatenate([some, start[free:]])

    def loss(some: Floats) -> float:
        z = whole(some)
        penalty = float((((z - origin) / _SCALES) ** 2).sum())
        return float(_losses(z, looks, prior, others).mean()) + strength * penalty / len(looks.measured)

    first = start[:free]
    corners = np.vstack([first, first + np.diag(_SCALES[:free] / 2)])
    found = minimize(loss, first, method="Nelder-Mead", options={**_STEPS, "initial_simplex": corners})
    return whole(found.x)


def _losses(z: Floats, looks: Looks, prior: Floats, others: Floats) -> Floats:
    """(N,) nats per fixation."""
    power, blur, own, weight = _numbers(z)
    grids = conditioned(looks.predicted, prior, power, own * prior + weight * others, blur)
    losses: Floats = -(looks.measured * grids).sum(axis=(1, 2))
    return losses


def _numbers(z: Floats) -> Floats:
    """Power, blur and both weights of the numbers that are searched through."""
    return np.array([np.exp(z[0]), abs(z[1]), z[2], z[3]])


def _widely_blurred(measured: Floats) -> Floats:
    with np.errstate(divide="ignore"):  # the log of cells where nobody looked
        return np.exp(blurred(np.log(measured), _PRIOR_BLUR))


def _as_prior(density: Floats) -> Floats:
    size = density.shape[-2] * density.shape[-1]
    prior: Floats = np.log((1 - _UNIFORM) * density + _UNIFORM / size)
    return prior
