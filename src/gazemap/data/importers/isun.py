"""iSUN (Xu et al. 2015): 8,926 SUN scenes, gaze by webcam of crowdsourced observers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.matlab import elements, field, read_mat, rows, text
from gazemap.data.importers.pairing import by_stem, picture_in
from gazemap.data.writing.frames import Frame
from gazemap.data.writing.items import Counts, ImportedSet, Item
from gazemap.errors import DataError
from gazemap.gaze.fixations import Fixations
from gazemap.images.formats import ENDINGS

_INFO = DatasetInfo(
    name="isun",
    title="iSUN: TurkerGaze",
    citation=(
        "Xu, Ehinger, Zhang, Finkelstein, Kulkarni, Xiao: TurkerGaze: Crowdsourcing saliency with webcam "
        "based eye tracking. arXiv 1504.06755, 2015."
    ),
    homepage="http://lsun.cs.princeton.edu/",
    license="no license stated; please cite",
    source=(
        "training.mat, validation.mat, testing.mat, [x, y]; taken as 1-based, as MATLAB counts (v - 0.5 "
        "here): its authors do not say"
    ),
)
_SPLITS = {"training": "train", "validation": "val", "testing": "test"}
_WEBCAM = 0.05  # gaze by webcam is some degrees off, and so leaves the image; how often is not published


def read_isun(source: Path) -> ImportedSet:
    """images/*.jpg, and one .mat file per split; the test split has only images.

    Raises:
        DataError: no .mat file is there, or one is damaged or lacks a field.
    """
    records = [
        (name, record)
        for name in _SPLITS
        if (source / f"{name}.mat").is_file()
        for record in elements(read_mat(source / f"{name}.mat", name), f"{source / name}.mat")
    ]
    if not records:
        raise DataError(f"{source} holds none of {', '.join(f'{name}.mat' for name in _SPLITS)}.")
    items, frame = _items(source, records), Frame("one-based")
    return ImportedSet(_INFO, items, len(records), outside="drop", tolerance=_WEBCAM, frame=frame)


def _items(source: Path, records: list[tuple[str, Any]]) -> Iterator[Item]:
    pictures = by_stem(source / "images", ENDINGS)
    for name, record in records:
        where = f"{source / name}.mat"
        stem = text(record, "image", where)
        truth = (
            None
            if name == "testing"
            else _fixations(elements(field(record, "gaze", where), where), f"{where}, {stem}")
        )
        yield Item(stem, picture_in(pictures, source / "images", stem), _SPLITS[name], fixations=truth)


def _fixations(observers: list[Any], where: str) -> Fixations:
    parts, names = [np.empty((0, 2))], []
    for number, observer in enumerate(observers, start=1):
        of = f"{where}, observer {number}"
        parts.append(rows(field(observer, "fixation", f"{of},"), of, 2))
        names += [f"{number:02}"] * len(parts[-1])
    x, y = np.concatenate(parts).T
    return Fixations(x=x, y=y, observer=np.array(names, dtype=str))


ISUN = Importer(
    read=read_isun,
    info=_INFO,
    editions={"": Counts(8926)},
    oddities="observer 01 of one image is another person than that of the next; the test split has no gaze",
    without={"time": "its files hold no times", "onset_from": "its files hold no times"},
    stimuli="each seen by several observers, by webcam",
)
