"""The protocols and metrics that there are, as data: `gazemap metrics`."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

from gazemap.errors import check_name
from gazemap.metrics import METRICS, PROTOCOLS, Metric
from gazemap.metrics.scoring.protocols import choices


@dataclass(frozen=True)
class MetricsOverview:
    """What `metrics_overview` returns.

    Attributes:
        protocols: protocol -> choice -> what it chooses, in words.
        metrics: metric -> what it is ("what"), its "range" and "unit", which direction is "better", and
            what it is "computed from".
    """

    protocols: dict[str, dict[str, str]]
    metrics: dict[str, dict[str, str]]

    def as_json(self) -> dict[str, Any]:
        """The attributes as plain values."""
        return {"protocols": self.protocols, "metrics": self.metrics}


def metrics_overview(name: str | None = None) -> MetricsOverview:
    """All protocols and metrics; or a protocol with its metrics; or a metric with the protocols that have it.

    Args:
        name: a key of `PROTOCOLS` or of `METRICS`; by default all are given.

    Raises:
        InputError: no such protocol or metric; gives the nearest name and all names.
    """
    protocols, metrics = [*PROTOCOLS], [*METRICS]
    if name is not None:
        check_name("protocol or metric", name, {*protocols, *metrics})
        if name in PROTOCOLS:
            protocols, metrics = [name], [*PROTOCOLS[name].metrics]
        else:
            protocols, metrics = [key for key in protocols if name in PROTOCOLS[key].metrics], [name]
    return MetricsOverview(
        protocols={key: {"summary": PROTOCOLS[key].summary, **choices(PROTOCOLS[key])} for key in protocols},
        metrics={key: _about(METRICS[key]) for key in metrics},
    )


def _about(metric: Metric) -> dict[str, str]:
    return {
        "what": " ".join((inspect.getdoc(metric.function) or "").partition("\n\n")[0].split()),
        "range": f"{metric.low:g} to {metric.high:g}",
        "unit": metric.unit,
        "better": "higher" if metric.higher_is_better else "lower",
        "computed from": ", ".join(("prediction", *metric.needs)),
    }
