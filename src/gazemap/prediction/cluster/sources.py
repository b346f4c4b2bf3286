"""The images of a shard, one after another: what is in files of their own is opened where it is decoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from gazemap.errors import DataError
from gazemap.images.opening import MAX_BYTES
from gazemap.prediction.cluster.manifest import Row
from gazemap.prediction.cluster.stores import is_address, parquet_source, read_object, read_range

Source = Callable[[], "Path | bytes"]  # what is decoded; called in a thread
_BATCH = 16  # rows of a Parquet file that are read at once


def sources(rows: Sequence[Row]) -> Iterator[tuple[Row, Source]]:
    """Each image with a function that gives its file or its bytes, in order.

    A row group of a Parquet file is read once for all its images that follow each other in the shard.
    """
    for (path, column), group in groupby(rows, key=lambda row: (row.path, row.column)):
        if column is None:
            yield from ((row, _file_or_part(row)) for row in group)
        else:
            yield from _of_table(path, column, list(group))


def _file_or_part(row: Row) -> Source:
    if row.offset is None and is_address(row.path):
        return lambda: read_object(row.path, most=MAX_BYTES)
    if row.offset is None:
        return lambda: Path(row.path)
    return lambda: _part(row.path, row.offset or 0, row.size or 0)


def _part(path: str, offset: int, size: int) -> bytes:
    if size > MAX_BYTES:
        raise _too_large(path, size)
    if is_address(path):
        return read_range(path, offset, size)
    try:
        with open(path, "rb") as file:
            file.seek(offset)
            content = file.read(size)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    if len(content) != size:
        raise DataError(f"{path} ends before the image does. It was changed: make the manifest anew.")
    return content


def _of_table(path: str, column: str, rows: Sequence[Row]) -> Iterator[tuple[Row, Source]]:
    wanted = iter(rows)
    row = next(wanted)
    try:
        with pq.ParquetFile(parquet_source(path)) as file:
            for first, values in _batches(file, column, row.row or 0):
                while row.row is not None and first <= row.row < first + len(values):
                    yield row, _given(values[row.row - first], path)
                    following = next(wanted, None)
                    if following is None:
                        return
                    row = following
    except (OSError, pa.ArrowException, DataError) as error:
        reason = str(error)
    else:
        reason = "it has fewer rows"
    damage = DataError(f"{path} cannot be read: {reason}. Where it was changed, make the manifest anew.")
    yield from ((left, _raising(damage)) for left in (row, *wanted))


def _batches(file: pq.ParquetFile, column: str, start: int) -> Iterator[tuple[int, list[Any]]]:
    """(the first row, values) in pieces, from the row group on that has `start`."""
    first, group = 0, 0
    while group < file.num_row_groups and first + file.metadata.row_group(group).num_rows <= start:
        first += file.metadata.row_group(group).num_rows
        group += 1
    groups = range(group, file.num_row_groups)
    for batch in file.iter_batches(_BATCH, row_groups=groups, columns=[column]):
        if first + batch.num_rows > start:
            yield first, batch[column].to_pylist()
        first += batch.num_rows


def _given(value: Any, path: str) -> Source:  # noqa: ANN401 - of any column
    content = value.get("bytes") if isinstance(value, dict) else value
    if not isinstance(content, bytes):
        return _raising(DataError(f"{path} holds no bytes in this row."))
    if len(content) > MAX_BYTES:
        return _raising(_too_large(path, len(content)))
    return lambda: content


def _too_large(path: str, size: int) -> DataError:
    return DataError(f"An image in {path} must have up to {MAX_BYTES:,} bytes, got {size:,}.")


def _raising(error: DataError) -> Source:
    def fail() -> bytes:
        raise error

    return fail
