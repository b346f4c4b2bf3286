"""The two tables of a gaze data set: their columns, how they are read, and fixations.parquet written."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pyarrow.types import is_dictionary

from gazemap.errors import DataError
from gazemap.gaze.fixations import Fixations

IMAGES_SCHEMA = pa.schema(
    [
        ("image_id", pa.string()),
        ("file", pa.string()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("split", pa.string()),
        ("group", pa.string()),
        ("map", pa.string()),
        ("fixations", pa.int64()),
        ("domain", pa.string()),
        ("sigma", pa.float64()),
        ("pixels_per_degree", pa.float64()),
    ]
)
FIXATIONS_SCHEMA = pa.schema(
    [
        ("image_id", pa.string()),
        ("observer", pa.string()),
        ("x", pa.float64()),
        ("y", pa.float64()),
        ("onset", pa.float64()),
        ("duration", pa.float64()),
    ]
)
_CODED = pa.dictionary(pa.int32(), pa.string())
_ROWS = 200_000  # of fixations.parquet, written at once


def read_images(path: Path) -> list[dict[str, Any]]:
    """The rows of images.parquet; see `IMAGES_SCHEMA`.

    Raises:
        DataError: the file cannot be read, lacks a column or lists no image.
    """
    rows: list[dict[str, Any]] = _read_table(path, IMAGES_SCHEMA).to_pylist()
    if not rows:
        raise DataError(f"{path} lists no image. Import the data set again.")
    return rows


def read_fixations(path: Path) -> dict[str, Fixations]:
    """The points of fixations.parquet by image_id, of the images with any; none where there is no file.

    Raises:
        DataError: the file cannot be read or lacks a column.
    """
    if not path.exists():
        return {}
    table = _read_table(path, FIXATIONS_SCHEMA, ("image_id", "observer")).unify_dictionaries()
    names, codes = _decoded(table["image_id"])
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(names) + 1)).tolist()
    columns: dict[str, Any] = {}
    for name in ("x", "y", "onset", "duration"):
        if table[name].null_count < len(table):  # a column of only nulls is not known
            columns[name] = table[name].to_numpy()[order]
    if table["observer"].null_count < len(table):
        observers, coded = _decoded(table["observer"])
        columns["observer"] = observers[coded[order]]
    # nor is what an image's rows leave null, in a merged set of which other parts know it
    known = {name: table[name].is_valid().to_numpy()[order] for name in columns}
    return {
        name: Fixations(**{key: v[start:end] for key, v in columns.items() if known[key][start:end].any()})
        for name, (start, end) in zip(names.tolist(), pairwise(starts), strict=True)
        if end > start
    }


class FixationWriter:
    """fixations.parquet, written in pieces of many rows; no file where no image has points."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []

    def __enter__(self) -> FixationWriter:
        return self

    def add(self, image_id: str, fixations: Fixations) -> None:
        """Add one image's points; they are written when there are many, or at the end."""
        self._writer = self._writer or pq.ParquetWriter(self._path, FIXATIONS_SCHEMA)
        self._waiting.append(_fixation_rows(image_id, fixations))
        if sum(map(len, self._waiting)) >= _ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._writer and self._waiting:
            self._writer.write_table(pa.concat_tables(self._waiting))
        self._waiting.clear()

    def __exit__(self, *error: object) -> None:
        if self._writer:
            self._flush()
            self._writer.close()


def _fixation_rows(image_id: str, fixations: Fixations) -> pa.Table:
    empty = [None] * len(fixations)
    columns = {
        "image_id": [image_id] * len(fixations),
        "observer": empty if fixations.observer is None else fixations.observer.tolist(),
        "x": fixations.x,
        "y": fixations.y,
        "onset": empty if fixations.onset is None else fixations.onset,
        "duration": empty if fixations.duration is None else fixations.duration,
    }
    return pa.table(columns, schema=FIXATIONS_SCHEMA)


def _read_table(path: Path, schema: pa.Schema, coded: tuple[str, ...] = ()) -> pa.Table:
    """A table of this schema; texts of the columns `coded` stay dictionaries where they are stored so."""
    try:
        table = pq.read_table(path, read_dictionary=[*coded])
    except (OSError, pa.ArrowInvalid) as error:
        raise DataError(f"{path} cannot be read ({error}). Import the data set again.") from error
    try:
        table = table.select(schema.names)
        kept = [is_dictionary(found.type) and found.name in coded for found in table.schema]
        types = [_CODED if keep else field.type for keep, field in zip(kept, schema, strict=True)]
        return table.cast(pa.schema(list(zip(schema.names, types, strict=True))))
    except (KeyError, pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        wanted = ", ".join(f"{field.name} ({field.type})" for field in schema)
        raise DataError(f"{path} needs the columns {wanted}: {error}") from error


def _decoded(column: pa.ChunkedArray) -> tuple[NDArray[np.str_], NDArray[np.int32]]:
    """The texts of a dictionary's column, and the index of each row's text among them; null is "None"."""
    array = column.dictionary_encode().combine_chunks()
    texts = np.array([*array.dictionary.to_pylist(), "None"], dtype=str)
    return texts, array.indices.fill_null(len(texts) - 1).to_numpy()
