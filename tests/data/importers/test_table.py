"""Tables of points: conventions, separators, names, and rows that are none."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from support.miniatures import MINIATURES, picture
from support.miniatures.miniature import save_picture

from gazemap.data.importers import import_dataset
from gazemap.data.importers.rows import OPTIONAL, read_rows
from gazemap.errors import DataError, InputError

REQUIRED = {"image": "image", "x": "x", "y": "y"}
NAMED = dict.fromkeys(OPTIONAL)


@pytest.fixture
def folder(tmp_path):
    """Five images of 80 x 60, one of them in a folder."""
    for index, name in enumerate(("a.jpg", "b.jpg", "c.png", "deep/d.jpg", "e.jpg")):
        save_picture(tmp_path / "images" / name, index)
    return tmp_path


def brought(folder, text, name="points.csv", **options):
    (folder / name).write_text(text)
    return import_dataset(folder / name, folder / "out", format="table", options=options)


@pytest.mark.parametrize(
    ("convention", "row", "point"),
    [
        ("continuous", "8.25,6.5", (8.25, 6.5)),
        ("pixel", "8,6", (8.5, 6.5)),
        ("one-based", "8.25,6.5", (7.75, 6.0)),
        ("normalized", "0.25,0.5", (20.0, 30.0)),
    ],
)
def test_conventions(folder, convention, row, point):
    dataset = brought(folder, f"image,x,y\na,{row}\n", convention=convention)
    fixations = dataset["a"].fixations
    assert (fixations.x[0], fixations.y[0]) == point
    assert fixations.observer is fixations.onset is fixations.duration is None


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(folder, separator):
    lines = [["x", "image", "y", "note"], ["1.5", "a.jpg", "2.5", "it's, well; far"], ["3", "b.jpg", "4", ""]]
    text = "\n".join(separator.join(f'"{cell}"' for cell in line) for line in lines)
    dataset = brought(folder, text)
    assert dataset["a"].fixations.x.tolist() == [1.5]
    assert dataset["b"].fixations.y.tolist() == [4.0]


@pytest.mark.parametrize(("unit", "factor"), [("s", 1), ("ms", 1000), ("us", 1_000_000)])
def test_units_of_time(folder, unit, factor):
    text = f"image,x,y,start,duration\na,1,2,{0.5 * factor},{0.25 * factor}\na,1,2,,\n"
    fixations = brought(folder, text, time=unit, onset="start")["a"].fixations
    assert fixations.onset[0] == 0.5
    assert fixations.duration[0] == 0.25
    assert np.isnan([fixations.onset[1], fixations.duration[1]]).all()


def test_parquet_with_numbers_and_text(folder):
    table = pa.table(
        {
            "trial": pa.array(["a", "e", "a"]).dictionary_encode(),
            "X": pa.array([1, 2, None], pa.int16()),
            "Y": ["3.5", "4.5", "5.5"],
            "who": [7, 8, 7],
        }
    )
    pq.write_table(table, folder / "points.parquet")
    options = {"image": "trial", "x": "X", "y": "Y", "observer": "who"}
    dataset = import_dataset(folder / "points.parquet", folder / "out", format="table", options=options)
    assert dataset["a"].fixations.x.tolist() == [1.0]
    assert dataset["e"].fixations.observer.tolist() == ["8"]
    assert dataset.info.set_aside[0].reason == "row 3: x is empty"


def test_what_gazemap_itself_writes_can_be_read(tmp_path):
    first = import_dataset(MINIATURES["osie"](tmp_path / "s"), tmp_path / "first", format="osie")
    again = import_dataset(
        tmp_path / "first" / "fixations.parquet",
        tmp_path / "out",
        format="table",
        options={"image": "image_id"},
    )
    for sample in first:
        found = again[sample.image_id].fixations
        np.testing.assert_array_equal(found.x, sample.fixations.x)
        np.testing.assert_array_equal(found.duration, sample.fixations.duration)
        assert found.observer.tolist() == sample.fixations.observer.tolist()


def test_rows_that_are_no_points_are_listed_with_their_numbers(folder):
    bad = ["a,1,far", "a,,3", ",1,2", "a,inf,3", "a,1,NaN", "a,--1,3"]
    dataset = brought(folder, "\n".join(["image,x,y", "a,1,2", *bad, "b,+3,4", "b,1e1,.5"]))
    assert dataset["a"].fixations.x.tolist() == [1.0]
    assert dataset["b"].fixations.x.tolist() == [3.0, 10.0]
    (listed,) = dataset.info.set_aside
    assert listed.item == "points.csv"
    assert listed.reason == ("row 2: y is 'far'; row 3: x is empty; row 4: image is empty; and 3 more rows")


@pytest.mark.slow
def test_a_table_of_many_pieces_keeps_order_and_row_numbers(folder):
    """Pieces are of 1 MB; the row that is no point lies in the third."""
    count = 200_000
    lines = [f"{'ab'[number % 2]},{number % 80},{number % 60}.25,{number}" for number in range(count)]
    lines[150_000] = "a,left,3,0"
    (folder / "points.csv").write_text("\n".join(["image,x,y,onset", *lines]))
    read = read_rows(folder / "points.csv", REQUIRED, NAMED)
    rows = read.rows
    assert read.set_aside[0].reason == "row 150,001: x is 'left'"
    numbers = np.delete(np.arange(count), 150_000)
    np.testing.assert_array_equal(rows["onset"], numbers)
    np.testing.assert_array_equal(rows["x"], numbers % 80)
    assert rows["image"].tolist() == ["ab"[number % 2] for number in numbers.tolist()]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_every_number_is_read_to_the_last_bit(tmp_path_factory, numbers):
    path = tmp_path_factory.mktemp("table") / "points.csv"
    path.write_text("image,x,y\n" + "".join(f"a,{value!r},0\n" for value in numbers))
    read = read_rows(path, REQUIRED, NAMED)
    assert read.set_aside == read.notes == ()
    np.testing.assert_array_equal(read.rows["x"], numbers)


def test_a_missing_column_is_named_with_the_nearest(folder):
    with pytest.raises(
        DataError, match=r"no column 'x' for x\. Did you mean 'xs'\? Its columns: image, xs, y"
    ):
        brought(folder, "image,xs,y\na,1,2\n")
    with pytest.raises(DataError, match=r"no column 'durations' for duration\. Did you mean 'duration'"):
        brought(folder, "image,x,y,duration\na,1,2,3\n", duration="durations")
    with pytest.raises(InputError, match="convention"):
        brought(folder, "image,x,y\na,1,2\n", convention="zero")


def test_names_match_with_or_without_suffix_and_folders(folder):
    names = ("a", "b.png", "images/c.png", "d", "somewhere\\else/e.JPG")
    text = "image,x,y\n" + "".join(f"{name},{number},1\n" for number, name in enumerate(names))
    dataset = brought(folder, text)
    assert dataset.info.set_aside == ()
    found = {sample.image_id: sample.fixations.x.tolist() for sample in dataset}
    assert found == {"a": [0.0], "b": [1.0], "c": [2.0], "deep/d": [3.0], "e": [4.0]}


def test_names_that_fit_no_image_or_several_are_listed(folder):
    save_picture(folder / "images" / "other" / "d.jpg", 7)
    dataset = brought(folder, "image,x,y\na,1,1\nnone.jpg,2,2\nd,3,3\ndeep/d,4,4\nelse/d,5,5\n")
    (listed,) = dataset.info.set_aside
    assert listed.item == "points.csv: d, else/d, none.jpg"
    assert listed.reason == (
        "no image file of that name. d: did you mean deep/d or other/d?"
        " else/d: did you mean deep/d or other/d?"
    )
    assert dataset["deep/d"].fixations.x.tolist() == [4.0]
    assert len(dataset["other/d"].fixations) == 0


def test_hidden_files_are_no_images_and_near_names_are_asked_for(folder):
    (folder / "images" / "._a.jpg").write_bytes(b"\0\5\x16\7")  # what macOS writes beside a file
    (folder / "images" / "b.jpg").rename(folder / "images" / "face_03.jpg")
    dataset = brought(folder, "image,x,y\na,1,2\nface_3,1,2\n", val=1)
    (listed,) = dataset.info.set_aside
    assert listed.reason == "no image file of that name. face_3: did you mean face_03?"
    assert dataset.splits == {"val": 5}
    with pytest.raises(DataError, match=r"It has a, c, deep/d and 2 more\. face_3: did you mean face_03\?"):
        brought(folder, "image,x,y\nface_3,1,2\n")


def test_images_without_points_have_none(folder):
    dataset = brought(folder, "image,x,y\nb,1,2\n")
    assert {s.image_id: len(s.fixations) for s in dataset} == {"a": 0, "b": 1, "c": 0, "deep/d": 0, "e": 0}
    assert dataset.splits == {"train": 4, "val": 1}
    assert dataset["e"].split == "val"


def test_splits_are_those_of_the_rows(folder):
    text = "image,x,y,part\na,1,2,valid\na,1,2,valid\nb,1,2,test\n"
    dataset = brought(folder, text, split="part")
    assert [sample.split for sample in dataset] == ["val", "test", "all", "all", "all"]


def test_an_image_of_two_splits_is_refused(folder):
    with pytest.raises(DataError, match="rows of image a name several splits: test, train"):
        brought(folder, "image,x,y,split\na,1,2,train\na,1,2,test\n")
    assert not (folder / "out").exists()


def test_images_beside_the_table_or_in_a_named_folder(tmp_path):
    save_picture(tmp_path / "a.jpg", 0)
    assert brought(tmp_path, "image,x,y\na,1,2\n").image_ids == ["a"]
    save_picture(tmp_path / "photos" / "a.jpg", 1)
    dataset = import_dataset(
        tmp_path / "points.csv", tmp_path / "2", format="table", options={"images": "photos"}
    )
    np.testing.assert_array_equal(dataset["a"].image, np.asarray(Image.open(tmp_path / "photos" / "a.jpg")))
    with pytest.raises(DataError, match="holds no image"):
        import_dataset(
            tmp_path / "points.csv", tmp_path / "3", format="table", options={"images": "elsewhere"}
        )


def test_two_images_of_one_name_are_refused(folder):
    Image.fromarray(picture(3)).save(folder / "images" / "a.png")
    with pytest.raises(DataError, match="several images of one name: a"):
        brought(folder, "image,x,y\na,1,2\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("image,x,y\n", "has no row with an image"),
        ("image;x;y\na;far;2,5\n", "no row with an image and the numbers x and y. row 1: x is 'far'"),
        ("image,x,y\na,1,2\nb,1\n", "is damaged or no table"),
        ("image,x,y\nz,1,2\n", "names no image of the folder: z. It has a, b, c and 2 more"),
    ],
)
def test_tables_without_a_point_are_refused(folder, text, message):
    with pytest.raises(DataError, match=message):
        brought(folder, text)
