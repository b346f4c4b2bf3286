"""Why a score is missing, for one image."""

from __future__ import annotations

import numpy as np

from gazemap.metrics import GroundTruth
from gazemap.metrics.scoring.preparing import Prepared
from gazemap.metrics.scoring.table import get_metric


def why_undefined(prepared: Prepared, truth: GroundTruth, metric: str) -> str | None:
    """Why one image's prediction has no score by a metric, in words that go after a colon."""
    entry = get_metric(metric)
    values = prepared.map_for(entry)
    if values is None:
        return f"{prepared.protocol.name} gives a saliency map no {metric}"
    if "density" not in entry.needs and not np.any(truth.fixation_map):
        return "no fixation lies in the image"
    if values.min() == values.max():
        return "its map is constant"
    return "it is not defined"
