"""Scene (Yanakz/Scene): 500 SUN2012 scenes of mixed size, 12 observers in the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.matlab import elements, read_mat, rows
from gazemap.data.importers.pairing import by_stem, last_are_val, picture_in
from gazemap.data.writing.items import Counts, ImportedSet, Item
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
    elements(cells, f"{path}, fixations")  # refuses what is no cell
    return ImportedSet(_INFO, _items(source / "data" / "stimuli", path, cells), len(cells))


def _items(stimuli: Path, path: Path, cells: NDArray[Any]) -> Iterator[Item]:
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


def _fixations(observers: NDArray[Any], where: str) -> Fixations:
    parts, names = [np.empty((0, 4))], []
    for number, cell in enumerate(observers, start=1):
        parts.append(rows(cell, f"{where}, observer {number}", 4))
        names += [f"{number:02}"] * len(parts[-1])
    y, x, onset, duration = np.concatenate(parts).T
    return Fixations(x=x, y=y, observer=np.array(names, dtype=str), onset=onset, duration=duration)


SCENE = Importer(
    read=read_scene,
    info=_INFO,
    editions={"": Counts(500, 12, 43_894)},
    oddities=(
        "[y, x]; its readme says 15 observers, the file has 12; no blur is stated; it has no split of its "
        "own: the last 100 images are val"
    ),
    stimuli="of 130 sizes, each seen by all observers",
)
