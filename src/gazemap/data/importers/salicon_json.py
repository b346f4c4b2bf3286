"""SALICON's annotations in MS-COCO's JSON form, whose points are [row, column] from 1 or [x, y] from 0."""

from __future__ import annotations

import mmap
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from gazemap.data.dataset import DatasetInfo, SetAside
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.pairing import unpaired, visible
from gazemap.data.writing.conventions import TOLERANCE
from gazemap.data.writing.items import ImportedSet, Item
from gazemap.errors import DataError
from gazemap.gaze.fixations import Fixations
from gazemap.types import Size

Coordinates = Literal["row-col-1", "x-y-0"]

_CONVENTIONS = {
    "row-col-1": "[row, column], whole numbers from 1 (v - 0.5 here)",
    "x-y-0": "[x, y], from 0 (v + 0.5 here)",
}
_INFO = DatasetInfo(
    name="salicon",
    title="SALICON: Saliency in Context, annotations in JSON",
    citation="Jiang, Huang, Duan, Zhao: SALICON: Saliency in Context. CVPR 2015.",
    homepage="http://salicon.net",
    license="no license stated; the images carry MS-COCO's per-image licenses",
    source="fixations of annotations, in either convention",
    task="free viewing, by mouse",
    viewing_seconds=5.0,
    sigma=19.0,
)
_EXAMINED = 1_000  # annotations from which the convention is found


_Side = Annotated[int, msgspec.Meta(gt=0, le=100_000)]


class _Image(msgspec.Struct):
    id: int
    file_name: str
    height: _Side
    width: _Side


class _Annotation(msgspec.Struct, gc=False):
    image_id: int
    worker_id: int
    fixations: msgspec.Raw  # decoded when asked for: the complete files have some 10^8 numbers


class _Content(msgspec.Struct):
    images: list[_Image]
    annotations: list[_Annotation]


def read_salicon_json(
    source: Path,
    *,
    coordinates: Coordinates | Literal["auto"] = "auto",
    images: Literal["required", "optional"] = "required",
    image_folder: Path | None = None,
) -> ImportedSet:
    """A file like fixations_train2014.json, or a folder of such files.

    Args:
        source: the file or folder.
        coordinates: what a fixation is: [row, column] from 1 or [x, y] from 0. "auto" finds it out from
            the numbers of each file: whole numbers that fit the images only as rows and columns, or
            fractions that fit only as x and y.
        images: whether an image without its file is set aside ("required"), or becomes one of which
            only the size and the points are known ("optional").
        image_folder: where the image files are, in any folder below; by default the source's folder.

    Raises:
        DataError: there is no such file, it is damaged or lacks a field, or the convention is unclear.
    """
    folder = source if source.is_dir() else source.parent
    files = sorted(source.rglob("fixations_*.json")) if source.is_dir() else [source]
    if not files:
        raise DataError(f"{source} has no file fixations_*.json. Give the annotations' folder or file.")
    by_name = {path.name: path for path in visible(image_folder or folder)}
    read = {path: _read(path) for path in files}
    conventions = {
        path: _convention(path, read[path]) if coordinates == "auto" else coordinates for path in files
    }
    set_aside = [entry for path in files for entry in _without_image(path, read[path])]
    info = _INFO.model_copy(
        update={
            "source": "; ".join(f"{path.name}: {_CONVENTIONS[conventions[path]]}" for path in files),
            "set_aside": tuple(set_aside),
        }
    )
    items = (item for path in files for item in _items(path, read[path], conventions[path], by_name, images))
    return ImportedSet(info, items, sum(len(content.images) for content in read.values()))


def _read(path: Path) -> _Content:
    """Everything but the points, which stay in the file."""
    try:
        with path.open("rb") as file:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return msgspec.json.decode(content, type=_Content)
    except (OSError, ValueError, RecursionError, msgspec.MsgspecError) as error:
        raise DataError(f"{path} is damaged or holds no annotations ({error}).") from error


def _without_image(path: Path, content: _Content) -> list[SetAside]:
    known = {image.id for image in content.images}
    lost = {str(entry.image_id) for entry in content.annotations if entry.image_id not in known}
    return unpaired(lost, f"{path.name}, annotations of the images", "no such image in the file's list")


def _convention(path: Path, content: _Content) -> Coordinates:
    """The one convention that the numbers of the first annotations fit."""
    sizes = {image.id: (image.height, image.width) for image in content.images}
    some = [entry for entry in content.annotations[:_EXAMINED] if entry.image_id in sizes]
    points = [_points(entry, path) for entry in some]
    limits = [
        np.tile(sizes[entry.image_id], (len(found), 1)) for entry, found in zip(some, points, strict=True)
    ]
    values, limit = np.concatenate([np.empty((0, 2)), *points]), np.concatenate([np.empty((0, 2)), *limits])
    rows = ((values >= 1) & (values <= limit)).all(axis=1).mean() if len(values) else 0.0
    columns = ((values >= 0) & (values <= limit[:, ::-1])).all(axis=1).mean() if len(values) else 0.0
    whole = all(found.dtype.kind == "i" for found in points)
    if whole and rows == 1 and columns < 1:
        return "row-col-1"
    if not whole and columns >= 1 - TOLERANCE and rows < columns:
        return "x-y-0"
    raise DataError(
        f"{path}: what its points mean is unclear. Of the first {len(values):,}, written as "
        f"{'whole numbers' if whole else 'decimals'}, {rows:.1%} fit as [row, column] from 1 and "
        f"{columns:.1%} as [x, y] from 0. Say which they are: coordinates=row-col-1 or coordinates=x-y-0."
    )


def _items(
    path: Path, content: _Content, convention: Coordinates, by_name: dict[str, Path], images: str
) -> Iterator[Item]:
    annotations: dict[int, list[_Annotation]] = defaultdict(list)
    for entry in content.annotations:
        annotations[entry.image_id].append(entry)
    for image in content.images:
        name = PurePosixPath(image.file_name).name
        size = (image.height, image.width)
        yield Item(
            image_id=PurePosixPath(name).stem,
            image=by_name.get(name, size if images == "optional" else path.parent / name),
            split=next((split for split in ("train", "val", "test") if f"_{split}2014_" in name), "all"),
            fixations=partial(_fixations, path, size, annotations[image.id], convention),
        )


def _fixations(
    path: Path, stated: Size, annotations: list[_Annotation], convention: Coordinates, size: Size
) -> Fixations:
    """All observers of one image of `size` (H, W)."""
    if size != stated:
        raise DataError(
            f"{path} says that the image has {stated[1]} x {stated[0]} pixels; "
            f"its file has {size[1]} x {size[0]}."
        )
    points = [_points(entry, path) for entry in annotations]
    names = [str(entry.worker_id) for entry in annotations]
    values = np.concatenate([np.empty((0, 2)), *points])
    if convention == "row-col-1" and (values % 1).any():
        raise DataError(f"{path}: rows and columns are whole numbers; some here have fractions.")
    x, y = (values[:, ::-1] - 0.5 if convention == "row-col-1" else values + 0.5).T
    observer = np.repeat(np.array(names, dtype=str), [len(found) for found in points])
    return Fixations(x=x, y=y, observer=observer)


def _points(annotation: _Annotation, path: Path) -> NDArray[np.number]:
    """(n, 2), of integers where all numbers are written as such."""
    where = f"{path}, image {annotation.image_id}, worker {annotation.worker_id}"
    try:
        values = msgspec.json.decode(annotation.fixations, type=list[tuple[int | float, int | float]])
    except msgspec.MsgspecError as error:
        raise DataError(f"{where}: fixations are no list of pairs of numbers ({error}).") from error
    points = np.array(values).reshape(-1, 2)
    if points.dtype.kind not in "if":
        raise DataError(f"{where}: a coordinate is too large to be one.")
    return points if len(points) else points.astype(np.int64)


SALICON_JSON = Importer(
    read=read_salicon_json,
    info=_INFO,
    editions={},
    oddities=(
        "its points are samples of the mouse, some 120 per observer, not the fixations of the .mat files; "
        "[row, column] from 1 or [x, y] from 0, by release"
    ),
    without={
        "convention": "coordinates=row-col-1 or coordinates=x-y-0 says it",
        "time": "its files hold no times",
        "onset_from": "its files hold no times",
    },
)
