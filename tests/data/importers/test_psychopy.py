"""PsychoPy's ioHub: a recording worked by hand, both eyes, units, sessions, trials, and what is refused."""

import re

import h5py
import numpy as np
import pytest
from support.gaze_sets import rows_of
from support.miniatures.iohub import AVERAGED, LEFT, RIGHT, iohub

from gazemap.data.bids import write_bids
from gazemap.data.importers import import_dataset
from gazemap.errors import DataError, InputError

SCREEN = {"screen": "320x240"}  # its middle is (160, 120); the image of 80 x 60 has its corner at (120, 90)
DEGREES = {"screen_cm": "32x24", "distance_cm": 57.3}
FIX, MESSAGE = "FixationEndEvent", "MessageEvent"
MONO, BINO = "MonocularEyeSampleEvent", "BinocularEyeSampleEvent"
CONDITIONS = "data_collection/condition_variables/EXP_CV_1"


def fixation(end, lasts, x, y, eye=RIGHT, **said):
    return {"time": end, "duration": lasts, "eye": eye, "average_gaze_x": x, "average_gaze_y": y, **said}


def message(time, text, **said):
    return {"time": time, "text": text.encode(), **said}


FIXATIONS = [
    fixation(9.75, 0.5, 30, 10),  # began before any image
    fixation(10.25, 0.5, 0.5, 10),  # and this one before a
    fixation(10.75, 0.25, -30, 10),  # at (130, 110) of the screen
    fixation(11.25, 0.375, 25, -20),  # at (185, 140); a is gone while it lasts
    fixation(11.625, 0.25, 10, 10),  # between the images
    fixation(12.5, 0.25, 20.5, 4.25),  # on b
    fixation(12.75, 0.125, 0, 0),  # UNDEFINED
]
MESSAGES = [
    message(9.75, "TRIAL_START"),
    message(10, "images/a.jpg"),
    message(11.125, "TRIAL_END"),
    message(11.875, "b.jpg", msg_offset=0.125),  # what was to come 125 ms later
]


def brought(folder, rows, out="out", name="ann.hdf5", more=(), **options):
    path = iohub(folder / name, rows, more)
    return import_dataset(path, folder / out, format="psychopy", options={**SCREEN, **options})


def test_a_recording_worked_by_hand(folder):
    """(-30, 10) from the middle, y up, is (130, 110) of the screen, and (10, 20) of the image."""
    dataset = brought(folder, {FIX: FIXATIONS, MESSAGE: MESSAGES})
    assert rows_of(dataset) == [(10, 20, 0.5, 0.25), (65, 50, 0.875, 0.25)]
    assert rows_of(dataset, "b") == [(60.5, 25.75, 0.25, 0.25)]
    assert dataset["a"].fixations.observers == ["ann"]


@pytest.mark.parametrize(
    ("units", "scale"), [("height", (1 / 240, 1 / 240)), ("norm", (2 / 320, 2 / 240))], ids=["height", "norm"]
)
def test_other_units_of_the_display(folder, units, scale):
    """The same places; as pixels they would all be in the middle, which is refused."""
    scaled = [
        row
        | {
            "average_gaze_x": row["average_gaze_x"] * scale[0],
            "average_gaze_y": row["average_gaze_y"] * scale[1],
        }
        for row in FIXATIONS
    ]
    dataset = brought(folder, {FIX: scaled, MESSAGE: MESSAGES}, units=units)
    np.testing.assert_allclose(rows_of(dataset), [(10, 20, 0.5, 0.25), (65, 50, 0.875, 0.25)], atol=1e-4)
    with pytest.raises(DataError, match=r"of the screen's middle, too near for pixels\. Say .*units=height"):
        brought(folder, {FIX: scaled, MESSAGE: MESSAGES}, "again")


def test_messages_of_another_wording(folder):
    """The image is there from ONSET on; the trial ends with GONE."""
    said = [
        message(9.5, "show 1 a.jpg"),
        message(10.5, "ONSET"),
        message(11, "GONE"),
        message(11.75, "show 2 b.jpg"),
    ]
    said.append(message(12, "ONSET"))
    options = {"image": "show *", "start": "ONSET", "stop": "GONE"}
    dataset = brought(folder, {FIX: FIXATIONS, MESSAGE: said}, **options)
    assert rows_of(dataset) == [(10, 20, 0, 0.25), (65, 50, 0.375, 0.125)]
    assert rows_of(dataset, "b") == [(60.5, 25.75, 0.25, 0.25)]


KIND = [("EXPERIMENT_ID", "i4"), ("SESSION_ID", "i4"), ("picture", "S16"), ("seen", "f8"), ("gone", "f8")]
ROWS = [
    {"SESSION_ID": 1, "picture": b"a.jpg", "seen": 10, "gone": 11.125},
    {"SESSION_ID": 1, "picture": b"b.jpg", "seen": 12, "gone": 13},
    {"SESSION_ID": 1, "picture": b"a.jpg"},  # did not take place
    {"SESSION_ID": 2, "picture": b"b.jpg", "seen": 10, "gone": 11},  # another session's
]


def test_trials_of_a_table_of_condition_variables(folder):
    given = {"column": "picture", "start": "seen", "stop": "gone"}
    dataset = brought(folder, {FIX: FIXATIONS}, more=[(CONDITIONS, KIND, ROWS)], **given)
    assert rows_of(dataset) == [(10, 20, 0.5, 0.25), (65, 50, 0.875, 0.25)]
    assert rows_of(dataset, "b") == [(60.5, 25.75, 0.25, 0.25)]
    until_next = {"column": "picture", "start": "seen"}
    dataset = brought(folder, {FIX: FIXATIONS}, "next", more=[(CONDITIONS, KIND, ROWS)], **until_next)
    assert rows_of(dataset)[1:] == [(65, 50, 0.875, 0.375), (50, 20, 1.375, 0.25)]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        (
            {"column": "picture", "start": "when"},
            r"columns SESSION_ID, picture, when\. Its tables: EXP_CV_1: .*seen",
        ),
        (
            {"column": "picture", "start": "SESSION_ID"},
            r"goes from 9\.25 to 12\.75 s; they go from 1 to 1\. Say",
        ),
        ({"column": "seen", "start": "picture"}, r"picture of .*EXP_CV_1 must hold numbers"),
    ],
)
def test_columns_that_hold_something_else(folder, given, wrong):
    with pytest.raises(DataError, match=wrong):
        brought(folder, {FIX: FIXATIONS}, more=[(CONDITIONS, KIND, ROWS)], **given)


def test_a_column_needs_one_of_times(folder):
    with pytest.raises(InputError, match=r"a column must say when each appears\. Say it: start=COLUMN"):
        brought(folder, {FIX: FIXATIONS}, column="picture")


def binocular(time, left, right, status=0):
    cells = zip(("left_gaze_x", "left_gaze_y", "right_gaze_x", "right_gaze_y"), (*left, *right), strict=True)
    return {"time": time, "status": status, **dict(cells)}


def both_eyes():
    """50 Hz: the left eye at (10, 20) of the image, the right one at (14, 20); then the left one is lost."""
    times = [10 + 0.02 * sample for sample in range(40)]
    first = [binocular(time, (-30, 10), (-26, 10)) for time in times[:12]]
    lost = [binocular(time, (np.nan, np.nan), (-26, 10), status=20) for time in times[12:16]]
    none = [binocular(time, (0, 0), (0, 0), status=22) for time in times[16:26]]
    return [*first, *lost, *none, *(binocular(time, (20, -10), (24, -10)) for time in times[26:])]


@pytest.mark.parametrize(
    ("eye", "x", "lasts"), [(None, 14, 0.3), ("right", 14, 0.3), ("left", 10, 0.22), ("both", 12, 0.22)]
)
def test_samples_of_both_eyes(folder, eye, x, lasts):
    """The right eye was seen more often; the mean is there where both were seen."""
    options = DEGREES if eye is None else {**DEGREES, "eye": eye}
    dataset = brought(folder, {BINO: both_eyes(), MESSAGE: [message(10, "a.jpg")]}, **options)
    assert rows_of(dataset) == [(x, 20, 0, lasts), (x + 50, 40, 0.52, 0.26)]
    quality = dataset.info.recordings[0]
    assert quality.lost == pytest.approx({14: 10, 10: 14, 12: 14}[x] / 40)


@pytest.mark.parametrize(("code", "eye"), [(LEFT, "left"), (RIGHT, "right"), (AVERAGED, "both")])
def test_samples_of_one_eye(folder, code, eye):
    """Status 2 is a lost sample, even where a position stands beside it, and so are NaN and (0, 0)."""
    lost = {12: (7, 7, 2), 13: (np.nan, np.nan, 0), 14: (0, 0, 0)}
    rows = []
    for sample in range(26):
        x, y, status = lost.get(sample, (-30, 10, 0))
        rows.append({"time": 10 + 0.02 * sample, "eye": code, "gaze_x": x, "gaze_y": y, "status": status})
    dataset = brought(folder, {MONO: rows, MESSAGE: [message(10, "a.jpg")]}, eye=eye, **DEGREES)
    assert rows_of(dataset) == [(10, 20, 0, 0.22), (10, 20, 0.3, 0.2)]  # the gap of 80 ms is too long
    assert dataset.info.recordings[0].lost == pytest.approx(3 / 26)


def test_sessions_are_observers_and_one_without_trials_is_set_aside(folder):
    sessions = [
        {"session_id": number, "code": code} for number, code in ((1, b"ann"), (2, b"bob"), (3, b"cat"))
    ]
    rows = {
        FIX: [row | {"session_id": number} for number in (1, 2, 3) for row in FIXATIONS],
        MESSAGE: [row | {"session_id": number} for number in (1, 3) for row in MESSAGES],
        "session_meta_data": sessions,
    }
    dataset = brought(folder, rows)
    assert dataset["b"].fixations.observers == ["ann", "cat"]
    assert [entry.item for entry in dataset.info.set_aside] == ["ann.hdf5: bob"]
    assert "It has no messages" in dataset.info.set_aside[0].reason


def test_it_goes_out_to_bids_and_comes_back(folder):
    rows = {BINO: both_eyes(), MESSAGE: [message(10, "a.jpg")]}
    first = brought(folder, rows, **DEGREES)
    write_bids(folder / "ann.hdf5", folder / "bids", format="psychopy", options={**SCREEN, **DEGREES})
    second = import_dataset(folder / "bids", folder / "second", format="bids", options=DEGREES)
    assert rows_of(second) == rows_of(first)


def test_what_cannot_be_used_is_refused(folder):
    with pytest.raises(DataError, match=r"has no samples or fixations in data_collection/events/eyetracker"):
        brought(folder, {MESSAGE: MESSAGES})
    with pytest.raises(
        DataError, match=r"Its messages, one of each kind: 'hello' \(1\)\. Say how those start"
    ):
        brought(folder, {FIX: FIXATIONS, MESSAGE: [message(10, "hello")]})
    path = iohub(folder / "ann.hdf5", {FIX: FIXATIONS, MESSAGE: MESSAGES})
    with pytest.raises(DataError, match=r"size of its screen in pixels\. Say it: screen=1920x1080"):
        import_dataset(path, folder / "out", format="psychopy")
    with pytest.raises(InputError, match=r"origin is no option of this format: ioHub counts from the middle"):
        import_dataset(path, folder / "out", format="psychopy", options={**SCREEN, "origin": "top"})
    assert not (folder / "out").exists()


def refused(folder, path):
    with pytest.raises(DataError) as caught:
        import_dataset(path, folder / "out", format="psychopy", options=SCREEN)
    assert not (folder / "out").exists()
    return str(caught.value)


def test_damaged_files_are_refused_with_a_sentence(folder):
    path = iohub(folder / "ann.hdf5", {FIX: FIXATIONS, MESSAGE: MESSAGES})
    content = path.read_bytes()
    for share in (0.1, 0.5, 0.95):
        path.write_bytes(content[: int(share * len(content))])
        assert "ann.hdf5 is damaged or no HDF5 file" in refused(folder, path)
    path.write_bytes(b"no HDF5")
    assert "ann.hdf5 is damaged or no HDF5 file" in refused(folder, path)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (
            [("session_id", "u1"), ("time", "f8"), ("eye", "u1"), ("duration", "f4")],
            "lacks columns of .*average_gaze_x",
        ),
        ([("session_id", "u1"), ("time", "S8")], r"lacks columns"),
        ([("session_id", "u1"), ("time", "f8", (3,))], r"must hold numbers or text as time"),
        ([("session_id", "u1"), ("time", h5py.string_dtype())], r"must hold numbers or text as time"),
        ("f8", r"must be a table, got float64"),
    ],
)
def test_tables_of_another_form(folder, kind, wrong):
    path = folder / "ann.hdf5"
    with h5py.File(path, "w") as file:
        file.create_dataset(f"data_collection/events/eyetracker/{FIX}", (3,), dtype=np.dtype(kind))
    assert re.search(wrong, refused(folder, path))


def test_a_table_of_too_many_rows_is_refused_before_it_is_read(folder):
    path = folder / "ann.hdf5"
    kind = np.dtype([("session_id", "u1"), ("time", "f8")])
    with h5py.File(path, "w") as file:
        name = f"data_collection/events/eyetracker/{FIX}"
        file.create_dataset(name, (10**10,), dtype=kind, chunks=(64,), maxshape=(None,))
    assert path.stat().st_size < 100_000
    assert "is too large, it has 10,000,000,000 rows" in refused(folder, path)


def test_tables_in_another_file_are_not_read(folder):
    iohub(folder / "other.hdf5", {FIX: FIXATIONS, MESSAGE: MESSAGES})
    path = folder / "ann.hdf5"
    with h5py.File(path, "w") as file:
        file["data_collection"] = h5py.ExternalLink("other.hdf5", "/data_collection")
    assert "has no samples or fixations" in refused(folder, path)
