"""Scores: some metrics of a protocol for one prediction, or for a batch of them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from gazemap.errors import InputError
from gazemap.metrics.kernels.arrays import (
    Array,
    Arrays,
    FixationMaps,
    Maps,
    Score,
    refuse_coordinates,
    shape_of,
)
from gazemap.metrics.kernels.reading import has_points
from gazemap.metrics.scoring.at_fixations import gain_at_fixations
from gazemap.metrics.scoring.comparing import Comparison, GroundTruth
from gazemap.metrics.scoring.metric import Metric
from gazemap.metrics.scoring.preparing import Prepared, prepare
from gazemap.metrics.scoring.protocols import Protocol, get_protocol
from gazemap.metrics.scoring.table import get_metric
from gazemap.system.extras import EXTRAS
from gazemap.types import Output, Size

if TYPE_CHECKING:
    from torch import Tensor


@overload
def score(
    saliency: Tensor,
    *,
    fixation_map: FixationMaps,
    density: Maps | None = None,
    other_fixation_map: FixationMaps | None = None,
    baseline: Maps | None = None,
    protocol: str | Protocol = "exact",
    metrics: Sequence[str] | None = None,
    output: Output = "saliency",
) -> dict[str, Tensor]: ...
@overload
def score(
    saliency: Arrays,
    *,
    fixation_map: FixationMaps,
    density: Maps | None = None,
    other_fixation_map: FixationMaps | None = None,
    baseline: Maps | None = None,
    protocol: str | Protocol = "exact",
    metrics: Sequence[str] | None = None,
    output: Output = "saliency",
) -> dict[str, Score]: ...
def score(
    saliency: Maps,
    *,
    fixation_map: FixationMaps,
    density: Maps | None = None,
    other_fixation_map: FixationMaps | None = None,
    baseline: Maps | None = None,
    protocol: str | Protocol = "exact",
    metrics: Sequence[str] | None = None,
    output: Output = "saliency",
) -> dict[str, Score] | dict[str, Tensor]:
    """A protocol's metrics of one map, or of a batch; what they share is computed once.

    Args:
        saliency: (h, w) or (B, h, w), the prediction; resized to the truth's size as the protocol
            says. Every metric scores this one map; `evaluate` derives the best map for each.
        fixation_map: (H, W) or (B, H, W) counts, or points in pixels of the truth's
            maps or, where it has none, of the prediction.
        density: of that shape, the blurred fixations; for cc, sim, kld and emd.
        other_fixation_map: other images' fixations, counts or points; for sauc and auc_shuffled.
        baseline: sums to 1; for information_gain.
        protocol: a key of `PROTOCOLS`, or a protocol of your own.
        metrics: keys of `METRICS`; by default those of the protocol whose ground truth is given, and whose
            package is installed (emd needs one: a warning says that it is left out).
        output: what the prediction holds: "saliency", any scale, or "log_density".

    Returns:
        metric name -> a score per image, NaN where it is not defined.

    Raises:
        InputError: an unknown protocol or metric, a metric whose ground truth is not given, a log
            density that is none, or is not called one, or a truth of the transposed shape.
    """
    truth = GroundTruth(fixation_map, density, other_fixation_map, baseline)
    return score_against(truth, saliency, protocol, metrics, output)


@overload
def score_against(
    truth: GroundTruth,
    saliency: Tensor,
    protocol: str | Protocol = "exact",
    metrics: Sequence[str] | None = None,
    output: Output = "saliency",
) -> dict[str, Tensor]: ...
@overload
def score_against(
    truth: GroundTruth,
    saliency: Arrays,
    protocol: str | Protocol = "exact",
    metrics: Sequence[str] | None = None,
    output: Output = "saliency",
) -> dict[str, Score]: ...
def score_against(
    truth: GroundTruth,
    saliency: Maps,
    protocol: str | Protocol = "exact",
    metrics: Sequence[str] | None = None,
    output: Output = "saliency",
) -> dict[str, Score] | dict[str, Tensor]:
    """As `score`, for one of several predictions of the same images.

    Args:
        truth: what all of them are compared with; what it holds is read once.
        saliency: (h, w) or (B, h, w).
        protocol: a key of `PROTOCOLS`, or a protocol of your own.
        metrics: keys of `METRICS`; by default those of the protocol whose ground truth is given, and whose
            package is installed (emd needs one: a warning says that it is left out).
        output: what the prediction holds.

    Raises:
        InputError: as `score`.
    """
    chosen = get_protocol(protocol)
    names = tuple(metrics or _computable(chosen, truth))
    came = shape_of(saliency)
    fixated: Array = truth.fixation_map
    if not has_points(fixated):
        refuse_coordinates(np.shape(fixated), came, "fixation_map")
    size = _size_of(truth) or came[-2:]
    if size != came[-2:] and size == came[:-3:-1]:
        raise InputError(
            f"The prediction has shape {came}, the truth {size}: one of them is transposed. Swap its last "
            "two axes."
        )
    prepared = prepare(saliency, chosen, size, output)
    ranks_only = all(get_metric(name).ranks for name in names)
    if chosen.from_saliency != "raw" and prepared.is_below_zero and not ranks_only:
        raise InputError(
            "saliency has no value above 0, as a log density has none. Pass output='log_density' if it is "
            "one (its logsumexp is 0: subtract that of unnormalized logs), else a map that is above 0 "
            "somewhere."
        )
    return score_prepared(prepared, truth, names)


def score_prepared(prepared: Prepared, truth: GroundTruth, metrics: Sequence[str]) -> dict[str, Any]:
    """The metrics of one prepared prediction; those that score the same map share what they compute.

    Raises:
        InputError: an unknown metric, or one whose ground truth is not given.
    """
    comparisons: dict[int, Comparison] = {}
    scores: dict[str, Any] = {}
    for name in metrics:
        metric = get_metric(name)
        if missing := _missing(metric, truth):
            raise InputError(f"Metric {name!r} needs {' and '.join(missing)}. Pass it by name.")
        about = prepared.derived_with
        if about is not None and metric.best == "gain":
            compared = gain_at_fixations(prepared.reader, about.baseline, truth, prepared.protocol)
            scores[name] = metric.compute(compared)
            continue
        values = prepared.map_for(metric)
        if values is None:
            scores[name] = prepared.reader.scores(np.full(prepared.reader.shape[0], np.nan))
            continue
        if id(values) not in comparisons:
            read = prepared.reader if values is prepared.saliency else values
            comparisons[id(values)] = Comparison(read, truth, prepared.protocol)
        compared = comparisons[id(values)]
        scores[name] = metric.compute(compared)
    return scores


def _computable(protocol: Protocol, truth: GroundTruth) -> list[str]:
    """The metrics of a protocol whose ground truth is given; warns of those whose package is missing."""
    given = [metric for metric in map(get_metric, protocol.metrics) if not _missing(metric, truth)]
    for metric in given:
        if not metric.is_installed:
            warnings.warn(
                f"{metric.name} of the protocol {protocol.name} is left out: its package is not installed. "
                f"Run pip install 'gazemap[{EXTRAS[metric.package]}]'.",
                stacklevel=4,
            )
    return [metric.name for metric in given if metric.is_installed]


def _missing(metric: Metric, truth: GroundTruth) -> list[str]:
    return [name for name in metric.needs if getattr(truth, name) is None]


def _size_of(truth: GroundTruth) -> Size | None:
    """(H, W) of the first map among the truth; None where all are points."""
    maps: list[Array | None] = [truth.density, truth.baseline]
    if truth.fixation_map is not None and not has_points(truth.fixation_map):
        maps.insert(0, truth.fixation_map)
    for value in maps:
        if value is not None and len(np.shape(value)) in (2, 3):
            height, width = np.shape(value)[-2:]
            return height, width
    return None
