"""Images, wherever they lie -> a manifest: made once, by one command."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gazemap.prediction.cluster.listing import Listing
from gazemap.prediction.cluster.manifest import SHARD, Manifest, write_manifest
from gazemap.prediction.cluster.stores import is_address, write_object
from gazemap.system.plain import plain
from gazemap.system.progress import bar
from gazemap.system.writing import check_writable


@dataclass(frozen=True)
class ManifestMade:
    """What `make_manifest` returns.

    Attributes:
        file: the path or the address of the manifest.
        images: how many it lists.
        shards: how many there are.
        shard_size: images of a shard.
        besides: what was passed over, in sentences.
    """

    file: str
    images: int
    shards: int
    shard_size: int
    besides: tuple[str, ...]

    def notes(self) -> list[str]:
        """The same in sentences."""
        shards = "1 shard" if self.shards == 1 else f"{self.shards:,} shards"
        images = "1 image" if self.images == 1 else f"{self.images:,} images"
        return [f"{self.file} lists {images} in {shards} of {self.shard_size:,}.", *self.besides]

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        values: dict[str, Any] = plain(asdict(self))
        return values


def make_manifest(
    sources: Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    *,
    shard_size: int = SHARD,
    column: str | None = None,
    progress: bool = False,
) -> ManifestMade:
    """List images in a manifest, which says what belongs to which shard: for `predict_manifest`.

    Nothing is decoded, and memory does not grow with the number of images. The order is that of the
    sources; of a folder, that of the file system.

    Args:
        sources: folders, image files, patterns, "@list.txt" (paths or addresses), tar files as WebDataset
            writes them, and Parquet files with images' bytes, paths or addresses.
        out: the new file, or its address; its name ends in .parquet.
        shard_size: images of a shard. One task turns it into one file: a minute's work is a good size.
        column: of Parquet files, which holds the images; found by itself where only one can.
        progress: show a bar.

    Raises:
        InputError: there are no images, a Parquet file does not say where they are, a tar file is
            compressed, or a list cannot be read.
        DataError: a tar or Parquet file is damaged.
        OutputError: `out` cannot be written.
    """
    name = os.fspath(out)
    listing = Listing([os.fspath(source) for source in sources], column)
    with _written(name) as file:
        write_manifest(bar(listing, "Listing", progress=progress), file, shard_size=shard_size)
        made = Manifest(str(file))
    return ManifestMade(name, made.images, len(made), made.shard_size, tuple(listing.notes()))


@contextmanager
def _written(name: str) -> Iterator[Path]:
    """The file to write: of an address, one that goes there when it is whole."""
    if not is_address(name):
        check_writable(Path(name))
        yield Path(name)
        return
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "manifest.parquet"
        yield made
        write_object(name, made, replace=True)
