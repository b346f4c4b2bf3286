"""Tobii Pro Lab's exports, once their columns are read: a row per sample and event, of all recordings.

The columns are those of Tobii's Pro Lab User Manual. DACS px are pixels of the screen from its upper left
corner, and the fixations are those of both eyes together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gazemap.gaze.detection import DetectedFixations
from gazemap.gaze.recordings.recording import Eye, Place, Recording, Samples, Trial, each_once
from gazemap.gaze.recordings.row_trials import Columns
from gazemap.types import Floats

TEXTS = ("participant", "recording", "image", "sensor", "event", "type", "valid_left", "valid_right")
NUMBERS = (
    *("time", "x", "y", "left_x", "left_y", "right_x", "right_y"),
    *("fixation_x", "fixation_y", "index", "duration", "screen_width", "screen_height"),
    *("media_x", "media_y", "media_width", "media_height"),
)
_TRACKER = "Eye Tracker"
_STARTS = "StimulusStart"  # of images, pages and videos alike
_STEPS = 100.0  # milliseconds between samples, at most: 10 Hz


def recordings_of(columns: Columns, name: str) -> Iterator[Recording]:
    """The recordings of one export, in the order of the file.

    Args:
        columns: those of `TEXTS` and `NUMBERS` that are there; `time` in seconds and `image` at least,
            `duration` in milliseconds.
        name: of the file.
    """
    keys = [columns[key] for key in ("participant", "recording") if key in columns]
    whose = (
        np.array(["\t".join(key) for key in zip(*keys, strict=True)])
        if keys
        else np.zeros(len(columns["time"]))
    )
    _, first, codes = np.unique(whose, return_index=True, return_inverse=True)
    for code in np.argsort(first):
        rows = np.flatnonzero(codes == code)
        rows = rows[np.argsort(columns["time"][rows], kind="stable")]
        yield _recording({key: values[rows] for key, values in columns.items()}, name)


def seconds(time: Floats) -> float:
    """How many units of time, milliseconds or microseconds, one second has, by the steps between rows."""
    steps = np.diff(time[np.isfinite(time)])
    steps = steps[steps > 0]
    return 1e3 if not len(steps) or float(np.median(steps)) <= _STEPS else 1e6


def _recording(columns: Columns, name: str) -> Recording:
    who = next((str(columns[key][0]) for key in ("participant", "recording") if key in columns), "")
    file = name.partition(".")[0]
    recording = str(columns["recording"][0]) if "recording" in columns else ""
    fixations: dict[Eye, DetectedFixations] = {}
    if {"type", "index", "duration", "fixation_x", "fixation_y"} <= columns.keys():
        fixations["both"] = _fixations(columns)
    return Recording(
        name=": ".join(filter(None, (name, recording or who))),
        observer=who or file,
        trials=tuple(_trials(columns)),
        screen=_screen(columns),
        fixations=fixations,
        samples=lambda: _samples(columns),
        eye="both",
    )


def _screen(columns: Columns) -> tuple[float, float] | None:
    if not {"screen_width", "screen_height"} <= columns.keys():
        return None
    sides = [
        columns[key][np.isfinite(columns[key])][:1].tolist() for key in ("screen_width", "screen_height")
    ]
    return (sides[0][0], sides[1][0]) if all(sides) else None


def _of_tracker(columns: Columns) -> NDArray[np.bool_]:
    """(n,): which rows are samples of the eyes; others are of the mouse or of other sensors."""
    if "sensor" not in columns:
        return np.ones(len(columns["time"]), dtype=bool)
    return np.asarray(columns["sensor"] == _TRACKER)


def _trials(columns: Columns) -> Iterator[Trial]:
    """Rows that follow each other with one image; of the same image again from where its display starts."""
    counted = _of_tracker(columns)
    if "event" in columns:
        starts = np.array([str(event).endswith(_STARTS) for event in columns["event"]], dtype=bool)
    else:
        starts = np.zeros(len(counted), dtype=bool)
    rows = np.flatnonzero(counted | starts)
    image, time, again = columns["image"][rows], columns["time"][rows], starts[rows]
    changes = np.append(True, (image[1:] != image[:-1]) | again[1:])
    bounds = [*np.flatnonzero(changes).tolist(), len(rows)]
    before = float(time[0]) if len(time) else 0.0
    step = float(np.median(np.diff(time))) if len(time) > 1 else 0.0
    for first, last in pairwise(bounds):
        if image[first]:
            start = float(time[first])
            stop = float(time[last]) if last < len(time) else float(time[-1]) + step
            yield Trial(str(image[first]), before, start, stop, _place(columns, rows[first:last]))
            before = start


def _place(columns: Columns, rows: NDArray[np.int64]) -> Place | None:
    sides = [
        [*columns[key][rows][np.isfinite(columns[key][rows])][:1].tolist()] if key in columns else []
        for key in ("media_x", "media_y", "media_width", "media_height")
    ]
    left, top, width, height = (side[0] if side else None for side in sides)
    if left is None or top is None:
        return None
    return Place("corner", left, top, (width, height) if width and height else None)


def _fixations(columns: Columns) -> DetectedFixations:
    """The rows of one fixation have its number; it begins at the first of them."""
    own = _of_tracker(columns) & (columns["type"] == "Fixation") & np.isfinite(columns["index"])
    rows = np.flatnonzero(own)
    index = columns["index"][rows]
    rows = rows[np.append(True, index[1:] != index[:-1])] if len(rows) else rows
    x, y, duration = (columns[key][rows] for key in ("fixation_x", "fixation_y", "duration"))
    return DetectedFixations(x, y, columns["time"][rows], duration / 1e3)


def _samples(columns: Columns) -> Mapping[Eye, Samples]:
    rows = np.flatnonzero(_of_tracker(columns) & np.isfinite(columns["time"]))
    rows = rows[each_once(columns["time"][rows])]  # times may be rounded
    found: dict[Eye, Samples] = {}
    eyes: tuple[tuple[Eye, str], ...] = (("both", ""), ("left", "left_"), ("right", "right_"))
    for eye, prefix in eyes:
        if {f"{prefix}x", f"{prefix}y"} <= columns.keys():
            found[eye] = Samples(
                columns["time"][rows], columns[f"{prefix}x"][rows], columns[f"{prefix}y"][rows]
            )
            if f"valid_{eye}" in columns:
                found[eye] = found[eye].without(columns[f"valid_{eye}"][rows] == "Invalid")
    return found
