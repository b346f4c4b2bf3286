"""Pupil Core: exports of Pupil Player, as in exports/000 of each recording."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field

from gazemap.data.dataset import DatasetInfo, SetAside
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.recorded import WITHOUT, Recordings, recorded
from gazemap.data.importers.tracker_tables import Columns, is_true, named_columns
from gazemap.errors import DataError
from gazemap.gaze.recordings.marks import Mark, marked
from gazemap.gaze.recordings.pupil import pupil_recording, span
from gazemap.gaze.recordings.recording import Place, Recording, Trial

_INFO = DatasetInfo(
    name="pupil-core",
    title="Exports of Pupil Player and a folder of images",
    citation="of those who recorded them",
    license="as its source says",
    source=(
        "exports of Pupil Player; x and y are shares of the surface or of the scene camera's picture, from "
        "the lower left corner (1 - y here); the image lies where options say; onsets count from the "
        "annotation that names it"
    ),
)
_FIXATIONS = {
    "start_timestamp": "onset",
    "duration": "duration",
    "norm_pos_x": "x",
    "norm_pos_y": "y",
    "fixation_id": "index",
    "id": "index",
    "on_surf": "on",
    "on_srf": "on",
    "confidence": "confidence",
}
_GAZE = {
    "gaze_timestamp": "time",
    "x_norm": "x",
    "y_norm": "y",
    "norm_pos_x": "x",
    "norm_pos_y": "y",
    "on_surf": "on",
    "on_srf": "on",
    "confidence": "confidence",
}
_ANNOTATIONS = {"timestamp": "time", "duration": "duration", "label": "label"}
_OF_SURFACE = re.compile(r"(fixations|gaze_positions)_on_surface_(.+?)(_[0-9]+\.[0-9]+)?\.csv")
_FILES = ("fixations.csv", "gaze_positions.csv")


def read(
    source: Path, *, surface: str | None = None, confidence: Annotated[float, Field(ge=0, le=1)] = 0.6
) -> Recordings:
    """Exports of Pupil Player: the folder exports/000 of a recording, a recording, or a folder of recordings.

    Of the exports of a recording the last is taken. Each surface is the image of its name, seen all the time;
    or it is a screen, on which the labels of annotations.csv name the images. Without surfaces, annotations
    name what is in front of the scene camera.

    Args:
        source: the folder; the folders in it are the observers'.
        surface: the name of the surface that is the screen; its size in any pixels is the option screen.
        confidence: samples and fixations below are lost.

    Raises:
        DataError: there is no export.
    """
    exports = _exports(source)
    if not exports:
        raise DataError(
            f"{source} holds no export of Pupil Player ({' or '.join(_FILES)}). Load the recording in Pupil "
            "Player, export it, and give the folder of the recordings."
        )
    return Recordings(_INFO, _each(source, exports, surface, confidence))


def _exports(source: Path) -> list[Path]:
    """The folders of exports: the last of each recording."""
    folders = {path.parent for file in _FILES for path in source.rglob(file)}
    folders |= {path.parent.parent for path in source.rglob("*_on_surface_*.csv")}
    found = {
        folder.parent if folder.parent.name == "exports" else folder: folder for folder in sorted(folders)
    }
    return sorted(found.values())


def _each(
    source: Path, exports: list[Path], surface: str | None, confidence: float
) -> Iterator[Recording | SetAside]:
    for folder in exports:
        own = folder.parent.parent if folder.parent.name == "exports" else folder
        below = own.relative_to(source).parts if own.is_relative_to(source) else ()
        observer = below[0] if below else own.resolve().name
        name = folder.relative_to(source).as_posix() if folder != source else folder.name
        try:
            yield from _recordings(folder, name, observer, surface, confidence)
        except DataError as error:
            yield SetAside(item=name, reason=str(error))


def _recordings(
    folder: Path, name: str, observer: str, surface: str | None, confidence: float
) -> Iterator[Recording]:
    surfaces = _surfaces(folder)
    if surface is not None and surface not in surfaces:
        known = f"those of {folder} are {', '.join(surfaces)}" if surfaces else f"{folder} has none"
        raise DataError(f"There is no surface {surface!r}; {known}. Say surface=NAME.")
    if surfaces and surface is None:
        for image, files in surfaces.items():
            fixations, gaze = _tables(files, confidence)
            first, last = span(fixations, gaze, name)
            seen = Trial(image, first, first, last, Place("fill"), is_assumed=True)
            yield pupil_recording(f"{name}: {image}", observer, fixations, gaze, [seen])
        return
    files = surfaces[surface] if surface else {file: folder / file for file in _FILES}
    fixations, gaze = _tables({file: path for file, path in files.items() if path.exists()}, confidence)
    marks = _marks(folder / "annotations.csv")
    yield pupil_recording(name, observer, fixations, gaze, marked(marks, span(fixations, gaze, name)[1]))


def _surfaces(folder: Path) -> dict[str, dict[str, Path]]:
    """The files of each surface, by its name."""
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.glob("surfaces/*.csv")):
        if named := _OF_SURFACE.fullmatch(path.name):
            found.setdefault(named[2], {})[f"{named[1]}.csv"] = path
    return found


def _tables(files: Mapping[str, Path], confidence: float) -> tuple[Columns, Columns]:
    fixations, gaze = Columns(), Columns()
    if "fixations.csv" in files:
        fixations = _upright(
            named_columns(files["fixations.csv"], _FIXATIONS, ("onset", "duration", "x", "y"), ("on",)),
            confidence,
        )
        fixations["duration"] = fixations["duration"] / 1e3
    if "gaze_positions.csv" in files:
        gaze = _upright(
            named_columns(files["gaze_positions.csv"], _GAZE, ("time", "x", "y"), ("on",)), confidence
        )
    return fixations, gaze


def _upright(columns: Columns, confidence: float) -> Columns:
    """With y down, and which rows are kept: on the surface, and with enough confidence."""
    kept = np.ones(len(columns["x"]), dtype=bool)
    if "on" in columns:
        kept &= is_true(columns.pop("on"))
    if "confidence" in columns:
        kept &= columns.pop("confidence") >= confidence
    return {**columns, "y": 1 - columns["y"], "kept": kept}


def _marks(path: Path) -> list[Mark]:
    if not path.exists():
        raise DataError(
            f"{path} is missing, whose labels say which image was there when. Annotate the recording; or "
            "name a surface after each image, which then is there all the time."
        )
    found = named_columns(path, _ANNOTATIONS, ("time", "label"), ("label",))
    lasts = found.get("duration", np.zeros(len(found["time"])))
    return [*zip(found["time"].tolist(), lasts.tolist(), found["label"].tolist(), strict=True)]


PUPIL_CORE = Importer(
    read=read,
    then=recorded,
    info=_INFO,
    editions={},
    oddities=(
        "fixations of Pupil Player are taken where it exported them, or they are found in the gaze; on a "
        "surface a fixation is where the mean of its rows is that are on it; what is beside the surface is "
        "left out; samples and fixations below a confidence of 0.6 are lost; the size of the surface or of "
        "the scene camera must be stated by screen=; positions on the scene camera move with the head, so "
        "that they fit an image only where the head was still"
    ),
    without=WITHOUT,
)
