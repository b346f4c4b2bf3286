"""Tobii Pro Lab: data exports as text (.tsv), of one recording or of many."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.recorded import WITHOUT, Recordings, recorded
from gazemap.data.importers.text_tables import TextTable, text_table
from gazemap.data.importers.tracker_tables import (
    Columns,
    each_file,
    export_files,
    read_columns,
    reading_table,
)
from gazemap.errors import DataError
from gazemap.gaze.recordings.tobii import TEXTS, recordings_of, seconds

_INFO = DatasetInfo(
    name="tobii-pro-lab",
    title="Recordings of Tobii Pro Lab and a folder of images",
    citation="of those who recorded them",
    license="as its source says",
    source=(
        "data exports; x and y are pixels of the screen from its upper left corner; the image lies where the "
        "columns of the presented media or options say; onsets count from the image's appearance"
    ),
)
_NAMES = {  # of columns, without the unit that follows; the first that is there is taken
    "time": ("Recording timestamp",),
    "image": ("Presented Media name", "Presented Stimulus name"),
    "participant": ("Participant name",),
    "recording": ("Recording name",),
    "sensor": ("Sensor",),
    "event": ("Event",),
    "type": ("Eye movement type",),
    "index": ("Eye movement type index",),
    "duration": ("Gaze event duration", "Eye movement event duration"),
    "fixation_x": ("Fixation point X",),
    "fixation_y": ("Fixation point Y",),
    "x": ("Gaze point X",),
    "y": ("Gaze point Y",),
    "left_x": ("Gaze point left X",),
    "left_y": ("Gaze point left Y",),
    "right_x": ("Gaze point right X",),
    "right_y": ("Gaze point right Y",),
    "valid_left": ("Validity left",),
    "valid_right": ("Validity right",),
    "screen_width": ("Recording resolution width",),
    "screen_height": ("Recording resolution height",),
    "media_x": ("Presented Media position X",),
    "media_y": ("Presented Media position Y",),
    "media_width": ("Presented Media width",),
    "media_height": ("Presented Media height",),
}
_UNIT = re.compile(r"(.*?)\s*(?:[\[(]([^\])]*)[\])])?")
_UNITS = {
    "",
    "px",
    "dacspx",
    "rcspx",
    "ms",
    "us",
}  # those of pixels and times; others are millimeters or shares
_PER_SECOND = {"ms": 1e3, "us": 1e6}
_FIXATIONS = ("type", "index", "duration", "fixation_x", "fixation_y")
_ENDINGS = (".tsv", ".txt", ".csv", ".tsv.gz")


def read(source: Path) -> Recordings:
    """A data export (.tsv) with Pro Lab's names of columns, or a folder of exports, as of one per recording.

    Rows that follow each other with the same Presented Media name, or else Presented Stimulus name, are a
    trial. Units in the names of columns, such as "[DACS px]" and "[ms]", may be there or not.

    Args:
        source: the file or folder.

    Raises:
        DataError: there is no such file.
    """
    files = export_files(source, _ENDINGS, "export of Pro Lab")
    return Recordings(_INFO, each_file(files, lambda path: recordings_of(_columns(path), path.name)))


def _columns(path: Path) -> Columns:
    """The columns of an export that are known, times in seconds."""
    with reading_table(path):
        table = text_table(path, _NAMES["time"])
        places, units = _places(path, table)
        columns = read_columns(table, places, TEXTS)
    known = np.isfinite(columns["time"])
    if not known.any():
        raise DataError(f"{path} has no row with a number as Recording timestamp.")
    columns = {key: values[known] for key, values in columns.items()}
    return columns | {"time": columns["time"] / (_PER_SECOND.get(units) or seconds(columns["time"]))}


def _places(path: Path, table: TextTable) -> tuple[dict[str, int], str]:
    """Where each known column stands, and the unit of times; empty where its name does not say it."""
    by_name: dict[str, tuple[int, str]] = {}
    for place, header in enumerate(table.header):
        found = _UNIT.fullmatch(header)
        unit = (found[2] or "").replace(" ", "").lower().translate({0xB5: "u", 0x3BC: "u"}) if found else "?"
        if found and unit in _UNITS:
            by_name.setdefault(found[1].lower(), (place, unit))
    held = {
        key: by_name[name.lower()]
        for key, names in _NAMES.items()
        if (name := next((name for name in names if name.lower() in by_name), None))
    }
    missing = [" or ".join(_NAMES[key]) for key in ("time", "image") if key not in held]
    if not ({"x", "y"} <= held.keys() or {*_FIXATIONS} <= held.keys()):
        lacking = ", ".join(" or ".join(_NAMES[key]) for key in _FIXATIONS if key not in held)
        missing.append(f"for its fixations {lacking}; or for raw samples Gaze point X and Gaze point Y")
    if missing:
        raise DataError(
            f"{path} lacks columns: {'; '.join(missing)}. Choose them in Pro Lab's data export. Its columns: "
            f"{', '.join(table.header) or 'none'}."
        )
    return {key: place for key, (place, _) in held.items()}, held["time"][1]


TOBII_PRO_LAB = Importer(
    read=read,
    then=recorded,
    info=_INFO,
    editions={},
    oddities=(
        "Pro Lab's own fixations are taken where the export has them, or they are found in raw samples; its "
        "fixations are those of both eyes together; timestamps without a unit are milliseconds where rows "
        "follow each other within 100 of them, else microseconds; a fixation that began before the image "
        "appeared is left out; rows of other sensors, such as the mouse, are passed over"
    ),
    without=WITHOUT,
)
