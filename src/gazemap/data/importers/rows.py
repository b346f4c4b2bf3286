"""The rows of a table of points: CSV with any separator or Parquet, taken piece by piece."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.data.dataset import SetAside
from gazemap.errors import DataError, meant
from gazemap.system.tables import read_parquet
from gazemap.types import Floats

OPTIONAL = ("observer", "onset", "duration", "split")
_REQUIRED = ("image", "x", "y")
_TEXT = ("image", "observer", "split")
_NUMBER = re.compile(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_EMPTY = {"", "NA", "N/A", "n/a", "#N/A", "#NA", "NULL", "null", "NaN", "nan", "-NaN", "-nan"}  # in text
_SAMPLE = 2**16  # characters in which the separator is looked for
_PIECE = 2**16  # rows
_SHOWN = 3  # rows that are named in a message

Piece = dict[str, Sequence[Any]]  # column -> the values of some rows; None where a cell is empty
Rows = dict[str, NDArray[Any]]  # what a column is for -> its values: texts, None where empty; or float64, NaN


def read_rows(
    path: Path, required: Mapping[str, str], named: Mapping[str, str | None]
) -> tuple[Rows, tuple[SetAside, ...]]:
    """The points of a table, of which only the columns that are asked for are kept.

    Args:
        path: .parquet, or else text with a header.
        required: the columns of "image", "x" and "y".
        named: the columns of `OPTIONAL`; None stands for a column of the same name, where there is one.

    Returns:
        an array for each of those keys, of texts (None where a cell is empty) or float64 (NaN); and
        the rows that are no points, listed.

    Raises:
        DataError: damaged, no such column (with the nearest), or not one row is a point.
    """
    pieces: list[Rows] = []
    faults: list[str] = []
    rows = wrong = 0
    try:
        columns = _columns(path, required, named)
        for piece in _pieces(path, [*columns.values()]):
            points, found = _points(piece, columns, first=rows + 1)
            pieces.append(points)
            faults += found[: _SHOWN - len(faults)]
            count = len(piece[columns["image"]])
            rows += count
            wrong += count - len(points["image"])
    except (OSError, ValueError, csv.Error) as error:
        raise DataError(f"{path} is damaged or no table ({error}).") from error
    listed = "; ".join(faults) + (f"; and {wrong - _SHOWN:,} more rows" if wrong > _SHOWN else "")
    if wrong == rows:
        raise DataError(f"{path} has no row with an image and the numbers x and y. {listed}".rstrip())
    whole = {key: np.concatenate([points[key] for points in pieces]) for key in columns}
    return whole, (SetAside(item=path.name, reason=listed),) if wrong else ()


def _columns(path: Path, required: Mapping[str, str], named: Mapping[str, str | None]) -> dict[str, str]:
    if path.is_dir():
        raise DataError(f"{path} is a folder. Give the table itself, a .csv or .parquet file.")
    present = _names(path)
    columns = {**required, **{key: name for key, name in named.items() if name is not None}}
    for key, name in columns.items():
        if name not in present:
            raise DataError(
                f"{path} has no column {name!r} for {key}.{meant(name, present)} "
                f"Its columns: {', '.join(present)}. Say which it is: {key}=NAME."
            )
    return columns | {key: key for key, name in named.items() if name is None and key in present}


def _names(path: Path) -> list[str]:
    if _is_parquet(path):
        return list(read_parquet(path).column_names)
    return next(_lines(path), [])


def _pieces(path: Path, names: Sequence[str]) -> Iterator[Piece]:
    if _is_parquet(path):
        table = read_parquet(path)
        yield {name: [*table[name].to_pylist()] for name in names}
        return
    lines = _lines(path)
    header = next(lines)
    places = {name: header.index(name) for name in names}
    while piece := list(islice(lines, _PIECE)):
        columns = list(zip(*piece, strict=True))
        yield {name: [None if v in _EMPTY else v for v in columns[place]] for name, place in places.items()}


def _lines(path: Path) -> Iterator[list[str]]:
    """The lines of a text, cut into cells; lines without any are left out."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        sample = file.read(_SAMPLE)
        file.seek(0)
        try:
            separator = csv.Sniffer().sniff(sample, ",;\t|").delimiter
        except csv.Error:  # too little text to tell
            separator = ","
        width = None
        for line in filter(None, csv.reader(file, delimiter=separator, strict=True)):
            width = width or len(line)
            if len(line) != width:
                raise ValueError(f"a line has {len(line)} cells, the header {width}")
            yield line


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() in (".parquet", ".pq")


def _points(piece: Piece, columns: Mapping[str, str], first: int) -> tuple[Rows, list[str]]:
    """The rows that are points, and what is wrong with the first others; rows count from `first`."""
    found: Rows = {}
    wrong: dict[str, NDArray[np.bool_]] = {}
    for key, name in columns.items():
        found[key], wrong[key] = (_texts if key in _TEXT else _numbers)(piece[name])
        if key in _REQUIRED:
            empty = [value is None or value != value for value in found[key].tolist()]
            wrong[key] = wrong[key] | np.array(empty, dtype=bool)
    any_wrong = np.any([*wrong.values()], axis=0)
    faults = []
    for row in np.flatnonzero(any_wrong)[:_SHOWN].tolist():
        key = next(key for key, faulty in wrong.items() if faulty[row])
        value = piece[columns[key]][row]
        faults.append(f"row {first + row:,}: {key} is {'empty' if value is None else repr(value)[:40]}")
    return {key: values[~any_wrong] for key, values in found.items()}, faults


def _texts(values: Sequence[Any]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Texts; and which cells are empty text, though not null."""
    known: dict[Any, str | None] = {value: None if value is None else str(value) for value in {*values}}
    texts = np.empty(len(values), dtype=object)  # one text for all rows that hold it
    texts[:] = [known[value] for value in values]
    return texts, np.array([value == "" for value in values], dtype=bool)


def _numbers(values: Sequence[Any]) -> tuple[Floats, NDArray[np.bool_]]:
    """Numbers, NaN where a cell is empty; and which are neither empty nor a finite number."""
    numbers = np.full(len(values), np.nan)
    faulty = np.zeros(len(values), dtype=bool)
    for row, value in enumerate(values):
        if isinstance(value, str):
            value = value.strip()
            if not _NUMBER.fullmatch(value):
                faulty[row] = True
                continue
        if value is not None:
            numbers[row] = float(value)
            faulty[row] = math.isinf(numbers[row])
    return numbers, faulty
