import csv
import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gazemap.analysis.box_tables import parse_box, read_box_table, read_boxes
from gazemap.analysis.regions import box_shares, mask_shares, read_mask
from gazemap.analysis.tables import write_table
from gazemap.errors import DataError, InputError
from gazemap.gaze.areas import Box, box_sums, overlaps

DENSITY = np.array([[1, 2, 3, 4], [0, 0, 10, 0], [5, 5, 0, 0]]) / 30


def test_shares_areas_ratios_and_ranks_are_those_worked_by_hand():
    boxes = [Box("top", 0, 0, 4, 1), Box("spot", 2, 1, 1, 1), Box("corner", 3, 2, 1, 1)]
    rows = box_shares(DENSITY, boxes)
    assert [(row.name, row.rank) for row in rows] == [("top", 1), ("spot", 1), ("corner", 3)]
    assert [row.attention for row in rows] == pytest.approx([1 / 3, 1 / 3, 0])
    assert [row.area for row in rows] == pytest.approx([1 / 3, 1 / 12, 1 / 12])
    assert [row.times_chance for row in rows] == pytest.approx([1, 4, 0])


def test_an_edge_may_cut_a_pixel():
    """Three quarters of the pixel 10/30, a quarter of the pixel 3/30."""
    [found] = box_sums(DENSITY, [Box("cut", 2, 0.75, 1, 1)])
    assert found == pytest.approx((0.25 * 3 + 0.75 * 10) / 30)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 8), min_size=4, max_size=4), st.integers(0, 99), st.sampled_from([1, 2, 4]))
def test_a_box_holds_what_its_cells_hold(edges, seed, parts):
    """Every pixel is cut into parts x parts equal cells, and the cells are added one by one."""
    density = np.random.default_rng(seed).random((4, 4))
    left, right = sorted(edges[:2])
    top, bottom = sorted(edges[2:])
    fine = np.kron(density, np.ones((parts, parts))) / parts**2
    size = 4 * parts
    left, right, top, bottom = (min(edge, size) for edge in (left, right, top, bottom))
    box = Box("a", left / parts, top / parts, (right - left) / parts, (bottom - top) / parts)
    assert box_sums(density, [box])[0] == pytest.approx(fine[top:bottom, left:right].sum())


def test_overlaps_are_named_and_touching_is_none():
    boxes = [Box("a", 0, 0, 2, 2), Box("b", 1, 1, 2, 2), Box("c", 2, 0, 1, 1), Box("d", 0, 2, 1, 1)]
    assert overlaps(boxes) == [("a", "b")]


def test_boxes_outside_or_of_one_name_are_refused_by_name():
    boxes = [Box("in", 0, 0, 4, 3), Box("far", 3, 0, 2, 1), Box("left", -1, 0, 1, 1)]
    with pytest.raises(InputError, match=r"4 x 3 pixels; outside of it: far .*\(5, 1\); left "):
        box_shares(DENSITY, boxes)
    with pytest.raises(InputError, match="Several boxes are named in;"):
        box_shares(DENSITY, [boxes[0], boxes[0]])


def test_scaled_boxes_reach_the_edge_and_not_over_it():
    whole = Box("all", 0, 0, 1200, 2001).scaled((2001, 1200), (777, 1303))
    [row] = box_shares(np.full((777, 1303), 1 / (777 * 1303)), [whole])
    assert (row.attention, row.area) == (pytest.approx(1), pytest.approx(1))


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_boxes_are_read_from_tables(tmp_path, suffix):
    path = tmp_path / f"boxes.{suffix}"
    if suffix == "csv":
        path.write_text(
            "\ufeffname, x, y, width, height, note\n logo, 1, 2, 3, 4.5, new\n\nprice tag,5,6,7,8,\n"
        )
    else:
        rows = [["logo", 1, 2, 3, 4.5], ["price tag", 5, 6, 7, 8]]
        path.write_text(
            json.dumps([dict(zip(("name", "x", "y", "width", "height"), r, strict=True)) for r in rows])
        )
    assert read_box_table(path) == [Box("logo", 1, 2, 3, 4.5), Box("price tag", 5, 6, 7, 8)]
    assert parse_box("logo=1,2, 3,4.5") == Box("logo", 1, 2, 3, 4.5)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "name,x,y,width\na,1,2,3\n", "has no height\\. It must have name, x, y, width, height"),
        ("a.csv", "name,x,y,width,height\na,1,2,3,4\nb,1,2,0,4\n", "line 3: a box must have .* width '0'"),
        ("a.csv", "name,x,y,width,height\na,1,2,3\n", "line 2: a box must have"),
        ("a.csv", "name,x,y,width,height\na,1,2,3,inf\n", "line 2: a box must have"),
        ("a.csv", "name,x,y,width,height\n,1,2,3,4\n", "line 2: a box must have a name"),
        ("a.csv", "name,x,y,width,height\na,1,2,3,4\na,1,2,3,4\n", "Several boxes are named a"),
        ("a.csv", "name,x,y,width,height\n", "has no boxes"),
        ("a.csv", "", "has no name, x, y"),
        ("a.json", "[1]", "a list of objects"),
        ("a.json", '{"name": "a"}', "a list of objects"),
        ("a.json", '[{"name": "a"}]', "entry 1 has no x, y, width, height"),
        (
            "a.json",
            '[{"name": null, "x": 1, "y": 2, "width": 3, "height": 4}]',
            "entry 1: a box must have a name",
        ),
        ("a.json", "[", "is not a JSON file"),
        ("a.json", "[" * 100_000, "is not a JSON file"),
        ("a.txt", "", "must be a .csv or .json file, got"),
    ],
)
def test_tables_that_hold_no_boxes_are_refused(tmp_path, name, content, message):
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=message):
        read_box_table(tmp_path / name)


def test_files_that_cannot_be_read_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"none\.csv cannot be read: No such file"):
        read_box_table(tmp_path / "none.csv")
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00\xd8")
    with pytest.raises(InputError, match="not UTF-8 or UTF-16 text"):
        read_box_table(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_bytes(b" " * 10_000_001)
    with pytest.raises(InputError, match="got 10,000,001"):
        read_box_table(tmp_path / "b.csv")
    for text in ("a=1,2,3", "1,2,3,4", "a=1,2,3,x", "=1,2,3,4", "a=1,2,-3,4"):
        with pytest.raises(InputError, match="box"):
            parse_box(text)


def test_every_color_of_a_mask_is_a_region(tmp_path):
    colors = np.zeros((3, 4, 3), np.uint8)
    colors[0] = 255, 0, 0
    colors[1:, 2:] = 128
    Image.fromarray(colors).save(tmp_path / "mask.png")
    rows = mask_shares(DENSITY, read_mask(tmp_path / "mask.png", (3, 4)))
    shares = {row.name: (row.rank, row.attention, row.area) for row in rows}
    expected = {
        "#ff0000": (1, 10 / 30, 1 / 3),
        "gray 128": (1, 10 / 30, 1 / 3),
        "gray 0": (1, 10 / 30, 1 / 3),
    }
    assert shares == {
        name: (rank, pytest.approx(s), pytest.approx(a)) for name, (rank, s, a) in expected.items()
    }


def test_gray_values_of_16_bits_stay_apart(tmp_path):
    labels = np.array([[1000, 1001, 1001, 1001]] * 3, np.uint16)
    Image.fromarray(labels).save(tmp_path / "mask.png")
    rows = mask_shares(DENSITY, read_mask(tmp_path / "mask.png", (3, 4)))
    assert [row.name for row in rows] == ["gray 1001", "gray 1000"]
    assert [row.attention for row in rows] == pytest.approx([24 / 30, 6 / 30])


def test_masks_of_another_size_or_without_flat_colors_are_refused(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (30, 40, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "mask.png")
    with pytest.raises(DataError, match="its image, 30 x 40 pixels, got 40 x 30 from"):
        read_mask(tmp_path / "mask.png", (40, 30))
    with pytest.raises(DataError, match="one flat value per region"):
        read_mask(tmp_path / "mask.png", (30, 40))


def test_a_mask_s_regions_lie_where_their_pixels_do(tmp_path):
    labels = np.zeros((3, 4), np.uint8)
    labels[1, 2] = labels[2, 0] = 7
    Image.fromarray(labels).save(tmp_path / "mask.png")
    rows = {row.name: row for row in mask_shares(DENSITY, read_mask(tmp_path / "mask.png", (3, 4)))}
    assert {name: (row.x, row.y, row.width, row.height) for name, row in rows.items()} == {
        "gray 0": (0, 0, 4, 3),
        "gray 7": (0, 1, 3, 2),
    }


def test_tables_hold_every_digit_and_where_each_region_lies(tmp_path):
    boxes = [Box("a, b", 0, 0, 1, 1), Box("c", 0, 0, 3, 2.5)]
    rows = box_shares(DENSITY, boxes)
    for name in ("t.csv", "t.json"):
        write_table(tmp_path / name, [asdict(row) for row in rows])
    with (tmp_path / "t.csv").open(newline="") as file:
        read = list(csv.DictReader(file))
    assert [(r["name"], float(r["attention"])) for r in read] == [(r.name, r.attention) for r in rows]
    assert json.loads((tmp_path / "t.json").read_text())[0] == {
        "name": "c", "rank": 1, "attention": rows[0].attention, "area": 0.625,
        "times_chance": rows[0].attention / 0.625, "x": 0, "y": 0, "width": 3, "height": 2.5,
        "fold": 1,
    }  # fmt: skip
    for name in ("t.csv", "t.json"):  # the table is one of boxes again
        assert read_boxes(tmp_path / name) == boxes[::-1]
    with pytest.raises(InputError, match=r"must end in \.csv or \.json"):
        write_table(tmp_path / "t.xlsx", [])


@pytest.mark.parametrize("separator", [";", "\t"])
def test_tables_of_other_separators_are_read(tmp_path, separator):
    text = "name,x,y,width,height\nlogo,1,2,3,4.5\n".replace(",", separator)
    (tmp_path / "boxes.csv").write_text(text)
    assert read_box_table(tmp_path / "boxes.csv") == [Box("logo", 1, 2, 3, 4.5)]


def test_boxes_of_every_form_are_read_together(tmp_path):
    path = tmp_path / "boxes.csv"
    path.write_text("name,x,y,width,height\nlogo,1,2,3,4\n")
    expected = [Box("logo", 1, 2, 3, 4), Box("a.csv", 5, 6, 7, 8), Box("b", 0, 0, 1, 1)]
    for table in (path, str(path)):
        assert read_boxes([table, "a.csv=5,6,7,8", Box("b", 0, 0, 1, 1)]) == expected
        assert read_boxes(table) == expected[:1]
    assert read_boxes("a.csv=5,6,7,8") == expected[1:2]
    assert read_boxes(()) == []
    with pytest.raises(InputError, match="Several boxes are named logo"):
        read_boxes([path, "logo=5,6,7,8"])


def test_boxes_that_are_shares_of_the_image_are_asked_back():
    with pytest.raises(InputError, match=r"a=0\.1,0\.1,0\.2,0\.2: are these shares .* by 80, y"):
        box_shares(np.full((60, 80), 1 / 4800), [Box("a", 0.1, 0.1, 0.2, 0.2)])
    tiny = Box("a", 0, 0, 1, 1)
    assert box_shares(np.full((8, 8), 1 / 64), [tiny])[0].attention == pytest.approx(1 / 64)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_boxes_as_a_spreadsheet_writes_them(tmp_path, encoding):
    (tmp_path / "boxes.csv").write_text("name;x;y;width;height\nlogo;10,5;2;50;1,25\n", encoding=encoding)
    assert read_box_table(tmp_path / "boxes.csv") == [Box("logo", 10.5, 2, 50, 1.25)]
