"""The rows of a table of points: text with any separator or Parquet, taken piece by piece."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.data.dataset import SetAside
from gazemap.data.importers.numerals import Decimal, decimal_of, numbers
from gazemap.data.importers.text_tables import EMPTY, TextTable, text_table
from gazemap.errors import DataError, meant
from gazemap.system.tables import read_parquet

OPTIONAL = ("observer", "onset", "duration", "split")
TABLES = (".csv", ".tsv", ".txt", ".parquet", ".pq")  # .gz may follow
_REQUIRED = ("image", "x", "y")
_TEXT = ("image", "observer", "split")
_PIECE = 2**16  # rows
_SHOWN = 3  # rows that are named in a message
_MARKS = {",": "comma", ".": "point"}

Piece = dict[str, Sequence[Any]]  # column -> the values of some rows; None where a cell is empty
Rows = dict[str, NDArray[Any]]  # what a column is for -> its values: texts, None where empty; or float64, NaN


@dataclass(frozen=True, eq=False)
class ReadRows:
    """The points of a table.

    Attributes:
        rows: an array for each column that was asked for.
        set_aside: the rows that are no points, listed.
        notes: what was assumed of the text.
    """

    rows: Rows
    set_aside: tuple[SetAside, ...]
    notes: tuple[str, ...]


def read_rows(
    path: Path,
    required: Mapping[str, str],
    named: Mapping[str, str | None],
    decimal: Decimal | None = None,
) -> ReadRows:
    """The points of a table, of which only the columns that are asked for are kept.

    Args:
        path: .parquet, or else text with a header, which may be packed (.gz).
        required: the columns of "image", "x" and "y".
        named: the columns of `OPTIONAL`; None stands for a column of the same name, where there is one.
        decimal: the decimal mark of a text; by default that of most numbers.

    Returns:
        for each of those keys texts (None where a cell is empty) or float64 (NaN).

    Raises:
        DataError: damaged, no such column (with the nearest), or not one row is a point.
    """
    pieces: list[Rows] = []
    faults: list[str] = []
    rows = wrong = 0
    mark = decimal
    try:
        text = None if _is_parquet(path) else _text(path, required, named)
        columns = _columns(path, text, required, named)
        for piece in _pieces(path, text, [*columns.values()]):
            of_numbers = [piece[name] for key, name in columns.items() if key not in _TEXT]
            mark = mark or decimal_of(of_numbers, str(path))
            points, found = _points(piece, columns, rows + 1, mark, decimal is not None)
            pieces.append(points)
            faults += found[: _SHOWN - len(faults)]
            count = len(piece[columns["image"]])
            rows += count
            wrong += count - len(points["image"])
    except (OSError, EOFError, ValueError, zlib.error, csv.Error) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path} is damaged or no table ({error}).") from error
    listed = "; ".join(faults) + (f"; and {wrong - _SHOWN:,} more rows" if wrong > _SHOWN else "")
    if wrong == rows:
        raise DataError(f"{path} has no row with an image and the numbers x and y. {listed}".rstrip())
    notes = [*text.notes] if text else []
    if text and mark == "," and not decimal:
        notes.append("numbers have a decimal comma, as most of them show")
    set_aside = (SetAside(item=path.name, reason=listed),) if wrong else ()
    whole = {key: np.concatenate([points[key] for points in pieces]) for key in columns}
    return ReadRows(whole, set_aside, tuple(notes))


def _text(path: Path, required: Mapping[str, str], named: Mapping[str, str | None]) -> TextTable:
    return text_table(path, [*required.values(), *filter(None, named.values())])


def _columns(
    path: Path, text: TextTable | None, required: Mapping[str, str], named: Mapping[str, str | None]
) -> dict[str, str]:
    present = [*text.header] if text else list(read_parquet(path).column_names)
    columns = {**required, **{key: name for key, name in named.items() if name is not None}}
    for key, name in columns.items():
        if name not in present:
            raise DataError(
                f"{path} has no column {name!r} for {key}.{meant(name, present)} "
                f"Its columns: {', '.join(present) or 'none'}. Say which it is: {key}=NAME."
            )
    columns |= {key: key for key, name in named.items() if name is None and key in present}
    for key, name in columns.items():
        if present.count(name) > 1:
            raise DataError(
                f"{path} has {present.count(name)} columns {name!r}, for {key}. Rename the others."
            )
    return columns


def _pieces(path: Path, text: TextTable | None, names: Sequence[str]) -> Iterator[Piece]:
    if text is None:
        table = read_parquet(path)
        yield {name: [*table[name].to_pylist()] for name in names}
        return
    lines = text.rows()
    places = {name: text.header.index(name) for name in names}
    while piece := list(islice(lines, _PIECE)):
        columns = list(zip(*piece, strict=True))
        yield {name: [None if v in EMPTY else v for v in columns[place]] for name, place in places.items()}


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() in (".parquet", ".pq")


def _points(
    piece: Piece, columns: Mapping[str, str], first: int, mark: Decimal, stated: bool
) -> tuple[Rows, list[str]]:
    """The rows that are points, and what is wrong with the first others; rows count from `first`."""
    found: Rows = {}
    wrong: dict[str, NDArray[np.bool_]] = {}
    for key, name in columns.items():
        found[key], wrong[key] = (
            _texts(piece[name]) if key in _TEXT else numbers(piece[name], mark, stated=stated)
        )
        if key in _REQUIRED:
            empty = [value is None or value != value for value in found[key].tolist()]
            wrong[key] = wrong[key] | np.array(empty, dtype=bool)
    any_wrong = np.any([*wrong.values()], axis=0)
    faults = []
    for row in np.flatnonzero(any_wrong)[:_SHOWN].tolist():
        key = next(key for key, faulty in wrong.items() if faulty[row])
        value = piece[columns[key]][row]
        faults.append(f"row {first + row:,}: {key} is {_shown(value, key, mark)}")
    return {key: values[~any_wrong] for key, values in found.items()}, faults


def _shown(value: object, key: str, mark: Decimal) -> str:
    """A cell that is no number or no text, with the decimal mark that would make it one."""
    if value is None:
        return "empty"
    other: Decimal = "." if mark == "," else ","
    is_number = key not in _TEXT and not numbers([value], other, stated=True)[1][0]
    hint = f" (with a decimal {_MARKS[other]}: decimal={other})" if is_number and value == value else ""
    return repr(value)[:40] + hint


def _texts(values: Sequence[Any]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Texts; and which cells are empty text, though not null."""
    known: dict[Any, str | None] = {
        value: None if value is None else str(value).strip() for value in {*values}
    }
    texts = np.empty(len(values), dtype=object)  # one text for all rows that hold it
    texts[:] = [known[value] for value in values]
    return texts, np.array([value == "" for value in texts], dtype=bool)
