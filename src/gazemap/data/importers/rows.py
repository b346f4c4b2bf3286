"""The rows of a table of points: CSV with any separator or Parquet, read piece by piece."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from gazemap.data.dataset import SetAside
from gazemap.errors import DataError

OPTIONAL = ("observer", "onset", "duration", "split")
_REQUIRED = ("image", "x", "y")
_TEXT = ("image", "observer", "split")
_NUMBER = r"^-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$"
_SAMPLE = 2**16  # characters in which the separator is looked for
_SHOWN = 3  # rows that are named in a message


def read_rows(
    path: Path, required: Mapping[str, str], named: Mapping[str, str | None]
) -> tuple[pa.Table, tuple[SetAside, ...]]:
    """The points of a table, of which only the columns that are asked for are read.

    Args:
        path: .parquet, or else text with a header.
        required: the columns of "image", "x" and "y".
        named: the columns of `OPTIONAL`; None stands for a column of the same name, where there is one.

    Returns:
        a table with those keys as columns: dictionaries of text, or float64 with null where a cell
        is empty; and the rows that are no points, listed.

    Raises:
        DataError: damaged, no such column (with the nearest), or not one row is a point.
    """
    pieces: list[pa.Table] = []
    faults: list[str] = []
    rows = wrong = 0
    try:
        columns = _columns(path, required, named)
        for batch in _batches(path, [*columns.values()]):
            piece, found = _points(batch, columns, first=rows + 1)
            pieces.append(piece)
            faults += found[: _SHOWN - len(faults)]
            rows += len(batch)
            wrong += len(batch) - len(piece)
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise DataError(f"{path} is damaged or no table ({error}).") from error
    listed = "; ".join(faults) + (f"; and {wrong - _SHOWN:,} more rows" if wrong > _SHOWN else "")
    if wrong == rows:
        raise DataError(f"{path} has no row with an image and the numbers x and y. {listed}".rstrip())
    table = pa.concat_tables(pieces).unify_dictionaries().combine_chunks()
    return table, (SetAside(item=path.name, reason=listed),) if wrong else ()


def _columns(path: Path, required: Mapping[str, str], named: Mapping[str, str | None]) -> dict[str, str]:
    if path.is_dir():
        raise DataError(f"{path} is a folder. Give the table itself, a .csv or .parquet file.")
    present = _names(path)
    columns = {**required, **{key: name for key, name in named.items() if name is not None}}
    for key, name in columns.items():
        if name not in present:
            near = difflib.get_close_matches(name, present, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise DataError(
                f"{path} has no column {name!r} for {key}.{hint} Its columns: {', '.join(present)}. "
                f"Say which it is: {key}=NAME."
            )
    return columns | {key: key for key, name in named.items() if name is None and key in present}


def _names(path: Path) -> list[str]:
    if _is_parquet(path):
        return list(pq.read_schema(path).names)
    with pa.csv.open_csv(path, parse_options=_parsing(path)) as reader:
        return list(reader.schema.names)


def _batches(path: Path, columns: list[str]) -> Iterator[pa.RecordBatch]:
    columns = list(dict.fromkeys(columns))
    if _is_parquet(path):
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(columns=columns)
        return
    as_text = pa.csv.ConvertOptions(
        include_columns=columns, column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=True
    )
    with pa.csv.open_csv(path, parse_options=_parsing(path), convert_options=as_text) as reader:
        yield from reader


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() in (".parquet", ".pq")


def _parsing(path: Path) -> pa.csv.ParseOptions:
    with path.open(encoding="utf-8-sig", newline="") as file:
        sample = file.read(_SAMPLE)
    try:
        return pa.csv.ParseOptions(delimiter=csv.Sniffer().sniff(sample, ",;\t|").delimiter)
    except csv.Error:  # too little text to tell
        return pa.csv.ParseOptions()


def _points(batch: pa.RecordBatch, columns: Mapping[str, str], first: int) -> tuple[pa.Table, list[str]]:
    """The rows that are points, and what is wrong with the first others; rows count from `first`."""
    found, wrong = {}, {}
    for key, name in columns.items():
        read = _texts if key in _TEXT else _numbers
        found[key], faulty = read(batch.column(name))
        if key in _REQUIRED:
            faulty = pc.or_(faulty, pc.is_null(found[key], nan_is_null=True))
        wrong[key] = faulty.to_numpy(zero_copy_only=False)
    any_wrong = np.any([*wrong.values()], axis=0)
    faults = []
    for row in np.flatnonzero(any_wrong)[:_SHOWN].tolist():
        key = next(key for key, faulty in wrong.items() if faulty[row])
        value = batch.column(columns[key])[row].as_py()
        faults.append(f"row {first + row:,}: {key} is {'empty' if value is None else repr(value)[:40]}")
    kept = pa.table(found).filter(pa.array(~any_wrong))
    encoded = {key: pc.dictionary_encode(kept[key]) if key in _TEXT else kept[key] for key in found}
    return pa.table(encoded), faults


def _texts(column: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Text; and which cells are empty text, though not null."""
    texts = column.cast(pa.string())
    return texts, pc.fill_null(pc.equal(texts, ""), False)


def _numbers(column: pa.Array) -> tuple[pa.Array, pa.Array]:
    """float64, null where it is empty; and which are neither empty nor a finite number."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        values = column.cast(pa.float64())
        return values, pc.fill_null(pc.is_inf(values), False)
    texts = pc.utf8_trim_whitespace(column)
    fits = pc.fill_null(pc.match_substring_regex(texts, _NUMBER), False)
    values = pc.if_else(fits, texts, pa.scalar(None, texts.type)).cast(pa.float64())
    return values, pc.and_not(pc.is_valid(texts), fits)
