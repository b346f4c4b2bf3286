"""PASCAL-S (Li et al. 2014): 850 photos of PASCAL VOC 2010, free viewing for 2 seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers.hdf5 import opened
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.matlab import numbered
from gazemap.data.importers.pairing import by_stem, last_are_val, picture_in
from gazemap.data.writing.frames import Frame
from gazemap.data.writing.items import Counts, ImportedSet, Item
from gazemap.errors import DataError
from gazemap.gaze.fixations import Fixations
from gazemap.images.formats import ENDINGS

_INFO = DatasetInfo(
    name="pascal-s",
    title="PASCAL-S: The secrets of salient object segmentation",
    citation="Li, Hou, Koch, Rehg, Yuille: The secrets of salient object segmentation. CVPR 2014.",
    homepage="http://cbs.ic.gatech.edu/salobj/",
    license="no license stated; please cite",
    source="datasets/fixations/pascalFix.mat, rows of [y, x, observer]; 1-based there (v - 0.5 here)",
    viewing_seconds=2.0,
)
_VAL_SHARE = 0.1  # no official split: the last images


def read_pascal_s(source: Path) -> ImportedSet:
    """datasets/fixations/pascalFix.mat and datasets/imgs/pascal/1.jpg and so on.

    Raises:
        DataError: pascalFix.mat is missing, damaged or of another form.
    """
    folder = source / "datasets" if (source / "datasets").is_dir() else source
    path = folder / "fixations" / "pascalFix.mat"
    with opened(path) as file:
        cells = file.cells("fixCell")
    items = _items(folder / "imgs" / "pascal", path, cells)
    return ImportedSet(_INFO, items, len(cells), frame=Frame("one-based"))


def _items(stimuli: Path, path: Path, cells: list[NDArray[np.generic]]) -> Iterator[Item]:
    pictures = by_stem(stimuli, ENDINGS)
    splits = last_are_val(len(cells), _VAL_SHARE)
    for index, cell in enumerate(cells):
        name = str(index + 1)
        if cell.ndim != 2 or cell.shape[0] != 3:  # MATLAB's columns come first in the file
            raise DataError(f"{path}, image {name}: the shape must be (n, 3), got {cell.shape[::-1]}.")
        y, x, observer = cell.astype(np.float64)
        yield Item(
            image_id=name,
            image=picture_in(pictures, stimuli, name),
            split=splits[index],
            fixations=Fixations(
                x=x,
                y=y,
                observer=numbered(observer, f"{path}, image {name}"),
            ),
        )


PASCAL_S = Importer(
    read=read_pascal_s,
    info=_INFO,
    editions={"": Counts(850, fixations=40_314)},
    oddities=(
        "a MATLAB 7.3 file; [y, x]; the paper says 8 observers, other readers of the file count 12; it "
        "has no split of its own: the last tenth is val"
    ),
    without={"time": "its files hold no times", "onset_from": "its files hold no times"},
)
