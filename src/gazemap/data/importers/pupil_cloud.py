"""Pupil Cloud: exports of Neon and Pupil Invisible, on a picture, a surface or the scene camera."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.data.dataset import DatasetInfo, SetAside
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.recorded import WITHOUT, Recordings, recorded
from gazemap.data.importers.tracker_tables import Columns, is_true, named_columns
from gazemap.errors import DataError
from gazemap.gaze.recordings.marks import marked
from gazemap.gaze.recordings.pupil import pupil_recording, span
from gazemap.gaze.recordings.recording import Place, Recording, Trial
from gazemap.images.reading import read_size

_INFO = DatasetInfo(
    name="pupil-cloud",
    title="Exports of Pupil Cloud and their images",
    citation="of those who recorded them",
    license="as its source says",
    source=(
        "exports of Pupil Cloud; x and y are pixels of the reference image, shares of the surface, or pixels "
        "of the scene camera, from the upper left corner; onsets count from the start of the section or event"
    ),
)
_FIXATIONS = {
    "start timestamp [ns]": "onset",
    "duration [ms]": "duration",
    "fixation x [px]": "x",
    "fixation y [px]": "y",
    "fixation x [normalized]": "share_x",
    "fixation y [normalized]": "share_y",
    "fixation detected in reference image": "on",
    "fixation detected on surface": "on",
    "section id": "section",
}
_GAZE = {
    "timestamp [ns]": "time",
    "gaze x [px]": "x",
    "gaze y [px]": "y",
    "gaze position in reference image x [px]": "x",
    "gaze position in reference image y [px]": "y",
    "gaze position on surface x [normalized]": "share_x",
    "gaze position on surface y [normalized]": "share_y",
    "gaze detected in reference image": "on",
    "gaze detected on surface": "on",
    "section id": "section",
}
_SECTIONS = {
    "section id": "section",
    "section start time [ns]": "start",
    "section end time [ns]": "end",
    "wearer name": "wearer name",
    "wearer id": "wearer id",
    "recording name": "recording name",
    "recording id": "recording id",
    "start event name": "event",
}
_EVENTS = {"timestamp [ns]": "time", "name": "name"}
_OBSERVERS = ("wearer name", "wearer id", "recording name", "recording id")  # the first that is there
_TEXTS = {"onset", "time", "on", "section", "start", "end", "event", "name", *_OBSERVERS}
_FRAMING = ("recording.begin", "recording.end")  # events of every recording
_FILES = ("fixations.csv", "gaze.csv")


def read(source: Path) -> Recordings:
    """An export of Pupil Cloud, or a folder of them.

    Of a Reference Image Mapper, the image is its reference image. Of a Marker Mapper, the surface is the
    screen, and each section shows the image that its start event names, or if it is recording.begin, that
    of the folder's name. In Timeseries Data, events name what is in front of the scene camera.

    Args:
        source: the folder of an export, with fixations.csv or gaze.csv; or the folder of such folders.

    Raises:
        DataError: there is no export.
    """
    folders = sorted({path.parent for file in _FILES for path in source.rglob(file)})
    if not folders:
        raise DataError(
            f"{source} holds no export of Pupil Cloud ({' or '.join(_FILES)}). Unpack what you downloaded, "
            "and give its folder."
        )
    return Recordings(_INFO, _each(source, folders))


def _each(source: Path, folders: list[Path]) -> Iterator[Recording | SetAside]:
    for folder in folders:
        try:
            yield from _recordings(folder)
        except DataError as error:
            name = folder.name if folder == source else folder.relative_to(source).as_posix()
            yield SetAside(item=name, reason=str(error))


def _recordings(folder: Path) -> Iterator[Recording | SetAside]:
    fixations = _table(folder / "fixations.csv", _FIXATIONS, ("onset", "duration"))
    gaze = _table(folder / "gaze.csv", _GAZE, ("time",))
    if "on" in fixations or "on" in gaze:
        yield from _sections(folder, fixations, gaze)
    else:
        yield _on_camera(folder, fixations, gaze)


def _table(path: Path, names: Mapping[str, str], required: Collection[str]) -> Columns:
    return named_columns(path, names, required, _TEXTS) if path.exists() else {}


def _sections(folder: Path, fixations: Columns, gaze: Columns) -> Iterator[Recording | SetAside]:
    """A recording for each section; what is beside the picture or surface has no place."""
    sections = _table(folder / "sections.csv", _SECTIONS, ("section", "start", "end"))
    if not sections or any(table and "section" not in table for table in (fixations, gaze)):
        raise DataError(
            f"{folder} lacks sections.csv, or a table the column section id, which say what was seen when. "
            "Download the export again, and unpack all of it."
        )
    name = folder.resolve().name
    shares = "share_x" in fixations or "share_x" in gaze
    picture = None if shares else next(iter(sorted(folder.glob("reference_image.*"))), None)
    if not shares and not picture:
        yield SetAside(item=f"{name}/reference_image", reason="there is no such image in the export")
        return
    height, width = map(float, read_size(picture) if picture else (0, 0))
    for row, section in enumerate(sections["section"]):
        start, end = (_whole(folder, sections[key][row : row + 1])[0] for key in ("start", "end"))
        event = str(sections["event"][row]) if "event" in sections else ""
        image = event if event and event not in _FRAMING else name
        lasts = float(end - start) / 1e9
        own, looked = (
            _placed(folder, _rows(table, table["section"] == section), start, shares=shares)
            if table
            else table
            for table in (fixations, gaze)
        )
        yield pupil_recording(
            f"{name}: {section}",
            next((str(sections[key][row]) for key in _OBSERVERS if key in sections), str(section)),
            own,
            looked,
            [
                Trial(f"{name}/{picture.stem}", 0.0, 0.0, lasts, Place("corner"))
                if picture
                else Trial(image, 0.0, 0.0, lasts)
            ],
            screen=(width, height) if picture else None,
            in_shares=shares,
        )


def _on_camera(folder: Path, fixations: Columns, gaze: Columns) -> Recording:
    events = _table(folder / "events.csv", _EVENTS, ("time", "name"))
    if not events:
        raise DataError(
            f"{folder} has no events.csv, whose names say which image was there when. Add events in Pupil "
            "Cloud; or map the gaze to an image there, by a Reference Image Mapper or a Marker Mapper."
        )
    times = _whole(folder, events["time"])
    first = int(times.min()) if len(times) else 0
    fixations, gaze = (_placed(folder, table, first, shares=False) for table in (fixations, gaze))
    name = folder.resolve().name
    seconds = ((times - first) / 1e9).tolist()
    events_of = [*zip(seconds, events["name"].tolist(), strict=True)]
    ends = [time for time, event in events_of if event == _FRAMING[1]]
    marks = [(time, 0.0, event) for time, event in events_of if event not in _FRAMING]
    trials = marked(marks, min([span(fixations, gaze, name)[1], *ends]))
    return pupil_recording(name, name, fixations, gaze, trials, in_shares=False)


def _rows(columns: Columns, own: NDArray[np.bool_]) -> Columns:
    return {key: values[own] for key, values in columns.items()}


def _placed(folder: Path, columns: Columns, first: int, *, shares: bool) -> Columns:
    """Times in seconds from a first nanosecond, places in x and y, and which are on what was mapped."""
    if not columns:
        return columns
    wanted = ("share_x", "share_y") if shares else ("x", "y")
    if not {*wanted} <= columns.keys():
        unit = "[normalized]" if shares else "[px]"
        raise DataError(f"{folder}: its columns lack x and y {unit}. Export it again with them.")
    found: Columns = {"x": columns[wanted[0]], "y": columns[wanted[1]]}
    for key in ("onset", "time"):
        if key in columns:
            found[key] = (_whole(folder, columns[key]) - first) / 1e9
    if "duration" in columns:
        found["duration"] = columns["duration"] / 1e3
    if "on" in columns:
        found["kept"] = is_true(columns["on"])
    return found


def _whole(folder: Path, nanoseconds: NDArray[Any]) -> NDArray[np.int64]:
    """(n,) which float64 could not tell apart to the last digit."""
    try:
        return nanoseconds.astype(np.int64)
    except ValueError as error:
        raise DataError(f"{folder}: a timestamp is no whole number of nanoseconds ({error}).") from error


PUPIL_CLOUD = Importer(
    read=read,
    then=recorded,
    info=_INFO,
    editions={},
    oddities=(
        "the fixations of Pupil Cloud are taken where it exported them, or they are found in the gaze; what "
        "is beside the picture or surface is left out; the size of a surface or of the scene camera must be "
        "stated by screen=; positions on the scene camera move with the head, so that they fit an image only "
        "where the head was still"
    ),
    without=WITHOUT,
)
