"""Toronto (Bruce & Tsotsos 2006): 120 photos of 681 x 511, 20 observers, free viewing for 4 seconds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.matlab import elements, numbers, read_mat
from gazemap.data.importers.pairing import by_stem, last_are_val, picture_in
from gazemap.data.writing.items import Counts, ImportedSet, Item
from gazemap.errors import DataError, InputError
from gazemap.gaze.fixations import Fixations
from gazemap.images.formats import ENDINGS
from gazemap.types import Size

_INFO = DatasetInfo(
    name="toronto",
    title="Toronto: Saliency based on information maximization",
    citation="Bruce, Tsotsos: Saliency based on information maximization. NIPS 2005.",
    homepage="https://www-sop.inria.fr/members/Neil.Bruce/",
    license="no license stated; please cite",
    source="fixdens/origfixdata.mat, maps; a fixated pixel is one point, at its center (index + 0.5)",
    viewing_seconds=4.0,
)
_VAL_SHARE = 0.1  # no official split: the last images


def read_toronto(source: Path) -> ImportedSet:
    """fixdens/origfixdata.mat and fixdens/Original Image Set/1.jpg and so on.

    Raises:
        DataError: origfixdata.mat is missing, damaged or of another shape.
    """
    candidates = [source / "eyetrackingdata" / "fixdens", source / "fixdens", source]
    folder = next((path for path in candidates if (path / "origfixdata.mat").is_file()), source)
    path = folder / "origfixdata.mat"
    cells = elements(read_mat(path, "white"), f"{path}, white")
    return ImportedSet(_INFO, _items(folder / "Original Image Set", path, cells), len(cells))


def _items(stimuli: Path, path: Path, cells: list[Any]) -> Iterator[Item]:
    pictures = by_stem(stimuli, ENDINGS)
    splits = last_are_val(len(cells), _VAL_SHARE)
    for index, cell in enumerate(cells):
        name = str(index + 1)
        points = partial(_points, cell, f"{path}, image {name}")
        yield Item(name, picture_in(pictures, stimuli, name), splits[index], fixations=points)


def _points(cell: object, where: str, size: Size) -> Fixations:
    fixated = numbers(cell, where)
    if fixated.shape != size:
        raise DataError(f"{where}: the map must have its image's shape {size}, got {fixated.shape}.")
    try:
        return Fixations.of_pixels(fixated)
    except InputError as error:
        raise DataError(f"{where}: {error}") from error


TORONTO = Importer(
    read=read_toronto,
    info=_INFO,
    editions={"": Counts(120)},
    oddities=(
        "observers are not distinguished: their own files are not in the image's pixels (as pysaliency found)"
    ),
    holds="pixels",
    stimuli="681 x 511, each seen by 20 observers",
)
