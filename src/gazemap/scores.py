"""Scores: per image, their mean and its interval, as a table and as a Parquet file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from gazemap.files import replacing

_RESAMPLES = 10_000


@dataclass(frozen=True)
class Interval:
    """A mean over images with its bootstrap 95 % interval; NaN where there is nothing to average."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        if np.isnan(self.mean):
            return "-"
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"

    def above(self, other: Interval) -> bool:
        """Whether this interval lies wholly above the other."""
        return self.low > other.high


@dataclass(frozen=True)
class Scores:
    """What `evaluate` returns.

    Attributes:
        protocol: the name of the protocol that every number here was computed by.
        dataset: the data set's name.
        split: the split's name.
        image_ids: the images, in order.
        per_image: row (model or baseline) -> metric -> (N,) scores, NaN where undefined.
    """

    protocol: str
    dataset: str
    split: str
    image_ids: tuple[str, ...]
    per_image: dict[str, dict[str, NDArray[np.float64]]]

    @property
    def rows(self) -> list[str]:
        """Models and baselines, in the order of the table."""
        return list(self.per_image)

    @property
    def metrics(self) -> list[str]:
        """The protocol's metrics, in order."""
        return list(next(iter(self.per_image.values())))

    def interval(self, row: str, metric: str) -> Interval:
        """Mean over images and its bootstrap 95 % interval (percentile, 10,000 seeded resamples)."""
        return bootstrap(self.per_image[row][metric])

    def table(self) -> list[tuple[str, list[Interval]]]:
        """Every row with the interval of every metric."""
        return [(row, [self.interval(row, metric) for metric in self.metrics]) for row in self.rows]

    def write(self, path: Path) -> None:
        """Per-image scores as Parquet: protocol, dataset, split, image_id, row, metric, score."""
        columns: dict[str, list[object]] = {name: [] for name in ("image_id", "row", "metric", "score")}
        for row, metrics in self.per_image.items():
            for metric, scores in metrics.items():
                columns["image_id"] += self.image_ids
                columns["row"] += [row] * len(scores)
                columns["metric"] += [metric] * len(scores)
                columns["score"] += scores.tolist()
        table = pa.table(columns)
        about = {"protocol": self.protocol, "dataset": self.dataset, "split": self.split}
        for name, value in about.items():
            table = table.append_column(name, pa.array([value] * len(table)))
        with replacing(path) as beside:
            pq.write_table(table, beside)


def bootstrap(scores: NDArray[np.float64]) -> Interval:
    """Mean and percentile bootstrap 95 % interval of the scores that are not NaN."""
    known = scores[~np.isnan(scores)]
    if not len(known):
        return Interval(float("nan"), float("nan"), float("nan"))
    random = np.random.default_rng(0)
    weights = random.multinomial(len(known), np.full(len(known), 1 / len(known)), size=_RESAMPLES)
    low, high = np.percentile(weights @ known / len(known), [2.5, 97.5])
    return Interval(float(known.mean()), float(low), float(high))
