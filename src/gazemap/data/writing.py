"""Writing a gaze data set: whole or not at all, in memory that does not grow with the images."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image
from rich.progress import track

from gazemap.data.dataset import (
    FIXATIONS_SCHEMA,
    IMAGES_SCHEMA,
    DatasetInfo,
    GazeDataset,
    SetAside,
    load_dataset,
)
from gazemap.data.images import read_image
from gazemap.data.sample import Fixations, read_map
from gazemap.errors import DataError, OutputError


@dataclass(frozen=True)
class Item:
    """One image on its way into a data set.

    Attributes:
        image_id: unique; becomes the file's stem.
        image: a file, copied untouched, or uint8 (H, W, 3), written as PNG.
        split: train, val or test.
        group: shared by near-duplicates; by default the image's own.
        fixations: the points, or an image file of the same size whose pixels that are not black
            are fixations; None where only a dense map is known.
        map: a dense map: a file, copied untouched, or float (h, w), written as float32 .npy.
    """

    image_id: str
    image: Path | NDArray[np.uint8]
    split: str
    group: str | None = None
    fixations: Fixations | Path | None = None
    map: Path | NDArray[np.floating] | None = None


@dataclass(frozen=True)
class Source:
    """What an importer found: the description, and the items one by one."""

    info: DatasetInfo
    items: Iterator[Item]
    count: int


def write_dataset(source: Source, out: str | Path, *, progress: bool = False) -> GazeDataset:
    """Write a data set's folder; unreadable images are set aside and listed in dataset.json.

    Args:
        source: from an importer.
        out: a folder that does not exist yet, or is empty.
        progress: show a bar.

    Raises:
        DataError: no image could be read, or two have the same image_id.
        OutputError: `out` is in use or cannot be written; nothing is left under its name.
    """
    out = Path(out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputError(f"{out} exists already. Choose another folder, or remove it first.")
    beside: Path | None = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
        _fill(beside, source, progress)
        beside.chmod(0o755)
        if out.exists():
            out.rmdir()
        beside.rename(out)
    except OSError as error:
        raise OutputError(
            f"Data set {out} cannot be written: {error.strerror or error}. "
            "Free space or choose a folder that you may write to."
        ) from error
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)
    return load_dataset(out)


def _fill(folder: Path, source: Source, progress: bool) -> None:
    images: list[dict[str, Any]] = []
    set_aside = list(source.info.set_aside)
    seen: set[str] = set()
    has_points = False
    bar = track(
        source.items,
        f"Importing {source.info.name}",
        source.count,
        disable=not progress,
        transient=True,
    )
    for name in ("images", "maps"):
        (folder / name).mkdir()
    with pq.ParquetWriter(folder / "fixations.parquet", FIXATIONS_SCHEMA) as writer:
        for item in bar:
            if item.image_id in seen:
                raise DataError(f"Two images are named {item.image_id!r}; names must be unique.")
            seen.add(item.image_id)
            try:
                row = _write_item(folder, item)
                fixations = _fixations_of(item, (row["height"], row["width"]))
            except DataError as error:
                set_aside.append(SetAside(item=item.image_id, reason=str(error)))
                continue
            images.append(row)
            if fixations is not None:
                has_points = True
                writer.write_table(_fixation_rows(item.image_id, fixations))
    if not images:
        reasons = "; ".join(f"{entry.item}: {entry.reason}" for entry in set_aside[:3])
        raise DataError(f"Not one image of {source.info.name} could be imported. {reasons}")
    if not has_points:
        (folder / "fixations.parquet").unlink()
    if not any((folder / "maps").iterdir()):
        (folder / "maps").rmdir()
    pq.write_table(pa.Table.from_pylist(images, IMAGES_SCHEMA), folder / "images.parquet")
    info = source.info.model_copy(update={"set_aside": tuple(set_aside)})
    (folder / "dataset.json").write_text(info.model_dump_json(indent=2) + "\n", encoding="utf-8")


def _fixations_of(item: Item, size: tuple[int, int]) -> Fixations | None:
    if not isinstance(item.fixations, Path):
        return item.fixations
    pixels = read_image(item.fixations)[..., 0]
    if pixels.shape != size:
        raise DataError(
            f"{item.fixations} is {pixels.shape[1]} x {pixels.shape[0]}, its image "
            f"{size[1]} x {size[0]}; fixation maps must have the image's size."
        )
    return Fixations.of_pixels(pixels)


def _write_item(folder: Path, item: Item) -> dict[str, Any]:
    """Copy or encode the image and its map; every pixel is decoded once, to be sure of it."""
    if isinstance(item.image, Path):
        pixels = read_image(item.image)
        file = f"images/{item.image_id}{item.image.suffix.lower()}"
        shutil.copyfile(item.image, folder / file)
    else:
        pixels = item.image
        file = f"images/{item.image_id}.png"
        Image.fromarray(pixels).save(folder / file)
    map_file = None
    if isinstance(item.map, Path):
        read_map(item.map)
        map_file = f"maps/{item.image_id}{item.map.suffix.lower()}"
        shutil.copyfile(item.map, folder / map_file)
    elif item.map is not None:
        map_file = f"maps/{item.image_id}.npy"
        np.save(folder / map_file, item.map.astype(np.float32))
    height, width = pixels.shape[:2]
    return {
        "image_id": item.image_id,
        "file": file,
        "width": width,
        "height": height,
        "split": item.split,
        "group": item.group or item.image_id,
        "map": map_file,
    }


def _fixation_rows(image_id: str, fixations: Fixations) -> pa.Table:
    empty = [None] * len(fixations)
    columns = {
        "image_id": [image_id] * len(fixations),
        "observer": empty if fixations.observer is None else fixations.observer.tolist(),
        "x": fixations.x,
        "y": fixations.y,
        "onset": empty if fixations.onset is None else fixations.onset,
        "duration": empty if fixations.duration is None else fixations.duration,
    }
    return pa.table(columns, schema=FIXATIONS_SCHEMA)
