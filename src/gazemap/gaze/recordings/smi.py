"""SMI BeGaze's exports, once their columns are read: raw samples, or events, of one participant or of many.

The columns are those of BeGaze's manual and of SMI's IDF Converter. Positions are pixels of the screen from
its upper left corner; (0, 0) is a lost sample.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import DataError
from gazemap.gaze.detection import DetectedFixations
from gazemap.gaze.recordings.marks import Mark, marked
from gazemap.gaze.recordings.recording import Eye, Recording, Samples, Trial, each_once
from gazemap.gaze.recordings.row_trials import (
    NOTHING,
    Columns,
    by_participant,
    median_step,
    row_bounds,
    row_trials,
)
from gazemap.types import Floats

TEXTS = ("type", "trial", "image", "participant", "eye", "category", "info_both", "info_left", "info_right")
_FIXATION = ("fixation", "visual intake")  # the latter with glasses
_EYES: tuple[Eye, ...] = ("both", "left", "right")
_BETWEEN = 1.0  # seconds between trials whose place in the recording is not told


@dataclass(frozen=True)
class Header:
    """What the lines before the table say; None where they do not.

    Attributes:
        subject: who looked; "" where it is not said.
        screen: (width, height) in pixels.
        screen_cm: (width, height) in centimeters.
        distance_cm: of the eyes.
        samples: how many there are.
    """

    subject: str = ""
    screen: tuple[float, float] | None = None
    screen_cm: tuple[float, float] | None = None
    distance_cm: float | None = None
    samples: int | None = None


def sampled(columns: Columns, marks: Sequence[Mark], header: Header, name: str) -> Iterator[Recording]:
    """The recordings of an export of raw samples, one per participant.

    Args:
        columns: time in seconds, and of at least one eye x_left, y_left and the like; what BeGaze found in
            each sample as info_left, and the number of that as index_left; image and trial, or else marks.
        marks: messages that name images.
        header: of the file.
        name: of the file.

    Raises:
        DataError: neither a column nor a message names an image.
    """
    if "image" not in columns and not marks:
        raise DataError(
            f"{name} has no column Stimulus, and no message that ends as the name of an image does (.jpg). "
            "Say how those start that name the images: image=START. Or export it with Stimulus."
        )
    held, told = len(columns["time"]), header.samples
    faults = () if told in (None, held) else (f"it says {told:,} samples and holds {held:,}: it is cut off",)
    for participant, rows in by_participant(columns, header.subject or name.partition(".")[0]):
        own = _cleaned(rows)
        eyes = [eye for eye in _EYES if {f"x_{eye}", f"y_{eye}"} <= own.keys()]
        samples = {eye: Samples(own["time"], own[f"x_{eye}"], own[f"y_{eye}"]) for eye in eyes}
        fixations = {eye: _in_samples(own, eye) for eye in eyes if f"info_{eye}" in own}
        if eyes == ["left", "right"]:
            left, right = samples["left"], samples["right"]
            samples["both"] = Samples(left.time, (left.x + right.x) / 2, (left.y + right.y) / 2)
        yield _recording(participant, header, name, _trials(own, marks), fixations, samples, faults)


def evented(columns: Columns, header: Header, name: str) -> Iterator[Recording]:
    """The recordings of an export of events, one per participant: fixations alone.

    One that starts with its trial began before it: the trial has cut it.

    Args:
        columns: image, category, onset and duration in seconds from the trial's start, x, y; and where they
            are there trial, participant, eye, end, and began, the trial's start in seconds.
        header: of the file.
        name: of the file.
    """
    for participant, own in by_participant(columns, header.subject or name.partition(".")[0]):
        trials, began = _laid_out(own)
        fixations: dict[Eye, DetectedFixations] = {}
        for eye in _EYES:
            rows = np.flatnonzero(_is_fixation(own["category"]) & _of(own, eye) & (own["onset"] > 0))
            rows = rows[np.argsort(own["onset"][rows] + began[rows], kind="stable")]
            if len(rows):
                x, y, onset, duration = (own[key][rows] for key in ("x", "y", "onset", "duration"))
                fixations[eye] = DetectedFixations(x, y, began[rows] + onset, duration)
        yield _recording(participant, header, name, trials, fixations, {}, ())


def _laid_out(columns: Columns) -> tuple[list[Trial], Floats]:
    """The trials of events, and (n,) when that of each began: one after the other, where nothing tells."""
    keys = [columns[key].astype(str) for key in ("trial", "image") if key in columns]
    _, first, code = np.unique(np.char.add(keys[0], keys[-1]), return_index=True, return_inverse=True)
    begins, before, trials = np.zeros(len(first)), 0.0, []
    for number in np.argsort(first).tolist():
        own = code == number
        told = float(columns["began"][first[number]]) if "began" in columns else np.nan
        begins[number] = told if np.isfinite(told) else before
        lasts = np.append(columns["onset"][own] + columns["duration"][own], 0)
        before = float(begins[number] + np.nanmax(lasts)) + _BETWEEN
        if (image := str(columns["image"][first[number]])) not in NOTHING:
            start = float(begins[number])
            trials.append(Trial(image, start, start, before - _BETWEEN))
    return sorted(trials, key=lambda trial: trial.start), begins[code]


def _recording(
    participant: str,
    header: Header,
    name: str,
    trials: Sequence[Trial],
    fixations: Mapping[Eye, DetectedFixations],
    samples: Mapping[Eye, Samples],
    faults: tuple[str, ...],
) -> Recording:
    return Recording(
        name=f"{name}: {participant}",
        observer=participant,
        trials=tuple(trials),
        screen=header.screen,
        fixations=fixations,
        samples=lambda: samples,
        eye=next((eye for eye in _EYES if eye in (fixations or samples)), "both"),
        screen_cm=header.screen_cm,
        distance_cm=header.distance_cm,
        faults=faults,
    )


def _cleaned(columns: Columns) -> dict[str, NDArray[Any]]:
    """In the order of time, each once, with NaN where an eye was not seen."""
    order = each_once(columns["time"])
    own = {key: values[order] for key, values in columns.items()}
    for eye in _EYES:
        x, y = f"x_{eye}", f"y_{eye}"
        if {x, y} <= own.keys():
            lost = (own[x] == 0) & (own[y] == 0)
            if f"info_{eye}" in own:
                lost |= _lower(own[f"info_{eye}"]) == "blink"
            own[x], own[y] = (np.where(lost, np.nan, own[side]) for side in (x, y))
    return own


def _trials(columns: Columns, marks: Sequence[Mark]) -> list[Trial]:
    """Samples that follow each other with one image and trial; or what messages name."""
    time, step = columns["time"], median_step(columns["time"])
    if "image" not in columns:
        return marked(marks, float(time[-1]) + step)
    bounds = row_bounds([columns[key] for key in ("image", "trial") if key in columns])
    return row_trials(columns["image"], time, bounds, step)


def _in_samples(columns: Columns, eye: Eye) -> DetectedFixations:
    """Samples that follow each other and are of one fixation; it lies where their mean is."""
    time, own = columns["time"], _is_fixation(columns[f"info_{eye}"])
    index = columns.get(f"index_{eye}", np.zeros(len(time)))
    changes = np.append(True, (own[1:] != own[:-1]) | (own[1:] & (index[1:] != index[:-1])))
    bounds = np.append(np.flatnonzero(changes), len(time))
    held = own[bounds[:-1]]
    first, last = bounds[:-1][held], bounds[1:][held] - 1
    seen = np.isfinite(columns[f"x_{eye}"] + columns[f"y_{eye}"])
    counts = _sums(seen.astype(np.float64), first, last)
    counts[counts == 0] = np.nan
    x, y = (_sums(np.where(seen, columns[f"{side}_{eye}"], 0), first, last) / counts for side in "xy")
    return DetectedFixations(x, y, time[first], time[last] - time[first])


def _sums(values: Floats, first: NDArray[np.int64], last: NDArray[np.int64]) -> Floats:
    sums = np.append(0, np.cumsum(values))
    return np.asarray(sums[last + 1] - sums[first])


def _of(columns: Columns, eye: Eye) -> NDArray[np.bool_]:
    """(n,): which events are of an eye; of both, where nothing else is said."""
    if "eye" not in columns:
        return np.full(len(columns["image"]), eye == "both")
    told = _lower(columns["eye"])
    sides = {"left": np.isin(told, ["left", "l"]), "right": np.isin(told, ["right", "r"])}
    return sides[eye] if eye in sides else ~(sides["left"] | sides["right"])


def _is_fixation(texts: NDArray[Any]) -> NDArray[np.bool_]:
    return np.isin(_lower(texts), _FIXATION)


def _lower(texts: NDArray[Any]) -> NDArray[np.str_]:
    return np.char.lower(texts.astype(str))
