"""Areas under the ROC curve: every variant of the field, in closed form (see `kernels.roc`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

import numpy as np

from gazemap.errors import InputError
from gazemap.metrics.kernels.arrays import Arrays, FixationMaps, Maps, Score
from gazemap.metrics.kernels.pixels import Pixels
from gazemap.metrics.kernels.reading import Reader, read
from gazemap.metrics.kernels.roc import rocs_of

if TYPE_CHECKING:
    from torch import Tensor

Negatives = Literal["all", "unfixated"]


@overload
def auc(
    saliency: Tensor, fixation_map: FixationMaps, *, negatives: Negatives = "all", repeats: bool = True
) -> Tensor: ...
@overload
def auc(
    saliency: Arrays, fixation_map: FixationMaps, *, negatives: Negatives = "all", repeats: bool = True
) -> Score: ...
def auc(
    saliency: Maps, fixation_map: FixationMaps, *, negatives: Negatives = "all", repeats: bool = True
) -> Score | Tensor:
    """Exact AUC, ties half: P(s at a fixation > s at a random pixel) + P(equal) / 2.

    Args:
        saliency: (H, W) or (B, H, W), any scale; only the order of its values matters.
        fixation_map: counts of the same shape, or points.
        negatives: "all" pixels (Tuebingen), or those that are "unfixated" (Judd).
        repeats: whether a pixel fixated twice counts twice (Tuebingen) or once.

    Returns:
        a score per image, in [0, 1], higher is better, 0.5 for chance and for a constant map; NaN
        without fixations, without negatives or where the map has NaN. By default the AUC of the
        MIT/Tuebingen benchmark.

    Raises:
        InputError: other negatives.
    """
    if negatives not in ("all", "unfixated"):
        raise InputError(f"negatives must be 'all' or 'unfixated', got {negatives!r}.")
    reader = read(saliency, ranks=True)
    rocs = reader.rocs(reader.fixated(fixation_map, repeats=repeats))
    if negatives == "all":
        return reader.scores([roc.exact() for roc in rocs])
    unfixated = 1.0 - reader.counts(fixation_map, "fixation_map", repeats=False)
    return reader.scores([roc.exact(others) for roc, others in zip(rocs, unfixated, strict=True)])


@overload
def sauc(
    saliency: Tensor, fixation_map: FixationMaps, other_fixation_map: FixationMaps, *, repeats: bool = True
) -> Tensor: ...
@overload
def sauc(
    saliency: Arrays, fixation_map: FixationMaps, other_fixation_map: FixationMaps, *, repeats: bool = True
) -> Score: ...
def sauc(
    saliency: Maps, fixation_map: FixationMaps, other_fixation_map: FixationMaps, *, repeats: bool = True
) -> Score | Tensor:
    """Exact shuffled AUC: as `auc`, but negatives are the fixations of other images.

    Center bias earns nothing here, because the negatives have it too (Tatler et al. 2005; Borji
    et al. 2013). Give all other images' fixations, as the MIT/Tuebingen benchmark takes them.

    Args:
        saliency: (H, W) or (B, H, W), any scale.
        fixation_map: counts of the same shape, or points.
        other_fixation_map: the other images' fixations, counts of the same shape, or points.
        repeats: whether pixels fixated several times, here or there, count as often or once.

    Returns:
        a score per image, in [0, 1], higher is better, 0.5 for a constant map; NaN without
        fixations, without others, or where the map has NaN.
    """
    reader = read(saliency, ranks=True)
    fixated = reader.fixated(fixation_map, repeats=repeats)
    others = reader.negatives(other_fixation_map, "other_fixation_map", repeats=repeats)
    rocs = reader.rocs(fixated)
    return reader.scores([roc.exact(negatives) for roc, negatives in zip(rocs, others, strict=True)])


@overload
def auc_judd(
    saliency: Tensor, fixation_map: FixationMaps, *, jitter: float = 0.0, seed: int | None = 0
) -> Tensor: ...
@overload
def auc_judd(
    saliency: Arrays, fixation_map: FixationMaps, *, jitter: float = 0.0, seed: int | None = 0
) -> Score: ...
def auc_judd(
    saliency: Maps, fixation_map: FixationMaps, *, jitter: float = 0.0, seed: int | None = 0
) -> Score | Tensor:
    """AUC-Judd as the MIT code computes it (AUC_Judd.m); a pixel counts once.

    Thresholds are the saliencies at fixated pixels. Where fixated pixels tie, the curve is biased
    low; the original breaks ties by noise, which moves the scores of maps of small range. Prefer `auc`.

    Args:
        saliency: (H, W) or (B, H, W), any scale.
        fixation_map: counts of the same shape, or points.
        jitter: greatest height of the noise, added to the map's own values; the original's is 1e-7.
        seed: of the noise; None draws anew at each call.

    Returns:
        a score per image, at most 1, higher is better, below 0 where very many fixated pixels tie;
        NaN without fixations, if all pixels are fixated, for a map of NaN, and for a constant map
        without jitter. A NaN pixel is below all others.
    """
    reader = read(saliency, ranks=True)
    fixated = reader.fixated(fixation_map, repeats=False)
    rocs = rocs_of(_jittered(reader, jitter, seed), fixated) if jitter else reader.rocs(fixated)
    return reader.scores([roc.judd() for roc in rocs])


@overload
def auc_borji(
    saliency: Tensor, fixation_map: FixationMaps, step: float = 0.1, *, repeats: bool = False
) -> Tensor: ...
@overload
def auc_borji(
    saliency: Arrays, fixation_map: FixationMaps, step: float = 0.1, *, repeats: bool = False
) -> Score: ...
def auc_borji(
    saliency: Maps, fixation_map: FixationMaps, step: float = 0.1, *, repeats: bool = False
) -> Score | Tensor:
    """AUC-Borji: the expectation of the MIT code's random splits (AUC_Borji.m), in closed form.

    Negatives are all pixels, drawn uniformly; thresholds are 0, step, 2 step, ... on the map
    scaled to [0, 1]. A coarse step lowers the score; the SALICON tool uses 0.01.

    Args:
        saliency: (H, W) or (B, H, W), any scale.
        fixation_map: counts of the same shape, or points.
        step: between thresholds, in (0, 1].
        repeats: whether a pixel fixated twice counts twice (SALICON) or once (MIT).

    Returns:
        a score per image, in [0, 1], higher is better; 0.5 for a constant map. NaN without
        fixations, for a map of NaN, and for one with infinite values, which cannot be scaled. A NaN
        pixel is below all others.

    Raises:
        InputError: another step.
    """
    _check_step(step)
    reader = read(saliency, ranks=True)
    rocs = reader.rocs(reader.fixated(fixation_map, repeats=repeats), step)
    return reader.scores([roc.stepped() for roc in rocs])


@overload
def auc_shuffled(
    saliency: Tensor,
    fixation_map: FixationMaps,
    other_fixation_map: FixationMaps,
    step: float = 0.1,
    *,
    repeats: bool = False,
) -> Tensor: ...
@overload
def auc_shuffled(
    saliency: Arrays,
    fixation_map: FixationMaps,
    other_fixation_map: FixationMaps,
    step: float = 0.1,
    *,
    repeats: bool = False,
) -> Score: ...
def auc_shuffled(
    saliency: Maps,
    fixation_map: FixationMaps,
    other_fixation_map: FixationMaps,
    step: float = 0.1,
    *,
    repeats: bool = False,
) -> Score | Tensor:
    """Shuffled AUC: the expectation of the MIT code's random splits (AUC_shuffled.m).

    As `auc_borji`, but negatives are pixels that were fixated in other images.

    Args:
        saliency: (H, W) or (B, H, W), any scale.
        fixation_map: counts of the same shape, or points.
        other_fixation_map: the other images' fixations, counts of the same shape, or points.
        step: between thresholds, in (0, 1].
        repeats: whether pixels fixated several times, here or there, count as often (SALICON) or
            once (MIT).

    Returns:
        a score per image, in [0, 1], higher is better; 0.5 for a constant map. NaN without
        fixations or others, for a map of NaN, and for one with infinite values, which cannot be
        scaled. A NaN pixel is below all others.

    Raises:
        InputError: another step.
    """
    _check_step(step)
    reader = read(saliency, ranks=True)
    fixated = reader.fixated(fixation_map, repeats=repeats)
    others = reader.negatives(other_fixation_map, "other_fixation_map", repeats=repeats)
    rocs = reader.rocs(fixated, step)
    return reader.scores([roc.stepped(negatives) for roc, negatives in zip(rocs, others, strict=True)])


def _jittered(reader: Reader, jitter: float, seed: int | None) -> Pixels:
    """The maps with noise between 0 and `jitter` on every pixel."""
    noise = np.random.default_rng(seed).random(reader.shape) * jitter
    return Pixels(reader.xp, reader.first.values + reader.pixels(noise, "jitter").values)


def _check_step(step: float) -> None:
    if not 0 < step <= 1:
        raise InputError(f"step must be above 0 and at most 1, got {step}.")
