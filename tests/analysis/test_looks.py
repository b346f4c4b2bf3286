"""A recording worked by hand: every measure of areas of interest."""

import numpy as np
import pytest

from gazemap.analysis.looks import AreaLooks, area_looks
from gazemap.gaze.areas import Box
from gazemap.gaze.fixations import Fixations
from gazemap.gaze.shapes import Area

SIZE = (100, 100)
LEFT, RIGHT = Area.of_box(Box("left", 0, 0, 50, 100)), Area.of_box(Box("right", 50, 0, 50, 100))
# Ann: left 0.1-0.3, left 0.35-0.55, right 0.6-1.0, off 1.1-1.2, right 1.3-1.5, left 1.6-1.9. Given unordered.
# Bob: right 0.2-0.5, alone.
RECORDED = Fixations(
    x=[80, 10, 20, 60, 150, 70, 30],
    y=[50, 50, 50, 50, 50, 50, 50],
    observer=["bob", "ann", "ann", "ann", "ann", "ann", "ann"],
    onset=[0.2, 0.1, 0.35, 0.6, 1.1, 1.3, 1.6],
    duration=[0.3, 0.2, 0.2, 0.4, 0.1, 0.2, 0.3],
)


def test_every_number_of_a_recording_worked_by_hand():
    shuffled = np.array([3, 6, 0, 5, 1, 4, 2])
    recorded = Fixations(**{name: values[shuffled] for name, values in RECORDED.columns.items()})
    ann_left, ann_right, bob_left, bob_right = area_looks(recorded, [LEFT, RIGHT], SIZE, 0.7)
    # two visits, 0.1 to 0.55 and 1.6 to 1.9: 0.45 + 0.3; fixations 0.2 + 0.2 + 0.3
    same(ann_left, AreaLooks("ann", "left", 3, 5, 2, 0.7, 0.75, 0.1, 2, 1))
    # the look away from the image parts two visits
    same(ann_right, AreaLooks("ann", "right", 2, 5, 1, 0.6, 0.6, 0.6, 2, 1))
    same(bob_left, AreaLooks("bob", "left", 0, 1, 0, 0.0, 0.0, None, 0, 0))
    same(bob_right, AreaLooks("bob", "right", 1, 1, 1, 0.3, 0.3, 0.2, 1, 0))


def same(found, expected):
    assert vars(found) == {
        name: pytest.approx(value) if isinstance(value, float) else value
        for name, value in vars(expected).items()
    }


def test_what_is_not_known_is_none():
    points = Fixations(x=RECORDED.x, y=RECORDED.y, observer=RECORDED.observer)
    unknown = [None] * 6
    assert area_looks(points, [LEFT], SIZE, 2)[0] == AreaLooks("ann", "left", 3, 5, *unknown)
    timed = Fixations(x=RECORDED.x, y=RECORDED.y, observer=RECORDED.observer, duration=RECORDED.duration)
    row = area_looks(timed, [LEFT], SIZE, 2)[0]
    assert (row.fixation_time, row.dwell_time, row.visits) == (pytest.approx(0.7), None, None)
