"""Exports of Pupil Labs' programs, once their tables are read: fixations and gaze of head-mounted trackers.

Positions are on the scene camera, or on a surface or picture that its program has found in the camera's view.
The columns are those of the documentation of Pupil Player and of Pupil Cloud.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gazemap.errors import DataError
from gazemap.gaze.detection import DetectedFixations
from gazemap.gaze.recordings.recording import Eye, Recording, Samples, Trial, each_once
from gazemap.gaze.recordings.row_trials import Columns


def pupil_recording(
    name: str,
    observer: str,
    fixations: Columns,
    gaze: Columns,
    trials: Sequence[Trial],
    *,
    screen: tuple[float, float] | None = None,
    in_shares: bool = True,
) -> Recording:
    """A recording of both eyes together.

    Args:
        name: of the file or folder.
        observer: who looked.
        fixations: onset and duration in seconds, x, y, and where they are there kept, (n,) bool, and index:
            rows with one number are one fixation, whose place is the mean of those that are kept. Empty
            where there are none.
        gaze: time, x, y, and where it is there kept: other samples are lost. Empty likewise.
        trials: of the recording.
        screen: (width, height) in pixels: of the camera, surface or picture.
        in_shares: positions are shares of it.
    """
    by_eye: dict[Eye, DetectedFixations] = {"both": _fixations(fixations)} if fixations else {}
    return Recording(
        name=name,
        observer=observer,
        trials=tuple(trials),
        screen=screen,
        fixations=by_eye,
        samples=lambda: {"both": _samples(gaze)} if gaze else {},
        eye="both",
        units="shares" if in_shares else "pixels",
    )


def span(fixations: Columns, gaze: Columns, name: str) -> tuple[float, float]:
    """From when to when something was recorded, in seconds.

    Raises:
        DataError: nothing was.
    """
    times = [gaze["time"]] if gaze else []
    times += [fixations["onset"], fixations["onset"] + fixations["duration"]] if fixations else []
    found = np.concatenate([np.empty(0), *times])
    found = found[np.isfinite(found)]
    if not len(found):
        raise DataError(f"{name} holds neither fixations nor gaze. Export both.")
    return float(found.min()), float(found.max())


def _fixations(columns: Columns) -> DetectedFixations:
    count = len(columns["onset"])
    index = columns.get("index", np.arange(count))
    kept = columns.get("kept", np.ones(count, dtype=bool)) & np.isfinite(columns["x"] + columns["y"])
    _, first, group = np.unique(index, return_index=True, return_inverse=True)
    used = np.bincount(group, weights=kept, minlength=len(first))
    used[used == 0] = np.nan  # its place is not known
    x, y = (
        np.bincount(group, weights=np.where(kept, columns[side], 0), minlength=len(first)) / used
        for side in "xy"
    )
    onset, duration = columns["onset"][first], columns["duration"][first]
    order = np.argsort(onset, kind="stable")
    return DetectedFixations(x[order], y[order], onset[order], duration[order])


def _samples(columns: Columns) -> Samples:
    order = each_once(columns["time"])
    found = Samples(columns["time"][order], columns["x"][order], columns["y"][order])
    return found.without(~columns["kept"][order]) if "kept" in columns else found
