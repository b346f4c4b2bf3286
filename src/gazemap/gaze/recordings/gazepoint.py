"""Gazepoint Analysis' all_gaze.csv, once its columns are read: a row per sample, all media of one user.

The columns are those of Gazepoint's manuals. Positions are shares of the screen from its upper left corner.
TIME and FPOGID count anew for each of the media; TIMETICK goes on.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gazemap.errors import DataError
from gazemap.gaze.detection import DetectedFixations
from gazemap.gaze.recordings.recording import Eye, Recording, Samples, each_once
from gazemap.gaze.recordings.row_trials import Columns, going_on, median_step, row_bounds, row_trials
from gazemap.types import Floats

TEXTS = ("image", "media")
NUMBERS = (
    *("time", "clock", "fixation_x", "fixation_y", "duration", "index", "fixation_valid"),
    *("x", "y", "valid", "left_x", "left_y", "left_valid", "right_x", "right_y", "right_valid"),
)
_ROUNDED = 1e-4  # seconds: times have five digits after the point
_EYES: tuple[tuple[Eye, str], ...] = (("both", ""), ("left", "left_"), ("right", "right_"))


def gazepoint_recording(columns: Columns, name: str, observer: str) -> Recording:
    """The recording of one user.

    Args:
        columns: those of `TEXTS` and `NUMBERS` that are there, `image` at least, all times in seconds:
            `time` of TIME and `clock` of TIMETICK, of which one is there.
        name: of the file.
        observer: who looked.

    Raises:
        DataError: the file holds fixations alone.
    """
    bounds = row_bounds([columns[key] for key in TEXTS if key in columns], columns.get("time"))
    clock = columns["clock" if "clock" in columns else "time"]
    step = median_step(clock)
    clock = going_on(clock - clock[0], bounds, step)
    fixations: dict[Eye, DetectedFixations] = {}
    if {"fixation_x", "fixation_y", "duration", "index", "fixation_valid"} <= columns.keys():
        fixations["both"] = _fixations(columns, clock, bounds, name)
    return Recording(
        name=name,
        observer=observer,
        trials=tuple(row_trials(columns["image"], clock, bounds, step)),
        screen=None,
        fixations=fixations,
        samples=lambda: _samples(columns, clock),
        eye="both",
        units="shares",
    )


def _fixations(columns: Columns, clock: Floats, bounds: list[int], name: str) -> DetectedFixations:
    """Each has one number among its media, and is whole in its last valid row.

    One that is there with the first sample of its media began before them: their start cuts it.
    """
    trial = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    rows = np.flatnonzero((columns["fixation_valid"] == 1) & np.isfinite(columns["index"]))
    if not len(rows):
        return DetectedFixations(*np.empty((4, 0)))
    key = trial[rows] * (columns["index"].max() + 1) + columns["index"][rows]
    _, last, counts = np.unique(key[::-1], return_index=True, return_counts=True)
    if len(rows) > 1 and counts.max() == 1:
        raise DataError(f"{name} holds fixations alone, without samples. Give the file *_all_gaze.csv.")
    rows = np.sort(rows[::-1][last])
    onset = clock[rows] - columns["duration"][rows]
    own = onset > clock[np.array(bounds)[trial[rows]]] + _ROUNDED
    rows, onset = rows[own], onset[own]
    x, y, duration = (columns[key][rows] for key in ("fixation_x", "fixation_y", "duration"))
    return DetectedFixations(x, y, onset, duration)


def _samples(columns: Columns, clock: Floats) -> Mapping[Eye, Samples]:
    rows = each_once(clock)
    found: dict[Eye, Samples] = {}
    for eye, prefix in _EYES:
        if {f"{prefix}x", f"{prefix}y"} <= columns.keys():
            samples = Samples(clock[rows], columns[f"{prefix}x"][rows], columns[f"{prefix}y"][rows])
            known = columns.get(f"{prefix}valid")
            found[eye] = samples if known is None else samples.without(known[rows] != 1)
    return found
