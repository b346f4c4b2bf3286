"""Areas under the ROC curve: every variant of the field, in closed form (see `roc`)."""

from __future__ import annotations

from typing import Literal

import numpy as np

from gazemap.errors import InputError
from gazemap.metrics.kernels.arrays import Fixated, Maps, Pixels, Reader, Score
from gazemap.metrics.kernels.roc import rocs_of


def auc(
    saliency: Maps,
    fixation_map: Fixated,
    *,
    negatives: Literal["all", "unfixated"] = "all",
    repeats: bool = True,
) -> Score:
    """Exact AUC, ties half: P(s at a fixation > s at a random pixel) + P(equal) / 2.

    Args:
        saliency: (H, W) or (B, H, W), any scale; only the order of its values matters.
        fixation_map: counts of the same shape, or points.
        negatives: "all" pixels (Tuebingen), or those that are "unfixated" (Judd).
        repeats: whether a pixel fixated twice counts twice (Tuebingen) or once.

    Returns:
        a score an image, in [0, 1], higher is better, 0.5 for chance and for a constant map; NaN
        without fixations, without negatives or where the map has NaN. By default the AUC of the
        MIT/Tuebingen benchmark.
    """
    if negatives not in ("all", "unfixated"):
        raise InputError(f"negatives={negatives!r} came; 'all' and 'unfixated' are accepted.")
    reader = Reader(saliency, ranks=True)
    looked = reader.looked(fixation_map, repeats=repeats)
    rocs = rocs_of(reader.first, looked)
    if negatives == "all":
        return reader.scores([roc.exact() for roc in rocs])
    unfixated = 1.0 - reader.counts(fixation_map, "fixation_map", repeats=False)
    return reader.scores([roc.exact(others) for roc, others in zip(rocs, unfixated, strict=True)])


def sauc(
    saliency: Maps, fixation_map: Fixated, other_fixation_map: Fixated, *, repeats: bool = True
) -> Score:
    """Exact shuffled AUC: as `auc`, but negatives are the fixations of other images.

    Center bias earns nothing here, because the negatives have it too (Tatler et al. 2005; Borji
    et al. 2013). Give all other images' fixations, as the MIT/Tuebingen benchmark takes them.

    Args:
        saliency: (H, W) or (B, H, W), any scale.
        fixation_map: counts of the same shape, or points.
        other_fixation_map: the other images' fixations, counts of the same shape, or points.
        repeats: whether pixels fixated several times, here or there, count as often or once.

    Returns:
        a score an image, in [0, 1], higher is better; NaN without fixations, without others, or
        where the map has NaN.
    """
    reader = Reader(saliency, ranks=True)
    looked = reader.looked(fixation_map, repeats=repeats)
    others = reader.negatives(other_fixation_map, "other_fixation_map", repeats=repeats)
    rocs = rocs_of(reader.first, looked)
    return reader.scores([roc.exact(negatives) for roc, negatives in zip(rocs, others, strict=True)])


def auc_judd(saliency: Maps, fixation_map: Fixated, *, jitter: float = 0.0, seed: int | None = None) -> Score:
    """AUC-Judd as the MIT code computes it (AUC_Judd.m); a pixel counts once.

    Thresholds are the saliencies at fixated pixels. Where fixated pixels tie, the curve is biased
    low; the original breaks ties by noise, which moves the scores of maps of small range. Prefer `auc`.

    Args:
        saliency: (H, W) or (B, H, W), any scale.
        fixation_map: counts of the same shape, or points.
        jitter: greatest height of the noise, added to the map as it comes; the original's is 1e-7.
        seed: of the noise; None draws anew at each call.

    Returns:
        a score an image, at most 1, higher is better, below 0 where very many fixated pixels tie;
        NaN without fixations, if all pixels are fixated, and for a constant map without jitter. A
        NaN pixel is below all others.
    """
    reader = Reader(saliency, ranks=True)
    looked = reader.looked(fixation_map, repeats=False)
    pixels = jittered(reader, jitter, seed) if jitter else reader.first
    return reader.scores([roc.judd() for roc in rocs_of(pixels, looked)])


def auc_borji(saliency: Maps, fixation_map: Fixated, step: float = 0.1, *, repeats: bool = False) -> Score:
    """AUC-Borji: the expectation of the MIT code's random splits (AUC_Borji.m), in closed form.

    Negatives are all pixels, drawn uniformly; thresholds are 0, step, 2 step, ... on the map
    scaled to [0, 1]. A coarse step lowers the score; the SALICON tool uses 0.01.

    Args:
        saliency: (H, W) or (B, H, W), any scale.
        fixation_map: counts of the same shape, or points.
        step: between thresholds, in (0, 1].
        repeats: whether a pixel fixated twice counts twice (SALICON) or once (MIT).

    Returns:
        a score an image, in [0, 1], higher is better; 0.5 for a constant map, NaN without
        fixations. A NaN pixel is below all others.
    """
    reader = Reader(saliency, ranks=True)
    looked = reader.looked(fixation_map, repeats=repeats)
    _check_step(step)
    return reader.scores([roc.stepped() for roc in rocs_of(reader.first, looked, step, only_steps=True)])


def auc_shuffled(
    saliency: Maps,
    fixation_map: Fixated,
    other_fixation_map: Fixated,
    step: float = 0.1,
    *,
    repeats: bool = False,
) -> Score:
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
        a score an image, in [0, 1], higher is better; 0.5 for a constant map, NaN without
        fixations or others. A NaN pixel is below all others.
    """
    reader = Reader(saliency, ranks=True)
    looked = reader.looked(fixation_map, repeats=repeats)
    others = reader.negatives(other_fixation_map, "other_fixation_map", repeats=repeats)
    _check_step(step)
    rocs = rocs_of(reader.first, looked, step, only_steps=True)
    return reader.scores([roc.stepped(negatives) for roc, negatives in zip(rocs, others, strict=True)])


def jittered(reader: Reader, jitter: float, seed: int | None) -> Pixels:
    """The maps with noise between 0 and `jitter` on every pixel."""
    noise = np.random.default_rng(seed).random(reader.shape) * jitter
    return Pixels(reader.xp, reader.first.values + reader.pixels(noise, "jitter").values)


def _check_step(step: float) -> None:
    if not 0 < step <= 1:
        raise InputError(f"step={step} came; a distance of thresholds in (0, 1] is accepted.")
