"""Measures of areas and of recordings equal those of pymovements, where both define them.

pymovements leaves out looks at no area, so that a visit goes on over them; here they end it. The areas of
these tests therefore tile the image, and nobody looks beside it.
"""

import numpy as np
import pytest

from gazemap.analysis.looks import area_looks
from gazemap.gaze.areas import Box
from gazemap.gaze.detection import DetectedFixations
from gazemap.gaze.fixations import Fixations
from gazemap.gaze.recordings.quality import measured
from gazemap.gaze.recordings.recording import Samples, Trial
from gazemap.gaze.shapes import Area

SIZE = (60, 80)
BOXES = [
    Box("left", 0, 0, 20, 40),
    Box("top", 20, 0, 60, 10),
    Box("rest", 20, 10, 60, 30),
    Box("below", 0, 40, 80, 20),
]


def recorded(seed, people=3, count=40):
    random = np.random.default_rng(seed)
    duration = random.uniform(0.08, 0.6, (people, count))
    onset = np.cumsum(duration + random.uniform(0.02, 0.1, (people, count)), axis=1) - duration
    x, y = random.uniform(0, 80, (people, count)), random.uniform(0, 60, (people, count))
    x[:, 5:8], y[:, 5:8] = 10, 20  # a visit of three and more
    observer = np.repeat([f"p{number}" for number in range(people)], count)
    return Fixations(x.ravel(), y.ravel(), observer, onset.ravel(), duration.ravel())


def events_on_areas(own):
    """The fixations of one observer as pymovements maps them to areas, in milliseconds."""
    import polars  # here, since each process that collects the tests would take seconds for it
    from pymovements import Events
    from pymovements.stimulus import TextStimulus

    words = polars.DataFrame(
        [{"word_idx": number, "word": box.name, **vars_of(box)} for number, box in enumerate(BOXES)]
    )
    stimulus = TextStimulus(
        words,
        aoi_column="word",
        start_x_column="x",
        start_y_column="y",
        width_column="width",
        height_column="height",
    )
    frame = polars.DataFrame(
        {
            "name": ["fixation"] * len(own),
            "onset": own.onset * 1e3,
            "offset": (own.onset + own.duration) * 1e3,
            "location_x": own.x,
            "location_y": own.y,
        }
    )
    events = Events(frame)
    events.map_to_aois(stimulus, verbose=False)
    return events.frame, words


def vars_of(box):
    return {name: float(getattr(box, name)) for name in ("x", "y", "width", "height")}


@pytest.mark.parametrize("seed", range(3))
def test_measures_of_areas(seed):
    """TFC and TFT are reading measures of pymovements; onsets and runs are what it makes them of."""
    import polars
    from pymovements.measure import annotate_fixations
    from pymovements.measure.reading.processing import compute_reading_measures

    fixations = recorded(seed)
    areas = [Area.of_box(box) for box in BOXES]
    rows = {(row.observer, row.area): row for row in area_looks(fixations, areas, SIZE, 2)}
    for observer in fixations.observers:
        frame, words = events_on_areas(fixations.of_observer(observer))
        measures = {row["word"]: row for row in compute_reading_measures(frame, words).iter_rows(named=True)}
        annotated = annotate_fixations(frame)
        for box in BOXES:
            ours, theirs = rows[observer, box.name], measures[box.name]
            looks = annotated.filter(polars.col("word") == box.name)
            runs = looks.group_by("run_id").agg(polars.col("onset").min(), polars.col("offset").max())
            assert ours.fixations == theirs["TFC"]
            assert ours.fixation_time == pytest.approx(theirs["TFT"] / 1e3)
            assert ours.visits == len(runs)
            assert ours.dwell_time == pytest.approx((runs["offset"] - runs["onset"]).sum() / 1e3)
            first = looks.filter(polars.col("is_first_fix"))["onset"].item()
            assert ours.time_to_first == pytest.approx(first / 1e3)
    assert max(row.visits for row in rows.values()) > 3


def test_lost_samples_and_precision():
    """Of a recording with a fixation of 200 ms, lost samples, and rows that are not there."""
    import polars
    from pymovements.measure import data_loss
    from pymovements.measure.samples import rms_s2s

    random = np.random.default_rng(1)
    time = np.delete(np.arange(250) / 250, slice(180, 200))
    x, y = 40 + random.normal(0, 1, len(time)), 30 + random.normal(0, 1, len(time))
    x[100:117] = y[100:117] = np.nan
    fixation = DetectedFixations(*(np.array([value]) for value in (40.0, 30.0, 0.1, 0.2)))
    trials = [Trial("a", 0, 0, 1)]
    ours = measured("r", Samples(time, x, y), trials, [fixation], None)
    frame = polars.DataFrame({"time": time * 1e3, "pixel": [[*point] for point in zip(x, y, strict=True)]})
    lost = frame.select(data_loss("pixel", sampling_rate=250.0, start_time=0.0, end_time=996.0)).item()
    assert ours.lost == pytest.approx(lost) == (17 + 20) / 250
    during = frame.filter((polars.col("time") >= 100 - 1e-6) & (polars.col("time") <= 300 + 1e-6))
    assert ours.precision == pytest.approx(during.select(rms_s2s("pixel")).item())
