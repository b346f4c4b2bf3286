"""PsychoPy's ioHub, once the tables of its HDF5 file are read: events of all sessions, on one clock.

The tables are those of psychopy.iohub.datastore and its eye_events. Positions count from the middle of the
screen, y upward, in the units of the display. Times are seconds. UNDEFINED is 0, so that a lost sample
without a sign of its own lies exactly at (0, 0).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import DataError
from gazemap.gaze.detection import DetectedFixations
from gazemap.gaze.recordings.marks import marked
from gazemap.gaze.recordings.messages import Message, Wording, segmented
from gazemap.gaze.recordings.recording import Eye, Recording, Samples, Trial, Units, each_once
from gazemap.gaze.recordings.row_trials import Columns, median_step
from gazemap.types import Floats

_EYES: dict[int, Eye] = {21: "left", 22: "right"}  # others are of both together, or of a simulation
_MISSING: dict[Eye, tuple[int, ...]] = {"left": (20, 22), "right": (2, 22)}  # status of a binocular sample
_MISSING_ALONE = (2,)  # of a monocular one
_LEAST = 25.0  # pixels from the middle of a screen: less is another unit

_Block = tuple[float, float]


def by_session(tables: Mapping[str, Columns]) -> Iterator[tuple[str, dict[str, Columns]]]:
    """The tables of each session in which the tracker recorded, in their order, with the session's code.

    Args:
        tables: as `iohub_recording` takes them, with `sessions`, too.
    """
    eyes = [tables[key] for key in ("monocular", "binocular", "fixations") if key in tables]
    sessions = np.unique(np.concatenate([columns["session_id"] for columns in eyes]))
    said = tables.get("sessions", {})
    codes = dict(
        zip(*(np.asarray(said.get(key, ())).tolist() for key in ("session_id", "code")), strict=True)
    )
    for session in sessions.tolist():
        own = {key: _of_session(columns, session) for key, columns in tables.items()}
        yield str(codes.get(session) or f"session {session}"), own


def _of_session(columns: Columns, session: int) -> Columns:
    rows = columns["session_id"] == session
    return {key: values[rows] for key, values in columns.items()}


def iohub_recording(
    tables: Mapping[str, Columns], name: str, observer: str, units: Units, wording: Wording
) -> Recording:
    """The recording of one session.

    Args:
        tables: those that are there of `monocular`, `binocular`, `fixations` and `messages`; and `conditions`
            with `image`, `start` and perhaps `stop`, which then say the trials.
        name: for messages.
        observer: who looked.
        units: that x and y count.
        wording: of the messages that say the trials.

    Raises:
        DataError: positions cannot be in those units, or no trial can be found; says what to state.
    """
    samples, fixations = _samples(tables), _fixations(tables.get("fixations"))
    if not (samples or fixations):
        raise DataError(f"{name} has no sample or fixation with a time.")
    if units == "pix":
        _check_pixels(name, [*samples.values(), *fixations.values()])
    clocks = [found.time for found in samples.values()]
    ends = [*clocks, *(found.onset + found.duration for found in fixations.values())]
    starts = [*clocks, *(found.onset for found in fixations.values())]
    step = max((median_step(clock) for clock in clocks), default=0.0)
    block = (
        min(float(times.min()) for times in starts if len(times)),
        max(float(times.max()) for times in ends if len(times)) + step,
    )
    trials = (
        _by_conditions(tables["conditions"], block, name)
        if "conditions" in tables
        else segmented(_messages(tables.get("messages")), [block], wording, name)
    )
    return Recording(
        name=name,
        observer=observer,
        trials=tuple(trials),
        screen=None,
        fixations=fixations,
        samples=lambda: samples,
        eye=max(fixations or samples, key=lambda eye: _seen(samples.get(eye))),
        units=units,
    )


def _seen(samples: Samples | None) -> int:
    return int(np.isfinite(samples.x).sum()) if samples else 0


def _samples(tables: Mapping[str, Columns]) -> dict[Eye, Samples]:
    """Of each eye; of two that were recorded at the same times, their mean, too."""
    parts: dict[Eye, list[Samples]] = {}
    if (columns := tables.get("binocular")) is not None:
        for eye, missing in _MISSING.items():
            parts[eye] = [_part(columns, f"{eye}_gaze", missing)]
    if (columns := tables.get("monocular")) is not None:
        for eye, own in _by_eye(columns):
            parts.setdefault(eye, []).append(_part(own, "gaze", _MISSING_ALONE))
    joined = {eye: _joined(parts[eye]) for eye in sorted(parts, key=("left", "right", "both").index)}
    found = {eye: samples for eye, samples in joined.items() if len(samples)}
    left, right = found.get("left"), found.get("right")
    if left and right and "both" not in found and np.array_equal(left.time, right.time):
        found["both"] = Samples(left.time, (left.x + right.x) / 2, (left.y + right.y) / 2)
    return found


def _by_eye(columns: Columns) -> Iterator[tuple[Eye, Columns]]:
    codes = columns["eye"].tolist()
    whose = np.array([_EYES.get(code, "both") for code in codes], dtype=str)
    for eye in ("left", "right", "both"):
        if (rows := whose == eye).any():
            yield eye, {key: values[rows] for key, values in columns.items()}


def _part(columns: Columns, gaze: str, missing: tuple[int, ...]) -> Samples:
    x, y = _placed(columns[f"{gaze}_x"], columns[f"{gaze}_y"])
    time = np.asarray(columns["time"], dtype=np.float64)
    return Samples(time, x, y).without(np.isin(columns["status"], missing))


def _placed(x: NDArray[np.floating], y: NDArray[np.floating]) -> tuple[Floats, Floats]:
    """(n,) each: as doubles; NaN where one is not finite, or both are ioHub's UNDEFINED."""
    lost = ~(np.isfinite(x) & np.isfinite(y)) | ((x == 0) & (y == 0))
    return np.where(lost, np.nan, x).astype(np.float64), np.where(lost, np.nan, y).astype(np.float64)


def _joined(parts: list[Samples]) -> Samples:
    time, x, y = (np.concatenate([getattr(part, key) for part in parts]) for key in ("time", "x", "y"))
    own = np.flatnonzero(np.isfinite(time))
    own = own[each_once(time[own])]
    return Samples(time[own], x[own], y[own])


def _fixations(columns: Columns | None) -> dict[Eye, DetectedFixations]:
    """The event is written at the end of a fixation, and says how long it was."""
    found: dict[Eye, DetectedFixations] = {}
    for eye, own in _by_eye(columns) if columns is not None else ():
        x, y = _placed(own["average_gaze_x"], own["average_gaze_y"])
        duration = np.asarray(own["duration"], dtype=np.float64)
        onset = np.asarray(own["time"], dtype=np.float64) - duration
        rows = np.flatnonzero(np.isfinite(onset) & (duration > 0))
        rows = rows[np.argsort(onset[rows], kind="stable")]
        if len(rows):
            found[eye] = DetectedFixations(x[rows], y[rows], onset[rows], duration[rows])
    return found


def _check_pixels(name: str, found: list[Samples | DetectedFixations]) -> None:
    away = np.concatenate([np.abs(values) for part in found for values in (part.x, part.y)])
    away = away[np.isfinite(away)]
    if len(away) and np.quantile(away, 0.99) < _LEAST:
        raise DataError(
            f"{name}: gaze lies within {np.quantile(away, 0.99):.3g} of the screen's middle, too near for "
            "pixels. Say the display's units: units=height or units=norm. Degrees and centimeters are not "
            "read: record in pix."
        )


def _messages(columns: Columns | None) -> list[Message]:
    if columns is None:
        return []
    time = np.asarray(columns["time"], dtype=np.float64)
    time = time + np.asarray(columns.get("msg_offset", np.zeros(len(time))), dtype=np.float64)
    return [
        Message(when, text)
        for when, text in zip(time.tolist(), map(str.strip, columns["text"].tolist()), strict=True)
        if np.isfinite(when) and text
    ]


def _by_conditions(columns: Columns, block: _Block, name: str) -> list[Trial]:
    """A trial for each row of the table of condition variables that has an image and a time."""
    start = np.asarray(columns["start"], dtype=np.float64)
    lasts = np.asarray(columns["stop"], dtype=np.float64) - start if "stop" in columns else start * np.nan
    image = [str(value).strip() for value in columns["image"].tolist()]
    marks = [
        mark for mark in zip(start.tolist(), lasts.tolist(), image, strict=True) if mark[0] > 0 and mark[2]
    ]
    inside = [mark for mark in marks if block[0] <= mark[0] < block[1]]
    if not inside:
        times = f"they go from {marks[0][0]:.6g} to {marks[-1][0]:.6g}" if marks else "it has none"
        raise DataError(
            f"{name}: no time in the column of start lies within the recording, which goes from "
            f"{block[0]:.6g} to {block[1]:.6g} s; {times}. Say a column of ioHub's times: start=COLUMN."
        )
    return marked(inside, block[1])
