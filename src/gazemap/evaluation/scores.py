"""Scores: per image, their mean and its interval, as a table and as a Parquet file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from gazemap.errors import DataError
from gazemap.system.files import replacing

_RESAMPLES = 10_000
_MADE_BY = b"made_by"  # the key in the file's metadata
_SCHEMA = pa.schema(
    [
        ("image_id", pa.string()),
        ("row", pa.string()),
        ("metric", pa.string()),
        ("score", pa.float64()),
        ("protocol", pa.string()),
        ("dataset", pa.string()),
        ("split", pa.string()),
    ]
)


@dataclass(frozen=True)
class Interval:
    """A mean over images with its bootstrap 95 % interval; NaN where there is nothing to average."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        if np.isnan(self.mean):
            return "-"
        mean, low, high = (round(value, 3) + 0.0 for value in (self.mean, self.low, self.high))  # no "-0.000"
        return f"{mean:.3f} [{low:.3f}, {high:.3f}]"

    def above(self, other: Interval) -> bool:
        """Whether this interval lies wholly above the other."""
        return self.low > other.high


@dataclass(frozen=True)
class SweepRow:
    """One entry, or a baseline, in the sweep's table.

    Attributes:
        name: of the entry.
        intervals: metric -> mean over images of the mean over seeds, with its interval over images.
        seeds: metric -> (k,) the mean over images of each seed.
    """

    name: str
    intervals: dict[str, Interval]
    seeds: dict[str, list[float]]


@dataclass(frozen=True)
class Scores:
    """What `evaluate` returns.

    Attributes:
        protocol: the name of the protocol that every number here was computed by.
        dataset: the data set's name.
        split: the split's name.
        image_ids: the images, in order.
        per_image: row (model or baseline) -> metric -> (N,) scores, NaN where undefined.
        made_by: the fingerprint of all that made them; empty where they were not kept by
            `reuse.scores_in`.
    """

    protocol: str
    dataset: str
    split: str
    image_ids: tuple[str, ...]
    per_image: dict[str, dict[str, NDArray[np.float64]]]
    made_by: dict[str, Any] = field(default_factory=dict)

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
        table = table.replace_schema_metadata({_MADE_BY: json.dumps(self.made_by)})
        with replacing(path) as temporary:
            pq.write_table(table, temporary)

    @classmethod
    def read(cls, path: Path) -> Scores:
        """The inverse of `write`; rows, metrics and images in the order in which the file names them.

        Raises:
            DataError: no such file, one of another kind, or one in which scores are missing or there
                twice; names the file and what is wrong.
        """
        table = _read_table(path)
        about = {name: table[name].unique().to_pylist() for name in ("protocol", "dataset", "split")}
        if mixed := [f"{name} {values}" for name, values in about.items() if len(values) != 1]:
            raise DataError(f"{path} must hold one protocol, dataset and split; it holds {', '.join(mixed)}.")
        columns = [table[name].combine_chunks().dictionary_encode() for name in ("row", "metric", "image_id")]
        rows, metrics, image_ids = (column.dictionary.to_pylist() for column in columns)
        shape = (len(rows), len(metrics), len(image_ids))
        complete = len(table) == prod(shape)
        cells = (
            np.ravel_multi_index([column.indices for column in columns], shape) if complete else np.empty(0)
        )
        if len(np.unique(cells)) != len(table):
            raise DataError(
                f"{path} must hold one score for each of {len(rows)} rows, {len(metrics)} metrics and "
                f"{len(image_ids)} images; of its {len(table)} scores some are missing or there twice."
            )
        scores = np.empty(prod(shape))
        scores[cells] = table["score"].to_numpy()
        per_image = {
            row: dict(zip(metrics, block, strict=True))
            for row, block in zip(rows, scores.reshape(shape), strict=True)
        }
        made_by = json.loads((table.schema.metadata or {}).get(_MADE_BY, b"{}"))
        return cls(
            about["protocol"][0], about["dataset"][0], about["split"][0], tuple(image_ids), per_image, made_by
        )


def _read_table(path: Path) -> pa.Table:
    if not path.is_file():
        raise DataError(f"There is no file of scores {path}. `gazemap evaluate` writes one.")
    try:
        table = pq.read_table(path, partitioning=None)
    except (OSError, pa.ArrowInvalid) as error:
        raise DataError(f"{path} is no Parquet file ({error}). `gazemap evaluate` writes one.") from error
    if missing := [name for name in _SCHEMA.names if name not in table.column_names]:
        raise DataError(
            f"{path} holds no scores: it has no column {', '.join(missing)}. `gazemap evaluate` writes one."
        )
    try:
        table = table.select(_SCHEMA.names).cast(_SCHEMA.with_metadata(table.schema.metadata))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        wanted = ", ".join(f"{field.name} ({field.type})" for field in _SCHEMA)
        raise DataError(f"{path} needs the columns {wanted}: {error}") from error
    if empty := [name for name in _SCHEMA.names if name != "score" and table[name].null_count]:
        raise DataError(f"{path} has empty cells in the column {', '.join(empty)}.")
    return table


def bootstrap(scores: NDArray[np.float64]) -> Interval:
    """Mean and percentile bootstrap 95 % interval of the scores that are not NaN."""
    known = scores[~np.isnan(scores)]
    if not len(known):
        return Interval(float("nan"), float("nan"), float("nan"))
    low, high = np.percentile(resampled_means(known), [2.5, 97.5])
    return Interval(float(known.mean()), float(low), float(high))


def resampled_means(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) or (N, k) scores of N images -> (10,000,) or (10,000, k) means over seeded resamples.

    The images are drawn with replacement; all k columns see the same draws.
    """
    means: NDArray[np.float64] = _draws(len(scores)) @ scores / len(scores)
    return means


@lru_cache(maxsize=1)  # one table's intervals are nearly all over the same number of images
def _draws(images: int) -> NDArray[np.uint16]:
    """(10,000, N): how often each resample draws each image."""
    shares = np.full(images, 1 / images)
    return np.random.default_rng(0).multinomial(images, shares, size=_RESAMPLES).astype(np.uint16)
