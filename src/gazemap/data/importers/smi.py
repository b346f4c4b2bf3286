"""SMI BeGaze: exports of raw samples or of events as text, also those of SMI's IDF Converter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.recorded import WITHOUT, Recordings, recorded
from gazemap.data.importers.text_tables import TextTable, opened, text_table
from gazemap.data.importers.tracker_tables import (
    Columns,
    each_file,
    export_files,
    known_places,
    read_columns,
    reading_table,
)
from gazemap.errors import DataError
from gazemap.gaze.recordings.marks import Mark
from gazemap.gaze.recordings.recording import Recording
from gazemap.gaze.recordings.smi import TEXTS, Header, evented, sampled
from gazemap.images.formats import ENDINGS

_INFO = DatasetInfo(
    name="smi",
    title="Recordings of SMI BeGaze and a folder of images",
    citation="of those who recorded them",
    license="as its source says",
    source=(
        "exports of BeGaze or IDF Converter; x and y are pixels of the screen from its upper left corner; "
        "the image lies where options say; onsets count from the first sample of its stimulus, or from the "
        "message that names it"
    ),
)
_SHARED = {"Trial": "trial", "Stimulus": "image", "Participant": "participant", "Subject": "participant"}
_SAMPLES = {
    **_SHARED,
    "Time": "time",
    "RecordingTime [ms]": "time",
    "Type": "type",
    "Info": "info",
    **{
        name.format(said): f"{what}_{eye}"
        for eye, letter, said in (("both", "B", "Binocular"), ("left", "L", "Left"), ("right", "R", "Right"))
        for what, names in {
            "x": (f"{letter} POR X [px]", "Point of Regard {} X [px]"),
            "y": (f"{letter} POR Y [px]", "Point of Regard {} Y [px]"),
            "info": (f"{letter} Event Info", "Category {}"),
            "index": ("Index {}",),
        }.items()
        for name in names
    },
}
_EVENTS = {
    **_SHARED,
    "Eye L/R": "eye",
    "Eye": "eye",
    "Category": "category",
    "Trial Start Raw Time [ms]": "began",
    "Event Start Trial Time [ms]": "onset",
    "Event Duration [ms]": "duration",
    "Fixation Position X [px]": "x",
    "Fixation Position Y [px]": "y",
    "Visual Intake Position X [px]": "x",
    "Visual Intake Position Y [px]": "y",
    "Position X": "x",
    "Position Y": "y",
}
_ENDINGS = (".txt", ".csv", ".tsv", ".txt.gz")
_HEADER = 200  # lines in which what is said before the table is looked for
_MESSAGE = "# Message:"


def read(source: Path, *, image: str | None = None) -> Recordings:
    """A text export of BeGaze, or a folder of them, each of one participant or of many.

    Rows that follow each other with one Stimulus and Trial are a trial. Where there is no such column,
    messages name the images, each until the next one.

    Args:
        source: the file or folder.
        image: how the messages start that name the images; by default those name one that end as the name of
            an image file does, such as .jpg.

    Raises:
        DataError: there is no such file.
    """
    files = export_files(source, _ENDINGS, "export of BeGaze")
    return Recordings(_INFO, each_file(files, lambda path: _recordings(path, image)))


def _recordings(path: Path, image: str | None) -> Iterator[Recording]:
    with reading_table(path):
        table = text_table(path, ["Trial", "Stimulus"])
        header = _header(table)
        if "Event Start Trial Time [ms]" in table.header:
            places = _places(path, table, _EVENTS, ("image", "category", "onset", "duration", "x", "y"))
            columns = read_columns(table, places, TEXTS)
            for key in ("onset", "duration", "began"):
                if key in columns:
                    columns[key] = columns[key] / 1e3
            yield from evented(columns, header, path.name)
            return
        others: list[list[str]] = []
        places = _places(path, table, _SAMPLES, ("time",))
        columns = read_columns(table, places, TEXTS, others)
        per_second = 1e6 if table.header[places["time"]] == "Time" else 1e3
        marks = [*_marks(path, others, per_second, image)]
    yield from sampled(_samples(path, columns, per_second), marks, header, path.name)


def _places(
    path: Path, table: TextTable, names: Mapping[str, str], required: Sequence[str]
) -> dict[str, int]:
    found, missing = known_places(table, names, required)
    eyes = [eye for eye in ("both", "left", "right") if {f"x_{eye}", f"y_{eye}"} <= found.keys()]
    if names is _SAMPLES and not eyes:
        missing.append("L POR X [px] and L POR Y [px], or those of R, B or Point of Regard")
    if missing:
        raise DataError(
            f"{path} lacks columns: {'; '.join(missing)}. Choose them in BeGaze's export. Its columns: "
            f"{', '.join(table.header) or 'none'}."
        )
    if "info" in found and len(eyes) == 1:  # of the only eye
        found.setdefault(f"info_{eyes[0]}", found["info"])
    found.pop("info", None)
    return found


def _header(table: TextTable) -> Header:
    """What lines such as "## Calibration Area:	1680	1050" say."""
    said: dict[str, list[str]] = {}
    with opened(table.path, table.encoding) as file:
        for line in islice(file, min(table.skipped, _HEADER)):
            key, mark, value = line.lstrip("# ").partition(":")
            if mark:
                said.setdefault(key.strip(), value.split())
    size, millimeters = (_numbers(said.get(key)) for key in ("Calibration Area", "Stimulus Dimension [mm]"))
    away, count = (_numbers(said.get(key)) for key in ("Head Distance [mm]", "Number of Samples"))
    return Header(
        subject=" ".join(said.get("Subject", [])),
        screen=(size[0], size[1]) if len(size) == 2 else None,
        screen_cm=(millimeters[0] / 10, millimeters[1] / 10) if len(millimeters) == 2 else None,
        distance_cm=away[0] / 10 if len(away) == 1 else None,
        samples=round(count[0]) if len(count) == 1 else None,
    )


def _numbers(texts: Sequence[str] | None) -> list[float]:
    """Numbers above 0; none where one is not."""
    try:
        found = [float(text.replace(",", ".")) for text in texts or ()]
    except ValueError:
        return []
    return found if all(0 < number < np.inf for number in found) else []


def _marks(
    path: Path, lines: Sequence[Sequence[str]], per_second: float, image: str | None
) -> Iterator[Mark]:
    """Those of the messages that name an image."""
    for line in lines:
        if len(line) < 4 or line[1] != "MSG":
            raise DataError(
                f"{path}: a line has other cells than the header, and is no message: {' '.join(line)[:60]!r}."
            )
        text = " ".join(line[3:]).removeprefix(_MESSAGE).strip()
        if image and text.lower().startswith(image.lower()):
            yield float(line[0]) / per_second, 0.0, text[len(image) :].strip()
        elif not image and text.lower().endswith(ENDINGS):
            yield float(line[0]) / per_second, 0.0, text


def _samples(path: Path, columns: Columns, per_second: float) -> Columns:
    own = np.isfinite(columns["time"])
    if "type" in columns:
        own &= columns["type"] == "SMP"
    if not own.any():
        raise DataError(f"{path} has no sample with a time.")
    columns = {key: values[own] for key, values in columns.items()}
    return columns | {"time": columns["time"] / per_second}


SMI = Importer(
    read=read,
    then=recorded,
    info=_INFO,
    editions={},
    oddities=(
        "fixations are those that BeGaze found, or they are found in raw samples; where the export is of raw "
        "samples, those that follow each other as Fixation are one, which lies at their mean; of two eyes "
        "the left is taken unless eye says another; (0, 0) is a lost sample, and so are blinks; the screen's "
        "size and distance are those of the header, where there is one; a fixation that began before the "
        "image appeared is left out, and so is an event at 0 ms, which its trial has cut"
    ),
    without=WITHOUT,
)
