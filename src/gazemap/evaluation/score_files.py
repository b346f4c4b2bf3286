"""Files of scores: one table, as Parquet, CSV or JSON by the file's suffix.

A row per image, model and metric. Parquet and JSON also say what made the scores; CSV does not, and is meant
for programs that read nothing else. JSON has null where there is no score, and "inf" or "-inf" as texts.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from arro3.core import Schema, Table

from gazemap.errors import DataError, InputError
from gazemap.system.files import replacing
from gazemap.system.json_text import parse_json
from gazemap.system.tables import (
    Kind,
    cast,
    read_parquet,
    rows_of,
    table_of,
    text_of_cell,
    write_csv,
    write_parquet,
)

COLUMNS: dict[str, Kind] = {
    "image_id": "text",
    "row": "text",
    "metric": "text",
    "score": "float64",
    "reason": "text",
    "seen": "text",
    "protocol": "text",
    "dataset": "text",
    "split": "text",
}
_MADE_BY = "made_by"  # the key in the table's metadata


@dataclass(frozen=True)
class _Format:
    name: str
    write: Callable[[Table, Path], None]
    read: Callable[[Path], Table]


def check_scores_file(path: Path) -> None:
    """Refuse a file name whose suffix names no format, before anything is computed.

    Raises:
        InputError: the suffix is not one of .parquet, .csv and .json.
    """
    if path.suffix.lower() not in FORMATS:
        raise InputError(f"The name of a file of scores must end in {', '.join(FORMATS)}, got {path.name}.")


def write_table(table: Table, path: Path, made_by: dict[str, Any]) -> None:
    """Write a table of `COLUMNS` in the format that the suffix names, whole or not at all.

    Raises:
        InputError: no such format.
        OutputError: the file cannot be written.
    """
    check_scores_file(path)
    with replacing(path) as temporary:
        kept = table.with_schema(Schema(table.schema, metadata={_MADE_BY: json.dumps(made_by)}))
        FORMATS[path.suffix.lower()].write(kept, temporary)


def read_table(path: Path) -> tuple[Table, dict[str, Any]]:
    """The table in a file, and what made it: the inverse of `write_table`.

    Raises:
        InputError: no such format.
        DataError: no such file, or one that holds no scores; names the file and what is wrong.
    """
    if not path.is_file():
        raise DataError(
            f"There is no file of scores {path}. `gazemap evaluate MODEL --data SET --out scores.parquet` "
            "makes one, also of a model that comes with gazemap."
        )
    check_scores_file(path)
    kind = FORMATS[path.suffix.lower()]
    try:
        table = kind.read(path)
        made_by = parse_json(table.schema.metadata_str.get(_MADE_BY, "{}"))
        if not isinstance(made_by, dict):
            raise ValueError(f"{_MADE_BY} must be an object, got {str(made_by)[:40]!r}")
    except (OSError, ArithmeticError, ValueError, TypeError, LookupError, AttributeError, csv.Error) as error:
        raise DataError(f"{path} is no {kind.name} file ({error}). `gazemap evaluate` writes one.") from error
    if missing := [name for name in COLUMNS if name not in table.column_names]:
        raise DataError(
            f"{path} holds no scores: it has no column {', '.join(missing)}. `gazemap evaluate` writes one."
        )
    try:
        table = cast(table, COLUMNS)
    except ValueError as error:
        wanted = ", ".join(f"{name} ({kind})" for name, kind in COLUMNS.items())
        raise DataError(f"{path} needs the columns {wanted}: {error}") from error
    if empty := [name for name in COLUMNS if name != "score" and table[name].null_count]:
        raise DataError(f"{path} has empty cells in the column {', '.join(empty)}.")
    return table, made_by


def _write_json(table: Table, path: Path) -> None:
    records = rows_of(table)
    for record in records:
        score = record["score"]
        record["score"] = score if np.isfinite(score) else None if np.isnan(score) else str(score)
    made_by = json.loads(table.schema.metadata_str[_MADE_BY])
    path.write_text(json.dumps({"made_by": made_by, "scores": records}, indent=1), encoding="utf-8")


def _read_json(path: Path) -> Table:
    content = parse_json(path.read_text(encoding="utf-8"))
    records = content["scores"]
    columns = {name: [record[name] for record in records] for name in COLUMNS}
    columns["score"] = [np.nan if value is None else float(value) for value in columns["score"]]
    return table_of(columns, COLUMNS, {_MADE_BY: json.dumps(content["made_by"])})


def _read_csv(path: Path) -> Table:
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file, strict=True))
    names, records = lines[0], lines[1:]
    columns: dict[str, list[Any]] = {
        name: [*map(text_of_cell, values)]
        for name, values in zip(names, zip(*records, strict=True), strict=True)
    }
    columns["score"] = [float(value or "nan") for value in columns["score"]]
    return table_of(columns, {name: COLUMNS[name] for name in names})


FORMATS: dict[str, _Format] = {
    ".parquet": _Format("Parquet", write_parquet, read_parquet),
    ".csv": _Format("CSV", write_csv, _read_csv),
    ".json": _Format("JSON", _write_json, _read_json),
}
