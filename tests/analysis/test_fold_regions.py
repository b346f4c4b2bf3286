"""Regions of a long image: each fold's own shares, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from gazemap.analysis.fold_regions import cut_notes, region_shares, within
from gazemap.analysis.regions import Mask, box_shares
from gazemap.errors import InputError
from gazemap.gaze.areas import Box
from gazemap.images.folds import Fold, folds_of
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
    boxes = [Box("left", 0, 0, 5, 20), Box("below", 5, 12, 5, 8)]
    rows = region_shares(folded(), boxes)
    found = [
        (row.fold, row.rank, row.name, round(row.attention, 9), row.area, row.y, row.height) for row in rows
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


def test_a_mask_is_cut_too():
    labels = np.zeros((20, 10), np.intp)
    labels[:, 5:], labels[15:] = 1, 2
    rows = region_shares(folded(), Mask(("a", "b", "c"), labels))
    assert [(row.fold, row.name, round(row.attention, 9), row.x, row.y) for row in rows] == [
        (1, "a", 0.9, 0, 0), (1, "b", 0.1, 5, 0), (2, "c", 0.5, 0, 15),
        (2, "b", 0.4, 5, 10), (2, "a", 0.1, 0, 10),
    ]  # fmt: skip
    assert sum(row.attention for row in rows) == pytest.approx(2)
    with pytest.raises(InputError, match="The mask must be of the image's shape"):
        region_shares(folded(), Mask(("a",), np.zeros((10, 10), np.intp)))


def test_an_image_seen_at_once_has_the_shares_of_its_density():
    whole = folded().folds[0]
    whole = replace(whole, stated_fold=None)
    boxes = [Box("a", 0.1, 0.2, 5.3, 4.4), Box("b", 3, 3, 7, 7)]
    assert region_shares(whole, boxes) == box_shares(whole.density, boxes)
    with pytest.raises(InputError, match="outside of it: a"):
        region_shares(whole, [Box("a", 0, 0, 5, 11)])


def test_parts_of_boxes_by_hand():
    fold = Fold(2, 0, 10, 10, 10)
    assert within(Box("a", 1, 8, 4, 6), fold) == Box("a", 1, 0, 4, 4)
    assert within(Box("a", 1, 12, 4, 6), fold) == Box("a", 1, 2, 4, 6)
    assert within(Box("a", 1, 4, 4, 6), fold) is None  # it ends where the fold begins
    assert within(Box("a", 1, 20, 4, 6), fold) is None
