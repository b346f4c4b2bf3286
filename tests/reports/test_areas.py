"""Areas of a data set: every observer's looks in a file, and a table with intervals over observers."""

import csv
import json

import numpy as np
import pytest
from PIL import Image
from support import tiny_model
from support.gaze_sets import dataset, fixations, sample

from gazemap.analysis.area_files import areas_of
from gazemap.analysis.area_shares import area_shares
from gazemap.errors import DataError, InputError
from gazemap.prediction.predict import predict
from gazemap.reports.areas import areas

# rows (observer, x, onset, duration) in an image of 60 x 40; y is 1
ONE = fixations(
    ("ann", 5, 0.1, 0.2),
    ("ann", 45, 0.4, 0.3),
    ("ann", 6, 0.8, 0.2),
    ("bob", 50, 0.2, 0.4),
    ("bob", 55, 2.5, 0.1),
)
LEFT, RIGHT = "left=0,0,15,40", "right=30,0,30,40"


# Two observers are drawn as Ann twice, as both, or as Bob twice, a quarter, a half and a quarter of the time:
# the 95 % interval reaches from the least of the three to the greatest.
BY_HAND = {
    "left": {
        "attention": (2 / 5, 0, 2 / 3),
        "times_chance": (1.6, 0, 8 / 3),
        "fixations": (1, 0, 2),
        "fixations_in_time": (0.5, 0, 1),  # Ann's first, at 0.1
        "looked": (0.5, 0, 1),
        "seen": (0.5, 0, 1),
        "time_to_first": (0.1, 0.1, 0.1),  # of Ann, who alone looked there
        "fixation_time": (0.2, 0, 0.4),
        "dwell_time": (0.2, 0, 0.4),
        "visits": (1, 0, 2),  # the look to the right parts Ann's two
        "revisits": (0.5, 0, 1),
    },
    "right": {
        "attention": (3 / 5, 1 / 3, 1),
        "times_chance": (1.2, 2 / 3, 2),
        "fixations": (1.5, 1, 2),
        "fixations_in_time": (1, 1, 1),
        "looked": (1, 1, 1),
        "seen": (1, 1, 1),
        "time_to_first": (0.3, 0.2, 0.4),
        "fixation_time": (0.4, 0.3, 0.5),
        "dwell_time": (1.35, 0.3, 2.4),  # Bob stays from 0.2 to 2.6, with 1.9 s between his fixations
        "visits": (1, 1, 1),
        "revisits": (0, 0, 0),
    },
}
ABOUT = {
    "left": {"image": "a", "name": "left", "members": 1, "rank": 2, "observers": 2, "size": 0.25},
    "right": {"image": "a", "name": "right", "members": 1, "rank": 1, "observers": 2, "size": 0.5},
}
LOOKS = [  # image, observer, area, and the columns of `AreaLooks`
    ("a", "ann", "left", 2, 3, 1, 0.4, 0.4, 0.1, 2, 1),
    ("a", "ann", "right", 1, 3, 1, 0.3, 0.3, 0.4, 1, 0),
    ("a", "bob", "left", 0, 2, 0, 0, 0, None, 0, 0),
    ("a", "bob", "right", 2, 2, 1, 0.5, 2.4, 0.2, 1, 0),
]


def test_every_number_of_a_table_worked_by_hand(tmp_path):
    looks, out = tmp_path / "looks.csv", tmp_path / "table.json"
    areas(dataset(sample("a", points=ONE)), areas=[LEFT, RIGHT], seconds=0.5, out=out, looks=looks)
    for row, name in zip(json.loads(out.read_text()), BY_HAND, strict=True):
        ends = ("", "_low", "_high")
        worked = {
            f"{column}{end}": value
            for column, values in BY_HAND[name].items()
            for end, value in zip(ends, values, strict=True)
        }
        assert row == {**ABOUT[name], **{column: pytest.approx(value) for column, value in worked.items()}}
    rows = list(csv.reader(looks.read_text().splitlines()))[1:]
    found = [(*row[:3], *(float(cell) if cell else None for cell in row[3:])) for row in rows]
    assert found == [
        (*row[:3], *(value if value is None else pytest.approx(value) for value in row[3:])) for row in LOOKS
    ]


def test_intervals_are_those_of_redrawn_observers():
    rng = np.random.default_rng(1)
    rows = [(f"o{n}", x, None, None) for n in range(12) for x in rng.uniform(0, 60, rng.integers(1, 9))]
    found = areas(dataset(sample("a", points=fixations(*rows))), areas=LEFT).measured.rows[0]
    own = np.array(
        [
            [sum(x < 15 for o, x, *_ in rows if o == f"o{n}"), sum(o == f"o{n}" for o, *_ in rows)]
            for n in range(12)
        ]
    )
    slow = [own[rng.integers(0, 12, 12)].sum(axis=0) for _ in range(20_000)]
    low, high = np.percentile([on / all_ for on, all_ in slow], [2.5, 97.5])
    assert found.attention.mean == own[:, 0].sum() / own[:, 1].sum()
    assert (found.attention.low, found.attention.high) == (
        pytest.approx(low, abs=0.02),
        pytest.approx(high, abs=0.02),
    )


def test_groups_overlaps_and_strangers(tmp_path):
    table = tmp_path / "areas.csv"
    table.write_text(
        "name,x,y,width,height,group,image\nl,0,0,15,40,both,a\nm,10,0,40,40,both,a\nm,0,0,9,9,,elsewhere\n"
    )
    found = areas(dataset(sample("a", points=ONE), sample("b", points=ONE)), areas=table)
    assert [(row.image, row.name, row.members, row.rank) for row in found.measured.rows] == [
        ("a", "l", 1, 1),
        ("a", "m", 1, 2),
        ("a", "both", 2, 1),
    ]
    # the overlap, in which nobody looked, counts once in the group's size
    assert [row.size for row in found.measured.rows] == [0.25, pytest.approx(40 / 60), pytest.approx(50 / 60)]
    assert found.measured.rows[2].attention.mean == 0.6
    assert [cells[1] for cells in found.cells()] == ["l", "m", "both (2 areas)"]
    text = " ".join(found.notes())
    assert "a: l and m overlap" in text
    assert "areas of images that the set does not have: elsewhere" in text


def test_what_the_set_does_not_know_is_said():
    points = fixations(("ann", 5, None, None), ("bob", 9, None, None))
    found = areas(dataset(sample("a", points=points)), areas=LEFT)
    assert not any(
        getattr(found.measured.rows[0], name).is_known for name in ("seen", "visits", "dwell_time")
    )
    assert sum("not known" in note for note in found.notes()) == 2
    assert found.as_json()["areas"][0]["visits"] is None
    alone = areas(dataset(sample("a", points=fixations(("ann", 5, 0.1, 0.2)))), areas=LEFT).measured.rows[0]
    assert (alone.attention.mean, np.isnan(alone.attention.low)) == (1, True)


def test_mistakes_are_refused(tmp_path):
    known = dataset(sample("a", points=ONE))
    with pytest.raises(InputError, match="must be over 0"):
        areas(known, areas=LEFT, seconds=0)
    with pytest.raises(InputError, match="out of its image of 60 x 40"):
        areas(known, areas="a=50,0,20,5")
    with pytest.raises(InputError, match="must be two files"):
        areas(known, areas=LEFT, out=tmp_path / "a.csv", looks=tmp_path / "a.csv")
    with pytest.raises(DataError, match="does not say who looked"):
        areas(dataset(sample("a", points=fixations((None, 5, None, None)))), areas=LEFT)
    (tmp_path / "other.csv").write_text("name,x,y,width,height,image\na,0,0,1,1,b\n")
    with pytest.raises(InputError, match="No image of tiny has areas"):
        areas(known, areas=tmp_path / "other.csv")


@pytest.fixture
def image(tmp_path):
    """The image of which `ONE` are fixations."""
    pixels = np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    return tmp_path / "a.png"


def test_predicted_and_measured_stand_side_by_side(image, tmp_path):
    model, out, looks = tiny_model.Tiny(output="log_density"), tmp_path / "t.csv", tmp_path / "looks.json"
    recorded = dataset(sample("a", points=ONE), sample("b", points=ONE))
    options = {"areas": [LEFT, RIGHT], "seconds": 0.5}
    found = areas(image, measured=recorded, model=model, out=out, looks=looks, **options)
    alone = areas(recorded, **options)
    shares = area_shares(predict(image, model=model), areas_of(image, [LEFT, RIGHT]), 0.5)
    assert [*found.predicted.rows] == shares == [*areas(image, model=model, **options).predicted.rows]
    assert found.measured.rows == [row for row in alone.measured.rows if row.image == "a"]
    measures = {row.name: row.attention for row in found.measured.rows}
    within = sum(measures[row.name].low <= row.attention <= measures[row.name].high for row in shares)
    rows = {row["name"]: row for row in csv.DictReader(out.read_text().splitlines())}
    for share, own in ((share, row) for share in shares for row in found.measured.rows):
        if share.name == own.name:
            row = rows[share.name]
            assert float(row["predicted_attention"]) == share.attention
            assert float(row["predicted_fixations_in_time"]) == share.fixations_in_time
            assert float(row["measured_attention_low"]) == own.attention.low
            assert (row["image"], float(row["size"]), row["observers"]) == ("a", own.size, "2")
    assert {row["image"] for row in json.loads(looks.read_text())} == {"a"}
    assert all(len(row) == len(found.headings) for row in found.cells())
    assert found.notes()[1] == f"Predicted shares of attention within the measured intervals: {within} of 2."
    assert found.title == "a.png, predicted by tiny, and measured in tiny"


def test_what_does_not_belong_together_is_refused(image, tmp_path):
    none, recorded = tmp_path / "no.safetensors", dataset(sample("a", points=ONE))
    for options in ({"model": none}, {"condition": "mouse"}, {"figure": "f.png"}, {"measured": recorded}):
        with pytest.raises(InputError, match="is a data set, in which nothing is predicted"):
            areas(recorded, areas=LEFT, **options)
    with pytest.raises(InputError, match="say by --measured whose"):
        areas(image, areas=LEFT, looks=tmp_path / "l.csv", model=none)
    with pytest.raises(InputError, match=r"has no image a\.png or a; its first is b"):
        areas(image, areas=LEFT, measured=dataset(sample("b", points=ONE)), model=none)
    larger = image.with_name("larger")
    larger.mkdir()
    Image.new("RGB", (120, 80)).save(larger / "a.png")
    with pytest.raises(InputError, match="120 x 80 pixels and a in tiny 60 x 40"):
        areas(larger / "a.png", areas=LEFT, measured=recorded, model=none)
    with pytest.raises(InputError, match="give --viewport whole"):
        areas(image, areas=LEFT, measured=recorded, model=none, viewport="30x40")
