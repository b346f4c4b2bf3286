"""Scores out of a table with a row per image, model and metric."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gazemap.errors import DataError


def attributes_of(table: pa.Table, path: Path) -> dict[str, Any]:
    """The attributes of the `Scores` in a table, but for `made_by`: the inverse of `Scores.to_arrow`.

    Args:
        table: its rows in any order.
        path: the file that it was read from, for messages.

    Raises:
        DataError: several protocols, data sets or splits, or scores that are missing or there twice.
    """
    about = {name: table[name].unique().to_pylist() for name in ("protocol", "dataset", "split")}
    if mixed := [f"{name} {values}" for name, values in about.items() if len(values) != 1]:
        raise DataError(f"{path} must hold one protocol, dataset and split; it holds {', '.join(mixed)}.")
    columns = [table[name].combine_chunks().dictionary_encode() for name in ("row", "metric", "image_id")]
    rows, metrics, image_ids = (column.dictionary.to_pylist() for column in columns)
    shape = (len(rows), len(metrics), len(image_ids))
    complete = len(table) == prod(shape)
    cells = np.ravel_multi_index([column.indices for column in columns], shape) if complete else np.empty(0)
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
    return {
        **{name: values[0] for name, values in about.items()},
        "image_ids": tuple(image_ids),
        "per_image": per_image,
        "reasons": _reasons(table),
        "seen": _seen(table),
    }


def _reasons(table: pa.Table) -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = {}
    for record in table.filter(pc.not_equal(table["reason"], "")).to_pylist():
        by_image = found.setdefault(record["row"], {}).setdefault(record["metric"], {})
        by_image[record["image_id"]] = record["reason"]
    return found


def _seen(table: pa.Table) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    known = table.filter(pc.not_equal(table["seen"], "")).select(["row", "image_id", "seen"])
    for record in known.to_pylist():
        found.setdefault(record["row"], {})[record["image_id"]] = record["seen"]
    return found
