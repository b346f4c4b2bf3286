"""The page's densities, folds and placements are Python's."""

import re

import numpy as np
import pytest
from support.page_modules import called, needs_node, typed

from gazemap.errors import InputError
from gazemap.images.folds import fold_notes, folds_of, parse_viewport
from gazemap.images.placement import Placement
from gazemap.prediction.folded import FoldedPrediction
from gazemap.prediction.prediction import Prediction, unplace

pytestmark = needs_node

SIZES = [(1, 1), (7, 5), (60, 80), (480, 640), (33, 900), (700, 1)]


def fold_of(grid, placement, number=1, x=0, y=0):
    height, width = placement.size
    return {
        "fold": number,
        "x": x,
        "y": y,
        "width": width,
        "height": height,
        "grid": {"height": grid.shape[0], "width": grid.shape[1], "log_density": typed(grid)},
        "frame": placement.frame,
        "fit": placement.fit,
    }


def random_grid(shape=(6, 8), seed=1):
    return np.random.default_rng(seed).normal(-4, 2, shape).astype(np.float32)


def test_densities_are_those_of_python():
    fits = ("stretch", "letterbox", "crop")
    placements = [Placement(size, (24, 32), fit) for fit in fits for size in SIZES]
    grid = random_grid()
    found = called("density/density.js", "logDensityOf", [[fold_of(grid, one)] for one in placements])
    for placement, values in zip(placements, found, strict=True):
        expected = unplace(grid, placement, "log_density")
        np.testing.assert_allclose(np.reshape(values, placement.size), expected, atol=1e-5)


def test_a_density_of_another_size_is_that_of_a_smaller_picture():
    grid, placement = random_grid(), Placement((50, 70), (24, 32), "stretch")
    values = called("density/density.js", "densityOf", [[fold_of(grid, placement), [9, 13]]])[0]
    expected = np.exp(unplace(grid, Placement((9, 13), (24, 32), "stretch"), "log_density"))
    np.testing.assert_allclose(np.reshape(values, (9, 13)), expected, rtol=1e-5)
    assert sum(values) == pytest.approx(1)


def test_folds_are_joined_in_times_chance():
    size, frame = (300, 110), (24, 32)
    folds, parts = folds_of(size), []
    for fold in folds:
        one = Prediction(random_grid(seed=fold.number), Placement(fold.size, frame, "stretch"), "log_density")
        parts.append(Prediction(one.grid, one.placement, one.output, stated_fold=fold))
    whole = FoldedPrediction(
        np.stack([part.grid for part in parts]),
        Placement(size, frame, "stretch"),
        "log_density",
        folds=tuple(parts),
    )
    prediction = {
        "height": size[0],
        "width": size[1],
        "folds": [fold_of(p.grid, p.placement, p.fold.number, p.fold.x, p.fold.y) for p in parts],
    }
    values = called("density/density.js", "timesChanceOf", [[prediction]])[0]
    assert len(folds) > 2
    np.testing.assert_allclose(np.reshape(values, size), whole.times_chance, rtol=1e-4)


def test_folds_and_their_notes_are_those_of_python():
    views = [None, "whole", (80, 128), (9000, 10)]
    cases = [(size, view) for size in [*SIZES, (8000, 1280), (2001, 1000), (101, 203)] for view in views]
    found = called("images/folds.js", "foldsOf", [list(case) for case in cases])
    whole = [folds if isinstance(folds, list) else [{}] for folds in found]
    asked = [[size, folds, view] for (size, view), folds in zip(cases, whole, strict=True)]
    notes = called("images/folds.js", "foldNotes", asked)
    for (size, view), folds, said in zip(cases, found, notes, strict=True):
        if isinstance(folds, dict):
            with pytest.raises(InputError, match=re.escape(folds["error"])):
                folds_of(size, view)
            continue
        expected = folds_of(size, view)
        assert [(f["fold"], f["y"], f["x"], f["height"], f["width"]) for f in folds] == [
            (fold.number, fold.y, fold.x, *fold.size) for fold in expected
        ]
        assert said == list(fold_notes(size, expected, view))


def test_folds_of_a_smaller_picture_are_those_of_python():
    size, into = (3001, 640), (177, 38)
    folds = folds_of(size)
    plain = [
        {"fold": fold.number, "x": fold.x, "y": fold.y, "width": fold.width, "height": fold.height}
        for fold in folds
    ]
    found = called("images/folds.js", "scaledFold", [[fold, size, into] for fold in plain])
    assert [(f["y"], f["x"], f["height"], f["width"]) for f in found] == [
        (fold.y, fold.x, *fold.size) for fold in (fold.scaled(size, into) for fold in folds)
    ]


def test_viewports_are_parsed_as_by_python():
    texts = [None, "whole", "1280x800", " 12X9 ", "0x9", "12", "axb", "1x1x1"]
    for text, found in zip(
        texts, called("images/folds.js", "parseViewport", [[t] for t in texts]), strict=True
    ):
        try:
            expected = parse_viewport(text)
        except InputError:
            assert "WIDTHxHEIGHT" in found["error"]
        else:
            assert (tuple(found) if isinstance(found, list) else found) == expected
