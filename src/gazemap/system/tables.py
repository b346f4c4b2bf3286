"""Tables in Parquet files, by arro3: columns of texts and of numbers.

pyarrow would do more, and takes 180 MB. An arro3 table is one to every library that knows Arrow, as in
`pyarrow.table(table)` and `polars.from_arrow(table)`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import numpy as np
from arro3.core import (
    Array,
    ChunkedArray,
    DataType,
    Field,
    RecordBatch,
    RecordBatchReader,
    Schema,
    Table,
    dictionary_dictionary,
    dictionary_indices,
)
from arro3.io import read_parquet as _read_parquet
from arro3.io import write_parquet as _write_parquet
from numpy.typing import NDArray

from gazemap.errors import MissingPackageError
from gazemap.system.contained import failure_of
from gazemap.system.fingerprint import file_digest
from gazemap.types import Floats

Kind = Literal["text", "int32", "int64", "float64"]
Kinds = Mapping[str, Kind]  # of a table's columns, in their order
Columns = Mapping[str, Sequence[Any] | NDArray[Any]]

_TYPES = {
    "text": DataType.string(),
    "int32": DataType.int32(),
    "int64": DataType.int64(),
    "float64": DataType.float64(),
}
_CODED = DataType.dictionary(DataType.int32(), DataType.string())
_ROWS = 1 << 16  # read at once
_FORMULA = re.compile("'*[=+@\\t-]")  # behind apostrophes, so that taking off one gives the text back
_MAGIC = b"PAR1"  # at both ends of a Parquet file
_KEPT = 4096
_harmless: set[bytes] = set()  # digests of contents that were read, at most so many


def table_of(columns: Columns, kinds: Kinds, metadata: Mapping[str, str] | None = None) -> Table:
    """A table of columns of equal length; None is null.

    Raises:
        KeyError: a column of `kinds` is missing.
    """
    arrays = [_array(columns[name], kind) for name, kind in kinds.items()]
    return Table.from_arrays(arrays, names=list(kinds), metadata=dict(metadata or {}))


def read_parquet(path: Path) -> Table:
    """The table in a file. A content that this process has not read yet is tried in a copy of the process.

    Raises:
        OSError: it cannot be opened.
        ValueError: it is damaged or no Parquet file.
    """
    with path.open("rb") as file:
        start = file.read(len(_MAGIC))
        file.seek(max(file.seek(0, 2) - len(_MAGIC), 0))
        if not start == file.read() == _MAGIC:
            raise ValueError("it is cut off, or no Parquet file")

    def read() -> Table:
        return _read_parquet(path, batch_size=_ROWS).read_all()

    content = file_digest(path)
    if content in _harmless:
        return read()
    if reason := failure_of(read):  # some damage ends the process
        raise ValueError(reason)
    if len(_harmless) >= _KEPT:
        _harmless.clear()
    _harmless.add(content)
    return read()


def write_parquet(table: Table | RecordBatchReader, path: Path) -> None:
    """Write a table, with its metadata.

    Raises:
        OSError: the file cannot be written.
    """
    try:
        _write_parquet(table, path, compression="snappy")
    except BaseException as error:  # what it raises on a full disk is no Exception
        if type(error).__name__ != "PanicException":
            raise
        reason = re.search(r'message: "([^"]*)"', str(error))
        raise OSError(reason[1] if reason else str(error)) from error


def write_batches(batches: Iterable[Columns], kinds: Kinds, path: Path) -> None:
    """Write a table in pieces, each made when the last is written.

    Raises:
        OSError: the file cannot be written.
    """
    schema = Schema([Field(name, _TYPES[kind]) for name, kind in kinds.items()])
    pieces = (
        RecordBatch.from_arrays([_array(batch[name], kind) for name, kind in kinds.items()], schema=schema)
        for batch in batches
    )
    write_parquet(RecordBatchReader.from_batches(schema, pieces), path)


def write_csv(table: Table, path: Path) -> None:
    """Write a table as text, with a header; null is empty.

    Spreadsheets run a text that begins as a formula, such as the name of an image "=1+1". It gets an
    apostrophe in front, which they do not show; `text_of_cell` takes it off.

    Raises:
        OSError: the file cannot be written.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.column_names)
        columns = (map(as_cell, table[name].to_pylist()) for name in table.column_names)
        writer.writerows(zip(*columns, strict=True))


def text_of_cell(cell: str) -> str:
    """The text that `write_csv` wrote as this cell."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell, 1) else cell


def as_cell(value: Any) -> Any:  # noqa: ANN401 - of any kind
    """A value as a cell of CSV: see `write_csv`."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def cast(table: Table, kinds: Kinds) -> Table:
    """These columns of a table, as these kinds; its metadata is kept.

    Raises:
        ValueError: a column is missing, or holds a value that is none of its kind; says which.
    """
    arrays = []
    for name, kind in kinds.items():
        if name not in table.column_names:
            raise ValueError(f"there is no column {name}")
        column = table[name]
        try:
            arrays.append(column.cast(_TYPES[kind]))
        except Exception as error:
            raise ValueError(f"{name} cannot be read as {kind} ({error})") from error
        if arrays[-1].null_count != column.null_count:
            raise ValueError(f"{name} holds values that are no {kind}")
    return Table.from_arrays(arrays, names=list(kinds), metadata=table.schema.metadata)


def numbers(column: ChunkedArray) -> Floats:
    """(rows,): a column of numbers, NaN where it is null."""
    plain = column.null_count or not len(column)
    return np.array(column.to_pylist() if plain else column.to_numpy(), dtype=np.float64)


def is_known(column: ChunkedArray) -> NDArray[np.bool_]:
    """(rows,): where a column is not null."""
    if not column.null_count:
        return np.ones(len(column), dtype=bool)
    return np.array([value is not None for value in column.to_pylist()])


def coded(column: ChunkedArray) -> tuple[list[str], NDArray[np.int32]]:
    """The different texts of a column, and the index of each row's text among them; -1 where it is null."""
    if not len(column):
        return [], np.zeros(0, np.int32)
    array = column.cast(_TYPES["text"]).combine_chunks().cast(_CODED)
    indices: Any = dictionary_indices(array)
    codes = np.array(
        [-1 if code is None else code for code in indices.to_pylist()]
        if indices.null_count
        else indices.to_numpy(),
        dtype=np.int32,
    )
    return [*dictionary_dictionary(array).to_pylist()], codes


def rows_of(table: Table) -> list[dict[str, Any]]:
    """A dictionary per row; null is None."""
    columns = [table[name].to_pylist() for name in table.column_names]
    return [dict(zip(table.column_names, row, strict=True)) for row in zip(*columns, strict=True)]


def _array(values: Sequence[Any] | NDArray[Any], kind: Kind) -> Array:
    if isinstance(values, np.ndarray) and kind != "text":
        return Array.from_numpy(np.ascontiguousarray(values, dtype=kind))
    return Array(
        [*values] if kind != "text" else [None if v is None else str(v) for v in values], _TYPES[kind]
    )


def as_frame(table: Table) -> Any:  # noqa: ANN401 - pandas is not needed otherwise
    """The same as a pandas.DataFrame; null is NaN in columns of floats, and None elsewhere.

    Raises:
        MissingPackageError: pandas is not installed.
    """
    if find_spec("pandas") is None:
        raise MissingPackageError(
            "to_pandas needs the package pandas, which is not installed. Install it: pip install pandas. "
            "to_arrow gives the same table without it."
        )
    import pandas

    columns = ((name, table[name]) for name in table.column_names)
    return pandas.DataFrame(
        {
            name: numbers(column) if column.type == _TYPES["float64"] else column.to_pylist()
            for name, column in columns
        }
    )
