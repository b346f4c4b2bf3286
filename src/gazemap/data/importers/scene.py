"""Scene (Yanakz/Scene): 500 SUN2012 scenes of mixed size, 12 observers in the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.matlab import read_mat
from gazemap.data.importers.pairing import by_stem, last_are_val, picture_in
from gazemap.data.writing.items import Counts, ImportedSet, Item
from gazemap.errors import DataError
from gazemap.gaze.fixations import Fixations
from gazemap.images.formats import ENDINGS

_INFO = DatasetInfo(
    name="scene",
    title="Eye fixations on 500 SUN2012 scenes",
    citation="Yanakz/Scene, on images of Xiao et al.: SUN database. CVPR 2010.",
    homepage="https://github.com/Yanakz/Scene",
    license="MIT (Yanakz/Scene)",
    source=(
        "data/tidy/fixations.mat: [y, x, start, duration] in image pixels and seconds; taken as "
        "0-based: all lie strictly between 0 and the image's size"
    ),
)
_VAL_SHARE = 0.2  # no official split: the last images in file order


def read_scene(source: Path) -> ImportedSet:
    """A clone of the authors' repository: data/stimuli/*.jpg and data/tidy/fixations.mat.

    Raises:
        DataError: fixations.mat is missing, damaged or of another shape.
    """
    path = source / "data" / "tidy" / "fixations.mat"
    cells = read_mat(path, "fixations")
    if cells.dtype != object or cells.ndim != 2:
        raise DataError(f"{path}: fixations must be a cell (images, observers), got shape {cells.shape}.")
    return ImportedSet(_INFO, _items(source / "data" / "stimuli", path, cells), len(cells))


def _items(stimuli: Path, path: Path, cells: Any) -> Iterator[Item]:  # noqa: ANN401
    pictures = by_stem(stimuli, ENDINGS)
    splits = last_are_val(len(cells), _VAL_SHARE)
    for index, observers in enumerate(cells):
        image_id = f"{index + 1:03}"
        yield Item(
            image_id=image_id,
            image=picture_in(pictures, stimuli, image_id),
            split=splits[index],
            fixations=_fixations(observers, f"{path}, image {image_id}"),
        )


def _fixations(observers: Any, where: str) -> Fixations:  # noqa: ANN401
    rows: list[NDArray[np.float64]] = []
    names: list[str] = []
    for number, cell in enumerate(observers, start=1):
        if cell.size == 0:
            continue
        if cell.ndim != 2 or cell.shape[1] != 4:
            raise DataError(f"{where}, observer {number}: the shape must be (n, 4), got {cell.shape}.")
        rows.append(cell.astype(np.float64))
        names += [f"{number:02}"] * len(cell)
    y, x, onset, duration = np.concatenate(rows or [np.empty((0, 4))]).T
    return Fixations(x=x, y=y, observer=np.array(names, dtype=str), onset=onset, duration=duration)


SCENE = Importer(
    read=read_scene,
    info=_INFO,
    editions={"": Counts(500, 12, 43_894)},
    oddities="[y, x]; its readme says 15 observers, the file has 12; no blur is stated",
)
