"""Areas of a data set: every observer's looks in a file, and a table with intervals over observers."""

import csv
import json

import numpy as np
import pytest
from support.gaze_sets import dataset, fixations, sample

from gazemap.errors import DataError, InputError
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


def test_a_table_worked_by_hand(tmp_path):
    out, summary = tmp_path / "looks.csv", tmp_path / "table.json"
    found = areas(
        dataset(sample("a", points=ONE)), areas=[LEFT, RIGHT], seconds=0.5, out=out, summary=summary
    )
    left, right = found.rows
    assert (left.rank, right.rank, left.observers, left.size, right.size) == (2, 1, 2, 0.25, 0.5)
    assert (left.attention.mean, left.times_chance.mean) == (0.4, pytest.approx(1.6))
    assert (left.fixations.mean, right.fixations.mean) == (1, 1.5)
    assert (left.looked.mean, left.seen.mean, right.seen.mean) == (0.5, 0.5, 1)
    assert (left.time_to_first.mean, right.time_to_first.mean) == (pytest.approx(0.1), pytest.approx(0.3))
    assert (left.dwell_time.mean, left.fixation_time.mean) == (pytest.approx(0.2), pytest.approx(0.2))
    # Bob stays from 0.2 to 2.6, with a saccade of 1.9 s between; Ann 0.3
    assert (right.dwell_time.mean, right.fixation_time.mean) == (pytest.approx(1.35), pytest.approx(0.4))
    assert (left.visits.mean, left.revisits.mean, right.visits.mean, right.revisits.mean) == (1, 0.5, 1, 0)
    # of two observers a quarter of the resamples holds one alone: Ann's two of three, Bob's none
    assert (left.attention.low, left.attention.high) == (0, pytest.approx(2 / 3))
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert [(row["image"], row["observer"], row["area"], row["fixations"]) for row in rows] == [
        ("a", "ann", "left", "2"),
        ("a", "ann", "right", "1"),
        ("a", "bob", "left", "0"),
        ("a", "bob", "right", "2"),
    ]
    assert rows[2]["time_to_first"] == ""
    first = json.loads(summary.read_text())[0]
    assert (first["attention"], first["attention_low"]) == (0.4, 0)


def test_intervals_are_those_of_redrawn_observers():
    rng = np.random.default_rng(1)
    rows = [(f"o{n}", x, None, None) for n in range(12) for x in rng.uniform(0, 60, rng.integers(1, 9))]
    found = areas(dataset(sample("a", points=fixations(*rows))), areas=LEFT).rows[0]
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
    assert [(row.image, row.area, row.members, row.rank) for row in found.rows] == [
        ("a", "l", 1, 1),
        ("a", "m", 1, 2),
        ("a", "both", 2, 1),
    ]
    # the overlap, in which nobody looked, counts once in the group's size
    assert [row.size for row in found.rows] == [0.25, pytest.approx(40 / 60), pytest.approx(50 / 60)]
    assert found.rows[2].attention.mean == 0.6
    text = " ".join(found.notes())
    assert "a: l and m overlap" in text
    assert "areas of images that the set does not have: elsewhere" in text


def test_what_the_set_does_not_know_is_said():
    points = fixations(("ann", 5, None, None), ("bob", 9, None, None))
    found = areas(dataset(sample("a", points=points)), areas=LEFT)
    assert not any(getattr(found.rows[0], name).is_known for name in ("seen", "visits", "dwell_time"))
    assert sum("not known" in note for note in found.notes()) == 2
    assert found.as_json()["areas"][0]["visits"] is None
    alone = areas(dataset(sample("a", points=fixations(("ann", 5, 0.1, 0.2)))), areas=LEFT).rows[0]
    assert (alone.attention.mean, np.isnan(alone.attention.low)) == (1, True)


def test_mistakes_are_refused(tmp_path):
    known = dataset(sample("a", points=ONE))
    with pytest.raises(InputError, match="must be over 0"):
        areas(known, areas=LEFT, seconds=0)
    with pytest.raises(InputError, match="out of its image of 60 x 40"):
        areas(known, areas="a=50,0,20,5")
    with pytest.raises(InputError, match="must be two files"):
        areas(known, areas=LEFT, out=tmp_path / "a.csv", summary=tmp_path / "a.csv")
    with pytest.raises(DataError, match="does not say who looked"):
        areas(dataset(sample("a", points=fixations((None, 5, None, None)))), areas=LEFT)
    (tmp_path / "other.csv").write_text("name,x,y,width,height,image\na,0,0,1,1,b\n")
    with pytest.raises(InputError, match="No image of tiny has areas"):
        areas(known, areas=tmp_path / "other.csv")
