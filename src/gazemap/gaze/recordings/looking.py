"""A trial of a recording -> the fixations in it, by the tracker's own software or found in raw samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np

from gazemap.errors import DataError, InputError
from gazemap.gaze.detection import (
    Center,
    DetectedFixations,
    fixations_by_dispersion,
    fixations_by_velocity,
)
from gazemap.gaze.recordings.recording import Eye, Recording, Samples, Trial

_Kind = TypeVar("_Kind")
Method = Literal["tracker", "velocity", "dispersion"]
_THRESHOLDS = {"velocity": 30.0, "dispersion": 1.0}  # degrees per second, and degrees


@dataclass(frozen=True)
class Looking:
    """How the fixations of a recording are found.

    Attributes:
        method: "tracker", what its software found; or in raw samples, by velocity or by dispersion; by
            default the tracker's where there are some, else by dispersion.
        eye: whose; by default the recording's own choice.
        threshold: degrees per second (velocity), by default 30, or degrees (dispersion), by default 1.
        minimum_duration: seconds, of those found in raw samples.
        maximum_gap: seconds without samples over which one goes on.
        center: where one is: the mean of its samples, or their median.
        pixels_per_degree: of the screen; by default the recording's own.
    """

    method: Method | None = None
    eye: Eye | None = None
    threshold: float | None = None
    minimum_duration: float = 0.1
    maximum_gap: float = 0.075
    center: Center = "mean"
    pixels_per_degree: float | None = None

    def told(self, recording: Recording) -> str:
        """How those of a recording are found: "the tracker's own", "by dispersion, 1 degree, 100 ms"."""
        method = self._method(recording)
        if method == "tracker":
            return "fixations are the tracker's own"
        threshold = self._threshold(method)
        unit = f"degree{'s' * (threshold != 1)}{' per second' * (method == 'velocity')}"
        return (
            f"fixations were found in raw samples by {method}: {threshold:g} {unit}, at least "
            f"{1000 * self.minimum_duration:g} ms, gaps of at most {1000 * self.maximum_gap:g} ms"
        )

    def fixations(self, recording: Recording) -> list[DetectedFixations]:
        """Those of each trial, in the recording's clock.

        A fixation belongs to the trial in which it starts, and ends with it; what started before the image
        appeared is left out.

        Raises:
            DataError: there are none of that kind or eye, not one was found, or the degrees of the screen are
            not known.
        """
        method = self._method(recording)
        if method == "tracker":
            own = self._of_eye(recording, recording.fixations, "fixations")
            return [_within(own, trial) for trial in recording.trials]
        samples = self._of_eye(recording, recording.samples(), "samples")
        parts = [samples.between(trial.begin, trial.stop) for trial in recording.trials]
        found = [self._found(recording, part, method) for part in parts]
        if not any(map(len, found)):
            raise DataError(
                f"{recording.name}: not one fixation was found by {method} in {sum(map(len, parts)):,} "
                f"samples, with threshold={self._threshold(method):g}. Say a larger one"
                + (", or fixations=dispersion, which noise disturbs less." if method == "velocity" else ".")
            )
        return [_within(own, trial) for own, trial in zip(found, recording.trials, strict=True)]

    def samples(self, recording: Recording) -> Samples | None:
        """The raw samples of the eye that is taken, or of the only one; None where there are none."""
        by_eye = recording.samples()
        alone = next(iter(by_eye.values())) if len(by_eye) == 1 else None
        return by_eye.get(self.eye or recording.eye, alone)

    def _method(self, recording: Recording) -> Method:
        return self.method or ("tracker" if recording.fixations else "dispersion")

    def _threshold(self, method: Method) -> float:
        return self.threshold or _THRESHOLDS[method]

    def _of_eye(self, recording: Recording, by_eye: Mapping[Eye, _Kind], what: str) -> _Kind:
        eye = self.eye or recording.eye
        if eye in by_eye:
            return by_eye[eye]
        if self.eye is None and len(by_eye) == 1:
            return next(iter(by_eye.values()))
        held = f"{what} of {' and '.join(by_eye)}" if by_eye else f"no {what}"
        other = "dispersion" if what == "fixations" else "tracker"
        raise DataError(
            f"{recording.name} has {held}; asked for: {eye}. Say eye={'|'.join(by_eye) or 'left'}, or "
            f"fixations={other}."
        )

    def _found(self, recording: Recording, samples: Samples, method: Method) -> DetectedFixations:
        degree = self.pixels_per_degree or recording.pixels_per_degree
        if degree is None:
            raise DataError(
                f"{recording.name} does not say how many pixels of the screen are one degree. Say its size "
                "and how far the eyes were: screen_cm=53x30 and distance_cm=60."
            )
        if not np.isfinite(samples.x + samples.y).any():
            return DetectedFixations(*np.empty((4, 0)))
        detect = fixations_by_velocity if method == "velocity" else fixations_by_dispersion
        try:
            return detect(
                samples.x,
                samples.y,
                samples.time,
                threshold=self._threshold(method),
                pixels_per_degree=degree,
                minimum_duration=self.minimum_duration,
                maximum_gap=self.maximum_gap,
                center=self.center,
            )
        except InputError as error:
            raise DataError(f"{recording.name}: {error}") from error


def _within(found: DetectedFixations, trial: Trial) -> DetectedFixations:
    """The fixations that start in a trial, cut where it stops; those without a place are none."""
    own = (found.onset >= trial.start) & (found.onset < trial.stop) & np.isfinite(found.x + found.y)
    onset = found.onset[own]
    duration = np.minimum(found.duration[own], trial.stop - onset)
    return DetectedFixations(found.x[own], found.y[own], onset, duration)
