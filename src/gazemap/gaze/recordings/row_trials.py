"""Trials of tables of samples: rows that follow each other with one image, of each participant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazemap.gaze.recordings.recording import Trial
from gazemap.types import Floats

NOTHING = ("", "-")  # in a column of images

Columns = Mapping[str, NDArray[Any]]  # of texts, "" where a cell is empty; of numbers float64, NaN likewise


def by_participant(columns: Columns, alone: str) -> Iterator[tuple[str, Columns]]:
    """The rows of each participant, in the order of the file; all are of `alone` where no column says it."""
    if "participant" not in columns:
        yield alone, columns
        return
    names, first, code = np.unique(columns["participant"].astype(str), return_index=True, return_inverse=True)
    for number in np.argsort(first):
        yield str(names[number]), {key: values[code == number] for key, values in columns.items()}


def median_step(time: Floats) -> float:
    """Seconds between rows, in the median; 0 where there are none."""
    steps = np.diff(time)
    steps = steps[steps > 0]
    return float(np.median(steps)) if len(steps) else 0.0


def row_bounds(keys: Sequence[NDArray[Any]], time: Floats | None = None) -> list[int]:
    """Where each trial begins and the last one ends: rows that follow each other with the same keys.

    Args:
        keys: (n,) each, such as the image's name and the trial's number.
        time: (n,) of which a step back begins a trial, too.
    """
    begins = np.zeros(len(keys[0]), dtype=bool)
    begins[:1] = True
    for key in keys:
        begins[1:] |= key[1:] != key[:-1]
    if time is not None:
        begins[1:] |= np.diff(time) < 0
    return [*np.flatnonzero(begins).tolist(), len(begins)]


def going_on(time: Floats, bounds: Sequence[int], step: float) -> Floats:
    """(n,) times that go on where those of a trial start anew."""
    found = np.array(time)
    for first in bounds[1:-1]:
        if time[first] <= time[first - 1]:
            found[first:] += found[first - 1] + step - found[first]
    return found


def row_trials(image: NDArray[Any], clock: Floats, bounds: Sequence[int], step: float) -> list[Trial]:
    """A trial from each bound to the next; rows without an image are none."""
    found = []
    for first, last in pairwise(bounds):
        if (name := str(image[first])) not in NOTHING:
            start, stop = float(clock[first]), float(clock[last - 1]) + step
            found.append(Trial(name, start, start, min([stop, *clock[last : last + 1].tolist()])))
    return found
