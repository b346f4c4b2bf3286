"""Exports of Tobii Pro Lab: a recording worked by hand, older and newer columns, and what is refused."""

import pytest
from support.gaze_sets import rows_of

from gazemap.data.importers import import_dataset
from gazemap.errors import DataError

SCREEN = "320\t240"
HEADER = (
    "Recording timestamp\tSensor\tParticipant name\tRecording resolution width\tRecording resolution height\t"
    "Presented Media name\tPresented Media position X (DACSpx)\tPresented Media position Y (DACSpx)\t"
    "Presented Media width\tPresented Media height\tEvent\tEye movement type\tEye movement type index\t"
    "Gaze event duration\tFixation point X\tFixation point Y\tGaze point X\tGaze point Y\tGaze point left X\t"
    "Gaze point left Y\tValidity left\tGaze point X (MCSnorm)"
)
LEFT, TOP, WIDTH, HEIGHT = 80, 60, 160, 120  # the image of 80 x 60 was shown at twice its size


def row(time, kind="", index="", duration="", at=("", ""), image="a.jpg", sensor="Eye Tracker", event=""):
    media = (LEFT, TOP, WIDTH, HEIGHT) if image else ("",) * 4
    gaze = [*at, *at, "Valid" if at[0] != "" else "Invalid", 0.5]
    cells = [time, sensor, "p1", SCREEN, image, *media, event, kind, index, duration, *at, *gaze]
    return "\t".join(map(str, cells))


def fixated(first, last, index, at, image="a.jpg"):
    """Samples at 50 Hz from one time to another, in milliseconds."""
    duration = last - first + 20
    return [row(time, "Fixation", index, duration, at, image) for time in range(first, last + 1, 20)]


ROWS = [
    *fixated(0, 80, 1, (160, 120), image=""),
    row(100, sensor="", event="ImageStimulusStart"),
    *fixated(100, 160, 1, (160, 120)),  # began before the image
    row(170, sensor="Mouse", at=(1, 1)),
    *fixated(200, 380, 2, (100, 90)),
    row(400, "EyesNotFound", 1, 20),
    row(420, "Fixation", 3, 100),  # without a place
    *fixated(440, 580, 4, (180.5, 100)),
    *fixated(600, 640, 4, (180.5, 100), image=""),  # outlasts the image
]


def brought(folder, rows, header=HEADER, out="out", **options):
    (folder / "export.tsv").write_text("\n".join([header, *rows, ""]))
    return import_dataset(folder / "export.tsv", folder / out, format="tobii-pro-lab", options=options)


def test_a_recording_worked_by_hand(folder):
    """(100 - 80) / 160 * 80 is 10 and (90 - 60) / 120 * 60 is 15; the last one is cut at 600 ms."""
    dataset = brought(folder, ROWS)
    assert rows_of(dataset) == [(10, 15, 0.1, 0.2), (50.25, 20, 0.34, 0.16)]
    assert dataset["a"].fixations.observers == ["p1"]
    assert len(dataset["b"].fixations) == 0


def test_microseconds_units_and_decimal_commas(folder):
    header = HEADER.replace("Recording timestamp", "Recording timestamp [μs]").replace(
        "(DACSpx)", "[DACS px]"
    )
    header = header.replace(
        "Fixation point X\tFixation point Y", "Fixation point X [DACS px]\tFixation point Y [DACS px]"
    )
    rows = [line.replace("180.5", "180,5").replace("\t0.5", "\t0,5") for line in ROWS]
    rows = ["\t".join([line.split("\t")[0] + "000", *line.split("\t")[1:]]) for line in rows]
    stated = brought(folder, rows, header)
    assert rows_of(stated) == [(10, 15, 0.1, 0.2), (50.25, 20, 0.34, 0.16)]
    told = brought(folder, rows, header.replace(" [μs]", ""), out="told")
    assert rows_of(told) == rows_of(stated)


def test_fixations_are_found_in_raw_samples_of_either_eye(folder):
    options = {"screen_cm": "32x24", "distance_cm": 57.3, "fixations": "dispersion", "minimum_duration": 0.05}
    for eye in ("both", "left"):
        found = rows_of(brought(folder, ROWS, out=eye, eye=eye, **options))
        assert found == [(10, 15, 0.1, 0.18), (50.25, 20, 0.34, 0.14)]
    with pytest.raises(DataError, match="has samples of both and left; asked for: right"):
        brought(folder, ROWS, eye="right", **options)
    with pytest.raises(DataError, match=r"has fixations of both; asked for: left.*eye=both"):
        brought(folder, ROWS, eye="left")


def test_an_image_that_is_shown_twice_in_a_row_is_two_trials(folder):
    rows = [
        row(0, sensor="", event="ImageStimulusStart"),
        *fixated(20, 180, 1, (100, 90)),
        row(200, sensor="", event="ImageStimulusStart"),
        *fixated(300, 480, 2, (120, 90)),
    ]
    dataset = brought(folder, rows)
    assert [row[2] for row in rows_of(dataset)] == [0.02, 0.1]
    assert any("seen more than once by the same observer: a" in note for note in dataset.info.notes)


def test_one_file_of_several_recordings_and_a_folder_of_files(folder):
    other = [line.replace("\tp1\t", "\tp2\t") for line in ROWS]
    dataset = brought(folder, [*ROWS, *other])
    assert dataset["a"].fixations.observers == ["p1", "p2"]
    (folder / "exports" / "images").mkdir(parents=True)
    (folder / "images" / "a.jpg").rename(folder / "exports" / "images" / "a.jpg")
    for name, rows in (("1.tsv", ROWS), ("2.tsv", other)):
        (folder / "exports" / name).write_text("\n".join([HEADER, *rows, ""]))
    (folder / "exports" / "3.tsv").write_text("no table")
    again = import_dataset(folder / "exports", folder / "again", format="tobii-pro-lab")
    assert rows_of(again) == rows_of(dataset)
    assert [entry.item for entry in again.info.set_aside] == ["3.tsv"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Recording timestamp", "Time", "lacks columns: Recording timestamp.*Its columns: Time, Sensor"),
        ("Gaze event duration", "Length", "from the screen"),
        ("Recording resolution width", "Width", "does not say the size of its screen.*screen=1920x1080"),
    ],
)
def test_what_lacks_is_named_with_what_to_do(folder, old, new, message):
    if new == "Length":  # its own fixations cannot be taken, and raw samples need degrees
        message = "how many pixels of the screen are one degree.*screen_cm=53x30"
    with pytest.raises(DataError, match=message):
        brought(folder, ROWS, HEADER.replace(old, new))


def test_a_cell_that_is_no_number_is_named(folder):
    with pytest.raises(DataError, match="Fixation point X is 'far', no number"):
        brought(folder, [line.replace("180.5", "far") for line in ROWS])
