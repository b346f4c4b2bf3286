"""Writing a gaze data set to a folder, whole or not at all: what an importer found, or a set in memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any

from gazemap.data.dataset import GazeDataset, SetAside, load_dataset
from gazemap.data.sample import Sample
from gazemap.data.tables import IMAGES_COLUMNS, FixationWriter
from gazemap.data.writing.items import Counts, ImportedSet, Item
from gazemap.data.writing.points import WrittenPoints
from gazemap.data.writing.storing import Stored, store
from gazemap.data.writing.twins import Twins
from gazemap.errors import DataError
from gazemap.system.files import new_folder, replacing
from gazemap.system.progress import bar
from gazemap.system.tables import read_parquet, table_of, write_parquet


def write_dataset(source: ImportedSet, out: str | Path, *, progress: bool = False) -> GazeDataset:
    """Write a data set's folder and open it; see `write_folder`."""
    write_folder(source, Path(out), progress=progress)
    return load_dataset(out)


def write_folder(source: ImportedSet, out: Path, *, progress: bool = False) -> None:
    """Write a data set's folder; what cannot be read is set aside and listed in dataset.json.

    Its memory does not grow with the number of images, but for one table row per image.

    Args:
        source: from an importer.
        out: a folder that does not exist yet, or is empty.
        progress: show a bar.

    Raises:
        DataError: no image could be read, two have the same image_id, or the points do not fit
            their images.
        OutputError: `out` is in use or cannot be written; nothing is left under its name.
    """
    with new_folder(out) as folder:
        _fill(folder, source, progress)


def save_dataset(dataset: GazeDataset, out: str | Path, *, progress: bool = False) -> GazeDataset:
    """Write all that is known of a data set, with its image files, to a new folder.

    Args:
        dataset: of one folder or several; they stay as they are.
        out: a folder that does not exist yet, or is empty.
        progress: show a bar.

    Raises:
        DataError: not one image can be read; single ones are set aside and listed in dataset.json.
        OutputError: `out` is in use or cannot be written; nothing is left under its name.
    """
    items = (_item(sample, dataset) for sample in dataset)
    # the import has looked at the points; a part may hold a larger share of those outside
    source = ImportedSet(dataset.info, items, len(dataset), trusted=True)
    return write_dataset(source, out, progress=progress)


def save_splits(dataset: GazeDataset) -> None:
    """Write the groups and splits of a data set's images to its own images.parquet, whole or not at all.

    Args:
        dataset: the complete set, as it was loaded, but for its groups and splits.

    Raises:
        DataError: the file lists other images.
        OutputError: the file cannot be written; the old one is left.
    """
    path = dataset.path / "images.parquet"
    table = read_parquet(path)
    if table["image_id"].to_pylist() != dataset.image_ids:
        raise DataError(
            f"{path} does not list exactly these {len(dataset)} images. Load the complete set again."
        )
    for name in ("split", "group"):
        values = table_of({name: [getattr(sample, name) for sample in dataset]}, {name: "text"})
        table = table.set_column(table.column_names.index(name), name, values[name])
    with replacing(path) as temporary:
        write_parquet(table, temporary)


def _fill(folder: Path, source: ImportedSet, progress: bool) -> None:
    images: list[dict[str, Any]] = []
    set_aside = list(source.info.set_aside)
    points = WrittenPoints(source)
    twins = Twins()
    for name in ("images", "maps"):
        (folder / name).mkdir()
    description = f"Writing {source.info.name}"
    with (
        closing(_stored_ahead(folder, source)) as stored,
        FixationWriter(folder / "fixations.parquet") as writer,
    ):
        for item, future in bar(stored, description, source.count, progress=progress):
            twins.add(item)
            try:
                row, raw = future.result()
            except DataError as error:
                set_aside.append(SetAside(item=item.image_id, reason=str(error)))
                continue
            images.append(row)
            if raw is not None:
                kept = points.of_image(raw, (row["height"], row["width"]), item)
                row["fixations"] = len(kept)
                writer.add(item.image_id, kept)
    points.check()
    if not images:
        reasons = "; ".join(f"{entry.item}: {entry.reason}" for entry in set_aside[:3])
        raise DataError(f"No image of {source.info.name} could be imported. {reasons}")
    if not source.trusted:  # what this package wrote has none
        set_aside += twins.set_aside()
    if not any((folder / "maps").iterdir()):
        (folder / "maps").rmdir()
    columns = {name: [row.get(name) for row in images] for name in IMAGES_COLUMNS}
    write_parquet(table_of(columns, IMAGES_COLUMNS), folder / "images.parquet")
    found = Counts(len(images), len(points.observers), points.total)
    notes = dict.fromkeys([*source.info.notes, *_differences(source.expected, found), *points.notes()])
    info = source.info.model_copy(update={"set_aside": tuple(set_aside), "notes": tuple(notes)})
    (folder / "dataset.json").write_text(info.model_dump_json(indent=2) + "\n", encoding="utf-8")


def _differences(expected: Counts, found: Counts) -> Iterator[str]:
    for entry in fields(Counts):
        wanted, got = (getattr(counts, entry.name) for counts in (expected, found))
        if wanted is not None and got != wanted:
            yield f"the complete set has {wanted:,} {entry.name}, this one has {got:,}"


def _stored_ahead(folder: Path, source: ImportedSet) -> Generator[tuple[Item, Future[Stored]]]:
    """Store the items in parallel, a few ahead of the one that is asked for."""
    seen: set[str] = set()
    waiting: deque[tuple[Item, Future[Stored]]] = deque()
    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        for item in source.items:
            if item.image_id in seen:
                raise DataError(f"Two images are named {item.image_id!r}; names must be unique.")
            seen.add(item.image_id)
            waiting.append((item, pool.submit(store, folder, item, source.info)))
            if len(waiting) > 2 * workers:
                yield waiting.popleft()
        yield from waiting


def _item(sample: Sample, dataset: GazeDataset) -> Item:
    info = dataset.info
    return Item(
        image_id=sample.image_id,
        image=sample.file or sample.size,
        split=sample.split,
        group=sample.group,
        fixations=sample.fixations,
        map=sample.map_file,
        domain=sample.domain,
        sigma=None if sample.sigma == info.sigma else sample.sigma,
        pixels_per_degree=None
        if sample.pixels_per_degree == info.pixels_per_degree
        else sample.pixels_per_degree,
    )
