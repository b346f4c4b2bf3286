"""Frames: true points, written in any convention, come back; some worked by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.foreign_points import written

from gazemap.data.writing.frames import Frame
from gazemap.gaze.fixations import Fixations

CONVENTIONS = ("continuous", "pixel", "one-based", "normalized")
ORIGINS = ("top", "bottom", "center", "center-up")
SIDE = st.integers(9, 3000)


@pytest.mark.parametrize(
    ("frame", "raw", "point"),  # on an image of 1280 x 720
    [
        (Frame(), (3.25, 4), (3.25, 4)),
        (Frame("pixel"), (0, 719), (0.5, 719.5)),
        (Frame("one-based"), (1, 720), (0.5, 719.5)),
        (Frame("normalized"), (0.25, 1), (320, 720)),
        (Frame(origin="bottom"), (10, 20), (10, 700)),
        (Frame(origin="center"), (-640, 360), (0, 720)),
        (Frame(origin="center-up"), (-640, 360), (0, 0)),
        (Frame("normalized", "center-up"), (0.5, -0.5), (1280, 720)),
        (Frame(origin="center-up", shown=(2.0, 2.0)), (-1, 0.5), (0, 180)),  # PsychoPy's "norm"
        (Frame(offset=(320.0, 180.0)), (320, 900), (0, 720)),
        (Frame(screen=(1920.0, 1080.0)), (320, 900), (0, 720)),
        (Frame(screen=(1920.0, 1080.0), offset=(0.0, 360.0)), (5, 1080), (5, 720)),
        (Frame("normalized", screen=(1920.0, 1080.0)), (0.5, 0.5), (640, 360)),
        (Frame(origin="bottom", screen=(1920.0, 1080.0), offset=(0.0, 0.0)), (7, 1080), (7, 0)),
        (Frame(shown=2.0), (2560, 720), (1280, 360)),
        (Frame(screen=(1920.0, 1080.0), shown="fit"), (1920, 540), (1280, 360)),
        (Frame(screen=(1920.0, 1200.0), shown="fit"), (960, 60), (640, 0)),
        (Frame(screen=(1920.0, 1080.0), shown=(640.0, 360.0)), (640, 720), (0, 720)),
    ],
)
def test_points_worked_by_hand(frame, raw, point):
    found = frame.placed(Fixations(np.array([float(raw[0])]), np.array([float(raw[1])])), (720, 1280))
    assert (found.x[0], found.y[0]) == point


@given(
    frame=st.builds(
        Frame,
        st.sampled_from(CONVENTIONS),
        st.sampled_from(ORIGINS),
        st.none() | st.tuples(st.floats(-500, 500), st.floats(-500, 500)),
        st.none() | st.tuples(SIDE.map(float), SIDE.map(float)),
        st.none() | st.just("fit") | st.floats(0.1, 10) | st.tuples(SIDE.map(float), SIDE.map(float)),
    ),
    size=st.tuples(SIDE, SIDE),
    seed=st.integers(0, 999),
)
@settings(max_examples=200, deadline=None)
def test_true_points_come_back_from_any_frame(frame, size, seed):
    x, y = np.random.default_rng(seed).random((2, 20)) * [[size[1]], [size[0]]]
    found = frame.placed(Fixations(*written(x, y, size, frame)), size)
    np.testing.assert_allclose(found.x, x, atol=1e-6)
    np.testing.assert_allclose(found.y, y, atol=1e-6)


def test_a_frame_is_told_as_it_is_typed():
    assert Frame().told() == ""
    frame = Frame("one-based", "center", (320.0, -180.5), (1920.0, 1080.0), 1.5)
    assert (
        frame.told() == "convention=one-based, origin=center, offset=320,-180.5, screen=1920x1080, shown=1.5"
    )
