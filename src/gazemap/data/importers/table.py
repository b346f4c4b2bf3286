"""Any table of points, one per row, or a folder of such tables; and a folder of images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from gazemap.data.dataset import DatasetInfo, SetAside
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.numerals import Decimal
from gazemap.data.importers.pairing import image_files, last_are_val, some, unpaired, unstated_splits
from gazemap.data.importers.rows import OPTIONAL, TABLES, Rows, read_rows
from gazemap.data.split_names import split_named
from gazemap.data.writing.items import ImportedSet, Item
from gazemap.errors import DataError
from gazemap.gaze.fixations import Fixations
from gazemap.images.names import doubts, images_meant

_INFO = DatasetInfo(
    name="table",
    title="A table of points and a folder of images",
    citation="of those who recorded the points",
    license="as its source says",
    source="one fixation per row",
)


def read_table(
    source: Path,
    *,
    image: str = "image",
    x: str = "x",
    y: str = "y",
    observer: str | None = None,
    onset: str | None = None,
    duration: str | None = None,
    split: str | None = None,
    decimal: Decimal | None = None,
    val: Annotated[float, Field(ge=0, le=1)] = 0.2,
    images: Path | None = None,
) -> ImportedSet:
    """A table with a header, or a folder of such tables; rows whose x or y is no number are listed.

    An image that no row names has no fixations, and the split "all" where the table has splits.

    Args:
        source: .csv, .tsv or .txt with any separator, also packed (.gz), or .parquet; or a folder of
            these, as of one per observer.
        image: the column of the images' names, with or without folders and suffix.
        x: the column of x.
        y: the column of y.
        observer: the column of the observers' names; by default `observer`, where there is one; else
            the names of the tables, where there are several.
        onset: the column of onsets; by default `onset`, where there is one.
        duration: the column of durations; by default `duration`, where there is one.
        split: the column of the images' splits; by default `split`, where there is one.
        decimal: the decimal mark, a point or a comma; by default that of most numbers.
        val: the share of the images, the last by name, that is val where no column knows the splits; 1
            for all of them.
        images: the folder of images, relative to the table's folder; by default the folder `images`
            there, or else the table's folder itself.

    Raises:
        DataError: the table is damaged, lacks a column or has no point for any image.
    """
    named = dict(zip(OPTIONAL, (observer, onset, duration, split), strict=True))
    rows, set_aside, notes = _read(source, {"image": image, "x": x, "y": y}, named, decimal)
    files = image_files(source, images)
    rows, bounds, strays = _by_image(source, rows, [*files])
    by_name = last_are_val(len(files), val)
    if "split" not in rows:
        notes.append(unstated_splits(by_name, val))
    info = _INFO.model_copy(
        update={
            "name": source.name.partition(".")[0],
            "source": f"{source.name}; {x} and {y}, by default in pixels of the image from 0, and times in s",
            "set_aside": (*set_aside, *unpaired(strays, source.name, "no image file of that name", files)),
            "notes": tuple(dict.fromkeys(notes)),
        }
    )
    return ImportedSet(info, _items(files, rows, bounds, by_name), len(files))


def _read(
    source: Path, required: dict[str, str], named: dict[str, str | None], decimal: Decimal | None
) -> tuple[Rows, list[SetAside], list[str]]:
    """The rows of one table, or of all tables of a folder, with what was set aside and assumed."""
    tables = _tables(source)
    read = [read_rows(path, required, named, decimal) for path in tables]
    several = source.is_dir()
    if several:
        for path, found in zip(tables, read, strict=True):
            count = len(found.rows["image"])
            found.rows.setdefault("observer", np.full(count, path.name.partition(".")[0], dtype=object))
    keys = [*read[0].rows]
    for path, found in zip(tables, read, strict=True):
        if {*found.rows} != {*keys}:
            other = ", ".join(sorted({*found.rows} ^ {*keys}))
            raise DataError(f"{tables[0]} and {path} do not both have {other}. Give them the same columns.")
    rows = {key: np.concatenate([found.rows[key] for found in read]) for key in keys}
    notes = [
        f"{path.name}: {note}" if several else note
        for path, found in zip(tables, read, strict=True)
        for note in found.notes
    ]
    return rows, [entry for found in read for entry in found.set_aside], notes


def _tables(source: Path) -> list[Path]:
    if not source.is_dir():
        return [source]
    found = [
        path
        for path in sorted(source.iterdir())
        if path.is_file()
        and (path.with_suffix("") if path.suffix == ".gz" else path).suffix.lower() in TABLES
    ]
    if not found:
        raise DataError(
            f"{source} holds no table ({', '.join(TABLES)}). Give the table, or a folder of tables."
        )
    return found


def _by_image(source: Path, rows: Rows, image_ids: Sequence[str]) -> tuple[Rows, NDArray[np.int64], set[str]]:
    """The rows in the order of the images, where those of each begin, and the names without an image."""
    numbers: dict[str, int] = {}
    number = np.array([numbers.setdefault(name, len(numbers)) for name in rows["image"].tolist()])
    names = [*numbers]
    belongs = np.array(images_meant(names, image_ids))
    strays = {name for name, index in zip(names, belongs.tolist(), strict=True) if index < 0}
    if len(strays) == len(names):
        raise DataError(
            f"{source} names no image of the folder: {some(names)}. It has {some(image_ids)}."
            f"{doubts(names, image_ids)}"
        )
    of_row = belongs[number]
    order = np.argsort(of_row, kind="stable")  # rows without an image, -1, come first
    ordered = {key: values[order] for key, values in rows.items()}
    return ordered, np.searchsorted(of_row[order], np.arange(len(image_ids) + 1)), strays


def _items(
    files: dict[str, Path],
    rows: Rows,
    bounds: NDArray[np.int64],
    by_name: Sequence[str],
) -> Iterator[Item]:
    """The rows lie in the order of the images; those of image i are bounds[i] to bounds[i + 1]."""
    for index, (image_id, path) in enumerate(files.items()):
        own = {key: values[bounds[index] : bounds[index + 1]] for key, values in rows.items()}
        split = _split(image_id, own) if "split" in rows else by_name[index]
        yield Item(image_id=image_id, image=path, split=split, fixations=_fixations(own))


def _split(image_id: str, rows: Rows) -> str:
    found = sorted({split_named(name) for name in rows["split"].tolist() if name})
    if len(found) > 1:
        raise DataError(f"The rows of image {image_id} name several splits: {', '.join(found)}.")
    return found[0] if found else "all"


def _fixations(rows: Rows) -> Fixations:
    known = {
        key: values for key, values in rows.items() if any(v is not None and v == v for v in values.tolist())
    }
    return Fixations(
        x=rows["x"],
        y=rows["y"],
        observer=np.array([who or "" for who in known["observer"]]) if "observer" in known else None,
        onset=known.get("onset"),
        duration=known.get("duration"),
    )


TABLE = Importer(
    read=read_table,
    info=_INFO,
    editions={},
    oddities=(
        "options say what its columns, numbers and times are; rows that are no points are listed; images of "
        "which no column knows the split are train, but for the last 20 % by name, which are val; what was "
        "assumed of the text is noted"
    ),
)
