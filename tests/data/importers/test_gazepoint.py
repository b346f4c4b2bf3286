"""Exports of Gazepoint Analysis: a recording worked by hand, older versions, and what is refused."""

import pytest
from support.gaze_sets import rows_of
from support.miniatures.miniature import save_picture

from gazemap.data.bids import write_bids
from gazemap.data.importers import import_dataset
from gazemap.errors import DataError

SCREEN = {"screen": "320x240"}  # the image of 80 x 60 lies in the middle, so its corner is at (120, 90)
HEADER = (
    "MEDIA_ID,MEDIA_NAME,CNT,TIME(2026/02/20 01:26:38.946),TIMETICK(f=1000),FPOGX,FPOGY,FPOGS,FPOGD,FPOGID,"
    "FPOGV,BPOGX,BPOGY,BPOGV,LPOGX,LPOGY,LPOGV,USER,"
)


def row(time, fixation, at=(0.5, 0.5), media=(0, "a"), tick=7000, best=None, valid=1):
    """`fixation`: its start, duration, number and whether it is valid."""
    start, lasts, number, is_valid = fixation
    x, y = best or at
    cells = [*media, 0, f"{time:.5f}", tick + round(1000 * time), *at, start, lasts, number, is_valid]
    return ",".join(map(str, [*cells, x, y, valid, x, y, valid, "", ""]))


def fixated(first, last, number, at, **said):
    """Samples at 50 Hz from one time to another, of a fixation that begins with the first."""
    count = round((last - first) / 0.02)
    times = [round(first + 0.02 * sample, 3) for sample in range(count + 1)]
    return [row(time, (first, round(time - first, 3), number, 1), at, **said) for time in times]


ROWS = [
    *fixated(0, 0.08, 1, (0.1, 0.1)),  # began before the image
    row(0.1, (0, 0.08, 1, 0), (0.3, 0.3)),  # a saccade: the fixation is over
    *fixated(0.14, 0.3, 2, (0.5, 0.5)),
    row(0.32, (0.14, 0.16, 2, 0), (0, 0), valid=0),  # a blink
    *fixated(0.34, 0.5, 3, (0.40625, 0.4375)),
    row(0, (0, 0, 1, 0), media=(1, "b"), tick=9000),
    *fixated(0.06, 0.2, 2, (0.5625, 0.5), media=(1, "b"), tick=9000),
]


def brought(folder, rows=ROWS, header=HEADER, out="out", name="ann_all_gaze.csv", **options):
    (folder / name).write_text("\n".join([header, *rows, ""]))
    given = {key: value for key, value in {**SCREEN, **options}.items() if value}
    return import_dataset(folder / name, folder / out, format="gazepoint", options=given)


def test_a_recording_worked_by_hand(folder):
    """0.5 x 320 - 120 is 40 and 0.40625 x 320 - 120 is 10; 0.4375 x 240 - 90 is 15."""
    dataset = brought(folder)
    assert rows_of(dataset) == [(40, 30, 0.14, 0.16), (10, 15, 0.34, 0.16)]
    assert rows_of(dataset, "b") == [(60, 30, 0.06, 0.14)]
    assert dataset["a"].fixations.observers == ["ann"]


def without(column):
    """The header and the rows without one column."""
    names = HEADER.split(",")
    place = next(index for index, name in enumerate(names) if name.startswith(column))
    return [",".join(cells[:place] + cells[place + 1 :]) for cells in (r.split(",") for r in (HEADER, *ROWS))]


@pytest.mark.parametrize("column", ["TIMETICK", "TIME(", "FPOGS", "MEDIA_ID", "USER"])
def test_columns_that_a_version_lacks(folder, column):
    header, *rows = without(column)
    dataset = brought(folder, rows, header)
    assert rows_of(dataset) == [(40, 30, 0.14, 0.16), (10, 15, 0.34, 0.16)]
    assert rows_of(dataset, "b") == [(60, 30, 0.06, 0.14)]


def test_media_without_names_go_by_their_numbers(folder):
    for index in range(2):
        save_picture(folder / "images" / f"{index}.jpg", index)
    header, *rows = without("MEDIA_NAME")
    assert rows_of(brought(folder, rows, header), "1") == [(60, 30, 0.06, 0.14)]


def test_the_same_media_again_are_a_new_trial(folder):
    """TIME starts anew; without it, nothing tells the two apart."""
    rows = [row(0, (0, 0, 1, 0)), *fixated(0.1, 0.3, 2, (0.5, 0.5))]
    again = [row(0, (0, 0, 1, 0), tick=9000), *fixated(0.2, 0.3, 2, (0.5, 0.5), tick=9000)]
    dataset = brought(folder, [*rows, *again])
    assert rows_of(dataset) == [(40, 30, 0.1, 0.2), (40, 30, 0.2, 0.1)]
    assert any("seen more than once" in note for note in dataset.info.notes)


@pytest.mark.parametrize("eye", ["both", "left"])
def test_fixations_are_found_in_samples_and_lost_ones_are_none(folder, eye):
    """Those at (0, 0) are not valid; the window of b begins with its first sample, in the middle."""
    options = {"screen_cm": "32x24", "distance_cm": 57.3, "fixations": "dispersion", "eye": eye}
    found = rows_of(brought(folder, **options))
    assert found == [(40, 30, 0.14, 0.16), (10, 15, 0.34, 0.16)]
    with pytest.raises(DataError, match=r"has samples of both and left; asked for: right"):
        brought(folder, **{**options, "eye": "right"})


def test_a_folder_holds_one_file_per_user(folder):
    for user in (1, 2):
        brought(folder, out=f"out{user}", name=f"User {user}_all_gaze.csv")
    (folder / "User 1_fixations.csv").write_text("not read")
    (folder / "User 3_all_gaze.csv").write_text("no table")
    dataset = import_dataset(folder, folder / "all", format="gazepoint", options=SCREEN)
    assert dataset["b"].fixations.observers == ["User 1", "User 2"]
    assert [entry.item for entry in dataset.info.set_aside] == ["User 3_all_gaze.csv"]


def test_it_goes_out_to_bids_in_pixels(folder):
    first = brought(folder)
    options = {**SCREEN, "screen_cm": "32x24", "distance_cm": 57.3}
    write_bids(folder / "ann_all_gaze.csv", folder / "bids", format="gazepoint", options=options)
    second = import_dataset(folder / "bids", folder / "second", format="bids")
    assert [rows_of(second, image) for image in "ab"] == [rows_of(first, image) for image in "ab"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("MEDIA_", "", "lacks columns: MEDIA_NAME or MEDIA_ID"),
        ("TIME", "T", "lacks columns: TIME or TIMETICK"),
        (
            "PO",
            "",
            "for its fixations FPOGX, FPOGY, FPOGD, FPOGID, FPOGV; or for raw samples BPOGX and BPOGY",
        ),
    ],
)
def test_what_lacks_is_named_with_what_to_do(folder, old, new, message):
    with pytest.raises(DataError, match=message):
        brought(folder, header=HEADER.replace(old, new))


def test_what_cannot_be_used_is_refused(folder):
    with pytest.raises(DataError, match="FPOGX is 'far', no number"):
        brought(folder, [line.replace("0.40625", "far") for line in ROWS])
    with pytest.raises(DataError, match=r"size of its screen in pixels\. Say it: screen=1920x1080"):
        brought(folder, screen=None)
    alone = [row(0.3, (0.14, 0.16, 2, 1)), row(0.5, (0.34, 0.16, 3, 1))]
    with pytest.raises(DataError, match=r"holds fixations alone, without samples\. Give .*_all_gaze\.csv"):
        brought(folder, alone)
    with pytest.raises(DataError, match=r"holds no export of Gazepoint Analysis \(\*all_gaze\.csv\)"):
        import_dataset(folder / "images", folder / "out", format="gazepoint", options=SCREEN)
