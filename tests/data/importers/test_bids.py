"""Eye tracking in BIDS as other programs write it: a recording worked by hand, units, and what is refused."""

import gzip
import json
import shutil

import pytest
from support.miniatures.miniature import save_picture

from gazemap.data.importers import import_dataset
from gazemap.errors import DataError

SCREEN = {  # the image of 80 x 60 lies in the middle, so its corner is at (120, 90)
    "ScreenDistance": 0.573,
    "ScreenOrigin": ["top", "left"],
    "ScreenResolution": [320, 240],
    "ScreenSize": [0.32, 0.24],
}
STEM = "sub-01_task-view_run-01"


def samples(clock, looks, unit=1, step=20):
    """50 samples per second from a clock in milliseconds on, each look for 200 ms."""
    for number, (x, y) in enumerate(looks):
        for time in range(clock + 200 * number, clock + 200 * (number + 1), step):
            yield f"{time * unit:g}\t{x}\t{y}"


@pytest.fixture
def folder(tmp_path):
    save_picture(tmp_path / "stimuli" / "a.jpg", 0)
    save_picture(tmp_path / "stimuli" / "b.jpg", 1)
    return tmp_path


def made(folder, *, physio=None, screen=None, events=None, unit=1, looks=None, found=None, eyes=None):
    """As eye2bids does it: milliseconds of the tracker's clock, and fixations without a place."""
    beh = folder / "sub-01" / "beh"
    beh.mkdir(parents=True, exist_ok=True)
    looks = looks or [(130, 100), ("n/a", "n/a"), (150, 120), (160, 130)]
    rows = events or ["0.2\t0.4\ta.jpg", "n/a\tn/a\tn/a", "0.6\tn/a\tb.jpg"]
    (beh / f"{STEM}_events.tsv").write_text("\n".join(["onset\tduration\tstim_file", *rows]) + "\n")
    presented = SCREEN if screen is None else screen
    (folder / "task-view_events.json").write_text(json.dumps({"StimulusPresentation": presented}))
    shared = {
        "SamplingFrequency": 50,
        "StartTime": 0,
        "Columns": ["timestamp", "x_coordinate", "y_coordinate"],
        "PhysioType": "eyetrack",
        "SampleCoordinateSystem": "gaze-on-screen",
        "timestamp": {"Units": "ms"},
        "x_coordinate": {"Units": "pixel"},
        "y_coordinate": {"Units": "pixel"},
        **(physio or {}),
    }
    (folder / "task-view_physio.json").write_text(json.dumps(shared))
    for number, own in enumerate(eyes or [{"RecordedEye": "left"}], start=1):
        name = f"{STEM}_recording-eye{number}"
        lines = [*samples(1000, looks, unit)]
        (beh / f"{name}_physio.tsv.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
        (beh / f"{name}_physio.json").write_text(json.dumps(own))
        if found:
            content = {"Columns": ["onset", "duration", "trial_type"], "OnsetSource": "timestamp"}
            (beh / f"{name}_physioevents.json").write_text(json.dumps(content))
            (beh / f"{name}_physioevents.tsv.gz").write_bytes(gzip.compress("\n".join(found).encode()))


FOUND = ["1000\t180\tfixation", "1180\t20\tsaccade", "1400\t100\tfixation", "1600\t200\tfixation"]


def brought(folder, out="out", **options):
    return import_dataset(folder, folder.parent / f"{folder.name}-{out}", format="bids", options=options)


def rows(dataset, image):
    found = dataset[image].fixations
    values = zip(found.x, found.y, found.onset, found.duration, strict=True)
    return [tuple(round(float(value), 9) for value in row) for row in values]


def test_a_recording_worked_by_hand(folder):
    """a is there from 1.2 s to 1.6 s, b from then on; a fixation is where its samples are."""
    made(folder, found=FOUND)
    shutil.copytree(folder / "sub-01", folder / "derivatives" / "sub-01")  # not taken twice
    dataset = brought(folder)
    assert rows(dataset, "a") == [(30, 30, 0.2, 0.1)]
    assert rows(dataset, "b") == [(40, 40, 0, 0.2)]
    assert dataset["a"].fixations.observers == ["01"]
    assert dataset.info.pixels_per_degree == pytest.approx(10, rel=1e-3)


def test_fixations_are_found_in_samples_where_the_tracker_tells_none(folder):
    made(folder)
    assert rows(brought(folder), "a") == [(30, 30, 0.2, 0.18)]


@pytest.mark.parametrize(
    ("physio", "unit"),
    [({"timestamp": {}}, 1), ({"timestamp": {}}, 0.001), ({"timestamp": {"Units": "µs"}}, 1000)],
)
def test_the_unit_of_timestamps_is_stated_or_told_by_the_rate(folder, physio, unit):
    made(folder, physio=physio, unit=unit)
    assert rows(brought(folder), "a") == [(30, 30, 0.2, 0.18)]


def test_onsets_on_the_clock_of_the_timestamps_and_samples_without_any(folder):
    made(folder, events=["1.2\t0.4\ta.jpg"])
    content = {"StimulusPresentation": SCREEN, "OnsetSource": "timestamp"}
    (folder / "task-view_events.json").write_text(json.dumps(content))
    assert rows(brought(folder), "a") == [(30, 30, 0.2, 0.18)]
    made(folder, physio={"Columns": ["ignored", "x_coordinate", "y_coordinate"], "StartTime": -0.1})
    assert rows(brought(folder, "second"), "a") == [(30, 30, 0.1, 0.18)]


@pytest.mark.parametrize(
    ("origin", "options", "look"),
    [
        (["bottom", "left"], {}, (150, 120)),
        (["center", "center"], {"origin": "center"}, (-10, 0)),
        (["center", "center"], {"origin": "center-up"}, (-10, 0)),
        (["center", "center"], {"origin": "center-up"}, (-10, 5)),
    ],
)
def test_where_positions_count_from(folder, origin, options, look):
    made(folder, looks=[("n/a", "n/a"), look, look, look], screen={**SCREEN, "ScreenOrigin": origin})
    wanted = (30, 25 if look[1] == 5 else 30)
    assert {row[:2] for row in rows(brought(folder, **options), "a")} == {wanted}


def test_positions_in_millimeters(folder):
    units = {"x_coordinate": {"Units": "mm"}, "y_coordinate": {"Units": "mm"}}
    made(folder, looks=[("n/a", "n/a"), *[(150, 120)] * 3], physio=units)
    assert {row[:2] for row in rows(brought(folder), "a")} == {(30, 30)}


def test_of_two_eyes_that_with_the_smaller_error_is_taken(folder):
    eyes = [
        {"RecordedEye": "left", "AverageCalibrationError": 0.5},
        {"RecordedEye": "right", "AverageCalibrationError": 0.2},
    ]
    made(folder, eyes=eyes)
    assert "taken is the right eye" in brought(folder).info.notes
    assert len(rows(brought(folder, "both", eye="both"), "a")) == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"screen": {**SCREEN, "ScreenOrigin": ["center", "center"]}},
            "leaves open whether y .*origin=center-up",
        ),
        ({"screen": {**SCREEN, "ScreenSize": [0.32]}}, "ScreenSize must be a width and a height"),
        ({"screen": {**SCREEN, "ScreenDistance": "far"}}, "ScreenDistance must be meters above 0, got 'far'"),
        ({"screen": {}}, r"size of its screen in pixels\. Say it: screen=1920x1080"),
        ({"physio": {"SampleCoordinateSystem": "eye-in-head"}}, "is eye-in-head; only gaze-on-screen"),
        ({"physio": {"x_coordinate": {"Units": "deg"}}}, "unit of x_coordinate is 'deg'; pixel, mm, cm"),
        ({"physio": {"y_coordinate": {}}}, "unit of y_coordinate is 'not said'"),
        ({"physio": {"timestamp": {}, "SamplingFrequency": 7}}, "neither s, ms, us nor ns"),
        ({"physio": {"timestamp": {"Units": "ticks"}}}, "unit of its times is 'ticks'"),
        ({"physio": {"SamplingFrequency": None}}, "SamplingFrequency must be a number"),
        ({"physio": {"Columns": ["timestamp", "x_coordinate", "y"]}}, "Columns lack y_coordinate"),
        ({"physio": {"Columns": "timestamp"}}, "must list its Columns"),
        ({"eyes": [{"RecordedEye": "third"}]}, "RecordedEye is 'third'; it must be left, right, cyclopean"),
        ({"eyes": [{"RecordedEye": "left"}] * 2}, "several files of one RecordedEye"),
        ({"looks": [("here", 1)] * 4}, "x_coordinate is no number"),
        ({"looks": [("1\t2", 1)] * 4}, "line 1 has 4 cells; there are 3 columns"),
        ({"events": ["soon\t1\ta.jpg"]}, "onset is no number"),
    ],
)
def test_what_cannot_be_understood_is_named_with_its_file(folder, changed, message):
    made(folder, **changed)
    with pytest.raises(DataError, match=message):
        brought(folder)


def test_events_that_are_missing_and_a_folder_without_eyes(folder):
    made(folder)
    (folder / "sub-01" / "beh" / f"{STEM}_events.tsv").unlink()
    with pytest.raises(DataError, match=rf"{STEM}_events\.tsv, which names the images, is missing"):
        brought(folder)
    made(folder, physio={"PhysioType": "generic"})
    with pytest.raises(DataError, match="PhysioType is eyetrack"):
        brought(folder)
