"""The page's crops, comparisons and summaries are those of gazemap.analysis and of Prediction.as_json."""

from dataclasses import asdict

import pytest
from support.page_modules import called, needs_node
from support.page_predictions import as_page, box_area, random_prediction

from gazemap.analysis.comparing import compare_predictions
from gazemap.analysis.crops import best_crop, parse_aspect
from gazemap.errors import InputError
from gazemap.gaze.areas import Box
from gazemap.gaze.shapes import Area

pytestmark = needs_node

CASES = [
    ("1:1", None),
    ("16:9", None),
    ("9:16", None),
    ("1.91:1", None),
    ("0.7", None),
    ("1:1", 0.5),
    ("3/2", 0.25),
    ("4:5", 0.9),
    ("9:16", 0.999),
    ("1000:1", None),
    ("0:1", None),
    ("wide", None),
]


def test_crops_are_those_of_python():
    sizes = [(48, 64), (97, 31), (300, 110), (1, 1)]
    predictions = [random_prediction(size, flat=flat) for size in sizes for flat in (False, True)]
    asked = [(prediction, *case) for prediction in predictions for case in CASES]
    found = called("density/crop.js", "bestCropOf", [[as_page(one), *case] for one, *case in asked])
    for (prediction, aspect, share), crop in zip(asked, found, strict=True):
        if "error" in crop:
            with pytest.raises(InputError):
                best_crop(prediction.joined, parse_aspect(aspect), share)
            continue
        expected = best_crop(prediction.joined, parse_aspect(aspect), share)
        assert crop == pytest.approx(asdict(expected), abs=1e-6), (prediction.placement.size, aspect, share)


@pytest.mark.slow
def test_a_crop_of_a_very_large_image_is_near_the_best():
    prediction = random_prediction((4500, 6000))
    crop = called("density/crop.js", "bestCropOf", [[as_page(prediction), "1:1", None]])[0]
    expected = best_crop(prediction.density, parse_aspect("1:1"))
    assert (crop["width"], crop["height"]) == (pytest.approx(4500, abs=3), pytest.approx(4500, abs=3))
    assert crop["attention"] == pytest.approx(expected.attention, abs=1e-4)


def state_of(predictions, areas, areas_b):
    entries = [
        {"id": letter, "name": letter, "prediction": as_page(prediction), "areas": own}
        for letter, prediction, own in zip("AB", predictions, (areas, areas_b), strict=True)
    ]
    return {"tab": "compare", "chosen": "A", "other": "B", "entries": entries}


BOXES = [Box("button", 5, 6, 20, 10), Box("logo", 1.5, 2, 8, 30)]
MOVED = [Box("logo", 20, 3, 12, 12)]
PAIRS = {
    "one size": ((48, 64), (48, 64)),
    "another size": ((48, 64), (60, 80)),
    "another shape": ((48, 64), (44, 50)),
    "folds": ((300, 110), (200, 110)),
    "folds and none": ((300, 110), (90, 100)),
}


def python_areas(boxes):
    return [Area.of_box(box) for box in boxes]


def areas_of(boxes):
    return [box_area(box.name, box.x, box.y, box.width, box.height) for box in boxes]


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS.keys())
def test_comparisons_are_those_of_python(pair):
    predictions = [random_prediction(size, seed) for seed, size in enumerate(pair, 1)]
    expected = compare_predictions(*predictions, python_areas(BOXES), python_areas(MOVED))
    state = state_of(predictions, areas_of(BOXES), areas_of(MOVED))
    found = called("view/comparison.js", "comparisonOf", [[state]])[0]
    assert found["isFolded"] == expected.is_folded
    for numbers, other in zip(found["differences"], expected.differences, strict=True):
        for name, value in numbers.items():
            assert value == pytest.approx(getattr(other, name), abs=2e-5), name
    rows = called("density/difference.js", "rowOf", [[change] for change in found["changes"]])
    for row, change in zip(rows, expected.changes, strict=True):
        assert list(row) == list(change.row())
        for key, value in change.row().items():
            near = value if isinstance(value, str) else pytest.approx(value, rel=1e-4, abs=1e-6)
            assert row[key] == near, key


def test_an_area_that_would_reach_out_of_b_is_not_compared():
    predictions = [random_prediction((300, 110)), random_prediction((90, 100), 2)]
    low = Box("low", 5, 200, 20, 10)
    with pytest.raises(InputError, match="do not fit B"):
        compare_predictions(*predictions, python_areas([low]))
    state = state_of(predictions, areas_of([low]), [])
    found = called("view/comparison.js", "comparisonOf", [[state]])[0]
    assert not found["changes"]
    assert any("low would reach out of B" in note for note in found["notes"])


def test_summaries_are_those_of_python():
    predictions = [random_prediction(size) for size in ((48, 64), (300, 110), (7, 5), (1, 1))]
    found = called("density/summary.js", "summaryOf", [[as_page(one)] for one in predictions])
    for summary, prediction in zip(found, predictions, strict=True):
        check_summary(summary, prediction.as_json())


def check_summary(found, expected):
    parts, others = found.get("folds", [found]), expected.get("folds", [expected])
    for part, other in zip(parts, others, strict=True):
        assert part.keys() == other.keys()
        assert part["peak_over_uniform"] == pytest.approx(other["peak_over_uniform"], rel=1e-4)
        assert part["radius"] == other["radius"]
        for row, expected_row in zip(part["thirds"], other["thirds"], strict=True):
            assert row == pytest.approx(expected_row, abs=2e-6)
        assert [(p["x"], p["y"]) for p in part["points"]] == [(p["x"], p["y"]) for p in other["points"]]
        assert [p["share"] for p in part["points"]] == pytest.approx(
            [p["share"] for p in other["points"]], abs=2e-6
        )
