"""OSIE (Xu et al. 2014): 700 images of 800 x 600, 15 observers, free viewing for 3 seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.matlab import elements, field, numbers, only, read_mat, text
from gazemap.data.writing.frames import Frame
from gazemap.data.writing.items import Counts, ImportedSet, Item
from gazemap.errors import DataError
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
_FIELDS = "fix_x", "fix_y", "fix_duration"
_VAL_IMAGES = 100  # OSIE has no splits of its own: the last images in file order
_NEAR_DUPLICATES = {"1374": "1279"}


def read_osie(source: Path) -> ImportedSet:
    """A clone of the authors' repository: data/stimuli/*.jpg and data/eye/fixations.mat.

    Raises:
        DataError: fixations.mat is missing, damaged or lacks a field.
    """
    path = source / "data" / "eye" / "fixations.mat"
    cells = elements(read_mat(path, "fixations"), f"{path}, fixations")
    items = _items(source / "data" / "stimuli", path, cells)
    return ImportedSet(_INFO, items, len(cells), frame=Frame("one-based"), time="ms")


def _items(stimuli: Path, path: Path, cells: list[Any]) -> Iterator[Item]:
    for index, cell in enumerate(cells):
        where = f"{path}, image {index + 1},"
        record = only(cell, where)
        name = text(record, "img", where)
        image_id = Path(name).stem
        yield Item(
            image_id=image_id,
            image=stimuli / name,
            split="val" if index >= len(cells) - _VAL_IMAGES else "train",
            group=_NEAR_DUPLICATES.get(image_id, image_id),
            fixations=_fixations(elements(field(record, "subjects", where), f"{where} subjects"), where),
        )


def _fixations(subjects: list[Any], where: str) -> Fixations:
    parts, observer = [np.empty((3, 0))], []
    for number, cell in enumerate(subjects, start=1):
        of = f"{where} observer {number}"
        subject = only(cell, of)
        columns = [numbers(field(subject, name, of), f"{of} {name}").ravel() for name in _FIELDS]
        if len({len(column) for column in columns}) > 1:
            counts = ", ".join(f"{len(c)} {name}" for name, c in zip(_FIELDS, columns, strict=True))
            raise DataError(f"{of} has {counts}: as many of each are needed.")
        parts.append(np.stack(columns))
        observer += [f"{number:02}"] * len(columns[0])
    x, y, duration = np.concatenate(parts, axis=1)
    return Fixations(x=x, y=y, observer=np.array(observer, dtype=str), duration=duration)


OSIE = Importer(
    read=read_osie,
    info=_INFO,
    editions={"": Counts(700, 15, 98_321)},
    oddities=(
        "1-based coordinates; images 1279 and 1374 are near-duplicates; it has no split of its own: the last "
        "100 images are val"
    ),
    without={"onset_from": "its files hold no onsets"},
    stimuli="800 x 600, each seen by all observers",
)
