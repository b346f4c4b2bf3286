"""How well the other observers of an image predict where one of them looked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gazemap.data.dataset import GazeDataset
from gazemap.data.sample import Sample
from gazemap.errors import DataError
from gazemap.evaluation.baselines import CenterBias, FixationCounts, leave_one_out
from gazemap.images.resizing import size_of_length
from gazemap.metrics import auc, nss
from gazemap.system.progress import bar
from gazemap.types import Floats

_LONG_SIDE = 200  # pixels of the maps: blurred maps are so smooth that more pixels hardly change a score
_OUTLYING = 3.5  # robust z-scores; the usual bound of Iglewicz & Hoaglin (1993)


@dataclass(frozen=True, eq=False)
class Agreement:
    """One observer's fixations scored by the density of the others, one value per image.

    Attributes:
        nss: (n,), in standard deviations, higher is better, 0 is chance.
        auc: (n,), in [0, 1], 0.5 is chance.
    """

    nss: Floats
    auc: Floats


@dataclass(frozen=True)
class Observer:
    """One observer: how much there is of it, and how well the others predict it.

    Attributes:
        name: as in the data set.
        images: on how many images it has fixations.
        fixations: how many, on all of them.
        agreement: None where no other observer saw the same images.
        is_outlying: whether it agrees far less with the others than is usual; see `outlying`.
    """

    name: str
    images: int
    fixations: int
    agreement: Agreement | None
    is_outlying: bool


def known_observers(dataset: GazeDataset, compared: GazeDataset, *, progress: bool = False) -> list[Observer]:
    """All observers of a data set; those who agree least with the others come first.

    Args:
        dataset: whose images and fixations are counted.
        compared: those of its images on which the observers are compared; see `observer_agreement`.
        progress: show a bar.

    Raises:
        DataError: a compared image without a blur.
    """
    images: Counter[str] = Counter()
    fixations: Counter[str] = Counter()
    for sample in dataset:
        if sample.fixations and sample.fixations.observer is not None:
            names, counts = np.unique(sample.fixations.observer, return_counts=True)
            images.update(names.tolist())
            fixations.update(dict(zip(names.tolist(), counts.tolist(), strict=True)))
    found = observer_agreement(compared, progress=progress)
    flags = outlying(np.array([agreement.nss.mean() for agreement in found.values()]))
    odd = {name for name, flag in zip(found, flags, strict=True) if flag}
    rows = [
        Observer(name, images[name], fixations[name], found.get(name), name in odd) for name in sorted(images)
    ]
    return sorted(rows, key=lambda row: row.agreement.nss.mean() if row.agreement else np.inf)


def observer_agreement(images: GazeDataset, *, progress: bool = False) -> dict[str, Agreement]:
    """Every observer's agreement with the others who saw the same images.

    10 % of the center bias of the other images is mixed into the others' density, as in
    `baselines.leave_one_out`.

    Args:
        images: each with a blur (sigma); those that fewer than two observers saw are skipped.
        progress: show a bar.

    Raises:
        DataError: an image without a blur.
    """
    counts = FixationCounts(images)
    scores: dict[str, list[tuple[float, float]]] = defaultdict(list)
    description = f"Comparing the observers of {images.name}"
    for index, sample in enumerate(bar(images.samples, description, progress=progress)):
        for observer, score in _scores(_reduced(sample), counts, index):
            if np.isfinite(score).all():  # a map of one pixel has no NSS
                scores[observer].append(score)
    return {name: Agreement(*np.array(scores[name]).T) for name in sorted(scores)}


def outlying(means: Floats) -> NDArray[np.bool_]:
    """(n,): which observers agree far less with the others than is usual.

    Their mean is more than 3.5 robust standard deviations (1.4826 median absolute deviations) below
    the observers' median.
    """
    if not len(means):
        return np.zeros(0, bool)
    below = np.median(means) - means
    spread = 1.4826 * np.median(np.abs(below))
    return np.asarray((spread > 0) & (below > _OUTLYING * spread))


def _reduced(sample: Sample) -> Sample:
    """The image reduced to 200 pixels on its longer side, with the fixations that are inside it."""
    if sample.sigma is None:
        raise DataError(
            f"The data set of {sample.image_id!r} states no blur. Add its sigma, in pixels, to dataset.json."
        )
    size = size_of_length(sample.size, min(_LONG_SIDE, max(sample.size)))
    known = sample.fixations.scaled(sample.size, size) if sample.fixations else None
    return replace(
        sample,
        size=size,
        sigma=sample.sigma * size[1] / sample.size[1],
        fixations=known.where(known.inside(size)) if known else None,
    )


def _scores(sample: Sample, counts: FixationCounts, index: int) -> Sequence[tuple[str, tuple[float, float]]]:
    """The observers of one image, each with NSS and AUC."""
    observers = sample.fixations.observers if sample.fixations else []
    if len(observers) < 2:
        return []
    assert sample.sigma is not None  # _reduced has seen to it
    center_bias = CenterBias(counts, sample.sigma / sample.size[1]).density_without(index, sample.size)
    cases = leave_one_out(sample, sample.size, sample.sigma, center_bias)
    return [
        (observer, (float(nss(density, held_out)), float(auc(density, held_out))))
        for observer, (density, held_out) in zip(observers, cases, strict=True)
    ]
