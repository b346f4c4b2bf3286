"""The two tables of a gaze data set: their columns, how they are read, and fixations.parquet written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from arro3.core import Table
from pydantic import TypeAdapter, ValidationError

from gazemap.data.schema import ImageRow
from gazemap.errors import DataError
from gazemap.gaze.fixations import Fixations
from gazemap.system.tables import (
    Columns,
    Kind,
    Kinds,
    cast,
    coded,
    is_known,
    numbers,
    read_parquet,
    rows_of,
    table_of,
    write_batches,
)

IMAGES_COLUMNS: dict[str, Kind] = {
    "image_id": "text",
    "file": "text",
    "width": "int32",
    "height": "int32",
    "split": "text",
    "group": "text",
    "map": "text",
    "fixations": "int64",
    "domain": "text",
    "sigma": "float64",
    "pixels_per_degree": "float64",
}
FIXATIONS_COLUMNS: dict[str, Kind] = {
    "image_id": "text",
    "observer": "text",
    "x": "float64",
    "y": "float64",
    "onset": "float64",
    "duration": "float64",
}
_ROWS_OF_IMAGES = TypeAdapter(list[ImageRow])
_ROWS = 200_000  # of fixations.parquet, written at once


def read_images(path: Path) -> list[ImageRow]:
    """The rows of images.parquet; see `IMAGES_COLUMNS`.

    Raises:
        DataError: the file cannot be read, lacks a column, lists no image, or holds a value that cannot be;
            names the row.
    """
    rows = rows_of(_read_table(path, IMAGES_COLUMNS))
    if not rows:
        raise DataError(f"{path} lists no image. Import the data set again.")
    try:
        return _ROWS_OF_IMAGES.validate_python(rows)
    except ValidationError as error:
        first, *others = error.errors()
        number, column = int(first["loc"][0]), ".".join(map(str, first["loc"][1:2]))
        reason = first["msg"].replace("Input should", "must").removeprefix("Value error, ")
        got = repr(rows[number][column] if column else {k: rows[number][k] for k in ("width", "height")})
        more = f" {len(others)} more are wrong." if others else ""
        raise DataError(f"{path}, row {number + 1}: {column} {reason}, got {got[:200]}.{more}") from error


def read_fixations(path: Path) -> dict[str, Fixations]:
    """The points of fixations.parquet by image_id, of the images with any; none where there is no file.

    Raises:
        DataError: the file cannot be read or lacks a column.
    """
    if not path.exists():
        return {}
    table = _read_table(path, FIXATIONS_COLUMNS)
    names, codes = coded(table["image_id"])
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(names) + 1)).tolist()
    columns: dict[str, Any] = {name: numbers(table[name])[order] for name in ("x", "y", "onset", "duration")}
    known = {name: is_known(table[name])[order] for name in columns}
    observers, codes = coded(table["observer"])
    columns["observer"] = np.array([*observers, "None"], dtype=str)[codes[order]]  # null is -1, the last
    known["observer"] = codes[order] >= 0
    # what an image's rows leave null, in a merged set of which other parts know it, is not known
    return {
        name: Fixations(
            **{
                key: values[start:end]
                for key, values in columns.items()
                if key in ("x", "y") or known[key][start:end].any()
            }
        )
        for name, (start, end) in zip(names, pairwise(starts), strict=True)
        if end > start
    }


class FixationWriter:
    """fixations.parquet, written when all is known; no file where no image has points."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: list[tuple[str, Fixations]] | None = None

    def __enter__(self) -> FixationWriter:
        return self

    def add(self, image_id: str, fixations: Fixations) -> None:
        """Add one image's points; they are written at the end."""
        self._waiting = self._waiting or []
        self._waiting.append((image_id, fixations))

    def __exit__(self, *error: object) -> None:
        if self._waiting is not None:
            write_batches(_batches(self._waiting), FIXATIONS_COLUMNS, self._path)


def fixations_table(images: Iterable[tuple[str, Fixations | None]]) -> Table:
    """The points of some images as a table with the columns of `FIXATIONS_COLUMNS`.

    Args:
        images: each with its image_id; those whose points are not known have no rows.
    """
    known = [(image_id, fixations) for image_id, fixations in images if fixations is not None]
    columns: dict[str, list[Any]] = {name: [] for name in FIXATIONS_COLUMNS}
    for batch in _batches(known):
        for name, values in batch.items():
            columns[name] += values
    return table_of(columns, FIXATIONS_COLUMNS)


def _batches(waiting: list[tuple[str, Fixations]]) -> Iterator[Columns]:
    """The points of many images as columns, of some hundred thousand rows each."""
    columns: dict[str, list[Any]] = {name: [] for name in FIXATIONS_COLUMNS}
    for image_id, fixations in waiting:
        columns["image_id"] += [image_id] * len(fixations)
        for name in FIXATIONS_COLUMNS.keys() - {"image_id"}:
            values = getattr(fixations, name)
            columns[name] += [None] * len(fixations) if values is None else values.tolist()
        if len(columns["image_id"]) >= _ROWS:
            yield columns
            columns = {name: [] for name in FIXATIONS_COLUMNS}
    yield columns


def _read_table(path: Path, kinds: Kinds) -> Table:
    try:
        table = read_parquet(path)
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read ({error}). Import the data set again.") from error
    try:
        return cast(table, kinds)
    except ValueError as error:
        wanted = ", ".join(f"{name} ({kind})" for name, kind in kinds.items())
        raise DataError(f"{path} needs the columns {wanted}: {error}.") from error
