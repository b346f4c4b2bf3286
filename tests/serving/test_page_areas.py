"""The page's shares of areas are those of gazemap.analysis.area_shares, and polygons are measured exactly."""

from dataclasses import asdict

import numpy as np
import pytest
from matplotlib.path import Path
from support.page_modules import called, needs_node
from support.page_predictions import as_page, box_area, random_prediction

from gazemap.analysis.area_shares import area_shares, cut_notes
from gazemap.gaze.areas import Box
from gazemap.gaze.shapes import Area, overlapping

pytestmark = needs_node

BOXES = [
    Box("whole", 0, 0, 64, 48),
    Box("cut pixels", 3.25, 4.5, 20.125, 7.75),
    Box("one pixel", 40, 30, 1, 1),
    Box("less than a pixel", 10.2, 10.3, 0.4, 0.5),
]


OF_PYTHON = {"members", "fixations_in_time"}  # columns that the page does not have


def python_areas(boxes):
    return [Area.of_box(box) for box in boxes]


def areas_of(boxes):
    return [box_area(box.name, box.x, box.y, box.width, box.height) for box in boxes]


def shares(prediction, areas):
    return called("view/measures.js", "sharesOf", [[as_page(prediction), areas]])[0]


def assert_rows_equal(found, expected):
    assert [list(row) for row in found] == [
        [name for name in asdict(row) if name not in OF_PYTHON] for row in expected
    ]
    for row, other in zip(found, expected, strict=True):
        assert (row["name"], row["rank"], row["fold"]) == (other.name, other.rank, other.fold)
        for key in ("attention", "size", "times_chance", "seen", "x", "y", "width", "height"):
            assert row[key] == pytest.approx(getattr(other, key), rel=1e-4, abs=1e-7), (row["name"], key)


def test_boxes_have_the_shares_of_python():
    prediction = random_prediction((48, 64))
    assert_rows_equal(shares(prediction, areas_of(BOXES)), area_shares(prediction, python_areas(BOXES)))


def test_boxes_in_folds_have_the_shares_of_python():
    prediction = random_prediction((300, 110))
    boxes = [Box("first", 10, 10, 50, 20), Box("cut", 5.5, 30, 60, 111), Box("all", 0, 0, 110, 300)]
    expected = area_shares(prediction, python_areas(boxes))
    found = shares(prediction, areas_of(boxes))
    assert_rows_equal(found, expected)
    assert called("density/areas.js", "cutNotes", [[found]])[0] == cut_notes(expected)


def test_areas_of_a_large_image_are_near_those_of_python():
    prediction = random_prediction((3000, 4000))
    boxes = [Box("a", 1000, 700, 400, 300), Box("b", 17, 23, 2000, 1000)]
    found, expected = shares(prediction, areas_of(boxes)), area_shares(prediction, python_areas(boxes))
    for row, other in zip(found, expected, strict=True):
        assert row["attention"] == pytest.approx(other.attention, rel=1e-3)


POLYGONS = {
    "triangle": [[5, 5], [60, 20], [20, 45]],
    "with a bay": [[2, 2], [50, 3], [49, 40], [30, 12], [4, 44]],
    "counterclockwise": [[10, 10], [10, 40], [55, 35]],
    "thin": [[1.5, 30], [62.5, 31.2], [62.5, 32.4]],
}


def test_polygons_hold_what_finely_drawn_masks_hold():
    prediction, fine = random_prediction((48, 64)), 40
    density = np.repeat(np.repeat(prediction.density, fine, 0), fine, 1) / fine**2
    rows, columns = np.indices(density.shape)
    centers = (np.column_stack([columns.ravel(), rows.ravel()]) + 0.5) / fine
    areas = [{"id": n, "name": n, "kind": "polygon", "corners": c} for n, c in POLYGONS.items()]
    found = {row["name"]: row for row in shares(prediction, areas)}
    for name, corners in POLYGONS.items():
        inside = Path(corners).contains_points(centers).reshape(density.shape)
        assert found[name]["size"] == pytest.approx(inside.mean(), rel=3e-3), name
        assert found[name]["attention"] == pytest.approx(density[inside].sum(), rel=3e-3), name


def test_a_box_and_the_polygon_of_its_corners_are_one():
    prediction = random_prediction((48, 64))
    box = box_area("area", 3.25, 4.5, 20.125, 7.75)
    turned = box | {"kind": "polygon", "corners": box["corners"][2:] + box["corners"][:2]}
    assert shares(prediction, [box])[0] == pytest.approx(shares(prediction, [turned])[0])


def test_a_polygon_over_two_folds_is_cut():
    prediction = random_prediction((300, 110))
    triangle = {"id": "t", "name": "t", "kind": "polygon", "corners": [[5, 5], [100, 100], [5, 190]]}
    found = shares(prediction, [triangle])
    sizes = {part.fold.number: part.fold.width * part.fold.height for part in prediction.folds}
    assert [row["fold"] for row in found] == [1, 2, 3]
    assert sum(row["size"] * sizes[row["fold"]] for row in found) == pytest.approx(95 * 185 / 2)


def test_boxes_overlap_as_in_python():
    boxes = [
        Box("a", 0, 0, 10, 10),
        Box("inside a", 2, 2, 3, 3),
        Box("touches a", 10, 0, 5, 10),
        Box("same as a", 0, 0, 10, 10),
        Box("across a", 3, 0, 2, 40),
        Box("shares edges with a", 5, 0, 10, 10),
        Box("apart", 50, 50, 1, 1),
    ]
    found = called("density/areas.js", "overlapNotes", [[areas_of(boxes)]])[0]
    assert found == [
        f"{a} and {b} overlap: attention on both of them counts for each."
        for a, b in overlapping(python_areas(boxes), (60, 60))
    ]


@pytest.mark.parametrize(
    ("corners", "crosses"),
    [([[0, 0], [10, 0], [10, 10], [0, 10]], False), ([[0, 0], [10, 10], [10, 0], [0, 10]], True)],
)
def test_lines_that_cross_are_known(corners, crosses):
    assert called("density/polygons.js", "crossesItself", [[corners]]) == [crosses]


def test_polygons_overlap_where_they_share_area():
    bay = [[0, 0], [30, 0], [30, 30], [20, 30], [20, 10], [10, 10], [10, 30], [0, 30]]
    cases = [
        (bay, [[12, 15], [18, 15], [18, 25], [12, 25]], False),  # within its bay
        (bay, [[12, 15], [25, 15], [25, 25], [12, 25]], True),
        (bay, bay, True),
        ([[0, 0], [10, 0], [0, 10]], [[10, 10], [10, 0], [0, 10]], False),  # one edge in common
    ]
    found = called("density/polygons.js", "haveOverlap", [[a, b] for a, b, _ in cases])
    assert found == [expected for *_, expected in cases]
