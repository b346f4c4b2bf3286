"""FIGRIM (Bylinskii et al. 2015): 2,787 scenes of 1000 x 1000, seen in a game of memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.matlab import elements, field, only, read_mat, rows, text
from gazemap.data.writing.frames import Frame
from gazemap.data.writing.items import Counts, ImportedSet, Item
from gazemap.errors import DataError
from gazemap.gaze.fixations import Fixations
from gazemap.system.mat_files import Struct
from gazemap.types import Floats

_INFO = DatasetInfo(
    name="figrim",
    title="FIGRIM: Fine-grained image memorability",
    citation=(
        "Bylinskii, Isola, Bainbridge, Torralba, Oliva: Intrinsic and extrinsic effects on image "
        "memorability. Vision Research 116, 2015."
    ),
    homepage="http://figrim.mit.edu/index_eyetracking.html",
    license="no license stated; please cite",
    source=(
        "targetData/allImages_release.mat and fillerData/allImages_fillers.mat, [x, y]; 1-based, as its "
        "authors' MATLAB code indexes pixels with them (v - 0.5 here)"
    ),
    task="remember which images repeat",
    sigma=33.0,
)
_FILES = {"Targets": "targetData/allImages_release.mat", "Fillers": "fillerData/allImages_fillers.mat"}
_VIEWS = {"first": ("enc",), "all": ("enc", "rec", "rec2")}
_VAL_EVERY = 10  # no official split: each tenth image is val, but for near-duplicates
_NEAR_DUPLICATES = (  # its authors list them
    ("sun_bnjxztsvnercygxn", "sun_bdwttbytrbnqyqsk"),
    ("sun_awjucfvtjllxrtkv", "sun_abpqxslcljhrwmck"),
    ("sun_byoonkqxghujgvkh", "sun_bjitfqyiepkgfkks"),
    ("sun_bwrlzawyknljbhcb", "sun_auwrraazjwdcjcjg"),
    ("sun_boskvwzgsvsyuhll", "sun_bgdykfpjgudqpzlu"),
    ("sun_bzagimnxconenicn", "sun_bsccnfecifucnavf"),
)
_GROUPS = {stem: pair[0] for pair in _NEAR_DUPLICATES for stem in pair}


def read_figrim(source: Path, *, views: Literal["first", "all"] = "first") -> ImportedSet:
    """Targets and Fillers with images by category, targetData and fillerData with the fixations.

    Args:
        source: the folder.
        views: the first time that an observer sees an image, or the repetitions too.

    Raises:
        DataError: neither file of fixations is there, or one is damaged or lacks a field.
    """
    records = []
    for folder, file in _FILES.items():
        path = source / file
        if path.is_file():
            found = elements(read_mat(path, "allImages"), f"{path}, allImages")
            records += [(folder, path, record) for record in found]
    if not records:
        raise DataError(f"{source} holds neither {' nor '.join(_FILES.values())}.")
    items = _items(source, records, _VIEWS[views])
    return ImportedSet(_INFO, items, len(records), outside="drop", frame=Frame("one-based"))


def _items(source: Path, records: list[tuple[str, Path, Any]], views: tuple[str, ...]) -> Iterator[Item]:
    for index, (folder, path, record) in enumerate(records):
        where = f"{path}, image {index + 1},"
        name, category = text(record, "filename", where), text(record, "category", where)
        image = source / folder / category / name
        group = _GROUPS.get(Path(name).stem)
        yield Item(
            image_id=f"{folder}/{category}/{Path(name).stem}",
            image=image if image.is_file() else source / folder / name,
            split="val" if index % _VAL_EVERY == _VAL_EVERY - 1 and group is None else "train",
            group=group,
            fixations=_fixations(elements(field(record, "userdata", where), where), views, where),
        )


def _fixations(observers: list[Any], views: tuple[str, ...], where: str) -> Fixations:
    parts: list[Floats] = [np.empty((0, 2))]
    names: list[str] = []
    for number, observer in enumerate(observers, start=1):
        of = f"{where} observer {number}"
        found = field(observer, "fixations", of)
        for view in views if found.size else ():
            seen = _view(only(found, f"{of}, fixations"), view, f"{of}, fixations")
            parts.append(rows(seen, f"{of}, {view}", 2, more=True))
            names += [f"{number:02}"] * len(parts[-1])
    x, y = np.concatenate(parts).T
    return Fixations(x=x, y=y, observer=np.array(names, dtype=str))


def _view(seen: Any, view: str, where: str) -> NDArray[Any]:  # noqa: ANN401
    """The rows of one view; none where it was not recorded but another was."""
    others = isinstance(seen, Struct) and any(other in seen for other in _VIEWS["all"])
    return np.empty((0, 2)) if others and view not in seen else field(seen, view, where)


FIGRIM = Importer(
    read=read_figrim,
    info=_INFO,
    editions={"": Counts(2787)},
    oddities=(
        "gaze in a game of memory; targets are seen up to three times: by default only the first view is "
        "read; six pairs are near-duplicates, and share a group each"
    ),
    without={"time": "its files hold no times", "onset_from": "its files hold no times"},
    stimuli="1000 x 1000, each seen by several observers",
)
