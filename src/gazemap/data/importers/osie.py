"""OSIE (Xu et al. 2014): 700 images of 800 x 600, 15 observers, free viewing for 3 seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.matlab import field, read_mat
from gazemap.data.writing.frames import Frame
from gazemap.data.writing.items import Counts, ImportedSet, Item
from gazemap.gaze.fixations import Fixations

_INFO = DatasetInfo(
    name="osie",
    title="Object and Semantic Images and Eye-tracking",
    citation=(
        "Xu, Jiang, Wang, Kankanhalli, Zhao: Predicting human gaze beyond pixels. "
        "Journal of Vision 14(1):28, 2014."
    ),
    homepage="https://github.com/NUS-VIP/predicting-human-gaze-beyond-pixels",
    license="MIT (NUS-VIP/predicting-human-gaze-beyond-pixels)",
    source="data/eye/fixations.mat; x, y are 1-based there (v - 0.5 here), durations in ms",
    viewing_seconds=3.0,
    sigma=24.0,
)
_VAL_IMAGES = 100  # OSIE has no splits of its own: the last images in file order
_NEAR_DUPLICATES = {"1374": "1279"}


def read_osie(source: Path) -> ImportedSet:
    """A clone of the authors' repository: data/stimuli/*.jpg and data/eye/fixations.mat.

    Raises:
        DataError: fixations.mat is missing, damaged or lacks a field.
    """
    path = source / "data" / "eye" / "fixations.mat"
    cells = read_mat(path, "fixations").ravel()
    items = _items(source / "data" / "stimuli", path, cells)
    return ImportedSet(_INFO, items, len(cells), frame=Frame("one-based"), time="ms")


def _items(stimuli: Path, path: Path, cells: Any) -> Iterator[Item]:  # noqa: ANN401
    for index, cell in enumerate(cells):
        where = f"{path}, image {index + 1},"
        record = cell.ravel()[0]
        name = str(np.ravel(field(record, "img", where))[0])
        image_id = Path(name).stem
        yield Item(
            image_id=image_id,
            image=stimuli / name,
            split="val" if index >= len(cells) - _VAL_IMAGES else "train",
            group=_NEAR_DUPLICATES.get(image_id, image_id),
            fixations=_fixations(field(record, "subjects", where).ravel(), where),
        )


def _fixations(subjects: Any, where: str) -> Fixations:  # noqa: ANN401
    x, y, duration, observer = [], [], [], []
    for number, cell in enumerate(subjects, start=1):
        subject = cell.ravel()[0]
        x.append(np.ravel(field(subject, "fix_x", where)).astype(np.float64))
        y.append(np.ravel(field(subject, "fix_y", where)).astype(np.float64))
        duration.append(np.ravel(field(subject, "fix_duration", where)).astype(np.float64))
        observer += [f"{number:02}"] * len(x[-1])
    return Fixations(
        x=np.concatenate(x),
        y=np.concatenate(y),
        observer=np.array(observer, dtype=str),
        duration=np.concatenate(duration),
    )


OSIE = Importer(
    read=read_osie,
    info=_INFO,
    editions={"": Counts(700, 15, 98_321)},
    oddities="1-based coordinates; images 1279 and 1374 are near-duplicates",
    without={"onset_from": "its files hold no onsets"},
)
