"""Where images lie -> the rows of a manifest, one after another: folders, lists, tar files, Parquet files."""

from __future__ import annotations

import glob
import os
import tarfile
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from gazemap.errors import DataError, InputError
from gazemap.images.formats import ENDINGS
from gazemap.prediction.cluster.manifest import Row
from gazemap.prediction.cluster.stores import absolute, is_address, objects_below, open_file, parquet_source
from gazemap.prediction.files.folders import Besides, walk
from gazemap.prediction.files.lists import listed

_IDS = ("image_id", "id", "key", "__key__")  # columns of foreign tables, the first that is there
_PATHS = ("path", "url", "file", "file_name")
_BATCH = 1 << 12  # rows


class Listing:
    """The rows of some sources; one pass over them, in memory that does not grow.

    Attributes:
        besides: what folders hold that is no image to be read.
        passed: how many files in tar files and buckets are no images.
    """

    def __init__(self, sources: Sequence[str], column: str | None = None) -> None:
        """Take the sources.

        Args:
            sources: folders, image files, patterns, "@list.txt", .tar files, .parquet files; also at
                addresses, where a folder's ends in "/".
            column: of Parquet files, with the images' bytes or paths; found by itself where it is clear.
        """
        self._sources = sources
        self._column = column
        self.besides = Besides()
        self.passed = 0

    def __iter__(self) -> Iterator[Row]:
        """Each image.

        Raises:
            DataError: a tar file or a Parquet file is damaged, or a list cannot be read.
            InputError: a Parquet file without images, or a compressed tar file.
        """
        for source in self._sources:
            yield from self._rows(source)

    def notes(self) -> list[str]:
        """What was passed over, in sentences."""
        rest = [f"{self.passed:,} files in tar files or buckets are no images and were passed over."]
        return self.besides.notes() + rest * bool(self.passed)

    def _rows(self, source: str) -> Iterator[Row]:
        if source.startswith("@") and not os.path.exists(source):
            yield from _of_list(source[1:])
        elif os.path.isdir(source):
            yield from self._of_folder(source)
        elif is_address(source) and source.endswith("/"):
            yield from self._of_bucket(source)
        elif glob.has_magic(source) and not os.path.exists(source) and not is_address(source):
            for path in sorted(glob.iglob(source, recursive=True)):
                yield from self._rows(path)
        elif source.lower().endswith(".tar"):
            yield from self._of_tar(source)
        elif source.lower().endswith((".tar.gz", ".tgz", ".tar.zst", ".tar.bz2", ".tar.xz")):
            raise InputError(f"{source} is compressed, so that no image in it can be read alone. Unpack it.")
        elif source.lower().endswith(".parquet"):
            yield from _of_table(source, self._column)
        else:
            yield Row(source, absolute(source))

    def _of_folder(self, folder: str) -> Iterator[Row]:
        start = len(os.path.join(folder, ""))
        for entry in walk(folder, set()):
            if entry.kind == "image":
                yield Row(entry.path[start:].lstrip(os.sep), absolute(entry.path))
            else:
                self.besides.add(entry)

    def _of_bucket(self, address: str) -> Iterator[Row]:
        for found in objects_below(address):
            if found.lower().endswith(ENDINGS):
                yield Row(found[len(address) :], found)
            else:
                self.passed += 1

    def _of_tar(self, path: str) -> Iterator[Row]:
        """The images of a WebDataset's shard, or any other tar file."""
        name, whole = os.path.basename(path), absolute(path)
        try:
            with open_file(path) as file, tarfile.open(fileobj=file, mode="r:") as archive:
                for member in archive:
                    archive.members = []  # type: ignore[attr-defined]  # it would keep all
                    if member.isreg() and member.name.lower().endswith(ENDINGS) and not member.issparse():
                        yield Row(f"{name}/{member.name}", whole, member.offset_data, member.size)
                    else:
                        self.passed += not member.isdir()
        except (OSError, tarfile.TarError) as error:
            raise DataError(f"{path} cannot be read as a tar file ({error}). Replace it.") from error


def _of_list(name: str) -> Iterator[Row]:
    try:
        if name == "-":
            raise InputError("A manifest is made from a list in a file: @list.txt.")
        with open(name, "rb") as file:
            beside = os.path.join(os.path.dirname(name), "")
            for path in listed(file, os.path.dirname(name)):
                yield Row(path.removeprefix(beside), absolute(path))
    except OSError as error:
        raise InputError(f"The list {name} cannot be read: {error.strerror}.") from error


def _of_table(path: str, column: str | None) -> Iterator[Row]:
    """A Parquet file with images' bytes, or with their paths or addresses."""
    try:
        with pq.ParquetFile(parquet_source(path)) as file:
            schema = file.schema_arrow
            chosen = column or _column(schema, path)
            if chosen not in schema.names:
                raise InputError(
                    f"{path} has no column {chosen}. It has {', '.join(schema.names)}: name one by --column."
                )
            ids = next((name for name in _IDS if name in schema.names and name != chosen), None)
            holds_bytes = not _is_text(schema.field(chosen).type)
            wanted = [ids] * bool(ids) + [chosen] * (not holds_bytes)
            name, whole, row = os.path.basename(path), absolute(path), 0
            for batch in file.iter_batches(_BATCH, columns=wanted):
                names = batch[ids].to_pylist() if ids else [None] * batch.num_rows
                paths = [None] * batch.num_rows if holds_bytes else batch[chosen].to_pylist()
                for own, place in zip(names, paths, strict=True):
                    if holds_bytes:
                        image_id = f"{name}/{row}" if own is None else str(own)
                        yield Row(image_id, whole, column=chosen, row=row)
                    else:
                        yield Row(str(place) if own is None else str(own), absolute(str(place)))
                    row += 1
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"{path} cannot be read as a Parquet file ({error}). Replace it.") from error


def _column(schema: pa.Schema, path: str) -> str:
    """The one column that can hold images."""
    holding = [field.name for field in schema if is_bytes(field.type)]
    if not holding:
        holding = [name for name in _PATHS if name in schema.names and _is_text(schema.field(name).type)]
    if len(holding) != 1:
        found = f"may be in {', '.join(holding)}" if holding else "are in none that can be told"
        raise InputError(
            f"{path} has the columns {', '.join(schema.names)}, and images {found}. Name the column with "
            "--column: it holds images' bytes, their paths or their addresses."
        )
    return str(holding[0])


def is_bytes(kind: pa.DataType) -> bool:
    """Whether a column of this type holds bytes, or bytes with a path, as Hugging Face writes them."""
    if pa.types.is_struct(kind):
        return bool(kind.get_field_index("bytes") >= 0)
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
