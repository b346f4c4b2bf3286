"""jsPsych's data of WebGazer, once its rows are read: gaze in each trial, and where the image was.

The keys are those of jsPsych's extension-webgazer: x and y in pixels of the browser's window, t in
milliseconds from the trial's start, and the boxes of targets on the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gazemap.errors import DataError
from gazemap.gaze.lost_samples import is_lost
from gazemap.gaze.recordings.recording import Place, Recording, Samples, Trial, each_once

_BETWEEN = 1.0  # seconds between trials, whose times count from their own start
_SIDES = ("left", "top", "width", "height")


@dataclass(frozen=True)
class Watched:
    """One trial with gaze.

    Attributes:
        image: its name.
        gaze: samples with x, y and t.
        targets: boxes on the page, by their selectors.
    """

    image: str
    gaze: Sequence[Mapping[str, Any]]
    targets: Mapping[str, Mapping[str, Any]]


def jspsych_recording(
    name: str, observer: str, watched: Sequence[Watched], screen: tuple[float, float] | None
) -> Recording:
    """The recording of one participant.

    Args:
        name: of the file.
        observer: who looked.
        watched: the trials, in order.
        screen: (width, height) of the browser's window, where it is known.

    Raises:
        DataError: a sample or box without its numbers.
    """
    trials, parts, start = [], [np.empty((0, 3))], 0.0
    for trial in watched:
        found = _samples(trial, name)
        time = found[:, 0]
        step = float(np.median(np.diff(time))) if len(time) > 1 else 0.0
        stop = start + (float(time[-1]) + step if len(time) else 0.0)
        trials.append(Trial(trial.image, start, start, stop, _place(trial, name)))
        parts.append(found + np.array([start, 0, 0]))
        start = stop + _BETWEEN
    time, x, y = np.concatenate(parts).T
    samples = Samples(time, x, y).without(is_lost(x, y))
    return Recording(
        name=name,
        observer=observer,
        trials=tuple(trials),
        screen=screen,
        fixations={},
        samples=lambda: {"both": samples},
        eye="both",
    )


def _samples(trial: Watched, name: str) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """(n, 3): seconds, x and y, in the order of time, each time once."""
    try:
        rows = [[float(sample[key]) for key in ("t", "x", "y")] for sample in trial.gaze]
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{name}: webgazer_data of {trial.image} has a sample without numbers x, y and t."
        ) from error
    found = np.array(rows).reshape(-1, 3)
    return found[each_once(found[:, 0])] / [1e3, 1, 1]


def _place(trial: Watched, name: str) -> Place | None:
    """The box of the stimulus: of several targets, the largest that is called so, or else of all."""
    if not trial.targets:
        return None
    try:
        boxes = {
            selector: tuple(float(box[side]) for side in _SIDES) for selector, box in trial.targets.items()
        }
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{name}: webgazer_targets of {trial.image} has a box without {', '.join(_SIDES)}."
        ) from error
    called = {selector: box for selector, box in boxes.items() if "stimulus" in selector.lower()}
    left, top, width, height = max((called or boxes).values(), key=lambda box: box[2] * box[3])
    return Place("corner", left, top, (width, height)) if width > 0 and height > 0 else None
