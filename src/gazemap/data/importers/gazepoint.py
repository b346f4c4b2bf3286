"""Gazepoint Analysis: the files "User 1_all_gaze.csv" of its export, one per user."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.recorded import WITHOUT, Recordings, recorded
from gazemap.data.importers.text_tables import text_table
from gazemap.data.importers.tracker_tables import (
    Columns,
    each_file,
    export_files,
    read_columns,
    reading_table,
)
from gazemap.errors import DataError
from gazemap.gaze.recordings.gazepoint import TEXTS, gazepoint_recording
from gazemap.gaze.recordings.recording import Recording

_INFO = DatasetInfo(
    name="gazepoint",
    title="Recordings of Gazepoint Analysis and a folder of images",
    citation="of those who recorded them",
    license="as its source says",
    source=(
        "all_gaze.csv; x and y are shares of the screen from its upper left corner; the image lies where "
        "options say; onsets count from the first sample of its media"
    ),
)
_NAMES = {  # of columns
    "MEDIA_NAME": "image",
    "MEDIA_ID": "media",
    "FPOGX": "fixation_x",
    "FPOGY": "fixation_y",
    "FPOGD": "duration",
    "FPOGID": "index",
    "FPOGV": "fixation_valid",
    "BPOGX": "x",
    "BPOGY": "y",
    "BPOGV": "valid",
    "LPOGX": "left_x",
    "LPOGY": "left_y",
    "LPOGV": "left_valid",
    "RPOGX": "right_x",
    "RPOGY": "right_y",
    "RPOGV": "right_valid",
}
_TIME = re.compile(r"TIME(\(.*\))?")  # with when the recording began
_TICK = re.compile(r"TIMETICK\(f=([0-9]+)\)")  # with how many a second has
_FIXATIONS = ("FPOGX", "FPOGY", "FPOGD", "FPOGID", "FPOGV")
_SAMPLES = ("BPOGX", "BPOGY")
_ENDINGS = ("all_gaze.csv", "all_gaze.csv.gz")
_OBSERVER = re.compile(r"(.*?)[ _-]*all_gaze\.csv(\.gz)?", re.IGNORECASE)


def read(source: Path) -> Recordings:
    """A file all_gaze.csv of Gazepoint Analysis, or the folder of an export, with one per user.

    Rows that follow each other with the same MEDIA_NAME are a trial. The screen must be stated: screen=.

    Args:
        source: the file or folder; the names of the files are the observers'.

    Raises:
        DataError: there is no such file.
    """
    files = export_files(source, _ENDINGS, "export of Gazepoint Analysis")
    return Recordings(_INFO, each_file(files, _recordings))


def _recordings(path: Path) -> Iterator[Recording]:
    named = _OBSERVER.fullmatch(path.name)
    observer = (named[1] if named else "") or path.name.partition(".")[0]
    yield gazepoint_recording(_columns(path), path.name, observer)


def _columns(path: Path) -> Columns:
    """The columns that are known, times in seconds; rows without a time are left out."""
    with reading_table(path):
        table = text_table(path, _SAMPLES)
        places, ticks = _places(path, table.header)
        columns = read_columns(table, places, TEXTS)
    columns.setdefault("image", columns.get("media", np.empty(0)))
    if "clock" in columns:
        columns["clock"] = columns["clock"] / ticks
    known = np.isfinite(columns["clock" if "clock" in columns else "time"])
    if not known.any():
        raise DataError(f"{path} has no row with a time.")
    return {key: values[known] for key, values in columns.items()}


def _places(path: Path, header: tuple[str, ...]) -> tuple[dict[str, int], float]:
    """Where each known column stands, and how many units of TIMETICK a second has."""
    held = {_NAMES[name]: place for place, name in enumerate(header) if name in _NAMES}
    ticks = 1.0
    for place, name in enumerate(header):
        if _TIME.fullmatch(name):
            held.setdefault("time", place)
        elif (found := _TICK.fullmatch(name)) and float(found[1]) > 0:
            held["clock"], ticks = place, float(found[1])
    missing = [] if {"image", "media"} & held.keys() else ["MEDIA_NAME or MEDIA_ID"]
    if not {"time", "clock"} & held.keys():
        missing.append("TIME or TIMETICK")
    if not any({_NAMES[name] for name in part} <= held.keys() for part in (_FIXATIONS, _SAMPLES)):
        lacking = ", ".join(name for name in _FIXATIONS if _NAMES[name] not in held)
        missing.append(f"for its fixations {lacking}; or for raw samples BPOGX and BPOGY")
    if missing:
        raise DataError(
            f"{path} lacks columns: {'; '.join(missing)}. Export all_gaze.csv from Gazepoint Analysis with "
            f"them. Its columns: {', '.join(filter(None, header)) or 'none'}."
        )
    return held, ticks


GAZEPOINT = Importer(
    read=read,
    then=recorded,
    info=_INFO,
    editions={},
    oddities=(
        "the fixations of FPOGX and FPOGY are taken, or they are found in the samples of BPOGX and BPOGY; "
        "the file does not say how large the screen was, so screen= must be stated; the files of users are "
        "read, and their *_fixations.csv, which hold the same fixations, are not; a fixation that is there "
        "with the first sample of its media began before them and is left out"
    ),
    without=WITHOUT,
)
