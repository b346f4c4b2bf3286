"""Areas of a long image: each fold's own shares, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from gazemap.analysis.area_shares import area_shares, cut_notes, share_notes
from gazemap.errors import InputError
from gazemap.gaze.areas import Box, box_sums
from gazemap.gaze.shapes import Area
from gazemap.images.folds import folds_of
from gazemap.images.placement import Placement
from gazemap.prediction.folded import FoldedPrediction
from gazemap.prediction.prediction import Prediction

LEFT, RIGHT = np.array([[0.9, 0.1]]), np.array([[0.2, 0.8]])  # of each fold's halves


def folded():
    """A page of 20 x 10 in two folds of 10 x 10, whose left halves hold 90 and 20 %."""
    folds = folds_of((20, 10), (10, 10))
    placement = Placement((10, 10), (10, 10), "stretch")
    grids = [np.log(np.repeat(halves, 5, axis=1).repeat(10, axis=0) / 50) for halves in (LEFT, RIGHT)]
    parts = tuple(
        Prediction(grid, placement, "log_density", stated_fold=fold)
        for grid, fold in zip(grids, folds, strict=True)
    )
    return FoldedPrediction(
        np.stack([part.grid for part in parts]),
        Placement((20, 10), (10, 10), "stretch"),
        "log_density",
        folds=parts,
    )


def test_shares_are_those_of_each_fold():
    areas = [Area.of_box(Box("left", 0, 0, 5, 20)), Area.of_box(Box("below", 5, 12, 5, 8))]
    rows = area_shares(folded(), areas)
    found = [
        (row.fold, row.rank, row.name, round(row.attention, 9), row.size, row.y, row.height) for row in rows
    ]
    assert found == [
        (1, 1, "left", 0.9, 0.5, 0, 10),
        (2, 1, "below", 0.64, 0.4, 12, 8),
        (2, 2, "left", 0.2, 0.5, 10, 10),
    ]
    assert [row.times_chance for row in rows] == [pytest.approx(v) for v in (1.8, 1.6, 0.4)]
    assert cut_notes(rows) == [
        "left lies in folds 1 and 2: each row is its part there, and that part's share of the fold."
    ]
    assert share_notes(folded(), areas, rows)[1:] == [
        "Of each fold, the seconds begin when it comes into view."
    ]


def test_a_mask_is_cut_too():
    labels = np.zeros((20, 10), np.intp)
    labels[:, 5:], labels[15:] = 1, 2
    masks = [Area(name, pixels=labels == number) for number, name in enumerate("abc")]
    rows = area_shares(folded(), masks)
    assert [(row.fold, row.name, round(row.attention, 9), row.x, row.y) for row in rows] == [
        (1, "a", 0.9, 0, 0), (1, "b", 0.1, 5, 0), (2, "c", 0.5, 0, 15),
        (2, "b", 0.4, 5, 10), (2, "a", 0.1, 0, 10),
    ]  # fmt: skip
    assert sum(row.attention for row in rows) == pytest.approx(2)
    with pytest.raises(InputError, match="The mask of a is 10 x 10 pixels and its image 10 x 20"):
        area_shares(folded(), [Area("a", pixels=np.ones((10, 10), bool))])


def test_a_triangle_is_cut_where_the_folds_are():
    """Its corners are (0, 5), (0, 15), (10, 15): fold 1 holds a half of 5 x 5, fold 2 the rest of 50."""
    triangle = Area("t", (np.array([(0.0, 5.0), (0.0, 15.0), (10.0, 15.0)]),))
    first, second = area_shares(folded(), [triangle])
    assert (first.size, second.size) == (pytest.approx(0.125), pytest.approx(0.375))
    assert first.attention == pytest.approx(0.9 * 12.5 / 50)
    # of the left half all of its rows 10 to 15, of the right half what is under the long side
    assert second.attention == pytest.approx(0.2 * 25 / 50 + 0.8 * 12.5 / 50)
    assert (first.y, first.height, second.y, second.height) == (5, 5, 10, 5)
    assert (first.x, first.width, second.width) == (0, 5, 10)


def test_an_image_seen_at_once_has_the_shares_of_its_density():
    whole = replace(folded().folds[0], stated_fold=None)
    boxes = [Box("a", 0.1, 0.2, 5.3, 4.4), Box("b", 3, 3, 7, 7)]
    rows = {row.name: row for row in area_shares(whole, [Area.of_box(box) for box in boxes])}
    for box, held in zip(boxes, box_sums(whole.density, boxes), strict=True):
        row = rows[box.name]
        assert row.attention == pytest.approx(held)
        assert (row.x, row.y, row.width, row.height) == pytest.approx((box.x, box.y, box.width, box.height))
    with pytest.raises(InputError, match="a reaches from"):
        area_shares(whole, [Area.of_box(Box("a", 0, 0, 5, 11))])
