"""One item -> its files in a data set's folder, its row and its points; all is read before a file is made."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazemap.data.dataset import DatasetInfo
from gazemap.data.sample import read_map
from gazemap.data.schema import plain_path
from gazemap.data.split_names import split_named
from gazemap.data.writing.items import ImportedFixations, Item
from gazemap.errors import DataError, InputError
from gazemap.gaze.fixation_pictures import fixation_counts
from gazemap.gaze.fixations import Fixations
from gazemap.images.reading import read_image
from gazemap.types import Size

_SPARSE = 0.05  # a map of which a larger share is over 0 is no picture of fixations

Stored = tuple[dict[str, Any], Fixations | None]


def store(folder: Path, item: Item, info: DatasetInfo) -> Stored:
    """Copy or encode the image and its map; every pixel is decoded once, to be sure of it.

    Returns:
        the row of images.parquet, without the number of fixations, and the points.

    Raises:
        DataError: the image, its map or its points cannot be read; no file was made.
        OSError: the folder cannot be written.
    """
    try:
        plain_path(item.image_id)
    except ValueError as error:
        raise DataError(f"An image's name {error}, got {item.image_id[:300]!r}.") from error
    size = _size_of(item.image)
    fixations = _points(item.fixations, size)
    if isinstance(item.map, Path):
        _check_dense(item.map)
    row = {
        "image_id": item.image_id,
        "file": _store_image(folder, item),
        "width": size[1],
        "height": size[0],
        "split": split_named(item.split),
        "group": item.group or item.image_id,
        "map": _store_map(folder, item),
        "fixations": None,
        "domain": item.domain or info.name,
        "sigma": item.sigma,
        "pixels_per_degree": item.pixels_per_degree,
    }
    return row, fixations


def _size_of(image: Path | NDArray[np.uint8] | Size) -> Size:
    if isinstance(image, tuple):
        return image
    height, width = (read_image(image) if isinstance(image, Path) else image).shape[:2]
    return height, width


def _points(truth: ImportedFixations | None, size: Size) -> Fixations | None:
    if not isinstance(truth, Path):
        return truth(size) if callable(truth) else truth
    fixated = read_map(truth)
    if fixated.shape != size:
        raise DataError(
            f"{truth} is {fixated.shape[1]} x {fixated.shape[0]}, its image {size[1]} x {size[0]}; "
            "fixation maps must have the image's size."
        )
    try:
        return Fixations.of_pixels(fixated)
    except InputError as error:
        raise DataError(f"{truth}: {error}") from error


def _check_dense(path: Path) -> None:
    """Refuse a file of a dense map that cannot be one.

    Raises:
        DataError: the same everywhere, inverted, or fixations; says which.
    """
    values = read_map(path)
    top, lit = values.max(), np.count_nonzero(values)
    if values.min() == top:
        raise DataError(f"{path} is the same everywhere: it says nothing of where people looked.")
    if np.count_nonzero(values >= 0.99 * top) > values.size / 2:
        raise DataError(
            f"{path} is bright nearly everywhere: it is inverted. Save more attention as brighter."
        )
    if lit < _SPARSE * values.size and _shows_fixations(values):
        raise DataError(
            f"{path} is a picture of {lit:,} fixations, not a dense map. Put it into the folder of fixations."
        )


def _shows_fixations(values: NDArray[np.float32]) -> bool:
    try:
        fixation_counts(values)
    except InputError:
        return False
    return True


def _store_image(folder: Path, item: Item) -> str | None:
    if isinstance(item.image, tuple):
        return None
    if isinstance(item.image, Path):
        return _copied(item.image, folder, f"images/{item.image_id}")
    file = f"images/{item.image_id}.png"
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(item.image).save(folder / file)
    return file


def _store_map(folder: Path, item: Item) -> str | None:
    if item.map is None:
        return None
    if isinstance(item.map, Path):
        return _copied(item.map, folder, f"maps/{item.image_id}")
    file = f"maps/{item.image_id}.npy"
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    np.save(folder / file, item.map.astype(np.float32))
    return file


def _copied(source: Path, folder: Path, stem: str) -> str:
    file = f"{stem}{source.suffix.lower()}"
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, folder / file)
    return file
