"""Scores out of a table with a row per image, model and metric."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from arro3.core import Table

from gazemap.errors import DataError
from gazemap.system.tables import coded, numbers


def attributes_of(table: Table, path: Path) -> dict[str, Any]:
    """The attributes of the `Scores` in a table, but for `made_by`: the inverse of `Scores.to_arrow`.

    Args:
        table: its rows in any order.
        path: the file that it was read from, for messages.

    Raises:
        DataError: several protocols, data sets or splits, or scores that are missing or there twice.
    """
    about = {name: coded(table[name])[0] for name in ("protocol", "dataset", "split")}
    if mixed := [f"{name} {values}" for name, values in about.items() if len(values) != 1]:
        raise DataError(f"{path} must hold one protocol, dataset and split; it holds {', '.join(mixed)}.")
    columns = {name: coded(table[name]) for name in ("row", "metric", "image_id")}
    rows, metrics, image_ids = (texts for texts, _ in columns.values())
    shape = (len(rows), len(metrics), len(image_ids))
    complete = table.num_rows == prod(shape)
    cells = np.ravel_multi_index([codes for _, codes in columns.values()], shape) if complete else np.empty(0)
    if len(np.unique(cells)) != table.num_rows:
        raise DataError(
            f"{path} must hold one score for each of {len(rows)} rows, {len(metrics)} metrics and "
            f"{len(image_ids)} images; of its {table.num_rows} scores some are missing or there twice."
        )
    scores = np.empty(prod(shape))
    scores[cells] = numbers(table["score"])
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


def _reasons(table: Table) -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = {}
    for row, metric, image_id, reason in _texts(table, "row", "metric", "image_id", "reason"):
        found.setdefault(row, {}).setdefault(metric, {})[image_id] = reason
    return found


def _seen(table: Table) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row, image_id, seen in _texts(table, "row", "image_id", "seen"):
        found.setdefault(row, {})[image_id] = seen
    return found


def _texts(table: Table, *names: str) -> Iterator[tuple[str, ...]]:
    """These columns of the rows whose last one is not empty."""
    rows = zip(*(table[name].to_pylist() for name in names), strict=True)
    return (row for row in rows if row[-1])
