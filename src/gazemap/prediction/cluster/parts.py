"""What is written of a shard: a Parquet file, `part-000123.parquet`, with a row per image."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gazemap.errors import DataError, check_name
from gazemap.prediction.files.outputs import levels
from gazemap.prediction.prediction import Prediction
from gazemap.prediction.summary import summarize
from gazemap.types import Floats, Size

DENSITIES = ("float16", "uint8")
MADE_BY = b"gazemap_made_by"
_MOST = float(np.finfo(np.float16).max)
_GROUP = 256  # rows that are written at once
_POINT = pa.struct([("x", pa.float32()), ("y", pa.float32()), ("share", pa.float32())])
_TYPES = {"float16": pa.float16(), "uint8": pa.uint8()}

PartRow = Mapping[str, Any]


def part_name(shard: int) -> str:
    """The name of a shard's file."""
    return f"part-{shard:06d}.parquet"


def part_number(name: str) -> int | None:
    """The shard that a file is of; None for any other file."""
    start, _, end = name.partition(".")
    is_part = start.startswith("part-") and end == "parquet" and start[5:].isdecimal()
    return int(start[5:]) if is_part else None


def part_schema(density: str) -> pa.Schema:
    """The columns.

    Args:
        density: a key of `DENSITIES`.

    Raises:
        InputError: there is no such one.
    """
    check_name("density", density, DENSITIES)
    return pa.schema(
        [
            ("image_id", pa.string()),
            ("width", pa.int32()),
            ("height", pa.int32()),
            ("density_width", pa.int32()),
            ("density_height", pa.int32()),
            ("density", pa.list_(_TYPES[density])),
            ("points", pa.list_(_POINT)),
            ("thirds", pa.list_(pa.float32())),
            ("notes", pa.string()),
            ("error", pa.string()),
        ]
    )


def predicted_row(image_id: str, prediction: Prediction, density: str) -> PartRow:
    """The row of an image that was predicted."""
    size = prediction.placement.size
    cells = grid_size(prediction)
    values = prediction.at_size(cells).joined
    numbers = summarize(values, size)
    return {
        "image_id": image_id,
        "width": size[1],
        "height": size[0],
        "density_width": cells[1],
        "density_height": cells[0],
        "density": _packed(values, density),
        "points": numbers["points"],
        "thirds": np.ravel(numbers["thirds"]),
        "notes": "; ".join(prediction.notes) or None,
    }


def failed_row(image_id: str, reason: str) -> PartRow:
    """The row of an image that could not be predicted."""
    return {"image_id": image_id, "error": reason}


def grid_size(prediction: Prediction) -> Size:
    """(h, w) at which the whole image is about as fine as what the network put out for it."""
    fold = prediction.folds[0]
    height, width = (
        max(1, round(whole / side * content / frame * cells))
        for whole, side, content, frame, cells in zip(
            prediction.placement.size,
            fold.placement.size,
            fold.placement.content,
            fold.placement.frame,
            fold.grid.shape,
            strict=True,
        )
    )
    return height, width


def _packed(density: Floats, kind: str) -> np.ndarray[Any, Any]:
    """A density in few bits; divided by its sum, it is one again.

    float16 holds it in times chance, whose mean is 1: probabilities of single cells are too small for it.
    """
    if kind == "uint8":
        return levels(density, 8).ravel()
    return np.ravel(density * density.size).clip(max=_MOST).astype(np.float16)


def write_part(
    rows: Iterable[PartRow], path: Path, density: str, made_by: Mapping[str, Any], shard: int
) -> None:
    """Write a shard's rows, some hundred at a time."""
    with _writer(path, density, made_by, shard) as writer:
        rest = iter(rows)
        while group := list(islice(rest, _GROUP)):
            writer.write_table(_table(group, density))


def rewrite_part(
    old: Path, rows: Iterator[PartRow], path: Path, density: str, made_by: Mapping[str, Any], shard: int
) -> None:
    """Write a part anew, with new rows in place of those that failed.

    Args:
        old: the part as it is.
        rows: of the images that failed, in order.
        path: of the new one.
        density: as for `write_part`, like the others.
        made_by: what made it.
        shard: its number.
    """
    with _writer(path, density, made_by, shard) as writer, opened_part(old) as file:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            failed = [
                index for index, is_none in enumerate(table["error"].is_null().to_pylist()) if not is_none
            ]
            places = np.arange(table.num_rows)
            places[failed] = table.num_rows + np.arange(len(failed))
            new = _table(list(islice(rows, len(failed))), density)
            writer.write_table(pa.concat_tables([table, new]).take(pa.array(places)).combine_chunks())


def failed_places(path: Path) -> list[int]:
    """The places in a shard, from 0, of the images that failed."""
    with opened_part(path) as file:
        errors = file.read(columns=["error"])["error"].to_pylist()
    return [place for place, error in enumerate(errors) if error is not None]


def has_failed(path: Path) -> bool:
    """Whether an image of a part failed, by what the end of the file says."""
    with opened_part(path) as file:
        column = file.schema_arrow.get_field_index("error")
        # only flat columns follow the nested ones, so that the last of the file is this one
        last = file.metadata.num_columns - 1
        assert file.metadata.schema.column(last).name == file.schema_arrow.names[column]
        groups = (file.metadata.row_group(group) for group in range(file.metadata.num_row_groups))
        return any(group.column(last).statistics.null_count < group.num_rows for group in groups)


def opened_part(path: Path) -> pq.ParquetFile:
    """A part.

    Raises:
        DataError: it is damaged.
    """
    try:
        return pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"{path} is damaged ({error}). Remove it, and run the same command again.") from error


def _writer(path: Path, density: str, made_by: Mapping[str, Any], shard: int) -> pq.ParquetWriter:
    schema = part_schema(density).with_metadata(
        {MADE_BY: json.dumps(made_by, sort_keys=True).encode(), b"gazemap_shard": str(shard).encode()}
    )
    return pq.ParquetWriter(
        path, schema, compression="zstd", use_dictionary=False, write_statistics=["error", "image_id"]
    )


def _table(rows: Sequence[PartRow], density: str) -> pa.Table:
    schema = part_schema(density)
    arrays = [
        _lists([row.get(field.name) for row in rows], field.type)
        if field.name in ("density", "thirds")
        else pa.array([row.get(field.name) for row in rows], field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _lists(values: Sequence[Any], kind: pa.ListType) -> pa.ListArray:
    """Arrays of numbers as one array of lists, without a Python object per number."""
    lengths = [0 if value is None else len(value) for value in values]
    parts = [np.asarray(value) for value in values if value is not None] or [np.zeros(0)]
    flat = pa.array(np.concatenate(parts).astype(kind.value_type.to_pandas_dtype()), kind.value_type)
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    missing = pa.array([value is None for value in values], pa.bool_())
    return pa.ListArray.from_arrays(offsets, flat, kind, mask=missing)
