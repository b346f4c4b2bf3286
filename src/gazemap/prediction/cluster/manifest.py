"""The manifest: a Parquet file that says, once and for all, which images belong to which shard."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from gazemap.errors import DataError, InputError
from gazemap.prediction.cluster.stores import parquet_source
from gazemap.system.files import replacing

SHARD = 5000  # images
_KEY = b"gazemap_manifest"
_ROWS = 1 << 16  # of a row group, about; it holds whole shards, so that reading one reads little else
_SCHEMA = pa.schema(
    [
        ("shard", pa.int32()),
        ("image_id", pa.string()),
        ("path", pa.string()),
        ("offset", pa.int64()),
        ("size", pa.int64()),
        ("column", pa.string()),
        ("row", pa.int64()),
    ]
)


@dataclass(frozen=True)
class Row:
    """Where one image lies.

    Attributes:
        image_id: its name in the results.
        path: of its file, or its address; or of the tar or Parquet file that holds it.
        offset: where its bytes begin in a tar file.
        size: how many bytes these are.
        column: of a Parquet file, which holds the bytes of images.
        row: of that file.
    """

    image_id: str
    path: str
    offset: int | None = None
    size: int | None = None
    column: str | None = None
    row: int | None = None


def write_manifest(rows: Iterable[Row], out: Path, *, shard_size: int = SHARD) -> int:
    """Write a manifest, in memory that does not grow with it.

    Args:
        rows: of all images, in the order in which they fill the shards.
        out: the file.
        shard_size: images of a shard; the last may have fewer.

    Returns:
        how many rows there are.

    Raises:
        InputError: there are none, or a shard of no images is asked for.
        OutputError: it cannot be written.
    """
    if shard_size < 1:
        raise InputError(f"A shard must have at least 1 image, got {shard_size}.")
    step, count, content = max(1, _ROWS // shard_size) * shard_size, 0, hashlib.sha256()
    rest = iter(rows)
    with (
        replacing(out) as temporary,
        pq.ParquetWriter(temporary, _SCHEMA, compression="zstd", write_statistics=False) as writer,
    ):
        while group := list(islice(rest, step)):
            columns = {name: [getattr(row, name) for row in group] for name in _SCHEMA.names[1:]}
            shards = [(count + index) // shard_size for index in range(len(group))]
            batch = pa.RecordBatch.from_pydict({"shard": shards, **columns}, schema=_SCHEMA)
            content.update(batch.serialize())
            writer.write_batch(batch, row_group_size=step)
            count += len(group)
        if not count:
            raise InputError("There are no images for a manifest. Name a folder, a list, or files of images.")
        made = _Stated(shard_size, count, content.hexdigest()[:16])
        writer.add_key_value_metadata({_KEY: json.dumps(asdict(made)).encode()})
    return count


@dataclass(frozen=True)
class _Stated:
    """What a manifest says of itself."""

    shard_size: int
    images: int
    digest: str


class Manifest:
    """An opened manifest.

    Attributes:
        images: how many there are.
        shard_size: how many make a shard.
        digest: of all rows.
    """

    def __init__(self, name: str) -> None:
        """Open one.

        Args:
            name: its path or address.

        Raises:
            DataError: it is no manifest; says how one is made.
        """
        try:
            self._file = pq.ParquetFile(parquet_source(name))
            stated = _Stated(**json.loads(self._file.metadata.metadata[_KEY]))
        except (OSError, pa.ArrowException, ValueError, KeyError, TypeError) as error:
            reason = "there is no such file" if isinstance(error, FileNotFoundError) else "it is none"
            raise DataError(
                f"{name} cannot be read as a manifest ({reason}). Make one: gazemap manifest SOURCE --out "
                "manifest.parquet."
            ) from error
        self.name = name
        self.images, self.shard_size, self.digest = stated.images, stated.shard_size, stated.digest

    def __len__(self) -> int:
        """How many shards there are."""
        return -(-self.images // self.shard_size)

    def shard(self, number: int) -> list[Row]:
        """The rows of a shard, from 0.

        Raises:
            DataError: the file is damaged.
        """
        in_group = max(1, _ROWS // self.shard_size)
        group, index = divmod(number, in_group)
        try:
            table = self._file.read_row_group(group).slice(index * self.shard_size, self.shard_size)
        except (OSError, pa.ArrowException) as error:
            raise DataError(f"{self.name} is damaged at shard {number} ({error}). Make it anew.") from error
        return [Row(**values) for values in table.drop_columns("shard").to_pylist()]
