"""Tables of raw samples, worked by hand: units, columns, shares, lost samples, and what is refused."""

import pytest
from support.gaze_sets import rows_of

from gazemap.data.importers import import_dataset
from gazemap.errors import DataError

# the image of 80 x 60 lies in the middle of the screen, so its corner is at (120, 90); 10 pixels are a degree
SCREEN = {"screen": "320x240", "screen_cm": "32x24", "distance_cm": 57.3}


def look(first, last, x, y, image="a.jpg"):
    """At 50 Hz, from one time in ms to another."""
    return [(image, time, x, y) for time in range(first, last + 1, 20)]


ROWS = [
    *look(1000, 1040, "NaN", ""),
    *look(1060, 1200, 130, 105),
    *look(1220, 1240, 0, 0),
    *look(1260, 1380, 160, 120),
    *look(1400, 1420, -1, -1),
    *look(1440, 1480, 5, 5, image=""),
    *look(1500, 1700, 180, 120, image="b"),
]
EXPECTED = [(10, 15, 0.06, 0.14), (40, 30, 0.26, 0.12)]


def text(rows, header="image,t,x,y", scale=1):
    return "\n".join([header, *(f"{image},{time * scale:.10g},{x},{y}" for image, time, x, y in rows), ""])


def brought(folder, content=None, out="out", name="ann.csv", **options):
    (folder / name).write_text(content or text(ROWS))
    given = {key: value for key, value in {**SCREEN, **options}.items() if value}
    return import_dataset(folder / name, folder / out, format="samples", options=given)


@pytest.mark.parametrize(
    ("scale", "unit"), [(1, None), (0.001, None), (1000, None), (1, "ms"), (0.001, "s"), (1000, "us")]
)
def test_a_table_worked_by_hand_in_any_unit(folder, scale, unit):
    """Of 33 samples in trials, 3 are empty and 4 are signs of lost ones."""
    dataset = brought(folder, text(ROWS, scale=scale), unit=unit)
    assert rows_of(dataset) == EXPECTED
    assert rows_of(dataset, "b") == [(60, 30, 0, 0.2)]
    assert dataset["a"].fixations.observers == ["ann"]
    (quality,) = dataset.info.recordings
    assert quality.sampling_rate == pytest.approx(50)
    assert quality.lost == pytest.approx(7 / 33)


def test_columns_by_their_names_and_times_that_start_anew(folder):
    """The same image again, later in the table, and at once with a step back in time."""
    rows = [(who, *row) for who in ("p1", "p2") for row in [*look(0, 120, 130, 105), *look(0, 140, 160, 120)]]
    content = "\n".join(
        ["who;picture;ms;px;py", *(f"{who};{image};{time},0;{x},5;{y}" for who, image, time, x, y in rows)]
    )
    columns = {"observer": "who", "image": "picture", "timestamp": "ms", "x": "px", "y": "py"}
    dataset = brought(folder, content, **columns)
    assert rows_of(dataset) == [(10.5, 15, 0, 0.12), (40.5, 30, 0, 0.14)] * 2
    assert dataset["a"].fixations.observers == ["p1", "p2"]


def test_trials_tell_looks_at_the_same_image_apart(folder):
    rows = [f"a,{time},130,105,{1 + (time > 300)}" for time in range(0, 601, 20)]
    dataset = brought(folder, "\n".join(["image,time,x,y,trial", *rows]))
    assert rows_of(dataset) == [(10, 15, 0, 0.3), (10, 15, 0, 0.28)]


def test_shares_of_the_screen(folder):
    rows = [("a", time, 0.40625, 0.4375) for time in range(0, 200, 20)]
    assert rows_of(brought(folder, text(rows), convention="normalized")) == [(10, 15, 0, 0.18)]


def test_a_folder_of_tables(folder):
    for name in ("ann.csv", "bob.csv"):
        brought(folder, out=f"out {name}", name=name)
    (folder / "cut.csv").write_text("image,t,x,y\na,0,1")
    dataset = import_dataset(folder, folder / "all", format="samples", options=SCREEN)
    assert dataset["a"].fixations.observers == ["ann", "bob"]
    assert [entry.item for entry in dataset.info.set_aside] == ["cut.csv"]


@pytest.mark.parametrize(
    ("header", "options", "message"),
    [
        ("picture,t,x,y", {}, r"has no column image\. .*Say which it is: image=NAME"),
        ("image,clock,x,y", {}, r"has no column timestamp or time or t\. .*timestamp=NAME"),
        ("image,t,x,y", {"observer": "who"}, r"has no column who\. .*observer=NAME"),
        ("image,t,x,y", {"trial": "run"}, r"has no column run\. .*trial=NAME"),
        ("image,t,x,y", {"screen": None}, r"size of its screen in pixels\. Say it: screen=1920x1080"),
        ("image,t,x,y", {"screen_cm": None, "distance_cm": None}, "screen_cm=53x30 and distance_cm=60"),
        ("image,t,x,y", {"fixations": "tracker"}, "has no fixations; asked for: both"),
    ],
)
def test_what_lacks_is_named_with_what_to_do(folder, header, options, message):
    with pytest.raises(DataError, match=message):
        brought(folder, text(ROWS, header), **options)
