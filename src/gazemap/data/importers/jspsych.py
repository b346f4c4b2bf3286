"""jsPsych with WebGazer: data of experiments in browsers, as CSV or JSON, with the gaze of a webcam."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.recorded import WITHOUT, Recordings, recorded
from gazemap.data.importers.text_tables import text_table
from gazemap.data.importers.tracker_tables import each_file, export_files, reading_table
from gazemap.errors import DataError
from gazemap.gaze.recordings.jspsych import Watched, jspsych_recording
from gazemap.gaze.recordings.recording import Recording
from gazemap.system.json_text import parse_json

_INFO = DatasetInfo(
    name="jspsych",
    title="jsPsych's data of WebGazer and a folder of images",
    citation="of those who recorded them",
    license="as its source says",
    source=(
        "jsPsych's data; x and y are pixels of the browser's window; the image lies where webgazer_targets "
        "or options say; onsets count from the trial's start"
    ),
)
_OBSERVERS = ("participant", "participant_id", "subject", "subject_id", "observer")  # the first that is there
_ENDINGS = (".csv", ".json")
_LONGEST = 2**24  # letters of a cell

Row = Mapping[str, Any]


def read(source: Path, *, stimulus: str = "stimulus", observer: str | None = None) -> Recordings:
    """Data of jsPsych (.csv or .json), or a folder of such files, as of one per participant.

    Trials with webgazer_data are taken, and where their stimulus is among webgazer_targets, its box.

    Args:
        source: the file or folder.
        stimulus: the column of the images' names.
        observer: the column of the participants' names; by default participant, subject and the like, or else
            the names of the files are.

    Raises:
        DataError: there is no such file.
    """
    files = export_files(source, _ENDINGS, "data of jsPsych")
    return Recordings(_INFO, each_file(files, lambda path: _recordings(path, stimulus, observer)))


def _recordings(path: Path, stimulus: str, observer: str | None) -> Iterator[Recording]:
    rows = _json(path) if path.suffix.lower() == ".json" else _csv(path)
    keys = {key for row in rows for key in row}
    missing = {"webgazer_data", stimulus, *([observer] if observer else [])} - keys
    if missing:
        raise DataError(
            f"{path} has no {', '.join(sorted(missing))}. Record with jsPsych's extension-webgazer; "
            f"stimulus=NAME and observer=NAME name other columns. Its columns: {', '.join(sorted(keys))}."
        )
    who = observer or next((key for key in _OBSERVERS if key in keys), None)
    by_observer: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_observer[str(row.get(who) or "") if who else ""].append(row)
    for name, own in by_observer.items():
        alone = path.name.partition(".")[0]
        watched = [
            Watched(str(row[stimulus]), gaze, _value(path, row, "webgazer_targets", dict))
            for row in own
            if row.get(stimulus) and (gaze := _value(path, row, "webgazer_data", list))
        ]
        if watched:
            label = f"{path.name}: {name}" if name else path.name
            yield jspsych_recording(label, name or alone, watched, _window(own))


def _csv(path: Path) -> list[Row]:
    before = csv.field_size_limit(_LONGEST)  # gaze of a whole trial is one cell
    try:
        with reading_table(path):
            table = text_table(path, ["webgazer_data"])
            return [dict(zip(table.header, row, strict=True)) for row in table.rows()]
    finally:
        csv.field_size_limit(before)


def _json(path: Path) -> list[Row]:
    try:
        content = parse_json(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} is damaged or no JSON ({error}).") from error
    if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
        raise DataError(f"{path} must hold a list of trials, as jsPsych's data does.")
    return content


def _value(path: Path, row: Row, key: str, kind: type) -> Any:  # noqa: ANN401 - JSON of that kind
    """What a trial holds: as it is in JSON, or as JSON in a cell; nothing where it is empty."""
    value = row.get(key)
    if isinstance(value, str) and value.strip() not in ("", '""'):
        try:
            value = parse_json(value)
        except ValueError as error:
            raise DataError(f"{path}: {key} of {row.get('stimulus')} is no JSON ({error}).") from error
    if value in (None, "", '""'):
        return kind()
    if not isinstance(value, kind):
        raise DataError(f"{path}: {key} must be {kind.__name__}, got {str(value)[:40]!r}.")
    return value


def _window(rows: list[Row]) -> tuple[float, float] | None:
    """The size of the browser's window, which the plugin browser-check writes."""
    for row in rows:
        if row.get("trial_type") == "browser-check":
            try:
                width, height = float(row["width"]), float(row["height"])
            except (KeyError, TypeError, ValueError):
                continue
            if width > 0 and height > 0:
                return width, height
    return None


JSPSYCH = Importer(
    read=read,
    then=recorded,
    info=_INFO,
    editions={},
    oddities=(
        "fixations are found in the gaze of the webcam; the image lies in its box among webgazer_targets, "
        "where the trial has it; the window's size is that of browser-check, or must be stated by screen=; "
        "so must its size in centimeters, and its distance"
    ),
    without=WITHOUT,
)
