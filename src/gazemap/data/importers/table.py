"""Any CSV or Parquet file of points, one per row, and a folder of images."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.pairing import last_are_val, unpaired
from gazemap.data.importers.rows import OPTIONAL, Rows, read_rows
from gazemap.data.writing.items import ImportedSet, Item
from gazemap.errors import DataError
from gazemap.gaze.fixations import Fixations
from gazemap.images.formats import ENDINGS
from gazemap.images.names import images_meant
from gazemap.types import Size

_INFO = DatasetInfo(
    name="table",
    title="A table of points and a folder of images",
    citation="of those who recorded the points",
    license="as its source says",
    source="one fixation per row",
)
_VAL_SHARE = 0.2  # where the table knows no splits: the last images by name
_SECONDS = {"s": 1.0, "ms": 1e3, "us": 1e6}
_CONVENTIONS = {
    "continuous": "in pixels of the image, from 0",
    "pixel": "indices of pixels, from 0, taken at their centers (v + 0.5)",
    "one-based": "in pixels of the image, from 1 (v - 0.5 here)",
    "normalized": "shares of the image's width and height",
}
Convention = Literal["continuous", "pixel", "one-based", "normalized"]


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
    time: Literal["s", "ms", "us"] = "s",
    convention: Convention = "continuous",
    images: Path | None = None,
) -> ImportedSet:
    """A table with a header; rows whose x or y is no number are left out and listed.

    An image that no row names has no fixations, and the split "all" where the table has splits.

    Args:
        source: .csv, .tsv or .txt with any separator, or .parquet.
        image: the column of the images' names, with or without folders and suffix.
        x: the column of x.
        y: the column of y.
        observer: the column of the observers' names; by default `observer`, where there is one.
        onset: the column of onsets; by default `onset`, where there is one.
        duration: the column of durations; by default `duration`, where there is one.
        split: the column of the images' splits; by default `split`, where there is one; else the
            last 20 % by name are val.
        time: the unit of onsets and durations.
        convention: what x and y count: "continuous", from 0; "pixel", indices from 0; "one-based",
            as "continuous", but from 1; "normalized", from 0 to 1.
        images: the folder of images, relative to the table's folder; by default the folder `images`
            there, or else the table's folder itself.

    Raises:
        DataError: the table is damaged, lacks a column or has no point for any image.
    """
    named = dict(zip(OPTIONAL, (observer, onset, duration, split), strict=True))
    rows, set_aside = read_rows(source, {"image": image, "x": x, "y": y}, named)
    files = _image_files(source, images)
    rows, bounds, strays = _by_image(source, rows, [*files])
    info = _INFO.model_copy(
        update={
            "name": source.stem,
            "source": f"{source.name}; {x} and {y} are {_CONVENTIONS[convention]}; times in {time}",
            "set_aside": (*set_aside, *unpaired(strays, source.name, "no image file of that name")),
        }
    )
    read = partial(_fixations, convention, _SECONDS[time])
    return ImportedSet(info, _items(files, rows, bounds, read), len(files))


def _image_files(table: Path, images: Path | None) -> dict[str, Path]:
    """image_id -> file, sorted by name."""
    usual = table.parent / "images"
    folder = table.parent / images if images else usual if usual.is_dir() else table.parent
    files = [path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS]
    if not files:
        raise DataError(f"{folder} holds no image. Name the folder of the images: images=FOLDER.")
    named = [(path.relative_to(folder).with_suffix("").as_posix(), path) for path in sorted(files)]
    repeated = sorted({name for name, path in named if dict(named)[name] != path})
    if repeated:
        raise DataError(f"{folder} has several images of one name: {_some(repeated)}. Names must be unique.")
    return dict(named)


def _by_image(source: Path, rows: Rows, image_ids: Sequence[str]) -> tuple[Rows, NDArray[np.int64], set[str]]:
    """The rows in the order of the images, where those of each begin, and the names without an image."""
    numbers: dict[str, int] = {}
    number = np.array([numbers.setdefault(name, len(numbers)) for name in rows["image"].tolist()])
    names = [*numbers]
    belongs = np.array(images_meant(names, image_ids))
    strays = {name for name, index in zip(names, belongs.tolist(), strict=True) if index < 0}
    if len(strays) == len(names):
        raise DataError(f"{source} names no image of the folder: {_some(names)}. It has {_some(image_ids)}.")
    of_row = belongs[number]
    order = np.argsort(of_row, kind="stable")  # rows without an image, -1, come first
    ordered = {key: values[order] for key, values in rows.items()}
    return ordered, np.searchsorted(of_row[order], np.arange(len(image_ids) + 1)), strays


def _items(
    files: dict[str, Path],
    rows: Rows,
    bounds: NDArray[np.int64],
    read: Callable[[Rows, Size], Fixations],
) -> Iterator[Item]:
    """The rows lie in the order of the images; those of image i are bounds[i] to bounds[i + 1]."""
    by_name = last_are_val(len(files), _VAL_SHARE)
    for index, (image_id, path) in enumerate(files.items()):
        own = {key: values[bounds[index] : bounds[index + 1]] for key, values in rows.items()}
        split = _split(image_id, own) if "split" in rows else by_name[index]
        yield Item(image_id=image_id, image=path, split=split, fixations=partial(read, own))


def _split(image_id: str, rows: Rows) -> str:
    found = sorted({*filter(None, rows["split"].tolist())})
    if len(found) > 1:
        raise DataError(f"The rows of image {image_id} name several splits: {', '.join(found)}.")
    split: str = found[0] if found else "all"
    return {"valid": "val", "validation": "val"}.get(split, split)


def _fixations(convention: Convention, seconds: float, rows: Rows, size: Size) -> Fixations:
    height, width = size
    scale_x, scale_y = (width, height) if convention == "normalized" else (1, 1)
    shift = {"pixel": 0.5, "one-based": -0.5}.get(convention, 0.0)
    known = {
        key: values for key, values in rows.items() if any(v is not None and v == v for v in values.tolist())
    }
    onset, duration = (known[key] / seconds if key in known else None for key in ("onset", "duration"))
    return Fixations(
        x=rows["x"] * scale_x + shift,
        y=rows["y"] * scale_y + shift,
        observer=np.array([who or "" for who in known["observer"]]) if "observer" in known else None,
        onset=onset,
        duration=duration,
    )


def _some(names: Sequence[str]) -> str:
    listed = sorted(names)
    more = f" and {len(listed) - 3:,} more" if len(listed) > 3 else ""
    return ", ".join(listed[:3]) + more


TABLE = Importer(
    read=read_table,
    info=_INFO,
    editions={},
    oddities="options name its columns, convention and unit; rows that are no points are listed",
)
