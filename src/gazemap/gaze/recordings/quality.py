"""How good a recording is: its rate, what was lost, how much the eye's signal jitters while it rests.

The measures and their names are those of Holmqvist et al. (2022), "Eye tracking: empirical foundations for a
minimal reporting guideline".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gazemap.gaze.detection import DetectedFixations
from gazemap.gaze.recordings.recording import Samples, Trial
from gazemap.types import Floats

_CLOSE = 1e-6  # seconds: clocks are rounded


@dataclass(frozen=True)
class RecordingQuality:
    """What one recording is worth; None where it is not known, as all of samples is without any.

    Attributes:
        recording: its name.
        trials: how many it has.
        sampling_rate: samples per second, by the median step between them.
        lost: the share of samples in trials in which the eye was not seen, missing ones among them.
        precision: RMS-S2S, in pixels of the screen: the root mean square of the distances from each sample
            to the next, of each fixation; the median over the fixations. Filters of the tracker lower it.
        precision_degrees: the same in degrees of visual angle.
        off_image: the share of fixations that lie beside the image.
    """

    recording: str
    trials: int
    sampling_rate: float | None = None
    lost: float | None = None
    precision: float | None = None
    precision_degrees: float | None = None
    off_image: float | None = None

    def __str__(self) -> str:
        """In words: "ann: 12 trials, 250 samples per second, 3.1 % lost"."""
        parts = [f"{self.trials:,} trial{'s' * (self.trials != 1)}"]
        if self.sampling_rate is not None:
            parts.append(f"{self.sampling_rate:.4g} samples per second")
        if self.lost is not None:
            parts.append(f"{100 * self.lost:.1f} % lost")
        if self.precision_degrees is not None:
            parts.append(f"precision {self.precision_degrees:.2g} degrees")
        elif self.precision is not None:
            parts.append(f"precision {self.precision:.3g} pixels")
        if self.off_image is not None:
            parts.append(f"{100 * self.off_image:.1f} % of fixations beside the image")
        return f"{self.recording}: {', '.join(parts)}"


def measured(
    name: str,
    samples: Samples | None,
    trials: Sequence[Trial],
    fixations: Sequence[DetectedFixations],
    pixels_per_degree: float | None,
) -> RecordingQuality:
    """The quality of a recording, but for the share beside the image.

    Args:
        name: of the recording.
        samples: of the eye that is taken, in pixels; None where there are none.
        trials: of the recording.
        fixations: of each trial, on the same clock.
        pixels_per_degree: of the screen, where it is known.
    """
    if samples is None or len(samples) < 2:
        return RecordingQuality(name, len(trials))
    step = float(np.median(np.diff(samples.time)))
    precision = _precision(samples, fixations)
    return RecordingQuality(
        name,
        len(trials),
        sampling_rate=1 / step if step > 0 else None,
        lost=_lost(samples, trials, step),
        precision=precision,
        precision_degrees=None
        if precision is None or pixels_per_degree is None
        else precision / pixels_per_degree,
    )


def _lost(samples: Samples, trials: Sequence[Trial], step: float) -> float | None:
    """Of the samples that the trials' duration asks for, or of those that are there, if they are more."""
    parts = [samples.between(trial.start, trial.stop) for trial in trials]
    seen = sum(int(np.isfinite(part.x + part.y).sum()) for part in parts)
    lasts = sum(trial.stop - trial.start for trial in trials)
    wanted = max(sum(map(len, parts)), round(lasts / step) if step > 0 else 0)
    return 1 - seen / wanted if wanted else None


def _precision(samples: Samples, fixations: Sequence[DetectedFixations]) -> float | None:
    onset, duration = (
        np.concatenate([np.empty(0), *(getattr(found, key) for found in fixations)])
        for key in ("onset", "duration")
    )
    order = np.argsort(onset, kind="stable")
    onset, ends = onset[order], (onset + duration)[order]
    seen = np.isfinite(samples.x + samples.y)
    time, x, y = samples.time[seen], samples.x[seen], samples.y[seen]
    own = np.searchsorted(onset, time + _CLOSE, side="right") - 1  # the last that has begun
    inside = (own >= 0) & (time <= np.append(ends, np.inf)[own] + _CLOSE)
    follows = np.flatnonzero(seen)
    pairs = inside[:-1] & inside[1:] & (own[:-1] == own[1:]) & (np.diff(follows) == 1)
    squares: Floats = np.diff(x) ** 2 + np.diff(y) ** 2
    counts = np.bincount(own[:-1][pairs], minlength=1)
    sums = np.bincount(own[:-1][pairs], squares[pairs], minlength=1)
    known = counts > 0
    return float(np.median(np.sqrt(sums[known] / counts[known]))) if known.any() else None
