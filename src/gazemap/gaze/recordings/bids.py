"""Eye tracking in BIDS: samples of each eye, events of the task and of the tracker.

The form is that of the Brain Imaging Data Structure 1.11.1, "Eye tracking": physio.tsv.gz of each eye,
physioevents.tsv.gz of what the tracker found, and events.tsv of what was shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from gazemap.errors import DataError
from gazemap.gaze.detection import DetectedFixations
from gazemap.gaze.recordings.bids_files import Table, applying, read_table, sidecar
from gazemap.gaze.recordings.bids_units import Screen, per_second, pixels
from gazemap.gaze.recordings.recording import Eye, Place, Recording, Samples, Trial
from gazemap.types import Floats

EYES: dict[str, Eye] = {"left": "left", "right": "right", "cyclopean": "both"}
BOX = ("image_left", "image_top", "image_width", "image_height")  # of our own, as is NAMED
NAMED = "image"
DIGITS = 9  # of a second: an onset from the first sample leads back to the clock exactly
_IMAGE = ("stim_file", NAMED)
_NOT_RAW = {"derivatives", "sourcedata"}  # folders that hold the same data once more
_LONGEST = 20.0  # seconds that fixations last in the median: more are milliseconds


@dataclass(frozen=True, eq=False)
class _EyeFile:
    """One physio.tsv.gz.

    Attributes:
        path: of the file.
        eye: whose.
        error: degrees, of its calibration; infinite where it is not said.
        unit: how many units of its timestamps a second has.
        start: StartTime, in seconds.
        samples: in the order of time.
    """

    path: Path
    eye: Eye
    error: float
    unit: float
    start: float
    samples: Samples


def eye_files(root: Path) -> list[list[Path]]:
    """The physio.tsv.gz of eyes below a folder, those of one recording together; not its derivatives'.

    Raises:
        DataError: a sidecar is damaged.
    """
    found: dict[tuple[Path, str], list[Path]] = {}
    for path in sorted(root.rglob("*_physio.tsv.gz")):
        parts = path.relative_to(root).parts
        passed = parts[0] in _NOT_RAW or any(part.startswith(".") for part in parts)
        if not passed and sidecar(root, path, "physio").get("PhysioType") == "eyetrack":
            found.setdefault((path.parent, _whole(path)), []).append(path)
    return [*found.values()]


def _whole(path: Path) -> str:
    """A file's name without the recording: what its eyes share."""
    parts = path.name.partition(".")[0].split("_")
    return "_".join(part for part in parts[:-1] if not part.startswith("recording-"))


def read_bids(
    root: Path, files: Sequence[Path], observer: str, image: str | None = None, origin: str | None = None
) -> Recording:
    """The recording of some eyes.

    Args:
        root: of the data set.
        files: the physio.tsv.gz of its eyes.
        observer: who looked.
        image: the column of events.tsv that names the images; by default stim_file.
        origin: where positions count from, where ScreenOrigin does not say it.

    Raises:
        DataError: a file is missing or damaged, or a number's meaning is not said; says which.
    """
    name = _whole(files[0])
    said = sidecar(root, files[0], "events")
    screen = Screen.said(said, origin, _events_file(root, files[0]))
    eyes = [_eye_file(root, path, screen) for path in files]
    by_eye = {eye.eye: eye.samples for eye in eyes}
    if len(by_eye) < len(eyes):
        raise DataError(f"{name} has several files of one RecordedEye: {', '.join(f.name for f in files)}.")
    chosen = min(eyes, key=lambda eye: eye.error)
    fixations = {eye.eye: found for eye in eyes if (found := _fixations(root, eye, screen)) is not None}
    trials = tuple(_trials(root, chosen, said, image))
    left, right = by_eye.get("left"), by_eye.get("right")
    if left and right and "both" not in by_eye and np.array_equal(left.time, right.time):
        by_eye["both"] = Samples(left.time, (left.x + right.x) / 2, (left.y + right.y) / 2)
    return Recording(
        name=name,
        observer=observer,
        trials=trials,
        screen=screen.pixels,
        fixations=fixations,
        samples=lambda: by_eye,
        eye=chosen.eye,
        screen_cm=screen.cm,
        distance_cm=screen.distance_cm,
    )


def _events_file(root: Path, file: Path) -> Path:
    found = applying(root, file, "events", ".tsv")
    if not found:
        raise DataError(
            f"{file} has no events: {_whole(file)}_events.tsv, which names the images, is missing."
        )
    return found[-1]


def _eye_file(root: Path, path: Path, screen: Screen) -> _EyeFile:
    said = sidecar(root, path, "physio")
    eye = EYES.get(str(said.get("RecordedEye")))
    if eye is None:
        raise DataError(f"{path}: RecordedEye is {said.get('RecordedEye')!r}; it must be {', '.join(EYES)}.")
    system = said.get("SampleCoordinateSystem", "gaze-on-screen")
    if system != "gaze-on-screen":
        raise DataError(f"{path}: its SampleCoordinateSystem is {system}; only gaze-on-screen can be placed.")
    rate, start = _number(said, "SamplingFrequency", path), _number(said, "StartTime", path, 0.0)
    if not rate > 0:
        raise DataError(f"{path}: SamplingFrequency must be above 0 Hz, got {rate:g}.")
    table = _columns(path, said, ("timestamp", "x_coordinate", "y_coordinate"), ())
    if missing := {"x_coordinate", "y_coordinate"} - table.keys():
        raise DataError(f"{path}: its Columns lack {', '.join(sorted(missing))}.")
    unit, time = 1.0, start + np.arange(len(table["x_coordinate"])) / rate
    if "timestamp" in table:
        unit = per_second(_unit(said, "timestamp"), table["timestamp"], rate, path)
        time = table["timestamp"] / unit
    x, y = pixels(table["x_coordinate"], table["y_coordinate"], _xy_units(said), screen, path)
    order = np.argsort(time, kind="stable")
    order = order[np.isfinite(time[order])]
    error = _number(said, "AverageCalibrationError", path, float("inf"))
    return _EyeFile(path, eye, error, unit, start, Samples(time[order], x[order], y[order]))


def _columns(path: Path, said: dict[str, Any], numbers: Sequence[str], texts: Sequence[str]) -> Table:
    names = said.get("Columns")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise DataError(f"{path}: its JSON must list its Columns; they are {names!r}.")
    return read_table(path, names, numbers=numbers, texts=texts)


def _number(said: dict[str, Any], key: str, path: Path, default: float | None = None) -> float:
    value = said.get(key, default)
    if not isinstance(value, int | float):
        raise DataError(f"{path}: {key} must be a number, got {value!r}. Say it in its JSON.")
    return float(value)


def _unit(said: dict[str, Any], column: str) -> str:
    about = said.get(column)
    return str(about.get("Units") or "") if isinstance(about, dict) else ""


def _xy_units(said: dict[str, Any]) -> tuple[str, str]:
    return _unit(said, "x_coordinate"), _unit(said, "y_coordinate")


def _trials(root: Path, eye: _EyeFile, said: dict[str, Any], image: str | None) -> Iterator[Trial]:
    """The rows of events.tsv that name an image; each lasts as long as it says, or else until the next."""
    path = _events_file(root, eye.path)
    names = (image,) if image else _IMAGE
    numbers = ("onset", "duration", "begin", *BOX)
    table = read_table(path, None, numbers=numbers, texts=(*names, "onset_is_assumed"))
    if "onset" not in table:
        raise DataError(f"{path} lacks the column onset.")
    if not (held := [name for name in names if name in table]):
        raise DataError(
            f"{path} has no column {' or '.join(names)}. Say which one names the images: image=COLUMN."
        )
    if not len(eye.samples):
        return
    time = eye.samples.time
    first = 0.0 if said.get("OnsetSource") == "timestamp" else float(time[0]) - eye.start
    onsets = np.round(table["onset"] + first, DIGITS)
    order = np.argsort(onsets, kind="stable")
    order = order[np.isfinite(onsets[order])]
    step = float(np.median(np.diff(time))) if len(time) > 1 else 0.0
    ends = [*onsets[order].tolist(), float(time[-1]) + step]
    before = float(time[0])
    for row, (start, following) in zip(order.tolist(), pairwise(ends), strict=True):
        shown = next((str(table[name][row]) for name in held if table[name][row]), "")
        if not shown:
            continue
        lasts, begin = (
            float(table[name][row]) if name in table else np.nan for name in ("duration", "begin")
        )
        stop = round(start + lasts, DIGITS) if lasts > 0 else following
        since = round(begin + first, DIGITS) if np.isfinite(begin) else min(before, start)
        assumed = "onset_is_assumed" in table and table["onset_is_assumed"][row] == "true"
        yield Trial(shown, since, start, stop, _place(table, row), is_assumed=bool(assumed))
        before = stop


def _place(table: Table, row: int) -> Place | None:
    left, top, width, height = (float(table[name][row]) if name in table else np.nan for name in BOX)
    if not np.isfinite(left + top):
        return None
    return Place("corner", left, top, (width, height) if width > 0 and height > 0 else None)


def _fixations(root: Path, eye: _EyeFile, screen: Screen) -> DetectedFixations | None:
    """Those that the tracker found; where it does not say where, the mean of the samples in each."""
    path = eye.path.with_name(eye.path.name.replace("_physio.tsv.gz", "_physioevents.tsv.gz"))
    if not path.exists():
        return None
    said = sidecar(root, path, "physioevents")
    numbers = ("onset", "duration", "x_coordinate", "y_coordinate")
    table = _columns(path, said, numbers, ("trial_type",))
    if "onset" not in table:
        raise DataError(f"{path}: its Columns lack onset.")
    if not {"duration", "trial_type"} <= table.keys():
        return None  # messages alone
    own = np.array([kind.lower().startswith("fix") for kind in table["trial_type"]], dtype=bool)
    own &= np.isfinite(table["onset"] + table["duration"])
    onset, duration = table["onset"][own], table["duration"][own]
    unit = per_second(_unit(said, "duration") or "s", duration, 1, path)
    if not _unit(said, "duration") and len(duration) and np.median(duration) > _LONGEST:
        unit = 1e3
    duration = duration / unit
    if said.get("OnsetSource", "timestamp") == "timestamp":
        onset = onset / eye.unit
    elif len(eye.samples):
        onset = onset + (float(eye.samples.time[0]) - eye.start)
    if {"x_coordinate", "y_coordinate"} <= table.keys():
        x, y = pixels(table["x_coordinate"][own], table["y_coordinate"][own], _xy_units(said), screen, path)
    else:
        x, y = _means(eye.samples, onset, duration)
    order = np.argsort(onset, kind="stable")
    return DetectedFixations(x[order], y[order], onset[order], duration[order])


def _means(samples: Samples, onset: Floats, duration: Floats) -> tuple[Floats, Floats]:
    """(n,) x and y: means of the samples that were seen in each; NaN where none was."""
    seen = np.isfinite(samples.x + samples.y)
    time = samples.time[seen]
    first, last = np.searchsorted(time, onset), np.searchsorted(time, onset + duration, side="right")
    counts = (last - first).astype(np.float64)
    counts[counts == 0] = np.nan
    x, y = (np.append(0, np.cumsum(values[seen])) for values in (samples.x, samples.y))
    return (x[last] - x[first]) / counts, (y[last] - y[first]) / counts
