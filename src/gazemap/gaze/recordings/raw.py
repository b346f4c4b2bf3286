"""Raw samples of any program, once their columns are read: a row per sample, of one participant or many."""

from __future__ import annotations

from collections.abc import Iterator

from gazemap.gaze.lost_samples import is_lost
from gazemap.gaze.recordings.recording import Recording, Samples, Trial, each_once
from gazemap.gaze.recordings.row_trials import (
    Columns,
    by_participant,
    going_on,
    median_step,
    row_bounds,
    row_trials,
)
from gazemap.types import Floats

_SECONDS = 0.3  # between samples, at most: more are milliseconds
_MILLISECONDS = 300.0  # more are microseconds


def per_second(time: Floats) -> float:
    """How many units of time a second has, by the steps between rows: of 4 to 2,000 samples per second."""
    step = median_step(time)
    if step <= _SECONDS:
        return 1.0
    return 1e3 if step <= _MILLISECONDS else 1e6


def raw_recordings(columns: Columns, name: str, observer: str, *, in_shares: bool) -> Iterator[Recording]:
    """The recordings of a table, one per participant.

    Args:
        columns: image, time in seconds, x and y; and where they are there participant and trial.
        name: of the file.
        observer: who looked, where no column says it.
        in_shares: x and y are shares of the screen.
    """
    for participant, own in by_participant(columns, observer):
        keys = [own[key] for key in ("image", "trial") if key in own]
        bounds, step = row_bounds(keys, own["time"]), median_step(own["time"])
        clock = going_on(own["time"], bounds, step)
        once = each_once(clock)
        found = Samples(clock, own["x"], own["y"]).without(is_lost(own["x"], own["y"]))
        samples = Samples(clock[once], found.x[once], found.y[once])
        who = f"{name}: {participant}" if "participant" in columns else name
        trials = tuple(row_trials(own["image"], clock, bounds, step))
        yield _recording(who, participant, trials, samples, in_shares)


def _recording(
    name: str, observer: str, trials: tuple[Trial, ...], samples: Samples, in_shares: bool
) -> Recording:
    return Recording(
        name=name,
        observer=observer,
        trials=trials,
        screen=None,
        fixations={},
        samples=lambda: {"both": samples},
        eye="both",
        units="shares" if in_shares else "pixels",
    )
