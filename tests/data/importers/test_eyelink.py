"""EyeLink's ASC files: a recording worked by hand, trials of other experiments, and what is refused."""

import gzip

import numpy as np
import pytest
from support.miniatures.miniature import save_picture

from gazemap.data.importers import import_dataset
from gazemap.errors import DataError, InputError
from gazemap.gaze.recordings.quality import RecordingQuality

HEADER = [
    "** CONVERTED FROM s1.edf using edfapi 4.2.1",
    ">>>>>>> CALIBRATION (HV9,P-CR) FOR LEFT: <<<<<<<<<",
    "   132.75 -13.023  242.52",
    "MSG\t90 !CAL VALIDATION HV9 LR LEFT  GOOD ERROR 0.41 avg. 0.64 max  OFFSET 0.35 deg. 12.5,9.6 pix.",
    "MSG\t90 !CAL VALIDATION HV9 LR RIGHT GOOD ERROR 0.31 avg. 0.84 max  OFFSET 0.27 deg. 9.2,8.4 pix.",
]
KINDS = [
    "EVENTS\tGAZE\tLEFT\tRIGHT\tRATE\t1000.00\tTRACKING\tCR\tFILTER\t2",
    "SAMPLES\tGAZE\tLEFT\tRIGHT\tRATE\t1000.00\tTRACKING\tCR\tFILTER\t2\tINPUT",
]
TRIAL = [  # the image is 80 x 60 in the middle of 320 x 240, so its corner lies at (120, 90)
    "MSG\t100 TRIALID 1",
    "MSG\t100 GAZE_COORDS 0.00 0.00 319.00 239.00",
    "START\t100 \tLEFT\tRIGHT\tSAMPLES\tEVENTS",
    *KINDS,
    "EFIX L   110\t290\t180\t  160.0\t  120.0\t    900",  # began before the image
    "EFIX R   110\t290\t180\t  160.0\t  120.0\t    900",
    "MSG\t204 4 DISPLAY ON",  # at 200
    "EFIX L   300\t498\t200\t  130.0\t  100.0\t    900",
    "EFIX R   302\t500\t200\t  132.5\t  101.5\t    900",
    "EBLINK R 600\t650\t51",
    "EFIX R   700\t1098\t400\t  .\t  .\t    0",
    "EFIX R   1100\t1298\t200\t  189.5\t  139.5\t    900",  # outlasts the trial
    "MSG\t1200 blank_screen",
    "END\t1400 \tSAMPLES\tEVENTS\tRES\t  30.00\t  32.00",
    "MSG\t1401 !V IMGLOAD CENTER ../images/a.jpg 160 120",
    "MSG\t1402 TRIAL_RESULT 0",
]


def brought(folder, lines, name="s1.asc", encoding="utf-8", **options):
    (folder / name).write_bytes("\n".join([*lines, ""]).encode(encoding))
    return import_dataset(folder / name, folder / "out", format="eyelink", options=options)


def rows(dataset, image="a"):
    found = dataset[image].fixations
    values = zip(found.x, found.y, found.onset, found.duration, strict=True)
    return [tuple(round(float(value), 9) for value in row) for row in values]


def test_a_recording_worked_by_hand(folder):
    """The right eye validated better. Pixel 132.5 counts from the center of the first: 133 from its edge."""
    dataset = brought(folder, [*HEADER, *TRIAL])
    assert rows(dataset) == [(13, 12, 0.102, 0.2), (70, 50, 0.9, 0.1)]
    assert dataset["a"].fixations.observers == ["s1"]
    assert len(dataset["b"].fixations) == 0
    assert dataset.info.notes[:2] == ("fixations are the tracker's own", "taken is the right eye")


def test_damaged_samples_leave_the_fixations_and_their_quality_unknown(folder):
    sample = "150\t 160.0\t 12O.0\t 900.0\t 160.0\t 120.0\t 900.0\t....."
    dataset = brought(folder, [*HEADER, *TRIAL[:4], sample, *TRIAL[4:]])
    assert rows(dataset) == [(13, 12, 0.102, 0.2), (70, 50, 0.9, 0.1)]
    assert "its raw samples cannot be read" in dataset.info.set_aside[0].reason
    assert dataset.info.recordings == (RecordingQuality("s1.asc", 1, off_image=0),)


def test_the_other_eye_and_another_screen(folder):
    assert rows(brought(folder, [*HEADER, *TRIAL], eye="left")) == [(10.5, 10.5, 0.1, 0.2)]
    lines = [
        line.replace("319.00 239.00", "320.00 240.00") for line in TRIAL
    ]  # sizes in place of last pixels
    (folder / "out").rename(folder / "first")
    assert rows(brought(folder, lines, eye="left")) == [(10.5, 10.5, 0.1, 0.2)]


@pytest.mark.parametrize(
    ("loaded", "point"),
    [
        ("FILL images\\a.jpg", (133 / 4, 102 / 4)),
        ("TOP_LEFT a.jpg 100 80", (33, 22)),
        ("TOP_LEFT a.jpg 100 80 160 120", (16.5, 11)),
        ("CENTER a.jpg 180 140 160 120", (16.5, 11)),
        ("CENTER a.jpg 150 110", (23, 22)),
    ],
)
def test_where_the_messages_say_that_the_image_was_shown(folder, loaded, point):
    lines = [line.replace("CENTER ../images/a.jpg 160 120", loaded) for line in TRIAL]
    assert rows(brought(folder, [*HEADER, *lines], outside="drop"))[0][:2] == point


def test_each_trial_may_show_its_image_elsewhere_and_options_hold_over_messages(folder):
    later = [line.replace("a.jpg 160 120", "b.jpg 170 130").replace("189.5", "180.5") for line in TRIAL]
    later = [_later(line, 2000) for line in later]
    dataset = brought(folder, [*HEADER, *TRIAL, *later])
    assert (rows(dataset)[0], rows(dataset, "b")[0]) == ((13, 12, 0.102, 0.2), (3, 2, 0.102, 0.2))
    (folder / "out").rename(folder / "first")
    dataset = brought(folder, [*HEADER, *TRIAL, *later], offset="100,90", outside="drop")
    assert {rows(dataset)[0], rows(dataset, "b")[0]} == {(33, 12, 0.102, 0.2)}


def _later(line, milliseconds):
    words = line.split()
    places = {"MSG": [1], "START": [1], "END": [1], "EFIX": [2, 3], "EBLINK": [2, 3]}.get(words[0], [])
    for place in places:
        words[place] = str(int(words[place]) + milliseconds)
    return " ".join(words)


def test_messages_of_another_experiment(folder):
    """No TRIALID: a trial goes from one name of an image to the next."""
    lines = [
        "MSG\t10 DISPLAY_COORDS 0 0 79 59",
        "START\t100 \tLEFT\tEVENTS",
        "MSG\t200 trial 1 shows a.jpg",
        "EFIX L   300\t398\t100\t  9.5\t  19.5\t    900",
        "MSG\t400 trial 2 shows b.jpg",
        "EFIX L   500\t598\t100\t  29.5\t  39.5\t    900",
        "END\t900 \tEVENTS",
    ]
    with pytest.raises(DataError, match=r"no message starts with '!V IMGLOAD'.*'trial 1 shows a\.jpg' \(2\)"):
        brought(folder, lines)
    dataset = brought(folder, lines, image="trial * shows")
    assert rows(dataset) == [(10, 20, 0.1, 0.1)]
    assert rows(dataset, "b") == [(30, 40, 0.1, 0.1)]
    assert any("2 trials do not say when their image appeared" in note for note in dataset.info.notes)
    with pytest.raises(DataError, match="no message starts with start='picture'"):
        import_dataset(
            folder / "s1.asc",
            folder / "other",
            format="eyelink",
            options={"image": "trial * shows", "start": "picture"},
        )


def samples(blink):
    """A look at (20, 20), one at (60, 40) of the image, 0.4 s each; a blink ends in a jump."""
    lines = []
    for time in range(100, 1000, 2):
        x, y = (19.5, 19.5) if time < 500 else (59.5, 39.5)
        if 700 <= time < 740:
            x, y = (75, 5) if blink and time >= 730 else (".", ".")
        lines.append(f"{time}\t  {x}\t  {y}\t  900.0\t  {x}\t  {y}\t  900.0\t.....")
    return lines


BLINK = ["SBLINK L 700", "EBLINK L 700\t728\t30", "ESACC L   690\t738\t50\t 59\t 39\t 59\t 39\t 1.2\t 103"]
RAW = [
    "MSG\t100 GAZE_COORDS 0 0 79 59",
    "START\t100 \tLEFT\tRIGHT\tSAMPLES\tEVENTS",
    *KINDS,
    "MSG\t100 !V IMGLOAD FILL a.jpg",
]


def test_fixations_are_found_in_raw_samples(folder):
    """The blink of 40 ms interrupts nothing; the saccade around it is the lid's and is lost."""
    lines = [*RAW, *samples(blink=True), *BLINK, "END\t1000 \tSAMPLES\tEVENTS\tRES\t 10.0\t 10.0"]
    dataset = brought(folder, lines, fixations="dispersion")
    assert rows(dataset) == [(20, 20, 0, 0.398), (60, 40, 0.4, 0.498)]
    assert any("found in raw samples by dispersion: 1 degree," in note for note in dataset.info.notes)
    other = import_dataset(
        folder / "s1.asc",
        folder / "velocity",
        format="eyelink",
        options={"fixations": "velocity", "eye": "left", "screen_cm": "8x6", "distance_cm": 57.3},
    )
    assert rows(other) == rows(dataset)
    assert other.info.pixels_per_degree is None  # the image was not shown at its own size


def test_samples_in_which_nothing_is_found_are_refused(folder):
    """A noise of 2 pixels between samples of 2 ms, at 10 pixels per degree, is 100 degrees per second."""
    noise = [f"{time}\t  {20 + time % 4}\t  20\t  9\t  20\t  20\t  9\t...." for time in range(100, 1000, 2)]
    lines = [*RAW, *noise, "END\t1000 \tSAMPLES\tEVENTS\tRES\t 10.0\t 10.0"]
    with pytest.raises(
        DataError, match="not one fixation was found by velocity in 450 samples, with threshold=30"
    ):
        brought(folder, lines, fixations="velocity", eye="left")
    assert len(rows(brought(folder, lines, fixations="dispersion", eye="left"))) == 1


def test_a_variable_of_the_trial_may_name_the_image(folder):
    lines = [
        line.replace("!V IMGLOAD CENTER ../images/a.jpg 160 120", "!V TRIAL_VAR picture a.jpg")
        for line in TRIAL
    ]
    assert rows(brought(folder, [*HEADER, *lines], image="!V TRIAL_VAR picture"))[0] == (13, 12, 0.102, 0.2)


def test_degrees_that_nobody_states_are_asked_for(folder):
    lines = [*RAW, *samples(blink=False), "END\t1000 \tSAMPLES\tEVENTS"]
    with pytest.raises(
        DataError, match=r"how many pixels .* are one degree.*screen_cm=53x30 and distance_cm=60"
    ):
        brought(folder, lines)
    with pytest.raises(InputError, match="belong together"):
        brought(folder, lines, distance_cm=60)
    dataset = brought(folder, lines, screen_cm="8x6", distance_cm=57.3)
    assert len(rows(dataset)) == 2
    (folder / "s2.asc").write_text("\n".join([*HEADER, *TRIAL, ""]))
    options = {"fixations": "dispersion"}
    with pytest.raises(DataError, match=r"has no samples; asked for: right.*fixations=tracker"):
        import_dataset(folder / "s2.asc", folder / "o", format="eyelink", options=options)
    with pytest.raises(DataError, match=r"has no fixations; asked for: left.*fixations=dispersion"):
        import_dataset(folder / "s1.asc", folder / "o", format="eyelink", options={"fixations": "tracker"})


def test_what_is_no_recording_is_refused(folder):
    for content, message in {
        b"SR_RESEARCH\0\1": "is an EyeLink recording .* Convert it by edf2asc",
        b"time,x,y\n1,2,3\n": "no lines START and END",
        "\n".join(TRIAL).replace("GAZE_COORDS 0.00 0.00 319.00 239.00", "").encode(): r"screen=1920x1080",
        "\n".join(TRIAL).replace("0.00 0.00 319.00", "-160 240 160").encode(): "does not count pixels from",
        "\n".join(TRIAL).replace("EVENTS\tGAZE", "EVENTS\tHREF").encode(): "events are HREF, no positions",
        "\n".join(TRIAL).replace("START\t100", "START\tsoon").encode(): "line 3 is damaged: .*soon",
        gzip.compress("\n".join(TRIAL).encode())[:80]: "packed by gzip and damaged",
    }.items():
        (folder / "s1.asc").write_bytes(content)
        with pytest.raises(DataError, match=message):
            import_dataset(folder / "s1.asc", folder / "out", format="eyelink")
    (folder / "s1.asc").unlink()
    (folder / "s1.edf").write_bytes(b"SR_RESEARCH")
    with pytest.raises(DataError, match=r"no EyeLink recording.*Convert s1\.edf"):
        import_dataset(folder, folder / "out", format="eyelink")


def test_a_folder_of_recordings_one_of_them_cut_off(folder):
    whole = "\n".join([*HEADER, *TRIAL, ""]).encode()
    (folder / "s1.asc.gz").write_bytes(gzip.compress(whole))
    later = [_later(line, 2000) for line in TRIAL]
    cut = later[: next(number for number, line in enumerate(later) if line.startswith("END"))]
    (folder / "s2.asc").write_text("\n".join([*HEADER, *TRIAL, *cut]) + "\nEFIX R   32")
    (folder / "s3.asc").write_text("nothing")
    dataset = import_dataset(folder, folder / "out", format="eyelink")
    assert dataset["a"].fixations.observers == ["s1", "s2"]
    np.testing.assert_array_equal(*(dataset["a"].fixations.of_observer(name).x for name in ("s1", "s2")))
    listed = {entry.item: entry.reason for entry in dataset.info.set_aside}
    assert "ends within a recording" in listed["s2.asc"]
    assert "no lines START and END" in listed["s3.asc"]


def test_letters_of_an_old_system_and_names_that_no_image_has(folder):
    save_picture(folder / "images" / "café.jpg", 3)
    later = [_later(line, 2000).replace("a.jpg", "zebra.jpg") for line in TRIAL]
    lines = [*HEADER, *[line.replace("a.jpg", "café.jpg") for line in TRIAL], *later]
    dataset = brought(folder, lines, encoding="cp1252")
    assert len(rows(dataset, "café")) == 2
    assert dataset.info.set_aside[0].item == "s1.asc: ../images/zebra.jpg"
