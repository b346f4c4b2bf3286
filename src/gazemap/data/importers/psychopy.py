"""PsychoPy's ioHub: the HDF5 files that its data store writes, of one session or of many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import numpy as np

from gazemap.data.dataset import DatasetInfo, SetAside
from gazemap.data.importers.hdf5 import Hdf5, opened
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.recorded import WITHOUT, Recordings, recorded
from gazemap.data.importers.tracker_tables import Columns, each_file, export_files
from gazemap.errors import DataError, InputError
from gazemap.gaze.recordings.messages import Wording
from gazemap.gaze.recordings.psychopy import by_session, iohub_recording
from gazemap.gaze.recordings.recording import Recording
from gazemap.images.formats import ENDINGS

_INFO = DatasetInfo(
    name="psychopy",
    title="Recordings of PsychoPy's ioHub and a folder of images",
    citation="of those who recorded them",
    license="as its source says",
    source=(
        "HDF5 files of ioHub; x and y count from the middle of the screen, y upward, in the display's units; "
        "the image lies where options say; onsets count from the message or time that says it appears"
    ),
)
_EVENTS = "data_collection/events"
_EYE = f"{_EVENTS}/eyetracker"
_GAZE = ("gaze_x", "gaze_y")
_TABLES = {  # by what they are for: their names, and the columns that they must have
    "monocular": (f"{_EYE}/MonocularEyeSampleEvent", ("session_id", "time", "eye", *_GAZE, "status")),
    "binocular": (
        f"{_EYE}/BinocularEyeSampleEvent",
        ("session_id", "time", *(f"{eye}_{name}" for eye in ("left", "right") for name in _GAZE), "status"),
    ),
    "fixations": (
        f"{_EYE}/FixationEndEvent",
        ("session_id", "time", "eye", "duration", "average_gaze_x", "average_gaze_y"),
    ),
    "messages": (f"{_EVENTS}/experiment/MessageEvent", ("session_id", "time", "msg_offset", "text")),
    "sessions": ("data_collection/session_meta_data", ("session_id", "code")),
}
_CONDITIONS = "data_collection/condition_variables/"  # a table EXP_CV_1 per experiment
_SESSION = "SESSION_ID"
_NAMED = "image"  # what a message starts with that else is the name of an image file alone


def read(
    source: Path,
    *,
    units: Literal["pix", "height", "norm"] = "pix",
    image: str | None = None,
    column: str | None = None,
    start: str | None = None,
    stop: str | None = None,
) -> Recordings:
    """An HDF5 file of PsychoPy's ioHub, or a folder of them, each of one session or of many.

    Messages of the experiment name the images, or a table of condition variables does. The screen must be
    stated: screen=.

    Args:
        source: the file or folder; the names of the files are the observers', or where a file holds several
            sessions, the sessions' codes.
        units: of the display, in which positions are: pix, pixels; height, shares of the screen's height;
            norm, from -1 to 1 on both sides. All count from the middle, y upward.
        image: how the messages start that name the images; a * in it stands for one word. By default those
            name one that end as the name of an image file does, such as .jpg.
        column: of the table of condition variables (EXP_CV_1), which names the images instead of messages;
            start and stop are then its columns of times.
        start: how the messages start that say that the image appears; by default IMAGE_ONSET, SYNCTIME and
            the like, or else when it is named.
        stop: how those start that say that it is gone; by default TRIAL_END, IMAGE_OFFSET and the like, or
            else when the next is named.

    Raises:
        DataError: there is no such file.
        InputError: column is given without start.
    """
    if column and not start:
        raise InputError(
            f"column={column} names the images, so a column must say when each appears. Say it: start=COLUMN."
        )
    files = export_files(source, (".hdf5", ".h5"), "recording of ioHub")
    named = {"image": column, "start": start, "stop": stop} if column and start else {}
    wording = Wording(image or _NAMED, start, stop)

    def recordings(path: Path) -> Iterator[Recording | SetAside]:
        with opened(path) as file:
            tables = _tables(file, named)
        if "messages" in tables and image is None:
            tables["messages"] = _with_names(tables["messages"])
        sessions = [*by_session(tables)]
        for code, own in sessions:
            alone = len(sessions) == 1
            name, observer = (path.name, path.stem) if alone else (f"{path.name}: {code}", code)
            try:
                yield iohub_recording(own, name, observer, units, wording)
            except DataError as error:  # other sessions may be sound
                yield SetAside(item=name, reason=str(error))

    return Recordings(_INFO, each_file(files, recordings))


def _tables(file: Hdf5, named: Mapping[str, str | None]) -> dict[str, Columns]:
    """The tables that hold rows, by what they are for."""
    found: dict[str, Columns] = {}
    for key, (name, columns) in _TABLES.items():
        if name not in file.names:
            continue
        own = file.table(name, columns)
        if missing := [column for column in columns if column not in own]:
            raise DataError(f"{file.path} lacks columns of {name}: {', '.join(missing)}. Record it anew.")
        _check_numbers(file, name, {column: own[column] for column in own if column not in ("text", "code")})
        if len(own["session_id"]):
            found[key] = own
    if not {"monocular", "binocular", "fixations"} & found.keys():
        raise DataError(
            f"{file.path} has no samples or fixations in {_EYE}. Give a file that ioHub saved with an eye "
            "tracker that recorded."
        )
    if named:
        found["conditions"] = _conditions(file, {key: name for key, name in named.items() if name})
    return found


def _conditions(file: Hdf5, named: Mapping[str, str]) -> Columns:
    """The columns of the table of condition variables that has all that are named."""
    held = {name: file.columns(name) for name in sorted(file.names) if name.startswith(_CONDITIONS)}
    wanted = {*named.values(), _SESSION}
    table = next((name for name, columns in held.items() if wanted <= {*columns}), None)
    if table is None:
        listed = "; ".join(f"{name.rpartition('/')[2]}: {', '.join(own)}" for name, own in held.items())
        raise DataError(
            f"{file.path} has no table of condition variables with the columns {', '.join(sorted(wanted))}. "
            f"Its tables: {listed or 'none'}."
        )
    own = file.table(table, wanted)
    times = {name: own[name] for key, name in named.items() if key != "image"}
    _check_numbers(file, table, {**times, _SESSION: own[_SESSION]})
    return {"session_id": own[_SESSION], **{key: own[name] for key, name in named.items()}}


def _check_numbers(file: Hdf5, table: str, columns: Columns) -> None:
    for name, values in columns.items():
        if values.dtype.kind not in "buif":
            raise DataError(f"{file.path}: {name} of {table} must hold numbers, got {values.dtype}.")


def _with_names(messages: Columns) -> Columns:
    """The messages, in which those that end as an image file's name does say that they name one."""
    texts = [str(text).strip() for text in messages["text"].tolist()]
    named = [f"{_NAMED} {text}" if text.lower().endswith(ENDINGS) else text for text in texts]
    return messages | {"text": np.array(named, dtype=str)}


PSYCHOPY = Importer(
    read=read,
    then=recorded,
    info=_INFO,
    editions={},
    oddities=(
        "the fixations of FixationEndEvent are taken, or they are found in samples; of two eyes that which "
        "was seen more often is taken; the file does not say how large the screen was nor in which units "
        "positions are, so screen= must be stated, and units= where they are not pix; a sample is lost where "
        "it is NaN, exactly (0, 0), or its status is 2 (right or only eye), 20 (left) or 22 (both); "
        "FixationEndEvent says when a fixation ended, and its duration when it began"
    ),
    without=WITHOUT | {"origin": "ioHub counts from the middle of the screen, y upward"},
)
