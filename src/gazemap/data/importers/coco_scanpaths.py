"""COCO-FreeView and COCO-Search18: JSON lists of scanpaths over MS-COCO images shown at 1680 x 1050."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.pairing import visible
from gazemap.data.writing.items import Counts, ImportedSet, Item
from gazemap.errors import DataError
from gazemap.gaze.fixations import Fixations
from gazemap.system.json_text import parse_json
from gazemap.types import Size

_LICENSE = "not to be passed on; MS-COCO's per-image licenses for the images"
_CONVENTION = (
    "X, Y in pixels of the shown image (1680 x 1050, with its black borders), taken as counted from 0, T in "
    "ms; onsets are not known, since T is without the saccades"
)
_FREEVIEW_INFO = DatasetInfo(
    name="coco-freeview",
    title="COCO-FreeView",
    citation=(
        "Chen, Yang, Chakraborty, Mondal, Ahn, Samaras, Hoai, Zelinsky: Characterizing target-absent human "
        "attention. CVPR workshops, 2022."
    ),
    homepage="https://sites.google.com/view/cocosearch/coco-freeview",
    license=_LICENSE,
    source=f"COCOFreeView_fixations_*.json; {_CONVENTION}",
)
_SEARCH18_INFO = DatasetInfo(
    name="coco-search18",
    title="COCO-Search18",
    citation=(
        "Chen, Yang, Ahn, Samaras, Hoai, Zelinsky: COCO-Search18 fixation dataset for predicting "
        "goal-directed attention control. Scientific Reports 11, 2021."
    ),
    homepage="https://sites.google.com/view/cocosearch/home",
    license=_LICENSE,
    source=f"coco_search18_fixations_T[PA]_*.json; {_CONVENTION}",
)
_ARCHIVES = {"present": "TP", "absent": "TA"}
_SPLITS = {"train": "train", "valid": "val", "test": "test"}
_MAX_BYTES = 2**30  # of one JSON file; the largest public one has some 30 MB
_NO_ONSETS = {"onset_from": "its files hold no onsets"}
InitialFixation = Literal["keep", "drop"]


@dataclass(frozen=True)
class _Scanpath:
    """One trial as it stands in a file; `where` names both."""

    values: dict[str, Any]
    where: str


def read_coco_freeview(source: Path, *, initial_fixation: InitialFixation = "keep") -> ImportedSet:
    """A folder with COCOFreeView_fixations_*.json and, anywhere below it, the images of COCO-Search18.

    Args:
        source: the folder.
        initial_fixation: each scanpath starts with a fixation at the center of the screen, which
            was required before the image appeared; "drop" leaves out the first of every scanpath.

    Raises:
        DataError: there is no such file, or it is damaged or lacks a key.
    """
    files = sorted(source.rglob("COCOFreeView_fixations_*.json"))
    trials = _by_image(_scanpaths(source, files, "COCOFreeView_fixations_*.json"), by_task=False)
    images = {f"{path.stem}.jpg": path for path in _pictures(source)}
    items = _items(source, trials, images, initial_fixation)
    return ImportedSet(_FREEVIEW_INFO, items, len(trials), time="ms")


def read_coco_search18(
    source: Path,
    *,
    condition: Literal["present", "absent"] = "present",
    split: Literal["split1", "split2"] = "split1",
    initial_fixation: InitialFixation = "keep",
) -> ImportedSet:
    """A folder with coco_search18_fixations_T[PA]_*.json and, anywhere below it, TARGET/NAME.jpg.

    One image was searched for several targets, and where people look depends on the target; so an
    image_id is "target/name", and all of the same image share a group.

    Args:
        source: the folder.
        condition: trials in which the target is in the image, or in which it is not.
        split: which of the authors' splits of the target-present images: as in the paper of 2020
            (split1), or that of MS-COCO 2014 (split2).
        initial_fixation: as in `read_coco_freeview`.

    Raises:
        DataError: there is no such file, it is damaged or lacks a key, or it has no such trial.
    """
    pattern = f"coco_search18_fixations_{_ARCHIVES[condition]}_*.json"
    other = {"split1": "split2", "split2": "split1"}[split]
    files = [path for path in sorted(source.rglob(pattern)) if other not in path.name]
    scanpaths = [
        trial for trial in _scanpaths(source, files, pattern) if _value(trial, "condition") == condition
    ]
    if not scanpaths:
        raise DataError(f"{files[0]} has no trial whose condition is {condition!r}.")
    trials = _by_image(scanpaths, by_task=True)
    images = {f"{_folder(path.parent.name)}/{path.stem}.jpg": path for path in _pictures(source)}
    info = _SEARCH18_INFO.model_copy(
        update={"edition": condition, "task": f"search for one of 18 targets, which is {condition}"}
    )
    items = _items(source, trials, images, initial_fixation)
    return ImportedSet(info, items, len(trials), time="ms")


def _pictures(source: Path) -> list[Path]:
    """All pictures below a folder; the lists name them as .jpg, whatever they were saved as."""
    return sorted(visible(source), reverse=True)


def _scanpaths(source: Path, files: list[Path], pattern: str) -> list[_Scanpath]:
    if not files:
        raise DataError(f"{source} has no file {pattern}. Give the folder that the authors' files lie in.")
    return [trial for path in files for trial in _read(path)]


def _read(path: Path) -> Iterator[_Scanpath]:
    if path.stat().st_size > _MAX_BYTES:
        raise DataError(f"{path} has more than {_MAX_BYTES:,} bytes, too many for a list of scanpaths.")
    try:
        content = parse_json(path.read_bytes())
    except ValueError as error:
        raise DataError(f"{path} is damaged or no JSON ({error}).") from error
    if not isinstance(content, list) or not all(isinstance(values, dict) for values in content):
        raise DataError(f"{path} is no list of scanpaths, each with name, subject, X, Y, T and split.")
    for number, values in enumerate(content, start=1):
        yield _Scanpath(values, f"{path}, scanpath {number}")


def _by_image(scanpaths: list[_Scanpath], *, by_task: bool) -> dict[str, list[_Scanpath]]:
    """The trials of each image file, "name.jpg" or "target/name.jpg", in the files' order."""
    trials: dict[str, list[_Scanpath]] = defaultdict(list)
    for trial in scanpaths:
        name = str(_value(trial, "name"))
        folder = f"{_folder(str(_value(trial, 'task')))}/" if by_task else ""
        trials[folder + name].append(trial)
    return trials


def _folder(task: str) -> str:
    return task.replace(" ", "_")


def _items(
    source: Path, trials: Mapping[str, list[_Scanpath]], images: Mapping[str, Path], initial: InitialFixation
) -> Iterator[Item]:
    for name, scanpaths in trials.items():
        image_id = PurePosixPath(name).with_suffix("").as_posix()
        yield Item(
            image_id=image_id,
            image=images.get(name, source / "images" / name),
            split=_split(image_id, scanpaths),
            group=image_id.rpartition("/")[2],
            fixations=partial(_fixations, scanpaths, int(initial == "drop")),
        )


def _split(image_id: str, scanpaths: list[_Scanpath]) -> str:
    found = {str(_value(trial, "split")) for trial in scanpaths}
    if len(found) != 1 or not found <= _SPLITS.keys():
        raise DataError(
            f"{scanpaths[0].where}: the split of image {image_id} must be one of {', '.join(_SPLITS)}, got "
            f"{', '.join(sorted(found))}."
        )
    return _SPLITS[found.pop()]


def _fixations(scanpaths: list[_Scanpath], first: int, size: Size) -> Fixations:
    """All trials of one image, each from its fixation number `first` on; in pixels of the image already."""
    del size
    columns = [_columns(trial)[:, first:] for trial in scanpaths]
    names = [str(_value(trial, "subject")).zfill(2) for trial in scanpaths]
    x, y, milliseconds = np.concatenate(columns, axis=1)
    observer = np.repeat(np.array(names, dtype=str), [column.shape[1] for column in columns])
    return Fixations(x=x, y=y, observer=observer, duration=milliseconds)


def _columns(trial: _Scanpath) -> NDArray[np.float64]:
    """(3, n): X, Y and T."""
    found = {key: _numbers(trial, key) for key in "XYT"}
    if len({*map(len, found.values())}) > 1:
        counts = ", ".join(str(len(values)) for values in found.values())
        raise DataError(f"{trial.where}: X, Y and T must have equally many numbers, got {counts}.")
    return np.stack([*found.values()])


def _numbers(trial: _Scanpath, key: str) -> NDArray[np.float64]:
    values = _value(trial, key)
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise DataError(f"{trial.where}: {key} is no list of numbers ({error}).") from error
    if numbers.ndim != 1:
        raise DataError(f"{trial.where}: {key} is no list of numbers, but {str(values)[:40]}.")
    return numbers


def _value(trial: _Scanpath, key: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    if key not in trial.values:
        raise DataError(f"{trial.where} has no {key!r}; its keys: {', '.join(trial.values) or 'none'}.")
    return trial.values[key]


COCO_FREEVIEW = Importer(
    read=read_coco_freeview,
    info=_FREEVIEW_INFO,
    editions={"": Counts(5_317, 10, 822_602)},
    oddities=(
        "the first fixation of a scanpath is the required one at the center; the test split is withheld; "
        "there are no onsets; the images are in COCO-Search18's archives, twice where they were searched "
        "with and without a target"
    ),
    without=_NO_ONSETS,
    stimuli="padded to 1680 x 1050",
)
COCO_SEARCH18 = Importer(
    read=read_coco_search18,
    info=_SEARCH18_INFO,
    editions={"present": Counts(3_101, 10, None), "absent": Counts(3_101, 10, None)},
    oddities=(
        "an image_id is target/name, since one image was searched for several targets; the first fixation of "
        "a scanpath is the required one at the center; the target-present images have two splits; the test "
        "split is withheld"
    ),
    without=_NO_ONSETS,
    stimuli="padded to 1680 x 1050",
)
