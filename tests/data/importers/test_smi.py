"""Exports of SMI BeGaze: raw samples and events worked by hand, and what is refused."""

import pytest
from support.gaze_sets import rows_of

from gazemap.data.dataset import load_dataset
from gazemap.data.importers import import_dataset
from gazemap.data.subsets.merging import merge
from gazemap.errors import DataError
from gazemap.gaze.recordings.quality import RecordingQuality

HEADER = (  # the image of 80 x 60 lies in the middle of 320 x 240, so its corner is at (120, 90)
    "## [BeGaze]\n## Sample Rate:\t50\n## Subject:\tann b\n## [Calibration]\n## Calibration Area:\t320\t240\n"
    "## [Geometry]\n## Stimulus Dimension [mm]:\t320\t240\n## Head Distance [mm]:\t573\n"
    "## Format:\tLEFT, POR\n##\n"
)
COLUMNS = (
    "Time\tType\tTrial\tL POR X [px]\tL POR Y [px]\tR POR X [px]\tR POR Y [px]\tL Event Info\tR Event Info"
    "\tStimulus"
)


def samples(first, last, at, info, image="a.jpg", trial=1):
    """At 50 Hz, from one time in ms to another; the right eye looks 4 pixels beside, and never rests."""
    x, y = at
    right = (x + 4, y) if x else (0, 0)
    for time in range(first, last + 1, 20):
        cells = [1000 * time, "SMP", trial, x, y, *right, info, "Saccade", image]
        yield "\t".join(map(str, cells))


ROWS = [
    *samples(1000, 1080, (160, 120), "Fixation", "-"),
    *samples(1100, 1160, (160, 120), "Fixation"),  # began before the image
    *samples(1180, 1200, (150, 120), "Saccade"),
    *samples(1220, 1400, (130, 105), "Fixation"),
    *samples(1420, 1440, (0, 0), "Blink"),
    *samples(1460, 1500, (158, 119), "Fixation"),
    *samples(1520, 1600, (162, 121), "Fixation"),
    *samples(1620, 1640, (150, 120), "Saccade", "b.jpg", 2),
    *samples(1660, 1760, (180, 120), "Fixation", "b.jpg", 2),
]


def brought(folder, rows=ROWS, header=HEADER, columns=COLUMNS, out="out", **options):
    (folder / "ann.txt").write_text(header + "\n".join([columns, *rows, ""]))
    return import_dataset(folder / "ann.txt", folder / out, format="smi", options=options)


def test_raw_samples_worked_by_hand(folder):
    """The third is the mean of 3 samples at (158, 119) and 5 at (162, 121): (160.5, 120.25)."""
    dataset = brought(folder)
    assert rows_of(dataset) == [(10, 15, 0.12, 0.18), (40.5, 30.25, 0.36, 0.14)]
    assert rows_of(dataset, "b") == [(60, 30, 0.04, 0.1)]
    assert dataset["a"].fixations.observers == ["ann b"]
    assert dataset.info.pixels_per_degree == pytest.approx(10, rel=1e-3)


def test_the_quality_of_a_recording_is_kept_with_the_set(folder):
    """2 of 34 samples in trials are lost; of three fixations two rest; of eleven fixations one is beside."""
    dataset = load_dataset(brought(folder).path)
    (quality,) = dataset.info.recordings
    assert (quality.recording, quality.trials) == ("ann.txt: ann b", 2)
    assert quality.sampling_rate == pytest.approx(50)
    assert quality.lost == pytest.approx(2 / 34)
    assert (quality.precision, quality.precision_degrees, quality.off_image) == (0, 0, 0)
    row = "Trial001,a.jpg,p1,Left,Fixation,{},1,50,{},120"
    rows = [row.format(100 * number, 30 if number == 3 else 160) for number in range(1, 12)]
    alone = brought(folder, rows, header="", columns=EVENTS, screen="320x240", out="events", name="second")
    expected = RecordingQuality("ann.txt: p1", 1, off_image=1 / 11)
    assert alone.info.recordings == (expected,)
    merged = merge([dataset, alone], "both").info.recordings
    assert [entry.recording for entry in merged] == ["ann/ann.txt: ann b", "second/ann.txt: p1"]


def test_fixations_are_found_in_samples_of_either_eye(folder):
    """A window of 1 degree, 10 pixels wide, takes both ends of the third one, and not the blink."""
    for eye, beside in {"left": 0, "right": 4, "both": 2}.items():
        found = rows_of(brought(folder, out=eye, eye=eye, fixations="dispersion"))
        at_first = (round(110 / 3 + beside, 9), 30, 0, 0.1)  # 4 samples at 160, 2 at 150
        assert found == [at_first, (10 + beside, 15, 0.12, 0.18), (40.5 + beside, 30.25, 0.36, 0.14)]
    with pytest.raises(DataError, match="has fixations of left and right; asked for: both"):
        brought(folder, eye="both", fixations="tracker")


def without_stimulus():
    rows = [row.rsplit("\t", 1)[0] for row in ROWS]
    said = [
        "1100000\tMSG\t1\t# Message: a.jpg",
        "1620000\tMSG\t1\t# Message: SHOW b.jpg",
        "1630000\tMSG\t1\tkey",
    ]
    return sorted([*rows, *said], key=lambda row: int(row.split("\t")[0])), COLUMNS.rpartition("\t")[0]


def test_messages_name_the_images_where_no_column_does(folder):
    rows, columns = without_stimulus()
    dataset = brought(folder, rows, columns=columns)  # the name of the second is "SHOW b.jpg"
    assert rows_of(dataset) == [(10, 15, 0.12, 0.18), (40.5, 30.25, 0.36, 0.14)]
    assert [entry.item for entry in dataset.info.set_aside] == ["ann.txt: SHOW b.jpg"]
    dataset = brought(folder, rows, columns=columns, out="second", image="show")
    assert rows_of(dataset, "b") == [(60, 30, 0.04, 0.1)]


def test_the_newer_form_has_many_participants_and_numbered_fixations(folder):
    columns = (
        "RecordingTime [ms]\tTrial\tStimulus\tParticipant\tCategory Binocular\tIndex Binocular\t"
        "Point of Regard Binocular X [px]\tPoint of Regard Binocular Y [px]"
    )
    rows = []
    for who in ("p1", "p2"):
        for time in range(0, 401, 20):
            number, x = (1, 130) if time <= 200 else (2, 140)
            category, at = ("Visual Intake", f"{x}\t105") if time >= 60 else ("Saccade", "-\t-")
            rows.append(f"{time}\tTrial001\ta.jpg\t{who}\t{category}\t{number if time >= 60 else '-'}\t{at}")
    dataset = brought(folder, rows, header="", columns=columns, screen="320x240")
    assert dataset["a"].fixations.observers == ["p1", "p2"]
    assert rows_of(dataset) == [(10, 15, 0.06, 0.14), (20, 15, 0.22, 0.18)] * 2


EVENTS = (
    "Trial,Stimulus,Participant,Eye L/R,Category,Event Start Trial Time [ms],Event End Trial Time [ms],"
    "Event Duration [ms],Fixation Position X [px],Fixation Position Y [px]"
)
FOUND = [
    "Trial001,a.jpg,p1,Left,Fixation,0,90,90,160,120",  # cut by the trial's start
    "Trial001,a.jpg,p1,Left,Saccade,90,120,30,-,-",
    "Trial001,a.jpg,p1,Left,Fixation,120,300,180,130,105",
    "Trial001,a.jpg,p1,Right,Fixation,124,300,176,134,105",
    "Trial002,b.jpg,p1,Left,Fixation,40,140,100,180,120",
    "Trial001,a.jpg,p2,Right,Fixation,50,150,100,160,120",
]


def test_events_worked_by_hand(folder):
    dataset = brought(folder, FOUND, header="", columns=EVENTS, screen="320x240")
    assert rows_of(dataset) == [(10, 15, 0.12, 0.18), (40, 30, 0.05, 0.1)]
    assert dataset["a"].fixations.observers == ["p1", "p2"]
    assert rows_of(dataset, "b") == [(60, 30, 0.04, 0.1)]
    right = brought(folder, FOUND, header="", columns=EVENTS, screen="320x240", out="right", eye="right")
    assert rows_of(right)[0] == (14, 15, 0.124, 0.176)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (COLUMNS.replace("POR X", "X"), r"lacks columns: L POR X \[px\] and L POR Y"),
        (COLUMNS.replace("Time", "T"), r"lacks columns: Time or RecordingTime \[ms\]"),
        (
            COLUMNS.replace("\tStimulus", "\tShown"),
            r"no message that ends as the name of an image.*image=START",
        ),
        (COLUMNS + "\tMore", "a line has other cells than the header, and is no message: '1000000 SMP"),
        (EVENTS.replace("Category", "Kind").replace(",", "\t"), "lacks columns: Category"),
    ],
)
def test_what_lacks_is_named_with_what_to_do(folder, columns, message):
    with pytest.raises(DataError, match=message):
        brought(folder, columns=columns)


def test_a_folder_and_a_screen_that_is_not_said(folder):
    with pytest.raises(DataError, match=r"size of its screen in pixels\. Say it: screen=1920x1080"):
        brought(folder, header="## Calibration Area:\t0\t0\n")
    (folder / "other.txt").write_text("no table")
    with pytest.raises(DataError, match=r"holds no export of BeGaze \(\*\.txt\)"):
        import_dataset(folder / "images", folder / "out", format="smi")
    cut = brought(folder, header=HEADER + "## Number of Samples:\t50\n")
    assert [entry.reason for entry in cut.info.set_aside] == [
        "it says 50 samples and holds 39: it is cut off"
    ]
    dataset = import_dataset(folder, folder / "all", format="smi")
    assert [entry.item for entry in dataset.info.set_aside] == ["ann.txt: ann b", "other.txt"]
