"""What is predicted for areas: each number by hand, on an image that is seen at once."""

import csv
import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from support.exact_prediction import area, predicted

from gazemap.analysis.area_files import read_areas
from gazemap.analysis.area_shares import area_shares
from gazemap.analysis.mask_files import read_mask
from gazemap.analysis.seen import fixations_begun, seen_within
from gazemap.analysis.tables import write_table
from gazemap.errors import DataError, InputError
from gazemap.gaze.areas import Box, box_sums
from gazemap.gaze.shapes import Area

DENSITY = np.array([[1, 2, 3, 4], [0, 0, 10, 0], [5, 5, 0, 0]]) / 30


def boxes(*given):
    return [area(*one) for one in given]


def test_shares_sizes_ratios_and_ranks_are_those_worked_by_hand():
    rows = area_shares(
        predicted(DENSITY), boxes(("top", 0, 0, 4, 1), ("spot", 2, 1, 1, 1), ("corner", 3, 2, 1, 1))
    )
    assert [(row.name, row.rank) for row in rows] == [("top", 1), ("spot", 1), ("corner", 3)]
    assert [row.attention for row in rows] == pytest.approx([1 / 3, 1 / 3, 0])
    assert [row.size for row in rows] == pytest.approx([1 / 3, 1 / 12, 1 / 12])
    assert [row.times_chance for row in rows] == pytest.approx([1, 4, 0])


def test_what_is_seen_in_time_by_the_formula():
    (row,) = area_shares(predicted(DENSITY), boxes(("top", 0, 0, 4, 1)), seconds=1)
    assert row.seen == pytest.approx(float(seen_within(np.array([1 / 3]), 1)[0]))
    assert row.fixations_in_time == pytest.approx(fixations_begun(1) / 3)
    for seconds in (0, -1, np.inf, np.nan):
        with pytest.raises(InputError, match="must be over 0"):
            area_shares(predicted(DENSITY), boxes(("top", 0, 0, 4, 1)), seconds=seconds)


def test_fixations_go_on_at_one_rate_and_more_time_or_attention_is_never_less():
    times = np.linspace(0.01, 6, 200)
    counts = np.array([fixations_begun(t) for t in times])
    assert (np.diff(counts) > 0).all()
    assert fixations_begun(5) - fixations_begun(4) == pytest.approx(fixations_begun(4) - fixations_begun(3))
    shares = np.array([0, 0.1, 0.5, 1])
    seen = np.array([seen_within(shares, t) for t in (0.5, 1, 3)])
    assert (np.diff(seen, axis=1) >= 0).all()
    assert (np.diff(seen, axis=0) >= 0).all()
    assert seen[:, 0].tolist() == [0, 0, 0]
    assert seen[:, -1].tolist() == [1, 1, 1]
    # of what is hardly looked at, what is seen is what is looked at
    assert seen_within(np.array([1e-6]), 2)[0] == pytest.approx(1e-6 * fixations_begun(2), rel=0.3)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 8), min_size=4, max_size=4), st.integers(0, 99), st.sampled_from([1, 2, 4]))
def test_a_box_holds_what_its_cells_hold(edges, seed, parts):
    """Every pixel is cut into parts x parts equal cells, and the cells are added one by one."""
    density = np.random.default_rng(seed).random((4, 4)) + 0.01
    density /= density.sum()
    left, right = sorted(edges[:2])
    top, bottom = sorted(edges[2:])
    fine = np.kron(density, np.ones((parts, parts))) / parts**2
    size = 4 * parts
    left, right, top, bottom = (min(edge, size) for edge in (left, right, top, bottom))
    box = Box("a", left / parts, top / parts, (right - left) / parts, (bottom - top) / parts)
    held = fine[top:bottom, left:right].sum()
    assert box_sums(density, [box])[0] == pytest.approx(held)
    if right > left and bottom > top:
        (row,) = area_shares(predicted(density), [Area.of_box(box)])
        assert row.attention == pytest.approx(held)


def test_groups_hold_what_their_members_hold_and_are_ranked_among_groups():
    members = [
        area("left", 0, 0, 2, 3, "both"),
        area("bottom", 0, 2, 4, 1, "both"),
        area("spot", 2, 1, 1, 1, "alone"),
    ]
    rows = area_shares(predicted(DENSITY), members)
    assert [(row.name, row.rank, row.members) for row in rows] == [
        ("left", 1, 1), ("bottom", 2, 1), ("spot", 2, 1), ("both", 1, 2), ("alone", 2, 1),
    ]  # fmt: skip
    # the two pixels that both have count once
    assert rows[3].attention == pytest.approx(13 / 30)
    assert rows[3].size == pytest.approx(8 / 12)


def test_every_color_of_a_mask_is_an_area(tmp_path):
    colors = np.zeros((3, 4, 3), np.uint8)
    colors[0] = 255, 0, 0
    colors[1:, 2:] = 128
    Image.fromarray(colors).save(tmp_path / "mask.png")
    rows = area_shares(predicted(DENSITY), read_mask(tmp_path / "mask.png", (3, 4)))
    assert {row.name: (row.rank, row.attention, row.size) for row in rows} == {
        name: (1, pytest.approx(1 / 3), pytest.approx(1 / 3)) for name in ("#ff0000", "gray 128", "gray 0")
    }


def test_gray_values_of_16_bits_stay_apart(tmp_path):
    labels = np.array([[1000, 1001, 1001, 1001]] * 3, np.uint16)
    Image.fromarray(labels).save(tmp_path / "mask.png")
    rows = area_shares(predicted(DENSITY), read_mask(tmp_path / "mask.png", (3, 4)))
    assert [row.name for row in rows] == ["gray 1001", "gray 1000"]
    assert [row.attention for row in rows] == pytest.approx([24 / 30, 6 / 30])


def test_masks_of_another_size_or_without_flat_colors_are_refused(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (30, 40, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "mask.png")
    with pytest.raises(DataError, match="its image, 30 x 40 pixels, got 40 x 30 from"):
        read_mask(tmp_path / "mask.png", (40, 30))
    with pytest.raises(DataError, match="one flat value per area"):
        read_mask(tmp_path / "mask.png", (30, 40))


def test_a_mask_s_areas_lie_where_their_pixels_do(tmp_path):
    labels = np.zeros((3, 4), np.uint8)
    labels[1, 2] = labels[2, 0] = 7
    Image.fromarray(labels).save(tmp_path / "mask.png")
    rows = area_shares(predicted(DENSITY), read_mask(tmp_path / "mask.png", (3, 4)))
    assert {row.name: (row.x, row.y, row.width, row.height) for row in rows} == {
        "gray 0": (0, 0, 4, 3),
        "gray 7": (0, 1, 3, 2),
    }


def test_tables_hold_every_digit_and_where_each_area_lies(tmp_path):
    rows = area_shares(predicted(DENSITY), boxes(("a, b", 0, 0, 1, 1), ("c", 0, 0, 3, 2.5)))
    for name in ("t.csv", "t.json"):
        write_table(tmp_path / name, [asdict(row) for row in rows])
    with (tmp_path / "t.csv").open(newline="") as file:
        read = list(csv.DictReader(file))
    assert [(r["name"], float(r["attention"])) for r in read] == [(r.name, r.attention) for r in rows]
    first = json.loads((tmp_path / "t.json").read_text())[0]
    assert first == asdict(rows[0])
    assert (first["name"], first["size"], first["height"], first["fold"]) == ("c", 0.625, 2.5, 1)
    for name in ("t.csv", "t.json"):  # the table is one of areas again
        read_again = read_areas(tmp_path / name).of("photo.png")
        assert [one.bounds for one in read_again] == [Box("c", 0, 0, 3, 2.5), Box("a, b", 0, 0, 1, 1)]
    with pytest.raises(InputError, match=r"must end in \.csv or \.json"):
        write_table(tmp_path / "t.xlsx", [])
