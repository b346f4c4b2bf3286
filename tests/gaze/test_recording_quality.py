"""The quality of a recording, worked by hand."""

import numpy as np
import pytest

from gazemap.gaze.detection import DetectedFixations
from gazemap.gaze.recordings.quality import RecordingQuality, measured
from gazemap.gaze.recordings.recording import Samples, Trial

NAN = np.nan


def found(*rows):
    """Fixations: x, y, onset, duration."""
    return DetectedFixations(*np.array(rows, dtype=float).reshape(-1, 4).T)


def samples(*points, start=0.0, step=0.1):
    x, y = np.array(points, dtype=float).T
    return Samples(start + step * np.arange(len(points)), x, y)


RESTING = [(0, 0), (3, 4), (3, 4), (90, 90), (50, 50), (50, 51), (NAN, NAN), (50, 51), (50, 52), (NAN, NAN)]
FIXATIONS = [found((2, 3, 0, 0.2)), found((50, 51, 0.4, 0.4))]
TRIALS = [Trial("a", 0, 0, 0.4), Trial("b", 0.4, 0.4, 1.0)]


def test_a_recording_worked_by_hand():
    """Distances of the first fixation: 5, 0; of the second 1 and, on the other side of the gap, 1.

    Root mean squares are sqrt(25 / 2) and 1; their median is the mean of both. The way between them, and that
    over the gap, are none of theirs. 2 of 10 samples are lost.
    """
    quality = measured("ann", samples(*RESTING), TRIALS, FIXATIONS, 10)
    assert quality.recording == "ann"
    assert quality.trials == 2
    assert quality.sampling_rate == pytest.approx(10)
    assert quality.lost == pytest.approx(0.2)
    assert quality.precision == pytest.approx((np.sqrt(12.5) + 1) / 2)
    assert quality.precision_degrees == pytest.approx((np.sqrt(12.5) + 1) / 20)
    assert str(quality) == "ann: 2 trials, 10 samples per second, 20.0 % lost, precision 0.23 degrees"


def test_samples_that_are_missing_are_lost_too():
    """Of the 10 that the trials ask for, the rows of 4 are not there, as where a tracker leaves them out."""
    whole = samples(*RESTING)
    own = np.array([0, 1, 2, 4, 5, 7])
    there = Samples(whole.time[own], whole.x[own], whole.y[own])
    assert measured("ann", there, TRIALS, FIXATIONS, None).lost == pytest.approx(0.4)
    outside = measured("ann", whole, [Trial("a", 0.7, 0.7, 0.9)], [], None)
    assert (outside.lost, outside.precision) == (pytest.approx(0), None)


def test_what_is_not_known_is_none():
    assert measured("ann", None, TRIALS, FIXATIONS, 10) == RecordingQuality("ann", 2)
    alone = measured("ann", samples((1, 1)), TRIALS[:1], FIXATIONS, 10)
    assert alone == RecordingQuality("ann", 1)
    assert str(alone) == "ann: 1 trial"
    blind = measured("ann", samples(*[(NAN, NAN)] * 10), TRIALS, FIXATIONS, None)
    assert blind.lost == 1
    assert blind.precision is None
    still = measured("ann", samples(*[(1, 1)] * 10), TRIALS, FIXATIONS, None)
    assert (still.precision, still.precision_degrees) == (0, None)
    assert "precision 0 pixels" in str(still)


def test_precision_is_that_of_a_plain_loop():
    rng = np.random.default_rng(0)
    whole = samples(*rng.normal(100, 2, (300, 2)), step=0.004)
    whole = whole.without(rng.random(300) < 0.1)
    fixations = found(*[(0, 0, 0.2 * number + 0.01, 0.15) for number in range(5)])
    roots = []
    for onset, duration in zip(fixations.onset, fixations.duration, strict=True):
        inside = [i for i, time in enumerate(whole.time) if onset <= time <= onset + duration]
        squares = [
            (whole.x[i + 1] - whole.x[i]) ** 2 + (whole.y[i + 1] - whole.y[i]) ** 2 for i in inside[:-1]
        ]
        roots.append(np.sqrt(np.nanmean(squares)))
    found_precision = measured("ann", whole, [Trial("a", 0, 0, 1.2)], [fixations], None).precision
    assert found_precision == pytest.approx(np.median(roots))
