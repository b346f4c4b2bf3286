"""Data of jsPsych with WebGazer: worked by hand, as CSV and JSON, and what is refused."""

import csv
import json

import pytest
from support.gaze_sets import rows_of

from gazemap.data.importers import import_dataset
from gazemap.errors import DataError

SCREEN = {"screen_cm": "128x72", "distance_cm": 57.3}  # of a window of 1280 x 720: 10 pixels are a degree
WINDOW = {"trial_type": "browser-check", "width": 1280, "height": 720}
BOX = {"left": 200, "top": 100, "width": 160, "height": 120}  # an image of 80 x 60, at twice its size


def look(first, last, x, y):
    """At 25 Hz, from one time in ms to another."""
    return [{"x": x, "y": y, "t": time} for time in range(first, last + 1, 40)]


GAZE = [*look(0, 200, 220, 130), *look(240, 280, 0, 0), *look(320, 520, 280, 160)]
TRIALS = [
    WINDOW,
    {"trial_type": "webgazer-calibrate", "webgazer_data": None},
    {
        "stimulus": "img/a.jpg",
        "webgazer_data": GAZE[::-1],
        "webgazer_targets": {
            "#progress": {**BOX, "width": 9999},
            "#jspsych-image-keyboard-response-stimulus": BOX,
        },
    },
    {"stimulus": "img/b.jpg", "webgazer_data": look(0, 200, 640, 360), "webgazer_targets": {}},
]
EXPECTED = [(10, 15, 0, 0.2), (40, 30, 0.32, 0.2)]


def brought(folder, trials, name="ann.json", out="out", **options):
    (folder / name).write_text(json.dumps(trials))
    given = {key: value for key, value in {**SCREEN, **options}.items() if value}
    return import_dataset(folder / name, folder / out, format="jspsych", options=given)


def test_data_worked_by_hand(folder):
    """(220 - 200) / 2 is 10; b has no target, so it lay in the middle of the window at its own size."""
    dataset = brought(folder, TRIALS)
    assert rows_of(dataset) == EXPECTED
    assert rows_of(dataset, "b") == [(40, 30, 0, 0.2)]
    assert dataset["a"].fixations.observers == ["ann"]
    assert dataset.info.recordings[0].sampling_rate == pytest.approx(25)


def test_csv_of_many_participants_with_a_long_cell(folder):
    """The csv module's own limit of a cell is 131,072 letters."""
    long = [{**sample, "note": "x" * 10_000} for sample in GAZE]
    keys = ("run", "trial_type", "width", "height", "stimulus", "webgazer_data", "webgazer_targets")
    limit = csv.field_size_limit()
    with (folder / "all.csv").open("w", newline="") as file:
        lines = csv.DictWriter(file, keys, restval="")
        lines.writeheader()
        for who in ("p1", "p2"):
            for trial in (WINDOW, {**TRIALS[2], "webgazer_data": long}):
                texts = {key: json.dumps(v) if isinstance(v, list | dict) else v for key, v in trial.items()}
                lines.writerow({"run": who, **texts})
    options = {**SCREEN, "observer": "run"}
    dataset = import_dataset(folder / "all.csv", folder / "out", format="jspsych", options=options)
    assert dataset["a"].fixations.observers == ["p1", "p2"]
    assert rows_of(dataset) == EXPECTED * 2
    assert csv.field_size_limit() == limit


def test_windows_of_several_sizes_where_each_trial_has_its_box(folder):
    narrow = {**WINDOW, "width": 640}
    brought(folder, TRIALS[:3])
    (folder / "bob.json").write_text(json.dumps([narrow, TRIALS[2]]))
    dataset = import_dataset(folder, folder / "all", format="jspsych", options=SCREEN)
    assert dataset["a"].fixations.observers == ["ann", "bob"]
    assert rows_of(dataset)[:2] == EXPECTED
    (folder / "bob.json").write_text(json.dumps([narrow, *TRIALS[2:]]))
    with pytest.raises(DataError, match="screens of several sizes"):
        import_dataset(folder, folder / "second", format="jspsych", options=SCREEN)


@pytest.mark.parametrize(
    ("trials", "options", "message"),
    [
        (TRIALS, {"stimulus": "picture"}, r"has no picture\. .*stimulus=NAME"),
        (TRIALS, {"observer": "run"}, r"has no run\."),
        (TRIALS[1:], {}, r"size of its screen in pixels\. Say it: screen=1920x1080"),
        ({"trials": TRIALS}, {}, "must hold a list of trials"),
        ([{**TRIALS[2], "webgazer_data": [{"x": 1}]}], {}, "has a sample without numbers x, y and t"),
        ([{**TRIALS[2], "webgazer_data": "[1"}], {}, r"webgazer_data of img/a\.jpg is no JSON"),
        ([{**TRIALS[2], "webgazer_targets": [1]}], {}, r"webgazer_targets must be dict, got '\[1\]'"),
        ([{**TRIALS[2], "webgazer_targets": {"#a": {"left": 1}}}], {}, "has a box without left, top, width"),
    ],
)
def test_what_lacks_is_named_with_what_to_do(folder, trials, options, message):
    with pytest.raises(DataError, match=message):
        brought(folder, trials, **options)
