"""Exports of Pupil Player and Pupil Cloud: recordings worked by hand, and what is refused."""

import pytest
from support.gaze_sets import rows_of
from support.miniatures.miniature import save_picture

from gazemap.data.importers import import_dataset
from gazemap.errors import DataError

SCREEN = {"screen": "320x240"}  # the image of 80 x 60 lies in the middle, so its corner is at (120, 90)
DEGREES = {"screen_cm": "32x24", "distance_cm": 57.3, "fixations": "dispersion"}


def table(path, header, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows), ""]))


@pytest.fixture
def folder(tmp_path):
    for index, name in enumerate("ab"):
        save_picture(tmp_path / "mine" / "images" / f"{name}.jpg", index)
    return tmp_path / "mine"


def brought(folder, kind, out="out", **options):
    return import_dataset(folder, folder.parent / out, format=kind, options=options)


# Pupil Player: seconds of its clock, durations in milliseconds, shares from the lower left corner.

CORE_FIXATIONS = (
    "id,start_timestamp,duration,start_frame_index,end_frame_index,norm_pos_x,norm_pos_y,confidence"
)
CORE_GAZE = "gaze_timestamp,world_index,confidence,norm_pos_x,norm_pos_y,base_data"
SURFACE_FIXATIONS = (
    "world_timestamp,world_index,fixation_id,start_timestamp,duration,dispersion,norm_pos_x,norm_pos_y,"
    "x_scaled,y_scaled,on_surf"
)


def core(folder, export="ann/000/exports/000", marks=((7.5, "a", 0), (8.5, "b", 0), (9, "pause", 0))):
    """Fixations on the scene camera; a is there from 7.5 to 8.5 seconds, b until 9."""
    table(
        folder / export / "fixations.csv",
        CORE_FIXATIONS,
        [
            (1, 7.4, 150, 0, 1, 0.5, 0.5, 0.9),  # began before the image
            (2, 7.6, 200, 0, 1, 0.40625, 0.5625, 0.9),
            (3, 7.9, 200, 0, 1, 0.45, 0.5, 0.59),  # not certain
            (4, 8.2, 400, 0, 1, 0.5, 0.5, 0.9),  # outlasts the image
            (5, 8.7, 100, 0, 1, 0.5625, 0.5, 1),
            (6, 9.1, 100, 0, 1, 0.5, 0.5, 1),  # in the pause
        ],
    )
    if marks is not None:
        rows = [(0, time, label, lasts) for time, label, lasts in marks]
        table(folder / export / "annotations.csv", "index,timestamp,label,duration", rows)


def test_the_scene_camera_worked_by_hand(folder):
    """0.40625 x 320 - 120 is 10, and (1 - 0.5625) x 240 - 90 is 15."""
    core(folder)
    dataset = brought(folder, "pupil-core", **SCREEN)
    assert rows_of(dataset) == [(10, 15, 0.1, 0.2), (40, 30, 0.7, 0.3)]
    assert rows_of(dataset, "b") == [(60, 30, 0.2, 0.1)]
    assert dataset["a"].fixations.observers == ["ann"]
    sure = brought(folder, "pupil-core", "sure", confidence=0.5, **SCREEN)
    assert rows_of(sure)[1] == (24, 30, 0.4, 0.2)


def test_an_annotation_may_last_and_the_last_export_is_taken(folder):
    core(folder, marks=[(7.5, "a", 0.2), (8.5, "b", 0)])
    core(folder, export="ann/000/exports/001", marks=[(7.5, "a", 0.75)])
    (folder / "ann" / "000" / "exports" / "001" / "gaze_positions.csv").write_text("")
    with pytest.raises(DataError, match=r"gaze_positions\.csv lacks columns: gaze_timestamp"):
        brought(folder, "pupil-core", **SCREEN)
    (folder / "ann" / "000" / "exports" / "001" / "gaze_positions.csv").unlink()
    assert rows_of(brought(folder, "pupil-core", **SCREEN)) == [(10, 15, 0.1, 0.2), (40, 30, 0.7, 0.05)]


def test_gaze_of_low_confidence_is_lost_and_times_are_put_in_order(folder):
    rows = [(7.5 + 0.02 * step, 0, 1, 0.40625, 0.5625, "x") for step in range(9)]
    rows += [(7.7, 0, 0.2, 0.9, 0.9, "x"), rows[3]]
    table(folder / "ann" / "gaze_positions.csv", CORE_GAZE, rows[::-1])
    table(folder / "ann" / "annotations.csv", "timestamp,label", [(7.5, "a")])
    assert rows_of(brought(folder, "pupil-core", **SCREEN, **DEGREES)) == [(10, 15, 0, 0.16)]


def on_surface(folder, name, rows):
    table(folder / "ann/exports/000/surfaces" / f"fixations_on_surface_{name}.csv", SURFACE_FIXATIONS, rows)


def test_a_surface_is_an_image_or_the_screen(folder):
    """As an image it is seen all the time; of a fixation's rows those count that are on the surface."""
    rows = [
        (5, 0, 1, 5, 100, 1, 0.25, 0.5, 0, 0, True),
        (5.04, 1, 1, 5, 100, 1, 0.375, 0.75, 0, 0, True),
        (5.08, 1, 1, 5, 100, 1, 1.5, 0.5, 0, 0, False),
        (5.2, 1, 2, 5.2, 100, 1, 2, 0.5, 0, 0, False),
        (5.4, 1, 3, 5.4, 300, 1, 0.5, 0.5, 0, 0, True),
    ]
    on_surface(folder, "a", rows)
    on_surface(folder, "b", [(5.5, 1, 4, 5.5, 100, 1, 0.5, 0.5, 0, 0, "True")])
    dataset = brought(folder, "pupil-core", **SCREEN)
    assert rows_of(dataset) == [(25, 22.5, 0, 0.1), (40, 30, 0.4, 0.3)]
    assert rows_of(dataset, "b") == [(40, 30, 0, 0.1)]
    assert any("2 trials do not say when their image appeared" in note for note in dataset.info.notes)
    table(folder / "ann/exports/000/annotations.csv", "timestamp,label", [(5.3, "b")])
    screen = brought(folder, "pupil-core", "screen", surface="a", **SCREEN)
    assert rows_of(screen, "b") == [(40, 30, 0.1, 0.3)]
    with pytest.raises(DataError, match=r"There is no surface 'c'; those of .* are a, b\. Say surface=NAME"):
        brought(folder, "pupil-core", surface="c", **SCREEN)


def test_what_pupil_player_must_export_is_named(folder):
    with pytest.raises(
        DataError, match=r"holds no export of Pupil Player \(fixations\.csv or gaze_positions"
    ):
        brought(folder, "pupil-core", **SCREEN)
    core(folder, marks=None)
    with pytest.raises(DataError, match=r"annotations\.csv is missing, whose labels say which image"):
        brought(folder, "pupil-core", **SCREEN)
    with pytest.raises(DataError, match="has none"):
        brought(folder, "pupil-core", surface="a", **SCREEN)


# Pupil Cloud: nanoseconds since 1970, durations in milliseconds.

FIRST = 1_700_000_000_123_456_789
CLOUD = "recording id,fixation id,start timestamp [ns],end timestamp [ns],duration [ms]"
SECTIONS = (
    "section id,recording id,recording name,wearer id,wearer name,section start time [ns],"
    "section end time [ns],start event name,end event name"
)


def clock(seconds):
    return FIRST + round(seconds * 1e9)


def fixated(start, lasts, x, y):
    return ("r1", 1, clock(start), clock(start + lasts), 1000 * lasts, x, y)


def test_events_name_what_the_scene_camera_sees(folder):
    rows = [fixated(0.9, 0.2, 160, 120), fixated(1.1, 0.2, 130, 105), fixated(2.5, 0.1, 180, 120)]
    table(folder / "rec-1" / "fixations.csv", f"{CLOUD},fixation x [px],fixation y [px]", rows)
    events = [(0, "recording.begin"), (1, "a"), (2, "b"), (2.55, "recording.end")]
    rows = [("r1", clock(time), name, "recording") for time, name in events]
    table(folder / "rec-1" / "events.csv", "recording id,timestamp [ns],name,type", rows)
    dataset = brought(folder, "pupil-cloud", **SCREEN)
    assert rows_of(dataset) == [(10, 15, 0.1, 0.2)]
    assert rows_of(dataset, "b") == [(60, 30, 0.5, 0.05)]
    assert dataset["a"].fixations.observers == ["rec-1"]


def sections(folder, *rows):
    found = [
        (name, "r1", "walk", "w1", who, clock(start), clock(stop), event, "end")
        for name, who, start, stop, event in rows
    ]
    table(folder / "sections.csv", SECTIONS, found)


def test_a_surface_shows_in_each_section_what_its_event_names(folder):
    sections(folder / "a", ("s1", "ann", 0, 1, "b"), ("s2", "bob", 5, 6, "recording.begin"))
    found = [
        ("s1", *fixated(0.25, 0.2, True, 0.5), 0.5),
        ("s1", *fixated(0.5, 0.2, False, 0.1), 0.1),  # beside the surface
        ("s2", *fixated(4.9, 0.2, True, 0.5), 0.5),  # began before the section
        ("s2", *fixated(5.75, 0.5, "true", 0.40625), 0.4375),
    ]
    header = "fixation detected on surface,fixation x [normalized],fixation y [normalized]"
    table(folder / "a" / "fixations.csv", f"section id,{CLOUD},{header}", found)
    dataset = brought(folder, "pupil-cloud", **SCREEN)
    assert rows_of(dataset, "b") == [(40, 30, 0.25, 0.2)]
    assert rows_of(dataset, "a") == [(10, 15, 0.75, 0.25)]
    assert dataset["a"].fixations.observers == ["bob"]


def test_the_reference_image_is_the_image_and_gaze_beside_it_is_lost(tmp_path):
    mapped = tmp_path / "mapped"
    save_picture(mapped / "reference_image.jpeg", 1)
    sections(mapped, ("s1", "ann", 0, 1, "recording.begin"))
    rows = [("s1", "r1", clock(0.3 + 0.02 * step), step != 9, 30, 20) for step in range(10)]
    header = "gaze detected in reference image,gaze position in reference image x [px]"
    header += ",gaze position in reference image y [px]"
    table(mapped / "gaze.csv", f"section id,recording id,timestamp [ns],{header}", rows)
    dataset = brought(mapped, "pupil-cloud", **DEGREES)
    assert rows_of(dataset, "reference_image") == [(30, 20, 0.3, 0.16)]
    assert dataset["reference_image"].fixations.observers == ["ann"]


def test_reference_images_of_several_sizes(tmp_path):
    header = "fixation detected in reference image,fixation x [px],fixation y [px]"
    for name, size in {"small": (30, 40), "large": (90, 200)}.items():
        save_picture(tmp_path / "mapped" / name / "reference_image.jpeg", 1, size)
        sections(tmp_path / "mapped" / name, ("s1", "ann", 0, 1, "recording.begin"))
        rows = [("s1", *fixated(0.25, 0.2, True, size[1] - 4), 20)]
        table(tmp_path / "mapped" / name / "fixations.csv", f"section id,{CLOUD},{header}", rows)
    dataset = brought(tmp_path / "mapped", "pupil-cloud")
    assert rows_of(dataset, "small/reference_image") == [(36, 20, 0.25, 0.2)]
    assert rows_of(dataset, "large/reference_image") == [(196, 20, 0.25, 0.2)]


def test_what_pupil_cloud_must_export_is_named(folder):
    with pytest.raises(DataError, match=r"holds no export of Pupil Cloud \(fixations\.csv or gaze\.csv\)"):
        brought(folder, "pupil-cloud", **SCREEN)
    path = folder / "rec-1" / "fixations.csv"
    table(path, f"{CLOUD},fixation x [px],fixation y [px]", [fixated(0, 0.2, 1, 1)])
    with pytest.raises(DataError, match=r"rec-1 has no events\.csv, whose names say which image was there"):
        brought(folder, "pupil-cloud", **SCREEN)
    table(folder / "rec-1" / "events.csv", "timestamp [ns],name", [("soon", "a")])
    with pytest.raises(DataError, match="a timestamp is no whole number of nanoseconds"):
        brought(folder, "pupil-cloud", **SCREEN)
    table(path, "start timestamp [ns],x", [(1, 2)])
    with pytest.raises(DataError, match=r"fixations\.csv lacks columns: duration \[ms\]\. Export it again"):
        brought(folder, "pupil-cloud", **SCREEN)
