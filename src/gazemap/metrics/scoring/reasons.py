"""Why a score is missing: NaN has a reason, which a table of scores can print."""

from __future__ import annotations

import numpy as np

from gazemap.metrics.kernels.arrays import number
from gazemap.metrics.scoring.comparing import Comparison, GroundTruth
from gazemap.metrics.scoring.preparing import Prepared
from gazemap.metrics.scoring.table import get_metric
from gazemap.metrics.scoring.undefined import Case


def why_undefined(prepared: Prepared, truth: GroundTruth, metric: str) -> str | None:
    """Why one image's prediction has no score by a metric.

    Args:
        prepared: of one image, from `prepare`; what `score_prepared` was given.
        truth: of that image.
        metric: a key of `METRICS`, whose ground truth is all given.

    Returns:
        words that go after a colon, e.g. "its map is constant"; None where there is a score.

    Raises:
        InputError: what the metric refuses.
    """
    entry = get_metric(metric)
    values = prepared.map_for(entry)
    if values is None and prepared.is_below_zero:
        return "no value of its map is above 0 (a log density has output 'log_density')"
    if values is None:
        return f"{prepared.protocol.name} gives a saliency map no {metric}"
    comparison = Comparison(values, truth, prepared.protocol)
    if not np.isnan(number(entry.compute(comparison))):
        return None
    case = Case(comparison)
    known = (reason.text for reason in entry.undefined if reason.holds(case))
    return next(known, "its values are too large or too small for float64")
